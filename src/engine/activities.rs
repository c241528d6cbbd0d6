//! What people did: counted for their lead, or kept until they are one.

use jiff::{SignedDuration, Timestamp};

use super::{Activities, Engine, Error, Received, receive::Coming};
use crate::{
    domain::{
        activity::{Activity, Deed, UNSUBSCRIBED},
        event::Event,
        id::{LeadId, SourceId},
        lead::Lead,
        person::{self, Sign, SignKind},
        submission::Status,
    },
    store::{
        Tx,
        activities::{self, Kept, MOST_OF_A_STRANGER, NewActivity},
        leads,
    },
};

/// What was done longer ago is told of nobody.
const OLDEST: SignedDuration = SignedDuration::from_hours(24 * 365);

/// How far ahead of ours another's clock may be.
const AHEAD: SignedDuration = SignedDuration::from_mins(1);

/// How long it is kept what strangers did.
const STRANGERS: SignedDuration = SignedDuration::from_hours(24 * 90);

/// What came of one activity.
enum Noted {
    /// It is this lead's.
    Of(LeadId),
    /// It is nobody's yet.
    Kept,
    /// It was told before.
    Again,
    /// It is not kept, and why.
    Left(&'static str),
}

impl Engine {
    /// Notes what people did; who of them are described, and nobody knows, becomes a lead first.
    pub(super) async fn note_activities(
        &self,
        tx: &mut Tx,
        received: &mut Received,
        coming: Coming<'_>,
        told: &Activities,
        now: Timestamp,
    ) -> Result<(), Error> {
        received.problems.clone_from(&told.problems);
        let source = coming.brought.source;
        let described = told.leads.iter().map(|new| &new.contact);
        let who = described.chain(told.activities.iter().map(|one| &one.who));
        let signs: Vec<Sign> = who.flat_map(|it| person::signs(it, source)).collect();
        leads::hold(tx, &signs).await?;
        if !told.leads.is_empty() {
            self.let_through(tx, received, coming, &told.leads, now)
                .await?;
        }
        let mut counts = !received.leads.is_empty();
        let mut all_again = !counts && !told.activities.is_empty();
        let mut kept = 0_usize;
        for (index, one) in told.activities.iter().enumerate() {
            let noted = self.note(tx, received, source, (index, one), now).await?;
            all_again &= matches!(noted, Noted::Again);
            match noted {
                Noted::Of(lead) => {
                    counts |= matches!(one.what, Deed::Did(_));
                    name(received, lead);
                }
                Noted::Kept => kept += 1,
                Noted::Again => {}
                Noted::Left(why) => received
                    .problems
                    .push(format!("activity {}: {why}", index + 1)),
            }
        }
        received.status = match (counts, all_again) {
            (true, _) => Status::Accepted,
            (false, true) => Status::Duplicate,
            (false, false) if received.status == Status::Quarantined => Status::Quarantined,
            (false, false) => Status::Ignored,
        };
        if received.status == Status::Ignored {
            let why = match told.why.as_str() {
                // Of what does not count, only that is acted on.
                "" if !received.leads.is_empty() => "unsubscribed",
                said => said,
            };
            let why = Some(why).filter(|it| !it.is_empty());
            received.problems.extend(why.map(str::to_owned));
        }
        if kept > 0 {
            let what = format!("nobody is known for {kept} of them: kept until they are a lead");
            received.problems.push(what);
            let since = now.checked_sub(STRANGERS).unwrap_or(Timestamp::MIN);
            activities::forget(tx, since).await?;
        }
        Ok(())
    }

    async fn note(
        &self,
        tx: &mut Tx,
        received: &Received,
        source: &SourceId,
        (index, one): (usize, &Activity),
        now: Timestamp,
    ) -> Result<Noted, Error> {
        let at = match one.at {
            Some(at) if now.duration_since(at) > OLDEST => {
                return Ok(Noted::Left("it was done more than a year ago"));
            }
            Some(at) if at.duration_since(now) > AHEAD => now,
            Some(at) => at.min(now),
            None => now,
        };
        let signs = person::signs(&one.who, source);
        let found = self.led_to(tx, &signs).await?;
        let lead = person::recognise(&one.who, &found)
            .ok()
            .map(|(lead, _)| lead);
        let name = format!("{}/{index}", received.submission);
        let key = key(one, &signs).unwrap_or(name);
        let new = NewActivity {
            source,
            key: &key,
            activity: one.what.name(),
            at,
            received_at: now,
            submission: &received.submission,
            lead: lead.as_ref(),
        };
        let Some(id) = activities::insert(tx, &new).await? else {
            return Ok(Noted::Again);
        };
        let Some(lead) = lead else {
            if !self.is_worth_keeping(tx, one, &signs).await? {
                activities::take_out(tx, id).await?;
                let why = "nobody is known, and it can't be kept for later";
                return Ok(Noted::Left(why));
            }
            activities::keep(tx, id, &signs).await?;
            return Ok(Noted::Kept);
        };
        self.tell(tx, &lead, one.what.clone(), (at, source), now)
            .await?;
        Ok(Noted::Of(lead))
    }

    /// Of strangers only so much is kept, and not that somebody deleted them.
    async fn is_worth_keeping(
        &self,
        tx: &mut Tx,
        one: &Activity,
        signs: &[Sign],
    ) -> Result<bool, Error> {
        let Some(first) = signs.first().filter(|_| one.what != Deed::Deleted) else {
            return Ok(false);
        };
        Ok(activities::of_stranger(tx, first).await? < MOST_OF_A_STRANGER)
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        lead: &LeadId,
        what: Deed,
        (at, source): (Timestamp, &SourceId),
        now: Timestamp,
    ) -> Result<(), Error> {
        let source = source.clone();
        let event = Event::Did { what, at, source };
        self.handle_in(tx, lead, event, now).await.map(drop)
    }

    /// Those of whom there is a lead, by the ids that their vendor has deleted: whoever has it is told.
    pub(super) async fn deleted(
        &self,
        tx: &mut Tx,
        source: &SourceId,
        keys: &[String],
        now: Timestamp,
    ) -> Result<Vec<LeadId>, Error> {
        let sign = |key: &String| Sign {
            kind: SignKind::ExternalId,
            value: format!("{source}:{key}"),
        };
        let signs: Vec<Sign> = keys.iter().map(sign).collect();
        leads::hold(tx, &signs).await?;
        let mut gone = Vec::new();
        for sign in &signs {
            if let Some(lead) = leads::by_sign(tx, sign).await? {
                self.tell(tx, &lead, Deed::Deleted, (now, source), now)
                    .await?;
                gone.push(lead);
            }
        }
        Ok(gone)
    }

    /// What was told before of whoever has one of these signs.
    pub(super) async fn waited(&self, tx: &mut Tx, signs: &[Sign]) -> Result<Vec<Kept>, Error> {
        let mut all: Vec<Kept> = Vec::new();
        for sign in signs.iter().filter(|sign| sign.kind != SignKind::Name) {
            for one in activities::waiting(tx, sign).await? {
                if all.iter().all(|known| known.id != one.id) {
                    all.push(one);
                }
            }
        }
        Ok(all)
    }

    /// What was kept is this lead's now.
    pub(super) async fn adopted(
        &self,
        tx: &mut Tx,
        lead: &LeadId,
        kept: &[Kept],
    ) -> Result<(), Error> {
        for one in kept {
            activities::adopt(tx, one.id, lead).await?;
        }
        Ok(())
    }

    /// A lead has learned these signs: what was kept of them is its own.
    pub(super) async fn adopt(
        &self,
        tx: &mut Tx,
        lead: &LeadId,
        signs: &[Sign],
        now: Timestamp,
    ) -> Result<(), Error> {
        let kept = self.waited(tx, signs).await?;
        for one in &kept {
            let what = Deed::by_name(&one.activity).unwrap_or(Deed::Did(one.activity.clone()));
            let source = &one.source;
            self.tell(tx, lead, what, (one.at, source), now).await?;
        }
        self.adopted(tx, lead, &kept).await
    }
}

/// Adds what somebody did before they were a lead.
pub(super) fn remember(lead: &mut Lead, kept: &[Kept]) {
    for one in kept {
        lead.activities.add(&one.activity, one.at);
        if one.activity == UNSUBSCRIBED {
            lead.unsubscribed_at = lead.unsubscribed_at.max(Some(one.at));
        }
    }
}

fn name(received: &mut Received, lead: LeadId) {
    if !received.leads.contains(&lead) {
        received.leads.push(lead);
    }
}

/// What tells an activity from all others of its source: the sender's id, or who did what when. Without either it is
/// the only one of its kind.
fn key(one: &Activity, signs: &[Sign]) -> Option<String> {
    if let Some(id) = &one.id {
        return Some(format!("id:{id}"));
    }
    let (at, sign) = (one.at?, signs.first()?);
    let (kind, who) = (sign.kind.word(), &sign.value);
    Some(format!(
        "{}:{}:{kind}:{who}",
        one.what.name(),
        at.as_microsecond()
    ))
}
