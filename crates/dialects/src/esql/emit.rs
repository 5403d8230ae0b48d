//! Queries as text, so that `parse(emit(statement))` gives the statement.
//!
//! The text is in one form: one space between parts, an operator within another in parentheses,
//! keywords in lower case. What was not understood is given as it was.

use super::ast::{
    Arithmetic, Command, CommandKind, Expr, ExprKind, FieldName, Index, LogicOp, MatchOp, Named,
    Order, Statement, Text,
};
use super::parse::{KEYWORDS, is_unit};

/// A statement as text.
pub fn emit(statement: &Statement) -> String {
    joined(&statement.commands, " | ", command)
}

fn joined<T>(list: &[T], between: &str, of: impl Fn(&T) -> String) -> String {
    list.iter().map(of).collect::<Vec<_>>().join(between)
}

fn command(of: &Command) -> String {
    match &of.kind {
        CommandKind::From { indices, metadata } => {
            let mut out = format!("from {}", joined(indices, ", ", index));
            if !metadata.is_empty() {
                out.push_str(&format!(" metadata {}", joined(metadata, ", ", field)));
            }
            out
        }
        CommandKind::Where(expr) => format!("where {}", self::expr(expr)),
        CommandKind::Eval(list) => format!("eval {}", joined(list, ", ", named)),
        CommandKind::Columns { drop, names } => {
            format!("{} {}", if *drop { "drop" } else { "keep" }, names.join(", "))
        }
        CommandKind::Rename(list) => {
            let one = |(a, b): &(FieldName, FieldName)| format!("{} as {}", field(a), field(b));
            format!("rename {}", joined(list, ", ", one))
        }
        CommandKind::Stats { inline, aggregates, by } => {
            let mut out = if *inline { "inline stats".to_owned() } else { "stats".to_owned() };
            if !aggregates.is_empty() {
                out.push_str(&format!(" {}", joined(aggregates, ", ", named)));
            }
            if !by.is_empty() {
                out.push_str(&format!(" by {}", joined(by, ", ", named)));
            }
            out
        }
        CommandKind::Sort(list) => format!("sort {}", joined(list, ", ", order)),
        CommandKind::Limit { count, .. } => format!("limit {count}"),
        CommandKind::Extract { grok, input, patterns, options } => {
            let word = if *grok { "grok" } else { "dissect" };
            let mut out = format!(
                "{word} {} {}",
                within(input, Level::Primary),
                joined(patterns, ", ", text)
            );
            for option in options {
                out.push_str(&format!(" {}", named(option)));
            }
            out
        }
        CommandKind::Expand(name) => format!("mv_expand {}", field(name)),
        CommandKind::Enrich { policy, on, with } => {
            let mut out = format!("enrich {}", index(policy));
            on.iter().for_each(|name| out.push_str(&format!(" on {}", field(name))));
            let one = |(a, b): &(FieldName, Option<FieldName>)| match b {
                Some(b) => format!("{} = {}", field(a), field(b)),
                None => field(a),
            };
            if !with.is_empty() {
                out.push_str(&format!(" with {}", joined(with, ", ", one)));
            }
            out
        }
        CommandKind::Join { index: of, on } => {
            format!("lookup join {} on {}", index(of), joined(on, ", ", expr))
        }
        CommandKind::Completion { target, prompt, with } => {
            let mut out = "completion ".to_owned();
            target.iter().for_each(|name| out.push_str(&format!("{} = ", field(name))));
            out.push_str(&expr(prompt));
            with.iter().for_each(|e| out.push_str(&format!(" with {}", expr(e))));
            out
        }
        CommandKind::Opaque(text) => text.clone(),
    }
}

fn named(of: &Named) -> String {
    let mut out = of.name.as_ref().map_or_else(String::new, |n| format!("{} = ", field(n)));
    out.push_str(&expr(&of.value));
    of.filter.iter().for_each(|e| out.push_str(&format!(" where {}", expr(e))));
    out
}

fn order(of: &Order) -> String {
    let mut out = expr(&of.value);
    if let Some(descending) = of.descending {
        out.push_str(if descending { " desc" } else { " asc" });
    }
    if let Some(first) = of.nulls_first {
        out.push_str(if first { " nulls first" } else { " nulls last" });
    }
    out
}

fn index(of: &Index) -> String {
    let mark = of.quote.map_or("", |q| q.mark());
    format!("{mark}{}{mark}", of.name)
}

fn text(of: &Text) -> String {
    let mark = of.quote.mark();
    format!("{mark}{}{mark}", of.raw)
}

/// How tightly an expression binds, from the loosest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Match,
    Compare,
    Sum,
    Product,
    Signed,
    Primary,
}

fn level(expr: &Expr) -> Level {
    match &expr.kind {
        ExprKind::Logic { op: LogicOp::Or, .. } => Level::Or,
        ExprKind::Logic { op: LogicOp::And, .. } => Level::And,
        ExprKind::Not(_) => Level::Not,
        ExprKind::Match { .. } | ExprKind::Absence { .. } => Level::Match,
        ExprKind::Compare { .. } => Level::Compare,
        ExprKind::Arithmetic { rest, .. } => match rest.first() {
            Some((Arithmetic::Add | Arithmetic::Subtract, _)) => Level::Sum,
            _ => Level::Product,
        },
        ExprKind::Negative(_) => Level::Signed,
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Time { .. }
        | ExprKind::Text(_)
        | ExprKind::Field(_)
        | ExprKind::Parameter(_)
        | ExprKind::Star
        | ExprKind::Call { .. }
        | ExprKind::Cast { .. }
        | ExprKind::List(_)
        | ExprKind::Map(_) => Level::Primary,
    }
}

/// An expression, in parentheses where it binds more loosely than its place.
fn within(of: &Expr, least: Level) -> String {
    if level(of) < least { format!("({})", expr(of)) } else { expr(of) }
}

fn expr(of: &Expr) -> String {
    match &of.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(b) => b.to_string(),
        ExprKind::Number(n) => n.clone(),
        ExprKind::Time { number, unit } => format!("{number} {unit}"),
        ExprKind::Text(of) => text(of),
        ExprKind::Field(name) => field(name),
        ExprKind::Parameter(name) => format!("?{name}"),
        ExprKind::Star => "*".to_owned(),
        ExprKind::Call { function, args } => format!("{function}({})", joined(args, ", ", expr)),
        ExprKind::Logic { op, of } => {
            let least = match op {
                LogicOp::Or => Level::And,
                LogicOp::And => Level::Not,
            };
            joined(of, &format!(" {} ", op.sign()), |e| within(e, least))
        }
        ExprKind::Not(inner) => format!("not {}", within(inner, Level::Not)),
        ExprKind::Negative(inner) => format!("-{}", within(inner, Level::Signed)),
        ExprKind::Compare { op, left, right } => {
            let (left, right) = (within(left, Level::Sum), within(right, Level::Sum));
            format!("{left} {} {right}", op.sign())
        }
        ExprKind::Match { op, subject, negated, patterns, list } => {
            let not = if *negated { "not " } else { "" };
            let sign = match op {
                MatchOp::Colon => ":",
                MatchOp::Like | MatchOp::Rlike | MatchOp::In => op.sign(),
            };
            let subject = within(subject, Level::Compare);
            match patterns.as_slice() {
                [only] if !list => format!("{subject} {not}{sign} {}", within(only, Level::Sum)),
                many => format!("{subject} {not}{sign} ({})", joined(many, ", ", expr)),
            }
        }
        ExprKind::Absence { subject, negated } => {
            let not = if *negated { "not " } else { "" };
            format!("{} is {not}null", within(subject, Level::Compare))
        }
        ExprKind::Cast { value, to } => format!("{}::{to}", within(value, Level::Primary)),
        ExprKind::Arithmetic { first, rest } => {
            // One level down on both sides: the level itself goes from left to right.
            let least = if level(of) == Level::Sum { Level::Product } else { Level::Signed };
            let mut out = within(first, least);
            for (op, e) in rest {
                out.push_str(&format!(" {} {}", op.sign(), within(e, least)));
            }
            out
        }
        ExprKind::List(of) => format!("[{}]", joined(of, ", ", expr)),
        ExprKind::Map(of) => {
            let pair = |(key, value): &(Text, Expr)| format!("{}: {}", text(key), expr(value));
            format!("{{{}}}", joined(of, ", ", pair))
        }
    }
}

fn field(name: &FieldName) -> String {
    let part = |part: &String| {
        let lower = part.to_ascii_lowercase();
        let letter = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '@');
        let plain = part.starts_with(letter)
            && part.chars().all(|c| letter(c) || c.is_ascii_digit())
            && !KEYWORDS.contains(&lower.as_str())
            && !is_unit(&lower);
        if plain { part.clone() } else { format!("`{}`", part.replace('`', "``")) }
    };
    joined(&name.parts, ".", part)
}
