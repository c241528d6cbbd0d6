//! What is shown and told: cards, notices, digests, webhooks.

use jiff::{
    SignedDuration,
    civil::{Time, Weekday, time},
    tz::TimeZone,
};

use super::{
    super::raw::{self, Text},
    Compiler,
    known::Kind,
    people::words,
};
use crate::domain::{
    contact::Field,
    policy::{CardRule, LinkRule, WeekTime},
    schedule::{Schedule, ScheduleError},
    suggest,
};

/// The first notice of a cause goes at once, and the next ones wait this long to become one message: a manager hears
/// once a minute at most, and of an escalation never later than a minute after it.
const BUNDLE: SignedDuration = SignedDuration::from_mins(1);
/// At the end of the usual week.
const FORECAST: WeekTime = WeekTime {
    weekday: Weekday::Friday,
    time: time(16, 0, 0, 0),
};
const EVENTS: [&str; 21] = [
    "lead.created",
    "lead.merged",
    "lead.routed",
    "lead.offered",
    "lead.delivered",
    "lead.reminded",
    "lead.declined",
    "lead.expired",
    "lead.withdrawn",
    "lead.escalated",
    "lead.assigned",
    "lead.owned",
    "lead.handed_over",
    "lead.attempted",
    "lead.contacted",
    "lead.staged",
    "lead.nurtured",
    "lead.reviewed",
    "lead.closed",
    "lead.reopened",
    "lead.erased",
];

impl Compiler<'_> {
    pub fn card(&mut self) -> CardRule {
        let raw = &self.raw.card;
        let links = raw.links.iter().filter_map(|it| self.link(it)).collect();
        CardRule {
            facts: words(&raw.facts),
            links,
        }
    }

    fn link(&mut self, raw: &raw::Link) -> Option<LinkRule> {
        let label = self.said(&raw.label, "`label`");
        let typed = self.filled(&raw.url)?;
        if !typed.starts_with("https://") && !typed.starts_with("http://") {
            let help = "write `https://…`, with `{field}` where a field goes";
            self.mistake(raw.url.span(), "this is no URL", help);
        }
        for part in typed.split('{').skip(1) {
            let name = part.split('}').next().unwrap_or_default();
            if Field::by_name(name).is_none() {
                let span = self.part(&raw.url.span(), name);
                let complaint =
                    super::Complaint::mistake(span, format!("no field called `{name}`"));
                let help = suggest::help(name, Field::ALL.iter().map(|it| it.name()));
                self.complaints.push(complaint.help(help));
            }
        }
        Some(LinkRule {
            label: label?,
            url: typed.to_owned(),
        })
    }

    pub fn bundle(&mut self) -> SignedDuration {
        let given = self.raw.notices.bundle.as_ref();
        given.and_then(|it| self.time(it)).unwrap_or(BUNDLE)
    }

    pub fn forecast(&mut self) -> Option<WeekTime> {
        let Some(given) = &self.raw.notices.forecast else {
            return Some(FORECAST);
        };
        let typed = self.filled(given)?;
        if typed == "off" {
            return None;
        }
        let read = week_time(typed);
        if read.is_none() {
            let message = format!("`{typed}` is no moment of a week");
            self.mistake(given.span(), message, "write `Fri 16:00`, or `off`");
        }
        read
    }

    pub fn digests(&mut self) {
        for raw in &self.raw.digest {
            let zone = raw.timezone.as_ref().and_then(|it| self.zone(it));
            self.cron(&raw.cron, zone.unwrap_or(TimeZone::UTC));
            self.recipient(&raw.to);
            if let Some(team) = &raw.team {
                self.refer::<String>(Kind::Team, team);
            }
            self.later("digest", raw.cron.span());
        }
    }

    fn cron(&mut self, text: &Text, zone: TimeZone) {
        let Some(typed) = self.filled(text) else {
            return;
        };
        let Err(error) = Schedule::parse(typed, zone) else {
            return;
        };
        let span = match &error {
            ScheduleError::Weekday(word) => self.part(&text.span(), word),
            ScheduleError::Fields(_) | ScheduleError::Syntax(_) | ScheduleError::Never(_) => {
                text.span()
            }
        };
        let help = "write minute, hour, day, month and weekday: `0 9 * * mon-fri`";
        self.mistake(span, error.to_string(), help);
    }

    /// A channel, or a rep in person.
    fn recipient(&mut self, text: &Text) {
        if self.known.has(Kind::Rep, text.get_ref()) {
            return;
        }
        self.channel(text);
    }

    pub fn webhooks(&mut self) {
        for raw in &self.raw.webhook {
            self.url(&raw.url);
            self.secret(&raw.secret);
            for event in &raw.events {
                let name = event.get_ref();
                if !EVENTS.contains(&name.as_str()) {
                    let message = format!("no event called `{name}`");
                    let help = suggest::help(name, EVENTS).unwrap_or_default();
                    self.mistake(event.span(), message, help);
                }
            }
            self.later("webhook", raw.url.span());
        }
    }
}

/// "Fri 16:00".
fn week_time(typed: &str) -> Option<WeekTime> {
    let (day, time) = typed.split_once(' ')?;
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let nth = days.iter().position(|it| it.eq_ignore_ascii_case(day))?;
    let (hour, minute) = time.trim().split_once(':')?;
    let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
    let weekday = Weekday::from_monday_zero_offset(i8::try_from(nth).ok()?).ok()?;
    Some(WeekTime { weekday, time })
}
