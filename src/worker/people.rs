//! Who people are in the chat: found by their id or address, looked up once a day, and their time zone with it.
//! Who has left, is a guest, a program or of another company is given no leads.

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{Worker, guard::guarded, outlet::Outlet};
use crate::{
    chat::{
        Chat, Person, Recipient, Who,
        outcome::{FailKind, SendError},
    },
    domain::{
        id::RepId,
        policy::{Platform, Rep},
    },
    engine::{Error, Status},
    store::{
        accounts::{self, Account},
        outbox::{self, Claimed, Place},
        reps::{self, KnownRep},
    },
};

/// How long what was looked up of a person counts.
const LOOKED_UP: SignedDuration = SignedDuration::from_hours(24);

/// How often it is looked whether there is somebody new.
const LOOK: std::time::Duration = std::time::Duration::from_secs(60);

/// How often it is looked whether there are steps ahead that would reach nobody.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// Whether it is time to look at the coming week, which was looked at last by what the clock said then; one that was put
/// back is no reason to wait until it is there again.
fn is_time(last: Timestamp, now: Timestamp) -> bool {
    !(SignedDuration::ZERO..AHEAD).contains(&now.duration_since(last))
}

impl Worker {
    pub(super) async fn keep_knowing_people(self, stop: CancellationToken) {
        let mut ahead_at = Timestamp::MIN;
        while !stop.is_cancelled() {
            if let Err(error) = guarded(self.look_ahead(&mut ahead_at)).await {
                tracing::warn!(%error, "the coming week could not be looked at; trying again");
            }
            if let Err(error) = guarded(self.learn_people()).await {
                tracing::warn!(%error, "people could not be looked up; trying again");
            }
            if let Err(error) = guarded(Box::pin(self.learn_presence())).await {
                tracing::warn!(%error, "who is out of office could not be looked up; trying again");
            }
            if let Err(error) = self.learn_groups().await {
                tracing::warn!(%error, "groups could not be looked up; trying again");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Looks for steps in the coming week that would reach nobody, once an hour.
    async fn look_ahead(&self, last: &mut Timestamp) -> Result<(), Error> {
        let now = self.engine.clock().now();
        if is_time(*last, now) {
            self.engine.look_ahead().await?;
            *last = now;
        }
        Ok(())
    }

    /// Looks up everybody who was not lately: whether somebody is in hours is known before they are asked.
    pub(super) async fn learn_people(&self) -> Result<(), Error> {
        for outlet in &self.outlets {
            self.learn_people_of(outlet).await?;
        }
        Ok(())
    }

    async fn learn_people_of(&self, outlet: &Outlet) -> Result<(), Error> {
        let platform = outlet.platform();
        let rules = self.engine.rules();
        let theirs = rules.policy.reps.values();
        let theirs = theirs.filter(|rep| rep.chat == platform);
        let now = self.engine.clock().now();
        let known = self
            .db()
            .read(async |mut tx| accounts::in_chat(&mut tx, platform).await)
            .await?;
        for rep in theirs {
            let account = known.get(&rep.id);
            if account.is_some_and(|account| is_fresh(account, rep, now)) {
                continue;
            }
            match self.user_of(&outlet.chat, &rep.id).await? {
                // Whoever is not there, or can't be looked up by address, is found out about when there is
                // something to send; the others are looked up all the same.
                Ok(_)
                | Err(SendError::Fail {
                    kind: FailKind::RecipientGone | FailKind::Config,
                    ..
                }) => {}
                // The chat has no time for this now.
                Err(
                    SendError::NotYet { .. }
                    | SendError::Retry { .. }
                    | SendError::Unknown { .. }
                    | SendError::Fail { .. },
                ) => return Ok(()),
            }
        }
        Ok(())
    }

    /// A rep's account in a chat, as far as it is known by now.
    pub(super) async fn account(
        &self,
        rep: &RepId,
        platform: Platform,
    ) -> Result<Option<Account>, Error> {
        self.db()
            .read(async |mut tx| Ok(accounts::of(&mut tx, rep, platform).await?))
            .await
    }

    /// What is known of a rep, and of their account in a chat.
    async fn known(
        &self,
        rep: &RepId,
        platform: Platform,
    ) -> Result<(Option<KnownRep>, Option<Account>), Error> {
        self.db()
            .read(async |mut tx| {
                let mut known = reps::known(&mut tx, std::slice::from_ref(rep)).await?;
                let account = accounts::of(&mut tx, rep, platform).await?;
                Ok((known.remove(rep), account))
            })
            .await
    }

    /// Remembers in which conversation somebody gets their messages, so that no later run has to ask.
    pub(super) async fn keep_conversation(
        &self,
        outlet: &Outlet,
        claimed: &Claimed,
        user: &str,
        place: &Place,
    ) -> Result<(), Error> {
        let rep = claimed.recipient.strip_prefix("rep:").map(RepId::from);
        let Some(rep) = rep.filter(|_| !outbox::is_edit(&claimed.recipient)) else {
            return Ok(());
        };
        let platform = outlet.platform();
        let address = outlet.chat.address_of(&place.conversation);
        let known = self.account(&rep, platform).await?;
        if known.is_some_and(|account| {
            account.user_id == user
                && account.conversation.as_deref() == Some(&*place.conversation)
                && account.address == address
        }) {
            return Ok(());
        }
        self.db()
            .write(async |mut tx| {
                let (who, conversation) = ((platform, user), place.conversation.as_str());
                let address = address.as_deref();
                Ok(accounts::conversation(&mut tx, &rep, who, conversation, address).await?)
            })
            .await
    }

    /// Who a rep is in a chat, looked up once a day.
    pub(super) async fn user_of(
        &self,
        chat: &Chat,
        rep: &RepId,
    ) -> Result<Result<Recipient, SendError>, Error> {
        let now = self.engine.clock().now();
        let (row, account) = self.known(rep, chat.platform()).await?;
        let barred = row.as_ref().and_then(KnownRep::barred);
        if let Some(account) = &account {
            remember(chat, account);
        }
        let rules = self.engine.rules();
        let person = rules.policy.reps.get(rep);
        let fresh = |account: &&Account| person.is_none_or(|rep| is_fresh(account, rep, now));
        if let Some(account) = account.as_ref().filter(fresh) {
            return Ok(match barred {
                Some(why) => Err(gone(why)),
                None => Ok(Recipient::User(account.user_id.clone())),
            });
        }
        let Some(person) = person else {
            return Ok(Err(gone("not in the configuration")));
        };
        let before = account.filter(|it| it.may_be_of(person));
        let before = before.map(|account| account.user_id);
        match look_for(chat, person, before).await {
            Ok(found) => {
                let lost = row.is_some_and(|row| row.unreachable_at.is_some());
                self.found(chat, person, lost, found).await
            }
            Err(instead) => Ok(instead.map(Recipient::User)),
        }
    }

    /// Keeps what the chat says of a rep; whoever can be given no leads there is not asked any. Whoever was
    /// `lost` is tried again: that they can be reached by now, nobody else may ever say.
    async fn found(
        &self,
        chat: &Chat,
        rep: &Rep,
        lost: bool,
        found: Person,
    ) -> Result<Result<Recipient, SendError>, Error> {
        let (now, platform) = (self.engine.clock().now(), chat.platform());
        let learned = accounts::Learned {
            platform,
            user: &found.id,
            found_by: rep.user_in(platform).is_none().then_some(&rep.email),
            name: Some(&found.name),
            zone: found.zone.as_deref(),
        };
        self.db()
            .write(async |mut tx| accounts::learned(&mut tx, &rep.id, learned, now).await)
            .await?;
        let (rep, theirs) = (&rep.id, rep.chat == platform);
        tracing::debug!(rep.id = %rep, zone = found.zone, "looked a rep up in the chat");
        // Graph tells who is out of office apart from who somebody is.
        let tells = match platform {
            Platform::Slack => true,
            Platform::Teams => false,
        };
        if let Some(why) = found.barred() {
            if theirs && self.engine.unreachable(rep, why).await? {
                tracing::warn!(rep.id = %rep, why, "a rep's account in the chat can be given no leads");
            }
            return Ok(Err(gone(why)));
        }
        if theirs && lost {
            self.engine.reachable(rep).await?;
        }
        if theirs && tells {
            let says = found.away.clone().map(|away| Status {
                text: away.text,
                until: away.until,
            });
            self.engine.profile_says(rep, says).await?;
        }
        Ok(Ok(Recipient::User(found.id)))
    }
}

/// Asks the chat who a rep is. Where it can't say now, whom to write to all the same, or why that is not known.
async fn look_for(
    chat: &Chat,
    rep: &Rep,
    before: Option<String>,
) -> Result<Person, Result<String, SendError>> {
    let told = rep.user_in(chat.platform()).map(str::to_owned);
    let who = match &told {
        Some(id) => Who::Id(id.clone()),
        None => Who::Email(rep.email.clone()),
    };
    let error = match chat.person(&who).await {
        Ok(found) => return Ok(found),
        Err(error) => error,
    };
    Err(match (&error, before, told) {
        // Who could not be looked up today is still where they were yesterday.
        (
            SendError::NotYet { .. } | SendError::Retry { .. } | SendError::Unknown { .. },
            Some(user),
            _,
        ) => Ok(user),
        // Whose id is configured can be written to without being looked up.
        (
            SendError::NotYet { .. }
            | SendError::Retry { .. }
            | SendError::Unknown { .. }
            | SendError::Fail {
                kind: FailKind::Config,
                ..
            },
            _,
            Some(user),
        ) => Ok(user),
        (SendError::Unknown { why }, None, _) => Err(SendError::Retry {
            after: None,
            why: why.clone(),
        }),
        _ => Err(error),
    })
}

/// The direct conversation with somebody need not be opened again.
fn remember(chat: &Chat, account: &Account) {
    if let Some(conversation) = &account.conversation {
        chat.remember_conversation(&account.user_id, conversation, account.address.as_deref());
    }
}

/// Whether it need not be asked yet who a rep is; when the configuration says something else, it is asked at once.
fn is_fresh(account: &Account, rep: &Rep, now: Timestamp) -> bool {
    // What a clock that was put back since has looked up in time to come is looked up again.
    let lately = SignedDuration::ZERO..LOOKED_UP;
    let looked_up = |at: Timestamp| lately.contains(&now.duration_since(at));
    account.is_as_told(rep) && account.looked_up_at.is_some_and(looked_up)
}

fn gone(why: &str) -> SendError {
    SendError::fail(FailKind::RecipientGone, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coming_week_is_looked_at_each_hour_also_by_a_clock_that_was_put_back() {
        let last: Timestamp = "2026-11-20T10:00:00Z".parse().expect("a moment");
        for (now, expected) in [
            ("2026-11-20T10:00:00Z", false),
            ("2026-11-20T10:59:59Z", false),
            ("2026-11-20T11:00:00Z", true),
            ("2026-11-20T09:59:59Z", true),
            ("2026-11-19T10:00:00Z", true),
        ] {
            let now = now.parse().expect("a moment");
            assert_eq!(is_time(last, now), expected, "{now}");
        }
        assert!(is_time(Timestamp::MIN, last));
    }
}
