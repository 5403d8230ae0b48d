//! `coverage`: which rules can fire on what is logged.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use rulescope_catalog::coverage::{Change, CoverageReport, Need, RuleCoverage, TechniqueCoverage};
use rulescope_catalog::list::Filter;
use rulescope_policy::setting::{setting, settings};
use rulescope_policy::{Assumed, Logged, Machine};
use rulescope_taxonomy::attack;
use serde_json::{Value as Json, json};

use super::reach::section;
use crate::output::{CatalogArg, HEADING, Talk, print, print_json};

/// Arguments of `coverage`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What is logged: `auditpol /get /category:* /r` or `/backup`, a Sysmon configuration, or a list
    /// of events, one a line (sysmon/1); one of each kind
    #[arg(long, value_name = "FILE")]
    policy: Vec<PathBuf>,
    /// What holds where no file says it
    #[arg(long, value_enum, default_value_t = Assume::DefaultClient)]
    assume: Assume,
    /// A setting that is on besides, by its name: 'Include command line in process creation events',
    /// 'PowerShell module logging', …; may be given several times
    #[arg(long, value_name = "SETTING", value_parser = named)]
    with: Vec<&'static str>,
    /// Only rules of this vendor
    #[arg(long)]
    vendor: Option<String>,
    /// Only rules of this source
    #[arg(long)]
    source: Option<String>,
    /// Only rules of this technique
    #[arg(long)]
    technique: Option<String>,
    /// Write a layer of the ATT&CK Navigator
    #[arg(long, value_name = "FILE")]
    navigator: Option<PathBuf>,
    #[command(flatten)]
    catalog: CatalogArg,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// A setting of this name.
fn named(name: &str) -> Result<&'static str, String> {
    let unknown = || format!("there is no such setting; there are: {}", settings().join("; "));
    setting(name).ok_or_else(unknown)
}

/// What holds where no file says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Assume {
    /// What Windows 10 and 11 log by themselves.
    DefaultClient,
    /// What Windows Server logs by itself.
    DefaultServer,
    /// What a domain controller logs by itself.
    DefaultController,
    /// Microsoft's audit baseline for clients.
    BaselineClient,
    /// For member servers.
    BaselineServer,
    /// For domain controllers.
    BaselineController,
    /// Microsoft's stronger recommendation for clients.
    StrongerClient,
    /// For member servers.
    StrongerServer,
    /// For domain controllers.
    StrongerController,
    /// All that there is, Sysmon too.
    Everything,
}

impl From<Assume> for Assumed {
    fn from(assume: Assume) -> Assumed {
        match assume {
            Assume::DefaultClient => Assumed::Default(Machine::Client),
            Assume::DefaultServer => Assumed::Default(Machine::Server),
            Assume::DefaultController => Assumed::Default(Machine::DomainController),
            Assume::BaselineClient => Assumed::Baseline(Machine::Client),
            Assume::BaselineServer => Assumed::Baseline(Machine::Server),
            Assume::BaselineController => Assumed::Baseline(Machine::DomainController),
            Assume::StrongerClient => Assumed::Stronger(Machine::Client),
            Assume::StrongerServer => Assumed::Stronger(Machine::Server),
            Assume::StrongerController => Assumed::Stronger(Machine::DomainController),
            Assume::Everything => Assumed::Everything,
        }
    }
}

pub(crate) fn run(args: &Args, talk: Talk) -> anyhow::Result<ExitCode> {
    let logged = Logged::read_with(&args.policy, args.assume.into(), &args.with)?;
    let filter = Filter {
        vendor: args.vendor.clone(),
        source: args.source.clone(),
        technique: args.technique.clone(),
        ..Filter::default()
    };
    let report = args.catalog.open()?.coverage(&logged, &filter)?;
    if let Some(path) = &args.navigator {
        let layer = serde_json::to_string_pretty(&layer(&report))? + "\n";
        write(path, &layer)?;
    }
    if args.json {
        print_json(&report)?;
    } else {
        print(&text(&report, talk.is_verbose()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a file, which is there in whole or not at all.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".writing");
    let part = path.with_file_name(name);
    let written = std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, path));
    written.with_context(|| format!("can't write {}", path.display()))
}

/// Rows of a list that are printed without `-v`.
const SHOWN: usize = 15;

fn text(report: &CoverageReport, verbose: bool) -> String {
    let counts = &report.counts;
    let mut out = format!("{HEADING}What is logged{HEADING:#}\n\n");
    for line in &report.logged {
        out += &format!("  {line}\n");
    }
    out += &format!(
        "\n{} rules over Windows events: {} can fire, {} in part, {} can't\n",
        counts.rules, counts.full, counts.part, counts.none
    );
    let most = if verbose { usize::MAX } else { SHOWN };
    let changes = |changes: &[Change]| -> Vec<Vec<String>> {
        let row = |c: &Change| {
            let first = c.examples.first().cloned().unwrap_or_default();
            vec![c.switch.clone(), c.rules.to_string(), c.better.to_string(), first]
        };
        changes.iter().take(most).map(row).collect()
    };
    let columns = ["Switched on", "Rules more", "In full", "Such as"];
    out += &section("What a change would gain", &columns, changes(&report.gains));
    let columns = ["Switched off", "Rules less", "In part", "Such as"];
    out += &section("What a change would cost", &columns, changes(&report.costs));
    let row = |need: &Need| {
        let first = need.examples.first().cloned().unwrap_or_default();
        vec![need.need.clone(), need.rules.to_string(), first]
    };
    let columns = ["Wanted besides", "Rules that can fire", "Such as"];
    out += &section("What no policy says", &columns, report.needs.iter().map(row).collect());
    let mut techniques: Vec<&TechniqueCoverage> = report.techniques.iter().collect();
    techniques.sort_by_key(|t| (std::cmp::Reverse(t.counts.none), &t.technique));
    let row = |t: &&TechniqueCoverage| {
        let c = &t.counts;
        let counts = [c.rules, c.full, c.part, c.none].map(|n| n.to_string());
        let mut row = vec![t.tactic.clone(), t.technique.clone(), t.name.clone()];
        row.extend(counts);
        row
    };
    let columns = ["Tactic", "Technique", "Name", "Rules", "Can fire", "In part", "Can't"];
    out += &section("Techniques", &columns, techniques.iter().take(most).map(row).collect());
    let rules = |rules: &[RuleCoverage]| -> Vec<Vec<String>> {
        let row = |r: &RuleCoverage| {
            let severity = r.severity.clone().unwrap_or_default();
            vec![severity, r.title.clone(), r.id.clone(), r.wants.join(" or ")]
        };
        rules.iter().take(most).map(row).collect()
    };
    let columns = ["Severity", "Title", "Rule", "For want of"];
    out += &section("Rules that can't fire", &columns, rules(&report.cant_fire));
    out += &section("Rules that can fire in part", &columns, rules(&report.partly));
    let lists = [report.techniques.len(), report.cant_fire.len(), report.partly.len()];
    if lists.iter().any(|n| *n > most) {
        out += "\nlists are cut (-v and --json have all of them)\n";
    }
    out
}

/// A layer of the ATT&CK Navigator, format 4.5
/// (<https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md>).
/// A technique's score is the part of its rules that can fire, in percent.
fn layer(report: &CoverageReport) -> Json {
    let techniques: Vec<Json> = report
        .techniques
        .iter()
        .map(|t| {
            let c = &t.counts;
            json!({
                "techniqueID": t.technique,
                "tactic": t.tactic.to_lowercase().replace(' ', "-"),
                "score": (c.full + c.part) * 100 / c.rules.max(1),
                "comment": format!(
                    "{} rules: {} can fire, {} in part, {} can't", c.rules, c.full, c.part, c.none
                ),
                "enabled": true,
                "metadata": [
                    {"name": "rules", "value": c.rules.to_string()},
                    {"name": "can fire", "value": c.full.to_string()},
                    {"name": "in part", "value": c.part.to_string()},
                    {"name": "can't", "value": c.none.to_string()},
                ],
                "showSubtechniques": t.technique.contains('.'),
            })
        })
        .collect();
    json!({
        "name": "rulescope coverage",
        "versions": {"attack": attack::VERSION, "navigator": "5.1.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": report.logged.join("; "),
        "sorting": 3,
        "hideDisabled": false,
        "techniques": techniques,
        "gradient": {
            "colors": ["#d73027ff", "#fee08bff", "#1a9850ff"], "minValue": 0, "maxValue": 100,
        },
        "legendItems": [
            {"label": "no rule can fire", "color": "#d73027"},
            {"label": "every rule can fire", "color": "#1a9850"},
        ],
    })
}
