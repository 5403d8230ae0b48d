//! Which rules can fire on what a fleet logs, and what a change of that would gain or cost.

use std::collections::{BTreeMap, BTreeSet};

use rulescope_analysis::coverage::EventCoverage;
use rulescope_analysis::{Feed, Reach, Told, feed, feed_given};
use rulescope_eval::witness::Witness;
use rulescope_eval::{Env, Event, Truth, eval_expr};
use rulescope_ir::{Expr, Fidelity, Pattern, Scope};
use rulescope_policy::{How, Logged, Switch, need};
use rulescope_taxonomy::audit::FieldSetting;
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
    /// What rules that can fire want besides, which no policy says, most rules first.
    pub needs: Vec<Need>,
}

/// What events want besides their switches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    /// In words.
    pub need: String,
    /// Rules that can fire, but on events that want it alone.
    pub rules: usize,
    /// Some of them, by severity.
    pub examples: Vec<String>,
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
        let mut hows: Hows = BTreeMap::new();
        for rule in &rules {
            for event in rule.feed.events() {
                let key = (event.provider.clone(), event.event_id);
                hows.entry(key).or_insert_with_key(|(provider, id)| State {
                    how: logged.how(provider, *id),
                    fields: logged.fields(provider, *id),
                });
            }
        }
        let mut out =
            CoverageReport { logged: logged.origins.clone(), ..CoverageReport::default() };
        let mut techniques: BTreeMap<(String, String), Counts> = BTreeMap::new();
        let mut gains: BTreeMap<String, Tally> = BTreeMap::new();
        let mut costs: BTreeMap<String, Tally> = BTreeMap::new();
        let mut needs: BTreeMap<String, Tally> = BTreeMap::new();
        for rule in &rules {
            let reach = rule.reach(&hows, &[]);
            out.counts.add(reach);
            for technique in &rule.techniques {
                techniques.entry(technique.clone()).or_default().add(reach);
            }
            let mut wants = BTreeSet::new();
            let switches = rule.switches(&hows);
            for (switch, on) in &switches {
                let changed = rule.reach(&hows, &[(switch, !on)]);
                // A machine is not made a controller for the sake of its log.
                let is_role = matches!(switch, Switch::Role { .. });
                if changed > reach && !is_role {
                    gains.entry(switch.name()).or_default().add(rule, reach == Reach::None);
                } else if changed < reach {
                    costs.entry(switch.name()).or_default().add(rule, changed == Reach::None);
                } else if let Some(with) = rule.setting(switch, &switches, &hows)
                    && !on
                    && rule.reach(&hows, &[(switch, true), (&with, true)]) > reach
                {
                    let both = format!("{} and {}", switch.name(), with.name());
                    gains.entry(both).or_default().add(rule, reach == Reach::None);
                }
                if !on {
                    wants.extend(rule.want(switch, &switches, &hows));
                }
            }
            wants.extend(rule.unknown(&hows));
            if let (true, Some(need)) = (reach > Reach::None, rule.need(&hows)) {
                needs.entry(need).or_default().add(rule, true);
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
        out.needs = changes(needs)
            .into_iter()
            .map(|(need, rules, _, examples)| Need { need, rules, examples })
            .collect();
        let change = |(switch, rules, better, examples)| Change { switch, rules, better, examples };
        out.gains = changes(gains).into_iter().map(change).collect();
        out.costs = changes(costs).into_iter().map(change).collect();
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
    /// How far the rule can fire, where these switches are set otherwise.
    fn reach(&self, hows: &Hows, other: &[(&Switch, bool)]) -> Reach {
        let is_on = |setting: &FieldSetting, on: bool| {
            let is = |switch: &Switch| matches!(switch, Switch::Setting { name } if *name == setting.name);
            other.iter().find(|(switch, _)| is(switch)).map_or(on, |(_, other)| *other)
        };
        let off: Vec<&FieldSetting> = self
            .settings(hows)
            .filter(|(setting, on)| !is_on(setting, *on))
            .map(|(setting, _)| setting)
            .collect();
        let poorer = (!off.is_empty()).then(|| without(&self.rule.normal, &off));
        poorer.as_ref().unwrap_or(&self.feed).reach(&|event: &EventCoverage| {
            let Some(State { how, .. }) = hows.get(&(event.provider.clone(), event.event_id))
            else {
                return Reach::None;
            };
            let own = switch_of(how);
            if let Some((_, on)) = other.iter().find(|(switch, _)| Some(*switch) == own) {
                return if *on { Reach::Full } else { Reach::None };
            }
            match how {
                How::Yes(_) => Reach::Full,
                How::Where(condition, _) if self.passes(event, condition) => Reach::Full,
                How::Where(..) | How::Partly(_) => Reach::Part,
                How::No(_) | How::Unknown => Reach::None,
            }
        })
    }

    /// The settings that fields of its events depend on, and whether they are on.
    fn settings<'h>(
        &'h self,
        hows: &'h Hows,
    ) -> impl Iterator<Item = (&'static FieldSetting, bool)> + 'h {
        let events = self.feed.events().into_iter();
        events.filter_map(|e| hows.get(&(e.provider.clone(), e.event_id))?.fields)
    }

    /// The events that a switch is for.
    fn events_of<'h>(
        &'h self,
        switch: &'h Switch,
        hows: &'h Hows,
    ) -> impl Iterator<Item = &'h EventCoverage> {
        self.feed.events().into_iter().filter(move |e| {
            let state = hows.get(&(e.provider.clone(), e.event_id));
            state.and_then(|state| switch_of(&state.how)) == Some(switch)
        })
    }

    /// The setting that is off and that fields which it tests of a switch's events depend on.
    fn setting(
        &self,
        switch: &Switch,
        switches: &BTreeMap<Switch, bool>,
        hows: &Hows,
    ) -> Option<Switch> {
        let mut fields = self.events_of(switch, hows).filter_map(|e| {
            let state = hows.get(&(e.provider.clone(), e.event_id))?;
            Some(Switch::Setting { name: state.fields?.0.name })
        });
        fields.find(|setting| switches.get(setting) == Some(&false))
    }

    /// A switch in words, with what its events want besides. `None` for a setting of fields where
    /// the switch of their event says it.
    fn want(
        &self,
        switch: &Switch,
        switches: &BTreeMap<Switch, bool>,
        hows: &Hows,
    ) -> Option<String> {
        let off = switches.iter().filter(|(_, on)| !**on).map(|(other, _)| other);
        let mut said = off.filter_map(|other| self.setting(other, switches, hows));
        if said.any(|setting| setting == *switch) {
            return None;
        }
        let events = self.events_of(switch, hows);
        let mut needs: BTreeSet<_> = events.map(|e| need(&e.provider, e.event_id)).collect();
        let mut out = switch.name();
        if let Some(setting) = self.setting(switch, switches, hows) {
            out += &format!(" and {}", setting.name());
        }
        // Where one of its events does without, it is no need.
        if let (Some(Some(need)), true) = (needs.pop_last(), needs.is_empty()) {
            out += &format!(" and {need}");
        }
        Some(out)
    }

    /// Its events of which nobody knows what writes them, in words.
    fn unknown(&self, hows: &Hows) -> Vec<String> {
        let is = |e: &&EventCoverage| {
            let state = hows.get(&(e.provider.clone(), e.event_id));
            state.is_some_and(|state| state.how == How::Unknown)
        };
        let events = self.feed.events().into_iter().filter(is);
        events.map(|e| format!("what writes {} is not known", address(e))).collect()
    }

    /// What every event on which it can fire wants besides its switch.
    fn need(&self, hows: &Hows) -> Option<String> {
        let logged = self.feed.events().into_iter().filter(|e| {
            let state = hows.get(&(e.provider.clone(), e.event_id));
            state.is_some_and(|state| !matches!(state.how, How::No(_) | How::Unknown))
        });
        let needs: Vec<Option<&str>> = logged.map(|e| need(&e.provider, e.event_id)).collect();
        let first = (*needs.first()?)?;
        needs.iter().all(|need| *need == Some(first)).then(|| first.to_owned())
    }

    /// Whether the rule's witness of an event passes a filter.
    fn passes(&self, of: &EventCoverage, condition: &Expr) -> bool {
        let channel = event(&of.provider, of.event_id).map_or("", |e| e.channel);
        let events = self.witness.iter().flat_map(|w| &w.events);
        events
            .filter(|e| scope(e).means(&of.provider, channel, of.event_id))
            .any(|e| eval_expr(condition, e, &Env::default()) == Truth::True)
    }

    /// The switches of its events and of their fields, and whether they are on in full.
    fn switches(&self, hows: &Hows) -> BTreeMap<Switch, bool> {
        let mut out = BTreeMap::new();
        for event in self.feed.events() {
            let how = hows.get(&(event.provider.clone(), event.event_id)).map(|state| &state.how);
            if let Some(switch) = how.and_then(switch_of) {
                let on = match how {
                    Some(How::Yes(_)) => true,
                    Some(How::Where(condition, _)) => self.passes(event, condition),
                    _ => false,
                };
                out.insert(switch.clone(), on);
            }
        }
        for (setting, on) in self.settings(hows) {
            // What the rule does not test it does not want.
            if without(&self.rule.normal, &[setting]) != self.feed {
                out.insert(Switch::Setting { name: setting.name }, on);
            }
        }
        out
    }

    fn line(&self, wants: BTreeSet<String>) -> RuleCoverage {
        let mut techniques: Vec<String> = self.techniques.iter().map(|(_, t)| t.clone()).collect();
        techniques.sort();
        techniques.dedup();
        RuleCoverage {
            id: self.rule.id.clone(),
            title: self.rule.title.clone(),
            severity: self.rule.severity.clone(),
            techniques,
            events: self.feed.events().into_iter().map(address).collect(),
            wants: wants.into_iter().collect(),
        }
    }
}

/// An event as commands name it: `sysmon/1`.
fn address(e: &EventCoverage) -> String {
    let known = event(&e.provider, e.event_id).map(|known| known.address());
    known.unwrap_or_else(|| format!("{}/{}", short_name(&e.provider).to_lowercase(), e.event_id))
}

/// What is known of each event that a rule reads, by provider and id.
type Hows = BTreeMap<(String, u32), State>;

/// How an event is logged.
struct State {
    how: How,
    fields: Option<(&'static FieldSetting, bool)>,
}

/// What a rule needs where these settings are off: their fields are as if they were not there.
fn without(normal: &Pattern, off: &[&FieldSetting]) -> Feed {
    feed_given(normal, &|event, predicate| {
        let is_of = |setting: &&&FieldSetting| {
            event.provider == "Microsoft-Windows-Security-Auditing" && setting.event_id == event.id
        };
        let native = predicate.field().and_then(|field| event.native_field(field.name()))?;
        let setting = off.iter().find(is_of)?;
        let told = Told { answer: predicate.missing, lacks: true };
        setting.fields.contains(&native).then_some(told)
    })
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
        How::Unknown => None,
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

/// The rows of a table of changes: what, rules, rules in part, some of the rules; most rules first.
fn changes(tallies: BTreeMap<String, Tally>) -> Vec<(String, usize, usize, Vec<String>)> {
    let mut out: Vec<_> = tallies
        .into_iter()
        .map(|(what, mut tally)| {
            tally.named.sort();
            let examples = tally.named.into_iter().map(|(_, id)| id).take(NAMED).collect();
            (what, tally.rules, tally.better, examples)
        })
        .collect();
    out.sort_by(|a, b| (b.1, b.2).cmp(&(a.1, a.2)).then_with(|| a.0.cmp(&b.0)));
    out
}
