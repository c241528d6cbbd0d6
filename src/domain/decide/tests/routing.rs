//! Where leads go when they arrive.

use super::*;
use crate::domain::{
    contact::Field,
    event::Ending,
    policy::{Account, Accounts, Caps, Strategy, WhenClosed},
    world::Away,
};

/// One story: a company, and the state and the people asked that a new lead ends with.
fn arriving(company: Company) -> Story {
    let mut story = Story::of(company);
    story.arrives();
    story
}

fn duo() -> Company {
    Company::new().team("sales", &["ayse", "jonas"], |team| {
        team.managers = vec!["selin".into()];
        team.backups = vec!["bo".into()];
    })
}

fn sales_target() -> Target {
    Target::Team("sales".into())
}

#[test]
fn each_target_leads_to_its_state() {
    let team = || TeamId::from("sales");
    let pool = Target::Pool {
        team: team(),
        size: None,
        matching: false,
        hide: vec![Field::Email],
    };
    for (target, state, asked) in [
        (Target::Team(team()), "offered", 1),
        (Target::Rep("bo".into()), "offered", 1),
        (pool, "pooled", 2),
        (
            Target::Queue {
                team: team(),
                hide: Vec::new(),
            },
            "queued",
            0,
        ),
        (Target::Review(team()), "review", 0),
        (Target::Nurture("newsletter".to_owned()), "nurture", 0),
        (Target::Disqualify(None), "disqualified", 0),
    ] {
        let story = arriving(duo().route(std::slice::from_ref(&target)));
        assert_eq!(story.leads[0].state_word(), state, "{target:?}");
        assert_eq!(story.asked(0).len(), asked, "{target:?}");
        assert!(!story.leads[0].is_waiting(), "{target:?}");
    }
}

#[test]
fn the_owner_of_the_account_is_asked_and_before_everybody_the_previous_owner() {
    let mut company = duo().route(&[Target::PreviousOwner, Target::AccountOwner, sales_target()]);
    company.policy.accounts = Accounts::new(vec![Account {
        name: "Globex".to_owned(),
        domains: vec!["globex.com".to_owned()],
        owner: Some("bo".into()),
        ..Account::default()
    }]);
    let mut story = Story::of(company);
    let globex = |lead: &mut Lead| lead.contact.set_text(Field::Email, "a@globex.com");
    let known = story.arrives_as(globex);
    assert_eq!(story.asked(known), ["bo"]);
    let earlier = story.arrives_as(|lead| {
        globex(lead);
        lead.previous_owner = Some("jonas".into());
    });
    assert_eq!(story.asked(earlier), ["jonas"]);
}

#[test]
fn what_a_rule_drops_keeps_its_label() {
    let target = Target::Disqualify(Some("too small".to_owned()));
    let mut story = Story::of(duo().route(&[target]));
    let n = story.arrives();
    let reason = "too small".to_owned();
    assert_eq!(
        story.leads[n].state,
        State::Disqualified {
            reason,
            by_hand: false
        }
    );
    let ended = story.log.iter().find_map(|(_, _, effect)| match effect {
        Effect::Ended(ended) => Some((ended.ending, ended.reason.as_str())),
        _ => None,
    });
    assert_eq!(ended, Some((Ending::Disqualified, "too small")));
}

#[test]
fn the_first_target_with_somebody_there_gets_it_else_the_first_waits() {
    let company = || duo().route(&[Target::Rep("bo".into()), Target::Rep("jonas".into())]);
    let mut story = Story::of(company());
    story.goes_away("bo", None);
    let n = story.arrives();
    assert_eq!(story.asked(n), ["jonas"]);
    story.goes_away("jonas", None);
    assert!(story.leads[n].is_waiting());
    story.comes_back("bo");
    assert_eq!(story.asked(n), ["bo"]);
}

#[test]
fn a_cover_stands_in_for_a_named_rep_who_is_away() {
    let mut story = Story::of(duo().route(&[Target::Rep("ayse".into())]));
    story.person("ayse").away = Some(Away {
        until: None,
        cover: Some("bo".into()),
    });
    let n = story.arrives();
    assert_eq!(story.asked(n), ["bo"]);
}

#[test]
fn weights_are_shares() {
    let mut story = Story::of(
        Company::new()
            .rep("ayse", |rep| rep.weight = 2.0)
            .team("sales", &["ayse", "jonas"], |_| {})
            .route(&[sales_target()]),
    );
    for _ in 0..30 {
        let n = story.arrives();
        let rep = story.asked(n)[0].to_owned();
        story.accepts(n, &rep).unwrap();
    }
    let ayses = (0..30).filter(|n| story.owner(*n) == Some("ayse")).count();
    assert_eq!(ayses, 20);
}

#[test]
fn least_loaded_asks_whoever_has_the_fewest_open_leads() {
    let company = duo().route(&[sales_target()]);
    let mut story = Story::of(company);
    story.company.policy.teams[0].strategy = Strategy::LeastLoaded;
    let first = story.arrives();
    let busy = story.asked(first)[0].to_owned();
    story.accepts(first, &busy).unwrap();
    let second = story.arrives();
    assert_ne!(story.asked(second), [busy.as_str()]);
}

#[test]
fn who_can_take_nothing_is_passed_over_and_the_reason_is_kept() {
    let someone = |change: &dyn Fn(&mut Rep)| {
        duo()
            .rep("ayse", |rep| change(rep))
            .route(&[sales_target()])
    };
    let night = Caps {
        hour: Some(0),
        ..Caps::default()
    };
    for (company, because) in [
        (
            someone(&|rep| rep.calendar = Some("night".into())).calendar("night", "22:00-24:00"),
            "is outside working hours until Mon 23 Nov 22:00 UTC",
        ),
        (someone(&|rep| rep.capacity = Some(0)), "is at 0 of 0 leads"),
        (
            someone(&|rep| rep.pending = Some(0)),
            "has 0 unanswered offers",
        ),
        (
            someone(&|rep| rep.caps = night),
            "has had 0 offers in an hour",
        ),
        (someone(&|rep| rep.active = false), "is not active"),
        (
            someone(&|rep| rep.from = Some(at("2027-01-01T00:00:00Z"))),
            "is not active",
        ),
        (
            someone(&|rep| rep.until = Some(at("09:59"))),
            "is not active",
        ),
    ] {
        let story = arriving(company);
        assert_eq!(story.asked(0), ["jonas"], "{because}");
        let routing = story.leads[0].routing.as_ref().unwrap();
        let ayse = routing
            .candidates
            .iter()
            .find(|one| one.rep.as_str() == "ayse")
            .unwrap();
        let until = ayse.until.map_or_else(String::new, |at| {
            at.strftime(" until %a %d %b %H:%M UTC").to_string()
        });
        let said = format!("{}{until}", ayse.because);
        assert_eq!((ayse.eligible, said.as_str()), (false, because));
    }
    let mut story = Story::of(duo().route(&[sales_target()]));
    story.person("ayse").unreachable = true;
    for _ in 0..3 {
        let n = story.arrives();
        assert_eq!(story.asked(n), ["jonas"]);
    }
}

#[test]
fn back_until_nine_is_available_outside_hours() {
    let company = duo()
        .rep("ayse", |rep| rep.calendar = Some("office".into()))
        .rep("jonas", |rep| rep.calendar = Some("office".into()))
        .route(&[sales_target()]);
    let mut story = Story::of(company);
    story.now = at("20:00");
    story.person("ayse").extra_until = Some(at("21:00"));
    let n = story.arrives();
    assert_eq!(story.asked(n), ["ayse"]);
    story.now = at("21:00");
    let n = story.arrives();
    assert!(story.leads[n].is_waiting());
}

#[test]
fn while_a_team_is_closed_it_waits_or_asks_backups_or_another_team() {
    let closed = |then: WhenClosed, target: Target| {
        let office = |rep: &mut Rep| rep.calendar = Some("office".into());
        let company = duo()
            .rep("ayse", office)
            .rep("jonas", office)
            .team("night", &["nina"], |_| {})
            .route(&[target]);
        let mut story = Story::of(company);
        story.company.policy.teams[0].when_closed = then;
        story.now = at("20:00");
        // One who is away beside one who is out of hours leaves nobody in hours either.
        story.person("jonas").away = Some(Away {
            until: None,
            cover: None,
        });
        story.arrives();
        story
    };
    let pool = Target::Pool {
        team: "sales".into(),
        size: None,
        matching: false,
        hide: Vec::new(),
    };
    assert!(closed(WhenClosed::Wait, sales_target()).leads[0].is_waiting());
    for target in [sales_target(), pool] {
        assert_eq!(closed(WhenClosed::Backups, target.clone()).asked(0), ["bo"]);
        assert_eq!(
            closed(WhenClosed::Team("night".into()), target).asked(0),
            ["nina"]
        );
    }
}

#[test]
fn a_full_team_in_hours_does_not_count_as_closed() {
    let mut company = duo()
        .rep("ayse", |rep| rep.capacity = Some(0))
        .rep("jonas", |rep| rep.calendar = Some("night".into()))
        .calendar("night", "22:00-24:00")
        .route(&[sales_target()]);
    company.policy.teams[0].when_closed = WhenClosed::Backups;
    assert!(arriving(company).leads[0].is_waiting());
}

#[test]
fn a_pool_of_size_asks_only_so_many_and_keeps_its_books() {
    let pool = Target::Pool {
        team: "sales".into(),
        size: Some(1),
        matching: false,
        hide: Vec::new(),
    };
    let mut story = Story::of(duo().route(&[pool, sales_target()]));
    for _ in 0..5 {
        let n = story.arrives();
        assert_eq!(story.asked(n).len(), 1);
        let rep = story.asked(n)[0].to_owned();
        story.accepts(n, &rep).unwrap();
        story.person("ayse").away = n.is_multiple_of(2).then_some(Away {
            until: None,
            cover: None,
        });
        story.books_agree();
    }
}

#[test]
fn a_test_lead_goes_as_far_as_the_reasons_and_counts_nowhere() {
    let mut story = Story::of(sales());
    let n = story.arrives_as(|lead| lead.test = true);
    assert_eq!(story.leads[n].state_word(), "disqualified");
    assert!(!story.leads[n].routing.as_ref().unwrap().why.is_empty());
    assert_eq!(story.leads[n].offers, []);
    assert_eq!(story.leads[n].next_wake(), None);
    assert!(
        !story
            .log
            .iter()
            .any(|(.., effect)| matches!(effect, Effect::Count(_) | Effect::Say(_)))
    );
}

#[test]
fn a_lead_that_no_rule_holds_for_goes_to_the_first_team() {
    let story = arriving(duo().demo());
    assert_eq!(story.asked(0).len(), 1);
    assert_eq!(
        story.leads[0].plan.as_ref().unwrap().team,
        Some("sales".into())
    );
}

#[test]
fn a_lead_whose_rule_and_team_are_gone_is_not_left_lying() {
    let mut story = Story::of(sales());
    story.goes_away("ayse", None);
    story.goes_away("jonas", None);
    let n = story.arrives();
    assert!(story.leads[n].is_waiting());
    story.company.policy.routes.clear();
    story.company.policy.teams[0].id = "new".into();
    story.comes_back("ayse");
    assert_eq!(story.asked(n), ["ayse"]);
}

#[test]
fn a_review_without_a_manager_is_no_target() {
    let mut company = duo().route(&[Target::Review("sales".into()), sales_target()]);
    company.policy.teams[0].managers.clear();
    assert_eq!(arriving(company).asked(0).len(), 1);
}

#[test]
fn a_lead_sent_on_from_review_goes_behind_the_review_under_a_new_clock() {
    let company = sales().team("eu", &["emma"], |_| {});
    let mut story = Story::of(company);
    story.company.policy.routes[0].to = vec![
        Target::Rep("bo".into()),
        Target::Review("sales".into()),
        Target::Team("eu".into()),
    ];
    story.goes_away("bo", None);
    let n = story.arrives();
    assert_eq!(story.leads[n].state_word(), "review");
    story.until("11:00");
    let by = |rep: &str| Event::RouteOn {
        by: Actor::Rep(rep.into()),
    };
    assert_eq!(story.happens(n, by("jonas")), Err(Refusal::OfferOver));
}

#[test]
fn a_reviewed_lead_is_sent_on_by_a_manager_only() {
    let mut story = Story::of(sales());
    story.company.policy.routes[0].to = vec![Target::Review("sales".into()), sales_target()];
    let n = story.arrives();
    story.until("10:20");
    let by = |rep: &str| Event::RouteOn {
        by: Actor::Rep(rep.into()),
    };
    assert_eq!(story.happens(n, by("jonas")), Err(Refusal::NotOwner));
    story.must(n, by("selin"));
    assert_eq!(story.asked(n).len(), 1);
    let plan = story.leads[n].plan.as_ref().unwrap();
    assert_eq!((plan.started_at, plan.epoch), (at("10:20"), 2));
    assert_eq!(story.happens(n, by("selin")), Err(Refusal::OfferOver));
}

#[test]
fn a_review_that_is_all_a_rule_says_is_followed_by_its_team() {
    let mut story = Story::of(sales());
    story.company.policy.routes[0].to = vec![Target::Review("sales".into())];
    let n = story.arrives();
    story.must(
        n,
        Event::RouteOn {
            by: Actor::Rep("selin".into()),
        },
    );
    assert_eq!(story.asked(n).len(), 1);
}

#[test]
fn bulk_arrivals_and_absences_favour_no_name() {
    let names = ["anna", "bert", "carl", "dora", "emil"];
    let mut first = BTreeMap::<String, u32>::new();
    for round in 0..400_usize {
        let mut story = Story::of(
            Company::new()
                .team("sales", &names, |_| {})
                .route(&[sales_target()]),
        );
        story.goes_away(names[round % 5], None);
        story.leads.clear();
        let number = i64::try_from(round).unwrap() * 17 + 3;
        let n = story.arrives_as(|lead| lead.number = number);
        *first.entry(story.asked(n)[0].to_owned()).or_default() += 1;
    }
    for name in names {
        let got = first.get(name).copied().unwrap_or_default();
        assert!((50..=110).contains(&got), "{name} of 80: {first:?}");
    }
}

#[test]
fn who_was_absent_while_others_pulled_is_not_flooded() {
    let company = Company::new()
        .team("sales", &["ayse", "jonas", "bo"], |_| {})
        .route(&[Target::Queue {
            team: "sales".into(),
            hide: Vec::new(),
        }]);
    let mut story = Story::of(company);
    story.goes_away("bo", None);
    for n in 0..20 {
        story.arrives();
        story.claims(n, ["ayse", "jonas"][n % 2]).unwrap();
    }
    story.comes_back("bo");
    story.company.policy.routes[0].to = vec![sales_target()];
    let bos = (0..9).filter(|_| {
        let n = story.arrives();
        story.asked(n) == ["bo"]
    });
    assert_eq!(bos.count(), 3);
    story.books_agree();
}

#[test]
fn who_was_absent_while_turns_were_given_back_is_not_starved() {
    let mut story = Story::of(
        Company::new()
            .team("sales", &["ayse", "jonas", "bo"], |team| {
                team.turns.declined = crate::domain::policy::Turn::Back;
            })
            .route(&[sales_target()]),
    );
    story.goes_away("bo", None);
    for n in 0..20 {
        story.arrives();
        for _ in 0..2 {
            let rep = story.asked(n)[0].to_owned();
            story.declines(n, &rep, "busy").unwrap();
        }
    }
    story.company.policy.declines.clear();
    story.leads.clear();
    story.people.clear();
    let bos = (0..9).filter(|_| {
        let n = story.arrives();
        story.asked(n) == ["bo"]
    });
    assert_eq!(bos.count(), 3);
    story.books_agree();
}
