//! Queries to the IR.
//!
//! `where` is a filter over what the commands before it give, `stats` an aggregate over the whole
//! window of the rule; `eval`, `rename`, `grok` and `dissect` are followed by name (`row`). `keep`,
//! `drop`, `sort` and `limit` present the rows, but for a `limit` that a later `stats` or `where` reads.
//! Sources are "ES|QL commands"
//! (<https://www.elastic.co/docs/reference/query-languages/esql/esql-commands>) under each name.

mod branches;
mod condition;
mod context;
mod extract;
mod kuery;
mod literals;
mod marks;
mod numeric;
mod row;
mod stats;
mod test;
mod value;

use rulescope_ir::polarity::{expr_standings, standings};
use rulescope_ir::{
    Assignment, Effect, Expr, Fidelity, Function, Logic, LookupKind, Order, Pattern, Polarity,
    Scalar, Scope, Span, StagePredicate, Value, visit,
};

use super::ast::{
    Command, CommandKind, Comparison, Expr as Ast, ExprKind, FieldName, LogicOp, Query,
};
use context::Context;
use numeric::numeric;
use row::Row;
use value::value;

/// The logic of a query. The scope holds the terms that the rule file gives; the index patterns of
/// `from` are `index` terms too.
pub fn lower(query: &Query, scope: &Scope) -> Logic {
    let mut cx = Context::new(query);
    let mut row = Row::new(true);
    let mut pattern = Pattern::events(scope.clone());
    let commands = &query.statement.commands;
    for (i, command) in commands.iter().enumerate() {
        pattern = applied(command, &commands[i + 1..], pattern, scope, &mut row, &mut cx);
    }
    finish(query, pattern, cx)
}

fn applied(
    command: &Command,
    later: &[Command],
    input: Pattern,
    scope: &Scope,
    row: &mut Row,
    cx: &mut Context<'_>,
) -> Pattern {
    match &command.kind {
        CommandKind::From { indices, .. } => {
            let mut scope = scope.clone();
            for index in indices {
                let terms = scope.terms.entry("index".to_owned()).or_default();
                if !terms.contains(&index.name) {
                    terms.push(index.name.clone());
                }
            }
            let (Some(first), Some(last)) = (indices.first(), indices.last()) else { return input };
            scope.span = cx.place(first.span.join(last.span));
            Pattern::events(scope)
        }
        CommandKind::Where(condition) => filtered(condition, command.span, input, row, cx),
        CommandKind::Eval(list) => {
            for named in list {
                let name = stats::name_of(named, cx);
                let own = numeric(&named.value, row);
                row.bind(&name, named.span, cx, |row, cx| value(&named.value, row, cx));
                row.note(&name, own);
            }
            input
        }
        CommandKind::Columns { .. } => input,
        CommandKind::Rename(list) => {
            for (before, after) in list {
                row.rename(&before.name(), &after.name(), before.span, cx);
            }
            input
        }
        CommandKind::Stats { inline: false, aggregates, by } => {
            stats::group(aggregates, by, input, row, cx)
        }
        CommandKind::Stats { inline: true, aggregates, by } => {
            stats::inline(aggregates, by, input, row, cx)
        }
        CommandKind::Sort(_) => input,
        CommandKind::Limit { count, span } => {
            let reads =
                |c: &Command| matches!(c.kind, CommandKind::Stats { .. } | CommandKind::Where(_));
            match count.parse() {
                Ok(count) if later.iter().any(reads) => {
                    cx.threshold(*span);
                    let what = "which rows come first is told by time";
                    cx.loss(what, Effect::Unknown, command.span);
                    let order: Vec<Order> = Vec::new();
                    Pattern::Limit { input: Box::new(input), order, count }
                }
                _ => {
                    cx.presents(*span);
                    input
                }
            }
        }
        CommandKind::Extract { grok, input: text, patterns, .. } => {
            extract::extract(*grok, text, patterns, row, cx);
            input
        }
        CommandKind::Expand(name) => {
            let list = row.read(&name.name(), name.span, cx);
            let made = cx.made(&name.name());
            row.set(&name.name(), Value::field(made.clone()));
            // A row without a value stays a row.
            cx.loss("a row without the value is left out", Effect::Less, command.span);
            Pattern::Expand { input: Box::new(input), list, name: made }
        }
        CommandKind::Enrich { policy, on, with } => {
            let key = on.as_ref().map(|name| Assignment {
                name: name.name(),
                value: row.read(&name.name(), name.span, cx),
            });
            let outputs = with.iter().map(|(name, _)| name).collect::<Vec<_>>();
            looked_up(&policy.name, key.into_iter().collect(), &outputs, command, input, row, cx)
        }
        CommandKind::Join { index, on } => {
            let mut keys = Vec::new();
            for key in on {
                let name = key.span.slice(cx.text()).to_owned();
                keys.push(Assignment { name, value: value(key, row, cx) });
            }
            looked_up(&index.name, keys, &[], command, input, row, cx)
        }
        CommandKind::Completion { target, .. } => {
            let outputs: Vec<&FieldName> = target.iter().collect();
            looked_up("completion", Vec::new(), &outputs, command, input, row, cx)
        }
        CommandKind::Opaque(text) => {
            cx.loss("a command is not understood", Effect::Unknown, command.span);
            // It may have given any column any value.
            *row = Row::new(true);
            let span = cx.place(command.span);
            Pattern::Opaque { input: Box::new(input), text: text.clone(), span }
        }
    }
}

/// Rows met with what no log holds.
fn looked_up(
    table: &str,
    on: Vec<Assignment>,
    outputs: &[&FieldName],
    command: &Command,
    input: Pattern,
    row: &mut Row,
    cx: &mut Context<'_>,
) -> Pattern {
    cx.loss("what is looked up is in no log", Effect::More, command.span);
    let mut names = Vec::new();
    for output in outputs {
        let made = cx.made(&output.name());
        row.set(&output.name(), Value::field(made.clone()));
        names.push(made);
    }
    Pattern::Lookup {
        input: Box::new(input),
        table: table.to_owned(),
        on,
        outputs: names,
        kind: LookupKind::Enrich,
        span: cx.place(command.span),
    }
}

/// Rows for which a condition is true ("`WHERE`").
fn filtered(
    condition: &Ast,
    stage: Span,
    input: Pattern,
    row: &Row,
    cx: &mut Context<'_>,
) -> Pattern {
    let parts = match &condition.kind {
        ExprKind::Logic { op: LogicOp::And, of } => of.as_slice(),
        _ => std::slice::from_ref(condition),
    };
    let mut exprs = Vec::new();
    for part in parts {
        if !limits_time(part, row, cx) {
            exprs.push(condition::holds(part, true, row, cx));
        }
    }
    let expr = crate::join::all_of(exprs);
    if let Expr::Const(_) = expr {
        // What was decided changes no match; its literals are told of.
        literals::within(condition, &mut |span| cx.presents(span));
    }
    let list = cx.predicates.entry(cx.place(stage)).or_default();
    for standing in expr_standings(&expr) {
        let polarity = if standing.negative { Polarity::Negative } else { Polarity::Positive };
        list.push(StagePredicate { predicate: standing.predicate.clone(), polarity });
    }
    if expr == Expr::Const(true) { input } else { input.filter(expr) }
}

/// Whether a condition compares with the time of the run, which no log holds: one of the event's time
/// says what the rule reads, one of another value is left out.
fn limits_time(part: &Ast, row: &Row, cx: &mut Context<'_>) -> bool {
    let ExprKind::Compare { op, left, right } = &part.kind else { return false };
    if matches!(op, Comparison::Eq | Comparison::Ne | Comparison::Caseless) {
        return false;
    }
    // The values are lowered again where they are kept.
    let outer = cx.pending.replace(Vec::new());
    let (a, b) = (value(left, row, cx), value(right, row, cx));
    cx.pending = outer;
    let is_time = |v: &Value| matches!(v, Value::Call { function: Function::Time, .. });
    let of_event = is_time(&a) && is_of_run(&b) || is_time(&b) && is_of_run(&a);
    if of_event {
        literals::within(part, &mut |span| cx.threshold(span));
        return true;
    }
    if reads_now(&a) || reads_now(&b) {
        literals::within(part, &mut |span| cx.threshold(span));
        cx.loss("the time of the run is in no log", Effect::More, part.span);
        return true;
    }
    false
}

/// Whether a value is the time of the run, moved by a length of time or not; or a time as text.
fn is_of_run(of: &Value) -> bool {
    match of {
        Value::Call { function: Function::Now, .. } => true,
        Value::Call { function: Function::Subtract | Function::Add, args } => {
            args.first().is_some_and(is_of_run)
        }
        Value::Literal(literal) => {
            matches!(&literal.value, Scalar::Text(t) if t.starts_with(|c: char| c.is_ascii_digit()))
        }
        Value::Call { .. }
        | Value::Field(_)
        | Value::List(_)
        | Value::Truth(_)
        | Value::Opaque { .. } => false,
    }
}

/// Whether the time of the run is part of a value.
fn reads_now(of: &Value) -> bool {
    match of {
        Value::Call { function, args } => *function == Function::Now || args.iter().any(reads_now),
        Value::List(list) => list.iter().any(reads_now),
        Value::Field(_) | Value::Literal(_) | Value::Truth(_) | Value::Opaque { .. } => false,
    }
}

/// Puts a logic together and says how well it was understood.
fn finish(query: &Query, pattern: Pattern, mut cx: Context<'_>) -> Logic {
    let mut understood = !standings(&pattern).is_empty();
    visit::patterns(&pattern, &mut |p| {
        understood |= matches!(p, Pattern::Events { scope } if !scope.terms.is_empty());
    });
    let commands = &query.statement.commands;
    understood &= !commands.iter().all(|c| matches!(c.kind, CommandKind::Opaque(_)));
    let fidelity = match (understood, cx.losses.is_empty()) {
        (true, true) => Fidelity::Exact,
        (true, false) => Fidelity::Partial,
        (false, _) => Fidelity::Opaque,
    };
    let mut stages = super::stages(query);
    for stage in &mut stages {
        stage.predicates = cx.predicates.remove(&stage.span).unwrap_or_default();
    }
    let mut logic = Logic {
        stages,
        pattern,
        fidelity,
        losses: cx.losses,
        diagnostics: query.diagnostics.clone(),
        literals: Vec::new(),
        presentation: cx.presentation,
        thresholds: cx.thresholds,
    };
    logic.diagnostics.extend(cx.diagnostics);
    logic.diagnostics.sort_by_key(|d| d.span);
    let mut written = Vec::new();
    for literal in literals::of(query) {
        match cx.parts.remove(&literal) {
            Some(parts) => written.extend(parts),
            None => written.push(literal),
        }
    }
    literals::settle(query, &mut logic, written);
    logic
}
