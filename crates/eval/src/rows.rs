//! Rows: what a pattern's nodes take and give.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use rulescope_ir::{Pattern, Scope};

use crate::datum::{self, Datum};
use crate::env::Env;
use crate::event::View;
use crate::places::Places;

/// The events that a pattern runs over: in order of time, then of [`View::rank`], then of the list,
/// each identity once.
pub(crate) struct Log<'a> {
    views: Vec<&'a dyn View>,
    /// When each happened.
    times: Vec<i64>,
    /// The place in the caller's list.
    original: Vec<usize>,
}

impl<'a> Log<'a> {
    pub(crate) fn new<V: View>(events: &'a [V]) -> Log<'a> {
        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_cached_key(|i| (events[*i].time(), events[*i].rank()));
        let mut known = BTreeSet::new();
        order.retain(|i| {
            let identity = events[*i].identity();
            identity.is_empty() || known.insert(identity)
        });
        let views: Vec<&dyn View> = order.iter().map(|i| &events[*i] as &dyn View).collect();
        let times = views.iter().map(|view| view.time()).collect();
        Log { views, times, original: order }
    }

    /// The events from a time (included) to another (left out); all where there is no span.
    pub(crate) fn within(&self, span: Option<(i64, i64)>) -> Range<usize> {
        let Some((from, to)) = span else { return 0..self.len() };
        let start = self.times.partition_point(|time| *time < from);
        let end = self.times.partition_point(|time| *time < to);
        start..end.max(start)
    }

    pub(crate) fn len(&self) -> usize {
        self.views.len()
    }

    pub(crate) fn view(&self, event: usize) -> &'a dyn View {
        self.views[event]
    }

    /// The places of rows' events in the caller's list. Rows that share a list share its places.
    pub(crate) fn original<'r>(&self, rows: impl Iterator<Item = &'r Places>) -> Vec<Places> {
        let mut known: BTreeMap<*const usize, Arc<[usize]>> = BTreeMap::new();
        rows.map(|places| {
            let (all, part) = places.shared();
            let all = known
                .entry(all.as_ptr())
                .or_insert_with(|| all.iter().map(|e| self.original[*e]).collect());
            Places::part(all, part)
        })
        .collect()
    }
}

/// A row: an event, or a group or list of events with fields of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    /// Milliseconds since 1970: of the event, or of the last of its events.
    pub(crate) time: i64,
    /// Its events by place in the [`Log`], sorted.
    pub(crate) events: Places,
    /// The fields that the pattern gave it. They hide those of the event.
    pub(crate) fields: BTreeMap<String, Datum>,
    /// The event whose fields it has; none for groups and lists.
    pub(crate) base: Option<usize>,
    /// Whether text that was not understood may have changed any of the event's fields.
    pub(crate) blurred: bool,
    /// Whether it is there for certain, or only where something unknown is true.
    pub(crate) certain: bool,
}

impl Row {
    /// The row of an event.
    pub(crate) fn of_event(event: usize, view: &dyn View) -> Row {
        Row {
            time: view.time(),
            events: Places::from_iter([event]),
            fields: BTreeMap::new(),
            base: Some(event),
            blurred: false,
            certain: true,
        }
    }

    /// A row made of others, with fields of its own only; certain where they all are.
    pub(crate) fn of_rows<'r>(
        rows: impl IntoIterator<Item = &'r Row>,
        fields: BTreeMap<String, Datum>,
    ) -> Row {
        let (mut time, mut certain) = (i64::MIN, true);
        let mut events = Vec::new();
        for part in rows {
            time = time.max(part.time);
            events.extend_from_slice(&part.events);
            certain &= part.certain;
        }
        events.sort_unstable();
        events.dedup();
        let events = Places::from_iter(events);
        Row { time, events, fields, base: None, blurred: false, certain }
    }

    /// Where it stands in the order of time: its time and its last event.
    pub(crate) fn place(&self) -> (i64, Option<usize>) {
        (self.time, self.events.last().copied())
    }

    /// Gives it a field; absent hides the event's.
    pub(crate) fn set(&mut self, name: &str, value: Option<Datum>) {
        self.fields
            .retain(|known, _| !known.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')));
        self.fields.insert(name.to_owned(), value.unwrap_or(Datum::Null));
    }

    /// The same, there only where something unknown is true.
    pub(crate) fn possible(mut self) -> Row {
        self.certain = false;
        self
    }
}

/// Puts rows in order of time.
pub(crate) fn in_order(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by(|a, b| a.place().cmp(&b.place()).then_with(|| a.cmp(b)));
    rows
}

/// A row as conditions see it.
pub(crate) struct RowView<'a> {
    pub(crate) row: &'a Row,
    pub(crate) log: &'a Log<'a>,
}

impl RowView<'_> {
    /// Its fields as one value.
    pub(crate) fn object(&self) -> Datum {
        let field = |name: String| self.field(&name).map(|value| (name, value));
        Datum::Object(self.names().into_iter().filter_map(field).collect())
    }
}

impl View for RowView<'_> {
    fn time(&self) -> i64 {
        self.row.time
    }

    fn identity(&self) -> String {
        self.row.base.map(|e| self.log.view(e).identity()).unwrap_or_default()
    }

    fn names(&self) -> Vec<String> {
        let mut names = self.row.base.map(|e| self.log.view(e).names()).unwrap_or_default();
        names.extend(self.row.fields.keys().cloned());
        names.sort();
        names.dedup();
        names
    }

    fn field(&self, name: &str) -> Option<Datum> {
        let fields = &self.row.fields;
        let own = fields.contains_key(name)
            || name.rmatch_indices('.').any(|(at, _)| fields.contains_key(&name[..at]));
        if own {
            return datum::member(fields, name);
        }
        if self.row.blurred {
            return Some(Datum::Unknown);
        }
        self.log.view(self.row.base?).field(name)
    }

    fn in_scope(&self, kind: &str, term: &str) -> bool {
        self.row.base.is_some_and(|e| self.log.view(e).in_scope(kind, term))
    }

    fn within(&self, scope: &Scope) -> bool {
        self.row.base.is_some_and(|e| self.log.view(e).within(scope))
    }

    /// The values of its events as they were logged.
    fn values(&self) -> Vec<Datum> {
        self.row.events.iter().flat_map(|e| self.log.view(*e).values()).collect()
    }
}

/// What a node is run with.
#[derive(Clone)]
pub(crate) struct Position<'a> {
    pub(crate) log: &'a Log<'a>,
    /// The events that are read: from this time (included) to that (left out); all where absent.
    pub(crate) span: Option<(i64, i64)>,
    /// The surroundings of conditions.
    pub(crate) env: Env,
}

impl Position<'_> {
    /// The rows of a pattern, in order of time.
    pub(crate) fn rows(&self, pattern: &Pattern) -> Vec<Row> {
        crate::run::rows(pattern, self)
    }

    pub(crate) fn view<'r>(&'r self, row: &'r Row) -> RowView<'r> {
        RowView { row, log: self.log }
    }

    /// A value on a row.
    pub(crate) fn value(&self, value: &rulescope_ir::Value, row: &Row) -> Option<Datum> {
        crate::value::eval_value(value, &self.view(row), &self.env)
    }

    /// Whether a condition holds on a row.
    pub(crate) fn truth(&self, expr: &rulescope_ir::Expr, row: &Row) -> crate::truth::Truth {
        crate::expr::eval_expr(expr, &self.view(row), &self.env)
    }
}
