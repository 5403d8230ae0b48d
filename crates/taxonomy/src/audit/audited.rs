//! Successes and failures.

/// Whether successes, failures or both are audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Audited {
    /// What succeeds.
    pub success: bool,
    /// What fails.
    pub failure: bool,
}

impl Audited {
    /// Successes and failures.
    pub const BOTH: Audited = Audited { success: true, failure: true };

    pub(super) fn of_table(cell: &str) -> Audited {
        let known = matches!(cell, "S" | "F" | "SF");
        assert!(known, "windows_audit: {cell:?} is neither S, F nor SF");
        Audited { success: cell.contains('S'), failure: cell.contains('F') }
    }

    /// What both have.
    #[must_use]
    pub fn and(self, other: Audited) -> Audited {
        Audited { success: self.success && other.success, failure: self.failure && other.failure }
    }

    /// In `auditpol`'s words.
    pub fn name(self) -> &'static str {
        match (self.success, self.failure) {
            (true, true) => "Success and Failure",
            (true, false) => "Success",
            (false, true) => "Failure",
            (false, false) => "No Auditing",
        }
    }
}
