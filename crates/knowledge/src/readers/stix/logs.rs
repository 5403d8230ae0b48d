//! Which Windows events ATT&CK's log sources mean: `WinEventLog:Sysmon` with `EventCode=1`
//! (<https://attack.mitre.org/detectionstrategies/>, log sources of analytics).

use rulescope_taxonomy::events::event;

use crate::event::EventKey;

/// The events of a log source; none where it is no Windows log or names no ids.
pub(super) fn events(name: &str, channel: &str) -> Vec<EventKey> {
    let Some(log) = name.strip_prefix("WinEventLog:") else { return Vec::new() };
    let Some((_, ids)) = channel.split_once("EventCode=") else { return Vec::new() };
    // `EventCode=4688, 4689`, at times with words behind the last one.
    let numbers = ids.split(',').map(|part| {
        let digits = |c: &char| c.is_ascii_digit();
        part.trim().trim_start_matches("EventCode=").chars().take_while(digits).collect::<String>()
    });
    numbers.map_while(|digits| digits.parse().ok()).filter_map(|id| key(log.trim(), id)).collect()
}

fn key(log: &str, id: u32) -> Option<EventKey> {
    let channel = |name: &str| EventKey { provider: None, channel: Some(name.to_owned()), id };
    let provider = |name: &str| EventKey { provider: Some(name.to_owned()), channel: None, id };
    match log.to_ascii_lowercase().as_str() {
        "security" | "system" | "application" | "setup" => Some(channel(log)),
        "powershell" if id < 4_000 => Some(channel("Windows PowerShell")),
        "powershell" => Some(channel("Microsoft-Windows-PowerShell/Operational")),
        "wmi" => Some(provider("Microsoft-Windows-WMI-Activity")),
        _ if log.contains('/') => Some(channel(log)),
        _ => match event(log, id) {
            Some(known) => Some(provider(known.provider)),
            None if log.starts_with("Microsoft-Windows-") => Some(provider(log)),
            // A name of ATT&CK's own, of which Windows has no log.
            None => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_sources_mean_events() {
        let found = |name: &str, channel: &str| -> Vec<String> {
            events(name, channel).iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            found("WinEventLog:Security", "EventCode=4768, 4769"),
            ["? / Security / 4768", "? / Security / 4769"]
        );
        assert_eq!(
            found("WinEventLog:Sysmon", "EventCode=1"),
            ["Microsoft-Windows-Sysmon / ? / 1"]
        );
        assert_eq!(found("WinEventLog:Sysmon", "process creation"), [""; 0]);
        assert_eq!(found("auditd:SYSCALL", "EventCode=1"), [""; 0]);
        assert_eq!(found("WinEventLog:iis", "EventCode=1"), [""; 0]);
    }
}
