//! How far a rule over several events comes on a log: what each of its parts found, and which groups
//! come closest to what it asks for.

use std::collections::BTreeMap;

use rulescope_eval::{Datum, Env, Event, Match, Tree, Truth, explain as explain_expr, run};
use rulescope_ir::{Expr, JoinKey, Occurrence, Pattern, Step, Variable, Window};

use crate::kept::{Kept, Pool, Reads};
use crate::record::Record;
use crate::rule::{Rule, scope_text};
use crate::scan::KEPT;

/// How many groups are shown of a condition over groups.
const CLOSEST: usize = 3;

/// Records of a log, as a rule over several events reads them.
#[derive(Debug)]
pub struct Together<'r> {
    rule: &'r Rule,
    reads: Reads<'r>,
    kept: Vec<Kept>,
    pool: Pool,
}

/// A part of a rule with what it found in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The part in words.
    pub what: String,
    /// How many rows it gives: events, groups, sequences.
    pub rows: usize,
    /// Of a condition over groups those that come closest, with the condition's answers.
    pub closest: Vec<Closest>,
    /// The parts that it is made of.
    pub parts: Vec<Part>,
}

/// A group that a condition was asked of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closest {
    /// Its keys and what was computed of it.
    pub fields: BTreeMap<String, Datum>,
    /// How many events it has.
    pub events: usize,
    /// The condition's answers.
    pub tree: Tree,
}

impl<'r> Together<'r> {
    /// For a rule over several events; `None` for one that a single event decides.
    pub fn of(rule: &'r Rule) -> Option<Together<'r>> {
        (!rule.is_of_one_event()).then(|| Together {
            rule,
            reads: Reads::of(rule),
            kept: Vec::new(),
            pool: Pool::default(),
        })
    }

    /// Takes a record in, where one of the rule's log sources takes it.
    pub fn add(&mut self, record: &Record<'_>) {
        let timeless = self.reads.timed && record.event().time.is_none();
        if !timeless && self.kept.len() < KEPT && self.reads.takes(record) {
            let shared = self.pool.share(record);
            self.kept.push(self.reads.keep(record, &shared, Vec::new(), &mut self.pool));
        }
    }

    /// How far the rule comes.
    pub fn part(&self) -> Part {
        self.of_pattern(&self.rule.normal)
    }

    fn rows(&self, pattern: &Pattern) -> Vec<Match> {
        run(pattern, &self.kept, None)
    }

    fn of_pattern(&self, pattern: &Pattern) -> Part {
        let rows = self.rows(pattern).len();
        let mut closest = Vec::new();
        let (what, parts) = match pattern {
            Pattern::Events { scope } => (format!("events of {}", scope_text(scope)), Vec::new()),
            Pattern::Filter { input, expr } => match &**input {
                Pattern::Events { scope } => {
                    let what = format!("events of {} that pass their condition", scope_text(scope));
                    (what, Vec::new())
                }
                below => {
                    closest = self.closest(below, expr);
                    ("those that pass the condition".to_owned(), vec![self.of_pattern(below)])
                }
            },
            Pattern::Aggregate { input, keys, window, .. } => {
                let keys: Vec<&str> = keys.iter().map(|k| k.name.as_str()).collect();
                (groups(&keys, window), vec![self.of_pattern(input)])
            }
            Pattern::Temporal { variables, join, within, ordered, condition, .. } => {
                let mut what = temporal(join, within.display(), *ordered);
                if *ordered && rows == 0 {
                    let mut any = pattern.clone();
                    if let Pattern::Temporal { ordered, .. } = &mut any {
                        *ordered = false;
                    }
                    what += &format!("; {} in any order", self.rows(&any).len());
                }
                let parts = variables.iter().map(|v| self.variable(v, pattern, condition));
                (what, parts.collect())
            }
            Pattern::Sequence { steps, .. } => {
                let parts = steps.iter().enumerate().map(|(i, s)| self.step(i, s, pattern));
                ("sequences of these steps".to_owned(), parts.collect())
            }
            other => {
                let parts = other.children().into_iter().map(|p| self.of_pattern(p)).collect();
                (word(other).to_owned(), parts)
            }
        };
        Part { what, rows, closest, parts }
    }

    /// The groups that a condition was asked of: those that pass, then those of which the most was
    /// counted.
    fn closest(&self, input: &Pattern, expr: &Expr) -> Vec<Closest> {
        let mut found: Vec<(Truth, f64, Closest)> = self
            .rows(input)
            .into_iter()
            .map(|row| {
                let mut view = Event::at(row.time);
                view.values = row.fields.clone();
                let tree = explain_expr(expr, &view, &Env::default(), &[]);
                let counted = row.fields.values().filter_map(|v| match v {
                    Datum::Number(n) => Some(n.as_f64()),
                    _ => None,
                });
                let counted = counted.fold(0.0, f64::max);
                let group = Closest { fields: row.fields, events: row.events.len(), tree };
                (group.tree.truth, counted, group)
            })
            .collect();
        let rank = |truth: Truth| match truth {
            Truth::True => 0,
            Truth::Unknown => 1,
            Truth::False => 2,
        };
        found.sort_by(|a, b| rank(a.0).cmp(&rank(b.0)).then(b.1.total_cmp(&a.1)));
        // Windows that overlap show the same group over and over.
        let mut groups: Vec<BTreeMap<String, Datum>> = Vec::new();
        let mut out = Vec::new();
        for (_, _, group) in found {
            let mut keys = group.fields.clone();
            keys.retain(|_, value| !matches!(value, Datum::Number(_) | Datum::List(_)));
            if !groups.contains(&keys) {
                groups.push(keys);
                out.push(group);
            }
            if out.len() == CLOSEST {
                break;
            }
        }
        out
    }

    /// How many events a variable has, and the most that lie in one window of one group.
    fn variable(&self, variable: &Variable, whole: &Pattern, condition: &Occurrence) -> Part {
        let mut alone = whole.clone();
        if let Pattern::Temporal { condition, ordered, aggregates, .. } = &mut alone {
            *condition = Occurrence::AtLeast { variable: variable.name.clone(), count: 1 };
            *ordered = false;
            aggregates.clear();
        }
        let most = self.rows(&alone).iter().map(|row| row.events.len()).max().unwrap_or(0);
        let (least, never) = asked(condition, &variable.name);
        let asked = match (least, never) {
            (0, true) => "none may be there".to_owned(),
            (0, false) => "none is asked for".to_owned(),
            (n, _) => format!("{n} asked for"),
        };
        let rows = self.rows(&variable.pattern).len();
        let what = format!("{}: at most {most} together, {asked}", variable.name);
        Part { what, rows, closest: Vec::new(), parts: Vec::new() }
    }

    /// How many rows a step takes, and how many sequences come as far.
    fn step(&self, at: usize, step: &Step, whole: &Pattern) -> Part {
        let mut so_far = whole.clone();
        if let Pattern::Sequence { steps, .. } = &mut so_far {
            steps.truncate(at + 1);
        }
        let rows = self.rows(&step.pattern).len();
        let number = at + 1;
        let what = if step.missing {
            format!("step {number}, which must not be there")
        } else {
            let far = self.rows(&so_far).len();
            let runs =
                if step.runs > 1 { format!(", {} in a row", step.runs) } else { String::new() };
            format!("step {number}{runs}: {far} sequences come as far")
        };
        Part { what, rows, closest: Vec::new(), parts: vec![self.of_pattern(&step.pattern)] }
    }
}

/// A node of one input or several in words.
fn word(pattern: &Pattern) -> &'static str {
    match pattern {
        Pattern::Events { .. } | Pattern::Filter { .. } => "events",
        Pattern::Extend { .. } => "with further fields",
        Pattern::Expand { .. } => "one for each element of a list",
        Pattern::Aggregate { .. } => "groups",
        Pattern::Windowed { .. } => "with values of the rows around",
        Pattern::Sequence { .. } => "sequences",
        Pattern::Transaction { .. } => "transactions",
        Pattern::Temporal { .. } => "events together",
        Pattern::NewTerms { .. } => "those whose values are new",
        Pattern::Dedup { .. } => "the first of each key",
        Pattern::Limit { .. } => "the first of an order",
        Pattern::Lookup { .. } => "looked up in a table",
        Pattern::Union { .. } => "all of these",
        Pattern::Join { .. } => "joined pairs",
        Pattern::Scheduled { .. } => "runs over a span of time",
        Pattern::Opaque { .. } => "a part that was not understood",
    }
}

fn groups(keys: &[&str], window: &Window) -> String {
    let window = match window {
        Window::Whole => "in all logs".to_owned(),
        Window::Tumbling { size } => format!("in each {}", size.display()),
        Window::Hopping { size, step } => {
            format!("in {} from every {} on", size.display(), step.display())
        }
        Window::Sliding { size } => format!("in the {} up to each event", size.display()),
        Window::Session { gap } => format!("until a pause of {}", gap.display()),
    };
    match keys {
        [] => format!("groups {window}"),
        keys => format!("groups by {} {window}", keys.join(", ")),
    }
}

fn temporal(join: &[JoinKey], within: String, ordered: bool) -> String {
    let order = if ordered { ", in this order" } else { "" };
    let keys: Vec<&str> = join.iter().map(|k| k.name.as_str()).collect();
    let keys = if keys.is_empty() { String::new() } else { format!(" of one {}", keys.join(", ")) };
    format!("events{keys} within {within}{order}")
}

/// How many events of a variable a condition asks for at most, and whether it asks that there be
/// none.
fn asked(condition: &Occurrence, name: &str) -> (u64, bool) {
    fn walk(o: &Occurrence, name: &str, negated: bool, out: &mut (u64, bool)) {
        match o {
            Occurrence::All(of) | Occurrence::Any(of) => {
                of.iter().for_each(|o| walk(o, name, negated, out));
            }
            Occurrence::Not(inner) => walk(inner, name, !negated, out),
            Occurrence::AtLeast { variable, count } if variable == name => {
                if negated {
                    out.1 = true
                } else {
                    out.0 = out.0.max(*count)
                }
            }
            Occurrence::AtLeast { .. } | Occurrence::Truth(_) => {}
        }
    }
    let mut out = (0, false);
    walk(condition, name, false, &mut out);
    out
}
