//! Who pressed: a person of the chat becomes a rep of the configuration, or nobody.

use std::ops::Range;

use jiff::{Timestamp, tz::TimeZone};
use tracing::Instrument;

use super::{Desk, trouble::Trouble};
use crate::{
    cards,
    chat::{Who, incoming::Presser},
    domain::{id::RepId, policy::Platform},
    store::{
        accounts::{self, Account},
        greetings, reps,
    },
    words::{self, when::When},
};

/// Somebody who has a conversation with Baton.
pub(super) struct Met {
    pub(super) who: Presser,
    pub(super) conversation: String,
    pub(super) address: Option<String>,
    pub(super) installed: bool,
}

impl Desk {
    /// The rep that this person is. Guests and people of other workspaces are nobody unless the
    /// configuration names them.
    pub(super) async fn rep(&self, who: &Presser) -> Result<RepId, Trouble> {
        if self.is_elsewhere(who) {
            return Err(Trouble::Stranger);
        }
        let found = self.rep_by_user(who.platform, &who.user_id).await?;
        self.unless_barred(found.ok_or(Trouble::Stranger)?).await
    }

    /// The rep with this account: as the configuration says, else as the chat was asked.
    async fn rep_by_user(&self, chat: Platform, user: &str) -> Result<Option<RepId>, Trouble> {
        let rules = self.engine.rules();
        let policy = &rules.policy;
        let mut reps = policy.reps.values();
        if let Some(rep) = reps.find(|rep| rep.user_in(chat) == Some(user)) {
            return Ok(Some(rep.id.clone()));
        }
        let db = self.engine.db();
        let looked_up = db.read(async |mut tx| accounts::by_user(&mut tx, chat, user).await);
        // A rep whom the configuration gives another id or address has changed since they were looked up.
        let same = |account: &Account| {
            let told = policy.reps.get(&account.rep);
            told.is_some_and(|rep| account.may_be_of(rep))
        };
        let found = looked_up.await?.into_iter().find(same);
        Ok(found.map(|account| account.rep))
    }

    /// A guest or somebody of another company is nobody, whatever the configuration says.
    async fn unless_barred(&self, rep: RepId) -> Result<RepId, Trouble> {
        let asked = std::slice::from_ref(&rep);
        let db = self.engine.db();
        let known = db
            .read(async |mut tx| reps::known(&mut tx, asked).await)
            .await?;
        let barred = known
            .get(&rep)
            .is_some_and(|known| known.barred().is_some());
        if barred {
            Err(Trouble::Stranger)
        } else {
            Ok(rep)
        }
    }

    /// Somebody's profile changed: who has left is asked nothing more, the others are looked up again.
    pub(super) async fn person_changed(&self, chat: Platform, user: &str, deleted: bool) {
        let done = match self.rep_by_user(chat, user).await {
            Ok(None) => Ok(()),
            Ok(Some(rep)) if deleted => self.lost(chat, &rep, "deactivated").await,
            Ok(Some(rep)) => {
                let done = self.engine.look_again(&rep, chat).await;
                done.map_err(Trouble::from)
            }
            Err(trouble) => Err(trouble),
        };
        // The daily look finds it out otherwise.
        if let Err(trouble) = done {
            trouble.log();
        }
    }

    /// Somebody wants not to be disturbed for a while, or may be again.
    pub(super) async fn quiet_changed(
        &self,
        chat: Platform,
        user: &str,
        quiet: Option<Range<Timestamp>>,
    ) {
        let done = match self.rep_by_user(chat, user).await {
            Ok(Some(rep)) if self.reads_in(chat, &rep) => {
                let done = self.engine.quiet_says(&rep, quiet).await;
                done.map_err(Trouble::from)
            }
            Ok(_) => Ok(()),
            Err(trouble) => Err(trouble),
        };
        // Nothing says it again; it ends by itself.
        if let Err(trouble) = done {
            trouble.log();
        }
    }

    /// Whether a rep gets their messages in this chat.
    fn reads_in(&self, chat: Platform, rep: &RepId) -> bool {
        let rules = self.engine.rules();
        rules
            .policy
            .reps
            .get(rep)
            .is_some_and(|rep| rep.chat == chat)
    }

    /// Somebody has taken Baton out of their chat; who comes back is greeted again.
    pub(super) async fn left(&self, who: &Presser) {
        let (db, chat, user) = (self.engine.db(), who.platform, who.user_id.as_str());
        let forgotten = db.write(async |mut tx| greetings::forget(&mut tx, chat, user).await);
        if let Err(error) = forgotten.await {
            tracing::warn!(%error, "who was greeted could not be forgotten");
        }
        let done = match self.rep_by_user(who.platform, &who.user_id).await {
            Ok(Some(rep)) => self.lost(who.platform, &rep, "uninstalled").await,
            Ok(None) => Ok(()),
            Err(trouble) => Err(trouble),
        };
        // Otherwise the next message to them finds it out.
        if let Err(trouble) = done {
            trouble.log();
        }
    }

    /// A rep's account is gone; of interest where they get their messages.
    async fn lost(&self, chat: Platform, rep: &RepId, why: &str) -> Result<(), Trouble> {
        if self.reads_in(chat, rep) {
            self.engine.unreachable(rep, why).await?;
        }
        Ok(())
    }

    /// Somebody has a conversation with Baton: it is remembered before the chat is answered, so that what it says
    /// next of them comes after it, and whoever is new there is greeted.
    pub(super) async fn met(&self, met: Met) {
        let (rep, greet) = match self.keep_met(&met).await {
            Ok(kept) => kept,
            Err(trouble) => return trouble.log(),
        };
        if greet {
            let rules = self.engine.rules();
            let name = rep.as_ref().map(|rep| rules.policy.name_of(rep));
            let card = words::greeting::greeting(name, &self.words(met.who.platform));
            let desk = self.clone();
            let greeted = async move { desk.tell(&met.who, None, &card).await };
            tokio::spawn(greeted.in_current_span());
        }
    }

    /// Keeps the conversation; who the person is, and whether they are to be greeted.
    async fn keep_met(&self, met: &Met) -> Result<(Option<RepId>, bool), Trouble> {
        let (who, chat) = (&met.who, met.who.platform);
        let (conversation, address) = (met.conversation.as_str(), met.address.as_deref());
        if let Some(chat) = self.chat_of(who) {
            chat.remember_conversation(&who.user_id, conversation, address);
        }
        let found = match self.rep_by_user(chat, &who.user_id).await? {
            Some(rep) => Some(rep),
            None => self.rep_by_email(who).await?,
        };
        let account = (chat, who.user_id.as_str());
        let (db, now) = (self.engine.db(), self.engine.clock().now());
        let new = db
            .write(async |mut tx| {
                if let Some(rep) = &found {
                    accounts::met(&mut tx, rep, account, conversation, address).await?;
                }
                if !met.installed {
                    return Ok(false);
                }
                greetings::keep(&mut tx, account, now).await
            })
            .await?;
        let Some(rep) = found else {
            return Ok((None, new));
        };
        if self.reads_in(chat, &rep) && self.unless_barred(rep.clone()).await.is_ok() {
            self.engine.reachable(&rep).await?;
        }
        Ok((Some(rep), new))
    }

    /// The rep of whom the configuration says only the address, if it is this person's.
    async fn rep_by_email(&self, who: &Presser) -> Result<Option<RepId>, Trouble> {
        let Some(chat) = self.chat_of(who) else {
            return Ok(None);
        };
        let person = match chat.person(&Who::Id(who.user_id.clone())).await {
            Ok(person) if person.barred().is_none() => person,
            Ok(_) => return Ok(None),
            Err(error) => {
                tracing::debug!(%error, "somebody new could not be looked up");
                return Ok(None);
            }
        };
        let rules = self.engine.rules();
        let mut reps = rules.policy.reps.values();
        let email = person.email.unwrap_or_default().to_lowercase();
        let rep = reps.find(|rep| {
            !email.is_empty() && rep.email == email && rep.user_in(who.platform).is_none()
        });
        Ok(rep.map(|rep| rep.id.clone()))
    }

    /// Who is in a group changed: the worker looks soon.
    pub(super) async fn groups_changed(&self) {
        if let Err(error) = self.engine.look_again_at_groups().await {
            Trouble::from(error).log();
        }
    }

    /// A rep's own clock: of the configuration, else the chat profile, else UTC.
    pub(super) async fn when(&self, rep: &RepId) -> Result<When, Trouble> {
        let zone = cards::zone_of(&self.engine, rep).await?;
        let zone = zone.unwrap_or(TimeZone::UTC);
        Ok(When::new(self.engine.clock().now(), &zone))
    }

    /// Whether the person is of another workspace, as in a channel shared between companies. An
    /// installation for a whole organisation (`E…`) has people of many.
    fn is_elsewhere(&self, who: &Presser) -> bool {
        match who.platform {
            Platform::Slack => {}
            // Every request of theirs has proved its tenant.
            Platform::Teams => return false,
        }
        let ours = self.workspace.get().filter(|ours| !ours.starts_with('E'));
        ours.is_some_and(|ours| !who.team_id.is_empty() && who.team_id != *ours)
    }
}
