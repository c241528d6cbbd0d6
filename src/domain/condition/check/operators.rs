//! What may stand on the two sides of each operator.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr, operators as op},
};

use super::{Checked, Checker, literal_text, with};
use crate::domain::{
    condition::{
        TextList,
        facts::Slot,
        schema::{Closed, Type},
    },
    suggest,
};

impl Checker<'_> {
    pub(super) fn call(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        match call.func_name.as_str() {
            op::LOGICAL_AND | op::LOGICAL_OR | op::LOGICAL_NOT | op::NOT_STRICTLY_FALSE => {
                let args = self.all_of(call, &Type::Bool);
                (Type::Bool, rebuilt(expression, call, args))
            }
            op::EQUALS | op::NOT_EQUALS => self.equality(expression, call),
            op::LESS | op::LESS_EQUALS | op::GREATER | op::GREATER_EQUALS => {
                self.ordering(expression, call)
            }
            op::IN => self.membership(expression, call),
            op::ADD => self.addition(expression, call),
            op::SUBSTRACT | op::MULTIPLY | op::DIVIDE | op::NEGATE => {
                let args = self.all_of(call, &Type::Number);
                (Type::Number, rebuilt(expression, call, args))
            }
            op::CONDITIONAL => self.choice(expression, call),
            op::INDEX => self.index(expression, call),
            op::MODULO | op::OPT_INDEX | op::OPT_SELECT => {
                self.wrong(expression, "conditions don't have this operator", None)
            }
            _ => self.function(expression, call),
        }
    }

    /// Visits the arguments, each of which must be of this type.
    pub(super) fn all_of(&mut self, call: &CallExpr, wanted: &Type) -> Vec<IdedExpr> {
        let mut args = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            let (kind, checked) = self.visit(arg);
            if !kind.fits(wanted) {
                self.complain_of(arg, format!("expected {wanted}, this is {kind}"), None);
            }
            args.push(checked);
        }
        args
    }

    fn equality(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let [left, right] = call.args.as_slice() else {
            return self.wrong(expression, "a comparison has two sides", None);
        };
        let ((one, left_checked), (two, right_checked)) = (self.visit(left), self.visit(right));
        if !one.fits(&two) {
            let message = format!("this compares {one} with {two}");
            self.complain_of(expression, message, quotes(&one, &two));
        } else if let (Type::List(_), Type::List(_)) = (&one, &two) {
            let help = "ask with `in`, `exists`, `all` or `size`";
            let message = "lists can't be compared".into();
            self.complain_of(expression, message, Some(help.into()));
        } else {
            self.closed(&one, right);
            self.closed(&two, left);
        }
        let args = vec![left_checked, right_checked];
        (Type::Bool, rebuilt(expression, call, args))
    }

    fn ordering(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let mut args = Vec::with_capacity(2);
        let mut kinds = Vec::with_capacity(2);
        for arg in &call.args {
            let (kind, checked) = self.visit(arg);
            args.push(checked);
            kinds.push(kind);
        }
        if let Some(wrong) = kinds.iter().find(|kind| !kind.fits(&Type::Number)) {
            let help = match wrong {
                Type::Text(_) if kinds.contains(&Type::Number) => {
                    Some("numbers stand without quotes; `double(…)` reads one from a text".into())
                }
                Type::Bool | Type::Text(_) | Type::Number | Type::List(_) | Type::Any => None,
            };
            let message = format!("only numbers have an order, this is {wrong}");
            self.complain_of(expression, message, help);
        }
        (Type::Bool, rebuilt(expression, call, args))
    }

    fn membership(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let [item, list] = call.args.as_slice() else {
            return self.wrong(expression, "`in` has two sides", None);
        };
        let ((one, item_checked), (all, mut list_checked)) = (self.visit(item), self.visit(list));
        match &all {
            Type::List(element) if one.fits(element) => {
                self.closed(element, item);
                if let Expr::List(literal) = &list.expr {
                    for element in &literal.elements {
                        self.closed(&one, element);
                    }
                }
            }
            Type::Any => {}
            Type::List(_) => {
                self.complain_of(expression, format!("{one} can't be in {all}"), None);
            }
            Type::Text(_) | Type::Bool | Type::Number => self.no_list(list, &all),
        }
        if let Some(texts) = literal_texts(list) {
            list_checked = self.slot(list, Slot::Literal(texts));
        }
        let args = vec![item_checked, list_checked];
        (Type::Bool, rebuilt(expression, call, args))
    }

    fn no_list(&mut self, expression: &IdedExpr, kind: &Type) {
        let help = matches!(kind, Type::Text(_))
            .then(|| "`text.contains(\"part\")` looks into a text".to_owned());
        let message = format!("`in` looks into a list, this is {kind}");
        self.complain_of(expression, message, help);
    }

    fn addition(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let [left, right] = call.args.as_slice() else {
            return self.wrong(expression, "`+` has two sides", None);
        };
        let ((one, left_checked), (two, right_checked)) = (self.visit(left), self.visit(right));
        // Only `map` and `filter` add lists, to what they have gathered.
        let gathers = matches!(&left.expr, Expr::Ident(name) if name.starts_with('@'));
        let kind = match (&one, &two) {
            (Type::Any, kind) | (kind, Type::Any) => kind.clone(),
            (Type::Number, Type::Number) => Type::Number,
            (Type::Text(_), Type::Text(_)) => Type::TEXT,
            (Type::List(_), Type::List(_)) if gathers => two.clone(),
            (Type::Bool | Type::Number | Type::Text(_) | Type::List(_), _) => {
                let message = format!("`+` can't add {two} to {one}");
                self.complain_of(expression, message, None);
                Type::Any
            }
        };
        let args = vec![left_checked, right_checked];
        (kind, rebuilt(expression, call, args))
    }

    fn choice(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let mut checked: Vec<Checked> = call.args.iter().map(|arg| self.visit(arg)).collect();
        let [(condition, _), (yes, _), (no, _)] = checked.as_slice() else {
            return self.wrong(expression, "`? :` has three parts", None);
        };
        let (condition, yes, no) = (condition.clone(), yes.clone(), no.clone());
        if !condition.fits(&Type::Bool) {
            let message = format!("expected a condition before `?`, this is {condition}");
            self.complain_of(&call.args[0], message, None);
        }
        if !yes.fits(&no) {
            let message = format!("this is {yes} or {no}, and must be one of them");
            self.complain_of(expression, message, None);
        }
        let kind = if yes == Type::Any { no } else { yes };
        let args = checked.drain(..).map(|(_, arg)| arg).collect();
        (kind, rebuilt(expression, call, args))
    }

    fn index(&mut self, expression: &IdedExpr, call: &CallExpr) -> Checked {
        let [operand, key] = call.args.as_slice() else {
            return self.wrong(expression, "an index has one key", None);
        };
        if self.path(operand).as_deref() != Some("lead.attributes") {
            let help = "ask with `in`, `exists` or `size`";
            let message = "only `lead.attributes` has labels to look up";
            return self.wrong(expression, message, Some(help.into()));
        }
        match literal_text(key) {
            Some(label) => self.attribute(expression, label, false),
            None => {
                let message = "a label is written in quotes: `lead.attributes[\"Team size\"]`";
                self.wrong(key, message, None)
            }
        }
    }

    /// Complains of a literal that is none of the few values `kind` can have.
    fn closed(&mut self, kind: &Type, literal: &IdedExpr) {
        let (Type::Text(Some(closed)), Some(value)) = (kind, literal_text(literal)) else {
            return;
        };
        self.known_value(*closed, literal, value);
    }

    fn known_value(&mut self, closed: Closed, literal: &IdedExpr, value: &str) {
        let values = closed.values(self.known);
        if values.contains(&value) {
            return;
        }
        let word = closed.word();
        let help = suggest::help(value, values.iter().copied());
        let help = help.or_else(|| Some(format!("no {word} is configured")));
        self.complain_of(literal, format!("there is no {word} `{value}`"), help);
    }
}

/// The call with its arguments as they are evaluated.
pub(super) fn rebuilt(expression: &IdedExpr, call: &CallExpr, args: Vec<IdedExpr>) -> IdedExpr {
    let call = CallExpr {
        func_name: call.func_name.clone(),
        target: call.target.clone(),
        args,
    };
    with(expression, Expr::Call(call))
}

/// The texts of a list that has nothing else in it.
fn literal_texts(expression: &IdedExpr) -> Option<TextList> {
    match &expression.expr {
        Expr::List(list) => list.elements.iter().map(literal_text).collect(),
        _ => None,
    }
}

fn quotes(one: &Type, two: &Type) -> Option<String> {
    let mixed = matches!(
        (one, two),
        (Type::Number, Type::Text(_)) | (Type::Text(_), Type::Number)
    );
    mixed.then(|| "texts stand in quotes, numbers without".into())
}
