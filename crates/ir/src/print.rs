//! Patterns, conditions and values as text: indented for people, or as one folded line that is equal
//! for two nodes exactly when they say the same (spans, spelling and case left out): the key that
//! the normal form sorts and compares by.

use std::fmt::Write;

use crate::expr::Expr;
use crate::glob::{Glob, Piece, fold};
use crate::pattern::{
    Aggregate, AggregateFn, Assignment, Duration, Frame, Key, Occurrence, Order, Pattern, Scope,
    Step, Window, WindowFn, WindowFunction,
};
use crate::predicate::{Op, Predicate, Quantifier, Subject};
use crate::value::{Field, Literal, Scalar, Value};

/// A pattern, indented, one node a line.
pub fn pattern(pattern: &Pattern) -> String {
    let mut printer = Printer { out: String::new(), key: false, indent: 0 };
    printer.pattern(pattern);
    printer.out.truncate(printer.out.trim_end().len());
    printer.out.push('\n');
    printer.out
}

/// A condition, indented.
pub fn expr(expr: &Expr) -> String {
    let mut printer = Printer { out: String::new(), key: false, indent: 0 };
    printer.expr(expr);
    printer.out
}

/// A value on one line.
pub fn value(value: &Value) -> String {
    let mut printer = Printer { out: String::new(), key: false, indent: 0 };
    printer.value(value);
    printer.out
}

/// A predicate on one line.
pub fn predicate(predicate: &Predicate) -> String {
    let mut printer = Printer { out: String::new(), key: false, indent: 0 };
    printer.predicate(predicate);
    printer.out
}

/// The key of a condition.
pub fn expr_key(expr: &Expr) -> String {
    let mut printer = Printer { out: String::new(), key: true, indent: 0 };
    printer.expr(expr);
    printer.out
}

/// The key of all or any of conditions with these keys.
pub(crate) fn joined_key<'k>(all: bool, keys: impl Iterator<Item = &'k str>) -> String {
    let mut out = String::from(if all { "(all" } else { "(any" });
    for key in keys {
        out.push(' ');
        out.push_str(key);
    }
    out.push(')');
    out
}

/// The key of a pattern.
pub fn pattern_key(pattern: &Pattern) -> String {
    let mut printer = Printer { out: String::new(), key: true, indent: 0 };
    printer.pattern(pattern);
    printer.out
}

/// The key of a literal of a test, as the test compares it: folded where it compares without case.
pub fn literal_key(literal: &Literal, case_sensitive: bool) -> String {
    let mut printer = Printer { out: String::new(), key: true, indent: 0 };
    printer.literal(literal, case_sensitive);
    printer.out
}

/// The key of a predicate without its values and quantifier: predicates that share it can be merged.
pub(crate) fn merge_key(predicate: &Predicate) -> String {
    let mut printer = Printer { out: String::new(), key: true, indent: 0 };
    printer.subject(&predicate.subject);
    let _ = write!(
        printer.out,
        "\u{1}{:?}\u{1}{}{}{}",
        predicate.op, predicate.negated, predicate.missing, predicate.case_sensitive
    );
    printer.out
}

struct Printer {
    out: String,
    key: bool,
    indent: usize,
}

impl Printer {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn line(&mut self) {
        if self.key {
            self.out.push(' ');
        } else {
            self.out.push('\n');
            for _ in 0..self.indent {
                self.out.push_str("  ");
            }
        }
    }

    /// A node's head and, indented, what stands below it.
    fn block(&mut self, head: &str, body: impl FnOnce(&mut Printer)) {
        self.text("(");
        self.text(head);
        self.indent += 1;
        body(self);
        self.indent -= 1;
        self.text(")");
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        if !text.bytes().any(|b| b < b' ' || matches!(b, b'"' | b'\\' | 0x7f..)) {
            self.out.push_str(text);
            self.out.push('"');
            return;
        }
        for c in text.chars() {
            match c {
                '"' | '\\' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                c if c.is_control() => {
                    let _ = write!(self.out, "\\u{{{:x}}}", c as u32);
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    /// A quoted text, folded as [`fold`] does it.
    fn folded(&mut self, text: &str) {
        if text.is_ascii() {
            let start = self.out.len();
            self.quoted(text);
            // What is escaped is in lower case.
            self.out[start..].make_ascii_lowercase();
        } else {
            self.quoted(&fold(text));
        }
    }

    fn glob(&mut self, glob: &Glob, case_sensitive: bool) {
        self.text("`");
        for piece in &glob.pieces {
            match piece {
                Piece::Text(text) if self.key && !case_sensitive => self.folded(text),
                Piece::Text(text) => self.quoted(text),
                Piece::Any => self.text("*"),
                Piece::One => self.text("?"),
                Piece::OneOf(set) => {
                    self.text("[");
                    let set: String = set.iter().collect();
                    self.text(&set);
                    self.text("]");
                }
            }
        }
        self.text("`");
    }

    fn field(&mut self, field: &Field) {
        self.quoted_name(field.name());
    }

    fn quoted_name(&mut self, name: &str) {
        let sign = |c: u8| matches!(c, b'_' | b'.' | b'-' | b'@' | b'#');
        let plain = |c: char| c.is_alphanumeric() || u8::try_from(c).is_ok_and(sign);
        let ascii = name.bytes().all(|b| b.is_ascii_alphanumeric() || sign(b));
        if !name.is_empty() && (ascii || name.chars().all(plain)) {
            self.text(name);
        } else {
            self.text("$");
            self.quoted(name);
        }
    }

    fn literal(&mut self, literal: &Literal, case_sensitive: bool) {
        self.scalar(&literal.value, case_sensitive);
        if !literal.forms.is_empty() {
            self.text(" as {");
            for (i, form) in literal.forms.iter().enumerate() {
                if i > 0 {
                    self.text(" ");
                }
                self.glob(form, case_sensitive);
            }
            self.text("}");
        }
    }

    fn scalar(&mut self, scalar: &Scalar, case_sensitive: bool) {
        match scalar {
            Scalar::Text(text) if self.key && !case_sensitive => self.folded(text),
            Scalar::Text(text) => self.quoted(text),
            // Equality compares numbers and texts by their text, so that both have one key.
            Scalar::Number(n) if self.key => self.quoted(n.as_str()),
            Scalar::Number(n) => self.text(n.as_str()),
            Scalar::Glob(glob) => self.glob(glob, case_sensitive),
            Scalar::Bool(b) if self.key => self.quoted(if *b { "true" } else { "false" }),
            Scalar::Bool(b) => self.text(if *b { "true" } else { "false" }),
            Scalar::Null => self.text("null"),
            Scalar::Regex(regex) => {
                self.text("/");
                self.quoted(&regex.source);
                self.text("/");
                self.text(&regex.flags);
                if regex.whole {
                    self.text(" whole");
                }
            }
            Scalar::Network(net) => self.quoted(net),
            Scalar::Field(field) => self.field(field),
            Scalar::Value(value) => self.value(value),
            Scalar::Placeholder(text) => {
                self.text("supplied ");
                self.quoted(text);
            }
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Field(field) => self.field(field),
            Value::Literal(literal) => self.literal(literal, true),
            Value::List(items) => self.values("[", items, "]"),
            Value::Call { function, args } => {
                self.text(function.name());
                self.values("(", args, ")");
            }
            Value::Truth(expr) => {
                self.text("{");
                self.expr(expr);
                self.text("}");
            }
            Value::Opaque { text, .. } => {
                self.text("opaque ");
                self.quoted(text);
            }
        }
    }

    fn values(&mut self, open: &str, values: &[Value], close: &str) {
        self.text(open);
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            self.value(value);
        }
        self.text(close);
    }

    fn subject(&mut self, subject: &Subject) {
        match subject {
            Subject::Field(field) => self.field(field),
            Subject::Value(value) => self.value(value),
            Subject::Event => self.text("event"),
        }
    }

    fn predicate(&mut self, predicate: &Predicate) {
        self.subject(&predicate.subject);
        self.text(" ");
        // A test for presence and one for absence are one test; the key says it in one way.
        let presence = matches!(predicate.op, Op::Exists | Op::Null);
        if self.key && presence {
            let absent = (predicate.op == Op::Null) ^ predicate.negated;
            self.text(if absent { "absent" } else { "there" });
        } else {
            if predicate.negated {
                self.text("not ");
            }
            self.text(op_name(predicate.op));
        }
        if predicate.values.len() > 1 {
            self.text(match predicate.quantifier {
                Quantifier::Any => " any of",
                Quantifier::All => " all of",
            });
        }
        for literal in &predicate.values {
            self.text(" ");
            self.literal(literal, predicate.case_sensitive);
        }
        if predicate.case_sensitive && !(self.key && presence) {
            self.text(" cased");
        }
        // Said only where it is not what the operator answers by itself.
        if predicate.missing != ((predicate.op == Op::Null) ^ predicate.negated) {
            self.text(if predicate.missing { " or missing" } else { " and there" });
        }
    }

    fn exprs(&mut self, head: &str, of: &[Expr]) {
        self.block(head, |p| {
            for e in of {
                p.line();
                p.expr(e);
            }
        });
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::All(of) => self.exprs("all", of),
            Expr::Any(of) => self.exprs("any", of),
            Expr::AtLeast { count, of } => self.exprs(&format!("at least {count}"), of),
            Expr::Not(inner) => self.block("not", |p| {
                p.line();
                p.expr(inner);
            }),
            Expr::Each { quantifier, list, variable, expr } => {
                let head = match quantifier {
                    Quantifier::Any => "some ",
                    Quantifier::All => "every ",
                };
                self.block(head, |p| {
                    p.quoted_name(variable);
                    p.text(" in ");
                    p.value(list);
                    p.line();
                    p.expr(expr);
                });
            }
            Expr::Predicate(predicate) => self.predicate(predicate),
            Expr::Const(b) => self.text(if *b { "true" } else { "false" }),
            Expr::Opaque { text, .. } => {
                self.text("opaque ");
                self.quoted(text);
            }
        }
    }

    fn keys(&mut self, word: &str, keys: &[Key]) {
        if keys.is_empty() {
            return;
        }
        self.text(word);
        for (i, key) in keys.iter().enumerate() {
            if i > 0 {
                self.text(",");
            }
            self.text(" ");
            self.named(&key.name, &key.value);
            if key.keep_missing {
                self.text(" or missing");
            }
        }
    }

    fn named(&mut self, name: &str, value: &Value) {
        if !matches!(value, Value::Field(field) if field.name() == name) {
            self.quoted_name(name);
            self.text(" = ");
        }
        self.value(value);
    }

    fn assignments(&mut self, assignments: &[Assignment]) {
        for (i, Assignment { name, value }) in assignments.iter().enumerate() {
            self.text(if i > 0 { ", " } else { " " });
            self.quoted_name(name);
            self.text(" = ");
            self.value(value);
        }
    }

    fn order(&mut self, order: &[Order]) {
        for (i, Order { value, descending }) in order.iter().enumerate() {
            self.text(if i > 0 { ", " } else { " order " });
            self.value(value);
            if *descending {
                self.text(" descending");
            }
        }
    }

    fn input(&mut self, head: &str, input: &Pattern, body: impl FnOnce(&mut Printer)) {
        self.block(head, |p| {
            body(p);
            p.line();
            p.pattern(input);
        });
    }

    fn duration(&mut self, word: &str, duration: Option<Duration>) {
        if let Some(duration) = duration {
            let _ = write!(self.out, " {word} {}", duration.display());
        }
    }

    fn scope(&mut self, scope: &Scope) {
        for (kind, terms) in &scope.terms {
            self.text(" ");
            self.quoted_name(kind);
            self.text("=");
            for (i, term) in terms.iter().enumerate() {
                if i > 0 {
                    self.text("|");
                }
                if self.key { self.quoted_name(&fold(term)) } else { self.quoted_name(term) }
            }
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        self.line();
        self.quoted_name(&aggregate.name);
        self.text(" = ");
        self.aggregate_fn(&aggregate.function, aggregate.argument.as_ref());
        if let Some(filter) = &aggregate.filter {
            self.text(" where ");
            self.expr(filter);
        }
    }

    fn aggregate_fn(&mut self, function: &AggregateFn, argument: Option<&Value>) {
        match function {
            AggregateFn::Count => self.text("count"),
            AggregateFn::CountDistinct => self.text("count distinct"),
            AggregateFn::Sum => self.text("sum"),
            AggregateFn::Average => self.text("average"),
            AggregateFn::Min => self.text("min"),
            AggregateFn::Max => self.text("max"),
            AggregateFn::Median => self.text("median"),
            AggregateFn::Percentile(n) => {
                let _ = write!(self.out, "percentile {}", n.as_str());
            }
            AggregateFn::StandardDeviation => self.text("standard deviation"),
            AggregateFn::Values => self.text("values"),
            AggregateFn::List => self.text("list"),
            AggregateFn::First => self.text("first"),
            AggregateFn::Last => self.text("last"),
        }
        if let Some(argument) = argument {
            self.text("(");
            self.value(argument);
            self.text(")");
        }
    }

    fn window(&mut self, window: &Window) {
        match window {
            Window::Whole => {}
            Window::Tumbling { size } => self.duration("tumbling", Some(*size)),
            Window::Hopping { size, step } => {
                self.duration("hopping", Some(*size));
                self.duration("every", Some(*step));
            }
            Window::Sliding { size } => self.duration("sliding", Some(*size)),
            Window::Session { gap } => self.duration("session", Some(*gap)),
        }
    }

    fn window_function(&mut self, function: &WindowFunction) {
        self.line();
        self.quoted_name(&function.name);
        self.text(" = ");
        match &function.function {
            WindowFn::Aggregate(aggregate) => {
                self.aggregate_fn(aggregate, function.argument.as_ref());
            }
            WindowFn::Lag(n) | WindowFn::Lead(n) => {
                let lag = matches!(function.function, WindowFn::Lag(_));
                let _ = write!(self.out, "{} {n}", if lag { "lag" } else { "lead" });
                if let Some(argument) = &function.argument {
                    self.text(" ");
                    self.value(argument);
                }
            }
            WindowFn::RowNumber => self.text("row number"),
        }
        match &function.frame {
            Frame::Partition => self.text(" over the partition"),
            Frame::Preceding { rows, span, current } => {
                self.text(" over");
                if let Some(rows) = rows {
                    let _ = write!(self.out, " {rows}");
                }
                self.text(" preceding");
                self.duration("within", *span);
                if *current {
                    self.text(" and itself");
                }
            }
        }
    }

    fn step(&mut self, step: &Step) {
        self.line();
        let head = if step.missing { "missing" } else { "step" };
        self.input(head, &step.pattern, |p| {
            if step.runs != 1 {
                let _ = write!(p.out, " runs {}", step.runs);
            }
            if !step.by.is_empty() {
                p.text(" by ");
                p.values("", &step.by, "");
            }
        });
    }

    fn occurrence(&mut self, occurrence: &Occurrence) {
        match occurrence {
            Occurrence::All(of) | Occurrence::Any(of) => {
                let head = if matches!(occurrence, Occurrence::All(_)) { "all" } else { "any" };
                self.block(head, |p| {
                    for o in of {
                        p.text(" ");
                        p.occurrence(o);
                    }
                });
            }
            Occurrence::Not(inner) => self.block("not ", |p| p.occurrence(inner)),
            Occurrence::AtLeast { variable, count } => {
                self.text("#");
                self.quoted_name(variable);
                let _ = write!(self.out, " >= {count}");
            }
            Occurrence::Truth(expr) => self.expr(expr),
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Events { scope } => self.block("events", |p| p.scope(scope)),
            Pattern::Filter { input, expr } => self.input("filter", input, |p| {
                p.line();
                p.expr(expr);
            }),
            Pattern::Extend { input, assignments } => {
                self.input("extend", input, |p| p.assignments(assignments));
            }
            Pattern::Expand { input, list, name } => self.input("expand ", input, |p| {
                p.quoted_name(name);
                p.text(" in ");
                p.value(list);
            }),
            Pattern::Aggregate { input, keys, aggregates, window } => {
                self.input("aggregate", input, |p| {
                    p.window(window);
                    p.keys(" by", keys);
                    for aggregate in aggregates {
                        p.aggregate(aggregate);
                    }
                });
            }
            Pattern::Windowed { input, keys, functions, order } => {
                self.input("windowed", input, |p| {
                    p.keys(" by", keys);
                    p.order(order);
                    for function in functions {
                        p.window_function(function);
                    }
                });
            }
            Pattern::Sequence { steps, max_span, until, ordered } => {
                self.block(if *ordered { "sequence" } else { "sample" }, |p| {
                    p.duration("within", *max_span);
                    for step in steps {
                        p.step(step);
                    }
                    if let Some(step) = until {
                        p.line();
                        p.block("until", |p| p.step(step));
                    }
                });
            }
            Pattern::Transaction {
                input,
                keys,
                start,
                end,
                max_span,
                max_pause,
                keep_unfinished,
            } => {
                self.input("transaction", input, |p| {
                    p.keys(" by", keys);
                    p.duration("within", *max_span);
                    p.duration("pause", *max_pause);
                    if *keep_unfinished {
                        p.text(" keep unfinished");
                    }
                    for (word, expr) in [("start ", start), ("end ", end)] {
                        if let Some(expr) = expr {
                            p.line();
                            p.text(word);
                            p.expr(expr);
                        }
                    }
                });
            }
            Pattern::Temporal { variables, join, within, ordered, condition, aggregates } => {
                self.block(if *ordered { "temporal ordered" } else { "temporal" }, |p| {
                    p.duration("within", Some(*within));
                    for key in join {
                        p.line();
                        p.text("join ");
                        p.quoted_name(&key.name);
                        for (variable, value) in &key.values {
                            p.text(" ");
                            p.quoted_name(variable);
                            p.text(":");
                            p.value(value);
                        }
                    }
                    p.line();
                    p.text("when ");
                    p.occurrence(condition);
                    for aggregate in aggregates {
                        p.aggregate(aggregate);
                    }
                    for variable in variables {
                        p.line();
                        p.input("variable ", &variable.pattern, |p| p.quoted_name(&variable.name));
                    }
                });
            }
            Pattern::NewTerms { input, fields, history } => self.input("new terms", input, |p| {
                p.duration("in", Some(*history));
                p.text(" of ");
                p.values("", fields, "");
            }),
            Pattern::Dedup { input, keys } => self.input("dedup", input, |p| p.keys(" by", keys)),
            Pattern::Limit { input, order, count } => {
                self.input(&format!("limit {count}"), input, |p| p.order(order));
            }
            Pattern::Lookup { input, table, on, outputs, kind, .. } => {
                self.input("lookup ", input, |p| {
                    let _ = write!(p.out, "{kind:?} ");
                    p.quoted_name(table);
                    p.text(" on");
                    p.assignments(on);
                    for (i, output) in outputs.iter().enumerate() {
                        p.text(if i > 0 { ", " } else { " gives " });
                        p.quoted_name(output);
                    }
                });
            }
            Pattern::Union { sides } => self.block("union", |p| {
                for side in sides {
                    p.line();
                    p.pattern(side);
                }
            }),
            Pattern::Join { left, right, kind, on, within } => {
                self.block(&format!("join {kind:?}"), |p| {
                    p.duration("within", *within);
                    for (l, r) in on {
                        p.text(" on ");
                        p.value(l);
                        p.text(" = ");
                        p.value(r);
                    }
                    for side in [left, right] {
                        p.line();
                        p.pattern(side);
                    }
                });
            }
            Pattern::Scheduled { input, every, lookback } => self.input("scheduled", input, |p| {
                p.duration("every", Some(*every));
                p.duration("over", Some(*lookback));
            }),
            Pattern::Opaque { input, text, .. } => self.input("opaque ", input, |p| p.quoted(text)),
        }
    }
}

fn op_name(op: Op) -> &'static str {
    match op {
        Op::Eq => "eq",
        Op::Contains => "match",
        Op::StartsWith => "starts_with",
        Op::EndsWith => "ends_with",
        Op::Wildcard => "wildcard",
        Op::Regex => "regex_match",
        Op::Term => "term",
        Op::Word => "word",
        Op::Lt => "lt",
        Op::Le => "le",
        Op::Gt => "gt",
        Op::Ge => "ge",
        Op::Cidr => "cidr",
        Op::Exists => "exists",
        Op::Null => "is_null",
        Op::FieldEq => "field_eq",
        Op::Keyword => "keyword",
    }
}
