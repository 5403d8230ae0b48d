//! Documents as real repositories have them: what is read of them, and what is said.

use rulescope_yaml::parse;

use crate::outline::outline;

fn check(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, format!("{text}\n========\n{}", outline(text, &parse(text))));
    });
}

#[test]
fn duplicate_keys() {
    check(
        "duplicate_keys",
        "sel:\n  a|contains: x\n  b: 1\n  a|contains: y\n1: x\n'1': y\n0x1: z\n",
    );
}

#[test]
fn tab_as_indentation() {
    check("tab_nested", "sel:\n  id: 1\nfilter:\n\tname|startswith: 'W' # c\ncondition: sel\n");
    check("tab_sibling", "sel:\n  id: 1\n\tname: x\ncondition: sel\n");
    check("tab_list", "tags:\n\t- a\n\t- b\n\n\t- c\nlevel: low\n");
}

#[test]
fn backslashes_in_double_quotes() {
    check(
        "bad_escape",
        "a:\n  - \"C:\\Windows\\\\temp \\\"x\\\"\"\n  - \"\\Users\\temp\" # c\nb: 1\n",
    );
    check("escaped_closing_quote", "a: \"C:\\temp\\\"\nb: 1\n");
}

#[test]
fn values_without_quotes() {
    check("colon_in_value", "title: Foo: bar # c\nid: 1\n");
    check("reserved_start", "a: @x\nb: %APPDATA%\\x\nc:\n  - `q`\n  - ok\n");
    check("star_start", "a:\n  - *\\cmd.exe\n  - *.exe\n  - '*.dll'\n");
    check("text_behind_quotes", "a: \"x\" y\nb: 'It's'\nc: [x] y\nd: 1\n");
    check("braces", "a: {{ x }}\nb: 1\n");
}

#[test]
fn quotes_and_brackets_left_open() {
    check("unclosed_quote", "a: 'x\nb: y\nc:\n  - \"z\nd: 1\n");
    check("unclosed_list", "a: 1\nb: [x, {y: [z]\nc: 2\nd:\n  - y\n");
    check("unclosed_quote_before_document", "a: 'x\n---\nb: y\n");
}

#[test]
fn errors_that_cost_a_block() {
    check("mapping_in_open_list", "a: 1\nb: [x,\n    y: z: 0\nc: 2\nd:\n  - y\n");
    check("wrong_indentation", "a: 1\nb:\n    c: 1\n  d: 2\ne: 3\n");
    check("text_between", "a: 1\nthis is no YAML\nb: 2\n");
    check("not_yaml", "{ what is [ this\n");
}

#[test]
fn a_broken_document_costs_only_itself() {
    check("broken_between", "a: 1\n---\nb: [\n---\nc: 3\n...\n---\nd: *x y: z\n");
}

#[test]
fn markers_comments_and_directives() {
    check(
        "markers",
        "# head\n%YAML 1.1\n---\n# c\na: 1\n...\n# x\n---\n---\n# only\n--- foo\n--- {a: b}\n# end\n",
    );
    check("comments_only", "# a\n# b\n");
    check("byte_order_mark_and_crlf", "\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\nc:\r\n");
}

#[test]
fn anchors_and_merge_keys() {
    check(
        "merge",
        "d: &d {a: 1, b: 2}\ne: &e {b: 3, c: 4}\nf:\n  <<: [*d, *e]\n  a: own\ng: *d\nh:\n  <<: text\n",
    );
    check("recursive_alias", "a: &x [1, *x]\n");
    check("unknown_tag", "a: !secret b\nc: !!str 1\nd: !!python/name:os.system\n");
}

#[test]
fn characters_that_yaml_forbids() {
    check("non_printable", "# \u{2}\na: x\u{1}y\u{85}é\nb: \u{7f}\nc: '\u{3}'\nd: |\n  x\u{4}\n");
}

#[test]
fn a_carriage_return_at_the_end_is_no_further_line() {
    let parsed = parse("\u{1}a: b\nc]    \n\n\r");
    assert!(!parsed.diagnostics.is_empty());
}

#[test]
fn keys_that_are_no_text() {
    check("key_not_scalar", "? [a, b]\n: c\n");
}

#[test]
fn bombs() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..9 {
        let item = format!("*a{}", i - 1);
        text.push_str(&format!("a{i}: &a{i} [{}]\n", vec![item; 10].join(", ")));
    }
    let parsed = parse(&text);
    let codes: Vec<&str> = parsed.diagnostics.iter().map(|d| &*d.code).collect();
    assert!(codes.contains(&"yaml/alias-bomb"), "{codes:?}");

    let deep = format!("a: 1\nb: {}\nc: 2\n", "[".repeat(3000));
    let parsed = parse(&deep);
    assert_eq!(parsed.diagnostics[0].code, "yaml/too-deep");
    let root = parsed.documents[0].root.as_ref().expect("a root");
    assert_eq!(root.get("c").and_then(|n| n.as_str()), Some("2"));

    let parsed = parse(&deep[8..deep.len() - 6]);
    assert!(!parsed.documents[0].complete, "{parsed:?}");

    let many = "a: 1\n".repeat(100_000);
    let parsed = parse(&many);
    assert_eq!(parsed.diagnostics.len(), 201);
}
