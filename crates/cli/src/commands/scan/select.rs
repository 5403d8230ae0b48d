//! Which rules a scan runs.

use std::path::PathBuf;

use anyhow::bail;
use rulescope_catalog::list::Filter;
use rulescope_catalog::load::{RunRule, from_files};
use rulescope_engine::{Rule, Skipped};
use rulescope_ir::Fidelity;
use rulescope_rulefile::source::Vendor;
use rulescope_taxonomy::attack::{self, Attack};

use crate::level::Level;
use crate::output::CatalogArg;
use crate::report::About;

/// Which rules are run.
#[derive(Debug, clap::Args)]
pub(crate) struct SelectArgs {
    #[command(flatten)]
    catalog: CatalogArg,
    /// Rule files or folders of rules instead of a catalog; of the vendor of --vendor, or Sigma's
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "catalog")]
    rules: Vec<PathBuf>,
    /// Only rules of these vendors
    #[arg(long)]
    vendor: Vec<String>,
    /// Only rules of these severities
    #[arg(long)]
    severity: Vec<String>,
    /// Only rules of this severity or a worse one; a rule without one is left out
    #[arg(long, value_enum, value_name = "SEVERITY", ignore_case = true)]
    min_severity: Option<Level>,
    /// Only rules for these ATT&CK techniques, their sub-techniques included
    #[arg(long, value_name = "T1047", num_args = 1..)]
    technique: Vec<String>,
    /// Deprecated rules too
    #[arg(long)]
    deprecated: bool,
}

/// Rules as the engine takes them, and those that are left out.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) rules: Vec<Rule>,
    /// What reports say of each besides, in their order.
    pub(crate) about: Vec<About>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) failed: Vec<(String, String)>,
    /// What is wrong with rules that are run all the same.
    pub(crate) errors: Vec<String>,
}

/// A technique by the ids that mean it: today's, and the one that was asked for.
#[derive(Debug)]
struct Technique {
    today: &'static str,
    asked: &'static str,
}

impl Technique {
    fn read(text: &str) -> anyhow::Result<Technique> {
        let text = text.trim();
        let Some(asked) = attack::technique(text) else {
            bail!("`{text}` is no ATT&CK technique; write an id such as T1047 or T1059.001");
        };
        let today = attack::today(text).map_or(asked.id, |current| current.technique.id);
        Ok(Technique { today, asked: asked.id })
    }

    /// Whether an id is the technique's or one of its sub-techniques'.
    fn takes(&self, id: &str) -> bool {
        let main = id.split_once('.').map_or(id, |(main, _)| main);
        [self.today, self.asked].iter().any(|own| *own == id || *own == main)
    }

    fn is_of(&self, attack: &Attack) -> bool {
        attack
            .rows
            .iter()
            .any(|row| self.takes(row.technique.id) || row.was.is_some_and(|was| self.takes(was)))
    }
}

/// The flags as they are asked of every rule.
struct Wanted<'a> {
    args: &'a SelectArgs,
    techniques: Vec<Technique>,
}

impl Wanted<'_> {
    fn takes(&self, rule: &RunRule) -> bool {
        let severity = rule.severity.as_deref();
        let named = &self.args.severity;
        let of_severity = named.is_empty()
            || severity.is_some_and(|s| named.iter().any(|w| w.eq_ignore_ascii_case(s)));
        let bad_enough = match (self.args.min_severity, Level::of(severity)) {
            (Some(least), Some(level)) => level >= least,
            _ => true,
        };
        let of_technique =
            self.techniques.is_empty() || self.techniques.iter().any(|t| t.is_of(&rule.attack));
        of_severity && bad_enough && of_technique
    }
}

impl Selection {
    fn add(&mut self, rule: RunRule, wanted: &Wanted<'_>) {
        let skip = |why: &str| Skipped { id: rule.id.clone(), why: why.to_owned(), lost: None };
        if !wanted.takes(&rule) {
            return;
        }
        if rule.deprecated && !wanted.args.deprecated {
            self.skipped.push(skip("deprecated (--deprecated runs it)"));
        } else if rule.only_counted {
            self.skipped.push(skip("only counted by a correlation"));
        } else if let Some(why) = not_run(&rule) {
            let lost = rule.lost.as_ref().map(|lost| format!("{}: {lost}", rule.path));
            self.skipped.push(Skipped { lost, ..skip(why) });
        } else if wanted.args.min_severity.is_some()
            && Level::of(rule.severity.as_deref()).is_none()
        {
            self.skipped.push(skip("of no severity that can be compared"));
        } else {
            let (rule, about) = split(rule);
            self.rules.push(rule);
            self.about.push(about);
        }
    }
}

/// Why a rule can't be run; `None` where it can.
pub(crate) fn not_run(rule: &RunRule) -> Option<&'static str> {
    match rule.fidelity {
        Fidelity::Opaque => Some("nothing of it was understood"),
        Fidelity::NotEvaluable => Some("it needs what no log holds"),
        Fidelity::Exact | Fidelity::Partial => None,
    }
}

/// A rule as the engine takes it, and what reports say of it besides.
pub(crate) fn split(rule: RunRule) -> (Rule, About) {
    let about = About {
        upstream_id: rule.upstream_id,
        attack: rule.attack,
        description: rule.description,
        references: rule.references,
    };
    let rule = Rule {
        id: rule.id,
        title: rule.title,
        vendor: rule.vendor,
        severity: rule.severity,
        normal: rule.normal,
    };
    (rule, about)
}

impl SelectArgs {
    /// The rules that are asked for.
    pub(crate) fn select(&self) -> anyhow::Result<Selection> {
        let techniques =
            self.technique.iter().map(|t| Technique::read(t)).collect::<Result<_, _>>()?;
        let wanted = Wanted { args: self, techniques };
        let mut selection = Selection::default();
        if self.rules.is_empty() {
            let catalog = self.catalog.open()?;
            let filters: Vec<Filter> = if self.vendor.is_empty() {
                vec![Filter::default()]
            } else {
                let of =
                    |vendor: &String| Filter { vendor: Some(vendor.clone()), ..Filter::default() };
                self.vendor.iter().map(of).collect()
            };
            for filter in &filters {
                for rule in catalog.run_rules(filter)? {
                    selection.add(rule, &wanted);
                }
            }
            return Ok(selection);
        }
        let vendor = match self.vendor.as_slice() {
            [] => Vendor::Sigma,
            [one] => one.parse()?,
            _ => bail!("rule files are of one vendor; give --vendor once"),
        };
        let loaded = from_files(&self.rules, vendor)?;
        selection.failed.extend(loaded.failed);
        selection.errors = loaded.errors;
        for rule in loaded.rules {
            // A catalog's build has told of these.
            if rule.fidelity == Fidelity::Opaque {
                let why = "nothing of it was understood";
                let why =
                    rule.lost.as_ref().map_or(why.to_owned(), |lost| format!("{why}: {lost}"));
                selection.failed.push((rule.path.clone(), why));
            }
            selection.add(rule, &wanted);
        }
        Ok(selection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(asked: &str, tags: &[&str]) -> bool {
        let technique = Technique::read(asked).expect("a technique");
        technique.is_of(&attack::coverage(tags.iter().copied()))
    }

    #[test]
    fn a_technique_means_its_sub_techniques_and_what_it_was() {
        assert!(takes("T1059", &["attack.t1059.001"]));
        assert!(takes("t1059.001", &["attack.t1059.001"]));
        assert!(!takes("T1059.001", &["attack.t1059", "attack.t1059.003"]));
        // T1086 is T1059.001 today, whichever of the two a rule carries.
        assert!(takes("T1086", &["attack.t1059.001"]));
        assert!(takes("T1059.001", &["attack.t1086"]));
        assert!(takes("T1059", &["attack.t1086"]));
        assert!(!takes("T1047", &["attack.t1059", "attack.execution"]));
        assert!(Technique::read("T9999").is_err());
    }
}
