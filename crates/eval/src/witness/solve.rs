//! The search for one event that passes conditions in normal form.
//!
//! Tests that stand alone are demanded first; then one branch of every choice, the fewest branches
//! first, going back where no value passes all that is demanded of a field. Every demand is asked
//! of the draft by the evaluator itself; what is guessed here is only what to try.

use std::borrow::Cow;
use std::cell::Cell;

use rulescope_ir::{Expr, Field, Op, Predicate, Quantifier, Subject, Value, print, visit};

use super::candidates::{Candidates, Wish};
use super::date;
use super::demand::{Demand, place_of};
use super::draft::{Bindings, Draft, ELEMENT, TIME};
use super::reason::Reason;
use crate::datum::Datum;
use crate::expr::eval_expr;
use crate::truth::Truth;

/// How many values may be compared in one search.
pub(super) const FUEL: usize = 100_000;
/// How many choices may stand open: each is a level of recursion.
const CHOICES: usize = 512;
/// The longest value, in bytes.
const LONGEST: usize = 1 << 16;

/// A condition that the event has to pass.
#[derive(Debug, Clone)]
pub(super) struct Goal<'p> {
    /// The condition.
    pub(super) expr: &'p Expr,
    /// The variables around it.
    pub(super) bindings: Bindings,
    /// How many of the draft's definitions it sees.
    pub(super) definitions: usize,
}

/// The search's state.
pub(super) struct Solver<'p> {
    draft: Draft<'p>,
    demands: Vec<Demand<'p>>,
    fuel: usize,
    /// The demand that a change failed at last.
    blocker: Option<usize>,
    /// The reason of the failure with the most demands met.
    trouble: Option<(usize, Reason)>,
}

/// The draft with values that pass all goals.
/// The values that are compared are taken off `values`, how many may still be.
pub(super) fn solved<'p>(
    draft: Draft<'p>,
    goals: Vec<Goal<'p>>,
    values: &Cell<usize>,
) -> Result<Draft<'p>, Reason> {
    let fuel = FUEL.min(values.get());
    let mut solver = Solver { draft, demands: Vec::new(), fuel, blocker: None, trouble: None };
    let found = solver.solve(goals, Vec::new());
    values.set(values.get() - (fuel - solver.fuel));
    if found {
        return Ok(solver.draft);
    }
    if solver.fuel == 0 {
        return Err(Reason::TooLarge { text: "the search for values".to_owned() });
    }
    Err(solver.trouble.map_or_else(
        || Reason::NotConfirmed { text: "the condition".to_owned() },
        |(_, reason)| reason,
    ))
}

impl<'p> Solver<'p> {
    fn solve(&mut self, mut units: Vec<Goal<'p>>, mut choices: Vec<Goal<'p>>) -> bool {
        units.reverse();
        while let Some(goal) = units.pop() {
            let with = |expr: &'p Expr| Goal { expr, ..goal.clone() };
            match goal.expr {
                Expr::All(of) => units.extend(of.iter().rev().map(with)),
                Expr::Const(true) => {}
                Expr::Const(false) => {
                    let never = print::expr(goal.expr);
                    return self
                        .fail(|| Reason::Contradiction { one: never.clone(), other: never });
                }
                Expr::Opaque { text, .. } => {
                    return self.fail(|| Reason::OpaquePart { text: text.clone() });
                }
                Expr::Not(inner) => {
                    return self.fail(|| Reason::OpaquePart { text: print::expr(inner) });
                }
                Expr::Predicate(p) if is_unit(p) => {
                    if !self.unit(p, &goal) {
                        return false;
                    }
                }
                Expr::Predicate(_) | Expr::Any(_) | Expr::AtLeast { .. } | Expr::Each { .. } => {
                    choices.push(goal);
                }
            }
        }
        let next = choices.iter().enumerate().min_by_key(|(i, goal)| (rank(goal.expr), *i));
        let Some((next, _)) = next else { return true };
        if choices.len() > CHOICES {
            return self.fail(|| Reason::TooLarge { text: format!("{} choices", choices.len()) });
        }
        let goal = choices.remove(next);
        self.choose(&goal, &choices)
    }

    fn fail(&mut self, reason: impl FnOnce() -> Reason) -> bool {
        if self.trouble.as_ref().is_none_or(|(met, _)| *met < self.demands.len()) {
            self.trouble = Some((self.demands.len(), reason()));
        }
        false
    }

    /// Demands a predicate that leaves no choice.
    fn unit(&mut self, p: &'p Predicate, goal: &Goal<'p>) -> bool {
        if p.negated || p.values.is_empty() {
            return self.demand(Cow::Borrowed(p), None, goal);
        }
        (0..p.values.len()).all(|i| self.demand(Cow::Borrowed(p), Some(i), goal))
    }

    /// Tries the branches of a choice, one that holds already first.
    fn choose(&mut self, goal: &Goal<'p>, rest: &[Goal<'p>]) -> bool {
        let with = |expr: &'p Expr| Goal { expr, ..goal.clone() };
        match goal.expr {
            Expr::Predicate(p) => {
                let holds = (0..p.values.len()).find(|i| self.passes(p, *i, goal));
                in_order(holds, p.values.len()).any(|i| {
                    self.attempt(rest, |s| s.demand(Cow::Borrowed(p), Some(i), goal).then(Vec::new))
                })
            }
            Expr::Any(of) => {
                let holds = of.iter().position(|e| self.is_true(e, goal));
                in_order(holds, of.len()).any(|i| self.attempt(rest, |_| Some(vec![with(&of[i])])))
            }
            Expr::AtLeast { count, of } => {
                let (mut order, other): (Vec<usize>, Vec<usize>) =
                    (0..of.len()).partition(|i| self.is_true(&of[*i], goal));
                order.extend(other);
                (0..of.len()).any(|from| {
                    order.rotate_left(usize::from(from > 0));
                    let goals = order.iter().take(*count as usize).map(|i| with(&of[*i])).collect();
                    self.attempt(rest, |_| Some(goals))
                })
            }
            Expr::Each { quantifier, list, variable, expr } => {
                self.each(goal, *quantifier, list, variable, expr, rest)
            }
            Expr::All(_) | Expr::Not(_) | Expr::Const(_) | Expr::Opaque { .. } => {
                self.attempt(rest, |_| Some(vec![goal.clone()]))
            }
        }
    }

    /// Does what `enter` does, then solves the goals it gives and the rest; takes it back where
    /// that fails.
    fn attempt(
        &mut self,
        rest: &[Goal<'p>],
        enter: impl FnOnce(&mut Self) -> Option<Vec<Goal<'p>>>,
    ) -> bool {
        if self.fuel == 0 {
            return false;
        }
        let (demands, values) = (self.demands.len(), self.draft.values.clone());
        if let Some(goals) = enter(self)
            && self.solve(goals, rest.to_vec())
        {
            return true;
        }
        self.demands.truncate(demands);
        for (i, value) in self.draft.values.iter_mut().enumerate() {
            *value = values.get(i).cloned().flatten();
        }
        false
    }

    /// A condition on the elements of a list: on one that is there or a new one, or on all.
    fn each(
        &mut self,
        goal: &Goal<'p>,
        quantifier: Quantifier,
        list: &'p Value,
        variable: &'p str,
        expr: &'p Expr,
        rest: &[Goal<'p>],
    ) -> bool {
        if quantifier == Quantifier::All && self.is_true(goal.expr, goal) {
            return self.attempt(rest, |_| Some(Vec::new()));
        }
        let place = match place_of(list, &goal.bindings, goal.definitions, &mut self.draft) {
            Ok(place) => place,
            Err(reason) => return self.fail(|| reason),
        };
        let known = self.draft.elements(&place);
        let on = |index: usize| {
            let mut bindings = goal.bindings.clone();
            bindings.push((variable.to_owned(), format!("{place}{ELEMENT}{index}")));
            Goal { expr, bindings, definitions: goal.definitions }
        };
        match quantifier {
            Quantifier::All => self.attempt(rest, |_| Some((0..known).map(on).collect())),
            Quantifier::Any => (0..=known).any(|index| {
                let goal = on(index);
                self.attempt(rest, |s| {
                    let there = match element_part(expr, variable) {
                        Some(name) => s.demand(Cow::Owned(there(name)), None, &goal),
                        None => true,
                    };
                    there.then(|| vec![goal.clone()])
                })
            }),
        }
    }

    fn is_true(&self, expr: &Expr, goal: &Goal<'p>) -> bool {
        let view = self.draft.view(&goal.bindings, goal.definitions);
        eval_expr(expr, &view, &self.draft.env) == Truth::True
    }

    fn passes(&self, p: &Predicate, i: usize, goal: &Goal<'p>) -> bool {
        let view = self.draft.view(&goal.bindings, goal.definitions);
        crate::predicate::passes(p, i, &view, &self.draft.env) == Truth::True
    }

    /// Adds a demand and changes the draft so that it and all others hold.
    fn demand(&mut self, p: Cow<'p, Predicate>, literal: Option<usize>, goal: &Goal<'p>) -> bool {
        let bindings = goal.bindings.clone();
        let demand = Demand::new(p, literal, bindings, goal.definitions, &mut self.draft);
        self.fuel = self.fuel.saturating_sub(demand.cost());
        if demand.holds(&self.draft) {
            self.demands.push(demand);
            return true;
        }
        let partners: Vec<usize> = demand.partners().collect();
        for id in partners {
            let place = self.draft.name(id).to_owned();
            let absent = self.draft.values[id].is_none()
                && !self.draft.below(&place).any(|below| self.draft.values[below].is_some());
            if absent && !self.set(id, Some(demand.partner_wish())) {
                return self.fail(|| demand.own_reason().unwrap_or_else(|| unconfirmed(&demand)));
            }
        }
        let base = demand.base.as_ref().map(|(id, _)| *id);
        let mirrored = demand.mirrored(&self.draft);
        let at = self.demands.len();
        self.demands.push(demand);
        self.blocker = None;
        if base.is_some_and(|id| self.set(id, None)) {
            return true;
        }
        if let Some((other, value)) = mirrored
            && self.replace(other, Some(value))
        {
            return true;
        }
        let blocker = self.blocker.filter(|b| *b != at).and_then(|b| self.demands.get(b));
        let demand = &self.demands[at];
        let reason = match (demand.own_reason(), blocker) {
            (Some(reason), _) => reason,
            (None, Some(other)) if other.predicate.has_placeholder() => {
                other.own_reason().unwrap_or_else(|| unconfirmed(other))
            }
            (None, Some(other)) => Reason::contradiction(&other.predicate, &demand.predicate),
            (None, None) => unconfirmed(demand),
        };
        self.fail(|| reason)
    }

    /// Gives a place the first value that all demands hold with. Absent counts as one, unless a value
    /// is needed.
    fn set(&mut self, id: usize, needed: Option<Wish>) -> bool {
        let mut wishes: Vec<Wish> = self
            .demands
            .iter()
            .filter(|d| d.base.as_ref().is_some_and(|(base, _)| *base == id))
            .flat_map(|d| d.wishes(&self.draft))
            .collect();
        if id == TIME {
            return self.set_time(&wishes);
        }
        let absent_counts = needed.is_none();
        wishes.extend(needed);
        // As many as are excluded one by one: some value is left.
        let excluded =
            |d: &Demand<'_>| if d.predicate.negated { d.predicate.values.len() } else { 0 };
        let here = self.demands.iter().filter(|d| d.base.as_ref().is_some_and(|(b, _)| *b == id));
        let excluded: usize = here.map(excluded).sum();
        let candidates = Candidates::new(wishes, if excluded > 6 { excluded } else { 0 });
        for candidate in candidates.tried() {
            if !absent_counts && candidate.is_none() {
                continue;
            }
            if matches!(&candidate, Some(Datum::Text(text)) if text.len() > LONGEST) {
                continue;
            }
            if self.replace(id, candidate) {
                return true;
            }
            if self.fuel == 0 {
                break;
            }
        }
        false
    }

    fn set_time(&mut self, wishes: &[Wish]) -> bool {
        let mut times = Vec::new();
        let mut dates = Vec::new();
        for wish in wishes {
            match wish {
                Wish::OneOf(list) => times.extend(list.iter().cloned()),
                Wish::Date(wish) => dates.push(wish.clone()),
                Wish::Exactly(_) | Wish::Texts(_) | Wish::Length(..) | Wish::There => {}
            }
        }
        times.extend(date::times(&dates).into_iter().map(|t| Datum::int(t.into())));
        times.into_iter().any(|time| self.replace(TIME, Some(time)))
    }

    /// Gives a place a value where all demands hold with it.
    fn replace(&mut self, id: usize, value: Option<Datum>) -> bool {
        let before = std::mem::replace(&mut self.draft.values[id], value);
        let nested = id != TIME && self.draft.is_deep();
        for (i, demand) in self.demands.iter().enumerate() {
            if !(nested || demand.whole_event || demand.reads.contains(&id)) {
                continue;
            }
            self.fuel = self.fuel.saturating_sub(demand.cost());
            if !demand.holds(&self.draft) {
                self.blocker = match self.blocker {
                    Some(known) if i + 1 == self.demands.len() => Some(known),
                    _ => Some(i),
                };
                self.draft.values[id] = before;
                return false;
            }
        }
        true
    }
}

fn unconfirmed(demand: &Demand<'_>) -> Reason {
    Reason::NotConfirmed { text: print::predicate(&demand.predicate) }
}

/// Whether a predicate leaves no choice of its values.
fn is_unit(p: &Predicate) -> bool {
    p.negated || p.values.len() <= 1 || p.quantifier == Quantifier::All
}

/// All numbers below `count`, this one first.
fn in_order(first: Option<usize>, count: usize) -> impl Iterator<Item = usize> {
    first.into_iter().chain((0..count).filter(move |i| Some(*i) != first))
}

/// In which order choices are made: what must be there before what must not, then the fewest
/// branches, and last what is said of all elements of lists.
fn rank(expr: &Expr) -> (u8, usize) {
    match expr {
        Expr::Predicate(p) => (0, p.values.len()),
        Expr::Any(of) => (u8::from(!of.iter().any(wants)), of.len()),
        Expr::AtLeast { of, .. } => (1, of.len()),
        Expr::Each { quantifier: Quantifier::Any, .. } => (0, 1),
        Expr::Each { quantifier: Quantifier::All, .. } => (2, 0),
        Expr::All(_) | Expr::Not(_) | Expr::Const(_) | Expr::Opaque { .. } => (0, 0),
    }
}

/// Whether a condition wants something to be there.
fn wants(expr: &Expr) -> bool {
    match expr {
        Expr::Predicate(p) => !p.negated,
        Expr::All(of) | Expr::Any(of) | Expr::AtLeast { of, .. } => of.iter().any(wants),
        Expr::Each { quantifier, .. } => *quantifier == Quantifier::Any,
        Expr::Not(_) | Expr::Const(_) | Expr::Opaque { .. } => false,
    }
}

/// The test that a field is there.
pub(super) fn there(name: &str) -> Predicate {
    Predicate::new(Subject::Field(Field::new(name)), Op::Exists, Vec::new())
}

/// What must be there of an element so that it is: the first member that a condition tests, or the
/// element itself where it reads none; nothing where it only reads lists in it, whose elements will
/// be.
fn element_part<'p>(expr: &'p Expr, variable: &'p str) -> Option<&'p str> {
    let mut tested = None;
    let mut lists = false;
    let is_member =
        |name: &str| name.strip_prefix(variable).is_some_and(|rest| rest.starts_with('.'));
    visit::walk(expr, &mut |e| match e {
        Expr::Predicate(p) => {
            tested = tested.or(p.field().map(Field::name).filter(|name| is_member(name)));
        }
        Expr::Each { list: Value::Field(field), .. } => lists |= is_member(field.name()),
        Expr::Each { .. }
        | Expr::All(_)
        | Expr::Any(_)
        | Expr::AtLeast { .. }
        | Expr::Not(_)
        | Expr::Const(_)
        | Expr::Opaque { .. } => {}
    });
    match (tested, lists) {
        (Some(name), _) => Some(name),
        (None, true) => None,
        (None, false) => Some(variable),
    }
}
