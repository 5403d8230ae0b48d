//! Rules and logs for tests: the corpora where they are, and small files of our own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rulescope_catalog::load::{Loaded, RunRule, from_files};
use rulescope_engine::{Hit, Rule, Summary, scan};
use rulescope_events::{Log, Logs};
use rulescope_ir::{Expr, Fidelity, Pattern, Scope};
use rulescope_rulefile::source::Vendor;

/// The folder that holds `corpora` and `events`, or `None` (and a line that says so).
pub(crate) fn shared() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = match std::env::var_os("RULESCOPE_CORPORA") {
        Some(path) => root.join(path),
        None => root.join("../shared"),
    };
    let there = folder.join("corpora/sigmahq").is_dir() && folder.join("events").is_dir();
    if !there {
        eprintln!("skipped: no corpora at {}", folder.display());
    }
    there.then_some(folder)
}

/// A repository of rules, ready to be run.
pub(crate) struct Corpus {
    /// Active rules that can be run. The id is `<repository>/<file's name>`.
    pub(crate) rules: Vec<Rule>,
    /// Upstream ids by our id.
    pub(crate) upstream: BTreeMap<String, String>,
    /// The files by our id.
    pub(crate) files: BTreeMap<String, PathBuf>,
    /// Active rules that can't be run, each with the reason, by our id.
    pub(crate) idle: BTreeMap<String, String>,
}

/// Whether a rule is run: active, not only counted, and something of it was understood.
fn is_run(rule: &RunRule) -> bool {
    !rule.deprecated && !rule.only_counted && is_understood(rule)
}

fn is_understood(rule: &RunRule) -> bool {
    !matches!(rule.fidelity, Fidelity::Opaque | Fidelity::NotEvaluable)
}

fn corpus(name: &str, vendor: Vendor) -> Option<Corpus> {
    let folder = shared()?.join("corpora").join(name);
    let Loaded { rules, .. } = from_files(&[folder], vendor).expect("a folder of rules");
    let mut out = Corpus {
        rules: Vec::new(),
        upstream: BTreeMap::new(),
        files: BTreeMap::new(),
        idle: BTreeMap::new(),
    };
    let mut seen = BTreeSet::new();
    for rule in rules {
        if rule.deprecated || rule.only_counted {
            continue;
        }
        let file = rule.path.rsplit('/').next().unwrap_or_default();
        let place =
            if rule.ordinal == 0 { String::new() } else { format!("#{}", rule.ordinal + 1) };
        let mut id = format!("{name}/{file}{place}");
        if !seen.insert(id.clone()) {
            // Two files of one name are told apart by their folders.
            let folder = rule.path.rsplit('/').nth(1).unwrap_or_default();
            id = format!("{name}/{folder}/{file}{place}");
            assert!(seen.insert(id.clone()), "two files are called {id}");
        }
        if !is_understood(&rule) {
            let why = rule.lost.unwrap_or_default();
            out.idle.insert(id, format!("{}: {why}", rule.fidelity.name()));
            continue;
        }
        out.files.insert(id.clone(), PathBuf::from(&rule.path));
        if let Some(upstream) = rule.upstream_id {
            out.upstream.insert(id.clone(), upstream);
        }
        out.rules.push(Rule {
            id,
            title: rule.title,
            vendor: rule.vendor,
            severity: rule.severity,
            normal: rule.normal,
        });
    }
    Some(out)
}

/// SigmaHQ's rules.
pub(crate) static SIGMAHQ: LazyLock<Option<Corpus>> =
    LazyLock::new(|| corpus("sigmahq", Vendor::Sigma));

/// mdecrevoisier's rules.
pub(crate) static MDECREVOISIER: LazyLock<Option<Corpus>> =
    LazyLock::new(|| corpus("mdecrevoisier", Vendor::Sigma));

/// Splunk's detections.
pub(crate) static SPLUNK: LazyLock<Option<Corpus>> =
    LazyLock::new(|| corpus("splunk", Vendor::Splunk));

/// Elastic's rules.
pub(crate) static ELASTIC: LazyLock<Option<Corpus>> =
    LazyLock::new(|| corpus("elastic", Vendor::Elastic));

/// The condition of a rule over single events.
pub(crate) fn single(rule: &Rule) -> Option<(&Scope, Option<&Expr>)> {
    match &rule.normal {
        Pattern::Events { scope } => Some((scope, None)),
        Pattern::Filter { input, expr } => match &**input {
            Pattern::Events { scope } => Some((scope, Some(expr))),
            _ => None,
        },
        _ => None,
    }
}

/// The logs below a folder whose names end so.
pub(crate) fn logs(folder: &Path, extension: &str) -> Vec<Log> {
    Logs::new([folder])
        .map(|log| log.expect("a folder of logs"))
        .filter(|log| log.name.ends_with(extension))
        .collect()
}

/// All hits of rules over logs.
pub(crate) fn hits(rules: &[Rule], logs: &[Log]) -> (Vec<Hit>, Summary) {
    let mut hits = Vec::new();
    let summary = scan(rules, logs, &mut |hit| hits.push(hit));
    (hits, summary)
}

/// The lines of a committed table that are neither comments nor empty, in cells.
pub(crate) fn table(text: &str, cells: usize) -> Vec<Vec<&str>> {
    let lines = text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|line| {
            let row: Vec<&str> = line.split('\t').collect();
            assert_eq!(row.len(), cells, "{line}");
            row
        })
        .collect()
}

/// A folder of rules and logs of a test's own.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench { folder: tempfile::tempdir().expect("a folder") }
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
        std::fs::write(&path, text).expect("written");
        path
    }

    /// The rules of a file of Sigma's.
    pub(crate) fn rules(&self, name: &str, text: &str) -> Vec<Rule> {
        let path = self.file(name, text);
        loaded(&from_files(&[path], Vendor::Sigma).expect("read"))
    }
}

/// The rules of what was read that are run, as the engine takes them.
pub(crate) fn loaded(loaded: &Loaded) -> Vec<Rule> {
    let of = |rule: &RunRule| Rule {
        id: rule.id.clone(),
        title: rule.title.clone(),
        vendor: rule.vendor.clone(),
        severity: rule.severity.clone(),
        normal: rule.normal.clone(),
    };
    loaded.rules.iter().filter(|rule| is_run(rule)).map(of).collect()
}
