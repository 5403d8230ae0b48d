//! Three truth values: what is not understood is unknown, and the rest follows Kleene's logic.

use std::ops::Not;

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It does not.
    False,
    /// Nobody can say: the answer hangs on something that was not understood.
    Unknown,
    /// It does.
    True,
}

impl From<bool> for Truth {
    fn from(b: bool) -> Truth {
        if b { Truth::True } else { Truth::False }
    }
}

impl Not for Truth {
    type Output = Truth;

    fn not(self) -> Truth {
        match self {
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
            Truth::True => Truth::False,
        }
    }
}

impl Truth {
    /// All of them: the least; true where there is none.
    pub fn all(of: impl IntoIterator<Item = Truth>) -> Truth {
        of.into_iter().min().unwrap_or(Truth::True)
    }

    /// One of them: the greatest; false where there is none.
    pub fn any(of: impl IntoIterator<Item = Truth>) -> Truth {
        of.into_iter().max().unwrap_or(Truth::False)
    }

    /// At least `count` of them: true where enough are true, false where even all the unknown ones
    /// would not be enough.
    pub fn at_least(count: u64, of: impl IntoIterator<Item = Truth>) -> Truth {
        let (mut sure, mut perhaps) = (0, 0);
        for truth in of {
            sure += u64::from(truth == Truth::True);
            perhaps += u64::from(truth != Truth::False);
        }
        Truth::between(sure >= count, perhaps >= count)
    }

    /// From what holds at least and what holds at most.
    pub(crate) fn between(certain: bool, possible: bool) -> Truth {
        match (certain, possible) {
            (true, _) => Truth::True,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::False,
        }
    }

    /// The opposite where asked.
    #[must_use]
    pub fn inverted(self, invert: bool) -> Truth {
        if invert { !self } else { self }
    }

    /// `true`, `false` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Truth::False => "false",
            Truth::Unknown => "unknown",
            Truth::True => "true",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Unknown};
    use super::*;

    #[test]
    fn unknown_is_decided_by_the_others_where_they_suffice() {
        assert_eq!(Truth::all([True, Unknown]), Unknown);
        assert_eq!(Truth::all([False, Unknown]), False);
        assert_eq!(Truth::any([True, Unknown]), True);
        assert_eq!(Truth::any([False, Unknown]), Unknown);
        assert_eq!(Truth::all([]), True);
        assert_eq!(Truth::any([]), False);
        assert_eq!(!Unknown, Unknown);
    }

    #[test]
    fn at_least_counts_what_is_sure_and_what_may_be() {
        assert_eq!(Truth::at_least(2, [True, True, Unknown]), True);
        assert_eq!(Truth::at_least(2, [True, False, Unknown]), Unknown);
        assert_eq!(Truth::at_least(3, [True, False, Unknown]), False);
        assert_eq!(Truth::at_least(0, []), True);
    }
}
