//! Correlation documents (sigma-correlation-rules-specification.md).

use std::collections::BTreeMap;

use rulescope_ir::{
    Aggregate, AggregateFn, Assignment, Duration, Effect, Expr, JoinKey, Key, Logic, Number,
    Occurrence, Pattern, Scope, Span, Stage, StageKind, Value, Variable, Window,
};
use rulescope_yaml::{Kind, Node};

use super::aggregation::{at_least, threshold};
use super::ast::{Comparison, Quantity, Tree};
use super::condition;
use super::context::{Context, dedented};
use super::detection::timespan;
use super::lower::finish;

/// The type of a correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's names")]
pub enum CorrelationKind {
    EventCount,
    ValueCount,
    Temporal,
    TemporalOrdered,
    ValueSum,
    ValueAvg,
    ValuePercentile,
    ValueMedian,
}

impl CorrelationKind {
    const NAMES: [(CorrelationKind, &'static str); 8] = [
        (CorrelationKind::EventCount, "event_count"),
        (CorrelationKind::ValueCount, "value_count"),
        (CorrelationKind::Temporal, "temporal"),
        (CorrelationKind::TemporalOrdered, "temporal_ordered"),
        (CorrelationKind::ValueSum, "value_sum"),
        (CorrelationKind::ValueAvg, "value_avg"),
        (CorrelationKind::ValuePercentile, "value_percentile"),
        (CorrelationKind::ValueMedian, "value_median"),
    ];

    /// The name in the specification.
    pub fn name(self) -> &'static str {
        CorrelationKind::NAMES.iter().find(|(k, _)| *k == self).map_or("", |(_, name)| name)
    }

    fn from_name(name: &str) -> Option<CorrelationKind> {
        CorrelationKind::NAMES.iter().find(|(_, n)| *n == name).map(|(k, _)| *k)
    }
}

/// The condition of a correlation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorrelationCondition {
    /// A comparison of a count or an aggregate.
    Compare {
        /// How.
        comparison: Comparison,
        /// With what.
        number: Number,
        /// The field or fields that are counted or aggregated.
        fields: Vec<String>,
        /// Which percentile.
        percentile: Option<Number>,
        /// Where it stands.
        span: Span,
    },
    /// A condition over the rules' names.
    Extended(Tree),
}

/// A `correlation` section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correlation {
    /// The type; `None` where it is missing or unknown.
    pub kind: Option<CorrelationKind>,
    /// The rules it refers to, by id or name.
    pub rules: Vec<String>,
    /// Whether these rules raise alerts of their own too.
    pub generate: bool,
    /// The time span.
    pub timespan: Option<Duration>,
    /// The fields or aliases that the events share.
    pub group_by: Vec<String>,
    /// Aliases: by name, each rule's field.
    pub aliases: BTreeMap<String, BTreeMap<String, String>>,
    /// The condition.
    pub condition: Option<CorrelationCondition>,
    /// The verbatim text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// Where its numbers and times stand.
    thresholds: Vec<Span>,
}

/// Reads a `correlation` section.
pub fn correlation(node: &Node<'_>, cx: &mut Context<'_>) -> Correlation {
    let span = cx.span(node);
    let mut out = Correlation {
        kind: None,
        rules: Vec::new(),
        generate: false,
        timespan: None,
        group_by: Vec::new(),
        aliases: BTreeMap::new(),
        condition: None,
        text: dedented(cx.text, span),
        span,
        thresholds: Vec::new(),
    };
    let Some(mapping) = node.as_mapping() else {
        let message = "`correlation` is text for people, not a mapping; it correlates nothing";
        cx.error("sigma/correlation-text", message, span);
        return out;
    };
    for entry in mapping {
        let value = &entry.value;
        let at = cx.span(value);
        match entry.key.as_str().unwrap_or_default() {
            "type" => {
                out.kind = value.as_str().and_then(CorrelationKind::from_name);
                if out.kind.is_none() {
                    let text = value.as_str().unwrap_or_default();
                    cx.error(
                        "sigma/correlation-type",
                        format!("`{text}` is no correlation type"),
                        at,
                    );
                }
            }
            "rules" => out.rules = texts(value),
            "group-by" => out.group_by = texts(value),
            "generate" => out.generate = value.as_str().is_some_and(|t| t == "true"),
            "timespan" | "timeframe" => {
                cx.literals.push(at);
                out.thresholds.push(at);
                out.timespan = value.as_str().and_then(timespan);
                if out.timespan.is_none() {
                    cx.error("sigma/timespan", "the time span is not a number with a unit", at);
                }
            }
            "aliases" => {
                for alias in value.as_mapping().into_iter().flatten() {
                    let fields = alias.value.as_mapping().into_iter().flatten();
                    let fields = fields
                        .filter_map(|e| {
                            Some((e.key.as_str()?.to_owned(), e.value.as_str()?.to_owned()))
                        })
                        .collect();
                    if let Some(name) = alias.key.as_str() {
                        out.aliases.insert(name.to_owned(), fields);
                    }
                }
            }
            "condition" => out.condition = condition_of(value, &mut out.thresholds, cx),
            other => {
                let message = format!("`{other}` is no part of a correlation; it is not read");
                cx.warning("sigma/correlation-key", message, at);
            }
        }
    }
    out
}

fn texts(node: &Node<'_>) -> Vec<String> {
    match &node.kind {
        Kind::Sequence(list) => list.iter().filter_map(|n| n.as_str()).map(str::to_owned).collect(),
        Kind::Scalar(scalar) => vec![scalar.text.clone().into_owned()],
        Kind::Mapping(_) => Vec::new(),
    }
}

fn condition_of(
    node: &Node<'_>,
    thresholds: &mut Vec<Span>,
    cx: &mut Context<'_>,
) -> Option<CorrelationCondition> {
    let span = cx.span(node);
    if let Some(text) = node.as_str() {
        let read = condition::read(text, None, span, cx);
        return Some(CorrelationCondition::Extended(read.tree));
    }
    let mut found = None;
    let mut fields = Vec::new();
    let mut percentile = None;
    for entry in node.as_mapping()? {
        let at = cx.span(&entry.value);
        let number = || entry.value.as_str().and_then(Number::parse);
        let comparison = match entry.key.as_str().unwrap_or_default() {
            "lt" => Comparison::Lt,
            "lte" => Comparison::Le,
            "gt" => Comparison::Gt,
            "gte" => Comparison::Ge,
            "eq" => Comparison::Eq,
            "neq" => Comparison::Ne,
            "field" => {
                fields = texts(&entry.value);
                continue;
            }
            "percentile" => {
                percentile = number();
                cx.literals.push(at);
                thresholds.push(at);
                continue;
            }
            other => {
                let message = format!("`{other}` is no part of a correlation's condition");
                cx.error("sigma/correlation-condition", message, at);
                continue;
            }
        };
        cx.literals.push(at);
        thresholds.push(at);
        match (number(), &found) {
            (Some(number), None) => found = Some((comparison, number, at)),
            (Some(_), Some(_)) => {
                let message = "a correlation's condition has one comparison; this one is not read";
                cx.error("sigma/correlation-condition", message, at);
                cx.loss(message, Effect::More, at);
            }
            (None, _) => {
                cx.error("sigma/correlation-condition", "this is no number", at);
            }
        }
    }
    let (comparison, number, span) = found?;
    Some(CorrelationCondition::Compare { comparison, number, fields, percentile, span })
}

/// The logic of a correlation; `find` gives the pattern of a rule by its id or name.
pub fn correlate(
    correlation: &Correlation,
    find: &dyn Fn(&str) -> Option<Pattern>,
    mut cx: Context<'_>,
) -> Logic {
    let cx_ref = &mut cx;
    let stage = Stage {
        label: correlation.kind.map_or("correlation", CorrelationKind::name).to_owned(),
        kind: StageKind::Correlation,
        text: correlation.text.clone(),
        span: correlation.span,
        predicates: Vec::new(),
        stages: Vec::new(),
    };
    let pattern = match pattern(correlation, find, cx_ref) {
        Ok(pattern) => pattern,
        Err(why) => {
            cx.error("sigma/correlation", why.clone(), correlation.span);
            cx.loss(why, Effect::Unknown, correlation.span);
            Pattern::Opaque {
                input: Box::new(Pattern::events(Scope::default())),
                text: correlation.text.clone(),
                span: correlation.span,
            }
        }
    };
    finish(pattern, vec![stage], correlation.thresholds.clone(), cx)
}

fn pattern(
    correlation: &Correlation,
    find: &dyn Fn(&str) -> Option<Pattern>,
    cx: &mut Context<'_>,
) -> Result<Pattern, String> {
    let kind = correlation.kind.ok_or("the correlation has no known type")?;
    let within = correlation.timespan.ok_or("the correlation has no time span")?;
    let mut names = correlation.rules.clone();
    if let Some(CorrelationCondition::Extended(tree)) = &correlation.condition
        && names.is_empty()
    {
        named(tree, &mut names);
    }
    if names.is_empty() {
        return Err("the correlation names no rule".to_owned());
    }
    let sides: Vec<(String, Pattern)> = names
        .into_iter()
        .map(|name| {
            let pattern = find(&name).unwrap_or_else(|| {
                let what = format!("the rule `{name}` was not found in this source");
                cx.error("sigma/correlation-rule", what.clone(), correlation.span);
                cx.loss(what, Effect::Unknown, correlation.span);
                Pattern::Opaque {
                    input: Box::new(Pattern::events(Scope::default())),
                    text: name.clone(),
                    span: correlation.span,
                }
            });
            (name, pattern)
        })
        .collect();
    match kind {
        CorrelationKind::Temporal | CorrelationKind::TemporalOrdered => {
            temporal(correlation, kind, within, sides)
        }
        CorrelationKind::EventCount
        | CorrelationKind::ValueCount
        | CorrelationKind::ValueSum
        | CorrelationKind::ValueAvg
        | CorrelationKind::ValuePercentile
        | CorrelationKind::ValueMedian => aggregate(correlation, kind, within, sides),
    }
}

/// The rules' events together, grouped, in a window that slides over them.
fn aggregate(
    correlation: &Correlation,
    kind: CorrelationKind,
    within: Duration,
    sides: Vec<(String, Pattern)>,
) -> Result<Pattern, String> {
    let Some(CorrelationCondition::Compare { comparison, number, fields, percentile, span }) =
        &correlation.condition
    else {
        return Err(format!("a {} needs a comparison as its condition", kind.name()));
    };
    let (name, function) = match kind {
        CorrelationKind::EventCount => ("count", AggregateFn::Count),
        CorrelationKind::ValueSum => ("sum", AggregateFn::Sum),
        CorrelationKind::ValueAvg => ("average", AggregateFn::Average),
        CorrelationKind::ValueMedian => ("median", AggregateFn::Median),
        CorrelationKind::ValuePercentile => {
            let n = percentile.clone().ok_or("a value_percentile needs `percentile`")?;
            ("percentile", AggregateFn::Percentile(n))
        }
        CorrelationKind::ValueCount
        | CorrelationKind::Temporal
        | CorrelationKind::TemporalOrdered => ("count", AggregateFn::CountDistinct),
    };
    let argument = match (kind, fields.as_slice()) {
        (CorrelationKind::EventCount, _) => None,
        (_, []) => return Err(format!("a {} needs a `field` in its condition", kind.name())),
        (_, [one]) => Some(Value::field(one.as_str())),
        (_, many) => Some(Value::List(many.iter().map(|f| Value::field(f.as_str())).collect())),
    };
    let mut inputs: Vec<Pattern> = sides
        .into_iter()
        .map(|(rule, pattern)| with_aliases(correlation, &rule, pattern))
        .collect();
    let input = if inputs.len() == 1 { inputs.remove(0) } else { Pattern::Union { sides: inputs } };
    Ok(Pattern::Aggregate {
        input: Box::new(input),
        keys: correlation.group_by.iter().map(|k| Key::field(k)).collect(),
        aggregates: vec![Aggregate { name: name.to_owned(), function, argument, filter: None }],
        window: Window::Sliding { size: within },
    }
    .filter(threshold(name, *comparison, number, *span)))
}

/// A rule's events with the aliases that are grouped by, where the rule has a field for them.
fn with_aliases(correlation: &Correlation, rule: &str, pattern: Pattern) -> Pattern {
    let assignments: Vec<Assignment> = correlation
        .group_by
        .iter()
        .filter_map(|name| {
            let field = correlation.aliases.get(name)?.get(rule)?;
            Some(Assignment { name: name.clone(), value: Value::field(field.as_str()) })
        })
        .collect();
    if assignments.is_empty() {
        return pattern;
    }
    Pattern::Extend { input: Box::new(pattern), assignments }
}

fn temporal(
    correlation: &Correlation,
    kind: CorrelationKind,
    within: Duration,
    sides: Vec<(String, Pattern)>,
) -> Result<Pattern, String> {
    let one = |name: &String| Occurrence::AtLeast { variable: name.clone(), count: 1 };
    let each: Vec<Occurrence> = sides.iter().map(|(name, _)| one(name)).collect();
    let condition = match &correlation.condition {
        None => Occurrence::All(each),
        Some(CorrelationCondition::Extended(tree)) => {
            let names: Vec<&str> = sides.iter().map(|(name, _)| name.as_str()).collect();
            occurrence(tree, &names)
        }
        Some(CorrelationCondition::Compare { comparison, number, .. }) => {
            // How many of the rules must have an event.
            let number = number.as_f64();
            let least = match comparison {
                Comparison::Ge | Comparison::Eq => number,
                Comparison::Gt => number + 1.0,
                Comparison::Lt | Comparison::Le | Comparison::Ne => -1.0,
            };
            let exact = *comparison == Comparison::Eq && number < each.len() as f64;
            if least < 1.0 || least.fract() != 0.0 || each.len() > 12 || exact {
                return Err("a temporal correlation can only ask for at least so many rules".into());
            }
            if least > each.len() as f64 {
                Occurrence::Any(Vec::new())
            } else {
                at_least(least as usize, each)
            }
        }
    };
    let join = correlation
        .group_by
        .iter()
        .map(|name| JoinKey {
            name: name.clone(),
            values: match correlation.aliases.get(name) {
                Some(fields) => sides
                    .iter()
                    .filter_map(|(rule, _)| {
                        Some((rule.clone(), Value::field(fields.get(rule)?.as_str())))
                    })
                    .collect(),
                None => sides
                    .iter()
                    .map(|(rule, _)| (rule.clone(), Value::field(name.as_str())))
                    .collect(),
            },
        })
        .collect();
    Ok(Pattern::Temporal {
        variables: sides.into_iter().map(|(name, pattern)| Variable { name, pattern }).collect(),
        join,
        within,
        ordered: kind == CorrelationKind::TemporalOrdered,
        condition,
        aggregates: Vec::new(),
    })
}

fn named(tree: &Tree, out: &mut Vec<String>) {
    match tree {
        Tree::And(of) | Tree::Or(of) => of.iter().for_each(|t| named(t, out)),
        Tree::Not(inner) => named(inner, out),
        Tree::Name { name, .. } if !out.contains(name) => out.push(name.clone()),
        Tree::Name { .. } | Tree::Of { .. } | Tree::Opaque { .. } => {}
    }
}

fn occurrence(tree: &Tree, names: &[&str]) -> Occurrence {
    let list = |of: &[Tree]| of.iter().map(|t| occurrence(t, names)).collect();
    match tree {
        Tree::And(of) => Occurrence::All(list(of)),
        Tree::Or(of) => Occurrence::Any(list(of)),
        Tree::Not(inner) => Occurrence::Not(Box::new(occurrence(inner, names))),
        Tree::Name { name, span } if !names.contains(&name.as_str()) => {
            Occurrence::Truth(Expr::Opaque { text: name.clone(), span: *span })
        }
        Tree::Name { name, .. } => Occurrence::AtLeast { variable: name.clone(), count: 1 },
        Tree::Of { quantity, pattern, span } => {
            let mut glob = rulescope_ir::Glob::new();
            for c in pattern.chars() {
                if c == '*' { glob.push(rulescope_ir::Piece::Any) } else { glob.push_char(c) }
            }
            let of: Vec<Occurrence> = names
                .iter()
                .filter(|n| pattern == "them" || glob.covers(n))
                .map(|n| Occurrence::AtLeast { variable: (*n).to_owned(), count: 1 })
                .collect();
            if of.is_empty() {
                return Occurrence::Truth(Expr::Opaque { text: pattern.clone(), span: *span });
            }
            match quantity {
                Quantity::All => Occurrence::All(of),
                Quantity::AtLeast(n) => at_least(*n as usize, of),
            }
        }
        Tree::Opaque { text, span } => {
            Occurrence::Truth(Expr::Opaque { text: text.clone(), span: *span })
        }
    }
}
