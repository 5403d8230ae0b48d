//! YAML files of packs.

use rulescope_ir::Severity;
use rulescope_yaml::{Document, Node};

use crate::harvest::{Broken, Source};

/// The documents of a YAML file.
///
/// # Errors
/// Where any part of it can't be read. Defects that were read around are findings.
pub(super) fn documents<'a>(source: &mut Source<'a>) -> Result<Vec<Document<'a>>, Broken> {
    let parsed = rulescope_yaml::parse(source.text);
    let at = |start: u32| usize::try_from(start).unwrap_or(usize::MAX);
    for defect in parsed.diagnostics {
        let line = Some(source.line_at(at(defect.span.start)));
        match defect.severity {
            Severity::Error => return Err(Broken::new(line, defect.message)),
            Severity::Warning => source.warn(line, "pack/yaml", defect.message),
            Severity::Note => {}
        }
    }
    Ok(parsed.documents)
}

/// The top mapping of a file of one document.
///
/// # Errors
/// Where there is none.
pub(super) fn mapping<'a>(source: &mut Source<'a>) -> Result<Node<'a>, Broken> {
    let root = documents(source)?.into_iter().find_map(|document| document.root);
    root.filter(|root| root.as_mapping().is_some()).ok_or_else(|| {
        Broken::new(Some(1), "it holds no keys and values; see the pack's other files")
    })
}

/// The text of a key, where there is one.
pub(super) fn text<'n>(node: &'n Node<'_>, key: &str) -> Option<&'n str> {
    node.get(key).filter(|value| !value.is_null())?.as_str()
}

/// The items of a key that holds a list, or the one value that stands in a list's place.
pub(super) fn items<'n, 'a>(node: &'n Node<'a>, key: &str) -> &'n [Node<'a>] {
    match node.get(key) {
        Some(value) if value.is_null() => &[],
        Some(value) => value.as_sequence().unwrap_or(std::slice::from_ref(value)),
        None => &[],
    }
}

/// The line of a node.
pub(super) fn line(source: &Source<'_>, node: &Node<'_>) -> Option<usize> {
    Some(source.line_at(usize::try_from(node.span.start).unwrap_or(usize::MAX)))
}

/// An event id.
///
/// # Errors
/// Where the key is missing or no number.
pub(super) fn event_id(source: &Source<'_>, node: &Node<'_>, key: &str) -> Result<u32, Broken> {
    let value = node.get(key).ok_or_else(|| {
        Broken::new(line(source, node), format!("it has no `{key}`; add the event's id"))
    })?;
    let id = value.as_str().and_then(|text| text.trim().parse().ok());
    id.ok_or_else(|| {
        Broken::new(line(source, value), format!("`{key}` is no event id; write a number"))
    })
}
