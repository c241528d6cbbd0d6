//! Numbers as lines for a spreadsheet.

use jiff::SignedDuration;

use super::Report;
use crate::{
    cli::shown::cell,
    commands::numbers::Numbers,
    domain::{
        fairness::{Balance, OfAll},
        lead::Leg,
        reasons::Reasons,
    },
    words::stats::LegTimes,
};

const COLUMNS: &str = "key,name,arrived,offered,accepted,declined,expired,escalated,won,lost,time_to_accept_median_s,\
time_to_accept_p90_s,speed_to_lead_median_s,speed_to_lead_p90_s,acknowledged_kept,acknowledged_missed,\
contacted_kept,contacted_missed,imported,duplicates,decline_reasons,by_hand,by_hand_moves,due_share,given_share,\
high_intent_share,after_hours_share,worth_share,worth,hollow";

/// Of each leg, behind its name.
const OF_LEGS: [&str; 4] = ["median_s", "p90_s", "business_median_s", "business_p90_s"];

/// One line for each group, or one for all; times in seconds, shares from 0 to 1, empty when nothing was measured.
pub fn csv(report: &Report) -> String {
    let legs = Leg::ALL.into_iter();
    let legs = legs.flat_map(|leg| OF_LEGS.map(|of| format!(",{}_{of}", leg.word())));
    let mut text = format!("{COLUMNS}{}\r\n", legs.collect::<String>());
    let found = &report.numbers;
    if report.by.is_none() {
        let (whose, total) = (&report.whose, &found.total);
        text.push_str(&line("", whose, total, &found.reasons, None));
    }
    for group in &found.groups {
        let (numbers, balance) = (&group.numbers, group.balance.as_ref());
        let line = line(&group.key, &group.name, numbers, &group.reasons, balance);
        text.push_str(&line);
    }
    text
}

fn line(
    key: &str,
    name: &str,
    numbers: &Numbers,
    reasons: &Reasons,
    balance: Option<&Balance>,
) -> String {
    let cells = [cell(key), cell(name)].into_iter().chain(counted(numbers));
    let cells = cells.chain(why(reasons)).chain(given(balance));
    let cells = cells.chain(earned(numbers));
    format!("{}\r\n", cells.collect::<Vec<_>>().join(","))
}

fn time(took: Option<SignedDuration>) -> String {
    took.map_or_else(String::new, |took| format!("{:.3}", took.as_secs_f64()))
}

fn counted(numbers: &Numbers) -> [String; 18] {
    let count = |n: u64| n.to_string();
    [
        count(numbers.arrived),
        count(numbers.offered),
        count(numbers.accepted),
        count(numbers.declined),
        count(numbers.expired),
        count(numbers.escalated),
        count(numbers.won),
        count(numbers.lost),
        time(numbers.to_accept().median),
        time(numbers.to_accept().p90),
        time(numbers.contact_median),
        time(numbers.contact_p90),
        count(numbers.answered.kept),
        count(numbers.answered.missed),
        count(numbers.contacted.kept),
        count(numbers.contacted.missed),
        count(numbers.imported),
        count(numbers.caught),
    ]
}

/// Why offers were declined, `busy 4; spam 1`, and what people gave to others by hand, `sdr to enterprise 2`.
fn why(reasons: &Reasons) -> [String; 3] {
    let declined = reasons.declined.iter();
    let declined: Vec<String> = declined.map(|(id, n)| format!("{id} {n}")).collect();
    let moves = reasons.moves.iter().map(|way| {
        let of = |team: &str| if team.is_empty() { "nobody" } else { team }.to_owned();
        format!("{} to {} {}", of(&way.from), of(&way.to), way.n)
    });
    let moves: Vec<String> = moves.collect();
    [
        cell(&declined.join("; ")),
        reasons.overridden.to_string(),
        cell(&moves.join("; ")),
    ]
}

/// What a rep was given beside what all were; empty for whoever is none.
fn given(balance: Option<&Balance>) -> [String; 6] {
    let share = |share: Option<f64>| share.map_or_else(String::new, |share| format!("{share:.4}"));
    let of = |part: fn(&Balance) -> OfAll| share(balance.and_then(|it| part(it).share()));
    [
        share(balance.and_then(|it| it.due)),
        of(|it| it.leads),
        of(|it| it.high),
        of(|it| it.after_hours),
        of(|it| it.worth),
        balance.map_or_else(String::new, |it| it.worth.of_theirs.to_string()),
    ]
}

/// Hollow accepts, and how long each leg took.
fn earned(numbers: &Numbers) -> impl Iterator<Item = String> {
    let of_leg = |leg: LegTimes| [leg.wall.median, leg.wall.p90, leg.open.median, leg.open.p90];
    let legs = numbers.legs.into_iter().flat_map(of_leg).map(time);
    std::iter::once(numbers.hollow.to_string()).chain(legs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cli::stats::written::tests::report,
        domain::{reasons::Move, stats::By},
    };

    #[test]
    fn a_spreadsheet_gets_lines_and_no_formula() {
        let mut report = report(Some(By::Rep));
        let first = &mut report.numbers.groups[0];
        first.reasons = Reasons {
            declined: vec![("busy".to_owned(), 2)],
            overridden: 1,
            moves: vec![Move {
                from: "sdr".to_owned(),
                to: String::new(),
                n: 1,
            }],
        };
        let part = |of_theirs| OfAll {
            of_theirs,
            of_all: 20.0,
        };
        first.balance = Some(Balance {
            due: Some(0.5),
            leads: part(12.0),
            worth: part(9.5),
            ..Balance::default()
        });
        insta::assert_snapshot!(csv(&report).replace('\r', ""), @r#"
        key,name,arrived,offered,accepted,declined,expired,escalated,won,lost,time_to_accept_median_s,time_to_accept_p90_s,speed_to_lead_median_s,speed_to_lead_p90_s,acknowledged_kept,acknowledged_missed,contacted_kept,contacted_missed,imported,duplicates,decline_reasons,by_hand,by_hand_moves,due_share,given_share,high_intent_share,after_hours_share,worth_share,worth,hollow,received_to_offered_median_s,received_to_offered_p90_s,received_to_offered_business_median_s,received_to_offered_business_p90_s,offered_to_delivered_median_s,offered_to_delivered_p90_s,offered_to_delivered_business_median_s,offered_to_delivered_business_p90_s,delivered_to_accepted_median_s,delivered_to_accepted_p90_s,delivered_to_accepted_business_median_s,delivered_to_accepted_business_p90_s,accepted_to_contacted_median_s,accepted_to_contacted_p90_s,accepted_to_contacted_business_median_s,accepted_to_contacted_business_p90_s
        ayse,Ayşe Yılmaz,12,15,9,2,3,0,4,1,,,240.000,1860.000,8,1,0,0,0,0,busy 2,1,sdr to nobody 1,0.5000,0.6000,,,0.4750,9.5,0,,,,,,,,,,,,,,,,
        '=1+1,"'=1+1, ""x""",0,1,0,0,0,0,0,0,,,,,0,0,0,0,0,0,,0,,,,,,,,0,,,,,,,,,,,,,,,,
        "#);
    }
}
