//! Nodes of patterns one by one.

use rulescope_eval::{Datum, Event, run};
use rulescope_ir::{
    Aggregate, AggregateFn, Duration, Expr, Field, Frame, JoinKey, JoinKind, Key, Literal,
    Occurrence, Op, Order, Pattern, Predicate, Scope, Step, Subject, Value, Variable, Window,
    WindowFn, WindowFunction,
};

fn events() -> Box<Pattern> {
    Box::new(Pattern::events(Scope::default()))
}

fn is(name: &str, value: &str) -> Expr {
    let subject = Subject::Field(Field::new(name));
    Expr::Predicate(Predicate::new(subject, Op::Eq, vec![Literal::text(value)]))
}

fn of(kind: &str) -> Pattern {
    events().filter(is("k", kind))
}

/// Events of these kinds, a millisecond apart.
fn kinds(kinds: &str) -> Vec<Event> {
    kinds.chars().enumerate().map(|(i, k)| kind(i as i64, k)).collect()
}

fn kind(time: i64, kind: char) -> Event {
    Event::at(time).with("k", kind.to_string().as_str())
}

fn found(pattern: &Pattern, events: &[Event]) -> Vec<Vec<usize>> {
    run(pattern, events, None).into_iter().map(|m| m.events.to_vec()).collect()
}

fn ms(millis: u64) -> Duration {
    Duration { millis }
}

fn counted(window: Window) -> Pattern {
    Pattern::Aggregate {
        input: events(),
        keys: Vec::new(),
        aggregates: vec![Aggregate::count("n")],
        window,
    }
}

fn at(times: &[i64]) -> Vec<Event> {
    times.iter().map(|t| Event::at(*t)).collect()
}

#[test]
fn windows_and_their_edges() {
    let times = at(&[0, 9, 10, 20, 31]);
    assert_eq!(found(&counted(Window::Whole), &times), [[0, 1, 2, 3, 4]]);
    assert_eq!(found(&counted(Window::Whole), &[]), Vec::<Vec<usize>>::new());
    let tumbling = found(&counted(Window::Tumbling { size: ms(10) }), &times);
    assert_eq!(tumbling, [vec![0, 1], vec![2], vec![3], vec![4]]);
    let hopping = found(&counted(Window::Hopping { size: ms(20), step: ms(10) }), &times);
    assert_eq!(hopping, [vec![0, 1], vec![0, 1, 2], vec![2, 3], vec![3, 4], vec![4]]);
    let sliding = found(&counted(Window::Sliding { size: ms(10) }), &times);
    assert_eq!(sliding, [vec![0], vec![0, 1], vec![0, 1, 2], vec![2, 3], vec![4]]);
    let session = found(&counted(Window::Session { gap: ms(10) }), &times);
    assert_eq!(session, [vec![0, 1, 2, 3], vec![4]]);
    let before = found(&counted(Window::Tumbling { size: ms(10) }), &at(&[-1, 0]));
    assert_eq!(before, [[0], [1]]);
}

#[test]
fn aggregates() {
    let values: Vec<Event> = ["4", "1", "x", "1"]
        .iter()
        .enumerate()
        .map(|(i, v)| Event::at(i as i64).with("v", *v))
        .chain([Event::at(9)])
        .collect();
    for (function, wanted) in [
        (AggregateFn::Count, "4"),
        (AggregateFn::CountDistinct, "3"),
        (AggregateFn::Sum, "6"),
        (AggregateFn::Average, "2"),
        (AggregateFn::Min, "1"),
        (AggregateFn::Median, "1"),
        (AggregateFn::Max, "x"),
        (AggregateFn::Values, r#"["1","4","x"]"#),
        (AggregateFn::List, r#"["4","1","x","1"]"#),
        (AggregateFn::First, "4"),
        (AggregateFn::Last, "1"),
    ] {
        let aggregates = vec![Aggregate::of("a", function.clone(), "v")];
        let window = Window::Whole;
        let pattern = Pattern::Aggregate { input: events(), keys: Vec::new(), aggregates, window };
        let matches = run(&pattern, &values, None);
        assert_eq!(matches[0].fields["a"].display(), wanted, "{function:?}");
    }
}

#[test]
fn rows_see_the_rows_around_them() {
    let function = |function, frame| WindowFunction {
        name: "w".to_owned(),
        function,
        argument: Some(Value::field("v")),
        frame,
    };
    let values: Vec<Event> =
        [3, 1, 2].iter().enumerate().map(|(i, v)| Event::at(i as i64 * 10).with("v", *v)).collect();
    let preceding =
        |rows, span: Option<u64>, current| Frame::Preceding { rows, span: span.map(ms), current };
    let sum = || WindowFn::Aggregate(AggregateFn::Sum);
    for (f, frame, wanted) in [
        (sum(), Frame::Partition, ["6", "6", "6"]),
        (sum(), preceding(None, None, true), ["3", "4", "6"]),
        (sum(), preceding(None, None, false), ["", "3", "4"]),
        (sum(), preceding(Some(2), None, true), ["3", "4", "3"]),
        (sum(), preceding(None, Some(10), true), ["3", "4", "3"]),
        (sum(), preceding(None, Some(9), true), ["3", "1", "2"]),
        (WindowFn::Lag(1), Frame::Partition, ["", "3", "1"]),
        (WindowFn::Lead(2), Frame::Partition, ["2", "", ""]),
        (WindowFn::RowNumber, Frame::Partition, ["1", "2", "3"]),
    ] {
        let functions = vec![function(f.clone(), frame.clone())];
        let keys = Vec::new();
        let pattern = Pattern::Windowed { input: events(), keys, functions, order: Vec::new() };
        let seen: Vec<String> =
            run(&pattern, &values, None).iter().map(|m| m.fields["w"].display()).collect();
        assert_eq!(seen, wanted, "{f:?} {frame:?}");
    }
    // In another order, and without the key.
    let pattern = Pattern::Windowed {
        input: events(),
        keys: vec![Key::field("absent")],
        functions: vec![function(WindowFn::RowNumber, Frame::Partition)],
        order: vec![Order { value: Value::field("v"), descending: true }],
    };
    assert!(run(&pattern, &values, None).iter().all(|m| m.fields["w"] == Datum::Null));
    let Pattern::Windowed { input, functions, order, .. } = pattern else { unreachable!() };
    let pattern = Pattern::Windowed { input, keys: Vec::new(), functions, order };
    let numbers: Vec<String> =
        run(&pattern, &values, None).iter().map(|m| m.fields["w"].display()).collect();
    assert_eq!(numbers, ["1", "3", "2"]);
}

fn sequence(steps: &str, max_span: Option<u64>, ordered: bool) -> Pattern {
    let mut missing = false;
    let mut list = Vec::new();
    for c in steps.chars() {
        if c == '!' {
            missing = true;
            continue;
        }
        let pattern = of(&c.to_string());
        list.push(Step { pattern, by: Vec::new(), runs: 1, missing });
        missing = false;
    }
    Pattern::Sequence { steps: list, max_span: max_span.map(ms), until: None, ordered }
}

#[test]
fn the_most_recent_pending_sequence_counts() {
    let abc = sequence("abc", None, true);
    assert_eq!(found(&abc, &kinds("aabbc")), [[1, 2, 4]]);
    assert_eq!(found(&abc, &kinds("abcabc")), [[0, 1, 2], [3, 4, 5]]);
    assert_eq!(found(&abc, &kinds("abcc")), [[0, 1, 2]]);
    assert_eq!(found(&abc, &kinds("cba")), Vec::<Vec<usize>>::new());
    // The example of the documentation: per key, with an overwritten first event.
    let by = |p: Pattern| match p {
        Pattern::Sequence { mut steps, max_span, until, ordered } => {
            steps.iter_mut().for_each(|s| s.by = vec![Value::field("user")]);
            Pattern::Sequence { steps, max_span, until, ordered }
        }
        other => other,
    };
    let users = ["r", "r", "e", "r", "r", "e", "r", "e", "r", "e", "r"];
    let events: Vec<Event> =
        kinds("aabbbaabccc").into_iter().zip(users).map(|(e, u)| e.with("user", u)).collect();
    assert_eq!(found(&by(abc), &events), [[1, 3, 8], [5, 7, 9]]);
}

#[test]
fn one_event_never_stands_at_two_steps() {
    let twice = sequence("aa", None, true);
    assert_eq!(found(&twice, &kinds("a")), Vec::<Vec<usize>>::new());
    assert_eq!(found(&twice, &kinds("aa")), [[0, 1]]);
    // At one time the order of the list decides.
    assert_eq!(found(&sequence("ab", None, true), &[kind(0, 'a'), kind(0, 'b')]), [[0, 1]]);
    assert_eq!(
        found(&sequence("ab", None, true), &[kind(0, 'b'), kind(0, 'a')]),
        Vec::<Vec<usize>>::new()
    );
}

#[test]
fn missing_steps_at_the_ends_are_within_the_span() {
    let after = sequence("a!b", Some(10), true);
    assert_eq!(found(&after, &[kind(0, 'a'), kind(10, 'b')]), Vec::<Vec<usize>>::new());
    assert_eq!(found(&after, &[kind(0, 'a'), kind(11, 'b')]), [[0]]);
    assert_eq!(found(&after, &[kind(0, 'b'), kind(1, 'a')]), [[1]]);
    let before = sequence("!ba", Some(10), true);
    assert_eq!(found(&before, &[kind(0, 'b'), kind(10, 'a')]), Vec::<Vec<usize>>::new());
    assert_eq!(found(&before, &[kind(0, 'b'), kind(11, 'a')]), [[1]]);
}

#[test]
fn samples_take_their_events_in_any_order() {
    let sample = sequence("ab", None, false);
    assert_eq!(found(&sample, &kinds("ba")), [[0, 1]]);
    assert_eq!(found(&sample, &kinds("bb")), Vec::<Vec<usize>>::new());
    assert_eq!(found(&sequence("aa", None, false), &kinds("a")), Vec::<Vec<usize>>::new());
    assert_eq!(found(&sequence("a!b", None, false), &kinds("ba")), Vec::<Vec<usize>>::new());
}

fn temporal(names: &str, ordered: bool, condition: Occurrence) -> Pattern {
    let variable = |c: char| Variable { name: c.to_string(), pattern: of(&c.to_string()) };
    Pattern::Temporal {
        variables: names.chars().map(variable).collect(),
        join: Vec::new(),
        within: ms(10),
        ordered,
        condition,
        aggregates: Vec::new(),
    }
}

fn some(variable: &str, count: u64) -> Occurrence {
    Occurrence::AtLeast { variable: variable.to_owned(), count }
}

#[test]
fn temporal_patterns_want_all_within_the_span() {
    let both = Occurrence::All(vec![some("a", 1), some("b", 1)]);
    let any_order = temporal("ab", false, both.clone());
    assert_eq!(found(&any_order, &[kind(0, 'b'), kind(10, 'a')]), [[0, 1]]);
    assert_eq!(found(&any_order, &[kind(0, 'b'), kind(11, 'a')]), Vec::<Vec<usize>>::new());
    let ordered = temporal("ab", true, both);
    assert_eq!(found(&ordered, &[kind(0, 'b'), kind(10, 'a')]), Vec::<Vec<usize>>::new());
    assert_eq!(found(&ordered, &[kind(0, 'a'), kind(10, 'b')]), [[0, 1]]);
}

#[test]
fn what_a_temporal_pattern_must_not_see_is_looked_for_on_both_sides() {
    let not = Occurrence::Not(Box::new(some("b", 1)));
    let pattern = temporal("ab", false, Occurrence::All(vec![some("a", 2), not]));
    let with = |time: i64| found(&pattern, &[kind(20, 'a'), kind(25, 'a'), kind(time, 'b')]);
    assert_eq!(with(14), [[0, 1]]);
    assert_eq!(with(15), Vec::<Vec<usize>>::new());
    assert_eq!(with(22), Vec::<Vec<usize>>::new());
    assert_eq!(with(30), Vec::<Vec<usize>>::new());
    assert_eq!(with(31), [[0, 1]]);
}

#[test]
fn a_join_key_may_name_some_of_the_variables() {
    let both = Occurrence::All(vec![some("a", 1), some("b", 1), some("c", 1)]);
    let Pattern::Temporal { variables, within, ordered, condition, aggregates, .. } =
        temporal("abc", false, both)
    else {
        unreachable!()
    };
    let values = ["a", "b"].map(|v| (v.to_owned(), Value::field("u"))).into();
    let join = vec![JoinKey { name: "user".to_owned(), values }];
    let pattern = Pattern::Temporal { variables, join, within, ordered, condition, aggregates };
    let user = |k: char, u: &str| kind(0, k).with("u", u);
    let matches =
        run(&pattern, &[user('a', "1"), user('b', "1"), user('b', "2"), kind(0, 'c')], None);
    assert_eq!(matches.len(), 1);
    assert_eq!(matches[0].events, [0, 1, 3]);
    assert_eq!(matches[0].fields["user"], Datum::text("1"));
}

#[test]
fn new_terms_were_not_seen_in_the_history() {
    let fields = vec![Value::field("k"), Value::field("u")];
    let pattern = Pattern::NewTerms { input: events(), fields, history: ms(10) };
    let user = |time: i64, k: char, u: &str| kind(time, k).with("u", u);
    let log = [user(0, 'a', "1"), user(5, 'a', "2"), user(10, 'a', "1"), user(21, 'a', "1")];
    assert_eq!(found(&pattern, &log), [[0], [1], [3]]);
    assert_eq!(found(&pattern, &[kind(0, 'a')]), Vec::<Vec<usize>>::new());
}

#[test]
fn dedup_and_limit() {
    let dedup = Pattern::Dedup { input: events(), keys: vec![Key::field("k")] };
    assert_eq!(found(&dedup, &[&kinds("aba")[..], &at(&[9])].concat()), [[0], [1]]);
    let order = vec![Order { value: Value::field("k"), descending: true }];
    let limit = Pattern::Limit { input: events(), order, count: 2 };
    assert_eq!(found(&limit, &kinds("abcb")), [[1], [2]]);
}

#[test]
fn joins() {
    let join = |kind| Pattern::Join {
        left: Box::new(of("l")),
        right: Box::new(of("r")),
        kind,
        on: vec![(Value::field("x"), Value::field("y"))],
        within: Some(ms(2)),
    };
    let left = |time: i64, x: &str| kind(time, 'l').with("x", x).with("from", "left");
    let right = |time: i64, y: &str| kind(time, 'r').with("y", y).with("from", "right");
    let log = [left(0, "1"), right(1, "1"), right(2, "1"), right(3, "1"), left(4, "2")];
    for (kind, wanted) in [
        (JoinKind::Inner, vec![vec![0, 1], vec![0, 2]]),
        (JoinKind::InnerUnique, vec![vec![0, 1]]),
        (JoinKind::LeftOuter, vec![vec![0, 1], vec![0, 2], vec![4]]),
        (JoinKind::RightOuter, vec![vec![0, 1], vec![0, 2], vec![3]]),
        (JoinKind::FullOuter, vec![vec![0, 1], vec![0, 2], vec![3], vec![4]]),
        (JoinKind::LeftSemi, vec![vec![0]]),
        (JoinKind::LeftAnti, vec![vec![4]]),
    ] {
        assert_eq!(found(&join(kind), &log), wanted, "{kind:?}");
    }
    let fields = &run(&join(JoinKind::Inner), &log, None)[0].fields;
    assert_eq!((&fields["from"], &fields["y"]), (&Datum::text("left"), &Datum::text("1")));
}

#[test]
fn a_scheduled_pattern_reads_up_to_its_run() {
    let scheduled = |every, lookback| Pattern::Scheduled {
        input: Box::new(counted(Window::Whole)),
        every: ms(every),
        lookback: ms(lookback),
    };
    // A run at 10 reads 0 to 9.
    assert_eq!(found(&scheduled(10, 10), &at(&[0, 9, 10])), [vec![0, 1], vec![2]]);
    let overlapping = found(&scheduled(10, 20), &at(&[0, 9, 10]));
    assert_eq!(overlapping, [vec![0, 1], vec![0, 1, 2], vec![2]]);
    // What no run looks back to is never read.
    assert_eq!(found(&scheduled(10, 5), &at(&[4, 5])), [[1]]);
}

#[test]
fn events_need_not_be_in_order_and_records_count_once() {
    let copy = |time: i64| Event { identity: "r".to_owned(), ..Event::at(time) };
    let events = [Event::at(5), copy(1), copy(1)];
    assert_eq!(found(&counted(Window::Whole), &events), [[1, 0]]);
    assert_eq!(found(&Pattern::events(Scope::default()), &events), [[1], [0]]);
}
