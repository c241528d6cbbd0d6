//! The functions that a condition may call, and what they take.

use std::ops::Range;

use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr, operators as op},
};
use jiff::{SignedDuration, Span, SpanRelativeTo, tz::TimeZone};

use super::{Checked, Checker, literal_text, operators::rebuilt, with};
use crate::domain::{
    condition::{
        Same, Scope,
        facts::{Slot, Zone},
        pattern::Pattern,
        schema::{Type, Variable},
    },
    suggest,
};

/// Called with a text before the dot.
const METHODS: [&str; 8] = [
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "lowerAscii",
    "upperAscii",
    "trim",
    "size",
];

/// Called alone.
const FUNCTIONS: [&str; 7] = ["list", "open", "hour", "weekday", "size", "double", "has"];

/// Called on a list; CEL knows them as macros.
const MACROS: [&str; 5] = ["exists", "all", "exists_one", "filter", "map"];

impl Checker<'_> {
    pub(super) fn function(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let Some(target) = &call.target else {
            return match call.func_name.as_str() {
                "list" => self.named_list(expression, call),
                "open" => self.open(expression, call),
                "hour" | "weekday" => self.local_time(expression, call),
                "size" => self.size_of(expression, call),
                "double" => self.double(expression, call),
                name => self.unknown(expression, name, &FUNCTIONS),
            };
        };
        let name = call.func_name.as_str();
        if name == "activities" && self.path(target).as_deref() == Some("lead") {
            return self.activities(expression, call);
        }
        if self.scope == Scope::Filter && self.path(target).as_deref() == Some("submission") {
            return self.same(expression, call);
        }
        match name {
            "contains" | "startsWith" | "endsWith" => self.method(expression, call, Type::Bool, 1),
            "matches" => self.matches(expression, call),
            "lowerAscii" | "upperAscii" | "trim" => self.method(expression, call, Type::TEXT, 0),
            "size" => {
                let args = vec![(**target).clone()];
                let alone = CallExpr {
                    func_name: "size".into(),
                    target: None,
                    args,
                };
                self.size_of(expression, &alone)
            }
            _ => self.unknown(expression, name, &[&METHODS[..], &MACROS[..]].concat()),
        }
    }

    fn unknown(&mut self, expression: &IdedExpr, name: &str, known: &[&str]) -> Checked {
        let help = suggest::help(name, known.iter().copied());
        self.wrong(expression, format!("unknown function `{name}`"), help)
    }

    /// `list("name")`.
    fn named_list(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let Some((literal, name)) = self.one_name(expression, call) else {
            return (Type::texts(None), expression.clone());
        };
        if !self.known.lists.contains(name) {
            let help = suggest::help(name, self.known.lists.iter().map(String::as_str));
            let help = help.or_else(|| Some(format!("it would be `[list.{name}]`")));
            self.complain_of(literal, format!("there is no list `{name}`"), help);
        }
        let slot = Slot::List(name.to_owned());
        (Type::texts(None), self.slot(expression, slot))
    }

    /// `open("calendar")`.
    fn open(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let Some((literal, name)) = self.one_name(expression, call) else {
            return (Type::Bool, expression.clone());
        };
        if !self.known.calendars.contains(name) {
            let help = suggest::help(name, self.known.calendars.iter().map(String::as_str));
            let help = help.or_else(|| Some(format!("it would be `[calendar.{name}]`")));
            self.complain_of(literal, format!("there is no calendar `{name}`"), help);
        }
        let slot = Slot::Open(name.to_owned());
        (Type::Bool, self.slot(expression, slot))
    }

    /// The one argument, a name in quotes.
    fn one_name<'c>(
        &mut self,
        expression: &IdedExpr,
        call: &'c CallExpr,
    ) -> Option<(&'c IdedExpr, &'c str)> {
        if let [arg] = call.args.as_slice()
            && let Some(name) = literal_text(arg)
        {
            return Some((arg, name));
        }
        let name = &call.func_name;
        let message = format!("`{name}` takes one name in quotes: `{name}(\"NAME\")`");
        self.complain_of(expression, message, None);
        None
    }

    /// `hour(zone)` and `weekday(zone)`.
    fn local_time(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let zone = match call.args.as_slice() {
            [arg] => self.zone(arg),
            _ => None,
        };
        let Some(zone) = zone else {
            let name = &call.func_name;
            let message = format!("`{name}` takes a time zone");
            let help = format!("`{name}(\"Europe/Berlin\")` or `{name}(lead.timezone)`");
            self.complain_of(expression, message, Some(help));
            return (Type::Number, expression.clone());
        };
        let slot = match call.func_name.as_str() {
            "hour" => Slot::Hour(zone),
            _ => Slot::Weekday(zone),
        };
        (Type::Number, self.slot(expression, slot))
    }

    fn zone(&self, arg: &IdedExpr) -> Option<Zone> {
        if let Some(name) = literal_text(arg) {
            return TimeZone::get(name).ok().map(Zone::Fixed);
        }
        let variable = Variable::by_path(&self.path(arg)?)?;
        (variable.kind() == Type::TEXT).then_some(Zone::Of(variable))
    }

    /// `lead.activities("kind", "7d")`.
    fn activities(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let texts: Option<Vec<&str>> = call.args.iter().map(literal_text).collect();
        let Some([kind, within]) = texts.as_deref() else {
            let message = "`lead.activities` takes an activity and a time, both in quotes";
            let help = "`lead.activities(\"pricing_page\", \"7d\")`";
            self.complain_of(expression, message.into(), Some(help.into()));
            return (Type::Number, expression.clone());
        };
        let Some(within) = duration(within) else {
            let message = format!("`{within}` is no length of time");
            let help = "write `90s`, `15m`, `4h` or `7d`";
            self.complain_of(&call.args[1], message, Some(help.into()));
            return (Type::Number, expression.clone());
        };
        let kind = (*kind).to_owned();
        let slot = Slot::Activities { kind, within };
        (Type::Number, self.slot(expression, slot))
    }

    /// `submission.same_email("1h")`: how many came from there.
    fn same(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let name = call.func_name.as_str();
        let Some(same) = Same::by_name(name) else {
            let known = Same::ALL.map(Same::name);
            return self.unknown(expression, name, &known);
        };
        let [arg] = call.args.as_slice() else {
            let message = format!("`{name}` takes a time in quotes: `submission.{name}(\"1h\")`");
            return self.wrong(expression, message, None);
        };
        let Some(within) = literal_text(arg).and_then(duration) else {
            let message = format!("`{name}` takes a time in quotes");
            let help = "write `90s`, `15m` or `4h`";
            return self.wrong(arg, message, Some(help.into()));
        };
        if within > Same::LONGEST {
            let message = "who sent what is remembered for 24 hours";
            return self.wrong(arg, message, Some("write `24h` at the most".into()));
        }
        let slot = Slot::Same { same, within };
        (Type::Number, self.slot(expression, slot))
    }

    /// `size(list or text)`, made a number like the others.
    fn size_of(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let [arg] = call.args.as_slice() else {
            return self.wrong(expression, "`size` takes one list or text", None);
        };
        let (kind, checked) = self.visit(arg);
        if let Type::Bool | Type::Number = kind {
            let message = format!("`size` takes a list or a text, this is {kind}");
            self.complain_of(arg, message, None);
        }
        let size = global(expression, "size", checked);
        (Type::Number, global(expression, "double", size))
    }

    /// `double(text)`: unknown when the text is no number.
    fn double(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let [arg] = call.args.as_slice() else {
            return self.wrong(expression, "`double` takes one text", None);
        };
        let (kind, checked) = self.visit(arg);
        if let Type::Bool | Type::List(_) = kind {
            let message = format!("`double` reads a number from a text, this is {kind}");
            self.complain_of(arg, message, None);
        }
        (Type::Number, global(expression, "double", checked))
    }

    /// A method on a text that takes texts.
    fn method(
        &mut self,
        expression: &IdedExpr,
        call: &CallExpr,
        of: Type,
        takes: usize,
    ) -> Checked {
        let name = &call.func_name;
        let mut checked = call.clone();
        if let Some(target) = &call.target {
            let (kind, visited) = self.visit(target);
            if !kind.fits(&Type::TEXT) {
                let help = matches!(kind, Type::List(_))
                    .then(|| "`\"text\" in list` looks into a list".into());
                let message = format!("`{name}` looks into a text, this is {kind}");
                self.complain_of(target, message, help);
            }
            checked.target = Some(Box::new(visited));
        }
        if call.args.len() != takes {
            let message = match takes {
                0 => format!("`{name}` takes nothing"),
                _ => format!("`{name}` takes one text"),
            };
            return self.wrong(expression, message, None);
        }
        let args = self.all_of(call, &Type::TEXT);
        (of, rebuilt(expression, &checked, args))
    }

    /// `text.matches("pattern")`: the pattern is compiled here, and the text looked for among what it matches.
    fn matches(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let (kind, checked) = self.method(expression, call, Type::Bool, 1);
        let Some(arg) = call.args.first() else {
            return (kind, checked);
        };
        let Some(text) = literal_text(arg) else {
            let help = "write it into the condition: `lead.title.matches(\"(?i)chief\")`";
            self.complain_of(
                arg,
                "a pattern is written in quotes".into(),
                Some(help.into()),
            );
            return (kind, checked);
        };
        let pattern = match Pattern::read(text) {
            Ok(pattern) => pattern,
            Err(wrong) => {
                let place = self.within_literal(arg, text, wrong.span);
                self.complain(place, wrong.message, Some(wrong.help.to_owned()));
                return (kind, checked);
            }
        };
        let Expr::Call(CallExpr {
            target: Some(target),
            ..
        }) = checked.expr
        else {
            return (kind, checked);
        };
        let looks_into = CallExpr {
            func_name: op::IN.to_owned(),
            target: None,
            args: vec![*target, self.slot(arg, Slot::Pattern(pattern))],
        };
        (kind, with(expression, Expr::Call(looks_into)))
    }

    /// A part of a text in quotes; the whole of it where what is typed differs from what it means.
    fn within_literal(
        &self,
        literal: &IdedExpr,
        text: &str,
        part: Option<Range<usize>>,
    ) -> Range<usize> {
        let whole = self.span(literal);
        let begins = self
            .text
            .get(whole.clone())
            .and_then(|typed| typed.find(text));
        match (begins, part) {
            (Some(begins), Some(part)) if !part.is_empty() => {
                let from = whole.start + begins;
                from + part.start..from + part.end
            }
            (Some(_) | None, Some(_) | None) => whole,
        }
    }
}

fn global(expression: &IdedExpr, name: &str, arg: IdedExpr) -> IdedExpr {
    let call = CallExpr {
        func_name: name.to_owned(),
        target: None,
        args: vec![arg],
    };
    with(expression, Expr::Call(call))
}

/// `7d`, where a day is 24 hours: activities are counted back from now.
fn duration(text: &str) -> Option<SignedDuration> {
    let span: Span = text.parse().ok()?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    duration.is_positive().then_some(duration)
}
