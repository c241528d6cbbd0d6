//! `baton init`: from a few answers, or none, to a configuration that `baton check` likes.

use baton::playground::Person;

use crate::{
    cli::{Place, run},
    harness,
    microsoft::{APP_ID, APP_PASSWORD, Microsoft, TENANT},
};

#[tokio::test]
async fn an_init_lists_the_people_and_writes_what_check_likes() {
    let place = Place::new().await;
    let text = std::fs::read_to_string(place.path("baton.toml")).unwrap();
    let api = text
        .lines()
        .find_map(|it| it.strip_prefix("api_url = "))
        .unwrap()
        .trim_matches('"')
        .to_owned();
    let (code, said) = place.baton(&["init", "--yes"]).await;
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("is there already and stays as it is"),
        "{said}"
    );
    std::fs::remove_file(place.path("baton.toml")).unwrap();
    let mut mallory = Person::new(
        "U0MALLORY",
        "\"]\nx = \"${HOME}",
        "mallory@example.com",
        "UTC",
        "Rep",
    );
    mallory.tz = "Nowhere/Land".to_owned();
    place.slack.put_person(mallory);
    let mut init = place.command(&[
        "init",
        "--yes",
        "--manager",
        "selin@example.com",
        "--channel",
        "C0SALES",
        "--slack-api-url",
        &api,
    ]);
    init.env("SLACK_BOT_TOKEN", "xoxb-test");
    let ended = run(init).await;
    let said = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(
        ended.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    assert!(
        said.contains("3 people in the team `sales`") && said.contains("export SLACK_BOT_TOKEN"),
        "{said}"
    );
    let written = std::fs::read_to_string(place.path("baton.toml")).unwrap();
    assert!(
        written.contains("members = [\"ayse\", \"mallory\"]") && !written.contains("xoxb-test"),
        "{written}"
    );
    let mut check = place.command(&["check"]);
    check
        .env("SLACK_BOT_TOKEN", "xoxb-test")
        .env("SLACK_SIGNING_SECRET", harness::SIGNING_SECRET);
    let ended = run(check).await;
    let said = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    assert!(said.contains("3 reps, 1 team, 1 source, 1 route"), "{said}");
}

#[tokio::test]
async fn an_init_asks_and_goes_on_with_what_is_usual() {
    let place = Place::new().await;
    std::fs::remove_file(place.path("baton.toml")).unwrap();
    let answers = "\n\nhttps://leads.example.com\n\ny\ninbound\n\n2\n1\n";
    std::fs::write(place.path("answers"), answers).unwrap();
    let mut init = place.command(&["init"]);
    init.env_remove("SLACK_BOT_TOKEN")
        .stdin(std::fs::File::open(place.path("answers")).unwrap());
    let ended = run(init).await;
    assert_eq!(
        ended.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    let written = std::fs::read_to_string(place.path("baton.toml")).unwrap();
    for line in [
        "public_url = \"https://leads.example.com\"",
        "app_token = \"${SLACK_APP_TOKEN}\"",
        "id = \"inbound\"",
        "members = [\"selin\"]",
        "managers = [\"jonas\"]",
    ] {
        assert!(written.contains(line), "{line}\n{written}");
    }
}

#[tokio::test]
async fn an_init_for_teams_tries_the_app_and_lists_the_people_that_it_may() {
    let place = Place::new().await;
    std::fs::remove_file(place.path("baton.toml")).unwrap();
    let microsoft = Microsoft::start().await;
    for name in ["Ayse", "Jonas", "Marta"] {
        microsoft.add_user(name, &format!("{}@example.com", name.to_lowercase()));
    }
    let gone = microsoft.add_user("Gone", "gone@example.com");
    microsoft.change_user(&gone, |user| user.enabled = false);
    let init = |secret: &str, more: &[&str]| {
        let mut init = place.command(&["init", "--yes", "--chat", "teams", "--app-id", APP_ID]);
        init.args(["--tenant-id", TENANT, "--microsoft-url", &microsoft.address]);
        init.args(["--timezone", "Europe/Berlin"]).args(more);
        init.env("TEAMS_APP_PASSWORD", secret);
        init
    };
    for (secret, why) in [
        ("wr0ng", "the client secret is wrong"),
        (APP_PASSWORD, "missing_permission: User.Read.All"),
    ] {
        let ended = run(init(secret, &[])).await;
        let talk = String::from_utf8(ended.stderr).unwrap();
        assert!(ended.status.success() && talk.contains(why), "{talk}");
        std::fs::remove_file(place.path("baton.toml")).unwrap();
    }
    microsoft.permit("User.Read.All");
    let ended = run(init(APP_PASSWORD, &["--manager", "marta@example.com"])).await;
    let said = String::from_utf8(ended.stdout).unwrap();
    for part in [
        "3 people in the team `sales`",
        "export TEAMS_APP_PASSWORD",
        "baton manifest teams",
        "https://baton.example.com/api/messages",
        "TeamsAppInstallation.ReadWriteSelfForUser.All",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let written = std::fs::read_to_string(place.path("baton.toml")).unwrap();
    assert!(
        written.contains("members = [\"ayse\", \"jonas\"]") && !written.contains(APP_PASSWORD),
        "{written}"
    );
    let mut check = place.command(&["check"]);
    check.env("TEAMS_APP_PASSWORD", APP_PASSWORD);
    check.env("WEBSITE_SECRET", "whsec");
    let ended = run(check).await;
    let said = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    assert!(
        said.contains("is right: 3 reps, 1 team, 1 source, 1 route\n"),
        "{said}"
    );
}
