//! Witnesses: found for what can match, judged by the evaluator, and honest where there is none.

use std::fmt::Write;

use rulescope_eval::{Certainty, Change, Datum, Event, Reason, Witness, run, witness};
use rulescope_ir::{
    Aggregate, AggregateFn, Duration, Expr, Field, Function, Glob, JoinKey, JoinKind, Key, Literal,
    LookupKind, Number, Occurrence, Op, Pattern, Piece, Predicate, Quantifier, Regex, Scalar,
    Scope, Span, Step, Subject, Value, Variable, Window, normalize,
};

use crate::golden;

/// The witness of a pattern, which matches, with a near miss, which does not.
fn found(pattern: &Pattern) -> Witness {
    let normal = normalize(pattern);
    let found = witness(&normal).unwrap_or_else(|no| panic!("{no}: {pattern:?}"));
    judge(pattern, &found);
    judge(&normal, &found);
    assert_eq!(witness(&normal).as_ref(), Ok(&found), "the same pattern, another witness");
    found
}

fn judge(pattern: &Pattern, found: &Witness) {
    let matches = run(pattern, &found.events, None);
    assert!(matches.iter().any(|m| m.certainty == Certainty::Certain), "{found:?}");
    assert_eq!(run(pattern, &found.near_miss, None), [], "{found:?}");
}

fn none(pattern: &Pattern) -> Reason {
    witness(&normalize(pattern)).expect_err("there is none").reason
}

fn events() -> Pattern {
    Pattern::events(Scope::of("category", "process_creation"))
}

fn on(expr: Expr) -> Pattern {
    events().filter(expr)
}

fn test(name: &str, op: Op, values: &[&str]) -> Predicate {
    let values = values.iter().map(|v| Literal::text(*v)).collect();
    Predicate::new(Subject::Field(Field::new(name)), op, values)
}

fn is(name: &str, op: Op, values: &[&str]) -> Expr {
    Expr::Predicate(test(name, op, values))
}

fn scalar(name: &str, op: Op, value: Scalar) -> Expr {
    let subject = Subject::Field(Field::new(name));
    Expr::Predicate(Predicate::new(subject, op, vec![Literal::new(value, Span::NONE)]))
}

fn number(name: &str, op: Op, n: i128) -> Expr {
    scalar(name, op, Scalar::Number(Number::from_int(n)))
}

fn regex(name: &str, source: &str) -> Expr {
    let regex = Regex { source: source.to_owned(), flags: String::new(), whole: false };
    scalar(name, Op::Regex, Scalar::Regex(regex))
}

fn all_of(name: &str, op: Op, values: &[&str]) -> Expr {
    Expr::Predicate(Predicate { quantifier: Quantifier::All, ..test(name, op, values) })
}

fn call(function: Function, args: Vec<Value>, op: Op, value: &str) -> Expr {
    let subject = Subject::Value(Value::call(function, args));
    Expr::Predicate(Predicate::new(subject, op, vec![Literal::text(value)]))
}

fn text_of(found: &Witness, name: &str) -> String {
    found.events[0].values.get(name).map(Datum::display).unwrap_or_default()
}

#[test]
fn golden_patterns_have_a_witness() {
    let mut out = String::new();
    for golden in golden::all() {
        let found = found(&golden.pattern);
        let json = serde_json::to_value(&found).expect("plain data");
        let lines = |name: &str| -> String {
            let list = json[name].as_array().expect("a list of events");
            list.iter().map(|event| format!("  {event}\n")).collect()
        };
        let _ = write!(
            out,
            "{}\n{}near miss: {}\n{}",
            golden.name,
            lines("events"),
            json["changed"],
            lines("near_miss")
        );
    }
    insta::assert_snapshot!(out);
}

#[test]
fn a_witness_is_compact_json_and_comes_back() {
    let found = found(&on(is("Image", Op::EndsWith, &["\\cmd.exe"])));
    let json = serde_json::to_string(&found).expect("plain data");
    assert_eq!(
        json,
        r#"{"events":[{"fields":{"Image":"\\cmd.exe"},"of":{"category":["process_creation"]}}],"near_miss":[{"fields":{"Image":"\\cmd.exf"},"of":{"category":["process_creation"]}}],"changed":{"change":"field","event":0,"field":"Image","from":"\\cmd.exe","to":"\\cmd.exf"}}"#
    );
    assert_eq!(serde_json::from_str::<Witness>(&json).expect("what was written"), found);
}

#[test]
fn tests_of_one_field_are_met_by_one_value() {
    let p = on(Expr::All(vec![
        is("f", Op::StartsWith, &["C:\\Users\\"]),
        is("f", Op::EndsWith, &["\\x.exe"]),
        all_of("f", Op::Contains, &["temp", "AppData"]),
        regex("f", "[0-9]{3}"),
        Expr::not(is("f", Op::Contains, &["temp app", " "])),
    ]));
    assert!(text_of(&found(&p), "f").starts_with("C:\\Users\\"));
    let mut glob = Glob::text("a");
    for piece in [Piece::Any, Piece::One, Piece::Text("z".to_owned())] {
        glob.push(piece);
    }
    found(&on(Expr::All(vec![
        scalar("f", Op::Wildcard, Scalar::Glob(glob)),
        is("f", Op::Contains, &["m"]),
        Expr::not(is("f", Op::Contains, &["x"])),
    ])));
    found(&on(Expr::All(vec![
        regex("f", r"^\w+-.*\d$"),
        is("f", Op::Contains, &["within"]),
        Expr::not(regex("f", "a")),
    ])));
    found(&on(Expr::All(vec![
        is("f", Op::Term, &["one"]),
        is("f", Op::Contains, &["two"]),
        is("f", Op::Term, &["three"]),
    ])));
}

#[test]
fn numbers_networks_and_times_are_met() {
    let found_number = found(&on(Expr::All(vec![
        number("n", Op::Gt, 10),
        number("n", Op::Le, 12),
        Expr::not(number("n", Op::Eq, 11)),
    ])));
    assert_eq!(text_of(&found_number, "n"), "12");
    let network = |text: &str| scalar("ip", Op::Cidr, Scalar::Network(text.to_owned()));
    let inner =
        found(&on(Expr::All(vec![network("10.0.0.0/8"), Expr::not(network("10.0.0.0/16"))])));
    assert!(text_of(&inner, "ip").starts_with("10."));
    let part = |name: &str, n: &str| {
        let args = vec![Value::Literal(Literal::text(name)), Value::field("t")];
        call(Function::DatePart, args, Op::Eq, n)
    };
    let time = found(&on(Expr::All(vec![part("hour", "7"), part("month", "3")])));
    assert_eq!(text_of(&time, "t"), "2024-03-01T07:00:00Z");
    found(&on(part("week", "33")));
}

#[test]
fn computed_subjects_are_worked_backwards() {
    let field = || vec![Value::field("f")];
    found(&on(Expr::All(vec![
        call(Function::Lower, field(), Op::Contains, "abc"),
        is("f", Op::StartsWith, &["X"]),
    ])));
    found(&on(call(Function::Basename, field(), Op::Eq, "cmd.exe")));
    let args = vec![Value::field("absent"), Value::field("f")];
    found(&on(call(Function::Coalesce, args, Op::Contains, "x")));
    let args = vec![Value::field("f"), Value::Literal(Literal::text("-")), Value::field("g")];
    found(&on(call(Function::Concat, args, Op::Contains, "x-y")))
        .events
        .iter()
        .for_each(|e| assert!(e.values.contains_key("g")));
    let long = Predicate::new(
        Subject::Value(Value::call(Function::Length, field())),
        Op::Gt,
        vec![Literal::number(500)],
    );
    found(&on(Expr::All(vec![Expr::Predicate(long), is("f", Op::StartsWith, &["iex "])])));
    let args = vec![Value::field("f"), Value::Literal(Literal::text("[0-9]+"))];
    let reason = none(&on(call(Function::Extract, args, Op::Eq, "7")));
    assert!(matches!(reason, Reason::UnsupportedValue { .. }), "{reason}");
}

#[test]
fn fields_that_must_be_equal_or_differ_are() {
    let other = |name: &str| Scalar::Field(Field::new(name));
    let equal = found(&on(Expr::All(vec![
        scalar("a", Op::FieldEq, other("b")),
        is("b", Op::Contains, &["x"]),
    ])));
    assert_eq!(text_of(&equal, "a"), text_of(&equal, "b"));
    let differ = Predicate {
        negated: true,
        ..Predicate::new(
            Subject::Field(Field::new("a")),
            Op::FieldEq,
            vec![Literal::new(other("b"), Span::NONE)],
        )
    };
    found(&on(Expr::Predicate(differ)));
}

#[test]
fn keywords_are_found_in_the_event() {
    let keyword = |text: &str| {
        Expr::Predicate(Predicate::new(Subject::Event, Op::Keyword, vec![Literal::text(text)]))
    };
    found(&on(Expr::All(vec![
        keyword("mimikatz"),
        keyword("sekurlsa"),
        Expr::not(keyword("sekurlsa mimikatz")),
    ])));
    found(&on(Expr::not(keyword("x"))));
}

#[test]
fn conditions_on_lists_get_elements() {
    let each = |quantifier, list: &str, variable: &str, expr| Expr::Each {
        quantifier,
        list: Value::field(list),
        variable: variable.to_owned(),
        expr: Box::new(expr),
    };
    let any = |expr| each(Quantifier::Any, "files", "file", expr);
    let p = on(Expr::All(vec![
        any(Expr::All(vec![is("file.name", Op::Eq, &["a"]), is("file.kind", Op::Eq, &["k"])])),
        any(is("file.name", Op::Eq, &["b"])),
        each(Quantifier::All, "files", "file", is("file.size", Op::Exists, &[])),
        any(any_scalar()),
    ]));
    fn any_scalar() -> Expr {
        is("file.name", Op::Exists, &[])
    }
    let two = found(&p);
    let Some(Datum::List(files)) = two.events[0].values.get("files") else { panic!("{two:?}") };
    assert_eq!(files.len(), 2);
    found(&on(each(Quantifier::Any, "names", "n", is("n", Op::EndsWith, &[".exe"]))));
    found(&on(each(Quantifier::All, "names", "n", is("n", Op::EndsWith, &[".exe"]))));
    let expanded = Pattern::Expand {
        input: Box::new(events()),
        list: Value::field("files"),
        name: "file".to_owned(),
    };
    found(&expanded);
    found(&expanded.filter(is("file.name", Op::Eq, &["a"])));
}

#[test]
fn exclusions_are_avoided_and_a_near_miss_meets_them() {
    let p = on(Expr::All(vec![
        is("f", Op::Contains, &["a", "b"]),
        Expr::not(is("f", Op::Contains, &["a"])),
    ]));
    assert_eq!(text_of(&found(&p), "f"), "b");
    let only = on(Expr::not(is("f", Op::Eq, &["x", "y"])));
    let found_only = found(&only);
    assert!(found_only.events[0].values.is_empty());
    assert!(
        matches!(&found_only.changed, Change::Field { field, .. } if field == "f"),
        "{found_only:?}"
    );
    // `!=` of a language that drops events without the field.
    let present = Predicate { negated: true, ..test("f", Op::Eq, &["x", "1"]) };
    assert!(found(&on(Expr::Predicate(present))).events[0].values.contains_key("f"));
    assert!(matches!(found(&events()).changed, Change::Scope { .. }));
}

#[test]
fn what_is_not_understood_is_gone_around() {
    let opaque = || Expr::Opaque { text: "who knows".to_owned(), span: Span::NONE };
    let placeholder = || scalar("u", Op::Eq, Scalar::Placeholder("%admins%".to_owned()));
    let f = || is("f", Op::Eq, &["x"]);
    found(&on(Expr::Any(vec![opaque(), placeholder(), f()])));
    let reason = none(&on(Expr::All(vec![opaque(), f()])));
    assert_eq!(reason, Reason::OpaquePart { text: "who knows".to_owned() });
    let reason = none(&on(Expr::All(vec![placeholder(), f()])));
    assert_eq!(reason, Reason::Placeholder { text: "%admins%".to_owned() });
    // Nobody is known to be an administrator where there is no user.
    found(&on(Expr::All(vec![Expr::not(placeholder()), f()])));
    let kept = |kind| Pattern::Lookup {
        input: Box::new(on(f())),
        table: "assets".to_owned(),
        on: Vec::new(),
        outputs: vec!["owner".to_owned()],
        kind,
        span: Span::NONE,
    };
    found(&kept(LookupKind::Enrich));
    assert_eq!(none(&kept(LookupKind::Keep)), Reason::Lookup { table: "assets".to_owned() });
    let owned = kept(LookupKind::Enrich).filter(is("owner", Op::Eq, &["x"]));
    assert_eq!(none(&owned), Reason::Lookup { table: "assets".to_owned() });
    let reason = none(&on(regex("f", "a(?=b)")));
    assert!(matches!(reason, Reason::UnsupportedRegex { .. }), "{reason}");
}

#[test]
fn a_contradiction_names_both_sides() {
    let p = on(Expr::All(vec![is("EventID", Op::Eq, &["1"]), is("EventID", Op::Eq, &["3"])]));
    assert!(matches!(none(&p), Reason::Contradiction { .. }));
    let p = on(Expr::All(vec![
        is("Image", Op::EndsWith, &["\\cmd.exe"]),
        is("User", Op::Eq, &["x"]),
        is("Image", Op::Eq, &["C:\\a.exe"]),
    ]));
    let Reason::Contradiction { one, other } = none(&p) else { panic!() };
    let mut sides = [one, other];
    sides.sort();
    assert_eq!(sides, [r#"Image ends_with "\\cmd.exe""#, r#"Image eq "C:\\a.exe""#]);
    let gone = Expr::not(is("f", Op::Exists, &[]));
    let p = on(Expr::All(vec![gone, is("f", Op::Contains, &["x"])]));
    assert!(matches!(none(&p), Reason::Contradiction { .. }));
    assert!(matches!(none(&on(Expr::Const(false))), Reason::Contradiction { .. }));
}

#[test]
fn a_hostile_condition_ends() {
    let start = std::time::Instant::now();
    // No choice of the fields' values is good enough for the last condition.
    let values: Vec<String> = (0..20).map(|i| format!("v{i}")).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let mut parts: Vec<Expr> =
        (0..20).map(|i| is(&format!("f{i}"), Op::Contains, &values)).collect();
    parts.push(Expr::Any(
        (0..20)
            .map(|i| {
                let never = [is("g", Op::Eq, &["a"]), is("g", Op::Eq, &["b"])];
                Expr::All(
                    [is(&format!("f{i}"), Op::Exists, &[])].into_iter().chain(never).collect(),
                )
            })
            .collect(),
    ));
    none(&on(Expr::All(parts)));
    let many = (0..2000)
        .map(|i| Expr::Any(vec![is(&format!("f{i}"), Op::Eq, &["a"]), is("h", Op::Eq, &["b"])]))
        .collect();
    assert!(matches!(none(&on(Expr::All(many))), Reason::TooLarge { .. }));
    // As deep as the search goes.
    let deep = (0..500).map(|i| is(&format!("f{i}"), Op::Contains, &["a", "b"])).collect();
    found(&on(Expr::All(deep)));
    let long = |n| regex("f", &format!("(x{{{n}}}){{{n}}}"));
    none(&on(long(900)));
    assert!(matches!(none(&counted(Window::Whole, 100_000)), Reason::TooLarge { .. }));
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

fn grouped(aggregates: Vec<Aggregate>, window: Window) -> Pattern {
    Pattern::Aggregate {
        input: Box::new(on(is("f", Op::Contains, &["x", "y"]))),
        keys: vec![Key::field("User"), Key::field("Host")],
        aggregates,
        window,
    }
}

fn counted(window: Window, n: i128) -> Pattern {
    grouped(vec![Aggregate::count("n")], window).filter(number("n", Op::Ge, n))
}

#[test]
fn windows_get_as_many_events_as_they_want() {
    let size = Duration::minutes(5);
    for window in [
        Window::Whole,
        Window::Tumbling { size },
        Window::Hopping { size, step: Duration::minutes(1) },
        Window::Sliding { size: Duration { millis: 3 } },
        Window::Session { gap: Duration::seconds(1) },
    ] {
        let p = counted(window, 7);
        let seven = found(&p);
        assert_eq!(seven.events.len(), 7);
        assert_eq!(seven.changed, Change::Dropped { event: 6 });
    }
    let few = grouped(vec![Aggregate::count("n")], Window::Whole).filter(number("n", Op::Lt, 3));
    assert_eq!(found(&few).events.len(), 2);
}

#[test]
fn aggregates_get_the_arguments_they_want() {
    use AggregateFn::{Average, CountDistinct, Max, Median, Min, Percentile, Sum, Values};
    let of = |function| grouped(vec![Aggregate::of("n", function, "arg")], Window::Whole);
    let half = Percentile(Number::from_int(90));
    for function in [CountDistinct, Sum, Average, Min, Max, Median, half] {
        for (op, n) in [(Op::Ge, 30), (Op::Gt, 30), (Op::Eq, 30)] {
            found(&of(function.clone()).filter(number("n", op, n)));
        }
    }
    found(&of(Sum).filter(number("n", Op::Lt, 30)));
    found(&of(Values).filter(is("n", Op::EndsWith, &[".exe"])));
    let both = grouped(
        vec![Aggregate::count("n"), Aggregate::of("kinds", CountDistinct, "arg")],
        Window::Whole,
    );
    found(
        &both.clone().filter(Expr::All(vec![number("n", Op::Ge, 10), number("kinds", Op::Eq, 1)])),
    );
    found(&both.filter(Expr::All(vec![number("n", Op::Ge, 10), number("kinds", Op::Eq, 4)])));
    // Distinct values of a field that has few.
    let input = on(is("arg", Op::StartsWith, &["a"]));
    let few = Pattern::Aggregate {
        input: Box::new(input),
        keys: Vec::new(),
        aggregates: vec![Aggregate::of("kinds", CountDistinct, "arg")],
        window: Window::Whole,
    };
    found(&few.filter(number("kinds", Op::Gt, 20)));
    let one = Pattern::Aggregate {
        input: Box::new(on(is("arg", Op::Eq, &["a", "b", "c"]))),
        keys: Vec::new(),
        aggregates: vec![Aggregate::of("kinds", CountDistinct, "arg")],
        window: Window::Whole,
    };
    found(&one.clone().filter(number("kinds", Op::Ge, 3)));
    none(&one.filter(number("kinds", Op::Ge, 4)));
    let filtered = |name: &str, value: &str| Aggregate {
        filter: Some(Box::new(is("outcome", Op::Eq, &[value]))),
        ..Aggregate::count(name)
    };
    let two = vec![filtered("failed", "failure"), filtered("passed", "success")];
    found(
        &grouped(two, Window::Whole)
            .filter(Expr::All(vec![number("failed", Op::Ge, 4), number("passed", Op::Ge, 1)])),
    );
}

fn step(value: &str, by: &str) -> Step {
    Step {
        pattern: on(is("kind", Op::Eq, &[value])),
        by: vec![Value::field(by)],
        runs: 1,
        missing: false,
    }
}

#[test]
fn sequences_and_transactions_are_played() {
    let pinned = Step {
        pattern: on(Expr::All(vec![
            is("kind", Op::Eq, &["b"]),
            is("ip", Op::StartsWith, &["10.", "192."]),
        ])),
        ..step("b", "ip")
    };
    let sequence = |ordered| Pattern::Sequence {
        steps: vec![Step { runs: 3, ..step("a", "source") }, pinned.clone()],
        max_span: Some(Duration { millis: 4 }),
        until: Some(Box::new(step("stop", "ip"))),
        ordered,
    };
    let played = found(&sequence(true));
    assert_eq!(played.events.len(), 4);
    assert_eq!(text_of(&played, "source"), "10.");
    found(&sequence(false));
    let transaction = |start: Option<&str>, end: Option<&str>| Pattern::Transaction {
        input: Box::new(events()),
        keys: vec![Key::field("user")],
        start: start.map(|v| Box::new(is("kind", Op::Eq, &[v]))),
        end: end.map(|v| Box::new(is("kind", Op::Eq, &[v]))),
        max_span: Some(Duration::minutes(10)),
        max_pause: None,
        keep_unfinished: false,
    };
    found(&transaction(Some("a"), Some("b")));
    found(&transaction(None, None).filter(number("eventcount", Op::Gt, 5)));
    found(&transaction(Some("a"), Some("b")).filter(number("eventcount", Op::Ge, 4)));
    found(&transaction(Some("a"), Some("b")).filter(number("duration", Op::Ge, 60)));
}

#[test]
fn kinds_of_events_meet_by_their_keys() {
    let variable = |name: &str, value: &str| Variable {
        name: name.to_owned(),
        pattern: on(is("kind", Op::Eq, &[value])),
    };
    let at_least =
        |variable: &str, count| Occurrence::AtLeast { variable: variable.to_owned(), count };
    let temporal = |ordered, condition, aggregates| Pattern::Temporal {
        variables: vec![variable("e1", "a"), variable("e2", "b"), variable("e3", "c")],
        join: vec![JoinKey {
            name: "user".to_owned(),
            values: [("e1", "user"), ("e2", "name"), ("e3", "user")]
                .map(|(v, f)| (v.to_owned(), Value::field(f)))
                .into(),
        }],
        within: Duration::minutes(1),
        ordered,
        condition,
        aggregates,
    };
    for ordered in [false, true] {
        let three = Occurrence::All(vec![at_least("e1", 1), at_least("e2", 2), at_least("e3", 1)]);
        assert_eq!(found(&temporal(ordered, three, Vec::new())).events.len(), 4);
        let without =
            Occurrence::All(vec![at_least("e1", 5), Occurrence::Not(Box::new(at_least("e2", 1)))]);
        assert_eq!(found(&temporal(ordered, without, Vec::new())).events.len(), 5);
    }
    let hosts = Aggregate::of("hosts", AggregateFn::CountDistinct, "e1.host");
    let many =
        Occurrence::All(vec![at_least("e1", 1), Occurrence::Truth(number("hosts", Op::Gt, 3))]);
    assert_eq!(found(&temporal(false, many, vec![hosts])).events.len(), 4);

    let join = |kind| Pattern::Join {
        left: Box::new(on(is("kind", Op::Eq, &["a"]))),
        right: Box::new(on(is("kind", Op::Eq, &["b"]))),
        kind,
        on: vec![(Value::field("user"), Value::field("name"))],
        within: None,
    };
    for (kind, events) in [
        (JoinKind::Inner, 2),
        (JoinKind::InnerUnique, 2),
        (JoinKind::LeftSemi, 2),
        (JoinKind::LeftOuter, 1),
        (JoinKind::LeftAnti, 1),
    ] {
        assert_eq!(found(&join(kind)).events.len(), events, "{kind:?}");
    }
    let asked = join(JoinKind::Inner).filter(is("name", Op::Contains, &["admin"]));
    assert_eq!(found(&asked).events.len(), 2);
}

#[test]
fn rows_that_are_first_or_new_are_found() {
    let input = || Box::new(on(is("f", Op::Contains, &["x"])));
    let fields = vec![Value::field("f"), Value::field("user")];
    found(&Pattern::NewTerms { input: input(), fields, history: Duration::days(7) });
    found(&Pattern::Dedup { input: input(), keys: vec![Key::field("user")] });
    found(&Pattern::Limit { input: input(), order: Vec::new(), count: 1 });
    let nothing = Pattern::Union {
        sides: vec![on(Expr::Const(false)), *input(), on(is("g", Op::Eq, &["y"]))],
    };
    found(&nothing);
    found(&Pattern::Scheduled {
        input: Box::new(counted(Window::Whole, 4)),
        every: Duration::minutes(5),
        lookback: Duration::minutes(6),
    });
}

/// What a witness of random events is checked with: [`judge`].
pub(crate) fn is_honest(pattern: &Pattern) -> Option<usize> {
    let found = witness(pattern).ok()?;
    judge(pattern, &found);
    Some(found.events.len())
}

/// A condition that this event passes, with tests drawn by a number.
pub(crate) fn passed_by(event: &Event, mut draw: u64) -> Expr {
    let mut next = |n: u64| {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (draw >> 33) % n
    };
    let mut parts = Vec::new();
    for (name, value) in &event.values {
        let text: Vec<char> = value.display().chars().collect();
        for _ in 0..=next(3) {
            let a = next(text.len() as u64 + 1) as usize;
            let b = a + next((text.len() - a) as u64 + 1) as usize;
            let slice = |a: usize, b: usize| text[a..b].iter().collect::<String>();
            let (op, literal) = match next(5) {
                0 => (Op::StartsWith, slice(0, b)),
                1 => (Op::EndsWith, slice(a, text.len())),
                2 => (Op::Eq, slice(0, text.len())),
                _ => (Op::Contains, slice(a, b)),
            };
            let positive = is(name, op, &[literal.as_str(), "zzz"]);
            let never = Expr::not(is(name, Op::Contains, &["qqq"]));
            let unless = Expr::not(Expr::All(vec![
                is(name, Op::Contains, &[&slice(a, b)]),
                is("other", Op::Eq, &["o"]),
            ]));
            parts.push(match next(4) {
                0 => Expr::Any(vec![is("absent", Op::Eq, &["n"]), positive]),
                1 => Expr::All(vec![positive, never]),
                2 => Expr::All(vec![positive, unless]),
                _ => positive,
            });
        }
    }
    Expr::All(parts)
}
