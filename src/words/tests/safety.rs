//! What must hold for every lead in every state, whatever people wrote into it.

use proptest::{
    collection::vec,
    option,
    prelude::{Just, any, prop_assert, prop_assert_eq, prop_oneof, proptest},
    sample::select,
    strategy::Strategy as Gen,
};

use super::*;
use crate::{
    domain::event::{Audible, Notice, Refusal, Say},
    words::{
        answers, details, dialogs, late::HollowAccepts, notices::notice, pool::pool_card,
        review::review_card, when::When,
    },
};

fn a_rep() -> impl Gen<Value = RepId> {
    select(vec!["ayse", "jonas", "selin", "gone"]).prop_map(RepId::from)
}

/// Any moment there is, and the ends of time.
fn a_moment() -> impl Gen<Value = Timestamp> {
    prop_oneof![
        (-2_000_000_000i64..4_000_000_000)
            .prop_map(|second| Timestamp::from_second(second).unwrap()),
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
    ]
}

fn an_offer(place: usize) -> impl Gen<Value = Offer> {
    let kinds = select(vec![OfferKind::Push, OfferKind::Pool, OfferKind::Given]);
    let states = select(vec![
        OfferState::Pending,
        OfferState::Accepted,
        OfferState::Declined,
        OfferState::Expired,
        OfferState::Withdrawn,
    ]);
    let reasons = select(vec![
        "busy",
        "away",
        "claimed",
        "moved on",
        "unheard of",
        "",
    ]);
    let level = prop_oneof![
        (0usize..3).prop_map(OfferLevel::Target),
        Just(OfferLevel::Hand),
        Just(OfferLevel::Rung(crate::domain::policy::Rung::Backups)),
    ];
    (
        a_rep(),
        kinds,
        states,
        option::of(a_moment()),
        option::of(reasons),
        level,
        any::<bool>(),
    )
        .prop_map(
            move |(rep, kind, state, moment, reason, level, in_team)| Offer {
                until: moment,
                decided_at: moment,
                released_at: moment.filter(|at| at.as_second() % 2 == 0),
                reason: reason.map(Reason::own),
                level,
                team: in_team.then(|| "sdr".into()),
                ..offer(&format!("offer_{place}"), rep.as_str(), kind, state)
            },
        )
}

fn a_state() -> impl Gen<Value = State> {
    let offer_id = || (0usize..4).prop_map(|place| OfferId::from(format!("offer_{place}")));
    let outcome = select(vec![Outcome::Won, Outcome::Lost, Outcome::Duplicate]);
    prop_oneof![
        Just(State::Pending),
        offer_id().prop_map(|offer| State::Offered { offer }),
        Just(State::Pooled {
            team: "sdr".into(),
            hide: vec![Field::Email, Field::Phone]
        }),
        option::of(option::of(a_moment())).prop_map(|waiting| State::Queued {
            team: None,
            waiting: waiting.map(|again_at| Waiting { again_at }),
        }),
        Just(State::Review { team: "sdr".into() }),
        ".*".prop_map(|label| State::Nurture { label }),
        (a_rep(), offer_id()).prop_map(|(rep, offer)| State::Owned { rep, offer }),
        (option::of(a_rep()), outcome, ".*").prop_map(|(rep, outcome, note)| State::Closed {
            rep,
            outcome,
            note,
            deal: None
        }),
        ".*".prop_map(|reason| State::Disqualified {
            reason,
            by_hand: false
        }),
    ]
}

fn a_lead() -> impl Gen<Value = Lead> {
    let texts = vec((select(Field::ALL.to_vec()), ".{0,40}"), 0..8);
    let offers = (an_offer(0), an_offer(1), an_offer(2));
    let clock = (
        option::of(a_moment()),
        option::of(a_moment()),
        option::of(a_moment()),
    );
    let rule = option::of(select(vec!["hot", "warm", "gone"]));
    (
        texts,
        offers,
        a_state(),
        clock,
        rule,
        ".{0,20}",
        any::<i64>(),
        any::<f64>(),
    )
        .prop_map(
            |(texts, offers, state, clock, rule, lead_type, number, points)| {
                let mut lead = lead();
                for (field, text) in texts {
                    lead.contact.set_text(field, text);
                }
                lead.offers = vec![offers.0, offers.1, offers.2];
                lead.state = state;
                (lead.clock.attempted_at, lead.clock.contacted_at) = (clock.0, clock.1);
                lead.plan.as_mut().unwrap().contact_by = clock.2;
                lead.routing.as_mut().unwrap().rule = rule.map(Into::into);
                lead.lead_type = lead_type;
                lead.number = number;
                lead.score.fit = points;
                lead
            },
        )
}

proptest! {
    #[test]
    fn a_card_offers_only_what_its_reader_can_do(lead in a_lead(), now in a_moment()) {
        let policy = policy();
        for offer in &lead.offers {
            let can = actions(&offer_card(&lead, offer, &policy, &berlin(), now));
            let answers = [Action::OfferAccept, Action::OfferDecline, Action::OfferClaim];
            prop_assert!(offer.is_pending() || !can.iter().any(|one| answers.contains(one)));
            let owns = matches!(&lead.state, State::Owned { offer: by, .. } if *by == offer.id);
            let owners = [Action::LeadContacted, Action::LeadClose];
            prop_assert!(owns || !can.iter().any(|one| owners.contains(one)));
            prop_assert!(!offer.is_pending() || can.iter().any(|one| answers.contains(one)));
        }
    }

    #[test]
    fn a_channel_can_claim_only_what_is_open(lead in a_lead(), now in a_moment()) {
        let can = actions(&pool_card(&lead, &policy(), &berlin(), now));
        let open = matches!(lead.state, State::Pooled { .. });
        prop_assert_eq!(can.contains(&Action::OfferClaim), open);
    }

    #[test]
    fn a_manager_decides_only_what_is_in_review(lead in a_lead(), now in a_moment()) {
        let can = actions(&review_card(&lead, &"selin".into(), &policy(), &berlin(), now));
        let in_review = matches!(lead.state, State::Review { .. });
        prop_assert_eq!(can.contains(&Action::ReviewAssign), in_review);
        prop_assert_eq!(can.contains(&Action::ReviewDrop), in_review);
    }

    #[test]
    fn nothing_said_of_a_lead_panics_or_is_empty(lead in a_lead(), now in a_moment(), rep in a_rep()) {
        let policy = policy();
        let when = When::new(now, &berlin());
        for to in [Audible::Rep(rep.clone()), Audible::Channel("sdr".into())] {
            for notice_of in [
                Notice::AnswerDue { offer: "offer_0".into() },
                Notice::ContactDue { offer: "offer_0".into() },
                Notice::Late { team: None, sla: None, epoch: 1 },
                Notice::NobodyFree { team: "sdr".into() },
                Notice::Rerouted { rule: "hot".to_owned() },
                Notice::CannotReach { rep: rep.clone(), why: "gone".to_owned(), once: false },
                Notice::WroteAgain {
                    offer: "offer_0".into(),
                    what: vec!["x".to_owned()],
                    how: crate::domain::event::Heard::Wrote,
                    by: crate::domain::person::SignKind::Name,
                },
            ] {
                let say = Say { to: to.clone(), key: String::new(), cause: None, notice: notice_of };
                let card = notice(
                    &[(&say, &lead)],
                    &HollowAccepts::new(),
                    &policy,
                    When::for_what_stands(now, &berlin()),
                );
                prop_assert!(card.is_none_or(|card| !card.summary.is_empty() && !card.parts.is_empty()));
            }
        }
        prop_assert!(!details::details(&lead, &[], &policy, &rep, &when).parts.is_empty());
        prop_assert!(!details::why(&lead, &policy, &rep, &when).parts.is_empty());
        prop_assert!(!dialogs::decline(&lead, &lead.offers[0], &policy).inputs.is_empty());
        prop_assert!(!answers::refusal(&Refusal::OfferOver, &lead, &policy, &rep, &when).is_empty());
    }

    #[test]
    fn what_a_pool_hides_is_nowhere_on_its_cards(
        hide in proptest::sample::subsequence(Field::ALL.to_vec(), 1..6)
            .prop_filter("the message is written below", |hide| !hide.contains(&Field::Message)),
        gone_on in any::<bool>(),
        case in any::<bool>(),
    ) {
        let (mut lead, mut policy) = (pooled(), policy());
        lead.hidden.clone_from(&hide);
        for (place, field) in Field::ALL.iter().enumerate() {
            lead.contact.set_text(*field, format!("Secret{place}x"));
        }
        let said: Vec<String> = hide.iter().map(|field| lead.contact.text(*field).to_owned()).collect();
        let repeated = said.join(" and ");
        let repeated = if case { repeated.to_uppercase() } else { repeated };
        lead.contact.set_text(Field::Message, format!("hello {repeated}."));
        lead.attributes.insert("Budget".to_owned(), repeated);
        lead.state = State::Pooled { team: "sdr".into(), hide: hide.clone() };
        if gone_on {
            let done = claimed();
            (lead.state, lead.offers) = (done.state, done.offers);
        }
        policy.card.facts = Field::ALL.iter().map(|field| field.name().to_owned()).collect();
        policy.card.facts.push("Budget".to_owned());
        let when = When::new(now(), &berlin());
        let read = details::details(&lead, &[], &policy, &"ayse".into(), &when);
        let all = [
            text(&offer_card(&lead, &lead.offers[0], &policy, &berlin(), now())),
            text(&pool_card(&lead, &policy, &berlin(), now())),
            parts(&read.parts),
        ]
        .join("\n")
        .to_lowercase();
        for secret in &said {
            prop_assert!(!all.contains(&secret.to_lowercase()), "{secret} in {all}");
        }
    }
}
