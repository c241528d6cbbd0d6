//! The bot's token while tokens expire: which one is in force, and until when.

use std::path::Path;

use jiff::Timestamp;
use secrecy::SecretString;

use super::{Finding, State};
use crate::{
    chat::slack::rotation::Rotation,
    config::compile::SlackSettings,
    domain::phrase::say_duration,
    store::{self, Db, slack_token, slack_token::Stored},
};

const AREA: &str = "slack rotation";
/// What somebody has to do when Slack renews no more.
const ANEW: &str = "Start `baton serve`, which renews it. If its log says that Slack refuses: install the app again, and put both \
     tokens where `slack.bot_token` and `slack.refresh_token` take them from.";

/// The pair that a server keeps, if it came from this configuration.
pub(super) async fn stored(database: &str, settings: &SlackSettings) -> Option<Stored> {
    let known = settings.rotation.as_ref()?;
    let file = database.strip_prefix("sqlite:");
    if file.is_some_and(|it| !Path::new(it.strip_prefix("//").unwrap_or(it)).exists()) {
        return None;
    }
    let origin = Rotation {
        client_id: known.client_id.clone(),
        client_secret: known.client_secret.clone(),
        refresh_token: known.refresh_token.clone(),
    }
    .origin();
    // What is wrong with the database is said where that is looked at.
    let db = Db::open_read_only(database).await.ok()?;
    let read: Result<_, store::Error> = db
        .read(async |mut tx| slack_token::get(&mut tx).await)
        .await;
    db.close().await;
    read.ok()?.filter(|stored| stored.origin == origin)
}

/// The token to ask with: the one that is kept wins over the configuration's.
pub(super) fn in_force(settings: &SlackSettings, stored: Option<&Stored>) -> SecretString {
    stored.map_or_else(
        || settings.bot_token.clone(),
        |stored| stored.access_token.as_str().into(),
    )
}

/// When it ends; nothing where tokens don't expire.
pub(super) fn life(
    settings: &SlackSettings,
    stored: Option<&Stored>,
    now: Timestamp,
) -> Option<Finding> {
    settings.rotation.as_ref()?;
    let Some(stored) = stored.filter(|it| it.expires_at > Timestamp::UNIX_EPOCH) else {
        let said = "the token expires, and has not been renewed yet";
        let mend = "`baton serve` does so when it starts, and keeps the next ones in the database.";
        return Some(Finding::new(AREA, State::Untold, said).mend(mend));
    };
    let left = stored.expires_at.duration_since(now);
    if !left.is_positive() {
        let said = format!("the token expired {} ago", say_duration(-left));
        return Some(Finding::broken(AREA, said, ANEW));
    }
    let said = format!("the token expires in {}", say_duration(left));
    // It is renewed at half of its time.
    let life = stored.expires_at.duration_since(stored.renewed_at);
    Some(if left < life / 3 {
        Finding::look(
            AREA,
            format!("{said} and should have been renewed by now"),
            ANEW,
        )
    } else {
        Finding::well(AREA, format!("{said}; `baton serve` renews it before"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::compile::RotationSettings;
    use jiff::SignedDuration;

    #[test]
    fn a_token_that_nobody_renews_is_told_before_it_ends() {
        let settings = SlackSettings {
            bot_token: "xoxb".into(),
            signing_secrets: Vec::new(),
            app_token: None,
            rotation: Some(RotationSettings {
                client_id: "1".to_owned(),
                client_secret: "2".into(),
                refresh_token: "3".into(),
            }),
            sockets: 2,
            api_url: url::Url::parse("https://slack.com/api/").unwrap(),
            paced: true,
            commands: std::collections::BTreeMap::new(),
        };
        let renewed_at = Timestamp::from_second(1_800_000_000).unwrap();
        let stored = Stored {
            origin: String::new(),
            access_token: "new".to_owned(),
            refresh_token: String::new(),
            expires_at: renewed_at + SignedDuration::from_hours(12),
            renewed_at,
        };
        let state = |hours: i64| {
            let now = renewed_at + SignedDuration::from_hours(hours);
            life(&settings, Some(&stored), now).map(|it| (it.state, it.what))
        };
        let said = |state: State, what: &str| Some((state, what.to_owned()));
        assert_eq!(
            state(5),
            said(
                State::Well,
                "the token expires in 7 h; `baton serve` renews it before"
            )
        );
        assert_eq!(
            state(9),
            said(
                State::Look,
                "the token expires in 3 h and should have been renewed by now"
            )
        );
        assert_eq!(state(13), said(State::Broken, "the token expired 1 h ago"));
        let none = life(&settings, None, renewed_at).map(|it| it.state);
        assert_eq!(none, Some(State::Untold));
    }
}
