//! What a reader tries: an event on a rule of the catalog, and a rule of the reader's own.
//!
//! Nothing of it is written anywhere. Events are read, explained and matched in memory.

mod outcome;

use std::io::Cursor;

use rulescope_catalog::Catalog;
use rulescope_catalog::authored::Authored;
use rulescope_catalog::show::DiagnosticView;
use rulescope_catalog::store::Named;
use rulescope_engine::{Record, Rule, Together, explain};
use rulescope_events::Reader;
use rulescope_ir::Fidelity;
use rulescope_rulefile::source::Vendor;
use serde::Serialize;

pub use self::outcome::{Leaf, Outcome};
use crate::Error;
use crate::page::rule::{RuleView, view};

/// Records that are explained.
const EXPLAINED: usize = 5;

/// What an event or a log came to on a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// The event as it was given; empty for a log.
    pub event: String,
    /// What could not be read.
    pub error: Option<String>,
    /// What came of it, in a sentence.
    pub verdict: String,
    /// Records that were read.
    pub read: usize,
    /// Those of them that the rule matches: their ids, or their places from 1 where they have none.
    pub matched: Vec<u64>,
    /// The first records that it matches, or else that it reads, explained.
    pub records: Vec<Explanation>,
    /// Records that would be explained, and are not.
    pub left_out: usize,
}

/// A record with what each leaf of the rule says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What names it.
    pub name: String,
    /// The leaves.
    pub leaves: Vec<Leaf>,
}

/// Runs a rule of the catalog over the events of a text or a log.
pub(crate) fn event(
    catalog: &Catalog,
    id: &str,
    name: &str,
    bytes: Vec<u8>,
) -> Result<Option<Trial>, Error> {
    let Named::One(row) = catalog.find(id)? else { return Ok(None) };
    let run = catalog.run_rule(row)?;
    let (text, vendor) = catalog.body(row)?;
    let mut out = Trial::default();
    if matches!(run.fidelity, Fidelity::Opaque | Fidelity::NotEvaluable) {
        out.verdict =
            "The rule can’t be run: it was not understood, or needs what no log holds".into();
        return Ok(Some(out));
    }
    let rule = Rule {
        id: run.id,
        title: run.title,
        vendor: run.vendor,
        severity: run.severity,
        normal: run.normal,
    };
    let vendor: Vendor = vendor.parse().map_err(rulescope_catalog::Error::from)?;
    let authored = Authored::read(&text, vendor, &rule.normal);
    let mut together = Together::of(&rule);
    let mut others = Vec::new();
    let mut possible = 0;
    for read in Reader::from_read(name, Cursor::new(bytes)) {
        let event = match read {
            Ok(event) => event,
            Err(error) => {
                out.error.get_or_insert_with(|| error.to_string());
                continue;
            }
        };
        out.read += 1;
        let record = Record::new(&event);
        if let Some(together) = &mut together {
            together.add(&record);
        }
        let id = event.record_id.unwrap_or(out.read as u64);
        let leaves = explain(&authored.pattern, &authored.stages, &record);
        // What says nothing of itself is taken for what the rule reads, and the page says so.
        let unnamed = record.kind().is_nothing();
        let leaves: Vec<Leaf> = leaves.iter().map(|leaf| Leaf::of(leaf, unnamed)).collect();
        let truth = |of: &str| leaves.iter().any(|leaf| leaf.truth == of);
        let is_match = together.is_none() && truth("true");
        possible += usize::from(together.is_none() && !is_match && truth("unknown"));
        if is_match {
            out.matched.push(id);
        }
        let is_read = leaves.iter().any(|leaf| leaf.in_scope);
        let provider = if unnamed { "an event without a provider" } else { event.provider() };
        let number = event.event_id.map(|n| n.to_string()).unwrap_or_default();
        let time = event.timestamp().unwrap_or_default();
        let name = format!("record {id}: {provider} {number} {time}");
        let name = name.trim().to_owned();
        if is_match {
            out.left_out += usize::from(out.records.len() >= EXPLAINED);
            if out.records.len() < EXPLAINED {
                out.records.push(Explanation { name, leaves });
            }
        } else if (is_read || unnamed) && others.len() < EXPLAINED {
            others.push(Explanation { name, leaves });
        }
    }
    if out.records.is_empty() {
        out.records = others;
    }
    out.verdict = verdict(&out, possible, together.as_ref());
    Ok(Some(out))
}

fn verdict(trial: &Trial, possible: usize, together: Option<&Together<'_>>) -> String {
    let records = match trial.read {
        0 => return "No event was read.".to_owned(),
        1 => "The event".to_owned(),
        n => format!("{n} records were read: they"),
    };
    if let Some(together) = together {
        let rows = together.part().rows;
        return format!(
            "The rule is over several events. Of {} read together, {rows} rows are left at its end.",
            trial.read
        );
    }
    match (trial.matched.len(), trial.read, possible) {
        (0, 1, 0) => format!("{records} does not match."),
        (0, 1, _) => format!("{records} may match: a part of the rule was not understood."),
        (1, 1, _) => format!("{records} matches."),
        (0, n, _) => format!("{n} records were read, and none matches."),
        (m, n, _) => {
            let ids: Vec<String> = trial.matched.iter().take(40).map(u64::to_string).collect();
            format!("{m} of {n} records match: {}.", ids.join(", "))
        }
    }
}

/// A rule of the reader's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TryView {
    /// The vendors whose rules are read.
    #[serde(skip)]
    pub vendors: Vec<&'static str>,
    /// The vendor that was chosen.
    pub vendor: String,
    /// The text.
    #[serde(skip)]
    pub text: String,
    /// Why there is no page.
    pub error: Option<String>,
    /// Its page; of several rules the first.
    pub rule: Option<Box<RuleView>>,
    /// Defects of the text.
    pub diagnostics: Vec<DiagnosticView>,
}

/// The vendors whose rules can be pasted.
pub(crate) const VENDORS: [&str; 3] = ["sigma", "splunk", "elastic"];

/// An empty form, or the page of what was pasted.
pub(crate) fn rule(catalog: &Catalog, pasted: Option<(&str, &str)>) -> Result<TryView, Error> {
    let mut out =
        TryView { vendors: VENDORS.to_vec(), vendor: "sigma".to_owned(), ..TryView::default() };
    let Some((vendor, text)) = pasted else { return Ok(out) };
    text.clone_into(&mut out.text);
    let known = VENDORS.contains(&vendor).then(|| vendor.parse::<Vendor>());
    let Some(Ok(vendor)) = known else {
        out.error = Some("Choose a vendor whose rules are read.".to_owned());
        return Ok(out);
    };
    vendor.name().clone_into(&mut out.vendor);
    let preview = catalog.preview(vendor, text)?;
    out.diagnostics = preview.diagnostics;
    out.rule = preview.rules.into_iter().next().map(|page| Box::new(view(page)));
    if out.rule.is_none() {
        let why = out.diagnostics.first().map(|d| format!("line {}: {}", d.line, d.message));
        out.error = Some(why.unwrap_or_else(|| "No rule was found in the text.".to_owned()));
    }
    Ok(out)
}
