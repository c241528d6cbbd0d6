//! `GET /api/v1/reps`, `/reps/{id}`: who there is, who could take a lead now or next, and what each carries.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Call,
    input::{self, Nothing, PLAIN},
};
use crate::{
    domain::{
        id::{CalendarId, RepId, TeamId},
        policy::{Level, Platform, Policy, Rep, Role, Team},
        world::Unfit,
    },
    engine::Standing,
    http::{Error, Kind},
    store::reps::Absence,
};

/// Which reps.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// Members, managers and backups of this team.
    #[schemars(regex(pattern = PLAIN))]
    team: Option<String>,
    /// The `next` of the page before.
    #[schemars(regex(pattern = PLAIN))]
    cursor: Option<String>,
    /// How many on a page; 50 if not said.
    #[serde(default, deserialize_with = "input::page")]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u32>,
}

/// A page of reps, by id.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reps")]
pub(super) struct Page {
    reps: Vec<RepView>,
    /// The `cursor` of the next page, if there is one.
    next: Option<String>,
}

/// A rep.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Rep")]
pub(super) struct RepView {
    id: RepId,
    name: String,
    /// Nothing for readers.
    email: Option<String>,
    role: Role,
    /// The chat in which they get their messages.
    chat: Platform,
    level: Level,
    /// Teams whose leads they are offered.
    teams: Vec<TeamId>,
    /// Teams that they manage.
    manages: Vec<TeamId>,
    /// Teams that ask them when no member takes a lead.
    backs_up: Vec<TeamId>,
    /// IANA name of their zone.
    timezone: String,
    /// Their working hours; none: always.
    calendar: Option<CalendarId>,
    /// Hours that they have chosen for themselves in place of that calendar's, in `opening_hours` syntax; none: they have not.
    hours: Option<String>,
    availability: Availability,
    load: LoadView,
}

/// Whether somebody could take a lead.
#[derive(Debug, Serialize, JsonSchema)]
struct Availability {
    /// Whether they could now.
    now: bool,
    /// What stands in the way.
    because: Option<Hindrance>,
    /// When that ends, or may have ended; none: nobody can tell, or nothing stands in the way.
    next: Option<Timestamp>,
    /// Until when they could, as far as hours and absences tell.
    until: Option<Timestamp>,
    /// When they are away, now and planned.
    absences: Vec<AbsenceView>,
}

/// Why somebody can't take a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Hindrance {
    /// Not employed now.
    Inactive,
    /// The chat does not deliver to them.
    Unreachable,
    /// Away.
    Away,
    /// Outside working hours.
    Closed,
    /// As many leads as they can carry.
    Full,
    /// As many unanswered offers as they may have at once.
    Pending,
    /// As many offers as they may get in a span of time.
    Capped,
}

/// A time away.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Absence")]
pub(super) struct AbsenceView {
    id: String,
    from: Timestamp,
    /// None: until they say that they are back.
    until: Option<Timestamp>,
    /// In their words; nothing for readers.
    reason: String,
    cover: Option<RepId>,
    /// Who said so: a rep's id or `api:TOKEN`.
    made_by: String,
}

/// How much somebody carries.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Load")]
struct LoadView {
    /// At most so much in `open`; none: no limit.
    capacity: Option<u32>,
    /// What counts against it: pending offers and owned leads touched lately.
    open: u32,
    /// Offers that wait for an answer.
    pending: u32,
    /// At most so many of those at once; none: no limit.
    most_pending: Option<u32>,
    /// Leads that they own.
    owned: u32,
    /// Offers in the last 60 minutes.
    offered_hour: u32,
    /// Offers in the last 24 hours.
    offered_day: u32,
    /// Offers in the last 7 days.
    offered_week: u32,
}

/// A page of reps, by id.
pub(super) async fn list(call: Call, filter: Filter) -> Result<Page, Error> {
    let rules = call.app.engine.rules();
    let team = filter.team.map(TeamId::from);
    let team = team.map(|id| known_team(&rules.policy, &id)).transpose()?;
    let after = filter.cursor.map(RepId::from);
    let limit = usize::try_from(input::limit(filter.limit)).unwrap_or(usize::MAX);
    let ids = rules.policy.reps.keys();
    let ids = ids.filter(|id| after.as_ref().is_none_or(|after| *id > after));
    let ids = ids.filter(|id| team.is_none_or(|team| team.people().any(|one| one == **id)));
    let mut ids: Vec<RepId> = ids.take(limit.saturating_add(1)).cloned().collect();
    let more = ids.len() > limit;
    ids.truncate(limit);
    let next = ids.last().filter(|_| more).map(ToString::to_string);
    Ok(Page {
        reps: views(&call, &rules.policy, &ids).await?,
        next,
    })
}

fn known_team<'p>(policy: &'p Policy, id: &TeamId) -> Result<&'p Team, Error> {
    let teams = policy.teams.iter().map(|team| format!("`{}`", team.id));
    let there = || {
        let teams: Vec<String> = teams.collect();
        let detail = format!("`team` is none of {}", teams.join(", "));
        Error::new(Kind::BadRequest, detail)
    };
    policy.team(id).ok_or_else(there)
}

/// One rep.
pub(super) async fn show(call: Call, _: Nothing) -> Result<RepView, Error> {
    one(&call, &RepId::from(call.name.as_str())).await
}

/// A rep as the caller may see them.
pub(super) async fn one(call: &Call, id: &RepId) -> Result<RepView, Error> {
    let rules = call.app.engine.rules();
    if !rules.policy.reps.contains_key(id) {
        return Err(no_such_rep());
    }
    let found = views(call, &rules.policy, std::slice::from_ref(id)).await?;
    found.into_iter().next().ok_or_else(no_such_rep)
}

pub(super) fn no_such_rep() -> Error {
    Error::new(Kind::NotFound, "there is no such rep")
}

async fn views(call: &Call, policy: &Policy, ids: &[RepId]) -> Result<Vec<RepView>, Error> {
    let now = call.app.engine.clock().now();
    let mut all = call.app.engine.standing(ids, now).await?;
    let told = ids.iter().filter_map(|id| {
        let (rep, standing) = (policy.reps.get(id)?, all.remove(id)?);
        Some(view(policy, rep, standing, now, call.sees_contacts()))
    });
    Ok(told.collect())
}

fn view(policy: &Policy, rep: &Rep, is: Standing, now: Timestamp, open: bool) -> RepView {
    let in_teams = |group: fn(&Team) -> &Vec<RepId>| {
        let theirs = policy
            .teams
            .iter()
            .filter(|team| group(team).contains(&rep.id));
        theirs.map(|team| team.id.clone()).collect()
    };
    RepView {
        id: rep.id.clone(),
        name: rep.name.clone(),
        email: Some(rep.email.clone()).filter(|email| open && !email.is_empty()),
        role: rep.role,
        chat: rep.chat,
        level: rep.level,
        teams: in_teams(|team| &team.members),
        manages: in_teams(|team| &team.managers),
        backs_up: in_teams(|team| &team.backups),
        timezone: is.now.zone.iana_name().unwrap_or("UTC").to_owned(),
        calendar: rep.calendar.clone(),
        hours: is.hours.clone(),
        load: load(rep, &is),
        availability: availability(rep, is, now, open),
    }
}

fn availability(rep: &Rep, is: Standing, now: Timestamp, open: bool) -> Availability {
    let unfit = is.now.unfit(rep, now);
    let because = unfit.as_ref().and_then(hindrance);
    let next = unfit
        .as_ref()
        .and_then(|unfit| unfit.ends_at(rep, &is.now, now));
    Availability {
        now: unfit.is_none(),
        because,
        next,
        until: unfit.is_none().then(|| ends(rep, &is, now)).flatten(),
        absences: is
            .absences
            .into_iter()
            .map(|one| absence(one, open))
            .collect(),
    }
}

/// When somebody who could take a lead now goes.
fn ends(rep: &Rep, is: &Standing, now: Timestamp) -> Option<Timestamp> {
    let closes = match is.now.extra_until.filter(|until| *until > now) {
        // Hours may begin before the extra time is over.
        Some(extra) if !is.now.calendar.is_open(extra) => Some(extra),
        Some(extra) => is.now.calendar.next_close(extra),
        None => is.now.calendar.next_close(now),
    };
    let away = is.absences.iter().map(|absence| absence.from_at);
    away.chain(closes)
        .chain(rep.until)
        .filter(|at| *at > now)
        .min()
}

fn hindrance(unfit: &Unfit) -> Option<Hindrance> {
    match unfit {
        Unfit::Inactive | Unfit::Unknown => Some(Hindrance::Inactive),
        Unfit::Unreachable => Some(Hindrance::Unreachable),
        Unfit::Away(_) => Some(Hindrance::Away),
        Unfit::Closed(_) => Some(Hindrance::Closed),
        Unfit::Full { .. } => Some(Hindrance::Full),
        Unfit::Pending(_) => Some(Hindrance::Pending),
        Unfit::Capped(..) => Some(Hindrance::Capped),
        // These are about one lead.
        Unfit::HadIt | Unfit::NotMatching(_) | Unfit::OwnsIt => None,
    }
}

fn absence(absence: Absence, open: bool) -> AbsenceView {
    AbsenceView {
        id: absence.id,
        from: absence.from_at,
        until: absence.until_at,
        reason: if open { absence.reason } else { String::new() },
        cover: absence.cover,
        made_by: absence.made_by,
    }
}

fn load(rep: &Rep, is: &Standing) -> LoadView {
    LoadView {
        capacity: rep.capacity,
        open: is.now.open,
        pending: is.now.pending,
        most_pending: rep.pending,
        owned: is.owned,
        offered_hour: is.now.offered.hour,
        offered_day: is.now.offered.day,
        offered_week: is.now.offered.week,
    }
}
