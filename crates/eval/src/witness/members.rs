//! The members of a group: rows that share its keys, each solved or varied once however many plans
//! want it.

use std::collections::BTreeMap;

use rulescope_ir::{Aggregate, AggregateFn, Expr, Key, Pattern, Value};

use super::keys::{self, are, is, is_none_of, is_there, one_after_another, read};
use super::reason::Reason;
use super::rows::{EVENTS, Ground, events as events_of};
use super::vary::{VARIED, Varied};
use crate::datum::Datum;
use crate::event::Event;

/// How rows of a group differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    /// How many rows (for each filter of an aggregate).
    pub(super) rows: usize,
    /// How many of them have arguments of their own.
    pub(super) distinct: usize,
    /// The value of arguments that are computed with.
    pub(super) number: Option<u64>,
}

/// Rows for each filter of the aggregates, as their events.
type Rows = Vec<Vec<Vec<Event>>>;

/// The first row of a group, from which the others take the keys.
#[derive(Debug, Clone)]
struct First {
    row: Vec<Event>,
    keys: Vec<Option<Datum>>,
    distinct: Vec<Option<Datum>>,
}

/// The members of a group, with what is known of them.
#[derive(Debug)]
pub(super) struct Members<'p> {
    input: &'p Pattern,
    ground: &'p Ground<'p>,
    /// What every row has to pass.
    conditions: Vec<Expr>,
    filters: Vec<Option<&'p Expr>>,
    /// The keys that must be there.
    shared: Vec<Option<Value>>,
    distinct: Vec<Value>,
    computed: Vec<Value>,
    /// By the number that arguments are.
    firsts: BTreeMap<Option<u64>, Result<First, Reason>>,
    /// By the number and by how many have arguments of their own.
    rows: BTreeMap<(Option<u64>, usize), Result<Rows, Reason>>,
}

impl<'p> Members<'p> {
    /// Of rows of a pattern that pass these conditions as well. `computed` says of which aggregates
    /// the arguments are made numbers.
    pub(super) fn new(
        input: &'p Pattern,
        keys: &[Key],
        aggregates: &'p [Aggregate],
        computed: &dyn Fn(&Aggregate) -> bool,
        mut conditions: Vec<Expr>,
        ground: &'p Ground<'p>,
    ) -> Members<'p> {
        let mut filters: Vec<Option<&Expr>> =
            aggregates.iter().map(|a| a.filter.as_deref()).collect();
        if filters.iter().any(Option::is_some) {
            filters.retain(Option::is_some);
        }
        filters.sort();
        filters.dedup();
        if filters.is_empty() {
            filters.push(None);
        }
        let arguments = |wanted: &dyn Fn(&Aggregate) -> bool| {
            let of = aggregates.iter().filter(|a| wanted(a));
            of.filter_map(|a| a.argument.clone()).collect::<Vec<Value>>()
        };
        conditions.extend(arguments(&|_| true).iter().filter_map(is_there));
        Members {
            input,
            ground,
            conditions,
            filters,
            shared: keys
                .iter()
                .filter(|k| !k.keep_missing)
                .map(|k| Some(k.value.clone()))
                .collect(),
            distinct: arguments(&is_distinct),
            computed: arguments(computed),
            firsts: BTreeMap::new(),
            rows: BTreeMap::new(),
        }
    }

    /// The events of a plan.
    pub(super) fn rows(&mut self, plan: Plan) -> Result<Vec<Event>, Reason> {
        let known = (plan.number, plan.distinct);
        if !self.rows.contains_key(&known) {
            let found = match self.among_more(plan) {
                Some(rows) => Ok(rows),
                None => self.solved(plan),
            };
            self.rows.insert(known, found);
        }
        let rows = self.rows[&known].as_ref().map_err(Clone::clone)?;
        let wanted =
            |of: &Vec<Vec<Event>>| (0..plan.rows).map(|i| of[i % of.len()].clone()).collect();
        let all: Vec<Vec<Vec<Event>>> = rows.iter().map(wanted).collect();
        Ok(one_after_another(all.concat(), self.ground))
    }

    /// The rows of a plan as the first of those that more have arguments of their own.
    fn among_more(&self, plan: Plan) -> Option<Rows> {
        let least = (plan.number, plan.distinct);
        let more = self.rows.range(least..).take_while(|((number, _), _)| *number == plan.number);
        let rows = more.filter_map(|(_, found)| found.as_ref().ok()).next()?;
        Some(rows.iter().map(|of| of.iter().take(plan.distinct).cloned().collect()).collect())
    }

    /// Whether no row was found for a reason that no number changes.
    pub(super) fn are_hopeless(&mut self) -> bool {
        let hopeless = |first: &Result<First, Reason>| match first {
            Ok(_) => false,
            Err(reason) => reason.is_lasting(),
        };
        self.firsts.values().all(hopeless) && self.first(None).is_err_and(|r| r.is_lasting())
    }

    /// What rows have to pass for a number and a filter.
    fn conditions(&self, number: Option<u64>, filter: Option<&Expr>) -> Vec<Expr> {
        let mut out = self.conditions.clone();
        if let Some(number) = number {
            let number = Datum::int(number.into());
            out.extend(self.computed.iter().filter_map(|v| is(v, &number)));
        }
        out.extend(filter.cloned());
        out
    }

    fn pattern(&self, mut conditions: Vec<Expr>, keys: &[Option<Datum>]) -> Pattern {
        conditions.extend(are(&self.shared, keys));
        keys::with(self.input, conditions)
    }

    /// A row with its keys and the arguments that rows are told apart by.
    fn solve(&self, conditions: Vec<Expr>, keys: &[Option<Datum>]) -> Result<First, Reason> {
        let pattern = self.pattern(conditions, keys);
        let row = events_of(&pattern, self.ground)?;
        let values: Vec<Value> =
            self.shared.iter().flatten().chain(&self.distinct).cloned().collect();
        let values = read(&pattern, &row, &values, self.ground);
        let mut keys: Vec<Option<Datum>> =
            values.into_iter().map(|v| v.and_then(|v| v.first().cloned())).collect();
        let distinct = keys.split_off(self.shared.len());
        Ok(First { row, keys, distinct })
    }

    fn first(&mut self, number: Option<u64>) -> Result<First, Reason> {
        if !self.firsts.contains_key(&number) {
            let keys = vec![None; self.shared.len()];
            let found = self.solve(self.conditions(number, self.filters[0]), &keys);
            self.firsts.insert(number, found);
        }
        self.firsts[&number].clone()
    }

    fn solved(&mut self, plan: Plan) -> Result<Rows, Reason> {
        let First { row, keys, distinct } = self.first(plan.number)?;
        let mut used: Vec<Vec<Datum>> =
            distinct.into_iter().map(|v| v.into_iter().collect()).collect();
        let mut first = Some(row);
        let mut out = Rows::new();
        let mut events = 0;
        for filter in &self.filters {
            let own = self.conditions(plan.number, *filter);
            let mut rows: Vec<Vec<Event>> = first.take().into_iter().collect();
            let mut varied = None;
            while rows.len() < plan.distinct.min(plan.rows) {
                let at = rows.len();
                if let Some(last) = rows.last().filter(|_| varied.is_none() && at <= VARIED) {
                    let plain = self.pattern(own.clone(), &keys);
                    varied = Varied::of(plain, last, &self.distinct, self.ground);
                }
                let row = match varied.as_ref().and_then(|v| v.by(at + 1, &mut used, self.ground)) {
                    Some(row) => row,
                    None => {
                        let apart = self.distinct.iter().zip(&used);
                        let apart = apart.filter_map(|(v, used)| is_none_of(v, used));
                        let found =
                            self.solve(own.iter().cloned().chain(apart).collect(), &keys)?;
                        used.iter_mut().zip(found.distinct).for_each(|(used, v)| used.extend(v));
                        found.row
                    }
                };
                events += row.len();
                if events > 4 * EVENTS {
                    return Err(Reason::TooLarge { text: format!("{} rows", plan.rows) });
                }
                rows.push(row);
            }
            out.push(rows);
        }
        Ok(out)
    }
}

/// Whether an aggregate tells rows apart by its argument.
pub(super) fn is_distinct(aggregate: &Aggregate) -> bool {
    matches!(
        aggregate.function,
        AggregateFn::CountDistinct | AggregateFn::Values | AggregateFn::List
    )
}

/// Whether an aggregate computes with the numbers of its rows.
pub(super) fn is_computed(aggregate: &Aggregate) -> bool {
    match aggregate.function {
        AggregateFn::Sum
        | AggregateFn::Average
        | AggregateFn::Min
        | AggregateFn::Max
        | AggregateFn::Median
        | AggregateFn::Percentile(_) => true,
        AggregateFn::Count
        | AggregateFn::CountDistinct
        | AggregateFn::StandardDeviation
        | AggregateFn::Values
        | AggregateFn::List
        | AggregateFn::First
        | AggregateFn::Last => false,
    }
}
