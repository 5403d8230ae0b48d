//! CSV files of packs.

use crate::harvest::{Broken, Source};

/// A row of a table: its line and its cells.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: usize,
    cells: csv::StringRecord,
}

impl Row {
    /// A cell, trimmed; empty where the row has none.
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default().trim()
    }
}

/// The rows behind the header; a row that is longer or shorter is a finding and what it has is
/// kept.
///
/// # Errors
/// Where the file is no CSV, or lacks one of the columns that are asked for.
pub(super) fn rows<const N: usize>(
    source: &mut Source<'_>,
    columns: [&str; N],
) -> Result<(Vec<Row>, [usize; N]), Broken> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(source.text.as_bytes());
    let header = reader.headers().map_err(|error| broken(&error))?.clone();
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        *place = header.iter().position(|name| name == column).ok_or_else(|| {
            Broken::new(
                Some(1),
                format!("it has no column `{column}`; see the pack's first version"),
            )
        })?;
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let cells = record.map_err(|error| broken(&error))?;
        let line = cells.position().map_or(0, |position| position.line());
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        if cells.len() < header.len() {
            source.warn(Some(line), "pack/short-row", "the row has too few cells; fill it up");
        }
        rows.push(Row { line, cells });
    }
    Ok((rows, places))
}

/// Where columns stand that not every version of a table has.
pub(super) fn optional<const N: usize>(
    source: &Source<'_>,
    columns: [&str; N],
) -> [Option<usize>; N] {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(source.text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    columns.map(|column| header.iter().position(|name| name == column))
}

fn broken(error: &csv::Error) -> Broken {
    let line = error.position().and_then(|position| usize::try_from(position.line()).ok());
    Broken::new(line, format!("it is no CSV: {error}"))
}
