//! What right configurations mean.

use super::*;
use crate::chat::teams::credential::Credential;
use crate::{
    config::render,
    domain::{
        calendar::Period,
        contact::{Field, FieldValue},
        id::{RepId, SlaId},
        lead::Lead,
        policy::{AfterDecline, HolidayRule, Target, Turn, WhenClosed},
        route::{Reader, sla_for},
    },
    intake::Scheme,
    rules::Rules,
};

fn example() -> Compiled {
    loaded(EXAMPLE).compiled.unwrap()
}

/// The steps of an SLA, one word each.
fn steps(policy: &Policy, sla: &str) -> Vec<String> {
    let sla = &policy.slas[&SlaId::from(sla)];
    let steps = sla.escalation.iter();
    steps
        .map(|it| format!("{} {:?}", it.after, it.action))
        .collect()
}

#[test]
fn the_example_means_what_its_comments_say() {
    let Compiled {
        policy,
        sources,
        server,
        database,
        slack,
        teams,
        api_tokens,
        files: _,
    } = example();
    assert!(teams.is_none());
    let ayse = &policy.reps["ayse"];
    assert_eq!(
        (ayse.weight, ayse.pending, ayse.caps.day),
        (2.0, Some(3), Some(25))
    );
    assert_eq!(ayse.calendar.as_ref().unwrap().as_str(), "office");
    assert_eq!(ayse.stale.as_hours(), 30 * 24);
    assert_eq!(policy.reps["selin"].timezone, None);
    assert!(matches!(
        policy.calendars["office"].holidays,
        HolidayRule::Rep
    ));
    let sdr = policy.team(&"sdr".into()).unwrap();
    assert_eq!(sdr.sla.by_type["demo"].as_str(), "demo");
    assert_eq!(sdr.sla.default.as_ref().unwrap().as_str(), "mql");
    assert_eq!(sdr.when_closed, WhenClosed::Wait);
    let served: Vec<&str> = sources.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(served, ["website", "newsletter", "meta", "contact"]);
    assert!(matches!(sources[0].scheme, Scheme::HmacSha256(_)));
    assert!(matches!(sources[1].scheme, Scheme::Token(_)));
    assert_eq!(policy.sources.len(), 4);
    assert_eq!(server.listen.port(), 3000);
    assert_eq!(server.public_url.as_str(), "https://baton.example.com/");
    assert_eq!(server.max_body, 262_144);
    assert_eq!(database, "sqlite:baton.db");
    assert_eq!(slack.unwrap().signing_secrets.len(), 1);
    assert_eq!(api_tokens[0].name, "ops");
    let language = policy.decline("language").unwrap();
    assert_eq!(
        (language.then, language.turn),
        (AfterDecline::Next, Some(Turn::Back))
    );
}

#[test]
fn slas_and_escalations_are_built_in() {
    let policy = loaded("[sla.quick]\nacknowledge = \"9m\"\ncontact = \"1h\"\n[sla.silent]\nacknowledge = \"9m\"\ncontact = \"1h\"\nescalation = []\n")
        .compiled
        .unwrap()
        .policy;
    insta::assert_debug_snapshot!(steps(&policy, "quick"), @r#"
    [
        "6m Remind",
        "9m Reoffer(Team)",
        "18m Reoffer(Backups)",
        "27m Notify(Managers)",
        "36m Assign(Managers)",
    ]
    "#);
    assert_eq!(steps(&policy, "download")[0], "3bd Remind");
    let untouched = |sla: &str| policy.slas[sla].untouched.iter();
    let untouched = |sla| untouched(sla).map(|step| format!("{} {:?}", step.after, step.action));
    let demo: Vec<String> = untouched("demo").collect();
    assert_eq!(demo, ["20m Remind", "30m Notify(Managers)"]);
    assert_eq!(untouched("quick").count(), 0);
    assert!(steps(&policy, "silent").is_empty());
    let contact = |sla: &str| policy.slas[sla].contact.map(|it| it.to_string());
    assert_eq!(contact("demo").as_deref(), Some("30m"));
    assert_eq!(contact("event").as_deref(), Some("3d"));
    assert_eq!(
        policy.slas["download"].acknowledge,
        Some(Period::BusinessDays(5))
    );
}

#[test]
fn a_built_in_reason_keeps_what_is_not_said_anew() {
    let text = "[[decline]]\nid = \"spam\"\nlabel = \"Junk\"\n[[decline]]\nid = \"far\"\nlabel = \"Too far\"\nthen = \"queue\"\n";
    let policy = loaded(text).compiled.unwrap().policy;
    let ids: Vec<&str> = policy.declines.iter().map(|it| it.id.as_str()).collect();
    let all = [
        "busy",
        "territory",
        "language",
        "conflict",
        "duplicate",
        "spam",
        "far",
    ];
    assert_eq!(ids, all);
    let spam = policy.decline("spam").unwrap();
    assert_eq!(
        (spam.label.as_str(), spam.then),
        ("Junk", AfterDecline::Disqualify)
    );
    assert_eq!(policy.decline("far").unwrap().then, AfterDecline::Queue);
}

#[test]
fn a_daughter_belongs_to_the_owner_of_its_mother() {
    let text = "[[rep]]\nid = \"ayse\"\nname = \"A\"\nemail = \"a@example.com\"\n\
        [[account]]\nname = \"Initech\"\nowner = \"A@example.com\"\n\
        [[account]]\nname = \"Globex\"\nparent = \"initech\"\n";
    let accounts = loaded(text).compiled.unwrap().policy.accounts;
    let owners: Vec<Option<&str>> = accounts
        .all()
        .iter()
        .map(|it| it.owner.as_ref().map(RepId::as_str))
        .collect();
    assert_eq!(owners, [Some("ayse"), Some("ayse")]);
}

#[test]
fn holidays_come_from_countries_dates_and_files() {
    let ics =
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260320\nEND:VEVENT\nEND:VCALENDAR\n";
    let text = "[calendar.x]\nhours = \"Mo-Fr 09:00-18:00; PH off\"\nholidays = [\"DE\", \"2026-07-15\", \"file:bayram.ics\"]\n";
    let loaded = loaded_from(&[("baton.toml", text), ("bayram.ics", ics)]);
    let policy = loaded.compiled.unwrap().policy;
    let HolidayRule::Fixed(days) = &policy.calendars["x"].holidays else {
        panic!("these are fixed");
    };
    for day in ["2026-10-03", "2026-07-15", "2026-03-20"] {
        assert!(days.contains(day.parse().unwrap()), "{day}");
    }
}

#[test]
fn the_hash_is_of_the_text_and_not_of_secrets() {
    let hash = |text: &str| loaded(text).compiled.unwrap().policy.hash;
    let token = |token: &str| {
        format!("[[api.token]]\nname = \"a\"\nrole = \"admin\"\ntoken = \"{token}\"\n")
    };
    assert!(hash("").starts_with("sha256:"));
    assert_eq!(hash(&token("one")), hash(&token("another")));
    assert_ne!(hash(&token("one")), hash(&token("${ONE}")));
    assert_ne!(hash(&token("one")), hash(""));
}

#[test]
fn a_password_in_an_address_is_not_shown() {
    let text = "[database]\nurl = \"postgrs://baton:hunter2@db/baton\"\n";
    let loaded = loaded(text);
    let shown = render(&loaded.complaints, &loaded.sources, false);
    assert!(shown.contains("this is no database"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_wrong_condition_has_its_caret_inside() {
    let text = "[[route]]\nid = \"hot\"\nwhen = 'intent == \"hihg\" && lead.employes > 5'\nto = { disqualify = true }\n";
    let loaded = loaded(text);
    insta::assert_snapshot!(render(&loaded.complaints, &loaded.sources, false), @r#"
     × there is no intent `hihg`
      ╭─[baton.toml:3:19]
    2 │ id = "hot"
    3 │ when = 'intent == "hihg" && lead.employes > 5'
      ·                   ──────
    4 │ to = { disqualify = true }
      ╰────
     help: did you mean `high`?

     × unknown field `employes` of `lead`
      ╭─[baton.toml:3:34]
    2 │ id = "hot"
    3 │ when = 'intent == "hihg" && lead.employes > 5'
      ·                                  ────────
    4 │ to = { disqualify = true }
      ╰────
     help: did you mean `lead.employees`?
    "#);
}

#[test]
fn a_rule_that_drops_leads_may_say_why() {
    let text = "[[route]]\nid = \"small\"\nto = { disqualify = \"too small\" }\n";
    let loaded = loaded(text);
    let routes = &loaded.compiled.unwrap().policy.routes;
    let why = Some("too small".to_owned());
    assert_eq!(routes[0].to, [Target::Disqualify(why)]);
    assert!(!render(&loaded.complaints, &loaded.sources, false).contains("not in effect"));
}

#[test]
fn a_golden_lead_that_fails_says_which_rules_were_asked() {
    let text = "[[route]]\nid = \"hot\"\nwhen = 'lead.type == \"demo\"'\nto = { disqualify = true }\n\
        [[route]]\nid = \"rest\"\nto = { nurture = \"x\" }\n\
        [[golden]]\nlead = { email = \"a@globex.de\", type = \"webinar\" }\nroute = \"hot\"\n";
    let loaded = loaded(text);
    insta::assert_snapshot!(render(&loaded.complaints, &loaded.sources, false), @r#"
     × this lead takes the route `rest`, not `hot`
       ╭─[baton.toml:10:9]
     9 │ lead = { email = "a@globex.de", type = "webinar" }
    10 │ route = "hot"
       ·         ─────
       ╰────
     help: rule hot does not hold: type is demo
           rule rest takes everything
    "#);
}

#[test]
fn a_golden_lead_is_as_likely_as_it_says_or_as_where_nothing_has_ended() {
    let rules = "[[filter]]\nid = \"hopeless\"\nwhen = 'score.win < 0.2'\nthen = \"drop\"\n\
        [[route]]\nid = \"likely\"\nwhen = 'score.win >= 0.4'\nto = { nurture = \"likely\" }\n\
        [[route]]\nid = \"rest\"\nto = { nurture = \"x\" }\n\
        [[golden]]\nlead = { email = \"a@globex.de\" }\n";
    for (golden, wrong) in [
        ("route = \"rest\"", None),
        ("route = \"likely\"\nwin = 0.4", None),
        ("route = \"rest\"\nwin = 0.3", None),
        (
            "route = \"likely\"\nwin = 0.3",
            Some("this lead takes the route `rest`, not `likely`"),
        ),
        (
            "route = \"rest\"\nwin = 0.1",
            Some("this lead is dropped by the filter `hopeless`"),
        ),
    ] {
        let loaded = loaded(&format!("{rules}{golden}\n"));
        let said: Vec<&str> = loaded
            .complaints
            .iter()
            .map(|it| it.message.as_str())
            .collect();
        assert_eq!(said, wrong.into_iter().collect::<Vec<_>>(), "{golden}");
    }
}

#[test]
fn a_team_without_a_default_has_a_clock_for_every_lead() {
    let text = "[[team]]\nid = \"bare\"\nmembers = []\n[[team]]\nid = \"some\"\nmembers = []\n\
                sla = { demo = \"event\" }\n[sla.webinar]\nacknowledge = \"1h\"\ncontact = \"2h\"\n";
    let policy = loaded(text).compiled.unwrap().policy;
    for (team, lead_type, clock) in [
        ("bare", "", "mql"),
        ("bare", "referral", "mql"),
        ("bare", "demo", "demo"),
        ("bare", "webinar", "webinar"),
        ("some", "demo", "event"),
        ("some", "download", "download"),
        ("some", "referral", "mql"),
    ] {
        let found = sla_for(&policy, None, policy.team(&team.into()), lead_type).unwrap();
        assert_eq!(found.id, Some(clock.into()), "{team}, {lead_type}");
    }
}

#[test]
fn what_waits_for_a_restart_is_named() {
    let fixed = Fixed::of(&example());
    assert!(fixed.changed(&example()).is_empty());
    let text = EXAMPLE
        .replace("127.0.0.1:3000", "127.0.0.1:4000")
        .replace("sqlite:baton.db", "sqlite:other.db")
        .replace("${SLACK_BOT_TOKEN}", "${OTHER_TOKEN}")
        .replace("${SLACK_SIGNING_SECRET}", "${OTHER_SECRET}");
    let changed = fixed.changed(&loaded(&text).compiled.unwrap());
    // Tokens and secrets take effect at once.
    assert_eq!(changed, ["server.listen", "database.url"]);
}

#[test]
fn a_rep_gets_messages_where_they_say_else_where_they_are_known() {
    let slack = "[slack]\nbot_token = \"x\"\nsigning_secret = \"y\"\n";
    let (both, u, oid) = (
        format!("{slack}{TEAMS}"),
        "slack = \"U0AYSE\"\n",
        "teams = \"3F2B1C9A-0000-4000-8000-000000000001\"\n",
    );
    let chat = |chats: &str, rep: &str| {
        let rep = format!("[[rep]]\nid = \"a\"\nname = \"A\"\nemail = \"a@example.com\"\n{rep}");
        let compiled = loaded(&format!("{chats}{rep}")).compiled.unwrap();
        compiled.policy.reps["a"].chat.word()
    };
    assert_eq!(chat(&both, u), "slack");
    assert_eq!(chat(&both, oid), "teams");
    assert_eq!(chat(&both, &format!("{u}{oid}")), "slack");
    assert_eq!(chat(&both, ""), "slack");
    assert_eq!(chat(TEAMS, ""), "teams");
    assert_eq!(chat(TEAMS, u), "teams");
    assert_eq!(chat("", oid), "slack");
    assert_eq!(chat(&both, &format!("{u}chat = \"teams\"\n")), "teams");
    let default = "[defaults.rep]\nchat = \"teams\"\n";
    assert_eq!(chat(&format!("{both}{default}"), u), "teams");
    let own = format!("{u}chat = \"slack\"\n");
    assert_eq!(chat(&format!("{both}{default}"), &own), "slack");
}

const TEAMS: &str = "[teams]\napp_id = \"0B7C4F5E-1a2d-4c3b-9e8f-5a6b7c8d9e0f\"\n\
    tenant_id = \"7d3e9a10-52c4-4f6b-8a1e-90b2c3d4e5f6\"\napp_password = \"${PASSWORD}\"\n";

#[test]
fn teams_is_microsofts_unless_other_places_are_named() {
    let teams = |more: &str| {
        loaded(&format!("{TEAMS}{more}"))
            .compiled
            .unwrap()
            .teams
            .unwrap()
    };
    let usual = teams("");
    assert_eq!(usual.app_id, "0b7c4f5e-1a2d-4c3b-9e8f-5a6b7c8d9e0f");
    let trusted = |url: &str| usual.hosts.trusted(url).is_some();
    assert!(
        trusted(usual.service_url.as_str()) && trusted("https://smba.trafficmanager.net/emea/")
    );
    assert!(!trusted("https://login.microsoftonline.com/"));
    let here =
        teams("service_url = \"http://127.0.0.1:9400/teams/\"\nservice_hosts = [\"a.example\"]");
    let trusted = |url: &str| here.hosts.trusted(url).is_some();
    assert!(trusted("http://127.0.0.1:9400/emea/") && trusted("https://a.example/"));
    assert!(!trusted("https://smba.trafficmanager.net/emea/"));
    let pem = include_str!("../../../../tests/it/fixtures/teams/baton.pem");
    let text = TEAMS.replace(
        "app_password = \"${PASSWORD}\"",
        "certificate = \"${file:teams.pem}\"",
    );
    let loaded = loaded_from(&[("baton.toml", &text), ("teams.pem", pem)]);
    let teams = loaded.compiled.unwrap().teams.unwrap();
    assert!(matches!(teams.credential, Credential::Certificate(_)));
}

#[test]
fn a_territory_is_told_by_postal_codes_and_by_conditions_too() {
    let text = "[territory.munich]\ncountries = [\"DE\"]\npostal_codes = [\"80\", \"81\"]\n\
        [territory.london]\npostal_codes = [\"ec1a\"]\n\
        [territory.turks]\nwhen = 'lead.language == \"tr\" && lead.employees > 10'\n\
        [territory.rest]\ncountries = [\"DE\"]\n";
    let rules = Rules::new(loaded(text).compiled.unwrap().policy);
    let reader = Reader::new(&rules.policy, &rules, now());
    for (country, code, language, employees, territory) in [
        ("DE", "80331", "", 0.0, Some("munich")),
        ("AT", "80331", "", 0.0, None),
        ("DE", "10115", "", 0.0, Some("rest")),
        ("GB", "EC1A 1BB", "", 0.0, Some("london")),
        ("DE", "", "tr", 11.0, Some("turks")),
        ("DE", "", "tr", 9.0, Some("rest")),
        ("", "", "", 0.0, None),
    ] {
        let mut lead = Lead::new("lead_1".into(), 1, "web".into(), now());
        lead.contact.set_text(Field::Country, country);
        lead.contact.set_text(Field::PostalCode, code);
        lead.contact.set_text(Field::Language, language);
        let employees = FieldValue::Number(employees);
        lead.contact.set(Field::Employees, employees);
        assert_eq!(
            reader.territory(&lead),
            territory,
            "{country} {code} {language}"
        );
    }
}

#[test]
fn a_team_is_called_by_its_name_and_found_by_either() {
    let text = "[[team]]\nid = \"dach\"\nname = \"Sales DACH\"\nmembers = []\n[[team]]\nid = \"sdr\"\nmembers = []\n";
    let policy = loaded(text).compiled.unwrap().policy;
    assert_eq!(policy.team_name(&"dach".into()), "Sales DACH");
    assert_eq!(policy.team_name(&"sdr".into()), "sdr");
    for called in ["dach", "DACH", "sales dach"] {
        assert_eq!(policy.team_called(called).unwrap().id, "dach".into());
    }
}
