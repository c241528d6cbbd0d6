//! The manifest that a Slack app is made from: every command, event and scope that Baton needs, and no more.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::Url;

use super::method::Method;

/// How the app is reached.
#[derive(Clone, Debug)]
pub enum Reached {
    /// Slack posts to Baton at this address.
    Http(Url),
    /// Baton opens sockets.
    Sockets,
}

/// A slash command: its name in the configuration, its usual word, what it does, what may follow.
const COMMANDS: [(&str, &str, &str, &str); 6] = [
    (
        "away",
        "/lead-away",
        "Get no new leads for a while",
        "[for 2h | until 15:00 | until back] [reason] [cover @x]",
    ),
    ("back", "/lead-back", "Get leads again", "[until 21:00]"),
    (
        "leads",
        "/leads",
        "Your leads, and what waits in the queue",
        "[mine | queue | review | turns | search TEXT]",
    ),
    (
        "lead",
        "/lead",
        "One lead with its history; the next one of the queue; a new one",
        "[NUMBER | EMAIL | next | new]",
    ),
    (
        "leadstats",
        "/leadstats",
        "How fast leads are answered, and by whom",
        "[me | @rep | TEAM] [by rep] [week]",
    ),
    (
        "leadrules",
        "/leadrules",
        "The rules in force, in plain words",
        "",
    ),
];

/// The scope without which Baton hears of nobody who wants not to be disturbed, and works all the same.
pub const READ_QUIET: &str = "dnd:read";

/// What Baton wants to hear of, and the scope that Slack asks for it.
const EVENTS: [(&str, Option<&str>); 6] = [
    ("app_home_opened", None),
    ("app_uninstalled", None),
    ("dnd_updated_user", Some(READ_QUIET)),
    ("subteam_members_changed", Some("usergroups:read")),
    ("tokens_revoked", None),
    ("user_change", Some("users:read")),
];

/// The bot's scopes: of the commands, the events and every method that is called with its token. There
/// is no `chat:write.public`: what is posted must be found again, for which Baton is in the channel.
#[must_use]
pub fn scopes() -> Vec<&'static str> {
    let of_methods = Method::ALL
        .iter()
        .filter(|method| !method.is_the_apps())
        .flat_map(|method| method.scopes());
    let of_events = EVENTS.iter().filter_map(|(_, scope)| scope.as_ref());
    let mut scopes: Vec<&str> = of_methods.chain(of_events).copied().collect();
    scopes.push("commands");
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// The manifest of an app that is reached so, whose commands have these words where they have not
/// their usual ones.
#[must_use]
pub fn manifest(reached: &Reached, words: &BTreeMap<String, String>) -> Value {
    let address = |path: &str| match reached {
        Reached::Http(base) => {
            let base = base.as_str().trim_end_matches('/');
            Some(format!("{base}/slack/{path}"))
        }
        Reached::Sockets => None,
    };
    let events: Vec<&str> = EVENTS.iter().map(|(event, _)| *event).collect();
    let sockets = matches!(reached, Reached::Sockets);
    let commands = COMMANDS.iter().map(|(name, usual, does, hint)| {
        let word = words.get(*name).map_or(*usual, String::as_str);
        command(word, does, hint, address("commands"))
    });
    json!({
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Baton",
            "description": "Hands every lead to the one right rep, and on to the next until somebody has it.",
            "long_description": "Baton takes leads from your forms, ads and CRM, scores them, picks the one right rep and hands the lead over in a direct message with Accept and Decline. If nobody takes it in time it moves on, step by step, until somebody has it. Managers see who answers, how fast, and where leads wait.",
            "background_color": "#1d3557",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": true,
                "messages_tab_enabled": true,
                "messages_tab_read_only_enabled": true,
            },
            "bot_user": {"display_name": "Baton", "always_online": true},
            "slash_commands": commands.collect::<Vec<_>>(),
        },
        "oauth_config": {"scopes": {"bot": scopes()}},
        "settings": {
            "event_subscriptions": with_address(json!({"bot_events": events}), address("events")),
            "interactivity": with_address(json!({"is_enabled": true}), address("interactions")),
            "org_deploy_enabled": false,
            "socket_mode_enabled": sockets,
            "token_rotation_enabled": false,
        },
    })
}

fn command(word: &str, does: &str, hint: &str, address: Option<String>) -> Value {
    let mut command = json!({"command": word, "description": does});
    if !hint.is_empty() {
        command["usage_hint"] = hint.into();
    }
    // Mentions then arrive with ids.
    command["should_escape"] = true.into();
    if let Some(address) = address {
        command["url"] = address.into();
    }
    command
}

fn with_address(mut setting: Value, address: Option<String>) -> Value {
    if let Some(address) = address {
        setting["request_url"] = address.into();
    }
    setting
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_example() -> Reached {
        Reached::Http("https://baton.example.com".parse().unwrap())
    }

    #[test]
    fn every_scope_has_its_reason() {
        insta::assert_snapshot!(scopes().join(" "), @"channels:history chat:write commands dnd:read files:write groups:history im:history im:write usergroups:read users:read users:read.email");
    }

    #[test]
    fn the_files_in_the_repository_are_what_is_printed() {
        for (file, reached) in [("http", at_example()), ("socket-mode", Reached::Sockets)] {
            let path = format!("{}/manifests/slack/{file}.json", env!("CARGO_MANIFEST_DIR"));
            let said = serde_json::to_string_pretty(&manifest(&reached, &BTreeMap::new())).unwrap();
            let kept = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                kept == said.clone() + "\n",
                "{path} should be:\n{said}\n(`baton manifest slack` prints it)"
            );
        }
    }

    /// Slack's documented limits, which its schema does not all have.
    #[test]
    fn everything_is_as_long_as_slack_allows() {
        for reached in [at_example(), Reached::Sockets] {
            let manifest = manifest(&reached, &BTreeMap::new());
            let length = |value: &Value| value.as_str().unwrap().chars().count();
            let display = &manifest["display_information"];
            assert!(length(&display["name"]) <= 35);
            assert!(length(&display["description"]) <= 140);
            assert!((174..=4_000).contains(&length(&display["long_description"])));
            let commands = manifest["features"]["slash_commands"].as_array().unwrap();
            assert_eq!(commands.len(), 6);
            for command in commands {
                let word = command["command"].as_str().unwrap();
                assert!(word.starts_with('/') && length(&command["command"]) <= 32);
                assert!(length(&command["description"]) <= 2_000);
                assert!(
                    !["/away", "/status", "/leave"].contains(&word),
                    "Slack keeps it"
                );
            }
        }
    }

    #[test]
    fn addresses_and_words_are_filled_in() {
        let words = BTreeMap::from([("away".to_owned(), "/weg".to_owned())]);
        let http = manifest(&at_example(), &words);
        let command = &http["features"]["slash_commands"][0];
        assert_eq!(command["command"], "/weg");
        assert_eq!(command["url"], "https://baton.example.com/slack/commands");
        assert_eq!(http["settings"]["socket_mode_enabled"], false);
        let sockets = manifest(&Reached::Sockets, &words);
        assert!(!sockets.to_string().contains("url"));
        assert_eq!(sockets["settings"]["socket_mode_enabled"], true);
    }
}
