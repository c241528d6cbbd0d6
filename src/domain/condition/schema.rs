//! What a condition can name, and of which type each thing is.

use std::{collections::BTreeSet, fmt};

use super::{Names, Scope};
use crate::domain::{
    contact::{Field, FieldKind},
    function,
};

/// The type of an expression. Numbers are one type: a person who writes a rule knows no other.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    /// Holds or does not.
    Bool,
    /// A text, of a closed set if there is one.
    Text(Option<Closed>),
    /// A number.
    Number,
    /// A list of one type.
    List(Box<Type>),
    /// Unknown after a mistake that was already told, and the element of `[]`.
    Any,
}

impl Type {
    /// A text of any content.
    pub const TEXT: Type = Type::Text(None);

    /// A list of texts.
    pub fn texts(of: Option<Closed>) -> Type {
        Type::List(Box::new(Type::Text(of)))
    }

    /// Whether the two can stand on the two sides of a comparison.
    pub fn fits(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Any, _)
            | (_, Type::Any)
            | (Type::Bool, Type::Bool)
            | (Type::Number, Type::Number)
            | (Type::Text(_), Type::Text(_)) => true,
            (Type::List(one), Type::List(two)) => one.fits(two),
            (Type::Bool | Type::Number | Type::Text(_) | Type::List(_), _) => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Bool => "a condition",
            Type::Text(_) => "a text",
            Type::Number => "a number",
            Type::List(element) => match **element {
                Type::Text(_) => "a list of texts",
                Type::Number => "a list of numbers",
                Type::Bool | Type::List(_) | Type::Any => "a list",
            },
            Type::Any => "a value",
        })
    }
}

/// A text that can only be one of a few: comparing it with anything else is a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    Intent,
    Fit,
    Stage,
    Level,
    Source,
    Territory,
    Rep,
    Filter,
    Function,
}

impl Closed {
    /// What it is called in a complaint.
    pub fn word(self) -> &'static str {
        match self {
            Closed::Intent => "intent",
            Closed::Fit => "fit",
            Closed::Stage => "stage",
            Closed::Level => "level",
            Closed::Source => "source",
            Closed::Territory => "territory",
            Closed::Rep => "rep",
            Closed::Filter => "filter",
            Closed::Function => "function",
        }
    }

    /// What it can be; `""` is among them where it may be absent.
    pub fn values(self, names: &Names) -> Vec<&str> {
        match self {
            Closed::Intent => vec!["high", "medium", "low"],
            Closed::Fit => vec!["strong", "weak"],
            Closed::Stage => STAGES.to_vec(),
            Closed::Level => vec!["junior", "mid", "senior", ""],
            Closed::Source => names.sources.iter().map(String::as_str).collect(),
            Closed::Territory => or_none(&names.territories),
            Closed::Rep => or_none(&names.reps),
            Closed::Filter => names.filters.iter().map(String::as_str).collect(),
            Closed::Function => function::ALL.into_iter().chain([""]).collect(),
        }
    }
}

fn or_none(names: &BTreeSet<String>) -> Vec<&str> {
    names.iter().map(String::as_str).chain([""]).collect()
}

const STAGES: [&str; 7] = [
    "subscriber",
    "lead",
    "mql",
    "sal",
    "sql",
    "opportunity",
    "customer",
];

macro_rules! variables {
    ($($variant:ident $path:literal $type:expr,)*) => {
        /// A thing with a value, as a condition names it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Variable {
            /// `lead.` and a canonical field.
            Lead(Field),
            $(#[doc = concat!("`", $path, "`")] $variant,)*
        }

        impl Variable {
            /// All but the canonical fields.
            const FIXED: &'static [(&'static str, Variable)] =
                &[$(($path, Variable::$variant)),*];

            /// What it holds.
            pub fn kind(self) -> Type {
                match self {
                    Variable::Lead(field) => match field.kind() {
                        FieldKind::Text => Type::TEXT,
                        FieldKind::Number => Type::Number,
                        FieldKind::List => Type::texts(None),
                    },
                    $(Variable::$variant => $type,)*
                }
            }
        }
    };
}

variables! {
    Domain "lead.domain" Type::TEXT,
    FreeMail "lead.free_mail" Type::Bool,
    Disposable "lead.disposable" Type::Bool,
    Function "lead.function" Type::Text(Some(Closed::Function)),
    Marks "lead.marks" Type::texts(Some(Closed::Filter)),
    EarlierOwner "lead.owner" Type::Text(Some(Closed::Rep)),
    ScoreFit "score.fit" Type::Number,
    ScoreEngagement "score.engagement" Type::Number,
    ScoreTotal "score.total" Type::Number,
    ScoreWin "score.win" Type::Number,
    Intent "intent" Type::Text(Some(Closed::Intent)),
    Fit "fit" Type::Text(Some(Closed::Fit)),
    Stage "stage" Type::Text(Some(Closed::Stage)),
    AccountName "account.name" Type::TEXT,
    AccountOwner "account.owner" Type::Text(Some(Closed::Rep)),
    AccountNamed "account.named" Type::Bool,
    AccountTier "account.tier" Type::TEXT,
    AccountCustomer "account.customer" Type::Bool,
    SourceId "source.id" Type::Text(Some(Closed::Source)),
    SourceFormId "source.form_id" Type::TEXT,
    Territory "territory" Type::Text(Some(Closed::Territory)),
    SubmissionLinks "submission.links" Type::Number,
    SubmissionHoneypot "submission.honeypot" Type::Bool,
    SubmissionSeconds "submission.seconds" Type::Number,
    RepId "rep.id" Type::Text(Some(Closed::Rep)),
    RepName "rep.name" Type::TEXT,
    RepLevel "rep.level" Type::Text(Some(Closed::Level)),
    RepCountry "rep.country" Type::TEXT,
    RepRegion "rep.region" Type::TEXT,
    RepTimezone "rep.timezone" Type::TEXT,
    RepWeight "rep.weight" Type::Number,
    RepLanguages "rep.languages" Type::texts(None),
    RepTerritories "rep.territories" Type::texts(Some(Closed::Territory)),
    RepSkills "rep.skills" Type::texts(None),
    RepFunctions "rep.functions" Type::texts(Some(Closed::Function)),
}

impl Variable {
    /// The variable written `path`.
    pub fn by_path(path: &str) -> Option<Variable> {
        let field = path.strip_prefix("lead.").and_then(Field::by_name);
        field.map(Variable::Lead).or_else(|| {
            let mut fixed = Variable::FIXED.iter();
            fixed.find(|(name, _)| *name == path).map(|(_, it)| *it)
        })
    }
}

/// Where alone a first word is known, in words; `None` where it is.
pub(super) fn elsewhere(root: &str, scope: Scope) -> Option<&'static str> {
    match (root, scope) {
        ("rep", Scope::Lead | Scope::Filter) => Some("a team's `where`"),
        ("submission", Scope::Lead | Scope::Where) => Some("a `[[filter]]`"),
        (_, Scope::Lead | Scope::Filter | Scope::Where) => None,
    }
}

/// The first words of all that can be named, functions apart.
pub(super) fn roots(scope: Scope) -> Vec<&'static str> {
    let mut roots = vec!["lead"];
    for (path, _) in Variable::FIXED {
        let root = path.split('.').next().unwrap_or(path);
        if !roots.contains(&root) && elsewhere(root, scope).is_none() {
            roots.push(root);
        }
    }
    roots
}

/// What can stand behind `root.`; empty when nothing can.
pub(super) fn fields(root: &str) -> Vec<&'static str> {
    let canonical = Field::ALL.iter().map(|field| field.name());
    let mut fields: Vec<_> = canonical.filter(|_| root == "lead").collect();
    let behind = |path: &'static str| path.strip_prefix(root)?.strip_prefix('.');
    fields.extend(Variable::FIXED.iter().filter_map(|(path, _)| behind(path)));
    if root == "lead" {
        fields.extend(["attributes", "activities"]);
    }
    if root == "submission" {
        fields.extend(["same_email", "same_domain"]);
    }
    fields
}
