//! Resolves Sigma's `logsource`
//! (<https://github.com/SigmaHQ/sigma-specification>, `specification/sigma-appendix-taxonomy.md`).

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::platform::Platform;
use super::resolution::{Channel, Resolution};
use crate::events::{self, Event};
use crate::table;

/// What one category or service name stands for.
#[derive(Debug, Default)]
struct Source {
    events: Vec<&'static Event>,
    also: Vec<&'static Event>,
    channels: Vec<Channel>,
}

/// The slot of a logsource that a name belongs into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Slot {
    Category,
    Service,
}

impl Slot {
    fn other(self) -> Slot {
        match self {
            Slot::Category => Slot::Service,
            Slot::Service => Slot::Category,
        }
    }
}

/// Names of one slot and their meaning, by lower-case name.
#[derive(Debug, Default)]
struct Names<T> {
    categories: HashMap<&'static str, T>,
    services: HashMap<&'static str, T>,
}

impl<T> Names<T> {
    fn slot(&self, slot: Slot) -> &HashMap<&'static str, T> {
        match slot {
            Slot::Category => &self.categories,
            Slot::Service => &self.services,
        }
    }

    fn slot_mut(&mut self, slot: &str) -> &mut HashMap<&'static str, T> {
        match slot {
            "category" => &mut self.categories,
            "service" => &mut self.services,
            other => panic!("our own tables know no slot {other:?}"),
        }
    }

    /// The name in its own slot, else in the other one: real rules mix them up
    /// (`category: security`, `service: image_loaded`).
    fn find(&self, slot: Slot, name: &str) -> Option<&T> {
        self.slot(slot).get(name).or_else(|| self.slot(slot.other()).get(name))
    }
}

struct Tables {
    /// Windows sources by product.
    sources: HashMap<&'static str, Names<Source>>,
    products: HashMap<&'static str, Option<Platform>>,
    /// Names that say what a rule without a product reads.
    generic: Names<Option<Platform>>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut sources: HashMap<&'static str, Names<Source>> = HashMap::new();
    let rows = include_str!("../../data/sigma_logsources.tsv");
    for [product, slot, name, standing, provider, channel, ids] in
        table::rows("sigma_logsources", rows)
    {
        let names = sources.entry(product).or_default();
        let source = names.slot_mut(slot).entry(name).or_default();
        let provider = (provider != "*").then_some(provider);
        if ids == "*" {
            source.channels.push(Channel { name: channel, provider });
            continue;
        }
        let target = match standing {
            "also" => &mut source.also,
            "documented" | "wild" => &mut source.events,
            other => panic!("sigma_logsources: unknown standing {other:?}"),
        };
        let provider = provider.expect("a source with event ids names its provider");
        target.extend(table::list(ids).map(|id| {
            let event = events::event(provider, events::number(id))
                .expect("sigma_logsources names events of windows_events");
            assert!(event.channel == channel, "sigma_logsources: {provider} {id} has a channel");
            event
        }));
    }
    let mut products = HashMap::new();
    let mut generic = Names::default();
    let rows = include_str!("../../data/sigma_products.tsv");
    for [kind, name, platform] in table::rows("sigma_products", rows) {
        let platform = Platform::of_table(platform);
        if kind == "product" {
            products.insert(name, platform);
        } else {
            generic.slot_mut(kind).insert(name, platform);
        }
    }
    Tables { sources, products, generic }
});

/// Resolves a Sigma logsource; names match whatever their case.
///
/// A slot may hold a list as real rules write it, in YAML's flow form or with commas
/// (`['ps_module', 'ps_script']`, `security, system`): its parts are alternatives. With both a
/// category and a service, the events of the category in the channels of the service are meant;
/// where there is none, the category decides.
pub fn resolve(product: Option<&str>, category: Option<&str>, service: Option<&str>) -> Resolution {
    let products = names(product);
    let categories = names(category);
    let services = names(service);
    let tables = &*TABLES;

    let mut resolution = Resolution { known: true, ..Resolution::default() };
    resolution.platform = match products.as_slice() {
        [] => generic_platform(tables, &categories, &services),
        [first, rest @ ..] => {
            let platform = |name: &String| tables.products.get(name.as_str()).copied().flatten();
            platform(first).filter(|p| rest.iter().all(|name| platform(name) == Some(*p)))
        }
    };
    resolution.known = products.iter().all(|name| tables.products.contains_key(name.as_str()));

    // Windows' names serve a rule without a product, too.
    let windows: Vec<&Names<Source>> = match products.as_slice() {
        [] => tables.sources.get("windows").into_iter().collect(),
        some => some.iter().filter_map(|name| tables.sources.get(name.as_str())).collect(),
    };
    let by_category = gather(&windows, Slot::Category, &categories);
    let by_service = gather(&windows, Slot::Service, &services);
    // Of other platforms only the products are known, so their other slots can't be wrong.
    if !windows.is_empty() {
        let is_generic =
            |slot, name: &String| tables.generic.slot(slot).contains_key(name.as_str());
        let missing = |gathered: &Gathered, slot| {
            gathered.missing.iter().any(|name| !products.is_empty() || !is_generic(slot, name))
        };
        resolution.known &= !missing(&by_category, Slot::Category);
        resolution.known &= !missing(&by_service, Slot::Service);
    }
    if products.is_empty() && categories.is_empty() && services.is_empty() {
        resolution.known = false;
    }
    combine(&mut resolution, by_category, by_service);
    let has_windows = !resolution.events.is_empty()
        || !resolution.also.is_empty()
        || !resolution.channels.is_empty();
    if resolution.known && !has_windows {
        // A product alone is every event of it.
        resolution.any_event = resolution.is_windows_only();
        if !resolution.any_event {
            resolution.others = vec![[products, categories, services].concat().join(" ")];
        }
    }
    resolution
}

/// The names in a slot, in lower case: one, or the parts of a list.
fn names(slot: Option<&str>) -> Vec<String> {
    slot.unwrap_or_default()
        .trim_matches(|c: char| c.is_whitespace() || c == '[' || c == ']')
        .split(',')
        .map(|name| name.trim_matches(|c: char| c.is_whitespace() || c == '\'' || c == '"'))
        .filter(|name| !name.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

/// What a rule without a product says of its platform. A channel of Windows exists nowhere else;
/// a category such as `process_creation` does.
fn generic_platform(
    tables: &Tables,
    categories: &[String],
    services: &[String],
) -> Option<Platform> {
    let generic = |slot, names: &[String]| {
        let first = tables.generic.slot(slot).get(names.first()?.as_str())?;
        *first
    };
    let is_channel = |name: &String| {
        let windows = tables.sources.get("windows");
        windows.is_some_and(|names| names.services.contains_key(name.as_str()))
    };
    generic(Slot::Category, categories)
        .or_else(|| generic(Slot::Service, services))
        .or_else(|| services.iter().any(is_channel).then_some(Platform::Windows))
}

/// What the names of one slot stand for together.
#[derive(Debug, Default)]
struct Gathered {
    events: Vec<&'static Event>,
    also: Vec<&'static Event>,
    channels: BTreeSet<Channel>,
    missing: Vec<String>,
}

impl Gathered {
    fn is_empty(&self) -> bool {
        self.events.is_empty() && self.also.is_empty() && self.channels.is_empty()
    }
}

fn gather(windows: &[&Names<Source>], slot: Slot, names: &[String]) -> Gathered {
    let mut gathered = Gathered::default();
    for name in names {
        let mut found = false;
        for source in windows.iter().filter_map(|table| table.find(slot, name)) {
            found = true;
            gathered.channels.extend(&source.channels);
            for (from, to) in
                [(&source.events, &mut gathered.events), (&source.also, &mut gathered.also)]
            {
                for event in from {
                    if !to.contains(event) {
                        to.push(event);
                    }
                }
            }
        }
        if !found {
            gathered.missing.push(name.clone());
        }
    }
    gathered
}

fn combine(resolution: &mut Resolution, mut first: Gathered, second: Gathered) {
    if first.is_empty() {
        first = second;
    } else if !second.channels.is_empty() {
        let inside = |event: &&'static Event| {
            second.channels.iter().any(|channel| channel.name == event.channel)
        };
        let events: Vec<_> = first.events.iter().copied().filter(inside).collect();
        let also: Vec<_> = first.also.iter().copied().filter(inside).collect();
        if !events.is_empty() || !also.is_empty() {
            (first.events, first.also) = (events, also);
        }
    }
    resolution.also = first.also;
    resolution.also.retain(|event| !first.events.contains(event));
    resolution.events = first.events;
    resolution.channels = first.channels.into_iter().collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(events: &[&'static Event]) -> Vec<String> {
        events.iter().map(|event| event.address()).collect()
    }

    fn windows(category: Option<&str>, service: Option<&str>) -> Resolution {
        resolve(Some("windows"), category, service)
    }

    #[test]
    fn categories_are_events() {
        let created = windows(Some("process_creation"), None);
        assert_eq!(addresses(&created.events), ["sysmon/1", "security-auditing/4688"]);
        assert!(created.known && created.is_windows_only());
        let set = windows(Some("registry_set"), None);
        assert_eq!(addresses(&set.events), ["sysmon/13"]);
        assert_eq!(addresses(&set.also), ["security-auditing/4657"]);
        for (category, expected) in [
            ("registry_event", vec!["sysmon/12", "sysmon/13", "sysmon/14"]),
            ("file_delete", vec!["sysmon/23", "sysmon/26"]),
            ("pipe_created", vec!["sysmon/17", "sysmon/18"]),
            ("wmi_event", vec!["sysmon/19", "sysmon/20", "sysmon/21"]),
            ("sysmon_status", vec!["sysmon/4", "sysmon/16"]),
            ("ps_script", vec!["powershell/4104", "powershellcore/4104"]),
            ("ps_classic_start", vec!["powershell/400"]),
            ("file_access", vec!["kernel-file/12"]),
            ("file_creation", vec!["sysmon/11"]),
        ] {
            assert_eq!(addresses(&windows(Some(category), None).events), expected, "{category}");
        }
    }

    #[test]
    fn services_are_channels_that_event_ids_narrow() {
        let security = windows(None, Some("security"));
        assert!(security.events.is_empty());
        assert_eq!(security.channels, [Channel { name: "Security", provider: None }]);
        assert_eq!(
            addresses(&security.events_with_id(&[4624, 1102])),
            ["eventlog/1102", "security-auditing/4624"]
        );
        assert_eq!(security.unknown_ids(&[31018, 4624]), [31018]);
        let system = windows(None, Some("system"));
        assert_eq!(addresses(&system.events_with_id(&[7045])), ["service-control-manager/7045"]);
        // Ids are those of a provider: System's 16 is three different events.
        assert_eq!(system.events_with_id(&[16]).len(), 3);
    }

    #[test]
    fn event_ids_narrow_a_category() {
        let created = windows(Some("process_creation"), None);
        assert_eq!(addresses(&created.events_with_id(&[4688])), ["security-auditing/4688"]);
        assert!(created.events_with_id(&[13]).is_empty());
    }

    #[test]
    fn category_and_service_together_are_both() {
        let both = windows(Some("process_creation"), Some("security"));
        assert_eq!(addresses(&both.events), ["security-auditing/4688"]);
        let apart = windows(Some("process_creation"), Some("system"));
        assert_eq!(apart.events.len(), 2);
    }

    #[test]
    fn lists_and_misplaced_names_are_read() {
        let list = windows(Some("['ps_module', 'ps_classic_script', 'ps_script']"), None);
        assert_eq!(
            addresses(&list.events),
            [
                "powershell/4103",
                "powershellcore/4103",
                "powershell/800",
                "powershell/4104",
                "powershellcore/4104"
            ]
        );
        let two = resolve(Some("Windows"), None, Some("security, system"));
        let names: Vec<&str> = two.channels.iter().map(|c| c.name).collect();
        assert_eq!((names, two.known), (vec!["Security", "System"], true));
        assert_eq!(addresses(&windows(None, Some("image_loaded")).events), ["sysmon/7"]);
        let misplaced = windows(Some("security"), None);
        assert_eq!(addresses(&misplaced.events_with_id(&[5142])), ["security-auditing/5142"]);
        assert_eq!(windows(Some("rdp"), None).channels.len(), 3);
    }

    #[test]
    fn sql_server_writes_to_application() {
        for (category, service) in [(Some("application"), None), (None, Some("application"))] {
            let sql = resolve(Some("mssql"), category, service);
            assert!(sql.is_windows_only() && sql.known);
            assert_eq!(addresses(&sql.events_with_id(&[33205, 1000])), ["mssqlserver/33205"]);
        }
    }

    #[test]
    fn what_is_not_windows_has_no_windows_events() {
        let linux = resolve(Some("linux"), Some("process_creation"), None);
        assert_eq!((linux.platform, linux.known), (Some(Platform::Linux), true));
        assert!(linux.candidates().is_empty());
        let proxy = resolve(None, Some("proxy"), None);
        assert_eq!((proxy.platform, proxy.known), (Some(Platform::Network), true));
        assert!(proxy.candidates().is_empty());
        let aws = resolve(Some("aws"), None, Some("cloudtrail"));
        assert_eq!((aws.platform, aws.known), (Some(Platform::Cloud), true));
    }

    #[test]
    fn without_a_product_a_category_is_any_platforms() {
        let any = resolve(None, Some("process_creation"), None);
        assert_eq!((any.platform, any.known, any.events.len()), (None, true, 2));
        let sysmon = resolve(None, None, Some("sysmon"));
        assert!(sysmon.is_windows_only());
    }

    #[test]
    fn what_is_unknown_says_so() {
        let odd = windows(Some("made_up"), None);
        assert!(!odd.known && odd.is_windows_only() && odd.candidates().is_empty());
        assert!(!windows(Some("process_creation"), Some("made_up")).known);
        assert!(!resolve(Some("amiga"), None, None).known);
        assert!(!resolve(None, None, None).known);
        assert!(windows(None, None).known);
    }
}
