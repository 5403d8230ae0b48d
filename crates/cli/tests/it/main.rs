//! The commands as a user runs them: the binary, on the example rules.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use tempfile::TempDir;

mod alerts;
mod evidence;
mod hard;
mod knowing;
mod pages;
mod report;
mod robustness;
mod scanning;
mod selecting;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/sigma")
}

fn rulescope(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rulescope"))
        .args(args)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary runs")
}

/// Copies the examples out of the checkout, whose history would put its dates on their pages.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// A catalog of the examples, built once.
static CATALOG: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&examples(), &folder.path().join("sigma"));
    let out = rulescope(folder.path(), &["build", "-q", "--source", "sigma=sigma"]);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    folder
});

/// What a command on the examples prints; it must end well.
fn printed(args: &[&str]) -> String {
    let out = rulescope(CATALOG.path(), args);
    assert_eq!(out.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).expect("UTF-8")
}

/// What a command that fails says, with its exit code.
fn refused(args: &[&str]) -> (i32, String) {
    let out = rulescope(CATALOG.path(), args);
    (out.status.code().expect("a code"), String::from_utf8(out.stderr).expect("UTF-8"))
}
