//! `baton.toml` as it was typed: every table and key, with its place, before it means anything.
//!
//! Optional is what may be left out; the defaults are filled in when it is compiled. Whatever can
//! be wrong in itself (a duration, a condition, a name) stays a [`Text`], so that the complaint
//! can point at it.

mod clocks;
mod form;
mod people;
mod routing;
mod server;
mod shown;
mod sources;

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

pub use clocks::*;
pub use form::*;
pub use people::*;
pub use routing::*;
pub use server::*;
pub use shown::*;
pub use sources::*;

/// A text and where it stands.
pub type Text = Spanned<String>;

/// Named tables, such as `[calendar.office]`. The span of a name tells the order in the file.
pub type Named<T> = BTreeMap<Text, T>;

/// The whole configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `include = ["people.toml"]`: more files of the same shape. Already merged when this is read.
    pub include: Vec<Text>,
    /// `[server]`.
    pub server: Server,
    /// `[database]`.
    pub database: Option<Database>,
    /// `[slack]`.
    pub slack: Option<Slack>,
    /// `[teams]`: Microsoft Teams.
    pub teams: Option<Teams>,
    /// `[[api.token]]`.
    pub api: Api,
    /// `[calendar.NAME]`.
    pub calendar: Named<Calendar>,
    /// `[defaults.rep]`.
    pub defaults: Defaults,
    /// `[[rep]]`.
    pub rep: Vec<Rep>,
    /// `[territory.NAME]`.
    pub territory: Named<Territory>,
    /// `[[team]]`.
    pub team: Vec<Team>,
    /// `[[source]]`.
    pub source: Vec<Source>,
    /// `[list.NAME]`.
    pub list: Named<List>,
    /// `[[filter]]`.
    pub filter: Vec<Filter>,
    /// `[scoring]`.
    pub scoring: Scoring,
    /// `[[intent]]`.
    pub intent: Vec<Intent>,
    /// `[accounts]`.
    pub accounts: Accounts,
    /// `[[account]]`.
    pub account: Vec<Account>,
    /// `[[route]]`.
    pub route: Vec<Route>,
    /// `[[golden]]`.
    pub golden: Vec<Golden>,
    /// `[[decline]]`.
    pub decline: Vec<Decline>,
    /// `[sla.NAME]`.
    pub sla: Named<Sla>,
    /// `[contact]`.
    pub contact: Contact,
    /// `[card]`.
    pub card: Card,
    /// `[notices]`.
    pub notices: Notices,
    /// `[[digest]]`.
    pub digest: Vec<Digest>,
    /// `[[experiment]]`.
    pub experiment: Vec<Experiment>,
    /// `[[webhook]]`.
    pub webhook: Vec<Webhook>,
}
