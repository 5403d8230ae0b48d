//! Single cases of the normal form, some of which it once got wrong.

use rulescope_ir::{
    Aggregate, AggregateFn, Assignment, Duration, Expr, Field, Frame, Function, Glob, Key, Literal,
    Occurrence, Op, Pattern, Piece, Predicate, Quantifier, Scalar, Scope, Span, Subject, Value,
    Variable, Window, WindowFn, WindowFunction, normalize, normalize::boolean, print,
};

fn test(name: &str, op: Op, values: Vec<Literal>) -> Expr {
    Expr::Predicate(Predicate::new(Subject::Field(Field::new(name)), op, values))
}

fn events() -> Pattern {
    Pattern::events(Scope::default())
}

fn by(input: Pattern, keys: Vec<Key>, aggregates: Vec<Aggregate>) -> Pattern {
    Pattern::Aggregate { input: Box::new(input), keys, aggregates, window: Window::Whole }
}

fn key(name: &str, value: Value) -> Key {
    Key { name: name.to_owned(), value, keep_missing: true }
}

#[test]
fn a_wildcard_that_everything_passes_is_no_constant_inside() {
    let star = Glob { pieces: vec![Piece::Any] };
    let values = vec![Literal::text(""), Literal::new(Scalar::Glob(star), Span::NONE)];
    let mut predicate = Predicate::new(Subject::Field(Field::new("a")), Op::Wildcard, values);
    predicate.missing = true;
    assert_eq!(boolean(&Expr::Any(vec![Expr::Predicate(predicate)])), Expr::Const(true));
}

#[test]
fn a_member_of_an_assigned_name_is_the_value_s_member() {
    let extended = Pattern::Extend {
        input: Box::new(events()),
        assignments: vec![Assignment { name: "d".to_owned(), value: Value::field("a") }],
    };
    let normal = normalize(&extended.filter(test("d.x", Op::Eq, vec![Literal::text("1")])));
    let text = "(filter\n  member(a, \"x\") eq \"1\"\n  (events))\n";
    assert_eq!(print::pattern(&normal), text);
}

#[test]
fn a_value_is_not_put_where_a_variable_hides_what_it_reads() {
    let each = Expr::Each {
        quantifier: Quantifier::Any,
        list: Value::field("list"),
        variable: "v".to_owned(),
        expr: Box::new(test("x", Op::Eq, vec![Literal::text("1")])),
    };
    let extended = Pattern::Extend {
        input: Box::new(events()),
        assignments: vec![Assignment { name: "x".to_owned(), value: Value::field("v") }],
    };
    let pattern = extended.filter(each);
    assert_eq!(normalize(&pattern), pattern);
}

#[test]
fn an_aggregate_hides_the_key_of_its_name() {
    let count = Aggregate::of("a", AggregateFn::CountDistinct, "b");
    let pattern = by(events(), vec![Key::field("a")], vec![count]).filter(test(
        "a",
        Op::Lt,
        vec![Literal::number(1)],
    ));
    assert_eq!(normalize(&pattern), pattern);
}

#[test]
fn keys_that_are_computed_of_one_another_s_names_keep_the_filter_above() {
    let coalesce = Value::call(Function::Coalesce, vec![Value::field("b")]);
    let length = Value::call(Function::Length, vec![Value::Literal(Literal::text(""))]);
    let pattern = by(events(), vec![key("a", coalesce), key("b", length)], Vec::new())
        .filter(test("a", Op::Lt, vec![Literal::number(1)]));
    assert_eq!(normalize(&pattern), pattern);
}

fn numbered(input: Pattern, keys: Vec<Key>) -> Pattern {
    let number = WindowFunction {
        name: "n".to_owned(),
        function: WindowFn::RowNumber,
        argument: None,
        frame: Frame::Partition,
    };
    let functions = vec![number];
    Pattern::Windowed { input: Box::new(input), keys, functions, order: Vec::new() }
}

#[test]
fn a_filter_on_a_field_does_not_pass_a_computed_key_of_its_name() {
    let lower = || Value::call(Function::Lower, vec![Value::field("b")]);
    let on_key = || test("a", Op::Eq, vec![Literal::text("1")]);
    let dedup = Pattern::Dedup { input: Box::new(events()), keys: vec![key("a", lower())] };
    let filtered = dedup.filter(on_key());
    assert_eq!(normalize(&filtered), filtered);
    let first = || test("n", Op::Eq, vec![Literal::number(1)]);
    let windowed = numbered(events(), vec![key("a", lower())]);
    let filtered = windowed.filter(Expr::All(vec![on_key(), first()]));
    assert_eq!(normalize(&filtered), filtered);
    // A key that is the field itself lets it pass.
    let dedup = Pattern::Dedup { input: Box::new(events()), keys: vec![Key::field("a")] };
    let below =
        Pattern::Dedup { input: Box::new(events().filter(on_key())), keys: vec![Key::field("a")] };
    assert_eq!(normalize(&dedup.filter(on_key())), below);
}

#[test]
fn what_a_window_is_partitioned_by_is_kept() {
    let assigned = |name: &str| Assignment { name: name.to_owned(), value: Value::field("a") };
    let extended = Pattern::Extend {
        input: Box::new(events()),
        assignments: vec![assigned("k"), assigned("x")],
    };
    let pattern = numbered(extended, vec![Key::field("k")]).filter(test(
        "n",
        Op::Eq,
        vec![Literal::number(1)],
    ));
    let kept = Pattern::Extend { input: Box::new(events()), assignments: vec![assigned("k")] };
    let wanted =
        numbered(kept, vec![Key::field("k")]).filter(test("n", Op::Eq, vec![Literal::number(1)]));
    assert_eq!(normalize(&pattern), wanted);
}

#[test]
fn an_aggregate_of_a_variable_keeps_the_name_it_reads() {
    let host = Pattern::Extend {
        input: Box::new(events()),
        assignments: vec![Assignment { name: "host".to_owned(), value: Value::field("a") }],
    };
    let pattern = Pattern::Temporal {
        variables: vec![Variable { name: "fail".to_owned(), pattern: host }],
        join: Vec::new(),
        within: Duration::minutes(1),
        ordered: false,
        condition: Occurrence::AtLeast { variable: "fail".to_owned(), count: 1 },
        aggregates: vec![Aggregate::of("hosts", AggregateFn::CountDistinct, "fail.host")],
    };
    assert_eq!(normalize(&pattern), pattern);
}

#[test]
fn a_union_has_one_order_and_no_union_in_it() {
    let of = |term: &str| Pattern::events(Scope::of("table", term));
    let union = |sides| Pattern::Union { sides };
    let flat = union(vec![of("a"), of("b"), of("c")]);
    assert_eq!(normalize(&union(vec![of("c"), union(vec![of("b"), of("a")])])), flat);
    assert_eq!(normalize(&union(vec![of("a")])), of("a"));
}
