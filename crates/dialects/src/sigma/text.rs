//! Sigma's texts: wildcards, escapes, dashes and encodings.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rulescope_ir::{Glob, Piece};

/// The characters that `windash` takes for one another: hyphen, slash, en dash, em dash and
/// horizontal bar (sigma-modifiers-appendix.md, "windash").
pub(super) const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// Reads a text with Sigma's escapes: `*` and `?` are wildcards, `\` before a wildcard or another
/// `\` takes its meaning away, and before anything else stands for itself
/// (sigma-rules-specification.md, "Escaping").
pub fn glob(text: &str) -> Glob {
    let mut out = Glob::new();
    // Most values have neither wildcards nor escapes.
    if !text.contains(['*', '?', '\\']) {
        return Glob::text(text);
    }
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.peek() {
                Some(&next @ ('\\' | '*' | '?')) => {
                    chars.next();
                    out.push_char(next);
                }
                _ => out.push_char('\\'),
            },
            '*' => out.push(Piece::Any),
            '?' => out.push(Piece::One),
            c => out.push_char(c),
        }
    }
    out
}

/// A pattern of names (`sel*` of `1 of sel*`): `*` stands for any run of characters, nothing is
/// escaped (sigma-rules-specification.md, "Condition").
pub(super) fn names(pattern: &str) -> Glob {
    let mut glob = Glob::new();
    for c in pattern.chars() {
        if c == '*' { glob.push(Piece::Any) } else { glob.push_char(c) }
    }
    glob
}

/// Writes a text so that [`glob`] reads it back.
pub fn escaped(glob: &Glob) -> String {
    let mut out = String::new();
    for piece in &glob.pieces {
        match piece {
            Piece::Text(text) => {
                for c in text.chars() {
                    if matches!(c, '*' | '?' | '\\') {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
            Piece::Any => out.push('*'),
            Piece::One => out.push('?'),
            Piece::OneOf(set) => out.extend(set.first()),
        }
    }
    out
}

/// Replaces every dash that begins a parameter (a `-` or `/` before a word character and after none,
/// in the same piece of text) by any of [`DASHES`]. `None` where there is no such dash.
pub(super) fn dashes(glob: &Glob) -> Option<Glob> {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut out = Glob::new();
    let mut found = false;
    for piece in &glob.pieces {
        let Piece::Text(text) = piece else {
            out.pieces.push(piece.clone());
            continue;
        };
        let mut before = None;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if matches!(c, '-' | '/') && !word(before) && word(chars.peek().copied()) {
                out.pieces.push(Piece::OneOf(DASHES.to_vec()));
                found = true;
            } else {
                out.push_char(c);
            }
            before = Some(c);
        }
    }
    found.then_some(out)
}

/// Every plain text that a pattern of texts and sets of characters stands for, at most `limit`;
/// `None` where it has other wildcards or stands for more.
pub(super) fn spelled_out(glob: &Glob, limit: usize) -> Option<Vec<String>> {
    let mut out = vec![String::new()];
    for piece in &glob.pieces {
        match piece {
            Piece::Text(text) => out.iter_mut().for_each(|s| s.push_str(text)),
            Piece::OneOf(set) => {
                if out.len() * set.len() > limit {
                    return None;
                }
                out = out
                    .iter()
                    .flat_map(|s| {
                        set.iter().map(move |c| {
                            let mut s = s.clone();
                            s.push(*c);
                            s
                        })
                    })
                    .collect();
            }
            Piece::Any | Piece::One => return None,
        }
    }
    Some(out)
}

/// How a text is turned into bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, little endian (`wide`).
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
    /// UTF-16, little endian, after a byte order mark.
    Utf16Bom,
}

/// The bytes of a text.
pub(super) fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
    let little = || text.encode_utf16().flat_map(u16::to_le_bytes);
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf16Le => little().collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::Utf16Bom => [0xFF, 0xFE].into_iter().chain(little()).collect(),
    }
}

/// The bytes in Base64.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The three texts of which one stands in every Base64 text whose content has these bytes at any
/// place: the bytes at the offsets 0, 1 and 2, without the characters that depend on what stands
/// before and after (sigma-modifiers-appendix.md, "base64offset").
pub(super) fn base64_offsets(bytes: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|offset| {
        let mut padded = vec![b' '; offset];
        padded.extend_from_slice(bytes);
        let whole = base64(&padded);
        let start = [0, 2, 3][offset];
        let end = whole.len() - [0, 3, 2][padded.len() % 3];
        whole.get(start..end).unwrap_or_default().to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_as_documented() {
        assert_eq!(glob(r"\\127.0.0.1\").as_text(), Some(r"\127.0.0.1\"));
        assert_eq!(glob(r"\\\\127").as_text(), Some(r"\\127"));
        assert_eq!(glob(r"a\*b\?").as_text(), Some("a*b?"));
        assert_eq!(glob(r"a\nb").as_text(), Some(r"a\nb"));
        assert_eq!(glob(r"C:\\*\a").display(), r"C:\*\a");
        assert_eq!(
            glob(r"\\\\\*\\ADMIN$").pieces,
            [Piece::Text(r"\\*\ADMIN$".to_owned())],
            "two backslashes, a literal star, one backslash"
        );
    }

    #[test]
    fn dashes_only_where_a_parameter_begins() {
        let one = Piece::OneOf(DASHES.to_vec());
        let text = |t: &str| Piece::Text(t.to_owned());
        assert_eq!(
            dashes(&glob(" -param-name /x")).map(|g| g.pieces),
            Some(vec![text(" "), one.clone(), text("param-name "), one, text("x")])
        );
        assert_eq!(dashes(&glob("a-b - c")), None);
    }

    #[test]
    fn offsets_are_found_at_every_place() {
        for text in ["IEX (", "a", "foobar", "http://"] {
            let forms = base64_offsets(text.as_bytes());
            for before in 0..6 {
                for after in 0..6 {
                    let content = format!("{}{text}{}", "q".repeat(before), "z".repeat(after));
                    let whole = base64(content.as_bytes());
                    assert!(forms.iter().any(|f| whole.contains(f)), "{text} {before} {after}");
                }
            }
        }
    }

    #[test]
    fn what_is_escaped_is_read_back() {
        for text in [r"a\*b*c?d\\e\", r"\\\*", "", "*"] {
            let read = glob(text);
            assert_eq!(glob(&escaped(&read)), read);
        }
    }
}
