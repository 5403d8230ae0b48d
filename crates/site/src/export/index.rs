//! The search of an export: a list of all rules that the page's own script looks through.

use std::path::Path;

use serde_json::json;

use super::links::{Files, file_of};
use super::put;
use crate::Error;
use crate::html::{Frame, static_search};
use crate::route;
use crate::state::Shelf;

/// The script of the search page.
const SCRIPT: &str = include_str!("../assets/search.js");

/// Writes the search page, its script and its list.
pub(super) fn write(shelf: &Shelf, files: &Files, folder: &Path) -> Result<(), Error> {
    let found = shelf.ask(|catalog| Ok(catalog.searched()?))?;
    let rows: Vec<_> = found
        .into_iter()
        .map(|rule| {
            json!({
                "t": rule.line.title, "f": file_of(&route::rule(&rule.line.id)),
                "vendor": rule.line.vendor, "source": rule.line.source,
                "severity": rule.line.severity, "status": rule.line.status,
                "fidelity": rule.line.fidelity, "shape": rule.line.shape,
                "language": rule.line.language, "id": rule.line.upstream_id,
                "deprecated": if rule.line.deprecated { "yes" } else { "no" },
                "tactic": rule.tactics, "technique": rule.techniques, "event": rule.events,
                "field": rule.fields, "logsource": rule.log_source,
            })
        })
        .collect();
    // A page that is opened from a disk may load a script, and no data.
    let list = format!("window.RULES = {};\n", serde_json::to_string(&rows)?.replace("</", "<\\/"));
    put(folder, "assets/rules.js", list.as_bytes())?;
    put(folder, "assets/search.js", SCRIPT.as_bytes())?;
    let html = static_search(&Frame { is_file: true, ..Frame::default() })?;
    let file = "search/index.html";
    put(folder, file, files.relative(&html, file).as_bytes())
}
