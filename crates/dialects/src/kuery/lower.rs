//! Trees to the IR.
//!
//! - `field: value` passes where one of the field's values does; by the field's kind it is the whole
//!   value, a term or a network ([`crate::elasticsearch`]).
//! - `field: *` passes where the field has a value, the empty text included
//!   (<https://www.elastic.co/docs/reference/query-languages/kql>, "Filter for documents where a field
//!   exists").
//! - `not` passes wherever its condition does not, also where the field is absent ("Negating a
//!   query").
//! - `field: (a and b)` is both tests; a field with several values passes by one each ("Combining
//!   multiple queries").
//! - `list: { … }` passes where one object of the list meets the condition ("Querying nested
//!   fields").
//! - A value alone is looked for in all fields.

use rulescope_ir::polarity::expr_standings;
use rulescope_ir::{
    Diagnostic, Effect, Expr as Condition, Fidelity, Logic, Loss, Op, Pattern, Polarity,
    Quantifier, Scope, Span, StagePredicate, Standing, Value,
};

use super::ast::{Expr, Query, RangeOp, Text, Values};
use crate::elasticsearch::{self, Lowered, Wanted};

/// The logic of a query that reads the events of a scope.
pub fn lower(query: &Query, scope: &Scope) -> Logic {
    let mut logic = condition(query);
    let events = Pattern::events(scope.clone());
    logic.pattern = match std::mem::replace(&mut logic.pattern, events) {
        Pattern::Filter { expr, .. } => Pattern::events(scope.clone()).filter(expr),
        _ => Pattern::events(scope.clone()),
    };
    logic
}

/// The logic of a query over any events.
pub fn condition(query: &Query) -> Logic {
    let mut cx = Context {
        query,
        losses: Vec::new(),
        literals: Vec::new(),
        thresholds: Vec::new(),
        presentation: Vec::new(),
        diagnostics: query.diagnostics.clone(),
        nested: String::new(),
    };
    let mut stages = super::stages(query);
    let events = Pattern::events(Scope::default());
    let pattern = match &query.expr {
        None => events,
        Some(expr) => {
            let condition = cx.expr(expr, false);
            for stage in &mut stages {
                stage.predicates = tested(&condition);
            }
            if condition == Condition::Const(true) { events } else { events.filter(condition) }
        }
    };
    cx.literals.sort();
    cx.literals.dedup();
    let fidelity = match &query.expr {
        Some(Expr::Opaque { .. }) => Fidelity::Opaque,
        _ if cx.losses.is_empty() => Fidelity::Exact,
        _ => Fidelity::Partial,
    };
    Logic {
        stages,
        pattern,
        fidelity,
        losses: cx.losses,
        diagnostics: cx.diagnostics,
        literals: cx.literals,
        presentation: cx.presentation,
        thresholds: cx.thresholds,
    }
}

/// What a condition tests, for its stage.
fn tested(condition: &Condition) -> Vec<StagePredicate> {
    let predicate = |standing: Standing<'_>| {
        let polarity = if standing.negative { Polarity::Negative } else { Polarity::Positive };
        StagePredicate { predicate: standing.predicate.clone(), polarity }
    };
    expr_standings(condition).into_iter().map(predicate).collect()
}

struct Context<'a> {
    query: &'a Query,
    losses: Vec<Loss>,
    literals: Vec<Span>,
    thresholds: Vec<Span>,
    presentation: Vec<Span>,
    diagnostics: Vec<Diagnostic>,
    /// What stands before the members of the list that the condition is on.
    nested: String,
}

impl Context<'_> {
    fn place(&self, span: Span) -> Span {
        self.query.source.place(span)
    }

    /// The field's name in the event.
    fn name(&self, field: &Text) -> String {
        format!("{}{}", self.nested, field.name())
    }

    /// The span of a literal, which has to be accounted for.
    fn literal(&mut self, text: &Text) -> Span {
        let span = self.place(text.span);
        self.literals.push(span);
        span
    }

    fn lose(&mut self, mut loss: Loss, negative: bool) {
        if negative {
            loss.effect = loss.effect.inverted();
        }
        elasticsearch::lose(&mut self.losses, loss);
    }

    fn take(&mut self, lowered: Lowered, negative: bool) -> Condition {
        lowered.losses.into_iter().for_each(|loss| self.lose(loss, negative));
        lowered.expr
    }

    fn opaque(&mut self, span: Span) -> Condition {
        let text = span.slice(self.query.source.text()).to_owned();
        let span = self.place(span);
        if !span.is_empty() {
            self.literals.push(span);
        }
        let what = "a part of the query could not be read".to_owned();
        self.lose(Loss { span, what, effect: Effect::Unknown }, false);
        Condition::Opaque { text, span }
    }

    fn expr(&mut self, expr: &Expr, negative: bool) -> Condition {
        match expr {
            Expr::Or(of) => Condition::any(of.iter().map(|e| self.expr(e, negative)).collect()),
            Expr::And(of) => Condition::all(of.iter().map(|e| self.expr(e, negative)).collect()),
            Expr::Not(inner) => Condition::not(self.expr(inner, !negative)),
            Expr::Nested { field, expr } => {
                let path = self.name(field);
                let before = std::mem::replace(&mut self.nested, format!("{path}."));
                let inner = self.expr(expr, negative);
                self.nested = before;
                Condition::Each {
                    quantifier: Quantifier::Any,
                    list: Value::field(path.as_str()),
                    variable: path,
                    expr: Box::new(inner),
                }
            }
            Expr::Is { field, values, span } => {
                let span = self.place(*span);
                let name = field.as_ref().map(|f| self.name(f));
                let every = field.as_ref().is_some_and(|f| f.is_star() && self.nested.is_empty());
                let name = name.filter(|_| !every);
                self.values(name.as_deref(), every, values, span, negative)
            }
            Expr::Range { field, op, value, span } => {
                let at = self.literal(value);
                let span = self.place(*span);
                let name = self.name(field);
                self.range(&name, *op, value, at, span, negative)
            }
            Expr::Opaque { span } => self.opaque(*span),
        }
    }

    fn values(
        &mut self,
        field: Option<&str>,
        every: bool,
        values: &Values,
        span: Span,
        negative: bool,
    ) -> Condition {
        match values {
            Values::Or(of) => {
                let any = of.iter().map(|v| self.values(field, every, v, span, negative)).collect();
                elasticsearch::merged(any)
            }
            Values::And(of) => Condition::all(
                of.iter().map(|v| self.values(field, every, v, span, negative)).collect(),
            ),
            Values::Not(inner) => Condition::not(self.values(field, every, inner, span, !negative)),
            Values::One(text) => self.one(field, every, text, span, negative),
            Values::Opaque { span } => self.opaque(*span),
        }
    }

    fn one(
        &mut self,
        field: Option<&str>,
        every: bool,
        text: &Text,
        span: Span,
        negative: bool,
    ) -> Condition {
        if text.is_star() {
            return match field {
                Some(field) => self.take(elasticsearch::exists(field, span), negative),
                // Every document: `*: *`, or the wildcard alone.
                None => Condition::Const(true),
            };
        }
        let at = self.literal(text);
        if !text.quoted && text.raw == "null" {
            // The match query that Kibana makes of it is refused for having no text.
            let message =
                "`null` is no value to look for; write `not field: *` for an absent field";
            self.diagnostics.push(Diagnostic::warning("kuery/null", message, at));
            let what = "a test for null finds nothing".to_owned();
            self.lose(Loss { span: at, what, effect: Effect::Less }, negative);
            return Condition::Const(false);
        }
        let wanted = Wanted { glob: &text.glob, phrase: text.quoted, raw: &text.raw, span: at };
        self.take(elasticsearch::any_of(field.filter(|_| !every), &[wanted], span), negative)
    }

    fn range(
        &mut self,
        field: &str,
        op: RangeOp,
        value: &Text,
        at: Span,
        span: Span,
        negative: bool,
    ) -> Condition {
        let op = match op {
            RangeOp::Lt => Op::Lt,
            RangeOp::Le => Op::Le,
            RangeOp::Gt => Op::Gt,
            RangeOp::Ge => Op::Ge,
        };
        let wanted = Wanted { glob: &value.glob, phrase: value.quoted, raw: &value.raw, span: at };
        if let Some(expr) = elasticsearch::range(field, op, &wanted, span) {
            return expr;
        }
        if elasticsearch::is_time(field) {
            // How far back the rule looks from each of its runs.
            self.thresholds.push(at);
            let what = format!("the time in `{field}` is not held against a run of the rule");
            self.lose(Loss { span, what, effect: Effect::More }, false);
            return Condition::Const(!negative);
        }
        let what = format!("`{field}` is compared in the order of texts or dates");
        self.lose(Loss { span, what, effect: Effect::Unknown }, false);
        let text = span_text(self.query, field, value);
        Condition::Opaque { text, span }
    }
}

fn span_text(query: &Query, field: &str, value: &Text) -> String {
    format!("{field} {}", value.span.slice(query.source.text()))
}
