//! Generators of small conditions, events and patterns: few names and values, so that they meet.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use rulescope_eval::{Datum, Event};
use rulescope_ir::{
    Aggregate, AggregateFn, Assignment, Duration, Expr, Field, Frame, Function, Glob, Key, Literal,
    LookupKind, Op, Order, Pattern, Piece, Predicate, Quantifier, Regex, Scalar, Scope, Span,
    Subject, Value, Window, WindowFn, WindowFunction,
};

/// The names of fields; `d.x` is a member where `d` is an object, and `v` a variable as well.
const NAMES: [&str; 5] = ["a", "b", "l", "d.x", "v"];
const TEXTS: [&str; 8] = ["", "a", "A", "ab", "Ba", "5", "10", "a-b"];

fn name() -> impl Strategy<Value = &'static str> {
    select(&NAMES[..])
}

fn datum() -> impl Strategy<Value = Datum> {
    let one = prop_oneof![
        6 => select(&TEXTS[..]).prop_map(Datum::text),
        2 => select(&[5i128, 10, -1][..]).prop_map(Datum::int),
        1 => any::<bool>().prop_map(Datum::Bool),
        1 => Just(Datum::Null),
    ];
    prop_oneof![4 => one.clone(), 1 => vec(one, 0..3).prop_map(Datum::List)]
}

/// An event; half of the names are absent.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    let object = btree_map(select(&["x", "y"][..]).prop_map(str::to_owned), datum(), 0..3)
        .prop_map(Datum::Object);
    let plain = select(&["a", "b", "l", "v", "d.x"][..]).prop_map(str::to_owned);
    (btree_map(plain, datum(), 0..5), proptest::option::of(object), 0..6i64, any::<bool>())
        .prop_map(|(mut values, d, minute, scoped)| {
            values.extend(d.map(|d| ("d".to_owned(), d)));
            let event = Event { values, ..Event::at(minute * 60_000) };
            if scoped { event.of("table", "T") } else { event }
        })
}

fn glob() -> impl Strategy<Value = Glob> {
    let piece = prop_oneof![
        select(&["a", "b", "A"][..]).prop_map(|t| Piece::Text(t.to_owned())),
        Just(Piece::Any),
        Just(Piece::One),
    ];
    vec(piece, 0..4).prop_map(|pieces| {
        let mut glob = Glob::new();
        pieces.into_iter().for_each(|p| glob.push(p));
        glob
    })
}

fn literal() -> impl Strategy<Value = Literal> {
    let scalar = prop_oneof![
        6 => select(&TEXTS[..]).prop_map(|t| Scalar::Text(t.to_owned())),
        2 => select(&[5i128, 10][..]).prop_map(|n| Literal::number(n).value),
        1 => any::<bool>().prop_map(Scalar::Bool),
        3 => glob().prop_map(Scalar::Glob),
        1 => name().prop_map(|n| Scalar::Field(Field::new(n))),
        1 => Just(Scalar::Placeholder("who".to_owned())),
    ];
    (scalar, vec(glob(), 0..2)).prop_map(|(value, forms)| {
        let mut literal = Literal::new(value, Span::NONE);
        if forms.len() > 1 {
            literal.forms = forms;
        }
        literal
    })
}

fn regex() -> impl Strategy<Value = Literal> {
    (select(&["a.", "^b", "(", "[0-9]+"][..]), select(&["", "i"][..]), any::<bool>()).prop_map(
        |(source, flags, whole)| {
            let regex = Regex { source: source.to_owned(), flags: flags.to_owned(), whole };
            Literal::new(Scalar::Regex(regex), Span::NONE)
        },
    )
}

/// A value: a field, a literal, or a call.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        5 => name().prop_map(Value::field),
        2 => select(&TEXTS[..]).prop_map(|t| Value::Literal(Literal::text(t))),
        1 => Just(Value::Opaque { text: "?".to_owned(), span: Span::NONE }),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|v| Value::call(Function::Lower, vec![v])),
            inner.clone().prop_map(|v| Value::call(Function::Length, vec![v])),
            vec(inner.clone(), 1..3).prop_map(|vs| Value::call(Function::Coalesce, vs)),
            vec(inner, 1..3).prop_map(Value::List),
        ]
    })
}

fn predicate() -> impl Strategy<Value = Predicate> {
    let texts = select(
        &[
            Op::Eq,
            Op::Contains,
            Op::StartsWith,
            Op::EndsWith,
            Op::Wildcard,
            Op::Term,
            Op::Word,
            Op::FieldEq,
        ][..],
    );
    let test = prop_oneof![
        6 => (texts, vec(literal(), 0..4)),
        2 => (select(&[Op::Lt, Op::Le, Op::Gt, Op::Ge][..]), vec(literal(), 0..3)),
        1 => (Just(Op::Regex), vec(regex(), 1..3)),
        1 => (select(&[Op::Exists, Op::Null][..]), Just(Vec::new())),
    ];
    let subject = prop_oneof![
        6 => name().prop_map(|n| Subject::Field(Field::new(n))),
        1 => value().prop_map(Subject::Value),
        1 => Just(Subject::Event),
    ];
    (subject, test, any::<[bool; 4]>()).prop_map(|(subject, (op, values), [n, all, cased, m])| {
        Predicate {
            negated: n,
            quantifier: if all { Quantifier::All } else { Quantifier::Any },
            case_sensitive: cased,
            missing: m,
            ..Predicate::new(subject, op, values)
        }
    })
}

/// A condition of a few parts.
pub(crate) fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        12 => predicate().prop_map(Expr::Predicate),
        1 => any::<bool>().prop_map(Expr::Const),
        1 => select(&["x", "y"][..])
            .prop_map(|t| Expr::Opaque { text: t.to_owned(), span: Span::NONE }),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 0..4).prop_map(Expr::All),
            3 => vec(inner.clone(), 0..4).prop_map(Expr::Any),
            1 => (0..5u32, vec(inner.clone(), 0..4))
                .prop_map(|(count, of)| Expr::AtLeast { count, of }),
            2 => inner.clone().prop_map(|e| Expr::Not(Box::new(e))),
            1 => (any::<bool>(), value(), select(&["v", "a"][..]), inner).prop_map(
                |(all, list, variable, expr)| Expr::Each {
                    quantifier: if all { Quantifier::All } else { Quantifier::Any },
                    list,
                    variable: variable.to_owned(),
                    expr: Box::new(expr),
                }
            ),
        ]
    })
}

fn key() -> impl Strategy<Value = Key> {
    (select(&["k", "a", "b"][..]), value(), any::<[bool; 2]>()).prop_map(
        |(name, value, [own, m])| {
            let value = if own { Value::field(name) } else { value };
            Key { name: name.to_owned(), value, keep_missing: m }
        },
    )
}

/// Keys of different names.
fn keys() -> impl Strategy<Value = Vec<Key>> {
    vec(key(), 0..3).prop_map(|mut keys| {
        keys.sort_by(|a, b| a.name.cmp(&b.name));
        keys.dedup_by(|a, b| a.name == b.name);
        keys
    })
}

fn function() -> impl Strategy<Value = AggregateFn> {
    use AggregateFn::{Count, CountDistinct, First, Last, List, Max, Min, Sum, Values};
    select(vec![Count, CountDistinct, Sum, Min, Max, Values, List, First, Last])
}

fn window() -> impl Strategy<Value = Window> {
    let size = Duration::minutes(2);
    select(vec![
        Window::Whole,
        Window::Tumbling { size },
        Window::Hopping { size, step: Duration::minutes(1) },
        Window::Sliding { size },
        Window::Session { gap: Duration::minutes(1) },
    ])
}

fn aggregate() -> impl Strategy<Value = Aggregate> {
    let filter = proptest::option::weighted(0.2, expr().prop_map(Box::new));
    (select(&["n", "a"][..]), function(), value(), filter).prop_map(
        |(name, function, value, filter)| Aggregate {
            name: name.to_owned(),
            argument: (function != AggregateFn::Count).then_some(value),
            function,
            filter,
        },
    )
}

fn window_function() -> impl Strategy<Value = WindowFunction> {
    let functions = prop_oneof![
        function().prop_map(WindowFn::Aggregate),
        (1..3u32).prop_map(WindowFn::Lag),
        (1..3u32).prop_map(WindowFn::Lead),
        Just(WindowFn::RowNumber),
    ];
    let frames = prop_oneof![
        Just(Frame::Partition),
        (proptest::option::of(0..3u32), any::<bool>())
            .prop_map(|(rows, current)| { Frame::Preceding { rows, span: None, current } }),
    ];
    (select(&["n", "a"][..]), functions, value(), frames).prop_map(
        |(name, function, value, frame)| WindowFunction {
            name: name.to_owned(),
            function,
            argument: Some(value),
            frame,
        },
    )
}

/// A comparison of a number with a small one, so that thresholds are met now and then.
fn threshold() -> impl Strategy<Value = Expr> {
    (select(&["n", "a"][..]), 0..4i128, any::<bool>()).prop_map(|(name, n, least)| {
        let op = if least { Op::Ge } else { Op::Lt };
        let subject = Subject::Field(Field::new(name));
        Expr::Predicate(Predicate::new(subject, op, vec![Literal::number(n)]))
    })
}

fn names() -> impl Strategy<Value = String> {
    select(&["n", "a", "b", "d", "k"][..]).prop_map(str::to_owned)
}

fn assignment() -> impl Strategy<Value = Assignment> {
    (names(), value()).prop_map(|(name, value)| Assignment { name, value })
}

fn order() -> impl Strategy<Value = Order> {
    (value(), any::<bool>()).prop_map(|(value, descending)| Order { value, descending })
}

/// A test of a name that keys, assignments and aggregates give, or of a member of it.
fn on_name() -> impl Strategy<Value = Expr> {
    let names = select(&["n", "a", "b", "d", "d.x", "k"][..]);
    let ops = select(&[Op::Eq, Op::Exists, Op::Contains][..]);
    (names, ops, select(&TEXTS[..]), any::<[bool; 2]>()).prop_map(|(name, op, text, [n, m])| {
        let values = if op == Op::Exists { Vec::new() } else { vec![Literal::text(text)] };
        let subject = Subject::Field(Field::new(name));
        Expr::Predicate(Predicate { negated: n, missing: m, ..Predicate::new(subject, op, values) })
    })
}

/// A pattern of a few nodes.
pub(crate) fn pattern() -> impl Strategy<Value = Pattern> {
    let leaf = any::<bool>().prop_map(|scoped| {
        let scope = if scoped { Scope::of("table", "t") } else { Scope::default() };
        Pattern::events(scope)
    });
    leaf.prop_recursive(5, 10, 2, move |inner| {
        let input = || inner.clone().prop_map(Box::new);
        prop_oneof![
            8 => (input(), prop_oneof![1 => expr(), 1 => threshold(), 3 => on_name()])
                .prop_map(|(input, expr)| Pattern::Filter { input, expr }),
            2 => (input(), vec(assignment(), 1..3))
                .prop_map(|(input, assignments)| Pattern::Extend { input, assignments }),
            2 => (input(), value(), names())
                .prop_map(|(input, list, name)| Pattern::Expand { input, list, name }),
            3 => (input(), keys(), vec(aggregate(), 0..3), window()).prop_map(
                |(input, keys, aggregates, window)| {
                    Pattern::Aggregate { input, keys, aggregates, window }
                }
            ),
            2 => (input(), keys(), vec(window_function(), 1..3), vec(order(), 0..2))
                .prop_map(|(input, keys, functions, order)| {
                    Pattern::Windowed { input, keys, functions, order }
                }),
            1 => (input(), keys())
                .prop_map(|(input, keys)| Pattern::Dedup { input, keys }),
            1 => (input(), vec(order(), 0..2), 0..4u64)
                .prop_map(|(input, order, count)| Pattern::Limit { input, order, count }),
            1 => (input(), 1..3u64, 1..4u64).prop_map(|(input, every, lookback)| {
                let (every, lookback) = (Duration::minutes(every), Duration::minutes(lookback));
                Pattern::Scheduled { input, every, lookback }
            }),
            1 => (input(), names(), select(vec![LookupKind::Enrich, LookupKind::Keep])).prop_map(
                |(input, output, kind)| Pattern::Lookup {
                    input,
                    table: "t".to_owned(),
                    on: Vec::new(),
                    outputs: vec![output],
                    kind,
                    span: Span::NONE,
                }
            ),
            2 => vec(inner.clone(), 1..3).prop_map(|sides| Pattern::Union { sides }),
        ]
    })
}
