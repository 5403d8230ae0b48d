//! Counts for ATT&CK's matrix: how many rules of which vendors are tagged with what.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Error;
use crate::store::Catalog;

/// What the active rules of a technique under a tactic come to, its sub-techniques included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tagged {
    /// Rules by vendor.
    pub vendors: BTreeMap<String, i64>,
    /// Those of them that fire on a log of the user's.
    pub evidence: i64,
}

/// Counts by tactic's name and technique's id (`T1059`, never a sub-technique's).
pub type TaggedRules = BTreeMap<(String, String), Tagged>;

impl Catalog {
    /// The active rules by tactic and technique.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn tagged(&self) -> Result<TaggedRules, Error> {
        let sql = "SELECT t.tactic, substr(t.technique, 1, 5) AS technique, rule.vendor, \
                   count(DISTINCT rule.id), count(DISTINCT e.rule) \
                   FROM rule_technique t JOIN rule ON rule.id = t.rule \
                   LEFT JOIN evidence_total e ON e.rule = rule.id AND e.certain + e.possible > 0 \
                   WHERE NOT rule.deprecated GROUP BY 1, 2, 3";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut out = TaggedRules::new();
        while let Some(row) = rows.next()? {
            let tagged = out.entry((row.get(0)?, row.get(1)?)).or_default();
            tagged.vendors.insert(row.get(2)?, row.get(3)?);
            tagged.evidence += row.get::<_, i64>(4)?;
        }
        Ok(out)
    }
}
