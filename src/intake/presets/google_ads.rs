//! Google Ads' lead forms. The key stands in the body; columns are known by their ids, for names are translated.

use secrecy::SecretString;
use serde_json::{Value, json};

use crate::intake::{
    preset::{Call, Person, Preset, Seen, answer, list, text_at},
    verify::{BodyField, Scheme, SetupError},
};

pub(super) const PRESET: Preset = Preset {
    word: "google-ads",
    title: "Google Ads lead forms",
    scheme,
    credentials: &["google_key"],
    // Every test has the same.
    delivery: |call| call.id("/lead_id").filter(|_| !is_test(call.payload)),
    read,
    ..Preset::PLAIN
};

/// Columns that every form may have.
const STANDARD: [&str; 14] = [
    "FULL_NAME",
    "FIRST_NAME",
    "LAST_NAME",
    "EMAIL",
    "WORK_EMAIL",
    "PHONE_NUMBER",
    "WORK_PHONE",
    "COMPANY_NAME",
    "JOB_TITLE",
    "CITY",
    "REGION",
    "COUNTRY",
    "POSTAL_CODE",
    "STREET_ADDRESS",
];

fn scheme(secrets: Vec<SecretString>) -> Result<Scheme, SetupError> {
    BodyField::new("google_key", secrets).map(Scheme::BodyField)
}

fn read<'a>(call: &Call<'a>) -> Seen<'a> {
    let sent = call.payload;
    if !sent["user_column_data"].is_array() {
        return Seen::Strange("it has no `user_column_data`".into());
    }
    let answers: Vec<_> = list(&sent["user_column_data"]).map(column).collect();
    let said = json!({
        "answers": answers,
        "form_id": sent["form_id"],
        "campaign": sent["campaign_id"],
        "ad": sent["creative_id"],
        "adgroup_id": sent["adgroup_id"],
        "asset_group_id": sent["asset_group_id"],
        "lead_source": sent["lead_source"],
        "click_id": sent["gcl_id"],
        "external_id": sent["lead_id"],
        "submitted_at": sent["lead_submit_time"],
    });
    Seen::People(vec![Person {
        test: is_test(sent),
        ..Person::new(sent, said)
    }])
}

fn is_test(sent: &Value) -> bool {
    sent["is_test"] == true
}

fn column(column: &Value) -> Value {
    let id = text_at(column, "/column_id");
    let name = if STANDARD.contains(&id.as_str()) {
        id.clone()
    } else {
        text_at(column, "/column_name")
    };
    answer(&name, &id, &column["string_value"])
}
