//! What a condition is asked about: one lead at one moment, and for `where` one rep.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use cel::{
    common::{
        types::{CelBool, CelDouble, CelString},
        value::{CowVal, Val},
    },
    context::VariableResolver,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    pattern::{Matching, Pattern},
    schema::Variable,
    submission::{Same, SubmissionFacts},
    texts::{TextList, Texts},
};
use crate::domain::{
    contact::{Contact, Field, FieldKind},
    function,
    mail::MailFacts,
    spam,
};

/// One lead at one moment, as conditions see it. Start with [`Facts::about`] and fill in the rest.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The moment of asking.
    pub now: Timestamp,
    /// The canonical fields.
    pub contact: &'a Contact,
    /// `lead.type`.
    pub lead_type: &'a str,
    /// `lead.attributes`.
    pub attributes: &'a BTreeMap<String, String>,
    /// `lead.domain`, `lead.free_mail`, `lead.disposable`: worked out only for a condition that asks.
    pub mail: &'a (dyn Fn() -> &'a MailFacts + Sync),
    /// `lead.marks`: the filters that marked it.
    pub marks: &'a [String],
    /// `lead.owner`: who had the lead earlier, `""` when nobody.
    pub owner: &'a str,
    /// `source.id`.
    pub source: &'a str,
    /// `score.*`.
    pub score: ScoreFacts,
    /// `intent`.
    pub intent: &'a str,
    /// `fit`.
    pub fit: &'a str,
    /// `stage`.
    pub stage: &'a str,
    /// `account.*`: looked for only for a condition that asks.
    pub account: &'a (dyn Fn() -> AccountFacts<'a> + Sync),
    /// `territory`: the first that holds, `""` when none does.
    pub territory: &'a str,
    /// The `[list.*]` by name.
    pub lists: &'a BTreeMap<String, TextList>,
    /// How often the lead did this within so long before `now`.
    pub activities: &'a (dyn Fn(&str, SignedDuration) -> u32 + Sync),
    /// Whether the calendar of this name is open at `now`.
    pub open: &'a (dyn Fn(&str) -> bool + Sync),
    /// The rep that a `where` asks about.
    pub rep: Option<RepFacts<'a>>,
    /// The submission that a filter asks about.
    pub submission: SubmissionFacts<'a>,
}

/// `score.*`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScoreFacts {
    /// Points for who they are.
    pub fit: f64,
    /// Points for what they do, faded.
    pub engagement: f64,
    /// The share of leads like this one that are won, 0 to 1; where it is known.
    pub win: Option<f64>,
}

/// `account.*`: empty when the lead belongs to no known account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountFacts<'a> {
    /// Its name.
    pub name: &'a str,
    /// The rep who owns it, `""` when nobody does.
    pub owner: &'a str,
    /// Its tier.
    pub tier: &'a str,
    /// Whether it is a named account.
    pub named: bool,
    /// Whether it is a customer.
    pub customer: bool,
}

/// `rep.*` in a team's `where`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RepFacts<'a> {
    /// The id in the configuration.
    pub id: &'a str,
    /// The name.
    pub name: &'a str,
    /// `junior`, `mid` or `senior`, `""` when not given.
    pub level: &'a str,
    /// The country without its region: `DE` of `DE-BE`.
    pub country: &'a str,
    /// The region within the country: `BE` of `DE-BE`.
    pub region: &'a str,
    /// The IANA time zone.
    pub timezone: &'a str,
    /// The share among colleagues.
    pub weight: f64,
    /// Languages.
    pub languages: &'a [String],
    /// Territories.
    pub territories: &'a [String],
    /// Skills.
    pub skills: &'a [String],
    /// Functions of people they sell to.
    pub functions: &'a [String],
}

static NO_ATTRIBUTES: BTreeMap<String, String> = BTreeMap::new();
static NO_MAIL: MailFacts = MailFacts::NONE;
static NO_LISTS: BTreeMap<String, TextList> = BTreeMap::new();

impl<'a> Facts<'a> {
    /// The facts of a lead of which only the contact is known: no score, no account, no activities.
    #[must_use]
    pub fn about(contact: &'a Contact, now: Timestamp) -> Self {
        Self {
            now,
            contact,
            lead_type: "",
            attributes: &NO_ATTRIBUTES,
            mail: &|| &NO_MAIL,
            marks: &[],
            owner: "",
            source: "",
            score: ScoreFacts::default(),
            intent: "low",
            fit: "weak",
            stage: "lead",
            account: &AccountFacts::default,
            territory: "",
            lists: &NO_LISTS,
            activities: &|_, _| 0,
            open: &|_| false,
            rep: None,
            submission: SubmissionFacts::default(),
        }
    }

    /// The value of a variable, if it has one.
    fn value(&self, variable: Variable) -> Option<Value<'_>> {
        use Value::{Bool, Number, Text, Texts};
        let rep = self.rep.unwrap_or_default();
        Some(match variable {
            Variable::Lead(Field::Type) => Text(self.lead_type),
            Variable::Lead(field) => match field.kind() {
                FieldKind::Text => Text(self.contact.text(field)),
                FieldKind::Number => Number(self.contact.number(field)?),
                FieldKind::List => Texts(self.contact.list(field)),
            },
            Variable::Domain => Text(&(self.mail)().domain),
            Variable::FreeMail => Bool((self.mail)().free_mail),
            Variable::Disposable => Bool((self.mail)().disposable),
            Variable::Function => Text(function::of(self.contact.text(Field::Title))),
            Variable::Marks => Texts(self.marks),
            Variable::EarlierOwner => Text(self.owner),
            Variable::ScoreFit => Number(self.score.fit),
            Variable::ScoreEngagement => Number(self.score.engagement),
            Variable::ScoreTotal => Number(self.score.fit + self.score.engagement),
            Variable::ScoreWin => Number(self.score.win?),
            Variable::Intent => Text(self.intent),
            Variable::Fit => Text(self.fit),
            Variable::Stage => Text(self.stage),
            Variable::AccountName => Text((self.account)().name),
            Variable::AccountOwner => Text((self.account)().owner),
            Variable::AccountNamed => Bool((self.account)().named),
            Variable::AccountTier => Text((self.account)().tier),
            Variable::AccountCustomer => Bool((self.account)().customer),
            Variable::SourceId => Text(self.source),
            Variable::SourceFormId => Text(self.contact.text(Field::FormId)),
            Variable::Territory => Text(self.territory),
            Variable::SubmissionLinks => Number(f64::from(spam::links_of(self.contact))),
            Variable::SubmissionHoneypot => Bool(self.submission.honeypot),
            Variable::SubmissionSeconds => Number(self.submission.seconds?),
            Variable::RepId => Text(rep.id),
            Variable::RepName => Text(rep.name),
            Variable::RepLevel => Text(rep.level),
            Variable::RepCountry => Text(rep.country),
            Variable::RepRegion => Text(rep.region),
            Variable::RepTimezone => Text(rep.timezone),
            Variable::RepWeight => Number(rep.weight),
            Variable::RepLanguages => Texts(rep.languages),
            Variable::RepTerritories => Texts(rep.territories),
            Variable::RepSkills => Texts(rep.skills),
            Variable::RepFunctions => Texts(rep.functions),
        })
    }
}

/// The value of a variable.
enum Value<'a> {
    Bool(bool),
    Number(f64),
    Text(&'a str),
    Texts(&'a [String]),
}

/// One thing that a compiled condition looks up while it is evaluated.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Slot {
    /// The value of a variable.
    Value(Variable),
    /// `has(…)`: whether a variable was given.
    Given(Variable),
    /// `lead.attributes["label"]`.
    Attribute(String),
    /// `has(lead.attributes.label)`.
    AttributeGiven(String),
    /// `lead.activities("kind", "7d")`.
    Activities {
        kind: String,
        within: SignedDuration,
    },
    /// `submission.same_email("1h")`.
    Same { same: Same, within: SignedDuration },
    /// `list("name")`.
    List(String),
    /// A list written in the condition: `["DE", "AT"]`.
    Literal(TextList),
    /// What `text.matches("…")` looks into.
    Pattern(Pattern),
    /// `open("calendar")`.
    Open(String),
    /// `hour(zone)`: 0 to 23.
    Hour(Zone),
    /// `weekday(zone)`: 1 is Monday, 7 is Sunday.
    Weekday(Zone),
}

impl Slot {
    /// How many of whom within how long are asked for, if it is that.
    pub fn count(&self) -> Option<(Same, SignedDuration)> {
        match self {
            Self::Same { same, within } => Some((*same, *within)),
            Self::Value(_)
            | Self::Given(_)
            | Self::Attribute(_)
            | Self::AttributeGiven(_)
            | Self::Activities { .. }
            | Self::List(_)
            | Self::Literal(_)
            | Self::Pattern(_)
            | Self::Open(_)
            | Self::Hour(_)
            | Self::Weekday(_) => None,
        }
    }
}

/// The zone of `hour` and `weekday`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Zone {
    /// Written in the condition.
    Fixed(TimeZone),
    /// The lead's or the rep's: unknown when it is not given.
    Of(Variable),
}

/// What CEL asks for values while one condition is evaluated.
pub(super) struct Lookup<'a, 'f> {
    pub slots: &'a [Slot],
    pub facts: &'a Facts<'f>,
    missing: Mutex<Vec<Field>>,
}

impl<'a, 'f> Lookup<'a, 'f> {
    pub fn new(slots: &'a [Slot], facts: &'a Facts<'f>) -> Self {
        Self {
            slots,
            facts,
            missing: Mutex::new(Vec::new()),
        }
    }

    /// The fields that were needed and not given, in the order of asking.
    pub fn into_missing(self) -> Vec<Field> {
        let missing = self.missing.into_inner();
        missing.unwrap_or_else(PoisonError::into_inner)
    }

    fn value(&self, variable: Variable) -> Option<Box<dyn Val + '_>> {
        let Some(value) = self.facts.value(variable) else {
            self.note_missing(variable);
            return None;
        };
        Some(match value {
            Value::Bool(holds) => boolean(holds),
            Value::Number(number) => float(number),
            Value::Text(text) => Box::new(CelString::from(text)),
            Value::Texts(texts) => Box::new(Texts::unsorted(texts)),
        })
    }

    fn given(&self, variable: Variable) -> bool {
        match self.facts.value(variable) {
            None => false,
            Some(Value::Bool(_) | Value::Number(_)) => true,
            Some(Value::Text(text)) => !text.is_empty(),
            Some(Value::Texts(texts)) => !texts.is_empty(),
        }
    }

    /// The local time in `zone`, unless the lead's zone is not known.
    fn local(&self, zone: &Zone) -> Option<jiff::Zoned> {
        let zone = match zone {
            Zone::Fixed(zone) => zone.clone(),
            Zone::Of(variable) => {
                let named = match self.facts.value(*variable) {
                    Some(Value::Text(name)) => TimeZone::get(name).ok(),
                    Some(Value::Bool(_) | Value::Number(_) | Value::Texts(_)) | None => None,
                };
                named.or_else(|| {
                    self.note_missing(*variable);
                    None
                })?
            }
        };
        Some(self.facts.now.to_zoned(zone))
    }

    fn note_missing(&self, variable: Variable) {
        let Variable::Lead(field) = variable else {
            return;
        };
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if !missing.contains(&field) {
            missing.push(field);
        }
    }

    fn resolve_slot(&self, slot: &'a Slot) -> Option<Box<dyn Val + '_>> {
        let facts = self.facts;
        Some(match slot {
            Slot::Value(variable) => self.value(*variable)?,
            Slot::Given(variable) => boolean(self.given(*variable)),
            Slot::Attribute(label) => {
                let text = facts.attributes.get(label).map_or("", String::as_str);
                Box::new(CelString::from(text))
            }
            Slot::AttributeGiven(label) => {
                boolean(facts.attributes.get(label).is_some_and(|it| !it.is_empty()))
            }
            Slot::Activities { kind, within } => float((facts.activities)(kind, *within).into()),
            Slot::Same { same, within } => float((facts.submission.same)(*same, *within).into()),
            Slot::List(name) => Box::new(Texts::named(facts.lists.get(name)?)),
            Slot::Literal(texts) => Box::new(Texts::sorted(texts)),
            Slot::Pattern(pattern) => Box::new(Matching(pattern)),
            Slot::Open(calendar) => boolean((facts.open)(calendar)),
            Slot::Hour(zone) => float(self.local(zone)?.hour().into()),
            Slot::Weekday(zone) => {
                let weekday = self.local(zone)?.weekday();
                float(weekday.to_monday_one_offset().into())
            }
        })
    }
}

fn boolean<'v>(holds: bool) -> Box<dyn Val + 'v> {
    Box::new(CelBool::from(holds))
}

fn float<'v>(number: f64) -> Box<dyn Val + 'v> {
    Box::new(CelDouble::from(number))
}

impl VariableResolver for Lookup<'_, '_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let index: usize = variable.strip_prefix('#')?.parse().ok()?;
        let slot = self.slots.get(index)?;
        Some(CowVal::Owned(self.resolve_slot(slot)?))
    }
}
