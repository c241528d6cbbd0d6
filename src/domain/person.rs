//! By what a person is known again, and when two submissions speak of the same one.
//!
//! The signs, the surest first: the mail address, the phone number, the id that a source gives them, and the name with
//! the company. A surer sign that differs outweighs a weaker one that agrees: anybody can write anybody's number into a
//! form, colleagues share a switchboard, and companies employ two people of one name.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    company,
    contact::{Contact, Field},
    id::{LeadId, SourceId},
    lead::{Lead, State},
};

/// What tells a person, the surest first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SignKind {
    /// The mail address, in lower case and without what follows a `+`.
    #[default]
    Email,
    /// The phone number, as E.164.
    Phone,
    /// The id that a source gives them, which is another source's nothing.
    ExternalId,
    /// The name with the company's.
    Name,
}

impl SignKind {
    /// As stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::ExternalId => "external_id",
            Self::Name => "name",
        }
    }

    /// As people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "mail address",
            Self::Phone => "phone number",
            Self::ExternalId => "id at the source",
            Self::Name => "name and company",
        }
    }
}

/// Something that tells a person. Two signs are the same if they are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Sign {
    /// What.
    pub kind: SignKind,
    /// In the form in which it is compared.
    pub value: String,
}

/// A lead that speaks of the same person, and by what it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The surest sign that they share.
    pub by: SignKind,
    /// Signs that lead to others: each with that lead's number.
    pub also: Vec<(SignKind, i64)>,
}

impl Known {
    /// What else the signs led to: "the phone number is also lead #1002's"; empty if to nobody.
    #[must_use]
    pub fn also_words(&self) -> String {
        also_words(&self.also)
    }
}

/// Which leads have signs of this one's that are not taken for the same person.
#[must_use]
pub fn also_words(also: &[(SignKind, i64)]) -> String {
    let each = also.iter();
    let each = each.map(|(sign, number)| format!("the {} is also lead #{number}'s", sign.name()));
    each.collect::<Vec<_>>().join("; ")
}

/// The signs of a contact that came by `source`, the surest first.
#[must_use]
pub fn signs(contact: &Contact, source: &SourceId) -> Vec<Sign> {
    let email = matched(contact.text(Field::Email));
    let external_id = Some(contact.text(Field::ExternalId))
        .filter(|id| !id.is_empty())
        .map(|id| format!("{source}:{id}"));
    let all = [
        (SignKind::Email, Some(email).filter(|it| !it.is_empty())),
        (SignKind::Phone, phone(contact).map(str::to_owned)),
        (SignKind::ExternalId, external_id),
        (SignKind::Name, name_and_company(contact)),
    ];
    let given = all.into_iter().filter_map(|(kind, value)| {
        Some(Sign {
            kind,
            value: value?,
        })
    });
    given.collect()
}

/// A mail address as it is compared: in lower case, without what follows a `+`.
#[must_use]
pub fn matched(email: &str) -> String {
    let email = email.trim().to_lowercase();
    let Some((local, domain)) = email.rsplit_once('@') else {
        return email;
    };
    match local.split_once('+') {
        Some((name, _)) if !name.is_empty() => format!("{name}@{domain}"),
        Some(_) | None => email,
    }
}

/// A number of which it is sure whose it is: one with its country.
fn phone(contact: &Contact) -> Option<&str> {
    Some(contact.text(Field::Phone)).filter(|phone| phone.starts_with('+'))
}

/// Both names as they are compared, in case the person's is one that tells people apart.
fn name_and_company(contact: &Contact) -> Option<String> {
    let name = words(contact.text(Field::Name));
    let company = company::key(contact.text(Field::Company));
    let tells = is_full(&name) && !company.is_empty();
    tells.then(|| {
        let name: Vec<String> = name.into_iter().collect();
        format!("{}/{company}", name.join(" "))
    })
}

/// First and last name; scripts that write without spaces have them in one word.
fn is_full(name: &BTreeSet<String>) -> bool {
    let unspaced = |char: char| matches!(char, '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}');
    name.len() > 1
        || name
            .iter()
            .any(|word| word.chars().filter(|it| unspaced(*it)).count() > 1)
}

/// The words of a name in no order: some write the last name first.
fn words(name: &str) -> BTreeSet<String> {
    company::words(name).into_iter().collect()
}

/// Whether two names may well be one person's: the same words, or one leaves out what the other has.
fn names_agree(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    let (short, long) = if one.len() <= other.len() {
        (&one, &other)
    } else {
        (&other, &one)
    };
    is_full(short) && short.is_subset(long) || one == other && !one.is_empty()
}

/// The lead that `new` speaks of, of those that its signs lead to; without one, what else they led to.
///
/// # Errors
/// None of them is the same person: each sign with the number of the lead that it led to.
pub fn recognise(
    new: &Contact,
    found: &[(SignKind, Lead)],
) -> Result<(LeadId, Known), Vec<(SignKind, i64)>> {
    let same = found
        .iter()
        .find(|(kind, lead)| is_same(*kind, new, lead))
        .ok_or_else(|| {
            found
                .iter()
                .map(|(kind, lead)| (*kind, lead.number))
                .collect::<Vec<_>>()
        })?;
    let (by, lead) = same;
    let others = found.iter().filter(|(_, other)| other.id != lead.id);
    let also = others.map(|(kind, other)| (*kind, other.number)).collect();
    Ok((lead.id.clone(), Known { by: *by, also }))
}

/// Whether a sign of this kind that `new` shares with `lead` makes them one person.
fn is_same(kind: SignKind, new: &Contact, lead: &Lead) -> bool {
    let known = &lead.contact;
    match kind {
        SignKind::Email => true,
        SignKind::Phone => !is_of_another(new, known),
        SignKind::ExternalId => {
            let other_phone = differ(phone(new), phone(known));
            let other = is_of_another(new, known) || other_phone && have_other_names(new, known);
            !other
        }
        SignKind::Name => {
            // What both have, and not alike, would have to be two people's: or else it would have been found by that.
            let both = |field: Field| !new.text(field).is_empty() && !known.text(field).is_empty();
            is_at_work(lead) && !both(Field::Email) && !both(Field::Phone)
        }
    }
}

/// Whether what `new` says may be taken for the known person's own: of a namesake, or of another name with the same
/// number, it may be somebody else's.
#[must_use]
pub fn is_sure(by: SignKind, new: &Contact, known: &Contact) -> bool {
    match by {
        SignKind::Email => true,
        SignKind::Phone | SignKind::ExternalId => !have_other_names(new, known),
        SignKind::Name => false,
    }
}

/// Whether the addresses are two people's: they differ, and the names don't say that it is one.
fn is_of_another(new: &Contact, known: &Contact) -> bool {
    let email =
        |contact: &Contact| Some(matched(contact.text(Field::Email))).filter(|it| !it.is_empty());
    differ(email(new), email(known)) && !names_agree(new.text(Field::Name), known.text(Field::Name))
}

fn have_other_names(new: &Contact, known: &Contact) -> bool {
    let (new, known) = (new.text(Field::Name), known.text(Field::Name));
    !new.is_empty() && !known.is_empty() && !names_agree(new, known)
}

/// Both are given, and are not the same.
fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

/// Whether somebody has it or is to have it: no lead is brought back on a guess.
fn is_at_work(lead: &Lead) -> bool {
    lead.is_open() && !matches!(lead.state, State::Nurture { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(fields: &[(Field, &str)]) -> Contact {
        let mut contact = Contact::default();
        for (field, text) in fields {
            contact.set_text(*field, *text);
        }
        contact
    }

    fn lead(number: i64, fields: &[(Field, &str)]) -> Lead {
        let at = "2026-11-20T10:00:00Z".parse().unwrap();
        let mut lead = Lead::new(format!("lead_{number}").into(), number, "site".into(), at);
        lead.contact = contact(fields);
        lead
    }

    const MAIL: (Field, &str) = (Field::Email, "ada@globex.example");
    const PHONE: (Field, &str) = (Field::Phone, "+4930901820");
    const NAME: (Field, &str) = (Field::Name, "Ada Lovelace");
    const COMPANY: (Field, &str) = (Field::Company, "Globex GmbH");

    #[test]
    fn signs_are_compared_in_one_form() {
        let of = |fields: &[(Field, &str)]| {
            let all = signs(&contact(fields), &"site".into());
            let said = all
                .into_iter()
                .map(|it| format!("{} {}", it.kind.word(), it.value));
            said.collect::<Vec<_>>().join("; ")
        };
        for (fields, expected) in [
            (
                vec![(Field::Email, "Ada+News@Globex.example")],
                "email ada@globex.example",
            ),
            (
                vec![(Field::Email, "+x@globex.example")],
                "email +x@globex.example",
            ),
            (vec![(Field::Phone, "+4930901820")], "phone +4930901820"),
            (vec![(Field::Phone, "030 901820")], ""),
            (vec![(Field::ExternalId, "7")], "external_id site:7"),
            (
                vec![
                    (Field::Name, "Lovelace, Ada"),
                    (Field::Company, "Globex G.m.b.H."),
                ],
                "name ada lovelace/globex",
            ),
            (
                vec![(Field::Name, "José Núñez"), (Field::Company, "AG")],
                "name jose nunez/ag",
            ),
            (
                vec![(Field::Name, "王小明"), (Field::Company, "環球")],
                "name 王小明/環球",
            ),
            (vec![(Field::Name, "Ada"), (Field::Company, "Globex")], ""),
            (vec![(Field::Name, "Ada Lovelace")], ""),
        ] {
            assert_eq!(of(&fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn a_weaker_sign_yields_to_a_surer_one_that_differs() {
        let other_mail = (Field::Email, "bea@globex.example");
        let private = (Field::Email, "ada@mail.example");
        let other_name = (Field::Name, "Bea Young");
        let other_phone = (Field::Phone, "+4930901821");
        let id = (Field::ExternalId, "1");
        for (kind, new, known, same) in [
            (
                SignKind::Email,
                vec![MAIL, other_name, other_phone],
                vec![MAIL, NAME, PHONE],
                true,
            ),
            (SignKind::Phone, vec![PHONE], vec![MAIL, NAME, PHONE], true),
            (
                SignKind::Phone,
                vec![PHONE, private, NAME],
                vec![MAIL, NAME, PHONE],
                true,
            ),
            (
                SignKind::Phone,
                vec![PHONE, other_mail, other_name],
                vec![MAIL, NAME, PHONE],
                false,
            ),
            (
                SignKind::Phone,
                vec![PHONE, other_mail],
                vec![MAIL, NAME, PHONE],
                false,
            ),
            (
                SignKind::ExternalId,
                vec![id, private, NAME],
                vec![id, MAIL, NAME],
                true,
            ),
            (
                SignKind::ExternalId,
                vec![id, other_mail, other_name],
                vec![id, MAIL, NAME],
                false,
            ),
            (
                SignKind::ExternalId,
                vec![id, other_phone, other_name],
                vec![id, PHONE, NAME],
                false,
            ),
            (
                SignKind::Name,
                vec![PHONE, NAME, COMPANY],
                vec![MAIL, NAME, COMPANY],
                true,
            ),
            (
                SignKind::Name,
                vec![other_mail, NAME, COMPANY],
                vec![MAIL, NAME, COMPANY],
                false,
            ),
            (
                SignKind::Name,
                vec![other_phone, NAME, COMPANY],
                vec![MAIL, PHONE, NAME, COMPANY],
                false,
            ),
        ] {
            let found = [(kind, lead(1, &known))];
            assert_eq!(
                recognise(&contact(&new), &found).is_ok(),
                same,
                "{kind:?} {new:?} {known:?}"
            );
        }
    }

    #[test]
    fn no_lead_is_brought_back_on_a_guess() {
        let mut nurtured = lead(1, &[MAIL, NAME, COMPANY]);
        nurtured.state = State::Nurture {
            label: "later".to_owned(),
        };
        let new = contact(&[PHONE, NAME, COMPANY]);
        assert!(recognise(&new, &[(SignKind::Name, nurtured)]).is_err());
    }

    #[test]
    fn the_surest_sign_wins_and_the_others_are_told() {
        let found = [
            (SignKind::Email, lead(1, &[MAIL])),
            (SignKind::Phone, lead(2, &[PHONE])),
            (SignKind::ExternalId, lead(1, &[MAIL])),
        ];
        let (id, known) = recognise(&contact(&[MAIL, PHONE]), &found).unwrap();
        let also = vec![(SignKind::Phone, 2)];
        assert_eq!(
            (id.as_str(), known),
            (
                "lead_1",
                Known {
                    by: SignKind::Email,
                    also
                }
            )
        );
    }

    #[test]
    fn names_are_compared_by_their_words() {
        for (one, other, agree) in [
            ("Ada Lovelace", "LOVELACE Ada", true),
            ("Ada Lovelace", "Ada King Lovelace", true),
            ("Ada", "Ada", true),
            ("Ada", "Ada Lovelace", false),
            ("", "", false),
            ("Ada Lovelace", "Bea Lovelace", false),
        ] {
            assert_eq!(names_agree(one, other), agree, "{one} {other}");
        }
    }
}
