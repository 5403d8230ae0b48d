//! Writes small packs and reads them.

use std::fs;
use std::path::PathBuf;

use rulescope_knowledge::{EventFacts, Facts, Knowledge, read};
use tempfile::TempDir;

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it is below the folder")).expect("it can be made");
        fs::write(path, text).expect("a file can be written");
    }
    folder
}

/// What packs of one folder state.
pub(crate) fn knowledge(files: &[(&str, &str)]) -> Knowledge {
    let folder = folder(files);
    read(&[folder.path().to_owned()])
}

/// What a folder of one pack without defects states.
pub(crate) fn clean(files: &[(&str, &str)]) -> Knowledge {
    let knowledge = knowledge(files);
    assert_eq!(findings(&knowledge), [""; 0]);
    assert_eq!(knowledge.packs.len(), 1, "{:?}", knowledge.packs);
    knowledge
}

/// The findings in words.
pub(crate) fn findings(knowledge: &Knowledge) -> Vec<String> {
    knowledge.findings.iter().map(ToString::to_string).collect()
}

/// The events in words.
pub(crate) fn events(knowledge: &Knowledge) -> Vec<String> {
    knowledge.events.keys().map(ToString::to_string).collect()
}

/// The facts of an event that has to be there.
pub(crate) fn event<'k>(knowledge: &'k Knowledge, provider: &str, id: u32) -> &'k EventFacts {
    knowledge.event(provider, id).expect("the event is known").1
}

/// The values of facts.
pub(crate) fn values<T: Clone>(facts: &Facts<T>) -> Vec<T> {
    facts.values().cloned().collect()
}

/// The names of an event's fields.
pub(crate) fn fields(facts: &EventFacts) -> Vec<&str> {
    facts.fields.keys().map(String::as_str).collect()
}

/// Paths as `read` takes them.
pub(crate) fn paths(folders: &[&TempDir]) -> Vec<PathBuf> {
    folders.iter().map(|folder| folder.path().to_owned()).collect()
}
