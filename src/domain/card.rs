//! What to say to a person, not how: a card is parts in order, and each chat platform says it in its
//! own way (Block Kit, Adaptive Cards). Nothing here knows a platform's limits or markup.

use jiff::Timestamp;

use super::action::Action;
pub use super::chart::{Chart, Label, Series, Tone};
pub use super::dialog::{Choice, Dialog, Input, InputKind};

/// One message, or the body of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    /// Everything needed to decide, in plain words: what a notification shows and a screen reader reads.
    pub summary: String,
    /// What is shown, from top to bottom.
    pub parts: Vec<Part>,
}

impl Card {
    /// A card that says one sentence.
    #[must_use]
    pub fn sentence(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            parts: vec![Part::Text(vec![Run::Plain(text.clone())])],
            summary: text,
        }
    }
}

/// A piece of a card.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A heading.
    Title(String),
    /// A paragraph.
    Text(Vec<Run>),
    /// Labels and values, one pair a line.
    Facts(Vec<Fact>),
    /// Small print.
    Note(Vec<Run>),
    /// Entries of equal rank, each with what can be done with it.
    List(Vec<Item>),
    /// What can be done with what the card shows.
    Buttons(Vec<Button>),
    /// A line across.
    Divider,
    /// An uploaded picture.
    Picture(Picture),
    /// Numbers in columns.
    Table(Table),
    /// Numbers as a drawing.
    Chart(Chart),
}

/// A label and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What it is, in Baton's words.
    pub label: String,
    /// What it says; shown as a dash when empty.
    pub value: Vec<Run>,
}

/// One entry of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it says.
    pub text: Vec<Run>,
    /// What can be done with it.
    pub buttons: Vec<Button>,
}

/// A stretch of text of one kind. What people outside wrote is always shown as text: no platform may
/// read markup, mentions or links out of any string here.
#[derive(Clone, Debug, PartialEq)]
pub enum Run {
    /// Text as it is.
    Plain(String),
    /// Text that stands out.
    Bold(String),
    /// A link that Baton made.
    Link {
        /// What is shown instead of the address.
        label: String,
        /// Where it leads.
        to: Href,
    },
    /// A moment, in the reader's own time zone where the platform can.
    Moment {
        /// When.
        at: Timestamp,
        /// How much of it is said.
        style: MomentStyle,
        /// The same in words with its zone, for readers and places that can't convert it.
        fallback: String,
        /// The same with its date whatever day it is, for a platform that keeps what it was sent.
        dated: String,
    },
    /// A colleague.
    Person {
        /// The name to show.
        name: String,
        /// The person's id in the chat this card goes to, if the card should point to them there.
        user: Option<String>,
    },
}

impl Run {
    /// Plain text.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }

    /// Text that stands out.
    #[must_use]
    pub fn bold(text: impl Into<String>) -> Self {
        Self::Bold(text.into())
    }

    /// The run's text where nothing but text can be shown.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Bold(text) => text,
            Self::Link { label, .. } => label,
            Self::Moment { fallback, .. } => fallback,
            Self::Person { name, .. } => name,
        }
    }
}

/// How much of a moment is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MomentStyle {
    /// `14:30`
    Time,
    /// `today 14:30`
    DateTime,
    /// `today 14:30:20`
    Exact,
    /// `5 minutes ago`
    Relative,
}

/// Where a link leads: only what Baton itself makes out of checked parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Href(String);

impl Href {
    /// Calls a number in E.164 form (`+4930123456`); nothing else becomes a link.
    #[must_use]
    pub fn call(number: &str) -> Option<Self> {
        let digits = number.strip_prefix('+')?;
        let fits = (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| Self(format!("tel:{number}")))
    }

    /// Writes to an address; whatever could carry a header or a second recipient is percent-encoded.
    #[must_use]
    pub fn mail(address: &str) -> Option<Self> {
        let (local, domain) = address.rsplit_once('@')?;
        let host = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
        if local.is_empty() || !domain.contains('.') || !domain.chars().all(host) {
            return None;
        }
        let local = form_urlencoded::byte_serialize(local.as_bytes()).collect::<String>();
        Some(Self(format!(
            "mailto:{}@{domain}",
            local.replace('+', "%20")
        )))
    }

    /// Opens a page whose address Baton or the configuration made: http or https, without credentials.
    #[must_use]
    pub fn page(address: &str) -> Option<Self> {
        let url = url::Url::parse(address).ok()?;
        let web = matches!(url.scheme(), "https" | "http") && url.has_host();
        let bare = url.username().is_empty() && url.password().is_none();
        let text = String::from(url).replace('|', "%7C");
        (web && bare).then_some(Self(text))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Something to press.
#[derive(Clone, Debug, PartialEq)]
pub struct Button {
    /// What it does.
    pub action: Action,
    /// What it is done to: an offer's or a lead's id.
    pub value: String,
    /// What is written on it.
    pub label: String,
    /// What a screen reader says, when the label alone says too little; else the label.
    pub spoken: Option<String>,
    /// How it looks.
    pub style: ButtonStyle,
    /// Whether it is answered by a dialog, which some platforms must be told beforehand.
    pub opens_dialog: bool,
    /// What is asked before it counts.
    pub confirm: Option<Confirm>,
}

impl Button {
    /// A plain button.
    #[must_use]
    pub fn new(action: Action, value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            action,
            value: value.into(),
            label: label.into(),
            spoken: None,
            style: ButtonStyle::Plain,
            opens_dialog: false,
            confirm: None,
        }
    }

    /// The same with another look.
    #[must_use]
    pub fn styled(self, style: ButtonStyle) -> Self {
        Self { style, ..self }
    }

    /// The same with words for a screen reader.
    #[must_use]
    pub fn spoken(self, words: impl Into<String>) -> Self {
        Self {
            spoken: Some(words.into()),
            ..self
        }
    }

    /// The same, answered by a dialog.
    #[must_use]
    pub fn opening_dialog(self) -> Self {
        Self {
            opens_dialog: true,
            ..self
        }
    }

    /// The same, after a question.
    #[must_use]
    pub fn confirmed(self, confirm: Confirm) -> Self {
        Self {
            confirm: Some(confirm),
            ..self
        }
    }
}

/// How a button looks. Never the only sign of what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonStyle {
    /// As the others.
    Plain,
    /// The thing to do.
    Primary,
    /// Not easily undone.
    Danger,
}

/// A question asked before a press counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirm {
    /// Its heading.
    pub title: String,
    /// What will happen.
    pub text: String,
    /// The answer that goes on.
    pub yes: String,
    /// The answer that doesn't.
    pub no: String,
}

/// A picture that was uploaded before.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// What the upload returned.
    pub image: ImageRef,
    /// What the picture shows, for those who don't see it.
    pub alt: String,
}

/// The platform's own name for an uploaded picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageRef(pub String);

/// Numbers in columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns' headings.
    pub columns: Vec<Column>,
    /// The rows, each with one text per column; missing ones are empty.
    pub rows: Vec<Vec<String>>,
}

/// The heading of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What stands over it.
    pub label: String,
    /// Whether its texts are numbers, which stand to the right.
    pub number: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_checked_numbers_become_calls() {
        assert_eq!(
            Href::call("+4930123456").unwrap().as_str(),
            "tel:+4930123456"
        );
        for bad in [
            "",
            "030123456",
            "+49 30 12",
            "+49;ext=1",
            "+1",
            "+12345678901234567",
            "+٤٩٣٠١٢٣",
        ] {
            assert_eq!(Href::call(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_mail_link_carries_one_address_and_nothing_else() {
        assert_eq!(
            Href::mail("ada+x@example.com").unwrap().as_str(),
            "mailto:ada%2Bx@example.com"
        );
        assert_eq!(
            Href::mail("a?cc=b@evil.example,c d@example.com")
                .unwrap()
                .as_str(),
            "mailto:a%3Fcc%3Db%40evil.example%2Cc%20d@example.com"
        );
        for bad in [
            "",
            "ada",
            "@example.com",
            "a@localhost",
            "a@b.c?subject=x",
            "a@b.c|x",
            "a@b.c>",
        ] {
            assert_eq!(Href::mail(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_page_is_on_the_web_and_carries_no_credentials() {
        assert_eq!(
            Href::page("https://crm.example/a|b").unwrap().as_str(),
            "https://crm.example/a%7Cb"
        );
        for bad in [
            "javascript:alert(1)",
            "https://u:p@x.example",
            "data:text/html,x",
            "/x",
            "file:///etc",
        ] {
            assert_eq!(Href::page(bad), None, "{bad}");
        }
    }
}
