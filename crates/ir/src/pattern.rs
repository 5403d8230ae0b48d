//! Patterns: a small algebra over streams of events.
//!
//! A pattern takes the events in time order and gives rows. A row is an event, or a group or list of
//! events with fields of its own. What each node gives is said at the node; it is what the
//! evaluator executes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::expr::Expr;
use crate::span::Span;
use crate::value::{Number, Value};

/// A length of time in milliseconds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Duration {
    /// Milliseconds.
    pub millis: u64,
}

impl Duration {
    /// Longer than any input.
    pub const UNBOUNDED: Duration = Duration { millis: u64::MAX };

    /// From seconds.
    pub const fn seconds(n: u64) -> Duration {
        Duration { millis: n * 1000 }
    }

    /// From minutes.
    pub const fn minutes(n: u64) -> Duration {
        Duration::seconds(n * 60)
    }

    /// From hours.
    pub const fn hours(n: u64) -> Duration {
        Duration::minutes(n * 60)
    }

    /// From days of 24 hours.
    pub const fn days(n: u64) -> Duration {
        Duration::hours(n * 24)
    }

    /// As people write it, in the largest unit that holds it without a rest: `30m`, `1d`, `500ms`.
    pub fn display(self) -> String {
        if self == Duration::UNBOUNDED {
            return "any time".to_owned();
        }
        for (unit, millis) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)] {
            if self.millis >= millis && self.millis.is_multiple_of(millis) {
                return format!("{}{unit}", self.millis / millis);
            }
        }
        format!("{}ms", self.millis)
    }
}

/// Which log sources or events a pattern reads, in the rule's own terms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Scope {
    /// The terms by kind: `product`, `category`, `service` (Sigma), `datamodel`, `macro`,
    /// `sourcetype` (Splunk), `index`, `event_category` (Elastic), `table` (Kusto), `event_type`
    /// (YARA-L, MQL). Several terms of a kind are alternatives; the kinds must all hold.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub terms: BTreeMap<String, Vec<String>>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Span::is_none_ref")]
    pub span: Span,
}

impl Scope {
    /// A scope of one kind and one term.
    pub fn of(kind: &str, term: &str) -> Scope {
        Scope::default().with(kind, term)
    }

    /// The same with a further term.
    #[must_use]
    pub fn with(mut self, kind: &str, term: &str) -> Scope {
        self.terms.entry(kind.to_owned()).or_default().push(term.to_owned());
        self
    }

    /// The only or first term of a kind.
    pub fn term(&self, kind: &str) -> Option<&str> {
        self.terms.get(kind).and_then(|terms| terms.first()).map(String::as_str)
    }
}

/// A name for a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Assignment {
    /// The name by which later nodes read it.
    pub name: String,
    /// The value.
    pub value: Value,
}

/// A key that rows are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The name of the key in the group's row.
    pub name: String,
    /// Its value in an input row.
    pub value: Value,
    /// Whether rows where the value is absent form a group of their own; dropped otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_missing: bool,
}

impl Key {
    /// A key that is a field; rows without it are dropped.
    pub fn field(name: &str) -> Key {
        Key { name: name.to_owned(), value: Value::field(name), keep_missing: false }
    }
}

/// What is computed of a group's rows. An absent argument leaves its row out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AggregateFn {
    /// How many rows there are (without an argument), or have the argument.
    Count,
    /// How many distinct values.
    CountDistinct,
    /// The sum, as numbers.
    Sum,
    /// The arithmetic mean.
    Average,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The median; of an even number of values the mean of the middle two.
    Median,
    /// This percentile (0–100) by linear interpolation between the closest ranks.
    Percentile(Number),
    /// The sample standard deviation.
    StandardDeviation,
    /// The distinct values, sorted.
    Values,
    /// All values in order of time.
    List,
    /// The value of the first row in order of time that has one.
    First,
    /// The value of the last row in order of time that has one.
    Last,
}

/// One aggregate of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Aggregate {
    /// The name by which later nodes read it.
    pub name: String,
    /// What is computed.
    pub function: AggregateFn,
    /// Of which value; `Count` may go without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argument: Option<Value>,
    /// Only over rows where this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<Expr>>,
}

impl Aggregate {
    /// The number of rows, under this name.
    pub fn count(name: &str) -> Aggregate {
        Aggregate {
            name: name.to_owned(),
            function: AggregateFn::Count,
            argument: None,
            filter: None,
        }
    }

    /// An aggregate of a field.
    pub fn of(name: &str, function: AggregateFn, field: &str) -> Aggregate {
        Aggregate {
            name: name.to_owned(),
            function,
            argument: Some(Value::field(field)),
            filter: None,
        }
    }
}

/// The windows in which rows are grouped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The whole input, or within [`Pattern::Scheduled`] the whole position.
    Whole,
    /// Side by side, starting at multiples of the size since 1970 in UTC.
    Tumbling {
        /// Size of a window.
        size: Duration,
    },
    /// Of this size, one at every multiple of the step.
    Hopping {
        /// Size of a window.
        size: Duration,
        /// Distance of two starts.
        step: Duration,
    },
    /// For every row the rows of its group whose time is within the size before it, itself
    /// included: both `t` and `t - size` belong to the window.
    Sliding {
        /// Size of a window.
        size: Duration,
    },
    /// Rows with no pause longer than the gap.
    Session {
        /// The longest pause.
        gap: Duration,
    },
}

/// What a window function gives a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowFn {
    /// An aggregate of the frame.
    Aggregate(AggregateFn),
    /// The argument's value this many rows before.
    Lag(u32),
    /// The argument's value this many rows after.
    Lead(u32),
    /// The 1-based number of the row in its partition.
    RowNumber,
}

/// The rows of its partition that a window function sees at a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    /// All of them.
    Partition,
    /// Those before it, and itself where `current`.
    Preceding {
        /// At most this many, itself included; all where absent.
        rows: Option<u32>,
        /// At most this long ago; any time where absent.
        span: Option<Duration>,
        /// Whether the row itself belongs.
        current: bool,
    },
}

/// A value that every row gets from the rows around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WindowFunction {
    /// The name by which later nodes read it.
    pub name: String,
    /// What it gives.
    pub function: WindowFn,
    /// Of which value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argument: Option<Value>,
    /// Which rows it sees.
    pub frame: Frame,
}

/// An order of rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Order {
    /// By this value.
    pub value: Value,
    /// From the greatest down.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
}

/// A step of a [`Pattern::Sequence`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Step {
    /// The rows that the step takes.
    pub pattern: Pattern,
    /// The values that must be equal at all steps, in this order; a row without one of them is not
    /// taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Value>,
    /// How many rows in a row the step takes; 1 as a rule.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub runs: u32,
    /// The step is that no such row comes between its neighbours; at the start or end, within the
    /// span. Decided when the span is over or the input ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(n: &u32) -> bool {
    *n == 1
}

/// A named stream of events of a [`Pattern::Temporal`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Variable {
    /// Its name in joins and in the condition.
    pub name: String,
    /// Its rows.
    pub pattern: Pattern,
}

/// A key that the events of the variables share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JoinKey {
    /// Its name in the result.
    pub name: String,
    /// Its value by variable. A variable that is not named here takes part whatever the key.
    pub values: BTreeMap<String, Value>,
}

/// How many events of each variable a [`Pattern::Temporal`] wants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occurrence {
    /// All hold.
    All(Vec<Occurrence>),
    /// One holds.
    Any(Vec<Occurrence>),
    /// It does not hold.
    Not(Box<Occurrence>),
    /// At least this many events of the variable lie in the window.
    AtLeast {
        /// The variable.
        variable: String,
        /// How many, 1 or more.
        count: u64,
    },
    /// A condition over the aggregates of the window (a YARA-L outcome).
    Truth(Expr),
}

/// How a lookup's rows meet the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookupKind {
    /// Every row stays; the outputs are absent where the table has no match.
    Enrich,
    /// Only rows with a match stay.
    Keep,
    /// Only rows without a match stay.
    Drop,
}

/// How the sides of a join meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinKind {
    /// One row for every pair.
    Inner,
    /// One row for every left row that has a right one: the first.
    InnerUnique,
    /// And the left rows without a right one.
    LeftOuter,
    /// And the right rows without a left one.
    RightOuter,
    /// Both.
    FullOuter,
    /// The left rows with a right one, as they are.
    LeftSemi,
    /// The left rows without a right one.
    LeftAnti,
}

/// A pattern over a stream of events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "node")]
pub enum Pattern {
    /// The events of a log source.
    Events {
        /// Which.
        scope: Scope,
    },
    /// The rows where the condition holds.
    Filter {
        /// The rows.
        input: Box<Pattern>,
        /// The condition.
        expr: Expr,
    },
    /// Every row with further fields; later assignments see earlier ones. A value that is absent
    /// hides the field of its name.
    Extend {
        /// The rows.
        input: Box<Pattern>,
        /// What is added or replaced.
        assignments: Vec<Assignment>,
    },
    /// For every row one row for each element of the list; none where it is empty or absent.
    Expand {
        /// The rows.
        input: Box<Pattern>,
        /// The list.
        list: Value,
        /// The name of the element.
        name: String,
    },
    /// One row a group: its keys, its aggregates, and its events. A group has at least one row, also
    /// where there are no keys: no count is ever 0.
    Aggregate {
        /// The rows.
        input: Box<Pattern>,
        /// The keys, of different names; none: one group.
        keys: Vec<Key>,
        /// The aggregates.
        aggregates: Vec<Aggregate>,
        /// The windows.
        window: Window,
    },
    /// Every row with values from the rows around it. A row without one of the keys stays, without
    /// the values.
    Windowed {
        /// The rows.
        input: Box<Pattern>,
        /// The partition's keys.
        keys: Vec<Key>,
        /// The values added.
        functions: Vec<WindowFunction>,
        /// The order within a partition; time where empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        order: Vec<Order>,
    },
    /// Rows one after another, as EQL's sequences have it: one pending sequence a state and keys, of
    /// which the most recent counts. Its row has its first step's keys.
    Sequence {
        /// The steps in order.
        steps: Vec<Step>,
        /// Longest time from the first to the last row; without it there is no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_span: Option<Duration>,
        /// A row of this (with the keys of its own `by`) ends every unfinished sequence of its keys.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Box<Step>>,
        /// Whether the order counts; without it (EQL `sample`) the steps are taken in any order.
        ordered: bool,
    },
    /// Rows of the same keys joined into one, from a start to an end. It has their fields (where they
    /// differ, the list of distinct values), `duration` in seconds and `eventcount`.
    Transaction {
        /// The rows.
        input: Box<Pattern>,
        /// The keys.
        keys: Vec<Key>,
        /// A row of this opens a transaction; any row where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<Box<Expr>>,
        /// A row of this closes it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<Box<Expr>>,
        /// Longest time from the first to the last row.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_span: Option<Duration>,
        /// Longest pause between two rows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_pause: Option<Duration>,
        /// Whether unfinished transactions are given as well.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        keep_unfinished: bool,
    },
    /// Events of several variables that share keys within a time: asked at every event of a variable
    /// that the condition wants, of the time before it. What must not be there may come neither
    /// before nor after: nowhere within the time of all wanted events.
    Temporal {
        /// The variables.
        variables: Vec<Variable>,
        /// The keys they share.
        join: Vec<JoinKey>,
        /// The greatest distance in time of two of the events.
        within: Duration,
        /// Whether the variables' events must come in the variables' order.
        ordered: bool,
        /// How many events of each.
        condition: Occurrence,
        /// Aggregates over the window, read by [`Occurrence::Truth`]. They read a field of any row by
        /// its name, of one variable's rows by `<variable>.<name>`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        aggregates: Vec<Aggregate>,
    },
    /// The rows whose values together were not seen in the history before them, itself included.
    /// A row without one of the values is never new.
    NewTerms {
        /// The rows.
        input: Box<Pattern>,
        /// The values.
        fields: Vec<Value>,
        /// How long the history is.
        history: Duration,
    },
    /// The first row of every combination of keys.
    Dedup {
        /// The rows.
        input: Box<Pattern>,
        /// The keys.
        keys: Vec<Key>,
    },
    /// The first rows in an order.
    Limit {
        /// The rows.
        input: Box<Pattern>,
        /// The order; time where empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        order: Vec<Order>,
        /// How many.
        count: u64,
    },
    /// Rows met with a table that the log does not hold.
    Lookup {
        /// The rows.
        input: Box<Pattern>,
        /// The table's name.
        table: String,
        /// The table's columns and the values they are compared with.
        on: Vec<Assignment>,
        /// The names that the table adds.
        outputs: Vec<String>,
        /// How they meet.
        kind: LookupKind,
        /// Where it stands.
        #[serde(default, skip_serializing_if = "Span::is_none_ref")]
        span: Span,
    },
    /// The rows of all sides.
    Union {
        /// The sides.
        sides: Vec<Pattern>,
    },
    /// The rows of two sides that share keys.
    Join {
        /// The left side.
        left: Box<Pattern>,
        /// The right side.
        right: Box<Pattern>,
        /// How they meet.
        kind: JoinKind,
        /// Pairs of a left and a right value that must be equal.
        on: Vec<(Value, Value)>,
        /// Greatest distance in time; any where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<Duration>,
    },
    /// The pattern run at every multiple of `every` since 1970 in UTC, over the events from
    /// `lookback` before it (included) up to it (left out).
    Scheduled {
        /// The pattern.
        input: Box<Pattern>,
        /// Distance of two runs.
        every: Duration,
        /// How far back a run looks.
        lookback: Duration,
    },
    /// Something that was not understood: any subset of the input's rows, with any fields.
    Opaque {
        /// The rows.
        input: Box<Pattern>,
        /// The verbatim text.
        text: String,
        /// Where it stands.
        span: Span,
    },
}

impl Pattern {
    /// The events of a scope.
    pub fn events(scope: Scope) -> Pattern {
        Pattern::Events { scope }
    }

    /// This filtered.
    #[must_use]
    pub fn filter(self, expr: Expr) -> Pattern {
        Pattern::Filter { input: Box::new(self), expr }
    }
}
