//! The package that a Teams app is made from: its manifest, naming every command and permission that Baton
//! needs and no more, and its two pictures.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use url::Url;
use zip::{CompressionMethod, ZipWriter, result::ZipResult, write::SimpleFileOptions};

const COLOR: &[u8] = include_bytes!("../../../manifests/teams/color.png");
const OUTLINE: &[u8] = include_bytes!("../../../manifests/teams/outline.png");

/// What the manifest says of this installation.
#[derive(Clone, Debug)]
pub struct App {
    /// The app's id in Entra; the bot and the package have the same.
    pub id: String,
    /// Where Baton is found on the web.
    pub website: Url,
    /// What it does with people's data.
    pub privacy: Url,
    /// On what terms it is used.
    pub terms: Url,
}

/// What can be typed, and what it does. Teams shows them as suggestions.
const COMMANDS: [(&str, &str); 8] = [
    (
        "home",
        "Your page: your leads, the queue, and whether you get new ones",
    ),
    ("leads", "Your leads, and what waits in the queue"),
    (
        "lead",
        "One lead with its history: lead 4711, lead next, lead new",
    ),
    (
        "away",
        "Get no new leads for a while: away for 2h, away until 15:00",
    ),
    ("back", "Get leads again"),
    ("leadstats", "How fast leads are answered, and by whom"),
    ("leadrules", "The rules in force, in plain words"),
    ("help", "What Baton does, and how to ask it"),
];

/// The manifest of this app.
#[must_use]
pub fn manifest(app: &App) -> Value {
    let commands: Vec<Value> = COMMANDS
        .iter()
        .map(|(title, description)| json!({"title": title, "description": description}))
        .collect();
    let listed = |scope: &str| json!({"scopes": [scope], "commands": commands});
    json!({
        "$schema": "https://developer.microsoft.com/en-us/json-schemas/teams/v1.23/MicrosoftTeams.schema.json",
        "manifestVersion": "1.23",
        "version": env!("CARGO_PKG_VERSION"),
        "id": app.id,
        "developer": {
            "name": "Baton",
            "websiteUrl": app.website.as_str(),
            "privacyUrl": app.privacy.as_str(),
            "termsOfUseUrl": app.terms.as_str(),
        },
        "name": {"short": "Baton", "full": "Baton: hands leads over"},
        "description": {
            "short": "Hands every lead to the one right rep, and on until somebody has it.",
            "full": "Baton takes leads from your forms, ads and CRM, scores them, picks the one right rep and hands the lead over in a chat with Accept and Decline. If nobody takes it in time it moves on, step by step, until somebody has it. Managers see who answers, how fast, and where leads wait.",
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#1D3557",
        "bots": [{
            "botId": app.id,
            "scopes": ["personal", "team"],
            "isNotificationOnly": false,
            "supportsFiles": false,
            "supportsCalling": false,
            "supportsVideo": false,
            "commandLists": [listed("personal"), listed("team")],
        }],
        "defaultInstallScope": "personal",
        // By this Graph finds the app when it is to be installed for somebody.
        "webApplicationInfo": {"id": app.id, "resource": format!("api://botid-{}", app.id)},
    })
}

/// The package as Teams takes it: a zip with three files and no folder.
///
/// # Errors
/// When a file is too large for a zip, which none of these is.
pub fn package(app: &App) -> ZipResult<Vec<u8>> {
    let manifest = format!("{:#}\n", manifest(app));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // Without a time of day in it the same configuration gives the same file.
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in [
        ("manifest.json", manifest.as_bytes()),
        ("color.png", COLOR),
        ("outline.png", OUTLINE),
    ] {
        zip.start_file(name, stored)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn example() -> App {
        let url = |path: &str| format!("https://baton.example.com{path}").parse().unwrap();
        App {
            id: "00000000-0000-4000-8000-000000000001".to_owned(),
            website: url("/"),
            privacy: url("/privacy"),
            terms: url("/terms"),
        }
    }

    #[test]
    fn the_file_in_the_repository_is_what_is_printed() {
        let path = format!(
            "{}/manifests/teams/manifest.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let said = format!("{:#}\n", manifest(&example()));
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == said,
            "{path} should be:\n{said}\n(`baton manifest teams --format json` prints it)"
        );
    }

    /// What Microsoft's schema does not have.
    #[test]
    fn everything_is_as_long_as_teams_shows_it() {
        let manifest = manifest(&example());
        let length = |value: &Value| value.as_str().unwrap().chars().count();
        assert!(length(&manifest["name"]["short"]) <= 30);
        assert!(length(&manifest["description"]["short"]) <= 80);
        for list in manifest["bots"][0]["commandLists"].as_array().unwrap() {
            let commands = list["commands"].as_array().unwrap();
            assert!(commands.len() <= 10);
            for command in commands {
                assert!(length(&command["title"]) <= 32 && length(&command["description"]) <= 128);
            }
        }
    }

    #[test]
    fn the_package_has_three_files_and_is_the_same_each_time() {
        let bytes = package(&example()).unwrap();
        assert_eq!(bytes, package(&example()).unwrap());
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<String> = zip
            .file_names()
            .map(|name| name.unwrap().into_owned())
            .collect();
        assert_eq!(names, ["manifest.json", "color.png", "outline.png"]);
        let mut text = String::new();
        zip.by_name("manifest.json")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&text).unwrap(),
            manifest(&example())
        );
    }

    #[test]
    fn the_pictures_have_the_sizes_that_teams_asks_for() {
        for (png, side) in [(COLOR, 192_u32), (OUTLINE, 32)] {
            assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
            assert_eq!(png[16..20], side.to_be_bytes());
            assert_eq!(png[20..24], side.to_be_bytes());
        }
    }
}
