//! Reads the embedded tables: tab-separated rows, `#` starts a comment line.

/// The rows of an embedded table.
///
/// A row with another number of columns than `N` is a defect of our own data that any test finds,
/// therefore it panics with the table's name and the row.
pub(crate) fn rows<const N: usize>(
    table: &'static str,
    text: &'static str,
) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(move |line| {
        let mut columns = [""; N];
        let mut count = 0;
        for column in line.split('\t') {
            assert!(count < N, "{table}: too many columns in {line:?}");
            columns[count] = column;
            count += 1;
        }
        assert!(count == N, "{table}: too few columns in {line:?}");
        columns
    })
}

/// A cell that is `-` where there is nothing to say.
pub(crate) fn optional(cell: &'static str) -> Option<&'static str> {
    (cell != "-").then_some(cell)
}

/// The parts of a cell that holds a list; `-` is the empty list.
pub(crate) fn list(cell: &'static str) -> impl Iterator<Item = &'static str> {
    optional(cell).into_iter().flat_map(|cell| cell.split(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_empty_lines_are_no_rows() {
        let found: Vec<[&str; 2]> = rows("test", "# a\tb\n\nx\ty,z\n").collect();
        assert_eq!(found, [["x", "y,z"]]);
        assert_eq!(list("y,z").collect::<Vec<_>>(), ["y", "z"]);
        assert_eq!(list("-").count(), 0);
    }

    #[test]
    #[should_panic(expected = "too few columns")]
    fn a_short_row_is_refused() {
        rows::<3>("test", "x\ty\n").for_each(drop);
    }
}
