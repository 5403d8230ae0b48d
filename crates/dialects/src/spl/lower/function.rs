//! Functions of `eval` and `where` to the registry's.
//!
//! Source of each meaning:
//! <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions>,
//! under the function's name.

use rulescope_ir::{Effect, Function, Literal, Number, Op, Scalar, Span, Value};

use super::super::ast::{Comparison, Expr as Ast, ExprKind};
use super::context::Context;
use super::row::null;
use super::test::Test;
use super::value::{Place, regex, value};

/// The value of a call.
pub(super) fn call(
    name: &str,
    args: &[Ast],
    span: Span,
    at: Place<'_>,
    cx: &mut Context<'_>,
) -> Value {
    let opaque = |cx: &mut Context<'_>| unread_call(args, span, at, cx);
    let name = name.to_ascii_lowercase();
    match (name.as_str(), args) {
        ("if", [condition, then, otherwise]) => {
            let condition =
                Value::Truth(Box::new(super::condition::holds(condition, true, at, cx)));
            let args = vec![condition, value(then, at, cx), value(otherwise, at, cx)];
            Value::call(Function::If, args)
        }
        ("case", args) if args.len() >= 2 && args.len().is_multiple_of(2) => {
            let mut out = Vec::with_capacity(args.len());
            for pair in args.chunks(2) {
                out.push(Value::Truth(Box::new(super::condition::holds(&pair[0], true, at, cx))));
                out.push(value(&pair[1], at, cx));
            }
            Value::call(Function::Case, out)
        }
        ("coalesce", [_, ..]) => {
            let mut out = Vec::new();
            for arg in args {
                // `coalesce(coalesce(a, b), c)` is `coalesce(a, b, c)`.
                match value(arg, at, cx) {
                    Value::Call { function: Function::Coalesce, args } => out.extend(args),
                    other => out.push(other),
                }
            }
            Value::call(Function::Coalesce, out)
        }
        ("null", []) => null(),
        ("true", []) => literal(Scalar::Bool(true)),
        ("false", []) => literal(Scalar::Bool(false)),
        ("now" | "time", []) => Value::call(Function::Now, Vec::new()),
        ("relative_time", [of, by]) => {
            match (text_of(by).as_deref().and_then(seconds), value(of, at, cx)) {
                (Some((seconds, snap)), of) => {
                    let span = cx.place(by.span);
                    let number =
                        |n| Value::Literal(Literal::new(Scalar::Number(Number::from_int(n)), span));
                    let moved = Value::call(Function::Add, vec![of, number(seconds)]);
                    match snap {
                        // Days begin by the time zone of the user, which is taken to be UTC.
                        Some(unit) => Value::call(Function::Bin, vec![moved, number(unit)]),
                        None => moved,
                    }
                }
                (None, _) => opaque(cx),
            }
        }
        ("strftime", [of, format]) => match text_of(format).as_deref().and_then(part_of_date) {
            Some(part) => {
                let span = cx.place(format.span);
                let part = Value::Literal(Literal::new(Scalar::Text(part.to_owned()), span));
                Value::call(Function::DatePart, vec![part, value(of, at, cx)])
            }
            None => opaque(cx),
        },
        ("substr", [of, start, rest @ ..]) if rest.len() <= 1 => {
            // From 1, or from the end where it is negative.
            let Some(start_at) = integer_of(start) else { return opaque(cx) };
            let zero_based = if start_at > 0 { start_at - 1 } else { start_at };
            let span = cx.place(start.span);
            let mut out = vec![
                value(of, at, cx),
                Value::Literal(Literal::new(Scalar::Number(Number::from_int(zero_based)), span)),
            ];
            out.extend(rest.iter().map(|r| value(r, at, cx)));
            Value::call(Function::Substring, out)
        }
        ("replace", [of, pattern, by]) => {
            let (Some(pattern), Some(by_text)) = (regex(pattern, cx), text_of(by)) else {
                return opaque(cx);
            };
            let by = Literal::new(Scalar::Text(groups(&by_text)), cx.place(by.span));
            let args = vec![value(of, at, cx), Value::Literal(pattern), Value::Literal(by)];
            Value::call(Function::Replace, args)
        }
        ("mvindex", [of, index]) if integer_of(index).is_some() => {
            Value::call(Function::Element, vec![value(of, at, cx), value(index, at, cx)])
        }
        ("mvindex", [of, index]) => {
            let list = value(of, at, cx);
            match value(index, at, cx) {
                index if is_last_place(&index, &list) => {
                    let last = literal(Scalar::Number(Number::from_int(-1)));
                    Value::call(Function::Element, vec![list, last])
                }
                // The element at the place of another list's: any element is taken.
                Value::Call { function: Function::If, mut args } if found_place(&args) => {
                    cx.loss(
                        "any of the values is tested, not the one of that place",
                        Effect::More,
                        span,
                    );
                    // A place of -1 is the last.
                    let otherwise = match &args[2] {
                        Value::Literal(l) if l.value != Scalar::Null => {
                            Value::call(Function::Element, vec![list.clone(), args[2].clone()])
                        }
                        _ => null(),
                    };
                    args.splice(1.., [list, otherwise]);
                    Value::call(Function::If, args)
                }
                _ => opaque(cx),
            }
        }
        // The elements that a test lets through: all of them, where it lets one through.
        ("mvfilter", [test]) if is_positive(test) => {
            let mut names = Vec::new();
            super::value::reads(test, &mut names);
            names.dedup();
            let [name] = names.as_slice() else { return opaque(cx) };
            let list = at.row.value(name, at.level, span, cx);
            if cx.foreign_of(&list).is_some() {
                return opaque(cx);
            }
            cx.loss("values that a filter of a list takes out stay in it", Effect::More, span);
            let holds = Value::Truth(Box::new(super::condition::holds(test, true, at, cx)));
            Value::call(Function::If, vec![holds, list, null()])
        }
        // The place of the first element that matches; which it is, is not followed.
        ("mvfind", [of, pattern]) => match regex(pattern, cx) {
            Some(literal) => {
                let test = Test {
                    op: Op::Regex,
                    literals: vec![literal],
                    case_sensitive: true,
                    negated: false,
                    span: cx.place(pattern.span),
                };
                let found = Value::Truth(Box::new(test.on(&value(of, at, cx))));
                let place = Literal::new(Scalar::Number(Number::from_int(0)), Span::NONE);
                Value::call(Function::If, vec![found, Value::Literal(place), null()])
            }
            None => opaque(cx),
        },
        ("pow", [base, times]) => match (integer_of(base), integer_of(times)) {
            (Some(base), Some(times)) => {
                match u32::try_from(times).ok().and_then(|t| base.checked_pow(t)) {
                    Some(power) => literal(Scalar::Number(Number::from_int(power))),
                    None => opaque(cx),
                }
            }
            _ => opaque(cx),
        },
        // The registry has no such function. A value that is not there passes no test.
        ("urldecode", [_]) => {
            cx.loss("a decoded text is not followed; it is taken to be absent", Effect::Less, span);
            null()
        }
        // One value is a list of one; `length` of a text would count its characters. A value that a
        // field of an event has twice is counted once.
        ("mvcount", [of]) => {
            let list = match value(of, at, cx) {
                list @ (Value::List(_) | Value::Call { function: Function::Split, .. }) => list,
                other => Value::call(Function::Distinct, vec![other]),
            };
            Value::call(Function::Length, vec![list])
        }
        ("mvappend", [_, ..]) => Value::List(args.iter().map(|a| value(a, at, cx)).collect()),
        ("spath" | "json_extract", [of, path]) => match text_of(path) {
            Some(text) => match member(value(of, at, cx), &text, cx.place(path.span)) {
                Some(value) => value,
                None => opaque(cx),
            },
            None => opaque(cx),
        },
        (name, args) => match registry(name, args.len()) {
            Some(function) => {
                Value::call(function, args.iter().map(|a| value(a, at, cx)).collect())
            }
            None => opaque(cx),
        },
    }
}

/// A call that stays as text. What it gives hangs on the tables that its arguments hang on.
fn unread_call(args: &[Ast], span: Span, at: Place<'_>, cx: &mut Context<'_>) -> Value {
    let text = cx.text(span).to_owned();
    let mut names = Vec::new();
    args.iter().for_each(|a| super::value::reads(a, &mut names));
    for name in names {
        let of = at.row.value(&name, at.level, span, cx);
        if let Some(table) = cx.table_of(&of) {
            cx.tables.insert(text.clone(), table);
        }
    }
    Value::Opaque { text, span: cx.place(span) }
}

/// Whether a condition is one test for something, and not against it.
fn is_positive(test: &Ast) -> bool {
    match &test.kind {
        ExprKind::Call { function, .. } => {
            ["match", "like", "in"].iter().any(|f| function.raw.eq_ignore_ascii_case(f))
        }
        ExprKind::Compare { op, left, .. } => {
            let field = matches!(left.kind, ExprKind::Field(_));
            field && matches!(op, Comparison::Eq | Comparison::Same | Comparison::Like)
        }
        _ => false,
    }
}

/// Whether an index is the place of the last element of a list, as searches compute it:
/// `mvcount(list) - 1`.
fn is_last_place(index: &Value, list: &Value) -> bool {
    let Value::Call { function: Function::Subtract, args } = index else { return false };
    let [Value::Call { function: Function::Length, args: of }, Value::Literal(one)] =
        args.as_slice()
    else {
        return false;
    };
    let distinct = Value::call(Function::Distinct, vec![list.clone()]);
    of.as_slice() == [distinct] && one.display() == "1"
}

/// Whether the arguments of an `if` say a place that was looked for, or that there is none.
fn found_place(args: &[Value]) -> bool {
    let number = |v: &Value| matches!(v, Value::Literal(l) if matches!(l.value, Scalar::Number(_) | Scalar::Null));
    match args {
        [Value::Truth(_), Value::Call { function: Function::If, args: inner }, otherwise] => {
            number(otherwise) && found_place(inner)
        }
        [Value::Truth(_), then, otherwise] => number(then) && number(otherwise),
        _ => false,
    }
}

/// Functions that are the registry's, argument by argument.
fn registry(name: &str, args: usize) -> Option<Function> {
    Some(match (name, args) {
        ("lower", 1) => Function::Lower,
        ("upper", 1) => Function::Upper,
        ("trim", 1 | 2) => Function::Trim,
        ("len", 1) => Function::Length,
        ("split", 2) => Function::Split,
        ("mvjoin", 2) => Function::Join,
        ("mvdedup", 1) => Function::Distinct,
        ("tonumber", 1 | 2) => Function::Number,
        ("tostring", 1) => Function::Text,
        ("abs", 1) => Function::Absolute,
        ("round", 1 | 2) => Function::Round,
        ("floor", 1) => Function::Floor,
        ("ceiling" | "ceil", 1) => Function::Ceiling,
        ("min", n) if n > 0 => Function::Least,
        ("max", n) if n > 0 => Function::Greatest,
        _ => return None,
    })
}

fn literal(scalar: Scalar) -> Value {
    Value::Literal(Literal::new(scalar, Span::NONE))
}

/// The text that an expression is.
pub(super) fn text_of(expr: &Ast) -> Option<String> {
    match &expr.kind {
        ExprKind::Text(text) => Some(super::super::text::evaluated(text)),
        _ => None,
    }
}

/// The integer that an expression is.
pub(super) fn integer_of(expr: &Ast) -> Option<i128> {
    match &expr.kind {
        ExprKind::Number(n) => n.parse().ok(),
        ExprKind::Negative(inner) => integer_of(inner)?.checked_neg(),
        _ => None,
    }
}

/// The member of a JSON text at a path; `{}` after a name stands for all elements of its list, which
/// the registry takes without being told. An element by number is not read.
pub(super) fn member(of: Value, path: &str, span: Span) -> Option<Value> {
    let path = path.replace("{}", "");
    if path.is_empty() || path.contains('{') {
        return None;
    }
    let parsed = Value::call(Function::ParseJson, vec![of]);
    let path = Value::Literal(Literal::new(Scalar::Text(path), span));
    Some(Value::call(Function::Member, vec![parsed, path]))
}

/// `\1` of a replacement as `${1}`.
fn groups(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(d)) if d.is_ascii_digit() => {
                out.push_str("${");
                out.extend(chars.next());
                out.push('}');
            }
            ('$', _) => out.push_str("$$"),
            (c, _) => out.push(c),
        }
    }
    out
}

/// Seconds of a time modifier, such as `-70m@m`, and the seconds of the unit that it is cut to
/// (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/time-format-variables-and-modifiers/time-modifiers>).
pub(super) fn seconds(text: &str) -> Option<(i128, Option<i128>)> {
    let (offset, snap) = match text.split_once('@') {
        // A week begins on Sunday; 1970 did not.
        Some((_, "w")) => return None,
        Some((offset, name)) => (offset, Some(unit(name).filter(|_| !name.is_empty())?)),
        None => (text, None),
    };
    if offset.is_empty() {
        return Some((0, snap));
    }
    let (sign, rest) = match offset.as_bytes()[0] {
        b'-' => (-1, &offset[1..]),
        b'+' => (1, &offset[1..]),
        _ => (1, offset),
    };
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let count: i128 = if digits == 0 { 1 } else { rest[..digits].parse().ok()? };
    let seconds = unit(&rest[digits..])?.checked_mul(count)?;
    Some((sign * seconds, snap))
}

/// The seconds of a unit of time; units without a fixed length have none.
pub(super) fn unit(name: &str) -> Option<i128> {
    Some(match name.to_ascii_lowercase().as_str() {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 604_800,
        _ => return None,
    })
}

/// The part of a date that a format prints alone.
fn part_of_date(format: &str) -> Option<&'static str> {
    Some(match format {
        "%H" => "hour",
        "%M" => "minute",
        "%d" => "day",
        "%m" => "month",
        "%Y" => "year",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_modifiers_are_seconds() {
        assert_eq!(seconds("-70m@m"), Some((-4200, Some(60))));
        assert_eq!(seconds("-1d"), Some((-86_400, None)));
        assert_eq!(seconds("+2h"), Some((7200, None)));
        assert_eq!(seconds("-mon"), None);
        assert_eq!(seconds("@d"), Some((0, Some(86_400))));
    }

    #[test]
    fn groups_of_a_replacement_are_the_engines() {
        assert_eq!(groups(r"a\1b$c"), "a${1}b$$c");
    }
}
