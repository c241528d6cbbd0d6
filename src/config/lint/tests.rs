//! Each lint, with the line it stands on.

use super::*;
use crate::config::{
    compile::{
        Loaded,
        tests::{loaded, now},
    },
    plain,
};

/// A small configuration without a remark.
const GOOD: &str = r#"
[[rep]]
id = "ayse"
name = "Ayşe"
email = "ayse@example.com"
calendar = "office"
country = "DE"
[[team]]
id = "sdr"
members = ["ayse"]
managers = ["ayse"]
channel = "slack:C0SALES"
[calendar.office]
hours = "Mo-Fr 09:00-18:00; PH off"
holidays = "rep"
[[source]]
id = "website"
format = "json"
verify = "none"
type = "demo"
[[route]]
id = "hot"
when = 'lead.type == "demo"'
to = { team = "sdr" }
[[route]]
id = "rest"
to = { nurture = "newsletter" }
[defaults.rep]
timezone = "Europe/Istanbul"
"#;

fn lints(text: &str) -> String {
    let loaded = loaded(text);
    let said = plain(&loaded.complaints, &loaded.sources);
    assert_eq!(said, "", "{text}");
    lints_of(loaded)
}

fn lints_of(loaded: Loaded) -> String {
    let rules = Rules::new(loaded.compiled.unwrap().policy);
    let lints = lint(&loaded.config.unwrap(), &rules, now());
    plain(&lints, &loaded.sources)
}

#[test]
fn a_good_configuration_has_no_remark() {
    assert_eq!(lints(GOOD), "");
}

#[test]
fn what_looks_wrong_is_said() {
    let mut wrong = String::new();
    for (from, to, expected) in [
        (
            "when = 'lead.type == \"demo\"'\n",
            "",
            "25:6: lint: this route is never taken: `hot` before it takes everything",
        ),
        (
            "id = \"rest\"\n",
            "id = \"rest\"\nwhen = ' lead.type == \"demo\"'\n",
            "26:6: lint: this route is never taken: `hot` before it has the same condition",
        ),
        (
            "[[route]]\nid = \"rest\"\n",
            "[[route]]\nid = \"free\"\nwhen = 'lead.type == \"demo\" && lead.free_mail'\nto = { team = \"sdr\" }\n[[route]]\nid = \"rest\"\n",
            "26:6: lint: this route is never taken: `hot` before it takes all that it would",
        ),
        (
            "when = 'lead.type == \"demo\"'\n",
            "when = 'lead.type == \"demo\" && lead.type == \"webinar\"'\n",
            "lint: this can't be true: `lead.type == \"demo\"` and `lead.type == \"webinar\"`",
        ),
        (
            "id = \"rest\"\n",
            "id = \"rest\"\nwhen = 'lead.free_mail'\n",
            "26:6: lint: no route takes what the others leave",
        ),
        (
            "to = { team = \"sdr\" }",
            "to = [{ queue = \"sdr\" }, { team = \"sdr\" }]",
            "lint: the last targets of `hot` are never reached",
        ),
        (
            "managers = [\"ayse\"]\n",
            "",
            "9:6: lint: steps of the SLA `demo` reach nobody: the team `sdr` has no managers",
        ),
        (
            "[[team]]\n",
            "[sla.demo]\nacknowledge = \"15m\"\ncontact = \"30m\"\nescalation = [{ after = \"15m\", reoffer = \"team\" }]\n[[team]]\n",
            "lint: the escalation of `demo` ends with a step that asks the next one",
        ),
        (
            "to = { nurture = \"newsletter\" }\n",
            "to = { nurture = \"newsletter\" }\n[[team]]\nid = \"empty\"\nmembers = []\n",
            "lint: the team `empty` has no members",
        ),
        (
            "Mo-Fr 09:00-18:00; PH off",
            "Mar Mo-Fr 09:00-18:00; PH off",
            "10:11: lint: nobody of the team `sdr` is there in the coming 7 days",
        ),
        (
            "country = \"DE\"\n",
            "country = \"DE\"\nuntil = \"2026-11-22\"\n",
            "lint: nobody of the team `sdr` is there in the coming 7 days",
        ),
        (
            "[[team]]\n",
            "[[rep]]\nid = \"new\"\nname = \"New\"\nemail = \"new@example.com\"\n[[team]]\n",
            "9:6: lint: `new` is in no team",
        ),
        (
            "country = \"DE\"\n",
            "country = \"FR-ARA\"\n",
            "7:11: lint: only the holidays of the whole country are known for `FR-ARA`",
        ),
        (
            "country = \"DE\"\n",
            "",
            "3:6: lint: no holidays are known for `ayse`: no country",
        ),
        (
            "holidays = \"rep\"\n",
            "",
            "14:9: lint: `PH` means no day: this calendar has no `holidays`",
        ),
        (
            "; PH off",
            "",
            "14:9: lint: the hours don't mention holidays",
        ),
        (
            "type = \"demo\"\n",
            "",
            "9:6: lint: the team `sdr` has no SLA for leads of `website` without a type: their clock is `mql`",
        ),
        (
            "type = \"demo\"\n",
            "type = \"webinar\"\n",
            "for leads of `website` with the type `webinar`: their clock is `mql`",
        ),
        (
            "type = \"demo\"\n",
            "type = [{ when = 'lead.free_mail', is = \"webinar\" }, { when = 'lead.disposable', is = \"x\" }]\n",
            "for leads of `website` with the type `webinar` and 2 other kinds: their clock is `mql`",
        ),
        (
            "type = \"demo\"\n[[route]]\nid = \"hot\"\nwhen = 'lead.type == \"demo\"'\nto = { team = \"sdr\" }\n",
            "[[rep]]\nid = \"lone\"\nname = \"Lone\"\nemail = \"l@example.com\"\n[[route]]\nid = \"hot\"\nwhen = 'lead.free_mail'\nto = { rep = \"lone\" }\n",
            "lint: the route `hot` can leave leads of `website` without a type without a clock",
        ),
        (
            "channel = ",
            "when_closed = \"backups\"\nchannel = ",
            "lint: the team `sdr` has no backups to ask while it is closed",
        ),
        (
            "[[source]]\n",
            "[sla.demo]\nacknowledge = \"5m\"\ncontact = \"9m\"\nescalation = [{ after = \"5m\", reoffer = \"backups\" }]\n[[source]]\n",
            "9:6: lint: steps of the SLA `demo` reach nobody: the team `sdr` has no backups",
        ),
        (
            "to = { nurture = \"newsletter\" }",
            "to = { review = \"lone\" }\n[[team]]\nid = \"lone\"\nmembers = [\"ayse\"]\n",
            "lint: nobody decides: the team `lone` has no managers",
        ),
        (
            "to = { nurture = \"newsletter\" }",
            "to = { rep = \"gone\" }\n[[rep]]\nid = \"gone\"\nname = \"Gone\"\nemail = \"g@example.com\"\nactive = false\n",
            "lint: `gone` is not there in the coming 7 days",
        ),
        (
            "hours = \"Mo-Fr 09:00-18:00; PH off\"",
            "hours = \"Mo-Fr 09:00-18:00; PH off; off\"",
            "14:9: lint: the calendar `office` does not open within a year; `ayse` is never offered a lead",
        ),
        (
            "[[source]]\n",
            "[sla.demo]\nacknowledge = \"5m\"\ncontact = \"9m\"\ncalendar = \"never\"\n[calendar.never]\nhours = \"2019 Mo-Fr 09:00-18:00\"\n[[source]]\n",
            "lint: the calendar `never` does not open within a year; the clock of `demo` never runs",
        ),
        (
            "timezone = \"Europe/Istanbul\"\n",
            "capacity = 9\n",
            "6:12: lint: `ayse` has no time zone: their hours are read as UTC",
        ),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let text = GOOD.replacen(from, to, 1);
        let said = lints(&text);
        if !said.contains(expected) {
            wrong.push_str(&format!("expected {expected}\nin {said}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn an_empty_configuration_is_told_what_is_missing() {
    insta::assert_snapshot!(lints(""), @r#"
    lint: no lead can come in: there is no source (add a `[[source]]` with `id`, `format` and `verify`; leads are then posted to `/webhooks/ID`)
    lint: nobody can be offered a lead: there is no rep (add a `[[rep]]` with `id`, `name` and `email` for each person)
    lint: no lead can be handed out: there is no team (add a `[[team]]` with `id`, `members` and `managers`)
    lint: every lead waits in the queue: there is no route (add a `[[route]]` with `id` and `to = { team = "…" }`; without a `when` it takes every lead)
    "#);
}

#[test]
fn slacks_profiles_say_where_people_are_and_those_of_teams_do_not() {
    let chats = "[slack]\nbot_token = \"x\"\nsigning_secret = \"y\"\n\
                 [teams]\napp_id = \"00000000-0000-4000-8000-000000000001\"\n\
                 app_password = \"b\"\ntenant_id = \"00000000-0000-4000-8000-000000000002\"\n";
    let said = |chat: &str| {
        let line = format!("chat = \"{chat}\"\n");
        let text = GOOD.replacen("timezone = \"Europe/Istanbul\"\n", &line, 1);
        lints_of(loaded(&format!("{chats}{text}")))
    };
    assert!(said("teams").contains("`ayse` has no time zone"));
    assert!(!said("slack").contains("time zone"));
}

#[test]
fn an_account_in_a_chat_that_is_not_set_up_is_remarked_on_once() {
    let id = "teams = \"00000000-0000-4000-8000-000000000003\"\n";
    let text = GOOD.replacen("country = \"DE\"\n", &format!("country = \"DE\"\n{id}"), 1);
    let slack = "[slack]\nbot_token = \"x\"\nsigning_secret = \"y\"\n";
    let said = lints_of(loaded(&format!("{slack}{text}")));
    insta::assert_snapshot!(said, @"baton.toml:11:9: lint: an account in Microsoft Teams, and there is no `[teams]` (nobody is asked there. Cards that stand there from before are changed no more, and `baton doctor` counts them; put `[teams]` back, or take `teams` out of the reps)");
    assert_eq!(
        lints_of(loaded(&text)),
        "",
        "no chat at all is another remark's business"
    );
}

#[test]
fn steps_that_come_when_nobody_is_there_are_named_with_the_leads_that_they_are_for() {
    let clock = "[sla.demo]\nacknowledge = \"15m\"\ncontact = \"30m\"\n";
    insta::assert_snapshot!(lints(&format!("{GOOD}{clock}")), @"baton.toml:9:6: lint: leads of the team `sdr` that come in Mon 23 Nov 17:30 to Tue 24 Nov 09:00, Tue 24 Nov 17:30 to Wed 25 Nov 09:00, and 3 more times this week: these steps of the SLA `demo` reach nobody: reoffer to the team after 15m, notify the managers after 45m, assign to a manager after 1h (compare the hours of the clock with those of its people: `baton check --calendar`)");
    let office = format!("{GOOD}{clock}calendar = \"office\"\n");
    assert_eq!(lints(&office), "");
    let far = office.replace(
        "country = \"DE\"\n",
        "country = \"DE\"\ntimezone = \"Asia/Tokyo\"\n",
    );
    insta::assert_snapshot!(lints(&far), @"baton.toml:10:6: lint: leads of the team `sdr` that come in Mon 23 Nov 13:00 to 18:00, Tue 24 Nov 11:30 to 18:00, and 4 more times this week: these steps of the SLA `demo` reach nobody: reoffer to the team after 15m, notify the managers after 45m, assign to a manager after 1h (compare the hours of the clock with those of its people: `baton check --calendar`)");
}

/// The small configuration with a clock of its own, and somebody who is there at night only.
fn with_clock(more: &str) -> String {
    format!(
        "{GOOD}[sla.demo]\nacknowledge = \"15m\"\ncontact = \"30m\"\ncalendar = \"office\"\n\
         escalation = []\n{more}\n\
         [[rep]]\nid = \"jonas\"\nname = \"Jonas\"\nemail = \"jonas@example.com\"\ncalendar = \"night\"\n\
         country = \"DE\"\n\
         [[team]]\nid = \"night\"\nmembers = [\"jonas\"]\nmanagers = [\"ayse\"]\n\
         [calendar.night]\nhours = \"Mo-Fr 20:00-24:00; PH off\"\nholidays = \"rep\"\n"
    )
}

#[test]
fn steps_after_the_accept_that_reach_nobody_are_named_too() {
    let untouched = |step: &str| lints(&with_clock(&format!("untouched = [{step}]")));
    assert_eq!(untouched("{ after = \"1h\", notify = \"managers\" }"), "");
    insta::assert_snapshot!(untouched("{ after = \"1h\", reoffer = \"night\" }"), @"baton.toml:9:6: lint: leads of the team `sdr` that come in Mon 23 Nov 13:00 to Mon 30 Nov 13:00: these steps of the SLA `demo` reach nobody: reoffer to `night` after 1h when accepted and untouched (compare the hours of the clock with those of its people: `baton check --calendar`)");
    // Whoever has it is not asked again, and nobody else was there to accept it.
    insta::assert_snapshot!(untouched("{ after = \"1h\", reoffer = \"team\" }"), @"baton.toml:9:6: lint: leads of the team `sdr` that come in Mon 23 Nov 13:00 to Mon 30 Nov 13:00: these steps of the SLA `demo` reach nobody: reoffer to the team after 1h when accepted and untouched (compare the hours of the clock with those of its people: `baton check --calendar`)");
    let two = with_clock("untouched = [{ after = \"1h\", reoffer = \"team\" }]");
    let mina = "[[rep]]\nid = \"mina\"\nname = \"Mina\"\nemail = \"mina@example.com\"\n\
                calendar = \"office\"\ncountry = \"DE\"\n";
    let two = two.replacen("members = [\"ayse\"]", "members = [\"ayse\", \"mina\"]", 1);
    assert_eq!(lints(&format!("{two}{mina}")), "");
}

#[test]
fn where_a_lead_goes_of_which_nobody_is_reached_is_walked_too() {
    let exhausted = |target: &str| {
        lints(&with_clock(&format!(
            "retry = [\"2h\"]\nexhausted = {target}"
        )))
    };
    insta::assert_snapshot!(exhausted("{ team = \"night\" }"), @"baton.toml:9:6: lint: leads of the team `sdr` that come in Mon 23 Nov 13:00 to Mon 30 Nov 13:00: these steps of the SLA `demo` reach nobody: reoffer to `night` when nobody was reached (compare the hours of the clock with those of its people: `baton check --calendar`)");
    assert_eq!(exhausted("{ review = \"night\" }"), "");
    assert_eq!(exhausted("{ queue = \"night\" }"), "");
    assert_eq!(exhausted("{ nurture = \"later\" }"), "");
}
