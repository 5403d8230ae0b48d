//! Cloning and updating repositories that the tests make.

use std::fs;
use std::path::{Path, PathBuf};

use rulescope_rulefile::Error;
use rulescope_rulefile::source::{Location, SourceSpec, Vendor};
use rulescope_rulefile::sync::{Change, sync};
use tempfile::TempDir;

use crate::repository::{commit_at, git, write};

struct Place {
    folder: TempDir,
    remote: PathBuf,
    cache: PathBuf,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let remote = folder.path().join("remote");
        write(&remote, "a.yml", "a: 1\n");
        git(&remote, &["init", "--quiet"]);
        commit_at(&remote, 100);
        let cache = folder.path().join(".rulescope/sources");
        Place { folder, remote, cache }
    }

    fn spec(&self, branch: Option<&str>) -> SourceSpec {
        let url = format!("file://{}", self.remote.display());
        let location = Location::Git { url, branch: branch.map(ToOwned::to_owned) };
        SourceSpec::new(Vendor::Sigma, location).expect("well formed")
    }

    fn sync(&self, branch: Option<&str>) -> Result<Change, Error> {
        let synced = sync(&self.spec(branch), &self.cache)?.expect("a git source");
        assert_eq!(synced.folder, self.clone());
        assert_eq!(synced.commit, git(&self.clone(), &["rev-parse", "HEAD"]));
        Ok(synced.change)
    }

    fn clone(&self) -> PathBuf {
        self.cache.join("remote")
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.clone().join(path)).expect("a file")
    }
}

#[test]
fn clones_then_follows_the_remote() {
    let place = Place::new();
    let first = git(&place.remote, &["rev-parse", "HEAD"]);
    assert_eq!(place.sync(None).expect("cloned"), Change::Cloned);
    assert_eq!(place.sync(None).expect("fetched"), Change::Unchanged);
    write(&place.remote, "a.yml", "a: 2\n");
    write(&place.remote, "b.yml", "b: 1\n");
    commit_at(&place.remote, 200);
    assert_eq!(place.sync(None).expect("updated"), Change::Updated { from: first });
    assert_eq!((place.text("a.yml").as_str(), place.text("b.yml").as_str()), ("a: 2\n", "b: 1\n"));
    let names: Vec<_> = fs::read_dir(&place.cache)
        .expect("a folder")
        .map(|e| e.expect("an entry").file_name())
        .filter(|name| name != ".lock")
        .collect();
    assert_eq!(names, ["remote"]);
}

#[test]
fn follows_a_branch_and_a_changed_one() {
    let place = Place::new();
    git(&place.remote, &["checkout", "--quiet", "-b", "next"]);
    write(&place.remote, "a.yml", "a: next\n");
    commit_at(&place.remote, 200);
    git(&place.remote, &["checkout", "--quiet", "main"]);
    assert_eq!(place.sync(Some("next")).expect("cloned"), Change::Cloned);
    assert_eq!(place.text("a.yml"), "a: next\n");
    assert!(matches!(place.sync(Some("main")).expect("updated"), Change::Updated { .. }));
    assert_eq!(place.text("a.yml"), "a: 1\n");
    let error = place.sync(Some("none")).expect_err("no such branch").to_string();
    assert!(error.contains("none"), "{error}");
}

#[test]
fn follows_a_remote_that_rewrote_its_history() {
    let place = Place::new();
    place.sync(None).expect("cloned");
    write(&place.remote, "a.yml", "a: rewritten\n");
    git(&place.remote, &["add", "--all"]);
    git(&place.remote, &["commit", "--quiet", "--amend", "--message", "again"]);
    assert!(matches!(place.sync(None).expect("updated"), Change::Updated { .. }));
    assert_eq!(place.text("a.yml"), "a: rewritten\n");
}

#[test]
fn edits_by_hand_are_never_lost() {
    let place = Place::new();
    place.sync(None).expect("cloned");
    write(&place.remote, "a.yml", "a: 2\n");
    write(&place.remote, "new.yml", "n: theirs\n");
    commit_at(&place.remote, 200);

    write(&place.clone(), "a.yml", "a: mine\n");
    let error = place.sync(None).expect_err("edited");
    assert!(matches!(error, Error::LocalChanges { .. }), "{error}");
    assert!(error.to_string().contains("(a.yml)"), "{error}");
    assert_eq!(place.text("a.yml"), "a: mine\n");

    git(&place.clone(), &["checkout", "--quiet", "a.yml"]);
    write(&place.clone(), "new.yml", "n: mine\n");
    let error = place.sync(None).expect_err("in the way").to_string();
    assert!(error.contains("new.yml"), "{error}");
    assert_eq!(place.text("new.yml"), "n: mine\n");

    fs::remove_file(place.clone().join("new.yml")).expect("removed");
    write(&place.clone(), "own.yml", "o: 1\n");
    commit_at(&place.clone(), 300);
    let error = place.sync(None).expect_err("committed").to_string();
    assert!(error.contains("1 commits"), "{error}");
    assert_eq!(place.text("own.yml"), "o: 1\n");
}

#[test]
fn what_a_crash_left_is_no_source() {
    let place = Place::new();
    write(&place.cache, ".remote.partial/.git/HEAD", "half");
    assert_eq!(place.sync(None).expect("cloned"), Change::Cloned);
    assert!(!place.cache.join(".remote.partial").exists());

    let gone = place.folder.path().join("gone");
    fs::rename(&place.remote, &gone).expect("moved");
    fs::remove_dir_all(place.clone()).expect("removed");
    let error = place.sync(None).expect_err("no remote").to_string();
    assert!(error.contains("git can't clone"), "{error}");
    assert!(!place.clone().exists() && !place.cache.join(".remote.partial").exists());
}

#[test]
fn a_folder_of_another_url_is_left_alone() {
    let place = Place::new();
    write(&place.cache, "remote/own.yml", "o: 1\n");
    let error = place.sync(None).expect_err("no clone");
    assert!(matches!(error, Error::OtherRemote { .. }), "{error}");
    assert_eq!(place.text("own.yml"), "o: 1\n");
}

#[test]
fn two_syncs_do_not_meet() {
    let place = Place::new();
    fs::create_dir_all(&place.cache).expect("a folder");
    let lock = fs::File::create(place.cache.join(".lock")).expect("a file");
    lock.lock().expect("a lock");
    assert!(matches!(place.sync(None), Err(Error::Busy { .. })));
    drop(lock);
    assert_eq!(place.sync(None).expect("cloned"), Change::Cloned);
}

#[test]
fn folders_are_not_synced_and_programs_not_run() {
    let folder = SourceSpec::from_flag("sigma=rules").expect("well formed");
    assert_eq!(sync(&folder, Path::new("/no/cache")).expect("nothing to do"), None);
    let location = Location::Git { url: "ext::touch x".to_owned(), branch: None };
    let spec = SourceSpec { location, ..folder };
    assert!(matches!(sync(&spec, Path::new("/no/cache")), Err(Error::RefusedUrl { .. })));
}
