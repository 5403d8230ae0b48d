//! What packs state of an event: the facts of one kind of record.

use std::collections::BTreeMap;
use std::fmt;

use crate::fact::Facts;

/// One kind of Windows event.
///
/// Names are spelled as Windows spells them, as far as any pack or the built-in table does. What
/// no pack says, and nothing else decides, is `None`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    /// Full name of the provider: `Microsoft-Windows-Sysmon`.
    pub provider: Option<String>,
    /// The channel: `Microsoft-Windows-Sysmon/Operational`.
    pub channel: Option<String>,
    /// Event id, without qualifiers.
    pub id: u32,
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "?".to_owned());
        write!(f, "{} / {} / {}", name(&self.provider), name(&self.channel), self.id)
    }
}

/// A kind of record that is no Windows event: a table of Defender, a type of CloudTrail's log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceKey {
    /// Who writes it, as the pack names it: `Microsoft Defender for Endpoint`, `aws:cloudtrail`.
    pub source: String,
    /// The kind of record: `DeviceLogonEvents`.
    pub name: String,
}

/// What packs state of one kind of record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFacts {
    /// What happened, in a few words. No trailing full stop.
    pub titles: Facts<String>,
    /// What it means, in sentences; plain text or markdown.
    pub descriptions: Facts<String>,
    /// Level by its English name (`Information`, `Warning`, …).
    pub levels: Facts<String>,
    /// Task category, a name or a number.
    pub tasks: Facts<String>,
    /// Opcode, a name or a number.
    pub opcodes: Facts<String>,
    /// Versions of the event that are known to exist.
    pub versions: Facts<String>,
    /// The message, with `%1` for its parameters.
    pub messages: Facts<String>,
    /// Fields by name, as they stand in the event's own data.
    pub fields: BTreeMap<String, FieldFacts>,
    /// What is known by a label of the rendered message only (`Subject\Logon ID`), where no field
    /// could be named for it.
    pub labels: BTreeMap<String, FieldFacts>,
    /// Names that a product gives the fields.
    pub vendor_fields: Facts<VendorField>,
    /// Examples, word for word.
    pub examples: Facts<Example>,
    /// Audit policy subcategories that write it: `Process Creation`.
    pub subcategories: Facts<String>,
    /// Audit policy category, or the group that a pack puts the event into.
    pub categories: Facts<String>,
    /// How much a pack wants it to be collected.
    pub priorities: Facts<Priority>,
    /// What to watch for in it; plain text or markdown.
    pub recommendations: Facts<String>,
    /// What a machine must be to write it: server roles, oldest version.
    pub requirements: Facts<String>,
    /// What turns it on besides audit policy, such as an element of Sysmon's configuration.
    pub settings: Facts<String>,
    /// Who uses it.
    pub uses: Facts<Use>,
    /// Addresses to read more at.
    pub references: Facts<String>,
}

/// What packs state of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldFacts {
    /// That there is such a field, by the packs that name it.
    pub named: Facts<()>,
    /// Types, each in its pack's own words (`UnicodeString`, `string`).
    pub types: Facts<String>,
    /// What it holds.
    pub descriptions: Facts<String>,
    /// Single values as examples.
    pub samples: Facts<String>,
    /// Values with a meaning of their own.
    pub values: Facts<KnownValue>,
    /// Labels of the rendered message, or the names that a pack's model has for it.
    pub labels: Facts<String>,
    /// Versions of the event that have it, where a pack tells them apart.
    pub versions: Facts<String>,
}

impl EventFacts {
    /// The facts of a field, whatever the case of its name.
    pub fn field(&self, name: &str) -> Option<&FieldFacts> {
        self.fields.get(name).or_else(|| {
            let mut found =
                self.fields.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
            found.next().map(|(_, facts)| facts)
        })
    }
}

/// A value with a meaning of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownValue {
    /// As it stands in the event: `%%1938`, `0x12`, `3`.
    pub value: String,
    /// What it means.
    pub meaning: String,
}

/// A name that a product gives a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VendorField {
    /// The product or its data model: `splunk`, `cim Endpoint.Processes`.
    pub vendor: String,
    /// Its name there.
    pub name: String,
    /// The event's own field, where the pack says which.
    pub field: Option<String>,
}

/// An example, word for word as far as [`crate::MOST_TEXT`] goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// How it is written.
    pub format: ExampleFormat,
    /// The record.
    pub text: String,
}

/// How an example is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExampleFormat {
    /// Event XML.
    Xml,
    /// JSON.
    Json,
    /// A rendered message, or any other text.
    Text,
}

impl ExampleFormat {
    /// The name as printed: `xml`, `json`, `text`.
    pub fn name(self) -> &'static str {
        match self {
            ExampleFormat::Xml => "xml",
            ExampleFormat::Json => "json",
            ExampleFormat::Text => "text",
        }
    }
}

/// How much a pack wants an event to be collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Not recommended in general.
    Low,
    /// Recommended on some machines, under a condition, or for strict policies only.
    Medium,
    /// Recommended.
    High,
}

impl Priority {
    /// The name as printed: `low`, `medium`, `high`.
    pub fn name(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Medium => "medium",
            Priority::High => "high",
        }
    }
}

/// Somebody who uses an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// So many rules of a level, by the pack's own count.
    Rules {
        /// The rules' level: `high`.
        level: String,
        /// How many.
        rules: usize,
    },
    /// A subscription of event forwarding collects it.
    Subscription(String),
    /// The pack's program looks at events of this id.
    Target,
}
