//! The page of a rule that is in no catalog: read from a text, compared with what the catalog holds,
//! stored nowhere.

use std::collections::BTreeMap;

use rulescope_ir::{Kind, LineIndex};
use rulescope_rulefile::source::Vendor;
use rulescope_taxonomy::fields::Mappings;
use rusqlite::Connection;

use crate::Error;
use crate::held::{self, HeldRule, Shelf};
use crate::prepare::prepare;
use crate::schema;
use crate::show::{DiagnosticView, RulePage};
use crate::store::Catalog;
use crate::write::{Writer, normal_hash};

/// What a text was read as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// Its rules.
    pub rules: Vec<RulePage>,
    /// Defects that belong to no rule.
    pub diagnostics: Vec<DiagnosticView>,
}

/// The name of the source that a text without one gets.
const SOURCE: &str = "pasted";

impl Catalog {
    /// Reads a text as a rule file of a vendor. Corpus counts and equivalent rules are those of this
    /// catalog, in which the rule itself does not count.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn preview(&self, vendor: Vendor, text: &str) -> Result<Preview, Error> {
        let held = held::read(vendor, "", text, &Shelf::default());
        let index = LineIndex::new(text);
        let defects = held.diagnostics.iter().map(|d| {
            let at = index.position(text, d.span.start);
            DiagnosticView {
                code: d.code.to_string(),
                severity: d.severity.name().to_owned(),
                message: d.message.clone(),
                line: at.line,
                column: at.column,
                help: d.help.clone(),
            }
        });
        let mut out = Preview { diagnostics: defects.collect(), rules: Vec::new() };
        // The page is read off rows, as that of every other rule: of a catalog that is in memory.
        let scratch = Catalog { connection: Connection::open_in_memory()? };
        schema::create(&scratch.connection)?;
        scratch.connection.execute(
            "INSERT INTO source VALUES (1, ?, ?, '', NULL, NULL, NULL, 1, 1, 1, 0, 0)",
            [SOURCE, vendor.name()],
        )?;
        scratch.connection.execute(
            "INSERT INTO file VALUES (1, 1, ?, 0, 0, NULL, NULL, NULL, 1, 0, 0)",
            [SOURCE],
        )?;
        let mut writer = Writer::new(&scratch.connection)?;
        writer.source(1, BTreeMap::new())?;
        for (ordinal, HeldRule { rule, correlation }) in held.rules.into_iter().enumerate() {
            let own = Mappings::default();
            let prepared = prepare(rule, vendor.name(), &own, SOURCE, correlation.as_ref())?;
            writer.rule(1, 1, SOURCE, vendor.name(), ordinal, &prepared)?;
            let row = i64::try_from(ordinal).unwrap_or(i64::MAX - 1) + 1;
            let mut page = scratch.show(row)?;
            for indicator in &mut page.indicators {
                let Some(kind) = Kind::from_name(&indicator.kind) else { continue };
                for value in &mut indicator.values {
                    value.corpus = self.corpus(&indicator.field, kind, &value.key)?;
                }
                if let Some(corpus) = &mut indicator.corpus {
                    *corpus = self.corpus(&indicator.field, kind, "")?;
                }
            }
            let hash = normal_hash(&prepared.normal_key);
            page.neighbors = self.equivalent(-1, hash, &prepared.normal_key)?;
            out.rules.push(page);
        }
        Ok(out)
    }
}
