//! What people do besides: it lifts a lead that rests over a threshold, once, and makes others more urgent.

use super::*;
use crate::domain::{
    activity::Deed,
    condition::{Condition, Names, Scope},
    event::{Ending, News, Notice},
    policy::{EngagementRule, IntentRule},
    score::{Intent, Stage},
    submission::NewLead,
};

fn condition(text: &str) -> Condition {
    Condition::compile(text, Scope::Lead, &Names::default()).expect("a condition")
}

/// Sales get whoever has 40 points, or visits the prices twice; everybody else gets letters. Points fade in ten days.
fn letters() -> Company {
    let mut company = sales().route(&[Target::Nurture("letters".into())]);
    let policy = &mut company.policy;
    policy.routes[0].when = Some(condition("score.total >= 40.0 || intent == \"high\""));
    policy.scoring.half_life = Some(SignedDuration::from_hours(240));
    policy.scoring.mql = Some(40.0);
    let rule = |activity: &str, points| EngagementRule {
        activity: activity.to_owned(),
        points,
        why: activity.to_owned(),
    };
    policy.scoring.engagement = vec![rule("download", 20.0), rule("unsubscribed", -5.0)];
    policy.intents = vec![IntentRule {
        level: Intent::High,
        when: Some(condition("lead.activities(\"pricing_page\", \"7d\") >= 2")),
    }];
    company
}

fn does(story: &mut Story, n: usize, what: &str) {
    let what = Deed::by_name(what).expect("a name");
    let (at, source) = (story.now, "site".into());
    story.must(n, Event::Did { what, at, source });
}

fn state(story: &Story, n: usize) -> &'static str {
    story.leads[n].state_word()
}

#[test]
fn an_activity_that_lifts_a_resting_lead_over_a_threshold_routes_it_once() {
    let mut story = Story::of(letters());
    let n = story.arrives();
    assert_eq!(state(&story, n), "nurture");
    does(&mut story, n, "download");
    assert_eq!(
        (state(&story, n), story.leads[n].stage),
        ("nurture", Stage::Lead)
    );
    story.until("2026-11-23T11:00:00Z");
    does(&mut story, n, "download");
    // An hour has taken a little of the first.
    assert_eq!(state(&story, n), "nurture");
    does(&mut story, n, "download");
    assert_eq!(
        (state(&story, n), story.leads[n].stage),
        ("offered", Stage::Mql)
    );
    assert_eq!(
        story.leads[n].came_at(),
        at("11:00"),
        "under a clock of its own"
    );
    let rep = story.asked(n)[0].to_owned();
    story.accepts(n, &rep).unwrap();
    story.contacts(n, &rep).unwrap();
    let close = Event::Close {
        by: Actor::Rep(rep.as_str().into()),
        ending: Ending::Nurture,
        deal: None,
        why: None,
        note: String::new(),
    };
    story.must(n, close);
    does(&mut story, n, "download");
    assert_eq!(
        state(&story, n),
        "nurture",
        "it was over the threshold before"
    );
    // When it has faded it can be lifted again.
    story.until("2026-12-23T11:00:00Z");
    does(&mut story, n, "download");
    assert_eq!(state(&story, n), "nurture");
    does(&mut story, n, "download");
    assert_eq!(story.asked(n), [rep.as_str()], "who had it is asked first");
}

#[test]
fn an_unsubscription_lowers_the_score_and_the_stage() {
    let mut story = Story::of(letters());
    story.company.policy.routes.remove(0);
    let n = story.arrives();
    does(&mut story, n, "download");
    does(&mut story, n, "download");
    assert_eq!(story.leads[n].stage, Stage::Mql);
    does(&mut story, n, "unsubscribe");
    let lead = &story.leads[n];
    assert_eq!((lead.stage, lead.score.total()), (Stage::Lead, 35.0));
    assert_eq!(state(&story, n), "nurture", "no rule brings it to people");
}

#[test]
fn whoever_has_a_lead_hears_when_it_becomes_more_urgent_and_nothing_of_the_rest() {
    let mut story = Story::of(letters());
    story.company.policy.routes.pop();
    story.company.policy.routes[0].when = None;
    let n = story.arrives();
    for _ in 0..3 {
        does(&mut story, n, "pricing_page");
    }
    for _ in 0..3 {
        does(&mut story, n, "download");
    }
    let heard: Vec<&News> = story
        .log
        .iter()
        .filter_map(|(_, _, effect)| match effect {
            Effect::Say(Say {
                notice: Notice::News { news, .. },
                ..
            }) => Some(news),
            _ => None,
        })
        .collect();
    let warmer = |activity: &str, intent, mql| News::Warmer {
        activity: activity.to_owned(),
        intent,
        mql,
    };
    assert_eq!(
        heard,
        [
            &warmer("pricing_page", Some(Intent::High), false),
            &warmer("download", None, true),
        ]
    );
    assert_eq!(story.leads[n].intent, Intent::High);
}

#[test]
fn what_a_person_has_dropped_no_activity_brings_back() {
    let mut story = Story::of(letters());
    story.company.policy.routes[0].when = Some(condition("score.total >= 20.0"));
    let n = story.arrives();
    story.leads[n].state = State::Disqualified {
        reason: "a student".to_owned(),
        by_hand: true,
    };
    does(&mut story, n, "download");
    assert_eq!(state(&story, n), "disqualified");
    story.leads[n].activities = crate::domain::activity::Activities::default();
    story.leads[n].state = State::Disqualified {
        reason: "rule".to_owned(),
        by_hand: false,
    };
    does(&mut story, n, "download");
    assert_eq!(state(&story, n), "offered");
}

#[test]
fn a_form_counts_like_an_activity_where_the_rules_say_so() {
    for (forms, becomes) in [(false, "nurture"), (true, "offered")] {
        let mut company = letters();
        company.policy.scoring.forms = forms;
        company.policy.scoring.engagement[0].points = 40.0;
        let mut story = Story::of(company);
        let n = story.arrives();
        let again = NewLead {
            lead_type: "download".to_owned(),
            ..NewLead::default()
        };
        story.must(n, sent(again));
        assert_eq!(state(&story, n), becomes);
    }
}
