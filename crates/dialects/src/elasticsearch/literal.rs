//! What a test answers on a literal.

use rulescope_ir::{Glob, Literal, Op, Scalar, fold};

/// The answer on a literal, `Some(None)` for null; `None` where only an evaluator can say.
pub(crate) fn decided(
    op: Op,
    literals: &[Literal],
    case_sensitive: bool,
    subject: &Literal,
) -> Option<Option<bool>> {
    let text = plain(&subject.value)?;
    let Some(text) = text else { return Some(None) };
    let mut passes = false;
    for literal in literals {
        let glob = match &literal.value {
            Scalar::Glob(glob) => glob.clone(),
            other => Glob::text(plain(other)??),
        };
        if !matches!(op, Op::Eq | Op::Contains | Op::StartsWith | Op::EndsWith | Op::Wildcard) {
            return None;
        }
        let (before, after) = op.open_ends();
        let glob = glob.opened(before, after);
        passes |=
            if case_sensitive { glob.covers(&text) } else { glob.folded().covers(&fold(&text)) };
    }
    Some(Some(passes))
}

/// The text of a plain literal, `Some(None)` for null.
fn plain(scalar: &Scalar) -> Option<Option<String>> {
    match scalar {
        Scalar::Null => Some(None),
        Scalar::Text(text) => Some(Some(text.clone())),
        Scalar::Number(n) => Some(Some(n.as_str().to_owned())),
        Scalar::Bool(b) => Some(Some(b.to_string())),
        Scalar::Glob(_)
        | Scalar::Regex(_)
        | Scalar::Network(_)
        | Scalar::Field(_)
        | Scalar::Value(_)
        | Scalar::Placeholder(_) => None,
    }
}
