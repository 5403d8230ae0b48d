//! Trees to the IR.
//!
//! Operators do not nest by precedence: each clause of a group *must*, *should* or *must not* hold. A
//! clause joined by `AND` must hold, and so must the one before it; where one must, those that should
//! only rank; where none must, one that should has to hold
//! (<https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query>,
//! "Boolean operators"; <https://lucene.apache.org/core/9_12_0/queryparser/org/apache/lucene/queryparser/classic/package-summary.html>,
//! "Boolean Operators"). The default operator is `OR` (same page, `default_operator`).
//!
//! Values are compared by the field's kind ([`crate::elasticsearch`]), regular expressions with the
//! whole value ("Regular expressions"), and `_exists_` takes a field's name ("Field names").

use rulescope_ir::polarity::expr_standings;
use rulescope_ir::{
    Effect, Expr, Fidelity, Field, Literal, Logic, Loss, Op, Pattern, Polarity, Predicate, Regex,
    Scalar, Scope, Span, StagePredicate, Subject,
};

use super::ast::{Clause, Join, Modifier, Query, Term, Text};
use crate::elasticsearch::{self, Kind, Wanted};

/// The logic of a query that reads the events of a scope.
pub fn lower(query: &Query, scope: &Scope) -> Logic {
    let mut cx = Context {
        query,
        losses: Vec::new(),
        literals: Vec::new(),
        thresholds: Vec::new(),
        presentation: Vec::new(),
    };
    let mut stages = super::stages(query);
    let events = Pattern::events(scope.clone());
    let condition = cx.group(&query.clauses, None, false);
    for stage in &mut stages {
        stage.predicates = expr_standings(&condition)
            .into_iter()
            .map(|standing| StagePredicate {
                predicate: standing.predicate.clone(),
                polarity: match standing.negative {
                    true => Polarity::Negative,
                    false => Polarity::Positive,
                },
            })
            .collect();
    }
    cx.literals.sort();
    cx.literals.dedup();
    let fidelity = match &condition {
        Expr::Opaque { .. } => Fidelity::Opaque,
        _ if cx.losses.is_empty() => Fidelity::Exact,
        _ => Fidelity::Partial,
    };
    let pattern = if condition == Expr::Const(true) { events } else { events.filter(condition) };
    Logic {
        stages,
        pattern,
        fidelity,
        losses: cx.losses,
        diagnostics: query.diagnostics.clone(),
        literals: cx.literals,
        presentation: cx.presentation,
        thresholds: cx.thresholds,
    }
}

struct Context<'a> {
    query: &'a Query,
    losses: Vec<Loss>,
    literals: Vec<Span>,
    thresholds: Vec<Span>,
    presentation: Vec<Span>,
}

impl Context<'_> {
    fn place(&self, span: Span) -> Span {
        self.query.source.place(span)
    }

    fn lose(&mut self, span: Span, what: impl Into<String>, effect: Effect) {
        let loss = Loss { span, what: what.into(), effect };
        elasticsearch::lose(&mut self.losses, loss);
    }

    /// The condition of a group's clauses; of none, every event.
    fn group(&mut self, clauses: &[Clause], field: Option<&str>, negative: bool) -> Expr {
        let mut must = vec![false; clauses.len()];
        for (i, clause) in clauses.iter().enumerate() {
            must[i] = clause.modifier == Modifier::Required || clause.join == Join::And;
            if clause.join == Join::And && i > 0 {
                must[i - 1] = true;
            }
        }
        let (mut all, mut any, mut none) = (Vec::new(), Vec::new(), Vec::new());
        let some_must =
            clauses.iter().zip(&must).any(|(c, m)| *m && c.modifier != Modifier::Prohibited);
        for (clause, must) in clauses.iter().zip(must) {
            if clause.modifier == Modifier::Prohibited {
                none.push(Expr::not(self.clause(clause, field, !negative)));
            } else if must {
                all.push(self.clause(clause, field, negative));
            } else if some_must {
                self.ranks(clause, field, negative);
            } else {
                any.push(self.clause(clause, field, negative));
            }
        }
        if !any.is_empty() {
            all.push(elasticsearch::merged(any));
        }
        all.extend(none);
        if all.is_empty() { Expr::Const(true) } else { Expr::all(all) }
    }

    /// A clause that only ranks, beside others that must hold: its literals change no match.
    fn ranks(&mut self, clause: &Clause, field: Option<&str>, negative: bool) {
        let (losses, literals) = (self.losses.clone(), self.literals.len());
        self.clause(clause, field, negative);
        self.losses = losses;
        self.presentation.extend_from_slice(&self.literals[literals..]);
    }

    fn clause(&mut self, clause: &Clause, outer: Option<&str>, negative: bool) -> Expr {
        let span = self.place(clause.span);
        let own = clause.field.as_ref().map(|f| match f.glob.as_text() {
            Some(text) => text.to_owned(),
            None => f.glob.display(),
        });
        let field = own.as_deref().or(outer);
        let field = field.filter(|f| *f != "*");
        match &clause.term {
            Term::Group(clauses) => self.group(clauses, field, negative),
            Term::Text { text, slop } => self.text(field, text, slop.as_ref(), span, negative),
            Term::Regex { source, span: at } => {
                let at = self.place(*at);
                self.regex(field, source, at, span)
            }
            Term::Range { from, to } => {
                self.range(field, from.as_ref(), to.as_ref(), clause.span, negative)
            }
            Term::Opaque => self.opaque(clause.span),
        }
    }

    fn opaque(&mut self, span: Span) -> Expr {
        let text = span.slice(self.query.source.text()).to_owned();
        let span = self.place(span);
        if !span.is_empty() {
            self.literals.push(span);
        }
        self.lose(span, "a part of the query could not be read", Effect::Unknown);
        Expr::Opaque { text, span }
    }

    fn text(
        &mut self,
        field: Option<&str>,
        text: &Text,
        slop: Option<&String>,
        span: Span,
        negative: bool,
    ) -> Expr {
        if field == Some("_exists_") {
            // The value is a field's name.
            let name = text.glob.as_text().map_or_else(|| text.glob.display(), str::to_owned);
            let lowered = elasticsearch::exists(&name, span);
            return self.take(lowered, negative);
        }
        if text.is_star() {
            return match field {
                Some(field) => self.take(elasticsearch::exists(field, span), negative),
                None => Expr::Const(true),
            };
        }
        let at = self.place(text.span);
        self.literals.push(at);
        if slop.is_some() {
            let effect = if negative { Effect::More } else { Effect::Less };
            self.lose(at, "what is nearly the value is not looked for", effect);
        }
        let wanted = Wanted { glob: &text.glob, phrase: text.quoted, raw: &text.raw, span: at };
        self.take(elasticsearch::any_of(field, &[wanted], span), negative)
    }

    fn take(&mut self, lowered: elasticsearch::Lowered, negative: bool) -> Expr {
        for loss in lowered.losses {
            let effect = if negative { loss.effect.inverted() } else { loss.effect };
            self.lose(loss.span, loss.what, effect);
        }
        lowered.expr
    }

    /// Lucene's expressions cover the whole value
    /// (<https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax>).
    fn regex(&mut self, field: Option<&str>, source: &str, at: Span, span: Span) -> Expr {
        self.literals.push(at);
        if has_own_operators(source) {
            let what = "the expression has operators that only Lucene knows";
            self.lose(at, what, Effect::Unknown);
        }
        let kind = field.map(elasticsearch::kind);
        if matches!(kind, Some(Kind::Text(_)) | None) {
            let what = "the expression is held against the whole text, not each of its terms";
            self.lose(at, what, Effect::Unknown);
        }
        let flags = match kind {
            Some(Kind::Keyword | Kind::Ip | Kind::EventId) => "",
            Some(Kind::Caseless | Kind::Text(_)) | None => "i",
        };
        let regex = Regex { source: source.to_owned(), flags: flags.to_owned(), whole: true };
        let subject = field.map_or(Subject::Event, |field| Subject::Field(Field::new(field)));
        let literal = Literal::new(Scalar::Regex(regex), at);
        let mut out = Predicate::new(subject, Op::Regex, vec![literal]);
        out.span = span;
        Expr::Predicate(out)
    }

    fn range(
        &mut self,
        field: Option<&str>,
        from: Option<&(Text, bool)>,
        to: Option<&(Text, bool)>,
        at: Span,
        negative: bool,
    ) -> Expr {
        let span = self.place(at);
        let bounds = [(from, [Op::Gt, Op::Ge]), (to, [Op::Lt, Op::Le])];
        let mut all = Vec::new();
        let mut unread = false;
        for (bound, ops) in bounds {
            let Some((text, closed)) = bound else { continue };
            let at = self.place(text.span);
            self.literals.push(at);
            let wanted = Wanted { glob: &text.glob, phrase: text.quoted, raw: &text.raw, span: at };
            let expr = field
                .and_then(|f| elasticsearch::range(f, ops[usize::from(*closed)], &wanted, span));
            match expr {
                Some(expr) => all.push(expr),
                None => unread = true,
            }
        }
        match field {
            Some(field) if unread && elasticsearch::is_time(field) => {
                self.thresholds.push(span);
                let what = format!("the time in `{field}` is not held against a run of the rule");
                self.lose(span, what, Effect::More);
                Expr::Const(!negative)
            }
            Some(field) if !unread && all.is_empty() => {
                self.take(elasticsearch::exists(field, span), negative)
            }
            Some(_) if !unread => Expr::all(all),
            _ => {
                let what = "a range is compared in the order of texts, dates or addresses";
                self.lose(span, what, Effect::Unknown);
                Expr::Opaque { text: at.slice(self.query.source.text()).to_owned(), span }
            }
        }
    }
}

/// Operators of Lucene's expressions that others read as themselves (same page, "Optional
/// operators").
fn has_own_operators(source: &str) -> bool {
    let mut escaped = false;
    source.chars().any(|c| {
        let own = !escaped && "~<>&@#\"".contains(c);
        escaped = !escaped && c == '\\';
        own
    })
}
