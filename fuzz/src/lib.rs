//! What is fed with arbitrary bytes: every reader of bodies, and every reader of what proves a sender. Nothing of
//! it may panic, and no proof may be believed that nobody could make.
//!
//! A body target takes the bytes as the body. A proof target takes its lines: two or three headers, then the body.

use std::collections::BTreeMap;

use baton::{
    domain::submission::{ImportTo, Wanted},
    intake::{
        Format, Request, Scheme, Source, activities,
        columns::{Plan, Wishes},
        preset, presets, read, read_fetched,
        rows::{Origin, read_row},
        table::{self, Table},
        verify::{Basic, BodyField, Hmac, HubSpot, Standard, Token, TokenPlace, vendors},
    },
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;

/// A target.
pub type Target = fn(&[u8]);

/// All of them by name.
pub const ALL: [(&str, Target); 16] = [
    ("json", json),
    ("form", form),
    ("multipart", multipart),
    ("xml", xml),
    ("email", email),
    ("presets", presets),
    ("fetched", fetched),
    ("activities", activities),
    ("table", table),
    ("signature", signature),
    ("parts", parts),
    ("batch", batch),
    ("standard", standard),
    ("hubspot", hubspot),
    ("basic", basic),
    ("token", token),
];

const SECRET: &str = "a secret that no fuzzer knows";
const NOW: i64 = 1_800_000_000;

/// Bodies of JSON.
pub fn json(data: &[u8]) {
    body(Format::Json, Some("application/json"), data);
}

/// Forms.
pub fn form(data: &[u8]) {
    body(
        Format::Form,
        Some("application/x-www-form-urlencoded"),
        data,
    );
}

/// Forms with files.
pub fn multipart(data: &[u8]) {
    body(
        Format::Multipart,
        Some("multipart/form-data; boundary=x"),
        data,
    );
    body(Format::Multipart, None, data);
}

/// XML.
pub fn xml(data: &[u8]) {
    body(Format::Xml, Some("text/xml; charset=iso-8859-1"), data);
    body(Format::Xml, None, data);
}

/// E-mails.
pub fn email(data: &[u8]) {
    body(Format::Email, Some("message/rfc822"), data);
}

/// What each vendor posts, as every preset reads it.
pub fn presets(data: &[u8]) {
    // Some tell by a header what they post.
    let first = data.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let said = String::from_utf8_lossy(first).into_owned();
    for preset in presets::ALL {
        let source = Source::new("fuzz".into(), Format::Preset(preset));
        let headers = preset.headers.iter();
        let headers: BTreeMap<_, _> = headers.map(|name| ((*name).into(), said.clone())).collect();
        let _ = read(&source, None, &headers, data);
        if let Ok(payload) = source.payload(None, data) {
            let _ = (preset.delivery)(&preset::Call {
                headers: &headers,
                payload: &payload,
            });
        }
        let _ = source.stored_body(None, data);
    }
}

/// What vendors answer who are asked for somebody: one answer a line.
pub fn fetched(data: &[u8]) {
    let answers = data.split(|byte| *byte == b'\n').take(3);
    let answers: Vec<_> = answers
        .map_while(|it| serde_json::from_slice(it).ok())
        .collect();
    let wanted = Wanted {
        id: "1".into(),
        key: "1".into(),
        account: String::new(),
        known: serde_json::json!({"form_id": "7"}),
        test: false,
        update: false,
    };
    for preset in presets::ALL {
        let source = Source::new("fuzz".into(), Format::Preset(preset));
        let _ = read_fetched(&source, &wanted, &answers);
    }
}

/// What sources tell of what people do.
pub fn activities(data: &[u8]) {
    for format in [Format::Json, Format::Form] {
        let source = Source::new("fuzz".into(), format);
        let _ = activities::read(&source, None, data);
    }
}

/// Lists of leads in files.
pub fn table(data: &[u8]) {
    let Ok(table) = Table::read(data, table::Reading::default()) else {
        return;
    };
    let source = Source::new("fuzz".into(), Format::Json);
    let Ok(plan) = Plan::of(&table, &source.mapping, &Wishes::default()) else {
        return;
    };
    for row in table.rows.iter().take(50) {
        let said = serde_json::Value::Object(plan.said(row));
        let _ = read_row(&source, Origin::Import(ImportTo::Queue), &said);
    }
}

fn body(format: Format, content_type: Option<&str>, data: &[u8]) {
    let field = BodyField::new("email", vec![SECRET.into()]).expect("a name and a secret");
    let source = Source {
        scheme: Scheme::BodyField(field),
        ..Source::new("fuzz".into(), format)
    };
    let none = BTreeMap::new();
    let open = Source::new("fuzz".into(), format);
    let _ = read(&open, content_type, &none, data);
    let _ = source.stored_body(content_type, data);
    refused(&source.scheme, &HeaderMap::new(), "", data);
}

/// One signature in a header.
pub fn signature(data: &[u8]) {
    let settings = vendors::slack(vec![SECRET.into()]);
    let scheme = Scheme::HmacSha256(Hmac::new(settings).expect("a right shape"));
    proof(
        &scheme,
        ["x-slack-signature", "x-slack-request-timestamp", "x-other"],
        data,
    );
}

/// A header of several parts.
pub fn parts(data: &[u8]) {
    let settings = vendors::stripe(vec![SECRET.into()]);
    let scheme = Scheme::HmacSha256(Hmac::new(settings).expect("a right shape"));
    proof(&scheme, ["stripe-signature", "x-other", "x-another"], data);
}

/// A batch of which the first event is signed.
pub fn batch(data: &[u8]) {
    let settings = vendors::segment(vec![SECRET.into()]);
    let scheme = Scheme::HmacSha1(Hmac::new(settings).expect("a right shape"));
    let header = HeaderValue::from_static("5c089c7ab6cefea03b5a27e7c65aa9e905bf0d24");
    let headers = HeaderMap::from_iter([(HeaderName::from_static("x-signature"), header)]);
    refused(&scheme, &headers, "", data);
}

/// Standard Webhooks.
pub fn standard(data: &[u8]) {
    // Of the seed that is 32 times the byte 7, with which nothing here is signed.
    let public = "whpk_6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=";
    let secrets = [
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(),
        public.into(),
    ];
    let scheme = Scheme::Standard(Standard::new(&secrets, None).expect("right keys"));
    proof(
        &scheme,
        ["svix-signature", "svix-timestamp", "svix-id"],
        data,
    );
}

/// HubSpot's versions.
pub fn hubspot(data: &[u8]) {
    let scheme = Scheme::HubSpot(HubSpot::new(vec![SECRET.into()]).expect("a secret"));
    proof(
        &scheme,
        [
            "x-hubspot-signature",
            "x-hubspot-signature-version",
            "x-other",
        ],
        data,
    );
    proof(
        &scheme,
        [
            "x-hubspot-signature-v3",
            "x-hubspot-request-timestamp",
            "x-other",
        ],
        data,
    );
}

/// User and password.
pub fn basic(data: &[u8]) {
    let pair = format!("user:{SECRET}");
    let scheme = Scheme::Basic(Basic::new(vec![pair.into()]).expect("user and password"));
    proof(&scheme, ["authorization", "x-other", "x-another"], data);
}

/// A token in the address or in a header.
pub fn token(data: &[u8]) {
    let token = Token::new(vec![SECRET.into()], TokenPlace::QueryOrBearer).expect("a token");
    let scheme = Scheme::Token(token);
    refused(
        &scheme,
        &HeaderMap::new(),
        &String::from_utf8_lossy(data),
        b"",
    );
    proof(&scheme, ["authorization", "x-other", "x-another"], data);
}

/// Gives a scheme the first lines as headers of these names, and the rest as the body.
fn proof(scheme: &Scheme, names: [&'static str; 3], data: &[u8]) {
    let mut lines = data.splitn(4, |byte| *byte == b'\n');
    let mut headers = HeaderMap::new();
    for name in names {
        let value = HeaderValue::from_bytes(lines.next().unwrap_or_default());
        if let Ok(value) = value {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    refused(scheme, &headers, "", lines.next().unwrap_or_default());
}

fn refused(scheme: &Scheme, headers: &HeaderMap, query: &str, body: &[u8]) {
    let verdict = scheme.verify(&Request {
        method: &Method::POST,
        url: &format!("https://baton.example/webhooks/fuzz?{query}"),
        headers,
        query,
        body,
        now: Timestamp::from_second(NOW).expect("a time"),
    });
    assert!(verdict.is_err(), "believed without the secret");
}
