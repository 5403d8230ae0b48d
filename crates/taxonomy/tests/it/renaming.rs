//! Law: a test of a vendor's field on the vendor's event answers as what it is rewritten to answers
//! on the event of Windows. Where more is let through, it is never less.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rulescope_eval::{Datum, Env, Event, Truth, eval_expr};
use rulescope_ir::{
    Expr, Fidelity, Field, Glob, Literal, Logic, Op, Pattern, Piece, Predicate, Quantifier, Regex,
    Scalar, Scope, Span, Subject,
};
use rulescope_taxonomy::rename;

/// Parts of paths; the values of the tests are made of the same letters, so that they meet.
const PARTS: [&str; 7] = ["a", "b", "ab", "A", "a.b", "b.A", "-c"];

/// How an event of Windows gives a vendor's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Last,
    BeforeLast,
    Extension,
    /// The last part, or all of it where there is one.
    Name,
    Domain,
    Account,
    List,
}

/// A vendor's field: vendor, kind and term of the scope, name, what it is of, the canonical name.
type Case = (&'static str, &'static str, &'static str, &'static str, Of, &'static str);

const CASES: [Case; 10] = [
    ("splunk", "datamodel", "Endpoint.Processes", "process_name", Of::Last, "Image"),
    ("elastic", "event_category", "file", "file.name", Of::Last, "TargetFilename"),
    ("splunk", "datamodel", "Endpoint.Registry", "registry_value_name", Of::Last, "TargetObject"),
    ("kusto", "table", "DeviceRegistryEvents", "RegistryKey", Of::BeforeLast, "TargetObject"),
    ("elastic", "event_category", "file", "file.directory", Of::BeforeLast, "TargetFilename"),
    ("elastic", "event_category", "file", "file.extension", Of::Extension, "TargetFilename"),
    ("splunk", "datamodel", "Endpoint.Processes", "user", Of::Name, "User"),
    ("elastic", "event_category", "process", "user.domain", Of::Domain, "User"),
    ("kusto", "table", "SecurityEvent", "SubjectAccount", Of::Account, "SubjectUserName"),
    ("elastic", "event_category", "process", "process.args", Of::List, "CommandLine"),
];

/// The event of Windows and the vendor's, of the same parts.
fn events(case: Case, parts: &[&str]) -> (Event, Event) {
    let (_, _, _, native, of, canonical) = case;
    let (mut windows, mut vendor) = (Event::at(0), Event::at(0));
    let [.., before, last] = parts else { return (windows, vendor) };
    let path = parts.join("\\");
    let set = |event: &mut Event, name: &str, value: &str| {
        event.values.insert(name.to_owned(), Datum::text(value));
    };
    match of {
        Of::Last => {
            set(&mut windows, canonical, &path);
            set(&mut vendor, native, last);
        }
        Of::BeforeLast => {
            set(&mut windows, canonical, &path);
            set(&mut vendor, native, &parts[..parts.len() - 1].join("\\"));
        }
        Of::Extension => {
            set(&mut windows, canonical, &path);
            if let Some((_, extension)) = last.rsplit_once('.') {
                set(&mut vendor, native, extension);
            }
        }
        Of::Name => {
            // An account is a domain and a name, or a name.
            let whole =
                if parts.len() == 2 { (*last).to_owned() } else { format!("{before}\\{last}") };
            set(&mut windows, canonical, &whole);
            set(&mut vendor, native, last);
        }
        Of::Domain => {
            let bare = parts.len() == 2;
            let whole = if bare { (*last).to_owned() } else { format!("{before}\\{last}") };
            set(&mut windows, canonical, &whole);
            if !bare {
                set(&mut vendor, native, before);
            }
        }
        Of::Account => {
            set(&mut windows, canonical, last);
            set(&mut windows, "SubjectDomainName", before);
            set(&mut vendor, native, &format!("{before}\\{last}"));
        }
        Of::List => {
            set(&mut windows, canonical, &parts.join(" "));
            let list = parts.iter().map(|p| Datum::text(*p)).collect();
            vendor.values.insert(native.to_owned(), Datum::List(list));
        }
    }
    (windows, vendor)
}

fn glob() -> impl Strategy<Value = Glob> {
    let piece = prop_oneof![
        4 => select(&PARTS[..]).prop_map(|t| Piece::Text(t.to_owned())),
        1 => Just(Piece::Text("\\".to_owned())),
        3 => Just(Piece::Any),
        1 => Just(Piece::One),
    ];
    vec(piece, 0..4).prop_map(|pieces| {
        let mut glob = Glob::new();
        pieces.into_iter().for_each(|p| glob.push(p));
        glob
    })
}

fn literal(of: Of) -> impl Strategy<Value = Literal> {
    let part = select(&PARTS[..]).prop_map(str::to_owned);
    let path = vec(select(&PARTS[..]), 2..4).prop_map(|parts| parts.join("\\"));
    // An account's name that is tested with a domain is compared with the whole: no law of parts.
    let path = if of == Of::Name { part.clone().boxed() } else { path.boxed() };
    let globs = glob().prop_filter("a name with a domain", move |glob| {
        let has_domain = |piece: &Piece| matches!(piece, Piece::Text(t) if t.contains('\\'));
        of != Of::Name || !glob.pieces.iter().any(has_domain)
    });
    prop_oneof![
        4 => part.prop_map(Scalar::Text),
        2 => path.prop_map(Scalar::Text),
        3 => globs.prop_map(Scalar::Glob),
    ]
    .prop_map(|value| Literal::new(value, Span::NONE))
}

fn predicate(case: Case) -> impl Strategy<Value = Predicate> {
    let op = select(
        &[
            Op::Eq,
            Op::Eq,
            Op::Wildcard,
            Op::StartsWith,
            Op::EndsWith,
            Op::Contains,
            Op::Regex,
            Op::Exists,
            Op::Null,
        ][..],
    );
    let values = vec(literal(case.4), 1..3);
    let regex = select(&["^a", "b$", "a.*b", "^ab?$"][..]);
    (op, values, regex, any::<[bool; 4]>()).prop_map(
        move |(op, values, regex, [negated, missing, all, case_sensitive])| {
            let values = match op {
                Op::Exists | Op::Null => Vec::new(),
                Op::Regex => {
                    let source = regex.to_owned();
                    let regex = Regex { source, flags: String::new(), whole: false };
                    vec![Literal::new(Scalar::Regex(regex), Span::NONE)]
                }
                // Globs are compared as they are by these two.
                Op::Eq | Op::Wildcard => values,
                _ => values
                    .into_iter()
                    .filter(|v| matches!(v.value, Scalar::Text(_)))
                    .collect::<Vec<_>>(),
            };
            let mut out = Predicate::new(Subject::Field(Field::new(case.3)), op, values);
            if out.values.is_empty() && !matches!(op, Op::Exists | Op::Null) {
                out.op = Op::Eq;
                out.values = vec![Literal::text("a")];
            }
            let quantifier = if all { Quantifier::All } else { Quantifier::Any };
            Predicate { negated, missing, quantifier, case_sensitive, ..out }
        },
    )
}

fn renamed(case: Case, expr: Expr) -> (Expr, bool) {
    let pattern = Pattern::events(Scope::of(case.1, case.2)).filter(expr);
    let mut logic = Logic {
        stages: Vec::new(),
        pattern,
        fidelity: Fidelity::Exact,
        losses: Vec::new(),
        diagnostics: Vec::new(),
        literals: Vec::new(),
        presentation: Vec::new(),
        thresholds: Vec::new(),
    };
    rename(&mut logic, case.0);
    let Pattern::Filter { expr, .. } = logic.pattern else { panic!("a filter stays one") };
    assert_eq!(logic.losses.is_empty(), logic.fidelity == Fidelity::Exact);
    (expr, !logic.losses.is_empty())
}

fn cases() -> impl Strategy<Value = (Case, Predicate, Vec<&'static str>)> {
    select(&CASES[..]).prop_flat_map(|case| {
        let parts = prop_oneof![1 => Just(Vec::new()), 9 => vec(select(&PARTS[..]), 2..5)];
        (Just(case), predicate(case), parts)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_rewritten_test_answers_the_same((case, predicate, parts) in cases()) {
        let (windows, vendor) = events(case, &parts);
        let env = Env::default();
        let before = eval_expr(&Expr::Predicate(predicate.clone()), &vendor, &env);
        let (expr, lossy) = renamed(case, Expr::Predicate(predicate.clone()));
        let after = eval_expr(&expr, &windows, &env);
        // Words of the list that stand in one text have no counterpart for every test.
        let untold = format!("{expr:?}").contains("ecs:");
        if untold || after == before {
            return Ok(());
        }
        prop_assert!(lossy, "{predicate:?}\n{expr:?}\n{parts:?} {before:?} {after:?}");
        // More of the plain test is less of its inversion.
        let more = (before, after) == (Truth::False, Truth::True);
        prop_assert_eq!(more, !predicate.negated, "{:?}\n{:?}\n{:?}", predicate, expr, parts);
    }
}
