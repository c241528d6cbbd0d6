//! The type checker: walks what CEL parsed, complains of all that can't be, and puts a numbered
//! slot in the place of every variable, so that evaluation looks up nothing by name.

mod calls;
mod operators;

use std::ops::Range;

use cel::{
    IdedExpr,
    common::ast::{ComprehensionExpr, Expr, ListExpr, LiteralValue, SelectExpr, SourceInfo},
};

use super::{
    ENV, Mistake, Names, Scope,
    facts::Slot,
    parse, say,
    schema::{Type, Variable, elsewhere, fields, roots},
    span,
};
use crate::domain::suggest;

/// The deepest nesting that is evaluated: a request's stack is small.
const MAX_DEPTH: usize = 64;

/// What a right condition is compiled to, and its words.
type Compiled = (IdedExpr, Vec<Slot>, Said);

/// The whole in words, and what it means of each of its parts that it does not hold.
pub(super) type Said = (Option<String>, Vec<Option<String>>);

/// Parses and checks; on a thread with room for the recursion.
pub(super) fn compile(text: &str, scope: Scope, known: &Names) -> Result<Compiled, Vec<Mistake>> {
    let program = ENV.compile(text).map_err(|errors| {
        let first = errors.errors.iter().min_by_key(|error| error.pos);
        vec![first.map_or_else(|| super::unreadable(text), |it| parse::mistake(text, it))]
    })?;
    let mut checker = Checker {
        text,
        scope,
        known,
        info: program.source_info(),
        locals: Vec::new(),
        loops: 0,
        depth: 0,
        slots: Vec::new(),
        mistakes: Vec::new(),
    };
    let (kind, expression) = checker.visit(program.expression());
    if !kind.fits(&Type::Bool) {
        let message = format!("this is {kind}, and a condition must be true or false");
        checker.complain_of(program.expression(), message, None);
    }
    let mut mistakes = checker.mistakes;
    if mistakes.is_empty() {
        let whole = program.expression();
        let words = (say::say(whole), say::denials(whole));
        return Ok((expression, checker.slots, words));
    }
    mistakes.sort_by_key(|mistake| mistake.span.start);
    Err(mistakes)
}

/// The type of an expression, and the expression as it is evaluated.
type Checked = (Type, IdedExpr);

struct Checker<'a> {
    text: &'a str,
    scope: Scope,
    known: &'a Names,
    info: &'a SourceInfo,
    locals: Vec<(String, Type)>,
    loops: usize,
    depth: usize,
    slots: Vec<Slot>,
    mistakes: Vec<Mistake>,
}

impl Checker<'_> {
    fn visit(&mut self, expression: &IdedExpr) -> Checked {
        if self.depth == MAX_DEPTH {
            return self.wrong(expression, "this is nested too deeply", None);
        }
        self.depth += 1;
        let checked = match &expression.expr {
            Expr::Literal(value) => self.literal(expression, value),
            Expr::Ident(name) => self.name(expression, name),
            Expr::Select(select) => self.select(expression, select),
            Expr::Call(call) => self.call(expression, call),
            Expr::List(list) => self.list(expression, list),
            Expr::Comprehension(loops) => self.comprehension(expression, loops),
            Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                self.wrong(expression, "conditions know no maps", None)
            }
        };
        self.depth -= 1;
        checked
    }

    /// Numbers become `double`, since CEL does not mix its kinds of numbers.
    fn literal(&mut self, expression: &IdedExpr, value: &LiteralValue) -> Checked {
        let number = |number: f64| {
            let literal = Expr::Literal(LiteralValue::Double(number.into()));
            (Type::Number, with(expression, literal))
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "nobody counts leads beyond 2^53"
        )]
        match value {
            LiteralValue::Int(it) => number(*it.inner() as f64),
            LiteralValue::UInt(it) => number(*it.inner() as f64),
            LiteralValue::Double(_) => (Type::Number, expression.clone()),
            LiteralValue::Boolean(_) => (Type::Bool, expression.clone()),
            LiteralValue::String(_) => (Type::TEXT, expression.clone()),
            LiteralValue::Null => {
                let help = "a text that was not given is `\"\"`; `has(…)` asks for the rest";
                self.wrong(expression, "there is no null", Some(help.into()))
            }
            LiteralValue::Bytes(_) => self.wrong(expression, "there are no bytes", None),
        }
    }

    fn name(&mut self, expression: &IdedExpr, name: &str) -> Checked {
        let local = self.locals.iter().rev().find(|(local, _)| local == name);
        if let Some((_, kind)) = local {
            return (kind.clone(), expression.clone());
        }
        match Variable::by_path(name) {
            Some(variable) => self.variable(expression, variable),
            None => self.unknown_root(expression, name),
        }
    }

    fn unknown_root(&mut self, expression: &IdedExpr, name: &str) -> Checked {
        if let Some(place) = elsewhere(name, self.scope) {
            let message = format!("`{name}` is known only in {place}");
            return self.wrong(expression, message, None);
        }
        let behind = fields(name);
        if !behind.is_empty() {
            let message = format!("`{name}` alone is no value");
            let help = format!("say which of it: {}", listed(name, &behind));
            return self.wrong(expression, message, Some(help));
        }
        let locals = self.locals.iter().map(|(local, _)| local.as_str());
        let roots = roots(self.scope);
        let help = suggest::help(name, roots.into_iter().chain(locals.filter(|it| user(it))));
        self.wrong(expression, format!("unknown variable `{name}`"), help)
    }

    fn select(&mut self, expression: &IdedExpr, select: &SelectExpr) -> Checked {
        let operand = &select.operand;
        if let Some(path) = self.path(operand) {
            if path == "lead.attributes" {
                return self.attribute(expression, &select.field, select.test);
            }
            if let Some(variable) = Variable::by_path(&format!("{path}.{}", select.field))
                && elsewhere(&path, self.scope).is_none()
            {
                return if select.test {
                    (Type::Bool, self.slot(expression, Slot::Given(variable)))
                } else {
                    self.variable(expression, variable)
                };
            }
            let behind = fields(&path);
            if !behind.is_empty() && elsewhere(&path, self.scope).is_none() {
                return self.unknown_field(expression, &path, select, &behind);
            }
        }
        let (kind, _) = self.visit(operand);
        if kind == Type::Any {
            return (Type::Any, expression.clone());
        }
        let message = format!("{kind} has no field `{}`", select.field);
        self.wrong(expression, message, None)
    }

    fn unknown_field(
        &mut self,
        expression: &IdedExpr,
        path: &str,
        select: &SelectExpr,
        behind: &[&'static str],
    ) -> Checked {
        let name = &select.field;
        let span = span::field(expression, name, self.info, self.text);
        let message = format!("unknown field `{name}` of `{path}`");
        let help = suggest::nearest(name, behind.iter().copied()).map_or_else(
            || match path {
                "lead" => "what is no canonical field is `lead.attributes[\"label\"]`".into(),
                _ => format!("known: {}", behind.join(", ")),
            },
            |near| format!("did you mean `{path}.{near}`?"),
        );
        self.complain(span, message, Some(help));
        (Type::Any, expression.clone())
    }

    /// `a.b.c` when it begins with no local name.
    fn path(&self, expression: &IdedExpr) -> Option<String> {
        match &expression.expr {
            Expr::Ident(name) if self.locals.iter().all(|(local, _)| local != name) => {
                Some(name.clone())
            }
            Expr::Select(select) if !select.test => {
                let path = self.path(&select.operand)?;
                Some(format!("{path}.{}", select.field))
            }
            _ => None,
        }
    }

    fn variable(&mut self, expression: &IdedExpr, variable: Variable) -> Checked {
        (
            variable.kind(),
            self.slot(expression, Slot::Value(variable)),
        )
    }

    fn attribute(&mut self, expression: &IdedExpr, label: &str, test: bool) -> Checked {
        let label = label.to_owned();
        if test {
            let slot = Slot::AttributeGiven(label);
            return (Type::Bool, self.slot(expression, slot));
        }
        (Type::TEXT, self.slot(expression, Slot::Attribute(label)))
    }

    fn list(&mut self, expression: &IdedExpr, list: &ListExpr) -> Checked {
        let mut element = Type::Any;
        let mut elements = Vec::with_capacity(list.elements.len());
        for item in &list.elements {
            let (kind, checked) = self.visit(item);
            if !kind.fits(&element) {
                let message = format!("the list mixes {element} with {kind}");
                self.complain_of(item, message, None);
            } else if element == Type::Any {
                element = kind;
            }
            elements.push(checked);
        }
        let list = ListExpr::new(elements);
        (
            Type::List(Box::new(element)),
            with(expression, Expr::List(list)),
        )
    }

    /// What `exists`, `all`, `filter`, `map` and `exists_one` stand for.
    fn comprehension(&mut self, expression: &IdedExpr, loops: &ComprehensionExpr) -> Checked {
        if self.loops > 0 {
            let message = "a list is walked within the walk of another";
            let help = "ask with `in`, or make it two conditions";
            return self.wrong(expression, message, Some(help.into()));
        }
        let (element, iter_range) = self.walked(&loops.iter_range);
        let (start, accu_init) = self.visit(&loops.accu_init);
        self.loops += 1;
        self.locals.push((loops.iter_var.clone(), element));
        self.locals.push((loops.accu_var.clone(), start.clone()));
        let (_, loop_cond) = self.visit(&loops.loop_cond);
        let (step, loop_step) = self.visit(&loops.loop_step);
        self.locals.pop();
        self.locals.push((loops.accu_var.clone(), step));
        let (kind, result) = self.visit(&loops.result);
        self.locals.truncate(self.locals.len() - 2);
        self.loops -= 1;
        let checked = ComprehensionExpr {
            iter_range,
            iter_var: loops.iter_var.clone(),
            iter_var2: loops.iter_var2.clone(),
            accu_var: loops.accu_var.clone(),
            accu_init,
            loop_cond,
            loop_step,
            result,
        };
        (
            kind,
            with(expression, Expr::Comprehension(Box::new(checked))),
        )
    }

    /// The list that a comprehension walks, and the type of its elements.
    fn walked(&mut self, list: &IdedExpr) -> Checked {
        let (kind, checked) = self.visit(list);
        match kind {
            Type::List(element) => (*element, checked),
            Type::Any => (Type::Any, checked),
            Type::Bool | Type::Text(_) | Type::Number => {
                self.wrong(list, format!("{kind} can't be walked, only a list"), None)
            }
        }
    }

    /// The name by which evaluation asks for what `slot` describes.
    fn slot(&mut self, expression: &IdedExpr, slot: Slot) -> IdedExpr {
        let known = self.slots.iter().position(|one| *one == slot);
        let index = known.unwrap_or_else(|| {
            self.slots.push(slot);
            self.slots.len() - 1
        });
        with(expression, Expr::Ident(format!("#{index}")))
    }

    fn span(&self, expression: &IdedExpr) -> Range<usize> {
        span::of(expression, self.info, self.text)
    }

    fn complain(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        self.mistakes.push(Mistake {
            span,
            message,
            help,
        });
    }

    fn complain_of(&mut self, expression: &IdedExpr, message: String, help: Option<String>) {
        self.complain(self.span(expression), message, help);
    }

    /// Complains of the whole expression, and of nothing that follows from it.
    fn wrong(
        &mut self,
        expression: &IdedExpr,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Checked {
        self.complain_of(expression, message.into(), help);
        (Type::Any, expression.clone())
    }
}

/// The node with another content.
fn with(expression: &IdedExpr, expr: Expr) -> IdedExpr {
    IdedExpr {
        id: expression.id,
        expr,
    }
}

/// The text of a literal.
fn literal_text(expression: &IdedExpr) -> Option<&str> {
    match &expression.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// Whether a local name was given by the user, and not by a macro.
fn user(local: &str) -> bool {
    !local.starts_with('@')
}

fn listed(root: &str, fields: &[&str]) -> String {
    let mut few: Vec<_> = fields
        .iter()
        .take(4)
        .map(|it| format!("`{root}.{it}`"))
        .collect();
    if fields.len() > few.len() {
        few.push("…".into());
    }
    few.join(", ")
}
