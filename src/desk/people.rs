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
            return self.unless_barred(rep.id.clone()).await;
        }
        let looked_up = self.looked_up(&who.user_id).await?;
        // A rep whom the configuration gives another id has changed since they were looked up.
        let known = |rep: &RepId| {
            rules
                .policy
                .reps
                .get(rep)
                .is_some_and(|rep| rep.slack.is_none())
        };
        let rep = looked_up.filter(known).ok_or(Trouble::Stranger)?;
        self.unless_barred(rep).await
    }

    async fn looked_up(&self, user: &str) -> Result<Option<RepId>, Trouble> {
        let db = self.engine.db();
        let rep = db.read(async |mut tx| reps::by_slack_user(&mut tx, user).await);
        Ok(rep.await?)
    }

    /// A guest or somebody of another company is nobody, whatever the configuration says.
    async fn unless_barred(&self, rep: RepId) -> Result<RepId, Trouble> {
        let asked = std::slice::from_ref(&rep);
        let db = self.engine.db();
        let known = db
            .read(async |mut tx| reps::known(&mut tx, asked).await)
            .await?;
        let barred = known
            .get(&rep)
            .is_some_and(|known| known.barred().is_some());
        if barred {
            Err(Trouble::Stranger)
        } else {
            Ok(rep)
        }
    }

    /// Somebody's profile changed: who has left is asked nothing more, the others are looked up again.
    pub(super) async fn person_changed(&self, user: &str, deleted: bool) {
        let done = match self.rep_by_user(user).await {
            Ok(None) => Ok(()),
            Ok(Some(rep)) if deleted => {
                let done = self.engine.unreachable(&rep, "deactivated").await;
                done.map(drop).map_err(Trouble::from)
            }
            Ok(Some(rep)) => self.engine.look_again(&rep).await.map_err(Trouble::from),
            Err(trouble) => Err(trouble),
        };
        // The daily look finds it out otherwise.
        if let Err(trouble) = done {
            trouble.log();
        }
    }

    /// Who is in a group changed: the worker looks soon.
    pub(super) async fn groups_changed(&self) {
        if let Err(error) = self.engine.look_again_at_groups().await {
            Trouble::from(error).log();
        }
    }

    async fn rep_by_user(&self, user: &str) -> Result<Option<RepId>, Trouble> {
        let rules = self.engine.rules();
        let mut reps = rules.policy.reps.values();
        match reps.find(|rep| rep.slack.as_deref() == Some(user)) {
            Some(rep) => Ok(Some(rep.id.clone())),
            None => self.looked_up(user).await,
        }
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
