//! The whole command, on files on disk.

use super::*;

fn now() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

/// Checks one file that is really there; its folder is cut from what is said.
fn with_file(text: &str, run: impl Fn(&Path) -> Checked) -> Checked {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baton.toml");
    std::fs::write(&path, text).unwrap();
    let Checked { exit, text } = run(&path);
    let folder = format!("{}/", folder.path().display());
    Checked {
        exit,
        text: text.replace(&folder, ""),
    }
}

fn checked(text: &str, format: CheckFormat) -> Checked {
    let env = |name: &str| Some(format!("value of {name}"));
    with_file(text, |path| check(path, &env, now(), format))
}

#[test]
fn the_example_has_remarks_and_no_mistake() {
    let Checked { exit, text } = checked(super::super::EXAMPLE, CheckFormat::Lines);
    assert_eq!(exit, 0);
    assert!(!text.contains("mistake"), "{text}");
    let carets = CheckFormat::Carets { colour: false };
    let Checked { text, .. } = checked(super::super::EXAMPLE, carets);
    insta::assert_snapshot!(text.lines().last().unwrap(), @"baton.toml is right: 3 reps, 2 teams, 4 sources, 6 routes; 6 remarks");
}

#[test]
fn mistakes_are_exit_2_and_counted() {
    let carets = CheckFormat::Carets { colour: false };
    let Checked { exit, text } = checked("[server]\nlisten = \"x\"\npublic_url = \"y\"\n", carets);
    assert_eq!(exit, 2);
    assert!(text.ends_with("baton.toml: 2 mistakes\n"), "{text}");
}

#[test]
fn editors_and_programs_get_places() {
    let text = "[server]\nlisten = \"x\"\n";
    let lines = checked(text, CheckFormat::Lines).text;
    assert!(
        lines.starts_with("baton.toml:2:10: mistake: `x` is no address"),
        "{lines}"
    );
    let json: Value = serde_json::from_str(&checked(text, CheckFormat::Json).text).unwrap();
    assert_eq!(json[0]["severity"], "mistake");
    assert_eq!(
        (&json[0]["line"], &json[0]["column"]),
        (&json!(2), &json!(10))
    );
}

#[test]
fn the_calendar_shows_hours_holidays_and_when_nobody_is_there() {
    let text = r#"
[calendar.office]
hours = "Mo-Fr 09:00-12:30,13:00-18:00; PH off"
holidays = "rep"
[[rep]]
id = "jonas"
name = "Jonas"
email = "jonas@example.com"
calendar = "office"
timezone = "Europe/Berlin"
country = "DE-BE"
[[team]]
id = "sdr"
members = ["jonas"]
timezone = "Europe/Berlin"
"#;
    let said = with_file(text, |path| calendar(path, &|_| None, now(), None));
    insta::assert_snapshot!(said.text, @r#"
    Jonas (jonas), Europe/Berlin
      Mon 23 Nov 11:00 to 12:30
      Mon 23 Nov 13:00 to 18:00
      Tue 24 Nov 09:00 to 12:30
      Tue 24 Nov 13:00 to 18:00
      Wed 25 Nov 09:00 to 12:30
      Wed 25 Nov 13:00 to 18:00
      Thu 26 Nov 09:00 to 12:30
      Thu 26 Nov 13:00 to 18:00
      Fri 27 Nov 09:00 to 12:30
      Fri 27 Nov 13:00 to 18:00
      Mon 30 Nov 09:00 to 11:00
      next holidays: Fri 25 Dec 2026, Sat 26 Dec 2026, Fri  1 Jan 2027

    sdr: nobody (Europe/Berlin)
      Mon 23 Nov 18:00 to Tue 24 Nov 09:00
      Tue 24 Nov 18:00 to Wed 25 Nov 09:00
      Wed 25 Nov 18:00 to Thu 26 Nov 09:00
      Thu 26 Nov 18:00 to Fri 27 Nov 09:00
      Fri 27 Nov 18:00 to Mon 30 Nov 09:00
    By the file alone: the hours that people choose in the chat, and the zones of their profiles there, are in the
    database, which could not be read.
    "#);
    let own = Profile {
        zone: None,
        hours: Some("Mo 06:00-08:00,11:00-18:00; Tu-Su off".to_owned()),
    };
    let stored = [("jonas".into(), own)].into();
    let said = with_file(text, |path| calendar(path, &|_| None, now(), Some(&stored)));
    let first = said.text.lines().take(4).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(first, @"
    Jonas (jonas), Europe/Berlin
      chosen in the chat: Mo 06:00-08:00,11:00-18:00; Tu-Su off
      Mon 23 Nov 11:00 to 18:00
      Mon 30 Nov 06:00 to 08:00
    ");
    assert!(!said.text.contains("By the file alone"), "{}", said.text);
}
