//! Microsoft Teams: token, permissions, signing keys, clock, channels, people, and a conversation with one of them.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Finding, State};
use crate::{
    app,
    chat::{
        Chat, Who,
        outcome::SendError,
        teams::{
            Teams,
            survey::{self, Granted},
        },
    },
    clock::Clock,
    config::compile::TeamsSettings,
    domain::policy::{Channel, Platform, Policy, Rep, Role, StatusRule},
};

/// What is signed is believed for so long before and after its time.
const TOO_FAR_OFF: SignedDuration = SignedDuration::from_secs(300);
const OFF: SignedDuration = SignedDuration::from_secs(30);
/// The connector's word for an app that is switched off.
const OFF_BY_ADMIN: &str = "BotDisabledByAdmin";
const SWITCHED_OFF: &str = "Your administrator has switched the app off: Teams admin center, Teams apps, Manage apps, Allow. Nothing goes out \
     in Teams until then; leads are taken in and kept, and what waits goes out when it is on again.";
const STOPS: &str = "It stops offers, cards, notices and answers in Teams. Leads are still taken in and kept, and what waits goes out \
     once a token works. Look at `app_id`, `tenant_id` and `app_password` or `certificate` in [teams]: Azure portal, \
     App registrations, your app, Overview, and Certificates & secrets.";

/// Looks at Teams; the conversation is tried with the rep who has the address `to`, else with a manager or admin.
pub(super) async fn look(
    settings: &TeamsSettings,
    policy: &Policy,
    clock: &Clock,
    to: Option<&str>,
) -> anyhow::Result<Vec<Finding>> {
    let chat = app::connect_teams(settings, clock)?;
    let mut found = metadata(settings, clock.now()).await;
    if let Err(error) = chat.check().await {
        found.insert(0, dead(&error));
        return Ok(found);
    }
    found.insert(
        0,
        Finding::well("teams token", format!("app {}", settings.app_id)),
    );
    let Chat::Teams(teams) = &chat else {
        return Ok(found);
    };
    let granted = teams.granted().await;
    found.extend(permissions(granted.as_ref(), policy));
    if matches!(&granted, Ok(Granted { people: Ok(()), .. })) {
        found.push(people(&chat, policy).await);
    }
    match policy.status.teams {
        StatusRule::Ignore => {}
        StatusRule::Ask | StatusRule::Believe => found.push(presence(&chat, teams, policy).await),
    }
    found.extend(channels(teams, policy).await);
    found.push(conversation(&chat, policy, to).await);
    Ok(found)
}

fn dead(error: &SendError) -> Finding {
    const AREA: &str = "teams token";
    match error {
        SendError::Fail { word, .. } if word == OFF_BY_ADMIN => {
            Finding::broken(AREA, word, SWITCHED_OFF)
        }
        SendError::Fail { word, .. } => Finding::broken(AREA, word, STOPS),
        SendError::NotYet { .. } | SendError::Retry { .. } | SendError::Unknown { .. } => {
            Finding::broken(
                AREA,
                error.to_string(),
                "Can this machine reach login.microsoftonline.com:443, or `teams.login_url` if that is set? \
                 Leads are kept meanwhile, and told once it can.",
            )
        }
    }
}

async fn metadata(settings: &TeamsSettings, now: Timestamp) -> Vec<Finding> {
    const AREA: &str = "teams keys";
    let said = match survey::metadata(&settings.metadata_url).await {
        Ok(said) => said,
        Err(error) => {
            let mend = "Without them no press and no command from Teams is believed. Can this machine reach \
                        login.botframework.com:443, or `teams.metadata_url` if that is set?";
            return vec![Finding::broken(AREA, error.to_string(), mend)];
        }
    };
    let mut found = vec![if said.issuer == settings.issuer {
        Finding::well(AREA, format!("of {}", said.issuer))
    } else {
        Finding::broken(
            AREA,
            format!("they are of {}, not of {}", said.issuer, settings.issuer),
            "Nothing from Teams is believed. `teams.metadata_url` and `teams.issuer` must be of the same cloud.",
        )
    }];
    found.extend(said.at.map(|at| skew(at, now)));
    found
}

/// What Microsoft signs carries times.
fn skew(at: Timestamp, now: Timestamp) -> Finding {
    const AREA: &str = "clock";
    let off = at.duration_since(now).abs();
    let said = format!("{} s from Microsoft's", off.as_secs());
    let mend = "Let this machine follow NTP: `timedatectl set-ntp true`.";
    if off > TOO_FAR_OFF {
        let mend = format!("Every press and command is refused as too old or too new. {mend}");
        Finding::broken(AREA, said, mend)
    } else if off > OFF {
        Finding::look(AREA, said, mend)
    } else {
        Finding::well(AREA, said)
    }
}

fn grant(permission: &str) -> String {
    format!(
        "Azure portal, App registrations, your app, API permissions: add Microsoft Graph, application permission \
         {permission}, and grant admin consent."
    )
}

fn permissions(granted: Result<&Granted, &SendError>, policy: &Policy) -> Vec<Finding> {
    let [read_people, read_catalog, install] = Granted::PERMISSIONS;
    let granted = match granted {
        Ok(granted) => granted,
        Err(error) => {
            let mend = "Can this machine reach graph.microsoft.com:443, or `teams.graph_url` if that is set?";
            return vec![Finding::look("teams graph", error.to_string(), mend)];
        }
    };
    let mut found = vec![match &granted.people {
        Ok(()) => Finding::well("teams people", format!("{read_people} is granted")),
        Err(error) if needs_graph(policy) => Finding::broken(
            "teams people",
            format!("people can't be looked up: {error}"),
            format!(
                "Reps without `teams = \"…\"` can't be found by their address. {}",
                grant(read_people)
            ),
        ),
        Err(error) => Finding::look(
            "teams people",
            format!("people can't be looked up: {error}"),
            format!(
                "Not needed: every rep has an id. Who has left is noticed later. {}",
                grant(read_people)
            ),
        ),
    }];
    found.push(match (&granted.catalog, granted.install) {
        (Err(error), _) => Finding::look(
            "teams install",
            format!("the app is not found in your catalogue: {error}"),
            format!(
                "Upload what `baton manifest teams` writes in the Teams admin center; to let Baton find it, {} Or set \
                 `teams.app_catalog_id`. Until then people install it themselves.",
                grant(read_catalog)
            ),
        ),
        (Ok(()), Some(false)) => Finding::look(
            "teams install",
            format!("{install} is not granted"),
            format!("Who doesn't have the app must install it to get leads. {}", grant(install)),
        ),
        (Ok(()), Some(true)) => {
            Finding::well("teams install", "Baton may give itself to reps who don't have it")
        }
        (Ok(()), None) => Finding::new(
            "teams install",
            State::Untold,
            "the app is in the catalogue; the token does not tell whether it may be installed for people",
        )
        .mend(grant(install)),
    });
    found
}

fn in_teams(policy: &Policy) -> impl Iterator<Item = &Rep> {
    let reps = policy.reps.values();
    reps.filter(|rep| rep.active && rep.chat == Platform::Teams)
}

/// Whether somebody is known by their address alone.
fn needs_graph(policy: &Policy) -> bool {
    in_teams(policy).any(|rep| rep.teams.is_none())
}

fn who(rep: &Rep) -> Who {
    match &rep.teams {
        Some(id) => Who::Id(id.clone()),
        None => Who::Email(rep.email.clone()),
    }
}

async fn people(chat: &Chat, policy: &Policy) -> Finding {
    const AREA: &str = "teams reps";
    let (mut missing, mut count) = (Vec::new(), 0);
    for rep in in_teams(policy) {
        count += 1;
        let by = rep.teams.as_deref().unwrap_or(&rep.email);
        match chat.person(&who(rep)).await {
            Ok(person) => {
                let why = person.barred();
                missing.extend(why.map(|why| format!("{} ({by}): {why}", rep.id)));
            }
            Err(error) => missing.push(format!("{} ({by}): {error}", rep.id)),
        }
    }
    if missing.is_empty() {
        return Finding::well(AREA, format!("all {count} reps in Teams are found"));
    }
    Finding::broken(
        AREA,
        missing.join("; "),
        "Mend `email`, or set `teams = \"…\"` (Entra admin center, Users, Object ID); who has left: `active = false`. \
         Until then what they had moves on to others.",
    )
}

/// Whether it can be read who is out of office, tried with one rep.
async fn presence(chat: &Chat, teams: &Teams, policy: &Policy) -> Finding {
    const AREA: &str = "teams presence";
    let Some(rep) = partner(policy, None) else {
        return Finding::look(AREA, "there is no rep in Teams", "Nothing is asked.");
    };
    let told = match chat.person(&who(rep)).await {
        Ok(person) => teams.presences(&[&person.id]).await,
        Err(error) => Err(error),
    };
    match told {
        Ok(_) => Finding::well(AREA, "who is out of office can be read"),
        Err(error) => Finding::look(
            AREA,
            format!("who is out of office can't be read: {error}"),
            format!(
                "Until it can, it makes nobody away, and whoever is away by it stays so until they press I'm back, or \
                 `[teams] status` is \"ignore\". {}",
                grant(Granted::PRESENCE)
            ),
        ),
    }
}

async fn channels(teams: &Teams, policy: &Policy) -> Vec<Finding> {
    const AREA: &str = "teams channels";
    let configured = policy.teams.iter().filter_map(|team| match &team.channel {
        Some(Channel::Teams(id)) => Some(id.as_str()),
        Some(Channel::Slack(_)) | None => None,
    });
    let configured: BTreeSet<&str> = configured.collect();
    let (mut found, mut well) = (Vec::new(), 0);
    for channel in configured {
        match teams.is_in_channel(channel).await {
            Ok(()) => well += 1,
            Err(error) => found.push(Finding::broken(
                AREA,
                format!("{channel}: {error}"),
                "Add the app to that team (the team, ⋯, Manage team, Apps). The id stands in the channel's link, \
                 19:…@thread.tacv2. Until then pools and notices for it fail.",
            )),
        }
    }
    if well > 0 {
        let said = format!("Baton is in {well} of them");
        found.insert(0, Finding::well(AREA, said));
    }
    found
}

/// A conversation as the first message to somebody would open it; nothing is posted there.
async fn conversation(chat: &Chat, policy: &Policy, to: Option<&str>) -> Finding {
    const AREA: &str = "teams talk";
    let Some(rep) = partner(policy, to) else {
        let what = match to {
            Some(to) => format!("no rep in Teams has the address {to}"),
            None => "there is no rep in Teams to open a conversation with".to_owned(),
        };
        return Finding::look(
            AREA,
            what,
            "`baton doctor --to EMAIL` tries it with one rep.",
        );
    };
    let opened = match chat.person(&who(rep)).await {
        Ok(person) => chat.conversation_with(&person.id).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(_) => Finding::well(
            AREA,
            format!("a conversation with {} can be opened", rep.id),
        ),
        Err(error) => Finding::broken(
            AREA,
            format!("none can be opened with {}: {error}", rep.id),
            "They must have the app: they install it in Teams (Apps, Built for your org), or your administrator does for \
             all (Teams admin center, Setup policies), or Baton may (teams install, above).",
        ),
    }
}

fn partner<'p>(policy: &'p Policy, to: Option<&str>) -> Option<&'p Rep> {
    let mut reps = in_teams(policy);
    if let Some(to) = to {
        return reps.find(|rep| rep.email.eq_ignore_ascii_case(to));
    }
    let leads = |rep: &&Rep| match rep.role {
        Role::Manager | Role::Admin => true,
        Role::Rep => false,
    };
    let first = in_teams(policy).find(leads);
    first.or_else(|| reps.next())
}
