//! What makes Windows log an event: audit subcategories, Sysmon's filters, channels.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::table::{list, optional, rows};

/// Whether successes, failures or both are audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Audited {
    /// What succeeds.
    pub success: bool,
    /// What fails.
    pub failure: bool,
}

impl Audited {
    /// Successes and failures.
    pub const BOTH: Audited = Audited { success: true, failure: true };

    fn of(cell: &str) -> Audited {
        Audited { success: cell.contains('S'), failure: cell.contains('F') }
    }

    /// Whether one of the two is audited here and there.
    pub fn meets(self, other: Audited) -> bool {
        (self.success && other.success) || (self.failure && other.failure)
    }

    /// In auditpol's words.
    pub fn name(self) -> &'static str {
        match (self.success, self.failure) {
            (true, true) => "Success and Failure",
            (true, false) => "Success",
            (false, true) => "Failure",
            (false, false) => "No Auditing",
        }
    }
}

/// A subcategory of the advanced audit policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subcategory {
    /// Its category.
    pub category: &'static str,
    /// Its name in English.
    pub name: &'static str,
    /// Its GUID in capitals, without braces.
    pub guid: &'static str,
    /// What Windows 10 and 11 audit without a policy.
    pub default_client: Audited,
    /// What Windows Server 2016 to 2022 audit without a policy.
    pub default_server: Audited,
    /// What Microsoft recommends for workstations.
    pub recommended_workstation: Audited,
    /// For member servers.
    pub recommended_server: Audited,
    /// For domain controllers.
    pub recommended_controller: Audited,
}

/// Whether a channel or event is logged where nobody changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    /// It is.
    On,
    /// Only some of it.
    Part,
    /// It is not.
    Off,
    /// Only where a role, a feature or a product is installed.
    Role,
}

static SUBCATEGORIES: LazyLock<Vec<Subcategory>> = LazyLock::new(|| {
    rows::<8>("windows_audit.tsv", include_str!("../data/windows_audit.tsv"))
        .map(|[category, name, guid, client, server, workstation, member, controller]| {
            Subcategory {
                category,
                name,
                guid,
                default_client: Audited::of(client),
                default_server: Audited::of(server),
                recommended_workstation: Audited::of(workstation),
                recommended_server: Audited::of(member),
                recommended_controller: Audited::of(controller),
            }
        })
        .collect()
});

static EVENTS: LazyLock<BTreeMap<u32, Vec<(&'static Subcategory, Audited)>>> =
    LazyLock::new(|| {
        let table = "windows_audit_events.tsv";
        let mut out: BTreeMap<u32, Vec<_>> = BTreeMap::new();
        for [id, name, audited] in
            rows::<3>(table, include_str!("../data/windows_audit_events.tsv"))
        {
            let (Ok(id), Some(of)) = (id.parse(), by_name(name)) else {
                panic!("{table}: {id} {name}");
            };
            out.entry(id).or_default().push((of, Audited::of(audited)));
        }
        out
    });

static TAGS: LazyLock<BTreeMap<u32, Option<&'static str>>> = LazyLock::new(|| {
    rows::<2>("sysmon_tags.tsv", include_str!("../data/sysmon_tags.tsv"))
        .map(|[id, tag]| match id.parse() {
            Ok(id) => (id, optional(tag)),
            Err(_) => panic!("sysmon_tags.tsv: {id}"),
        })
        .collect()
});

type Channels = BTreeMap<(String, Option<u32>), (Default, Option<&'static str>)>;

static CHANNELS: LazyLock<Channels> = LazyLock::new(|| {
    let table = "windows_channels.tsv";
    rows::<4>(table, include_str!("../data/windows_channels.tsv"))
        .map(|[channel, id, default, switch]| {
            let default = match default {
                "on" => Default::On,
                "part" => Default::Part,
                "off" => Default::Off,
                "role" => Default::Role,
                other => panic!("{table}: {other}"),
            };
            let id =
                list(id).next().map(|id| id.parse().unwrap_or_else(|_| panic!("{table}: {id}")));
            ((channel.to_lowercase(), id), (default, optional(switch).filter(|s| *s != "?")))
        })
        .collect()
});

/// Every subcategory, by category and name.
pub fn subcategories() -> &'static [Subcategory] {
    &SUBCATEGORIES
}

/// The subcategory of an English name, whatever its case.
pub fn by_name(name: &str) -> Option<&'static Subcategory> {
    SUBCATEGORIES.iter().find(|s| s.name.eq_ignore_ascii_case(name))
}

/// The subcategory of a GUID, with or without braces.
pub fn by_guid(guid: &str) -> Option<&'static Subcategory> {
    let guid = guid.trim_matches(['{', '}']);
    SUBCATEGORIES.iter().find(|s| s.guid.eq_ignore_ascii_case(guid))
}

/// The subcategories that write an event of Microsoft-Windows-Security-Auditing, each with whether
/// the event stands for a success or a failure there. Empty where no table knows the event.
pub fn subcategories_of(event_id: u32) -> &'static [(&'static Subcategory, Audited)] {
    EVENTS.get(&event_id).map_or(&[], Vec::as_slice)
}

/// The tag that filters an event of Sysmon's in its configuration; the inner `None` for an event that
/// no filter touches, the outer for one that is not known.
pub fn sysmon_tag(event_id: u32) -> Option<Option<&'static str>> {
    TAGS.get(&event_id).copied()
}

/// Whether an event of a channel is logged by default, and what switches it on; `None` where no table
/// knows the channel. The Security channel is decided by the audit policy instead.
pub fn channel_default(channel: &str, event_id: u32) -> Option<(Default, Option<&'static str>)> {
    let channel = channel.to_lowercase();
    let of_event = CHANNELS.get(&(channel.clone(), Some(event_id)));
    of_event.or_else(|| CHANNELS.get(&(channel, None))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        assert_eq!(subcategories().len(), 59);
        assert!(subcategories().iter().all(|s| s.guid.len() == 36 && s.guid.starts_with("0CCE92")));
        let names = |id: u32| subcategories_of(id).iter().map(|(s, _)| s.name).collect::<Vec<_>>();
        assert_eq!(names(4688), ["Process Creation"]);
        assert_eq!(names(4625), ["Account Lockout", "Logon"]);
        assert_eq!(subcategories_of(4625)[1].1.name(), "Failure");
        assert_eq!(
            by_guid("{0cce922b-69ae-11d9-bed3-505054503030}").map(|s| s.name),
            Some("Process Creation")
        );
        assert_eq!(sysmon_tag(13), Some(Some("RegistryEvent")));
        assert_eq!((sysmon_tag(4), sysmon_tag(99)), (Some(None), None));
        let powershell = "microsoft-windows-powershell/operational";
        assert_eq!(channel_default(powershell, 4104).map(|d| d.0), Some(Default::Part));
        assert_eq!(channel_default(powershell, 53504).map(|d| d.0), Some(Default::On));
        assert_eq!(channel_default("Nowhere", 1), None);
    }

    #[test]
    fn every_event_that_has_a_tag_is_one_of_sysmons() {
        for (id, _) in TAGS.iter() {
            assert!(*id == 255 || crate::events::event("sysmon", *id).is_some(), "{id}");
        }
    }
}
