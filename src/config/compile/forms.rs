//! The forms that Baton itself shows: `[source.form]`.

use toml::Spanned;

use super::{
    super::raw::{self, Text},
    Compiler,
};
use crate::{
    domain::{contact::Field, suggest},
    intake::{
        HostedForm,
        hosted::{CONSENT, Consent, Embed, Question, TAKEN_ALONG},
    },
};

/// What is asked if nothing is said.
const USUAL: [Field; 5] = [
    Field::Name,
    Field::Email,
    Field::Company,
    Field::Phone,
    Field::Message,
];

/// The fields that a visitor can't be asked: who sends says them, or Baton.
fn can_be_asked(field: Field) -> bool {
    let not = [
        Field::Consent,
        Field::Form,
        Field::FormId,
        Field::SubmittedAt,
        Field::Type,
        Field::Tags,
    ];
    !not.contains(&field) && !TAKEN_ALONG.contains(&field)
}

impl Compiler<'_> {
    /// A source's form.
    pub fn hosted_form(&mut self, raw: &Spanned<raw::HostedForm>) -> HostedForm {
        let (span, raw) = (raw.span(), raw.get_ref());
        let before = self.complaints.len();
        let questions = self.questions(raw);
        let required = self.required(raw, &questions);
        self.check_names(raw, &questions);
        let is_required = |name: &str| match &required {
            Some(names) => names.iter().any(|it| it == name),
            None => name == Field::Email.name() || name == CONSENT,
        };
        let questions: Vec<Question> = questions
            .into_iter()
            .map(|it| Question {
                required: is_required(&it.name),
                ..it
            })
            .collect();
        let reachable =
            |it: &Question| it.required && matches!(it.field, Some(Field::Email | Field::Phone));
        // What is wrong with a name has been told already.
        let told = self.broken || self.complaints.len() > before;
        if !told && !questions.iter().any(reachable) {
            let help = "ask for `email` or `phone` in `fields`, and name it in `required`";
            self.mistake(span, "nobody who fills this form in could be reached", help);
        }
        if let (Some(version), None) = (&raw.consent_version, &raw.consent) {
            let help = "add `consent = \"…\"`, the words that are agreed to";
            self.mistake(
                version.span(),
                "there is no consent of which this is a version",
                help,
            );
        }
        HostedForm {
            title: self.maybe_said(raw.title.as_ref(), "`title`"),
            intro: self.maybe_said(raw.intro.as_ref(), "`intro`"),
            questions,
            consent: self.consent(raw, is_required(CONSENT)),
            thanks: self.maybe_said(raw.thanks.as_ref(), "`thanks`"),
            redirect: raw.redirect.as_ref().and_then(|it| self.url(it)),
            embed: self.embed(raw),
        }
    }

    fn maybe_said(&mut self, text: Option<&Text>, what: &str) -> Option<String> {
        self.said(text?, what)
    }

    fn consent(&mut self, raw: &raw::HostedForm, required: bool) -> Option<Consent> {
        Some(Consent {
            text: self.maybe_said(raw.consent.as_ref(), "`consent`")?,
            version: self.maybe_said(raw.consent_version.as_ref(), "`consent_version`"),
            required,
        })
    }

    /// What is asked, nothing of it required yet.
    fn questions(&mut self, raw: &raw::HostedForm) -> Vec<Question> {
        let Some(fields) = &raw.fields else {
            return USUAL
                .iter()
                .map(|it| question(raw, it.name(), Some(*it)))
                .collect();
        };
        let mut questions: Vec<Question> = Vec::new();
        for name in fields {
            let Some(typed) = self.filled(name) else {
                continue;
            };
            let field = Field::by_name(typed).filter(|it| can_be_asked(*it));
            let own = raw.labels.keys().any(|it| it.get_ref() == typed);
            if questions.iter().any(|it| it.name == typed) {
                self.mistake(
                    name.span(),
                    format!("`{typed}` is asked twice"),
                    "take one out",
                );
            } else if Field::by_name(typed).is_some() && field.is_none() {
                let help = "take it out: it is known without asking";
                self.mistake(name.span(), format!("`{typed}` can't be asked"), help);
            } else if field.is_none() && !own {
                let known = Field::ALL.iter().filter(|it| can_be_asked(**it));
                let near = suggest::nearest(typed, known.map(|it| it.name()));
                let near = near.map_or_else(String::new, |it| format!("did you mean `{it}`? "));
                let help = format!(
                    "{near}a question of your own needs its words: labels = {{ {typed} = \"…?\" }}"
                );
                self.mistake(name.span(), format!("no field called `{typed}`"), help);
            } else {
                questions.push(question(raw, typed, field));
            }
        }
        questions
    }

    /// What must be answered; none: nothing is said of that.
    fn required(&mut self, raw: &raw::HostedForm, asked: &[Question]) -> Option<Vec<String>> {
        let names = raw.required.as_ref()?;
        for name in names {
            let typed = name.get_ref();
            let known = asked.iter().any(|it| it.name == *typed);
            let is_consent = typed == CONSENT && raw.consent.is_some();
            if !known && !is_consent {
                self.not_asked(name, asked);
            }
        }
        Some(names.iter().map(|it| it.get_ref().clone()).collect())
    }

    /// Labels and options are of something that is asked.
    fn check_names(&mut self, raw: &raw::HostedForm, asked: &[Question]) {
        for name in raw.labels.keys().chain(raw.options.keys()) {
            if !asked.iter().any(|it| it.name == *name.get_ref()) {
                self.not_asked(name, asked);
            }
        }
        for (name, options) in &raw.options {
            if options.len() < 2 {
                let help = "name at least two answers, or take it out";
                self.mistake(name.span(), "there is nothing to choose", help);
            }
        }
    }

    fn not_asked(&mut self, name: &Text, asked: &[Question]) {
        let typed = name.get_ref();
        let help = suggest::help(typed, asked.iter().map(|it| it.name.as_str()));
        let message = format!("the form does not ask for `{typed}`");
        self.mistake(name.span(), message, help.unwrap_or_default());
    }

    fn embed(&mut self, raw: &raw::HostedForm) -> Embed {
        let Some(origins) = &raw.embed else {
            return Embed::Anywhere;
        };
        let origins = origins.iter().filter_map(|it| {
            let url = self.url(it)?;
            let bare = matches!(url.path(), "/" | "") && url.query().is_none();
            if !bare {
                let help = "write scheme and host alone: `https://www.example.com`";
                self.mistake(it.span(), "a page can't be named here, only its site", help);
            }
            Some(url.origin().ascii_serialization())
        });
        Embed::On(origins.collect())
    }
}

fn question(raw: &raw::HostedForm, name: &str, field: Option<Field>) -> Question {
    let label = raw.labels.iter().find(|(it, _)| it.get_ref() == name);
    let options = raw.options.iter().find(|(it, _)| it.get_ref() == name);
    let options = options.map(|(_, texts)| texts.iter().map(|it| it.get_ref().clone()));
    Question {
        name: name.to_owned(),
        field,
        label: label.map(|(_, text)| text.get_ref().clone()),
        required: false,
        options: options.into_iter().flatten().collect(),
    }
}
