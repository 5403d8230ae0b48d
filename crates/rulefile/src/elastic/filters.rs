//! Filters beside a query: Elasticsearch's own query language, as far as Kibana's filters use it
//! (<https://www.elastic.co/docs/reference/query-languages/querydsl>). Each has to hold; `negate` of
//! its `meta` turns it round, `disabled` leaves it out.

use rulescope_dialects::elasticsearch::{self, Lowered, Wanted};
use rulescope_ir::polarity::expr_standings;
use rulescope_ir::visit::expr_predicates_mut;
use rulescope_ir::{
    Effect, Expr, Fidelity, Glob, Logic, Loss, Op, Pattern, Piece, Polarity, Scope, Span, Stage,
    StageKind, StagePredicate,
};
use toml::de::{DeTable, DeValue};

use super::tree::{Item, get, items, span_of, table, text_of};

/// Queries lie so deep in each other; what lies deeper stays as text.
const MAX_DEPTH: usize = 32;

/// Puts the filters of a rule on its logic.
pub(super) fn put(item: &Item<'_>, text: &str, logic: &mut Logic) {
    let mut cx = Context { text, losses: Vec::new(), literals: Vec::new() };
    let mut all = Vec::new();
    for filter in items(item) {
        let Some(of) = filter.get_ref().as_table() else { continue };
        let meta = table(of, "meta");
        let flag = |key: &str| {
            meta.and_then(|m| get(m, key)).and_then(|i| i.get_ref().as_bool()).unwrap_or(false)
        };
        if flag("disabled") {
            continue;
        }
        let negate = flag("negate");
        // Older filters have the query's kind at their top.
        let query = table(of, "query").unwrap_or(of);
        let span = span_of(filter);
        let inner = cx.query(query, span, negate, 0);
        let expr = if negate { Expr::not(inner) } else { inner };
        logic.stages.push(stage(&expr, span, text));
        all.push(expr);
    }
    logic.literals.extend(cx.literals);
    if !cx.losses.is_empty() {
        logic.fidelity = logic.fidelity.max(Fidelity::Partial);
        logic.losses.extend(cx.losses);
    }
    if all.is_empty() {
        return;
    }
    let input = std::mem::replace(&mut logic.pattern, Pattern::events(Scope::default()));
    logic.pattern = match input {
        Pattern::Filter { input, expr } => {
            all.insert(0, expr);
            input.filter(Expr::all(all))
        }
        other => other.filter(Expr::all(all)),
    };
}

fn stage(expr: &Expr, span: Span, text: &str) -> Stage {
    let predicates = expr_standings(expr).into_iter().map(|standing| StagePredicate {
        predicate: standing.predicate.clone(),
        polarity: if standing.negative { Polarity::Negative } else { Polarity::Positive },
    });
    Stage {
        label: "filter".to_owned(),
        kind: StageKind::Filter,
        text: span.slice(text).trim().to_owned(),
        span,
        predicates: predicates.collect(),
        stages: Vec::new(),
    }
}

struct Context<'a> {
    text: &'a str,
    losses: Vec<Loss>,
    literals: Vec<Span>,
}

impl Context<'_> {
    fn query(&mut self, of: &DeTable<'_>, span: Span, negative: bool, depth: usize) -> Expr {
        let known = |key: &&'static str| get(of, key).is_some();
        let kinds = [
            "exists",
            "match_phrase",
            "match",
            "term",
            "terms",
            "wildcard",
            "prefix",
            "range",
            "bool",
            "match_all",
        ];
        let Some(kind) = kinds.into_iter().find(known).filter(|_| depth < MAX_DEPTH) else {
            return self.opaque(span);
        };
        let Some(inner) = table(of, kind) else { return self.opaque(span) };
        match kind {
            "match_all" => Expr::Const(true),
            "bool" => self.bool(inner, span, negative, depth),
            "exists" => match get(inner, "field").and_then(text_of) {
                Some(field) => {
                    let lowered = elasticsearch::exists(&field, span);
                    self.take(lowered, negative)
                }
                None => self.opaque(span),
            },
            kind => match inner.iter().find(|(key, _)| key.get_ref() != "boost") {
                Some((field, value)) => self.field(kind, field.get_ref(), value, span, negative),
                None => self.opaque(span),
            },
        }
    }

    fn bool(&mut self, of: &DeTable<'_>, span: Span, negative: bool, depth: usize) -> Expr {
        let mut all = Vec::new();
        for (key, value) in of {
            let of = items(value);
            let each = |cx: &mut Self, negative| -> Vec<Expr> {
                let query = |item: &&Item<'_>| match item.get_ref().as_table() {
                    Some(query) => cx.query(query, span_of(item), negative, depth + 1),
                    None => cx.opaque(span_of(item)),
                };
                of.iter().map(query).collect()
            };
            match key.get_ref().as_ref() {
                "must" | "filter" => all.extend(each(self, negative)),
                "must_not" => all.extend(each(self, !negative).into_iter().map(Expr::not)),
                "should" => {
                    let any = each(self, negative);
                    if !any.is_empty() {
                        all.push(Expr::any(any));
                    }
                }
                "minimum_should_match" if text_of(value).as_deref() == Some("1") => {}
                "boost" => {}
                _ => all.push(self.opaque(span)),
            }
        }
        Expr::all(all)
    }

    fn field(
        &mut self,
        kind: &str,
        field: &str,
        value: &Item<'_>,
        span: Span,
        negative: bool,
    ) -> Expr {
        if kind == "range" {
            return self.range(field, value, span);
        }
        let settings = value.get_ref().as_table();
        let value = match settings {
            None => value,
            Some(of) => {
                let keys = ["query", "value", "wildcard"];
                match keys.iter().find_map(|key| get(of, key)) {
                    Some(value) => value,
                    None => return self.opaque(span),
                }
            }
        };
        let folds = settings
            .and_then(|of| get(of, "case_insensitive"))
            .and_then(|i| i.get_ref().as_bool())
            .unwrap_or(false);
        let mut wanted = Vec::new();
        for item in items(value) {
            let Some(raw) = raw(item) else { return self.opaque(span) };
            let glob = match kind {
                "wildcard" => wildcard(&raw),
                "prefix" => {
                    let mut glob = Glob::text(raw.as_str());
                    glob.push(Piece::Any);
                    glob
                }
                _ => Glob::text(raw.as_str()),
            };
            self.literals.push(span_of(item));
            let phrase = kind != "match" && matches!(item.get_ref(), DeValue::String(_));
            wanted.push((glob, raw, phrase, span_of(item)));
        }
        let wanted: Vec<Wanted<'_>> = wanted
            .iter()
            .map(|(glob, raw, phrase, span)| Wanted { glob, phrase: *phrase, raw, span: *span })
            .collect();
        let lowered = elasticsearch::any_of(Some(field), &wanted, span);
        let mut expr = self.take(lowered, negative);
        if folds {
            expr_predicates_mut(&mut expr, &mut |p| p.case_sensitive = false);
        }
        expr
    }

    fn range(&mut self, field: &str, value: &Item<'_>, span: Span) -> Expr {
        let mut all = Vec::new();
        for (key, item) in value.get_ref().as_table().into_iter().flatten() {
            let op = match key.get_ref().as_ref() {
                "lt" => Op::Lt,
                "lte" => Op::Le,
                "gt" => Op::Gt,
                "gte" => Op::Ge,
                _ => continue,
            };
            let Some(raw) = raw(item) else { return self.opaque(span) };
            let at = span_of(item);
            let glob = Glob::text(raw.as_str());
            let wanted = Wanted { glob: &glob, phrase: true, raw: &raw, span: at };
            match elasticsearch::range(field, op, &wanted, span) {
                Some(expr) => {
                    self.literals.push(at);
                    all.push(expr);
                }
                None => return self.opaque(span),
            }
        }
        Expr::all(all)
    }

    fn take(&mut self, lowered: Lowered, negative: bool) -> Expr {
        for mut loss in lowered.losses {
            if negative {
                loss.effect = loss.effect.inverted();
            }
            elasticsearch::lose(&mut self.losses, loss);
        }
        lowered.expr
    }

    fn opaque(&mut self, span: Span) -> Expr {
        let what = "a filter could not be read".to_owned();
        self.losses.push(Loss { span, what, effect: Effect::Unknown });
        self.literals.push(span);
        Expr::Opaque { text: span.slice(self.text).to_owned(), span }
    }
}

/// A value as its own text, not trimmed.
fn raw(item: &Item<'_>) -> Option<String> {
    match item.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        _ => text_of(item),
    }
}

/// `*` and `?` are wildcards, a backslash escapes
/// (<https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-wildcard-query>).
fn wildcard(text: &str) -> Glob {
    let mut glob = Glob::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '*' => glob.push(Piece::Any),
            '?' => glob.push(Piece::One),
            '\\' => glob.push_char(chars.next().unwrap_or('\\')),
            c => glob.push_char(c),
        }
    }
    glob
}
