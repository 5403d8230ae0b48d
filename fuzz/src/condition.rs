//! Conditions of Sigma.

use rulescope_dialects::sigma::{Tree, condition, emit};

/// A text gives a tree whose spans lie in it; a tree that was understood is read back from its own
/// text as it was.
pub fn sigma_condition(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (tree, aggregation, defects) = condition(&text);
    for (_, _, start, end) in &defects {
        assert!(text.get(*start..*end).is_some(), "{start}..{end}");
    }
    if let Some(aggregation) = &aggregation {
        emit::aggregation(aggregation);
    }
    let opaque = spans(&text, &tree);
    if opaque {
        assert!(!defects.is_empty(), "what was not understood is said");
        return;
    }
    let emitted = emit::tree(&tree);
    let (again, none, _) = condition(&emitted);
    assert_eq!(again.unplaced(), tree.unplaced(), "{emitted}");
    assert!(none.is_none());
}

/// Checks the spans; whether a part is opaque.
fn spans(text: &str, tree: &Tree) -> bool {
    match tree {
        Tree::And(of) | Tree::Or(of) => of.iter().fold(false, |any, t| spans(text, t) | any),
        Tree::Not(inner) => spans(text, inner),
        Tree::Name { span, .. } | Tree::Of { span, .. } | Tree::Opaque { span, .. } => {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
            matches!(tree, Tree::Opaque { .. })
        }
    }
}
