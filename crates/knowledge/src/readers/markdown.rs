//! Markdown as Microsoft's documents are written.

/// The longest tag or link that is looked for, in bytes. A text of openings that are never closed
/// would otherwise be searched to its end for each of them.
const LONGEST: usize = 4 << 10;

/// As much of a text as a tag or link may take.
fn near(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// Text without its marks: emphasis, links (their text stays), escapes, images, line breaks.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (taken, written) = match c {
            '\\' => escaped(rest),
            '*' | '`' => (1, ""),
            '<' => tag(rest),
            '&' if rest.starts_with("&nbsp;") => ("&nbsp;".len(), " "),
            '[' => match link(rest) {
                Some((label, length)) => {
                    out.push_str(&plain(label));
                    (length, "")
                }
                None => (1, "["),
            },
            other => (other.len_utf8(), &rest[..other.len_utf8()]),
        };
        out.push_str(written);
        rest = &rest[taken..];
    }
    let words: Vec<&str> = out.split_whitespace().collect();
    words.join(" ")
}

/// A backslash and what it escapes: punctuation; before anything else it stands for itself.
fn escaped(text: &str) -> (usize, &str) {
    match text[1..].chars().next() {
        Some(c) if c.is_ascii_punctuation() => (2, &text[1..2]),
        Some(_) | None => (1, &text[..1]),
    }
}

/// An HTML tag, which is left out or a blank; a `<` that starts none stands for itself.
fn tag(text: &str) -> (usize, &str) {
    let named = text[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    match near(text).find('>').filter(|_| named) {
        Some(end) => (end + 1, if text[1..].starts_with("br") { " " } else { "" }),
        None => (1, &text[..1]),
    }
}

/// A link at the start of a text: its label, and the length of the whole.
fn link(text: &str) -> Option<(&str, usize)> {
    let text = near(text);
    let close = text.find(']')?;
    let target = text[close + 1..].strip_prefix('(')?;
    // Addresses of old pages end in `(v=vs.85).aspx`.
    let mut depth = 1_usize;
    for (at, c) in target.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '\n' => return None,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[1..close], close + 2 + at + 1));
        }
    }
    None
}

/// The cells of a table's row; empty where a line is none.
pub(super) fn cells(line: &str) -> Vec<String> {
    let Some(inner) = line.trim().strip_prefix('|') else { return Vec::new() };
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            '|' if !escaped => cells.push(String::new()),
            other => cells.last_mut().expect("it starts with one").push(other),
        }
        escaped = c == '\\' && !escaped;
    }
    cells.iter().map(|cell| plain(cell)).collect()
}

/// Whether a line parts a table's header from its rows.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// The rows of the first table of a text, its header first.
pub(super) fn table(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().skip_while(|line| !line.trim_start().starts_with('|'));
    let rows = rows.take_while(|line| line.trim_start().starts_with('|'));
    rows.filter(|line| !is_rule(line)).map(cells).collect()
}

/// Paragraphs as they are written, lines of a paragraph joined.
pub(super) fn paragraphs(text: &str) -> String {
    let parts = text.split("\n\n").map(|part| {
        let lines: Vec<&str> = part.lines().map(str::trim).collect();
        let keeps_lines = lines.iter().any(|line| line.starts_with(['|', '-', '>', '#']));
        lines.join(if keeps_lines { "\n" } else { " " }).trim().to_owned()
    });
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_left_out() {
        assert_eq!(
            plain("**Audit \\[x\\]**&nbsp;[a *b*](c(v=1).aspx) d<br>e < f"),
            "Audit [x] a b d e < f"
        );
        assert_eq!(plain("C:\\Windows\\\\System32 KDC\\_ERR"), "C:\\Windows\\System32 KDC_ERR");
        assert_eq!(plain("[no link] [open"), "[no link] [open");
    }

    #[test]
    fn tables_have_cells() {
        let text = "x\n\n| A | B |\n|---|---|\n| 1 | a \\| b |\n\n| other |\n";
        assert_eq!(table(text), [["A", "B"], ["1", "a | b"]]);
        assert!(table("no").is_empty());
    }

    #[test]
    fn paragraphs_are_joined() {
        assert_eq!(paragraphs("a\nb\n\n\n- c\n- d\n"), "a b\n\n- c\n- d");
    }
}
