//! `/leadrules`: the rules in force, for everybody.

use super::asked::Asked;
use crate::{domain::card::Card, words::rules};

/// A page of them, counted from 0.
pub(super) fn page(asked: &Asked<'_>, page: usize) -> Card {
    rules::rules(asked.policy(), page)
}
