//! Channels that have to be switched on.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::events::number;
use crate::table::{self, optional};

/// Whether a channel or an event of it is logged where nobody changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shipped {
    /// It is.
    On,
    /// Only some of it.
    Part,
    /// It is not.
    Off,
    /// Only where a role, a feature or a product is installed.
    Role,
}

type Channels = BTreeMap<(String, Option<u32>), (Shipped, Option<&'static str>)>;

static CHANNELS: LazyLock<Channels> = LazyLock::new(|| {
    let rows = include_str!("../../data/windows_channels.tsv");
    table::rows("windows_channels", rows)
        .map(|[channel, id, shipped, switch]| {
            let shipped = match shipped {
                "on" => Shipped::On,
                "part" => Shipped::Part,
                "off" => Shipped::Off,
                "role" => Shipped::Role,
                other => panic!("windows_channels: {other:?}"),
            };
            let switch = optional(switch).filter(|switch| *switch != "?");
            ((channel.to_lowercase(), optional(id).map(number)), (shipped, switch))
        })
        .collect()
});

/// Whether an event of a channel (in any case) is logged by default, and what switches it on; `None`
/// where the table does not know the channel. The Security channel is decided by the audit policy
/// instead.
pub fn shipped(channel: &str, event_id: u32) -> Option<(Shipped, Option<&'static str>)> {
    let channel = channel.to_lowercase();
    let of_event = CHANNELS.get(&(channel.clone(), Some(event_id)));
    of_event.or_else(|| CHANNELS.get(&(channel, None))).copied()
}

/// The settings by which events of channels are switched on, sorted.
pub fn settings() -> Vec<&'static str> {
    let mut out: Vec<&str> = CHANNELS.values().filter_map(|(_, switch)| *switch).collect();
    out.retain(|name| *name != "the channel");
    out.sort_unstable();
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::events;

    #[test]
    fn an_event_of_its_own_comes_before_its_channel() {
        let powershell = "microsoft-windows-powershell/operational";
        assert_eq!(
            shipped(powershell, 4104),
            Some((Shipped::Part, Some("PowerShell script block logging")))
        );
        assert_eq!(shipped(powershell, 53504), Some((Shipped::On, None)));
        assert_eq!(shipped("Nowhere", 1), None);
    }

    #[test]
    fn every_channel_of_the_events_is_known() {
        let without: Vec<&str> = events()
            .iter()
            .map(|e| e.channel)
            .filter(|c| *c != "Security" && !c.contains("Sysmon") && !c.contains("event tracing"))
            .filter(|c| shipped(c, 0).is_none())
            .collect();
        assert_eq!(without, [""; 0]);
    }
}
