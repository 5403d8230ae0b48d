//! Indicators and exclusions: the predicates of the filters next to the events, by polarity.

use std::collections::BTreeMap;

use rulescope_ir::polarity::standings;
use rulescope_ir::{
    Kind, Level, Literal, Pattern, Predicate, Quantifier, Scalar, Span, Stage, Subject, fold, print,
};

/// One value of an indicator.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndicatorValue {
    /// The value as authored.
    pub shown: String,
    /// The value as it is effective after the language's escapes, before any expansion.
    pub effective: String,
    /// Where it stands; nowhere for one that another document brought in.
    pub span: Span,
}

impl IndicatorValue {
    /// The key that values are counted by.
    pub fn key(&self) -> String {
        fold(&self.effective)
    }
}

/// What a rule looks for in one field by one kind of test.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Indicator {
    /// The field's canonical name; empty for keywords.
    pub field: String,
    /// How it is tested.
    pub kind: Kind,
    /// Whether one or all of the values must pass.
    pub quantifier: Quantifier,
    /// The values, sorted by what is shown, without repetitions; none for `is_null` and its like.
    pub values: Vec<IndicatorValue>,
}

/// What a rule keeps out in one stage, in one field, by one kind of test.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exclusion {
    /// The label of the stage in which it stands.
    pub stage: String,
    /// The field's canonical name; empty for keywords.
    pub field: String,
    /// How it is tested.
    pub kind: Kind,
    /// Whether one or all of the values must pass to be kept out.
    pub quantifier: Quantifier,
    /// The values.
    pub values: Vec<IndicatorValue>,
}

/// What the corpus is counted by: field, kind and folded effective value (empty for a test that has
/// no value).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndicatorKey {
    /// The field's canonical name.
    pub field: String,
    /// The kind.
    pub kind: Kind,
    /// The folded effective value.
    pub value: String,
}

/// The indicators of a normal form, sorted by field, kind and quantifier.
pub fn indicators(normal: &Pattern) -> Vec<Indicator> {
    let mut groups: BTreeMap<(String, Kind, Quantifier), Vec<IndicatorValue>> = BTreeMap::new();
    for standing in standings(normal) {
        if standing.level == Level::Event && !standing.negative {
            let predicate = standing.predicate;
            let kind = predicate.indicator_kind();
            let key = (subject(predicate), kind, predicate.quantifier);
            groups.entry(key).or_default().extend(predicate.values.iter().map(value));
        }
    }
    groups
        .into_iter()
        .map(|((field, kind, quantifier), values)| Indicator {
            field,
            kind,
            quantifier,
            values: sorted(values),
        })
        .collect()
}

/// The exclusions of a rule with these stages, sorted by stage (in the rule's order), field, kind and quantifier.
pub fn exclusions(stages: &[Stage], normal: &Pattern) -> Vec<Exclusion> {
    let mut groups: BTreeMap<(usize, String, Kind, Quantifier), Vec<IndicatorValue>> =
        BTreeMap::new();
    for standing in standings(normal) {
        if standing.level == Level::Event && standing.negative {
            let predicate = standing.predicate;
            let mut add = |span: Span, values: &[Literal]| {
                let stage = stage_of(stages, span);
                let key =
                    (stage, subject(predicate), predicate.indicator_kind(), predicate.quantifier);
                groups.entry(key).or_default().extend(values.iter().map(value));
            };
            if predicate.values.is_empty() {
                add(predicate.span, &[]);
            }
            // One predicate of the normal form may come from several stages.
            for literal in &predicate.values {
                add(literal.span, std::slice::from_ref(literal));
            }
        }
    }
    groups
        .into_iter()
        .map(|((stage, field, kind, quantifier), values)| Exclusion {
            stage: stages.get(stage).map(|s| s.label.clone()).unwrap_or_default(),
            field,
            kind,
            quantifier,
            values: sorted(values),
        })
        .collect()
}

/// The keys under which a rule is counted, sorted, without repetitions.
pub fn keys(normal: &Pattern) -> Vec<IndicatorKey> {
    let mut out: Vec<IndicatorKey> = Vec::new();
    for standing in standings(normal) {
        if standing.level == Level::Event && !standing.negative {
            let predicate = standing.predicate;
            let (field, kind) = (subject(predicate), predicate.indicator_kind());
            let key = |value: String| IndicatorKey { field: field.clone(), kind, value };
            if predicate.values.is_empty() {
                out.push(key(String::new()));
            }
            out.extend(predicate.values.iter().map(|l| key(fold(&l.display()))));
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The name of what is tested.
fn subject(predicate: &Predicate) -> String {
    match &predicate.subject {
        Subject::Field(field) => field.name().to_owned(),
        Subject::Value(value) => print::value(value),
        Subject::Event => String::new(),
    }
}

fn value(literal: &Literal) -> IndicatorValue {
    let effective = literal.display();
    let shown = match &literal.value {
        Scalar::Number(_) => effective.clone(),
        _ => literal.authored.clone().unwrap_or_else(|| effective.clone()),
    };
    IndicatorValue { shown, effective, span: literal.span }
}

fn sorted(mut values: Vec<IndicatorValue>) -> Vec<IndicatorValue> {
    values.sort();
    values.dedup_by(|a, b| a.key() == b.key());
    values
}

/// The stage in which a place lies. Filters' stages lie past the body's end, each in a place of its
/// own.
fn stage_of(stages: &[Stage], span: Span) -> usize {
    use rulescope_ir::StageKind;
    stages
        .iter()
        .position(|s| s.kind != StageKind::Condition && !s.span.is_none() && s.span.contains(span))
        .unwrap_or(0)
}
