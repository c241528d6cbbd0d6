//! What `/leads` answers: lists with something to press beside each lead.
//!
//! ```text
//! /leads mine     what to do by when, then the rest     [Contacted] [Details]
//! /leads queue    what may be taken                      [Take] [Details]
//! /leads queue demo high de
//! /leads review   what a manager decides                 [Assign…] [Details]
//! /leads search TEXT
//! ```

use super::{
    commands::{CommandWords, Topic},
    fate::whereabouts,
    next_step,
    offer::contact_line,
    seen::Seen,
    urgency::{by_urgency, headline, offer_to},
    when::When,
};
use crate::domain::{
    action::Action,
    card::{Button, ButtonStyle, Card, Href, Item, Part, Run},
    contact::Field,
    id::RepId,
    lead::{Lead, Offer, OfferKind, State},
    phrase::say_duration,
    policy::Policy,
};

/// As many leads stand on one page.
pub const PAGE: usize = 10;
/// A phone number that could not be read is shown as it came, up to so much of it.
const MAX_NUMBER: usize = 40;

/// Whose list it is, and what they may know.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// Who reads.
    pub rep: &'a RepId,
    /// The rules in force.
    pub policy: &'a Policy,
    /// Their clock.
    pub when: &'a When,
    /// What they type.
    pub words: &'a CommandWords,
}

/// The reader's leads: what to answer, whom to call and what is planned, by when, each in one line; then the rest, the
/// longest untouched first. `page` counts from 0.
#[must_use]
pub fn mine(reader: Reader<'_>, leads: &[&Lead], page: usize) -> Card {
    let sorted = by_urgency(reader, leads);
    if sorted.is_empty() {
        let queue = reader.words.typed(Topic::Leads, "queue");
        return empty(&format!(
            "You have no open leads. {queue} shows what you can take."
        ));
    }
    let listing = Listing {
        headline: headline(reader, &sorted),
        name: "mine",
        text: "",
        page,
    };
    reader.list(&listing, &sorted, |lead, seen| {
        mine_line(reader, lead, seen, true)
    })
}

fn mine_line(reader: Reader<'_>, lead: &Lead, seen: &Seen<'_>, precise: bool) -> Line {
    match offer_to(reader.rep, lead) {
        Some(offer) => Line::of(reader.asks_words(lead, offer), offer_buttons(offer, seen)),
        None if reader.owns(lead) => {
            let mut words = contact_line(lead, reader.when);
            words.push_str(&next_step::listed(lead, reader.when));
            let mut line = Line::of(words, mine_buttons(lead, seen));
            line.words.extend(call_runs(seen, reader.when, precise));
            line
        }
        None => {
            let now = whereabouts(lead, reader.policy, reader.rep, reader.when);
            Line::of(now, vec![details(lead, seen)])
        }
    }
}

/// What stands in a list of a lead behind its name, and what can be pressed there.
struct Line {
    words: Vec<Run>,
    buttons: Vec<Button>,
}

impl Line {
    fn of(words: String, buttons: Vec<Button>) -> Self {
        Self {
            words: vec![Run::plain(words)],
            buttons,
        }
    }
}

/// " +49 30 123456, it is 03:12 there, at night.": the number, and the time where they are. A page that is shown
/// again whenever it changes says the time by the quarter of an hour.
fn call_runs(seen: &Seen<'_>, when: &When, precise: bool) -> Vec<Run> {
    let mut runs = Vec::new();
    let number = seen.value(Field::Phone, MAX_NUMBER);
    match Href::call(seen.exact(Field::Phone)) {
        _ if number.is_empty() => {}
        Some(to) => runs.extend([Run::plain(" "), Run::Link { label: number, to }]),
        None => runs.extend([Run::plain(" "), Run::plain(number)]),
    }
    if let Some(there) = when.there(&seen.lead().contact, precise) {
        let start = if runs.is_empty() { " It is" } else { ", it is" };
        runs.push(Run::plain(format!("{start} {there}.")));
    }
    runs
}

/// The first so many of the reader's leads as entries of another list.
#[must_use]
pub fn mine_items(reader: Reader<'_>, leads: &[&Lead], most: usize) -> Vec<Item> {
    let sorted = by_urgency(reader, leads);
    let shown = sorted.into_iter().take(most);
    shown
        .map(|lead| {
            let seen = Seen::by(reader.rep, lead, reader.policy);
            entry(&seen, mine_line(reader, lead, &seen, false))
        })
        .collect()
}

fn entry(seen: &Seen<'_>, line: Line) -> Item {
    let mut text = vec![Run::bold(seen.called()), Run::plain(": ")];
    text.extend(line.words);
    Item {
        text,
        buttons: line.buttons,
    }
}

/// What waits in the queue, oldest first; each can be taken. With words only what is meant by each of
/// them: a type, an intent, a fit, a country, a language, a source.
#[must_use]
pub fn queue(reader: Reader<'_>, text: &str, leads: &[&Lead], page: usize) -> Card {
    if leads.is_empty() {
        return empty("The queue is empty: every lead has somebody.");
    }
    let meant = |lead: &&&Lead| is_meant(&Seen::by(reader.rep, lead, reader.policy), text);
    let chosen: Vec<&Lead> = leads.iter().filter(meant).copied().collect();
    let called = super::seen::cut(text, 60);
    if chosen.is_empty() {
        return empty(&format!(
            "Of {} in the queue none is “{called}”. Words that choose: a type, an intent, a fit, a country, a language, a source.",
            count(leads.len())
        ));
    }
    let listing = Listing {
        headline: if called.is_empty() {
            format!("In the queue: {}", count(chosen.len()))
        } else {
            format!("In the queue as “{called}”: {}", count(chosen.len()))
        },
        name: "queue",
        text,
        page,
    };
    reader.list(&listing, &chosen, |lead, seen| {
        let take = Button::new(Action::QueueTake, lead.id.as_str(), "Take")
            .spoken(format!("Take {}", seen.spoken()));
        let words = format!("{}, came in {} ago.", seen.asks(), reader.age(lead));
        Line::of(words, vec![take, details(lead, seen)])
    })
}

/// Whether each word means the lead; what is hidden is not given away by asking for it.
fn is_meant(seen: &Seen<'_>, text: &str) -> bool {
    let lead = seen.lead();
    let kind = lead.lead_type.replace('_', "-");
    let fields = [Field::Country, Field::Language].map(|field| seen.exact(field));
    let fixed = [
        kind.as_str(),
        lead.lead_type.as_str(),
        lead.intent.word(),
        lead.fit.word(),
        lead.source.as_str(),
    ];
    text.split_whitespace().all(|word| {
        let mut names = fixed.iter().chain(&fields);
        names.any(|name| name.eq_ignore_ascii_case(word))
    })
}

/// What waits for a manager, oldest first.
#[must_use]
pub fn review(reader: Reader<'_>, leads: &[&Lead], page: usize) -> Card {
    if leads.is_empty() {
        return empty("Nothing waits for your decision.");
    }
    let listing = Listing {
        headline: format!("To decide: {}", count(leads.len())),
        name: "review",
        text: "",
        page,
    };
    reader.list(&listing, leads, |lead, seen| {
        let assign = Button::new(Action::ReviewAssign, lead.id.as_str(), "Assign…")
            .spoken(format!("Assign {}", seen.spoken()))
            .opening_dialog();
        let words = format!("{}, came in {} ago.", seen.asks(), reader.age(lead));
        Line::of(words, vec![assign, details(lead, seen)])
    })
}

/// The leads that match what was searched for.
#[must_use]
pub fn found(reader: Reader<'_>, text: &str, leads: &[&Lead], page: usize) -> Card {
    let called = super::seen::cut(text, 60);
    if leads.is_empty() {
        let words = format!(
            "Nothing found for “{called}”. A number, a name, a company or an e-mail address works best."
        );
        return empty(&words);
    }
    let listing = Listing {
        headline: format!("Found for “{called}”: {}", count(leads.len())),
        name: "search",
        text,
        page,
    };
    reader.list(&listing, leads, |lead, seen| {
        let now = whereabouts(lead, reader.policy, reader.rep, reader.when);
        Line::of(now, vec![details(lead, seen)])
    })
}

fn empty(words: &str) -> Card {
    Card::sentence(words)
}

fn count(leads: usize) -> String {
    if leads == 1 {
        "1 lead".to_owned()
    } else {
        format!("{leads} leads")
    }
}

fn offer_buttons(offer: &Offer, seen: &Seen<'_>) -> Vec<Button> {
    let id = offer.id.as_str();
    let take = match offer.kind {
        OfferKind::Pool => (Action::OfferClaim, "Claim"),
        OfferKind::Push | OfferKind::Given => (Action::OfferAccept, "Accept"),
        OfferKind::HandOver => (Action::OfferAccept, "Take over"),
    };
    let button = Button::new(take.0, id, take.1)
        .styled(ButtonStyle::Primary)
        .spoken(format!("{} {}", take.1, seen.spoken()));
    let decline = Button::new(Action::OfferDecline, id, "Decline")
        .spoken(format!("Decline {}", seen.spoken()))
        .opening_dialog();
    vec![button, decline, details(seen.lead(), seen)]
}

fn mine_buttons(lead: &Lead, seen: &Seen<'_>) -> Vec<Button> {
    let contacted = Button::new(Action::LeadContacted, lead.id.as_str(), "Contacted")
        .spoken(format!("Log a contact with {}", seen.spoken()))
        .opening_dialog();
    vec![contacted, details(lead, seen)]
}

/// Opens all that is known of a lead.
pub(super) fn details(lead: &Lead, seen: &Seen<'_>) -> Button {
    Button::new(Action::LeadDetails, lead.id.as_str(), "Details")
        .spoken(format!("Details of {}", seen.spoken()))
        .opening_dialog()
}

/// A list in the making.
struct Listing<'a> {
    headline: String,
    /// What `leads.page` carries before the page's number.
    name: &'static str,
    /// What was searched for, which it carries behind.
    text: &'a str,
    page: usize,
}

impl Reader<'_> {
    fn owns(&self, lead: &Lead) -> bool {
        matches!(&lead.state, State::Owned { rep, .. } if rep == self.rep)
    }

    fn asks_words(&self, lead: &Lead, offer: &Offer) -> String {
        let answer = match offer.until {
            Some(until) => format!("Please answer by {}.", self.when.said(until)),
            None => "Please answer soon.".to_owned(),
        };
        let owner = lead.owner().filter(|_| offer.is_hand_over());
        owner.map_or(answer.clone(), |owner| {
            let name = self.policy.name_of(owner);
            format!("Take it over from {name}? {answer}")
        })
    }

    /// How long ago it came in.
    pub(super) fn age(&self, lead: &Lead) -> String {
        say_duration(self.when.now().duration_since(lead.created_at))
    }

    fn list(
        &self,
        listing: &Listing<'_>,
        leads: &[&Lead],
        line: impl Fn(&Lead, &Seen<'_>) -> Line,
    ) -> Card {
        let pages = leads.len().div_ceil(PAGE).max(1);
        let page = listing.page.min(pages - 1);
        let items: Vec<Item> = leads
            .iter()
            .skip(page * PAGE)
            .take(PAGE)
            .map(|lead| {
                let seen = Seen::by(self.rep, lead, self.policy);
                entry(&seen, line(lead, &seen))
            })
            .collect();
        let said: Vec<String> = items.iter().map(words_of).collect();
        let mut parts = vec![
            Part::Text(vec![Run::bold(format!("{}.", listing.headline))]),
            Part::List(items),
        ];
        parts.extend(turning(listing, page, pages));
        Card {
            summary: format!("{}. {}", listing.headline, said.join(" ")),
            parts,
        }
    }
}

fn words_of(item: &Item) -> String {
    item.text.iter().map(Run::words).collect()
}

/// Buttons to the pages before and after; what they carry is `NAME:PAGE` or `search:PAGE:TEXT`.
fn turning(listing: &Listing<'_>, page: usize, pages: usize) -> Option<Part> {
    let Listing { name, text, .. } = listing;
    let colon = if text.is_empty() { "" } else { ":" };
    let before = page.checked_sub(1).map(|to| (to, "Previous"));
    let after = Some(page + 1)
        .filter(|to| *to < pages)
        .map(|to| (to, "More"));
    let buttons: Vec<Button> = [before, after]
        .into_iter()
        .flatten()
        .map(|(to, label)| {
            Button::new(
                Action::LeadsPage,
                format!("{name}:{to}{colon}{text}"),
                label,
            )
            .spoken(format!("{label}, page {} of {pages}", to + 1))
        })
        .collect();
    (!buttons.is_empty()).then_some(Part::Buttons(buttons))
}
