//! `/away hours`: when somebody works, in place of what the configuration says.
//!
//! ```text
//! /away hours                                     the dialog
//! /away hours Mo-Fr 09:00-12:30,13:30-18:00; PH off
//! /away hours reset                               those of the configuration again
//! /away @jonas hours                              a colleague's, for their manager
//! ```

use std::collections::BTreeMap;

use super::{
    Answer, Context, Entered, HoursAsk, Named,
    asked::{Asked, Trouble},
    rights,
};
use crate::{
    domain::{
        calendar::{Calendar, Holidays},
        card::{Card, Dialog},
        event::Actor,
        id::RepId,
        policy::CalendarRule,
    },
    words::hours as said,
};

/// Shows or changes somebody's hours.
pub(super) async fn answer(
    asked: &Asked<'_>,
    who: Option<Named>,
    ask: HoursAsk,
) -> Result<Answer, Trouble> {
    let rep = asked.subject(who.as_ref()).await?;
    match ask {
        HoursAsk::Show => opens(asked, &rep).await,
        HoursAsk::Reset => Ok(keep(asked, &rep, None).await?.into()),
        HoursAsk::Set(text) => {
            let text = said::tidy(&text);
            if let Some(wrong) = wrong(&text) {
                return Err(Trouble::refused(said::not_kept(&wrong)));
            }
            Ok(keep(asked, &rep, Some(&text)).await?.into())
        }
    }
}

/// The dialog for the hours of `of`, as a button opens it; what is said instead if it can't be.
pub async fn edit(context: Context<'_>, who: &RepId, of: &str) -> Answer {
    let opened = match theirs(context, who, of).await {
        Ok((asked, rep)) => opens(&asked, &rep).await,
        Err(trouble) => Err(trouble),
    };
    opened.unwrap_or_else(|trouble| Card::sentence(trouble.said()).into())
}

/// Keeps what `who` has filled in for `of`.
pub async fn save(
    context: Context<'_>,
    who: &RepId,
    of: &str,
    values: &BTreeMap<String, String>,
) -> Entered {
    let text = said::tidy(values.get(said::HOURS).map_or("", String::as_str));
    if let Some(wrong) = wrong(&text) {
        return Entered::Wrong(BTreeMap::from([(said::HOURS.to_owned(), wrong)]));
    }
    let saved = match theirs(context, who, of).await {
        Ok((asked, rep)) => {
            // Whoever saves what stands there anyway goes on with the configuration, also when that changes.
            let rule = configured(&asked, &rep).map(|rule| rule.hours.as_str());
            let text = Some(text.as_str()).filter(|text| !text.is_empty() && Some(*text) != rule);
            keep(&asked, &rep, text).await
        }
        Err(trouble) => Err(trouble),
    };
    Entered::Done(saved.unwrap_or_else(|trouble| Card::sentence(trouble.said())))
}

/// The asker, and the rep whose hours they may change.
async fn theirs<'a>(
    context: Context<'a>,
    who: &RepId,
    of: &str,
) -> Result<(Asked<'a>, RepId), Trouble> {
    let asked = Asked::new(context, who).await?;
    let rep = RepId::from(of);
    let known = asked.policy().reps.contains_key(&rep);
    if !known || !(asked.is_me(&rep) || rights::manages(asked.policy(), who, &rep)) {
        return Err(asked.not_for(&rep));
    }
    Ok((asked, rep))
}

/// What is wrong with these hours; none are those of the configuration.
fn wrong(text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    if text.chars().count() > usize::from(said::MAX_HOURS) {
        return Some(said::too_long());
    }
    // Whose holidays and which zone has no say in whether they can be read.
    let read = Calendar::new(text, &Holidays::default(), jiff::tz::TimeZone::UTC);
    read.err().map(|error| said::unreadable(&error))
}

async fn opens(asked: &Asked<'_>, rep: &RepId) -> Result<Answer, Trouble> {
    let own = asked.own_hours(rep).await?;
    let zone = zone_words(asked, rep).await?;
    let hours = said::Hours {
        rep,
        own: own.as_deref(),
        configured: configured(asked, rep).map(|rule| rule.hours.as_str()),
        zone: &zone,
    };
    let dialog: Dialog = said::dialog(&hours, asked.policy(), &asked.who);
    let card = said::shown(&hours, asked.policy(), &asked.who);
    Ok(Answer {
        card,
        dialog: Some(dialog),
    })
}

async fn keep(asked: &Asked<'_>, rep: &RepId, own: Option<&str>) -> Result<Card, Trouble> {
    let by = Actor::Rep(asked.who.clone());
    asked.engine.set_hours(rep, own, &by).await?;
    let zone = zone_words(asked, rep).await?;
    let hours = said::Hours {
        rep,
        own,
        configured: configured(asked, rep).map(|rule| rule.hours.as_str()),
        zone: &zone,
    };
    let calendar = asked.hours_of(rep).await?;
    let now = asked.now.timestamp();
    Ok(said::kept(
        &hours,
        calendar.as_ref(),
        asked.policy(),
        &asked.who,
        now,
    ))
}

/// Somebody's hours in a line: "Mo-Fr 09:00-18:00; PH off (Europe/Berlin)".
pub(super) async fn said(asked: &Asked<'_>, rep: &RepId) -> Result<String, Trouble> {
    let own = asked.own_hours(rep).await?;
    let zone = zone_words(asked, rep).await?;
    let hours = said::Hours {
        rep,
        own: own.as_deref(),
        configured: configured(asked, rep).map(|rule| rule.hours.as_str()),
        zone: &zone,
    };
    Ok(said::line(&hours))
}

fn configured<'a>(asked: &'a Asked<'_>, rep: &RepId) -> Option<&'a CalendarRule> {
    let policy = asked.policy();
    let name = policy.reps.get(rep)?.calendar.as_ref()?;
    policy.calendars.get(name)
}

/// The zone in which somebody's hours are meant.
async fn zone_words(asked: &Asked<'_>, rep: &RepId) -> Result<String, Trouble> {
    let fixed = configured(asked, rep).and_then(|rule| rule.timezone.clone());
    let zone = match fixed {
        Some(zone) => zone,
        None => asked.zone_of(rep).await?,
    };
    Ok(zone.iana_name().unwrap_or("UTC").to_owned())
}
