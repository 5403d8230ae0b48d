//! What a policy says of auditing success and failure.

use std::fmt;

/// What a page says of one outcome, in the words of its legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Advice {
    /// Nothing is said.
    #[default]
    Blank,
    /// Enabled, or to be enabled in general.
    Yes,
    /// Not enabled, or not to be enabled in general.
    No,
    /// To be enabled where a scenario or a role of the machine wants it.
    If,
    /// To be enabled on domain controllers.
    DomainControllers,
}

impl Advice {
    /// The name as printed and as it stands in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Advice::Blank => "-",
            Advice::Yes => "yes",
            Advice::No => "no",
            Advice::If => "if",
            Advice::DomainControllers => "dc",
        }
    }

    fn of_table(cell: &str) -> Advice {
        match cell {
            "-" => Advice::Blank,
            "yes" => Advice::Yes,
            "no" => Advice::No,
            "if" => Advice::If,
            "dc" => Advice::DomainControllers,
            other => panic!("audit_subcategories: unknown advice {other:?}"),
        }
    }
}

/// What is said of auditing successes and failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Setting {
    /// Of attempts that succeed.
    pub success: Advice,
    /// Of attempts that fail.
    pub failure: Advice,
}

impl Setting {
    /// Whether the source says nothing of either.
    pub fn is_blank(self) -> bool {
        self == Setting::default()
    }

    pub(super) fn of_table(cell: &str) -> Setting {
        match cell.split_once(',') {
            Some((success, failure)) => {
                Setting { success: Advice::of_table(success), failure: Advice::of_table(failure) }
            }
            None if cell == "-" => Setting::default(),
            None => panic!("audit_subcategories: {cell:?} is no setting"),
        }
    }
}

impl fmt::Display for Setting {
    /// `yes,no`: success, then failure.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.success.name(), self.failure.name())
    }
}

/// The settings of the two kinds of machine that Microsoft tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Roles {
    /// Windows 10 and its likes.
    pub client: Setting,
    /// Windows Server.
    pub server: Setting,
}
