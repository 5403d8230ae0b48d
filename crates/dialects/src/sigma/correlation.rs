//! Correlation documents (sigma-correlation-rules-specification.md).

use std::collections::BTreeMap;

use rulescope_ir::{
    Aggregate, AggregateFn, Assignment, Duration, Effect, Expr, JoinKey, Key, Logic, Number,
    Occurrence, Pattern, Scope, Span, Stage, StageKind, Value, Variable, Window,
};
use rulescope_yaml::{Kind, Node};

use super::aggregation::{at_least_or_opaque, threshold};
use super::ast::{Comparison, Quantity, Tree};
use super::condition;
use super::context::{Context, dedented};
use super::detection::timespan;
use super::lower::finish;
use super::text;

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
    /// Comparisons of a count or an aggregate, which must all hold.
    Compare {
        /// How, with what, and where it stands.
        comparisons: Vec<(Comparison, Number, Span)>,
        /// The field or fields that are counted or aggregated.
        fields: Vec<String>,
        /// Which percentile.
        percentile: Option<Number>,
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

impl Correlation {
    /// The rules that it names, by id or name: those of `rules`, or of the condition where there
    /// are none.
    pub fn names(&self) -> Vec<String> {
        let mut names = self.rules.clone();
        if let Some(CorrelationCondition::Extended(tree)) = &self.condition
            && names.is_empty()
        {
            named(tree, &mut names);
        }
        names
    }
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
            "generate" => {
                use rulescope_yaml::Resolved;
                let resolved = value.as_scalar().map(rulescope_yaml::Scalar::resolve);
                out.generate = resolved == Some(Resolved::Bool(true));
            }
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
    let mut comparisons = Vec::new();
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
                cx.error("sigma/correlation-condition", message.clone(), at);
                cx.loss(message, Effect::Unknown, at);
                continue;
            }
        };
        cx.literals.push(at);
        thresholds.push(at);
        match number() {
            Some(number) => comparisons.push((comparison, number, at)),
            None => {
                cx.error("sigma/correlation-condition", "this is no number", at);
                cx.loss("a comparison of the condition was not understood", Effect::More, at);
            }
        }
    }
    (!comparisons.is_empty()).then_some(CorrelationCondition::Compare {
        comparisons,
        fields,
        percentile,
    })
}

/// The rules that a correlation may name.
pub trait Rules {
    /// The pattern of the rule of an id or name, or why there is none.
    ///
    /// # Errors
    /// One line for people.
    fn pattern(&self, name: &str) -> Result<Pattern, String>;

    /// Whether two ids or names name one rule.
    fn same(&self, a: &str, b: &str) -> bool;

    /// Whether nothing of the rule was lost.
    fn is_exact(&self, name: &str) -> bool;
}

/// No rule at all.
#[derive(Debug, Clone, Copy)]
pub struct NoRules;

impl Rules for NoRules {
    fn pattern(&self, name: &str) -> Result<Pattern, String> {
        Err(format!("the rule `{name}` was not found in this source"))
    }

    fn same(&self, a: &str, b: &str) -> bool {
        a == b
    }

    fn is_exact(&self, _: &str) -> bool {
        false
    }
}

/// The logic of a correlation over these rules.
pub fn correlate(correlation: &Correlation, rules: &dyn Rules, mut cx: Context<'_>) -> Logic {
    let stage = Stage {
        label: correlation.kind.map_or("correlation", CorrelationKind::name).to_owned(),
        kind: StageKind::Correlation,
        text: correlation.text.clone(),
        span: correlation.span,
        predicates: Vec::new(),
        stages: Vec::new(),
    };
    let pattern = match pattern(correlation, rules, &mut cx) {
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

/// A rule that a correlation names.
struct Side {
    /// Its name here; one that is named twice has a number behind.
    variable: String,
    /// As it is named in `rules`.
    rule: String,
    pattern: Pattern,
}

fn pattern(
    correlation: &Correlation,
    rules: &dyn Rules,
    cx: &mut Context<'_>,
) -> Result<Pattern, String> {
    let kind = correlation.kind.ok_or("the correlation has no known type")?;
    let within = correlation.timespan.ok_or("the correlation has no time span")?;
    let names = correlation.names();
    if names.is_empty() {
        return Err("the correlation names no rule".to_owned());
    }
    let mut sides: Vec<Side> = Vec::new();
    for rule in names {
        let pattern = rules.pattern(&rule).unwrap_or_else(|what| {
            cx.error("sigma/correlation-rule", what.clone(), correlation.span);
            cx.loss(what, Effect::Unknown, correlation.span);
            Pattern::Opaque {
                input: Box::new(Pattern::events(Scope::default())),
                text: rule.clone(),
                span: correlation.span,
            }
        });
        if !matches!(pattern, Pattern::Opaque { .. }) && !rules.is_exact(&rule) {
            let what = format!("not all of the rule `{rule}` was understood");
            cx.loss(what, Effect::Unknown, correlation.span);
        }
        let before = sides.iter().filter(|s| s.rule == rule).count();
        let variable = if before == 0 { rule.clone() } else { format!("{rule}#{}", before + 1) };
        sides.push(Side { variable, rule, pattern });
    }
    for (alias, fields) in &correlation.aliases {
        for name in fields.keys() {
            if !sides.iter().any(|s| s.rule == *name || rules.same(&s.rule, name)) {
                let what =
                    format!("the alias `{alias}` is of `{name}`, which is none of the rules");
                cx.error("sigma/correlation-alias", what.clone(), correlation.span);
                cx.loss(what, Effect::Unknown, correlation.span);
            }
        }
    }
    match kind {
        CorrelationKind::Temporal | CorrelationKind::TemporalOrdered => {
            Ok(temporal(correlation, kind, within, sides, rules, cx))
        }
        CorrelationKind::EventCount
        | CorrelationKind::ValueCount
        | CorrelationKind::ValueSum
        | CorrelationKind::ValueAvg
        | CorrelationKind::ValuePercentile
        | CorrelationKind::ValueMedian => aggregate(correlation, kind, within, sides, rules),
    }
}

/// The field that a rule has for an alias.
fn alias<'c>(
    correlation: &'c Correlation,
    alias: &str,
    rule: &str,
    rules: &dyn Rules,
) -> Option<&'c String> {
    let fields = correlation.aliases.get(alias)?;
    let by_rule = fields.iter().find(|(name, _)| *name == rule || rules.same(name, rule));
    by_rule.map(|(_, field)| field)
}

/// The rules' events together, grouped, in a window that slides over them.
fn aggregate(
    correlation: &Correlation,
    kind: CorrelationKind,
    within: Duration,
    sides: Vec<Side>,
    rules: &dyn Rules,
) -> Result<Pattern, String> {
    let Some(CorrelationCondition::Compare { comparisons, fields, percentile }) =
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
    let read: Vec<&String> = correlation.group_by.iter().chain(fields).collect();
    let mut inputs: Vec<Pattern> = sides
        .into_iter()
        .map(|side| {
            let assignments: Vec<Assignment> = read
                .iter()
                .filter_map(|name| {
                    let field = alias(correlation, name, &side.rule, rules)?;
                    let value = Value::field(field.as_str());
                    Some(Assignment { name: (*name).clone(), value })
                })
                .collect();
            if assignments.is_empty() {
                return side.pattern;
            }
            Pattern::Extend { input: Box::new(side.pattern), assignments }
        })
        .collect();
    let input = if inputs.len() == 1 { inputs.remove(0) } else { Pattern::Union { sides: inputs } };
    let thresholds = comparisons.iter().map(|(c, number, span)| threshold(name, *c, number, *span));
    Ok(Pattern::Aggregate {
        input: Box::new(input),
        keys: correlation.group_by.iter().map(|k| Key::field(k)).collect(),
        aggregates: vec![Aggregate { name: name.to_owned(), function, argument, filter: None }],
        window: Window::Sliding { size: within },
    }
    .filter(Expr::all(thresholds.collect())))
}

fn temporal(
    correlation: &Correlation,
    kind: CorrelationKind,
    within: Duration,
    sides: Vec<Side>,
    rules: &dyn Rules,
    cx: &mut Context<'_>,
) -> Pattern {
    let each: Vec<Occurrence> = sides
        .iter()
        .map(|s| Occurrence::AtLeast { variable: s.variable.clone(), count: 1 })
        .collect();
    let condition = match &correlation.condition {
        None => Occurrence::All(each),
        Some(CorrelationCondition::Extended(tree)) => {
            occurrence(tree, &Names { sides: &sides, rules, span: correlation.span }, cx)
        }
        Some(CorrelationCondition::Compare { comparisons, .. }) => {
            let mut all: Vec<Occurrence> = comparisons
                .iter()
                .map(|(comparison, number, span)| compared(*comparison, number, *span, &each, cx))
                .collect();
            if all.len() == 1 { all.remove(0) } else { Occurrence::All(all) }
        }
    };
    let join = correlation
        .group_by
        .iter()
        .map(|name| JoinKey {
            name: name.clone(),
            values: sides
                .iter()
                .filter_map(|side| {
                    let field = match correlation.aliases.get(name) {
                        Some(_) => alias(correlation, name, &side.rule, rules)?,
                        None => name,
                    };
                    Some((side.variable.clone(), Value::field(field.as_str())))
                })
                .collect(),
        })
        .collect();
    Pattern::Temporal {
        variables: sides
            .into_iter()
            .map(|s| Variable { name: s.variable, pattern: s.pattern })
            .collect(),
        join,
        within,
        ordered: kind == CorrelationKind::TemporalOrdered,
        condition,
        aggregates: Vec::new(),
    }
}

/// How many of the rules must have an event.
fn compared(
    comparison: Comparison,
    number: &Number,
    span: Span,
    each: &[Occurrence],
    cx: &mut Context<'_>,
) -> Occurrence {
    let n = number.as_f64();
    let text = span.slice(cx.text);
    if n < 0.0 || n.fract() != 0.0 || n > 1e6 {
        let what = "a temporal correlation counts rules; this is no whole number of them";
        cx.error("sigma/correlation-condition", what, span);
        cx.loss(what, Effect::Unknown, span);
        return Occurrence::Truth(Expr::Opaque { text: text.to_owned(), span });
    }
    let n = n as usize;
    let mut least = |n: usize| at_least_or_opaque(n, each, text, span, cx);
    let not = |o: Occurrence| Occurrence::Not(Box::new(o));
    match comparison {
        Comparison::Ge => least(n),
        Comparison::Gt => least(n + 1),
        Comparison::Lt => not(least(n)),
        Comparison::Le => not(least(n + 1)),
        Comparison::Eq if n == each.len() => least(n),
        Comparison::Eq => Occurrence::All(vec![least(n), not(least(n + 1))]),
        Comparison::Ne => not(Occurrence::All(vec![least(n), not(least(n + 1))])),
    }
}

fn named(tree: &Tree, out: &mut Vec<String>) {
    match tree {
        Tree::And(of) | Tree::Or(of) => of.iter().for_each(|t| named(t, out)),
        Tree::Not(inner) => named(inner, out),
        Tree::Name { name, .. } if !out.contains(name) => out.push(name.clone()),
        Tree::Name { .. } | Tree::Of { .. } | Tree::Opaque { .. } => {}
    }
}

/// What the names of an extended condition stand for.
struct Names<'s> {
    sides: &'s [Side],
    rules: &'s dyn Rules,
    /// Where the correlation stands.
    span: Span,
}

fn occurrence(tree: &Tree, names: &Names<'_>, cx: &mut Context<'_>) -> Occurrence {
    let one = |s: &Side| Occurrence::AtLeast { variable: s.variable.clone(), count: 1 };
    let mut opaque = |text: &str, what: String| {
        cx.error("sigma/correlation-condition", what.clone(), names.span);
        cx.loss(what, Effect::Unknown, names.span);
        Occurrence::Truth(Expr::Opaque { text: text.to_owned(), span: names.span })
    };
    match tree {
        Tree::And(of) => Occurrence::All(of.iter().map(|t| occurrence(t, names, cx)).collect()),
        Tree::Or(of) => Occurrence::Any(of.iter().map(|t| occurrence(t, names, cx)).collect()),
        Tree::Not(inner) => Occurrence::Not(Box::new(occurrence(inner, names, cx))),
        Tree::Name { name, .. } => {
            let side =
                names.sides.iter().find(|s| s.rule == *name || names.rules.same(&s.rule, name));
            match side {
                Some(side) => one(side),
                None => opaque(
                    name,
                    format!("the condition names `{name}`, which is none of the rules"),
                ),
            }
        }
        Tree::Of { quantity, pattern, .. } => {
            let glob = text::names(pattern);
            let of: Vec<Occurrence> = names
                .sides
                .iter()
                .filter(|s| pattern == "them" || glob.covers(&s.rule))
                .map(one)
                .collect();
            match quantity {
                _ if of.is_empty() => opaque(pattern, format!("no rule fits `{pattern}`")),
                Quantity::All => Occurrence::All(of),
                Quantity::AtLeast(n) => {
                    at_least_or_opaque(*n as usize, &of, pattern, names.span, cx)
                }
            }
        }
        Tree::Opaque { text, .. } => {
            opaque(text, "this part of the condition was not understood".to_owned())
        }
    }
}
