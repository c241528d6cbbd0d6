//! What the columns of a list of accounts are, by what stands over them.

use crate::intake::{table::Table, text};

/// What a column of a list of accounts holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The company's name.
    Name,
    /// Its domains.
    Domains,
    /// The company it belongs to.
    Parent,
    /// Who owns it.
    Owner,
    /// A free word.
    Tier,
    /// Whether it buys already.
    Customer,
}

impl Column {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 6] = [
        Self::Name,
        Self::Domains,
        Self::Parent,
        Self::Owner,
        Self::Tier,
        Self::Customer,
    ];

    /// As it is written over the column.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Domains => "domains",
            Self::Parent => "parent",
            Self::Owner => "owner",
            Self::Tier => "tier",
            Self::Customer => "customer",
        }
    }

    /// What it is called elsewhere, the surest first: without blanks, accents and signs.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Name => &[
                "name",
                "accountname",
                "companyname",
                "account",
                "company",
                "organization",
                "organisation",
                "organizationname",
                "firmenname",
                "firma",
                "unternehmen",
                "entreprise",
                "societe",
                "empresa",
                "sirket",
                "sirketadi",
                "firmaadi",
            ],
            Self::Domains => &[
                "domains",
                "domain",
                "emaildomains",
                "emaildomain",
                "maildomain",
                "companydomain",
                "companydomainname",
                "domainname",
                "website",
                "websiteurl",
                "webseite",
                "homepage",
                "url",
                "web",
                "alanadi",
            ],
            Self::Parent => &[
                "parent",
                "parentaccount",
                "parentcompany",
                "parentname",
                "parentaccountname",
                "parentcompanyname",
                "ultimateparent",
                "muttergesellschaft",
                "mutter",
                "konzern",
                "holding",
                "maisonmere",
                "anasirket",
                "ustsirket",
            ],
            Self::Owner => &[
                "owner",
                "accountowner",
                "companyowner",
                "owneremail",
                "accountowneremail",
                "ownerid",
                "hubspotowner",
                "rep",
                "salesrep",
                "accountexecutive",
                "accountmanager",
                "keyaccountmanager",
                "betreuer",
                "kundenbetreuer",
                "verantwortlich",
                "zustandig",
                "responsable",
                "sahibi",
                "temsilci",
            ],
            Self::Tier => &[
                "tier",
                "accounttier",
                "segment",
                "priority",
                "prioritat",
                "klasse",
                "stufe",
                "kategorie",
                "category",
            ],
            Self::Customer => &[
                "customer",
                "iscustomer",
                "existingcustomer",
                "bestandskunde",
                "istkunde",
                "client",
                "musteri",
            ],
        }
    }

    /// How sure a name over a column is this one; the less the surer.
    fn sureness(self, name: &str) -> Option<usize> {
        let key = text::key(name);
        self.names().iter().position(|it| *it == key)
    }
}

/// What each column is; of several that could be the same, the surest.
pub(super) fn of(table: &Table) -> Vec<Option<Column>> {
    let mut found = vec![None; table.columns.len()];
    for column in Column::ALL {
        let named = table.columns.iter().enumerate();
        let sure = named.filter_map(|(place, name)| Some((column.sureness(name)?, place)));
        if let Some((_, place)) = sure.min() {
            found[place] = Some(column);
        }
    }
    found
}

/// Whether a word says yes, or no; `None` for one that says neither.
pub(super) fn says_yes(word: &str) -> Option<bool> {
    match text::key(word).as_str() {
        "true" | "yes" | "y" | "1" | "x" | "ja" | "j" | "wahr" | "oui" | "vrai" | "si" | "evet"
        | "customer" | "kunde" | "active" | "aktiv" | "won" => Some(true),
        "" | "false" | "no" | "n" | "0" | "nein" | "falsch" | "non" | "faux" | "hayir"
        | "prospect" | "lead" | "none" | "former" | "churned" | "inactive" | "inaktiv"
        | "interessent" => Some(false),
        _ => None,
    }
}
