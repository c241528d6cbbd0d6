//! `baton doctor` in front of a stand-in for Microsoft: what works, and how to mend the rest.

use std::process::Command;

use serde_json::Value;

use crate::microsoft::Microsoft;

const RULES: &str = r#"
[[source]]
id = "website"
format = "json"
verify = { scheme = "token", token = "t0ken" }

[[rep]]
id = "ayse"
name = "Ayse"
email = "ayse@example.com"

[[rep]]
id = "marta"
name = "Marta"
email = "marta@example.com"
role = "manager"

[[team]]
id = "sales"
members = ["ayse"]
managers = ["marta"]
channel = "teams:19:sales@thread.tacv2"

[[route]]
id = "all"
to = { team = "sales" }
"#;

/// A company in Teams with a configuration of its own.
struct Place {
    dir: tempfile::TempDir,
    microsoft: Microsoft,
}

impl Place {
    async fn new() -> Self {
        let microsoft = Microsoft::start().await;
        for name in ["Ayse", "Marta"] {
            microsoft.add_user(name, &format!("{}@example.com", name.to_lowercase()));
        }
        let dir = tempfile::tempdir().unwrap();
        let place = Self { dir, microsoft };
        let database = place.dir.path().join("baton.db");
        let text = format!(
            "[database]\nurl = \"sqlite:{}\"\n{}{RULES}",
            database.display(),
            place.microsoft.table()
        );
        place.configure(&text);
        place
    }

    fn configure(&self, text: &str) {
        std::fs::write(self.dir.path().join("baton.toml"), text).unwrap();
    }

    fn change(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.dir.path().join("baton.toml")).unwrap();
        assert!(text.contains(from), "{from}");
        self.configure(&text.replace(from, to));
    }

    /// What the doctor finds, area by area, of what concerns Teams.
    async fn doctor(&self, more: &[&str]) -> String {
        let told = self.checks(more).await;
        let word = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
        let said = told.iter().map(|it| {
            format!(
                "{} {}: {}",
                word(it, "state"),
                word(it, "area"),
                word(it, "what")
            )
        });
        said.collect::<Vec<_>>().join("\n")
    }

    /// What it says of Teams, as it is written for programs.
    async fn checks(&self, more: &[&str]) -> Vec<Value> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_baton"));
        command.args(["doctor", "--format", "json"]).args(more);
        command.current_dir(self.dir.path()).env_remove("NO_COLOR");
        let done = tokio::task::spawn_blocking(move || command.output());
        let done = done.await.unwrap().unwrap();
        let told: Value = serde_json::from_slice(&done.stdout).unwrap();
        let found = told["checks"].as_array().unwrap().iter();
        let found = found.filter(|it| it["area"].as_str().unwrap().starts_with("teams"));
        found.cloned().collect()
    }
}

#[tokio::test]
async fn a_doctor_looks_at_teams_and_says_how_to_mend_it() {
    let place = Place::new().await;
    insta::assert_snapshot!(place.doctor(&[]).await, @"
    well teams token: app 0b7c4f5e-1a2d-4c3b-9e8f-5a6b7c8d9e0f
    well teams keys: of https://api.botframework.com
    broken teams people: people can't be looked up: refused (Config): missing_permission: User.Read.All
    look teams install: the app is not found in your catalogue: refused (Config): missing_permission: AppCatalog.Read.All
    broken teams channels: 19:sales@thread.tacv2: refused (RecipientGone): BotNotInConversationRoster
    broken teams talk: none can be opened with marta: refused (Config): missing_permission: User.Read.All
    ");
    place.microsoft.permit("User.Read.All");
    place.microsoft.permit("AppCatalog.Read.All");
    place.microsoft.add_to_catalog();
    place.microsoft.join("19:sales@thread.tacv2");
    insta::assert_snapshot!(place.doctor(&["--to", "ayse@example.com"]).await, @"
    well teams token: app 0b7c4f5e-1a2d-4c3b-9e8f-5a6b7c8d9e0f
    well teams keys: of https://api.botframework.com
    well teams people: User.Read.All is granted
    untold teams install: the app is in the catalogue; the token does not tell whether it may be installed for people
    well teams reps: all 2 reps in Teams are found
    well teams channels: Baton is in 1 of them
    well teams talk: a conversation with ayse can be opened
    ");
    let posted = place.microsoft.times_asked("/activities");
    assert_eq!(posted, 0, "nobody is written to");
    let ayse = "a7e00000-0000-4000-8000-000000000001";
    place
        .microsoft
        .change_user(ayse, |user| user.enabled = false);
    place.change("app~passw0rd", "wr0ng");
    insta::assert_snapshot!(place.doctor(&[]).await, @"
    broken teams token: AADSTS7000215: the client secret is wrong; `app_password` is the secret's value, not its id
    well teams keys: of https://api.botframework.com
    ");
    place.change("wr0ng", "app~passw0rd");
    place.microsoft.set_disabled(true);
    let off = place.doctor(&[]).await;
    assert!(
        off.starts_with("broken teams token: BotDisabledByAdmin"),
        "{off}"
    );
    place.microsoft.set_disabled(false);
    place.microsoft.set_installed(ayse, false);
    insta::assert_snapshot!(place.doctor(&["--to", "AYSE@example.com"]).await, @"
    well teams token: app 0b7c4f5e-1a2d-4c3b-9e8f-5a6b7c8d9e0f
    well teams keys: of https://api.botframework.com
    well teams people: User.Read.All is granted
    untold teams install: the app is in the catalogue; the token does not tell whether it may be installed for people
    broken teams reps: ayse (ayse@example.com): deactivated
    well teams channels: Baton is in 1 of them
    broken teams talk: none can be opened with ayse: refused (RecipientGone): app_not_installed: missing_permission: TeamsAppInstallation.ReadWriteSelfForUser.All
    ");
}

#[tokio::test]
async fn a_doctor_says_whether_it_can_be_read_who_is_out_of_office_where_that_counts() {
    let place = Place::new().await;
    place.microsoft.permit("User.Read.All");
    assert!(!place.doctor(&[]).await.contains("teams presence"));
    place.change("[teams]\n", "[teams]\nstatus = \"ask\"\n");
    let told = place.doctor(&[]).await;
    assert!(
        told.contains("look teams presence: who is out of office can't be read: refused (Config): missing_permission: Presence.Read.All"),
        "{told}"
    );
    let checks = place.checks(&[]).await;
    let presence = checks.iter().find(|it| it["area"] == "teams presence");
    let mend = presence.unwrap()["mend"].to_string();
    assert!(
        mend.contains("whoever is away by it stays so until they press I'm back"),
        "{mend}"
    );
    place.microsoft.permit("Presence.Read.All");
    let told = place.doctor(&[]).await;
    assert!(
        told.contains("well teams presence: who is out of office can be read"),
        "{told}"
    );
}
