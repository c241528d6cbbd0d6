//! `/lead new`: a lead that somebody enters by hand. It is taken in as a submission of the source `manual`.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::json;

use super::{
    Answer, Context,
    asked::{Asked, Trouble},
    lead,
};
use crate::{
    domain::{
        card::Card,
        id::RepId,
        submission::{NewLead, Status},
    },
    engine::{Content, Submission},
    intake::{self, Format, Mapping, Reading, Source, normal},
    words::entered as said,
};

/// By what name such leads came in.
const SOURCE: &str = "manual";

/// What came of a filled-in form.
#[derive(Clone, Debug, PartialEq)]
pub enum Entered {
    /// The lead is there.
    Done(Card),
    /// What is wrong, by field; nothing was kept.
    Wrong(BTreeMap<String, String>),
}

/// The form, for whoever can be shown one.
pub(super) fn form(asked: &Asked<'_>) -> Answer {
    let now = asked.engine.clock().now();
    let key = format!("new_{}", asked.engine.clock().chance(now).next_ulid());
    Answer {
        dialog: Some(said::form(&key)),
        ..Answer::from(said::opens_by_button())
    }
}

/// The form as a button opens it; what is said instead if it can't be.
pub async fn blank(context: Context<'_>, who: &RepId) -> Answer {
    match Asked::new(context, who).await {
        Ok(asked) => form(&asked),
        Err(trouble) => Card::sentence(trouble.said()).into(),
    }
}

/// Takes in what `who` has filled in; `key` is the form's, so that one that is sent twice makes one lead.
pub async fn enter(
    context: Context<'_>,
    who: &RepId,
    key: &str,
    values: &BTreeMap<String, String>,
) -> Entered {
    let entered = match Asked::new(context, who).await {
        Ok(asked) => take_in(&asked, key, values).await,
        Err(trouble) => Err(trouble),
    };
    entered.unwrap_or_else(|trouble| Entered::Done(Card::sentence(trouble.said())))
}

async fn take_in(
    asked: &Asked<'_>,
    key: &str,
    values: &BTreeMap<String, String>,
) -> Result<Entered, Trouble> {
    let source = source(asked);
    let country = source.mapping.country.as_deref().unwrap_or_default();
    let given = |name: &str| values.get(name).map_or("", String::as_str);
    let bad_mail = !given("email").is_empty() && normal::email(given("email")).is_none();
    let bad_phone = !given("phone").is_empty() && normal::phone(given("phone"), country).is_none();
    let wrong = said::wrong(bad_mail, bad_phone);
    if !wrong.is_empty() {
        return Ok(Entered::Wrong(wrong));
    }
    let fields = values.iter().filter(|(name, _)| *name != said::WHO);
    let payload = json!(fields.collect::<BTreeMap<_, _>>());
    let Reading::Leads { leads, problems } =
        intake::read_payload(&source, &BTreeMap::new(), &payload)
    else {
        return Ok(Entered::Wrong(said::unreachable()));
    };
    let body = payload.to_string().into_bytes();
    let submission = Submission {
        source: source.id.clone(),
        content_type: Some("application/json".to_owned()),
        query: String::new(),
        headers: BTreeMap::new(),
        body_hash: intake::body_hash(&body),
        body,
        delivery_id: Some(key.to_owned()),
        window: SignedDuration::ZERO,
    };
    let owner = leads.first().and_then(|lead| account_owner(asked, lead));
    let keeps = given(said::WHO) == said::MINE && owner.is_none();
    let content = Content::Leads { leads, problems };
    let received = asked
        .engine
        .enter(&submission, &content, &asked.who, keeps)
        .await?;
    let Some(id) = received.leads.first() else {
        return Ok(Entered::Wrong(said::unreachable()));
    };
    let Some(lead) = lead::get(asked, id).await? else {
        return Ok(Entered::Wrong(said::unreachable()));
    };
    let fresh = lead.source == source.id
        && received.status != Status::Duplicate
        && lead.created_at >= asked.now.timestamp();
    let (policy, when) = (asked.policy(), asked.when());
    let mut card = said::done(&lead, fresh, policy, &asked.who, &when);
    if let (Some((company, owner)), true) = (owner, given(said::WHO) == said::MINE) {
        card = Card::sentence(format!(
            "{} {}",
            card.summary,
            said::belongs_to(&company, policy.name_of(&owner))
        ));
    }
    Ok(Entered::Done(card))
}

/// The company with its owner, if that is somebody else: nobody overrides a named account by hand.
fn account_owner(asked: &Asked<'_>, lead: &NewLead) -> Option<(String, RepId)> {
    let account = asked.policy().account_of(&lead.contact)?;
    let owner = account.owner.clone().filter(|owner| *owner != asked.who)?;
    Some((account.name.clone(), owner))
}

/// Read as JSON of canonical fields; phone numbers as they are written where the rep is.
fn source(asked: &Asked<'_>) -> Source {
    let rep = asked.policy().reps.get(&asked.who);
    let country = rep.and_then(|rep| rep.country.as_deref());
    Source {
        mapping: Mapping {
            country: country.and_then(|code| Some(code.split('-').next()?.to_owned())),
            ..Mapping::default()
        },
        window: SignedDuration::ZERO,
        ..Source::new(SOURCE.into(), Format::Json)
    }
}
