//! What hangs on something unknown is possible, never certain, and never lost.

use rulescope_eval::{Certainty, Event, run};
use rulescope_ir::{
    Aggregate, Duration, Expr, Field, JoinKind, Key, Literal, LookupKind, Op, Pattern, Predicate,
    Scope, Span, Step, Subject, Value, Window,
};

use Certainty::{Certain, Possible};

fn opaque() -> Expr {
    Expr::Opaque { text: "who knows".to_owned(), span: Span::NONE }
}

fn events() -> Pattern {
    Pattern::events(Scope::default())
}

fn is(name: &str, op: Op, value: Literal) -> Expr {
    Expr::Predicate(Predicate::new(Subject::Field(Field::new(name)), op, vec![value]))
}

/// The events of kind `?` are there only if the unknown is true.
fn perhaps(kinds: &str) -> Pattern {
    let of = |kind: char| is("k", Op::Eq, Literal::text(kind));
    let known = Expr::Any(kinds.chars().filter(|c| *c != '?').map(of).collect());
    let unknown = Expr::All(vec![of('?'), opaque()]);
    events().filter(Expr::Any(vec![known, unknown]))
}

fn kinds(kinds: &str) -> Vec<Event> {
    let event = |(i, k): (usize, char)| Event::at(i as i64).with("k", k.to_string().as_str());
    kinds.chars().enumerate().map(event).collect()
}

fn found(pattern: &Pattern, events: &[Event]) -> Vec<(Vec<usize>, Certainty)> {
    run(pattern, events, None).into_iter().map(|m| (m.events.to_vec(), m.certainty)).collect()
}

#[test]
fn a_threshold_over_a_possible_row_is_unknown() {
    let at_least = |n: i128| {
        let counted = Pattern::Aggregate {
            input: Box::new(perhaps("a?")),
            keys: Vec::new(),
            aggregates: vec![Aggregate::count("n")],
            window: Window::Whole,
        };
        counted.filter(is("n", Op::Ge, Literal::number(n)))
    };
    assert_eq!(found(&at_least(2), &kinds("aa")), [(vec![0, 1], Certain)]);
    assert_eq!(found(&at_least(2), &kinds("a?")), [(vec![0, 1], Possible)]);
    assert_eq!(found(&at_least(2), &kinds("a")), []);
}

#[test]
fn a_sequence_is_certain_where_every_world_has_it() {
    let step = |pattern| Step { pattern, by: Vec::new(), runs: 1, missing: false };
    let a = events().filter(is("k", Op::Eq, Literal::text("a")));
    let sequence = |second: Pattern, missing: Option<Pattern>| {
        let mut steps = vec![step(a.clone())];
        steps.extend(missing.map(|m| Step { missing: true, ..step(m) }));
        steps.push(step(second));
        Pattern::Sequence { steps, max_span: None, until: None, ordered: true }
    };
    let b = perhaps("b?");
    assert_eq!(found(&sequence(b.clone(), None), &kinds("ab")), [(vec![0, 1], Certain)]);
    assert_eq!(found(&sequence(b.clone(), None), &kinds("a?")), [(vec![0, 1], Possible)]);
    // With the unknown one the certain one follows nothing.
    let either = found(&sequence(b.clone(), None), &kinds("a?b"));
    assert_eq!(either, [(vec![0, 1], Possible), (vec![0, 2], Possible)]);
    // What must be missing may be there.
    let only_b = events().filter(is("k", Op::Eq, Literal::text("b")));
    let missing = sequence(only_b, Some(perhaps("?")));
    assert_eq!(found(&missing, &kinds("a?b")), [(vec![0, 2], Possible)]);
    assert_eq!(found(&missing, &kinds("?ab")), [(vec![1, 2], Certain)]);
    // Many unknown ones: still possible, none lost.
    let many = found(&sequence(b, None), &kinds("a????????"));
    assert_eq!(many, [(vec![0, 1], Possible)]);
}

#[test]
fn the_first_row_may_be_another_one() {
    let dedup = Pattern::Dedup { input: Box::new(perhaps("a?")), keys: Vec::new() };
    assert_eq!(found(&dedup, &kinds("a?")), [(vec![0], Certain)]);
    assert_eq!(found(&dedup, &kinds("?a")), [(vec![0], Possible), (vec![1], Possible)]);
    // With many unknown rows nothing is called certain.
    assert_eq!(found(&dedup, &kinds("a????????")), [(vec![0], Possible)]);
    let limit = |count| Pattern::Limit { input: Box::new(perhaps("a?")), order: vec![], count };
    assert_eq!(found(&limit(2), &kinds("?a")), [(vec![0], Possible), (vec![1], Certain)]);
}

#[test]
fn tables_are_unknown() {
    let lookup = |kind| Pattern::Lookup {
        input: Box::new(events()),
        table: "t".to_owned(),
        on: Vec::new(),
        outputs: vec!["o".to_owned()],
        kind,
        span: Span::NONE,
    };
    let one = kinds("a");
    assert_eq!(found(&lookup(LookupKind::Enrich), &one), [(vec![0], Certain)]);
    assert_eq!(found(&lookup(LookupKind::Keep), &one), [(vec![0], Possible)]);
    assert_eq!(found(&lookup(LookupKind::Drop), &one), [(vec![0], Possible)]);
    let read = lookup(LookupKind::Enrich).filter(is("o", Op::Eq, Literal::text("x")));
    assert_eq!(found(&read, &one), [(vec![0], Possible)]);
}

#[test]
fn opaque_text_may_drop_rows_and_change_fields() {
    let blurred = || Pattern::Opaque {
        input: Box::new(events()),
        text: "| magic".to_owned(),
        span: Span::NONE,
    };
    assert_eq!(found(&blurred(), &kinds("a")), [(vec![0], Possible)]);
    let read = blurred().filter(is("k", Op::Eq, Literal::text("b")));
    assert_eq!(found(&read, &kinds("a")), [(vec![0], Possible)]);
    let grouped = Pattern::Aggregate {
        input: Box::new(blurred()),
        keys: vec![Key::field("new")],
        aggregates: vec![Aggregate::count("n")],
        window: Window::Sliding { size: Duration::minutes(1) },
    };
    assert_eq!(found(&grouped, &kinds("a")), [(vec![0], Possible)]);
}

#[test]
fn a_join_with_a_possible_row() {
    let join = |kind| Pattern::Join {
        left: Box::new(events().filter(is("k", Op::Eq, Literal::text("a")))),
        right: Box::new(perhaps("?")),
        kind,
        on: vec![(Value::field("u"), Value::field("u"))],
        within: None,
    };
    let log: Vec<Event> = kinds("a?").into_iter().map(|e| e.with("u", "1")).collect();
    assert_eq!(found(&join(JoinKind::Inner), &log), [(vec![0, 1], Possible)]);
    assert_eq!(found(&join(JoinKind::LeftSemi), &log), [(vec![0], Possible)]);
    assert_eq!(found(&join(JoinKind::LeftAnti), &log), [(vec![0], Possible)]);
    assert_eq!(found(&join(JoinKind::LeftAnti), &log[..1]), [(vec![0], Certain)]);
}
