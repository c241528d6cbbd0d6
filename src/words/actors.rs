//! Who did something, as the subject of a sentence.

use super::seen::cut;
use crate::domain::{event::Actor, policy::Policy};

const MAX_NAME: usize = 40;

/// "Marta Lind", "The program crm"; what Baton and sources do has words of its own each time.
pub(super) fn name(by: &Actor, policy: &Policy) -> Option<String> {
    match by {
        Actor::Rep(rep) => Some(policy.name_of(rep).to_owned()),
        Actor::Api(name) => Some(format!("The program {}", cut(name, MAX_NAME))),
        Actor::Baton | Actor::Source(_) => None,
    }
}

/// The same, with Baton for whatever has no name.
pub(super) fn name_or_baton(by: &Actor, policy: &Policy) -> String {
    name(by, policy).unwrap_or_else(|| "Baton".to_owned())
}
