//! Conditions as AND, OR and NOT over selections.

use rulescope_dialects::sigma::{Detection, Resolved};
use serde_json::{Value, json};

/// The tree of a condition; `None` where a part could not be read, or where it asks for more than
/// one and fewer than all of its selections, which the format has no word for.
pub(super) fn tree(tree: &Resolved, detection: &Detection) -> Option<Value> {
    let list = |of: &[Resolved]| -> Option<Vec<Value>> {
        of.iter().map(|t| self::tree(t, detection)).collect()
    };
    Some(match tree {
        Resolved::And(of) => json!({ "and": list(of)? }),
        Resolved::Or(of) => json!({ "or": list(of)? }),
        Resolved::Not(inner) => json!({ "not": self::tree(inner, detection)? }),
        Resolved::Selection(at) => json!({ "ref": detection.selections[*at].name }),
        Resolved::AtLeast(..) | Resolved::Opaque { .. } => return None,
    })
}
