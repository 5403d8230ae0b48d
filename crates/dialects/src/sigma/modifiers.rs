//! What an item's modifiers make of its values (sigma-modifiers-appendix.md).

use rulescope_ir::{Glob, Number, Quantifier, Regex, Span};

use super::ast::{Comparison, Item, ItemValue, Modifier, Plain};
use super::text::{self, Encoding};

/// What a value is after its modifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Text that must cover the value, with `*` where `contains` and its like leave an end open.
    Text {
        /// The text, open ends included.
        glob: Glob,
        /// Whether an end was opened by a modifier: before and after.
        open: (bool, bool),
        /// What is matched in its place, open ends included; empty: the text itself.
        forms: Vec<Glob>,
        /// Whether case counts.
        cased: bool,
        /// Whether it has `%names%` that the user fills in; then `glob` is as authored.
        placeholders: bool,
    },
    /// A regular expression that may match anywhere in the value.
    Regex(Regex),
    /// A number, equal by its text.
    Number(Number),
    /// True or false.
    Bool(bool),
    /// No value.
    Null,
    /// A network.
    Network(String),
    /// The value of another field, which the value equals, starts with, ends with or contains.
    Field {
        /// Its name.
        name: String,
        /// Whether text may stand before and after it.
        open: (bool, bool),
    },
    /// Whether the field is there.
    Exists(bool),
    /// A comparison with a number.
    Compare(Comparison, Number),
    /// A part of a time: `minute`, `hour`, `day`, `week`, `month` or `year`.
    TimePart {
        /// Which part.
        part: &'static str,
        /// How it is compared.
        comparison: Comparison,
        /// With what.
        number: Number,
    },
    /// Modifiers and value do not go together; says why.
    Opaque(String),
}

/// An item after its modifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The readings with the places of their values, in order.
    pub readings: Vec<(Reading, Span)>,
    /// Whether one or all must hold.
    pub quantifier: Quantifier,
    /// Whether the item as a whole is inverted (`neq`).
    pub negated: bool,
}

/// Applies an item's modifiers to its values. A value that its modifiers do not fit is
/// [`Reading::Opaque`]; the others go on. No value at all is null, as pySigma reads an empty list.
pub fn apply(item: &Item) -> Applied {
    let has = |m: Modifier| item.modifiers.contains(&Ok(m));
    let unknown = item.modifiers.iter().find_map(|m| m.as_ref().err());
    let mut readings: Vec<(Reading, Span)> = item
        .values
        .iter()
        .map(|value| {
            let reading = match unknown {
                Some(name) => {
                    Reading::Opaque(format!("the modifier '{name}' is not one of Sigma's"))
                }
                None => read(item, value),
            };
            (reading, value.span)
        })
        .collect();
    if readings.is_empty() {
        readings.push((Reading::Null, item.span));
    }
    Applied {
        readings,
        quantifier: if has(Modifier::All) { Quantifier::All } else { Quantifier::Any },
        negated: has(Modifier::Neq),
    }
}

/// A text on its way through the modifiers.
struct Text {
    glob: Glob,
    open: (bool, bool),
    forms: Vec<Glob>,
    encoding: Encoding,
    cased: bool,
    placeholders: bool,
}

fn read(item: &Item, value: &ItemValue) -> Reading {
    let is_regex = item.modifiers.contains(&Ok(Modifier::Re));
    let mut reading = match &value.plain {
        Plain::Text(source) if is_regex => {
            Reading::Regex(Regex { source: source.clone(), flags: String::new(), whole: false })
        }
        Plain::Number(n) if is_regex => Reading::Regex(Regex {
            source: value.authored.clone().unwrap_or_else(|| n.as_str().to_owned()),
            flags: String::new(),
            whole: false,
        }),
        Plain::Number(n) => Reading::Number(n.clone()),
        Plain::Bool(b) => Reading::Bool(*b),
        Plain::Null => Reading::Null,
        Plain::Text(source) => {
            let mut state = Text {
                glob: text::glob(source),
                open: (false, false),
                forms: Vec::new(),
                encoding: Encoding::Utf8,
                cased: false,
                placeholders: false,
            };
            return read_text(item, source, &mut state);
        }
    };
    for modifier in item.modifiers.iter().flatten() {
        reading = match step(*modifier, reading, value) {
            Ok(reading) => reading,
            Err(why) => return Reading::Opaque(why),
        };
    }
    reading
}

fn misfit(modifier: Modifier, what: &str) -> String {
    format!("the modifier '{}' does not fit {what}", modifier.name())
}

/// One modifier on a value that is no plain text.
fn step(modifier: Modifier, reading: Reading, value: &ItemValue) -> Result<Reading, String> {
    match (modifier, reading) {
        (Modifier::All | Modifier::Neq | Modifier::Re, reading) => Ok(reading),
        (
            Modifier::IgnoreCase | Modifier::MultiLine | Modifier::DotAll,
            Reading::Regex(mut regex),
        ) => {
            let flag = modifier.name();
            if !regex.flags.contains(flag) {
                regex.flags.push_str(flag);
                let mut flags: Vec<char> = regex.flags.chars().collect();
                flags.sort_unstable();
                regex.flags = flags.into_iter().collect();
            }
            Ok(Reading::Regex(regex))
        }
        // An expression may match anywhere already.
        (Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith, Reading::Regex(regex)) => {
            Ok(Reading::Regex(regex))
        }
        (Modifier::Expand, Reading::Regex(regex)) => {
            let named = placeholders(&regex.source);
            if named {
                return Err("an expression with a placeholder needs the user's values".to_owned());
            }
            Ok(Reading::Regex(regex))
        }
        (Modifier::Exists, Reading::Bool(b)) => Ok(Reading::Exists(b)),
        (Modifier::Lt, reading) => compare(modifier, Comparison::Lt, reading),
        (Modifier::Lte, reading) => compare(modifier, Comparison::Le, reading),
        (Modifier::Gt, reading) => compare(modifier, Comparison::Gt, reading),
        (Modifier::Gte, reading) => compare(modifier, Comparison::Ge, reading),
        (
            Modifier::Minute
            | Modifier::Hour
            | Modifier::Day
            | Modifier::Week
            | Modifier::Month
            | Modifier::Year,
            Reading::Number(number),
        ) => Ok(Reading::TimePart { part: modifier.name(), comparison: Comparison::Eq, number }),
        (
            Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith | Modifier::Cased,
            Reading::Number(number),
        ) => {
            // pySigma refuses a number here; the text that was meant is plain.
            let text = value.authored.clone().unwrap_or_else(|| number.as_str().to_owned());
            let open = open_ends(modifier);
            Ok(Reading::Text {
                glob: Glob::text(text).opened(open.0, open.1),
                open,
                forms: Vec::new(),
                cased: modifier == Modifier::Cased,
                placeholders: false,
            })
        }
        // What a first modifier made a text of.
        (
            Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith | Modifier::Cased,
            Reading::Text { glob, open, forms, cased, placeholders },
        ) => {
            let more = open_ends(modifier);
            Ok(Reading::Text {
                glob: glob.opened(more.0, more.1),
                open: (open.0 || more.0, open.1 || more.1),
                forms,
                cased: cased || modifier == Modifier::Cased,
                placeholders,
            })
        }
        (
            Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith,
            Reading::Field { name, open },
        ) => {
            let more = open_ends(modifier);
            Ok(Reading::Field { name, open: (open.0 || more.0, open.1 || more.1) })
        }
        (modifier, Reading::Null) => Err(misfit(modifier, "null")),
        (modifier, Reading::Bool(_)) => Err(misfit(modifier, "true or false")),
        (modifier, Reading::Number(_)) => Err(misfit(modifier, "a number")),
        (modifier, Reading::Regex(_)) => Err(misfit(modifier, "a regular expression")),
        (
            modifier,
            Reading::Text { .. }
            | Reading::Network(_)
            | Reading::Field { .. }
            | Reading::Exists(_)
            | Reading::Compare(..)
            | Reading::TimePart { .. }
            | Reading::Opaque(_),
        ) => Err(misfit(modifier, "what the modifiers before it made of the value")),
    }
}

fn compare(
    modifier: Modifier,
    comparison: Comparison,
    reading: Reading,
) -> Result<Reading, String> {
    match reading {
        Reading::Number(number) => Ok(Reading::Compare(comparison, number)),
        Reading::TimePart { part, number, .. } => {
            Ok(Reading::TimePart { part, comparison, number })
        }
        Reading::Text { .. }
        | Reading::Regex(_)
        | Reading::Bool(_)
        | Reading::Null
        | Reading::Network(_)
        | Reading::Field { .. }
        | Reading::Exists(_)
        | Reading::Compare(..)
        | Reading::Opaque(_) => Err(misfit(modifier, "a value that is no number")),
    }
}

fn open_ends(modifier: Modifier) -> (bool, bool) {
    match modifier {
        Modifier::Contains => (true, true),
        Modifier::StartsWith => (false, true),
        Modifier::EndsWith => (true, false),
        _ => (false, false),
    }
}

/// A text value through its modifiers, in their order.
fn read_text(item: &Item, source: &str, state: &mut Text) -> Reading {
    let mut reading: Option<Reading> = None;
    for modifier in item.modifiers.iter().flatten() {
        if let Some(before) = reading.take() {
            let value = ItemValue {
                plain: Plain::Text(source.to_owned()),
                authored: None,
                span: item.span,
            };
            match step(*modifier, before, &value) {
                Ok(next) => reading = Some(next),
                Err(why) => return Reading::Opaque(why),
            }
            continue;
        }
        match text_step(*modifier, source, state) {
            Ok(next) => reading = next,
            Err(why) => return Reading::Opaque(why),
        }
    }
    reading.unwrap_or_else(|| finish(state))
}

fn finish(state: &mut Text) -> Reading {
    let (before, after) = state.open;
    if state.encoding != Encoding::Utf8 && state.forms.is_empty() {
        // An encoding without Base64: the characters themselves, as far as they are text.
        let glob = utf16_text(&state.glob, state.encoding);
        state.forms.push(glob);
    }
    let forms = std::mem::take(&mut state.forms);
    Reading::Text {
        glob: state.glob.opened(before, after),
        open: state.open,
        forms: forms.iter().map(|f| f.opened(before, after)).collect(),
        cased: state.cased,
        placeholders: state.placeholders,
    }
}

/// One modifier on a plain text. Gives the reading where the text becomes something else.
fn text_step(
    modifier: Modifier,
    source: &str,
    state: &mut Text,
) -> Result<Option<Reading>, String> {
    match modifier {
        Modifier::All | Modifier::Neq | Modifier::Re => {}
        Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith => {
            let (before, after) = open_ends(modifier);
            state.open = (state.open.0 || before, state.open.1 || after);
        }
        Modifier::Cased => state.cased = true,
        Modifier::Wide => state.encoding = Encoding::Utf16Le,
        Modifier::Utf16 => state.encoding = Encoding::Utf16Bom,
        Modifier::Utf16Be => state.encoding = Encoding::Utf16Be,
        Modifier::Windash => {
            if let Some(glob) = text::dashes(&state.glob) {
                state.forms = vec![glob];
            }
        }
        Modifier::Base64 | Modifier::Base64Offset => {
            if state.open != (false, false) {
                return Err(misfit(modifier, "a text whose ends a modifier before it opened"));
            }
            let from = if state.forms.is_empty() {
                vec![state.glob.clone()]
            } else {
                std::mem::take(&mut state.forms)
            };
            let mut forms = Vec::new();
            for glob in &from {
                let Some(texts) = text::spelled_out(glob, 1000) else {
                    return Err(misfit(modifier, "a text with wildcards"));
                };
                for text in texts {
                    let bytes = text::encoded(&text, state.encoding);
                    if modifier == Modifier::Base64 {
                        forms.push(Glob::text(text::base64(&bytes)));
                    } else {
                        forms.extend(text::base64_offsets(&bytes).map(Glob::text));
                    }
                }
            }
            state.forms = forms;
        }
        Modifier::Expand => {
            if placeholders(source) {
                state.placeholders = true;
            }
        }
        Modifier::Cidr => {
            let net = source.trim();
            let known =
                net.parse::<ipnet::IpNet>().is_ok() || net.parse::<std::net::IpAddr>().is_ok();
            if !known {
                return Err(format!("'{net}' is not a network in CIDR notation"));
            }
            return Ok(Some(Reading::Network(net.to_owned())));
        }
        Modifier::FieldRef => {
            let Some(name) = state.glob.as_text() else {
                return Err(misfit(modifier, "a text with wildcards"));
            };
            return Ok(Some(Reading::Field { name: name.to_owned(), open: state.open }));
        }
        Modifier::Exists => {
            return match source.to_ascii_lowercase().as_str() {
                "true" | "yes" => Ok(Some(Reading::Exists(true))),
                "false" | "no" => Ok(Some(Reading::Exists(false))),
                _ => Err(misfit(modifier, "a text")),
            };
        }
        Modifier::Lt | Modifier::Lte | Modifier::Gt | Modifier::Gte => {
            let Some(number) = Number::parse(source) else {
                return Err(misfit(modifier, "a text that is no number"));
            };
            let comparison = match modifier {
                Modifier::Lt => Comparison::Lt,
                Modifier::Lte => Comparison::Le,
                Modifier::Gt => Comparison::Gt,
                _ => Comparison::Ge,
            };
            return Ok(Some(Reading::Compare(comparison, number)));
        }
        Modifier::IgnoreCase | Modifier::MultiLine | Modifier::DotAll => {
            return Err(format!("the modifier '{}' needs 're' before it", modifier.name()));
        }
        Modifier::Minute
        | Modifier::Hour
        | Modifier::Day
        | Modifier::Week
        | Modifier::Month
        | Modifier::Year => {
            let Some(number) = Number::parse(source) else {
                return Err(misfit(modifier, "a text that is no number"));
            };
            let part = modifier.name();
            return Ok(Some(Reading::TimePart { part, comparison: Comparison::Eq, number }));
        }
    }
    Ok(None)
}

/// The characters of a text in UTF-16, each unit as two characters below 256: what a log shows where
/// it keeps the bytes.
fn utf16_text(glob: &Glob, encoding: Encoding) -> Glob {
    let mut out = Glob::new();
    for piece in &glob.pieces {
        match piece {
            rulescope_ir::Piece::Text(text) => {
                // The mark is one character of text, not two bytes.
                let (mark, encoding) = match encoding {
                    Encoding::Utf16Bom => ("\u{feff}", Encoding::Utf16Le),
                    other => ("", other),
                };
                if out.pieces.is_empty() {
                    out.push_text(mark);
                }
                for byte in text::encoded(text, encoding) {
                    out.push_char(char::from(byte));
                }
            }
            other => out.push(other.clone()),
        }
    }
    out
}

/// Whether a text has a `%name%` (sigma-modifiers-appendix.md, "expand").
pub(super) fn placeholders(source: &str) -> bool {
    let mut rest = source;
    while let Some(start) = rest.find('%') {
        let after = &rest[start + 1..];
        let Some(end) = after.find('%') else { return false };
        if end > 0 && !after[..end].contains('\\') {
            return true;
        }
        rest = &after[end..];
    }
    false
}
