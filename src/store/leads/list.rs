//! Lists of leads, newest first, in pages that stay where they are while new leads come in.

use std::fmt;

use jiff::Timestamp;

use crate::{
    domain::{
        id::{LeadId, RepId, SourceId, TeamId},
        lead::Lead,
    },
    store::{Error, Json, Query, Sql, Tx, sql},
};

/// Which leads are wanted; what is not set does not matter.
#[derive(Clone, Debug, Default)]
pub struct LeadFilter {
    /// The state's word.
    pub state: Option<String>,
    /// Owned by, also before it ended.
    pub owner: Option<RepId>,
    /// The team behind it.
    pub team: Option<TeamId>,
    /// It came by.
    pub source: Option<SourceId>,
    /// The mail address, in any case.
    pub email: Option<String>,
    /// The other system's id.
    pub external_id: Option<String>,
    /// Part of the name, company, address or phone.
    pub q: Option<String>,
    /// It came at or after.
    pub since: Option<Timestamp>,
    /// Only those of these teams; for who may not see all.
    pub teams: Option<Vec<TeamId>>,
    /// Beside those of `teams`, those that this rep owns.
    pub or_owner: Option<RepId>,
    /// At most so many; 0 means 50.
    pub limit: u32,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
}

/// The end of a page. As text it is opaque to those who pass it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    created_at: i64,
    id: LeadId,
}

impl Cursor {
    /// Reads what [`fmt::Display`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Self {
            created_at: i64::from_str_radix(at, 36).ok()?,
            id: id.into(),
        })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut digits, mut rest) = (Vec::new(), self.created_at.unsigned_abs());
        while rest > 0 || digits.is_empty() {
            let digit = u32::try_from(rest % 36).unwrap_or(0);
            digits.extend(char::from_digit(digit, 36));
            rest /= 36;
        }
        let sign = if self.created_at < 0 { "-" } else { "" };
        let digits: String = digits.into_iter().rev().collect();
        write!(f, "{sign}{digits}.{}", self.id)
    }
}

const PAGE: u32 = 50;

/// One list; `$narrowed` repeats the filter that finds the fewest, without its "or none", so that an index is used.
macro_rules! list {
    ($narrowed:literal) => {
        sql!(
            "select doc from lead where ($1 is null or state = $1) and ($2 is null or owner = $2) \
             and ($3 is null or team = $3) and ($4 is null or source = $4) and ($5 is null or email = $5) \
             and ($6 is null or external_id = $6) and ($7 is null or words like $7 escape '!') \
             and ($8 is null or created_at >= $8) and ($9 is null or owner = $10 or team in (select value from "
            [sqlite "json_each($9)"] [postgres "jsonb_array_elements_text($9)"]
            ")) and ($11 is null or created_at < $11 or created_at = $11 and id < $12)"
            $narrowed
            " order by created_at desc, id desc limit $13"
        )
    };
}

const ALL: Sql = list!("");
const AFTER: Sql = list!(" and created_at <= $11");
const BY_EMAIL: Sql = list!(" and email = $5");
const BY_EXTERNAL_ID: Sql = list!(" and external_id = $6");
const BY_OWNER: Sql = list!(" and owner = $2");
const BY_TEAM: Sql = list!(" and team = $3");
const BY_STATE: Sql = list!(" and state = $1");

impl LeadFilter {
    fn sql(&self) -> Sql {
        match self {
            Self { email: Some(_), .. } => BY_EMAIL,
            Self {
                external_id: Some(_),
                ..
            } => BY_EXTERNAL_ID,
            Self { owner: Some(_), .. } => BY_OWNER,
            Self { team: Some(_), .. } => BY_TEAM,
            Self { state: Some(_), .. } => BY_STATE,
            Self {
                cursor: Some(_), ..
            } => AFTER,
            _ => ALL,
        }
    }

    fn bind<'t>(&self, query: Query<'t>) -> Query<'t> {
        query
            .bind(&self.state)
            .bind(&self.owner)
            .bind(&self.team)
            .bind(&self.source)
            .bind(self.email.as_ref().map(|email| email.to_lowercase()))
            .bind(&self.external_id)
            .bind(self.q.as_deref().map(pattern))
            .bind(self.since)
            .bind(self.teams.as_ref().map(Json))
            .bind(&self.or_owner)
            .bind(self.cursor.as_ref().map(|cursor| cursor.created_at))
            .bind(self.cursor.as_ref().map(|cursor| cursor.id.clone()))
    }

    fn limit(&self) -> usize {
        let limit = if self.limit == 0 { PAGE } else { self.limit };
        usize::try_from(limit).unwrap_or(usize::MAX)
    }
}

/// What `like` takes to find `text` anywhere, taken literally.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for char in text.to_lowercase().chars() {
        if matches!(char, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(char);
    }
    pattern.push('%');
    pattern
}

/// The leads that `filter` means, newest first, and where the next page begins if there is one.
///
/// # Errors
/// If the database does not answer.
pub async fn list(tx: &mut Tx, filter: &LeadFilter) -> Result<(Vec<Lead>, Option<Cursor>), Error> {
    let limit = filter.limit();
    // One more than wanted tells whether there is a next page.
    let more = i64::try_from(limit).map_or(i64::MAX, |limit| limit.saturating_add(1));
    let query = filter.bind(tx.q(filter.sql())).bind(more);
    let rows: Vec<(Json<Lead>,)> = query.all().await?;
    let more = rows.len() > limit;
    let leads: Vec<Lead> = rows.into_iter().take(limit).map(|(doc,)| doc.0).collect();
    let last = leads.last().filter(|_| more).map(|lead| Cursor {
        created_at: lead.created_at.as_microsecond(),
        id: lead.id.clone(),
    });
    Ok((leads, last))
}
