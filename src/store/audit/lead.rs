//! What must be true of each lead: its columns, its offers, its clock and its history.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Broken;
use crate::{
    domain::{
        id::{LeadId, OfferId, RepId, RouteId, SourceId, TeamId},
        lead::{Lead, Offer, OfferKind, OfferState, State},
        person::{self, Sign, SignKind},
        plan::StepDone,
    },
    store::{
        Error, Json, Row, RowRef, Sql, Tx,
        leads::{Columns, OfferRow},
        row, sql,
    },
};

/// How many leads are looked at together.
const PAGE: i64 = 500;

#[derive(Debug)]
struct Stored {
    id: LeadId,
    number: i64,
    source: SourceId,
    r#type: String,
    state: String,
    stage: String,
    intent: String,
    fit: String,
    owner: Option<RepId>,
    team: Option<TeamId>,
    rule: Option<RouteId>,
    email: Option<String>,
    external_id: Option<String>,
    words: String,
    waiting: bool,
    test: bool,
    imported: bool,
    epoch: i64,
    wake_at: Option<Timestamp>,
    created_at: Timestamp,
    touched_at: Timestamp,
    doc: Json<Lead>,
}

impl Row for Stored {
    fn read(row: RowRef<'_>) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.get("id")?,
            number: row.get("number")?,
            source: row.get("source")?,
            r#type: row.get("type")?,
            state: row.get("state")?,
            stage: row.get("stage")?,
            intent: row.get("intent")?,
            fit: row.get("fit")?,
            owner: row.get("owner")?,
            team: row.get("team")?,
            rule: row.get("rule")?,
            email: row.get("email")?,
            external_id: row.get("external_id")?,
            words: row.get("words")?,
            waiting: row.get("waiting")?,
            test: row.get("test")?,
            imported: row.get("imported")?,
            epoch: row.get("epoch")?,
            wake_at: row.get("wake_at")?,
            created_at: row.get("created_at")?,
            touched_at: row.get("touched_at")?,
            doc: row.get("doc")?,
        })
    }
}

#[derive(Debug)]
struct StoredOffer {
    lead_id: LeadId,
    row: OfferRow,
}

impl Row for StoredOffer {
    fn read(row: RowRef<'_>) -> Result<Self, sqlx::Error> {
        Ok(Self {
            lead_id: row.get("lead_id")?,
            row: OfferRow::read(row)?,
        })
    }
}

#[derive(Debug)]
struct Told {
    lead_id: LeadId,
    event: String,
}
row!(Told { lead_id, event });

const LEADS: &str = "select id, number, source, type, state, stage, intent, fit, owner, team, rule, email, \
     external_id, words, waiting, test, imported, epoch, wake_at, created_at, touched_at, doc from lead \
     where id > $1 order by id limit $2";

const OFFERS: Sql = sql!(
    "select lead_id, id, rep, team, kind, state, epoch, offered_at, delivered_at, until_at, decided_at, \
     released_at, reason, taken from offer where lead_id "
    [sqlite "in (select value from json_each($1))"]
    [postgres "= any (array(select jsonb_array_elements_text($1)))"]
);

const TOLD: Sql = sql!(
    "select distinct lead_id, event from fact where event in ('created', 'owned') \
     and lead_id "
    [sqlite "in (select value from json_each($1))"]
    [postgres "= any (array(select jsonb_array_elements_text($1)))"]
);

const SIGNS: Sql = sql!(
    "select kind, value from identity where kind in ('email', 'phone') and value "
    [sqlite "in (select value from json_each($1))"]
    [postgres "= any (array(select jsonb_array_elements_text($1)))"]
);

/// The signs of a page of leads that lead to somebody. The weaker ones may not: a lead that came before they were
/// looked at has none.
async fn kept_signs(tx: &mut Tx, page: &[Stored]) -> Result<BTreeSet<(String, String)>, Error> {
    let all = page.iter().flat_map(|stored| sure_signs(&stored.doc.0));
    let values: Vec<String> = all.map(|sign| sign.value).collect();
    let kept: Vec<(String, String)> = tx.q(SIGNS).bind(Json(values)).all().await?;
    Ok(kept.into_iter().collect())
}

/// The mail address and the phone number. A trial is nobody.
fn sure_signs(lead: &Lead) -> Vec<Sign> {
    let mut signs = person::signs(&lead.contact, &lead.source);
    signs.retain(|sign| match sign.kind {
        SignKind::Email | SignKind::Phone => !lead.test,
        SignKind::ExternalId | SignKind::Name => false,
    });
    signs
}

/// Checks each lead, a page at a time.
pub(super) async fn check_all(tx: &mut Tx, broken: &mut Vec<Broken>) -> Result<(), Error> {
    let mut after = LeadId::from("");
    loop {
        let page: Vec<Stored> = tx.q(LEADS).bind(&after).bind(PAGE).all().await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.id.clone();
        let ids: Vec<&LeadId> = page.iter().map(|stored| &stored.id).collect();
        let offers: Vec<StoredOffer> = tx.q(OFFERS).bind(Json(&ids)).all().await?;
        let told: Vec<Told> = tx.q(TOLD).bind(Json(&ids)).all().await?;
        let mut rows: BTreeMap<LeadId, Vec<OfferRow>> = BTreeMap::new();
        for offer in offers {
            rows.entry(offer.lead_id).or_default().push(offer.row);
        }
        let told: BTreeSet<(LeadId, String)> =
            told.into_iter().map(|t| (t.lead_id, t.event)).collect();
        let signs = kept_signs(tx, &page).await?;
        for stored in page {
            for sign in sure_signs(&stored.doc.0) {
                if !signs.contains(&(sign.kind.word().to_owned(), sign.value)) {
                    let detail = format!("its {} leads to nobody", sign.kind.name());
                    broken.push(Broken::of("signs_are_kept", &stored.id, detail));
                }
            }
            let rows = rows.remove(&stored.id).unwrap_or_default();
            check(&stored, &rows, &told, broken);
        }
    }
}

fn check(
    stored: &Stored,
    rows: &[OfferRow],
    told: &BTreeSet<(LeadId, String)>,
    broken: &mut Vec<Broken>,
) {
    let lead = &stored.doc.0;
    let mut say = |invariant, detail: String| {
        broken.push(Broken::of(invariant, &stored.id, detail));
    };
    for column in stored.wrong_columns() {
        say(
            "columns_are_the_lead",
            format!("{column} is not the lead's"),
        );
    }
    for offer in wrong_rows(lead, rows) {
        say(
            "offers_are_the_lead",
            format!("{offer} is not as the lead has it"),
        );
    }
    for (invariant, detail) in wrong_holder(lead) {
        say(invariant, detail.to_owned());
    }
    if stored.wake_at.is_none() && needs_waking(lead) {
        say(
            "open_steps_wake",
            "has steps to take, or none left, and nothing wakes it".to_owned(),
        );
    }
    let was_told = |event: &str| told.contains(&(stored.id.clone(), event.to_owned()));
    if !was_told("created") && !matches!(lead.state, State::Pending) {
        say("history_is_whole", "has no 'created'".to_owned());
    }
    if matches!(lead.state, State::Owned { .. }) && !was_told("owned") {
        say("history_is_whole", "is owned and has no 'owned'".to_owned());
    }
}

impl Stored {
    /// The columns that are not what the lead says.
    fn wrong_columns(&self) -> impl Iterator<Item = &'static str> {
        let lead = &self.doc.0;
        let right = Columns::of(lead);
        let micros = |at: Timestamp| at.as_microsecond();
        let checks = [
            ("id", self.id == lead.id),
            ("number", self.number == lead.number),
            ("source", self.source == lead.source),
            ("type", self.r#type == right.lead_type),
            ("state", self.state == right.state),
            ("stage", self.stage == right.stage),
            ("intent", self.intent == right.intent),
            ("fit", self.fit == right.fit),
            ("owner", self.owner == right.owner),
            ("team", self.team == right.team),
            ("rule", self.rule == right.rule),
            ("email", self.email == right.email),
            ("external_id", self.external_id == right.external_id),
            ("words", self.words == right.words),
            ("waiting", self.waiting == right.waiting),
            ("test", self.test == lead.test),
            ("imported", self.imported == lead.imported.is_some()),
            ("epoch", self.epoch == right.epoch),
            (
                "wake_at",
                self.wake_at.map(micros) == right.wake_at.map(micros),
            ),
            (
                "created_at",
                micros(self.created_at) == micros(lead.created_at),
            ),
            (
                "touched_at",
                micros(self.touched_at) == micros(right.touched_at),
            ),
        ];
        checks
            .into_iter()
            .filter(|(_, ok)| !ok)
            .map(|(name, _)| name)
    }
}

/// The offers that are not in both, or not alike.
fn wrong_rows(lead: &Lead, rows: &[OfferRow]) -> BTreeSet<OfferId> {
    let right: Vec<OfferRow> = lead.offers.iter().map(OfferRow::of).collect();
    let missing = right
        .iter()
        .filter(|want| !rows.iter().any(|row| row.fits(want)));
    let extra = rows
        .iter()
        .filter(|row| !right.iter().any(|want| row.fits(want)));
    missing.chain(extra).map(|row| row.id.clone()).collect()
}

/// What does not fit together in the state and the offers: a lead is with exactly whom its state says.
fn wrong_holder(lead: &Lead) -> Vec<(&'static str, &'static str)> {
    let live: Vec<&Offer> = lead.offers.iter().filter(|o| is_live(o)).collect();
    let asked = |kind| lead.pending().filter(|o| o.kind == kind).count();
    let (pushed, pooled) = (asked(OfferKind::Push), asked(OfferKind::Pool));
    let owner_fits = match &lead.state {
        State::Owned { rep, offer } => {
            live.len() == 1
                && live[0].id == *offer
                && live[0].rep == *rep
                && live[0].epoch == lead.epoch
        }
        State::Pending
        | State::Offered { .. }
        | State::Pooled { .. }
        | State::Queued { .. }
        | State::Review { .. }
        | State::Nurture { .. }
        | State::Closed { .. }
        | State::Disqualified { .. } => live.is_empty(),
    };
    let offer_fits = match &lead.state {
        State::Offered { offer } => pushed == 1 && lead.offer(offer).is_some_and(Offer::is_pending),
        State::Pending
        | State::Pooled { .. }
        | State::Queued { .. }
        | State::Review { .. }
        | State::Nurture { .. }
        | State::Owned { .. }
        | State::Closed { .. }
        | State::Disqualified { .. } => pushed == 0,
    };
    let pool_fits = matches!(lead.state, State::Pooled { .. }) == (pooled > 0);
    let handed = asked(OfferKind::HandOver);
    let hands_fit = handed <= live.len() && (handed == 0 || owner_fits);
    let rules = [
        (
            "handed_over_by_owner",
            hands_fit,
            "a colleague is asked for what nobody owns, or two are",
        ),
        ("one_owner", live.len() <= 1, "has two owners"),
        (
            "owned_by_offer",
            owner_fits,
            "its owner is not who accepted",
        ),
        (
            "offered_to_one",
            offer_fits,
            "who is asked is not who it is offered to",
        ),
        (
            "pooled_by_offers",
            pool_fits,
            "its pool is not who may claim it",
        ),
    ];
    let wrong = rules.into_iter().filter(|(_, ok, _)| !ok);
    wrong.map(|(name, _, detail)| (name, detail)).collect()
}

fn is_live(offer: &Offer) -> bool {
    offer.state == OfferState::Accepted && offer.released_at.is_none()
}

/// Whether a lead that nobody has counts on the clock. While an offer is not delivered, its delivery goes on;
/// while the chat is down, its return is waited for.
fn needs_waking(lead: &Lead) -> bool {
    if lead.is_used_up() {
        return true;
    }
    let open = lead.steps().iter().any(|step| step.done == StepDone::Open);
    let underway = lead
        .pending()
        .any(|offer| offer.delivered_at.is_none() || offer.held_since.is_some());
    lead.runs_a_clock() && lead.owner().is_none() && open && !underway
}
