//! What an e-mail address tells of its owner: the company's domain, or that there is none.

use std::{collections::HashSet, sync::LazyLock};

/// Domains of mail providers, one a line.
static FREE: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("free_mail.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect()
});

/// Domains of throw-away mailboxes.
static DISPOSABLE: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| mailchecker::blacklist().into_iter().collect());

/// The facts conditions ask for: `lead.domain`, `lead.free_mail`, `lead.disposable`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailFacts {
    /// What stands after the `@`, in lower case; `""` when there is no address.
    pub domain: String,
    /// The domain the company registered (`globex.co.uk` of `mail.globex.co.uk`); none for free
    /// and disposable addresses.
    pub company_domain: Option<String>,
    /// The address is at a provider where anybody gets one.
    pub free_mail: bool,
    /// The address is at a provider of throw-away mailboxes.
    pub disposable: bool,
}

impl MailFacts {
    /// Those of no address.
    pub const NONE: Self = Self {
        domain: String::new(),
        company_domain: None,
        free_mail: false,
        disposable: false,
    };

    /// Reads the facts off an address.
    #[must_use]
    pub fn of(email: &str) -> Self {
        let Some(domain) = domain_of(email).map(str::to_lowercase) else {
            return Self::default();
        };
        let free_mail = free_mail(&domain);
        let disposable = disposable(&domain);
        let company_domain = if free_mail || disposable {
            None
        } else {
            registrable(&domain).map(str::to_owned)
        };
        Self {
            domain,
            company_domain,
            free_mail,
            disposable,
        }
    }
}

/// What stands after the `@`, if both sides have something.
#[must_use]
pub fn domain_of(email: &str) -> Option<&str> {
    let (local, domain) = email.trim().rsplit_once('@')?;
    (!local.is_empty() && !domain.is_empty()).then_some(domain)
}

/// The part of a lower-case domain that somebody registered, by the public suffix list.
#[must_use]
pub fn registrable(domain: &str) -> Option<&str> {
    addr::parse_domain_name(domain).ok()?.root()
}

/// Whether anybody gets an address at this lower-case domain.
#[must_use]
pub fn free_mail(domain: &str) -> bool {
    parents(domain).any(|name| FREE.contains(name))
}

/// Whether this lower-case domain, or the one it belongs to, gives throw-away mailboxes.
#[must_use]
pub fn disposable(domain: &str) -> bool {
    parents(domain).any(|name| DISPOSABLE.contains(name))
}

/// The domain and what it belongs to, down to what was registered: never a public suffix, under
/// which strangers live.
pub fn parents(domain: &str) -> impl Iterator<Item = &str> {
    let least = registrable(domain).unwrap_or(domain).len();
    std::iter::successors(Some(domain), |name| {
        name.split_once('.').map(|(_, rest)| rest)
    })
    .take_while(move |name| name.len() >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_address_names_the_company_s_domain() {
        for (email, company) in [
            ("ada@globex.com", "globex.com"),
            ("ada@mail.eu.globex.co.uk", "globex.co.uk"),
            ("Ada@GLOBEX.de", "globex.de"),
            ("ada@globex.com.tr", "globex.com.tr"),
            ("ada@müller.de", "müller.de"),
        ] {
            let facts = MailFacts::of(email);
            assert_eq!(facts.company_domain.as_deref(), Some(company), "{email}");
            assert!(!facts.free_mail && !facts.disposable, "{email}");
        }
    }

    #[test]
    fn free_and_throw_away_addresses_name_no_company() {
        for (email, free, disposable) in [
            ("ada@gmail.com", true, false),
            ("ada@web.de", true, false),
            ("ada@Hotmail.com", true, false),
            ("ada@33mail.com", true, true),
            ("ada@ada.0815.su", true, true),
        ] {
            let facts = MailFacts::of(email);
            assert_eq!(facts.company_domain, None, "{email}");
            assert_eq!(
                (facts.free_mail, facts.disposable),
                (free, disposable),
                "{email}"
            );
        }
    }

    #[test]
    fn what_is_no_address_has_no_facts() {
        for text in ["", "ada", "@", "ada@", "@globex.com"] {
            assert_eq!(MailFacts::of(text), MailFacts::default(), "{text}");
        }
    }
}
