//! What packs state of audit policy, providers and channels.

use crate::fact::Facts;

/// What packs state of a subcategory of the advanced audit policy. Its key is its English name:
/// `Process Creation`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubcategoryFacts {
    /// The category: `Detailed Tracking`.
    pub categories: Facts<String>,
    /// Its GUID as `auditpol` takes it, in lower case, without braces.
    pub guids: Facts<String>,
    /// What it is for.
    pub descriptions: Facts<String>,
    /// How many events it writes, in a pack's words: `Low to Medium, depending on system usage`.
    pub volumes: Facts<String>,
    /// What a pack recommends.
    pub advice: Facts<Advice>,
    /// Ids of its events.
    pub events: Facts<u32>,
    /// How to turn it on.
    pub commands: Facts<String>,
}

/// What is recommended for one kind of machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Advice {
    /// `Domain Controller`.
    pub computer: String,
    /// Success auditing in general.
    pub success: Answer,
    /// Failure auditing in general.
    pub failure: Answer,
    /// Success auditing under a stricter policy.
    pub stronger_success: Answer,
    /// Failure auditing under a stricter policy.
    pub stronger_failure: Answer,
    /// Why.
    pub comment: String,
}

/// A recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// Leave it off.
    No,
    /// It depends.
    If,
    /// Turn it on.
    Yes,
}

impl Answer {
    /// The name as printed: `no`, `if`, `yes`.
    pub fn name(self) -> &'static str {
        match self {
            Answer::No => "no",
            Answer::If => "if",
            Answer::Yes => "yes",
        }
    }
}

/// What packs state of a provider. Its key is its full name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderFacts {
    /// Short forms: `Sec`.
    pub abbreviations: Facts<String>,
    /// Its GUID in lower case, without braces.
    pub guids: Facts<String>,
    /// What it is.
    pub descriptions: Facts<String>,
    /// Addresses to read more at.
    pub references: Facts<String>,
}

/// What packs state of a channel. Its key is its full name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelFacts {
    /// Short forms: `Sec`.
    pub abbreviations: Facts<String>,
}

/// Names that packs have for subcategories which `auditpol /list /subcategory:*` lists under
/// another one.
const OTHER_NAMES: [(&str, &str); 3] = [
    ("Central Access Policy Staging", "Central Policy Staging"),
    ("PNP Activity", "Plug and Play Events"),
    ("User/Device Claims", "User / Device Claims"),
];

/// A subcategory's name as `auditpol` prints it.
pub(crate) fn subcategory_name(name: &str) -> &str {
    let found = OTHER_NAMES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    found.map_or(name, |(_, name)| name)
}
