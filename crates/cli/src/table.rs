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
