//! Clones and updates the sources that are named by git URL.
//!
//! A clone is made under a temporary name and renamed when it is whole, so that a crash never
//! leaves half a source. An update moves to the head of the remote's branch and refuses to touch
//! anything that was changed by hand. History is kept in full, because dates come from it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;
use crate::git::{git, run};
use crate::source::{Location, SourceSpec};
use crate::upstream::without_credentials;

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    /// The checkout.
    pub folder: PathBuf,
    /// The commit it stands at now.
    pub commit: String,
    /// What was done.
    pub change: Change,
}

/// What was done to a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    Cloned,
    /// It stood at another commit.
    Updated {
        /// That commit.
        from: String,
    },
    /// It was up to date.
    Unchanged,
}

/// Clones or updates one source into `cache`; `None` for a source that is a folder.
///
/// # Errors
/// [`Error::RefusedUrl`] for URLs that name a program, [`Error::LocalChanges`] and
/// [`Error::OtherRemote`] where an update would lose something, [`Error::Busy`] where another sync
/// runs, [`Error::Git`] with git's own words, [`Error::NoGit`] and [`Error::Io`].
pub fn sync(spec: &SourceSpec, cache: &Path) -> Result<Option<Synced>, Error> {
    let Location::Git { url, branch } = &spec.location else { return Ok(None) };
    check_url(url)?;
    std::fs::create_dir_all(cache).map_err(Error::io("create", cache))?;
    let _lock = lock(cache)?;
    let folder = cache.join(&spec.name);
    let branch = branch.as_deref();
    let change = if folder.exists() {
        update(&folder, url, branch)?
    } else {
        clone(cache, &spec.name, &folder, url, branch)?;
        Change::Cloned
    };
    let commit = head(&folder)?;
    Ok(Some(Synced { folder, commit, change }))
}

/// Held while a sync runs; the system frees it when the process ends, however it ends.
fn lock(cache: &Path) -> Result<File, Error> {
    let path = cache.join(".lock");
    let file = File::create(&path).map_err(Error::io("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::Busy { folder: cache.to_owned() }),
        Err(std::fs::TryLockError::Error(e)) => Err(Error::io("lock", path)(e)),
    }
}

/// Checks that a URL is one to fetch from: not an option of git, not a helper that runs programs.
///
/// # Errors
/// [`Error::RefusedUrl`].
pub fn check_url(url: &str) -> Result<(), Error> {
    let refuse = |why| Err(Error::RefusedUrl { url: without_credentials(url), why });
    if url.trim().is_empty() {
        return refuse("it is empty; give the repository's URL");
    }
    if url.starts_with('-') {
        return refuse("it starts with `-`, which git would read as an option; correct it");
    }
    if url.chars().any(char::is_control) {
        return refuse("it holds control characters; correct it");
    }
    let scheme = url.split(['/', '@', '[']).next().unwrap_or_default();
    if scheme.contains("::") {
        return refuse("`::` names a helper program; use https://, ssh:// or a path");
    }
    // ssh takes a host that starts with `-` as an option.
    let host = match url.split_once("://") {
        Some((_, rest)) => rest.split('/').next().unwrap_or_default(),
        None => url.split(':').next().unwrap_or_default(),
    };
    if host.rsplit('@').next().is_some_and(|h| h.starts_with('-')) {
        return refuse("its host starts with `-`; correct it");
    }
    Ok(())
}

fn clone(
    cache: &Path,
    name: &str,
    folder: &Path,
    url: &str,
    branch: Option<&str>,
) -> Result<(), Error> {
    // A name of a source never starts with a dot.
    let partial = cache.join(format!(".{name}.partial"));
    if partial.exists() {
        std::fs::remove_dir_all(&partial).map_err(Error::io("remove", &partial))?;
    }
    let mut command = git(cache);
    command.args(["clone", "--quiet", "--no-tags", "--origin", "origin"]);
    command.args(branch.map(|b| format!("--branch={b}")));
    command.arg("--").arg(absolute(url)?).arg(partial.file_name().unwrap_or_default());
    let done = run(&mut command, &format!("clone {}", without_credentials(url)))
        .and_then(|_| std::fs::rename(&partial, folder).map_err(Error::io("create", folder)));
    if done.is_err() {
        // It is in the way of nothing and removed by the next clone at the latest.
        let _ = std::fs::remove_dir_all(&partial);
    }
    done
}

/// A repository named by a relative path is relative to where we run, not to the cache.
fn absolute(url: &str) -> Result<String, Error> {
    let path = Path::new(url);
    let is_url = url.contains("://") || url.split('/').next().is_some_and(|s| s.contains(':'));
    if is_url || !path.is_dir() {
        return Ok(url.to_owned());
    }
    let path = path.canonicalize().map_err(Error::io("read", path))?;
    Ok(path.to_string_lossy().into_owned())
}

fn update(folder: &Path, url: &str, branch: Option<&str>) -> Result<Change, Error> {
    let ask = |args: &[&str]| run(git(folder).args(args), "read the checkout");
    let wanted = absolute(url)?;
    let found = ask(&["config", "--get", "remote.origin.url"]).unwrap_or_default();
    let found = found.trim();
    if !folder.join(".git").exists() || found != wanted {
        return Err(Error::OtherRemote {
            folder: folder.to_owned(),
            found: if found.is_empty() { "nothing".to_owned() } else { without_credentials(found) },
            wanted: without_credentials(&wanted),
        });
    }
    check_unchanged(folder)?;
    let from = head(folder)?;
    let branch = match branch {
        Some(branch) => branch.to_owned(),
        None => default_branch(folder)?,
    };
    let refspec = format!("+refs/heads/{branch}:refs/remotes/origin/{branch}");
    let fetch = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "origin"];
    let action = format!("fetch from {}", without_credentials(url));
    run(git(folder).args(fetch).arg(&refspec), &action)?;
    let target = format!("refs/remotes/origin/{branch}");
    // All that is here came from the remote, so moving the branch loses nothing even where the
    // remote rewrote its history. Git refuses to overwrite files that it does not know.
    let mut checkout = git(folder);
    checkout.args(["checkout", "--quiet", "--no-overwrite-ignore", "--no-track", "-B", &branch]);
    run(checkout.arg(&target).arg("--"), &format!("update `{}`", folder.display()))?;
    let now = head(folder)?;
    Ok(if now == from { Change::Unchanged } else { Change::Updated { from } })
}

/// Refuses where files were edited or commits made by hand.
fn check_unchanged(folder: &Path) -> Result<(), Error> {
    let ask = |args: &[&str]| run(git(folder).args(args), "read the checkout");
    let local = |changes: String| Error::LocalChanges { folder: folder.to_owned(), changes };
    let status = ask(&["status", "--porcelain", "-z", "--untracked-files=no", "--no-renames"])?;
    let edited: Vec<&str> = status.split('\0').filter_map(|entry| entry.get(3..)).collect();
    if !edited.is_empty() {
        let more = if edited.len() > 3 { ", …" } else { "" };
        return Err(local(format!("{}{more}", edited[..edited.len().min(3)].join(", "))));
    }
    let commits = ask(&["rev-list", "--count", "HEAD", "--not", "--remotes=origin"])?;
    match commits.trim() {
        "0" => Ok(()),
        n => Err(local(format!("{n} commits that the remote does not have"))),
    }
}

/// The branch that the remote's HEAD names.
fn default_branch(folder: &Path) -> Result<String, Error> {
    let mut command: Command = git(folder);
    command.args(["ls-remote", "--symref", "origin", "HEAD"]);
    let listed = run(&mut command, "ask the remote for its branch")?;
    listed
        .lines()
        .find_map(|line| line.strip_prefix("ref: refs/heads/")?.split('\t').next())
        .map(ToOwned::to_owned)
        .ok_or_else(|| Error::Git {
            action: "find the remote's branch".to_owned(),
            message: "its HEAD names none; give the source a `branch`".to_owned(),
        })
}

fn head(folder: &Path) -> Result<String, Error> {
    let commit = run(git(folder).args(["rev-parse", "--verify", "HEAD"]), "read the commit")?;
    Ok(commit.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_name_programs_are_refused() {
        for url in [
            "-u",
            "--upload-pack=x",
            "ext::sh -c x",
            "fd::7",
            "x::https://h/r",
            "",
            "a\nb",
            "ssh://-oProxyCommand=x/r",
            "git@-x:r",
        ] {
            assert!(check_url(url).is_err(), "{url:?}");
        }
        for url in [
            "https://h/r.git",
            "git@h:o/r",
            "ssh://git@h:22/r",
            "/srv/r",
            "../r",
            "file:///r",
            "https://[::1]/r",
        ] {
            assert!(check_url(url).is_ok(), "{url:?}");
        }
        let message = check_url("-x://u:p@h/r").expect_err("an option").to_string();
        assert!(!message.contains("u:p"), "{message}");
    }
}
