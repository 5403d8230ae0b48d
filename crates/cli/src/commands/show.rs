//! `show`: a rule's page.

use std::fmt::Write;
use std::process::ExitCode;

use anyhow::bail;
use rulescope_catalog::Catalog;
use rulescope_catalog::indicator::Corpus;
use rulescope_catalog::show::{PredicateView, RulePage};
use rulescope_catalog::store::Named;
use serde_json::Value as Json;

use super::reach::vendors;
use crate::output::{CatalogArg, DIM, ERROR, HEADING, WARNING, clean, heading, print, print_json};
use crate::table::{indented, table};

/// Arguments of `show`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// `<source>/<slug>`, an upstream id, or a title
    rule: String,
    #[command(flatten)]
    catalog: CatalogArg,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let catalog = args.catalog.open()?;
    let rule = named(&catalog, &args.rule)?;
    let page = catalog.show(rule)?;
    if args.json {
        print_json(&page)?;
    } else {
        print(&text(&page))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The row of the rule that a text names; what to do where it names none or several.
pub(crate) fn named(catalog: &Catalog, name: &str) -> anyhow::Result<i64> {
    match catalog.find(name)? {
        Named::One(rule) => Ok(rule),
        Named::None => {
            let similar = catalog.similar(name)?;
            if similar.is_empty() {
                bail!("there is no rule `{name}`; `rulescope search` finds one by its words");
            }
            bail!("there is no rule `{name}`; is it one of: {}", similar.join(", "));
        }
        Named::Several(ids) => {
            bail!("`{name}` names {} rules; say which: {}", ids.len(), ids.join(", "))
        }
    }
}

/// `corpus 15 (sigma 13, splunk 2)`.
pub(crate) fn counted(corpus: &Corpus) -> String {
    if corpus.vendors.is_empty() {
        return format!("corpus {}", corpus.corpus);
    }
    format!("corpus {} ({})", corpus.corpus, vendors(&corpus.vendors))
}

/// The page as text, in the order of the site's.
fn text(page: &RulePage) -> String {
    let mut out = String::new();
    let rule = &page.rule;
    let vendor = capital(&rule.vendor);
    let _ = writeln!(out, "{DIM}Detection rules › {vendor} › {}{DIM:#}\n", rule.source);
    let _ = writeln!(out, "{HEADING}{}{HEADING:#}\n", clean(&rule.title));
    facts(page, &mut out);
    if !page.description.is_empty() {
        heading(&mut out, "Description");
        out += &indented(&page.description);
    }
    heading(&mut out, "MITRE ATT&CK coverage");
    let rows: Vec<Vec<String>> = page
        .attack
        .iter()
        .map(|a| {
            let was = a.was.as_ref().map(|id| format!(" (was {id})")).unwrap_or_default();
            let technique = format!("{} {}{was}", a.technique, a.name);
            vec![a.tactic.clone(), technique.trim().to_owned()]
        })
        .collect();
    if rows.is_empty() {
        out += "  none\n";
    } else {
        out += &indented(&table(&["Tactic", "Techniques"], rows));
    }
    if !page.references.is_empty() {
        heading(&mut out, "References");
        page.references.iter().for_each(|r| out += &indented(r));
    }
    heading(&mut out, "Event coverage");
    if page.events.is_empty() {
        out += "  no Windows event that is known\n";
    } else {
        let rows = page
            .events
            .iter()
            .map(|e| {
                let part = if e.coverage == "part" { "in part" } else { "" };
                let id = format!("Event ID {}", e.event_id);
                vec![e.provider.clone(), id, e.title.clone(), part.to_owned()]
            })
            .collect();
        out += &indented(&table(&["Provider", "Event", "Title", ""], rows));
    }
    heading(&mut out, &format!("Rule body ({})", page.body.language));
    out += &indented(&page.body.text);
    stages(page, &mut out);
    if !page.exclusions.is_empty() {
        heading(&mut out, "Exclusions");
        let rows = page
            .exclusions
            .iter()
            .map(|e| {
                let field = field_name(&e.field);
                vec![e.stage.clone(), field, kind(&e.kind, &e.quantifier), e.values.join("\n")]
            })
            .collect();
        out += &indented(&table(&["Stage", "Field", "Kind", "Values"], rows));
    }
    heading(&mut out, "Indicators");
    let rows = page
        .indicators
        .iter()
        .map(|i| {
            let mut values: Vec<String> =
                i.values.iter().map(|v| format!("{}  {}", v.value, counted(&v.corpus))).collect();
            values.extend(i.corpus.as_ref().map(counted));
            vec![field_name(&i.field), kind(&i.kind, &i.quantifier), values.join("\n")]
        })
        .collect::<Vec<_>>();
    if rows.is_empty() {
        out += "  none\n";
    } else {
        out += &indented(&table(&["Field", "Kind", "Values"], rows));
    }
    if !page.neighbors.equivalent.is_empty() {
        heading(&mut out, "Equivalent rules");
        for neighbor in &page.neighbors.equivalent {
            let _ = writeln!(out, "  {}  {}", neighbor.id, clean(&neighbor.title));
        }
    }
    evidence(page, &mut out);
    understood(page, &mut out);
    if let Some(Json::Array(list)) = page.metadata.get("false_positives") {
        heading(&mut out, "False positives");
        for item in list.iter().filter_map(Json::as_str) {
            out += &indented(item);
        }
    }
    out
}

fn facts(page: &RulePage, out: &mut String) {
    let rule = &page.rule;
    let get = |key: &str| page.metadata.get(key).and_then(Json::as_str).map(str::to_owned);
    let log_source = page.metadata.get("log_source").and_then(Json::as_object).map(|terms| {
        // In the order in which people say them; further ones after.
        let order = |kind: &str| match kind {
            "product" => 0,
            "category" => 1,
            "service" => 2,
            _ => 3,
        };
        let mut terms: Vec<_> = terms.iter().collect();
        terms.sort_by_key(|(kind, _)| order(kind));
        let words = terms.iter().map(|(kind, values)| {
            let values: Vec<&str> =
                values.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            format!("{kind} {}", values.join(" or "))
        });
        words.collect::<Vec<_>>().join(", ")
    });
    let status = match (rule.deprecated, &rule.status) {
        (true, Some(status)) if status == "deprecated" => Some("deprecated".to_owned()),
        (true, Some(status)) => Some(format!("{status} (deprecated)")),
        (true, None) => Some("deprecated".to_owned()),
        (false, status) => status.clone(),
    };
    let lines = [
        ("Status", status),
        ("Severity", rule.severity.clone()),
        ("Log source", log_source),
        ("Author", get("author")),
        ("Source", get("url").or_else(|| get("source_url"))),
        ("File", Some(format!("{}/{}", rule.source, rule.path))),
        ("Id", rule.upstream_id.clone()),
        ("Licence", get("licence")),
        ("First seen", get("first_seen")),
        ("Modified", get("last_modified")),
        ("Shape", Some(rule.shape.clone())),
        ("Fidelity", Some(rule.fidelity.clone())),
        (
            "Runnable",
            Some(match &page.not_runnable {
                None => "yes".to_owned(),
                Some(why) => format!("no: {why}"),
            }),
        ),
    ];
    for (name, value) in lines {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            let _ = writeln!(out, "{DIM}{name:<12}{DIM:#}{}", clean(&value));
        }
    }
    if let Some(extra) = page.metadata.get("extra").and_then(Json::as_object) {
        for key in ["regression_tests_path", "simulation"] {
            for value in extra.get(key).and_then(Json::as_array).into_iter().flatten() {
                let _ = writeln!(
                    out,
                    "{DIM}{:<12}{DIM:#}{}",
                    "Tests",
                    clean(value.as_str().unwrap_or_default())
                );
            }
        }
    }
}

fn stages(page: &RulePage, out: &mut String) {
    heading(out, "Stages and predicates");
    for stage in &page.stages {
        let _ =
            writeln!(out, "  {HEADING}Stage {}: {}{HEADING:#}", stage.index, clean(&stage.label));
        out.push('\n');
        out.push_str(&indented(&indented(&stage.text)));
        let rows: Vec<Vec<String>> = stage.predicates.iter().map(predicate).collect();
        if !rows.is_empty() {
            out.push('\n');
            let table = table(&["Field", "Kind", "Values", ""], rows);
            out.push_str(&indented(&indented(&table)));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
}

fn predicate(p: &PredicateView) -> Vec<String> {
    let field = if p.field == p.native_field || p.native_field.is_empty() {
        field_name(&p.field)
    } else {
        format!("{} ({})", p.native_field, p.field)
    };
    let mut notes = Vec::new();
    if p.negated {
        notes.push("excluded");
    }
    if p.case_sensitive && p.kind != "regex_match" {
        notes.push("case-sensitive");
    }
    vec![field, kind(&p.kind, &p.quantifier), p.values.join("\n"), notes.join(", ")]
}

/// On which of the logs that the catalog was built with the rule fires.
fn evidence(page: &RulePage, out: &mut String) {
    let Some(total) = page.evidence_total else { return };
    heading(out, "Evidence");
    let _ = match (total.certain, total.possible) {
        (0, 0) => writeln!(out, "  it fires on none of the logs that the catalog was built with"),
        (certain, 0) => writeln!(out, "  fires {}", times(certain)),
        (0, possible) => writeln!(out, "  may fire {}", times(possible)),
        (certain, possible) => {
            writeln!(out, "  fires {}, and may fire {}", times(certain), times(possible))
        }
    };
    if page.evidence.is_empty() {
        return;
    }
    let rows = page
        .evidence
        .iter()
        .map(|e| {
            let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
            let certainty = if e.certainty == "certain" { "" } else { e.certainty.as_str() };
            vec![
                e.log.clone(),
                number(e.record_id),
                format!("{} {}", e.provider, number(e.event_id.map(u64::from))).trim().to_owned(),
                e.timestamp.clone().unwrap_or_default(),
                e.computer.clone(),
                certainty.to_owned(),
            ]
        })
        .collect();
    *out += &indented(&table(&["Log", "Record", "Event", "Time", "Computer", ""], rows));
}

fn times(n: u64) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times") }
}

fn understood(page: &RulePage, out: &mut String) {
    if !page.fidelity.losses.is_empty() {
        heading(out, "What was not understood");
        for loss in &page.fidelity.losses {
            let line = loss.line.map(|n| format!("line {n}: ")).unwrap_or_default();
            let effect = match loss.effect.as_str() {
                "more" => "matches more than was meant",
                "less" => "matches less than was meant",
                _ => "matches more or less than was meant",
            };
            let _ = writeln!(out, "  {line}{} ({effect})", clean(&loss.what));
        }
    }
    if !page.diagnostics.is_empty() {
        heading(out, "Diagnostics");
        for d in &page.diagnostics {
            let style = match d.severity.as_str() {
                "error" => ERROR,
                "warning" => WARNING,
                _ => DIM,
            };
            let _ = writeln!(
                out,
                "  {}:{}: {style}{}[{}]{style:#}: {}",
                d.line,
                d.column,
                d.severity,
                d.code,
                clean(&d.message)
            );
            if let Some(help) = &d.help {
                let _ = writeln!(out, "    {help}");
            }
        }
    }
}

fn field_name(field: &str) -> String {
    if field.is_empty() { "keyword".to_owned() } else { field.to_owned() }
}

/// The kind with how several values are joined.
fn kind(kind: &str, quantifier: &str) -> String {
    if quantifier == "all" { format!("{kind} (all)") } else { kind.to_owned() }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}
