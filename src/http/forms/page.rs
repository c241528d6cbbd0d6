//! The page with the form, and the one that says thanks. Whatever stands in them is escaped, whoever wrote it.

use std::{fmt::Write as _, sync::LazyLock};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::{TICKET, TRAP};
use crate::{
    domain::contact::{Field, FieldKind},
    intake::{
        HostedForm,
        hosted::{Answers, CONSENT, Consent, LONGEST, Question, TAKEN_ALONG, Wrong},
    },
    words::form::FormWords,
};

const STYLE: &str = include_str!("form.css");

/// By this the browser knows that the style is ours.
pub fn style_digest() -> &'static str {
    static DIGEST: LazyLock<String> =
        LazyLock::new(|| format!("sha256-{}", STANDARD.encode(Sha256::digest(STYLE))));
    &DIGEST
}

/// Why a form is shown once more.
pub enum Trouble {
    /// It is not.
    None,
    /// These answers are wrong.
    Answers(Vec<(String, Wrong)>),
    /// It was open for too long.
    Expired,
    /// Too many write.
    Busy,
    /// It could not be kept.
    Failed,
}

/// A form as one visitor sees it.
pub struct Page<'a> {
    /// What is asked.
    pub form: &'a HostedForm,
    /// In which words.
    pub words: &'static FormWords,
    /// What it is sent with.
    pub ticket: String,
    /// What was typed before, and what is taken along.
    pub answers: Answers,
    /// What is wrong.
    pub trouble: Trouble,
}

impl Page<'_> {
    /// The page with the form.
    pub fn form(&self) -> String {
        let title = self.form.title.as_deref().unwrap_or(self.words.title);
        let mut body = format!("<h1>{}</h1>\n", escape(title));
        if let Some(intro) = &self.form.intro {
            body.push_str(&paragraphs(intro));
        }
        body.push_str(&self.trouble());
        body.push_str("<form method=\"post\" accept-charset=\"utf-8\">\n");
        for question in &self.form.questions {
            body.push_str(&self.question(question));
        }
        if let Some(consent) = &self.form.consent {
            body.push_str(&self.consent(consent));
        }
        body.push_str(&self.hidden());
        let _ = write!(
            body,
            "<button type=\"submit\">{}</button>\n</form>\n",
            escape(self.words.send)
        );
        self.whole(title, &body)
    }

    /// The page that says that it was sent.
    pub fn thanks(&self) -> String {
        let thanks = self
            .form
            .thanks
            .as_deref()
            .unwrap_or(self.words.thanks_text);
        let title = self.words.thanks;
        let body = format!(
            "<h1>{}</h1>\n<div role=\"status\">{}</div>\n",
            escape(title),
            paragraphs(thanks)
        );
        self.whole(title, &body)
    }

    fn whole(&self, title: &str, body: &str) -> String {
        format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<main>\n{body}</main>\n</body>\n</html>\n",
            self.words.language,
            escape(title)
        )
    }

    /// What is wrong, before everything else, with the way to each.
    fn trouble(&self) -> String {
        let said = match &self.trouble {
            Trouble::None => return String::new(),
            Trouble::Expired => self.words.again,
            Trouble::Busy => self.words.busy,
            Trouble::Failed => self.words.failed,
            Trouble::Answers(wrong) => return self.summary(wrong),
        };
        format!(
            "<div class=\"trouble\" role=\"alert\"><p>{}</p></div>\n",
            escape(said)
        )
    }

    fn summary(&self, wrong: &[(String, Wrong)]) -> String {
        let lines: String = wrong
            .iter()
            .map(|(name, why)| {
                let label = self.label_of(name);
                let (name, label) = (escape(name), escape(&label));
                format!(
                    "<li><a href=\"#q-{name}\">{label}</a>: {}</li>\n",
                    escape(self.said(*why))
                )
            })
            .collect();
        let head = escape(self.words.mend);
        format!(
            "<div class=\"trouble\" role=\"alert\">\n<h2>{head}</h2>\n<ul>\n{lines}</ul>\n</div>\n"
        )
    }

    fn label_of(&self, name: &str) -> String {
        let question = self.form.questions.iter().find(|it| it.name == name);
        match (question, &self.form.consent) {
            (Some(question), _) => self.label(question),
            (None, Some(consent)) => consent.text.clone(),
            (None, None) => name.to_owned(),
        }
    }

    fn label(&self, question: &Question) -> String {
        match (&question.label, question.field) {
            (Some(label), _) => label.clone(),
            (None, Some(field)) => self.words.label(field).into_owned(),
            (None, None) => question.name.clone(),
        }
    }

    fn said(&self, wrong: Wrong) -> &'static str {
        match wrong {
            Wrong::Missing => self.words.missing,
            Wrong::NotAgreed => self.words.not_agreed,
            Wrong::Email => self.words.email,
            Wrong::Phone => self.words.phone,
            Wrong::Number => self.words.number,
            Wrong::Choice => self.words.choice,
            Wrong::TooLong => self.words.too_long,
        }
    }

    /// What is wrong with one answer.
    fn wrong(&self, name: &str) -> Option<&'static str> {
        match &self.trouble {
            Trouble::Answers(wrong) => {
                let found = wrong.iter().find(|(it, _)| it == name);
                found.map(|(_, why)| self.said(*why))
            }
            Trouble::None | Trouble::Expired | Trouble::Busy | Trouble::Failed => None,
        }
    }

    /// What an input says of itself: its name, whether it must be filled in, and what is wrong with it.
    fn attributes(&self, name: &str, required: bool) -> String {
        let name_text = escape(name);
        let mut said = format!("id=\"q-{name_text}\" name=\"{name_text}\"");
        if required {
            said.push_str(" required");
        }
        if self.wrong(name).is_some() {
            let _ = write!(
                said,
                " aria-invalid=\"true\" aria-describedby=\"e-{name_text}\""
            );
        }
        said
    }

    fn error(&self, name: &str) -> String {
        let Some(wrong) = self.wrong(name) else {
            return String::new();
        };
        format!(
            "<p class=\"error\" id=\"e-{}\">{}</p>\n",
            escape(name),
            escape(wrong)
        )
    }

    fn question(&self, question: &Question) -> String {
        let name = &question.name;
        let optional = if question.required {
            String::new()
        } else {
            format!(
                " <span class=\"optional\">({})</span>",
                escape(self.words.optional)
            )
        };
        let label = escape(&self.label(question));
        format!(
            "<div class=\"question\">\n<label for=\"q-{}\">{label}{optional}</label>\n{}{}</div>\n",
            escape(name),
            self.error(name),
            self.input(question)
        )
    }

    fn input(&self, question: &Question) -> String {
        let attributes = self.attributes(&question.name, question.required);
        let answer = self.answers.get(&question.name).map_or("", String::as_str);
        if !question.options.is_empty() {
            return self.choice(question, &attributes, answer);
        }
        let answer = escape(answer);
        if matches!(question.field, Some(Field::Message | Field::UseCase)) {
            return format!(
                "<textarea {attributes} rows=\"5\" maxlength=\"{LONGEST}\">{answer}</textarea>\n"
            );
        }
        let kind = kind(question.field);
        format!("<input {attributes} {kind} value=\"{answer}\">\n")
    }

    fn choice(&self, question: &Question, attributes: &str, answer: &str) -> String {
        let options: String = question
            .options
            .iter()
            .map(|option| {
                let chosen = if option == answer { " selected" } else { "" };
                let option = escape(option);
                format!("<option value=\"{option}\"{chosen}>{option}</option>\n")
            })
            .collect();
        let none = escape(self.words.choose);
        format!("<select {attributes}>\n<option value=\"\">{none}</option>\n{options}</select>\n")
    }

    fn consent(&self, consent: &Consent) -> String {
        let attributes = self.attributes(CONSENT, consent.required);
        let ticked = if self.answers.contains_key(CONSENT) {
            " checked"
        } else {
            ""
        };
        format!(
            "<div class=\"question consent\">\n{}<input type=\"checkbox\" {attributes} value=\"yes\"{ticked}>\n\
             <label for=\"q-{CONSENT}\">{}</label>\n</div>\n",
            self.error(CONSENT),
            escape(&consent.text)
        )
    }

    /// What is sent along unseen: the ticket, the trap for programs, and what is known of the visit.
    fn hidden(&self) -> String {
        let mut said = format!(
            "<input type=\"hidden\" name=\"{TICKET}\" value=\"{}\">\n\
             <div class=\"aside\" aria-hidden=\"true\">\n<label for=\"q-{TRAP}\">{}</label>\n\
             <input id=\"q-{TRAP}\" name=\"{TRAP}\" type=\"text\" tabindex=\"-1\" autocomplete=\"off\">\n</div>\n",
            escape(&self.ticket),
            escape(self.words.trap)
        );
        let along = TAKEN_ALONG.iter().filter(|field| !self.form.asks(**field));
        for name in along.map(|field| field.name()) {
            if let Some(value) = self.answers.get(name).filter(|it| !it.is_empty()) {
                let value = escape(value);
                let _ = writeln!(
                    said,
                    "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"
                );
            }
        }
        said
    }
}

/// The kind of an input, and what browsers may fill in for somebody.
fn kind(field: Option<Field>) -> &'static str {
    let Some(field) = field else {
        return "type=\"text\"";
    };
    match field {
        Field::Name => "type=\"text\" autocomplete=\"name\"",
        Field::FirstName => "type=\"text\" autocomplete=\"given-name\"",
        Field::LastName => "type=\"text\" autocomplete=\"family-name\"",
        Field::Email => "type=\"email\" autocomplete=\"email\"",
        Field::Phone => "type=\"tel\" autocomplete=\"tel\"",
        Field::Company => "type=\"text\" autocomplete=\"organization\"",
        Field::Title => "type=\"text\" autocomplete=\"organization-title\"",
        Field::Country => "type=\"text\" autocomplete=\"country-name\"",
        Field::City => "type=\"text\" autocomplete=\"address-level2\"",
        Field::PostalCode => "type=\"text\" autocomplete=\"postal-code\"",
        _ if field.kind() == FieldKind::Number => "type=\"text\" inputmode=\"decimal\"",
        _ => "type=\"text\"",
    }
}

/// A text of several lines, each its own paragraph.
fn paragraphs(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| format!("<p>{}</p>\n", escape(line)))
        .collect()
}

/// A text that can stand between tags and in quoted attributes.
fn escape(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => said.push_str("&amp;"),
            '<' => said.push_str("&lt;"),
            '>' => said.push_str("&gt;"),
            '"' => said.push_str("&quot;"),
            '\'' => said.push_str("&#39;"),
            char => said.push(char),
        }
    }
    said
}
