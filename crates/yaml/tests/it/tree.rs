//! The tree's own promises.

use rulescope_yaml::{Kind, Resolved, Style, parse};

#[test]
fn spans_are_those_of_the_text() {
    let text = "é: 'x'\nlist:\n  - a b\n  - |\n    one\n    two\n\n# end\nlast:\n";
    let parsed = parse(text);
    let root = parsed.documents[0].root.as_ref().expect("a root");
    let slice = |key: &str| root.get(key).expect("the key").span.slice(text);
    assert_eq!(slice("é"), "'x'");
    assert_eq!(slice("list"), "- a b\n  - |\n    one\n    two");
    assert_eq!(slice("last"), "");
    assert!(root.get("last").expect("the key").is_null());
    assert_eq!(root.span.slice(text), text.trim_end());
    let Kind::Sequence(items) = &root.get("list").expect("the key").kind else { panic!("a list") };
    let literal = items[1].as_scalar().expect("a scalar");
    assert_eq!((&*literal.text, literal.style), ("one\ntwo\n", Style::Literal));
    assert_eq!(items[1].span.slice(text), "one\n    two");
}

#[test]
fn the_last_of_two_keys_counts() {
    let parsed = parse("a: 1\na: 2\n");
    let root = parsed.documents[0].root.as_ref().expect("a root");
    let mapping = root.as_mapping().expect("a mapping");
    assert_eq!(mapping.len(), 2);
    assert_eq!(mapping.get("a").and_then(|n| n.as_str()), Some("2"));
    assert_eq!(mapping.iter().map(|e| e.duplicate).collect::<Vec<_>>(), [false, true]);
    assert!(mapping.entry("a").expect("the key").duplicate);
    assert_eq!(parsed.diagnostics.len(), 1);
    assert_eq!(parsed.diagnostics[0].span.start, 5);
}

#[test]
fn document_spans_are_verbatim_texts() {
    let text = "a: 1\n# c\n---\nb: 2\n--- # inline\nc: 3\n...\n";
    let parsed = parse(text);
    let texts: Vec<&str> = parsed.documents.iter().map(|d| d.span.slice(text)).collect();
    assert_eq!(texts, ["a: 1\n# c\n", "b: 2\n", " # inline\nc: 3\n"]);
}

#[test]
fn quotes_make_text() {
    let parsed = parse("a: '1'\nb: 1\nc: \"\"\nd:\n");
    let root = parsed.documents[0].root.as_ref().expect("a root");
    let resolved = |key: &str| root.get(key).and_then(|n| n.as_scalar()).map(|s| s.resolve());
    assert_eq!(resolved("a"), Some(Resolved::Text("1")));
    assert_eq!(resolved("b"), Some(Resolved::Int(1)));
    assert_eq!(resolved("c"), Some(Resolved::Text("")));
    assert_eq!(resolved("d"), Some(Resolved::Null));
}

#[test]
fn a_mapping_that_an_error_cut_off_holds_its_entries() {
    let parsed = parse("a: { b: 1, c: 2\u{0}");
    let root = parsed.documents[0].root.as_ref().expect("a root");
    let cut = root.get("a").expect("it is kept");
    for entry in cut.as_mapping().expect("a mapping") {
        assert!(cut.span.contains(entry.value.span), "{:?} in {:?}", entry.value.span, cut.span);
    }
}
