//! Tables in a terminal.

use crate::output::clean;
use comfy_table::{Cell, ContentArrangement, Table, presets};

/// A table without lines, as wide as the terminal where there is one.
pub(crate) fn table(headings: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings.iter().map(Cell::new).collect::<Vec<_>>());
    for row in rows {
        table.add_row(row.into_iter().map(|text| Cell::new(clean(&text))).collect::<Vec<_>>());
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Text moved in by two blanks.
pub(crate) fn indented(text: &str) -> String {
    clean(text)
        .lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") })
        .collect()
}

/// Running text moved in by two blanks, its lines no longer than so many columns where a blank
/// allows it. Lines of its own stay apart.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::new();
    for line in clean(text.trim_end()).lines() {
        let mut used = 0;
        for word in line.split_whitespace() {
            let length = word.chars().count();
            if used > 0 && used + 1 + length > width {
                out.push('\n');
                used = 0;
            }
            out += if used == 0 { "  " } else { " " };
            out += word;
            used += length + usize::from(used > 0);
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_blanks() {
        assert_eq!(wrapped("aa bb cc\n\nddddddd e", 5), "  aa bb\n  cc\n\n  ddddddd\n  e\n");
        assert_eq!(wrapped("", 5), "");
    }
}
