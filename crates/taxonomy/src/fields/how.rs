//! How a vendor's value differs from the value of the canonical field.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::table;

/// How a vendor's value is made of the canonical field's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// It is the same.
    Same,
    /// What follows the last `\` of a path: `cmd.exe` of `C:\Windows\System32\cmd.exe`.
    Basename,
    /// What stands before the last `\` of a path.
    Directory,
    /// What follows the last `.` of a path's last part, without the dot.
    Extension,
    /// The key of a registry path: what stands before the last `\`, which parts it from the value's
    /// name; of an event about a key the whole path.
    RegistryKey,
    /// The value's name at the end of a registry path.
    RegistryValue,
    /// The name of an account without its domain, of `DOMAIN\name` or of the name alone. A vendor's
    /// value that has a domain is compared with the whole.
    User,
    /// The domain of an account, of `DOMAIN\name`.
    Domain,
    /// `DOMAIN\name` where the event has the two in fields of their own, `…UserName` and
    /// `…DomainName`.
    Account,
    /// One element of a list that the event writes as one text: an argument of a command line.
    Token,
    /// The same in other words ([`words`]).
    Words(&'static str),
    /// It selects events: a term of the scope, not a field of an event.
    Scope,
    /// The vendor's add-ons give every event one, in words of their own: that it is there is known,
    /// what it says is not.
    Filled,
}

impl How {
    /// The name as it stands in the tables.
    pub fn name(self) -> String {
        match self {
            How::Same => "same".to_owned(),
            How::Basename => "basename".to_owned(),
            How::Directory => "directory".to_owned(),
            How::Extension => "extension".to_owned(),
            How::RegistryKey => "registry_key".to_owned(),
            How::RegistryValue => "registry_value".to_owned(),
            How::User => "user".to_owned(),
            How::Domain => "domain".to_owned(),
            How::Account => "account".to_owned(),
            How::Token => "token".to_owned(),
            How::Words(name) => format!("words:{name}"),
            How::Scope => "scope".to_owned(),
            How::Filled => "filled".to_owned(),
        }
    }

    /// Reads a name as it stands in the tables; `None` for one that they do not have.
    pub fn parse(name: &str) -> Option<How> {
        Some(match name {
            "same" => How::Same,
            "basename" => How::Basename,
            "directory" => How::Directory,
            "extension" => How::Extension,
            "registry_key" => How::RegistryKey,
            "registry_value" => How::RegistryValue,
            "user" => How::User,
            "domain" => How::Domain,
            "account" => How::Account,
            "token" => How::Token,
            "scope" => How::Scope,
            "filled" => How::Filled,
            other => How::Words(WORDS.get_key_value(other.strip_prefix("words:")?)?.0),
        })
    }

    /// The names of every way that a user may give, in their order.
    pub(super) fn names() -> Vec<String> {
        let plain = [
            How::Same,
            How::Basename,
            How::Directory,
            How::Extension,
            How::RegistryKey,
            How::RegistryValue,
            How::User,
            How::Domain,
            How::Account,
            How::Token,
        ];
        let mut words: Vec<&'static str> = WORDS.keys().copied().collect();
        words.sort_unstable();
        plain.into_iter().chain(words.into_iter().map(How::Words)).map(How::name).collect()
    }

    /// Whether the field holds the canonical one's value, in some way.
    pub(crate) fn has_value(self) -> bool {
        !matches!(self, How::Scope | How::Filled)
    }

    pub(super) fn of_table(cell: &str) -> How {
        How::parse(cell).unwrap_or_else(|| panic!("the tables of fields know no {cell:?}"))
    }
}

/// Values of Windows' events by the vendor's word in lower case.
type Words = HashMap<String, Vec<&'static str>>;

static WORDS: LazyLock<HashMap<&'static str, Words>> = LazyLock::new(|| {
    let mut words: HashMap<&'static str, Words> = HashMap::new();
    let rows = include_str!("../../data/field_values.tsv");
    for [name, word, values] in table::rows("field_values", rows) {
        let of = words.entry(name).or_default();
        let before = of.insert(word.to_ascii_lowercase(), table::list(values).collect());
        assert!(before.is_none(), "field_values: {name} {word} stands twice");
    }
    words
});

/// The values of Windows' events, any of which a vendor's word means; `None` for a word that the
/// list of this name does not have.
pub fn words(name: &str, word: &str) -> Option<&'static [&'static str]> {
    WORDS.get(name)?.get(&word.to_ascii_lowercase()).map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_values() {
        assert_eq!(words("logon_type", "remoteinteractive"), Some(&["10"][..]));
        assert_eq!(words("direction", "egress"), Some(&["true"][..]));
        assert_eq!(words("registry_action", "deleted"), Some(&["DeleteKey", "DeleteValue"][..]));
        assert_eq!(words("logon_type", "made up"), None);
        assert_eq!(How::of_table("words:signature").name(), "words:signature");
        assert_eq!(How::parse("words:made_up"), None);
        for name in How::names() {
            assert_eq!(How::parse(&name).map(How::name), Some(name));
        }
    }
}
