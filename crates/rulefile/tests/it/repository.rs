//! Git repositories that tests make, independent of the machine's git configuration.

use std::path::Path;
use std::process::Command;

/// Runs git in a folder with a fixed author and date, and gives what it printed.
pub(crate) fn git_at(folder: &Path, time: i64, args: &[&str]) -> String {
    let date = format!("@{time} +0000");
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "init.defaultBranch=main", "-c", "commit.gpgSign=false"])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_AUTHOR_NAME", "author")
        .env("GIT_AUTHOR_EMAIL", "author@example.org")
        .env("GIT_COMMITTER_NAME", "author")
        .env("GIT_COMMITTER_EMAIL", "author@example.org")
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date)
        .output()
        .expect("git is there");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// [`git_at`] at a time that does not matter.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    git_at(folder, 1_700_000_000, args)
}

/// Writes a file and the folders around it.
pub(crate) fn write(folder: &Path, path: &str, text: &str) {
    let file = folder.join(path);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
    std::fs::write(file, text).expect("a file can be written");
}

/// Commits all that is in a folder.
pub(crate) fn commit_at(folder: &Path, time: i64) -> String {
    git_at(folder, time, &["add", "--all"]);
    git_at(folder, time, &["commit", "--quiet", "--message", "change"]);
    git(folder, &["rev-parse", "HEAD"])
}
