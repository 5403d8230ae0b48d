//! Elements of Sysmon's configuration.

use std::sync::LazyLock;

use crate::events::number;
use crate::table;

static ELEMENTS: LazyLock<Vec<(&'static str, Vec<u32>)>> = LazyLock::new(|| {
    let rows = include_str!("../../data/sysmon_elements.tsv");
    table::rows("sysmon_elements", rows)
        .map(|[name, ids]| (name, table::list(ids).map(number).collect()))
        .collect()
});

/// The event ids that an element of Sysmon's configuration lets through, ascending; its name in any
/// case (<https://learn.microsoft.com/sysinternals/downloads/sysmon>, "Event filtering entries").
pub fn sysmon_element(name: &str) -> Option<&'static [u32]> {
    let found = ELEMENTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(&found.1)
}

/// The element that lets an event of Sysmon through; `None` for those that can't be filtered (4, 16
/// and 255).
pub fn sysmon_element_of(event_id: u32) -> Option<&'static str> {
    ELEMENTS.iter().find(|(_, ids)| ids.contains(&event_id)).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::events;

    #[test]
    fn every_event_of_sysmon_has_its_element() {
        assert_eq!(sysmon_element("ProcessCreate"), Some(&[1][..]));
        assert_eq!(sysmon_element("filecreatetime"), Some(&[2][..]));
        assert_eq!(sysmon_element("WmiEvent"), Some(&[19, 20, 21][..]));
        assert_eq!(sysmon_element("Process"), None);
        let sysmon = events().iter().filter(|e| e.provider == "Microsoft-Windows-Sysmon");
        let without: Vec<u32> =
            sysmon.map(|e| e.id).filter(|id| sysmon_element_of(*id).is_none()).collect();
        assert_eq!(without, [4, 16, 255]);
        for (name, ids) in ELEMENTS.iter() {
            assert!(ids.is_sorted() && ids.iter().all(|id| sysmon_element_of(*id) == Some(name)));
        }
    }
}
