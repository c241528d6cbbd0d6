//! What managers hear of submissions that could not be used: how many of which source, why, and what to do about it.

use std::collections::BTreeMap;

use crate::domain::{
    card::{Card, Item, Part, Run},
    id::{SourceId, SubmissionId},
};

use super::seen::cut;

const MAX_WHY: usize = 200;

/// Submissions of a source that wait for somebody to look at them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: usize,
    /// There are more, which nobody has counted.
    pub more: bool,
    /// What is wrong with most of them.
    pub problem: String,
    /// With how many.
    pub of_problem: usize,
    /// One of these.
    pub example: SubmissionId,
}

impl Waiting {
    /// Of submissions and their problems; `None` when there are none. `limit` is how many were counted at most.
    #[must_use]
    pub fn of(all: &[(SubmissionId, Vec<String>)], limit: usize) -> Option<Self> {
        let first = |problems: &[String]| problems.first().cloned().unwrap_or_default();
        let mut common: BTreeMap<String, usize> = BTreeMap::new();
        for (_, problems) in all {
            *common.entry(first(problems)).or_default() += 1;
        }
        // Of two that are as common the one that came first.
        let backwards = all.iter().rev();
        let (example, problems) = backwards.max_by_key(|(_, it)| common[&first(it)])?;
        let problem = first(problems);
        Some(Self {
            count: all.len(),
            more: all.len() >= limit,
            of_problem: common[&problem],
            problem,
            example: example.clone(),
        })
    }
}

/// The message.
#[must_use]
pub fn card(source: &SourceId, waiting: &Waiting) -> Card {
    let than = if waiting.more { "More than " } else { "" };
    let headline = match waiting.count {
        1 => format!("A submission of {source} can't be used yet."),
        many => format!("{than}{many} submissions of {source} can't be used yet."),
    };
    let why = why(waiting);
    let steps = steps(source, waiting);
    let said: Vec<String> = steps
        .iter()
        .map(|(what, command)| format!("{what}: {command}"))
        .collect();
    let items = steps.into_iter().map(|(what, command)| Item {
        text: vec![Run::bold(what), Run::plain(format!(": {command}"))],
        buttons: Vec::new(),
    });
    let whose = "For whoever looks after Baton:";
    Card {
        summary: format!("{headline} {why} {whose} {}", said.join("; ")),
        parts: vec![
            Part::Text(vec![Run::bold(headline)]),
            Part::Text(vec![Run::plain(why)]),
            Part::Note(vec![Run::plain(whose)]),
            Part::List(items.collect()),
        ],
    }
}

fn why(waiting: &Waiting) -> String {
    let problem = cut(&waiting.problem, MAX_WHY);
    match (problem.as_str(), waiting.of_problem, waiting.count) {
        ("", _, _) => "Nothing is lost: what came is kept whole.".to_owned(),
        (why, some, all) if some == all => {
            format!("Why: {why}. Nothing is lost: what came is kept whole.")
        }
        (why, some, all) => {
            format!(
                "Most often: {why} ({some} of {all}). Nothing is lost: what came is kept whole."
            )
        }
    }
}

/// What to do about it, with the command that does it.
fn steps(source: &SourceId, waiting: &Waiting) -> Vec<(&'static str, String)> {
    let id = &waiting.example;
    let see = (
        "See them",
        format!("baton submissions list --status quarantined --source {source}"),
    );
    if waiting.problem.contains("parked by the filter") {
        let one = format!("baton submissions replay {id}");
        return vec![see, ("Let one in", one)];
    }
    vec![
        see,
        (
            "What to write into fields",
            format!("baton submissions map {id}"),
        ),
        (
            "Let them in after that",
            format!("baton submissions replay --source {source}"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(problems: &[&str], limit: usize) -> Option<String> {
        let all: Vec<(SubmissionId, Vec<String>)> = problems
            .iter()
            .enumerate()
            .map(|(at, why)| (format!("sub_{at}").into(), vec![(*why).to_owned()]))
            .collect();
        let waiting = Waiting::of(&all, limit)?;
        Some(card(&"website".into(), &waiting).summary)
    }

    #[test]
    fn one_message_says_how_many_and_why() {
        assert_eq!(told(&[], 10), None);
        insta::assert_snapshot!(told(&["no e-mail and no phone"], 10).unwrap(), @"A submission of website can't be used yet. Why: no e-mail and no phone. Nothing is lost: what came is kept whole. For whoever looks after Baton: See them: baton submissions list --status quarantined --source website; What to write into fields: baton submissions map sub_0; Let them in after that: baton submissions replay --source website");
        insta::assert_snapshot!(told(&["the body is empty", "no e-mail and no phone", "no e-mail and no phone"], 3).unwrap(), @"More than 3 submissions of website can't be used yet. Most often: no e-mail and no phone (2 of 3). Nothing is lost: what came is kept whole. For whoever looks after Baton: See them: baton submissions list --status quarantined --source website; What to write into fields: baton submissions map sub_1; Let them in after that: baton submissions replay --source website");
        insta::assert_snapshot!(told(&["parked by the filter `links`"], 10).unwrap(), @"A submission of website can't be used yet. Why: parked by the filter `links`. Nothing is lost: what came is kept whole. For whoever looks after Baton: See them: baton submissions list --status quarantined --source website; Let one in: baton submissions replay sub_0");
    }
}
