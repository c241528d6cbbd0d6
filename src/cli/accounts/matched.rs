//! `baton accounts match EMAIL`: of which account somebody is.

use std::{fmt::Write, process::ExitCode};

use clap::Args;
use serde_json::{Value, json};

use crate::{
    cli::{Common, Format, serve, talk},
    clock::Clock,
    config::compile::Compiled,
    domain::{
        contact::{Contact, Field},
        id::RepId,
        lead::CompanyOwner,
        policy::{Found, Policy},
    },
    store::{Db, companies},
};

const EXAMPLES: &str = "Examples:
  baton accounts match ada@globex.de
  baton accounts match ada@gmail.com --company \"Globex GmbH\"
  baton accounts match ada@globex.de --format json

Reads the configuration and its list; where `accounts.keep` is set and there is a database, also who owns other leads of
the company.";

/// Of which account somebody is.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Match {
    /// Their mail address.
    #[arg(value_name = "EMAIL")]
    email: String,
    /// Their company, as they would write it.
    #[arg(long, value_name = "NAME", default_value = "")]
    company: String,
    /// Their website.
    #[arg(long, value_name = "URL", default_value = "")]
    website: String,
    /// How the result is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Exit code 2 when the configuration can't be read.
pub async fn run(common: &Common, asked: &Match) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let Some(compiled) = serve::read(&common.config(), &clock, common.log_format) else {
        return Ok(ExitCode::from(2));
    };
    let mut contact = Contact::default();
    for (field, text) in [
        (Field::Email, &asked.email),
        (Field::Company, &asked.company),
        (Field::Website, &asked.website),
    ] {
        contact.set_text(field, text.trim());
    }
    let kept = kept(&compiled, &contact, &clock).await;
    let policy = &compiled.policy;
    let found = policy.accounts.explain(&contact);
    talk::print(&match asked.format {
        Format::Json => format!("{:#}\n", as_json(found.as_ref(), kept.as_ref(), policy)),
        Format::Text => in_words(found.as_ref(), kept.as_ref(), policy),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Who owns other leads of the company; nobody where that can't be found out.
async fn kept(compiled: &Compiled, contact: &Contact, clock: &Clock) -> Option<CompanyOwner> {
    let keep = compiled.policy.accounts.keep()?;
    let since = clock.now().checked_sub(keep).ok()?;
    let signs = compiled.policy.company_signs(contact);
    // Without a database nobody owns anything yet.
    let db = Db::open_read_only(&compiled.database).await.ok()?;
    let read = db.read(async |mut tx| companies::of(&mut tx, &signs.sought, since).await);
    let kept = read.await.ok().flatten();
    db.close().await;
    kept
}

fn as_json(found: Option<&Found<'_>>, kept: Option<&CompanyOwner>, policy: &Policy) -> Value {
    let person = |rep: &RepId| json!({"rep": rep, "name": policy.name_of(rep)});
    let account = found.map(|found| {
        let above: Vec<&str> = found.above.iter().map(|it| it.name.as_str()).collect();
        json!({
            "name": found.account.name,
            "domains": found.account.domains,
            "by": found.by.name(),
            "sign": found.sign,
            "owner": found.account.owner.as_ref().map(person),
            "owner_of": found.account.owner_of,
            "tier": found.account.tier,
            "customer": found.account.customer,
            "above": above,
            "ties": found.ties,
        })
    });
    let kept =
        kept.map(|kept| json!({"owner": person(&kept.rep), "lead": kept.lead, "sign": kept.sign}));
    json!({ "account": account, "kept": kept })
}

fn in_words(found: Option<&Found<'_>>, kept: Option<&CompanyOwner>, policy: &Policy) -> String {
    let mut out = String::new();
    let mut line = |what: &str, said: &str| {
        let _ = writeln!(out, "{what:<9} {said}");
    };
    let person = |rep: &RepId| format!("{} ({rep})", policy.name_of(rep));
    match found {
        None => line("account", "none by name"),
        Some(found) => {
            let account = found.account;
            let by = format!("{}, by {} {}", account.name, found.by.name(), found.sign);
            line("account", &by);
            let owner = account.owner.as_ref().map(person);
            line(
                "owner",
                &match (owner, &account.owner_of) {
                    (Some(owner), None) => owner,
                    (Some(owner), Some(above)) => format!("{owner}, who owns {above} above it"),
                    (None, _) => "nobody".to_owned(),
                },
            );
            let above: Vec<&str> = found.above.iter().map(|it| it.name.as_str()).collect();
            if !above.is_empty() {
                line("above", &above.join(", then "));
            }
            if !account.tier.is_empty() {
                line("tier", &account.tier);
            }
            line("customer", if account.customer { "yes" } else { "no" });
            for tie in &found.ties {
                line("because", tie);
            }
        }
    }
    if let Some(kept) = kept {
        let counts = found.is_none_or(|found| found.account.owner.is_none());
        let counts = if counts {
            ""
        } else {
            "; the owner by name goes before"
        };
        let said = format!(
            "{}, who has lead #{}, by {}{counts}",
            person(&kept.rep),
            kept.lead,
            kept.sign
        );
        line("leads", &said);
    }
    out
}
