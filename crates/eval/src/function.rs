//! The functions of the registry, as `rulescope_ir::function` states them.
//!
//! An absent argument makes the result absent, an unknown one makes it unknown, where the function
//! does not say otherwise.

use std::collections::BTreeMap;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex_automata::meta;
use rulescope_ir::{Function, Regex, Scalar, Value};

use crate::arithmetic;
use crate::date;
use crate::datum::Datum;
use crate::env::Env;
use crate::event::View;
use crate::expr::items;
use crate::regex;
use crate::truth::Truth;
use crate::value::eval_value;

/// How a function takes its arguments.
enum Takes {
    /// It says itself what an absent or unknown one does.
    Itself,
    /// The second is a regular expression.
    Regex,
    /// The first may be a list or an object as a whole.
    List,
    /// Single values: a list is taken by its first.
    Single,
}

fn takes(f: Function) -> Takes {
    match f {
        Function::Coalesce
        | Function::If
        | Function::Case
        | Function::Time
        | Function::Now
        | Function::Count => Takes::Itself,
        Function::Replace | Function::Extract => Takes::Regex,
        Function::Length
        | Function::Join
        | Function::Element
        | Function::Distinct
        | Function::Member
        | Function::ParseJson => Takes::List,
        Function::Lower
        | Function::Upper
        | Function::Trim
        | Function::Concat
        | Function::Substring
        | Function::Split
        | Function::Basename
        | Function::Number
        | Function::Text
        | Function::Add
        | Function::Subtract
        | Function::Multiply
        | Function::Divide
        | Function::Modulo
        | Function::Negate
        | Function::Absolute
        | Function::Round
        | Function::Floor
        | Function::Ceiling
        | Function::Least
        | Function::Greatest
        | Function::Entropy
        | Function::Bin
        | Function::DatePart
        | Function::DecodeBase64 => Takes::Single,
    }
}

/// The value of a call; `None` where it is absent. A call with too few arguments is unknown.
pub(crate) fn call(f: Function, args: &[Value], view: &dyn View, env: &Env) -> Option<Datum> {
    if args.len() < f.arity().0 {
        return Some(Datum::Unknown);
    }
    let eval = |value: &Value| eval_value(value, view, env);
    let takes = takes(f);
    if matches!(takes, Takes::Itself) {
        return match f {
            Function::Coalesce => args.iter().find_map(eval),
            Function::Time => Some(seconds(view.time())),
            Function::Now => Some(env.now.map_or(Datum::Unknown, seconds)),
            Function::Count => match &args[0] {
                Value::Field(field) => env.count(field.name()),
                _ => None,
            },
            _ => choose(f, args, &eval),
        };
    }
    let read: Vec<Datum> = args.iter().map(eval).collect::<Option<_>>()?;
    if read.contains(&Datum::Unknown) {
        return Some(Datum::Unknown);
    }
    let value = match takes {
        Takes::Itself => None,
        Takes::Regex => by_regex(f, &args[1], &read),
        Takes::List => list_function(f, &read),
        Takes::Single => one_value(f, &read),
    };
    value.and_then(Datum::present)
}

/// Milliseconds as seconds.
fn seconds(millis: i64) -> Datum {
    if millis % 1000 == 0 {
        Datum::int((millis / 1000).into())
    } else {
        // Exact to the millisecond for any date that a log can hold.
        Datum::float(millis as f64 / 1000.0)
    }
}

/// Whether a value stands for true: `true` itself, its text, or a number other than 0.
fn holds(value: Option<Datum>) -> Truth {
    match value {
        None => Truth::False,
        Some(Datum::Unknown) => Truth::Unknown,
        Some(Datum::Bool(b)) => b.into(),
        Some(other) => match other.number() {
            Some(n) => Truth::from(n.as_f64() != 0.0),
            None => Truth::from(other.display().eq_ignore_ascii_case("true")),
        },
    }
}

fn choose(f: Function, args: &[Value], eval: &dyn Fn(&Value) -> Option<Datum>) -> Option<Datum> {
    if f == Function::If {
        return match holds(eval(&args[0])) {
            Truth::True => eval(&args[1]),
            Truth::False => args.get(2).and_then(eval),
            Truth::Unknown => Some(Datum::Unknown),
        };
    }
    for pair in args.chunks(2) {
        match (pair, holds(eval(&pair[0]))) {
            ([_, value], Truth::True) => return eval(value),
            ([_, _], Truth::Unknown) => return Some(Datum::Unknown),
            ([_, _], Truth::False) => {}
            // A last value without a condition is what else.
            _ => return eval(&pair[0]),
        }
    }
    None
}

/// `replace` and `extract`, whose second argument is a regular expression or its text.
fn by_regex(f: Function, pattern: &Value, args: &[Datum]) -> Option<Datum> {
    let parsed = match pattern {
        Value::Literal(literal) => match &literal.value {
            Scalar::Regex(regex) => Some(regex.clone()),
            _ => None,
        },
        _ => None,
    };
    let parsed = parsed.unwrap_or_else(|| Regex {
        source: args[1].display(),
        flags: String::new(),
        whole: false,
    });
    let Some(regex) = regex::compiled(&parsed) else { return Some(Datum::Unknown) };
    let text = args[0].first()?.display();
    if f == Function::Replace {
        return Some(Datum::text(replace(&regex, &text, &args[2].display())));
    }
    let mut captures = regex.create_captures();
    regex.captures(&text, &mut captures);
    let span = match args.get(2) {
        None => captures.get_group(0),
        Some(group) => match group.display().parse::<usize>() {
            Ok(index) => captures.get_group(index),
            Err(_) => captures.get_group_by_name(&group.display()),
        },
    }?;
    Some(Datum::text(&text[span.start..span.end]))
}

fn replace(regex: &meta::Regex, text: &str, by: &str) -> String {
    let mut out = String::new();
    let mut last = 0;
    for captures in regex.captures_iter(text) {
        let Some(span) = captures.get_match() else { continue };
        out.push_str(&text[last..span.start()]);
        captures.interpolate_string_into(text, by, &mut out);
        last = span.end();
    }
    out.push_str(&text[last..]);
    out
}

/// Functions whose first argument may be a list or an object as a whole.
fn list_function(f: Function, args: &[Datum]) -> Option<Datum> {
    match f {
        Function::Length => Some(Datum::int(match &args[0] {
            Datum::List(list) => list.len() as i128,
            other => other.display().chars().count() as i128,
        })),
        Function::Join => {
            let parts: Vec<String> = args[0].elements().iter().map(|d| d.display()).collect();
            Some(Datum::text(parts.join(&args[1].display())))
        }
        Function::Element => {
            let list = items(Some(args[0].clone()));
            let index = arithmetic::integer(&args[1])?;
            let at = if index < 0 { index + list.len() as i128 } else { index };
            list.get(usize::try_from(at).ok()?).cloned()
        }
        Function::Distinct => {
            let mut seen = BTreeMap::new();
            let mut out = Vec::new();
            for item in items(Some(args[0].clone())) {
                if seen.insert(item.display(), ()).is_none() {
                    out.push(item);
                }
            }
            Some(Datum::List(out))
        }
        Function::Member => args[0].member(&args[1].first()?.display()),
        _ => match &args[0] {
            Datum::Text(text) => serde_json::from_str(text).ok().map(|j| Datum::from_json(&j)),
            other => Some(other.clone()),
        },
    }
}

/// Functions of single values: a list is taken by its first.
fn one_value(f: Function, args: &[Datum]) -> Option<Datum> {
    let args: Vec<&Datum> = args.iter().map(Datum::first).collect::<Option<_>>()?;
    let text = |i: usize| args[i].display();
    match f {
        Function::Lower => Some(Datum::text(text(0).to_lowercase())),
        Function::Upper => Some(Datum::text(text(0).to_uppercase())),
        Function::Trim => {
            let whole = text(0);
            let trimmed = match args.get(1) {
                None => whole.trim(),
                Some(set) => {
                    let set = set.display();
                    return Some(Datum::text(whole.trim_matches(|c| set.contains(c))));
                }
            };
            Some(Datum::text(trimmed))
        }
        Function::Concat => Some(Datum::text((0..args.len()).map(text).collect::<String>())),
        Function::Substring => substring(&text(0), args[1], args.get(2).copied()),
        Function::Split => {
            let (whole, by) = (text(0), text(1));
            if by.is_empty() {
                return Some(Datum::List(vec![Datum::text(whole)]));
            }
            Some(Datum::List(whole.split(&by).map(Datum::text).collect()))
        }
        Function::Basename => {
            Some(Datum::text(text(0).rsplit(['\\', '/']).next().unwrap_or_default()))
        }
        Function::Text => Some(Datum::text(text(0))),
        Function::Number => arithmetic::parse(args[0], args.get(1).copied()),
        Function::Entropy => Some(Datum::float(entropy(&text(0)))),
        Function::DatePart => date::part(&text(0), args[1]),
        Function::DecodeBase64 => decode_base64(&text(0)),
        _ => arithmetic::call(f, &args),
    }
}

fn substring(text: &str, start: &Datum, length: Option<&Datum>) -> Option<Datum> {
    let chars: Vec<char> = text.chars().collect();
    let start = arithmetic::integer(start)?;
    let from = if start < 0 { (start + chars.len() as i128).max(0) } else { start };
    let from = usize::try_from(from).unwrap_or(usize::MAX).min(chars.len());
    let length = match length {
        Some(length) => usize::try_from(arithmetic::integer(length)?.max(0)).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    Some(Datum::text(chars[from..].iter().take(length).collect::<String>()))
}

fn entropy(text: &str) -> f64 {
    let mut counts: BTreeMap<char, f64> = BTreeMap::new();
    text.chars().for_each(|c| *counts.entry(c).or_default() += 1.0);
    let total: f64 = counts.values().sum();
    // From 0, so that a single character has +0 and not -0.
    counts.values().fold(0.0, |bits, n| bits + (n / total) * (total / n).log2())
}

/// Base64 with or without its padding; absent where the bytes are no UTF-8.
fn decode_base64(text: &str) -> Option<Datum> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let bytes = GeneralPurpose::new(&alphabet::STANDARD, config).decode(text.trim()).ok()?;
    String::from_utf8(bytes).ok().map(Datum::text)
}
