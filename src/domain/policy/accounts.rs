//! Named accounts: companies whose leads belong to somebody, found again by their domains or by their name.

use std::collections::HashMap;

use crate::domain::{
    company,
    contact::{Contact, Field},
    id::RepId,
    mail::{self, MailFacts},
};

/// A company with a name of its own.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// As people say it.
    pub name: String,
    /// Domains of its mail, lower case.
    pub domains: Vec<String>,
    /// The company it belongs to, by its name.
    pub parent: Option<String>,
    /// Who owns its leads: its own owner, else that of the company it belongs to.
    pub owner: Option<RepId>,
    /// Free word.
    pub tier: String,
    /// Whether it buys already.
    pub customer: bool,
}

/// By what a lead was found to be of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The domain of its mail.
    Mail,
    /// The domain of its website.
    Website,
    /// The company's name.
    Name,
}

impl FoundBy {
    /// As people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail domain",
            Self::Website => "website",
            Self::Name => "company name",
        }
    }
}

/// Named accounts. Of several with one domain, or one name, the first counts.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    named: Vec<Account>,
    by_domain: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl Accounts {
    /// Takes the accounts in their order; whoever has no owner has that of the company it belongs to.
    #[must_use]
    pub fn new(mut named: Vec<Account>) -> Self {
        let (mut by_domain, mut by_name) = (HashMap::new(), HashMap::new());
        for (place, account) in named.iter().enumerate() {
            for domain in &account.domains {
                by_domain.entry(domain.clone()).or_insert(place);
            }
            let name = company::key(&account.name);
            if !name.is_empty() {
                by_name.entry(name).or_insert(place);
            }
        }
        inherit_owners(&mut named, &by_name);
        Self {
            named,
            by_domain,
            by_name,
        }
    }

    /// All of them, in their order.
    #[must_use]
    pub fn all(&self) -> &[Account] {
        &self.named
    }

    /// The account that somebody belongs to, by the surest sign there is: the domain of their mail, of several the
    /// longest (`uk.globex.com` before `globex.com`); the domain of their website; the name of their company,
    /// without its legal form. Addresses that anybody gets tell nothing, unless an account names that very domain.
    #[must_use]
    pub fn find(&self, contact: &Contact) -> Option<(&Account, FoundBy)> {
        let mail = MailFacts::of(contact.text(Field::Email));
        let website = host(contact.text(Field::Website));
        let by_name = || {
            let name = company::key(contact.text(Field::Company));
            self.by_name.get(&name).copied()
        };
        let found = self
            .of_domain(&mail.domain)
            .map(|place| (place, FoundBy::Mail))
            .or_else(|| Some((self.of_domain(&website)?, FoundBy::Website)))
            .or_else(|| Some((by_name()?, FoundBy::Name)));
        found.and_then(|(place, by)| Some((self.named.get(place)?, by)))
    }

    /// The account of a domain, or of the one that it is part of.
    fn of_domain(&self, domain: &str) -> Option<usize> {
        mail::parents(domain).find_map(|part| self.by_domain.get(part).copied())
    }
}

/// The host of a website as people write it: `https://www.globex.com/shop`, `globex.com`.
fn host(website: &str) -> String {
    let rest = website.split_once("://").map_or(website, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.trim().to_lowercase();
    host.strip_prefix("www.").unwrap_or(&host).to_owned()
}

/// Companies that own each other in a circle have nobody's owner.
fn inherit_owners(named: &mut [Account], by_name: &HashMap<String, usize>) {
    let above: Vec<Option<usize>> = named
        .iter()
        .map(|it| by_name.get(&company::key(it.parent.as_deref()?)).copied())
        .collect();
    for place in 0..named.len() {
        let mut at = place;
        for _ in 0..MOST_GENERATIONS {
            if named[at].owner.is_some() {
                break;
            }
            let Some(parent) = above[at] else { break };
            at = parent;
        }
        let owner = named[at].owner.clone();
        named[place].owner = owner;
    }
}

/// No company belongs to one that belongs to one… more often.
const MOST_GENERATIONS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, domains: &[&str], parent: &str, owner: &str) -> Account {
        let some = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
        Account {
            name: name.to_owned(),
            domains: domains.iter().map(|&it| it.to_owned()).collect(),
            parent: some(parent),
            owner: some(owner).map(RepId::from),
            ..Account::default()
        }
    }

    fn accounts() -> Accounts {
        Accounts::new(vec![
            account("IBM", &["ibm.com"], "", "ayse"),
            account("IBM Deutschland", &["de.ibm.com"], "ibm inc.", ""),
            account("Globex", &["globex.co.uk", "globex.com"], "Initech", ""),
            account("Initech", &[], "", "jonas"),
            account("Round", &["round.example"], "Circle", ""),
            account("Circle", &[], "Round", ""),
            account("Globex GmbH", &["globex.com"], "", "selin"),
            account("One Man Band", &["band.gmail.com"], "", "selin"),
        ])
    }

    #[test]
    fn people_belong_to_an_account_by_mail_website_and_name() {
        let accounts = accounts();
        for (email, website, company, found) in [
            ("a@ibm.com", "", "", "IBM by mail domain, ayse"),
            (
                "a@de.ibm.com",
                "",
                "",
                "IBM Deutschland by mail domain, ayse",
            ),
            (
                "a@lab.de.ibm.com",
                "",
                "Globex",
                "IBM Deutschland by mail domain, ayse",
            ),
            ("a@globex.com", "", "", "Globex by mail domain, jonas"),
            (
                "a@mail.globex.co.uk",
                "",
                "",
                "Globex by mail domain, jonas",
            ),
            ("a@evilibm.com", "", "", "nobody"),
            ("a@ibm.com.evil.example", "", "", "nobody"),
            (
                "a@gmail.com",
                "https://www.IBM.com/jobs",
                "",
                "IBM by website, ayse",
            ),
            (
                "a@gmail.com",
                "",
                "IBM Deutschland GmbH",
                "IBM Deutschland by company name, ayse",
            ),
            ("", "", "Initech A.Ş.", "Initech by company name, jonas"),
            (
                "a@other.example",
                "other.example",
                "globex ltd.",
                "Globex by company name, jonas",
            ),
            ("a@round.example", "", "", "Round by mail domain, nobody"),
            ("a@gmail.com", "", "Co.", "nobody"),
            ("a@gmail.com", "gmail.com", "", "nobody"),
            ("", "", "", "nobody"),
        ] {
            let mut contact = Contact::default();
            for (field, text) in [
                (Field::Email, email),
                (Field::Website, website),
                (Field::Company, company),
            ] {
                contact.set_text(field, text.to_owned());
            }
            let said = accounts.find(&contact).map_or_else(
                || "nobody".to_owned(),
                |(account, by)| {
                    let owner = account.owner.as_ref().map_or("nobody", RepId::as_str);
                    format!("{} by {}, {owner}", account.name, by.name())
                },
            );
            assert_eq!(said, found, "{email} {website} {company}");
        }
    }

    #[test]
    fn of_two_with_one_domain_or_name_the_first_counts() {
        let accounts = accounts();
        let owners = |name: &str| {
            let mut contact = Contact::default();
            contact.set_text(Field::Company, name.to_owned());
            accounts.find(&contact).unwrap().0.owner.clone().unwrap()
        };
        assert_eq!(owners("Globex GmbH"), "jonas".into());
        assert_eq!(accounts.all().len(), 8);
    }
}
