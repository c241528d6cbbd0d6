//! Reading whole configurations, right and wrong ones.

mod carets;

use std::{collections::BTreeMap, io, path::Path};

use proptest::prelude::*;

use super::*;

/// Reads `baton.toml` among files that are only here.
fn reading(files: &[(&str, &str)]) -> Reading {
    let files: BTreeMap<_, _> = files.iter().copied().collect();
    let env = |name: &str| (name != "UNSET").then(|| format!("value of {name}"));
    read_with(Path::new("baton.toml"), &env, &|path| {
        let text = path.to_str().and_then(|path| files.get(path));
        text.map(ToString::to_string)
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    })
}

fn complaints(text: &str) -> String {
    let reading = reading(&[("baton.toml", text)]);
    plain(&reading.complaints, &reading.sources)
}

#[test]
fn the_example_is_read_without_a_complaint() {
    assert_eq!(complaints(EXAMPLE), "");
    let reading = reading(&[("baton.toml", EXAMPLE)]);
    let config = reading.config.unwrap();
    assert_eq!(config.rep.len(), 3);
    assert_eq!(config.route.len(), 6);
    assert_eq!(
        config.route[2].when.as_ref().unwrap().as_ref(),
        "intent == \"high\" && fit == \"strong\""
    );
    assert_eq!(
        config.slack.unwrap().bot_token.get_ref().expose(),
        "value of SLACK_BOT_TOKEN"
    );
}

#[test]
fn what_the_example_only_mentions_is_read_too() {
    let mut text = String::new();
    for line in EXAMPLE.lines() {
        let comment = line.strip_prefix("# ").filter(|rest| {
            let word = rest.split([' ', '=']).next().unwrap_or_default();
            rest.starts_with('[')
                || (rest.contains(" = ")
                    && word.chars().all(|it| it.is_ascii_lowercase() || it == '_'))
        });
        text.push_str(comment.unwrap_or(line));
        text.push('\n');
    }
    assert!(text.contains("\nadmin_listen = ") && text.contains("\n[teams]"));
    assert_eq!(complaints(&text), "");
}

#[test]
fn every_mistake_is_told_with_its_place() {
    for (text, expected) in [
        (
            "[server]\nlissten = \"x\"\n",
            "2:1: unknown key `lissten` (did you mean `listen`?)",
        ),
        (
            "[serverr]\nlisten = \"x\"\n",
            "1:2: unknown key `serverr` (did you mean `server`?)",
        ),
        (
            "[server]\nlisten = 3000\n",
            "2:10: this is a number, expected a text in quotes",
        ),
        (
            "[server]\nheartbeat = \"60s\"\n",
            "2:13: this is a text, expected a table",
        ),
        (
            "[server]\nheartbeat = { url = 1, evry = \"60s\" }\n",
            "2:21: this is a number, expected a text in quotes\n2:24: unknown key `evry` (did you mean `every`?)",
        ),
        (
            "[server]\nmax_body = -1\n",
            "2:12: this is a number, expected a size such as \"256KiB\"",
        ),
        (
            "[server]\nmax_body = [1]\n",
            "2:12: this is a list, expected a size such as \"256KiB\"",
        ),
        (
            "[slack]\nbot_token = 12345\n",
            "2:13: a secret is a text in quotes",
        ),
        (
            "[slack]\nbot_token = \"x\"\ncommands = { away = 3 }\n",
            "3:21: this is a number, expected a text in quotes",
        ),
        (
            "[slack]\nbot_tokn = \"xoxb-secret\"\n",
            "2:1: unknown key `bot_tokn` (did you mean `bot_token`?)",
        ),
        (
            "[[api.token]]\nname = \"a\"\ntoken = \"b\"\nrole = \"boss\"\n",
            "4:8: `boss` is not possible here (known: reader, manager, admin)",
        ),
        (
            "[calendar.office]\nhours = [\"Mo\"]\n",
            "2:9: this is a list, expected a text in quotes",
        ),
        (
            "[calendar.office]\nholidays = 5\nhours = \"Mo\"\n",
            "2:12: this is a number, expected one, or a list of them",
        ),
        (
            "[calendar]\nhours = \"Mo\"\n",
            "2:9: this is a text, expected a table",
        ),
        (
            "[[rep]]\nid = \"a\"\n[[rep]]\nname = \"b\"\nwieght = 2\nid = 7\n",
            "1:1: `name` is missing\n5:1: unknown key `wieght` (did you mean `weight`?)\n6:6: this is a number, expected a text in quotes",
        ),
        (
            "[[rep]]\nid = \"a\"\nnmae = \"A\"\n",
            "3:1: unknown key `nmae` (did you mean `name`?)",
        ),
        (
            "[[rep]]\nid = \"a\"\nname = \"A\"\nweight = \"2\"\nlevel = \"senor\"\nlanguages = \"de\"\n",
            "4:10: this is a text, expected a number\n5:9: `senor` is not possible here (did you mean `senior`?)\n6:13: this is a text, expected a list",
        ),
        (
            "[[rep]]\nid = \"a\"\nname = \"A\"\nskills = [\"x\", 3, true]\n",
            "4:16: this is a number, expected a text in quotes\n4:19: this is true or false, expected a text in quotes",
        ),
        (
            "[[rep]]\nid = \"a\"\nname = \"A\"\npending = -1\n",
            "4:11: this is a number, expected a whole number, 0 or more",
        ),
        (
            "[[rep]]\nid = \"a\"\nname = \"A\"\npending = 2.5\n",
            "4:11: this is a number, expected a whole number, 0 or more",
        ),
        (
            "[[rep]]\nid = \"a\"\nname = \"A\"\nactive = \"no\"\n",
            "4:10: this is a text, expected true or false",
        ),
        (
            "[rep]\nid = \"a\"\n",
            "1:1: this is a table, expected a list (there can be several: `[[rep]]`)",
        ),
        ("rep = 3\n", "1:7: this is a number, expected a list"),
        ("[[team]]\nid = \"t\"\n", "1:1: `members` is missing"),
        (
            "[[team]]\nid = \"t\"\nmembers = []\nstrategy = \"round_robin\"\nprefer = [\"langages\"]\n",
            "4:12: `round_robin` is not possible here (did you mean `round-robin`?)\n5:11: `langages` is not possible here (did you mean `languages`?)",
        ),
        (
            "[[team]]\nid = \"t\"\nmembers = []\nsla = { demo = 1 }\nturns = { declined = \"lost\" }\n",
            "4:16: this is a number, expected a text in quotes\n5:22: `lost` is not possible here (known: spent, back)",
        ),
        (
            "[[team]]\nid = \"t\"\nmembers = []\nsla = 5\n",
            "4:7: this is a number, expected a text in quotes, or the long form of this",
        ),
        (
            "[[source]]\nid = \"s\"\nformat = \"json\"\nverify = { scheme = \"token\", tokn = \"x\" }\n",
            "4:30: unknown key `tokn` (did you mean `token`?)",
        ),
        (
            "[[source]]\nid = \"s\"\nformat = \"json\"\nverify = { token = \"x\" }\n",
            "4:10: `scheme` is missing",
        ),
        (
            "[[source]]\nid = \"s\"\nformat = \"json\"\ntype = [{ wen = \"true\", is = \"demo\" }, { when = \"true\" }]\n",
            "4:11: unknown key `wen` (did you mean `when`?)\n4:40: `is` is missing",
        ),
        (
            "[[source]]\nid = \"s\"\nformat = \"json\"\ntype = { is = \"demo\" }\n",
            "4:8: this is a table, expected a list",
        ),
        (
            "[[source]]\nid = \"s\"\nformat = \"json\"\nsecrets = \"x\"\nover = \"drop\"\n",
            "4:11: this is a text, expected a list\n5:8: `drop` is not possible here (known: hold, refuse)",
        ),
        (
            "[[route]]\nid = \"r\"\nto = \"sdr\"\n",
            "3:6: this is a text, expected a target such as `{ team = \"sdr\" }`",
        ),
        (
            "[[route]]\nid = \"r\"\nto = { taem = \"sdr\" }\n",
            "3:8: unknown key `taem` (did you mean `team`?)",
        ),
        (
            "[[route]]\nid = \"r\"\nto = [{ owner = \"acount\" }, { team = 3 }]\n",
            "3:17: `acount` is not possible here (did you mean `account`?)\n3:38: this is a number, expected a text in quotes",
        ),
        ("[[route]]\nid = \"r\"\n", "1:1: `to` is missing"),
        (
            "[sla.demo]\nacknowledge = 15\ncontact = \"30m\"\nescalation = [{ afer = \"10m\", remind = \"rep\" }]\n",
            "2:15: this is a number, expected a text in quotes\n4:17: unknown key `afer` (did you mean `after`?)",
        ),
        (
            "[sla.demo]\nacknowledge = \"15m\"\ncontact = \"30m\"\nescalation = { after = \"10m\" }\n",
            "4:14: this is a table, expected a list",
        ),
        (
            "[[golden]]\nlead = \"x\"\nroute = \"r\"\n",
            "2:8: this is a text, expected a table",
        ),
        (
            "[[digest]]\ncron = \"0 8 * * Mon\"\nto = \"slack:C\"\nreport = \"weekly\"\n",
            "4:10: `weekly` is not possible here (did you mean `week`?)",
        ),
        (
            "[[webhook]]\nurl = \"https://x\"\nsecret = \"${UNSET}\"\n",
            "3:11: `UNSET` is not set (set it in the environment; `$${` is a literal `${`)",
        ),
        (
            "[server]\npublic_url = \"https://${UNSET}/${}/$${x}/${file:nope}\"\nlisten = \"${A\"\n",
            "2:23: `UNSET` is not set (set it in the environment; `$${` is a literal `${`)\n2:32: `${}` names nothing (`${NAME}` is from the environment, `${file:NAME}` from a file)\n2:42: there is no file `nope` (the file is looked for beside this one)\n3:10: `${` has no closing `}` (`$${` is a literal `${`)",
        ),
        (
            "[server]\nlisten = \"a\"\nlisten = \"b\"\n",
            "3:1: this is no TOML: duplicate key",
        ),
        (
            "[server\nlisten = \"a\"\n",
            "1:8: this is no TOML: unclosed table, expected `]`",
        ),
        (
            "[server]\nlisten = \"a\n",
            "2:12: this is no TOML: invalid basic string, expected `\"`",
        ),
        (
            "[server]\nlisten = localhost\n",
            "2:10: this is no TOML: string values must be quoted, expected literal string",
        ),
        (
            "include = [\"people.toml\"]\n",
            "1:12: there is no file `people.toml` (includes are looked for beside the file that names them)",
        ),
        (
            "include = \"people.toml\"\n",
            "1:11: this is a text, expected a list",
        ),
        (
            "[defaults.rep]\ncaps = { dya = 3 }\n",
            "2:10: unknown key `dya` (did you mean `day`?)",
        ),
        (
            "[experiment]\nid = \"x\"\n",
            "1:1: this is a table, expected a list (there can be several: `[[experiment]]`)",
        ),
        (
            "[lists.x]\nitems = []\n",
            "1:2: unknown key `lists` (did you mean `list`?)",
        ),
    ] {
        let told = complaints(text)
            .replace("baton.toml:", "")
            .replace(": mistake: ", ": ");
        assert_eq!(told.lines().count(), expected.lines().count(), "{told}");
        for (told, expected) in told.lines().zip(expected.lines()) {
            let help = told.strip_prefix(expected);
            assert!(help.is_some(), "{text}\n{told}\n{expected}");
            assert!(told.ends_with(')'), "what to do is not said: {told}");
        }
    }
}

/// What a person sees.
fn shown(text: &str) -> String {
    let reading = reading(&[("baton.toml", text)]);
    render(&reading.complaints, &reading.sources, false)
}

#[test]
fn a_mistake_in_one_rep_does_not_hide_the_next_and_stops_what_would_follow() {
    let text =
        "[[rep]]\nid = \"a\"\n[[rep]]\nid = \"b\"\nname = 3\n[[rep]]\nid = \"c\"\nname = \"C\"\n";
    let reading = reading(&[("baton.toml", text)]);
    assert_eq!(reading.complaints.len(), 2);
    assert!(reading.config.is_none());
}

#[test]
fn an_unknown_key_or_an_unset_variable_does_not_stop_the_rest() {
    let text = "[server]\nlissten = \"x\"\npublic_url = \"${UNSET}\"\n";
    let reading = reading(&[("baton.toml", text)]);
    assert_eq!(reading.complaints.len(), 2);
    assert!(reading.config.is_some());
}

#[test]
fn texts_are_filled_in_from_the_environment_and_from_files() {
    let text = r#"
        server.public_url = "https://${HOST}/$${HOST}/${file:path.txt}"
        [[rep]]
        id = "a"
        name = "A"
        from = 2026-01-01
    "#;
    let reading = reading(&[("baton.toml", text), ("path.txt", "baton\n")]);
    assert_eq!(plain(&reading.complaints, &reading.sources), "");
    let config = reading.config.unwrap();
    let url = config.server.public_url.unwrap().into_inner();
    assert_eq!(url, "https://value of HOST/${HOST}/baton");
    assert_eq!(config.rep[0].from.as_ref().unwrap().get_ref(), "2026-01-01");
}

#[test]
fn included_files_add_to_the_first() {
    let main = "include = [\"people/all.toml\"]\n[server]\nlisten = \"a\"\n[[rep]]\nid = \"x\"\nname = \"X\"\n";
    let all = "include = [\"more.toml\"]\n[server]\npublic_url = \"b\"\n[[rep]]\nid = \"y\"\nname = \"Y\"\n";
    let more = "[[rep]]\nid = \"z\"\nname = \"${file:z.txt}\"\n";
    let files = [
        ("baton.toml", main),
        ("people/all.toml", all),
        ("people/more.toml", more),
        ("people/z.txt", "Z"),
    ];
    let reading = reading(&files);
    assert_eq!(plain(&reading.complaints, &reading.sources), "");
    let config = reading.config.unwrap();
    let names: Vec<_> = config.rep.iter().map(|rep| rep.name.as_ref()).collect();
    assert_eq!(names, ["X", "Y", "Z"]);
    assert_eq!(config.server.listen.unwrap().as_ref(), "a");
    assert_eq!(config.server.public_url.unwrap().as_ref(), "b");
}

#[test]
fn mistakes_between_files_name_both() {
    let main = "include = [\"two.toml\", \"none.toml\"]\n[server]\nlisten = \"a\"\n";
    let two = "include = [\"baton.toml\"]\n[server]\nlisten = \"b\"\nlissten = \"c\"\n";
    let reading = reading(&[("baton.toml", main), ("two.toml", two)]);
    insta::assert_snapshot!(plain(&reading.complaints, &reading.sources), @"
    baton.toml:1:24: mistake: there is no file `none.toml` (includes are looked for beside the file that names them)
    two.toml:1:12: mistake: `baton.toml` is included twice (take one of them out of `include`)
    two.toml:3:1: mistake: `server.listen` is given twice (the first is at baton.toml:3)
    two.toml:4:1: mistake: unknown key `lissten` (did you mean `listen`?)
    ");
    assert!(reading.config.is_none());
}

#[test]
fn no_secret_is_ever_shown() {
    let text = r#"
        [database]
        url = "postgres://baton:hush-1@db/baton"
        [slack]
        bot_token = "hush-2"
        wrong = 1
        signing_secret = 31337
        [[source]]
        id = "s"
        format = "json"
        verify = { scheme = "token", tokens = "hush-3", wrong = 1 }
        secrets = 31337
        fetch = { wrong = 1, tokens = { "1" = "hush-4", "2" = 31337 } }
        [[api.token]]
        name = "a"
        token = "hush-${A}"
        role = 1
    "#;
    for text in [text.to_owned(), format!("{text}\n wrong = \"")] {
        let reading = reading(&[("baton.toml", &text)]);
        let shown = render(&reading.complaints, &reading.sources, false)
            + &plain(&reading.complaints, &reading.sources)
            + &format!("{:?}", reading.config);
        assert!(!reading.complaints.is_empty());
        for secret in ["hush", "31337", "value of A"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

#[test]
fn no_secret_is_shown_that_was_mistyped() {
    for text in [
        "[slack]\nbot_token = \"hush\nsigning_secret = \"hush\"\n",
        "[slack]\nbot_token = \"x\"\nsigning_secert = \"hush\"\n",
        "[slack]\nbot_token = \"hush\"\nbot_token = \"hush\"\n",
        "[[source]]\nid = \"s\"\nverify = { tokne = \"hush\" }\n",
        "[database]\nurl = \"postgres://baton:hush@db\n",
    ] {
        let shown = shown(text);
        assert!(shown.contains('×') && shown.contains('*'), "{shown}");
        assert!(!shown.contains("hush"), "{shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_reading_panic(at in 0..EXAMPLE.len(), junk in "[\\PC\n]{0,6}", cut in 0..40_usize) {
        let at = (at..).find(|at| EXAMPLE.is_char_boundary(*at)).unwrap_or(0);
        let end = (at + cut..).find(|at| EXAMPLE.is_char_boundary(*at) || *at > EXAMPLE.len());
        let rest = end.and_then(|end| EXAMPLE.get(end..)).unwrap_or("");
        let text = format!("{}{junk}{rest}", &EXAMPLE[..at]);
        shown(&text);
    }
}

#[test]
fn files_on_disk_are_found_beside_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("baton.toml");
    std::fs::write(&path, "include = [\"people.toml\"]\n").unwrap();
    let missing = read(&path, &|_| None);
    assert!(plain(&missing.complaints, &missing.sources).contains("there is no file"));
    std::fs::write(dir.path().join("people.toml"), "rep = []\n").unwrap();
    assert!(read(&path, &|_| None).config.is_some());
}
