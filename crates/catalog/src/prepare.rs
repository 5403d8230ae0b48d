//! One rule to the rows that stand for it; no database.

use rulescope_analysis::{IndicatorKey, contradictions, coverage, keys};
use rulescope_eval::witness::witness;
use rulescope_ir::normalize::{self, normalize};
use rulescope_ir::{
    Diagnostic, Expr, Logic, Pattern, Polarity, Shape, Span, StageKind, StagePredicate, Subject,
    print, shape, visit,
};
use rulescope_rulefile::sigma::{Correlation, rule_key};
use rulescope_rulefile::{FileRule, is_deprecated};
use rulescope_taxonomy::attack;
use rulescope_taxonomy::events::short_name;
use rulescope_taxonomy::fields::Mappings;
use rulescope_taxonomy::logsources::Resolution;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::rename::rename;

/// What a catalog keeps of a rule's metadata as one JSON text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredMetadata {
    /// References.
    pub references: Vec<String>,
    /// Tags as authored.
    pub tags: Vec<String>,
    /// Known false positives.
    pub false_positives: Vec<String>,
    /// Other rules it names.
    pub related: Vec<(String, String)>,
    /// The licence it names itself.
    pub license: Option<String>,
    /// Further keys.
    pub extra: std::collections::BTreeMap<String, Vec<String>>,
    /// Tactics tagged without a technique.
    pub tactics: Vec<String>,
}

/// A predicate's row.
#[derive(Debug, Clone)]
pub struct PredicateRow {
    /// The field's canonical name; empty for keywords.
    pub field: String,
    /// The name in the rule's text.
    pub native_field: String,
    /// The kind as printed.
    pub kind: &'static str,
    /// `any` or `all`.
    pub quantifier: &'static str,
    /// Whether it stands under an odd number of negations.
    pub negated: bool,
    /// Whether case counts.
    pub case_sensitive: bool,
    /// The values as authored, as a JSON list.
    pub values: String,
    /// Where it stands.
    pub span: Span,
}

/// A stage's row.
#[derive(Debug, Clone)]
pub struct StageRow {
    /// Its label.
    pub label: String,
    /// Its kind.
    pub kind: &'static str,
    /// Its verbatim text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// Its predicates.
    pub predicates: Vec<PredicateRow>,
}

/// A rule's rows.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The rule without what the other fields hold.
    pub rule: FileRule,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The shape of its normal form.
    pub shape: Shape,
    /// Whether a part of it was not understood.
    pub opaque_stage: bool,
    /// Whether it can fire on a Windows event.
    pub windows: bool,
    /// What it runs on, where its log source says.
    pub platform: Option<&'static str>,
    /// Whether its indicators count: a correlation only speaks of other rules'.
    pub counted: bool,
    /// Rules that it counts and that do not alert by themselves, as they are looked up
    /// ([`rulescope_rulefile::sigma::rule_key`]).
    pub only_counted: Vec<String>,
    /// Its metadata as JSON.
    pub metadata: String,
    /// Its log source as JSON.
    pub scope: String,
    /// Its normal form as JSON.
    pub pattern: String,
    /// The normal form's key.
    pub normal_key: String,
    /// Its losses as JSON.
    pub losses: String,
    /// Its diagnostics as JSON.
    pub diagnostics: String,
    /// Events that it matches for certain and a near miss, as JSON; or why there are none.
    pub witness: Result<String, String>,
    /// Its stages.
    pub stages: Vec<StageRow>,
    /// What it is counted under.
    pub keys: Vec<IndicatorKey>,
    /// Tactic, technique, and the id it was tagged with where that differs.
    pub techniques: Vec<(&'static str, &'static str, Option<&'static str>)>,
    /// Provider as people write it, event id, title, coverage.
    pub events: Vec<(String, u32, String, &'static str)>,
    /// Names that a search should find it by besides its text.
    pub more: String,
}

/// Prepares a rule of a file at `path` (relative to its source, with `/`); `own` are the user's
/// mappings of the vendor's fields.
///
/// # Errors
/// [`Error::Stored`] where JSON can't be written, which no rule has been seen to cause.
pub fn prepare(
    mut rule: FileRule,
    vendor: &str,
    own: &Mappings,
    path: &str,
    correlation: Option<&Correlation>,
) -> Result<Prepared, Error> {
    rename(&mut rule, vendor, own);
    let platform = Resolution::of(&rule.scope).platform.map(|p| p.name());
    let normal = normalize(&rule.logic.pattern);
    if let Some(defect) = constant(&rule.logic, &normal) {
        rule.logic.diagnostics.push(defect);
    }
    for found in contradictions(&normal) {
        let defect = Diagnostic::warning("logsource/contradiction", found.message, found.span);
        let help = "correct the log source, or the test";
        rule.logic.diagnostics.push(defect.with_help(help));
    }
    let events = coverage::coverage(&normal);
    let witness = if nodes(&normal) > MOST_NODES {
        Err("it is too large for a certain match to be looked for".to_owned())
    } else {
        match witness(&normal) {
            Ok(witness) => Ok(serde_json::to_string(&witness)?),
            Err(why) => Err(why.to_string()),
        }
    };
    let attack = attack::coverage(rule.metadata.tags.iter().map(String::as_str));
    attack_defects(&attack, &rule.body.text, &mut rule.logic.diagnostics);
    let deprecated = is_deprecated(rule.metadata.status.as_deref(), path);
    let mut opaque = rule.logic.stages.iter().any(|s| s.kind == StageKind::Opaque);
    visit::exprs(&rule.logic.pattern, &mut |e| opaque |= matches!(e, Expr::Opaque { .. }));
    visit::patterns(&rule.logic.pattern, &mut |p| {
        opaque |= matches!(p, Pattern::Opaque { .. });
    });
    let metadata = &mut rule.metadata;
    let stored = StoredMetadata {
        references: std::mem::take(&mut metadata.references),
        tags: std::mem::take(&mut metadata.tags),
        false_positives: std::mem::take(&mut metadata.false_positives),
        related: std::mem::take(&mut metadata.related),
        license: metadata.license.take(),
        extra: std::mem::take(&mut metadata.extra),
        tactics: attack.tactics.iter().map(|t| t.name.to_owned()).collect(),
    };
    if metadata.title.is_empty() {
        metadata.title = crate::slug::of_path(path);
    }
    let mut more: Vec<&str> = attack.rows.iter().map(|r| r.technique.name).collect();
    more.dedup();
    let stages = std::mem::take(&mut rule.logic.stages);
    Ok(Prepared {
        deprecated,
        shape: shape(&normal),
        opaque_stage: opaque,
        windows: events.windows_only || !events.events.is_empty(),
        platform,
        counted: correlation.is_none(),
        only_counted: only_counted(correlation),
        metadata: serde_json::to_string(&stored)?,
        scope: serde_json::to_string(&rule.scope.terms)?,
        pattern: serde_json::to_string(&normal)?,
        normal_key: normalize::key(&normal),
        losses: serde_json::to_string(&rule.logic.losses)?,
        diagnostics: serde_json::to_string(&rule.logic.diagnostics)?,
        witness,
        stages: stages
            .into_iter()
            .map(|stage| {
                Ok(StageRow {
                    label: stage.label,
                    kind: stage.kind.name(),
                    text: stage.text,
                    span: stage.span,
                    predicates: stage
                        .predicates
                        .iter()
                        .map(predicate)
                        .collect::<Result<_, Error>>()?,
                })
            })
            .collect::<Result<_, Error>>()?,
        keys: if correlation.is_some() { Vec::new() } else { keys(&normal) },
        techniques: attack.rows.iter().map(|r| (r.tactic.name, r.technique.id, r.was)).collect(),
        events: events
            .events
            .into_iter()
            .map(|e| (short_name(&e.provider).to_owned(), e.event_id, e.title, e.coverage.name()))
            .collect(),
        more: more.join("\n"),
        rule,
    })
}

/// The rules that a correlation counts without letting them alert by themselves
/// (sigma-correlation-rules-specification.md, "generate").
pub(crate) fn only_counted(correlation: Option<&Correlation>) -> Vec<String> {
    let silent = correlation.filter(|c| !c.generate);
    silent.into_iter().flat_map(Correlation::names).map(|name| rule_key(&name)).collect()
}

fn predicate(stage: &StagePredicate) -> Result<PredicateRow, Error> {
    let predicate = &stage.predicate;
    let (field, native_field) = match &predicate.subject {
        Subject::Field(field) => (field.name().to_owned(), field.native.clone()),
        Subject::Value(value) => (print::value(value), print::value(value)),
        Subject::Event => (String::new(), String::new()),
    };
    let values: Vec<String> = predicate
        .values
        .iter()
        .map(|l| l.authored.clone().unwrap_or_else(|| l.display()))
        .collect();
    Ok(PredicateRow {
        field,
        native_field,
        kind: predicate.kind().name(),
        quantifier: predicate.quantifier.name(),
        negated: stage.polarity == Polarity::Negative,
        case_sensitive: predicate.case_sensitive,
        values: serde_json::to_string(&values)?,
        span: predicate.span,
    })
}

/// Patterns of several events for which a certain match is looked for, in nodes: the search grows
/// fast with them.
const MOST_NODES: usize = 60;

/// The nodes of a pattern, its conditions apart.
fn nodes(pattern: &Pattern) -> usize {
    let mut count = 0;
    visit::patterns(pattern, &mut |_| count += 1);
    count
}

/// A condition that no event can meet, or that every event of its log source meets.
fn constant(logic: &Logic, normal: &Pattern) -> Option<Diagnostic> {
    let span = logic.stages.first().map_or(Span::NONE, |s| s.span);
    let mut never = false;
    visit::patterns(normal, &mut |p| {
        never |= matches!(p, Pattern::Filter { expr: Expr::Const(false), .. });
    });
    let tests = |p: &Pattern| !rulescope_ir::polarity::standings(p).is_empty();
    if never {
        let message = "the condition contradicts itself; no event can meet it";
        Some(Diagnostic::warning("logic/never", message, span))
    } else if matches!(normal, Pattern::Events { .. }) && tests(&logic.pattern) {
        let message = "the condition always holds; every event of the log source meets it";
        Some(Diagnostic::warning("logic/always", message, span))
    } else {
        None
    }
}

/// Tags that ATT&CK does not know, or no longer.
fn attack_defects(attack: &attack::Attack, body: &str, out: &mut Vec<Diagnostic>) {
    let place =
        |tag: &str| body.find(tag).map_or(Span::NONE, |start| Span::new(start, start + tag.len()));
    for stale in &attack.stale {
        let now = if stale.now.is_empty() { "nothing".to_owned() } else { stale.now.join(", ") };
        let message = format!("{} is {now} in today's ATT&CK", stale.was);
        out.push(Diagnostic::note("attack/stale", message, place(&stale.tag)));
    }
    for (tag, name) in &attack.misspelt {
        let message = format!("`{tag}` is read as the tactic `{name}`");
        out.push(Diagnostic::warning("attack/misspelt", message, place(tag)));
    }
    for tag in &attack.unknown {
        let message = format!("`{tag}` names nothing in ATT&CK");
        out.push(Diagnostic::warning("attack/unknown", message, place(tag)));
    }
}
