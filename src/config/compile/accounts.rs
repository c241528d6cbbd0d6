//! Named accounts: those that stand in the configuration, then those of the list beside it.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    path::PathBuf,
};

use super::{
    super::{
        Complaint, Severity, Sources,
        raw::{self, Text},
    },
    Compiler,
    known::Kind,
    values::beside,
};
use crate::{
    domain::{
        id::RepId,
        policy::{Account, Accounts},
    },
    intake::{
        accounts::{AccountList, AccountRow},
        table::{Reading, Table},
    },
};

/// So many lines, or owners, are named of those that something is wrong with.
const NAMED: usize = 3;

impl Compiler<'_> {
    pub fn accounts(&mut self) -> Accounts {
        let raw = self.raw;
        let keep = raw.accounts.keep.as_ref();
        let keep = keep.and_then(|keep| self.some_time(keep));
        self.once(
            "account with the domain",
            raw.account.iter().flat_map(|it| &it.domains),
        );
        let mut named: Vec<Account> = raw.account.iter().map(|it| self.account(it)).collect();
        let list = raw.accounts.file.as_ref();
        let list = list.and_then(|file| Some((file.span(), self.list_of_accounts(file)?)));
        if let Some((span, list)) = &list {
            let listed = self.accounts_of(list, span);
            named.extend(listed);
        }
        let accounts = Accounts::new(named).keeping(keep);
        self.no_circles(&accounts, list.as_ref());
        accounts
    }

    fn account(&mut self, raw: &raw::Account) -> Account {
        if let Some(parent) = raw
            .parent
            .as_ref()
            .filter(|it| it.get_ref() == raw.name.get_ref())
        {
            let help = "name the company it belongs to, or take `parent` out";
            self.mistake(parent.span(), "a company can't belong to itself", help);
        }
        let text = |it: &Option<Text>| it.as_ref().map(|it| it.get_ref().clone());
        Account {
            name: self.said(&raw.name, "`name`").unwrap_or_default(),
            domains: raw
                .domains
                .iter()
                .filter_map(|it| self.domain(it))
                .collect(),
            parent: text(&raw.parent),
            owner: raw.owner.as_ref().and_then(|it| self.account_owner(it)),
            owner_of: None,
            tier: text(&raw.tier).unwrap_or_default(),
            customer: raw.customer,
        }
    }

    fn domain(&mut self, text: &Text) -> Option<String> {
        let typed = self.filled(text)?.to_lowercase();
        let right = |it: char| it.is_alphanumeric() || it == '-' || it == '.';
        if !typed.contains('.') || !typed.chars().all(right) {
            let help = "write what stands behind the @: `globex.com`";
            self.mistake(text.span(), format!("`{typed}` is no domain"), help);
            return None;
        }
        Some(typed)
    }

    /// A rep by id or e-mail.
    fn account_owner(&mut self, text: &Text) -> Option<RepId> {
        let typed = self.filled(text)?;
        match rep_called(self.raw, typed) {
            Some(rep) => Some(rep),
            None => self.refer(Kind::Rep, text),
        }
    }

    /// The list, with a remark on what of it can't be used.
    fn list_of_accounts(&mut self, file: &Text) -> Option<AccountList> {
        let name = self.said(file, "`file`")?;
        let text = self.file(&name, &file.span())?;
        let read = Table::read(text.as_bytes(), Reading::default());
        let read = read.map_err(|wrong| wrong.to_string());
        let list = match read.and_then(|table| AccountList::of(&table)) {
            Ok(list) => list,
            Err(wrong) => {
                let help =
                    "a list of accounts is CSV: name, domains, parent, owner, tier, customer";
                self.mistake(file.span(), format!("{name}: {wrong}"), help);
                return None;
            }
        };
        let left_out = lines(&list.rejects, "line can't be used", "lines can't be used");
        let noted = lines(
            &list.notes,
            "line is used in part",
            "lines are used in part",
        );
        for said in left_out.into_iter().chain(noted) {
            self.remark(
                file.span(),
                format!("{name}: {said}"),
                "`baton accounts import FILE --dry-run` names more of them",
            );
        }
        Some(list)
    }

    fn accounts_of(&mut self, list: &AccountList, span: &Range<usize>) -> Vec<Account> {
        let owners = Owners::of(self.raw);
        let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
        let some = |text: &String| Some(text.clone()).filter(|it| !it.is_empty());
        let account = |row: &AccountRow| Account {
            name: row.name.clone(),
            domains: row.domains.clone(),
            parent: some(&row.parent),
            owner: owners.find(&row.owner),
            owner_of: None,
            tier: row.tier.clone(),
            customer: row.customer,
        };
        let accounts: Vec<Account> = list.rows.iter().map(account).collect();
        for (row, account) in list.rows.iter().zip(&accounts) {
            if account.owner.is_none() && !row.owner.is_empty() {
                *unknown.entry(&row.owner).or_default() += 1;
            }
        }
        if let Some(said) = unknown_owners(&unknown) {
            let help = "an owner is a rep's id or e-mail address; these accounts have that of the company above them, or none";
            self.remark(span.clone(), said, help);
        }
        accounts
    }

    /// Companies that belong to each other in a circle belong to nobody.
    fn no_circles(&mut self, accounts: &Accounts, list: Option<&(Range<usize>, AccountList)>) {
        for account in accounts.circles() {
            let above = account.parent.as_deref().unwrap_or_default();
            let raw = self.raw.account.iter();
            let mut typed = raw.filter(|it| *it.name.get_ref() == account.name);
            let typed = typed.find_map(|it| it.parent.as_ref());
            if typed.is_some() && above == account.name {
                // That was told where it stands.
                continue;
            }
            let listed = || {
                let (span, list) = list?;
                let row = list.rows.iter().find(|row| row.name == account.name)?;
                Some((span.clone(), format!("line {}: ", row.line)))
            };
            let place = typed.map(|it| (it.span(), String::new())).or_else(listed);
            let Some((span, line)) = place else { continue };
            let name = &account.name;
            let message =
                format!("{line}{name} belongs to {above}, which belongs to {name} in the end");
            self.mistake(span, message, "take one `parent` of the circle out");
        }
    }

    /// Something that can be used, and is hardly what was meant.
    fn remark(&mut self, span: Range<usize>, message: String, help: &str) {
        self.complaints.push(Complaint {
            severity: Severity::Lint,
            message,
            help: Some(help.to_owned()),
            span: Some(span),
        });
    }
}

/// Where the list of named accounts is, if the configuration names one.
#[must_use]
pub fn accounts_file(config: &raw::Config, sources: &Sources) -> Option<PathBuf> {
    let file = config.accounts.file.as_ref()?;
    Some(beside(sources, file.get_ref(), &file.span()))
}

/// Reps by what a list may call them.
struct Owners<'r> {
    by_id: HashMap<&'r str, &'r str>,
    by_email: HashMap<String, &'r str>,
}

impl<'r> Owners<'r> {
    fn of(raw: &'r raw::Config) -> Self {
        let ids = raw.rep.iter().map(|rep| rep.id.get_ref().as_str());
        let emails = raw.rep.iter().filter_map(|rep| {
            let email = rep.email.as_ref()?.get_ref().to_lowercase();
            Some((email, rep.id.get_ref().as_str()))
        });
        Self {
            by_id: ids.map(|id| (id, id)).collect(),
            by_email: emails.collect(),
        }
    }

    fn find(&self, typed: &str) -> Option<RepId> {
        let by_email = || self.by_email.get(&typed.to_lowercase());
        let id = self.by_id.get(typed).or_else(by_email)?;
        Some(RepId::from(*id))
    }
}

/// A rep by id or e-mail address.
fn rep_called(raw: &raw::Config, typed: &str) -> Option<RepId> {
    Owners::of(raw).find(typed)
}

/// `3 lines can't be used: line 7 (why), …`; `None` if there are none.
fn lines(wrong: &[(u64, String)], one: &str, many: &str) -> Option<String> {
    let named = wrong.iter().take(NAMED);
    let named: Vec<String> = named
        .map(|(line, why)| format!("line {line} ({why})"))
        .collect();
    let more = match wrong.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let what = if wrong.len() == 1 { one } else { many };
    (!wrong.is_empty()).then(|| format!("{} {what}: {}{more}", wrong.len(), named.join(", ")))
}

fn unknown_owners(unknown: &BTreeMap<&str, usize>) -> Option<String> {
    let all: usize = unknown.values().sum();
    let named: Vec<String> = unknown
        .keys()
        .take(NAMED)
        .map(|it| format!("`{it}`"))
        .collect();
    let more = match unknown.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let accounts = if all == 1 {
        "account has"
    } else {
        "accounts have"
    };
    (all > 0).then(|| {
        format!(
            "{all} {accounts} an owner who is no rep: {}{more}",
            named.join(", ")
        )
    })
}
