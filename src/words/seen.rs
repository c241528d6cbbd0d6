//! A lead as one reader may see it. What a pool hides until somebody has claimed it is hidden in every
//! text, also where the lead repeats it; and what leads write is cut to a sensible length.

mod masks;

use crate::domain::{
    contact::{Field, FieldValue},
    id::RepId,
    lead::{Lead, OfferKind, State},
    policy::Policy,
};

/// What tells who somebody is.
const IDENTITY: [Field; 11] = [
    Field::Name,
    Field::FirstName,
    Field::LastName,
    Field::Email,
    Field::Phone,
    Field::Company,
    Field::Website,
    Field::Message,
    Field::ExternalId,
    Field::City,
    Field::PostalCode,
];
/// More of a text than this is never looked at.
const MOST_READ: usize = 4_000;
/// The most characters of a name.
const MAX_NAME: usize = 60;

/// A lead and what of it stays hidden.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    lead: &'a Lead,
    hide: Vec<Field>,
}

impl<'a> Seen<'a> {
    /// With nothing hidden.
    #[must_use]
    pub fn whole(lead: &'a Lead) -> Self {
        Self {
            lead,
            hide: Vec::new(),
        }
    }

    /// As this rep may see it: the owner, the managers and whoever was asked
    /// in person everything, others of a pool what it shows.
    #[must_use]
    pub fn by(rep: &RepId, lead: &'a Lead, policy: &Policy) -> Self {
        if !is_free(lead) && (lead.owner() == Some(rep) || policy.manages(rep, lead)) {
            return Self::whole(lead);
        }
        let mut offers = lead.offers.iter().filter(|offer| offer.rep == *rep);
        let asked_in_person = offers.any(|offer| match offer.kind {
            OfferKind::Push | OfferKind::HandOver => true,
            OfferKind::Pool | OfferKind::Given => false,
        });
        if asked_in_person && !is_free(lead) {
            return Self::whole(lead);
        }
        Self::in_channel(lead)
    }

    /// As somebody sees it whose it is not to see: its number, and nothing of whom it is.
    #[must_use]
    pub fn nothing(lead: &'a Lead) -> Self {
        Self {
            lead,
            hide: IDENTITY.to_vec(),
        }
    }

    /// As everybody in a channel may see it.
    #[must_use]
    pub fn in_channel(lead: &'a Lead) -> Self {
        Self {
            lead,
            hide: with_parts(&lead.hidden),
        }
    }

    /// The lead itself, for what is never hidden.
    #[must_use]
    pub fn lead(&self) -> &'a Lead {
        self.lead
    }

    /// Whether this field stays hidden.
    #[must_use]
    pub fn hides(&self, field: Field) -> bool {
        self.hide.contains(&field)
    }

    /// Whether anything stays hidden.
    #[must_use]
    pub fn hides_something(&self) -> bool {
        !self.hide.is_empty()
    }

    /// The value of a field on one line; empty when it is not given or hidden.
    #[must_use]
    pub fn value(&self, field: Field, max: usize) -> String {
        let given = self.lead.contact.get(field);
        match given.filter(|_| !self.hides(field)) {
            None => String::new(),
            Some(FieldValue::Number(number)) => cut(&number_words(*number), max),
            Some(value @ (FieldValue::Text(_) | FieldValue::List(_))) => {
                self.shown(&value.to_string(), max)
            }
        }
    }

    /// The text of a field exactly as given, to make a link of; empty when hidden.
    #[must_use]
    pub fn exact(&self, field: Field) -> &'a str {
        if self.hides(field) {
            ""
        } else {
            self.lead.contact.text(field)
        }
    }

    /// Whether `text`, with which somebody looks for the lead, stands in what they may see of it: what is hidden is
    /// not given away by asking for it.
    #[must_use]
    pub fn is_found_by(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        let mut fields = Field::SEARCHED.into_iter();
        !self.hides_something()
            || text.trim_start_matches('#') == self.lead.number.to_string()
            || fields.any(|field| self.exact(field).to_lowercase().contains(&text))
    }

    /// Something that the lead wrote, on one line of at most `max` characters, without what is hidden.
    #[must_use]
    pub fn shown(&self, text: &str, max: usize) -> String {
        let text: String = text.chars().take(MOST_READ).collect();
        let text = masks::masked(&self.lead.contact, &self.hide, &text);
        cut(&text, max)
    }

    /// The person's name, in one piece or in two.
    #[must_use]
    pub fn name(&self) -> String {
        let whole = self.value(Field::Name, MAX_NAME);
        if !whole.is_empty() {
            return whole;
        }
        let parts = [Field::FirstName, Field::LastName].map(|field| self.value(field, MAX_NAME));
        cut(&parts.join(" "), MAX_NAME)
    }

    /// Who it is: "Ada Lovelace, Acme", or the next best.
    #[must_use]
    pub fn who(&self) -> String {
        let company = self.value(Field::Company, MAX_NAME);
        let named: Vec<String> = [self.name(), company]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        if !named.is_empty() {
            return named.join(", ");
        }
        [Field::Email, Field::Phone]
            .into_iter()
            .map(|field| self.value(field, MAX_NAME))
            .find(|text| !text.is_empty())
            .unwrap_or_else(|| "somebody without a name".to_owned())
    }

    /// How people call it: "#4711 · Ada Lovelace, Acme".
    #[must_use]
    pub fn called(&self) -> String {
        format!("#{} · {}", self.lead.number, self.who())
    }

    /// How a screen reader says it: "lead 4711, Ada Lovelace".
    #[must_use]
    pub fn spoken(&self) -> String {
        let name = self.name();
        let name = if name.is_empty() { self.who() } else { name };
        format!("lead {}, {name}", self.lead.number)
    }

    /// What they asked for, as what follows their name: "asks for a demo".
    #[must_use]
    pub fn asks(&self) -> String {
        match self.lead.lead_type.as_str() {
            "" => "got in touch".to_owned(),
            "demo" => "asks for a demo".to_owned(),
            "contact_sales" => "wants to talk to sales".to_owned(),
            "contact" | "callback" => "asks to be contacted".to_owned(),
            "trial" => "started a trial".to_owned(),
            "pricing" | "quote" => "asks for a price".to_owned(),
            "download" => "downloaded something".to_owned(),
            "event" => "met us at an event".to_owned(),
            "webinar" => "signed up for a webinar".to_owned(),
            "newsletter" => "signed up for the newsletter".to_owned(),
            "referral" => "was referred to us".to_owned(),
            "mql" => "shows strong interest".to_owned(),
            "chat" => "wrote in the chat".to_owned(),
            "call" => "called us".to_owned(),
            other => format!("came in as {}", self.shown(&other.replace('_', " "), 40)),
        }
    }
}

/// Whether it lies there for several to take.
fn is_free(lead: &Lead) -> bool {
    match lead.state {
        State::Pooled { .. } | State::Queued { waiting: None, .. } => true,
        State::Queued {
            waiting: Some(_), ..
        }
        | State::Pending
        | State::Offered { .. }
        | State::Review { .. }
        | State::Nurture { .. }
        | State::Owned { .. }
        | State::Closed { .. }
        | State::Disqualified { .. } => false,
    }
}

/// Who hides the name means the whole of it.
fn with_parts(hide: &[Field]) -> Vec<Field> {
    let names = [Field::Name, Field::FirstName, Field::LastName];
    let more = if hide.contains(&Field::Name) {
        &names[..]
    } else {
        &[]
    };
    hide.iter().chain(more).copied().collect()
}

/// The text on one line, cut to `max` characters.
#[must_use]
pub fn cut(text: &str, max: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().nth(max).is_some() {
            let short: String = line.chars().take(max.saturating_sub(1)).collect();
            return format!("{}…", short.trim_end());
        }
    }
    line
}

/// A number as people write it: "1,200", "12.5".
#[must_use]
pub fn number_words(number: f64) -> String {
    let plain = number.to_string();
    let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{rest}")
}

/// The first letter large, as a sentence begins.
#[must_use]
pub fn begin(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests;

    #[test]
    fn texts_are_cut_and_numbers_grouped() {
        assert_eq!(cut(" a  b\nc ", 5), "a b c");
        assert_eq!(cut("abc def", 5), "abc…");
        assert_eq!(cut("äöü", 2), "ä…");
        for (number, words) in [
            (0.0, "0"),
            (-1234.5, "-1,234.5"),
            (999.0, "999"),
            (1_000_000.0, "1,000,000"),
        ] {
            assert_eq!(number_words(number), words);
        }
    }

    #[test]
    fn only_who_has_a_claimed_lead_or_manages_it_sees_the_whole_of_it() {
        let (lead, policy) = (tests::claimed(), tests::policy());
        let hides = |rep: &str| Seen::by(&rep.into(), &lead, &policy).hides(Field::Email);
        assert_eq!(
            ["jonas", "selin", "ayse", "stranger"].map(hides),
            [false, false, true, true]
        );
        let pooled = tests::pooled();
        assert!(Seen::by(&"selin".into(), &pooled, &policy).hides(Field::Email));
    }

    #[test]
    fn what_a_queue_hides_is_seen_by_nobody_until_somebody_has_taken_it() {
        let (mut lead, policy) = (tests::owned(), tests::policy());
        lead.hidden = vec![Field::Name, Field::Email];
        let hides = |lead: &Lead, rep: &str| {
            let seen = Seen::by(&rep.into(), lead, &policy);
            seen.hides(Field::Email) && seen.hides(Field::LastName)
        };
        let owner = lead.owner().cloned().unwrap_or_else(|| "jonas".into());
        assert!(!hides(&lead, owner.as_str()));
        assert!(!hides(&lead, "selin"));
        lead.state = State::Queued {
            team: Some("sdr".into()),
            waiting: None,
        };
        assert!(
            ["ayse", "jonas", "selin"]
                .iter()
                .all(|rep| hides(&lead, rep))
        );
    }
}
