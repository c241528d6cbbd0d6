//! Slack: tokens, scopes, clock, channels and people.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::{Finding, State, token};
use crate::{
    chat::{
        Person,
        slack::{
            manifest,
            survey::{Bearer, Survey, Unwell},
        },
    },
    clock::Clock,
    config::compile::SlackSettings,
    domain::policy::{Channel, Platform, Policy, Rep, StatusRule},
};

const TOKEN: &str = "slack token";
/// Slack refuses no request for less, and a date has whole seconds only.
const OFF: SignedDuration = SignedDuration::from_secs(30);
/// Slack's requests are refused beyond this.
const TOO_FAR_OFF: SignedDuration = SignedDuration::from_secs(300);
/// With a dead token there is nothing to send with.
const STOPS: &str = "It stops offers, cards, notices and the answers to presses. Leads are still taken in and kept, their clocks run, \
     and what waits goes out once a token works. Install the app again (api.slack.com/apps, Install App), \
     put the new token where `slack.bot_token` takes it from, and restart `baton serve`.";

pub(super) async fn look(
    settings: &SlackSettings,
    database: &str,
    policy: &Policy,
    clock: &Clock,
) -> anyhow::Result<Vec<Finding>> {
    let survey = Survey::new(settings.api_url.clone())?;
    let stored = token::stored(database, settings).await;
    let expires = token::life(settings, stored.as_ref(), clock.now());
    let token = &token::in_force(settings, stored.as_ref());
    let mut found: Vec<Finding> = expires.into_iter().collect();
    match survey.bearer(token).await {
        Err(unwell) => found.push(dead(&unwell, settings.rotation.is_some())),
        Ok(bearer) => {
            let whose = format!("{} in the workspace {}", bearer.user, bearer.team);
            found.push(Finding::well(TOKEN, whose));
            found.push(scopes(&bearer, policy.status.slack));
            found.extend(skew(bearer.at, clock.now()));
            found.push(commands(settings));
            found.extend(channels(&survey, token, policy).await);
            found.extend(groups(&survey, token, policy).await);
            found.push(people(&survey, token, policy).await);
        }
    }
    if let Some(app_token) = &settings.app_token {
        found.push(socket(survey.socket(app_token).await));
    }
    Ok(found)
}

fn dead(unwell: &Unwell, rotates: bool) -> Finding {
    match unwell {
        Unwell::Refused { word, .. } if rotates && word == "token_expired" => {
            let mend = "It is renewed as soon as `baton serve` runs; what waits goes out then.";
            Finding::broken(TOKEN, word, mend)
        }
        Unwell::Refused { word, .. } => Finding::broken(TOKEN, word, STOPS),
        Unwell::Silent(why) => Finding::broken(
            TOKEN,
            format!("Slack could not be asked: {why}"),
            "Can this machine reach slack.com:443, or `slack.api_url` if that is set? Leads are kept meanwhile, and told once it can.",
        ),
    }
}

fn scopes(bearer: &Bearer, status: StatusRule) -> Finding {
    const AREA: &str = "slack scopes";
    const MEND: &str = "Add them under OAuth & Permissions at api.slack.com/apps (or paste what `baton manifest slack` prints), \
                        then Reinstall to Workspace.";
    let Some(granted) = &bearer.scopes else {
        return Finding::new(
            AREA,
            State::Untold,
            "this server does not say which were granted",
        )
        .mend(format!("Baton needs {}.", manifest::scopes().join(", ")));
    };
    let missing = manifest::scopes()
        .into_iter()
        .filter(|it| !granted.iter().any(|has| has == it));
    let (quiet, missing): (Vec<&str>, Vec<&str>) =
        missing.partition(|it| *it == manifest::READ_QUIET);
    if !missing.is_empty() {
        return Finding::broken(AREA, format!("missing: {}", missing.join(", ")), MEND);
    }
    // An app that was made before there was need of it does everything else.
    match status {
        StatusRule::Ask | StatusRule::Believe if !quiet.is_empty() => {
            let said = format!("{} is missing: do not disturb is not heard of", quiet[0]);
            Finding::look(
                AREA,
                said,
                format!("{MEND} The event dnd_updated_user goes with it."),
            )
        }
        StatusRule::Ignore | StatusRule::Ask | StatusRule::Believe => {
            Finding::well(AREA, "all that Baton needs")
        }
    }
}

/// Slack's requests carry a time and are refused when ours is another.
fn skew(at: Option<Timestamp>, now: Timestamp) -> Option<Finding> {
    const AREA: &str = "clock";
    let off = at?.duration_since(now).abs();
    let said = format!("{} s from Slack's", off.as_secs());
    let mend = "Let this machine follow NTP: `timedatectl set-ntp true`.";
    Some(if off > TOO_FAR_OFF {
        let mend = format!("Every press and command is refused as too old. {mend}");
        Finding::broken(AREA, said, mend)
    } else if off > OFF {
        Finding::look(AREA, said, mend)
    } else {
        Finding::well(AREA, said)
    })
}

/// Slack lists them to nobody, so a person has to look.
fn commands(settings: &SlackSettings) -> Finding {
    let away = settings.commands.get("away");
    let away = away.map_or("/lead-away", String::as_str);
    Finding::new(
        "slack commands",
        State::Untold,
        "Slack does not tell which ones an app has",
    )
    .mend(format!(
        "Type `{away} help` in Slack. If it is no valid command: paste what `baton manifest slack` prints and reinstall. \
         If it fails: the request URL is not this Baton's, or the signing secret is another app's."
    ))
}

async fn channels(survey: &Survey, token: &SecretString, policy: &Policy) -> Vec<Finding> {
    const AREA: &str = "slack channels";
    let configured = policy.teams.iter().filter_map(|team| match &team.channel {
        Some(Channel::Slack(id)) => Some(id.as_str()),
        Some(Channel::Teams(_)) | None => None,
    });
    let configured: BTreeSet<&str> = configured.collect();
    let (mut found, mut well) = (Vec::new(), Vec::new());
    for channel in configured {
        match survey.channel(token, channel).await {
            Ok(()) => well.push(channel),
            Err(unwell) => found.push(out_of_reach(AREA, channel, &unwell)),
        }
    }
    if !well.is_empty() {
        let said = format!("Baton is a member of {}", well.join(", "));
        found.insert(0, Finding::well(AREA, said));
    }
    found
}

fn out_of_reach(area: &'static str, channel: &str, unwell: &Unwell) -> Finding {
    let word = unwell.to_string();
    let mend = match word.as_str() {
        "not_in_channel" => {
            "Type `/invite @Baton` in that channel. Until then pools and notices for it fail."
        }
        "channel_not_found" => {
            "There is no such channel, or it is private and Baton not in it. The id stands at the end of the channel's \
             details (C…); in a private one type `/invite @Baton`."
        }
        "missing_scope" => "Grant the scopes that are missing above, then run this again.",
        "is_archived" => "Take it out of the archive, or name another channel for the team.",
        _ => "Run this again; if it stays, look at the app at api.slack.com/apps.",
    };
    Finding::broken(area, format!("{channel}: {word}"), mend)
}

/// Teams made of the chat's groups: whether those are there, and may be read.
async fn groups(survey: &Survey, token: &SecretString, policy: &Policy) -> Option<Finding> {
    const AREA: &str = "slack groups";
    let named = policy.teams.iter().flat_map(|team| &team.groups);
    let named: BTreeSet<&str> = named.map(String::as_str).collect();
    if named.is_empty() {
        return None;
    }
    let there = match survey.groups(token).await {
        Ok(there) => there,
        Err(unwell) => return Some(unread_groups(AREA, &unwell)),
    };
    let (missing, known): (Vec<&str>, Vec<&str>) = named
        .iter()
        .partition(|handle| !there.contains_key(**handle));
    if !missing.is_empty() {
        let said = format!("there is no @{}", missing.join(", no @"));
        let mend = "Mend `members` of the team: it takes the handle that people type to mention the group, as Slack's \
                    People & user groups shows it. One that was disabled there has to be enabled again. \
                    Until then those who were in it last stay members.";
        return Some(Finding::broken(AREA, said, mend));
    }
    for handle in &known {
        if let Err(unwell) = survey.group(token, &there[*handle]).await {
            return Some(unread_groups(AREA, &unwell));
        }
    }
    let said = format!("@{} can be read", known.join(", @"));
    Some(Finding::well(AREA, said))
}

fn unread_groups(area: &'static str, unwell: &Unwell) -> Finding {
    let mend = "Grant usergroups:read, reinstall, then run this again. Until then those who were in the groups last stay members.";
    Finding::broken(area, format!("they can't be read: {unwell}"), mend)
}

async fn people(survey: &Survey, token: &SecretString, policy: &Policy) -> Finding {
    const AREA: &str = "people";
    let everybody = match survey.people(token).await {
        Ok(everybody) => everybody,
        Err(unwell) => {
            let mend = "Grant users:read and users:read.email, then run this again.";
            return Finding::broken(AREA, format!("they can't be listed: {unwell}"), mend);
        }
    };
    let theirs = policy.reps.values();
    let theirs: Vec<&Rep> = theirs.filter(|rep| rep.chat == Platform::Slack).collect();
    let reps = theirs.iter().filter(|rep| rep.active);
    let missing: Vec<String> = reps.filter_map(|rep| trouble(rep, &everybody)).collect();
    if missing.is_empty() {
        return Finding::well(AREA, format!("all {} reps are in Slack", theirs.len()));
    }
    Finding::broken(
        AREA,
        missing.join("; "),
        "Mend `email`, or set `slack = \"U…\"` (profile, ⋮, Copy member ID); who has left: `active = false`. \
         Until then what they had moves on to others.",
    )
}

/// Why a rep can be told nothing.
fn trouble(rep: &Rep, everybody: &[Person]) -> Option<String> {
    let is = |person: &&Person| match &rep.slack {
        Some(id) => person.id == *id,
        None => {
            let email = person.email.as_deref();
            email.is_some_and(|it| it.eq_ignore_ascii_case(&rep.email))
        }
    };
    let by = rep.slack.as_deref().unwrap_or(&rep.email);
    // Somebody who left may have the address of an account that lives.
    let living = everybody.iter().find(|it| is(it) && !it.deleted);
    let Some(person) = living.or_else(|| everybody.iter().find(is)) else {
        return Some(format!("{} ({by}) is not in Slack", rep.id));
    };
    let why = match person {
        Person { deleted: true, .. } => "is deactivated",
        Person { bot: true, .. } => "is a program",
        Person { guest: true, .. } => "is a guest",
        _ => return None,
    };
    Some(format!("{} ({by}) {why}", rep.id))
}

fn socket(opened: Result<(), Unwell>) -> Finding {
    const AREA: &str = "slack app token";
    let Err(unwell) = opened else {
        return Finding::well(AREA, "a socket can be opened");
    };
    let mend = match &unwell {
        Unwell::Refused { .. } => {
            "It stops every press, dialog and command; cards still go out. Make an app-level token with connections:write \
             (api.slack.com/apps, Basic Information), turn Socket Mode on, and restart `baton serve`."
        }
        Unwell::Silent(_) => "Can this machine reach slack.com:443?",
    };
    Finding::broken(AREA, unwell.to_string(), mend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_is_told_before_slack_is_refused() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().expect("a time");
        let state = |seconds: i64| {
            let at = now + SignedDuration::from_secs(seconds);
            skew(Some(at), now).map(|it| it.state)
        };
        assert_eq!(state(-2), Some(State::Well));
        assert_eq!(state(60), Some(State::Look));
        assert_eq!(state(-301), Some(State::Broken));
        assert_eq!(skew(None, now), None);
    }

    #[test]
    fn scopes_that_are_missing_are_named() {
        let bearer = |scopes: Option<&[&str]>| Bearer {
            team: String::new(),
            user: String::new(),
            scopes: scopes.map(|all| all.iter().map(|it| (*it).to_owned()).collect()),
            at: None,
        };
        let all = manifest::scopes();
        let scopes = |bearer| scopes(&bearer, StatusRule::Ask);
        assert_eq!(scopes(bearer(Some(&all))).state, State::Well);
        assert_eq!(scopes(bearer(None)).state, State::Untold);
        let some = scopes(bearer(Some(&all[2..])));
        assert_eq!(some.what, format!("missing: {}, {}", all[0], all[1]));
        assert_eq!(some.state, State::Broken);
    }

    #[test]
    fn an_app_without_do_not_disturb_is_well_unless_that_is_asked_for() {
        let mut all = manifest::scopes();
        all.retain(|it| *it != manifest::READ_QUIET);
        let bearer = Bearer {
            team: String::new(),
            user: String::new(),
            scopes: Some(all.iter().map(|it| (*it).to_owned()).collect()),
            at: None,
        };
        assert_eq!(scopes(&bearer, StatusRule::Ignore).state, State::Well);
        let asked = scopes(&bearer, StatusRule::Believe);
        assert_eq!(asked.state, State::Look);
        assert_eq!(
            asked.what,
            "dnd:read is missing: do not disturb is not heard of"
        );
    }
}
