//! Microsoft's documents on security auditing: a markdown page an event (`event-4688.md`), and one
//! a subcategory of audit policy (`audit-process-creation.md`).
//! <https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/>

mod event;
mod fields;
mod labels;
mod subcategory;

use crate::harvest::{Broken, Harvest, Source};
use crate::walk::{has_extension, stem};

pub(super) fn recognise(path: &str, head: &str) -> bool {
    if !has_extension(path, &["md"]) {
        return false;
    }
    let mut headings = head.lines().filter_map(|line| line.strip_prefix("# "));
    match id_of(path) {
        Some(id) => headings.any(|heading| heading.starts_with(&format!("{id}("))),
        None => {
            subcategory_of(path) && headings.any(|heading| subcategory::name(heading).is_some())
        }
    }
}

pub(super) fn expects(path: &str) -> bool {
    has_extension(path, &["md"]) && id_of(path).is_some()
}

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    match id_of(source.path) {
        Some(id) => event::read(source, harvest, id),
        None => subcategory::read(source, harvest),
    }
}

/// The event of a page.
fn id_of(path: &str) -> Option<u32> {
    stem(path).strip_prefix("event-")?.parse().ok()
}

/// Whether a page is about a subcategory; `basic-audit-…` are about the policy before Vista.
fn subcategory_of(path: &str) -> bool {
    stem(path).starts_with("audit-") || stem(path) == "other-events"
}
