//! Who pressed: a person of the chat becomes a rep of the configuration, or nobody.

use jiff::tz::TimeZone;

use super::{Desk, trouble::Trouble};
use crate::{chat::incoming::Presser, domain::id::RepId, store::reps, words::when::When};

impl Desk {
    /// The rep that this person is. Guests and people of other workspaces are nobody unless the
    /// configuration names them.
    pub(super) async fn rep(&self, who: &Presser) -> Result<RepId, Trouble> {
        if self.is_elsewhere(who) {
            return Err(Trouble::Stranger);
        }
        let rules = self.engine.rules();
        let named = rules
            .policy
            .reps
            .values()
            .find(|rep| rep.slack.as_deref() == Some(&who.user_id));
        if let Some(rep) = named {
            return Ok(rep.id.clone());
        }
        let user = who.user_id.as_str();
        let looked_up = self
            .engine
            .db()
            .read(async |mut tx| reps::by_slack_user(&mut tx, user).await)
            .await?;
        // A rep whom the configuration gives another id has changed since they were looked up.
        let known = |rep: &RepId| {
            rules
                .policy
                .reps
                .get(rep)
                .is_some_and(|rep| rep.slack.is_none())
        };
        looked_up.filter(known).ok_or(Trouble::Stranger)
    }

    /// A rep's own clock: of the configuration, else the chat profile, else UTC.
    pub(super) async fn when(&self, rep: &RepId) -> Result<When, Trouble> {
        let rules = self.engine.rules();
        let set = rules
            .policy
            .reps
            .get(rep)
            .and_then(|rep| rep.timezone.clone());
        let zone = match set {
            Some(zone) => zone,
            None => self.zone_of_profile(rep).await?.unwrap_or(TimeZone::UTC),
        };
        Ok(When::new(self.engine.clock().now(), &zone))
    }

    async fn zone_of_profile(&self, rep: &RepId) -> Result<Option<TimeZone>, Trouble> {
        let asked = std::slice::from_ref(rep);
        let mut known = self
            .engine
            .db()
            .read(async |mut tx| reps::known(&mut tx, asked).await)
            .await?;
        let zone = known.remove(rep).and_then(|rep| rep.zone);
        Ok(zone.and_then(|name| TimeZone::get(&name).ok()))
    }

    /// Whether the person is of another workspace, as in a channel shared between companies. An
    /// installation for a whole organisation (`E…`) has people of many.
    fn is_elsewhere(&self, who: &Presser) -> bool {
        let ours = self.workspace.get().filter(|ours| !ours.starts_with('E'));
        ours.is_some_and(|ours| !who.team_id.is_empty() && who.team_id != *ours)
    }
}
