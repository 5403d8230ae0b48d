//! Matches counted by marks: `length(t) - length(replace(t, "x", "")) >= n`, where `t` is
//! `replace(text, regex, "x")`, says how often an expression matches. A query without a function that
//! counts matches says it so.

use rulescope_ir::{Function, Literal, Op, Regex, Scalar, Value};

use super::test::Test;

/// The text, and the expression that matches it where there are so many marks; where one is enough,
/// exactly.
pub(super) fn counted(test: &Test, args: &[Value], want: bool) -> Option<(Value, Literal)> {
    let [Literal { value: Scalar::Number(least), .. }] = test.literals.as_slice() else {
        return None;
    };
    let least: u32 = least.as_str().parse().ok()?;
    let least = match test.op {
        Op::Ge => least,
        Op::Gt => least.checked_add(1)?,
        _ => return None,
    };
    let (text, regex, mark) = marks(args)?;
    if !(1..=MAX_MARKS).contains(&least) || !want {
        return None;
    }
    let Scalar::Regex(own) = &regex.value else { return None };
    let one = format!("(?:(?:{})|{})", own.source, regex_syntax::escape(&mark));
    let mut out = regex.clone();
    let source = if least == 1 { one } else { format!("(?:{one}(?s:.*?)){{{least}}}") };
    out.value = Scalar::Regex(Regex { source, ..own.clone() });
    Some((text.clone(), out))
}

/// More marks than these are counted and not matched.
const MAX_MARKS: u32 = 100;

/// The text, the expression and the mark of a difference that counts marks.
pub(super) fn marks(args: &[Value]) -> Option<(&Value, &Literal, String)> {
    let length = |v: &'_ Value| match v {
        Value::Call { function: Function::Length, args } => args.first().cloned(),
        _ => None,
    };
    let [all, rest] = args else { return None };
    let Value::Call { function: Function::Length, args: marked } = all else { return None };
    let [Value::Call { function: Function::Replace, args: marked }] = marked.as_slice() else {
        return None;
    };
    let [text, Value::Literal(regex), Value::Literal(mark)] = marked.as_slice() else {
        return None;
    };
    let Some(Value::Call { function: Function::Replace, args: bare }) = length(rest) else {
        return None;
    };
    let [same, Value::Literal(removed), Value::Literal(by)] = bare.as_slice() else { return None };
    let mark = mark.display();
    let Scalar::Regex(removed) = &removed.value else { return None };
    let same = length(all).as_ref() == Some(same);
    let counts = same
        && mark.chars().count() == 1
        && removes(&removed.source, &mark)
        && by.display().is_empty();
    counts.then_some((text, regex, mark))
}

/// Whether an expression matches the mark alone.
fn removes(source: &str, mark: &str) -> bool {
    let plain =
        !mark.contains(['.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$', '\\']);
    source == regex_syntax::escape(mark) || (plain && source == mark)
}
