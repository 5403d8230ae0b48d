//! Queries as text, so that `parse(emit(statement))` gives the statement.
//!
//! The text is in one form: one space between parts, an operator within another in parentheses. What
//! was not understood is given as it was.

use super::ast::{
    Body, Expr, ExprKind, FieldName, Filter, Part, Pipe, Quote, Series, Statement, Step, Text,
};

/// A statement as text.
pub fn emit(statement: &Statement) -> String {
    let mut out = match &statement.body {
        Body::Event(filter) => of_filter(filter),
        Body::Series(series) => of_series(series),
        Body::Opaque { text, .. } => text.clone(),
    };
    for pipe in &statement.pipes {
        out.push_str(" | ");
        out.push_str(&of_pipe(pipe));
    }
    out
}

fn of_filter(filter: &Filter) -> String {
    let category = filter.category.as_ref().map_or_else(|| "any".to_owned(), of_text);
    format!("{category} where {}", expr(&filter.condition))
}

fn of_series(series: &Series) -> String {
    let mut out = series.kind.word().to_owned();
    out.push_str(&keys(&series.by));
    if let Some(span) = &series.max_span {
        out.push_str(" with maxspan=");
        out.push_str(&span.number);
        out.push_str(&span.unit);
    }
    for step in &series.steps {
        out.push(' ');
        out.push_str(&of_step(step));
    }
    if let Some(until) = &series.until {
        out.push_str(" until ");
        out.push_str(&of_step(until));
    }
    out
}

fn of_step(step: &Step) -> String {
    let sign = if step.missing { "!" } else { "" };
    let mut out = format!("{sign}[{}]{}", of_filter(&step.filter), keys(&step.by));
    if let Some(runs) = &step.runs {
        out.push_str(" with runs=");
        out.push_str(&runs.number);
    }
    out
}

fn keys(by: &[Expr]) -> String {
    // A key is a value: a condition would be none without parentheses.
    let keys: Vec<String> = by.iter().map(|e| within(e, Level::Value)).collect();
    if keys.is_empty() { String::new() } else { format!(" by {}", keys.join(", ")) }
}

fn of_pipe(pipe: &Pipe) -> String {
    let args: Vec<String> = pipe.args.iter().map(expr).collect();
    if args.is_empty() { pipe.name.clone() } else { format!("{} {}", pipe.name, args.join(", ")) }
}

fn of_text(text: &Text) -> String {
    match text.quote {
        Quote::None => text.raw.clone(),
        Quote::Double => format!("\"{}\"", text.raw),
        Quote::Triple => format!("\"\"\"{}\"\"\"", text.raw),
        Quote::Single => format!("'{}'", text.raw),
        Quote::Raw => format!("?\"{}\"", text.raw),
        Quote::RawSingle => format!("?'{}'", text.raw),
    }
}

/// How tightly an expression binds, from the loosest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Compare,
    Value,
    Sum,
    Product,
    Signed,
    Primary,
}

fn level(expr: &Expr) -> Level {
    use super::ast::{Arithmetic, LogicOp};
    match &expr.kind {
        ExprKind::Logic { op: LogicOp::Or, .. } => Level::Or,
        ExprKind::Logic { op: LogicOp::And, .. } => Level::And,
        ExprKind::Not(_) => Level::Not,
        ExprKind::Compare { .. } => Level::Compare,
        ExprKind::Arithmetic { rest, .. } => match rest.first() {
            Some((Arithmetic::Add | Arithmetic::Subtract, _)) => Level::Value,
            _ => Level::Sum,
        },
        ExprKind::Negative(_) => Level::Product,
        ExprKind::Match { .. } | ExprKind::In { .. } => Level::Signed,
        // Text that was not read may be anything.
        ExprKind::Opaque(_) => Level::Or,
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Field(_)
        | ExprKind::Call { .. }
        | ExprKind::Lineage { .. } => Level::Primary,
    }
}

/// An expression, in parentheses where it binds more loosely than its place.
fn within(of: &Expr, least: Level) -> String {
    if level(of) < least { format!("({})", expr(of)) } else { expr(of) }
}

fn list(of: &[Expr]) -> String {
    of.iter().map(expr).collect::<Vec<_>>().join(", ")
}

/// An expression as text.
pub(super) fn expr(of: &Expr) -> String {
    match &of.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(b) => b.to_string(),
        ExprKind::Number(n) => n.clone(),
        ExprKind::Text(text) => of_text(text),
        ExprKind::Field(name) => field(name),
        ExprKind::Call { function, tilde, args } => {
            format!("{function}{}({})", if *tilde { "~" } else { "" }, list(args))
        }
        ExprKind::Logic { op, of } => {
            let least = match op {
                super::ast::LogicOp::Or => Level::And,
                super::ast::LogicOp::And => Level::Not,
            };
            let parts: Vec<String> = of.iter().map(|e| within(e, least)).collect();
            parts.join(&format!(" {} ", op.sign()))
        }
        ExprKind::Not(inner) => format!("not {}", within(inner, Level::Not)),
        ExprKind::Negative(inner) => format!("-{}", within(inner, Level::Product)),
        ExprKind::Compare { op, left, right } => {
            let (left, right) = (within(left, Level::Value), within(right, Level::Value));
            format!("{left} {} {right}", op.sign())
        }
        ExprKind::Match { op, subject, patterns, list: in_list } => {
            let subject = within(subject, Level::Primary);
            let sign = if op.sign() == ":" { " : ".to_owned() } else { format!(" {} ", op.sign()) };
            match patterns.as_slice() {
                [only] if !in_list => format!("{subject}{sign}{}", within(only, Level::Primary)),
                many => format!("{subject}{sign}({})", list(many)),
            }
        }
        ExprKind::In { subject, negated, tilde, values } => {
            let (not, tilde) = (if *negated { "not " } else { "" }, if *tilde { "~" } else { "" });
            format!("{} {not}in{tilde} ({})", within(subject, Level::Primary), list(values))
        }
        ExprKind::Arithmetic { first, rest } => {
            // One level down on both sides: the level itself goes from left to right.
            let least = if level(of) == Level::Value { Level::Sum } else { Level::Product };
            let mut out = within(first, least);
            for (op, e) in rest {
                out.push_str(&format!(" {} {}", op.sign(), within(e, least)));
            }
            out
        }
        ExprKind::Lineage { relation, filter } => format!("{relation} of [{}]", of_filter(filter)),
        ExprKind::Opaque(text) => text.clone(),
    }
}

fn field(name: &FieldName) -> String {
    let mut out = if name.optional { "?".to_owned() } else { String::new() };
    for (i, part) in name.parts.iter().enumerate() {
        let dot = if i == 0 { "" } else { "." };
        match part {
            Part::Word(word) => out.push_str(&format!("{dot}{word}")),
            Part::Quoted(name) => out.push_str(&format!("{dot}`{}`", name.replace('`', "``"))),
            Part::Index(n) => out.push_str(&format!("[{n}]")),
        }
    }
    out
}
