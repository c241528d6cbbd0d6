//! What the person did besides, and what that changes: points, intent and stage, and whether the lead rests on.

use jiff::Timestamp;

use super::Case;
use crate::domain::{
    activity::Deed,
    event::{Actor, FactKind, News, Notice},
    id::SourceId,
    lead::{Lead, State},
    route::Reader,
    score::Stage,
};

impl Case<'_, '_> {
    /// The person did something: it is counted, and the lead is rated anew. Nobody looks at one that rests; if this
    /// lifts it over a threshold, so that another rule holds, it comes back by itself. Whoever has the lead is told
    /// when it has become more urgent, that they want no mailings, or were deleted.
    pub(super) fn did(&mut self, what: &Deed, at: Timestamp, source: &SourceId) {
        let by = Actor::Source(source.to_string());
        let lifted = lifted(&self.lead, what, at, &self.reader());
        match what {
            Deed::Did(name) => {
                self.counts(name, at, &by);
                self.contacted_elsewhere(name, at, source);
            }
            Deed::Unsubscribed => {
                self.counts(what.name(), at, &by);
                if self.lead.unsubscribed_at.replace(at).is_none() {
                    let source = source.clone();
                    let news = News::Unsubscribed { source };
                    self.hear(FactKind::UNSUBSCRIBED, by, what.name(), &news);
                }
            }
            Deed::Deleted => {
                if self.lead.deleted_at.replace(at).is_none() {
                    let source = source.clone();
                    let news = News::Deleted { source };
                    self.hear(FactKind::DELETED, by, what.name(), &news);
                }
            }
        }
        if let Some(asked) = lifted {
            self.take_on(asked);
            self.come_back();
        }
    }

    /// Adds it to what was done, and rates the lead by it.
    fn counts(&mut self, name: &str, at: Timestamp, by: &Actor) {
        let reader = self.reader();
        let mut before = self.lead.clone();
        reader.rate(&mut before);
        self.lead.activities.add(name, at);
        reader.rate(&mut self.lead);
        let reached_mql = self.lead.stage == Stage::Mql && before.stage < Stage::Mql;
        if self.lead.stage != before.stage {
            let total = self.lead.score.total().round();
            let detail = format!("{}, score {total}: {name}", self.lead.stage.word());
            self.fact(FactKind::Staged, by.clone(), None, None, detail);
        }
        if reached_mql || self.lead.intent > before.intent {
            let news = News::Warmer {
                activity: name.to_owned(),
                intent: (self.lead.intent > before.intent).then_some(self.lead.intent),
                mql: reached_mql,
            };
            let key = format!("warmer:{}", self.now.as_microsecond());
            self.tell_all(&key, &news);
        }
    }

    fn hear(&mut self, detail: &'static str, by: Actor, key: &str, news: &News) {
        self.fact(FactKind::Merged, by, None, None, detail);
        self.tell_all(key, news);
    }

    /// Tells whoever has the lead, or is asked.
    fn tell_all(&mut self, key: &str, news: &News) {
        self.tell_holders(key, |offer| Notice::News {
            offer,
            news: news.clone(),
        });
    }
}

/// The lead as the rules see it after what was done, if it rests with nobody and another rule holds for it now than a
/// moment ago. So it is lifted once: what is done above the threshold changes nothing more.
pub(super) fn lifted(lead: &Lead, what: &Deed, at: Timestamp, reader: &Reader<'_>) -> Option<Lead> {
    let name = match what {
        Deed::Did(name) => name.as_str(),
        Deed::Unsubscribed => what.name(),
        Deed::Deleted => return None,
    };
    if !rests(lead) {
        return None;
    }
    let mut before = lead.clone();
    reader.rate(&mut before);
    let mut after = lead.clone();
    after.activities.add(name, at);
    reader.route(&mut after);
    let rule = |lead: &Lead| lead.routing.as_ref().and_then(|it| it.rule.clone());
    let was = reader.rule_for(&before).map(|route| route.id.clone());
    (rule(&after) != was && reader.leads_to_people(&after)).then_some(after)
}

/// Whether nobody looks after the lead because a rule, or whoever had it, has left it to marketing.
fn rests(lead: &Lead) -> bool {
    match &lead.state {
        State::Nurture { .. } => true,
        State::Disqualified { by_hand, .. } => !by_hand,
        State::Pending
        | State::Offered { .. }
        | State::Pooled { .. }
        | State::Queued { .. }
        | State::Review { .. }
        | State::Owned { .. }
        | State::Closed { .. } => false,
    }
}
