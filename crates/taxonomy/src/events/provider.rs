//! Names of event providers: the full one, the one people write, the one in addresses.

/// What most of Windows' own providers begin with.
const PREFIX: &str = "Microsoft-Windows-";

/// A provider as people write it: without `Microsoft-Windows-` (`Sysmon`, `Security-Auditing`,
/// `Service Control Manager`).
pub fn short_name(provider: &str) -> &str {
    match provider.get(..PREFIX.len()) {
        Some(head) if head.eq_ignore_ascii_case(PREFIX) => &provider[PREFIX.len()..],
        _ => provider,
    }
}

/// A provider as it stands in addresses (`sysmon`, `service-control-manager`): the short name in
/// lower case, spaces as `-`.
///
/// SQL Server writes as `MSSQL$<instance>` or `MSSQLSERVER` and its audit as
/// `MSSQLSERVER$AUDIT`; they are one provider here.
pub fn slug(provider: &str) -> String {
    let provider = match provider.split_once('$') {
        Some((head, _)) if head.eq_ignore_ascii_case("mssql") => "mssqlserver",
        Some((head, _)) if head.eq_ignore_ascii_case("mssqlserver") => "mssqlserver",
        _ => provider,
    };
    short_name(provider)
        .chars()
        .map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_they_share() {
        assert_eq!(short_name("Microsoft-Windows-Sysmon"), "Sysmon");
        assert_eq!(short_name("Service Control Manager"), "Service Control Manager");
        assert_eq!(slug("Microsoft-Windows-Windows Defender"), "windows-defender");
        assert_eq!(slug("MSSQL$SQLEXPRESS"), "mssqlserver");
        assert_eq!(slug("é"), "é");
    }
}
