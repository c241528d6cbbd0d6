//! `baton stats experiment speed`: how the arms of an experiment do, as a table or for programs.

use jiff::{SignedDuration, Zoned};
use serde_json::{Value, json};

use super::{Written, talk};
use crate::{
    cli::shown::{Paint, Table, cell},
    commands::{CommandWords, Period, experiment},
    domain::{
        findings::{ArmNumbers, Effect, Finding, Share},
        policy::{Experiment, Policy},
        proof::TestKind,
    },
    store::{self, Db},
    words::experiment::{self as said, Standing},
};

/// Prints how an experiment stands; the inner error is what who asks must say otherwise.
pub async fn tell(
    db: &Db,
    policy: &Policy,
    (id, period): (Option<&str>, Option<Period>),
    now: &Zoned,
    format: Written,
) -> Result<Result<String, String>, store::Error> {
    let known: Vec<&Experiment> = policy.experiments.iter().collect();
    let Some(found) = experiment::find(&known, id) else {
        let names: Vec<&str> = known.iter().map(|one| one.id.as_str()).collect();
        return Ok(Err(said::which(id, &names, &CommandWords::default())));
    };
    let moments = period.map(|period| period.moments(now));
    let mut standing = experiment::gather(db, policy, found, moments).await?;
    standing.period = period.map(|period| period.said(now));
    Ok(Ok(match format {
        Written::Text => text(&standing, now, Paint::stdout()),
        Written::Json => format!("{}\n", json(&standing)),
        Written::Csv => {
            talk::say(&said::heading(&standing));
            csv(&standing)
        }
    }))
}

fn text(standing: &Standing, now: &Zoned, paint: Paint) -> String {
    let heading = paint.strong(&said::heading(standing));
    let arms = standing.findings.arms.iter().zip(&standing.does);
    let does: String = arms
        .map(|(arm, does)| format!("{}: {does}\n", arm.arm))
        .collect();
    let Some(since) = standing.since else {
        return format!("{heading}\n\n{does}\nNo lead has come into it yet.\n");
    };
    let table = Table {
        head: said::COLUMNS.map(str::to_lowercase).to_vec(),
        rows: standing
            .findings
            .arms
            .iter()
            .map(|arm| said::cells(arm).to_vec())
            .collect(),
    };
    let since = since.to_zoned(now.time_zone().clone());
    let note = format!(
        "Leads that came {} or later. {}",
        since.strftime("%a %-d %b %Y %H:%M %Z"),
        said::NOTE
    );
    format!(
        "{heading}\n\n{does}\n{}\n{}\n\n{}\n",
        table.render(paint),
        said::sentences(&standing.findings).join("\n"),
        paint.faint(&note)
    )
}

fn json(standing: &Standing) -> Value {
    let findings = &standing.findings;
    let arms = findings.arms.iter().zip(&standing.does);
    json!({
        "experiment": standing.id,
        "on": standing.on,
        "since": standing.since,
        "period": standing.period,
        "arms": arms.map(|(numbers, does)| arm(numbers, does)).collect::<Vec<_>>(),
        "findings": findings.found.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn arm(arm: &ArmNumbers, does: &str) -> Value {
    let share = |share: Share| {
        json!({
            "leads": share.rate.hits,
            "share": share.rate.share(),
            "low": share.between.map(|(low, _)| low),
            "high": share.between.map(|(_, high)| high),
        })
    };
    let seconds = |took: Option<SignedDuration>| took.map(|took| took.as_secs_f64());
    json!({
        "arm": arm.arm,
        "does": does,
        "leads": arm.leads,
        "again": arm.again,
        "contacted": share(arm.contacted),
        "won": share(arm.won),
        "speed_to_lead": {
            "median_s": seconds(arm.half.within),
            "low_s": seconds(arm.half.low),
            "high_s": seconds(arm.half.high),
        },
    })
}

fn finding(finding: &Finding) -> Value {
    let test = match finding.test {
        Some(TestKind::TwoProportions) => "two proportions",
        Some(TestKind::Fisher) => "Fisher",
        None => "Mann-Whitney",
    };
    let effect = match finding.effect {
        Effect::Rate(by) => json!({"difference": by.is, "low": by.low, "high": by.high}),
        Effect::Sooner(share) => json!({"sooner": share}),
    };
    json!({
        "arm": finding.arm,
        "against": finding.against,
        "what": finding.what.word(),
        "effect": effect,
        "test": test,
        "p": finding.p,
        "proved": finding.is_proved(),
        "leads_needed_per_arm": finding.needed,
    })
}

const HEAD: &str = "arm,does,leads,again,contacted,contacted_low,contacted_high,won,won_low,won_high,speed_to_lead_median_s,\
speed_to_lead_low_s,speed_to_lead_high_s";

fn csv(standing: &Standing) -> String {
    let seconds = |took: Option<SignedDuration>| {
        took.map_or_else(String::new, |took| format!("{:.3}", took.as_secs_f64()))
    };
    let share = |share: Share| {
        let (low, high) = share.between.map_or_else(Default::default, |(low, high)| {
            (format!("{low:.4}"), format!("{high:.4}"))
        });
        format!("{},{low},{high}", share.rate.hits)
    };
    let arms = standing.findings.arms.iter().zip(&standing.does);
    let lines = arms.map(|(arm, does)| {
        format!(
            "{},{},{},{},{},{},{},{},{}\r\n",
            cell(&arm.arm),
            cell(does),
            arm.leads,
            arm.again,
            share(arm.contacted),
            share(arm.won),
            seconds(arm.half.within),
            seconds(arm.half.low),
            seconds(arm.half.high)
        )
    });
    format!("{HEAD}\r\n{}", lines.collect::<String>())
}
