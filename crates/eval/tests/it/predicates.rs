//! Single tests and functions on single values.

use rulescope_eval::{Datum, Env, Event, Truth, eval_expr, eval_value, explain};
use rulescope_ir::{
    Expr, Field, Function, Glob, Literal, Op, Piece, Predicate, Quantifier, Regex, Scalar, Span,
    Subject, Value,
};

fn scalar(value: Scalar) -> Literal {
    Literal::new(value, Span::NONE)
}

fn predicate(op: Op, values: Vec<Literal>) -> Predicate {
    Predicate::new(Subject::Field(Field::new("f")), op, values)
}

fn holds(predicate: &Predicate, value: impl Into<Datum>) -> Truth {
    let event = Event::at(0).with("f", value).with("g", "Other");
    eval_expr(&Expr::Predicate(predicate.clone()), &event, &Env::default())
}

fn texts(op: Op, values: &[&str]) -> Predicate {
    predicate(op, values.iter().map(|v| Literal::text(*v)).collect())
}

fn list(values: &[&str]) -> Datum {
    Datum::List(values.iter().map(|v| Datum::text(*v)).collect())
}

use Truth::{False, True, Unknown};

#[test]
fn texts_are_compared_without_case_unless_asked() {
    for (op, value, wanted) in [
        (Op::Eq, "ÄBC", True),
        (Op::Eq, "äbcd", False),
        (Op::Contains, "xxÄbCxx", True),
        (Op::StartsWith, "äbcd", True),
        (Op::StartsWith, "xäbc", False),
        (Op::EndsWith, "xÄBC", True),
        (Op::EndsWith, "äbcx", False),
        (Op::Term, "x-ÄBC.y", True),
        (Op::Term, "xäbc", False),
        (Op::Word, "x ÄBC.y", True),
        (Op::Word, "x-ÄBC.y", False),
        (Op::Word, "x_ÄBC", False),
    ] {
        let test = texts(op, &["äbc"]);
        assert_eq!(holds(&test, value), wanted, "{op:?} {value}");
        let cased = Predicate { case_sensitive: true, ..test };
        assert_eq!(holds(&cased, value.to_lowercase().as_str()), wanted, "{op:?} {value}");
        assert_eq!(holds(&cased, value.to_uppercase().as_str()), False, "{op:?} {value}");
    }
}

#[test]
fn numbers_equal_by_text_and_compare_as_numbers() {
    assert_eq!(holds(&texts(Op::Eq, &["4688"]), 4688), True);
    assert_eq!(holds(&predicate(Op::Eq, vec![Literal::number(7)]), "7"), True);
    assert_eq!(holds(&predicate(Op::Eq, vec![Literal::number(7)]), "07"), False);
    let less = predicate(Op::Lt, vec![Literal::number(10)]);
    assert_eq!(holds(&less, "9"), True);
    assert_eq!(holds(&less, "10"), False);
    // A text that is no number is as good as absent.
    assert_eq!(holds(&less, "nine"), False);
    assert_eq!(holds(&Predicate { missing: true, ..less.clone() }, "nine"), True);
    assert_eq!(holds(&less.clone().inverted(), "nine"), True);
    assert_eq!(holds(&Predicate { negated: true, ..less }, "nine"), False);
}

#[test]
fn each_literal_is_compared_with_every_element() {
    let both = Predicate { quantifier: Quantifier::All, ..texts(Op::Contains, &["a", "b"]) };
    assert_eq!(holds(&both, list(&["xa", "xb"])), True);
    assert_eq!(holds(&both, list(&["xa"])), False);
    assert_eq!(holds(&both, "ab"), True);
    assert_eq!(holds(&both.clone().inverted(), list(&["xa"])), True);
    assert_eq!(holds(&texts(Op::Eq, &["a", "b"]), list(&["b", "c"])), True);
    assert_eq!(holds(&texts(Op::Eq, &[]), "a"), False);
    assert_eq!(holds(&Predicate { quantifier: Quantifier::All, ..texts(Op::Eq, &[]) }, "a"), True);
}

#[test]
fn null_and_a_list_of_nothing_are_absent() {
    for value in [Datum::Null, Datum::List(vec![Datum::Null]), Datum::List(Vec::new())] {
        assert_eq!(holds(&predicate(Op::Exists, Vec::new()), value.clone()), False);
        assert_eq!(holds(&predicate(Op::Null, Vec::new()), value.clone()), True);
        assert_eq!(holds(&texts(Op::Eq, &["a"]), value.clone()), False);
        assert_eq!(holds(&texts(Op::Eq, &["a"]).inverted(), value), True);
    }
    assert_eq!(holds(&predicate(Op::Exists, Vec::new()), ""), True);
}

#[test]
fn forms_stand_in_place_of_the_value() {
    let mut dash = Glob::new();
    dash.push(Piece::OneOf(vec!['-', '/']));
    dash.push_text("enc");
    let literal = Literal { forms: vec![dash], ..Literal::text("-enc") };
    let test = predicate(Op::Contains, vec![literal]);
    assert_eq!(holds(&test, "x /ENC y"), True);
    assert_eq!(holds(&test, "x +enc y"), False);
}

#[test]
fn networks_hold_addresses_of_both_kinds() {
    let within = |net: &str| predicate(Op::Cidr, vec![scalar(Scalar::Network(net.to_owned()))]);
    assert_eq!(holds(&within("10.0.0.0/8"), "10.255.255.255"), True);
    assert_eq!(holds(&within("10.0.0.0/8"), "11.0.0.0"), False);
    assert_eq!(holds(&within("10.0.0.0/8"), "::ffff:10.1.2.3"), True);
    assert_eq!(holds(&within("fe80::/10"), "fe80::1"), True);
    assert_eq!(holds(&within("10.0.0.1"), "10.0.0.1"), True);
    assert_eq!(holds(&within("10.0.0.1"), "10.0.0.2"), False);
    assert_eq!(holds(&within("10.0.0.0/8"), "host"), False);
    assert_eq!(holds(&within("10.0.0.0/8").inverted(), "host"), True);
    assert_eq!(holds(&within("10.0.0.0/99"), "10.0.0.1"), Unknown);
}

#[test]
fn regular_expressions_follow_their_flags() {
    let regex = |source: &str, flags: &str, whole: bool| {
        let regex = Regex { source: source.to_owned(), flags: flags.to_owned(), whole };
        predicate(Op::Regex, vec![scalar(Scalar::Regex(regex))])
    };
    assert_eq!(holds(&regex("b+", "", false), "abbc"), True);
    assert_eq!(holds(&regex("B+", "", false), "abbc"), False);
    assert_eq!(holds(&regex("B+", "i", false), "abbc"), True);
    assert_eq!(holds(&regex("b+", "", true), "abbc"), False);
    assert_eq!(holds(&regex("a|abbc", "", true), "abbc"), True);
    assert_eq!(holds(&regex("^b", "m", false), "a\nb"), True);
    assert_eq!(holds(&regex("^b", "", false), "a\nb"), False);
    assert_eq!(holds(&regex("a.b", "s", false), "a\nb"), True);
    assert_eq!(holds(&regex("a.b", "", false), "a\nb"), False);
    assert_eq!(holds(&regex("(", "", false), "("), Unknown);
}

#[test]
fn a_regular_expression_may_be_computed() {
    let of = |start: &str| {
        let pattern = Value::call(
            Function::Concat,
            vec![Value::Literal(Literal::text(start)), Value::field("g")],
        );
        predicate(Op::Regex, vec![scalar(Scalar::Value(Box::new(pattern)))])
    };
    assert_eq!(holds(&of("(?i)"), "an OTHER one"), True);
    assert_eq!(holds(&of("^"), "an Other one"), False);
    assert_eq!(holds(&of("("), "Other"), Unknown);
    let of_nothing = Scalar::Value(Box::new(Value::field("h")));
    assert_eq!(holds(&predicate(Op::Regex, vec![scalar(of_nothing)]), "x"), False);
}

#[test]
fn other_fields_and_placeholders() {
    let other = |name: &str| predicate(Op::FieldEq, vec![scalar(Scalar::Field(Field::new(name)))]);
    assert_eq!(holds(&other("g"), "OTHER"), True);
    assert_eq!(holds(&other("g"), "x"), False);
    assert_eq!(holds(&other("h"), "x"), False);
    assert_eq!(holds(&Predicate { negated: true, ..other("h") }, "x"), False);
    let placeholder = predicate(Op::Eq, vec![scalar(Scalar::Placeholder("p".to_owned()))]);
    assert_eq!(holds(&placeholder, "x"), Unknown);
    assert_eq!(holds(&placeholder, Datum::Null), False);
    let either =
        predicate(Op::Eq, vec![Literal::text("x"), scalar(Scalar::Placeholder("p".to_owned()))]);
    assert_eq!(holds(&either, "x"), True);
}

#[test]
fn keywords_look_at_every_value_as_logged() {
    let nested = serde_json::from_str(r#"{"a":[{"b":"deep Mimikatz"}],"n":1102}"#);
    let nested = Datum::from_json(&nested.expect("the test's JSON"));
    let keyword =
        |text: &str| Predicate::new(Subject::Event, Op::Keyword, vec![Literal::text(text)]);
    assert_eq!(holds(&keyword("mimi"), nested.clone()), True);
    assert_eq!(holds(&keyword("110"), nested.clone()), True);
    assert_eq!(holds(&keyword("f"), nested.clone()), False, "a name is no value");
    assert_eq!(holds(&keyword("other"), nested), True);
}

#[test]
fn functions() {
    use Function as F;
    let t = |s: &str| Value::Literal(Literal::text(s));
    let n = |n: i128| Value::Literal(Literal::number(n));
    let re = |s: &str| {
        Value::Literal(scalar(Scalar::Regex(Regex {
            source: s.to_owned(),
            flags: "i".to_owned(),
            whole: false,
        })))
    };
    let cond = |b: bool| Value::Truth(Box::new(Expr::Const(b)));
    let l = || Value::List(vec![t("b"), t("a"), t("b")]);
    for (f, args, wanted) in [
        (F::Lower, vec![t("ÄB")], Some("äb")),
        (F::Upper, vec![t("äb")], Some("ÄB")),
        (F::Trim, vec![t(" x ")], Some("x")),
        (F::Trim, vec![t("--x-"), t("-")], Some("x")),
        (F::Length, vec![t("äö")], Some("2")),
        (F::Length, vec![l()], Some("3")),
        (F::Concat, vec![t("a"), n(1)], Some("a1")),
        (F::Concat, vec![t("a"), Value::field("absent")], None),
        (F::Substring, vec![t("hello"), n(-3), n(2)], Some("ll")),
        (F::Substring, vec![t("hello"), n(9)], Some("")),
        (F::Replace, vec![t("aXbx"), re("(x)"), t("<$1>")], Some("a<X>b<x>")),
        (F::Extract, vec![t("id=42;"), re("ID=([0-9]+)"), n(1)], Some("42")),
        (F::Extract, vec![t("id=x"), re("id=([0-9]+)")], None),
        (F::Split, vec![t("a,b"), t(",")], Some(r#"["a","b"]"#)),
        (F::Join, vec![l(), t("+")], Some("b+a+b")),
        (F::Element, vec![l(), n(-2)], Some("a")),
        (F::Element, vec![l(), n(3)], None),
        (F::ParseJson, vec![t(r#"{"a":1}"#)], Some(r#"{"a":1}"#)),
        (F::ParseJson, vec![t("{")], None),
        (F::Basename, vec![t(r"C:\x/y.exe")], Some("y.exe")),
        (F::Coalesce, vec![Value::field("absent"), t("x")], Some("x")),
        (F::If, vec![cond(false), t("x"), t("y")], Some("y")),
        (F::If, vec![cond(false), t("x")], None),
        (F::Case, vec![cond(false), t("x"), cond(true), t("y")], Some("y")),
        (F::Number, vec![t("0x1F")], Some("31")),
        (F::Number, vec![t("ff"), n(16)], Some("255")),
        (F::Number, vec![t("x")], None),
        (F::Text, vec![n(5)], Some("5")),
        (F::Add, vec![n(1), t("2.5")], Some("3.5")),
        (F::Subtract, vec![n(1), n(3)], Some("-2")),
        (F::Multiply, vec![n(4), n(3)], Some("12")),
        (F::Divide, vec![n(1), n(4)], Some("0.25")),
        (F::Divide, vec![n(1), n(0)], None),
        (F::Modulo, vec![n(-7), n(3)], Some("-1")),
        (F::Negate, vec![n(3)], Some("-3")),
        (F::Absolute, vec![n(-3)], Some("3")),
        (F::Round, vec![t("2.5")], Some("3")),
        (F::Round, vec![t("-2.345"), n(1)], Some("-2.3")),
        (F::Floor, vec![t("-1.5")], Some("-2")),
        (F::Ceiling, vec![t("1.2")], Some("2")),
        (F::Least, vec![n(10), n(9)], Some("9")),
        (F::Greatest, vec![n(10), n(9)], Some("10")),
        (F::Entropy, vec![t("aabb")], Some("1")),
        (F::Bin, vec![n(-1), n(60)], Some("-60")),
        (F::Time, vec![], Some("90.5")),
        (F::Now, vec![], Some("120")),
        (F::DatePart, vec![t("minute"), Value::call(F::Time, vec![])], Some("1")),
        (F::Distinct, vec![l()], Some(r#"["b","a"]"#)),
        (F::DecodeBase64, vec![t("aGk")], Some("hi")),
        (F::DecodeBase64, vec![t("?")], None),
        (
            F::Member,
            vec![Value::call(F::ParseJson, vec![t(r#"{"a":{"b":1}}"#)]), t("a.b")],
            Some("1"),
        ),
    ] {
        let value = eval_value(&Value::call(f, args), &Event::at(90_500), &Env::at(120_000));
        assert_eq!(value.map(|v| v.display()).as_deref(), wanted, "{}", f.name());
    }
    let opaque = Value::Opaque { text: "?".to_owned(), span: Span::NONE };
    let lower = Value::call(F::Lower, vec![opaque]);
    assert_eq!(eval_value(&lower, &Event::at(0), &Env::default()), Some(Datum::Unknown));
}

#[test]
fn a_variable_hides_a_field_of_its_name() {
    let inner = Expr::Predicate(Predicate {
        subject: Subject::Field(Field::new("v.x")),
        ..texts(Op::Eq, &["1"])
    });
    let each = |quantifier| Expr::Each {
        quantifier,
        list: Value::field("l"),
        variable: "v".to_owned(),
        expr: Box::new(inner.clone()),
    };
    let items = serde_json::from_str(r#"[{"x":1},{"y":1}]"#).expect("the test's JSON");
    let event = Event::at(0).with("l", Datum::from_json(&items)).with("v.x", "9");
    let env = Env::default();
    assert_eq!(eval_expr(&each(Quantifier::Any), &event, &env), True);
    assert_eq!(eval_expr(&each(Quantifier::All), &event, &env), False);
    assert_eq!(eval_expr(&each(Quantifier::Any), &Event::at(0), &env), False);
    assert_eq!(eval_expr(&each(Quantifier::All), &Event::at(0), &env), True);
}

#[test]
fn explain_says_what_each_part_saw() {
    let expr = Expr::Any(vec![
        Expr::Not(Box::new(Expr::Predicate(texts(Op::EndsWith, &[".exe"])))),
        Expr::Opaque { text: "who knows".to_owned(), span: Span::NONE },
    ]);
    let event = Event::at(0).with("f", "x.EXE");
    let tree = explain(&expr, &event, &Env::default(), &[]);
    assert_eq!((tree.node.as_str(), tree.truth), ("any", Unknown));
    let not = &tree.children[0];
    assert_eq!((not.node.as_str(), not.truth), ("not", False));
    assert_eq!(not.children[0].node, r#"f ends_with ".exe""#);
    assert_eq!(not.children[0].seen, Some(Datum::text("x.EXE")));
    assert_eq!(tree.children[1].truth, Unknown);
}
