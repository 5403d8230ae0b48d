//! Values ("ES|QL functions and operators",
//! <https://www.elastic.co/docs/reference/query-languages/esql/esql-functions-operators>, under each
//! function's name).

use rulescope_ir::{Effect, Function, Literal, Number, Regex, Scalar, Value};

use super::super::ast::{Arithmetic, Expr as Ast, ExprKind};
use super::super::parse::millis;
use super::super::text::decoded;
use super::condition::{holds, is_condition};
use super::context::Context;
use super::numeric::{Numeric, numeric};
use super::row::{Row, null};
use super::stats::{aggregated, is_time};

/// The value of an expression.
pub(super) fn value(expr: &Ast, row: &Row, cx: &mut Context<'_>) -> Value {
    let literal =
        |scalar, cx: &Context<'_>| Value::Literal(Literal::new(scalar, cx.place(expr.span)));
    match &expr.kind {
        ExprKind::Null => null(),
        ExprKind::Bool(b) => literal(Scalar::Bool(*b), cx),
        ExprKind::Number(n) => match Number::parse(n) {
            Some(number) => literal(Scalar::Number(number), cx),
            None => opaque(expr, cx),
        },
        // A length of time is its seconds, as times are.
        ExprKind::Time { number, unit } => match seconds(number, unit) {
            Some(number) => literal(Scalar::Number(number), cx),
            None => opaque(expr, cx),
        },
        ExprKind::Text(text) => literal(Scalar::Text(decoded(text)), cx),
        ExprKind::Field(name) => row.read(&name.name(), expr.span, cx),
        ExprKind::Negative(inner) => match value(inner, row, cx) {
            Value::Literal(Literal { value: Scalar::Number(n), span, .. }) => {
                match Number::parse(&format!("-{}", n.as_str())) {
                    Some(n) => Value::Literal(Literal::new(Scalar::Number(n), span)),
                    None => opaque(expr, cx),
                }
            }
            other => Value::call(Function::Negate, vec![other]),
        },
        ExprKind::Arithmetic { first, rest } => {
            let mut out = value(first, row, cx);
            let mut kind = numeric(first, row);
            for (op, e) in rest {
                let function = match op {
                    Arithmetic::Add => Function::Add,
                    Arithmetic::Subtract => Function::Subtract,
                    Arithmetic::Multiply => Function::Multiply,
                    Arithmetic::Divide => Function::Divide,
                    Arithmetic::Modulo => Function::Modulo,
                };
                out = Value::call(function, vec![out, value(e, row, cx)]);
                kind = kind.with(numeric(e, row), *op);
                if *op == Arithmetic::Divide {
                    out = quotient(out, kind, expr, cx);
                }
            }
            out
        }
        ExprKind::List(of) => Value::List(of.iter().map(|e| value(e, row, cx)).collect()),
        ExprKind::Cast { value: of, to } => {
            let name = format!("to_{}", to.to_ascii_lowercase());
            call(&name, std::slice::from_ref(&**of), expr, row, cx)
        }
        ExprKind::Call { .. } if is_condition(expr) => {
            Value::Truth(Box::new(holds(expr, true, row, cx)))
        }
        ExprKind::Call { function, args } => {
            call(&function.to_ascii_lowercase(), args, expr, row, cx)
        }
        ExprKind::Logic { .. }
        | ExprKind::Not(_)
        | ExprKind::Compare { .. }
        | ExprKind::Match { .. }
        | ExprKind::Absence { .. } => Value::Truth(Box::new(holds(expr, true, row, cx))),
        ExprKind::Parameter(_) | ExprKind::Star | ExprKind::Map(_) => opaque(expr, cx),
    }
}

/// A quotient is a whole number where what is divided and by what are.
fn quotient(of: Value, kind: Numeric, whole: &Ast, cx: &mut Context<'_>) -> Value {
    match kind {
        Numeric::Fraction => of,
        Numeric::Count => Value::call(Function::Floor, vec![of]),
        Numeric::Whole => {
            let what = "a quotient below 0 is rounded down, not towards 0";
            cx.loss(what, Effect::Unknown, whole.span);
            Value::call(Function::Floor, vec![of])
        }
        Numeric::Unknown => {
            let what = "a quotient is a whole number where the fields hold whole numbers";
            cx.loss(what, Effect::Unknown, whole.span);
            of
        }
    }
}

fn seconds(number: &str, unit: &str) -> Option<Number> {
    let millis = number.parse::<i128>().ok()?.checked_mul(i128::from(millis(unit)?))?;
    if millis % 1000 == 0 {
        return Some(Number::from_int(millis / 1000));
    }
    Number::parse(&format!("{}.{:03}", millis / 1000, millis % 1000))
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                // A dollar sign is doubled where it begins no group.
                Some('$') => out.push_str("$$"),
                other => out.extend(other),
            },
            c => out.push(c),
        }
    }
    out
}

/// A number that stands nowhere.
pub(super) fn number(n: i128) -> Value {
    Value::Literal(Literal::number(n))
}

fn call(name: &str, args: &[Ast], whole: &Ast, row: &Row, cx: &mut Context<'_>) -> Value {
    if cx.aggregates.is_some()
        && let Some(found) = aggregated(name, args, whole, row, cx)
    {
        return found;
    }
    let all =
        |cx: &mut Context<'_>| -> Vec<Value> { args.iter().map(|e| value(e, row, cx)).collect() };
    let same = |function, cx: &mut Context<'_>| Value::call(function, all(cx));
    match (name, args) {
        ("to_lower", [_]) => same(Function::Lower, cx),
        ("to_upper", [_]) => same(Function::Upper, cx),
        ("trim", [_]) => same(Function::Trim, cx),
        ("length", [_]) => same(Function::Length, cx),
        ("concat", [_, ..]) => same(Function::Concat, cx),
        ("coalesce", [_, ..]) => same(Function::Coalesce, cx),
        ("greatest" | "mv_max", [_, ..]) => same(Function::Greatest, cx),
        ("least" | "mv_min", [_, ..]) => same(Function::Least, cx),
        ("abs", [_]) => same(Function::Absolute, cx),
        ("floor", [_]) => same(Function::Floor, cx),
        ("ceil", [_]) => same(Function::Ceiling, cx),
        ("round", [_] | [_, _]) => same(Function::Round, cx),
        ("split", [_, _]) => same(Function::Split, cx),
        ("mv_concat", [_, _]) => same(Function::Join, cx),
        ("mv_dedupe", [_]) => same(Function::Distinct, cx),
        ("from_base64", [_]) => same(Function::DecodeBase64, cx),
        ("now", []) => Value::call(Function::Now, Vec::new()),
        ("mv_first", [of]) => Value::call(Function::Element, vec![value(of, row, cx), number(0)]),
        ("mv_last", [of]) => Value::call(Function::Element, vec![value(of, row, cx), number(-1)]),
        // A field is tested as a text or an address alike.
        (
            "to_string" | "to_str" | "to_keyword" | "to_ip" | "to_datetime" | "to_dt"
            | "to_boolean" | "to_bool" | "to_version",
            [of],
        ) => value(of, row, cx),
        (
            "to_double" | "to_dbl" | "to_long" | "to_integer" | "to_int" | "to_unsigned_long",
            [of],
        ) => match value(of, row, cx) {
            number @ Value::Literal(Literal { value: Scalar::Number(_), .. })
                if args.first().is_none_or(|e| numeric(e, row) != Numeric::Fraction) =>
            {
                number
            }
            // A time as a number is its milliseconds, in the registry its seconds.
            time if is_time(&time, cx) => {
                Value::call(Function::Multiply, vec![time, self::number(1000)])
            }
            // What has a fraction is rounded where it becomes a whole number.
            other => {
                let number = Value::call(Function::Number, vec![other]);
                let whole = numeric(whole, row) != Numeric::Fraction;
                let fraction = args.first().is_some_and(|e| numeric(e, row) == Numeric::Fraction);
                if whole && fraction { Value::call(Function::Round, vec![number]) } else { number }
            }
        },
        ("case", [_, _, ..]) => {
            let (pairs, rest) = args.as_chunks::<2>();
            let mut out = Vec::with_capacity(args.len());
            for [condition, then] in pairs {
                out.push(Value::Truth(Box::new(holds(condition, true, row, cx))));
                out.push(value(then, row, cx));
            }
            out.extend(rest.iter().map(|e| value(e, row, cx)));
            Value::call(Function::Case, out)
        }
        ("substring", [of, start, rest @ ..]) if rest.len() <= 1 => {
            let mut out = vec![value(of, row, cx)];
            // The first character is 1 here and 0 in the registry.
            match value(start, row, cx) {
                Value::Literal(Literal { value: Scalar::Number(n), span, .. })
                    if n.as_str().parse::<i128>().is_ok_and(|n| n > 0) =>
                {
                    let n = n.as_str().parse::<i128>().unwrap_or(1) - 1;
                    let start = Scalar::Number(Number::from_int(n));
                    out.push(Value::Literal(Literal::new(start, span)));
                }
                other => out.push(other),
            }
            out.extend(rest.iter().map(|e| value(e, row, cx)));
            Value::call(Function::Substring, out)
        }
        ("replace", [of, pattern, by]) => {
            let ExprKind::Text(text) = &pattern.kind else { return opaque(whole, cx) };
            let source = decoded(text);
            if regex_syntax::parse(&source).is_err() {
                return opaque(whole, cx);
            }
            let regex = Regex { source, flags: String::new(), whole: false };
            let regex = Literal::new(Scalar::Regex(regex), cx.place(pattern.span));
            let mut by = value(by, row, cx);
            // A backslash escapes in what is put in its place (`Matcher.replaceAll` of Java).
            if let Value::Literal(Literal { value: Scalar::Text(text), .. }) = &mut by {
                *text = unescaped(text);
            }
            let args = vec![value(of, row, cx), Value::Literal(regex), by];
            Value::call(Function::Replace, args)
        }
        ("date_trunc", [span, time]) | ("bucket", [time, span])
            if matches!(span.kind, ExprKind::Time { .. }) =>
        {
            if let ExprKind::Time { unit, .. } = &span.kind
                && millis(unit).is_some_and(|n| n > 86_400_000)
            {
                cx.loss("weeks and longer are counted from 1970", Effect::Unknown, span.span);
            }
            cx.threshold(span.span);
            Value::call(Function::Bin, vec![value(time, row, cx), value(span, row, cx)])
        }
        ("date_diff", [unit, from, to]) => {
            let ExprKind::Text(text) = &unit.kind else { return opaque(whole, cx) };
            let Some(size) = millis(&decoded(text).to_ascii_lowercase()) else {
                return opaque(whole, cx);
            };
            cx.threshold(unit.span);
            let (from, to) = (value(from, row, cx), value(to, row, cx));
            let span = Value::call(Function::Subtract, vec![to, from]);
            let size = number(i128::from((size / 1000).max(1)));
            Value::call(Function::Floor, vec![Value::call(Function::Divide, vec![span, size])])
        }
        ("json_extract", [of, path]) => {
            let ExprKind::Text(text) = &path.kind else { return opaque(whole, cx) };
            let text = decoded(text);
            let dotted = text.strip_prefix("$.").unwrap_or(&text).to_owned();
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
            if dotted.is_empty() || !dotted.chars().all(plain) {
                return opaque(whole, cx);
            }
            let json = Value::call(Function::ParseJson, vec![value(of, row, cx)]);
            let path = Literal::new(Scalar::Text(dotted), cx.place(path.span));
            Value::call(Function::Member, vec![json, Value::Literal(path)])
        }
        _ => opaque(whole, cx),
    }
}

/// A value that was not understood, which is told of.
pub(super) fn opaque(expr: &Ast, cx: &mut Context<'_>) -> Value {
    cx.loss("a value is not understood", Effect::Unknown, expr.span);
    Value::Opaque { text: expr.span.slice(cx.text()).to_owned(), span: cx.place(expr.span) }
}
