//! Defects of JSON that exporters leave in, and that can be mended without a guess.

use std::borrow::Cow;

/// The text with control characters in its strings escaped, and with halves of surrogate pairs
/// (Windows' strings may hold them) as U+FFFD; borrowed where there are none.
pub(super) fn repaired(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    let mut in_string = false;
    let mut at = 0;
    while at < bytes.len() {
        let (replaced, length) = match bytes[at] {
            b'"' => {
                in_string = !in_string;
                (None, 1)
            }
            b'\\' if in_string => match unit(bytes, at) {
                Some(0xD800..0xDC00) => match unit(bytes, at + 6) {
                    Some(0xDC00..0xE000) => (None, 12),
                    _ => (Some("\\ufffd".to_owned()), 6),
                },
                Some(0xDC00..0xE000) => (Some("\\ufffd".to_owned()), 6),
                _ => (None, 2),
            },
            byte @ 0..0x20 if in_string => (Some(format!("\\u{byte:04x}")), 1),
            _ => (None, 1),
        };
        if let Some(replaced) = replaced {
            out.push_str(&text[copied..at]);
            out.push_str(&replaced);
            copied = at + length;
        }
        at += length;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// The unit of a `\uXXXX` at a place.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
