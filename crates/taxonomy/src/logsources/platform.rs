//! What a log source runs on.

/// What a log source runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// Windows, or a product that logs to the Windows event log.
    Windows,
    /// Linux.
    Linux,
    /// macOS.
    Macos,
    /// A cloud or hosted service's own log.
    Cloud,
    /// Network devices and traffic.
    Network,
    /// An application's own log, wherever it runs.
    Application,
}

impl Platform {
    /// The name as printed: `windows`, `linux`, …
    pub fn name(self) -> &'static str {
        match self {
            Platform::Windows => "windows",
            Platform::Linux => "linux",
            Platform::Macos => "macos",
            Platform::Cloud => "cloud",
            Platform::Network => "network",
            Platform::Application => "application",
        }
    }

    /// The platform of a name in our tables; `any` is `None`.
    pub(super) fn of_table(name: &str) -> Option<Platform> {
        match name {
            "windows" => Some(Platform::Windows),
            "linux" => Some(Platform::Linux),
            "macos" => Some(Platform::Macos),
            "cloud" => Some(Platform::Cloud),
            "network" => Some(Platform::Network),
            "application" => Some(Platform::Application),
            "any" => None,
            other => panic!("the tables of log sources know no platform {other:?}"),
        }
    }
}
