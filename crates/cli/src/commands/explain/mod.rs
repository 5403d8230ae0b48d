//! `explain`: why a rule fires on a record or does not.

mod together;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use rulescope_catalog::authored::Authored;
use rulescope_catalog::load::from_files;
use rulescope_engine::{Explained, Hit, Record, Rule, Together, explain, scan};
use rulescope_eval::{Tree, Truth};
use rulescope_events::Log;
use rulescope_rulefile::source::Vendor;
use serde_json::{Value as Json, json};

use self::together::{part_json, part_text};
use super::scan::{not_run, split};
use super::show::named;
use crate::output::{CatalogArg, DIM, HEADING, Talk, clean, complete, print, print_json};

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// `<source>/<slug>`, an upstream id or a title; or the path of a rule file
    rule: String,
    /// The log
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
    /// Only the record of this id
    #[arg(long, value_name = "N")]
    record: Option<u64>,
    /// How many records are explained
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    catalog: CatalogArg,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// The rule as it is run, and as it is shown.
fn rule(args: &Args) -> anyhow::Result<(Rule, Authored, Option<&'static str>)> {
    let path = PathBuf::from(&args.rule);
    if path.is_file() {
        let mut loaded = from_files(std::slice::from_ref(&path), Vendor::Sigma)?;
        // Of several the last: a correlation stands after the rules it is made of.
        let Some(rule) = loaded.rules.pop() else {
            bail!("there is no rule in {}", path.display());
        };
        let not_run = not_run(&rule);
        let (rule, _) = split(rule);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("can't read {}", path.display()))?;
        let authored = Authored::read(&text, Vendor::Sigma, &rule.normal);
        return Ok((rule, authored, not_run));
    }
    let catalog = args.catalog.open()?;
    let row = named(&catalog, &args.rule)?;
    let rule = catalog.run_rule(row)?;
    let not_run = not_run(&rule);
    let (rule, _) = split(rule);
    let (text, vendor) = catalog.body(row)?;
    let authored = Authored::read(&text, vendor.parse()?, &rule.normal);
    Ok((rule, authored, not_run))
}

pub(crate) fn run(args: &Args, talk: Talk) -> anyhow::Result<ExitCode> {
    let (rule, authored, not_run) = rule(args)?;
    if args.log.as_os_str() == "-" {
        bail!("a log is read twice to be explained; write standard input to a file and name that");
    }
    let log = Log::new(&args.log);
    let mut text = String::new();
    let mut records = Vec::new();
    let mut wanted: BTreeMap<String, bool> =
        rule.fields().into_iter().map(|f| (f, false)).collect();
    let mut together = Together::of(&rule);
    let (mut unreadable, mut all, mut seen, mut left_out) = (0, 0, 0, 0);
    for read in log.open() {
        let event = match read {
            Ok(event) => event,
            Err(error) => {
                unreadable += 1;
                talk.warn(error);
                continue;
            }
        };
        all += 1;
        if let Some(together) = &mut together {
            together.add(&Record::new(&event));
        }
        if args.record.is_some() && event.record_id != args.record {
            continue;
        }
        seen += 1;
        let record = Record::new(&event);
        let leaves = explain(&authored.pattern, &authored.stages, &record);
        for leaf in leaves.iter().filter(|l| l.in_scope) {
            for (field, there) in &mut wanted {
                *there |= !leaf.missing.contains(field);
            }
        }
        // Of a whole log, only the records that the rule reads; one that is asked for in any case.
        if args.record.is_none() && leaves.iter().all(|l| !l.in_scope) {
            continue;
        }
        if records.len() >= args.limit {
            left_out += 1;
            continue;
        }
        if args.json {
            records.push(json!({
                "log": event.log.to_string(),
                "record_id": event.record_id,
                "timestamp": event.timestamp(),
                "provider": event.provider(),
                "channel": event.channel(),
                "event_id": event.event_id,
                "leaves": leaves.iter().map(as_json).collect::<Vec<_>>(),
            }));
        } else {
            text += &as_text(&record, &leaves);
            records.push(Json::Null);
        }
    }
    if all == 0 && unreadable > 0 {
        return Ok(ExitCode::from(2));
    }
    if seen == 0 && args.record.is_some() {
        bail!("{} has no record {}", args.log.display(), args.record.unwrap_or_default());
    }
    let never: Vec<&String> = wanted.iter().filter(|(_, there)| !**there).map(|(f, _)| f).collect();
    let mut hits = Vec::new();
    if not_run.is_none() {
        scan(std::slice::from_ref(&rule), std::slice::from_ref(&log), &mut |hit| hits.push(hit));
    }
    let together = together.map(|together| together.part());
    if args.json {
        print_json(&json!({
            "rule": rule.id, "title": rule.title, "records": records,
            "matches": hits, "fields_never_seen": never, "records_left_out": left_out,
            "not_run": not_run, "together": together.as_ref().map(part_json),
        }))?;
    } else {
        if let Some(part) = &together {
            text += &part_text(part);
        }
        text += &verdict(&rule, &hits, not_run, &args.log);
        if !never.is_empty() && seen > 0 {
            let names: Vec<&str> = never.iter().map(|n| n.as_str()).collect();
            text += &format!("no record that it reads has: {}\n", names.join(", "));
        }
        if left_out > 0 {
            text += &format!("{left_out} more records are not shown (--limit, --record)\n");
        }
        print(&text)?;
    }
    Ok(complete(unreadable == 0))
}

/// How often the rule fires.
fn verdict(rule: &Rule, hits: &[Hit], not_run: Option<&str>, log: &Path) -> String {
    let title = clean(&rule.title);
    if let Some(why) = not_run {
        return format!("{HEADING}{title}{HEADING:#} is not run: {why}\n");
    }
    let times = |n: usize| match n {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        n => format!("{n} times"),
    };
    let certain = hits.iter().filter(|hit| hit.certainty == "certain").count();
    let text = match (certain, hits.len() - certain) {
        (certain, 0) => format!("fires {}", times(certain)),
        (0, possible) => format!("may fire {}", times(possible)),
        (certain, possible) => {
            format!("fires {}, and may fire {}", times(certain), times(possible))
        }
    };
    format!("{HEADING}{title}{HEADING:#} {text} in {}\n", log.display())
}

fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Unknown => "unknown",
    }
}

fn as_json(leaf: &Explained) -> Json {
    json!({
        "scope": leaf.scope, "in_scope": leaf.in_scope, "truth": word(leaf.truth),
        "tree": leaf.tree.as_ref().map(tree_json), "missing": leaf.missing,
    })
}

fn tree_json(tree: &Tree) -> Json {
    json!({
        "node": tree.node, "stage": tree.stage, "truth": word(tree.truth),
        "seen": tree.seen.as_ref().map(|d| d.to_json()),
        "children": tree.children.iter().map(tree_json).collect::<Vec<_>>(),
    })
}

fn as_text(record: &Record<'_>, leaves: &[Explained]) -> String {
    let event = record.event();
    let id = event.record_id.map(|n| n.to_string()).unwrap_or_default();
    let time = event.timestamp().unwrap_or_default();
    let kind = record.kind();
    let mut out = format!(
        "{HEADING}record {id}{HEADING:#} {DIM}{time} {} {}{DIM:#}\n",
        clean(&kind.provider),
        kind.event_id
    );
    for leaf in leaves {
        let scope = if leaf.in_scope { "reads it" } else { "does not read it" };
        out += &format!("  {} log source {}: {scope}\n", mark(leaf.truth), clean(&leaf.scope));
        if let Some(tree) = &leaf.tree {
            branch(tree, 2, &mut out);
        }
        if !leaf.missing.is_empty() {
            out += &format!(
                "    {DIM}not in the record: {}{DIM:#}\n",
                clean(&leaf.missing.join(", "))
            );
        }
    }
    out.push('\n');
    out
}

fn mark(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "✓",
        Truth::False => "✗",
        Truth::Unknown => "?",
    }
}

fn branch(tree: &Tree, depth: usize, out: &mut String) {
    let seen = match &tree.seen {
        Some(value) => format!("  ← {}", shortened(&value.to_json().to_string())),
        None if tree.children.is_empty() && tree.truth != Truth::Unknown => "  ← absent".to_owned(),
        None => String::new(),
    };
    let indent = "  ".repeat(depth);
    let stage = tree.stage.as_ref().map(|name| format!("{HEADING}{}{HEADING:#}: ", clean(name)));
    *out += &format!(
        "{indent}{} {}{}{}\n",
        mark(tree.truth),
        stage.unwrap_or_default(),
        clean(&shortened(&tree.node)),
        clean(&seen)
    );
    for child in &tree.children {
        branch(child, depth + 1, out);
    }
}

/// A long text by its beginning.
fn shortened(text: &str) -> String {
    const MOST: usize = 240;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).collect::<String>() + "…"
}
