//! What the tests read and how they tell it.

use std::path::{Path, PathBuf};

use rulescope_events::{Event, ReadError, Reader, Value};

/// The events of a text, and the errors in words.
pub(crate) fn read(name: &str, bytes: impl Into<Vec<u8>>) -> (Vec<Event>, Vec<String>) {
    gather(Reader::from_read(name, std::io::Cursor::new(bytes.into())))
}

/// Events and errors of a reader.
pub(crate) fn gather(
    reader: impl Iterator<Item = Result<Event, ReadError>>,
) -> (Vec<Event>, Vec<String>) {
    let (mut events, mut errors) = (Vec::new(), Vec::new());
    for item in reader {
        match item {
            Ok(event) => events.push(event),
            Err(error) => errors.push(error.to_string()),
        }
    }
    (events, errors)
}

/// The only event of a text.
pub(crate) fn one(name: &str, text: &str) -> Event {
    let (mut events, errors) = read(name, text);
    assert_eq!(errors, [""; 0], "{text}");
    assert_eq!(events.len(), 1, "{text}");
    events.remove(0)
}

/// The text of a value; `None` where there is none or it is no single one.
pub(crate) fn text(event: &Event, name: &str) -> Option<String> {
    event.get(name).and_then(|value| value.text().map(|text| text.into_owned()))
}

/// A value in words: texts and numbers alike.
pub(crate) fn words(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::List(items) => {
            format!("[{}]", items.iter().map(words).collect::<Vec<_>>().join("|"))
        }
        Value::Object(members) => {
            let inner = members.iter().map(|(name, value)| format!("{name}={}", words(value)));
            format!("{{{}}}", inner.collect::<Vec<_>>().join("|"))
        }
        single => single.text().unwrap_or_default().into_owned(),
    }
}

/// A folder of the corpora, or `None` (said on stdout) where they are not at hand.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
pub(crate) fn corpus(path: &str) -> Option<PathBuf> {
    let root = match std::env::var_os("RULESCOPE_CORPORA") {
        Some(root) => PathBuf::from(root),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    };
    let folder = root.join(path);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpora ({})", folder.display());
    None
}

/// The logs below a folder that have an extension, sorted.
pub(crate) fn logs(folder: &Path, extension: &str) -> Vec<PathBuf> {
    rulescope_events::Logs::new([folder])
        .map(|log| PathBuf::from(&*log.expect("the corpora can be walked").name))
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect()
}
