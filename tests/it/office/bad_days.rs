//! Bad days, in whichever chat the office is: it is down, in no hurry, or does only half of what it is asked.

use baton::playground::{Fault, FaultRule};

use super::{Desktop, Office, room, user};
use crate::microsoft::Order;

/// More calls than a story makes.
pub const ALWAYS: u32 = 1_000_000;
/// More changes of cards than a story makes.
const MANY: usize = 500;

impl Office {
    /// The next calls to Slack go wrong.
    pub fn fault(&self, rule: FaultRule) {
        self.slack.fault(rule);
    }

    /// The chat takes nothing any more; what people do there still arrives.
    pub fn break_down(&self) {
        match &self.teams {
            None => self.fault(FaultRule::next(ALWAYS, "*", Fault::Status { status: 503 })),
            Some(teams) => teams.microsoft.set_deaf(true),
        }
    }

    /// The chat is well again.
    pub fn recover(&self) {
        self.slack.clear_faults();
        if let Some(teams) = &self.teams {
            teams.microsoft.set_deaf(false);
        }
    }

    /// What the chat is called where somebody is.
    pub fn chat_of(&self, who: &str) -> &'static str {
        match self.is_in_teams(who) {
            true => "Microsoft Teams",
            false => "Slack",
        }
    }

    /// The chat takes the next message for somebody only then.
    pub fn let_wait(&self, who: &str, seconds: u32) {
        if self.is_in_teams(who) {
            let posts = format!("{}/activities", Desktop::user(who));
            let microsoft = &self.teams().microsoft;
            return microsoft.order(&posts, [Order::throttle(seconds)]);
        }
        let slow = Fault::RateLimited {
            seconds: seconds.into(),
        };
        self.fault(FaultRule::next(1, "chat.postMessage", slow).to(&user(who)));
    }

    /// The chat changes somebody's next card only then.
    pub fn let_stand(&self, who: &str, seconds: u32) {
        if self.is_in_teams(who) {
            let changes = format!("{}/activities/", Desktop::user(who));
            let microsoft = &self.teams().microsoft;
            return microsoft.order(&changes, [Order::throttle(seconds)]);
        }
        let slow = Fault::RateLimited {
            seconds: seconds.into(),
        };
        self.fault(FaultRule::next(1, "chat.update", slow).to(&user(who)));
    }

    /// The chat fails at every change of a card.
    pub fn refuse_changes(&self) {
        match &self.teams {
            None => {
                let broken = Fault::Status { status: 500 };
                self.fault(FaultRule::next(ALWAYS, "chat.update", broken));
            }
            Some(teams) => {
                let broken = vec![Order::refuse(500, "ServiceError"); MANY];
                teams.microsoft.order("PUT", broken);
            }
        }
    }

    /// The next message gets lost on its way, and nobody learns of it.
    pub fn lose_next(&self) {
        match &self.teams {
            None => self.fault(FaultRule::next(1, "chat.postMessage", Fault::DropBefore)),
            Some(teams) => {
                let lost = Order::refuse(502, "BadGateway");
                teams.microsoft.order("/activities", [lost]);
            }
        }
    }

    /// How often it was tried to write to somebody, whatever came of it.
    pub fn posts_to(&self, who: &str) -> usize {
        if self.is_in_teams(who) {
            let posts = format!("{}/activities", Desktop::user(who));
            let asked = self.teams().microsoft.asked();
            return asked.iter().filter(|asked| asked.ends_with(&posts)).count();
        }
        let room = room(who);
        let calls = self.slack.calls();
        let to_them = calls
            .iter()
            .filter(|call| call.method == "chat.postMessage" && call.arguments["channel"] == *room);
        to_them.count()
    }
}
