//! What is known from the store: who of the file has left the chat, and what the new rules would have changed for the
//! last leads. Each is put before the rules by which it was decided, and before those of the file.

use std::{collections::BTreeMap, path::Path, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use crate::{
    cli::talk,
    config::{self, check::Profiles, compile::Compiled},
    domain::{
        id::{RouteId, TeamId},
        lead::Lead,
        strategy::Odds,
    },
    rules::Rules,
    simulate::{Way, way},
    store::{
        self, Db, configs,
        leads::{self, LeadFilter},
        records,
        reps::{self, KnownRep},
    },
};

/// So many leads are looked at.
const LEADS: u32 = 200;
/// So many examples of each change are named.
const EXAMPLES: usize = 5;
/// Nobody waits longer for a database that does not answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the store tells.
pub enum Told {
    /// It can't be read, for this reason.
    Unread(String),
    /// Something.
    Read(Box<Known>),
}

/// Leads and people of the store, and the rules they are put before.
pub struct Known {
    leads: Vec<Lead>,
    before: BTreeMap<String, Rules>,
    people: Vec<KnownRep>,
    odds: Odds,
    rules: Rules,
}

/// Looks into the store; nothing where there is none.
pub async fn look(compiled: Compiled, now: Timestamp) -> Option<Told> {
    if !is_there(&compiled.database) {
        return None;
    }
    let read = tokio::time::timeout(PATIENCE, read(&compiled.database, now)).await;
    let (leads, before, people, odds) = match read {
        Ok(Ok(read)) => read,
        Ok(Err(error)) => return Some(Told::Unread(error.to_string())),
        Err(_) => return Some(Told::Unread("it does not answer".to_owned())),
    };
    Some(Told::Read(Box::new(Known {
        leads,
        before: compiled_again(before, now),
        people,
        odds,
        rules: Rules::new(compiled.policy),
    })))
}

/// Where no file is there is no store yet; of a server only asking tells.
fn is_there(database: &str) -> bool {
    let file = database.strip_prefix("sqlite:");
    let file = file.map(|file| file.strip_prefix("//").unwrap_or(file));
    file.is_none_or(|file| Path::new(file.split('?').next().unwrap_or(file)).exists())
}

/// The zones and hours of people, if the store can be read.
pub async fn profiles(database: &str) -> Option<Profiles> {
    let read = async {
        let db = Db::open_read_only(database).await?;
        let known = db.read(async |mut tx| reps::all(&mut tx).await).await;
        db.close().await;
        known
    };
    let read = is_there(database).then_some(read)?;
    let known = tokio::time::timeout(PATIENCE, read).await.ok()?.ok()?;
    let profiles = known.iter().map(|rep| (rep.id.clone(), rep.profile()));
    Some(profiles.collect())
}

impl Told {
    /// The paragraph for people.
    pub fn text(&self) -> String {
        match self {
            Self::Unread(why) => format!("{}\n", unread(why)),
            Self::Read(known) => {
                let gone = known.gone().map(|said| format!("{said}\n"));
                let mut said: String = gone.collect();
                if !known.leads.is_empty() {
                    said += &known.in_words();
                }
                said
            }
        }
    }

    /// The same for programs, beside mistakes and remarks: each change is one entry with the leads that it is about.
    pub fn entries(&self) -> Vec<Value> {
        let entry = |severity: &str, message: String, leads: Vec<i64>| json!({"severity": severity, "message": message, "leads": leads});
        match self {
            Self::Unread(why) => vec![entry("lint", unread(why), Vec::new())],
            Self::Read(known) => {
                let gone = known.gone().map(|said| entry("lint", said, Vec::new()));
                let changes = known.changes().into_iter();
                let changes = changes
                    .map(|((then, now), leads)| entry("change", format!("{then} → {now}"), leads));
                gone.chain(changes).collect()
            }
        }
    }
}

fn unread(why: &str) -> String {
    format!("What would change for the last leads is not known: the database can't be read: {why}")
}

/// Files by name, with their text.
type Files = Vec<(String, String)>;

/// What was read of the store.
type Read = (Vec<Lead>, BTreeMap<String, Files>, Vec<KnownRep>, Odds);

/// The last leads, the configurations by which they were decided as far as these were kept, the people, and how leads
/// ended lately.
async fn read(database: &str, now: Timestamp) -> Result<Read, store::Error> {
    let db = Db::open_read_only(database).await?;
    let filter = LeadFilter {
        limit: LEADS,
        ..LeadFilter::default()
    };
    let read = db.read(async |mut tx| {
        let (mut leads, _) = leads::list(&mut tx, &filter).await?;
        leads.retain(|lead| !lead.test && lead.unknown.is_none() && lead.routing.is_some());
        let mut before = BTreeMap::new();
        for hash in leads
            .iter()
            .filter_map(|lead| Some(&lead.routing.as_ref()?.config))
        {
            if !before.contains_key(hash) {
                let digits = hash.strip_prefix("sha256:").unwrap_or(hash);
                let kept = configs::called(&mut tx, digits).await?.into_iter().next();
                before.insert(hash.clone(), kept.map_or_else(Files::new, |it| it.files.0));
            }
        }
        let known = reps::all(&mut tx).await?;
        let odds = records::odds(&mut tx, None, now).await?;
        Ok::<_, store::Error>((leads, before, known, odds))
    });
    let read = read.await;
    db.close().await;
    read
}

/// The rules of each configuration that was kept and can still be understood.
fn compiled_again(before: BTreeMap<String, Files>, now: Timestamp) -> BTreeMap<String, Rules> {
    let again = |(hash, files): (String, Files)| {
        let (first, _) = files.first()?;
        let kept = |path: &Path| {
            let name = path.display().to_string();
            let kept = files.iter().find(|(it, _)| *it == name);
            kept.map_or_else(
                || std::fs::read_to_string(path),
                |(_, text)| Ok(text.clone()),
            )
        };
        // Secrets were not kept, and don't matter here.
        let env = |name: &str| Some(talk::env(name).unwrap_or_else(|| format!("unset-{name}")));
        let loaded = config::load_with(Path::new(first), &env, &kept, now);
        Some((hash, Rules::new(loaded.compiled?.policy)))
    };
    before.into_iter().filter_map(again).collect()
}

/// Two ways, as they were and are now, with the leads that would change from one to the other.
type Changes = Vec<((String, String), Vec<i64>)>;

impl Known {
    /// People of the file whom the chat does not know any more.
    fn gone(&self) -> impl Iterator<Item = String> {
        self.people.iter().filter_map(|known| {
            let rep = self.rules.policy.reps.get(&known.id);
            let id = &rep.filter(|rep| rep.active)?.id;
            let why = known.barred()?;
            Some(format!(
                "`{id}` has left the chat, which says: {why}. Take them out of the file, or mend their account."
            ))
        })
    }

    /// Which leads would go another way, the most frequent change first.
    fn changes(&self) -> Changes {
        let mut changes: BTreeMap<(String, String), Vec<i64>> = BTreeMap::new();
        for lead in &self.leads {
            let routing = lead.routing.as_ref();
            let then = routing.and_then(|routing| self.before.get(&routing.config));
            let then = then.map_or_else(
                || Way::as_stored(lead),
                |rules| way(rules, &self.odds, lead),
            );
            let now = way(&self.rules, &self.odds, lead);
            if !then.is_same(&now) {
                let change = (said(&then, &now), said(&now, &then));
                changes.entry(change).or_default().push(lead.number);
            }
        }
        let mut changes: Changes = changes.into_iter().collect();
        changes.sort_by_key(|(_, numbers)| std::cmp::Reverse(numbers.len()));
        changes
    }

    fn in_words(&self) -> String {
        let since = self.leads.iter().map(|lead| lead.created_at).min();
        let since = since.map_or_else(String::new, |at| {
            let at = at.to_zoned(TimeZone::system());
            format!(", since {}", at.strftime("%-d %b %Y"))
        });
        let many = match self.leads.len() {
            1 => format!("the last lead{since}"),
            many => format!("the last {many} leads{since}"),
        };
        let changes = self.changes();
        if changes.is_empty() {
            return format!("Of {many}, these rules would have changed nothing.\n");
        }
        let otherwise: usize = changes.iter().map(|(_, numbers)| numbers.len()).sum();
        let each = changes.into_iter().map(|((then, now), numbers)| {
            let examples = numbers.iter().take(EXAMPLES).map(|it| format!("#{it}"));
            let examples: Vec<String> = examples.collect();
            let more = if numbers.len() > EXAMPLES {
                ", …"
            } else {
                ""
            };
            let many = numbers.len();
            format!("  {many}: {then} → {now} ({}{more})\n", examples.join(", "))
        });
        let each: String = each.collect();
        format!("Of {many}, {otherwise} would have gone another way by these rules:\n{each}")
    }
}

/// A way, as far as it differs from `other`.
fn said(way: &Way, other: &Way) -> String {
    if let Some(filter) = &way.kept_out {
        return filter.clone();
    }
    let rule = way.rule.as_ref().map_or("no rule", RouteId::as_str);
    let team = way.team.as_ref().map_or("no team", TeamId::as_str);
    match (way.rule == other.rule, way.team == other.team) {
        (true, true) if other.kept_out.is_none() => format!("{rule} to other targets"),
        (_, true) => rule.to_owned(),
        (_, false) => format!("{rule} ({team})"),
    }
}
