//! What senders call the canonical fields, in the languages forms are written in.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use serde_json::{Map, Value};

use super::{
    text::{key, words},
    tree::{self, Entry},
};
use crate::domain::contact::Field;

/// Names that mean something else under most keys (`course.name`): believed only where what
/// stands around them is about the lead.
const LOOSE: &str = "name, nome, nombre, naam, isim, first, last, title, type, url, page, site, domain, \
    role, position, state, region, city, country, land, cap, language, lang, locale, \
    message, comment, comments, notes, note, description, tag, tags, labels, form, campaign, product, \
    currency, timestamp, created at, terms, org, account name, user id, customer id, \
    timezone, display name, mail, cell, ort, ad";

/// Keys around the lead's own data.
const AROUND: &str = "contact, lead, person, data, fields, field, form, form data, form response, payload, \
    body, properties, attributes, traits, merges, merge fields, values, answers, responses, \
    response, named values, customer, user, visitor, client, subscriber, prospect, \
    submission, entry, record, event, details, contact info, contact details, personal, \
    address, adresse, location, hidden, hidden fields, utm, tracking, attribution, meta, \
    metadata, context, page, custom fields, custom, object, item, items, leads, contacts, \
    results, questions, questions and answers, input, inputs, kontakt, kontaktdaten, \
    raw request, campaign";

/// Keys around a company's data: there `name` is the company's.
const COMPANY: &str = "company, organization, organisation, org, account, business, employer, firma, \
    unternehmen, empresa, entreprise, azienda";

/// What a company's plain keys say.
const OF_COMPANY: &str = "company = name | title | legal name
employees = size | employees | employee count | headcount
website = domain | url | website
country = country | country code
region = region | state
city = city";

/// Words for people who are not the lead: what stands under a key with one of them is theirs.
const FOREIGN: &str = "owner, host, organizer, organiser, assignee, assigned, agent, rep, reps, vendor, \
    provider, seller, staff, manager, admin, creator, author, sender, recipient, \
    recipients, cc, bcc, booker, memberships, guests, referral, colleague, friend";

/// Keys around what is not the lead's either, though their words may be: `support_request`.
const ELSEWHERE: &str =
    "from, support, site, store, shop, previous, reply to, meeting, call, event properties";

/// Words around a name that add nothing: "What is your name? (required)".
const FILLERS: &str = "what, whats, is, s, your, the, please, enter, provide, a, an, my, our, contact, lead, \
    customer, person, user, visitor, client, optional, required, input, field, fields, \
    properties, attributes, ihr, ihre, dein, deine, wie, lautet, bitte, pflichtfeld, tu, \
    su, sus, votre, vos, seu, sua, qual, e, o, il, tuo, la, uw, je, 1";

/// Nobody's e-mail address lies deeper; looking there would be work for nothing.
const DEEPEST: usize = 12;

struct Tables {
    names: HashMap<String, (Field, usize)>,
    of_company: HashMap<String, (Field, usize)>,
    loose: HashSet<String>,
    around: HashSet<String>,
    company: HashSet<String>,
    foreign: HashSet<String>,
    elsewhere: HashSet<String>,
    fillers: HashSet<String>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    names: by_name(include_str!("names.txt")),
    of_company: by_name(OF_COMPANY),
    loose: set(LOOSE),
    around: set(AROUND),
    company: set(COMPANY),
    foreign: set(FOREIGN),
    elsewhere: set(ELSEWHERE),
    fillers: set(FILLERS),
});

fn set(names: &str) -> HashSet<String> {
    names.split(',').map(key).collect()
}

/// Reads `field = name | name` lines; how good a name is, is its place in the line.
fn by_name(lines: &str) -> HashMap<String, (Field, usize)> {
    let mut table = HashMap::new();
    for (field, names) in rows(lines) {
        for (strength, name) in names.split('|').enumerate() {
            table.entry(key(name)).or_insert((field, strength));
        }
    }
    table
}

fn rows(lines: &str) -> impl Iterator<Item = (Field, &str)> {
    lines.lines().filter_map(|line| {
        let (field, names) = line.split_once('=')?;
        Some((Field::by_name(field.trim())?, names))
    })
}

/// How sure a name is: where it stands counts first, then how good a name it is.
pub(super) type Sureness = (u8, usize);

/// The field an entry is, by what it is called, and how sure that is (less is surer).
pub(super) fn recognise(entry: &Entry<'_>) -> Option<(Field, Sureness)> {
    if entry.path.len() > DEEPEST {
        return None;
    }
    let mut keys: Vec<Vec<String>> = entry.path.iter().map(|label| words(label)).collect();
    while keys.len() > 1 && keys.last().is_some_and(|words| is_wrapper(words)) {
        keys.pop();
    }
    let (last, parents) = keys.split_last()?;
    if parents
        .iter()
        .any(|parent| is_foreign(parent) || is_elsewhere(parent))
    {
        return None;
    }
    by_label(last, parents)
        .or_else(|| by_label(&words(entry.alias?), parents))
        .or_else(|| {
            if is_foreign(last) {
                None
            } else {
                by_input(entry.input?)
            }
        })
}

/// The field that a part of what it is called names: `crm_company_7`. Too little to go by unseen.
pub(super) fn sounds_like(entry: &Entry<'_>) -> Option<Field> {
    let words = words(entry.path.last()?);
    let named = |part: &[String]| TABLES.names.get(&part.concat()).map(|(field, _)| *field);
    let lengths = (1..=words.len()).rev();
    lengths
        .flat_map(|length| words.windows(length))
        .find_map(named)
}

/// Whether it lies under the name of somebody who is not the lead.
pub(super) fn is_somebody_else(entry: &Entry<'_>) -> bool {
    let mut labels = entry.path.iter().map(|label| words(label));
    labels.any(|label| is_foreign(&label))
}

/// The field that a column of a table is, by what stands over it; `contact.email` is what lies deeper.
pub(super) fn of_column(name: &str) -> Option<(Field, Sureness)> {
    let mut row = Value::from("x");
    for key in name.rsplit('.') {
        row = Value::Object(Map::from_iter([(key.to_owned(), row)]));
    }
    tree::entries(&row).first().and_then(recognise)
}

fn is_foreign(label: &[String]) -> bool {
    label.iter().any(|word| TABLES.foreign.contains(word))
}

fn is_elsewhere(parent: &[String]) -> bool {
    TABLES.elsewhere.contains(&parent.concat())
}

/// `{"email": {"value": …}}`, `email[0]`: the name stands before it.
fn is_wrapper(words: &[String]) -> bool {
    let word = words.concat();
    matches!(
        &*word,
        "" | "value" | "values" | "full" | "text" | "rawvalue"
    ) || is_number(&word)
}

fn by_label(last: &[String], parents: &[Vec<String>]) -> Option<(Field, Sureness)> {
    let near = parents.iter().all(|parent| is_about_the_lead(parent));
    if let Some((parent, above)) = parents.split_last() {
        let name = [parent.concat(), last.concat()].concat();
        if let Some((field, strength)) = TABLES.names.get(&name) {
            let near = above.iter().all(|parent| is_about_the_lead(parent));
            return Some((*field, (u8::from(!near), *strength)));
        }
        if TABLES.company.contains(&parent.concat())
            && let Some((field, strength)) = TABLES.of_company.get(&last.concat())
        {
            return Some((*field, (1, *strength)));
        }
    }
    let (field, strength, name) = plain(last)?;
    let loose = TABLES.loose.contains(&name);
    (near || !loose).then_some((field, (if near { 0 } else { 2 }, strength)))
}

fn is_about_the_lead(parent: &[String]) -> bool {
    // Form tools number what they have several of: `address_1`.
    let name = match parent {
        [rest @ .., last] if !rest.is_empty() && is_number(last) => rest.concat(),
        _ => parent.concat(),
    };
    is_wrapper(parent) || TABLES.around.contains(&name)
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Looks a label up, with fewer and fewer words of courtesy around it.
fn plain(label: &[String]) -> Option<(Field, usize, String)> {
    let mut words = label;
    loop {
        let name = words.concat();
        if let Some((field, strength)) = TABLES.names.get(&name) {
            return Some((*field, *strength, name));
        }
        let filler = |word: &String| TABLES.fillers.contains(word);
        words = match words {
            [first, rest @ ..] if filler(first) => rest,
            [rest @ .., last] if filler(last) => rest,
            _ => return None,
        };
    }
}

/// A field of a form says by its kind what is typed into it, whatever stands above it.
fn by_input(input: &str) -> Option<(Field, Sureness)> {
    match &*key(input) {
        "email" | "inputemail" => Some((Field::Email, (3, 0))),
        "tel" | "phone" | "phonenumber" | "inputphone" | "inputphonenumber" => {
            Some((Field::Phone, (3, 0)))
        }
        // A form has one large box, and that is for what somebody wants to say.
        "textarea" | "longtext" | "paragraph" => Some((Field::Message, (3, 0))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::entries;
    use super::*;

    /// The field of the one thing said in `{a: {b: "x"}}`, given as `a/b`.
    fn field(path: &str) -> Option<Field> {
        let payload = path.rsplit('/').fold(
            Value::from("x"),
            |inner, key| serde_json::json!({ (key): inner }),
        );
        let entries = entries(&payload);
        recognise(&entries[0]).map(|(field, _)| field)
    }

    #[test]
    fn names_are_known_however_they_are_written() {
        for (path, expected) in [
            ("email", Field::Email),
            ("E-Mail-Adresse*", Field::Email),
            ("your-email", Field::Email),
            ("What is your work email?", Field::Email),
            ("Correo electrónico", Field::Email),
            ("contact/email", Field::Email),
            ("data/fields/Email Address", Field::Email),
            ("properties/email/value", Field::Email),
            ("anything/email", Field::Email),
            ("data/merges/FNAME", Field::FirstName),
            ("name/first", Field::FirstName),
            ("firstName", Field::FirstName),
            ("Nachname", Field::LastName),
            ("Seu WhatsApp", Field::Phone),
            ("contact/Telefon", Field::Phone),
            ("company", Field::Company),
            ("company/name", Field::Company),
            ("contact/company/name", Field::Company),
            ("company/size", Field::Employees),
            ("Number of employees", Field::Employees),
            ("Çalışan sayısı", Field::Employees),
            ("lead/job_title", Field::Title),
            ("contact/address/country", Field::Country),
            ("address_1/city", Field::City),
            ("form/name", Field::Form),
            ("form/id", Field::FormId),
            ("product/name", Field::Product),
            ("utm__source", Field::UtmSource),
            ("utm/campaign", Field::UtmCampaign),
            ("tracking/utm_medium", Field::UtmMedium),
            ("gclid", Field::ClickId),
            ("_url", Field::Page),
            ("page/url", Field::Page),
            ("Ihre Nachricht (optional)", Field::Message),
            ("type", Field::Type),
            ("support_request/email", Field::Email),
        ] {
            assert_eq!(field(path), Some(expected), "{path}");
        }
    }

    #[test]
    fn what_is_about_others_is_left_alone() {
        for path in [
            "owner/email",
            "contact/owner/email",
            "contact/fields/email_lead_owner",
            "payload/organizer/name",
            "event_memberships/user_email",
            "course/name",
            "course/title",
            "attachment/url",
            "invoice/type",
            "subject",
            "support/email",
            "reply_to/email",
            "meeting/name",
            "call/phone",
            "Would you like e-mail from us?",
            "***",
            "",
        ] {
            assert_eq!(field(path), None, "{path}");
        }
    }

    #[test]
    fn a_kind_of_input_tells_what_is_typed_unless_it_is_somebody_else_s() {
        let field = |label: &str| {
            let payload = serde_json::json!([{"label": label, "type": "email", "value": "x"}]);
            recognise(&entries(&payload)[0]).map(|(field, _)| field)
        };
        assert_eq!(field("Where do we reach you?"), Some(Field::Email));
        assert_eq!(field("Your manager's address"), None);
    }

    #[test]
    fn no_two_fields_claim_one_name_and_each_is_known_by_its_own() {
        let mut seen: HashMap<String, Field> = HashMap::new();
        for (field, names) in rows(include_str!("names.txt")) {
            for name in names.split('|') {
                let before = *seen.entry(key(name)).or_insert(field);
                assert_eq!(before, field, "{name}");
            }
        }
        for field in Field::ALL {
            assert_eq!(seen.get(&key(field.name())), Some(field));
        }
    }
}
