//! Settings that events and fields depend on besides audit policy and channels.

use rulescope_taxonomy::audit;
use rulescope_taxonomy::events::slug;

/// Every setting, sorted: those of channels' events and of audited events' fields.
pub fn settings() -> Vec<&'static str> {
    let mut out = audit::settings();
    out.extend(audit::field_settings().iter().map(|setting| setting.name));
    out.sort_unstable();
    out.dedup();
    out
}

/// The setting of a name, in any case, with hyphens for spaces (`powershell-module-logging`).
pub fn setting(name: &str) -> Option<&'static str> {
    let wanted = slug(name.trim());
    settings().into_iter().find(|known| slug(known) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_found_by_any_spelling() {
        let line = "Include command line in process creation events";
        assert_eq!(setting("include-command-line-in-process-creation-events"), Some(line));
        assert_eq!(setting("POWERSHELL module logging"), Some("PowerShell module logging"));
        assert_eq!(setting("the channel"), None);
    }
}
