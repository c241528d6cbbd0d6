//! Whom a strategy puts first, and the figures by which it does: who is asked is one of them, by turn.

use jiff::tz::TimeZone;

use super::Case;
use crate::domain::{
    contact::Field,
    function,
    id::RepId,
    lead::Candidate,
    policy::{Prefer, Rep, Strategy, Team},
    strategy::{
        Allowance, BAND, Part, RECENT, WINDOW, allowance, asked_level, hours_apart, matched,
        near_clock, near_level, said, team_rate,
    },
};

/// All that is compared where a team does not say what.
const EVERYTHING: [Prefer; 7] = [
    Prefer::Skills,
    Prefer::Functions,
    Prefer::Languages,
    Prefer::Territories,
    Prefer::Country,
    Prefer::Level,
    Prefer::Timezone,
];

/// A rep's figure under a strategy, in words what it is made of, and what of that colleagues read.
struct Ranked<'r> {
    rep: &'r Rep,
    figure: f64,
    words: String,
    openly: String,
}

impl Case<'_, '_> {
    /// Those whom the team's wishes and its strategy put first; of them it is somebody's turn.
    pub(super) fn first_by<'r>(
        &mut self,
        strategy: Strategy,
        team: Option<&Team>,
        fit: &[&'r Rep],
    ) -> Vec<&'r Rep> {
        let wishes = team.map(|team| team.prefer.as_slice()).unwrap_or_default();
        match (strategy, team) {
            (Strategy::RoundRobin, _) | (_, None) => self.narrow(fit, wishes),
            (Strategy::LeastLoaded, Some(_)) => {
                let wished = self.narrow(fit, wishes);
                let lightest = wished.iter().map(|rep| self.load_of(rep));
                let lightest = lightest.min_by(f64::total_cmp).unwrap_or_default();
                let light = |rep: &&Rep| self.load_of(rep) <= lightest + 1e-9;
                wished.into_iter().filter(light).collect()
            }
            (Strategy::BestMatch, Some(team)) => {
                let ranked = fit.iter().map(|rep| self.match_of(rep, team)).collect();
                self.best_of(ranked, team, BAND)
            }
            (Strategy::TopPerformer, Some(team)) => {
                let wished = self.narrow(fit, wishes);
                let ranked = wished.iter().map(|rep| self.success_of(rep, team));
                let ranked = ranked.collect();
                self.best_of(ranked, team, 1e-9)
            }
        }
    }

    /// Those within `band` of the best who may have the next turn by their share; where nobody may, it
    /// goes on in turn among all. Writes down everybody's figures.
    fn best_of<'r>(&mut self, mut ranked: Vec<Ranked<'r>>, team: &Team, band: f64) -> Vec<&'r Rep> {
        let share = team.share();
        let turns = self.turns.get(&team.id);
        let recent = turns.map(|turns| turns.recent.as_slice());
        let recent = recent.unwrap_or_default();
        let mut allowed = Vec::new();
        for one in &mut ranked {
            let (may, had, most) = match share {
                Some(share) => allowance(recent, &one.rep.id, share),
                None => (Allowance::Free, 0, WINDOW),
            };
            allowed.push(may);
            if share.is_some() {
                let words = format!("; {had} of the last {WINDOW} turns, at most {most}");
                one.words.push_str(&words);
                one.openly.push_str(&words);
            }
        }
        self.note_figures(&ranked);
        let least = allowed.iter().copied().min().unwrap_or(Allowance::Spent);
        let within = allowed.iter().map(|may| *may == least);
        let left: Vec<Ranked<'r>> = ranked
            .into_iter()
            .zip(within)
            .filter_map(|(one, within)| within.then_some(one))
            .collect();
        let best = left.iter().map(|one| one.figure).max_by(f64::total_cmp);
        let best = best.unwrap_or_default();
        let in_turn = least == Allowance::Spent;
        left.into_iter()
            .filter(|one| in_turn || one.figure >= best - band)
            .map(|one| one.rep)
            .collect()
    }

    /// What the why says of whom could be asked.
    fn note_figures(&mut self, ranked: &[Ranked<'_>]) {
        let Some(routing) = self.lead.routing.as_mut() else {
            return;
        };
        for one in ranked {
            let theirs = |it: &&mut Candidate| it.rep == one.rep.id && it.eligible;
            if let Some(candidate) = routing.candidates.iter_mut().find(theirs) {
                candidate.because.clone_from(&one.words);
                candidate.openly = Some(one.openly.clone());
            }
        }
    }

    fn usual_in(&self, team: &Team) -> f64 {
        let members = team
            .members
            .iter()
            .filter_map(|rep| self.world.reps.get(rep));
        team_rate(members.map(|person| &person.record))
    }

    /// What somebody wins of their leads, believed as far as they are many.
    fn success_of<'r>(&self, rep: &'r Rep, team: &Team) -> Ranked<'r> {
        let usual = self.usual_in(team);
        let record = self.world.reps.get(&rep.id).map(|person| person.record);
        let all = record.unwrap_or_default().all;
        let figure = all.rate(usual);
        let words = format!(
            "{} of {} won in {} days, so about {:.0} % (the team: {:.0} %)",
            all.won,
            all.ended,
            RECENT.as_hours() / 24,
            figure * 100.0,
            usual * 100.0,
        );
        let openly = "by what everybody wins lately".to_owned();
        Ranked {
            rep,
            figure,
            words,
            openly,
        }
    }

    fn match_of<'r>(&self, rep: &'r Rep, team: &Team) -> Ranked<'r> {
        let wishes = if team.prefer.is_empty() {
            EVERYTHING.as_slice()
        } else {
            &team.prefer
        };
        // Where nobody says whose jobs they know, those make no difference.
        let sells_by_job = || team.members.iter().any(|id| self.knows_jobs(id));
        let counts = |wish: &&Prefer| **wish != Prefer::Functions || sells_by_job();
        let wishes = wishes.iter().filter(counts);
        let parts = wishes.flat_map(|wish| self.parts(rep, *wish));
        let parts: Vec<Part> = parts.chain([self.success_part(rep, team)]).collect();
        let (figure, words) = matched(&parts);
        // The last part is what they win.
        let asked = parts.len() - 1;
        let openly = match said(&parts)[..asked].join(", ") {
            asked if asked.is_empty() => "by what everybody wins lately".to_owned(),
            asked => format!("match: {asked}"),
        };
        Ranked {
            rep,
            figure,
            words,
            openly,
        }
    }

    fn knows_jobs(&self, rep: &RepId) -> bool {
        let rep = self.policy().reps.get(rep);
        rep.is_some_and(|rep| !rep.functions.is_empty())
    }

    /// What the lead says about one of the wishes, held against the rep; nothing where it says nothing.
    fn parts(&self, rep: &Rep, wish: Prefer) -> Vec<Part> {
        let text = |field: Field| self.lead.contact.text(field);
        let of = |field: Field, list: &[String]| {
            let word = text(field);
            let what = format!("{} {word}", field.name().replace('_', " "));
            (!word.is_empty()).then(|| Part::is(what, has(list, word)))
        };
        let one = match wish {
            Prefer::Skills => {
                let fields = [Field::Product, Field::UseCase, Field::Industry].into_iter();
                return fields.filter_map(|it| of(it, &rep.skills)).collect();
            }
            Prefer::Functions => {
                let does = function::of(text(Field::Title));
                let what = format!("function {does}");
                (!does.is_empty()).then(|| Part::is(what, has(&rep.functions, does)))
            }
            Prefer::Languages => of(Field::Language, &rep.languages),
            Prefer::Territories => self.reader().territory(&self.lead).map(|territory| {
                let what = format!("territory {territory}");
                Part::is(what, has(&rep.territories, territory))
            }),
            Prefer::Country => of(Field::Country, country_of(rep).as_slice()),
            Prefer::Level => self.lead.contact.number(Field::DealValue).map(|deal| {
                let asked = asked_level(deal);
                let what = format!(
                    "{} where a deal asks for {}",
                    rep.level.word(),
                    asked.word()
                );
                Part::so_far(what, near_level(rep.level, asked))
            }),
            Prefer::Timezone => self.clock_apart(rep).map(|hours| {
                let what = format!("clock {hours} h apart");
                Part::so_far(what, near_clock(hours))
            }),
        };
        one.into_iter().collect()
    }

    /// Half of it for the team's average, all for twice that.
    fn success_part(&self, rep: &Rep, team: &Team) -> Part {
        let usual = self.usual_in(team);
        let record = self.world.reps.get(&rep.id).map(|person| person.record);
        let record = record.unwrap_or_default();
        let (all, like) = (record.all, record.like);
        let what = match (like.ended, all.ended) {
            (0, 0) => "nothing ended yet".to_owned(),
            (0, _) => format!("won {} of {}, none like this", all.won, all.ended),
            (_, _) => format!("won {} of {} like this", like.won, like.ended),
        };
        let value = record.rate_like_this(usual) / (2.0 * usual).max(1e-9);
        Part::so_far(what, value)
    }

    /// How many hours the rep's clock and the lead's are apart, if the lead has one.
    fn clock_apart(&self, rep: &Rep) -> Option<f64> {
        let zone = TimeZone::get(self.lead.contact.text(Field::Timezone)).ok()?;
        let person = self.world.reps.get(&rep.id)?;
        Some(hours_apart(&zone, &person.zone, self.now))
    }

    /// Keeps those who meet a wish, wish by wish; a wish nobody meets is left out.
    pub(super) fn narrow<'r>(&self, fit: &[&'r Rep], wishes: &[Prefer]) -> Vec<&'r Rep> {
        wishes.iter().fold(fit.to_vec(), |left, wish| {
            let meets = |rep: &&Rep| self.meets(rep, *wish, &left);
            let meets: Vec<&Rep> = left.iter().copied().filter(meets).collect();
            if meets.is_empty() { left } else { meets }
        })
    }

    fn meets(&self, rep: &Rep, wish: Prefer, among: &[&Rep]) -> bool {
        match wish {
            Prefer::Languages
            | Prefer::Territories
            | Prefer::Country
            | Prefer::Skills
            | Prefer::Functions => self.parts(rep, wish).iter().any(|part| part.value > 0.0),
            Prefer::Level => match self.lead.contact.number(Field::DealValue) {
                Some(deal) => rep.level == asked_level(deal),
                // Of a deal nobody knows it may be a large one.
                None => among.iter().map(|rep| rep.level).max() == Some(rep.level),
            },
            Prefer::Timezone => {
                let nearest = among.iter().filter_map(|rep| self.clock_apart(rep));
                let nearest = nearest.min_by(f64::total_cmp);
                self.clock_apart(rep)
                    .zip(nearest)
                    .is_some_and(|(hours, nearest)| hours <= nearest + 1.0)
            }
        }
    }
}

fn has(list: &[String], word: &str) -> bool {
    !word.is_empty() && list.iter().any(|item| item.eq_ignore_ascii_case(word))
}

/// The country in which somebody works, without its region.
fn country_of(rep: &Rep) -> Option<String> {
    let code = rep.country.as_deref()?;
    Some(
        code.split_once('-')
            .map_or(code, |(country, _)| country)
            .to_owned(),
    )
}
