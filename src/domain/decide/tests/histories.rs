//! Random companies and random histories: what must hold holds after every event (the driver
//! looks), whatever happens in whatever order.

use proptest::prelude::*;

use super::*;
use crate::domain::{
    activity::Deed,
    event::{ContactHow, Ending},
    policy::{Caps, Repeat, Strategy as Choice, Turn, WhenClosed},
    submission::NewLead,
};

const NAMES: [&str; 6] = ["anna", "bert", "carl", "dora", "emil", "fay"];
const TEAMS: [&str; 3] = ["one", "two", "three"];

#[derive(Clone, Debug)]
enum Happening {
    Arrives,
    Accepts(usize, usize),
    Declines(usize, usize, usize),
    Claims(usize, usize),
    Refused(usize, usize),
    NotShown(usize, usize, bool),
    Away(usize, Option<u8>),
    Back(usize),
    Removed(usize),
    Contacts(usize, usize),
    Closes(usize, usize, usize),
    Gives(usize, usize),
    RouteOn(usize),
    Writes(usize),
    ByHand(usize, usize, usize),
    Chat(bool),
    Pass(u32),
    Stop(u32),
}

fn happening() -> impl Strategy<Value = Happening> {
    let n = || any::<usize>();
    prop_oneof![
        4 => Just(Happening::Arrives),
        4 => (n(), n()).prop_map(|(a, b)| Happening::Accepts(a, b)),
        5 => (n(), n(), 0..4_usize).prop_map(|(a, b, c)| Happening::Declines(a, b, c)),
        2 => (n(), n()).prop_map(|(a, b)| Happening::Claims(a, b)),
        1 => (n(), n()).prop_map(|(a, b)| Happening::Refused(a, b)),
        1 => (n(), n(), any::<bool>()).prop_map(|(a, b, again)| Happening::NotShown(a, b, again)),
        2 => (n(), any::<Option<u8>>()).prop_map(|(a, b)| Happening::Away(a, b)),
        2 => n().prop_map(Happening::Back),
        1 => n().prop_map(Happening::Removed),
        1 => (n(), n()).prop_map(|(a, b)| Happening::Contacts(a, b)),
        1 => (n(), n(), 0..5_usize).prop_map(|(a, b, c)| Happening::Closes(a, b, c)),
        1 => (n(), n()).prop_map(|(a, b)| Happening::Gives(a, b)),
        1 => n().prop_map(Happening::RouteOn),
        1 => n().prop_map(Happening::Writes),
        5 => (n(), n(), n()).prop_map(|(a, b, c)| Happening::ByHand(a, b, c)),
        1 => any::<bool>().prop_map(Happening::Chat),
        4 => (1..2_000_u32).prop_map(Happening::Pass),
        2 => (2_000..30_000_u32).prop_map(Happening::Pass),
        1 => (1..300_000_u32).prop_map(Happening::Stop),
    ]
}

fn rung() -> impl Strategy<Value = Rung> {
    prop_oneof![
        Just(Rung::Team),
        Just(Rung::Backups),
        Just(Rung::Other("two".into()))
    ]
}

fn action() -> impl Strategy<Value = StepAction> {
    prop_oneof![
        2 => Just(StepAction::Remind),
        4 => rung().prop_map(StepAction::Reoffer),
        1 => Just(StepAction::Widen),
        2 => Just(StepAction::Notify(Audience::Managers)),
        1 => Just(StepAction::Assign(Assignee::Managers)),
        1 => Just(StepAction::Assign(Assignee::Rep("anna".into()))),
        1 => Just(StepAction::Review("one".into())),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = (1..12_i64, action(), prop::option::of(1..4_u32));
    prop::collection::vec(one, 0..6).prop_map(|steps| {
        let each = steps.into_iter().map(|(after, action, times)| Step {
            after: Period::Time(SignedDuration::from_mins(after * 5)),
            action,
            repeat: times.map(|times| Repeat {
                every: period("7m"),
                times,
            }),
        });
        each.collect()
    })
}

fn target() -> impl Strategy<Value = Target> {
    let team = || prop::sample::select(&TEAMS[..]).prop_map(TeamId::from);
    prop_oneof![
        6 => team().prop_map(Target::Team),
        2 => (team(), prop::option::of(1..3_usize), any::<bool>())
            .prop_map(|(team, size, matching)| Target::Pool { team, size, matching, hide: Vec::new() }),
        1 => team().prop_map(|team| Target::Queue { team, hide: Vec::new() }),
        1 => team().prop_map(Target::Review),
        1 => prop::sample::select(&NAMES[..]).prop_map(|rep| Target::Rep(rep.into())),
        1 => Just(Target::PreviousOwner),
        1 => Just(Target::Nurture("later".to_owned())),
    ]
}

fn rep(mut rep: Rep, (hours, pending, cap, capacity, weight): RepDraw) -> Rep {
    rep.calendar = ["office", "late"]
        .get(usize::from(hours % 4))
        .map(|name| (*name).into());
    rep.pending = pending;
    rep.caps = Caps {
        hour: cap,
        ..Caps::default()
    };
    rep.capacity = capacity;
    rep.weight = f64::from(weight);
    rep
}

fn few(most: u32) -> impl Strategy<Value = Option<u32>> {
    prop_oneof![2 => Just(None), 1 => (1..most).prop_map(Some)]
}

/// A company as drawn; shown in one line, for a failure is read by people.
#[derive(Clone)]
struct Draw {
    reps: Vec<RepDraw>,
    teams: Vec<TeamDraw>,
    escalation: Vec<Step>,
    untouched: Vec<Step>,
    acknowledge: Option<i64>,
    in_office: Option<bool>,
    to: Vec<Target>,
}

/// Hours, `pending`, an hour's cap, `capacity` and weight.
type RepDraw = (u8, Option<u32>, Option<u32>, Option<u32>, u8);
/// Members, managers and backups as bits, what is done while closed, and four settings.
type TeamDraw = (u8, u8, u8, u8, [bool; 4]);

impl std::fmt::Debug for Draw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            reps, teams, to, ..
        } = self;
        writeln!(f, "reps {reps:?}\n  teams {teams:?} to {to:?}")?;
        writeln!(
            f,
            "  acknowledge {:?} in_office {:?}",
            self.acknowledge, self.in_office
        )?;
        for (name, steps) in [
            ("escalation", &self.escalation),
            ("untouched", &self.untouched),
        ] {
            let each = steps
                .iter()
                .map(|step| format!("{} {:?} {:?}", step.after, step.action, step.repeat));
            writeln!(f, "  {name} {}", each.collect::<Vec<_>>().join(", "))?;
        }
        Ok(())
    }
}

/// What happens, in order, one to a line.
#[derive(Clone)]
struct History(Vec<Happening>);

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .iter()
            .try_for_each(|happening| writeln!(f, "  {happening:?},"))
    }
}

fn history() -> impl Strategy<Value = History> {
    prop::collection::vec(happening(), 1..40).prop_map(History)
}

prop_compose! {
    fn draw()(
        reps in prop::collection::vec((any::<u8>(), few(4), few(4), few(6), 1..4_u8), 2..=6),
        teams in prop::collection::vec((1..64_u8, 0..64_u8, 0..64_u8, 0..3_u8, any::<[bool; 4]>()), 1..=3),
        escalation in steps(),
        untouched in steps(),
        acknowledge in prop::option::of(1..30_i64),
        in_office in any::<Option<bool>>(),
        to in prop::collection::vec(target(), 0..4),
    ) -> Draw {
        Draw { reps, teams, escalation, untouched, acknowledge, in_office, to }
    }
}

impl Draw {
    fn company(&self) -> Company {
        let mut company = Company::new().calendar("late", "Mo-Su 12:00-22:00");
        company.policy.contacts = BTreeMap::from([
            ("email_replied".to_owned(), ContactHow::Reached),
            ("call_attempted".to_owned(), ContactHow::NoAnswer),
        ]);
        for (name, facts) in NAMES.iter().zip(&self.reps) {
            company = company.rep(name, |plain| *plain = rep(plain.clone(), *facts));
        }
        for (id, facts) in TEAMS.iter().zip(&self.teams) {
            company = company.team(id, &[], |team| self.staff(team, *facts));
        }
        let mins = |mins: i64| Period::Time(SignedDuration::from_mins(mins));
        let company = company.sla("demo", |sla| {
            sla.acknowledge = self.acknowledge.map(mins);
            sla.contact = self.acknowledge.map(|ack| mins(ack * 2));
            sla.calendar = self
                .in_office
                .map(|office| if office { "office" } else { "late" }.into());
            sla.retry = vec![mins(20)];
            sla.exhausted = self.to.first().cloned();
            sla.escalation.clone_from(&self.escalation);
            sla.untouched.clone_from(&self.untouched);
        });
        if self.to.is_empty() {
            company
        } else {
            company.route(&self.to)
        }
    }

    fn staff(&self, team: &mut Team, (members, managers, backups, closed, flags): TeamDraw) {
        let group = |mask: u8| -> Vec<RepId> {
            let bits = (0..self.reps.len()).filter(|n| mask & (1 << n) != 0);
            bits.map(|n| NAMES[n].into()).collect()
        };
        let turn = |back: bool| if back { Turn::Back } else { Turn::Spent };
        (team.members, team.managers, team.backups) =
            (group(members), group(managers), group(backups));
        let closed_by = [
            WhenClosed::Wait,
            WhenClosed::Backups,
            WhenClosed::Team("two".into()),
        ];
        team.when_closed = closed_by[usize::from(closed)].clone();
        (team.turns.declined, team.turns.expired) = (turn(flags[0]), turn(flags[1]));
        team.turns.by_hand = flags[2];
        team.strategy = if flags[3] {
            Choice::LeastLoaded
        } else {
            Choice::RoundRobin
        };
    }
}

fn name(n: usize) -> RepId {
    NAMES[n % NAMES.len()].into()
}

/// The offer of a lead that a random press means: mostly a live one.
fn offer(lead: &Lead, n: usize) -> Option<(OfferId, RepId)> {
    let live: Vec<&Offer> = lead.pending().collect();
    let all: Vec<&Offer> = lead.offers.iter().collect();
    let some = if n.is_multiple_of(5) || live.is_empty() {
        all
    } else {
        live
    };
    let one = some.get(n / 5 % some.len().max(1))?;
    let by = if n.is_multiple_of(7) {
        name(n)
    } else {
        one.rep.clone()
    };
    Some((one.id.clone(), by))
}

fn event(happening: &Happening, lead: &Lead, now: Timestamp) -> Option<Event> {
    let note = String::new;
    Some(match happening {
        Happening::Accepts(_, which) => {
            let (offer, by) = offer(lead, *which)?;
            Event::Accept { offer, by }
        }
        Happening::Declines(_, which, reason) => {
            let (offer, by) = offer(lead, *which)?;
            let reason = ["busy", "vip", "later", "spam"][*reason].to_owned();
            Event::Decline {
                offer,
                by,
                reason,
                note: note(),
            }
        }
        Happening::Claims(_, by) => Event::Claim { by: name(*by) },
        Happening::Refused(_, which) => {
            let (offer, _) = offer(lead, *which)?;
            Event::Undeliverable {
                offer,
                why: "no".to_owned(),
            }
        }
        Happening::NotShown(_, which, again) => {
            let (offer, _) = offer(lead, *which)?;
            Event::NotShown {
                offer,
                why: "no".to_owned(),
                again: *again,
            }
        }
        Happening::Contacts(_, which) if which.is_multiple_of(3) => {
            let what = ["email_replied", "call_attempted"][which / 3 % 2];
            Event::Did {
                what: Deed::Did(what.to_owned()),
                at: now,
                source: "dialler".into(),
            }
        }
        Happening::Contacts(_, by) => Event::Contacted {
            by: Actor::Rep(name(*by)),
            how: ContactHow::Reached,
            at: None,
            note: note(),
            next: None,
        },
        Happening::Closes(_, by, how) => Event::Close {
            by: Actor::Rep(name(*by)),
            ending: Ending::ALL[*how],
            deal: None,
            why: None,
            note: note(),
        },
        Happening::Gives(_, to) => given(name(*to).as_str(), Actor::Api("crm".to_owned())),
        Happening::RouteOn(_) => Event::RouteOn {
            by: Actor::Api("crm".to_owned()),
        },
        Happening::Writes(_) => sent(NewLead::default()),
        Happening::ByHand(_, what, who) => hands::event(*what, &name(*who), lead, now),
        Happening::Arrives
        | Happening::Away(..)
        | Happening::Back(_)
        | Happening::Removed(_)
        | Happening::Chat(_)
        | Happening::Pass(_)
        | Happening::Stop(_) => return None,
    })
}

fn lead_of(happening: &Happening) -> usize {
    match happening {
        Happening::Accepts(n, _)
        | Happening::Declines(n, ..)
        | Happening::Claims(n, _)
        | Happening::Refused(n, _)
        | Happening::NotShown(n, ..)
        | Happening::Contacts(n, _)
        | Happening::Closes(n, ..)
        | Happening::Gives(n, _)
        | Happening::RouteOn(n)
        | Happening::ByHand(n, ..)
        | Happening::Writes(n) => *n,
        Happening::Arrives
        | Happening::Away(..)
        | Happening::Back(_)
        | Happening::Removed(_)
        | Happening::Chat(_)
        | Happening::Pass(_)
        | Happening::Stop(_) => 0,
    }
}

fn play(story: &mut Story, happening: &Happening) {
    let after = |seconds: u32| story.now + SignedDuration::from_secs(i64::from(seconds));
    match happening {
        Happening::Arrives => {
            story.arrives();
        }
        Happening::Away(who, hours) => {
            let until = hours.map(|hours| after(u32::from(hours) * 600 + 60).to_string());
            story.goes_away(name(*who).as_str(), until.as_deref());
        }
        Happening::Back(who) => story.comes_back(name(*who).as_str()),
        Happening::Removed(who) => story.is_removed(name(*who).as_str()),
        Happening::Chat(down) => story.chat_down = *down,
        Happening::Pass(seconds) => story.pass_to(after(*seconds)),
        Happening::Stop(seconds) => story.stands_still_until(&after(*seconds).to_string()),
        Happening::Accepts(..)
        | Happening::Declines(..)
        | Happening::Claims(..)
        | Happening::Refused(..)
        | Happening::NotShown(..)
        | Happening::Contacts(..)
        | Happening::Closes(..)
        | Happening::Gives(..)
        | Happening::RouteOn(_)
        | Happening::ByHand(..)
        | Happening::Writes(_) => {
            if story.leads.is_empty() {
                return;
            }
            let n = lead_of(happening) % story.leads.len();
            if let Some(event) = event(happening, &story.leads[n], story.now) {
                let before = story.leads[n].clone();
                if story.happens(n, event).is_err() {
                    assert_eq!(story.leads[n], before, "a refusal changes nothing");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases / 6,
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_what_must_hold_holds(
        draw in draw(),
        history in history(),
    ) {
        let mut story = Story::of(draw.company());
        for happening in &history.0 {
            play(&mut story, happening);
            story.books_agree();
        }
        // Long after everything nobody wakes without end.
        let later = story.now + SignedDuration::from_hours(24);
        story.chat_down = false;
        story.pass_to(later);
        story.nobody_waits_in_vain();
        story.books_agree();
    }

    #[test]
    fn shares_stay_fair_through_absences_and_declines(
        weights in prop::collection::vec(1..4_u8, 3..6),
        history in prop::collection::vec((any::<bool>(), 0..6_usize, 0..8_u8), 40..120),
        back in any::<bool>(),
    ) {
        let names = &NAMES[..weights.len()];
        let mut company = Company::new();
        for (name, weight) in names.iter().zip(&weights) {
            company = company.rep(name, |rep| rep.weight = f64::from(*weight));
        }
        let company = company
            .team("one", names, |team| team.turns.declined = if back { Turn::Back } else { Turn::Spent })
            .route(&[Target::Team("one".into())]);
        let mut story = Story::of(company);
        for (there, who, what) in history {
            let who = names[who % names.len()];
            match what {
                0 if there => story.comes_back(who),
                0 => story.goes_away(who, None),
                _other => {
                    let n = story.arrives();
                    let first = story.asked(n).first().map(|rep| (*rep).to_owned());
                    if let Some(first) = first.as_ref().filter(|_| what != 1) {
                        story.accepts(n, first).unwrap();
                    } else {
                        if let Some(first) = &first {
                            story.declines(n, first, "busy").unwrap();
                        }
                        // Kept waiting, it could later go to one person only, whatever is fair.
                        let by = Actor::Api("crm".to_owned());
                        story.must(n, Event::Close { by, ending: Ending::Lost, deal: None, why: None, note: String::new() });
                    }
                }
            }
        }
        let turns = story.turns.get("one").cloned().unwrap_or_default();
        let behind = |n: usize| turns.shortfall(&names[n].into(), 1.0 * f64::from(weights[n])) / f64::from(weights[n]);
        let there: Vec<f64> = (0..names.len())
            .filter(|n| turns.reps.get(names[*n]).is_some_and(|balance| (balance.seen - turns.round).abs() < 1e-9))
            .map(behind)
            .collect();
        let most = there.iter().copied().fold(f64::MIN, f64::max);
        let least = there.iter().copied().fold(f64::MAX, f64::min);
        prop_assert!(there.is_empty() || most - least <= 4.0, "{there:?}");
    }
}
