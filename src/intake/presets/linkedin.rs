//! LinkedIn Lead Sync: lead forms of ads, events, company and product pages. A delivery names what was filled in by its
//! id; the answers are asked for, and name their question by an id too.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::{
    domain::submission::Wanted,
    intake::{
        fetch::{Ask, Fetched, Fetching},
        preset::{Call, Challenge, Get, Person, Preset, Reply, Seen, list, moment, text_at},
        verify::{Denied, Hmac, Scheme, SetupError, mac::Hash, vendors},
    },
};

pub(super) const PRESET: Preset = Preset {
    word: "linkedin",
    title: "LinkedIn Lead Sync",
    scheme,
    delivery,
    read,
    fetch: Some(&FETCHING),
    get: Get::Challenge(challenge),
    ..Preset::PLAIN
};

static FETCHING: Fetching = Fetching {
    url: "https://api.linkedin.com/",
    token_header: None,
    headers: &[
        ("linkedin-version", "202510"),
        ("x-restli-protocol-version", "2.0.0"),
    ],
    proof: None,
    next,
    read: fetched,
    meaning: |_, _| None,
};

/// The answers, with the form that they belong to.
const FIELDS: &str = "id,owner,leadType,leadMetadataInfo,versionedLeadGenFormUrn,submittedAt,testLead,formResponse,\
    form:(hiddenFields,creationLocale,name,id,content)";

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    Hmac::new(vendors::linkedin(secrets)).map(Scheme::HmacSha256)
}

/// Signs what LinkedIn sends, with the first of the secrets.
fn challenge(asked: &Challenge<'_>) -> Result<Reply, Denied> {
    let missing = || Denied::NoToken("?challengeCode=".to_owned());
    let code = asked.query.get("challengeCode").ok_or_else(missing)?;
    let secret = asked.secrets.first().ok_or_else(missing)?;
    let key = secret.expose_secret().as_bytes();
    let response = hex::encode(Hash::Sha256.code(key, [code.as_bytes()]));
    Ok(Reply {
        content_type: "application/json",
        body: json!({"challengeCode": code, "challengeResponse": response}).to_string(),
    })
}

fn delivery(call: &Call<'_>) -> Option<String> {
    call.id("/notificationId").or_else(|| {
        let response = call.id("/leadGenFormResponse")?;
        Some(format!("{response}:{}", call.text("/occurredAt")))
    })
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let (kind, action) = (call.text("/type"), call.text("/leadAction"));
    match (kind.as_str(), action.as_str()) {
        ("LEAD_ACTION", "CREATED") => Seen::Ids(vec![wanted(call)]),
        ("LEAD_ACTION", "DELETED") => {
            let key = last(&call.text("/leadGenFormResponse"));
            Seen::Withdrawn(vec![key], "LEAD_ACTION DELETED".to_owned())
        }
        ("LEAD_ACTION", action) => Seen::nothing(format!("LEAD_ACTION {action}")),
        (kind, _) => Seen::other(kind, "type"),
    }
}

fn wanted(call: &Call<'_>) -> Wanted {
    let id = last(&call.text("/leadGenFormResponse"));
    let owner = ["/owner/sponsoredAccount", "/owner/organization"].map(|at| call.text(at));
    let owner = owner.iter().find(|owner| !owner.is_empty());
    Wanted {
        key: id.clone(),
        account: owner.map(|owner| last(owner)).unwrap_or_default(),
        known: json!({
            "external_id": id,
            "form_id": form_id(&call.text("/leadGenForm")),
            "lead kind": call.text("/leadType"),
            "ad": last(&call.text("/associatedEntity/sponsoredCreative")),
            "submitted_at": moment(&call.text("/occurredAt")),
        }),
        id,
        test: false,
        update: false,
    }
}

/// What stands last in a urn: its id.
fn last(urn: &str) -> String {
    urn.rsplit(':').next().unwrap_or_default().to_owned()
}

/// The form in `urn:li:versionedLeadGenForm:(urn:li:leadGenForm:1, 1)`.
fn form_id(urn: &str) -> String {
    let (_, form) = urn.rsplit_once("leadGenForm:").unwrap_or(("", urn));
    let end = form.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    form[..end.unwrap_or(form.len())].to_owned()
}

/// The form is asked for by itself where it does not come with the answers.
fn next(wanted: &Wanted, answers: &[Value]) -> Option<Ask> {
    match answers {
        [] => Some(Ask {
            query: vec![("fields", FIELDS.to_owned())],
            ..Ask::path(&["rest", "leadFormResponses", &wanted.id])
        }),
        [response] if !response["form"].is_object() => {
            let form = form_id(&text_at(response, "/versionedLeadGenFormUrn"));
            let known = text_at(&wanted.known, "/form_id");
            let form = if form.is_empty() { known } else { form };
            (!form.is_empty()).then(|| Ask::path(&["rest", "leadForms", &form]))
        }
        _ => None,
    }
}

fn fetched<'a>(fetched: &Fetched<'a>) -> Seen<'a> {
    let response = fetched.first();
    let given = &response["formResponse"];
    let Some(answers) = given["answers"].as_array() else {
        return Seen::Strange("the response has no answers".to_owned());
    };
    let form = match &response["form"] {
        Value::Object(_) => &response["form"],
        _ => fetched.answers.get(1).unwrap_or(&Value::Null),
    };
    let questions = questions(form);
    let mut said = Map::new();
    for answer in answers {
        let id = text_at(answer, "/questionId");
        let question = questions.get(&id);
        let label = question.map_or_else(|| format!("question {id}"), |it| it.label.clone());
        let value = value_of(answer, question.map(|it| it.asked));
        if !label.is_empty() && !value.is_null() {
            said.entry(label).or_insert(value);
        }
    }
    for hidden in list(&form["hiddenFields"]) {
        let name = text_at(hidden, "/name");
        said.entry(name).or_insert(hidden["value"].clone());
    }
    about(response, form, &mut said);
    let mut person = Person::new(response, Value::Object(said));
    person.test = response["testLead"] == true;
    Seen::People(vec![person])
}

/// What is said of the form and the campaign, and whether all boxes were ticked.
fn about(response: &Value, form: &Value, said: &mut Map<String, Value>) {
    for (name, value) in [
        ("external_id", last(&text_at(response, "/id"))),
        ("form", text_at(form, "/name")),
        ("submitted_at", moment(&text_at(response, "/submittedAt"))),
        ("campaign", campaign(response)),
    ] {
        if !value.is_empty() {
            said.insert(name.to_owned(), value.into());
        }
    }
    let mut boxes = list(&response["formResponse"]["consentResponses"]).peekable();
    if boxes.peek().is_some() {
        let all = boxes.all(|one| one["accepted"] == true);
        said.insert("consent".to_owned(), all.into());
    }
}

fn campaign(response: &Value) -> String {
    let name = text_at(
        response,
        "/leadMetadataInfo/sponsoredLeadMetadataInfo/campaign/name",
    );
    let urn = text_at(response, "/leadMetadata/sponsoredLeadMetadata/campaign");
    if name.is_empty() { last(&urn) } else { name }
}

struct Question<'f> {
    /// What the form knows it by: a field that LinkedIn fills in, or what was asked.
    label: String,
    asked: &'f Value,
}

fn questions(form: &Value) -> BTreeMap<String, Question<'_>> {
    let asked = list(&form["content"]["questions"]).chain(list(&form["questions"]));
    let named = asked.map(|asked| {
        let label = match text_at(asked, "/predefinedField").as_str() {
            "" | "CUSTOM" => {
                let words = localized(&asked["question"]);
                let words = words.unwrap_or_else(|| text_at(asked, "/name"));
                if words.is_empty() {
                    text_at(asked, "/label")
                } else {
                    words
                }
            }
            field => canonical(field).to_owned(),
        };
        (text_at(asked, "/questionId"), Question { label, asked })
    });
    named.collect()
}

/// LinkedIn's words for what it fills in from a profile, where they would not be known by themselves.
fn canonical(field: &str) -> &str {
    match field {
        "EMAIL" => "email",
        "WORK_EMAIL" => "work email",
        "PHONE_NUMBER" => "phone",
        "WORK_PHONE_NUMBER" => "work phone",
        "COMPANY_NAME" => "company",
        "COMPANY_SIZE" => "employees",
        "JOB_TITLE" => "title",
        "LINKEDIN_PROFILE_LINK" => "LinkedIn profile",
        other => other,
    }
}

fn localized(text: &Value) -> Option<String> {
    let words = text["localized"].as_object()?.values().next()?;
    words.as_str().map(str::to_owned)
}

/// What was answered, as the API says it or as its guide does.
fn value_of(answer: &Value, asked: Option<&Value>) -> Value {
    let details = ["answerDetails", "accepted"].map(|key| &answer[key]);
    for details in details {
        let text = &details["textQuestionAnswer"]["answer"];
        if text.is_string() {
            return text.clone();
        }
        let chosen = &details["multipleChoiceAnswer"]["options"];
        if chosen.is_array() {
            let words = list(chosen).map(|id| option(id, asked));
            return Value::Array(words.collect());
        }
    }
    Value::Null
}

/// A choice in the form's words.
fn option(id: &Value, asked: Option<&Value>) -> Value {
    let options =
        asked.map(|it| &it["questionDetails"]["multipleChoiceQuestionDetails"]["options"]);
    let mut options = options.into_iter().flat_map(list);
    let chosen = options.find(|option| option["id"] == *id);
    let words = chosen.and_then(|option| {
        localized(&option["text"])
            .or_else(|| Some(text_at(option, "/text")).filter(|it| !it.is_empty()))
    });
    words.map_or_else(|| id.clone(), Value::from)
}
