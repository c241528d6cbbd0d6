//! What one submission says of one person, in canonical form: the way from `intake` to a lead.

use std::collections::BTreeMap;

use super::contact::Contact;

/// One person as one submission describes them, after mapping and normalising.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewLead {
    /// The canonical fields that were given. `type` is not among them: see `lead_type`.
    pub contact: Contact,
    /// Everything else, under its own label.
    pub attributes: BTreeMap<String, String>,
    /// What was asked for (`demo`, `download`, …), from the source's `type` or the payload.
    pub lead_type: String,
    /// Goes the whole way to the reasons, is offered to nobody and counts nowhere.
    pub test: bool,
}
