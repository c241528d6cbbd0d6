//! Salesforce's outbound messages: SOAP with up to a hundred leads or contacts, which has to be acknowledged. It signs
//! nothing; the secret is a token in the address. The session that may come with it is never kept.

use serde_json::{Map, Value};

use crate::intake::{
    body::Body,
    preset::{Call, Person, Preset, Reply, Seen, text_at},
    xml::text_of,
};

pub(super) const PRESET: Preset = Preset {
    word: "salesforce-outbound",
    title: "Salesforce Outbound Message",
    bodies: &[Body::Xml],
    credentials: &["SessionId"],
    delivery,
    counts_retries: true,
    read,
    answer: Some(|_| Reply {
        content_type: "text/xml; charset=utf-8",
        body: ACK.to_owned(),
    }),
    ..Preset::PLAIN
};

/// Without it the message comes again, for a day.
const ACK: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
    <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
    <notificationsResponse xmlns=\"http://soap.sforce.com/2005/09/outbound\"><Ack>true</Ack></notificationsResponse>\
    </soapenv:Body></soapenv:Envelope>";

/// Of a record's fields those that say who works on it, or how Salesforce keeps it.
const OWN: [&str; 8] = [
    "OwnerId",
    "CreatedById",
    "LastModifiedById",
    "LastModifiedDate",
    "SystemModstamp",
    "RecordTypeId",
    "IsDeleted",
    "@type",
];

fn notifications<'a>(call: &Call<'a>) -> Option<Vec<&'a Value>> {
    let body = &call.payload["Envelope"]["Body"];
    match &body["notifications"]["Notification"] {
        Value::Array(several) => Some(several.iter().collect()),
        Value::Object(_) => Some(vec![&body["notifications"]["Notification"]]),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The ids of all notifications of a message; a message is sent again as it was.
fn delivery(call: &Call<'_>) -> Option<String> {
    let ids = notifications(call)?
        .into_iter()
        .map(|it| text_of(&it["Id"]).into_owned());
    let ids: Vec<String> = ids.collect();
    let whole = !ids.is_empty() && ids.iter().all(|id| !id.is_empty());
    whole.then(|| ids.join(","))
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let Some(notifications) = notifications(call) else {
        return Seen::Strange("it holds no notification".to_owned());
    };
    let (mut people, mut others) = (Vec::new(), Vec::new());
    for notification in notifications {
        let record = &notification["sObject"];
        let kind = text_at(record, "/@type");
        match kind.rsplit(':').next().unwrap_or_default() {
            "Lead" | "Contact" => people.push(Person::new(record, person(record))),
            other => others.push(other.to_owned()),
        }
    }
    if people.is_empty() {
        others.dedup();
        return Seen::other(&others.join(", "), "sObject");
    }
    Seen::People(people)
}

fn person(record: &Value) -> Value {
    let fields = record.as_object().into_iter().flatten();
    let fields = fields.filter(|(name, _)| !OWN.contains(&name.as_str()));
    let named = fields.map(|(name, value)| {
        let name = match name.as_str() {
            "Id" => "external_id",
            "CreatedDate" => "submitted_at",
            other => other,
        };
        (name.to_owned(), Value::from(text_of(value)))
    });
    Value::Object(named.collect::<Map<_, _>>())
}
