//! Generators: conditions, texts with escapes, and items whose modifiers need not fit their values.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rulescope_dialects::sigma::ast::{ItemValue, Modifier, Plain, Quantity};
use rulescope_dialects::sigma::{Item, Tree};
use rulescope_ir::{Glob, Number, Piece, Span};

/// A condition's tree, as the parser gives it: lists of two and more, no spans.
pub(crate) fn tree() -> impl Strategy<Value = Tree> {
    let name =
        select(&["sel", "filter_main_1", "notepad", "all", "1", "of_x", "a-b.c", "them"][..]);
    let pattern = select(&["them", "sel*", "filter_*", "*", "_x*", "one"][..]);
    let quantity = prop_oneof![Just(Quantity::All), (1..4u32).prop_map(Quantity::AtLeast),];
    let leaf = prop_oneof![
        3 => name.prop_map(|n| Tree::Name { name: n.to_owned(), span: Span::NONE }),
        1 => (quantity, pattern).prop_map(|(quantity, p)| Tree::Of {
            quantity,
            pattern: p.to_owned(),
            span: Span::NONE,
        }),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Tree::And),
            vec(inner.clone(), 2..4).prop_map(Tree::Or),
            inner.prop_map(|t| Tree::Not(Box::new(t))),
        ]
    })
}

/// A pattern of text and wildcards; the texts hold what has to be escaped.
pub(crate) fn glob() -> impl Strategy<Value = Glob> {
    let piece = prop_oneof![
        4 => "[a-z*?\\\\é%-]{1,6}".prop_map(Piece::Text),
        1 => Just(Piece::Any),
        1 => Just(Piece::One),
    ];
    vec(piece, 0..6).prop_map(|pieces| {
        let mut glob = Glob::new();
        pieces.into_iter().for_each(|p| glob.push(p));
        glob
    })
}

/// A text as an author may write it: escapes, wildcards, dashes, placeholders, networks, numbers.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\\"),
        Just("*"),
        Just("?"),
        Just("%"),
        Just("-"),
        Just("/"),
        Just(" "),
        Just("\u{2014}"),
        Just("x"),
        Just("10.0.0.0/8"),
        Just("true"),
        Just("4688"),
        Just("é"),
        Just("("),
        Just("\u{1F600}"),
    ];
    vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

/// A modifier list: anything may stand beside anything, unknown names too.
fn modifiers() -> impl Strategy<Value = Vec<Result<Modifier, String>>> {
    let known = select(&Modifier::NAMES[..]).prop_map(|(modifier, _)| Ok(modifier));
    let one = prop_oneof![40 => known, 1 => Just(Err("fuzzy".to_owned()))];
    vec(one, 0..5)
}

/// An item with any modifiers and any values.
pub(crate) fn item() -> impl Strategy<Value = Item> {
    let plain = prop_oneof![
        6 => text().prop_map(Plain::Text),
        2 => select(&["0", "4688", "-1", "0.5", "170141183460469231731687303715884105727"][..])
            .prop_map(|n| Number::parse(n).map_or(Plain::Null, Plain::Number)),
        1 => any::<bool>().prop_map(Plain::Bool),
        1 => Just(Plain::Null),
    ];
    let value = plain.prop_map(|plain| ItemValue { plain, authored: None, span: Span::NONE });
    let field = proptest::option::of(Just("Image".to_owned()));
    (field, modifiers(), vec(value, 0..4)).prop_map(|(field, modifiers, values)| Item {
        field,
        modifiers,
        key_span: Span::NONE,
        values,
        span: Span::NONE,
    })
}
