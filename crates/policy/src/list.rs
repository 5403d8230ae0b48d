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
    /// Names that the tables do not know, with their lines: rules and knowledge packs may.
    pub(crate) unknown: Vec<(usize, String)>,
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
    let mut any_known = false;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or("").trim();
        if line.is_empty() {
            continue;
        }
        if let Some(setting) = setting(line) {
            list.settings.insert(setting);
            any_known = true;
            continue;
        }
        let ids = line.rsplit_once(['/', ':', ',', '\t']).and_then(|(source, ids)| {
            let (from, to) = ids.split_once('-').unwrap_or((ids, ids));
            let range = from.trim().parse::<u32>().ok()?..=to.trim().parse::<u32>().ok()?;
            Some((source.trim(), range))
        });
        match ids {
            Some((source, range)) => {
                if range.is_empty() || range.end() - range.start() > 65_535 {
                    return Err(Defect::new(number, format!("`{line}` is no range of event ids")));
                }
                let known = source_of(source);
                if known.is_empty() {
                    list.unknown.push((number, source.to_owned()));
                } else {
                    any_known = true;
                }
                // Rules name an event that no table has by its channel.
                for provider in known.into_iter().chain([slug(source)]) {
                    list.events.extend(range.clone().map(|id| (provider.clone(), id)));
                }
            }
            None => {
                // A channel is known by its provider too: `Microsoft-Windows-DNS-Client/Operational`.
                let provider = line.rsplit_once('/').map(|(provider, _)| slug(provider));
                let provider =
                    provider.filter(|of| events::events().iter().any(|e| slug(e.provider) == *of));
                if source_of(line).is_empty() && provider.is_none() {
                    list.unknown.push((number, line.to_owned()));
                } else {
                    any_known = true;
                }
                list.whole.insert(line.to_lowercase());
                list.whole.insert(slug(line));
                if source_of(line).is_empty() {
                    list.whole.extend(provider);
                }
            }
        }
    }
    // A text none of whose lines is known is no list.
    if let (false, Some((line, source))) = (any_known, list.unknown.first()) {
        return Err(unknown(*line, source));
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

/// The providers that a name means: itself, or those of a channel; none where no table knows it.
fn source_of(name: &str) -> BTreeSet<String> {
    let wanted = slug(name);
    let is =
        |e: &&events::Event| slug(e.provider) == wanted || e.channel.eq_ignore_ascii_case(name);
    events::events().iter().filter(is).map(|e| slug(e.provider)).collect()
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
    fn what_only_rules_know_is_taken() {
        let text = "sysmon/1\nMicrosoft-Windows-Elsewhere/Operational\nMicrosoft-Windows-Other/Admin/77\n\
                    Microsoft-Windows-DNS-Client/Operational\n";
        let list = read(text).expect("a list");
        let elsewhere = "Microsoft-Windows-Elsewhere/Operational";
        assert!(list.has(elsewhere, elsewhere, 12));
        let other = "Microsoft-Windows-Other/Admin";
        assert!(list.has(other, other, 77) && !list.has(other, other, 78));
        let dns = "Microsoft-Windows-DNS-Client";
        assert!(list.has(dns, "Microsoft-Windows-DNS Client Events/Operational", 3008));
        assert_eq!(list.unknown.len(), 2);
    }

    #[test]
    fn what_is_not_known_is_told_with_its_line() {
        let list = read("sysmon/1\nsysmin/1").expect("a list");
        assert_eq!(list.unknown, [(2, "sysmin".to_owned())]);
        assert_eq!(read("sysmin/1\n").expect_err("a defect").line, 1);
        assert_eq!(read("# nothing\n").expect_err("a defect").line, 1);
        assert_eq!(read("sysmon/5-1").expect_err("a defect").line, 1);
    }
}
