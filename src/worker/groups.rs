//! Teams made of the chat's groups: `members = ["@sales-dach"]`. Who is in a group is looked up now and then,
//! and kept, so that a team is whole while the chat can't be asked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::Worker;
use crate::{
    chat::{
        Chat, PeopleGroup,
        outcome::{FailKind, SendError},
    },
    domain::{
        id::RepId,
        policy::{Groups, Platform, Policy},
    },
    engine::Error,
    store::{Json, accounts, groups},
};

/// How long what was looked up counts, at least; by chance up to half of it more, so that many groups and
/// replicas don't ask together.
const LOOKED_UP: SignedDuration = SignedDuration::from_mins(10);

impl Worker {
    /// Looks up who is in the groups that teams name, if that was not done lately.
    pub(super) async fn learn_groups(&self) -> Result<(), Error> {
        let wanted = handles(&self.engine.rules().policy);
        // Microsoft Teams has no such groups.
        let (Some(slack), false) = (self.outlet(Platform::Slack), wanted.is_empty()) else {
            return Ok(());
        };
        let chat = &slack.chat;
        let now = self.engine.clock().now();
        let known = self.known_groups().await?;
        let lately = SignedDuration::ZERO..self.counts_for(now);
        let fresh = |handle: &String| {
            let known = known.iter().find(|group| group.handle == *handle);
            known.is_some_and(|group| lately.contains(&now.duration_since(group.looked_up_at)))
        };
        let stale: BTreeSet<String> = wanted.into_iter().filter(|it| !fresh(it)).collect();
        if !stale.is_empty()
            && let Err(error) = self.look_up_groups(chat, &stale, now).await?
        {
            complain(&error);
            if error.kind() == Some(FailKind::Config) {
                self.put_off(&stale, known, now).await?;
            }
        }
        self.go_by_groups().await
    }

    fn counts_for(&self, now: Timestamp) -> SignedDuration {
        let more = self.engine.clock().chance(now).fraction() / 2.0;
        LOOKED_UP + SignedDuration::from_secs_f64(LOOKED_UP.as_secs_f64() * more)
    }

    async fn known_groups(&self) -> Result<Vec<groups::Group>, Error> {
        let db = self.db();
        Ok(db.read(async |mut tx| groups::all(&mut tx).await).await?)
    }

    /// What only a person can mend is not asked for every minute.
    async fn put_off(
        &self,
        stale: &BTreeSet<String>,
        known: Vec<groups::Group>,
        now: Timestamp,
    ) -> Result<(), Error> {
        for mut group in known.into_iter().filter(|it| stale.contains(&it.handle)) {
            group.looked_up_at = now;
            let db = self.db();
            db.write(async |mut tx| groups::keep(&mut tx, &group).await)
                .await?;
        }
        Ok(())
    }

    async fn look_up_groups(
        &self,
        chat: &Chat,
        stale: &BTreeSet<String>,
        now: Timestamp,
    ) -> Result<Result<(), SendError>, Error> {
        let there = match chat.groups().await {
            Ok(there) => there,
            Err(error) => return Ok(Err(error)),
        };
        for handle in stale {
            let group = there.iter().find(|group| group.handle == *handle);
            let users = match group {
                Some(group) => match chat.group_members(group).await {
                    Ok(users) => users,
                    Err(error) => return Ok(Err(error)),
                },
                None => {
                    warn_of(handle, &there);
                    Vec::new()
                }
            };
            let group = groups::Group {
                handle: handle.clone(),
                users: Json(users),
                looked_up_at: now,
            };
            self.db()
                .write(async |mut tx| groups::keep(&mut tx, &group).await)
                .await?;
        }
        Ok(Ok(()))
    }

    /// Goes by what is known of the groups.
    pub(super) async fn go_by_groups(&self) -> Result<(), Error> {
        let rules = self.engine.rules();
        let wanted = handles(&rules.policy);
        if wanted.is_empty() {
            return Ok(());
        }
        let known = self.known_groups().await?;
        let people = self.reps_by_user(&rules.policy).await?;
        let mut groups = Groups::new();
        for group in known.into_iter().filter(|it| wanted.contains(&it.handle)) {
            let users = group.users.0.iter();
            let mut reps: Vec<RepId> = users.filter_map(|user| people.get(user)).cloned().collect();
            reps.sort();
            groups.insert(group.handle, reps);
        }
        let sizes: Vec<String> = groups
            .iter()
            .map(|(handle, reps)| format!("@{handle}: {}", reps.len()))
            .collect();
        if self.engine.set_groups(groups) {
            tracing::info!(
                reps = sizes.join(", "),
                "teams have the people of these groups now"
            );
        }
        Ok(())
    }

    /// The reps of the configuration by their user in the chat, as far as that is known.
    async fn reps_by_user(&self, policy: &Policy) -> Result<BTreeMap<String, RepId>, Error> {
        let all: Vec<RepId> = policy.reps.keys().cloned().collect();
        let db = self.db();
        let known = db
            .read(async |mut tx| accounts::in_chat(&mut tx, Platform::Slack).await)
            .await?;
        let user = |rep: &RepId| {
            let configured = policy.reps.get(rep)?.slack.clone();
            configured.or_else(|| Some(known.get(rep)?.user_id.clone()))
        };
        Ok(all
            .iter()
            .filter_map(|rep| Some((user(rep)?, rep.clone())))
            .collect())
    }
}

fn handles(policy: &Policy) -> BTreeSet<String> {
    let teams = policy.teams.iter();
    teams.flat_map(|team| team.groups.iter().cloned()).collect()
}

fn warn_of(handle: &str, there: &[PeopleGroup]) {
    let count = there.len();
    tracing::warn!(
        handle,
        groups = count,
        "a team names a user group that the chat doesn't have"
    );
}

fn complain(error: &SendError) {
    if error.kind() == Some(FailKind::Config) {
        tracing::error!(
            %error,
            "Baton may not see who is in user groups: give its Slack app the scope usergroups:read \
             and install it again; until then teams have the people they had"
        );
    } else {
        tracing::warn!(%error, "user groups could not be looked up; trying again");
    }
}
