//! Field names: a vendor's to the canonical one.
//!
//! Canonical names are Sysmon's, as Sigma uses them; what Sysmon does not have keeps the name that
//! the event itself gives it. Each vendor is one file in `data/` that lists only what differs: for
//! Sigma by more than case, for the others by the context that a name stands in ([`lookup`]), with
//! how the values differ ([`How`]). What a name means on one event alone is that event's matter
//! ([`crate::events::Event::native_field`]), not this module's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::events::{SYSTEM_FIELDS, events};
use crate::table;

mod how;
mod mapping;
mod own;

pub use how::{How, words};
pub(crate) use mapping::has_contexts;
pub use mapping::{Mapping, counterparts, is_unmapped, lookup, natives, unmapped};
pub use own::{Mappings, Part, Written};

/// Vendors whose names need no context, and their tables: native name, canonical name.
const VENDORS: [(&str, &str); 1] = [("sigma", include_str!("../../data/sigma_fields.tsv"))];

/// Lower-case native name to canonical name.
type Names = HashMap<String, &'static str>;

static VENDOR_NAMES: LazyLock<HashMap<&'static str, Names>> = LazyLock::new(|| {
    VENDORS
        .iter()
        .map(|(vendor, text)| {
            let rows = table::rows(vendor, text);
            let names = rows.map(|[native, canonical]| (native.to_ascii_lowercase(), canonical));
            (*vendor, names.collect())
        })
        .collect()
});

static CANONICAL: LazyLock<Names> = LazyLock::new(|| {
    let of = |provider: &'static str| events().iter().filter(move |e| e.provider == provider);
    // Where names differ by case alone, Sysmon's spelling comes first, then the names that other
    // events are mapped to, the header's, those of Security, and the first of the rest.
    let spellings = of("Microsoft-Windows-Sysmon")
        .flat_map(|e| e.fields())
        .chain(events().iter().flat_map(|e| e.answers()).map(|(_, canonical)| canonical))
        .chain(&SYSTEM_FIELDS)
        .chain(of("Microsoft-Windows-Security-Auditing").flat_map(|e| e.fields()))
        .chain(events().iter().flat_map(|e| e.fields()));
    let mut names = Names::new();
    for name in spellings {
        names.entry(name.to_ascii_lowercase()).or_insert(name);
    }
    names
});

/// The canonical name of a vendor's field without a context, or the name itself where the tables
/// know no other.
///
/// Case does not matter to Sigma's: `Commandline` is `CommandLine`. Of the vendors of [`lookup`] a
/// name without a counterpart has its scheme before it (`ecs:event.type`), and the canonical field
/// may hold more than the vendor's ([`How`]). A vendor without a table keeps its names as they are:
/// there is no guessing across naming schemes.
pub fn canonical<'a>(vendor: &str, native: &'a str) -> Cow<'a, str> {
    if has_contexts(vendor) {
        return match lookup(vendor, &[], native) {
            Some(mapping) if mapping.how.has_value() => mapping.canonical,
            _ => Cow::Owned(unmapped(vendor, native)),
        };
    }
    let lower = native.to_ascii_lowercase();
    let known = match VENDOR_NAMES.get(vendor) {
        Some(names) => names.get(&lower).or_else(|| CANONICAL.get(&lower)),
        None => None,
    };
    match known {
        Some(name) if *name != native => Cow::Borrowed(*name),
        _ => Cow::Borrowed(native),
    }
}

/// Whether a name is canonical, spelt exactly so.
pub fn is_canonical(name: &str) -> bool {
    CANONICAL.get(&name.to_ascii_lowercase()).is_some_and(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_become_the_canonical_one() {
        for (native, expected) in [
            ("Image", "Image"),
            ("Commandline", "CommandLine"),
            ("OriginalFilename", "OriginalFileName"),
            ("TargetFileName", "TargetFilename"),
            ("NewProcessName", "Image"),
            ("newprocessname", "Image"),
            ("ParentProcessName", "ParentImage"),
            ("ComputerName", "Computer"),
            ("New Value", "NewValue"),
            ("param1", "param1"),
            ("SubjectUserName", "SubjectUserName"),
            ("ProcessName", "ProcessName"),
        ] {
            assert_eq!(canonical("sigma", native), expected, "{native}");
        }
    }

    #[test]
    fn what_is_unknown_stays_as_it_is() {
        assert_eq!(canonical("sigma", "cs-uri-query"), "cs-uri-query");
        assert_eq!(canonical("sigma", "Größe"), "Größe");
        assert_eq!(canonical("nobody", "commandline"), "commandline");
    }

    #[test]
    fn canonical_names_are_their_own() {
        for names in VENDOR_NAMES.values() {
            for name in names.values() {
                assert_eq!(canonical("sigma", name), *name);
                assert!(is_canonical(name), "{name}");
            }
        }
        assert!(!is_canonical("commandline"));
    }
}
