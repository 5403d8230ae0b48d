//! Markdown as a terminal shows it best: its words.

/// The words of a markdown text: addresses behind links, marks of emphasis, citations of ATT&CK and
/// HTML's few tags are left out. Lines stay lines; a table's row is its cells.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let bare = line.trim();
        let is_rule = bare.len() > 2 && bare.chars().all(|c| "|-: ".contains(c));
        if is_rule {
            continue;
        }
        let row = bare.strip_prefix('|').map(|row| row.trim_end_matches('|').trim());
        let line = row.map_or_else(|| line.trim_end().to_owned(), cells);
        out += &words(&line);
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

/// The first paragraph of a text.
pub(crate) fn first_paragraph(text: &str) -> &str {
    let text = text.trim();
    text.split_once("\n\n").map_or(text, |(first, _)| first)
}

fn cells(row: &str) -> String {
    row.split('|').map(str::trim).collect::<Vec<_>>().join(": ")
}

fn words(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if let Some((text, after)) = link(rest) {
            out += &words(text);
            rest = after;
        } else if let Some(after) = citation(rest) {
            rest = after;
        } else if let Some((stands_for, after)) = mark(rest) {
            out += stands_for;
            rest = after;
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// `[text](address)`: the text and what follows.
fn link(text: &str) -> Option<(&str, &str)> {
    let (words, rest) = text.strip_prefix('[')?.split_once(']')?;
    let address = rest.strip_prefix('(')?;
    // An address may hold brackets in pairs.
    let mut depth = 1;
    let end = address.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '(') - i32::from(*c == ')');
        depth == 0
    });
    let (end, _) = end?;
    (!words.contains('[')).then_some((words, &address[end + 1..]))
}

/// `(Citation: name)`: what follows.
fn citation(text: &str) -> Option<&str> {
    let (_, after) = text.strip_prefix("(Citation:")?.split_once(')')?;
    Some(after)
}

/// Marks, what stands for them, and what follows.
fn mark(text: &str) -> Option<(&'static str, &str)> {
    const MARKS: [(&str, &str); 15] = [
        ("**", ""),
        ("<br>", " "),
        ("<br/>", " "),
        ("<br />", " "),
        ("<ul>", " "),
        ("</ul>", " "),
        ("<li>", "- "),
        ("</li>", " "),
        ("<code>", ""),
        ("</code>", ""),
        ("&nbsp;", " "),
        ("\\_", "_"),
        ("\\\\", "\\"),
        ("\\-", "-"),
        ("\\*", "*"),
    ];
    let found = MARKS.iter().find(|(mark, _)| text.starts_with(mark))?;
    Some((found.1, &text[found.0.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_are_left() {
        let text =
            "**Note**&nbsp;a [b](c(d).md)\\_e (Citation: X)f<br>g\n|---|:-|\n| h | i |\n[j] (k";
        assert_eq!(plain(text), "Note a b_e f g\nh: i\n[j] (k");
        assert_eq!(plain(""), "");
        assert_eq!(first_paragraph("\na\nb\n\nc"), "a\nb");
    }
}
