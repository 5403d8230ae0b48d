//! Names that the events of a log share.

use rustc_hash::FxHashSet;

use crate::value::Name;

/// More names than any provider has; past it a log makes names up, and they are not kept.
const MOST: usize = 16_384;
/// Longer names are not worth keeping.
const LONGEST: usize = 128;

/// The names that were seen in a log.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: FxHashSet<Name>,
    /// What flat records of the same names are.
    #[cfg(feature = "json")]
    pub(crate) layouts: crate::json::Layouts,
}

impl Names {
    /// The shared name of a text.
    pub(crate) fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.known.get(text) {
            return Name::clone(name);
        }
        let name = Name::from(text);
        if self.known.len() < MOST && text.len() <= LONGEST {
            self.known.insert(Name::clone(&name));
        }
        name
    }
}
