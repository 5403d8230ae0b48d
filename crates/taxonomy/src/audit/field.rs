//! Fields that stay empty until a setting of their own is switched on.

use std::sync::LazyLock;

use crate::events::number;
use crate::table;

/// A setting without which fields of an audited event stay empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSetting {
    /// An event of `Microsoft-Windows-Security-Auditing`.
    pub event_id: u32,
    /// Native names of the fields.
    pub fields: Vec<&'static str>,
    /// The setting as the policy editor names it.
    pub name: &'static str,
    /// Whether Windows has it on by itself.
    pub default: bool,
    /// Whether Microsoft's baseline switches it on.
    pub baseline: bool,
    /// Whether Microsoft's recommendation for stronger needs does.
    pub stronger: bool,
}

static SETTINGS: LazyLock<Vec<FieldSetting>> = LazyLock::new(|| {
    let on = |cell: &str| match cell {
        "on" => true,
        "off" => false,
        other => panic!("windows_audit_fields: {other:?} is neither on nor off"),
    };
    let rows = include_str!("../../data/windows_audit_fields.tsv");
    table::rows("windows_audit_fields", rows)
        .map(|[id, fields, name, default, baseline, stronger]| FieldSetting {
            event_id: number(id),
            fields: table::list(fields).collect(),
            name,
            default: on(default),
            baseline: on(baseline),
            stronger: on(stronger),
        })
        .collect()
});

/// Every such setting, by event.
pub fn field_settings() -> &'static [FieldSetting] {
    &SETTINGS
}

/// The setting that fields of an event of `Microsoft-Windows-Security-Auditing` depend on.
pub fn field_setting(event_id: u32) -> Option<&'static FieldSetting> {
    SETTINGS.iter().find(|setting| setting.event_id == event_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::event;

    #[test]
    fn the_fields_are_those_of_the_event() {
        for setting in field_settings() {
            let event = event("security-auditing", setting.event_id).expect("known");
            for field in &setting.fields {
                assert!(event.fields().contains(field), "{field}");
            }
        }
        assert_eq!(field_setting(4688).map(|s| s.default), Some(false));
        assert_eq!(field_setting(4689), None);
    }
}
