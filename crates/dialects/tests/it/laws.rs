//! Laws of the Sigma dialect.

use proptest::prelude::*;
use rulescope_dialects::sigma::ast::{Condition, Selection};
use rulescope_dialects::sigma::{
    Block, Context, Detection, Reading, Tree, apply, condition, emit, escaped, glob, lower,
};
use rulescope_ir::{Fidelity, Quantifier, Span, account::Fate, account::account};

use crate::arbitrary;

fn detection_of(item: rulescope_dialects::sigma::Item) -> Detection {
    let tree = Tree::Name { name: "sel".to_owned(), span: Span::NONE };
    Detection {
        selections: vec![Selection {
            name: "sel".to_owned(),
            block: Block::Items(vec![item]),
            span: Span::NONE,
        }],
        conditions: vec![Condition {
            text: "sel".to_owned(),
            tree,
            aggregation: None,
            span: Span::NONE,
        }],
        timeframe: None,
        span: Span::NONE,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_condition_is_read_back_as_it_was(tree in arbitrary::tree()) {
        let text = emit::tree(&tree);
        let (read, aggregation, defects) = condition(&text);
        prop_assert_eq!(read.unplaced(), tree, "{}", text);
        prop_assert!(aggregation.is_none());
        prop_assert!(defects.is_empty(), "{defects:?}");
    }

    #[test]
    fn a_condition_of_any_text_is_read(text in "[a-c()|!=<>,0-9 ]{0,30}|(and|or|not|of|them|\\(|\\)|x| |1|near|count|by){0,12}") {
        let (tree, _, defects) = condition(&text);
        let mut opaque = false;
        walk(&tree, &mut |t| opaque |= matches!(t, Tree::Opaque { .. }));
        // What is not understood is said, and only that.
        if !text.contains('|') {
            prop_assert_eq!(opaque, !defects.is_empty(), "{:?}", defects);
        }
        for (_, _, start, end) in &defects {
            prop_assert!(text.get(*start..*end).is_some());
        }
    }

    #[test]
    fn an_escaped_text_is_read_back(pattern in arbitrary::glob()) {
        prop_assert_eq!(glob(&escaped(&pattern)), pattern);
    }

    #[test]
    fn escaping_again_changes_nothing(text in arbitrary::text()) {
        let once = escaped(&glob(&text));
        prop_assert_eq!(escaped(&glob(&once)), once);
    }

    #[test]
    fn any_modifiers_on_any_values_give_a_reading_each(item in arbitrary::item()) {
        let applied = apply(&item);
        prop_assert_eq!(applied.readings.len(), item.values.len().max(1));
        let all = item.modifiers.iter().flatten().any(|m| m.name() == "all");
        prop_assert_eq!(applied.quantifier == Quantifier::All, all);
        if item.modifiers.iter().any(Result::is_err) && !item.values.is_empty() {
            let opaque = |r: &Reading| matches!(r, Reading::Opaque(_));
            prop_assert!(applied.readings.iter().all(|(r, _)| opaque(r)));
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_a_loss(item in arbitrary::item()) {
        let opaque =
            apply(&item).readings.iter().any(|(r, _)| matches!(r, Reading::Opaque(_)));
        // An unknown modifier is told of when the text is read, which it was not here.
        let told = item.modifiers.iter().all(Result::is_ok);
        let logic = lower(&detection_of(item), None, Context::new("", 0));
        if opaque {
            prop_assert!(logic.fidelity != Fidelity::Exact);
            prop_assert!(!logic.losses.is_empty());
            prop_assert!(!logic.diagnostics.is_empty() || !told);
        }
        prop_assert_eq!(logic.losses.is_empty(), logic.fidelity == Fidelity::Exact);
    }

    #[test]
    fn no_literal_vanishes(values in prop::collection::vec(arbitrary::text(), 1..4), modifier in prop::sample::select(&["", "|contains", "|re", "|cidr", "|windash|contains|all", "|base64offset|contains", "|exists", "|lt", "|neq", "|nix"][..])) {
        let list: String = values.iter().map(|v| format!("      - '{v}'\n")).collect();
        let text = format!("detection:\n  sel:\n    Field{modifier}:\n{list}  condition: not sel\n");
        let parsed = rulescope_yaml::parse(&text);
        let root = parsed.documents[0].root.as_ref().expect("the text is YAML");
        let mut cx = Context::new(&text, 0);
        let node = root.get("detection").expect("it is there");
        let detection = rulescope_dialects::sigma::detection(node, &mut cx);
        let logic = lower(&detection, None, cx);
        prop_assert_eq!(logic.literals.len(), values.len());
        // An inverted test under a negation is positive again.
        let stands = if modifier == "|neq" { Fate::Indicator } else { Fate::Exclusion };
        for (span, fate) in account(&logic) {
            prop_assert!(fate == stands || fate == Fate::Loss, "{} {fate:?}", span.slice(&text));
        }
    }
}

fn walk(tree: &Tree, each: &mut impl FnMut(&Tree)) {
    each(tree);
    match tree {
        Tree::And(of) | Tree::Or(of) => of.iter().for_each(|t| walk(t, each)),
        Tree::Not(inner) => walk(inner, each),
        Tree::Name { .. } | Tree::Of { .. } | Tree::Opaque { .. } => {}
    }
}
