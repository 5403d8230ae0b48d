//! The columns of a row by the names that a query has for them.
//!
//! A query names values anew all the time: `eval`, `rename`, `grok`, `stats … by`. Names are followed
//! here, at lowering, so that a test stands on the field that the event was logged with. `keep` and
//! `drop` hide columns that a valid query names no more, and change nothing.

use std::collections::BTreeMap;

use rulescope_ir::{Effect, Function, Literal, Scalar, Span, Value};

use super::context::{Context, Untold};
use super::numeric::Numeric;

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    value: Value,
    losses: Vec<Untold>,
    size: usize,
    depth: usize,
    numeric: Numeric,
}

/// The row that a command takes.
#[derive(Debug, Clone)]
pub(super) struct Row {
    names: BTreeMap<String, Bound>,
    /// Whether it has the fields of an event beside its names.
    pub(super) open: bool,
}

/// A value of more parts than this, or deeper, is not followed.
const MAX_SIZE: usize = 4000;
const MAX_DEPTH: usize = 100;

impl Row {
    /// The row of an event, or of a group without a name yet.
    pub(super) fn new(open: bool) -> Row {
        Row { names: BTreeMap::new(), open }
    }

    /// Gives a name the value that `of` reads; what is lost of it is told when it is read.
    pub(super) fn bind(
        &mut self,
        name: &str,
        span: Span,
        cx: &mut Context<'_>,
        of: impl FnOnce(&Row, &mut Context<'_>) -> Value,
    ) {
        let outer = (cx.pending.replace(Vec::new()), cx.size, cx.depth);
        (cx.size, cx.depth) = (0, 0);
        let mut value = of(self, cx);
        let mut losses = cx.pending.take().unwrap_or_default();
        // What is written adds to what is read by name.
        let size = cx.size + span.slice(cx.text()).len() / 8 + 1;
        let mut depth = cx.depth + 1;
        (cx.pending, cx.size, cx.depth) = outer;
        if size > MAX_SIZE || depth > MAX_DEPTH {
            value = Value::Opaque { text: span.slice(cx.text()).to_owned(), span: cx.place(span) };
            losses = vec![("a value is too large to follow".to_owned(), Effect::Unknown, span)];
            depth = 1;
        }
        let size = size.min(MAX_SIZE);
        let numeric = Numeric::Unknown;
        self.names.insert(name.to_owned(), Bound { value, losses, size, depth, numeric });
    }

    /// Gives a name a value of one part.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        let numeric = Numeric::Unknown;
        let bound = Bound { value, losses: Vec::new(), size: 1, depth: 1, numeric };
        self.names.insert(name.to_owned(), bound);
    }

    /// The value of a name.
    pub(super) fn read(&self, name: &str, span: Span, cx: &mut Context<'_>) -> Value {
        if let Some(bound) = self.names.get(name) {
            let Some(budget) = cx.budget.checked_sub(bound.size) else {
                cx.loss("the query reads too much by name", Effect::Unknown, span);
                return Value::Opaque { text: name.to_owned(), span: cx.place(span) };
            };
            cx.budget = budget;
            cx.size += bound.size;
            cx.depth = cx.depth.max(bound.depth);
            for (what, effect, span) in bound.losses.clone() {
                cx.loss(what, effect, span);
            }
            return bound.value.clone();
        }
        if !self.open {
            let message = format!("no command before gives `{name}`; it is never there");
            cx.warning("esql/unknown-column", message, span);
            return null();
        }
        match name {
            "@timestamp" => Value::call(Function::Time, Vec::new()),
            name => Value::field(name),
        }
    }

    /// Says what the numbers of a name are.
    pub(super) fn note(&mut self, name: &str, numeric: Numeric) {
        if let Some(bound) = self.names.get_mut(name) {
            bound.numeric = numeric;
        }
    }

    /// What the numbers of a name are.
    pub(super) fn numeric(&self, name: &str) -> Numeric {
        self.names.get(name).map_or(Numeric::Unknown, |bound| bound.numeric)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Another name for a column.
    pub(super) fn rename(&mut self, before: &str, after: &str, span: Span, cx: &mut Context<'_>) {
        match self.names.remove(before) {
            Some(bound) => {
                self.names.insert(after.to_owned(), bound);
            }
            None => self.bind(after, span, cx, |row, cx| row.read(before, span, cx)),
        }
    }
}

/// The value that is not there.
pub(super) fn null() -> Value {
    Value::Literal(Literal::new(Scalar::Null, Span::NONE))
}
