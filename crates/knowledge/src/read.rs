//! Reads folders of packs.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rulescope_ir::Severity;

use crate::absorb::Absorb;
use crate::harvest::{Broken, Harvest, Source};
use crate::knowledge::Knowledge;
use crate::pack::{Finding, PackReport};
use crate::place::Places;
use crate::plan::{self, Plan};
use crate::readers;
use crate::walk::{self, Entry};

/// Findings of a pack that are kept; a hostile one could have any number.
const MOST_FINDINGS: usize = 200;

/// Reads all packs of some folders. A folder may be a pack, hold several, or hold one among other
/// things, such as a rule repository that has its data sources beside its rules.
///
/// It never fails: what can't be read is in [`Knowledge::findings`] with its file and line, and
/// the rest goes on. The result is the same on every machine and with any number of threads.
pub fn read(folders: &[PathBuf]) -> Knowledge {
    let mut knowledge = Knowledge::default();
    let mut total = Harvest::default();
    for folder in folders {
        let plans = find(folder, &mut knowledge.findings);
        for plan in plans {
            let (report, harvest) = read_pack(knowledge.packs.len(), plan);
            knowledge.packs.push(report);
            total.absorb(harvest);
        }
    }
    knowledge.findings.append(&mut total.findings);
    let places = Places::new(total.events.keys());
    places.settle(&mut total);
    knowledge.take(total);
    knowledge
}

impl Knowledge {
    /// Gives what was settled, so that more can be put to it.
    pub(crate) fn give(&mut self) -> Harvest {
        Harvest {
            events: std::mem::take(&mut self.events),
            records: std::mem::take(&mut self.records),
            attack: std::mem::take(&mut self.attack),
            relations: std::mem::take(&mut self.relations),
            subcategories: std::mem::take(&mut self.subcategories),
            providers: std::mem::take(&mut self.providers),
            channels: std::mem::take(&mut self.channels),
            ..Harvest::default()
        }
    }

    /// Takes over what was settled, and counts it.
    pub(crate) fn take(&mut self, harvest: Harvest) {
        let Harvest {
            events, records, attack, relations, subcategories, providers, channels, ..
        } = harvest;
        self.events = events;
        self.records = records;
        self.attack = attack;
        self.relations = relations;
        self.subcategories = subcategories;
        self.providers = providers;
        self.channels = channels;
        self.count();
        self.index();
    }

    /// Counts each pack's facts.
    fn count(&mut self) {
        let mut counts = vec![0; self.packs.len()];
        self.events.tally(&mut counts);
        self.records.tally(&mut counts);
        self.attack.tally(&mut counts);
        self.relations.tally(&mut counts);
        self.subcategories.tally(&mut counts);
        self.providers.tally(&mut counts);
        self.channels.tally(&mut counts);
        for (pack, count) in self.packs.iter_mut().zip(counts) {
            pack.facts = count;
        }
    }
}

/// The packs of a folder.
fn find(folder: &Path, findings: &mut Vec<Finding>) -> Vec<Plan> {
    let mut say = |path: String, severity, code, message: String| {
        findings.push(Finding { pack: None, path, line: None, severity, code, message });
    };
    let name = folder.to_string_lossy().into_owned();
    if !folder.is_dir() {
        let message = "it is no folder that can be read; name the folder of a pack".to_owned();
        say(name, Severity::Error, "pack/no-folder", message);
        return Vec::new();
    }
    let listing = walk::list(folder);
    for (path, why) in listing.unread.iter().take(MOST_FINDINGS) {
        let message = format!("unreadable ({why}); check its permissions");
        say(format!("{name}/{path}"), Severity::Error, "pack/unreadable-folder", message);
    }
    if listing.cut {
        let message =
            format!("it holds more than {} files; name the packs one by one", walk::MOST_FILES);
        say(name.clone(), Severity::Error, "pack/too-many-files", message);
    }
    let plans = plan::plan(folder, listing);
    if plans.len() >= plan::MOST_PACKS {
        let message = format!("of its packs only {} are read; name the others", plan::MOST_PACKS);
        say(name.clone(), Severity::Error, "pack/too-many-packs", message);
    }
    if plans.is_empty() {
        let message = "no file in it is of a known kind of pack; see the list of kinds".to_owned();
        say(name, Severity::Warning, "pack/unknown", message);
    }
    plans
}

fn read_pack(pack: usize, plan: Plan) -> (PackReport, Harvest) {
    let read: Vec<Result<Harvest, Finding>> =
        plan.files.par_iter().map(|entry| read_file(pack, &plan, entry)).collect();
    let mut report = PackReport {
        name: plan.name,
        kind: plan.kind,
        path: plan.root,
        files: 0,
        failed: 0,
        unknown: plan.unknown,
        facts: 0,
        subjects: 0,
        licence: plan.licence,
    };
    let mut harvest = Harvest::default();
    for file in read {
        match file {
            Ok(file) => {
                report.files += 1;
                harvest.absorb(file);
            }
            Err(finding) => {
                report.failed += 1;
                harvest.findings.push(finding);
            }
        }
    }
    readers::link(&mut harvest, pack);
    report.subjects = subjects(&harvest);
    if harvest.lost > 0 {
        let message = format!("{} values are left out, of lists that hold too many", harvest.lost);
        harvest.findings.push(about_pack(pack, "pack/too-many-values", message));
        harvest.lost = 0;
    }
    if harvest.findings.len() > MOST_FINDINGS {
        let more = harvest.findings.len() - MOST_FINDINGS;
        // What lost a file is kept before what did not.
        harvest.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        harvest.findings.truncate(MOST_FINDINGS);
        let message = format!("{more} more findings are left out");
        harvest.findings.push(about_pack(pack, "pack/more-findings", message));
    }
    (report, harvest)
}

fn read_file(pack: usize, plan: &Plan, entry: &Entry) -> Result<Harvest, Finding> {
    let broken = |broken: Broken| Finding {
        pack: Some(pack),
        path: entry.path.clone(),
        line: broken.line,
        severity: Severity::Error,
        code: "pack/broken-file",
        message: broken.message,
    };
    let text = walk::text(entry).map_err(|(line, message)| broken(Broken { line, message }))?;
    let mut source = Source::new(pack, &entry.path, &text);
    let mut harvest = Harvest::default();
    readers::read(plan.kind, &mut source, &mut harvest).map_err(broken)?;
    harvest.lost += source.lost();
    harvest.findings.append(&mut source.findings);
    Ok(harvest)
}

fn subjects(harvest: &Harvest) -> usize {
    let attack = &harvest.attack;
    harvest.events.len()
        + harvest.records.len()
        + harvest.relations.len()
        + attack.techniques.len()
        + attack.tactics.len()
        + attack.components.len()
        + attack.strategies.len()
        + attack.analytics.len()
}

fn about_pack(pack: usize, code: &'static str, message: String) -> Finding {
    let path = String::new();
    Finding { pack: Some(pack), path, line: None, severity: Severity::Warning, code, message }
}
