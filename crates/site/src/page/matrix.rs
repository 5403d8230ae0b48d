//! ATT&CK's matrix as a heat map.

use std::collections::BTreeMap;

use rulescope_catalog::Catalog;
use rulescope_taxonomy::attack::{self, Status};
use serde::Serialize;

use crate::Error;
use crate::query::Pairs;

/// All counts of the matrix.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Grid {
    /// The vendors that have rules in it.
    pub vendors: Vec<String>,
    /// The tactics in order.
    pub tactics: Vec<Column>,
}

/// A tactic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name.
    pub tactic: String,
    /// Its techniques.
    pub cells: Vec<Cell>,
}

/// A technique under a tactic, its sub-techniques included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Its id.
    pub technique: String,
    /// Its name.
    pub name: String,
    /// Active rules by vendor.
    pub vendors: BTreeMap<String, i64>,
    /// Active rules that fire on the user's logs.
    pub evidence: i64,
    /// What the heat is of: all rules, or what was asked for.
    pub count: i64,
}

impl Grid {
    pub(crate) fn of(catalog: &Catalog) -> Result<Grid, Error> {
        let tagged = catalog.tagged()?;
        let mut grid = Grid::default();
        for tactic in attack::tactics() {
            let active = attack::techniques().iter().filter(|technique| {
                technique.status == Status::Active
                    && technique.parent().is_none()
                    && technique.tactics.iter().any(|of| of.name == tactic.name)
            });
            let mut cells: Vec<Cell> = active
                .map(|technique| {
                    let key = (tactic.name.to_owned(), technique.id.to_owned());
                    let found = tagged.get(&key).cloned().unwrap_or_default();
                    Cell {
                        technique: technique.id.to_owned(),
                        name: technique.name.to_owned(),
                        count: found.vendors.values().sum(),
                        vendors: found.vendors,
                        evidence: found.evidence,
                    }
                })
                .collect();
            cells.sort_by(|a, b| a.name.cmp(&b.name));
            grid.tactics.push(Column { tactic: tactic.name.to_owned(), cells });
        }
        let cells = || grid.tactics.iter().flat_map(|column| &column.cells);
        let mut vendors: Vec<String> = cells().flat_map(|c| c.vendors.keys().cloned()).collect();
        vendors.sort_unstable();
        vendors.dedup();
        grid.vendors = vendors;
        Ok(grid)
    }
}

/// The matrix as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatrixView {
    /// What the heat is of: `rules`, `evidence`, `vendors` (how many of them have a rule), or a
    /// vendor's name.
    pub by: String,
    /// The counts.
    #[serde(flatten)]
    pub grid: Grid,
}

pub(crate) fn matrix(grid: &Grid, pairs: &Pairs) -> MatrixView {
    let mut grid = grid.clone();
    let asked = pairs.get("by").unwrap_or("rules");
    let known = ["rules", "evidence", "vendors"].contains(&asked)
        || grid.vendors.iter().any(|vendor| vendor == asked);
    let by = if known { asked } else { "rules" }.to_owned();
    for cell in grid.tactics.iter_mut().flat_map(|column| &mut column.cells) {
        cell.count = match by.as_str() {
            "rules" => cell.vendors.values().sum(),
            "evidence" => cell.evidence,
            "vendors" => i64::try_from(cell.vendors.len()).unwrap_or(i64::MAX),
            vendor => cell.vendors.get(vendor).copied().unwrap_or(0),
        };
    }
    MatrixView { by, grid }
}

impl MatrixView {
    /// How hot a count is, from 0 (none) to 6: each step is twice to four times the one before, as
    /// counts are spread over three orders of magnitude.
    pub fn heat(&self, count: &i64) -> usize {
        let steps: [i64; 6] =
            if self.by == "vendors" { [1, 2, 3, 4, 5, 6] } else { [1, 4, 10, 30, 80, 200] };
        steps.iter().filter(|least| count >= least).count()
    }

    /// How many techniques have a count.
    pub fn covered(&self) -> usize {
        let cells = self.grid.tactics.iter().flat_map(|column| &column.cells);
        let found: std::collections::BTreeSet<&str> =
            cells.filter(|cell| cell.count > 0).map(|cell| cell.technique.as_str()).collect();
        found.len()
    }

    /// How many techniques there are.
    pub fn all(&self) -> usize {
        let cells = self.grid.tactics.iter().flat_map(|column| &column.cells);
        let found: std::collections::BTreeSet<&str> =
            cells.map(|cell| cell.technique.as_str()).collect();
        found.len()
    }
}
