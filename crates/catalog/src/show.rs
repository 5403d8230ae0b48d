//! A rule's page: everything that is known of one rule.

use std::collections::BTreeMap;

use rulescope_analysis::{exclusions, indicators};
use rulescope_ir::{Diagnostic, LineIndex, Loss, Pattern, Span, Stage, StageKind, print, shape};
use rulescope_taxonomy::attack;
use rusqlite::params;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value as Json;

use crate::Error;
use crate::evidence::{EvidenceRow, EvidenceTotal};
use crate::indicator::Corpus;
use crate::list::{COLUMNS, RuleLine, TABLES, line};
use crate::prepare::StoredMetadata;
use crate::store::Catalog;

/// A line of the ATT&CK coverage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttackRow {
    /// The tactic's name.
    pub tactic: String,
    /// The technique's id today; empty where the rule names the tactic alone.
    pub technique: String,
    /// Its name.
    pub name: String,
    /// The id that the rule carries, where ATT&CK has replaced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
}

/// A line of the event coverage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventRow {
    /// The provider as people write it.
    pub provider: String,
    /// Event id.
    pub event_id: u32,
    /// What happened.
    pub title: String,
    /// `full` or `part`.
    pub coverage: String,
}

/// A predicate of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PredicateView {
    /// Canonical name; empty for keywords.
    pub field: String,
    /// The name in the text.
    pub native_field: String,
    /// Kind.
    pub kind: String,
    /// Values as authored.
    pub values: Vec<String>,
    /// `any` or `all`.
    pub quantifier: String,
    /// Whether it stands under an odd number of negations.
    pub negated: bool,
    /// Whether case counts.
    pub case_sensitive: bool,
    /// 1-based line of the file.
    pub line: u32,
    /// Where it stands, in bytes of the body; for pages that show the text.
    #[serde(skip)]
    pub span: Span,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageView {
    /// Position, from 0.
    pub index: u32,
    /// Label.
    pub label: String,
    /// Kind.
    pub kind: String,
    /// Verbatim text.
    pub text: String,
    /// Its predicates.
    pub predicates: Vec<PredicateView>,
}

/// A value with its corpus count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountedValue {
    /// As authored.
    pub value: String,
    /// As it is effective, where that reads otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective: Option<String>,
    /// What it is counted under: effective and folded.
    #[serde(skip)]
    pub key: String,
    /// The count.
    #[serde(flatten)]
    pub corpus: Corpus,
}

/// A line of the indicators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndicatorView {
    /// Canonical name; empty for keywords.
    pub field: String,
    /// Kind.
    pub kind: String,
    /// `any` or `all`.
    pub quantifier: String,
    /// The values.
    pub values: Vec<CountedValue>,
    /// The count of a test that has no value (`is_null` and its like).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corpus: Option<Corpus>,
}

/// A line of the exclusions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExclusionView {
    /// The stage in which it stands.
    pub stage: String,
    /// Canonical name; empty for keywords.
    pub field: String,
    /// Kind.
    pub kind: String,
    /// `any` or `all`.
    pub quantifier: String,
    /// The values as authored.
    pub values: Vec<String>,
}

/// A loss with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LossView {
    /// The text it is about.
    pub text: String,
    /// 1-based line of the file; none for what another document brought in.
    pub line: Option<u32>,
    /// What was lost.
    pub what: String,
    /// `more`, `less` or `unknown`.
    pub effect: String,
    /// Where it stands, in bytes of the body; [`Span::NONE`] for what another document brought in.
    #[serde(skip)]
    pub span: Span,
}

/// How well the rule was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FidelityView {
    /// The level.
    pub level: String,
    /// What was lost.
    pub losses: Vec<LossView>,
}

/// A diagnostic with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiagnosticView {
    /// Stable code.
    pub code: String,
    /// `note`, `warning` or `error`.
    pub severity: String,
    /// The message.
    pub message: String,
    /// 1-based line of the file.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// The verbatim text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BodyView {
    /// The language.
    pub language: String,
    /// The text.
    pub text: String,
    /// 1-based line of the file at which it starts.
    pub line: u32,
}

/// A rule that is related by its logic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Neighbor {
    /// `<source>/<slug>`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Predicates in which the two differ; none for equal normal forms.
    pub differs: Vec<String>,
}

/// Rules related by their logic, as far as equal normal forms tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Neighbors {
    /// Rules with the same normal form.
    pub equivalent: Vec<Neighbor>,
}

/// A rule's page. In JSON the line's names stand at the top, but for `fidelity`, which says more here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RulePage {
    /// The line that stands for it.
    #[serde(flatten, serialize_with = "line_without_fidelity")]
    pub rule: RuleLine,
    /// What the file and its source say of it.
    pub metadata: BTreeMap<String, Json>,
    /// Its description.
    pub description: String,
    /// Its references.
    pub references: Vec<String>,
    /// ATT&CK coverage.
    pub attack: Vec<AttackRow>,
    /// Event coverage.
    pub events: Vec<EventRow>,
    /// Its stages.
    pub stages: Vec<StageView>,
    /// What it looks for.
    pub indicators: Vec<IndicatorView>,
    /// What it keeps out.
    pub exclusions: Vec<ExclusionView>,
    /// The normal form, its shape, and both as text.
    pub pattern: Json,
    /// How well it was understood.
    pub fidelity: FidelityView,
    /// What is wrong with its text.
    pub diagnostics: Vec<DiagnosticView>,
    /// Its text.
    pub body: BodyView,
    /// Whether it can be run: events are known that it matches for certain.
    pub runnable: bool,
    /// Why it can't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_runnable: Option<String>,
    /// Such events, and the same with one literal changed, which it does not match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Json>,
    /// Rules related by their logic.
    pub neighbors: Neighbors,
    /// Records of the user's logs on which it fires, [`crate::evidence::KEPT`] at most.
    pub evidence: Vec<EvidenceRow>,
    /// How often it fires on them; none where it was not run over any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_total: Option<EvidenceTotal>,
}

fn line_without_fidelity<S: Serializer>(line: &RuleLine, serializer: S) -> Result<S::Ok, S::Error> {
    let mut json = serde_json::to_value(line).map_err(serde::ser::Error::custom)?;
    if let Json::Object(map) = &mut json {
        map.remove("fidelity");
    }
    json.serialize(serializer)
}

/// A rule's columns besides its line.
struct Row {
    line: RuleLine,
    name: Option<String>,
    author: Option<String>,
    date: Option<String>,
    modified: Option<String>,
    description: String,
    metadata: StoredMetadata,
    scope: BTreeMap<String, Vec<String>>,
    body: BodyView,
    pattern: Pattern,
    pattern_json: Json,
    losses: Vec<Loss>,
    diagnostics: Vec<Diagnostic>,
    normal_hash: i64,
    normal_key: String,
    file_first_seen: Option<String>,
    file_modified: Option<String>,
    url: Option<String>,
    source_url: Option<String>,
    source_licence: Option<String>,
    commit: Option<String>,
    witness: Option<Json>,
    no_witness: Option<String>,
}

impl Catalog {
    /// The page of a rule by its row ([`Catalog::find`]).
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn show(&self, rule: i64) -> Result<RulePage, Error> {
        let row = self.row(rule)?;
        let index = LineIndex::new(&row.body.text);
        let place = |span: Span| {
            let at = index.position(&row.body.text, span.start);
            (at.line + row.body.line - 1, at.column)
        };
        // A filter document's places lie past the end: they are of another text.
        let in_body = |span: Span| !span.is_none() && (span.start as usize) < row.body.text.len();
        let (stages, views) = self.stages(rule, &place)?;
        let indicators = self.indicators_of(&row.pattern)?;
        let exclusions = exclusions(&stages, &row.pattern)
            .into_iter()
            .map(|e| ExclusionView {
                stage: e.stage,
                field: e.field,
                kind: e.kind.name().to_owned(),
                quantifier: e.quantifier.name().to_owned(),
                values: e.values.into_iter().map(|v| v.shown).collect(),
            })
            .collect();
        let mut pattern = row.pattern_json.clone();
        if let Json::Object(map) = &mut pattern {
            map.insert("shape".to_owned(), shape(&row.pattern).name().into());
            map.insert("text".to_owned(), print::pattern(&row.pattern).into());
        }
        let text_of = |span: Span| span.slice(&row.body.text).to_owned();
        Ok(RulePage {
            metadata: metadata(&row),
            description: row.description.clone(),
            references: row.metadata.references.clone(),
            attack: self.attack_rows(rule, &row.metadata.tactics)?,
            events: self.event_rows(rule)?,
            stages: views,
            indicators,
            exclusions,
            pattern,
            fidelity: FidelityView {
                level: row.line.fidelity.clone(),
                losses: row
                    .losses
                    .iter()
                    .map(|l| LossView {
                        text: text_of(l.span),
                        line: in_body(l.span).then(|| place(l.span).0),
                        what: l.what.clone(),
                        effect: l.effect.name().to_owned(),
                        span: if in_body(l.span) { l.span } else { Span::NONE },
                    })
                    .collect(),
            },
            diagnostics: row
                .diagnostics
                .iter()
                .map(|d| {
                    let (line, column) = place(d.span);
                    DiagnosticView {
                        code: d.code.to_string(),
                        severity: d.severity.name().to_owned(),
                        message: d.message.clone(),
                        line,
                        column,
                        help: d.help.clone(),
                    }
                })
                .collect(),
            evidence: self.evidence(rule)?,
            evidence_total: self.evidence_total(rule)?,
            neighbors: self.equivalent(rule, row.normal_hash, &row.normal_key)?,
            body: row.body.clone(),
            runnable: row.witness.is_some(),
            not_runnable: row.no_witness,
            witness: row.witness,
            rule: row.line,
        })
    }

    fn row(&self, rule: i64) -> Result<Row, Error> {
        let sql = format!(
            "SELECT {COLUMNS}, rule.name, rule.author, rule.date, rule.modified, \
             rule.description, rule.metadata, rule.scope, rule.body, rule.line, rule.pattern, \
             rule.losses, rule.diagnostics, rule.normal_hash, rule.normal_key, file.first_seen, \
             file.modified, file.url, source.url, source.licence, source.commit_id, \
             rule.witness, rule.no_witness FROM {TABLES} WHERE rule.id = ?"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([rule])?;
        let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        let text = |i: usize| row.get::<_, String>(i);
        let line = line(row)?;
        let pattern_json: Json = serde_json::from_str(&text(22)?)?;
        Ok(Row {
            name: row.get(13)?,
            author: row.get(14)?,
            date: row.get(15)?,
            modified: row.get(16)?,
            description: row.get(17)?,
            metadata: serde_json::from_str(&text(18)?)?,
            scope: serde_json::from_str(&text(19)?)?,
            body: BodyView {
                language: line.language.clone(),
                text: row.get(20)?,
                line: row.get(21)?,
            },
            pattern: Pattern::deserialize(&pattern_json)?,
            pattern_json,
            losses: serde_json::from_str(&text(23)?)?,
            diagnostics: serde_json::from_str(&text(24)?)?,
            normal_hash: row.get(25)?,
            normal_key: row.get(26)?,
            file_first_seen: row.get(27)?,
            file_modified: row.get(28)?,
            url: row.get(29)?,
            source_url: row.get(30)?,
            source_licence: row.get(31)?,
            commit: row.get(32)?,
            witness: match row.get::<_, Option<String>>(33)? {
                Some(text) => Some(serde_json::from_str(&text)?),
                None => None,
            },
            no_witness: row.get(34)?,
            line,
        })
    }

    fn stages(
        &self,
        rule: i64,
        place: &impl Fn(Span) -> (u32, u32),
    ) -> Result<(Vec<Stage>, Vec<StageView>), Error> {
        let mut by_stage: BTreeMap<u32, Vec<PredicateView>> = BTreeMap::new();
        let mut statement = self.connection.prepare_cached(
            "SELECT p.stage, field.name, p.native_field, p.kind, p.value_list, p.quantifier, \
             p.negated, p.case_sensitive, p.start, p.stop FROM predicate p \
             JOIN field ON field.id = p.field WHERE p.rule = ? ORDER BY p.stage, p.idx",
        )?;
        let mut rows = statement.query([rule])?;
        while let Some(row) = rows.next()? {
            let span = Span { start: row.get(8)?, end: row.get(9)? };
            by_stage.entry(row.get(0)?).or_default().push(PredicateView {
                field: row.get(1)?,
                native_field: row.get(2)?,
                kind: row.get(3)?,
                values: serde_json::from_str(&row.get::<_, String>(4)?)?,
                quantifier: row.get(5)?,
                negated: row.get(6)?,
                case_sensitive: row.get(7)?,
                line: place(span).0,
                span,
            });
        }
        let mut stages = Vec::new();
        let mut views = Vec::new();
        let mut statement = self.connection.prepare_cached(
            "SELECT idx, label, kind, text, start, stop FROM stage WHERE rule = ? ORDER BY idx",
        )?;
        let mut rows = statement.query([rule])?;
        while let Some(row) = rows.next()? {
            let view = StageView {
                index: row.get(0)?,
                label: row.get(1)?,
                kind: row.get(2)?,
                text: row.get(3)?,
                predicates: by_stage.remove(&row.get(0)?).unwrap_or_default(),
            };
            stages.push(Stage {
                label: view.label.clone(),
                kind: StageKind::from_name(&view.kind).unwrap_or(StageKind::Opaque),
                text: String::new(),
                span: Span { start: row.get(4)?, end: row.get(5)? },
                predicates: Vec::new(),
                stages: Vec::new(),
            });
            views.push(view);
        }
        Ok((stages, views))
    }

    fn indicators_of(&self, normal: &Pattern) -> Result<Vec<IndicatorView>, Error> {
        let mut out = Vec::new();
        for indicator in indicators(normal) {
            let mut values = Vec::new();
            for value in &indicator.values {
                values.push(CountedValue {
                    corpus: self.corpus(&indicator.field, indicator.kind, &value.key())?,
                    key: value.key().to_string(),
                    effective: (value.shown != value.effective).then(|| value.effective.clone()),
                    value: value.shown.clone(),
                });
            }
            let corpus = match values.is_empty() {
                true => Some(self.corpus(&indicator.field, indicator.kind, "")?),
                false => None,
            };
            out.push(IndicatorView {
                field: indicator.field,
                kind: indicator.kind.name().to_owned(),
                quantifier: indicator.quantifier.name().to_owned(),
                values,
                corpus,
            });
        }
        Ok(out)
    }

    /// Techniques by tactic, and the tactics that the rule names without a technique of theirs.
    fn attack_rows(&self, rule: i64, tactics: &[String]) -> Result<Vec<AttackRow>, Error> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT tactic, technique, was FROM rule_technique WHERE rule = ?")?;
        let rows = statement.query_map([rule], |row| {
            let technique: String = row.get(1)?;
            let known = attack::technique(&technique);
            let name = match known {
                // A sub-technique's own name says little without its parent's.
                Some(t) => match t.parent() {
                    Some(parent) => format!("{}: {}", parent.name, t.name),
                    None => t.name.to_owned(),
                },
                None => String::new(),
            };
            Ok(AttackRow { tactic: row.get(0)?, technique, name, was: row.get(2)? })
        })?;
        let mut out: Vec<AttackRow> = rows.collect::<Result<_, _>>()?;
        out.extend(tactics.iter().map(|tactic| AttackRow {
            tactic: tactic.clone(),
            technique: String::new(),
            name: String::new(),
            was: None,
        }));
        out.sort_by_key(|r| (attack::tactic(&r.tactic).map(|t| t.order), r.technique.clone()));
        Ok(out)
    }

    fn event_rows(&self, rule: i64) -> Result<Vec<EventRow>, Error> {
        let mut statement = self.connection.prepare_cached(
            "SELECT provider, event_id, title, coverage FROM rule_event WHERE rule = ? ORDER BY idx",
        )?;
        let rows = statement.query_map([rule], |row| {
            Ok(EventRow {
                provider: row.get(0)?,
                event_id: row.get(1)?,
                title: row.get(2)?,
                coverage: row.get(3)?,
            })
        })?;
        let mut events: Vec<EventRow> = rows.collect::<Result<_, _>>()?;
        for event in events.iter_mut().filter(|event| event.title.is_empty()) {
            event.title = self.stated_title(&event.provider, event.event_id)?;
        }
        Ok(events)
    }

    pub(crate) fn equivalent(&self, rule: i64, hash: i64, key: &str) -> Result<Neighbors, Error> {
        let mut statement = self.connection.prepare_cached(
            "SELECT source.name || '/' || rule.slug, rule.title FROM rule \
             JOIN source ON source.id = rule.source \
             WHERE normal_hash = ? AND normal_key = ? AND rule.id <> ? \
             AND fidelity IN ('exact', 'partial') AND NOT opaque_stage AND NOT deprecated \
             ORDER BY source.name, rule.slug",
        )?;
        let rows = statement.query_map(params![hash, key, rule], |row| {
            Ok(Neighbor { id: row.get(0)?, title: row.get(1)?, differs: Vec::new() })
        })?;
        Ok(Neighbors { equivalent: rows.collect::<Result<_, _>>()? })
    }
}

/// The metadata in the order and under the names of the page; what is absent is left out.
fn metadata(row: &Row) -> BTreeMap<String, Json> {
    let mut out: BTreeMap<String, Json> = BTreeMap::new();
    let mut put = |key: &str, value: Json| {
        let empty = match &value {
            Json::Null => true,
            Json::Array(items) => items.is_empty(),
            Json::Object(map) => map.is_empty(),
            Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
        };
        if !empty {
            out.insert(key.to_owned(), value);
        }
    };
    let text = |value: &Option<String>| value.clone().map_or(Json::Null, Json::String);
    put("name", text(&row.name));
    put("status", text(&row.line.status));
    put("severity", text(&row.line.severity));
    put("author", text(&row.author));
    put("date", text(&row.date));
    put("modified", text(&row.modified));
    put("log_source", serde_json::json!(row.scope));
    let licence = row.metadata.license.clone().or_else(|| row.source_licence.clone());
    put("licence", text(&licence));
    // History tells when a rule was first seen; without one, the rule's own date is what there is.
    put("first_seen", text(&row.file_first_seen.clone().or_else(|| row.date.clone())));
    let changed = row.modified.clone().or_else(|| row.date.clone());
    put("last_modified", text(&row.file_modified.clone().or(changed)));
    put("url", text(&row.url));
    put("source_url", text(&row.source_url));
    put("commit", text(&row.commit));
    put("tags", serde_json::json!(row.metadata.tags));
    put("tactics", serde_json::json!(row.metadata.tactics));
    put("false_positives", serde_json::json!(row.metadata.false_positives));
    let related: Vec<Json> = row
        .metadata
        .related
        .iter()
        .map(|(kind, id)| serde_json::json!({"type": kind, "id": id}))
        .collect();
    put("related", Json::Array(related));
    put("extra", serde_json::json!(row.metadata.extra));
    out
}
