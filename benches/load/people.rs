//! Who acts while Baton is killed over and over: websites that post until they are answered, and reps who
//! press again when nothing happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::client::Conn;
use crate::config::{rep_id, slack_id};
use crate::figures::{Chance, wall};
use crate::lead::Lead;
use crate::ledger::{Pressed, Shared, Submission};
use crate::slack::{Card, Slack};

/// How long somebody waits before the next try.
const PAUSE: Duration = Duration::from_millis(20);

/// How long a website tries to post one lead.
const TRIES_FOR: Duration = Duration::from_secs(60);

/// How often a rep presses one button.
const PRESSES: u32 = 40;

/// Baton answers a press after this even when it is not done with it; such an answer promises nothing.
const PROMISED_WITHIN: u64 = 2_000;

/// What all of them share.
pub struct Outside {
    pub ledger: Shared,
    pub next: AtomicU64,
    pub teams: u64,
    pub reps: u64,
    /// No new leads and presses from then on.
    pub enough: CancellationToken,
}

impl Outside {
    /// Posts leads, one in ten of them somebody's second one, each until it is acknowledged.
    pub async fn post(self: Arc<Self>, mut conn: Conn, mut chance: Chance, pace: Duration) {
        let mut known: Vec<u64> = Vec::new();
        while !self.enough.is_cancelled() {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            let again = chance.below(10) == 0 && !known.is_empty();
            let person = match again {
                true => known[usize::try_from(chance.below(known.len() as u64)).unwrap_or(0)],
                false => n,
            };
            let lead = Lead::new(format!("kill-{n}"), person, person % self.teams);
            self.post_until_answered(&mut conn, &lead, person).await;
            if chance.below(20) == 0 {
                self.post_until_answered(&mut conn, &lead, person).await;
            }
            known.push(person);
            tokio::time::sleep(pace).await;
        }
    }

    async fn post_until_answered(&self, conn: &mut Conn, lead: &Lead, person: u64) {
        let begun = Instant::now();
        let key = lead.key.clone();
        while begun.elapsed() < TRIES_FOR {
            let Ok(answer) = lead.post(conn).await else {
                self.ledger.lock().posts_again += 1;
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let mut ledger = self.ledger.lock();
            match (answer.lead, answer.status.as_str()) {
                (Some(lead), "accepted" | "duplicate") => {
                    ledger.submissions.push(Submission { key, person, lead });
                }
                (lead, status) => {
                    let wrong = format!("submission {key} was answered as {status}, lead {lead:?}");
                    ledger.violations.push(wrong);
                }
            }
            return;
        }
        let wrong = format!("submission {key} was not answered with 200 within {TRIES_FOR:?}");
        self.ledger.lock().violations.push(wrong);
    }

    /// Looks at somebody's messages and presses Accept on what is new there, most of the time.
    pub async fn press(self: Arc<Self>, slack: Slack, mut chance: Chance, pace: Duration) {
        let mut conn = slack.conn();
        while !self.enough.is_cancelled() {
            let user = slack_id(chance.below(self.reps));
            for card in slack.cards(&mut conn, &user).await.unwrap_or_default() {
                if card.open
                    && self.ledger.lock().seen.insert(card.offer.clone())
                    && chance.below(10) < 7
                {
                    self.press_until_answered(slack, &mut conn, &card).await;
                }
            }
            tokio::time::sleep(pace).await;
        }
    }

    async fn press_until_answered(&self, slack: Slack, conn: &mut Conn, card: &Card) {
        for _ in 0..PRESSES {
            let outcome = slack.accept(conn, card).await;
            let promised = outcome.is_ok_and(|outcome| {
                outcome.is_answered() && outcome.answer.millis < PROMISED_WITHIN
            });
            if promised {
                self.ledger.lock().presses.push(Pressed {
                    offer: card.offer.clone(),
                    rep: rep_id(&card.user),
                    answered_at: wall(),
                });
                return;
            }
            self.ledger.lock().presses_again += 1;
            tokio::time::sleep(PAUSE).await;
        }
        self.ledger.lock().presses_unknown += 1;
    }
}
