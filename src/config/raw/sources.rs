//! Where leads come from and what is kept of them: `[[source]]`, `[list]`, `[[filter]]`.

use serde::Deserialize;
use toml::Spanned;

use super::{Form, Named, Secret, Text};

/// `[[source]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// `id = "website"`: answers at `/webhooks/website`.
    pub id: Text,
    /// `format = "json"`: a body format or a preset.
    pub format: Text,
    /// `verify = { scheme = "hmac-sha256", … }` or `"none"`. Default: the preset's.
    pub verify: Option<Spanned<Form<Verify>>>,
    /// `secret = "${META_APP_SECRET}"`, for a preset's scheme.
    pub secret: Option<Spanned<Secret>>,
    /// `secrets = ["${NEW}", "${OLD}"]`, while one is being changed.
    pub secrets: Option<Spanned<Vec<Spanned<Secret>>>>,
    /// `verify_token = "${META_VERIFY_TOKEN}"`: for the handshake of vendors that have one.
    pub verify_token: Option<Spanned<Secret>>,
    /// `fields = { email = "$.contact.email" }`: canonical name = JSONPath or label.
    #[serde(default)]
    pub fields: Named<Text>,
    /// `defaults = { country = "DE" }`: what the payload leaves out.
    #[serde(default)]
    pub defaults: Named<Spanned<toml::Value>>,
    /// `type = "demo"`, or a list of conditions.
    #[serde(rename = "type")]
    pub kind: Option<Spanned<Form<Vec<TypeRule>>>>,
    /// `delivery_id = "header:x-delivery"` or `"field:JSONPATH"`. Default: the preset's.
    pub delivery_id: Option<Text>,
    /// `window = "10m"`, the default: in which an identical body is the same delivery.
    pub window: Option<Text>,
    /// `rate = "20/s"`. Default: no limit.
    pub rate: Option<Text>,
    /// `over = "hold"`, the default, or `"refuse"`: what is done beyond `rate`.
    pub over: Option<Over>,
    /// `country = "DE"`, when the payload says none.
    pub country: Option<Text>,
    /// `language = "de"`, when the payload says none.
    pub language: Option<Text>,
    /// `fetch = { token = "…" }`, for vendors that send ids only.
    pub fetch: Option<Fetch>,
    /// `[source.form]`: the form that Baton shows at `/forms/website`. Default: none.
    pub form: Option<Spanned<HostedForm>>,
}

/// `[source.form]`: a form for who has no form tool.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HostedForm {
    /// `title = "Talk to us"`. Default: in the visitor's language.
    pub title: Option<Text>,
    /// `intro = "We call you back within the hour."`, under the title.
    pub intro: Option<Text>,
    /// `fields = ["name", "email", "company", "phone", "message"]`, the default: canonical ones, and names of
    /// `labels` for questions of your own.
    pub fields: Option<Vec<Text>>,
    /// `required = ["email"]`, the default with `"consent"` where there is one.
    pub required: Option<Vec<Text>>,
    /// `labels = { heard = "How did you hear of us?" }`. Default: in the visitor's language.
    pub labels: Named<Text>,
    /// `options = { product = ["sails", "oars"] }`: what can be chosen.
    pub options: Named<Vec<Text>>,
    /// `consent = "You may call me about this."`: a box to tick; its words are kept with the lead.
    pub consent: Option<Text>,
    /// `consent_version = "2026-11"`: kept with the words.
    pub consent_version: Option<Text>,
    /// `thanks = "We call you back."`: what is said when it was sent.
    pub thanks: Option<Text>,
    /// `redirect = "https://www.example.com/thanks"`: where one goes instead.
    pub redirect: Option<Text>,
    /// `embed = ["https://www.example.com"]`: whose pages may show it. Default: everybody's.
    pub embed: Option<Vec<Text>>,
}

/// `verify`: a scheme with its keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// `scheme = "hmac-sha256"`.
    pub scheme: Text,
    /// `header = "x-signature-256"`: where the signature or the token stands.
    pub header: Option<Text>,
    /// `prefix = "sha256="`: before the signature.
    pub prefix: Option<Text>,
    /// `encoding = "hex"`, the default, or `"base64"`.
    pub encoding: Option<Spanned<Encoding>>,
    /// `secret = "${WEBSITE_SECRET}"`.
    pub secret: Option<Spanned<Secret>>,
    /// `secrets = [..]`, while one is being changed.
    pub secrets: Option<Spanned<Vec<Spanned<Secret>>>>,
    /// `timestamp_header = "x-timestamp"`.
    pub timestamp_header: Option<Text>,
    /// `timestamp_unit = "s"`, the default, or `"ms"`.
    pub timestamp_unit: Option<Spanned<TimestampUnit>>,
    /// `id_header = "webhook-id"`: the delivery's id, where `{id}` is signed too.
    pub id_header: Option<Text>,
    /// `base = "{timestamp}.{body}"`. Default: `{body}`.
    pub base: Option<Text>,
    /// `tolerance = "5m"`, the default: how old a timestamp may be.
    pub tolerance: Option<Text>,
    /// `token = "${NEWSLETTER_TOKEN}"`, for `token`.
    pub token: Option<Spanned<Secret>>,
    /// `tokens = [..]`, while one is being changed.
    pub tokens: Option<Spanned<Vec<Spanned<Secret>>>>,
    /// `query = "key"`: the parameter of the token. Default: `token`.
    pub query: Option<Text>,
    /// `user = "forms"`, for `basic`.
    pub user: Option<Text>,
    /// `password = "${FORMS_PASSWORD}"`, for `basic`.
    pub password: Option<Spanned<Secret>>,
    /// `field = "google_key"`, for `body-field`.
    pub field: Option<Text>,
}

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Hexadecimal.
    Hex,
    /// Base 64.
    Base64,
}

/// How a timestamp counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum TimestampUnit {
    /// Seconds.
    #[serde(rename = "s")]
    Seconds,
    /// Milliseconds.
    #[serde(rename = "ms")]
    Milliseconds,
}

/// What is done with submissions beyond the rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Over {
    /// Kept, and let in later.
    Hold,
    /// Answered 429.
    Refuse,
}

/// One line of a source's `type`: `{ when = '…', is = "demo" }`; the first that holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRule {
    /// The condition. Default: holds always.
    pub when: Option<Text>,
    /// The lead's type then.
    pub is: Text,
}

/// `fetch`: where a person is fetched when the vendor sends an id only.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fetch {
    /// `url = "https://graph.facebook.com/v21.0/"`. Default: the preset's.
    pub url: Option<Text>,
    /// `token = "${HUBSPOT_TOKEN}"`.
    pub token: Option<Spanned<Secret>>,
    /// `tokens = { "1234567890" = "${META_PAGE_TOKEN}" }`: by page or account.
    pub tokens: Named<Spanned<Secret>>,
}

/// `[list.NAME]`: texts to look up, from here or from a file, one a line.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct List {
    /// `items = ["rival.com"]`.
    pub items: Vec<Text>,
    /// `file = "competitors.txt"`, beside this file.
    pub file: Option<Text>,
}

/// `[[filter]]`: what no rep should see.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// `id = "competitors"`.
    pub id: Text,
    /// `when = 'lead.domain in list("competitors")'`.
    pub when: Text,
    /// `then = "drop"`.
    pub then: FilterThen,
}

/// What a filter does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterThen {
    /// Takes the lead out.
    Drop,
    /// Keeps it aside.
    Park,
    /// Lets it through, marked.
    Mark,
}
