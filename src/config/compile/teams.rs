//! Territories and teams.

use toml::Spanned;

use super::{
    super::raw::{self, Form, Named, Text},
    Compiler, builtin,
    known::Kind,
    people::{is_slack_id, turn, words},
};
use crate::domain::{
    condition::{Condition, Scope},
    policy::{
        AbsenceCredit, Channel, Platform, Prefer, Strategy, Team, TeamSla, Territory, TurnRule,
        WhenClosed, postal_code,
    },
};

impl Compiler<'_> {
    pub fn territories(&mut self) -> Vec<Territory> {
        let mut named: Vec<_> = self.raw.territory.iter().collect();
        named.sort_by_key(|(name, _)| name.span().start);
        let found = named
            .into_iter()
            .filter_map(|(name, raw)| self.territory(name, raw));
        found.collect()
    }

    fn territory(&mut self, name: &Text, raw: &raw::Territory) -> Option<Territory> {
        let codes = raw.postal_codes.iter();
        let postal_codes: Vec<String> = codes.filter_map(|it| self.postal_code(it)).collect();
        let when = raw.when.as_ref().and_then(|it| self.territory_when(it));
        let countries = raw.countries.iter().filter_map(|it| self.country(it));
        let countries: Vec<String> = countries.collect();
        let regions = words(&raw.regions);
        let says_nothing = raw.countries.is_empty()
            && regions.is_empty()
            && raw.postal_codes.is_empty()
            && raw.when.is_none();
        if says_nothing {
            let help = "give `countries`, `regions`, `postal_codes` or `when`";
            self.mistake(name.span(), "every lead would be of this territory", help);
        }
        // Without a place it would hold for every lead.
        (!says_nothing).then(|| Territory {
            id: name.get_ref().clone(),
            countries,
            regions,
            postal_codes,
            when,
        })
    }

    /// How postal codes begin: without blanks, in capital letters.
    fn postal_code(&mut self, text: &Text) -> Option<String> {
        let code = postal_code(self.filled(text)?);
        if code.is_empty() {
            let help = "write how the codes begin, as in `80`";
            self.mistake(text.span(), "every postal code begins so", help);
        }
        Some(code).filter(|it| !it.is_empty())
    }

    /// A territory can't ask of which territory a lead is.
    fn territory_when(&mut self, text: &Text) -> Option<Condition> {
        let when = self.condition(text, Scope::Lead)?;
        if when.asks_territory() {
            let message = "a territory can't ask of which territory a lead is";
            let help = "ask what the other territory asks";
            self.mistake(text.span(), message, help);
        }
        Some(when)
    }

    pub fn teams(&mut self) -> Vec<Team> {
        let raw = &self.raw.team;
        raw.iter().map(|it| self.team(it)).collect()
    }

    fn team(&mut self, raw: &raw::Team) -> Team {
        let timezone = raw.timezone.as_ref().and_then(|it| self.zone(it));
        let name = raw.name.as_ref().and_then(|it| self.said(it, "`name`"));
        let when_closed = raw.when_closed.as_ref();
        let (groups, members): (Vec<Text>, Vec<Text>) = raw
            .members
            .get_ref()
            .iter()
            .cloned()
            .partition(|it| it.get_ref().starts_with('@'));
        let members = self.refer_all(Kind::Rep, &members);
        Team {
            id: raw.id.get_ref().as_str().into(),
            name: name.unwrap_or_else(|| raw.id.get_ref().clone()),
            named: members.len(),
            members,
            groups: self.groups(&groups),
            managers: self.refer_all(Kind::Rep, &raw.managers),
            backups: self.refer_all(Kind::Rep, &raw.backups),
            channel: raw.channel.as_ref().and_then(|it| self.channel(it)),
            timezone: timezone.or_else(|| self.default_zone()),
            strategy: strategy(raw.strategy),
            prefer: raw.prefer.iter().map(|it| prefer(*it.get_ref())).collect(),
            share: self.share(raw),
            held: self.count(raw.held.as_ref(), "without the key there is no limit"),
            filter: raw
                .condition
                .as_ref()
                .and_then(|it| self.condition(it, Scope::Where)),
            when_closed: when_closed.map_or(WhenClosed::Wait, |it| self.when_closed(it, &raw.id)),
            sla: self.clock(raw),
            turns: self.turns(&raw.turns),
        }
    }

    /// `@sales-dach`: a user group of the chat.
    fn groups(&mut self, typed: &[Text]) -> Vec<String> {
        let mut groups = Vec::new();
        for group in typed {
            let handle = group.get_ref().trim_start_matches('@').to_lowercase();
            if handle.is_empty() || handle.contains(char::is_whitespace) {
                let help = "write `@` and its handle as it is mentioned: `@sales-dach`";
                self.mistake(group.span(), "this is no user group", help);
            } else if groups.contains(&handle) {
                let message = format!("`{}` stands here twice", group.get_ref());
                self.mistake(group.span(), message, "once is enough: take one away");
            } else {
                groups.push(handle);
            }
        }
        groups
    }

    /// `slack:C…` or `teams:19:…`.
    pub fn channel(&mut self, text: &Text) -> Option<Channel> {
        let typed = self.filled(text)?;
        match typed.split_once(':') {
            Some(("slack", id)) if id.starts_with(['C', 'G']) && is_slack_id(id) => {
                Some(Channel::Slack(id.to_owned()))
            }
            Some(("teams", id)) if id.starts_with("19:") => {
                self.needs_chat(Platform::Teams, text.span());
                Some(Channel::Teams(id.to_owned()))
            }
            Some(_) | None => {
                let message = format!("`{typed}` is no channel");
                let help = "write `slack:C…` with the channel's id (About, at the very end), or `teams:19:…`";
                self.mistake(text.span(), message, help);
                None
            }
        }
    }

    fn when_closed(&mut self, text: &Text, own: &Text) -> WhenClosed {
        match self.filled(text) {
            None | Some("wait") => WhenClosed::Wait,
            Some("backups") => WhenClosed::Backups,
            Some(typed) => {
                let Some(name) = typed.strip_prefix("team:") else {
                    let message = format!("`{typed}` is not possible here");
                    let help = "write `wait`, `backups`, or `team:` and a team's id";
                    self.mistake(text.span(), message, help);
                    return WhenClosed::Wait;
                };
                if name == own.get_ref() {
                    let help = "name another team, or write `wait` or `backups`";
                    let message = "a closed team can't pass leads to itself";
                    self.mistake(text.span(), message, help);
                }
                let name = Spanned::new(self.part(&text.span(), name), name.to_owned());
                let team = self.refer(Kind::Team, &name);
                team.map_or(WhenClosed::Wait, WhenClosed::Team)
            }
        }
    }

    /// The team's clocks. Without a default, types with an SLA of their name have that one and all
    /// others `mql`, so that no lead lies without a clock.
    fn clock(&mut self, raw: &raw::Team) -> TeamSla {
        let given = raw.sla.as_ref().map(|it| self.team_sla(it));
        let mut sla = given.unwrap_or_default();
        if sla.default.is_none() {
            for name in self.known.of_kind(Kind::Sla) {
                let by_name = sla.by_type.entry(name.to_owned());
                by_name.or_insert_with(|| name.into());
            }
            sla.default = Some(builtin::LAST_SLA.into());
        }
        sla
    }

    fn team_sla(&mut self, raw: &Spanned<Form<Named<Text>>>) -> TeamSla {
        let mut sla = TeamSla::default();
        match raw.get_ref() {
            Form::Text(name) => {
                let name = Spanned::new(raw.span(), name.clone());
                sla.default = self.refer(Kind::Sla, &name);
            }
            Form::Long(by_type) => {
                for (lead_type, name) in by_type {
                    let Some(id) = self.refer(Kind::Sla, name) else {
                        continue;
                    };
                    if lead_type.get_ref() == "default" {
                        sla.default = Some(id);
                    } else {
                        sla.by_type.insert(lead_type.get_ref().clone(), id);
                    }
                }
            }
        }
        sla
    }

    fn turns(&mut self, raw: &raw::Turns) -> TurnRule {
        let usual = TurnRule::default();
        TurnRule {
            declined: raw.declined.map_or(usual.declined, turn),
            expired: raw.expired.map_or(usual.expired, turn),
            by_hand: match raw.by_hand {
                Some(raw::ByHand::Counts) | None => true,
                Some(raw::ByHand::Free) => false,
            },
            absence: raw
                .absence
                .as_ref()
                .map_or(usual.absence, |it| self.absence(it)),
            invalid: match &raw.invalid {
                None => usual.invalid,
                Some(word) if word.get_ref() == "spent" => None,
                Some(soon) => self.some_time(soon),
            },
            declines: self.count(raw.declines.as_ref(), ALWAYS_DECLINED),
        }
    }

    fn absence(&mut self, raw: &Spanned<Form<raw::Paced>>) -> AbsenceCredit {
        match raw.get_ref() {
            Form::Text(word) if word == "average" => AbsenceCredit::Average,
            Form::Text(word) if word == "nothing" => AbsenceCredit::None,
            Form::Text(word) => {
                let message = format!("`{word}` is not possible here");
                let help = "write `average`, `nothing` or `{ one_extra_per = 5 }`";
                self.mistake(raw.span(), message, help);
                AbsenceCredit::Average
            }
            Form::Long(paced) => {
                let help = "`absence = \"nothing\"` lets them catch up at once";
                let leads = self.count(Some(&paced.one_extra_per), help);
                leads.map_or(AbsenceCredit::Average, AbsenceCredit::OneExtraPer)
            }
        }
    }

    fn share(&mut self, raw: &raw::Team) -> Option<f64> {
        let share = raw.share.as_ref()?;
        match raw.strategy {
            Some(raw::Strategy::BestMatch | raw::Strategy::TopPerformer) => {}
            None | Some(raw::Strategy::RoundRobin | raw::Strategy::LeastLoaded) => {
                let help =
                    "it is for `best-match` and `top-performer`; weights say who gets more in turn";
                let message = "`share` does nothing under this strategy";
                self.mistake(share.span(), message, help);
            }
        }
        let right = (LEAST_SHARE..=1.0).contains(share.get_ref());
        if !right {
            let help = "0.4 is at most 8 of the team's last 20 turns for one person";
            self.mistake(share.span(), "a share lies between 0.05 and 1", help);
        }
        right.then_some(*share.get_ref())
    }
}

/// One of the turns that are looked at.
const LEAST_SHARE: f64 = 0.05;

/// Said where nobody could ever decline.
const ALWAYS_DECLINED: &str = "without the key there is no limit";

fn strategy(raw: Option<raw::Strategy>) -> Strategy {
    match raw {
        None | Some(raw::Strategy::RoundRobin) => Strategy::RoundRobin,
        Some(raw::Strategy::LeastLoaded) => Strategy::LeastLoaded,
        Some(raw::Strategy::BestMatch) => Strategy::BestMatch,
        Some(raw::Strategy::TopPerformer) => Strategy::TopPerformer,
    }
}

fn prefer(wish: raw::Preference) -> Prefer {
    match wish {
        raw::Preference::Languages => Prefer::Languages,
        raw::Preference::Territories => Prefer::Territories,
        raw::Preference::Skills => Prefer::Skills,
        raw::Preference::Functions => Prefer::Functions,
        raw::Preference::Level => Prefer::Level,
        raw::Preference::Country => Prefer::Country,
        raw::Preference::Timezone => Prefer::Timezone,
    }
}
