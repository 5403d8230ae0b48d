//! How far a rule over several events comes, for people and as JSON.

use rulescope_engine::together::{Closest, Part};
use serde_json::{Map, Value as Json, json};

use super::{branch, mark, shortened, tree_json};
use crate::output::{DIM, HEADING, clean};

pub(super) fn part_json(part: &Part) -> Json {
    json!({
        "what": part.what, "rows": part.rows,
        "closest": part.closest.iter().map(closest_json).collect::<Vec<_>>(),
        "parts": part.parts.iter().map(part_json).collect::<Vec<_>>(),
    })
}

fn closest_json(closest: &Closest) -> Json {
    let fields = closest.fields.iter().map(|(name, value)| (name.clone(), value.to_json()));
    json!({
        "fields": fields.collect::<Map<_, _>>(), "events": closest.events,
        "tree": tree_json(&closest.tree),
    })
}

pub(super) fn part_text(part: &Part) -> String {
    let mut out = format!("{HEADING}all records together{HEADING:#}\n");
    write(part, 1, &mut out);
    out.push('\n');
    out
}

fn write(part: &Part, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    *out += &format!("{indent}{} {}\n", part.rows, clean(&part.what));
    for closest in &part.closest {
        let fields: Vec<String> = closest
            .fields
            .iter()
            .map(|(name, value)| format!("{name} {}", shortened(&value.to_json().to_string())))
            .collect();
        *out += &format!(
            "{indent}  {} {} {DIM}of {} events{DIM:#}\n",
            mark(closest.tree.truth),
            clean(&fields.join(", ")),
            closest.events
        );
        branch(&closest.tree, depth + 2, out);
    }
    for inner in &part.parts {
        write(inner, depth + 1, out);
    }
}
