//! Items of Sigma: any modifiers on any values.

use rulescope_dialects::sigma::ast::{Condition, ItemValue, Modifier, Plain, Selection};
use rulescope_dialects::sigma::{
    Block, Context, Detection, Item, Reading, Tree, apply, escaped, glob, lower,
};
use rulescope_ir::{Fidelity, Number, Span, normalize};

use crate::bytes::Bytes;

const PIECES: [&str; 18] = [
    "a",
    "\\",
    "*",
    "?",
    "%",
    "-",
    "/",
    " ",
    "\u{2014}",
    "é",
    "10.0.0.0/8",
    "::1",
    "true",
    "7",
    "\u{1F600}",
    "(",
    "\0",
    "A",
];
const NUMBERS: [&str; 5] = ["0", "-1", "4688", "0.5", "99999999999999999999999999999999999999"];

/// Applying and lowering gives a reading for each value, and a loss where one does not fit.
pub fn sigma_modifiers(bytes: &[u8]) {
    let mut bytes = Bytes::new(bytes);
    let item = item(&mut bytes);
    let applied = apply(&item);
    assert_eq!(applied.readings.len(), item.values.len().max(1));
    let opaque = applied.readings.iter().any(|(r, _)| matches!(r, Reading::Opaque(_)));
    for value in &item.values {
        if let Plain::Text(text) = &value.plain {
            let read = glob(text);
            assert_eq!(glob(&escaped(&read)), read, "{text:?}");
        }
    }
    let negated = bytes.flip();
    let logic = lower(&detection(item, negated), None, Context::new("", 0));
    if opaque {
        assert_ne!(logic.fidelity, Fidelity::Exact, "what does not fit is no exact reading");
    }
    assert_eq!(logic.losses.is_empty(), logic.fidelity == Fidelity::Exact);
    let once = normalize::normalize(&logic.pattern);
    assert_eq!(normalize::normalize(&once), once);
}

fn item(bytes: &mut Bytes<'_>) -> Item {
    let modifiers = (0..bytes.below(5))
        .map(|_| match bytes.below(Modifier::NAMES.len() + 1) {
            0 => Err("fuzzy".to_owned()),
            n => Ok(Modifier::NAMES[n - 1].0),
        })
        .collect();
    let values = (0..bytes.below(4))
        .map(|_| ItemValue { plain: plain(bytes), authored: None, span: Span::NONE })
        .collect();
    Item {
        field: bytes.flip().then(|| "Image".to_owned()),
        modifiers,
        key_span: Span::NONE,
        values,
        span: Span::NONE,
    }
}

fn plain(bytes: &mut Bytes<'_>) -> Plain {
    match bytes.below(8) {
        0 => Plain::Null,
        1 => Plain::Bool(bytes.flip()),
        2 => Number::parse(bytes.pick(&NUMBERS)).map_or(Plain::Null, Plain::Number),
        _ => Plain::Text(bytes.text(&PIECES, 8)),
    }
}

fn detection(item: Item, negated: bool) -> Detection {
    let name = Tree::Name { name: "sel".to_owned(), span: Span::NONE };
    let tree = if negated { Tree::Not(Box::new(name)) } else { name };
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
