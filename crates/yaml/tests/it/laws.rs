//! Laws that hold for any text.

use proptest::prelude::*;
use rulescope_yaml::{Kind, Node, Style, parse};

/// Pieces that break YAML in every way that the repairs know, and more.
fn dirty_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("a: "),
        Just("b:"),
        Just("\n"),
        Just("  "),
        Just("\t"),
        Just("- "),
        Just("'"),
        Just("\""),
        Just("\\"),
        Just("\\W"),
        Just("["),
        Just("]"),
        Just("{"),
        Just("}"),
        Just(", "),
        Just("---\n"),
        Just("...\n"),
        Just("--- "),
        Just("&x "),
        Just("*x"),
        Just("*.e"),
        Just("!t "),
        Just("<<: "),
        Just("|\n"),
        Just(">-\n"),
        Just("# c\n"),
        Just("%YAML 1.1\n"),
        Just("@"),
        Just("é"),
        Just("\u{feff}"),
        Just("\r\n"),
        Just("? "),
        Just(": "),
        Just("x"),
        Just("\u{1}"),
        Just("\u{2028}"),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn check_spans(text: &str, node: &Node<'_>) -> Result<(), TestCaseError> {
    prop_assert!(node.span.end as usize <= text.len(), "{:?} of {text:?}", node.span);
    prop_assert!(text.get(node.span.start as usize..node.span.end as usize).is_some());
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => items.iter().try_for_each(|n| check_spans(text, n))?,
        Kind::Mapping(m) => {
            for entry in m {
                check_spans(text, &entry.key)?;
                check_spans(text, &entry.value)?;
            }
        }
    }
    Ok(())
}

fn check_all(text: &str) -> Result<(), TestCaseError> {
    let parsed = parse(text);
    for document in &parsed.documents {
        prop_assert!(document.span.end as usize <= text.len(), "{:?}", document.span);
        if let Some(root) = &document.root {
            check_spans(text, root)?;
        }
    }
    for diagnostic in &parsed.diagnostics {
        prop_assert!(diagnostic.span.end as usize <= text.len(), "{diagnostic:?}");
    }
    Ok(())
}

fn plain_slices(text: &str, node: &Node<'_>) {
    match &node.kind {
        Kind::Scalar(s) if s.style == Style::Plain => assert_eq!(node.span.slice(text), s.text),
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => items.iter().for_each(|n| plain_slices(text, n)),
        Kind::Mapping(m) => m.iter().for_each(|e| {
            plain_slices(text, &e.key);
            plain_slices(text, &e.value);
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_panics_on_dirty_text(text in dirty_text()) {
        check_all(&text)?;
    }

    #[test]
    fn never_panics_on_any_text(text in any::<String>()) {
        check_all(&text)?;
    }

    #[test]
    fn plain_scalars_stand_where_their_span_says(
        items in prop::collection::vec(("[a-z|]{1,6}", "[a-z0-9é\\\\.*][a-z0-9é\\\\.* ]{0,8}[a-z0-9é]"), 1..6)
    ) {
        let text: String = items.iter().map(|(k, v)| format!("- k{k}: z{v}\n")).collect();
        let parsed = parse(&text);
        prop_assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        plain_slices(&text, parsed.documents[0].root.as_ref().expect("a root"));
    }
}
