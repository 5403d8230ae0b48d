//! A `detection` section's YAML as selections, items and values (sigma-rules-specification.md,
//! "Detection").

use rulescope_ir::{Duration, Number, Scope, Span};
use rulescope_yaml::{Entry, Kind, Node, Resolved, Scalar, Style};

use super::ast::{Block, Detection, Item, ItemValue, Modifier, Plain, Selection};
use super::condition;
use super::context::Context;

/// Reads a `detection` section.
pub fn detection(node: &Node<'_>, cx: &mut Context<'_>) -> Detection {
    let mut out = Detection { span: cx.span(node), ..Detection::default() };
    let Some(mapping) = node.as_mapping() else {
        cx.error(
            "sigma/detection",
            format!("`detection` is a {}, not a mapping of selections", node.kind_name()),
            out.span,
        );
        return out;
    };
    let superseded = Superseded::of(mapping);
    for entry in mapping {
        let Some(name) = entry.key.as_str() else {
            let span = cx.span(&entry.key);
            cx.error("sigma/selection-name", "a selection's name must be text", span);
            continue;
        };
        if superseded.has(entry) {
            let span = cx.place(entry.key.span.join(entry.value.span));
            lost_duplicate(cx, &format!("`{name}`"), span, &entry.value);
            continue;
        }
        match name {
            "condition" => conditions(&entry.value, &mut out, cx),
            "timeframe" => out.timeframe = timeframe(&entry.value, cx),
            _ if entry.value.is_null() => {
                // What names it finds no selection.
                let span = cx.place(entry.key.span.join(entry.value.span));
                cx.warning("sigma/empty-selection", format!("`{name}` is empty"), span);
            }
            _ => {
                let span = cx.place(entry.key.span.join(entry.value.span));
                let block = block(&entry.value, cx);
                out.selections.push(Selection { name: name.to_owned(), block, span });
            }
        }
    }
    if out.conditions.is_empty() {
        cx.error("sigma/no-condition", "the detection has no condition", out.span);
    }
    out
}

/// Entries of a mapping that a later one of the same key takes the place of.
struct Superseded<'m, 'a> {
    /// The entries that come after another of their key; none as a rule.
    later: Vec<&'m Entry<'a>>,
}

impl<'m, 'a> Superseded<'m, 'a> {
    fn of(mapping: &'m rulescope_yaml::Mapping<'a>) -> Superseded<'m, 'a> {
        Superseded { later: mapping.iter().filter(|e| e.duplicate).collect() }
    }

    fn has(&self, entry: &Entry<'_>) -> bool {
        let last = self.later.iter().rev().find(|e| e.key.as_str() == entry.key.as_str());
        last.is_some_and(|last| last.key.span != entry.key.span)
    }
}

/// YAML keeps the last of two equal keys; the first one's logic is lost.
fn lost_duplicate(cx: &mut Context<'_>, what: &str, span: Span, value: &Node<'_>) {
    literals(value, cx);
    cx.duplicates.push((span, format!("{what} is there twice; only the last one counts")));
}

/// Lists the literals of a part that is not read further.
fn literals(node: &Node<'_>, cx: &mut Context<'_>) {
    match &node.kind {
        Kind::Scalar(_) => {
            let span = cx.span(node);
            cx.literals.push(span);
        }
        Kind::Sequence(items) => items.iter().for_each(|n| literals(n, cx)),
        Kind::Mapping(mapping) => mapping.iter().for_each(|e| literals(&e.value, cx)),
    }
}

fn conditions(node: &Node<'_>, out: &mut Detection, cx: &mut Context<'_>) {
    let nodes: Vec<&Node<'_>> = match &node.kind {
        Kind::Sequence(items) => items.iter().collect(),
        Kind::Scalar(_) | Kind::Mapping(_) => vec![node],
    };
    for node in nodes {
        let span = cx.span(node);
        match node.as_scalar() {
            Some(scalar) if !scalar.is_null() => {
                out.conditions.push(condition::read(&scalar.text, inner(scalar, span), span, cx));
            }
            _ => cx.error(
                "sigma/condition",
                format!("a condition must be text, not {}", node.kind_name()),
                span,
            ),
        }
    }
}

/// Where a scalar's text starts, if it stands in the body as it is.
fn inner(scalar: &Scalar<'_>, span: Span) -> Option<u32> {
    match scalar.style {
        Style::Plain => Some(span.start),
        Style::SingleQuoted | Style::DoubleQuoted => Some(span.start + 1),
        Style::Literal | Style::Folded => None,
    }
}

/// Reads a legacy `timeframe` (`30s`, `5m`, `1h`, `7d`).
fn timeframe(node: &Node<'_>, cx: &mut Context<'_>) -> Option<(Duration, Span)> {
    let span = cx.span(node);
    cx.literals.push(span);
    let read = node.as_str().and_then(timespan);
    if read.is_none() {
        cx.error("sigma/timeframe", "the timeframe is not a number with s, m, h or d", span);
        cx.loss("the timeframe was not understood", rulescope_ir::Effect::Unknown, span);
    }
    read.map(|duration| (duration, span))
}

/// A time span: a positive number with `s`, `m`, `h`, `d`, `w`, `M` (30.44 days) or `y` (365.2425
/// days), as pySigma counts them.
pub(super) fn timespan(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let seconds: u64 = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 604_800,
        "M" => 2_629_746,
        "y" => 31_556_952,
        _ => return None,
    };
    let count = number.parse::<u64>().ok().filter(|n| *n > 0)?;
    count.checked_mul(seconds)?.checked_mul(1000).map(|millis| Duration { millis })
}

/// A selection's body. A mapping's items must all hold; of a list one: plain values are one list of
/// keywords, anything else a block each (as pySigma's `SigmaDetection` links them).
pub(super) fn block(node: &Node<'_>, cx: &mut Context<'_>) -> Block {
    let span = cx.span(node);
    match &node.kind {
        Kind::Mapping(mapping) if mapping.is_empty() => {
            cx.error("sigma/empty-selection", "the selection is empty", span);
            opaque(node, cx)
        }
        Kind::Mapping(mapping) => {
            let mut items = Vec::with_capacity(mapping.len());
            let superseded = Superseded::of(mapping);
            for entry in mapping {
                if superseded.has(entry) {
                    let span = cx.place(entry.key.span.join(entry.value.span));
                    let key = entry.key.as_str().unwrap_or_default().to_owned();
                    lost_duplicate(cx, &format!("`{key}`"), span, &entry.value);
                } else {
                    items.push(item(entry, cx));
                }
            }
            if items.iter().all(Result::is_ok) {
                Block::Items(items.into_iter().flatten().collect())
            } else {
                opaque(node, cx)
            }
        }
        Kind::Sequence(list) if list.is_empty() => {
            cx.error("sigma/empty-selection", "the selection is an empty list", span);
            opaque(node, cx)
        }
        Kind::Sequence(list) if list.iter().all(|n| n.as_scalar().is_some()) => {
            let values = list.iter().map(|n| value(n, cx)).collect();
            Block::Items(vec![keywords(values, span)])
        }
        Kind::Sequence(list) => Block::AnyOf(list.iter().map(|n| block(n, cx)).collect()),
        Kind::Scalar(_) => {
            let values = vec![value(node, cx)];
            Block::Items(vec![keywords(values, span)])
        }
    }
}

fn opaque(node: &Node<'_>, cx: &mut Context<'_>) -> Block {
    let span = cx.span(node);
    cx.loss("the selection was not understood", rulescope_ir::Effect::Unknown, span);
    Block::Opaque { text: span.slice(cx.text).to_owned(), span }
}

fn keywords(values: Vec<ItemValue>, span: Span) -> Item {
    Item { field: None, modifiers: Vec::new(), key_span: Span::NONE, values, span }
}

/// One entry of a selection's mapping.
fn item(entry: &Entry<'_>, cx: &mut Context<'_>) -> Result<Item, ()> {
    let key_span = cx.span(&entry.key);
    let span = cx.place(entry.key.span.join(entry.value.span));
    let Some(key) = entry.key.as_str() else {
        literals(&entry.value, cx);
        cx.error("sigma/field-name", "a field's name must be text", key_span);
        return Err(());
    };
    let mut parts = key.split('|');
    let field = parts.next().map(str::trim).filter(|f| !f.is_empty()).map(str::to_owned);
    let modifiers: Vec<Result<Modifier, String>> =
        parts.map(|name| Modifier::from_name(name.trim()).ok_or_else(|| name.to_owned())).collect();
    for name in modifiers.iter().filter_map(|m| m.as_ref().err()) {
        cx.error("sigma/modifier", format!("`{name}` is not a modifier of Sigma"), key_span);
    }
    let listed = cx.literals.len();
    let values = match &entry.value.kind {
        Kind::Scalar(_) => vec![value(&entry.value, cx)],
        Kind::Sequence(list) => {
            let mut values = Vec::with_capacity(list.len());
            for node in list {
                if node.as_scalar().is_none() {
                    cx.literals.truncate(listed);
                    literals(&entry.value, cx);
                    let span = cx.span(node);
                    cx.error(
                        "sigma/nested-value",
                        format!("a value of `{key}` is a {}, not text", node.kind_name()),
                        span,
                    );
                    return Err(());
                }
                values.push(value(node, cx));
            }
            values
        }
        Kind::Mapping(_) => {
            literals(&entry.value, cx);
            cx.error("sigma/nested-value", format!("`{key}` holds a mapping, not values"), span);
            return Err(());
        }
    };
    Ok(Item { field, modifiers, key_span, values, span })
}

/// A scalar as Sigma's own tool loads it.
fn value(node: &Node<'_>, cx: &mut Context<'_>) -> ItemValue {
    let span = cx.span(node);
    cx.literals.push(span);
    let Some(scalar) = node.as_scalar() else {
        return ItemValue { plain: Plain::Null, authored: None, span };
    };
    let text = || scalar.text.clone().into_owned();
    let mut authored = None;
    let plain = match scalar.resolve() {
        Resolved::Null => Plain::Null,
        Resolved::Bool(b) => Plain::Bool(b),
        Resolved::Int(n) => Plain::Number(Number::from_int(n)),
        Resolved::BigInt(digits) => {
            Number::parse(digits).map_or_else(|| Plain::Text(text()), Plain::Number)
        }
        Resolved::Float(n) => {
            Number::from_float(n).map_or_else(|| Plain::Text(text()), Plain::Number)
        }
        Resolved::Timestamp(_) | Resolved::Text(_) => Plain::Text(text()),
    };
    if let Plain::Number(n) = &plain
        && n.as_str() != &*scalar.text
    {
        authored = Some(text());
        cx.note(
            "sigma/number-notation",
            format!(
                "`{}` without quotes is the number {}; quote it to mean the text",
                scalar.text,
                n.as_str()
            ),
            span,
        );
    }
    if let Plain::Bool(b) = &plain
        && !scalar.text.eq_ignore_ascii_case(if *b { "true" } else { "false" })
    {
        authored = Some(text());
        cx.note(
            "sigma/boolean-notation",
            format!("`{}` without quotes is {b}; quote it to mean the text", scalar.text),
            span,
        );
    }
    ItemValue { plain, authored, span }
}

/// Reads a `logsource` section as a scope: `product`, `category`, `service` and further attributes;
/// `definition` is for people.
pub fn scope(node: &Node<'_>, cx: &mut Context<'_>) -> Scope {
    let mut scope = Scope { span: cx.span(node), ..Scope::default() };
    let Some(mapping) = node.as_mapping() else {
        let message = format!("`logsource` is a {}, not a mapping", node.kind_name());
        cx.error("sigma/logsource", message, scope.span);
        return scope;
    };
    for entry in mapping {
        let Some(key) = entry.key.as_str() else { continue };
        if key == "definition" {
            continue;
        }
        let nodes: &[Node<'_>] = match &entry.value.kind {
            Kind::Sequence(items) => items,
            Kind::Scalar(_) | Kind::Mapping(_) => std::slice::from_ref(&entry.value),
        };
        let terms: Vec<String> = nodes
            .iter()
            .filter(|n| !n.is_null())
            .filter_map(|n| n.as_str())
            .map(|t| t.trim().to_owned())
            .collect();
        if matches!(key, "product" | "category" | "service") && nodes.len() > 1 {
            let span = cx.span(&entry.value);
            cx.note(
                "sigma/logsource-list",
                format!("`{key}` is a list; any of them is meant"),
                span,
            );
        }
        if !terms.is_empty() {
            scope.terms.insert(key.to_owned(), terms);
        }
    }
    scope
}
