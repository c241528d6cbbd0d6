//! Tokens that expire, as with Slack's token rotation: `oauth.v2.access` changes a refresh token for the next
//! pair. A refresh token works once, and once more within a short while for whoever lost the answer; of
//! access tokens the two newest live, each until its own end.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::settings::Settings;

/// How long a refresh token that was used works again.
const GRACE: SignedDuration = SignedDuration::from_secs(60);
/// So many access tokens live at once.
const MOST_LIVE: usize = 2;

/// The tokens of an app with token rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// How long an access token works.
    pub life: SignedDuration,
    /// The app's id as a client.
    pub client_id: String,
    /// The app's secret as a client.
    pub client_secret: String,
    /// The first access token.
    pub access_token: String,
    /// The first refresh token.
    pub refresh_token: String,
}

impl Rotation {
    /// An app whose access tokens work for so long.
    #[must_use]
    pub fn new(life: SignedDuration) -> Self {
        Self {
            life,
            client_id: "1000.2000".to_owned(),
            client_secret: "playground".to_owned(),
            access_token: "xoxe.xoxb-1-first".to_owned(),
            refresh_token: "xoxe-1-first".to_owned(),
        }
    }
}

/// What has been given out.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// Access tokens with their ends, the newest last.
    access: Vec<(String, Timestamp)>,
    /// Refresh tokens, with the moment they were used.
    refresh: Vec<(String, Option<Timestamp>)>,
}

impl Tokens {
    pub(super) fn new(settings: &Settings) -> Self {
        let Some(rotation) = &settings.rotation else {
            return Self::default();
        };
        let end = (settings.clock)() + rotation.life;
        Self {
            access: vec![(rotation.access_token.clone(), end)],
            refresh: vec![(rotation.refresh_token.clone(), None)],
        }
    }

    /// Another installation: the tokens that it begins with.
    pub(super) fn install(&mut self, rotation: &Rotation, now: Timestamp) -> Rotation {
        let (access_token, refresh_token) = self.make(rotation, now);
        Rotation {
            access_token,
            refresh_token,
            ..rotation.clone()
        }
    }

    fn make(&mut self, rotation: &Rotation, now: Timestamp) -> (String, String) {
        let nth = self.access.len();
        let (access, refresh) = (format!("xoxe.xoxb-1-{nth}"), format!("xoxe-1-{nth}"));
        self.access.push((access.clone(), now + rotation.life));
        self.refresh.push((refresh.clone(), None));
        (access, refresh)
    }

    /// Whether this access token works.
    pub(super) fn check(&self, token: &str, now: Timestamp) -> Result<(), &'static str> {
        let at = self.access.iter().rposition(|(known, _)| known == token);
        let at = at.ok_or("invalid_auth")?;
        if self.access.len() - at > MOST_LIVE {
            return Err("token_revoked");
        }
        if self.access[at].1 <= now {
            return Err("token_expired");
        }
        Ok(())
    }

    /// Changes a refresh token for the next pair.
    pub(super) fn renew(
        &mut self,
        rotation: &Rotation,
        refresh: &str,
        now: Timestamp,
    ) -> Result<Value, &'static str> {
        let known = self.refresh.iter_mut().find(|(known, _)| known == refresh);
        let (_, used) = known.ok_or("invalid_refresh_token")?;
        if used.is_some_and(|used| now.duration_since(used) > GRACE) {
            return Err("invalid_refresh_token");
        }
        used.get_or_insert(now);
        let (access, next) = self.make(rotation, now);
        Ok(json!({
            "ok": true, "token_type": "bot", "access_token": access, "refresh_token": next,
            "expires_in": rotation.life.as_secs(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_works_once_and_once_more_for_a_lost_answer() {
        let rotation = Rotation::new(SignedDuration::from_hours(12));
        let start = Timestamp::UNIX_EPOCH;
        let after = |seconds: i64| start + SignedDuration::from_secs(seconds);
        let mut tokens = Tokens {
            access: vec![(rotation.access_token.clone(), after(43_200))],
            refresh: vec![(rotation.refresh_token.clone(), None)],
        };
        let first = rotation.refresh_token.clone();
        let one = tokens.renew(&rotation, &first, start).unwrap();
        let again = tokens.renew(&rotation, &first, after(59)).unwrap();
        assert_ne!(one["access_token"], again["access_token"]);
        let late = tokens.renew(&rotation, &first, after(61));
        assert_eq!(late, Err("invalid_refresh_token"));
        let newest = again["access_token"].as_str().unwrap();
        assert_eq!(
            tokens.check(&rotation.access_token, start),
            Err("token_revoked")
        );
        assert_eq!(tokens.check(newest, after(43_200)), Ok(()));
        assert_eq!(tokens.check(newest, after(43_260)), Err("token_expired"));
        assert_eq!(tokens.check("xoxb-other", start), Err("invalid_auth"));
    }
}
