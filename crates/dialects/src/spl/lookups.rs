//! Lookup tables whose rows stand beside the searches.
//!
//! How a row is found and what a search gets of it is said by the table's definition
//! (<https://docs.splunk.com/Documentation/Splunk/9.4.0/Admin/Transformsconf>, "Lookup tables"):
//! `match_type` (exact unless it is said otherwise), `case_sensitive_match` (true unless it is said
//! otherwise), and `default_match`, which stands for a row where fewer than `min_matches` fit.

use std::collections::{BTreeMap, BTreeSet};

/// A table and its rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LookupTable {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Rows, in the table's order, each with a cell for each column; an empty cell is no value.
    pub rows: Vec<Vec<String>>,
    /// Columns in whose cells `*` stands for any run of characters.
    pub wildcards: BTreeSet<String>,
    /// Whether case counts where a cell is compared.
    pub case_sensitive: bool,
    /// What each output is where no row fits.
    pub default: Option<String>,
}

impl LookupTable {
    /// Which column has this name.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }
}

/// Tables by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lookups {
    by_name: BTreeMap<String, LookupTable>,
}

impl Lookups {
    /// Tables of more rows than this are told as a loss, as those whose rows nobody has.
    pub const MAX_ROWS: usize = 4_000;

    /// No table.
    pub fn new() -> Lookups {
        Lookups::default()
    }

    /// Adds a table. A later one of the same name takes its place.
    pub fn insert(&mut self, name: impl Into<String>, table: LookupTable) {
        self.by_name.insert(name.into(), table);
    }

    /// The table of a name, where its rows are few enough to be held. One without rows is a place for
    /// the user's own, and says nothing yet.
    pub fn get(&self, name: &str) -> Option<&LookupTable> {
        let held = 1..=Lookups::MAX_ROWS;
        self.by_name.get(name).filter(|t| held.contains(&t.rows.len()))
    }
}
