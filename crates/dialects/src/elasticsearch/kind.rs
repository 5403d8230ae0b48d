//! How Elastic's indices map a field.
//!
//! Names and types are those of the Elastic Common Schema
//! (<https://www.elastic.co/docs/reference/ecs/ecs-field-reference>) and of the fields of the
//! integrations (<https://www.elastic.co/docs/reference/integrations>, Windows: "Exported fields").

/// How the values of a field are indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole, with case: `keyword`, `wildcard`, `constant_keyword`, numbers and truths.
    Keyword,
    /// Whole, without case: a keyword with a normalizer.
    Caseless,
    /// Cut into terms, without case.
    Text(Analyzer),
    /// An address.
    Ip,
    /// The number of an event, which is a keyword to Elastic.
    EventId,
}

/// How a text is cut into terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Analyzer {
    /// By the rules of Unicode
    /// (<https://www.elastic.co/docs/reference/text-analysis/analysis-standard-tokenizer>).
    Standard,
    /// At characters that are neither of a word nor `-`: the analyzer of PowerShell's scripts in the
    /// Windows integration
    /// (<https://www.elastic.co/docs/reference/text-analysis/analysis-pattern-analyzer>).
    PowerShell,
}

impl Analyzer {
    /// Whether a character is of a term for sure.
    pub fn holds(self, c: char) -> bool {
        match self {
            Analyzer::Standard => c.is_alphanumeric() || c == '_',
            Analyzer::PowerShell => c.is_ascii_alphanumeric() || matches!(c, '_' | '-'),
        }
    }
}

/// Texts among the fields; any `….text` is one too.
const TEXTS: [&str; 2] = ["message", "error.message"];

/// Addresses that are not called `ip`.
const ADDRESSES: [&str; 3] = ["dns.resolved_ip", "host.nat.ip", "github.actor_ip"];

/// How a field of this name is mapped. Fields that no schema names are keywords, as the dynamic
/// templates of the integrations map them.
pub fn kind(field: &str) -> Kind {
    let last = field.rsplit('.').next().unwrap_or(field);
    if field == "powershell.file.script_block_text" {
        return Kind::Text(Analyzer::PowerShell);
    }
    if matches!(field, "event.code" | "winlog.event_id") {
        return Kind::EventId;
    }
    match last {
        "text" if field != last => Kind::Text(Analyzer::Standard),
        "caseless" if field != last => Kind::Caseless,
        "ip" if field != last => Kind::Ip,
        _ if TEXTS.contains(&field) => Kind::Text(Analyzer::Standard),
        _ if ADDRESSES.contains(&field) => Kind::Ip,
        _ => Kind::Keyword,
    }
}

/// Fields that hold lists, and what holds them (a name that ends in a dot): those of the schema of
/// which it says "this field should contain an array of values"
/// (<https://www.elastic.co/docs/reference/ecs/ecs-field-reference>), and those of Elastic's alerts.
const LISTS: [&str; 22] = [
    "tags",
    "related.",
    "host.ip",
    "host.mac",
    "observer.ip",
    "observer.mac",
    "process.args",
    "process.parent.args",
    "process.env_vars",
    "dns.answers",
    "dns.answers.",
    "dns.header_flags",
    "dns.resolved_ip",
    "email.to.",
    "email.cc.",
    "email.bcc.",
    "file.attributes",
    "rule.author",
    "user.roles",
    "threat.",
    "kibana.alert.rule.tags",
    "kibana.alert.rule.threat.",
];

/// Whether a field may have several values at a time. `event.category` and `event.type` may too, and
/// hold one in nearly all data sets; queries compare them as if they always did.
pub fn is_list(field: &str) -> bool {
    LISTS.iter().any(
        |list| {
            if list.ends_with('.') { field.starts_with(list) } else { field == *list }
        },
    )
}

/// Whether a field is the time of the event.
pub fn is_time(field: &str) -> bool {
    matches!(field, "@timestamp" | "event.ingested" | "event.created" | "event.start" | "event.end")
}

/// The hashes of the schema (<https://www.elastic.co/docs/reference/ecs/ecs-hash>) that Windows'
/// sources give.
const HASHES: [&str; 5] = ["md5", "sha1", "sha256", "sha384", "sha512"];

/// The fields that a name with a wildcard stands for; none where the schema does not list them.
pub fn members(pattern: &str) -> Vec<String> {
    match pattern.strip_suffix(".hash.*") {
        Some(of) => HASHES.iter().map(|hash| format!("{of}.hash.{hash}")).collect(),
        None => Vec::new(),
    }
}
