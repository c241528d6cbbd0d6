//! What is shown and told, when and to whom: `[card]`, `[notices]`, `[[digest]]`, `[[webhook]]`.

use serde::Deserialize;
use toml::Spanned;

use super::{Secret, Text};

/// `[card]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Card {
    /// `facts = ["employees", "use_case"]`: beside the fixed ones.
    pub facts: Vec<Text>,
    /// `links = [{ label = "HubSpot", url = "https://…/{external_id}" }]`.
    pub links: Vec<Link>,
}

/// One of `card.links`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What the link is called.
    pub label: Text,
    /// Where it leads; `{field}` is filled in.
    pub url: Text,
}

/// `[notices]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notices {
    /// `bundle = "5m"`: the first notice of a cause goes at once, those of the next five minutes become one
    /// message; a minute if not set.
    pub bundle: Option<Text>,
    /// `forecast = "Fri 16:00"`: when each manager reads, in their zone, where the coming week has nobody; `"off"`: never.
    /// Default: that.
    pub forecast: Option<Text>,
}

/// `[[digest]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// `cron = "0 8 * * Mon"`.
    pub cron: Text,
    /// `timezone = "Europe/Berlin"`. Default: UTC.
    pub timezone: Option<Text>,
    /// `to = "slack:C0SALES"`.
    pub to: Text,
    /// `report = "week"`.
    pub report: Spanned<Report>,
    /// `team = "sdr"`. Default: all.
    pub team: Option<Text>,
}

/// What a digest covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Report {
    /// The day before.
    Day,
    /// The week before.
    Week,
    /// The month before.
    Month,
    /// The quarter before.
    Quarter,
}

/// `[[webhook]]`: where events are sent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// `url = "https://crm.example.com/hooks/baton"`.
    pub url: Text,
    /// `secret = "${CRM_WEBHOOK_SECRET}"`.
    pub secret: Spanned<Secret>,
    /// `events = ["lead.owned"]`. Default: all.
    #[serde(default)]
    pub events: Vec<Text>,
}
