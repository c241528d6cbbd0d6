//! Stored leads before the rules once more: only which rule catches them and where it sends them, nothing else moves.

use crate::{
    domain::{
        condition::SubmissionFacts,
        filter,
        id::{RepId, RouteId, TeamId},
        lead::Lead,
        policy::Target,
        route::Reader,
        strategy::Odds,
    },
    rules::Rules,
};

/// Which way a lead goes by some rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// The rule that catches it.
    pub rule: Option<RouteId>,
    /// The team behind that.
    pub team: Option<TeamId>,
    /// Where the rule sends it; absent: that is not known any more.
    pub to: Option<Vec<Target>>,
    /// The filter that keeps it out, in words.
    pub kept_out: Option<String>,
}

impl Way {
    /// As it was decided, and stored with the lead.
    #[must_use]
    pub fn as_stored(lead: &Lead) -> Self {
        let routing = lead.routing.as_ref();
        Self {
            rule: routing.and_then(|it| it.rule.clone()),
            team: routing.and_then(|it| it.team.clone()),
            to: None,
            kept_out: None,
        }
    }

    /// Whether it is the same as `other`, as far as both are known.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let same_targets = match (&self.to, &other.to) {
            (Some(one), Some(other)) => one == other,
            (Some(_) | None, None) | (None, Some(_)) => true,
        };
        self.rule == other.rule
            && self.team == other.team
            && self.kept_out == other.kept_out
            && same_targets
    }
}

/// Which way a stored lead goes by these rules, as of the moment at which it came; `odds` are for those that were not
/// told theirs then.
#[must_use]
pub fn way(rules: &Rules, odds: &Odds, stored: &Lead) -> Way {
    let policy = &rules.policy;
    let mut lead = as_it_came(stored);
    let reader = Reader::new(policy, rules, lead.created_at).knowing(odds);
    let nothing = SubmissionFacts::default();
    let hit = filter::sift(&reader, &policy.filters, &mut lead, &nothing);
    reader.route(&mut lead);
    let way = Way::as_stored(&lead);
    let mut routes = policy.routes.iter();
    let route = routes.find(|it| Some(&it.id) == way.rule.as_ref());
    Way {
        to: route.map(|it| it.to.clone()),
        kept_out: hit.map(|hit| hit.to_string()),
        ..way
    }
}

/// The lead with what was said of it, before anything was decided.
fn as_it_came(stored: &Lead) -> Lead {
    let source = stored.source.clone();
    let mut lead = Lead::new(stored.id.clone(), stored.number, source, stored.created_at);
    lead.contact.clone_from(&stored.contact);
    lead.attributes.clone_from(&stored.attributes);
    lead.lead_type.clone_from(&stored.lead_type);
    lead.activities.clone_from(&stored.activities);
    lead.win = stored.win;
    let own = |rep: &RepId| stored.offers.iter().any(|offer| offer.rep == *rep);
    let before = stored.previous_owner.clone();
    lead.previous_owner = before.filter(|rep| !own(rep));
    lead
}
