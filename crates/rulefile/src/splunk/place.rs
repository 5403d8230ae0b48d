//! The text of a YAML scalar with the place of each of its bytes in the file.
//!
//! YAML folds lines and has escapes, so that a search stands otherwise in its file than it is run.
//! The two texts are walked side by side; where they differ, a byte stands for the part of the file
//! that it was written as.

use rulescope_dialects::spl::Source;
use rulescope_ir::Span;
use rulescope_yaml::{Node, Scalar, Style};

/// The text of a scalar of the file `text`.
pub(super) fn source(node: &Node<'_>, scalar: &Scalar<'_>, text: &str) -> Source {
    let raw = node.span.slice(text);
    let base = node.span.start as usize;
    aligned(&scalar.text, raw, base, scalar.style).unwrap_or_else(|| {
        let mut whole = Source::default();
        whole.push_within(&scalar.text, node.span);
        whole
    })
}

/// `None` where the two texts are not one, as in a document that had to be mended.
fn aligned(text: &str, raw: &str, base: usize, style: Style) -> Option<Source> {
    let mut out = Source::default();
    let (mut at, mut seen) = match style {
        Style::SingleQuoted | Style::DoubleQuoted => (0, 1),
        Style::Plain | Style::Literal | Style::Folded => (0, 0),
    };
    while at < text.len() {
        let (rest, written) = (&text[at..], raw.get(seen..)?);
        if written.is_empty() && rest.trim().is_empty() {
            // The line break at the end of a block is no part of its place.
            out.push_within(rest, Span::new(base + seen.saturating_sub(1), base + seen));
            break;
        }
        let mut chars = written.chars();
        let c = chars.next()?;
        if style == Style::DoubleQuoted && c == '\\' {
            let length = escape(written)?;
            if written[1..].starts_with(['\n', '\r']) {
                seen += length;
                continue;
            }
            let one = rest.chars().next()?.len_utf8();
            out.push_within(&rest[..one], Span::new(base + seen, base + seen + length));
            at += one;
            seen += length;
            continue;
        }
        if style == Style::SingleQuoted && written.starts_with("''") {
            out.push_within("'", Span::new(base + seen, base + seen + 2));
            rest.strip_prefix('\'')?;
            at += 1;
            seen += 2;
            continue;
        }
        let own = rest.chars().next()?;
        let spaces = written.len() - written.trim_start_matches([' ', '\t', '\n', '\r']).len();
        if written[..spaces].contains('\n') {
            // A line break with what stands around it: folded, or without its indentation.
            let folded = match style {
                Style::Literal | Style::Folded => {
                    rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len()
                }
                Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => {
                    let lines = written[..spaces].matches('\n').count();
                    if lines == 1 { 1 } else { lines - 1 }
                }
            };
            let span = Span::new(base + seen, base + seen + spaces);
            let folded = rest.get(..folded)?;
            if !folded.trim().is_empty() {
                return None;
            }
            out.push_within(folded, span);
            at += folded.len();
            seen += spaces;
            continue;
        }
        if own != c {
            // Indentation of the first line of a block.
            if spaces > 0 && at == 0 {
                seen += spaces;
                continue;
            }
            return None;
        }
        out.push_at(&rest[..own.len_utf8()], base + seen);
        at += own.len_utf8();
        seen += own.len_utf8();
    }
    Some(out)
}

/// The length of an escape of double quotes; of an escaped line break with the spaces after it.
fn escape(written: &str) -> Option<usize> {
    let c = written[1..].chars().next()?;
    Some(match c {
        'x' => 4,
        'u' => 6,
        'U' => 10,
        '\n' | '\r' => {
            let rest = &written[1..];
            1 + rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len()
        }
        c => 1 + c.len_utf8(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each part of the text that stands in the file as it is or otherwise, by its place.
    fn shown(file: &str) -> Vec<(String, String)> {
        let parsed = rulescope_yaml::parse(file);
        let root = parsed.documents[0].root.as_ref().expect("a root");
        let node = root.get("search").expect("a search");
        let scalar = node.as_scalar().expect("a scalar");
        let source = source(node, scalar, file);
        assert_eq!(source.text(), scalar.text);
        scalar
            .text
            .split_inclusive(' ')
            .map(|word| {
                let start = scalar.text.find(word).expect("it is there");
                let span = source.place(Span::new(start, start + word.len()));
                (word.to_owned(), span.slice(file).to_owned())
            })
            .collect()
    }

    #[test]
    fn folded_lines_and_escapes_stand_where_they_were_written() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            shown("search: 'a=''x''\n  b | c'\n"),
            [pair("a='x' ", "a=''x''\n  "), pair("b ", "b "), pair("| ", "| "), pair("c", "c")]
        );
        assert_eq!(
            shown("search: \"a=\\\"x\\\" \\\n  \\ b\\\\c d\"\n"),
            [
                pair("a=\"x\" ", "a=\\\"x\\\" "),
                pair(" ", " "),
                pair("b\\c ", "b\\\\c "),
                pair("d", "d")
            ]
        );
        assert_eq!(shown("search: |\n  a b\n  c\n"), [pair("a ", "a "), pair("b\nc\n", "b\n  c")]);
        assert_eq!(
            shown("search: a\n  b c\n"),
            [pair("a ", "a\n  "), pair("b ", "b "), pair("c", "c")]
        );
    }
}
