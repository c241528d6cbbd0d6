//! The form that Baton itself shows for a source: what it asks, and what somebody's answers say.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::Url;

use super::{normal, number, text};
use crate::domain::contact::{Field, FieldKind};

/// What a link to the form, or the page around it, may say for whoever fills it in: never who they are.
pub const TAKEN_ALONG: [Field; 10] = [
    Field::UtmSource,
    Field::UtmMedium,
    Field::UtmCampaign,
    Field::UtmTerm,
    Field::UtmContent,
    Field::Campaign,
    Field::Ad,
    Field::ClickId,
    Field::Page,
    Field::Referrer,
];

/// The longest answer, in characters.
pub const LONGEST: usize = 10_000;
/// The least digits of a phone number, as for every source.
const DIGITS: usize = 5;

/// A source's form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostedForm {
    /// What stands over it; none: words of Baton's in the visitor's language. So with all texts.
    pub title: Option<String>,
    /// What stands under the title.
    pub intro: Option<String>,
    /// What is asked, in this order.
    pub questions: Vec<Question>,
    /// What somebody agrees to.
    pub consent: Option<Consent>,
    /// What is said when it was sent.
    pub thanks: Option<String>,
    /// Where one goes instead.
    pub redirect: Option<Url>,
    /// Which pages may show it within them.
    pub embed: Embed,
}

/// One thing that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name in the form.
    pub name: String,
    /// The canonical field that the answer is; none: an attribute under the label.
    pub field: Option<Field>,
    /// What stands beside it.
    pub label: Option<String>,
    /// Whether there must be an answer.
    pub required: bool,
    /// The answers to choose from; none: any.
    pub options: Vec<String>,
}

/// What somebody agrees to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The words that they tick.
    pub text: String,
    /// Which version of them that is.
    pub version: Option<String>,
    /// Whether it can't be sent without.
    pub required: bool,
}

/// Which pages may show a form within them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Embed {
    /// All: nothing secret is shown, nobody is logged in, and nothing but a lead can come of it.
    #[default]
    Anywhere,
    /// Those of these origins.
    On(Vec<String>),
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// There is none.
    Missing,
    /// The words were not agreed to.
    NotAgreed,
    /// It is no e-mail address.
    Email,
    /// It is no phone number.
    Phone,
    /// It is no number.
    Number,
    /// It is none of those to choose from.
    Choice,
    /// It is too long.
    TooLong,
}

/// What was typed, by the names of the questions.
pub type Answers = BTreeMap<String, String>;

/// The name under which consent is sent.
pub const CONSENT: &str = "consent";

impl HostedForm {
    /// What the answers say, as a row: canonical fields by their names, all else by its label.
    ///
    /// # Errors
    /// What is wrong, by the names of the questions in their order.
    pub fn read(&self, answers: &Answers) -> Result<Map<String, Value>, Vec<(String, Wrong)>> {
        let (mut row, mut wrong) = (Map::new(), Vec::new());
        let said = |name: &str| answers.get(name).map_or("", |it| it.trim());
        for question in &self.questions {
            let answer = said(&question.name);
            if let Some(why) = question.wrong(answer) {
                wrong.push((question.name.clone(), why));
            } else if !answer.is_empty() {
                row.insert(question.key(), Value::from(answer));
            }
        }
        if let Some(consent) = &self.consent {
            if !said(CONSENT).is_empty() {
                row.insert(CONSENT.to_owned(), Value::from(consent.kept()));
            } else if consent.required {
                wrong.push((CONSENT.to_owned(), Wrong::NotAgreed));
            }
        }
        for field in TAKEN_ALONG {
            let value = said(field.name());
            if !value.is_empty() && !self.asks(field) {
                row.insert(
                    field.name().to_owned(),
                    Value::from(text::line(value, 2_000)),
                );
            }
        }
        if wrong.is_empty() {
            Ok(row)
        } else {
            Err(wrong)
        }
    }

    /// Whether a field is among the questions.
    #[must_use]
    pub fn asks(&self, field: Field) -> bool {
        self.questions.iter().any(|it| it.field == Some(field))
    }
}

impl Question {
    /// What the answer is called in a lead.
    fn key(&self) -> String {
        match (self.field, &self.label) {
            (Some(field), _) => field.name().to_owned(),
            (None, Some(label)) => label.clone(),
            (None, None) => self.name.clone(),
        }
    }

    fn wrong(&self, answer: &str) -> Option<Wrong> {
        if answer.is_empty() {
            return self.required.then_some(Wrong::Missing);
        }
        if answer.chars().count() > LONGEST {
            return Some(Wrong::TooLong);
        }
        if !self.options.is_empty() && !self.options.iter().any(|it| it == answer) {
            return Some(Wrong::Choice);
        }
        let field = self.field?;
        let digits = || answer.chars().filter(char::is_ascii_digit).count();
        if field == Field::Email && normal::email(answer).is_none() {
            Some(Wrong::Email)
        } else if field == Field::Phone && digits() < DIGITS {
            Some(Wrong::Phone)
        } else if field.kind() == FieldKind::Number && number::parse(answer).is_none() {
            Some(Wrong::Number)
        } else {
            None
        }
    }
}

impl Consent {
    /// What is kept with a lead: the words, and which version of them.
    fn kept(&self) -> String {
        match &self.version {
            Some(version) => format!("{} (version {version})", self.text),
            None => self.text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn question(name: &str, required: bool, options: &[&str]) -> Question {
        Question {
            name: name.to_owned(),
            field: Field::by_name(name),
            label: (name == "heard").then(|| "How did you hear of us?".to_owned()),
            required,
            options: options.iter().map(|it| (*it).to_owned()).collect(),
        }
    }

    fn form() -> HostedForm {
        HostedForm {
            questions: vec![
                question("name", false, &[]),
                question("email", true, &[]),
                question("phone", false, &[]),
                question("employees", false, &[]),
                question("product", false, &["sails", "oars"]),
                question("heard", false, &[]),
            ],
            consent: Some(Consent {
                text: "You may call me.".to_owned(),
                version: Some("2026-11".to_owned()),
                required: true,
            }),
            ..HostedForm::default()
        }
    }

    fn read(answers: &[(&str, &str)]) -> Result<Value, Vec<(String, Wrong)>> {
        let own = |(name, answer): &(&str, &str)| ((*name).to_owned(), (*answer).to_owned());
        form()
            .read(&answers.iter().map(own).collect())
            .map(Value::Object)
    }

    #[test]
    fn answers_are_kept_with_the_words_that_were_agreed_to() {
        let row = read(&[
            ("email", " ada@b.example "),
            ("heard", "a friend"),
            ("consent", "on"),
            ("utm_source", "news"),
            ("phone", ""),
            ("type", "vip"),
        ]);
        let expected = json!({"email": "ada@b.example", "How did you hear of us?": "a friend",
            "consent": "You may call me. (version 2026-11)", "utm_source": "news"});
        assert_eq!(row, Ok(expected));
    }

    #[test]
    fn what_is_wrong_is_said_of_each_answer() {
        let long = "x".repeat(LONGEST + 1);
        let wrong = read(&[
            ("name", &long),
            ("email", "ada"),
            ("phone", "call me"),
            ("employees", "many"),
            ("product", "keels"),
        ]);
        let expected = [
            ("name", Wrong::TooLong),
            ("email", Wrong::Email),
            ("phone", Wrong::Phone),
            ("employees", Wrong::Number),
            ("product", Wrong::Choice),
            ("consent", Wrong::NotAgreed),
        ];
        assert_eq!(
            wrong,
            Err(expected.map(|(name, why)| (name.to_owned(), why)).to_vec())
        );
        let missing = read(&[("consent", "on"), ("email", "  ")]);
        assert_eq!(missing, Err(vec![("email".to_owned(), Wrong::Missing)]));
    }
}
