//! Why somebody did not get a lead, for the one who asks: `/lead why 4711`. Nothing of the lead itself is told.

use jiff::{SignedDuration, Timestamp};

use super::{
    commands::{CommandWords, Topic},
    details,
    facts::because,
    seen::Seen,
    when::When,
};
use crate::domain::{
    card::{Card, Part, Run},
    id::RepId,
    lead::{Candidate, Lead, Passed, State, ordinal},
    policy::Policy,
};

/// So many days untouched is worth a word, the longest first.
const UNTOUCHED_DAYS: [i64; 3] = [30, 14, 7];

/// What somebody has before them now, to say what would make room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Since when each of their own open leads has not been touched.
    pub untouched_since: Vec<Timestamp>,
}

/// Why `candidate` did not get the lead, and what would have changed it.
#[must_use]
pub fn why_not(
    lead: &Lead,
    candidate: &Candidate,
    before: &Before,
    policy: &Policy,
    words: &CommandWords,
    when: &When,
) -> Card {
    let title = format!("Why not you, lead #{}", lead.number);
    let mut said = vec![outcome(lead, candidate, policy, when)];
    said.extend(what_would_help(candidate, before, words, when.now()));
    let mut parts = vec![
        Part::Title(title.clone()),
        Part::Text(vec![Run::plain(said.join(" "))]),
    ];
    if let Some(routing) = &lead.routing {
        let seen = Seen::nothing(lead);
        parts.extend(details::decided(
            &seen,
            routing,
            policy,
            &candidate.rep,
            when,
        ));
        parts.push(details::by_configuration(routing));
    }
    Card {
        summary: format!("{title}: {}", said.join(" ")),
        parts,
    }
}

/// Why it was somebody else, or nobody.
fn outcome(lead: &Lead, candidate: &Candidate, policy: &Policy, when: &When) -> String {
    let who = asked_instead(lead, &candidate.rep, policy);
    if !candidate.eligible {
        let because = because(candidate, when);
        return match who {
            Some(who) => format!(
                "You were passed over: {}. {who} was asked.",
                yours(&because)
            ),
            None => format!("You were passed over: {}.", yours(&because)),
        };
    }
    let place = candidate.place.map(ordinal);
    let place = place.map_or_else(String::new, |place| format!(", you were {place} in line"));
    match who {
        Some(who) => format!("You could have had it; {who} was before you{place}."),
        None => format!("You could have had it{place}."),
    }
}

/// Whoever was asked last, or has it.
fn asked_instead(lead: &Lead, rep: &RepId, policy: &Policy) -> Option<String> {
    let owner = match &lead.state {
        State::Owned { rep, .. } => Some(rep),
        State::Pending
        | State::Offered { .. }
        | State::Pooled { .. }
        | State::Queued { .. }
        | State::Review { .. }
        | State::Nurture { .. }
        | State::Closed { .. }
        | State::Disqualified { .. } => None,
    };
    let asked = lead.offers.last().map(|offer| &offer.rep);
    let other = owner.or(asked).filter(|other| *other != rep)?;
    Some(policy.name_of(other).to_owned())
}

/// "is at 12 of 12 leads" as said to the one it is about.
fn yours(because: &str) -> String {
    let turned = [
        ("is ", "you were "),
        ("has ", "you had "),
        ("had ", "you had "),
        ("does not ", "you did not "),
        ("can't be reached", "you could not be reached"),
        ("owns it", "you had it yourself"),
    ];
    let found = turned.iter().find_map(|(theirs, yours)| {
        let rest = because.strip_prefix(theirs)?;
        Some(format!("{yours}{rest}"))
    });
    found.unwrap_or_else(|| because.to_owned())
}

/// What would have changed it, and changes it next time.
fn what_would_help(
    candidate: &Candidate,
    before: &Before,
    words: &CommandWords,
    now: Timestamp,
) -> Option<String> {
    let back = words.word(Topic::Back);
    let said = match candidate.passed? {
        Passed::Full => untouched(before, now).unwrap_or_else(|| {
            "Each lead that you close, or hand over, makes room for another.".to_owned()
        }),
        Passed::Pending => {
            "Each offer that you answer, with a yes or a no, makes room for another.".to_owned()
        }
        Passed::Capped => {
            "The rules allow no more offers in that time; your weight and caps are in the rules."
                .to_owned()
        }
        Passed::Away => format!("Once you are back, say {back}: then you are asked again."),
        Passed::Closed => {
            format!("With {back} you are asked outside of your hours too, if you like.")
        }
        Passed::Unreachable => {
            "The chat did not deliver to you. Write to me here, and tell who runs Baton if it stays so."
                .to_owned()
        }
        Passed::NotMatching => {
            "If that fits you after all, ask who writes the rules to add it to your skills, languages or territories."
                .to_owned()
        }
        Passed::Inactive | Passed::Unknown => {
            "In the rules you take no leads; ask who writes them.".to_owned()
        }
        Passed::HadIt => {
            "Nobody is asked twice for the same lead before everybody has had it.".to_owned()
        }
        Passed::OwnsIt => return None,
    };
    Some(said)
}

/// "Three of yours have not been touched for 30 days or more: …"
fn untouched(before: &Before, now: Timestamp) -> Option<String> {
    let (days, many) = UNTOUCHED_DAYS.iter().find_map(|days| {
        let long = SignedDuration::from_hours(24 * days);
        let lie = |since: &&Timestamp| now.duration_since(**since) >= long;
        let many = before.untouched_since.iter().filter(lie).count();
        (many > 0).then_some((days, many))
    })?;
    let have = if many == 1 {
        "One of your leads has".to_owned()
    } else {
        format!("{many} of your leads have")
    };
    Some(format!(
        "{have} been untouched for {days} days or more: log what came of them, hand them over or close them, and there \
         is room."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(because: &str, passed: Passed) -> Candidate {
        Candidate {
            rep: "ann".into(),
            eligible: false,
            because: because.to_owned(),
            openly: None,
            until: None,
            place: None,
            load: None,
            passed: Some(passed),
        }
    }

    #[test]
    fn everybody_hears_what_would_have_changed_it() {
        let now: Timestamp = "2026-11-20T10:00:00Z".parse().expect("a time");
        let days = |days: i64| now - SignedDuration::from_hours(24 * days);
        let before = Before {
            untouched_since: vec![days(40), days(41), days(52), days(8), days(0)],
        };
        let words = CommandWords::default();
        let help = |passed, before: &Before| {
            what_would_help(&candidate("", passed), before, &words, now).unwrap_or_default()
        };
        assert_eq!(
            help(Passed::Full, &before),
            "3 of your leads have been untouched for 30 days or more: log what came of them, hand them over or close \
             them, and there is room."
        );
        assert!(help(Passed::Full, &Before::default()).starts_with("Each lead that you close"));
        assert!(help(Passed::Closed, &before).contains("/lead-back"));
        assert_eq!(help(Passed::OwnsIt, &before), "");
    }

    #[test]
    fn a_reason_is_turned_to_the_one_it_is_about() {
        for (theirs, own) in [
            ("is at 12 of 12 leads", "you were at 12 of 12 leads"),
            ("has 3 unanswered offers", "you had 3 unanswered offers"),
            ("had it already", "you had it already"),
            ("does not match: x", "you did not match: x"),
            ("something else", "something else"),
        ] {
            assert_eq!(yours(theirs), own);
        }
    }
}
