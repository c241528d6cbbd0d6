//! One mistake at a time: what is said of it, and on which line.

mod leads;

use super::*;

/// What the snippets can refer to; its lines come after theirs.
const REST: &str = r#"
[[rep]]
id = "ayse"
name = "Ayşe"
email = "ayse@example.com"
[[team]]
id = "enterprise"
members = ["ayse"]
[calendar.office]
hours = "Mo-Fr 09:00-18:00"
[[route]]
id = "rest"
to = { team = "enterprise" }
"#;

fn said(snippet: &str) -> String {
    let loaded = loaded(&format!("{snippet}\n{REST}"));
    let mistakes = has_mistake(&loaded.complaints);
    assert_eq!(loaded.compiled.is_none(), mistakes, "{snippet}");
    plain(&loaded.complaints, &loaded.sources).replace("baton.toml:", "")
}

/// Collects what is not said as expected, so that one run shows all.
fn check(table: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (snippet, expected) in table {
        let said = said(snippet);
        if !said.contains(expected) || said.matches("mistake: ").count() != 1 {
            wrong.push_str(&format!(
                "{snippet}\nexpected {expected}\nin       {said}\n"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const REP: &str = "[[rep]]\nid = \"jonas\"\nname = \"Jonas\"\nemail = \"jonas@example.com\"\n";

fn rep(line: &str) -> String {
    format!("{REP}{line}")
}

fn check_each(lines: &[(&str, &str)], make: impl Fn(&str) -> String) {
    let made: Vec<(String, &str)> = lines.iter().map(|(line, it)| (make(line), *it)).collect();
    let table: Vec<(&str, &str)> = made.iter().map(|(text, it)| (text.as_str(), *it)).collect();
    check(&table);
}

#[test]
fn about_reps() {
    check_each(
        &[
            (
                "teams = \"29:1abc\"",
                "5:9: mistake: `29:1abc` is no object id of Microsoft Entra",
            ),
            (
                "chat = \"teams\"",
                "5:8: mistake: Microsoft Teams is not set up here",
            ),
            ("chat = \"slack\"", "5:8: mistake: Slack is not set up here"),
            (
                "calendar = \"ofice\"",
                "5:12: mistake: no calendar called `ofice` (did you mean `office`?)",
            ),
            (
                "timezone = \"Europe/Berlinn\"",
                "5:12: mistake: no time zone called `Europe/Berlinn` (did you mean `Europe/Berlin`?)",
            ),
            (
                "timezone = \"Moon\"",
                "write an IANA name such as `Europe/Berlin`",
            ),
            (
                "country = \"Atlantis\"",
                "5:11: mistake: no country called `Atlantis`",
            ),
            (
                "country = \"Germany\"",
                "5:11: mistake: `Germany` is no country's ISO code (did you mean `DE`?)",
            ),
            ("country = \"DE-XX\"", "`DE-XX` is no region of Germany"),
            (
                "region = \"BE\"",
                "5:10: mistake: a `region` needs its `country`",
            ),
            ("weight = 0", "5:10: mistake: a weight is more than 0"),
            ("weight = -1", "5:10: mistake: a weight is more than 0"),
            ("weight = nan", "5:10: mistake: a weight is more than 0"),
            (
                "languages = [\"de\", \"klingon\"]",
                "5:20: mistake: no language called `klingon`",
            ),
            (
                "territories = [\"dach\"]",
                "no territory called `dach` (there is no `[territory.NAME]` at all)",
            ),
            (
                "cover = \"jonas\"",
                "5:9: mistake: nobody can stand in for themselves",
            ),
            (
                "cover = \"aise\"",
                "5:9: mistake: no rep called `aise` (did you mean `ayse`?)",
            ),
            (
                "slack = \"@jonas\"",
                "5:9: mistake: `@jonas` is no Slack member id",
            ),
            (
                "stale = \"30 moons\"",
                "5:9: mistake: `30 moons` is not a period",
            ),
            ("stale = \"5bd\"", "business days need a calendar"),
            ("pending = 0", "5:11: mistake: this must be at least 1"),
            (
                "caps = { day = 0 }",
                "5:16: mistake: this must be at least 1",
            ),
            ("from = \"soon\"", "5:8: mistake: `soon` is no date"),
            (
                "from = \"2026-05-01\"\nuntil = \"2026-04-01\"",
                "6:9: mistake: `until` lies before `from`",
            ),
        ],
        rep,
    );
    check(&[
        (
            "[[rep]]\nid = \"x\"\nname = \"X\"",
            "2:6: mistake: nobody would find `x` in the chat",
        ),
        (
            "[[rep]]\nid = \"x\"\nname = \"X\"\nemail = \"x at home\"",
            "4:9: mistake: `x at home` is no e-mail address",
        ),
        (
            "[[rep]]\nid = \"x\"\nname = \" \"\nemail = \"x@example.com\"",
            "3:8: mistake: `name` is empty",
        ),
        (
            "[[rep]]\nid = \"x y\"\nname = \"X\"\nemail = \"x@example.com\"",
            "2:6: mistake: `x y` can't name a rep",
        ),
        (
            "[[rep]]\nid = \"managers\"\nname = \"X\"\nemail = \"x@example.com\"",
            "a rep can't be called `managers`",
        ),
        (
            "[[rep]]\nid = \"ayse\"\nname = \"X\"\nemail = \"x@example.com\"",
            "7:6: mistake: there is a rep `ayse` already (the first is at 2)",
        ),
        (
            "[[rep]]\nid = \"x\"\nname = \"X\"\nemail = \"AYSE@example.com\"",
            "there is a rep with the e-mail `ayse@example.com` already",
        ),
        (
            "[defaults.rep]\ncalendar = \"ofice\"",
            "2:12: mistake: no calendar called `ofice`",
        ),
        (
            "[territory.all]",
            "1:12: mistake: every lead would be of this territory",
        ),
        (
            "[territory.x]\ncountries = [\"DE\", \"XX\"]",
            "2:20: mistake: no country called `XX`",
        ),
    ]);
}

#[test]
fn about_teams_and_calendars() {
    check_each(
        &[
            (
                "managers = [\"selin\"]",
                "4:13: mistake: no rep called `selin` (known: ayse)",
            ),
            (
                "backups = [\"ayse\", \"ayse\"]",
                "4:20: mistake: `ayse` stands here twice",
            ),
            (
                "channel = \"#sales\"",
                "4:11: mistake: `#sales` is no channel",
            ),
            (
                "channel = \"slack:sales\"",
                "4:11: mistake: `slack:sales` is no channel",
            ),
            (
                "channel = \"teams:19:a@thread.tacv2\"",
                "4:11: mistake: Microsoft Teams is not set up here",
            ),
            (
                "when_closed = \"go\"",
                "4:15: mistake: `go` is not possible here",
            ),
            (
                "when_closed = \"team:enterprse\"",
                "4:21: mistake: no team called `enterprse` (did you mean `enterprise`?)",
            ),
            (
                "when_closed = \"team:sdr\"",
                "a closed team can't pass leads to itself",
            ),
            (
                "sla = \"dmeo\"",
                "4:7: mistake: no SLA called `dmeo` (did you mean `demo`?)",
            ),
            (
                "sla = { demo = \"demo\", default = \"fast\" }",
                "4:34: mistake: no SLA called `fast`",
            ),
            ("where = 'lead.langage in rep.languages'", "4:15: mistake: "),
            ("where = 'rep.nme == \"x\"'", "4:14: mistake: "),
        ],
        |line| format!("[[team]]\nid = \"sdr\"\nmembers = [\"ayse\"]\n{line}"),
    );
    check(&[
        (
            "[[team]]\nid = \"sdr\"\nmembers = [\"aise\"]",
            "3:12: mistake: no rep called `aise`",
        ),
        (
            "[[team]]\nid = \"backups\"\nmembers = []",
            "a team can't be called `backups`",
        ),
        (
            "[calendar.x]\nhours = \"Mo-Fr 9 to 5\"",
            "2:16: mistake: cannot read the hours",
        ),
        (
            "[calendar.x]\nhours = \"Mo\"\nholidays = \"QQ\"",
            "3:13: mistake: the public holidays of `QQ` are not known",
        ),
        (
            "[calendar.x]\nhours = \"Mo\"\nholidays = [\"DE\", \"2026-13-01\"]",
            "3:20: mistake: `2026-13-01` is no date",
        ),
        (
            "[calendar.x]\nhours = \"Mo\"\nholidays = \"file:none.ics\"",
            "3:13: mistake: there is no file `none.ics`",
        ),
        (
            "[calendar.x]\nhours = \"Mo\"\nholidays = [\"rep\", \"DE\"]",
            "`rep` can't be mixed",
        ),
    ]);
}

#[test]
fn about_clocks() {
    check_each(
        &[
            (
                "acknowledge = \"15 minutos\"\ncontact = \"1h\"",
                "2:15: mistake: `15 minutos` is not a period",
            ),
            (
                "acknowledge = \"0s\"\ncontact = \"1h\"",
                "2:15: mistake: this must be longer than nothing",
            ),
            (
                "acknowledge = \"2h\"\ncontact = \"1h\"",
                "3:11: mistake: nobody can be contacted before",
            ),
            (
                "acknowledge = \"15m\"\ncontact = \"1h\"\ncalendar = \"office2\"",
                "4:12: mistake: no calendar called `office2`",
            ),
            (
                "acknowledge = \"15m\"\ncontact = \"1h\"\nescalation = [{ after = \"1m\" }]",
                "4:15: mistake: this step does nothing",
            ),
            (
                "acknowledge = \"15m\"\ncontact = \"1h\"\nescalation = [{ after = \"1m\", remind = \"rep\", notify = \"managers\" }]",
                "a step does one thing, this one `remind` and `notify`",
            ),
            (
                "acknowledge = \"15m\"\ncontact = \"1h\"\nescalation = [{ after = \"1m\", remind = \"everybody\" }]",
                "4:40: mistake: `remind` can't be `everybody`",
            ),
            (
                "acknowledge = \"15m\"\ncontact = \"1h\"\nescalation = [{ after = \"1m\", reoffer = \"backup\" }]",
                "no team called `backup` (did you mean `backups`?)",
            ),
            (
                "acknowledge = \"15m\"\ncontact = \"1h\"\nescalation = [{ after = \"1m\", notify = \"mangers\" }]",
                "no rep called `mangers` (did you mean `managers`?)",
            ),
            (
                "acknowledge = \"15m\"\ncontact = \"1h\"\nuntouched = [{ after = \"9m\", remind = \"rep\" }, { after = \"5m\", remind = \"rep\" }]",
                "4:58: mistake: this step comes before the one above it",
            ),
            (
                "acknowledge = \"15m\"\ncontact = \"1h\"\nuntouched = [{ after = \"9m\", remind = \"rep\", repeat = { every = \"0s\", times = 2 } }]",
                "this must be longer than nothing",
            ),
            (
                "acknowledge = \"15m\"\ncontact = \"1h\"\nuntouched = [{ after = \"9m\", remind = \"rep\", repeat = { every = \"1m\", times = 0 } }]",
                "this must be at least 1",
            ),
        ],
        |line| format!("[sla.x]\n{line}"),
    );
}

#[test]
fn about_server_and_chat() {
    check(&[
        (
            "[server]\nlisten = \"3000\"",
            "2:10: mistake: `3000` is no address to listen at",
        ),
        (
            "[server]\npublic_url = \"baton.example.com\"",
            "2:14: mistake: this is no URL",
        ),
        (
            "[server]\nmax_body = \"lots\"",
            "2:12: mistake: this is no size of a request",
        ),
        (
            "[server]\nmax_body = \"1GB\"",
            "2:12: mistake: this is no size of a request",
        ),
        (
            "[database]\nurl = \"mysql://x\"",
            "2:7: mistake: this is no database",
        ),
        (
            "[slack]\nbot_token = \"x\"",
            "2:13: mistake: `signing_secret` is missing",
        ),
        (
            "[slack]\nbot_token = \"x\"\nsigning_secret = \"x\"\nrefresh_token = \"x\"\nclient_id = \"1.2\"",
            "4:17: mistake: `client_secret` is missing: a token is renewed with it",
        ),
        (
            "[slack]\nbot_token = \"x\"\nsigning_secret = \"x\"\nclient_id = \"1.2\"",
            "4:13: mistake: `client_id` is of use with `refresh_token` only",
        ),
        (
            "[slack]\nbot_token = \"\"\nsigning_secret = \"x\"",
            "2:13: mistake: this secret is empty",
        ),
        (
            "[slack]\nbot_token = \"x\"\nsigning_secret = \"x\"\ncommands = { awy = \"/away\" }",
            "4:14: mistake: no command called `awy` (did you mean `away`?)",
        ),
        (
            "[slack]\nbot_token = \"x\"\nsigning_secret = \"x\"\ncommands = { away = \"away\" }",
            "4:21: mistake: `away` is no slash command",
        ),
        (
            "[[api.token]]\nname = \"ops\"\ntoken = \" \"\nrole = \"admin\"",
            "3:9: mistake: this secret is empty",
        ),
        (
            "[[digest]]\ncron = \"0 8 * *\"\nto = \"slack:C0SALES\"\nreport = \"week\"",
            "2:8: mistake: a schedule has five fields",
        ),
        (
            "[[digest]]\ncron = \"0 8 * * Foo\"\nto = \"slack:C0SALES\"\nreport = \"week\"",
            "2:17: mistake: `Foo` is no day of the week",
        ),
        (
            "[[digest]]\ncron = \"0 8 * * Mon\"\nto = \"sales\"\nreport = \"week\"",
            "3:6: mistake: `sales` is no channel",
        ),
        (
            "[[webhook]]\nurl = \"https://x.example\"\nsecret = \"s\"\nevents = [\"lead.ownd\"]",
            "4:11: mistake: no event called `lead.ownd` (did you mean `lead.owned`?)",
        ),
        (
            "[card]\nlinks = [{ label = \"CRM\", url = \"crm/{email}\" }]",
            "2:33: mistake: this is no URL",
        ),
        (
            "[card]\nlinks = [{ label = \"CRM\", url = \"https://crm/{emial}\" }]",
            "2:47: mistake: no field called `emial`",
        ),
        (
            "[notices]\nbundle = \"soon\"",
            "2:10: mistake: `soon` is not a period",
        ),
    ]);
}

#[test]
fn what_is_not_set_is_told_once() {
    let told = said("[server]\nlisten = \"${UNSET}\"");
    assert_eq!(told.matches("mistake: ").count(), 1, "{told}");
    assert!(told.contains("`UNSET` is not set"), "{told}");
}

#[test]
fn about_microsoft_teams() {
    const APP: &str = "app_id = \"0b7c4f5e-1a2d-4c3b-9e8f-5a6b7c8d9e0f\"";
    const TENANT: &str = "tenant_id = \"7d3e9a10-52c4-4f6b-8a1e-90b2c3d4e5f6\"";
    const PASSWORD: &str = "app_password = \"${PASSWORD}\"";
    let table = [
        (
            format!("app_id = \"baton\"\n{TENANT}\n{PASSWORD}"),
            "2:10: mistake: `baton` is no id of Microsoft Entra",
        ),
        (
            format!("{APP}\ntenant_id = \"a.onmicrosoft.com\"\n{PASSWORD}"),
            "3:13: mistake: `a.onmicrosoft.com` is no id",
        ),
        (
            format!("{APP}\n{TENANT}"),
            "2:10: mistake: `app_password` is missing",
        ),
        (
            format!("{APP}\n{TENANT}\n{PASSWORD}\ncertificate = \"x\""),
            "5:15: mistake: `app_password` and `certificate` are both given",
        ),
        (
            format!("{APP}\n{TENANT}\ncertificate = \"x\""),
            "4:15: mistake: this is of no use: there is no certificate in it",
        ),
        (
            format!("{APP}\n{TENANT}\n{PASSWORD}\nlogin_url = \"http://login.example\""),
            "5:13: mistake: this address must begin with https",
        ),
        (
            format!("{APP}\n{TENANT}\n{PASSWORD}\nservice_hosts = [\"https://a.example\"]"),
            "5:18: mistake: `https://a.example` is no host",
        ),
        (
            format!("{APP}\n{TENANT}\n{PASSWORD}\nservice_url = \"smba\""),
            "5:15: mistake: this is no URL",
        ),
    ];
    let table: Vec<(String, &str)> = table
        .map(|(text, it)| (format!("[teams]\n{text}"), it))
        .into();
    let table: Vec<(&str, &str)> = table
        .iter()
        .map(|(text, it)| (text.as_str(), *it))
        .collect();
    check(&table);
}
