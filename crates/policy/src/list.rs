//! Lists of events: one a line, as addresses (`sysmon/1`, `security-auditing/4688`, with or without
//! `Microsoft-Windows-`), or whole channels and providers (`Security`, `sysmon`), or settings that
//! events and fields depend on (`PowerShell module logging`). `#` begins a comment; the id may be a
//! range (`sysmon/12-14`).

use std::collections::BTreeSet;

use rulescope_taxonomy::events::{self, slug};

use crate::error::Defect;
use crate::setting::setting;

/// Events and channels that are logged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    /// Slugs of providers and ids.
    events: BTreeSet<(String, u32)>,
    /// Slugs of providers and names of channels in small letters, any event of which is logged.
    whole: BTreeSet<String>,
    /// Settings that are on.
    pub(crate) settings: BTreeSet<&'static str>,
}

impl List {
    /// Whether it names an event or a channel, and not settings alone.
    pub(crate) fn names_events(&self) -> bool {
        !self.events.is_empty() || !self.whole.is_empty()
    }

    /// Whether an event is on the list.
    pub fn has(&self, provider: &str, channel: &str, id: u32) -> bool {
        let provider = slug(provider);
        self.whole.contains(&channel.to_lowercase())
            || self.whole.contains(&provider)
            || self.events.contains(&(provider, id))
    }
}

pub(crate) fn read(text: &str) -> Result<List, Defect> {
    let mut list = List::default();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or("").trim();
        if line.is_empty() {
            continue;
        }
        if let Some(setting) = setting(line) {
            list.settings.insert(setting);
            continue;
        }
        let ids = line.rsplit_once(['/', ':', ',', '\t']).and_then(|(source, ids)| {
            let (from, to) = ids.split_once('-').unwrap_or((ids, ids));
            let range = from.trim().parse::<u32>().ok()?..=to.trim().parse::<u32>().ok()?;
            Some((source.trim(), range))
        });
        match ids {
            Some((source, range)) => {
                let known = source_of(source).ok_or_else(|| unknown(number, source))?;
                if range.is_empty() || range.end() - range.start() > 65_535 {
                    return Err(Defect::new(number, format!("`{line}` is no range of event ids")));
                }
                for provider in known {
                    list.events.extend(range.clone().map(|id| (provider.clone(), id)));
                }
            }
            None => {
                source_of(line).ok_or_else(|| unknown(number, line))?;
                list.whole.insert(line.to_lowercase());
                list.whole.insert(slug(line));
            }
        }
    }
    if !list.names_events() && list.settings.is_empty() {
        return Err(Defect::new(1, "it names no event; one stands on a line, such as sysmon/1"));
    }
    Ok(list)
}

fn unknown(line: usize, source: &str) -> Defect {
    let message = format!(
        "`{source}` is no provider or channel that is known; write events as sysmon/1 or \
         security-auditing/4688, channels by their full name"
    );
    Defect::new(line, message)
}

/// The providers that a name means: itself, or those of a channel.
fn source_of(name: &str) -> Option<Vec<String>> {
    let wanted = slug(name);
    let mut found = BTreeSet::new();
    for event in events::events() {
        let own = slug(event.provider);
        if own == wanted || event.channel.eq_ignore_ascii_case(name) {
            found.insert(own);
        }
    }
    (!found.is_empty()).then(|| found.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYSMON: (&str, &str) =
        ("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational");

    #[test]
    fn events_ranges_and_channels() {
        let text = "# what we collect\nsysmon/1\nMicrosoft-Windows-Sysmon/12-14 # registry\nSecurity/4688\nSystem\n";
        let list = read(text).expect("a list");
        assert!(list.has(SYSMON.0, SYSMON.1, 1) && list.has(SYSMON.0, SYSMON.1, 13));
        assert!(!list.has(SYSMON.0, SYSMON.1, 3));
        assert!(list.has("Microsoft-Windows-Security-Auditing", "Security", 4688));
        assert!(!list.has("Microsoft-Windows-Security-Auditing", "Security", 4624));
        assert!(list.has("Service Control Manager", "System", 7045));
    }

    #[test]
    fn what_is_not_known_is_told_with_its_line() {
        assert_eq!(read("sysmon/1\nsysmin/1").expect_err("a defect").line, 2);
        assert_eq!(read("# nothing\n").expect_err("a defect").line, 1);
        assert_eq!(read("sysmon/5-1").expect_err("a defect").line, 1);
    }
}
