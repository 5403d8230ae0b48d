//! What one search may spend, in counts, so that the same pattern gives the same witness on every
//! machine.

use std::cell::Cell;

use super::reason::Reason;

/// The most patterns whose rows are looked for: the whole, and each part of it with what is asked of it.
const PATTERNS: u32 = 256;
/// The most lists of events that are judged.
const LISTS: u32 = 128;
/// The most events in these lists together.
const EVENTS: u32 = 2048;
/// How many values are compared with tests in all.
const VALUES: usize = 1_000_000;

/// What is left for one pattern's search.
#[derive(Debug)]
pub(super) struct Budget {
    patterns: Cell<u32>,
    lists: Cell<u32>,
    events: Cell<u32>,
    /// How many values may still be compared with tests.
    pub(super) values: Cell<usize>,
}

impl Budget {
    /// All of it.
    pub(super) fn new() -> Budget {
        Budget {
            patterns: Cell::new(PATTERNS),
            lists: Cell::new(LISTS),
            events: Cell::new(EVENTS),
            values: Cell::new(VALUES),
        }
    }

    /// Pays for looking for a row of a pattern.
    pub(super) fn solve(&self) -> Result<(), Reason> {
        spend(&self.patterns, 1)
    }

    /// Pays for judging a list of this many events.
    pub(super) fn judge(&self, events: usize) -> Result<(), Reason> {
        spend(&self.lists, 1)?;
        spend(&self.events, u32::try_from(events).unwrap_or(u32::MAX))
    }
}

fn spend(left: &Cell<u32>, count: u32) -> Result<(), Reason> {
    let Some(rest) = left.get().checked_sub(count) else {
        left.set(0);
        return Err(Reason::TooLarge { text: "the search for events".to_owned() });
    };
    left.set(rest);
    Ok(())
}

#[cfg(test)]
mod tests {
    use rulescope_ir::{
        Aggregate, AggregateFn, Expr, Function, Key, Literal, Number, Op, Pattern, Predicate,
        Scalar, Scope, Span, Subject, Value, Window, normalize,
    };

    use super::*;
    use crate::witness::rows::{Ground, events, is_certain};
    use crate::witness::{ROOM, START};

    impl Budget {
        /// How many patterns, lists and events were paid for.
        fn spent(&self) -> [u32; 3] {
            [PATTERNS - self.patterns.get(), LISTS - self.lists.get(), EVENTS - self.events.get()]
        }
    }

    fn or_null(name: &str) -> Value {
        let null = Value::Literal(Literal::text("null"));
        Value::call(Function::Coalesce, vec![Value::field(name), null])
    }

    fn key(name: &str, value: Value) -> Key {
        Key { name: name.to_owned(), value, keep_missing: true }
    }

    /// Groups within groups, of which the outer counts the values that the inner are told apart by.
    fn scans(asked: Expr, function: AggregateFn, argument: Value, least: i128) -> Pattern {
        let host = Pattern::Aggregate {
            input: Box::new(Pattern::events(Scope::of("category", "firewall")).filter(asked)),
            keys: vec![key("src", Value::field("src")), key("dest", Value::field("dest"))],
            aggregates: Vec::new(),
            window: Window::Whole,
        };
        let scan = Pattern::Aggregate {
            input: Box::new(host),
            keys: vec![key("source", or_null("src"))],
            aggregates: vec![Aggregate {
                name: "total".to_owned(),
                function,
                argument: Some(argument),
                filter: None,
            }],
            window: Window::Whole,
        };
        let number = Literal::new(Scalar::Number(Number::from_int(least)), Span::NONE);
        let total = Subject::Value(Value::field("total"));
        normalize(&scan.filter(Expr::Predicate(Predicate::new(total, Op::Ge, vec![number]))))
    }

    fn searched(pattern: &Pattern) -> (bool, [u32; 3]) {
        let budget = Budget::new();
        let ground = Ground { time: START, now: None, room: ROOM, budget: &budget };
        let found = events(pattern, &ground);
        let certain = found.is_ok_and(|events| is_certain(pattern, &events, None));
        (certain, budget.spent())
    }

    #[test]
    fn a_large_count_costs_no_more_searches_than_a_small_one() {
        let of = |n| {
            let count = AggregateFn::CountDistinct;
            searched(&scans(Expr::Const(true), count, or_null("dest"), n))
        };
        let (found, [patterns, lists, events]) = of(3);
        assert!(found && patterns < 8);
        assert_eq!(of(250), (true, [patterns, lists, events + 247]));
    }

    #[test]
    fn what_no_number_helps_is_not_tried_with_every_number() {
        let opaque = Expr::Opaque { text: "lookup(dest)".to_owned(), span: Span::NONE };
        let sum = scans(opaque, AggregateFn::Sum, Value::field("dest"), 250);
        let (found, [patterns, lists, _]) = searched(&sum);
        assert!(!found);
        assert!(patterns <= 3 && lists == 0, "{patterns} patterns, {lists} lists");
    }

    #[test]
    fn a_budget_that_is_spent_stays_so() {
        let budget = Budget::new();
        assert!(budget.judge(EVENTS as usize + 1).is_err());
        assert!(budget.judge(1).is_err());
        assert!((0..PATTERNS).all(|_| budget.solve().is_ok()) && budget.solve().is_err());
    }
}
