//! Two simulations side by side: the sums, then what goes from where to where.

use super::{
    Played, Report,
    written::{heading, name, percent, took},
};
use crate::{
    cli::{
        import::count::grouped,
        shown::{Paint, Table},
    },
    domain::event::MeasureKind,
    simulate::{Change, Fate, Line, Versus, owner_of, rule_of, versus},
};

/// So many examples are told; `--format csv` has all.
const EXAMPLES: usize = 10;
/// So many of the commonest moves are told.
const MOVES: usize = 15;

/// Everything, for people.
pub fn text(report: &Report<'_>, other: &Played, paint: Paint) -> String {
    let one = report.one;
    let names = format!("{} and {}", one.name, other.name);
    let mut said = heading(report.gathered, report.answers, &names, paint);
    if one.outcome.fates.is_empty() {
        return said + "No leads came in then.\n";
    }
    let apart = versus(&one.outcome, &other.outcome);
    said += &sums(one, other).render(paint);
    said += &format!("\n{}", reps(one, other).render(paint));
    said + "\n" + &changes(&apart, one, other, paint)
}

/// What is said of a line.
type Said = fn(&Line) -> String;

fn sums(one: &Played, other: &Played) -> Table {
    let rows: [(&str, Said); 9] = [
        ("leads", |line| grouped(line.leads)),
        ("offers", |line| {
            grouped(line.stats.count(MeasureKind::Offered))
        }),
        ("answered in time", |line| {
            percent(line.stats.acknowledge_kept())
        }),
        ("contacted in time", |line| {
            percent(line.stats.contact_kept())
        }),
        ("had, median", |line| took(line.wait(0.5))),
        ("had, 9 of 10", |line| took(line.wait(0.9))),
        ("waiting", |line| grouped(line.waiting)),
        ("in review", |line| grouped(line.review)),
        ("not for reps", |line| grouped(line.aside)),
    ];
    let (a, b) = (&one.outcome.total, &other.outcome.total);
    let row = |(what, of): (&str, Said)| vec![what.to_owned(), of(a), of(b)];
    Table {
        head: vec![String::new(), one.name.clone(), other.name.clone()],
        rows: rows.into_iter().map(row).collect(),
    }
}

fn reps(one: &Played, other: &Played) -> Table {
    let (a, b) = (&one.outcome.reps, &other.outcome.reps);
    let mut ids: Vec<&String> = a.keys().chain(b.keys()).collect();
    ids.sort();
    ids.dedup();
    let nothing = Line::default();
    let row = |id: &String| {
        let (a, b) = (a.get(id).unwrap_or(&nothing), b.get(id).unwrap_or(&nothing));
        let policy = if one.rules.policy.reps.contains_key(id.as_str()) {
            &one.rules.policy
        } else {
            &other.rules.policy
        };
        vec![
            name(policy, id),
            arrow(grouped(a.leads), grouped(b.leads)),
            arrow(took(a.wait(0.5)), took(b.wait(0.5))),
            arrow(
                percent(a.stats.acknowledge_kept()),
                percent(b.stats.acknowledge_kept()),
            ),
            arrow(a.most.to_string(), b.most.to_string()),
        ]
    };
    Table {
        head: ["rep", "leads", "had", "answered", "at once"]
            .map(str::to_owned)
            .to_vec(),
        rows: ids.into_iter().map(row).collect(),
    }
}

fn arrow(one: String, other: String) -> String {
    if one == other {
        one
    } else {
        format!("{one} → {other}")
    }
}

fn changes(apart: &Versus<'_>, one: &Played, other: &Played, paint: Paint) -> String {
    if apart.changes.is_empty() {
        return "For no lead is anything otherwise.\n".to_owned();
    }
    let all = grouped(one.outcome.fates.len() as u64);
    let many = grouped(apart.changes.len() as u64);
    let mut said = paint.strong(&format!("Otherwise for {many} of {all} leads")) + "\n";
    for (what, (more, fewer)) in [
        ("answered in time", apart.answered),
        ("contacted in time", apart.contacted),
    ] {
        if more + fewer > 0 {
            said += &format!(
                "{what} by {} only: {}; by {} only: {}\n",
                other.name,
                grouped(more),
                one.name,
                grouped(fewer)
            );
        }
    }
    for (what, moves) in [
        ("rule", &apart.rules),
        ("team", &apart.teams),
        ("who had it", &apart.owners),
    ] {
        let mut moves: Vec<_> = moves.iter().collect();
        moves.sort_by_key(|(_, many)| std::cmp::Reverse(**many));
        let row = |((from, to), many): (&(String, String), &u64)| {
            vec![from.clone(), to.clone(), grouped(*many)]
        };
        if !moves.is_empty() {
            let table = Table {
                head: vec![format!("{what} from"), "to".to_owned(), "leads".to_owned()],
                rows: moves.into_iter().take(MOVES).map(row).collect(),
            };
            said += &format!("\n{}", table.render_left(paint));
        }
    }
    said + "\n" + &examples(apart, paint)
}

fn examples(apart: &Versus<'_>, paint: Paint) -> String {
    let side = |fate: &Fate| format!("{}, {}", rule_of(fate), owner_of(fate));
    let row = |change: &Change<'_>| {
        vec![
            format!("#{}", change.one.number),
            side(change.one),
            side(change.other),
        ]
    };
    let shown = apart.changes.iter().take(EXAMPLES).map(row);
    let table = Table {
        head: ["lead", "rule, who had it", "instead"]
            .map(str::to_owned)
            .to_vec(),
        rows: shown.collect(),
    };
    let more = apart.changes.len().saturating_sub(EXAMPLES);
    let more = match more {
        0 => String::new(),
        more => format!(
            "and {} more; `--format csv` lists all\n",
            grouped(more as u64)
        ),
    };
    table.render_left(paint) + &paint.faint(&more)
}
