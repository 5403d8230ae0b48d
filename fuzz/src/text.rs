//! Texts as they come from files.

use rulescope_ir::{LineIndex, Span, account, normalize};
use rulescope_rulefile::sigma;
use rulescope_yaml::{Kind, Node, parse};

/// Every span of the YAML tree lies in the text, at the edges of characters.
pub fn yaml(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let parsed = parse(&text);
    for document in &parsed.documents {
        within(&text, document.span);
        if let Some(root) = &document.root {
            node(&text, root);
        }
    }
    for diagnostic in &parsed.diagnostics {
        within(&text, diagnostic.span);
        assert!(!diagnostic.message.contains('\n'), "{}", diagnostic.message);
    }
}

fn node(text: &str, at: &Node<'_>) {
    within(text, at.span);
    match &at.kind {
        Kind::Scalar(scalar) => {
            scalar.resolve();
        }
        Kind::Sequence(items) => items.iter().for_each(|item| node(text, item)),
        Kind::Mapping(mapping) => {
            for entry in mapping {
                node(text, &entry.key);
                node(text, &entry.value);
            }
        }
    }
}

fn within(text: &str, span: Span) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
}

/// A rule file gives rules whose spans lie in their bodies, whose literals are all accounted for,
/// and whose normal form is one.
pub fn rulefile(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let file = sigma::read(&text);
    for diagnostic in &file.diagnostics {
        within(&text, diagnostic.span);
    }
    for rule in &file.rules {
        let rule = &rule.rule;
        let body = &rule.body.text;
        assert!(text.contains(body.as_str()), "a body is verbatim");
        let lines = LineIndex::new(&text);
        assert!(rule.line >= 1 && rule.line <= lines.line(u32::MAX), "line {}", rule.line);
        for diagnostic in &rule.logic.diagnostics {
            within(body, diagnostic.span);
        }
        for loss in &rule.logic.losses {
            within(body, loss.span);
        }
        for (span, fate) in account::account(&rule.logic) {
            within(body, span);
            assert_ne!(fate, account::Fate::Vanished, "{:?}", span.slice(body));
        }
        let once = normalize::normalize(&rule.logic.pattern);
        assert_eq!(normalize::normalize(&once), once, "the normal form of a normal form is itself");
    }
}
