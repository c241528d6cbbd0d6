//! What `/leadrules` answers: the rules in force, in plain words, open to everybody.
//!
//! ```text
//! 1. hot: if intent is high and fit is strong, team enterprise is asked, one after the other.
//! ```

mod ends;

use super::seen::{begin, cut};
use crate::domain::{
    action::Action,
    card::{Button, Card, Item, Part, Run},
    contact::Field,
    filter::Then,
    id::{RepId, SlaId},
    policy::{
        AfterDecline, Assignee, Audience, HolidayRule, Policy, Prefer, Repeat, Route, Rung, Sla,
        Step, StepAction, Strategy, Target, Team, WhenClosed,
    },
    strategy::WINDOW,
};

/// As much text stands on one page; a message has room for three times this.
const PAGE: usize = 5_000;
const MAX_CONDITION: usize = 300;
const MAX_LINE: usize = 700;
const MOST_PEOPLE: usize = 30;
/// As much of a configuration's hash as `baton config show` needs.
const SHORT_HASH: usize = 12;

/// A rule with its heading: what it is about stands over the first of its kind.
struct Line {
    about: &'static str,
    name: String,
    words: String,
}

/// The rules in force; `page` counts from 0.
#[must_use]
pub fn rules(policy: &Policy, page: usize) -> Card {
    let pages = pages(lines(policy));
    let page = page.min(pages.len().saturating_sub(1));
    let hash = policy.hash.strip_prefix("sha256:").unwrap_or(&policy.hash);
    let short: String = hash.chars().take(SHORT_HASH).collect();
    let mut parts = vec![Part::Title("The rules in force".to_owned())];
    let mut said = Vec::new();
    let shown = pages.get(page).map_or(&[][..], Vec::as_slice);
    for about in shown.chunk_by(|a, b| a.about == b.about) {
        let items = about.iter().map(|line| Item {
            text: vec![
                Run::bold(line.name.clone()),
                Run::plain(format!(": {}", line.words)),
            ],
            buttons: Vec::new(),
        });
        let heading = about.first().map_or("", |line| line.about);
        parts.push(Part::Text(vec![Run::bold(heading)]));
        parts.push(Part::List(items.collect()));
        let words = about
            .iter()
            .map(|line| format!("{}: {}", line.name, line.words));
        said.push(format!(
            "{heading}: {}",
            words.collect::<Vec<_>>().join(" ")
        ));
    }
    parts.push(Part::Note(vec![Run::plain(format!(
        "Page {} of {}. Configuration {short}.",
        page + 1,
        pages.len().max(1)
    ))]));
    parts.extend(turning(page, pages.len()));
    Card {
        summary: format!("The rules in force. {}", said.join(" ")),
        parts,
    }
}

fn turning(page: usize, pages: usize) -> Option<Part> {
    let before = page.checked_sub(1).map(|to| (to, "Previous"));
    let after = Some(page + 1)
        .filter(|to| *to < pages)
        .map(|to| (to, "More"));
    let buttons: Vec<Button> = [before, after]
        .into_iter()
        .flatten()
        .map(|(to, label)| {
            Button::new(Action::LeadsPage, format!("rules:{to}"), label)
                .spoken(format!("{label}, page {} of {pages} of the rules", to + 1))
        })
        .collect();
    (!buttons.is_empty()).then_some(Part::Buttons(buttons))
}

fn pages(lines: Vec<Line>) -> Vec<Vec<Line>> {
    let mut pages: Vec<Vec<Line>> = vec![Vec::new()];
    let mut room = PAGE;
    for line in lines {
        let size = line.name.len() + line.words.len() + 40;
        if size > room && pages.last().is_some_and(|page| !page.is_empty()) {
            pages.push(Vec::new());
            room = PAGE;
        }
        room = room.saturating_sub(size);
        if let Some(page) = pages.last_mut() {
            page.push(line);
        }
    }
    pages
}

fn lines(policy: &Policy) -> Vec<Line> {
    let line = |about, name: &str, words: String| Line {
        about,
        name: cut(name, 60),
        words: cut(&words, MAX_LINE),
    };
    let mut all = Vec::new();
    for filter in &policy.filters {
        let then = match filter.then {
            Then::Drop => "never gets to anybody",
            Then::Park => "is kept aside until somebody lets it in",
            Then::Mark => "is marked so",
        };
        let when = cut(filter.when.words(), MAX_CONDITION);
        let about = "Filters come first: whoever is taken out or kept aside goes no further";
        all.push(line(
            about,
            &filter.id,
            format!("if {when}, a lead {then}."),
        ));
    }
    for (at, route) in policy.routes.iter().enumerate() {
        let name = format!("{}. {}", at + 1, route.id);
        let about = "Where a lead goes: the first rule that holds";
        all.push(line(about, &name, route_words(policy, route)));
    }
    for intent in &policy.intents {
        let when = intent.when.as_ref().map_or("always", |when| when.words());
        let words = format!("{}.", cut(when, MAX_CONDITION));
        all.push(line(
            "How much a lead wants to talk: the first that holds",
            intent.level.word(),
            words,
        ));
    }
    for team in &policy.teams {
        all.push(line("Teams", &team.name, team_words(policy, team)));
    }
    for (id, sla) in clocks(policy) {
        all.push(line("How fast", id.as_str(), sla_words(policy, id, sla)));
    }
    for (id, calendar) in &policy.calendars {
        let holidays = match &calendar.holidays {
            HolidayRule::None => "",
            HolidayRule::Rep => ", with the public holidays of everybody's own country",
            HolidayRule::Fixed(_) => ", with the public holidays that the rules name",
        };
        let zone = calendar.timezone.as_ref().and_then(|zone| zone.iana_name());
        let zone = zone.map_or(String::new(), |zone| format!(" ({zone})"));
        let words = format!("{}{zone}{holidays}.", cut(&calendar.hours, 200));
        all.push(line("Hours", id.as_str(), words));
    }
    for reason in &policy.declines {
        let then = match reason.then {
            AfterDecline::Next => "the next one is asked",
            AfterDecline::Review => "a manager decides",
            AfterDecline::Queue => "it goes to the queue",
            AfterDecline::Disqualify => "nobody is asked again",
        };
        all.push(line(
            "When a lead is declined",
            &reason.label,
            format!("{then}."),
        ));
    }
    all
}

fn route_words(policy: &Policy, route: &Route) -> String {
    let when = route
        .when
        .as_ref()
        .map_or("Everything else".to_owned(), |when| {
            format!("If {}", cut(when.words(), MAX_CONDITION))
        });
    let to: Vec<String> = route
        .to
        .iter()
        .map(|target| target_words(policy, target))
        .collect();
    let sla = route
        .sla
        .as_ref()
        .map_or(String::new(), |sla| format!(" Clock: {sla}."));
    let split = policy.experiment_on(&route.id);
    let split = split.map_or(String::new(), |experiment| {
        let arms = experiment.arms.iter();
        let arms = arms.map(|arm| format!("{} {}", arm.id, arm.words(policy, route)));
        let arms: Vec<String> = arms.collect();
        format!(
            " Experiment {}, by company: {}.",
            experiment.id,
            arms.join("; ")
        )
    });
    format!("{when}: {}.{sla}{split}", to.join("; else "))
}

fn target_words(policy: &Policy, target: &Target) -> String {
    match target {
        Target::Team(team) => {
            let name = policy.team_name(team);
            format!("team {name} is asked, {}", strategy_of(policy, team))
        }
        Target::Pool {
            team,
            size,
            matching,
            hide,
        } => {
            let team = policy.team_name(team);
            let who = match (size, matching) {
                (None, false) => format!("everybody in team {team}"),
                (None, true) => format!("those of team {team} who suit best"),
                (Some(size), false) => format!("the {size} of team {team} who suit best"),
                (Some(size), true) => format!("at most {size} of team {team} who suit best"),
            };
            let hidden = hidden_words(hide, "claimed");
            format!("{who} may claim it, the first has it{hidden}")
        }
        Target::Queue { team, hide } => {
            let hidden = hidden_words(hide, "taken");
            format!(
                "it waits in the queue of team {}{hidden}",
                policy.team_name(team)
            )
        }
        Target::Review(team) => format!("a manager of team {} decides", policy.team_name(team)),
        Target::AccountOwner if policy.accounts.keep().is_some() => {
            "whoever owns the account, or other leads of the company".to_owned()
        }
        Target::AccountOwner => "whoever owns the account".to_owned(),
        Target::PreviousOwner => "whoever had this person before".to_owned(),
        Target::Rep(rep) => policy.name_of(rep).to_owned(),
        Target::Nurture(label) => format!("marketing ({label})"),
        Target::Disqualify(None) => "it is dropped".to_owned(),
        Target::Disqualify(Some(why)) => format!("it is dropped ({})", cut(why, 60)),
    }
}

fn hidden_words(hide: &[Field], until: &str) -> String {
    let hidden: Vec<&str> = hide.iter().map(|field| field.name()).collect();
    if hidden.is_empty() {
        return String::new();
    }
    format!(" ({} shown once it is {until})", hidden.join(", "))
}

fn strategy_of(policy: &Policy, team: &crate::domain::id::TeamId) -> &'static str {
    match policy.team(team).map(|team| team.strategy) {
        Some(Strategy::RoundRobin) | None => "in turn",
        Some(Strategy::LeastLoaded) => "whoever has the fewest open leads first",
        Some(Strategy::BestMatch) => "those who match it best first, in turn",
        Some(Strategy::TopPerformer) => "whoever wins most of their leads first",
    }
}

fn team_words(policy: &Policy, team: &Team) -> String {
    let names = |reps: &[RepId]| {
        let named: Vec<&str> = reps
            .iter()
            .take(MOST_PEOPLE)
            .map(|rep| policy.name_of(rep))
            .collect();
        let more = reps.len().saturating_sub(MOST_PEOPLE);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("{}{more}", named.join(", "))
    };
    let mut said = vec![format!("{}.", names(&team.members))];
    if !team.backups.is_empty() {
        said.push(format!("Backups: {}.", names(&team.backups)));
    }
    if !team.managers.is_empty() {
        said.push(format!("Managers: {}.", names(&team.managers)));
    }
    said.push(format!(
        "{}.",
        begin(&format!("asked {}", strategy_of(policy, &team.id)))
    ));
    if let Some(filter) = &team.filter {
        said.push(format!("Only if {}.", cut(filter.words(), MAX_CONDITION)));
    }
    if !team.prefer.is_empty() {
        let wishes: Vec<&str> = team.prefer.iter().map(|wish| wish_words(*wish)).collect();
        said.push(format!("Rather {}.", wishes.join(", then ")));
    }
    if let Some(most) = team.most_of_last() {
        said.push(format!("Nobody has more than {most} of the last {WINDOW}."));
    }
    match &team.when_closed {
        WhenClosed::Wait => {}
        WhenClosed::Backups => said.push("Out of hours: the backups.".to_owned()),
        WhenClosed::Team(team) => {
            said.push(format!("Out of hours: team {}.", policy.team_name(team)));
        }
    }
    said.join(" ")
}

fn wish_words(wish: Prefer) -> &'static str {
    match wish {
        Prefer::Languages => "who speaks their language",
        Prefer::Territories => "whose territory it is",
        Prefer::Skills => "who knows the subject",
        Prefer::Functions => "who knows how to talk with people of their job",
        Prefer::Level => "whose experience the deal asks for",
        Prefer::Country => "who works in their country",
        Prefer::Timezone => "whose clock is near theirs",
    }
}

/// The clocks that a route or a team names; without any, all of them.
fn clocks(policy: &Policy) -> Vec<(&SlaId, &Sla)> {
    let of_routes = policy.ways().filter_map(|route| route.sla.as_ref());
    let of_teams = policy
        .teams
        .iter()
        .flat_map(|team| team.sla.by_type.values().chain(&team.sla.default));
    let named: Vec<&SlaId> = of_routes.chain(of_teams).collect();
    policy
        .slas
        .iter()
        .filter(|(id, _)| named.is_empty() || named.contains(id))
        .collect()
}

fn sla_words(policy: &Policy, id: &SlaId, sla: &Sla) -> String {
    let mut said = Vec::new();
    if let Some(within) = sla.acknowledge {
        said.push(format!("Accepted within {}.", within.words()));
    }
    if let Some(within) = sla.contact {
        said.push(format!("Called within {}.", within.words()));
    }
    match &sla.calendar {
        Some(calendar) => said.push(format!("Counted in the hours {calendar}.")),
        None => said.push("Counted day and night.".to_owned()),
    }
    if !sla.escalation.is_empty() {
        let after = ends::after_all(policy, id, &sla.escalation);
        let steps = steps(policy, &sla.escalation);
        said.push(format!("Not accepted: {steps}{after}."));
    }
    if !sla.untouched.is_empty() {
        said.push(format!("Not called: {}.", steps(policy, &sla.untouched)));
    }
    if !sla.retry.is_empty() {
        let each: Vec<String> = sla.retry.iter().map(|after| after.words()).collect();
        said.push(format!(
            "Not reached: again after {}.",
            each.join(", then ")
        ));
    }
    if let Some(target) = &sla.exhausted {
        let then = target_words(policy, target);
        said.push(format!("Not reached even then: {then}."));
    }
    said.join(" ")
}

fn steps(policy: &Policy, steps: &[Step]) -> String {
    let said: Vec<String> = steps
        .iter()
        .map(|step| {
            let again = step.repeat.map_or(String::new(), repeat_words);
            let does = action_words(policy, &step.action);
            format!("after {} {does}{again}", step.after.words())
        })
        .collect();
    said.join("; ")
}

fn repeat_words(repeat: Repeat) -> String {
    format!(
        " ({} times more, every {})",
        repeat.times,
        repeat.every.words()
    )
}

/// What a step does, in words.
pub(super) fn action_words(policy: &Policy, action: &StepAction) -> String {
    match action {
        StepAction::Remind => "a reminder".to_owned(),
        StepAction::Reoffer(Rung::Team) => "the next of the team".to_owned(),
        StepAction::Reoffer(Rung::Backups) => "the backups".to_owned(),
        StepAction::Reoffer(Rung::Other(team)) => format!("team {}", policy.team_name(team)),
        StepAction::Widen => "everybody in the team may claim it".to_owned(),
        StepAction::Notify(Audience::Managers) => "the managers are told".to_owned(),
        StepAction::Notify(Audience::Channel) => "the channel is told".to_owned(),
        StepAction::Notify(Audience::Rep(rep)) => format!("{} is told", policy.name_of(rep)),
        StepAction::Assign(Assignee::Managers) => "a manager has it".to_owned(),
        StepAction::Assign(Assignee::Rep(rep)) => format!("{} has it", policy.name_of(rep)),
        StepAction::Review(team) => {
            format!("a manager of team {} decides", policy.team_name(team))
        }
    }
}
