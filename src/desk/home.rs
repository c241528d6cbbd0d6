//! The home tab, which only Slack has: shown when somebody opens it, and again after what it shows has changed; only to people who
//! looked lately, and not more often than they can read.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::Desk;
use crate::{
    chat::incoming::Presser,
    commands::{self, Context},
    domain::{card::Card, id::RepId, policy::Platform},
    store::Channel,
};

/// Whoever has not looked for so long is shown nothing new until they open it again.
const LOOKED_LATELY: SignedDuration = SignedDuration::from_hours(8);
/// One page is not shown anew more often than this.
const AT_MOST_EVERY: SignedDuration = SignedDuration::from_secs(5);
/// What happens together is shown together.
const GATHERED: Duration = Duration::from_secs(1);
/// Without news it is looked as often: availability changes by the clock.
const LOOK: Duration = Duration::from_secs(60);
/// More pages than this are not kept up to date by themselves.
const MOST_PAGES: usize = 500;

/// Whose pages are open.
#[derive(Clone, Default)]
pub(super) struct Homes(Arc<Mutex<HashMap<RepId, Open>>>);

/// A page that somebody looked at.
struct Open {
    user: String,
    looked_at: Timestamp,
    shown_at: Timestamp,
    shown: Option<Card>,
    /// Something has happened since.
    behind: bool,
}

impl Homes {
    fn all(&self) -> MutexGuard<'_, HashMap<RepId, Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self, rep: &RepId, user: &str, now: Timestamp) {
        let mut all = self.all();
        if all.len() >= MOST_PAGES && !all.contains_key(rep) {
            all.retain(|_, open| now.duration_since(open.looked_at) < LOOKED_LATELY);
            let oldest = all.iter().min_by_key(|(_, open)| open.looked_at);
            if let Some(oldest) = oldest.map(|(rep, _)| rep.clone())
                && all.len() >= MOST_PAGES
            {
                all.remove(&oldest);
            }
        }
        let shown = all.remove(rep).and_then(|open| open.shown);
        all.insert(
            rep.clone(),
            Open {
                user: user.to_owned(),
                looked_at: now,
                // It is shown right now; whoever refreshes all pages meanwhile leaves it alone.
                shown_at: now,
                shown,
                behind: true,
            },
        );
    }

    /// Something has happened that any page may show.
    fn news(&self, now: Timestamp) {
        let mut all = self.all();
        all.retain(|_, open| now.duration_since(open.looked_at) < LOOKED_LATELY);
        all.values_mut().for_each(|open| open.behind = true);
    }

    /// Whether a page has to rest before it can show what has happened.
    fn is_behind(&self) -> bool {
        self.all().values().any(|open| open.behind)
    }

    /// Whose page is behind and may be shown anew now.
    fn due(&self, now: Timestamp) -> Vec<(RepId, String)> {
        let all = self.all();
        let due = all
            .iter()
            .filter(|(_, open)| open.behind && open.rested(now));
        due.map(|(rep, open)| (rep.clone(), open.user.clone()))
            .collect()
    }

    fn shows(&self, rep: &RepId, card: &Card) -> bool {
        let all = self.all();
        all.get(rep)
            .is_some_and(|open| open.shown.as_ref() == Some(card))
    }

    fn note(&self, rep: &RepId, card: Option<Card>, now: Timestamp) {
        if let Some(open) = self.all().get_mut(rep) {
            open.shown = card;
            open.shown_at = now;
            open.behind = false;
        }
    }
}

impl Open {
    fn rested(&self, now: Timestamp) -> bool {
        now.duration_since(self.shown_at) >= AT_MOST_EVERY
    }
}

impl Desk {
    /// Somebody opened their page: it is drawn while the answer is on its way.
    pub(super) async fn opened_home(&self, who: &Presser) {
        match self.rep(who).await {
            Ok(rep) => {
                let now = self.engine.clock().now();
                self.homes.opened(&rep, &who.user_id, now);
                self.show_home(&rep, &who.user_id, true).await;
            }
            Err(trouble) => {
                trouble.log();
                let words = self.words_for(trouble, who).await;
                self.publish(&who.user_id, &words).await;
            }
        }
    }

    /// Shows a page that is open as it is now, after its owner did something on it.
    pub(super) async fn refresh_home(&self, rep: &RepId, who: &Presser) {
        let now = self.engine.clock().now();
        self.homes.opened(rep, &who.user_id, now);
        self.show_home(rep, &who.user_id, true).await;
    }

    /// Shows a page that somebody has open as it is now.
    pub(super) async fn refresh_open_home(&self, rep: &RepId, who: &Presser) {
        if self.homes.all().contains_key(rep) {
            self.show_home(rep, &who.user_id, true).await;
        }
    }

    /// Shows every page that has changed and may be shown anew; how many.
    pub async fn refresh_homes(&self) -> usize {
        let now = self.engine.clock().now();
        self.homes.news(now);
        self.show_due().await
    }

    async fn show_due(&self) -> usize {
        let now = self.engine.clock().now();
        let mut shown = 0;
        for (rep, user) in self.homes.due(now) {
            shown += usize::from(self.show_home(&rep, &user, false).await);
        }
        shown
    }

    /// Keeps open pages up to date until `stop`.
    pub async fn keep_homes(&self, stop: CancellationToken) {
        let mut leads = self.engine.db().subscribe(Channel::Leads);
        // Whatever changes a lead changes a card.
        let mut cards = self.engine.db().subscribe(Channel::Outbox);
        loop {
            self.show_due().await;
            let rest = if self.homes.is_behind() {
                GATHERED
            } else {
                LOOK
            };
            let news = tokio::select! {
                () = stop.cancelled() => return,
                _ = leads.changed() => true,
                _ = cards.changed() => true,
                () = tokio::time::sleep(rest) => rest == LOOK,
            };
            if !news {
                continue;
            }
            self.homes.news(self.engine.clock().now());
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(GATHERED) => {}
            }
        }
    }

    /// Draws the page and shows it, if it differs from what stands there or `anyway`; whether it did.
    async fn show_home(&self, rep: &RepId, user: &str, anyway: bool) -> bool {
        let words = self.words(Platform::Slack);
        let context = Context {
            engine: &self.engine,
            words: &words,
            stands: false,
        };
        let card = commands::home(context, rep).await;
        let now = self.engine.clock().now();
        if !anyway && self.homes.shows(rep, &card) {
            self.homes.note(rep, Some(card), now);
            return false;
        }
        let shown = self.publish(user, &card).await;
        self.homes.note(rep, shown.then_some(card), now);
        shown
    }

    async fn publish(&self, user: &str, card: &Card) -> bool {
        let Some(chat) = self.chats.get(Platform::Slack) else {
            return false;
        };
        match chat.home(user, card).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "a home tab could not be shown");
                false
            }
        }
    }
}
