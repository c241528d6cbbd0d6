//! Numbers as a table, and as JSON.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Count, Report};
use crate::{
    cli::shown::{Paint, Table},
    commands::numbers::{self, Group, Numbers},
    domain::{
        fairness::{Balance, OfAll},
        lead::Leg,
        phrase::say_duration,
        reasons::Reasons,
        stats::{By, EndingRow},
    },
    words::{
        endings, reasons as why,
        stats::{self as said, Kept, Times},
    },
};

/// "All teams by rep, this week: Mon 16 Nov 2026 00:00 to Sat 21 Nov 2026 14:00 (Europe/Berlin)".
pub fn heading(report: &Report) -> String {
    let to = report.to.min(report.now.timestamp()).max(report.from);
    let said = |at: jiff::Timestamp| {
        let at = at.to_zoned(report.now.time_zone().clone());
        at.strftime("%a %-d %b %Y %H:%M").to_string()
    };
    let by = report
        .by
        .map_or_else(String::new, |by| format!(" by {}", word(by)));
    format!(
        "{}{by}, {}: {} to {} ({})",
        report.whose,
        report.period,
        said(report.from),
        said(to),
        zone(report)
    )
}

fn zone(report: &Report) -> &str {
    report.now.time_zone().iana_name().unwrap_or("UTC")
}

/// Each kind of group is named as its variant is.
fn word(by: By) -> String {
    format!("{by:?}").to_lowercase()
}

/// The columns of the leads that came in, and of the submissions that made none.
const OF_TEAMS: std::ops::Range<usize> = 1..3;

/// The table, with everything together in the last line.
pub fn text(report: &Report, paint: Paint) -> String {
    let heading = paint.strong(&heading(report));
    if report.numbers.total == Numbers::default() {
        return format!(
            "{heading}\nNo leads came in then. Try a longer period: `baton stats quarter`.\n{}",
            filters(report)
        );
    }
    let first = report.by.map_or_else(String::new, word);
    let head = [
        &first,
        "leads",
        "caught",
        "offers",
        "accepted",
        "declined",
        "silent",
        "escalated",
        "won",
        "to lead",
        "p90",
        "to accept",
        "answered",
        "contacted",
    ];
    let groups = report.numbers.groups.iter();
    let mut rows: Vec<_> = groups
        .map(|group| cells(&group.name, &group.numbers))
        .collect();
    rows.push(cells("all", &report.numbers.total));
    let mut table = Table {
        head: head.map(str::to_owned).to_vec(),
        rows,
    };
    if report.by == Some(By::Rule) {
        by_hand(&mut table, report);
    }
    if report.by == Some(By::Rep) {
        // A lead arrives at a team, and at nobody in it.
        for row in std::iter::once(&mut table.head).chain(&mut table.rows) {
            row.drain(OF_TEAMS);
        }
    }
    let caught = match report.by {
        Some(By::Rep) => "",
        _ => "caught: submissions that made no lead, as it was known. ",
    };
    let by_hand = match report.by {
        Some(By::Rule) => " by hand: given to somebody else than the rule chose.",
        _ => "",
    };
    let note = "to lead: arrival to first attempt, median and 9 of 10. to accept: delivery to accept, median. \
                answered, contacted: SLA kept, of the clocks that have ended.";
    let endings: String = endings::facts(&report.numbers.endings)
        .iter()
        .map(|fact| format!("{}: {}\n", fact.label, plain(fact.value[0].words())))
        .collect();
    let imported = match report.numbers.total.imported {
        0 => String::new(),
        many => format!("From lists, and not among the leads: {many}\n"),
    };
    let came = match report.by {
        Some(By::Rep) if report.numbers.total.arrived > 0 => format!(
            "Leads that came in: {}, duplicates caught {}\n",
            report.numbers.total.arrived, report.numbers.total.caught
        ),
        _ => String::new(),
    };
    let endings = legs(report) + &came + &endings + &imported + &reasons(report);
    let endings = if endings.is_empty() {
        endings
    } else {
        format!("{endings}\n")
    };
    let filters = filters(report);
    format!(
        "{heading}\n\n{}\n{endings}{}{filters}{}\n",
        table.render(paint),
        balance(report, paint),
        paint.faint(&format!("{caught}{note}{by_hand}"))
    )
}

/// How long each leg took, and how many accepts were hollow.
fn legs(report: &Report) -> String {
    let total = &report.numbers.total;
    let legs = said::legs(total);
    let legs = legs.map(|fact| format!("{}: {}\n", fact.label, fact.value[0].words()));
    let groups = report.numbers.groups.iter();
    let groups: Vec<(&str, &Numbers)> = groups
        .map(|group| (group.name.as_str(), &group.numbers))
        .collect();
    let hollow = said::hollow(total, &groups);
    let hollow = hollow.map(|said| format!("Hollow accepts: {}\n", plain(&said)));
    legs.into_iter().chain(hollow).collect()
}

/// How many leads of each rule people gave to somebody else.
fn by_hand(table: &mut Table, report: &Report) {
    table.head.push("by hand".to_owned());
    let groups = report.numbers.groups.iter();
    let all = (&report.numbers.reasons, report.numbers.total.routed);
    let told = groups
        .map(|group| (&group.reasons, group.numbers.routed))
        .chain([all]);
    for (row, (reasons, routed)) in table.rows.iter_mut().zip(told) {
        row.push(why::by_hand(reasons, routed));
    }
}

/// Why offers were declined, and rules whose leads people keep giving to others.
fn reasons(report: &Report) -> String {
    let told = |reasons| why::declined(reasons, &|id| report.label(id));
    let all = told(&report.numbers.reasons).map(|said| format!("Declined because: {said}\n"));
    let groups = report.numbers.groups.iter();
    let by_group = groups.filter_map(|group| {
        let said = told(&group.reasons)?;
        Some(format!("{}, declined: {said}\n", group.name))
    });
    let questioned = report.numbers.questioned.iter();
    let questioned = questioned.filter_map(|(rule, reasons, routed)| {
        let said = why::questioned(rule, reasons, *routed)?;
        Some(format!("{said}\n"))
    });
    let said: String = all.into_iter().chain(by_group).chain(questioned).collect();
    plain_lines(&said)
}

/// Without what a terminal obeys.
fn plain_lines(text: &str) -> String {
    let lines = text.lines().map(|line| format!("{}\n", plain(line)));
    lines.collect()
}

/// What everybody was given, beside what is due to them.
fn balance(report: &Report, paint: Paint) -> String {
    let groups = report.numbers.groups.iter();
    let rows = groups.filter_map(|group| Some((group.name.clone(), group.balance.clone()?)));
    let rows: Vec<_> = rows.collect();
    if rows.len() < 2 {
        return String::new();
    }
    let said = why::balance(&rows, &report.numbers.currency);
    let table = Table {
        head: said
            .columns
            .iter()
            .map(|it| it.label.to_lowercase())
            .collect(),
        rows: said
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| plain(cell)).collect())
            .collect(),
    };
    format!("{}\n{}\n", table.render(paint), paint.faint(why::BALANCE)) + "\n"
}

/// "Filters: competitors dropped 12, links parked 3 (1 let in all the same)".
fn filters(report: &Report) -> String {
    let did = |count: &Count| {
        let did = match count.did.as_str() {
            "drop" => "dropped",
            "park" => "parked",
            _ => "marked",
        };
        let let_in = match count.let_in {
            0 => String::new(),
            some => format!(" ({some} let in all the same)"),
        };
        format!("{} {did} {}{let_in}", count.filter, count.people)
    };
    let said: Vec<String> = report.filters.iter().map(did).collect();
    match said.as_slice() {
        [] => String::new(),
        some => format!("Filters: {}\n\n", some.join(", ")),
    }
}

fn cells(name: &str, numbers: &Numbers) -> Vec<String> {
    let time = |took: Option<SignedDuration>| took.map_or_else(|| "–".to_owned(), say_duration);
    vec![
        plain(name),
        numbers.arrived.to_string(),
        numbers.caught.to_string(),
        numbers.offered.to_string(),
        numbers.accepted.to_string(),
        numbers.declined.to_string(),
        numbers.expired.to_string(),
        numbers.escalated.to_string(),
        numbers.won.to_string(),
        time(numbers.contact_median),
        time(numbers.contact_p90),
        time(numbers.to_accept().median),
        percent(numbers.answered),
        percent(numbers.contacted),
    ]
}

/// A lead's type comes from strangers, and a terminal obeys what it is shown.
fn plain(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).collect()
}

fn percent(kept: Kept) -> String {
    numbers::share(kept.kept, kept.missed)
        .map_or_else(|| "–".to_owned(), |share| format!("{:.0}%", share * 100.0))
}

/// The same names as the API's.
pub fn json(report: &Report) -> Value {
    let groups: Vec<Value> = report.numbers.groups.iter().map(group).collect();
    let total = with_reasons(view(&report.numbers.total), &report.numbers.reasons);
    json!({
        "whose": report.whose,
        "period": report.period,
        "from": report.from,
        "to": report.to,
        "zone": zone(report),
        "by": report.by.map(word),
        "currency": report.numbers.currency,
        "total": total,
        "groups": groups,
        "endings": report.numbers.endings.iter().map(ending).collect::<Vec<_>>(),
        "filters": report.filters.iter().map(filter).collect::<Vec<_>>(),
    })
}

fn filter(count: &Count) -> Value {
    json!({"filter": count.filter, "then": count.did, "people": count.people, "let_in": count.let_in})
}

fn group(group: &Group) -> Value {
    let mut row = json!({"key": group.key, "name": group.name});
    let numbers = with_reasons(view(&group.numbers), &group.reasons);
    if let (Value::Object(row), Value::Object(numbers)) = (&mut row, numbers) {
        row.extend(numbers);
        row.insert("given".to_owned(), json!(group.balance.as_ref().map(given)));
    }
    row
}

/// Numbers with why offers were declined, and what people gave to others by hand.
fn with_reasons(mut numbers: Value, reasons: &Reasons) -> Value {
    let declined = reasons.declined.iter();
    let declined = declined.map(|(reason, n)| json!({"reason": reason, "offers": n}));
    let moves = reasons.moves.iter().map(|way| {
        let to = (!way.to.is_empty()).then_some(&way.to);
        json!({"from": way.from, "to": to, "leads": way.n})
    });
    numbers["decline_reasons"] = declined.collect();
    numbers["by_hand"] = json!({"leads": reasons.overridden, "moves": moves.collect::<Vec<_>>()});
    numbers
}

fn given(one: &Balance) -> Value {
    let part =
        |part: OfAll| json!({"theirs": part.of_theirs, "all": part.of_all, "share": part.share()});
    json!({
        "due": one.due,
        "leads": part(one.leads),
        "high_intent": part(one.high),
        "after_hours": part(one.after_hours),
        "worth": part(one.worth),
    })
}

fn ending(row: &EndingRow) -> Value {
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    json!({
        "outcome": row.ending.word(),
        "reason": said(&row.reason),
        "currency": said(&row.currency),
        "leads": row.n,
        "valued": row.valued,
        "value": row.worth,
    })
}

fn view(numbers: &Numbers) -> Value {
    let seconds = |took: Option<SignedDuration>| took.map(|took| took.as_secs_f64());
    let kept = |kept: Kept| {
        let share = numbers::share(kept.kept, kept.missed);
        json!({"kept": kept.kept, "missed": kept.missed, "share": share})
    };
    json!({
        "arrived": numbers.arrived,
        "routed": numbers.routed,
        "imported": numbers.imported,
        "duplicates": numbers.caught,
        "offered": numbers.offered,
        "accepted": numbers.accepted,
        "declined": numbers.declined,
        "expired": numbers.expired,
        "escalated": numbers.escalated,
        "hollow": numbers.hollow,
        "won": numbers.won,
        "lost": numbers.lost,
        "time_to_accept": {"median_s": seconds(numbers.to_accept().median), "p90_s": seconds(numbers.to_accept().p90)},
        "speed_to_lead": {"median_s": seconds(numbers.contact_median), "p90_s": seconds(numbers.contact_p90)},
        "durations": durations(numbers),
        "acknowledged": kept(numbers.answered),
        "contacted": kept(numbers.contacted),
    })
}

/// How long each leg took, by the names of the API.
fn durations(numbers: &Numbers) -> Value {
    let times = |times: Times| {
        let seconds = |took: Option<SignedDuration>| took.map(|took| took.as_secs_f64());
        json!({"median_s": seconds(times.median), "p90_s": seconds(times.p90)})
    };
    let each = Leg::ALL.into_iter().zip(numbers.legs);
    let each = each.map(|(leg, took)| {
        let took = json!({"wall": times(took.wall), "business": times(took.open)});
        (leg.word().to_owned(), took)
    });
    Value::Object(each.collect())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{commands::numbers::Gathered, domain::event::Ending};
    use std::collections::BTreeMap;

    pub fn report(by: Option<By>) -> Report {
        let numbers = Numbers {
            arrived: 12,
            offered: 15,
            accepted: 9,
            declined: 2,
            expired: 3,
            won: 4,
            lost: 1,
            contact_median: Some(SignedDuration::from_mins(4)),
            contact_p90: Some(SignedDuration::from_mins(31)),
            answered: Kept { kept: 8, missed: 1 },
            ..Numbers::default()
        };
        let group = |key: &str, name: &str, numbers| Group {
            key: key.to_owned(),
            name: name.to_owned(),
            numbers,
            reasons: Reasons::default(),
            balance: None,
        };
        let none = Numbers {
            offered: 1,
            ..Numbers::default()
        };
        Report {
            whose: "Team sdr".to_owned(),
            by,
            period: "this week".to_owned(),
            from: "2026-11-15T23:00:00Z".parse().expect("a time"),
            to: "2026-11-22T23:00:00Z".parse().expect("a time"),
            filters: Vec::new(),
            now: "2026-11-21T14:00[Europe/Berlin]".parse().expect("a time"),
            labels: BTreeMap::new(),
            numbers: Gathered {
                reasons: Reasons::default(),
                questioned: Vec::new(),
                currency: String::new(),
                total: numbers.clone(),
                endings: vec![EndingRow {
                    ending: Ending::Won,
                    reason: String::new(),
                    currency: "EUR".to_owned(),
                    n: 4,
                    valued: 3,
                    worth: 36_000.0,
                }],
                groups: vec![
                    group("ayse", "Ayşe Yılmaz", numbers),
                    group("=1+1", "=1+1, \"x\"", none),
                ],
            },
        }
    }

    #[test]
    fn a_person_gets_a_table_with_its_period_and_zone() {
        insta::assert_snapshot!(text(&report(Some(By::Rep)), Paint::plain()), @r#"
        Team sdr by rep, this week: Mon 16 Nov 2026 00:00 to Sat 21 Nov 2026 14:00 (Europe/Berlin)

        rep          offers  accepted  declined  silent  escalated  won  to lead     p90  to accept  answered  contacted
        Ayşe Yılmaz      15         9         2       3          0    4    4 min  31 min          –       89%          –
        =1+1, "x"         1         0         0       0          0    0        –       –          –         –          –
        all              15         9         2       3          0    4    4 min  31 min          –       89%          –

        Leads that came in: 12, duplicates caught 0
        Won: 4, 36000 EUR together, 12000 EUR each

        to lead: arrival to first attempt, median and 9 of 10. to accept: delivery to accept, median. answered, contacted: SLA kept, of the clocks that have ended.
        "#);
    }

    #[test]
    fn a_program_gets_what_the_api_tells() {
        let told = json(&report(None));
        assert_eq!(told["zone"], "Europe/Berlin");
        assert_eq!(told["groups"][0]["speed_to_lead"]["median_s"], 240.0);
        assert_eq!(told["total"]["acknowledged"]["missed"], 1);
        assert_eq!(told["by"], Value::Null);
    }
}
