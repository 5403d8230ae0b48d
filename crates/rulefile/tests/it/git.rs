//! Commits, remotes and dates of checkouts that the tests make.

use rulescope_rulefile::git::{FileDates, lookup};
use rulescope_rulefile::upstream::Upstream;

use crate::repository::{commit_at, git, git_at, write};

fn dates(first: i64, last: i64) -> Option<FileDates> {
    Some(FileDates { first_seen: Some(first), modified: Some(last) })
}

#[test]
fn dates_follow_exact_renames_and_merges() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    git(root, &["init", "--quiet"]);
    write(root, "rules/old name.yml", "a: 1\n");
    write(root, "rules/gone.yml", "b: 1\n");
    write(root, "other.yml", "c: 1\n");
    commit_at(root, 100);
    git(root, &["mv", "rules/old name.yml", "rules/néw.yml"]);
    commit_at(root, 200);
    git(root, &["checkout", "--quiet", "-b", "side"]);
    write(root, "rules/side.yml", "d: 1\n");
    commit_at(root, 300);
    git(root, &["checkout", "--quiet", "main"]);
    write(root, "rules/néw.yml", "a: 2\n");
    git(root, &["rm", "--quiet", "rules/gone.yml"]);
    commit_at(root, 400);
    git_at(root, 500, &["merge", "--quiet", "--no-edit", "side"]);
    git(root, &["remote", "add", "upstream", "https://user:secret@github.com/o/r.git"]);
    write(root, "rules/untracked.yml", "e: 1\n");

    let found = lookup(&root.join("rules"));
    assert_eq!(found.note, None);
    let checkout = found.checkout.expect("a checkout");
    assert_eq!(checkout.root, root.canonicalize().expect("a folder"));
    assert_eq!(checkout.prefix, "rules/");
    assert_eq!(checkout.commit.as_deref(), Some(git(root, &["rev-parse", "HEAD"]).as_str()));
    assert_eq!(checkout.remote.as_deref(), Some("https://github.com/o/r.git"));
    assert_eq!((checkout.shallow, checkout.notes.len()), (false, 0));
    assert_eq!(checkout.dates("néw.yml"), dates(100, 400));
    assert_eq!(checkout.dates("side.yml"), dates(300, 300));
    assert_eq!(checkout.dates("untracked.yml"), None);
    assert_eq!(checkout.dates("gone.yml"), None);
    assert_eq!(checkout.len(), 2);
    let url = Upstream::new(None, Some(&checkout), None).expect("known").file_url("néw.yml");
    let commit = checkout.commit.as_deref().expect("a commit");
    assert_eq!(url, format!("https://github.com/o/r/blob/{commit}/rules/n%C3%A9w.yml"));
    assert_eq!(lookup(root).checkout.expect("a checkout").dates("other.yml"), dates(100, 100));
}

#[test]
fn a_shallow_history_does_not_make_dates_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("full");
    write(&root, "a.yml", "a: 1\n");
    write(&root, "b.yml", "b: 1\n");
    git(&root, &["init", "--quiet"]);
    commit_at(&root, 100);
    write(&root, "b.yml", "b: 2\n");
    commit_at(&root, 200);
    write(&root, "c.yml", "c: 1\n");
    commit_at(&root, 300);
    let url = format!("file://{}", root.display());
    git(folder.path(), &["clone", "--quiet", "--depth", "2", &url, "cut"]);
    let checkout = lookup(&folder.path().join("cut")).checkout.expect("a checkout");
    assert!(checkout.shallow);
    assert!(checkout.notes[0].contains("--unshallow"), "{:?}", checkout.notes);
    assert_eq!(checkout.dates("a.yml"), Some(FileDates::default()));
    assert_eq!(checkout.dates("b.yml"), Some(FileDates::default()));
    assert_eq!(checkout.dates("c.yml"), dates(300, 300));
}

#[test]
fn outside_of_a_checkout_there_is_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let found = lookup(folder.path());
    assert_eq!((found.checkout, found.note), (None, None));
    let found = lookup(&folder.path().join("missing"));
    assert_eq!((found.checkout, found.note), (None, None));
}

#[test]
fn an_ignored_folder_in_a_checkout_is_not_part_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.yml", "a: 1\n");
    git(folder.path(), &["init", "--quiet"]);
    commit_at(folder.path(), 100);
    write(folder.path(), "downloads/b.yml", "b: 1\n");
    let found = lookup(&folder.path().join("downloads"));
    assert_eq!(found.checkout, None);
    assert!(found.note.expect("a note").contains("not part of it"));
}

#[test]
fn before_the_first_commit_there_is_a_checkout_without_dates() {
    let folder = tempfile::tempdir().expect("a folder");
    git(folder.path(), &["init", "--quiet"]);
    let checkout = lookup(folder.path()).checkout.expect("a checkout");
    assert_eq!((checkout.commit.as_deref(), checkout.is_empty()), (None, true));
}

#[test]
fn a_broken_checkout_is_a_note() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), ".git", "gitdir: /no/such/place\n");
    let found = lookup(folder.path());
    assert_eq!(found.checkout, None);
    assert!(found.note.expect("a note").contains("no commit and no dates"));
}

#[cfg(unix)]
#[test]
fn nothing_of_a_checkout_is_executed() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    git(root, &["init", "--quiet"]);
    write(root, "a.yml", "a: 1\n");
    commit_at(root, 100);
    // A commit with a signature, which showing it would have checked by a program.
    let plain = git(root, &["cat-file", "commit", "HEAD"]);
    let signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n";
    write(root, ".git/signed", &(plain.replacen("\n\n", &format!("\n{signature}"), 1) + "\n"));
    let signed = git(root, &["hash-object", "-t", "commit", "-w", ".git/signed"]);
    git(root, &["update-ref", "HEAD", &signed]);
    let trap = root.join("trap.sh");
    let sprung = root.join("sprung");
    std::fs::write(&trap, format!("#!/bin/sh\ntouch '{}'\n", sprung.display())).expect("written");
    std::fs::set_permissions(&trap, std::fs::Permissions::from_mode(0o755)).expect("set");
    let trap = trap.display().to_string();
    for (key, value) in [
        ("core.fsmonitor", trap.as_str()),
        ("core.pager", &trap),
        ("pager.log", &trap),
        ("diff.external", &trap),
        ("log.showSignature", "true"),
        ("gpg.program", &trap),
        ("core.sshCommand", &trap),
        ("core.editor", &trap),
        ("alias.log", &format!("!{trap}")),
    ] {
        git(root, &["config", key, value]);
    }
    let checkout = lookup(root).checkout.expect("a checkout");
    assert_eq!(checkout.commit, Some(signed));
    assert_eq!(checkout.dates("a.yml"), dates(100, 100));
    assert!(!sprung.exists());
    // The trap works: git's own defaults spring it.
    git(root, &["-c", "alias.log=", "status"]);
    assert!(sprung.exists());
}
