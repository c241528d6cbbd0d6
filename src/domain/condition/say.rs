//! A condition in plain words, for people who read the rules and write none:
//! `intent == "high" && lead.employees >= 50` is "intent is high and employees at least 50".

use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr, LiteralValue, SelectExpr, operators as op},
};

/// The condition in words; `None` where a part of it has none, and the condition itself says it best.
pub(super) fn say(expression: &IdedExpr) -> Option<String> {
    sentence(expression, true)
}

/// What stands between the outermost `&&`; of all else the whole.
pub(super) fn parts(expression: &IdedExpr) -> Vec<&IdedExpr> {
    let mut sides = Vec::new();
    match &expression.expr {
        Expr::Call(call) if call.func_name == op::LOGICAL_AND => {
            flatten(call, op::LOGICAL_AND, &mut sides);
        }
        _ => sides.push(expression),
    }
    sides
}

/// What it means of each part that it does not hold: "intent is not high".
pub(super) fn denials(expression: &IdedExpr) -> Vec<Option<String>> {
    let parts = parts(expression).into_iter();
    parts.map(|part| sentence(part, false)).collect()
}

/// What holds, or with `holds` false what does not.
fn sentence(expression: &IdedExpr, holds: bool) -> Option<String> {
    match &expression.expr {
        Expr::Call(call) => called(call, holds),
        Expr::Select(select) if select.test => {
            let thing = noun(&select.operand.expr, &select.field)?;
            Some(given(&thing, holds))
        }
        Expr::Select(select) => flag(select, holds),
        Expr::Literal(LiteralValue::Boolean(always)) => Some(
            if *always.inner() == holds {
                "always"
            } else {
                "never"
            }
            .to_owned(),
        ),
        Expr::Unspecified
        | Expr::Comprehension(_)
        | Expr::Ident(_)
        | Expr::List(_)
        | Expr::Literal(_)
        | Expr::Map(_)
        | Expr::Struct(_) => None,
    }
}

fn called(call: &CallExpr, holds: bool) -> Option<String> {
    let not = if holds { "" } else { "not " };
    match (call.func_name.as_str(), call.args.as_slice()) {
        (op::LOGICAL_NOT, [inner]) => sentence(inner, !holds),
        (op::LOGICAL_AND, _) => joined(call, op::LOGICAL_AND, holds),
        (op::LOGICAL_OR, _) => joined(call, op::LOGICAL_OR, holds),
        (op::EQUALS, [a, b]) => equal(a, b, holds),
        (op::NOT_EQUALS, [a, b]) => equal(a, b, !holds),
        (op::IN, [a, b]) => within(a, b, not),
        (compares, [a, b]) if how(compares, holds).is_some() => Some(format!(
            "{} {} {}",
            thing(a)?,
            how(compares, holds)?,
            value(b)?
        )),
        ("open", [calendar]) => Some(format!("{} is {not}open", value(calendar)?)),
        (test, [text]) => {
            let subject = thing(call.target.as_deref()?)?;
            let verb = match (test, holds) {
                ("startsWith", true) => "begins with",
                ("startsWith", false) => "does not begin with",
                ("endsWith", true) => "ends with",
                ("endsWith", false) => "does not end with",
                ("contains", true) => "contains",
                ("contains", false) => "does not contain",
                ("matches", true) => "matches",
                ("matches", false) => "does not match",
                _ => return None,
            };
            Some(format!("{subject} {verb} {}", value(text)?))
        }
        _ => None,
    }
}

fn how(compares: &str, holds: bool) -> Option<&'static str> {
    Some(match (compares, holds) {
        (op::GREATER_EQUALS, true) | (op::LESS, false) => "at least",
        (op::GREATER, true) | (op::LESS_EQUALS, false) => "more than",
        (op::LESS_EQUALS, true) | (op::GREATER, false) => "at most",
        (op::LESS, true) | (op::GREATER_EQUALS, false) => "less than",
        _ => return None,
    })
}

/// All sides of a chain of the same operator; what is another chain stands in brackets.
fn joined(call: &CallExpr, operator: &str, holds: bool) -> Option<String> {
    let mut sides = Vec::new();
    flatten(call, operator, &mut sides);
    let all = (operator == op::LOGICAL_AND) == holds;
    if !all && let Some(one_of) = alternatives(&sides, holds) {
        return Some(one_of);
    }
    let said = sides.iter().map(|side| {
        let said = sentence(side, holds)?;
        Some(if is_chain(side) {
            format!("({said})")
        } else {
            said
        })
    });
    let said: Option<Vec<String>> = said.collect();
    Some(said?.join(if all { " and " } else { " or " }))
}

fn flatten<'e>(call: &'e CallExpr, operator: &str, sides: &mut Vec<&'e IdedExpr>) {
    for side in &call.args {
        match &side.expr {
            Expr::Call(inner) if inner.func_name == operator => flatten(inner, operator, sides),
            _ => sides.push(side),
        }
    }
}

fn is_chain(expression: &IdedExpr) -> bool {
    match &expression.expr {
        Expr::Call(call) if call.func_name == op::LOGICAL_NOT => {
            call.args.first().is_some_and(is_chain)
        }
        Expr::Call(call) => [op::LOGICAL_AND, op::LOGICAL_OR].contains(&call.func_name.as_str()),
        _ => false,
    }
}

/// "type is demo or contact_sales": several values of one thing.
fn alternatives(sides: &[&IdedExpr], holds: bool) -> Option<String> {
    if !holds {
        return None;
    }
    let mut subject = None;
    let mut values = Vec::new();
    for side in sides {
        let Expr::Call(call) = &side.expr else {
            return None;
        };
        let (op::EQUALS, [a, b]) = (call.func_name.as_str(), call.args.as_slice()) else {
            return None;
        };
        let (this, said) = (thing(a)?, value(b)?);
        if said.is_empty() || subject.as_ref().is_some_and(|known| *known != this) {
            return None;
        }
        subject = Some(this);
        values.push(said);
    }
    Some(format!("{} is {}", subject?, values.join(" or ")))
}

fn equal(a: &IdedExpr, b: &IdedExpr, holds: bool) -> Option<String> {
    let (a, b) = if thing(a).is_some() { (a, b) } else { (b, a) };
    let subject = thing(a)?;
    let said = value(b)?;
    let not = if holds { "" } else { "not " };
    if said.is_empty() {
        return Some(given(&subject, !holds));
    }
    Some(format!("{subject} is {not}{said}"))
}

/// "no company is given", "an account owner is given".
fn given(thing: &str, holds: bool) -> String {
    if holds {
        format!("{thing} is known")
    } else {
        format!("{thing} is not known")
    }
}

fn within(a: &IdedExpr, b: &IdedExpr, not: &str) -> Option<String> {
    if let Expr::List(list) = &b.expr {
        let values: Option<Vec<String>> = list.elements.iter().map(value).collect();
        return Some(format!("{} is {not}{}", thing(a)?, values?.join(" or ")));
    }
    let of = thing(b)?;
    match value(a) {
        Some(text) => {
            let verb = if not.is_empty() {
                "include"
            } else {
                "do not include"
            };
            Some(format!("{of} {verb} {text}"))
        }
        None => Some(format!("{} is {not}in {of}", thing(a)?)),
    }
}

/// A literal as people say it; an empty text is empty.
fn value(expression: &IdedExpr) -> Option<String> {
    match &expression.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
        Expr::Literal(LiteralValue::Int(number)) => Some(number.inner().to_string()),
        Expr::Literal(LiteralValue::UInt(number)) => Some(number.inner().to_string()),
        Expr::Literal(LiteralValue::Double(number)) => Some(number.inner().to_string()),
        Expr::Literal(LiteralValue::Boolean(truth)) => {
            Some(if *truth.inner() { "yes" } else { "no" }.to_owned())
        }
        _ => None,
    }
}

/// What is spoken of: a name, a field, a count.
fn thing(expression: &IdedExpr) -> Option<String> {
    match &expression.expr {
        Expr::Ident(name) => {
            matches!(name.as_str(), "intent" | "fit" | "stage" | "territory").then(|| name.clone())
        }
        Expr::Select(select) if !select.test => noun(&select.operand.expr, &select.field),
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            (op::INDEX, [_, label]) => Some(format!("“{}”", value(label)?)),
            ("list", [name]) => Some(format!("the list {}", value(name)?)),
            ("activities", [what, time]) => Some(format!(
                "{} in the last {}:",
                value(what)?.replace('_', " "),
                value(time)?
            )),
            ("same_email", [time]) => Some(format!(
                "submissions of this address in the last {}:",
                value(time)?
            )),
            ("same_domain", [time]) => Some(format!(
                "submissions of this mail domain in the last {}:",
                value(time)?
            )),
            ("size", [of]) => Some(format!("the number of {}", thing(of)?)),
            ("lowerAscii" | "upperAscii" | "trim", []) => thing(call.target.as_deref()?),
            ("hour", [zone]) => Some(format!("the hour in {}", value(zone)?)),
            ("weekday", [zone]) => Some(format!("the weekday in {}", value(zone)?)),
            _ => None,
        },
        Expr::Unspecified
        | Expr::Comprehension(_)
        | Expr::List(_)
        | Expr::Literal(_)
        | Expr::Map(_)
        | Expr::Select(_)
        | Expr::Struct(_) => None,
    }
}

/// `lead.employees`, `account.owner`, `rep.languages`.
fn noun(of: &Expr, field: &str) -> Option<String> {
    let Expr::Ident(root) = of else { return None };
    let field_words = field.replace('_', " ");
    Some(match (root.as_str(), field) {
        ("lead", "domain") => "the mail domain".to_owned(),
        ("lead", "owner") => "the earlier owner".to_owned(),
        ("lead", _) => field_words,
        ("score", "total") => "the score".to_owned(),
        ("score", "win") => "the share won of leads like it".to_owned(),
        ("score", _) => format!("the {field_words} score"),
        ("account", "name") => "the account".to_owned(),
        ("account", _) => format!("the account's {field_words}"),
        ("source", "id") => "the source".to_owned(),
        ("source", "form_id") => "the form".to_owned(),
        ("submission", "links") => "links in what they wrote".to_owned(),
        ("submission", "seconds") => "seconds from form to answer".to_owned(),
        ("rep", _) => format!("the rep's {field_words}"),
        _ => return None,
    })
}

/// What holds or does not by itself.
fn flag(select: &SelectExpr, holds: bool) -> Option<String> {
    let Expr::Ident(root) = &select.operand.expr else {
        return None;
    };
    let not = if holds { "" } else { "not " };
    Some(match (root.as_str(), select.field.as_str()) {
        ("lead", "free_mail") => format!("the mail address is {not}a private one"),
        ("lead", "disposable") => format!("the mail address is {not}a throw-away one"),
        ("submission", "honeypot") => format!("the form's trap is {not}filled in"),
        ("account", "named") => format!("the company is {not}a named account"),
        ("account", "customer") => format!("the company is {not}a customer"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::domain::condition::{Condition, Names, Scope};

    #[test]
    fn conditions_read_as_people_say_them() {
        let known = Names {
            lists: ["competitors".to_owned()].into(),
            calendars: ["office".to_owned()].into(),
            ..Names::default()
        };
        for (written, said) in [
            (
                r#"intent == "high" && fit == "strong""#,
                "intent is high and fit is strong",
            ),
            (
                r#"lead.type == "demo" || lead.type == "contact_sales""#,
                "type is demo or contact_sales",
            ),
            (
                r#""vip" in lead.tags || lead.type == "referral""#,
                "tags include vip or type is referral",
            ),
            (r#"account.owner != """#, "the account's owner is known"),
            (r#"lead.employees >= 50"#, "employees at least 50"),
            (r#"!(lead.employees >= 50)"#, "employees less than 50"),
            (
                r#"lead.domain in list("competitors")"#,
                "the mail domain is in the list competitors",
            ),
            (
                r#"lead.country in ["DE", "AT"] && !lead.free_mail"#,
                "country is DE or AT and the mail address is not a private one",
            ),
            (
                r#"lead.activities("download", "30d") >= 2 || lead.type == "webinar""#,
                "download in the last 30d: at least 2 or type is webinar",
            ),
            (
                r#"intent == "high" && (lead.country == "DE" || has(lead.revenue))"#,
                "intent is high and (country is DE or revenue is known)",
            ),
            (r#"open("office")"#, "office is open"),
            (r#"lead.attributes["Budget"] == "yes""#, "“Budget” is yes"),
            (
                r#"lead.title.matches("(?i)head")"#,
                "title matches (?i)head",
            ),
            // What has no words is said as it is written.
            (
                r#"lead.tags.exists(tag, tag.startsWith("v"))"#,
                r#"lead.tags.exists(tag, tag.startsWith("v"))"#,
            ),
        ] {
            let read = Condition::compile(written, Scope::Lead, &known);
            assert_eq!(read.unwrap().words(), said, "{written}");
        }
        let of_team = r#"lead.language == "" || lead.language in rep.languages"#;
        let read = Condition::compile(of_team, Scope::Where, &known).unwrap();
        assert_eq!(
            read.words(),
            "language is not known or language is in the rep's languages"
        );
    }
}
