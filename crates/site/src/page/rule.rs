//! A rule's page.

use rulescope_catalog::Catalog;
use rulescope_catalog::show::RulePage;
use rulescope_catalog::store::Named;
use rulescope_ir::Pattern;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::Error;
use crate::page::is_web;
use crate::page::tree::{self, Node};
use crate::route;
use crate::source::{Line, Mark, lines};

/// Everything that is shown of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleView {
    /// What the catalog knows of it.
    #[serde(flatten)]
    pub rule: RulePage,
    /// The condition as a tree.
    pub tree: Node,
    /// Places of the body that became indicators, exclusions and losses.
    pub marks: Vec<Mark>,
    /// What it needs to fire.
    pub needs: Needs,
    /// The body as lines of HTML.
    #[serde(skip)]
    pub lines: Vec<Line>,
    /// Lines of the body that are not among them.
    #[serde(skip)]
    pub more_lines: usize,
}

/// Bytes of a rule's text that a page shows: no page is so large that it is slow to load.
const SHOWN: usize = 128 << 10;

/// The text as far as a page shows it, in whole lines, and how many lines there are after it.
fn shown(text: &str) -> (&str, usize) {
    if text.len() <= SHOWN {
        return (text, 0);
    }
    let most = text.floor_char_boundary(SHOWN);
    let end = text[..most].rfind('\n').map_or(most, |at| at + 1);
    (&text[..end], text[end..].lines().count())
}

/// What a rule needs to fire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Needs {
    /// Canonical names of the fields that it tests, in the order of its text.
    pub fields: Vec<String>,
    /// Events that give all of them: provider and id.
    pub full: Vec<(String, u32)>,
    /// Events that give some of them.
    pub part: Vec<(String, u32)>,
}

/// The page of a rule by its id; `None` where there is none.
pub(crate) fn rule(catalog: &Catalog, source: &str, slug: &str) -> Result<Option<RuleView>, Error> {
    let id = format!("{source}/{slug}");
    let Named::One(row) = catalog.find(&id)? else { return Ok(None) };
    let page = catalog.show(row)?;
    // A name that is found in another way has a page of its own.
    if page.rule.id != id {
        return Ok(None);
    }
    Ok(Some(view(page)))
}

/// The address of the rule that upstream gives an id; of several rules the first.
pub(crate) fn upstream(catalog: &Catalog, id: &str) -> Result<Option<String>, Error> {
    Ok(match catalog.find(id)? {
        Named::One(row) => Some(route::rule(&catalog.show(row)?.rule.id)),
        Named::Several(ids) => ids.first().map(|id| route::rule(id)),
        Named::None => None,
    })
}

/// What is shown of a rule's page.
pub(crate) fn view(rule: RulePage) -> RuleView {
    let marks = marks(&rule);
    let tree = match Pattern::deserialize(&rule.pattern) {
        Ok(pattern) => tree::of(&pattern),
        Err(_) => Node {
            kind: "opaque",
            label: "not read".to_owned(),
            negated: false,
            children: Vec::new(),
        },
    };
    let mut needs = Needs::default();
    for predicate in rule.stages.iter().flat_map(|stage| &stage.predicates) {
        if !predicate.field.is_empty() && !needs.fields.contains(&predicate.field) {
            needs.fields.push(predicate.field.clone());
        }
    }
    for event in &rule.events {
        let into = if event.coverage == "full" { &mut needs.full } else { &mut needs.part };
        into.push((event.provider.clone(), event.event_id));
    }
    let (text, more_lines) = shown(&rule.body.text);
    let lines = lines(text, &rule.rule.vendor, rule.body.line, &marks);
    RuleView { tree, marks, needs, lines, more_lines, rule }
}

fn marks(rule: &RulePage) -> Vec<Mark> {
    let mut out = Vec::new();
    for predicate in rule.stages.iter().flat_map(|stage| &stage.predicates) {
        if predicate.span.is_empty() {
            continue;
        }
        let kind = |kind: &str| if kind == "in" { "eq" } else { kind }.to_owned();
        let same =
            |field: &str, of: &str| field == predicate.field && kind(of) == kind(&predicate.kind);
        let (list, index) = if predicate.negated {
            let mut all = rule.exclusions.iter();
            let is = |e: &&_| {
                let e: &rulescope_catalog::show::ExclusionView = e;
                same(&e.field, &e.kind) && e.values == predicate.values
            };
            ("exclusion", all.position(|e| is(&e)))
        } else {
            let holds = |i: &&rulescope_catalog::show::IndicatorView| {
                same(&i.field, &i.kind)
                    && (predicate.values.is_empty()
                        || i.values.iter().any(|v| predicate.values.contains(&v.value)))
            };
            ("indicator", rule.indicators.iter().position(|i| holds(&i)))
        };
        let Some(index) = index else { continue };
        let field = if predicate.field.is_empty() { "keyword" } else { &predicate.field };
        let not = if predicate.negated { "excludes " } else { "" };
        let note = format!("{not}{field} {} ({})", predicate.kind, predicate.quantifier);
        let (start, end) = (predicate.span.start, predicate.span.end);
        out.push(Mark { start, end, kind: list, index, note });
    }
    for (index, loss) in rule.fidelity.losses.iter().enumerate() {
        if !loss.span.is_empty() {
            let (start, end) = (loss.span.start, loss.span.end);
            out.push(Mark { start, end, kind: "loss", index, note: loss.what.clone() });
        }
    }
    out
}

impl RuleView {
    /// A text of the metadata.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.rule.metadata.get(key).and_then(Json::as_str).filter(|text| !text.is_empty())
    }

    /// A list of the metadata.
    pub fn list(&self, key: &str) -> Vec<&str> {
        let list = self.rule.metadata.get(key).and_then(Json::as_array);
        list.into_iter().flatten().filter_map(Json::as_str).collect()
    }

    /// A list of the metadata's further keys.
    pub fn extra(&self, key: &str) -> Vec<&str> {
        let extra = self.rule.metadata.get("extra").and_then(|extra| extra.get(key));
        let list = extra.and_then(Json::as_array);
        list.into_iter().flatten().filter_map(Json::as_str).collect()
    }

    /// The log source as people say it: kind and terms, product, category and service first.
    pub fn log_source(&self) -> Vec<(String, Vec<String>)> {
        let order = |kind: &str| match kind {
            "product" => 0,
            "category" => 1,
            "service" => 2,
            _ => 3,
        };
        let terms = self.rule.metadata.get("log_source").and_then(Json::as_object);
        let mut out: Vec<(String, Vec<String>)> = Vec::new();
        for (kind, values) in terms.into_iter().flatten() {
            let values = values.as_array().into_iter().flatten().filter_map(Json::as_str);
            out.push((kind.clone(), values.map(str::to_owned).collect()));
        }
        out.sort_by_key(|(kind, _)| order(kind));
        out
    }

    /// Where the rule comes from: its own page upstream, else its source's.
    pub fn origin(&self) -> Option<&str> {
        self.text("url").or_else(|| self.text("source_url")).filter(|url| is_web(url))
    }

    /// The rule's ATT&CK coverage by tactic.
    pub fn tactics(&self) -> Vec<(&str, Vec<&rulescope_catalog::show::AttackRow>)> {
        let mut out: Vec<(&str, Vec<_>)> = Vec::new();
        for row in &self.rule.attack {
            match out.last_mut() {
                Some((tactic, rows)) if *tactic == row.tactic => rows.push(row),
                _ => out.push((&row.tactic, vec![row])),
            }
        }
        out
    }

    /// The witness as text: events that it matches for certain.
    pub fn witness(&self) -> Option<String> {
        let events = self.rule.witness.as_ref()?.get("events")?.as_array()?;
        let fields = events.iter().filter_map(|event| event.get("fields"));
        let texts: Vec<String> =
            fields.filter_map(|fields| serde_json::to_string_pretty(fields).ok()).collect();
        Some(texts.join("\n"))
    }

    /// The normal form as text.
    pub fn normal_form(&self) -> &str {
        self.rule.pattern.get("text").and_then(Json::as_str).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_in_whole_lines() {
        assert_eq!(shown("a\nb"), ("a\nb", 0));
        let line = "é".repeat(30_000) + "\n";
        let text = line.repeat(4) + "end";
        let (first, more) = shown(&text);
        assert_eq!((first.len(), more), (2 * line.len(), 3));
        let one = text.replace('\n', "");
        let (first, more) = shown(&one);
        assert_eq!((first.len(), more), (SHOWN, 1));
    }
}
