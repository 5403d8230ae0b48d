//! A record's fields, with the values that matched marked.

use std::fmt::Write;

use rulescope_engine::{Hit, Matched};
use rulescope_events::{Event, Value};
use rulescope_taxonomy::events as known;

use super::text::{escaped, number};
use crate::report::record::value_text;

/// How much of a value is shown.
const SHOWN: usize = 600;

/// How much of a value before its first mark is shown where it is not shown whole.
const BEFORE: usize = 120;

/// Values of which marks are looked for no further than here.
const LOOKED_AT: usize = 65_536;

/// A field of the record with the places in its value that matched.
struct Field<'e> {
    name: &'e str,
    value: String,
    /// Places in bytes, in order, none in another.
    marks: Vec<(usize, usize)>,
}

/// The record's fields: those in which something was found, and the others folded.
pub(super) fn fields(out: &mut String, hit: &Hit, record: &Event) {
    let mut fields: Vec<Field<'_>> = Vec::new();
    let header = record.header.iter().map(|(name, value)| (*name, value));
    let data = record.data.iter().map(|(name, value)| (&**name, value));
    for (name, value) in data.chain(header) {
        if !matches!(value, Value::Null) {
            fields.push(Field { name, value: value_text(value), marks: Vec::new() });
        }
    }
    for matched in &hit.matched {
        mark(&mut fields, matched, record);
    }
    fields.iter_mut().for_each(|field| field.marks = joined(std::mem::take(&mut field.marks)));
    let (found, others): (Vec<_>, Vec<_>) = fields.iter().partition(|f| !f.marks.is_empty());
    list(out, &found);
    if !others.is_empty() {
        let word = if found.is_empty() { "field" } else { "more field" };
        let _ = write!(out, "<details><summary>{}</summary>", number(others.len(), word));
        list(out, &others);
        *out += "</details>";
    }
}

fn list(out: &mut String, fields: &[&Field<'_>]) {
    if fields.is_empty() {
        return;
    }
    *out += "<dl>";
    for field in fields {
        let _ = write!(out, "<dt>{}</dt><dd>", escaped(field.name));
        marked(out, &field.value, &field.marks);
        *out += "</dd>";
    }
    *out += "</dl>";
}

/// Marks what was found: in the field of its name or of the names that this kind of event has for it;
/// where there is none, and for keywords, in whichever has the value.
fn mark(fields: &mut [Field<'_>], matched: &Matched, record: &Event) {
    let known = known::event(record.provider(), record.event_id.unwrap_or(0));
    let mut names: Vec<&str> = Vec::new();
    if let Some(known) = known {
        for native in known.native_fields(&matched.field) {
            names.push(native);
        }
    }
    names.push(&matched.field);
    let named = |field: &Field<'_>| {
        let last = field.name.rsplit('.').next().unwrap_or(field.name);
        names.iter().any(|name| {
            let wanted = name.rsplit('.').next().unwrap_or(name);
            !wanted.is_empty() && last.eq_ignore_ascii_case(wanted)
        })
    };
    let mut there = false;
    for field in fields.iter_mut().filter(|field| named(field)) {
        there = true;
        let mut places = places(&field.value, &matched.value);
        if places.is_empty() && matched.kind == "wildcard" {
            places = parts(&field.value, &matched.value);
        }
        if places.is_empty() {
            // What a pattern or a comparison found is the value as a whole.
            field.marks.push((0, field.value.len()));
        } else {
            field.marks.extend(places);
        }
    }
    if !there && !matched.value.is_empty() {
        fields.iter_mut().for_each(|f| f.marks.extend(places(&f.value, &matched.value)));
    }
}

/// Where a text stands in a value, in any case.
fn places(value: &str, wanted: &str) -> Vec<(usize, usize)> {
    let lower = |c: char| c.to_lowercase().next().unwrap_or(c);
    let wanted: Vec<char> = wanted.chars().map(lower).collect();
    let chars: Vec<(usize, char)> = value
        .char_indices()
        .take_while(|(at, _)| *at < LOOKED_AT)
        .map(|(at, c)| (at, lower(c)))
        .collect();
    let end = |at: usize| chars.get(at).map_or(value.len().min(chars_end(&chars)), |(b, _)| *b);
    let mut out = Vec::new();
    let mut at = 0;
    while !wanted.is_empty() && at + wanted.len() <= chars.len() {
        let here = &chars[at..at + wanted.len()];
        if here.iter().zip(&wanted).all(|((_, a), b)| a == b) {
            out.push((chars[at].0, end(at + wanted.len())));
            at += wanted.len();
        } else {
            at += 1;
        }
    }
    out
}

/// Where the texts between a pattern's wildcards stand; nothing where one of them stands nowhere, as
/// what is escaped in the pattern does.
fn parts(value: &str, pattern: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for part in pattern.split(['*', '?']).filter(|part| !part.trim().is_empty()) {
        let places = places(value, part);
        if places.is_empty() {
            return Vec::new();
        }
        // A letter alone stands everywhere.
        if part.chars().count() > 1 {
            out.extend(places);
        }
    }
    out
}

/// The byte after the last character.
fn chars_end(chars: &[(usize, char)]) -> usize {
    chars.last().map_or(0, |(at, c)| at + c.len_utf8())
}

/// Places in order, those that touch made one.
fn joined(mut places: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    places.sort_unstable();
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (start, end) in places {
        match out.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => out.push((start, end)),
        }
    }
    out
}

/// A value with its marks; of a long one the part around the first.
fn marked(out: &mut String, value: &str, marks: &[(usize, usize)]) {
    let (mut from, mut to) = (0, value.len());
    if value.len() > SHOWN {
        let first = marks.first().map_or(0, |(start, _)| *start);
        from = if first > SHOWN - BEFORE { first - BEFORE } else { 0 };
        to = (from + SHOWN).min(value.len());
    }
    from = value.floor_char_boundary(from);
    to = value.floor_char_boundary(to);
    if from > 0 {
        out.push('…');
    }
    let mut at = from;
    for (start, end) in marks {
        // A character that in lower case is several may have moved a place into the next one.
        let start = value.floor_char_boundary((*start).clamp(at, to));
        let end = value.floor_char_boundary((*end).clamp(start, to));
        if start == end {
            continue;
        }
        *out += &escaped(&value[at..start]);
        let _ = write!(out, "<mark>{}</mark>", escaped(&value[start..end]));
        at = end;
    }
    *out += &escaped(&value[at..to]);
    if to < value.len() {
        let _ = write!(out, "… <span class=\"n\">{} bytes</span>", value.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str, wanted: &[&str]) -> String {
        let marks = joined(wanted.iter().flat_map(|w| places(value, w)).collect());
        let mut out = String::new();
        marked(&mut out, value, &marks);
        out
    }

    #[test]
    fn what_matched_is_marked_in_any_case_and_escaped() {
        assert_eq!(
            shown("cmd /C Copy a", &["/c", "copy"]),
            "cmd <mark>/C</mark> <mark>Copy</mark> a"
        );
        assert_eq!(shown("abcd", &["abc", "bcd"]), "<mark>abcd</mark>");
        assert_eq!(shown("a<b>&", &["<b>"]), "a<mark>&lt;b&gt;</mark>&amp;");
        assert_eq!(shown("aÄÖa", &["äö"]), "a<mark>ÄÖ</mark>a");
        assert_eq!(shown("İstanbul x", &["x"]), "İstanbul <mark>x</mark>");
        assert_eq!(shown("aa", &[]), "aa");
    }

    #[test]
    fn of_a_pattern_the_texts_between_its_wildcards_are_marked() {
        assert_eq!(parts("mshta HTTP://x", "*http*:*"), [(6, 10)]);
        assert_eq!(parts("mshta http://x", "*http*\\*y*"), []);
    }

    #[test]
    fn of_a_long_value_the_part_that_matched_is_shown() {
        let value = format!("{}needle{}", "a".repeat(2000), "ö".repeat(2000));
        let shown = shown(&value, &["NEEDLE"]);
        assert!(shown.starts_with("…a") && shown.contains("<mark>needle</mark>ö"), "{shown}");
        assert!(shown.ends_with("<span class=\"n\">6006 bytes</span>"), "{shown}");
        assert!(shown.len() < 1500);
    }
}
