//! The card of an offer in a rep's direct messages: what the lead is, why it is theirs, until when, and
//! what can be done with it. It always shows the present state.
//!
//! ```text
//! New lead #4711 · Ada Lovelace, Acme
//! Asks for a demo
//! Source: website, campaign Autumn      Looks like: high intent, strong fit …
//! Please answer by 15:05, then somebody else is asked.
//! [Accept] [Decline] [Details] [Why]
//! ```

use jiff::{Timestamp, tz::TimeZone};

use super::{
    actors, details, facts,
    fate::{ended_words, fate},
    next_step,
    seen::{Seen, begin, cut},
    when::When,
};
use crate::domain::lead::Behalf;
use crate::domain::{
    action::Action,
    card::{Button, ButtonStyle, Card, Part, Run},
    lead::{Lead, Offer, OfferKind, OfferLevel, State, Undoable},
    policy::{Policy, Rung, Target},
    score::Stage,
};

/// The most characters shown of what somebody says who gives a lead.
const MAX_GIVEN: usize = 240;

/// The card of `offer` as it must look now.
#[must_use]
pub fn offer_card(
    lead: &Lead,
    offer: &Offer,
    policy: &Policy,
    viewer_zone: &TimeZone,
    now: Timestamp,
) -> Card {
    let seen = Seen::by(&offer.rep, lead, policy);
    let shown = Shown {
        lead,
        offer,
        policy,
        seen,
        when: When::for_what_stands(now, viewer_zone),
    };
    match standing_of(lead, offer) {
        Standing::Asked => shown.asked(),
        Standing::AskedOver => shown.asked_over(),
        Standing::Claimable => shown.claimable(),
        Standing::Theirs => shown.theirs(),
        Standing::Ended => shown.ended(),
        Standing::Over => shown.over(),
    }
}

/// What an offer is to the rep who has it.
enum Standing {
    /// They are asked.
    Asked,
    /// They are asked to take over what a colleague owns.
    AskedOver,
    /// They and others may claim it.
    Claimable,
    /// They own the lead by it.
    Theirs,
    /// They owned the lead at its end.
    Ended,
    /// It moved on.
    Over,
}

fn standing_of(lead: &Lead, offer: &Offer) -> Standing {
    if offer.is_pending() {
        return match offer.kind {
            OfferKind::Push | OfferKind::Given => Standing::Asked,
            OfferKind::HandOver => Standing::AskedOver,
            OfferKind::Pool => Standing::Claimable,
        };
    }
    let last_accepted = || {
        let mut accepted = lead.offers.iter().rev();
        accepted.find(|one| one.state == crate::domain::lead::OfferState::Accepted)
    };
    match &lead.state {
        State::Owned { offer: id, .. } if *id == offer.id => Standing::Theirs,
        State::Closed { rep: Some(rep), .. }
            if *rep == offer.rep && last_accepted().is_some_and(|last| last.id == offer.id) =>
        {
            Standing::Ended
        }
        State::Owned { .. }
        | State::Closed { .. }
        | State::Pending
        | State::Offered { .. }
        | State::Pooled { .. }
        | State::Queued { .. }
        | State::Review { .. }
        | State::Nurture { .. }
        | State::Disqualified { .. } => Standing::Over,
    }
}

/// What a card is made of.
struct Shown<'a> {
    lead: &'a Lead,
    offer: &'a Offer,
    policy: &'a Policy,
    seen: Seen<'a>,
    when: When,
}

impl Shown<'_> {
    fn asked(&self) -> Card {
        let spoken = self.seen.spoken();
        let buttons = vec![
            self.offer_button(Action::OfferAccept, "Accept")
                .styled(ButtonStyle::Primary)
                .spoken(format!("Accept {spoken}")),
            self.offer_button(Action::OfferDecline, "Decline")
                .spoken(format!("Decline {spoken}"))
                .opening_dialog(),
        ];
        self.open_card("Accept or decline it here.", "Please answer", buttons)
    }

    fn asked_over(&self) -> Card {
        let spoken = self.seen.spoken();
        let owner = self.lead.owner();
        let owner = owner.map_or("its owner", |rep| self.policy.name_of(rep));
        let mut parts = vec![Part::Title(format!(
            "Take over lead {}?",
            self.seen.called()
        ))];
        parts.extend(facts::body(&self.seen, self.policy));
        let stays = format!("It stays with {owner} until you accept.");
        let asked = self
            .given_words()
            .map_or_else(String::new, |words| format!("{words} "));
        parts.push(Part::Text(vec![
            Run::bold(asked.clone()),
            Run::plain(stays.clone()),
        ]));
        let deadline = self.offer.until.map(|until| {
            vec![
                Run::plain("You are asked until "),
                self.when.moment(until),
                Run::plain("."),
            ]
        });
        parts.extend(deadline.map(Part::Text));
        let buttons = vec![
            self.offer_button(Action::OfferAccept, "Take over")
                .styled(ButtonStyle::Primary)
                .spoken(format!("Take over {spoken}")),
            self.offer_button(Action::OfferDecline, "Decline")
                .spoken(format!("Decline {spoken}"))
                .opening_dialog(),
        ];
        parts.push(Part::Buttons(with_reading(buttons, &self.seen)));
        let until = self.offer.until.map_or_else(String::new, |until| {
            format!(" You are asked until {}.", self.when.said_with_zone(until))
        });
        let summary = format!("{asked}Take over {} {stays}{until}", introduced(&self.seen));
        Card { summary, parts }
    }

    /// "Jonas Weber asks you to take it over: “speaks Turkish”."
    fn given_words(&self) -> Option<String> {
        let given = self.offer.given.as_ref()?;
        let name = actors::name(&given.by, self.policy)?;
        let does = match self.offer.kind {
            OfferKind::HandOver => "asks you to take it over",
            OfferKind::Push | OfferKind::Pool => "asks you",
            OfferKind::Given => "gave it to you",
        };
        let words = cut(&given.words, MAX_GIVEN);
        Some(if words.is_empty() {
            format!("{name} {does}.")
        } else {
            format!("{name} {does}: “{words}”.")
        })
    }

    /// The button that takes the answer back, as long as it can.
    fn undo_button(&self) -> Option<Button> {
        let undo = self.lead.undo.as_ref()?;
        let open = undo.offer == self.offer.id && self.when.now() < undo.until;
        let what = match undo.what {
            Undoable::Accept => "accept",
            Undoable::Decline => "decline",
            Undoable::Away => return None,
        };
        let spoken = format!("Undo: take the {what} of {} back", self.seen.spoken());
        open.then(|| self.offer_button(Action::OfferUndo, "Undo").spoken(spoken))
    }

    fn claimable(&self) -> Card {
        let claim = self
            .offer_button(Action::OfferClaim, "Claim")
            .styled(ButtonStyle::Primary)
            .spoken(format!("Claim {}", self.seen.spoken()));
        self.open_card("The first to claim it has it.", "Claim it", vec![claim])
    }

    /// A card that waits for an answer.
    fn open_card(&self, last: &str, ask: &str, buttons: Vec<Button>) -> Card {
        // Whoever had it before is to see at once that it is not a stranger.
        let news = match self.lead.back_at {
            Some(_) => "Back again: lead",
            None => "New lead",
        };
        let mut parts = vec![Part::Title(format!("{news} {}", self.seen.called()))];
        parts.extend(facts::body(&self.seen, self.policy));
        parts.push(Part::Text(self.deadline(ask)));
        parts.push(self.why_note());
        parts.push(Part::Buttons(with_reading(buttons, &self.seen)));
        let deadline = self.offer.until.map_or_else(String::new, |until| {
            format!(" {ask} by {}.", self.when.said_with_zone(until))
        });
        let news = news.trim_end_matches("lead");
        let summary = format!("{news}{}{deadline} {last}", introduced(&self.seen));
        Card { summary, parts }
    }

    fn deadline(&self, ask: &str) -> Vec<Run> {
        match self.offer.until {
            None => vec![Run::bold(format!("{ask} soon: somebody waits."))],
            Some(until) if self.when.is_past(until) => vec![
                Run::bold("The time to answer ended "),
                self.when.moment(until),
                Run::plain("; it may go to somebody else at any moment."),
            ],
            Some(until) => vec![
                Run::bold(format!("{ask} by ")),
                self.when.moment(until),
                Run::plain(", then somebody else is asked."),
            ],
        }
    }

    fn theirs(&self) -> Card {
        let mut parts = vec![Part::Title(format!("Your lead {}", self.seen.called()))];
        parts.extend(facts::body(&self.seen, self.policy));
        parts.push(Part::Text(contact_runs(self.lead, &self.when)));
        parts.extend(next_step::line(self.lead, &self.when).map(Part::Text));
        let stage = stage_words(self.lead);
        parts.extend(
            stage
                .clone()
                .map(|words| Part::Text(vec![Run::plain(words)])),
        );
        let asked = self.asked_colleague();
        parts.extend(
            asked
                .clone()
                .map(|words| Part::Text(vec![Run::plain(words)])),
        );
        parts.push(self.why_note());
        let mut buttons = owner_buttons(&self.seen);
        buttons.extend(self.undo_button());
        parts.push(Part::Buttons(buttons));
        let summary = format!(
            "Your {} {}{}{}{}",
            introduced(&self.seen),
            contact_words(self.lead, &self.when),
            next_step::said(self.lead, &self.when),
            stage.map_or_else(String::new, |words| format!(" {words}")),
            asked.map_or_else(String::new, |words| format!(" {words}"))
        );
        Card { summary, parts }
    }

    /// Whom the owner has asked to take it over.
    fn asked_colleague(&self) -> Option<String> {
        let asked = self.lead.hand_over()?;
        let name = self.policy.name_of(&asked.rep);
        let until = asked.until.map_or_else(String::new, |until| {
            format!(" until {}", self.when.said_with_zone(until))
        });
        Some(format!(
            "{name} is asked to take it over{until}; it is yours until they accept."
        ))
    }

    fn ended(&self) -> Card {
        let ended = format!("Closed as {}.", ended_words(self.lead));
        let title = format!("Lead {}", self.seen.called());
        Card {
            summary: format!("Lead {}: {ended}", self.seen.called()),
            parts: vec![
                Part::Title(title),
                Part::Text(vec![Run::plain(ended)]),
                Part::Buttons(reading_buttons(&self.seen)),
            ],
        }
    }

    /// The card of an offer that moved on: no buttons, and what became of the lead.
    fn over(&self) -> Card {
        let fate = fate(self.lead, self.offer, self.policy, &self.when);
        let title = format!("Lead {}", self.seen.called());
        let mut card = Card {
            summary: format!("{title}: {fate}"),
            parts: vec![Part::Title(title), Part::Text(vec![Run::plain(fate)])],
        };
        let undo = self.undo_button();
        card.parts
            .extend(undo.map(|undo| Part::Buttons(vec![undo])));
        card
    }

    fn offer_button(&self, action: Action, label: &str) -> Button {
        Button::new(action, self.offer.id.as_str(), label)
    }

    fn why_note(&self) -> Part {
        if let Some(words) = self.given_words() {
            return Part::Note(vec![Run::plain(words)]);
        }
        let why = why_theirs(self.lead, self.offer, self.policy);
        Part::Note(vec![Run::plain(format!("Why you: {why}."))])
    }
}

/// "lead #4711: Ada Lovelace, Acme, asks for a demo. High intent, strong fit, score 55."
pub(super) fn introduced(seen: &Seen<'_>) -> String {
    format!(
        "lead #{}: {}, {} ({}). {}.",
        seen.lead().number,
        seen.who(),
        seen.asks(),
        facts::origin(seen),
        begin(&facts::standing(seen))
    )
}

/// What stands on every card after what it asks for.
pub(super) fn with_reading(mut buttons: Vec<Button>, seen: &Seen<'_>) -> Vec<Button> {
    buttons.extend(reading_buttons(seen));
    buttons
}

/// Details and Why.
pub(super) fn reading_buttons(seen: &Seen<'_>) -> Vec<Button> {
    let (id, spoken) = (seen.lead().id.as_str(), seen.spoken());
    vec![
        Button::new(Action::LeadDetails, id, "Details")
            .spoken(format!("Details of {spoken}"))
            .opening_dialog(),
        Button::new(Action::LeadWhy, id, "Why")
            .spoken(format!("Why {spoken} went where it went"))
            .opening_dialog(),
    ]
}

/// What an owner can do.
pub(super) fn owner_buttons(seen: &Seen<'_>) -> Vec<Button> {
    let (lead, spoken) = (seen.lead(), seen.spoken());
    let style = if lead.clock.attempted_at.is_none() {
        ButtonStyle::Primary
    } else {
        ButtonStyle::Plain
    };
    let buttons = vec![
        Button::new(Action::LeadContacted, lead.id.as_str(), "Contacted")
            .styled(style)
            .spoken(format!("Log a contact with {spoken}"))
            .opening_dialog(),
        Button::new(Action::LeadNextStep, lead.id.as_str(), "Next step")
            .spoken(format!("Plan the next step with {spoken}"))
            .opening_dialog(),
        Button::new(Action::LeadStage, lead.id.as_str(), "Stage")
            .spoken(format!("Say how far {spoken} has come"))
            .opening_dialog(),
        Button::new(Action::LeadClose, lead.id.as_str(), "Close")
            .spoken(format!("Close {spoken}"))
            .opening_dialog(),
        Button::new(Action::LeadReassign, lead.id.as_str(), "Hand over")
            .spoken(format!("Hand over {spoken}"))
            .opening_dialog(),
        Button::new(Action::LeadRelease, lead.id.as_str(), "Give back")
            .spoken(format!("Give back {spoken}"))
            .opening_dialog(),
    ];
    with_reading(buttons, seen)
}

/// What the contact clock says: "Call by today 15:20."
pub(super) fn contact_runs(lead: &Lead, when: &When) -> Vec<Run> {
    let (before, at, after) = contact_parts(lead, when);
    let Some(at) = at else {
        return vec![Run::bold(before)];
    };
    vec![Run::bold(before), when.moment(at), Run::plain(after)]
}

/// The same in plain words.
pub(super) fn contact_words(lead: &Lead, when: &When) -> String {
    let (before, at, after) = contact_parts(lead, when);
    let at = at.map_or_else(String::new, |at| when.said_with_zone(at));
    format!("{before}{at}{after}")
}

/// The same for the reader's own eyes, who knows their zone.
pub(super) fn contact_line(lead: &Lead, when: &When) -> String {
    let (before, at, after) = contact_parts(lead, when);
    let at = at.map_or_else(String::new, |at| when.said(at));
    format!("{before}{at}{after}")
}

fn contact_parts(lead: &Lead, when: &When) -> (&'static str, Option<Timestamp>, &'static str) {
    if let Some(at) = lead.clock.contacted_at {
        return ("Reached ", Some(at), ".");
    }
    if let Some(at) = lead.clock.tried_at() {
        return ("Tried ", Some(at), ", not reached yet.");
    }
    match lead.plan.as_ref().and_then(|plan| plan.contact_by) {
        Some(by) if when.is_past(by) => ("Please call now: it was due ", Some(by), "."),
        Some(by) => ("Call by ", Some(by), "."),
        None => ("Please call soon.", None, ""),
    }
}

/// How far it has come beyond the accept: "Stage: Opportunity."
fn stage_words(lead: &Lead) -> Option<String> {
    let said = |stage| Some(format!("Stage: {}.", details::stage(stage)));
    match lead.stage {
        Stage::Sql | Stage::Opportunity | Stage::Customer => said(lead.stage),
        Stage::Subscriber | Stage::Lead | Stage::Mql | Stage::Sal => None,
    }
}

/// Why a lead came to this rep: the rule, and why they among all.
pub(super) fn why_theirs(lead: &Lead, offer: &Offer, policy: &Policy) -> String {
    let rule = lead
        .routing
        .as_ref()
        .and_then(|routing| routing.rule.as_ref());
    let who = why_this_rep(lead, offer, policy);
    match rule {
        Some(rule) => format!("rule {rule}; {who}"),
        None => who,
    }
}

fn why_this_rep(lead: &Lead, offer: &Offer, policy: &Policy) -> String {
    let of_team = offer.team.as_ref().map_or_else(String::new, |team| {
        format!(" in team {}", policy.team_name(team))
    });
    let strategy = lead.routing.as_ref().and_then(|routing| routing.strategy);
    let turn = strategy.map_or("you are next", facts::strategy_words);
    if let Some(behalf) = &offer.behalf {
        return in_place_of(lead, behalf, policy);
    }
    match (offer.kind, &offer.level) {
        (OfferKind::Given, _) => "given by hand or taken, not by turn".to_owned(),
        (OfferKind::HandOver, _) => "a colleague asked you to take it over".to_owned(),
        (OfferKind::Pool, _) => format!("open to whoever claims it first{of_team}"),
        (OfferKind::Push, OfferLevel::Target(place)) if offer.team.is_none() => {
            why_named(lead, offer, policy, *place)
        }
        (OfferKind::Push, OfferLevel::Hand) if offer.team.is_none() => HAD_BEFORE.to_owned(),
        (OfferKind::Push, OfferLevel::Target(_) | OfferLevel::Hand) => format!("{turn}{of_team}"),
        (OfferKind::Push, OfferLevel::Rung(Rung::Team)) => {
            format!("nobody took it yet, and {turn}{of_team}")
        }
        (OfferKind::Push, OfferLevel::Rung(Rung::Backups)) => {
            format!("nobody took it yet, and you are a backup{of_team}")
        }
        (OfferKind::Push, OfferLevel::Rung(Rung::Other(team))) => {
            let team = policy.team_name(team);
            format!("nobody took it yet, and it is team {team}'s turn to help")
        }
    }
}

/// Why its earlier owner, or whoever stands in for them, is asked.
const HAD_BEFORE: &str = "you, or whom you stand in for, had this person before";

/// Why a rule that means a person means this one.
fn why_named(lead: &Lead, offer: &Offer, policy: &Policy, place: usize) -> String {
    match policy.route_of(lead).and_then(|route| route.to.get(place)) {
        Some(Target::AccountOwner) => whose_account(lead, offer, policy),
        Some(Target::PreviousOwner) => HAD_BEFORE.to_owned(),
        Some(Target::Rep(rep)) if *rep == offer.rep => "the rule names you".to_owned(),
        Some(Target::Rep(rep)) => format!("you stand in for {}", policy.name_of(rep)),
        Some(
            Target::Team(_)
            | Target::Pool { .. }
            | Target::Queue { .. }
            | Target::Review(_)
            | Target::Nurture(_)
            | Target::Disqualify(_),
        )
        | None => "you are next".to_owned(),
    }
}

/// Why somebody is asked in place of an account's owner, or has it again.
fn in_place_of(lead: &Lead, behalf: &Behalf, policy: &Policy) -> String {
    let account = policy.account_of(&lead.contact);
    let account = account.map_or("the account", |account| account.name.as_str());
    match behalf {
        Behalf::StandsIn { owner, .. } => {
            let name = policy.name_of(owner);
            format!(
                "you stand in for {name}, who owns {account} and is away; it is theirs again when they are back"
            )
        }
        Behalf::Returned { from } => {
            format!(
                "{account} is yours, and {} stood in for you",
                policy.name_of(from)
            )
        }
    }
}

/// Why the owner of the lead's company, or whoever stands in for them, is asked.
fn whose_account(lead: &Lead, offer: &Offer, policy: &Policy) -> String {
    let account = policy.account_of(&lead.contact);
    let owner = account.and_then(|account| account.owner.as_ref());
    match (account, owner, &lead.company_owner) {
        (Some(account), Some(owner), _) if *owner == offer.rep => match &account.owner_of {
            Some(above) => format!("{} belongs to {above}, your account", account.name),
            None => format!("{} is your account", account.name),
        },
        (Some(account), Some(_), _) => format!("you stand in for the owner of {}", account.name),
        (_, None, Some(kept)) if kept.rep == offer.rep => {
            format!("lead #{} of the same company is yours", kept.lead)
        }
        (_, None, Some(kept)) => format!(
            "you stand in for {}, who has lead #{} of the same company",
            policy.name_of(&kept.rep),
            kept.lead
        ),
        (_, None, None) | (None, Some(_), _) => "you own the account".to_owned(),
    }
}
