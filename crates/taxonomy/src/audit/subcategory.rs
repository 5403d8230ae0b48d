//! Subcategories of the audit policy, and the events that each lets through.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::audited::Audited;
use super::setting::{Roles, Setting};
use crate::events::number;
use crate::table;

/// A subcategory of Windows' advanced audit policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subcategory {
    /// GUID in upper case, without braces.
    pub guid: &'static str,
    /// The category: `Detailed Tracking`.
    pub category: &'static str,
    /// The name as `auditpol` prints it: `Process Creation`.
    pub name: &'static str,
    /// Whether domain controllers alone write its events.
    pub controllers_only: bool,
    /// What Windows sets by itself; blank where Microsoft's page names nothing.
    pub default: Roles,
    /// Microsoft's baseline recommendation.
    pub baseline: Roles,
    /// Microsoft's recommendation for stronger needs.
    pub stronger: Roles,
}

struct Policy {
    subcategories: Vec<Subcategory>,
    by_guid: HashMap<&'static str, usize>,
    /// By name, squeezed.
    by_name: HashMap<String, usize>,
    by_event: HashMap<u32, Written>,
}

/// What writes an event.
struct Written {
    subcategories: Vec<usize>,
    audited: Audited,
    object_entry: bool,
}

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let mut policy = Policy {
        subcategories: Vec::new(),
        by_guid: HashMap::new(),
        by_name: HashMap::new(),
        by_event: HashMap::new(),
    };
    let rows = include_str!("../../data/audit_subcategories.tsv");
    for row in table::rows("audit_subcategories", rows) {
        let [
            guid,
            category,
            name,
            also,
            client,
            client_base,
            client_strong,
            server,
            base,
            strong,
            at,
        ] = row;
        assert!(matches!(at, "dc" | "-"), "audit_subcategories: where {at:?}");
        let roles = |client, server| Roles {
            client: Setting::of_table(client),
            server: Setting::of_table(server),
        };
        let index = policy.subcategories.len();
        policy.subcategories.push(Subcategory {
            guid,
            category,
            name,
            controllers_only: at == "dc",
            default: roles(client, server),
            baseline: roles(client_base, base),
            stronger: roles(client_strong, strong),
        });
        assert!(policy.by_guid.insert(guid, index).is_none(), "{guid} stands twice");
        for name in table::list(also).chain([name]) {
            let before = policy.by_name.insert(squeezed(name), index);
            assert!(before.is_none(), "audit_subcategories: {name} stands twice");
        }
    }
    let rows = include_str!("../../data/windows_audit.tsv");
    for [id, names, audited, source, object] in table::rows("windows_audit", rows) {
        let known = matches!(source, "event" | "list" | "wela" | "record");
        assert!(known, "windows_audit: source {source:?}");
        assert!(matches!(object, "entry" | "-"), "windows_audit: object {object:?}");
        let subcategories = table::list(names)
            .map(|name| *policy.by_name.get(&squeezed(name)).expect("names a subcategory"))
            .collect();
        let written = Written {
            subcategories,
            audited: Audited::of_table(audited),
            object_entry: object == "entry",
        };
        let before = policy.by_event.insert(number(id), written);
        assert!(before.is_none(), "windows_audit: {id} stands twice");
    }
    policy
});

/// A name without what documents spell in different ways: case, spaces, slashes and hyphens.
fn squeezed(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Every subcategory, by GUID.
pub fn subcategories() -> &'static [Subcategory] {
    &POLICY.subcategories
}

/// The subcategories any of which writes this event of `Microsoft-Windows-Security-Auditing`, by
/// GUID. Empty for an id that the table does not know and for events that are written whatever the
/// policy says (1102 and its likes, which are of another provider).
pub fn subcategories_of(event_id: u32) -> impl Iterator<Item = &'static Subcategory> {
    let indices = POLICY.by_event.get(&event_id).map_or(&[][..], |written| &written.subcategories);
    indices.iter().map(|index| &POLICY.subcategories[*index])
}

/// Whether an event stands for a success or a failure; both where it can be either.
pub fn audited(event_id: u32) -> Option<Audited> {
    POLICY.by_event.get(&event_id).map(|written| written.audited)
}

/// Whether an event is written only for objects whose own audit entries (SACL) ask for it.
pub fn needs_object_entry(event_id: u32) -> bool {
    POLICY.by_event.get(&event_id).is_some_and(|written| written.object_entry)
}

/// The first of [`subcategories_of`] an event: for nearly all of them the only one.
pub fn subcategory(event_id: u32) -> Option<&'static Subcategory> {
    subcategories_of(event_id).next()
}

/// The subcategory of a GUID, in any case, with or without braces.
pub fn by_guid(guid: &str) -> Option<&'static Subcategory> {
    let guid = guid.trim().trim_matches(['{', '}']).to_ascii_uppercase();
    POLICY.by_guid.get(guid.as_str()).map(|index| &POLICY.subcategories[*index])
}

/// The subcategory of a name as `auditpol`, the policy editor (`Audit Process Creation`) or
/// Microsoft's documents write it; case, spaces and hyphens do not matter.
pub fn by_name(name: &str) -> Option<&'static Subcategory> {
    let name = squeezed(name);
    let found =
        POLICY.by_name.get(&name).or_else(|| POLICY.by_name.get(name.strip_prefix("audit")?))?;
    Some(&POLICY.subcategories[*found])
}

/// What Windows audits by itself, by GUID of the subcategory; those of which Microsoft's page names
/// no default are left out.
pub fn defaults() -> impl Iterator<Item = (&'static Subcategory, Roles)> {
    subcategories().iter().map(|s| (s, s.default)).filter(|(_, r)| *r != Roles::default())
}

/// Microsoft's baseline, by GUID of the subcategory; those without a recommendation are left out.
pub fn baseline() -> impl Iterator<Item = (&'static Subcategory, Roles)> {
    subcategories().iter().map(|s| (s, s.baseline)).filter(|(_, r)| *r != Roles::default())
}

#[cfg(test)]
mod tests {
    use super::super::Advice;
    use super::*;
    use crate::events;

    #[test]
    fn subcategories_are_found_by_any_spelling() {
        let policy = by_name("Audit Policy Change").expect("known");
        assert_eq!(policy.name, "Audit Policy Change");
        for (name, expected) in [
            ("Audit Audit Policy Change", "Audit Policy Change"),
            ("Policy Change", ""),
            ("audit pnp activity", "Plug and Play Events"),
            ("User/Device Claims", "User / Device Claims"),
            ("Non-Sensitive Privilege Use", "Non Sensitive Privilege Use"),
            ("Audit Central Access Policy Staging", "Central Policy Staging"),
            ("Größe", ""),
        ] {
            assert_eq!(by_name(name).map_or("", |s| s.name), expected, "{name}");
        }
        let guid = "{0cce922b-69ae-11d9-bed3-505054503030}";
        assert_eq!(by_guid(guid).map(|s| s.name), Some("Process Creation"));
        assert_eq!(by_guid("0CCE922B"), None);
    }

    #[test]
    fn an_event_may_be_of_several() {
        let names = |id| subcategories_of(id).map(|s| s.name).collect::<Vec<_>>();
        assert_eq!(names(4688), ["Process Creation"]);
        assert_eq!(names(4625), ["Logon", "Account Lockout"]);
        let objects = ["File System", "Registry", "Kernel Object", "Removable Storage"];
        assert_eq!(names(4663), objects);
        assert!(names(1102).is_empty());
        assert_eq!(subcategory(4728).map(|s| s.name), Some("Security Group Management"));
    }

    #[test]
    fn settings_are_those_of_microsofts_page() {
        let of = |name| by_name(name).expect("known");
        let logon = of("Logon");
        assert_eq!(logon.default.client.to_string(), "yes,yes");
        assert_eq!(of("Directory Service Changes").baseline.server.to_string(), "dc,dc");
        assert!(of("Directory Service Changes").baseline.client.is_blank());
        assert_eq!(of("MPSSVC Rule-Level Policy Change").stronger.client.failure, Advice::Blank);
        // Rows of the page that are not blank: 12 defaults for each kind of machine, and a baseline
        // for 15 subcategories on clients and 17 on servers.
        assert_eq!(defaults().count(), 17);
        assert_eq!(baseline().filter(|(_, r)| !r.client.is_blank()).count(), 15);
        assert_eq!(baseline().filter(|(_, r)| !r.server.is_blank()).count(), 17);
    }

    #[test]
    fn security_events_without_a_subcategory_are_those_that_no_source_places() {
        let without: Vec<u32> = events::events()
            .iter()
            .filter(|e| e.provider == "Microsoft-Windows-Security-Auditing")
            .filter(|e| subcategory(e.id).is_none())
            .map(|e| e.id)
            .collect();
        let unplaced = [4825, 4900, 5123, 5124, 5169, 5170, 5380, 5381, 5382];
        assert_eq!(without, unplaced);
    }
}
