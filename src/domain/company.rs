//! A company's name as it is compared: without marks, signs and what kind of company it is.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{
    contact::{Contact, Field},
    mail::{self, MailFacts},
    policy::host,
};

/// By what leads are known to be of one company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanySigns {
    /// By what they are found, the surest first.
    pub sought: Vec<String>,
    /// By what they will be found.
    pub kept: Vec<String>,
}

impl CompanySigns {
    /// Those of a named account.
    #[must_use]
    pub fn of_account(name: &str) -> Self {
        let sign = vec![format!("account {}", key(name))];
        Self {
            sought: sign.clone(),
            kept: sign,
        }
    }

    /// Those of a company that is no named account. A name alone tells it only with what kind of company it is, or
    /// beside a domain of its own: "Test" and "Freelancer" are no companies. Who has a domain is not sought by name.
    #[must_use]
    pub fn of(contact: &Contact) -> Self {
        let mail = MailFacts::of(contact.text(Field::Email)).company_domain;
        let site = host(contact.text(Field::Website));
        let site = Some(site).filter(|it| it.contains('.') && !mail::free_mail(it));
        let site = site.and_then(|it| mail::registrable(&it).map(str::to_owned));
        let domains = mail.into_iter().chain(site);
        let mut domains: Vec<String> = domains.map(|it| format!("domain {it}")).collect();
        domains.dedup();
        let written = contact.text(Field::Company);
        let name = key(written);
        let tells = !name.is_empty() && (!domains.is_empty() || name != words(written).join(" "));
        let name = tells.then(|| format!("name {name}"));
        let sought = if domains.is_empty() {
            let name = key(written);
            let name = Some(name).filter(|it| !it.is_empty());
            name.map(|it| format!("name {it}")).into_iter().collect()
        } else {
            domains.clone()
        };
        domains.extend(name);
        Self {
            sought,
            kept: domains,
        }
    }
}

/// What kinds of companies are called behind their names, and what stands between such words.
const LEGAL_FORMS: &[&str] = &[
    // English
    "co",
    "company",
    "corp",
    "corporation",
    "inc",
    "incorporated",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "plc",
    "pte",
    "pty",
    "private",
    "pvt",
    // German
    "ag",
    "ek",
    "eg",
    "ev",
    "gbr",
    "gmbh",
    "haftungsbeschrankt",
    "kg",
    "kgaa",
    "mbh",
    "ohg",
    "se",
    "ug",
    "und",
    // French, Belgian, Dutch, Luxembourgish
    "bv",
    "bvba",
    "cv",
    "et",
    "cie",
    "eurl",
    "nv",
    "sa",
    "sarl",
    "sas",
    "sasu",
    "sca",
    "sprl",
    "srl",
    "vof",
    // Spanish, Portuguese, Italian
    "cia",
    "eireli",
    "ltda",
    "sapa",
    "sl",
    "slu",
    "snc",
    "spa",
    "srls",
    // Nordic
    "ab",
    "aps",
    "as",
    "asa",
    "hf",
    "ehf",
    "oy",
    "oyj",
    // Turkish
    "anonim",
    "san",
    "sanayi",
    "sirketi",
    "sti",
    "tic",
    "ticaret",
    "ve",
    // Eastern Europe
    "ad",
    "doo",
    "dd",
    "ead",
    "eood",
    "kft",
    "nyrt",
    "oo",
    "ood",
    "ooo",
    "pao",
    "sp",
    "spzoo",
    "sro",
    "z",
    "zao",
    "zoo",
    "zrt",
    // Asia
    "bhd",
    "kk",
    "sdn",
    "gk",
    "eu",
];

/// The words of a company's name that tell it from others, joined by spaces; `""` if there are none.
///
/// "Müller & Söhne GmbH & Co. KG" is "muller sohne". A name of nothing but such words keeps them.
#[must_use]
pub fn key(name: &str) -> String {
    let mut words = words(name);
    while words.len() > 1 && words.last().is_some_and(|it| is_legal_form(it)) {
        words.pop();
    }
    if words.len() > 1 && words.first().is_some_and(|it| it == "the") {
        words.remove(0);
    }
    words.join(" ")
}

fn is_legal_form(word: &str) -> bool {
    LEGAL_FORMS.contains(&word)
}

/// The words of a name in lower case, without marks and signs. What is only punctuated differently is the same.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let plain: String = text
        .nfkd()
        .filter(|char| !is_combining_mark(*char))
        .flat_map(char::to_lowercase)
        .collect();
    // The dotless i, and letters that are no other one with a mark.
    let plain = plain
        .replace('ı', "i")
        .replace('ß', "ss")
        .replace('ø', "o")
        .replace('ł', "l")
        .replace('đ', "d")
        .replace('æ', "ae")
        .replace('œ', "oe")
        // "S.A." is one word, and so is "A/S".
        .replace(['.', '\'', '’'], "")
        .replace("a/s", "as");
    let words = plain.split(|char: char| !char.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kind_of_company_it_is_tells_nothing() {
        for (name, expected) in [
            ("IBM Deutschland GmbH", "ibm deutschland"),
            ("IBM", "ibm"),
            ("Müller & Söhne GmbH & Co. KG", "muller sohne"),
            ("MULLER SÖHNE", "muller sohne"),
            ("Société Générale S.A.", "societe generale"),
            ("Eczacıbaşı Holding A.Ş.", "eczacibasi holding"),
            ("ECZACIBAŞI HOLDİNG", "eczacibasi holding"),
            ("Yıldız Gıda San. ve Tic. Ltd. Şti.", "yildiz gida"),
            ("A.P. Møller - Mærsk A/S", "ap moller maersk"),
            ("Żabka Polska Sp. z o.o.", "zabka polska"),
            ("The Coca-Cola Company", "coca cola"),
            ("Straße 7 UG (haftungsbeschränkt)", "strasse 7"),
            ("Smart, Inc.", "smart"),
            ("株式会社トヨタ", "株式会社トヨタ"),
            ("Co.", "co"),
            ("The", "the"),
            ("& . -", ""),
            ("", ""),
        ] {
            assert_eq!(key(name), expected, "{name}");
        }
    }

    #[test]
    fn a_company_is_found_by_its_domain_and_by_a_name_that_is_one() {
        for (email, website, company, sought, kept) in [
            (
                "a@mail.acme.co.uk",
                "",
                "",
                "domain acme.co.uk",
                "domain acme.co.uk",
            ),
            (
                "a@acme.example",
                "https://www.acme.example/x",
                "Acme",
                "domain acme.example",
                "domain acme.example, name acme",
            ),
            ("a@gmail.com", "", "Acme GmbH", "name acme", "name acme"),
            ("a@gmail.com", "", "Test", "name test", ""),
            ("a@gmail.com", "gmail.com", "", "", ""),
            (
                "",
                "acme.example",
                "",
                "domain acme.example",
                "domain acme.example",
            ),
            ("", "", "", "", ""),
        ] {
            let mut contact = Contact::default();
            contact.set_text(Field::Email, email);
            contact.set_text(Field::Website, website);
            contact.set_text(Field::Company, company);
            let signs = CompanySigns::of(&contact);
            assert_eq!(
                signs.sought.join(", "),
                sought,
                "{email} {website} {company}"
            );
            assert_eq!(signs.kept.join(", "), kept, "{email} {website} {company}");
        }
    }

    #[test]
    fn a_key_is_its_own_key() {
        for name in [
            "Müller & Söhne GmbH & Co. KG",
            "The Coca-Cola Company",
            "トヨタ",
        ] {
            assert_eq!(key(&key(name)), key(name));
        }
    }
}
