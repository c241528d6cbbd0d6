//! Faults on request: what the next calls of a method, or the next callbacks, meet instead of success.
//!
//! A rule is JSON under `/_playground/faults`:
//! `{"method": "chat.postMessage", "recipient": "U0SELIN", "times": 2, "fault": {"kind": "rate_limited", "seconds": 3}}`.
//! `method` may be `*`; callbacks are called `interactions`, `commands` and `events`. An envelope on its way
//! through a socket is called `socket` and knows `drop_before`, `drop_after` and `refresh`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// 429 with this many seconds in `Retry-After`; nothing is done.
    RateLimited {
        /// How long to wait.
        seconds: u64,
    },
    /// An HTTP status and a page instead of JSON; nothing is done.
    Status {
        /// For instance 500 or 503.
        status: u16,
    },
    /// The connection ends before anything is done.
    DropBefore,
    /// It is done, and then the connection ends without an answer.
    DropAfter,
    /// It is done at once, the answer takes this long.
    Slow {
        /// In milliseconds.
        millis: u64,
    },
    /// `ok: false` with this error; nothing is done.
    Refuse {
        /// Slack's word, for instance `user_disabled`.
        error: String,
    },
    /// A callback is sent a second time right after the first.
    Twice,
    /// A callback leaves this much later.
    Late {
        /// In milliseconds.
        millis: u64,
    },
    /// A callback is lost; the person sees a time-out.
    Lost,
    /// A socket is asked to leave.
    Refresh,
}

/// Which calls a fault meets, and how many of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultRule {
    /// A Web API method, a callback (`interactions`, `commands`, `events`), `socket`, or `*` for every API method.
    pub method: String,
    /// Only calls that concern this person or channel.
    #[serde(default)]
    pub recipient: Option<String>,
    /// How many calls; afterwards all is well again.
    #[serde(default = "once")]
    pub times: u32,
    /// What goes wrong.
    pub fault: Fault,
}

fn once() -> u32 {
    1
}

impl FaultRule {
    /// The next `times` calls of `method` meet `fault`.
    pub fn next(times: u32, method: &str, fault: Fault) -> Self {
        Self {
            method: method.to_owned(),
            recipient: None,
            times,
            fault,
        }
    }

    /// The same, for one person or channel alone.
    #[must_use]
    pub fn to(mut self, recipient: &str) -> Self {
        self.recipient = Some(recipient.to_owned());
        self
    }
}

/// The rules in force, and the chance of faults nobody asked for.
pub(super) struct Faults {
    pub(super) rules: Vec<FaultRule>,
    /// The state of a small generator; `None` when nothing is left to chance.
    dice: Option<u64>,
}

/// The kinds of call a fault can meet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Api,
    Callback,
    /// An envelope on its way through a socket.
    Socket,
}

impl Faults {
    pub(super) fn new(by_chance: bool) -> Self {
        Self {
            rules: Vec::new(),
            dice: by_chance.then_some(0x9E37_79B9_7F4A_7C15),
        }
    }

    /// The fault this call meets, if any; uses it up.
    pub(super) fn take(
        &mut self,
        call: Call,
        method: &str,
        recipients: &[String],
    ) -> Option<Fault> {
        let hit = self.rules.iter_mut().find(|rule| {
            let named = rule.method == method || (rule.method == "*" && call == Call::Api);
            let concerned = rule
                .recipient
                .as_ref()
                .is_none_or(|wanted| recipients.contains(wanted));
            named && concerned && rule.times > 0
        });
        if let Some(rule) = hit {
            rule.times -= 1;
            let fault = rule.fault.clone();
            self.rules.retain(|rule| rule.times > 0);
            return Some(fault);
        }
        self.by_chance(call)
    }

    /// About one call in twelve, always the same sequence.
    fn by_chance(&mut self, call: Call) -> Option<Fault> {
        let roll = self.roll()?;
        match (call, roll % 96) {
            (Call::Api, 0 | 1) => Some(Fault::RateLimited { seconds: 1 }),
            (Call::Api, 2) => Some(Fault::Status { status: 500 }),
            (Call::Api, 3) => Some(Fault::DropBefore),
            (Call::Api, 4 | 5) => Some(Fault::DropAfter),
            (Call::Api, 6 | 7) => Some(Fault::Slow { millis: 1_500 }),
            (Call::Callback, 0..=3) => Some(Fault::Twice),
            (Call::Callback, 4..=7) => Some(Fault::Late { millis: 1_200 }),
            (Call::Socket, 0 | 1) => Some(Fault::DropBefore),
            (Call::Socket, 2 | 3) => Some(Fault::DropAfter),
            (Call::Socket, 4 | 5) => Some(Fault::Refresh),
            _ => None,
        }
    }

    fn roll(&mut self) -> Option<u64> {
        let dice = self.dice.as_mut()?;
        *dice ^= *dice << 13;
        *dice ^= *dice >> 7;
        *dice ^= *dice << 17;
        Some(*dice >> 8)
    }
}

impl Fault {
    /// How long the answer, or a late callback, is held back.
    pub(super) fn delay(&self) -> Duration {
        match self {
            Fault::Slow { millis } | Fault::Late { millis } => Duration::from_millis(*millis),
            Fault::RateLimited { .. }
            | Fault::Status { .. }
            | Fault::DropBefore
            | Fault::DropAfter
            | Fault::Refuse { .. }
            | Fault::Twice
            | Fault::Lost
            | Fault::Refresh => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_meets_its_calls_and_no_others() {
        let mut faults = Faults::new(false);
        faults
            .rules
            .push(FaultRule::next(2, "chat.update", Fault::DropAfter).to("U1"));
        let mut meets =
            |method: &str, user: &str| faults.take(Call::Api, method, &[user.to_owned()]).is_some();
        assert!(!meets("chat.postMessage", "U1"));
        assert!(!meets("chat.update", "U2"));
        assert!(meets("chat.update", "U1"));
        assert!(meets("chat.update", "U1"));
        assert!(!meets("chat.update", "U1"));
    }

    #[test]
    fn chance_is_the_same_every_time() {
        let row = |mut faults: Faults| {
            (0..500)
                .map(|_| faults.take(Call::Api, "auth.test", &[]))
                .collect::<Vec<_>>()
        };
        let first = row(Faults::new(true));
        assert_eq!(first, row(Faults::new(true)));
        let hits = first.iter().flatten().count();
        assert!((20..80).contains(&hits), "{hits} of 500");
    }

    #[test]
    fn a_rule_is_read_from_json() {
        let rule: FaultRule = serde_json::from_str(
            r#"{"method": "*", "fault": {"kind": "rate_limited", "seconds": 3}}"#,
        )
        .unwrap();
        assert_eq!(
            rule,
            FaultRule::next(1, "*", Fault::RateLimited { seconds: 3 })
        );
    }
}
