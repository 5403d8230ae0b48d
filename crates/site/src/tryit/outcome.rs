//! The outcome of a condition on a record, as data and as a tree for people.

use rulescope_engine::Explained;
use rulescope_eval::{Tree, Truth};
use serde::Serialize;

use crate::source::escape;

/// What a leaf of a rule says of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leaf {
    /// The log source, as text.
    pub scope: String,
    /// Whether the record is of it.
    pub in_scope: bool,
    /// `true`, `false` or `unknown`.
    pub truth: &'static str,
    /// The condition with the answer of each part.
    pub tree: Option<Outcome>,
    /// Fields that the condition tests and the record does not have.
    pub missing: Vec<String>,
}

/// A part of a condition with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// What it says.
    pub node: String,
    /// The stage of the rule that begins here.
    pub stage: Option<String>,
    /// `true`, `false` or `unknown`.
    pub truth: &'static str,
    /// The value that a test saw, as JSON; none where it is absent.
    pub seen: Option<String>,
    /// The parts of it.
    pub children: Vec<Outcome>,
}

fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Unknown => "unknown",
    }
}

impl Leaf {
    /// An explained leaf. A record that says nothing of itself (`unnamed`) is judged by its fields.
    pub(super) fn of(explained: &Explained, unnamed: bool) -> Leaf {
        let tree = explained.tree.as_ref().map(Outcome::of);
        let by_fields = tree.as_ref().map_or("true", |tree| tree.truth);
        let truth = if unnamed { by_fields } else { word(explained.truth) };
        Leaf {
            scope: explained.scope.clone(),
            in_scope: explained.in_scope,
            truth,
            tree,
            missing: explained.missing.clone(),
        }
    }
}

/// Characters of a value that are shown.
const MOST: usize = 400;

impl Outcome {
    fn of(tree: &Tree) -> Outcome {
        Outcome {
            node: tree.node.clone(),
            stage: tree.stage.clone(),
            truth: word(tree.truth),
            seen: tree.seen.as_ref().map(|seen| seen.to_json().to_string()),
            children: tree.children.iter().map(Outcome::of).collect(),
        }
    }

    /// The tree as nested lists.
    pub(crate) fn html(&self) -> String {
        let mut out = String::from("<ul class=\"tree\">");
        self.branch(&mut out);
        out += "</ul>";
        out
    }

    fn branch(&self, out: &mut String) {
        let mark = match self.truth {
            "true" => "✓",
            "false" => "✗",
            _ => "?",
        };
        *out += &format!(
            "<li><span class=\"node truth {0}\"><span aria-hidden=\"true\">{mark}</span>\
             <span class=\"vh\">{0}: </span> ",
            self.truth
        );
        if let Some(stage) = &self.stage {
            *out += "<b>";
            escape(stage, out);
            *out += "</b>: ";
        }
        cut(&self.node, out);
        *out += "</span>";
        if let Some(seen) = &self.seen {
            *out += " <span class=\"saw\">saw <code>";
            cut(seen, out);
            *out += "</code></span>";
        } else if self.children.is_empty() && self.truth != "unknown" {
            *out += " <span class=\"saw\">absent</span>";
        }
        if !self.children.is_empty() {
            *out += "<ul>";
            self.children.iter().for_each(|child| child.branch(out));
            *out += "</ul>";
        }
        *out += "</li>";
    }
}

fn cut(text: &str, out: &mut String) {
    let end = text.char_indices().nth(MOST).map_or(text.len(), |(at, _)| at);
    escape(text.get(..end).unwrap_or(text), out);
    if end < text.len() {
        out.push('…');
    }
}
