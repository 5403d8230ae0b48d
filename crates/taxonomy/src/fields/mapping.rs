//! What a vendor's field is on Windows' events: the tables of the vendors, by context.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::how::How;
use super::{CANONICAL, VENDOR_NAMES};
use crate::table;

/// A naming scheme of a vendor: the vendor's name, the scheme's (which stands before names that
/// have no counterpart) and its table.
const SCHEMES: [(&str, &str, &str); 4] = [
    ("splunk", "splunk", include_str!("../../data/splunk_fields.tsv")),
    ("elastic", "ecs", include_str!("../../data/elastic_fields.tsv")),
    ("kusto", "kusto", include_str!("../../data/kusto_fields.tsv")),
    ("chronicle", "udm", include_str!("../../data/udm_fields.tsv")),
];

/// What a vendor's field is on Windows' events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mapping {
    /// The canonical name; for [`How::Scope`] the kind of a scope's term.
    pub canonical: Cow<'static, str>,
    /// How the vendor's value differs from the canonical field's.
    pub how: How,
}

impl Mapping {
    fn same(canonical: Cow<'static, str>) -> Mapping {
        Mapping { canonical, how: How::Same }
    }
}

/// Tables whose columns are the event's own data and a few besides.
const OWN_NAMES: [&str; 3] = ["securityevent", "event", "windowsevent"];

#[derive(Debug)]
struct Scheme {
    prefix: &'static str,
    /// Whether events of Windows come in with the names of their own data.
    keeps_names: bool,
    /// Context in lower case, then the native name; `None` where it has no counterpart.
    rows: HashMap<String, HashMap<&'static str, Option<Mapping>>>,
}

static SCHEMES_BY_VENDOR: LazyLock<HashMap<&'static str, Scheme>> = LazyLock::new(|| {
    let read = |(vendor, prefix, text): (&'static str, &'static str, &'static str)| {
        let mut rows: HashMap<String, HashMap<_, _>> = HashMap::new();
        for [contexts, native, canonical, how, _note] in table::rows(vendor, text) {
            let mapping = match how {
                "none" => None,
                how => {
                    Some(Mapping { canonical: Cow::Borrowed(canonical), how: How::of_table(how) })
                }
            };
            for context in table::list(contexts) {
                let of = rows.entry(context.to_ascii_lowercase()).or_default();
                let before = of.insert(native, mapping.clone());
                assert!(before.is_none(), "{vendor}: {context} {native} stands twice");
            }
        }
        let keeps_names = matches!(prefix, "splunk" | "kusto");
        (vendor, Scheme { prefix, keeps_names, rows })
    };
    SCHEMES.into_iter().map(read).collect()
});

fn scheme(vendor: &str) -> Option<&'static Scheme> {
    let vendor = SCHEMES.iter().find(|(name, prefix, _)| [*name, *prefix].contains(&vendor))?.0;
    SCHEMES_BY_VENDOR.get(vendor)
}

/// Whether fields of this vendor are looked up by context.
pub(crate) fn has_contexts(vendor: &str) -> bool {
    scheme(vendor).is_some()
}

/// What a vendor's field is on Windows' events, where it stands in these contexts: the terms of a
/// scope (`Endpoint.Processes`, `DeviceFileEvents`, `process`, `PROCESS_LAUNCH`) and, before
/// them, event ids (`EventID=4624`). Contexts are alternatives: where they mean different fields
/// by the name, there is no counterpart.
///
/// The vendor is `sigma`, `splunk`, `elastic`, `kusto` or `chronicle` (`ecs` and `udm` do as well).
/// A name of Splunk's may have its data set before it (`Processes.process_name`), one of UDM may
/// lack its `principal.` or `target.`. Names are compared with case, Sigma's apart.
pub fn lookup(vendor: &str, contexts: &[&str], native: &str) -> Option<Mapping> {
    let Some(scheme) = scheme(vendor) else {
        let lower = native.to_ascii_lowercase();
        let names = VENDOR_NAMES.get(vendor)?;
        let name = names.get(&lower).or_else(|| CANONICAL.get(&lower))?;
        return Some(Mapping::same(Cow::Borrowed(name)));
    };
    let ids: Vec<&str> = contexts.iter().copied().filter(|c| is_event_id(c)).collect();
    let places: Vec<&str> = contexts.iter().copied().filter(|c| !is_event_id(c)).collect();
    match scheme.prefix {
        "splunk" => {
            if let Some((set, name)) = native.rsplit_once('.')
                && scheme.rows.contains_key(&set.to_ascii_lowercase())
            {
                return scheme.resolve(&ids, &[set], name);
            }
            scheme.resolve(&ids, &places, native)
        }
        "ecs" => {
            let plain = native.strip_suffix(".caseless").or_else(|| native.strip_suffix(".text"));
            event_data(native, "winlog.event_data.")
                .or_else(|| event_data(native, "winlog.user_data."))
                .or_else(|| scheme.resolve(&ids, &places, plain.unwrap_or(native)))
        }
        "udm" => {
            if let Some(rest) = native.strip_prefix("additional.fields[") {
                let name = rest.strip_suffix(']')?.trim_matches(['"', '\'']);
                return super::is_canonical(name).then(|| Mapping::same(canonical_of(name)));
            }
            let found = scheme.resolve(&ids, &places, native);
            let nouns = ["principal.", "target.", "src.", "metadata.", "network."];
            if found.is_some() || nouns.iter().any(|noun| native.starts_with(noun)) {
                return found;
            }
            let with = |noun: &str| scheme.resolve(&ids, &places, &format!("{noun}{native}"));
            with("target.").or_else(|| with("principal."))
        }
        _ => event_data(native, "EventData.").or_else(|| scheme.resolve(&ids, &places, native)),
    }
}

/// `EventID=4624` or `4624`.
pub(super) fn is_event_id(context: &str) -> bool {
    let id = context.strip_prefix("EventID=").unwrap_or(context);
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit())
}

/// A field of the event's data by its own name.
fn event_data(native: &str, prefix: &str) -> Option<Mapping> {
    let name = native.strip_prefix(prefix).filter(|name| !name.is_empty())?;
    Some(Mapping::same(canonical_of(name)))
}

/// A name in its canonical spelling, or as it is.
fn canonical_of(name: &str) -> Cow<'static, str> {
    match CANONICAL.get(&name.to_ascii_lowercase()) {
        Some(known) => Cow::Borrowed(*known),
        None => Cow::Owned(name.to_owned()),
    }
}

impl Scheme {
    fn resolve(&self, ids: &[&str], places: &[&str], native: &str) -> Option<Mapping> {
        let place = || match self.find(places, native) {
            Some(said) => said,
            None => self
                .find(&["*"], native)
                .unwrap_or_else(|| if self.keeps_names(places) { own_name(native) } else { None }),
        };
        resolve_by(ids, |forms| self.find(forms, native), || Some(place())).flatten()
    }

    /// Whether names may be those of the event's own data: where no context has names of its own.
    fn keeps_names(&self, places: &[&str]) -> bool {
        self.keeps_names
            && places.iter().map(|place| place.to_ascii_lowercase()).all(|place| {
                !self.rows.contains_key(&place)
                    || place.contains("wineventlog")
                    || OWN_NAMES.contains(&place.as_str())
            })
    }

    /// What contexts say of a name: its counterpart, or that it has none, also where they disagree;
    /// `None` where no context has it.
    fn find(&self, contexts: &[&str], native: &str) -> Option<Option<Mapping>> {
        let mut said = contexts
            .iter()
            .filter_map(|context| self.rows.get(&context.to_ascii_lowercase())?.get(native));
        let first = said.next()?;
        Some(if said.all(|other| other == first) { first.clone() } else { None })
    }
}

/// What a name means where a condition asks for these event ids: what is said of the ids before what
/// is said of the place. `None` where neither speaks of it.
pub(super) fn resolve_by(
    ids: &[&str],
    of_forms: impl Fn(&[&str]) -> Option<Option<Mapping>>,
    place: impl Fn() -> Option<Option<Mapping>>,
) -> Option<Option<Mapping>> {
    // UDM's table names ids as its own terms do, by the number alone.
    let of_id = |id: &&str| {
        let number = id.strip_prefix("EventID=").unwrap_or(id);
        of_forms(&[id, number]).or_else(&place)
    };
    let mut said = ids.iter().map(of_id);
    let Some(first) = said.next() else { return place() };
    // Ids are alternatives: they must agree.
    if said.all(|other| other == first) { first } else { Some(None) }
}

/// A name of the events' own data, in its very spelling.
fn own_name(native: &str) -> Option<Mapping> {
    let known = CANONICAL.get(&native.to_ascii_lowercase())?;
    (*known == native).then(|| Mapping::same(Cow::Borrowed(*known)))
}

/// A vendor's name that has no counterpart, as it stands among canonical names: `ecs:event.type`.
/// Of a vendor without a scheme of its own the name itself.
pub fn unmapped(vendor: &str, native: &str) -> String {
    match scheme(vendor) {
        Some(scheme) => format!("{}:{native}", scheme.prefix),
        None => native.to_owned(),
    }
}

/// Whether a name is a vendor's without a counterpart, as [`unmapped`] writes it. No event has a field
/// of it, but what brings events into the vendor's product may add one: Splunk's add-ons give an
/// event its `action` and `signature`.
pub fn is_unmapped(name: &str) -> bool {
    name.split_once(':')
        .is_some_and(|(scheme, _)| SCHEMES.iter().any(|(_, known, _)| *known == scheme))
}

/// Every canonical name that a vendor's table gives, but kinds of scopes.
pub fn counterparts(vendor: &str) -> BTreeSet<&'static str> {
    let rows = scheme(vendor).into_iter().flat_map(|s| s.rows.values());
    let mappings = rows.flat_map(HashMap::values).flatten();
    mappings
        .filter(|mapping| mapping.how.has_value())
        .filter_map(|mapping| match &mapping.canonical {
            Cow::Borrowed(name) => Some(*name),
            Cow::Owned(_) => None,
        })
        .collect()
}

/// By vendor and canonical name.
type Natives = HashMap<&'static str, HashMap<&'static str, Vec<&'static str>>>;

static NATIVES: LazyLock<Natives> = LazyLock::new(|| {
    let mut out = Natives::new();
    for (vendor, _, text) in SCHEMES {
        for [_, native, canonical, how, _] in table::rows(vendor, text) {
            let natives = out.entry(vendor).or_default().entry(canonical).or_default();
            if how == "same" && !natives.contains(&native) {
                natives.push(native);
            }
        }
    }
    out
});

/// The vendor's own fields that hold the values of a canonical one, in the order of its table.
pub fn natives(vendor: &str, canonical: &str) -> &'static [&'static str] {
    NATIVES.get(vendor).and_then(|of| of.get(canonical)).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::super::is_canonical;
    use super::*;

    fn found(vendor: &str, contexts: &[&str], native: &str) -> Option<(String, How)> {
        let mapping = lookup(vendor, contexts, native)?;
        Some((mapping.canonical.into_owned(), mapping.how))
    }

    fn some(canonical: &str, how: How) -> Option<(String, How)> {
        Some((canonical.to_owned(), how))
    }

    #[test]
    fn a_data_set_is_a_context_or_a_prefix() {
        let image = some("Image", How::Basename);
        assert_eq!(found("splunk", &[], "Processes.process_name"), image);
        assert_eq!(found("splunk", &["Endpoint.Processes"], "process_name"), image);
        assert_eq!(found("splunk", &[], "EventCode"), some("EventID", How::Same));
        assert_eq!(found("splunk", &[], "eventcode"), None);
        let security = ["XmlWinEventLog:Security"];
        assert_eq!(found("splunk", &security, "src"), some("IpAddress", How::Same));
        assert_eq!(found("splunk", &[], "src"), some("SourceIp", How::Same));
        assert_eq!(found("splunk", &[], "Processes.action"), some("EventID", How::Filled));
        assert_eq!(found("splunk", &[], "Processes.user_id"), None);
        assert_eq!(found("splunk", &[], "ScriptBlockText"), some("ScriptBlockText", How::Same));
    }

    #[test]
    fn a_table_decides_what_its_columns_mean() {
        let file = |table| found("kusto", &[table], "FileName");
        assert_eq!(file("DeviceProcessEvents"), some("Image", How::Basename));
        assert_eq!(file("DeviceFileEvents"), some("TargetFilename", How::Basename));
        assert_eq!(file("DeviceImageLoadEvents"), some("ImageLoaded", How::Basename));
        assert_eq!(file("DeviceEvents"), None);
        let both = ["DeviceProcessEvents", "DeviceFileEvents"];
        assert_eq!(found("kusto", &both, "FileName"), None);
        assert_eq!(found("kusto", &both, "SHA256"), some("sha256", How::Same));
        assert_eq!(found("kusto", &["DeviceProcessEvents"], "RemotePort"), None);
        let port = some("RemotePort", How::Same);
        assert_eq!(found("kusto", &["WindowsEvent"], "RemotePort"), port);
        let parent = found("kusto", &["DeviceProcessEvents"], "InitiatingProcessFileName");
        assert_eq!(parent, some("ParentImage", How::Basename));
        let actor = found("kusto", &["DeviceFileEvents"], "InitiatingProcessFileName");
        assert_eq!(actor, some("Image", How::Basename));
        // Only logons say whose session begins; a service that is installed says who did it.
        let session = |ids: &[&str]| found("elastic", ids, "winlog.logon.id");
        assert_eq!(session(&["EventID=4624"]), some("TargetLogonId", How::Same));
        assert_eq!(session(&["EventID=4697"]), some("SubjectLogonId", How::Same));
        assert_eq!(session(&["EventID=4672", "authentication"]), some("SubjectLogonId", How::Same));
        let deleted = found("splunk", &[], "Filesystem.action");
        assert_eq!(deleted, some("EventID", How::Words("file_action")));
        assert_eq!(found("splunk", &[], "Logon_ID"), some("SubjectLogonId", How::Same));
        let logon = found("kusto", &["EventID=4624", "SecurityEvent"], "Account");
        assert_eq!(logon, some("TargetUserName", How::Account));
        let ids = ["EventID=4624", "EventID=4720", "SecurityEvent"];
        assert_eq!(found("kusto", &ids, "Account"), None);
        assert_eq!(found("kusto", &ids, "SHA256"), some("sha256", How::Same));
    }

    #[test]
    fn event_data_keeps_its_names() {
        let own = found("elastic", &[], "winlog.event_data.TargetUserName");
        assert_eq!(own, some("TargetUserName", How::Same));
        let unknown = found("elastic", &[], "winlog.event_data.Whatever");
        assert_eq!(unknown, some("Whatever", How::Same));
        assert_eq!(found("elastic", &[], "winlog.event_data."), None);
        assert_eq!(found("elastic", &[], "process.name.caseless"), some("Image", How::Basename));
        assert_eq!(found("elastic", &[], "event.category"), some("event_category", How::Scope));
        assert_eq!(found("elastic", &["iam"], "user.id"), some("SubjectUserSid", How::Same));
        assert_eq!(found("elastic", &["process"], "user.id"), None);
        assert_eq!(
            found("udm", &[], "additional.fields[\"CallTrace\"]"),
            some("CallTrace", How::Same)
        );
    }

    #[test]
    fn principal_is_the_parent_where_a_process_starts() {
        let name = "principal.process.file.full_path";
        assert_eq!(found("udm", &["PROCESS_LAUNCH"], name), some("ParentImage", How::Same));
        assert_eq!(found("chronicle", &["4688"], name), some("ParentImage", How::Same));
        assert_eq!(found("udm", &["FILE_CREATION"], name), some("Image", How::Same));
        assert_eq!(found("udm", &["PROCESS_OPEN"], name), some("SourceImage", How::Same));
        assert_eq!(found("udm", &[], "process.command_line"), some("CommandLine", How::Same));
    }

    #[test]
    fn what_has_no_counterpart_keeps_its_name_with_its_scheme() {
        assert_eq!(unmapped("elastic", "event.outcome"), "ecs:event.outcome");
        assert_eq!(unmapped("chronicle", "metadata.id"), "udm:metadata.id");
        assert_eq!(unmapped("sigma", "c-uri"), "c-uri");
        assert!(is_unmapped("ecs:event.outcome") && is_unmapped("splunk:action"));
        assert!(!is_unmapped("c-uri") && !is_unmapped("elastic:x"));
    }

    #[test]
    fn counterparts_are_canonical() {
        for (vendor, _, _) in SCHEMES {
            for name in counterparts(vendor) {
                assert!(is_canonical(name), "{vendor}: {name}");
            }
        }
    }
}
