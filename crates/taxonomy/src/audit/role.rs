//! What only a role or a product logs.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::events::{number, slug};
use crate::table::{self, optional};

/// The role of a controller of an Active Directory domain.
pub const DOMAIN_CONTROLLER: &str = "domain controller";

/// Roles that a domain controller has.
pub const OF_CONTROLLERS: [&str; 2] = [DOMAIN_CONTROLLER, "DNS server"];

static ROLES: LazyLock<BTreeMap<(String, Option<u32>), &str>> = LazyLock::new(|| {
    let rows = include_str!("../../data/windows_roles.tsv");
    table::rows("windows_roles", rows)
        .map(|[provider, id, role]| ((slug(provider), optional(id).map(number)), role))
        .collect()
});

/// The role or product without which a provider (in any of its names) does not write an event;
/// `None` where any Windows may.
pub fn role(provider: &str, event_id: u32) -> Option<&'static str> {
    let provider = slug(provider);
    let of_event = ROLES.get(&(provider.clone(), Some(event_id)));
    of_event.or_else(|| ROLES.get(&(provider, None))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_of_roles_are_told_apart() {
        assert_eq!(role("mssqlserver", 15457), Some("SQL Server"));
        assert_eq!(role("Kerberos-Key-Distribution-Center", 16), Some(DOMAIN_CONTROLLER));
        assert_eq!(role("NETLOGON", 5829), Some(DOMAIN_CONTROLLER));
        assert_eq!(role("NETLOGON", 5719), None);
        assert_eq!(role("Service Control Manager", 7045), None);
    }
}
