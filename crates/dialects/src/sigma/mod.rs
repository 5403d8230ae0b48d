//! Sigma, specification 2.1: detections, correlations and filters.
//!
//! In goes the YAML tree of one document and the text that its spans count in; out come a
//! [`Detection`], [`Correlation`] or [`FilterDocument`] (what it says), diagnostics, and by
//! [`lower()`] and [`correlate()`] its logic. What a modifier, a wildcard or a condition means
//! follows the specification (SigmaHQ/sigma-specification,
//! `specification/sigma-rules-specification.md`, `sigma-modifiers-appendix.md`,
//! `sigma-correlation-rules-specification.md`, `sigma-filters-specification.md`) and, where that is
//! silent, what pySigma does.
//!
//! It reads no metadata (that is the rule file's part), opens no file, and expands no placeholder.
//!
//! ```
//! use rulescope_dialects::sigma;
//!
//! let text = "detection:\n  sel:\n    Image|endswith: '\\cmd.exe'\n  condition: sel\n";
//! let parsed = rulescope_yaml::parse(text);
//! let root = parsed.documents[0].root.as_ref().expect("not empty");
//! let mut cx = sigma::Context::new(text, 0);
//! let detection = sigma::detection(root.get("detection").expect("there"), &mut cx);
//! let logic = sigma::lower(&detection, None, cx);
//! assert_eq!(logic.fidelity, rulescope_ir::Fidelity::Exact);
//! assert_eq!(logic.stages[1].text, "sel:\n  Image|endswith: '\\cmd.exe'");
//! ```

mod aggregation;
pub mod ast;
mod condition;
mod context;
mod correlation;
mod detection;
pub mod emit;
mod filter;
mod legacy;
mod lexer;
mod lower;
mod modifiers;
mod selection;
mod text;

pub use ast::{Block, Condition, Detection, Item, Selection, Tree};
pub use condition::{Defect, Resolved, parse as condition, resolve};
pub use context::Context;
pub use correlation::{Correlation, CorrelationKind, NoRules, Rules, correlate, correlation};
pub use detection::{detection, scope};
pub use filter::{FilterDocument, Targets, filter};
pub use lower::{lower, lower_with_filters};
pub use modifiers::{Applied, Reading, apply};
pub use text::{escaped, glob};
