//! A user's own mappings of a vendor's fields, which come before the tables.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::how::How;
use super::mapping::{Mapping, has_contexts, is_event_id, resolve_by};
use super::{CANONICAL, is_canonical};

/// A mapping as a user writes it; the words are those of the tables in `data/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written<'a> {
    /// The vendor's name of the field.
    pub native: &'a str,
    /// The canonical name; none where the field has no counterpart (`how` is `none`).
    pub canonical: Option<&'a str>,
    /// Where the name means this: a term of a scope, an event id (`EventID=4624`), or `*`.
    pub context: &'a str,
    /// How the values differ ([`How::name`]), or `none`.
    pub how: &'a str,
}

/// The part of a mapping that is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The vendor's name.
    Native,
    /// The canonical name.
    Canonical,
    /// The context.
    Context,
    /// How the values differ.
    How,
}

/// A user's own mappings of one vendor's fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mappings {
    /// Context and native name, folded as the vendor's are; `None` where there is no counterpart.
    rows: BTreeMap<(String, String), Option<Mapping>>,
}

impl Mappings {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds one of the vendor's.
    ///
    /// # Errors
    /// The part at fault, and a message that states the fact, then the remedy.
    pub fn add(&mut self, vendor: &str, written: Written<'_>) -> Result<(), (Part, String)> {
        let Written { native, canonical, context, how } = written;
        for (part, text) in [(Part::Native, native), (Part::Context, context)] {
            if text.trim().is_empty() || text.trim() != text {
                let message =
                    format!("`{text}` can't name anything; write it without blanks around");
                return Err((part, message));
            }
        }
        let mapping = match (how, canonical) {
            ("none", None) => None,
            ("none", Some(name)) => {
                let message = format!(
                    "a field without a counterpart has no canonical name; remove `{name}`, or say \
                     how the values differ"
                );
                return Err((Part::Canonical, message));
            }
            (_, None) => {
                let message = "the mapping has no `canonical` name; give one, or `how = \"none\"`";
                return Err((Part::Native, message.to_owned()));
            }
            (how, Some(name)) => Some(mapping(name, how)?),
        };
        let key = (context.to_ascii_lowercase(), folded(vendor, native));
        if self.rows.contains_key(&key) {
            let message =
                format!("`{native}` is mapped twice in the context `{context}`; keep one of them");
            return Err((Part::Native, message));
        }
        self.rows.insert(key, mapping);
        Ok(())
    }

    /// What they say of a name in these contexts: its counterpart or that it has none; `None` where
    /// they do not speak of it. Contexts are those of [`super::lookup`].
    pub(crate) fn find(
        &self,
        vendor: &str,
        contexts: &[&str],
        native: &str,
    ) -> Option<Option<Mapping>> {
        if self.is_empty() {
            return None;
        }
        let find = |places: &[&str], native: &str| {
            let name = folded(vendor, native);
            let mut said = places
                .iter()
                .filter_map(|place| self.rows.get(&(place.to_ascii_lowercase(), name.clone())));
            let first = said.next()?;
            Some(if said.all(|other| other == first) { first.clone() } else { None })
        };
        let in_contexts = |contexts: &[&str], native: &str| {
            let (ids, places): (Vec<&str>, Vec<&str>) =
                contexts.iter().partition(|context| is_event_id(context));
            let place = || find(&places, native).or_else(|| find(&["*"], native));
            resolve_by(&ids, |forms| find(forms, native), place)
        };
        // Splunk's names may have their data set before them.
        let member = || {
            let (set, name) = native.rsplit_once('.')?;
            if vendor == "splunk" {
                find(&[set], name).or_else(|| find(&["*"], name))
            } else {
                None
            }
        };
        in_contexts(contexts, native).or_else(member)
    }

    /// All of them as one text: two that are equal mean the same.
    pub fn fingerprint(&self) -> String {
        let mut out = String::new();
        for ((context, native), mapping) in &self.rows {
            let (name, how) = match mapping {
                Some(mapping) => (mapping.canonical.as_ref(), mapping.how.name()),
                None => ("-", "none".to_owned()),
            };
            let _ = writeln!(out, "{context}\t{native}\t{name}\t{how}");
        }
        out
    }
}

/// Sigma's names are compared without case, those of other vendors with it.
fn folded(vendor: &str, native: &str) -> String {
    if has_contexts(vendor) { native.to_owned() } else { native.to_ascii_lowercase() }
}

fn mapping(name: &str, how: &str) -> Result<Mapping, (Part, String)> {
    if !is_canonical(name) {
        let message = match CANONICAL.get(&name.to_ascii_lowercase()) {
            Some(meant) => format!("`{name}` is spelt `{meant}`; write it so"),
            None => format!(
                "`{name}` is no field of an event that is known; use a name of Sysmon's or of the \
                 event's own data"
            ),
        };
        return Err((Part::Canonical, message));
    }
    let found = How::parse(how).filter(|how| how.has_value());
    let Some(how) = found else {
        let names = How::names().join(", ");
        let message = format!("`{how}` does not say how values differ; use none, {names}");
        return Err((Part::How, message));
    };
    Ok(Mapping { canonical: Cow::Owned(name.to_owned()), how })
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: Written<'_> =
        Written { native: "proc", canonical: Some("Image"), context: "*", how: "same" };

    fn of(vendor: &str, written: &[Written<'_>]) -> Mappings {
        let mut out = Mappings::default();
        for one in written {
            out.add(vendor, *one).expect("well formed");
        }
        out
    }

    fn found(m: &Mappings, vendor: &str, contexts: &[&str], name: &str) -> Option<Option<String>> {
        m.find(vendor, contexts, name)
            .map(|of| of.map(|m| format!("{} {}", m.canonical, m.how.name())))
    }

    #[test]
    fn a_context_counts_before_any() {
        let near = Written { context: "Endpoint.Processes", how: "basename", ..IMAGE };
        let id = Written { context: "EventID=4624", canonical: None, how: "none", ..IMAGE };
        let all = of("splunk", &[IMAGE, near, id]);
        let some = |text: &str| Some(Some(text.to_owned()));
        assert_eq!(found(&all, "splunk", &["x"], "proc"), some("Image same"));
        assert_eq!(found(&all, "splunk", &["endpoint.processes"], "proc"), some("Image basename"));
        assert_eq!(found(&all, "splunk", &["EventID=4624", "x"], "proc"), Some(None));
        assert_eq!(found(&all, "splunk", &["EventID=4688", "x"], "proc"), some("Image same"));
        assert_eq!(found(&all, "splunk", &["EventID=4624", "EventID=4688"], "proc"), Some(None));
        assert_eq!(found(&all, "splunk", &[], "Endpoint.Processes.proc"), some("Image basename"));
        assert_eq!(found(&all, "splunk", &[], "Proc"), None);
        assert_eq!(found(&of("sigma", &[IMAGE]), "sigma", &[], "Proc"), some("Image same"));
    }

    #[test]
    fn what_is_wrong_is_told_by_part() {
        let wrong = |written| Mappings::default().add("sigma", written).expect_err("it is wrong");
        let (part, message) = wrong(Written { canonical: Some("image"), ..IMAGE });
        assert_eq!((part, &*message), (Part::Canonical, "`image` is spelt `Image`; write it so"));
        let (part, message) = wrong(Written { canonical: Some("Imgae"), ..IMAGE });
        assert!(part == Part::Canonical && message.contains("no field of an event"), "{message}");
        let (part, message) = wrong(Written { how: "scope", ..IMAGE });
        assert!(part == Part::How && message.contains("basename"), "{message}");
        assert_eq!(wrong(Written { how: "words:x", ..IMAGE }).0, Part::How);
        assert_eq!(wrong(Written { canonical: None, ..IMAGE }).0, Part::Native);
        assert_eq!(wrong(Written { how: "none", ..IMAGE }).0, Part::Canonical);
        assert_eq!(wrong(Written { context: " ", ..IMAGE }).0, Part::Context);
        let mut twice = of("sigma", &[IMAGE]);
        let again = Written { native: "PROC", ..IMAGE };
        assert!(twice.add("sigma", again).is_err_and(|(part, _)| part == Part::Native));
    }

    #[test]
    fn the_fingerprint_follows_every_part() {
        let base = of("sigma", &[IMAGE]).fingerprint();
        for other in [
            Written { native: "p", ..IMAGE },
            Written { canonical: Some("ParentImage"), ..IMAGE },
            Written { context: "security", ..IMAGE },
            Written { how: "basename", ..IMAGE },
        ] {
            assert_ne!(of("sigma", &[other]).fingerprint(), base);
        }
    }
}
