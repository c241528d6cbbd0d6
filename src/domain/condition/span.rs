//! Where an expression stands in its text: CEL notes only the place of each operator.

use std::ops::Range;

use cel::{
    IdedExpr,
    common::ast::{Expr, SourceInfo, operators},
};

/// The bytes of `text` that `expression` covers.
pub(super) fn of(expression: &IdedExpr, info: &SourceInfo, text: &str) -> Range<usize> {
    let own = own(expression.id, info, text);
    match &expression.expr {
        Expr::Select(select) if select.test => {
            let start = text[..own.start].rfind("has").unwrap_or(own.start);
            closed(
                start..of(&select.operand, info, text).end,
                text,
                &select.field,
            )
        }
        Expr::Select(select) => {
            let start = of(&select.operand, info, text).start;
            start..field(expression, &select.field, info, text).end
        }
        Expr::Call(call) => {
            let mut all = own;
            for part in call.target.as_deref().into_iter().chain(&call.args) {
                all = union(all, of(part, info, text));
            }
            let word = call.func_name.starts_with(|it: char| it.is_alphabetic());
            if word && call.target.is_none() {
                all.start = name_before(all.start, &call.func_name, text);
            }
            if word || call.func_name == operators::INDEX {
                all = closed(all, text, "");
            }
            all
        }
        Expr::List(list) => {
            let parts = list.elements.iter().map(|part| of(part, info, text));
            closed(parts.fold(own, union), text, "")
        }
        Expr::Comprehension(loops) => {
            let range = of(&loops.iter_range, info, text);
            let step = of(&loops.loop_step, info, text);
            closed(union(union(range, own), step), text, "")
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
            own
        }
    }
}

/// The bytes of the field's name in `operand.field`.
pub(super) fn field(select: &IdedExpr, name: &str, info: &SourceInfo, text: &str) -> Range<usize> {
    let dot = own(select.id, info, text);
    match text[dot.start..].find(name) {
        Some(at) => dot.start + at..dot.start + at + name.len(),
        None => dot,
    }
}

/// The bytes that the parser noted for one node, kept within the text.
fn own(id: u64, info: &SourceInfo, text: &str) -> Range<usize> {
    let (start, last) = info.offset_for(id).unwrap_or((0, 0));
    let start = boundary(text, start as usize);
    let end = boundary(text, (last as usize).saturating_add(1));
    start..end.max(start)
}

fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn union(one: Range<usize>, two: Range<usize>) -> Range<usize> {
    one.start.min(two.start)..one.end.max(two.end)
}

/// Where the name of a function begins whose parenthesis is at `at`.
fn name_before(at: usize, name: &str, text: &str) -> usize {
    let before = text[..at].trim_end();
    before.strip_suffix(name).map_or(at, str::len)
}

/// The span with `.more` and a closing bracket, when they come next.
fn closed(span: Range<usize>, text: &str, more: &str) -> Range<usize> {
    let mut end = span.end;
    if !more.is_empty()
        && let Some(at) = text[end..].find(more)
    {
        end += at + more.len();
    }
    let rest = text[end..].trim_start();
    if rest.starts_with([')', ']']) {
        end = text.len() - rest.len() + 1;
    }
    span.start..end
}
