//! Folders, links, and what is no file.

use std::fs;
use std::path::Path;

use rulescope_events::{Log, Logs};

use crate::read::gather;

/// The logs found, relative to the folder, and the errors without it.
fn walk(folder: &Path, paths: &[&Path]) -> (Vec<String>, Vec<String>) {
    let relative = |text: &str| text.replace(&format!("{}/", folder.display()), "");
    let (mut logs, mut errors) = (Vec::new(), Vec::new());
    for log in Logs::new(paths) {
        match log {
            Ok(log) => logs.push(relative(&log.name)),
            Err(error) => errors.push(relative(&error.to_string())),
        }
    }
    (logs, errors)
}

#[test]
fn folders_are_walked_in_order_and_nothing_comes_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("b")).expect("a folder");
    for name in ["c.JSON", "a.evtx", "b/x.csv.gz", "b/y.txt", "d.jsonl.zst"] {
        fs::write(at(name), "").expect("a file");
    }
    let whole = folder.path();
    let (logs, errors) = walk(whole, &[&at("c.JSON"), whole, &at("b/y.txt"), whole]);
    assert_eq!(logs, ["c.JSON", "a.evtx", "b/x.csv.gz", "d.jsonl.zst", "b/y.txt"]);
    assert_eq!(errors, [""; 0]);
}

#[test]
fn what_vanished_is_an_error_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.json"), "{\"EventID\":1}").expect("a file");
    let gone = folder.path().join("gone");
    let paths = [gone.clone(), folder.path().to_owned()];
    let found: Vec<Log> = Logs::new(&paths).map(|log| log.expect("names only")).collect();
    assert_eq!(found.len(), 2);
    let (events, errors) = gather(found[0].open());
    assert_eq!((events.len(), errors.len()), (0, 1));
    assert!(errors[0].starts_with(&format!("{}: No such file", gone.display())), "{errors:?}");
    fs::remove_dir_all(folder.path()).expect("a folder");
    let (events, errors) = gather(found[1].open());
    assert_eq!((events.len(), errors.len()), (0, 1));
}

#[test]
fn a_folder_that_vanishes_while_it_is_walked() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("b");
    fs::create_dir(&inner).expect("a folder");
    for path in [folder.path().join("a.json"), inner.join("x.json"), folder.path().join("c.json")] {
        fs::write(path, "").expect("a file");
    }
    let mut logs = Logs::new([folder.path()]);
    assert!(logs.next().expect("a.json").is_ok());
    fs::remove_dir_all(&inner).expect("a folder");
    assert!(logs.next().expect("the folder is gone").is_err());
    let last = logs.next().expect("c.json").expect("it is there");
    assert!(last.name.ends_with("c.json"));
    assert!(logs.next().is_none());
}

#[cfg(unix)]
#[test]
fn loops_fifos_and_broken_links_are_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("sub")).expect("a folder");
    std::os::unix::fs::symlink(folder.path(), at("sub/again")).expect("a link");
    std::os::unix::fs::symlink(at("nowhere"), at("dead.json")).expect("a link");
    std::os::unix::fs::symlink("/dev/null", at("null.json")).expect("a link");
    fs::write(at("z.json"), "").expect("a file");
    let made = std::process::Command::new("mkfifo").arg(at("pipe.json")).status();
    assert!(made.expect("mkfifo is there").success());
    let (logs, errors) = walk(folder.path(), &[folder.path()]);
    assert_eq!(logs, ["z.json"]);
    let no_file = "not a file; to read a stream, pipe it in and name the log '-'";
    let expected = [
        "dead.json: No such file or directory (os error 2)".to_owned(),
        format!("null.json: is a device, {no_file}"),
        format!("pipe.json: is a FIFO, {no_file}"),
        "sub/again: is a link to a folder that holds it; it was not walked again".to_owned(),
    ];
    assert_eq!(errors, expected);
    // Named by itself it is not opened either, which would wait for ever.
    let (events, errors) = gather(Log::new(at("pipe.json")).open());
    assert_eq!((events.len(), errors.len()), (0, 1));
}
