//! Legacy aggregations to the IR.

use std::collections::BTreeSet;

use rulescope_ir::{
    Aggregate, AggregateFn, Duration, Effect, Expr, Field, JoinKey, Key, Literal, Number,
    Occurrence, Op, Pattern, Predicate, Scalar, Span, Subject, Value, Variable, Window,
};

use super::ast::{Aggregation, Comparison};
use super::condition::Resolved;
use super::context::Context;

/// `count(field) by group > n`: groups of the input's events within the timeframe that slides over
/// them, held against a number. `count()` counts events, `count(field)` the field's distinct values
/// (sigma-specification 1.0, "Aggregation expression"). Without a timeframe the input as a whole.
pub(super) fn count(
    aggregation: &Aggregation,
    input: Pattern,
    timeframe: Option<Duration>,
    cx: &mut Context<'_>,
) -> Pattern {
    let Aggregation::Count { function, field, by, comparison, number, span } = aggregation else {
        return input;
    };
    let window = match timeframe {
        Some(size) => Window::Sliding { size },
        None => {
            cx.note(
                "sigma/no-timeframe",
                "the aggregation has no timeframe; it counts over the whole input",
                *span,
            );
            Window::Whole
        }
    };
    let (name, function) = match (function.as_str(), field) {
        ("count", None) => ("count", AggregateFn::Count),
        ("min", _) => ("min", AggregateFn::Min),
        ("max", _) => ("max", AggregateFn::Max),
        ("avg", _) => ("average", AggregateFn::Average),
        ("sum", _) => ("sum", AggregateFn::Sum),
        (_, _) => ("count", AggregateFn::CountDistinct),
    };
    let argument = field.as_deref().map(Value::field);
    Pattern::Aggregate {
        input: Box::new(input),
        keys: by.iter().map(|k| Key::field(k)).collect(),
        aggregates: vec![Aggregate { name: name.to_owned(), function, argument, filter: None }],
        window,
    }
    .filter(threshold(name, *comparison, number, *span))
}

/// A comparison of a group's value with a number.
pub(super) fn threshold(name: &str, comparison: Comparison, number: &Number, span: Span) -> Expr {
    let op = match comparison {
        Comparison::Lt => Op::Lt,
        Comparison::Le => Op::Le,
        Comparison::Gt => Op::Gt,
        Comparison::Ge => Op::Ge,
        Comparison::Eq | Comparison::Ne => Op::Eq,
    };
    let literal = Literal::new(Scalar::Number(number.clone()), span);
    let mut predicate = Predicate::new(Subject::Field(Field::new(name)), op, vec![literal]);
    predicate.span = span;
    if comparison == Comparison::Ne {
        predicate = predicate.inverted();
    }
    Expr::Predicate(predicate)
}

/// What the selections of a detection are, for a condition over several of their events.
pub(super) struct Variables<'a> {
    /// The events.
    pub(super) events: &'a Pattern,
    /// The selections' names.
    pub(super) names: Vec<&'a str>,
    /// Their conditions.
    pub(super) blocks: Vec<Expr>,
}

/// `search | near other and not third`: events of the selections within the timeframe, in any order
/// (sigma-specification 1.0, "Near Aggregation Expression").
pub(super) fn near(
    search: &Resolved,
    near: Option<&Resolved>,
    variables: &Variables<'_>,
    timeframe: Option<Duration>,
    span: Span,
    cx: &mut Context<'_>,
) -> Pattern {
    let within = timeframe.unwrap_or_else(|| {
        cx.note("sigma/no-timeframe", "`near` has no timeframe; any distance will do", span);
        Duration::UNBOUNDED
    });
    let mut used = BTreeSet::new();
    let mut parts = vec![occurrence(search, variables, &mut used, span, cx)];
    if let Some(near) = near {
        parts.push(occurrence(near, variables, &mut used, span, cx));
    }
    Pattern::Temporal {
        variables: used
            .iter()
            .map(|i| Variable {
                name: variables.names[*i].to_owned(),
                pattern: variables.events.clone().filter(variables.blocks[*i].clone()),
            })
            .collect(),
        join: Vec::<JoinKey>::new(),
        within,
        ordered: false,
        condition: Occurrence::All(parts),
        aggregates: Vec::new(),
    }
}

fn occurrence(
    tree: &Resolved,
    variables: &Variables<'_>,
    used: &mut BTreeSet<usize>,
    span: Span,
    cx: &mut Context<'_>,
) -> Occurrence {
    let mut list = |of: &[Resolved]| -> Vec<Occurrence> {
        of.iter().map(|t| occurrence(t, variables, used, span, cx)).collect()
    };
    match tree {
        Resolved::And(of) => Occurrence::All(list(of)),
        Resolved::Or(of) => Occurrence::Any(list(of)),
        Resolved::AtLeast(n, of) => {
            let of = list(of);
            at_least_or_opaque(*n as usize, &of, span.slice(cx.text), span, cx)
        }
        Resolved::Not(inner) => {
            Occurrence::Not(Box::new(occurrence(inner, variables, used, span, cx)))
        }
        Resolved::Selection(i) => {
            used.insert(*i);
            Occurrence::AtLeast { variable: variables.names[*i].to_owned(), count: 1 }
        }
        Resolved::Opaque { text, span } => {
            Occurrence::Truth(Expr::Opaque { text: text.clone(), span: *span })
        }
    }
}

/// Ways to choose that are written out; more are kept as text.
const MOST_CHOICES: u64 = 500;

/// At least `n` of some occurrences, as the alternatives that it stands for; `None` where there are
/// too many of these.
pub(super) fn at_least(n: usize, of: &[Occurrence]) -> Option<Occurrence> {
    if n == 0 {
        return Some(Occurrence::All(Vec::new()));
    }
    if n > of.len() {
        return Some(Occurrence::Any(Vec::new()));
    }
    if n == of.len() {
        return Some(Occurrence::All(of.to_vec()));
    }
    if n == 1 {
        return Some(Occurrence::Any(of.to_vec()));
    }
    let mut choices: u64 = 1;
    for k in 0..n as u64 {
        choices = choices.checked_mul(of.len() as u64 - k)? / (k + 1);
        if choices > MOST_CHOICES {
            return None;
        }
    }
    // Each way to take the first, or to leave it out.
    let (first, rest) = of.split_first()?;
    Some(Occurrence::Any(vec![
        Occurrence::All(vec![first.clone(), at_least(n - 1, rest)?]),
        at_least(n, rest)?,
    ]))
}

/// What [`at_least`] gives, or the text that stands for too much.
pub(super) fn at_least_or_opaque(
    n: usize,
    of: &[Occurrence],
    text: &str,
    span: Span,
    cx: &mut Context<'_>,
) -> Occurrence {
    at_least(n, of).unwrap_or_else(|| {
        cx.error(
            "sigma/too-many-choices",
            format!("{n} of {} stands for too many choices", of.len()),
            span,
        );
        cx.loss(
            "the condition stands for too many choices to be written out",
            Effect::Unknown,
            span,
        );
        Occurrence::Truth(Expr::Opaque { text: text.to_owned(), span })
    })
}
