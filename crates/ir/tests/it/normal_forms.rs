//! Cases that the normal form once got wrong.

use rulescope_ir::{
    Aggregate, AggregateFn, Assignment, Expr, Field, Function, Glob, Key, Literal, Op, Pattern,
    Piece, Predicate, Scalar, Scope, Span, Subject, Value, Window, normalize, normalize::boolean,
    print,
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
        quantifier: rulescope_ir::Quantifier::Any,
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
