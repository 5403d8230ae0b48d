//! Which rules can fire on what a fleet logs, and what a change of that would gain or cost.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_analysis::coverage::EventCoverage;
use rulescope_analysis::{Feed, Reach, feed};
use rulescope_eval::witness::Witness;
use rulescope_eval::{Env, Event, Truth, eval_expr};
use rulescope_ir::{Expr, Fidelity, Scope};
use rulescope_policy::{How, Logged, Switch};
use rulescope_taxonomy::events::{event, short_name};
use rulescope_taxonomy::{attack, logsources::Resolution};
use serde::Serialize;

use crate::Error;
use crate::list::Filter;
use crate::load::RunRule;
use crate::store::Catalog;

/// How many rules of a change are named.
const NAMED: usize = 5;

/// What a fleet's logging lets rules do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CoverageReport {
    /// What it rests on, a line each.
    pub logged: Vec<String>,
    /// Rules over Windows events that can be run.
    #[serde(flatten)]
    pub counts: Counts,
    /// The same for each technique that rules are tagged with.
    pub techniques: Vec<TechniqueCoverage>,
    /// Rules that can't fire.
    pub cant_fire: Vec<RuleCoverage>,
    /// Rules that can fire on a part of what they look for.
    pub partly: Vec<RuleCoverage>,
    /// What switching something on would gain, most rules first.
    pub gains: Vec<Change>,
    /// What switching something off would cost, most rules first.
    pub costs: Vec<Change>,
}

/// Rules by how far they can fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// All of them.
    pub rules: usize,
    /// They can fire.
    pub full: usize,
    /// They can, on a part of what they look for.
    pub part: usize,
    /// They can't.
    pub none: usize,
}

impl Counts {
    fn add(&mut self, reach: Reach) {
        self.rules += 1;
        match reach {
            Reach::Full => self.full += 1,
            Reach::Part => self.part += 1,
            Reach::None => self.none += 1,
        }
    }
}

/// A technique's rules by how far they can fire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TechniqueCoverage {
    /// Its tactic's name.
    pub tactic: String,
    /// Its id today.
    pub technique: String,
    /// Its name.
    pub name: String,
    /// Its rules.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A rule that can't fire on all that it looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCoverage {
    /// `<source>/<slug>`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its severity.
    pub severity: Option<String>,
    /// The techniques it is tagged with.
    pub techniques: Vec<String>,
    /// The events that it reads: `sysmon/1`.
    pub events: Vec<String>,
    /// What would have to be switched on; any of them may do.
    pub wants: Vec<String>,
}

/// A change of what is logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What is switched.
    pub switch: String,
    /// The rules that change: those that could fire only then, or no more.
    pub rules: usize,
    /// Rules that could fire in part and then in full, or the other way round.
    pub better: usize,
    /// Some of the rules, by severity.
    pub examples: Vec<String>,
}

/// A rule with what is known of its events.
struct Judged {
    rule: RunRule,
    feed: Feed,
    witness: Option<Witness>,
    techniques: Vec<(String, String)>,
}

impl Catalog {
    /// Which rules that a filter lets through can fire on what is logged.
    ///
    /// Rules that are deprecated, only counted by others, not understood, or for no Windows event are
    /// left out. A rule whose events a filter of Sysmon's takes apart can fire where its witness
    /// passes the filter, and in part otherwise.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn coverage(&self, logged: &Logged, filter: &Filter) -> Result<CoverageReport, Error> {
        let rules = self.judged(filter)?;
        let mut hows: BTreeMap<(String, u32), How> = BTreeMap::new();
        for rule in &rules {
            for event in rule.feed.events() {
                hows.entry((event.provider.clone(), event.event_id))
                    .or_insert_with(|| logged.how(&event.provider, event.event_id));
            }
        }
        let mut out =
            CoverageReport { logged: logged.origins.clone(), ..CoverageReport::default() };
        let mut techniques: BTreeMap<(String, String), Counts> = BTreeMap::new();
        let mut gains: BTreeMap<Switch, Tally> = BTreeMap::new();
        let mut costs: BTreeMap<Switch, Tally> = BTreeMap::new();
        for rule in &rules {
            let reach = rule.reach(&hows, None);
            out.counts.add(reach);
            for technique in &rule.techniques {
                techniques.entry(technique.clone()).or_default().add(reach);
            }
            let mut wants = BTreeSet::new();
            for (switch, on) in rule.switches(&hows) {
                let changed = rule.reach(&hows, Some((&switch, !on)));
                if changed > reach {
                    gains.entry(switch.clone()).or_default().add(rule, reach == Reach::None);
                } else if changed < reach {
                    costs.entry(switch.clone()).or_default().add(rule, changed == Reach::None);
                }
                if !on {
                    wants.insert(switch.name());
                }
            }
            match reach {
                Reach::Full => {}
                Reach::Part => out.partly.push(rule.line(wants)),
                Reach::None => out.cant_fire.push(rule.line(wants)),
            }
        }
        out.techniques = techniques
            .into_iter()
            .map(|((tactic, technique), counts)| TechniqueCoverage {
                name: attack::technique(&technique).map_or("", |t| t.name).to_owned(),
                tactic,
                technique,
                counts,
            })
            .collect();
        out.gains = changes(gains);
        out.costs = changes(costs);
        Ok(out)
    }

    fn judged(&self, filter: &Filter) -> Result<Vec<Judged>, Error> {
        let mut techniques: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        let mut witnesses: BTreeMap<String, Witness> = BTreeMap::new();
        let mut statement = self.connection.prepare_cached(
            "SELECT source.name || '/' || rule.slug, tactic, technique FROM rule_technique \
             JOIN rule ON rule.id = rule_technique.rule JOIN source ON source.id = rule.source",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            techniques.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT source.name || '/' || rule.slug, witness FROM rule \
             JOIN source ON source.id = rule.source WHERE witness IS NOT NULL",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            witnesses.insert(row.get(0)?, serde_json::from_str(&row.get::<_, String>(1)?)?);
        }
        let mut out = Vec::new();
        for rule in self.run_rules(filter)? {
            let run = !rule.deprecated
                && !rule.only_counted
                && !matches!(rule.fidelity, Fidelity::Opaque | Fidelity::NotEvaluable);
            let feed = feed(&rule.normal);
            if run && !feed.events().is_empty() {
                let techniques = techniques.remove(&rule.id).unwrap_or_default();
                out.push(Judged { feed, witness: witnesses.remove(&rule.id), techniques, rule });
            }
        }
        Ok(out)
    }
}

impl Judged {
    /// How far the rule can fire, where one switch is set otherwise.
    fn reach(&self, hows: &BTreeMap<(String, u32), How>, other: Option<(&Switch, bool)>) -> Reach {
        self.feed.reach(&|event: &EventCoverage| {
            let Some(how) = hows.get(&(event.provider.clone(), event.event_id)) else {
                return Reach::None;
            };
            if let (Some((switch, on)), Some(own)) = (other, switch_of(how))
                && switch == own
            {
                return if on { Reach::Full } else { Reach::None };
            }
            match how {
                How::Yes(_) => Reach::Full,
                How::Where(condition, _) if self.passes(event, condition) => Reach::Full,
                How::Where(..) | How::Partly(_) => Reach::Part,
                How::No(_) => Reach::None,
            }
        })
    }

    /// Whether the rule's witness of an event passes a filter.
    fn passes(&self, of: &EventCoverage, condition: &Expr) -> bool {
        let channel = event(&of.provider, of.event_id).map_or("", |e| e.channel);
        let events = self.witness.iter().flat_map(|w| &w.events);
        events
            .filter(|e| scope(e).means(&of.provider, channel, of.event_id))
            .any(|e| eval_expr(condition, e, &Env::default()) == Truth::True)
    }

    /// The switches of its events, and whether they are on in full.
    fn switches(&self, hows: &BTreeMap<(String, u32), How>) -> BTreeMap<Switch, bool> {
        let mut out = BTreeMap::new();
        for event in self.feed.events() {
            let how = hows.get(&(event.provider.clone(), event.event_id));
            if let Some(switch) = how.and_then(switch_of) {
                let on = match how {
                    Some(How::Yes(_)) => true,
                    Some(How::Where(condition, _)) => self.passes(event, condition),
                    _ => false,
                };
                out.insert(switch.clone(), on);
            }
        }
        out
    }

    fn line(&self, wants: BTreeSet<String>) -> RuleCoverage {
        let mut techniques: Vec<String> = self.techniques.iter().map(|(_, t)| t.clone()).collect();
        techniques.sort();
        techniques.dedup();
        let address = |e: &&EventCoverage| {
            let known = event(&e.provider, e.event_id).map(|known| known.address());
            known.unwrap_or_else(|| {
                format!("{}/{}", short_name(&e.provider).to_lowercase(), e.event_id)
            })
        };
        RuleCoverage {
            id: self.rule.id.clone(),
            title: self.rule.title.clone(),
            severity: self.rule.severity.clone(),
            techniques,
            events: self.feed.events().iter().map(address).collect(),
            wants: wants.into_iter().collect(),
        }
    }
}

/// The log source of a witness's event.
fn scope(event: &Event) -> Resolution {
    let terms = event.scopes.iter();
    Resolution::of(&terms.fold(Scope::default(), |scope, (kind, term)| scope.with(kind, term)))
}

fn switch_of(how: &How) -> Option<&Switch> {
    match how {
        How::Yes(switch) => switch.as_ref(),
        How::Where(_, switch) | How::Partly(switch) | How::No(switch) => Some(switch),
    }
}

/// The rules that a change touches.
#[derive(Default)]
struct Tally {
    rules: usize,
    better: usize,
    named: Vec<(usize, String)>,
}

impl Tally {
    fn add(&mut self, judged: &Judged, altogether: bool) {
        if !altogether {
            self.better += 1;
            return;
        }
        self.rules += 1;
        const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];
        let severity = judged.rule.severity.as_deref().unwrap_or("");
        let rank = SEVERITIES.iter().position(|s| s.eq_ignore_ascii_case(severity));
        self.named.push((rank.unwrap_or(SEVERITIES.len()), judged.rule.id.clone()));
    }
}

fn changes(tallies: BTreeMap<Switch, Tally>) -> Vec<Change> {
    let mut out: Vec<Change> = tallies
        .into_iter()
        .map(|(switch, mut tally)| {
            tally.named.sort();
            Change {
                switch: switch.name(),
                rules: tally.rules,
                better: tally.better,
                examples: tally.named.into_iter().map(|(_, id)| id).take(NAMED).collect(),
            }
        })
        .collect();
    out.sort_by(|a, b| (b.rules, b.better).cmp(&(a.rules, a.better)).then(a.switch.cmp(&b.switch)));
    out
}
