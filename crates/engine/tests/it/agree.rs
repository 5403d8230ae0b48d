//! The compiled program says of every event and rule what the reference evaluator says.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rulescope_engine::route::Source;
use rulescope_engine::{Hit, Record, Rule, Watch, scan_watched};
use rulescope_eval::{Env, Truth, eval_expr};
use rulescope_events::{Event, Log};
use rulescope_ir::{
    Expr, Field, Glob, Literal, Op, Pattern, Piece, Predicate, Quantifier, Regex, Scalar, Scope,
    Span, Subject,
};

use crate::support::{
    Bench, Corpus, ELASTIC, MDECREVOISIER, SIGMAHQ, SPLUNK, logs, shared, single,
};

/// Of a rule and an event: whether the rule matches for certain, and what was found.
type Answers = BTreeMap<(String, String), &'static str>;

fn key(rule: &str, event: &Event) -> (String, String) {
    (rule.to_owned(), format!("{} {:?} {:?}", event.log, event.place, event.record_id))
}

fn by_program(rules: &[Rule], logs: &[Log]) -> Answers {
    let mut out = Answers::new();
    let watch = Watch { records: true, ..Watch::default() };
    scan_watched(rules, logs, &watch, &mut |hit: Hit| {
        let event = hit.record.as_deref().expect("a rule over one event has its record");
        assert_eq!(out.insert(key(&hit.rule, event), hit.certainty), None, "{}", hit.rule);
    });
    out
}

fn by_evaluator(rules: &[Rule], logs: &[Log]) -> Answers {
    let conditions: Vec<(&Rule, Source, Option<&Expr>)> = rules
        .iter()
        .filter_map(|rule| {
            let (scope, expr) = single(rule)?;
            Some((rule, Source::of(scope), expr))
        })
        .collect();
    let mut out = Answers::new();
    for event in logs.iter().flat_map(Log::open).flatten() {
        let record = Record::new(&event);
        for (rule, source, expr) in &conditions {
            if !source.means(record.kind()) {
                continue;
            }
            match expr.map_or(Truth::True, |e| eval_expr(e, &record, &Env::default())) {
                Truth::False => {}
                Truth::Unknown => drop(out.insert(key(&rule.id, &event), "possible")),
                Truth::True => drop(out.insert(key(&rule.id, &event), "certain")),
            }
        }
    }
    out
}

/// Where the two say different things.
fn differences(rules: &[Rule], logs: &[Log]) -> Vec<String> {
    let (ours, theirs) = (by_program(rules, logs), by_evaluator(rules, logs));
    let of = |answers: &Answers, key| answers.get(key).copied().unwrap_or("no match");
    let mut keys: Vec<_> = ours.keys().chain(theirs.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let unlike = keys.into_iter().filter(|key| of(&ours, key) != of(&theirs, key));
    unlike.map(|k| format!("{k:?}: {} and not {}", of(&ours, k), of(&theirs, k))).collect()
}

/// Each of so many logs is looked at, all where `RULESCOPE_WHOLE` is set.
const STRIDE: usize = 47;

#[test]
fn every_rule_agrees_on_real_logs() {
    let Some(shared) = shared() else { return };
    let stride = if std::env::var_os("RULESCOPE_WHOLE").is_some() { 1 } else { STRIDE };
    let all = logs(&shared.join("events"), "");
    let some: Vec<Log> = all.into_iter().step_by(stride).collect();
    let corpora: [&Option<Corpus>; 4] = [&SIGMAHQ, &MDECREVOISIER, &SPLUNK, &ELASTIC];
    let rules = corpora.into_iter().flatten().flat_map(|corpus| &corpus.rules);
    let rules: Vec<Rule> = rules.filter(|rule| single(rule).is_some()).cloned().collect();
    assert!(rules.len() > 5000 && some.len() > 10, "{} rules", rules.len());
    assert!(!by_program(&rules, &some).is_empty());
    assert_eq!(differences(&rules, &some), Vec::<String>::new());
}

const FIELDS: [&str; 6] =
    ["Image", "CommandLine", "ParentImage", "User", "IntegrityLevel", "EventID"];
const TEXTS: [&str; 12] =
    ["", "a", "A", "ab", "cab", "b.exe", "\\B.exe", "ä", "Ä b", "1", "12", "-x"];

fn text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(&TEXTS[..]), 0..3);
    pieces.prop_map(|pieces| pieces.concat())
}

fn literal() -> impl Strategy<Value = Literal> {
    let glob = (text(), text(), any::<bool>()).prop_map(|(a, b, one)| {
        let mut glob = Glob::text(a);
        glob.push(if one { Piece::One } else { Piece::Any });
        glob.push_text(&b);
        Scalar::Glob(glob)
    });
    let regex = text().prop_map(|t| {
        let source = t.replace('\\', "\\\\") + ".?";
        Scalar::Regex(Regex { source, flags: "i".to_owned(), whole: false })
    });
    let number = (0..20_i32).prop_map(|n| Scalar::Text(n.to_string()));
    let scalar = prop_oneof![
        5 => text().prop_map(Scalar::Text),
        2 => glob,
        1 => regex,
        1 => number,
        1 => Just(Scalar::Null),
        1 => prop::sample::select(&FIELDS[..]).prop_map(|f| Scalar::Field(Field::new(f))),
    ];
    let forms = prop::collection::vec(text().prop_map(Glob::text), 0..2);
    (scalar, forms).prop_map(|(value, forms)| Literal { forms, ..Literal::new(value, Span::NONE) })
}

fn predicate() -> impl Strategy<Value = Expr> {
    let subject = prop_oneof![
        9 => prop::sample::select(&FIELDS[..]).prop_map(|f| Subject::Field(Field::new(f))),
        1 => Just(Subject::Event),
    ];
    let op = prop::sample::select(&[
        Op::Eq,
        Op::Contains,
        Op::StartsWith,
        Op::EndsWith,
        Op::Wildcard,
        Op::Regex,
        Op::Term,
        Op::Word,
        Op::Lt,
        Op::Exists,
        Op::Null,
        Op::Keyword,
    ]);
    let literals = prop::collection::vec(literal(), 1..4);
    (subject, op, literals, any::<[bool; 4]>()).prop_map(|(subject, op, literals, flags)| {
        let values = if matches!(op, Op::Exists | Op::Null) { Vec::new() } else { literals };
        let [negated, case_sensitive, missing, all] = flags;
        let quantifier = if all { Quantifier::All } else { Quantifier::Any };
        let plain = Predicate::new(subject, op, values);
        Expr::Predicate(Predicate { negated, case_sensitive, missing, quantifier, ..plain })
    })
}

fn expr() -> impl Strategy<Value = Expr> {
    let opaque = Expr::Opaque { text: "?".to_owned(), span: Span::NONE };
    let leaf =
        prop_oneof![12 => predicate(), 1 => Just(opaque), 1 => any::<bool>().prop_map(Expr::Const)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            4 => list.clone().prop_map(Expr::All),
            4 => list.clone().prop_map(Expr::Any),
            1 => (0..3_u32, list).prop_map(|(count, of)| Expr::AtLeast { count, of }),
            1 => inner.prop_map(|e| Expr::Not(Box::new(e))),
        ]
    })
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let one = prop_oneof![
        6 => text().prop_map(serde_json::Value::from),
        1 => (0..20_i32).prop_map(serde_json::Value::from),
        1 => any::<bool>().prop_map(serde_json::Value::from),
        1 => Just(serde_json::Value::Null),
    ];
    let list = prop::collection::vec(one.clone(), 0..3).prop_map(serde_json::Value::from);
    prop_oneof![9 => one, 1 => list]
}

/// A line of a log: a process that began, by Sysmon or by Security, with some of the fields.
fn line() -> impl Strategy<Value = String> {
    let fields = prop::collection::vec((prop::sample::select(&FIELDS[..5]), value()), 0..5);
    (any::<bool>(), fields).prop_map(|(sysmon, fields)| {
        let (provider, channel, id) = if sysmon {
            ("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational", 1)
        } else {
            ("Microsoft-Windows-Security-Auditing", "Security", 4688)
        };
        let mut event = serde_json::json!({
            "Provider_Name": provider, "Channel": channel, "EventID": id, "Computer": "c",
        });
        for (name, value) in fields {
            let name = if !sysmon && name == "Image" { "NewProcessName" } else { name };
            event[name] = value;
        }
        event.to_string() + "\n"
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn random_rules_agree_on_random_events(
        exprs in prop::collection::vec(expr(), 1..12),
        lines in prop::collection::vec(line(), 1..8),
    ) {
        let bench = Bench::new();
        let logs = [Log::new(bench.file("a.jsonl", &lines.concat()))];
        let rule = |(number, expr): (usize, Expr)| Rule {
            id: number.to_string(),
            title: String::new(),
            vendor: "sigma".to_owned(),
            severity: None,
            normal: Pattern::events(Scope::of("category", "process_creation")).filter(expr),
        };
        let rules: Vec<Rule> = exprs.into_iter().enumerate().map(rule).collect();
        prop_assert_eq!(differences(&rules, &logs), Vec::<String>::new(), "{:?}", rules);
    }
}
