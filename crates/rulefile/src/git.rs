//! What git knows of a folder: commit, remote, and each file's dates.
//!
//! Runs the user's own `git`, so that the user's configuration (proxies, worktrees, partial
//! clones) holds, and reads the whole history in one pass. A checkout may come from anywhere:
//! nothing in it is executed (no hooks, no monitors, no signature programs, no pager), and no
//! missing object is fetched.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::Error;
use crate::upstream::without_credentials;

/// A folder within a git checkout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkout {
    /// The checkout's root.
    pub root: PathBuf,
    /// The folder below the root: empty, or ends with `/`.
    pub prefix: String,
    /// The commit that is checked out, in full; `None` before the first commit.
    pub commit: Option<String>,
    /// The remote's URL without credentials, if there is one.
    pub remote: Option<String>,
    /// Whether the history is cut off, so that dates before the cut are not known.
    pub shallow: bool,
    /// What stood in the way of knowing more, for people; empty as a rule.
    pub notes: Vec<String>,
    pub(crate) dates: BTreeMap<String, FileDates>,
}

/// When a file came and when it changed, in seconds since 1970 UTC (author dates).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileDates {
    /// The commit that added it, exact renames followed; `None` where a shallow history hides it.
    pub first_seen: Option<i64>,
    /// The last commit that changed it; `None` where a shallow history hides it.
    pub modified: Option<i64>,
}

/// What was found of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lookup {
    /// The checkout, if the folder is in one and git is there to read it.
    pub checkout: Option<Checkout>,
    /// Why there is none although the folder looks like a checkout.
    pub note: Option<String>,
}

impl Checkout {
    /// The dates of a file by its path below the folder (with `/`); `None` for files that the
    /// history does not know.
    pub fn dates(&self, path: &str) -> Option<FileDates> {
        self.dates.get(path).copied()
    }

    /// Number of files that have dates.
    pub fn len(&self) -> usize {
        self.dates.len()
    }

    /// Whether no file has dates.
    pub fn is_empty(&self) -> bool {
        self.dates.is_empty()
    }
}

/// Reads what git knows of a folder. Never fails: without git, outside of a checkout or with a
/// broken one there is less to know.
pub fn lookup(folder: &Path) -> Lookup {
    let Ok(folder) = folder.canonicalize() else { return Lookup::default() };
    // Without a `.git` above there is nothing to ask, and git need not be there.
    if !folder.ancestors().any(|a| a.join(".git").exists()) {
        return Lookup::default();
    }
    match read_checkout(&folder) {
        // A folder that git ignores may lie in a checkout; that one's remote is not its own.
        Ok(c) if c.commit.is_some() && c.is_empty() && c.notes.is_empty() => {
            let note = format!("{}: in a git checkout but not part of it", folder.display());
            Lookup { checkout: None, note: Some(note) }
        }
        Ok(checkout) => Lookup { checkout: Some(checkout), note: None },
        Err(error) => {
            let note = format!("{}: no commit and no dates: {error}", folder.display());
            Lookup { checkout: None, note: Some(note) }
        }
    }
}

fn read_checkout(folder: &Path) -> Result<Checkout, Error> {
    let ask = |args: &[&str]| run(reading(folder).args(args), "read the checkout");
    let places = ask(&["rev-parse", "--show-toplevel", "--show-prefix"])?;
    let mut lines = places.lines();
    let root = PathBuf::from(lines.next().unwrap_or_default());
    let prefix = lines.next().unwrap_or_default().to_owned();
    let commit = ask(&["rev-parse", "--verify", "--quiet", "HEAD"]).ok().map(trimmed);
    let shallow = ask(&["rev-parse", "--is-shallow-repository"])?.trim() == "true";
    let mut checkout =
        Checkout { root, prefix, commit, remote: remote(folder), shallow, ..Checkout::default() };
    let mut cuts = HashSet::new();
    if shallow {
        checkout.notes.push(
            "the checkout is shallow: dates before its oldest commit are not known; run `git \
             fetch --unshallow` for them"
                .to_owned(),
        );
        let file = ask(&["rev-parse", "--git-path", "shallow"]).map(trimmed)?;
        let file = folder.join(file);
        let list = std::fs::read_to_string(&file).map_err(Error::io("read", file))?;
        cuts.extend(list.lines().map(ToOwned::to_owned));
    }
    if checkout.commit.is_some() {
        let mut history = History::new(&cuts);
        if let Err(error) = read_history(folder, &mut history) {
            checkout.notes.push(format!("dates may be missing: {error}"));
        }
        checkout.dates = history.into_dates();
    }
    Ok(checkout)
}

fn trimmed(text: String) -> String {
    text.trim().to_owned()
}

/// The URL of `origin`, or else of the first remote by name.
fn remote(folder: &Path) -> Option<String> {
    let mut command = reading(folder);
    command.args(["config", "--null", "--get-regexp", r"^remote\..*\.url$"]);
    let listed = run(&mut command, "read the remotes").ok()?;
    let mut remotes: Vec<(&str, &str)> =
        listed.split('\0').filter_map(|entry| entry.split_once('\n')).collect();
    remotes.sort_by_key(|(key, _)| (*key != "remote.origin.url", *key));
    remotes.first().map(|(_, url)| without_credentials(url))
}

/// A git that only looks: nothing of the checkout's configuration that would start a program.
fn reading(folder: &Path) -> Command {
    let mut command = git(folder);
    // An incomplete clone would fetch what is missing, with programs that its own configuration
    // names.
    command.env("GIT_NO_LAZY_FETCH", "1").args(["-c", "protocol.allow=never"]);
    command
}

/// The user's git in a folder, without hooks, prompts and pagers, and without what a git hook
/// that runs us would have set.
pub(crate) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .arg("--no-pager")
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
        .args(["-c", "log.showSignature=false", "-c", "core.quotePath=false"])
        .args(["-c", "protocol.ext.allow=never"]);
    for variable in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_COMMON_DIR",
        "GIT_PREFIX",
        "GIT_NAMESPACE",
    ] {
        command.env_remove(variable);
    }
    command
}

/// Runs a command and gives what it printed.
pub(crate) fn run(command: &mut Command, action: &str) -> Result<String, Error> {
    let Output { status, stdout, stderr } =
        command.output().map_err(|source| Error::NoGit { source })?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&stdout).into_owned());
    }
    Err(refused(action, &stderr))
}

fn refused(action: &str, stderr: &[u8]) -> Error {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let message = match lines.is_empty() {
        true => "it gave no reason".to_owned(),
        false => without_credentials(&lines.join(" ")),
    };
    Error::Git { action: action.to_owned(), message }
}

/// Feeds the history below a folder, newest commit first, to `history`.
fn read_history(folder: &Path, history: &mut History<'_>) -> Result<(), Error> {
    let mut command = reading(folder);
    command
        .args(["log", "-z", "--format=%x01%H %at", "--name-status", "--no-show-signature"])
        // Exact renames are found by object id alone, without reading a file.
        .args([
            "--find-renames=100%",
            "--relative",
            "--no-ext-diff",
            "--no-textconv",
            "HEAD",
            "--",
            ".",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|source| Error::NoGit { source })?;
    // Both pipes are drained at once, or git could wait for the one while we wait for the other.
    let mut stderr = child.stderr.take().expect("it is piped");
    let messages = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // Messages that can't be read are messages that are not there.
        let _ = stderr.read_to_end(&mut bytes);
        bytes
    });
    let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let read = read_log(stdout, history);
    if read.is_err() {
        // It ended already, or it ends because nobody reads it any more.
        let _ = child.kill();
    }
    let status = child.wait().map_err(Error::io("wait for", "git"))?;
    let messages = messages.join().unwrap_or_default();
    read.map_err(Error::io("read the output of", "git"))?;
    if status.success() { Ok(()) } else { Err(refused("read the history", &messages)) }
}

/// The output of `git log -z --format=%x01%H %at --name-status`: for each commit a header, then
/// statuses, each followed by one path or, for renames and copies, two; all end with NUL.
fn read_log(mut log: impl BufRead, history: &mut History<'_>) -> std::io::Result<()> {
    let mut token = Vec::new();
    while next_token(&mut log, &mut token)? {
        let start = usize::from(token.first() == Some(&b'\n'));
        match token.get(start) {
            Some(1) => {
                let header = String::from_utf8_lossy(&token[start + 1..]).into_owned();
                let (hash, time) = header.split_once(' ').unwrap_or((&header, ""));
                history.commit(hash, time.trim().parse().ok());
            }
            Some(&status) => {
                next_token(&mut log, &mut token)?;
                let path = String::from_utf8_lossy(&token).into_owned();
                let to = match status {
                    b'R' | b'C' => {
                        next_token(&mut log, &mut token)?;
                        Some(String::from_utf8_lossy(&token).into_owned())
                    }
                    _ => None,
                };
                match (status, to) {
                    (b'R', Some(to)) => history.renamed(path, to),
                    (b'C', Some(to)) => history.added(to),
                    (b'A', _) => history.added(path),
                    (b'D', _) => history.deleted(path),
                    _ => history.changed(path),
                }
            }
            None => {}
        }
    }
    Ok(())
}

fn next_token(log: &mut impl BufRead, token: &mut Vec<u8>) -> std::io::Result<bool> {
    token.clear();
    let read = log.read_until(0, token)?;
    if token.last() == Some(&0) {
        token.pop();
    }
    Ok(read > 0)
}

/// Dates as they come together from the newest commit back.
struct History<'c> {
    /// Commits whose parents a shallow clone lacks; all their files look new.
    cuts: &'c HashSet<String>,
    cut: bool,
    time: Option<i64>,
    /// Today's name of a file that had another name at this point of the history.
    today: HashMap<String, String>,
    dates: HashMap<String, FileDates>,
    /// Files that are gone by now, so that nobody asks for them.
    gone: HashSet<String>,
}

impl<'c> History<'c> {
    fn new(cuts: &'c HashSet<String>) -> History<'c> {
        History {
            cuts,
            cut: false,
            time: None,
            today: HashMap::new(),
            dates: HashMap::new(),
            gone: HashSet::new(),
        }
    }

    fn commit(&mut self, hash: &str, time: Option<i64>) {
        self.time = time;
        self.cut = self.cuts.contains(hash);
    }

    fn name_today(&self, path: String) -> String {
        self.today.get(&path).cloned().unwrap_or(path)
    }

    fn touch(&mut self, today: String) -> Option<&mut FileDates> {
        if self.gone.contains(&today) {
            return None;
        }
        let modified = self.time.filter(|_| !self.cut);
        Some(self.dates.entry(today).or_insert(FileDates { first_seen: None, modified }))
    }

    fn changed(&mut self, path: String) {
        let today = self.name_today(path);
        self.touch(today);
    }

    /// Older additions overwrite later ones: a file that came back has its first date.
    fn added(&mut self, path: String) {
        let first_seen = self.time.filter(|_| !self.cut);
        let today = self.name_today(path);
        if let Some(dates) = self.touch(today) {
            dates.first_seen = first_seen;
        }
    }

    fn renamed(&mut self, from: String, to: String) {
        let today = self.name_today(to.clone());
        self.touch(today.clone());
        self.today.remove(&to);
        self.today.insert(from, today);
    }

    fn deleted(&mut self, path: String) {
        let today = self.name_today(path);
        if !self.dates.contains_key(&today) {
            self.gone.insert(today);
        }
    }

    fn into_dates(self) -> BTreeMap<String, FileDates> {
        self.dates.into_iter().collect()
    }
}

/// A date as `YYYY-MM-DD` in UTC, of seconds since 1970.
pub fn iso_date(seconds: i64) -> String {
    // Days since 0000-03-01, so that a leap day ends its year; Howard Hinnant, "chrono-Compatible
    // Low-Level Date Algorithms", civil_from_days.
    let days = i128::from(seconds).div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i128::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_dates() {
        for (seconds, date) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_782_400, "2000-02-29"),
            (1_709_164_800, "2024-02-29"),
            (1_767_225_599, "2025-12-31"),
        ] {
            assert_eq!(iso_date(seconds), date);
        }
        assert!(!iso_date(i64::MAX).is_empty() && !iso_date(i64::MIN).is_empty());
    }

    #[test]
    fn a_log_becomes_dates() {
        let log = "\u{1}c5 50\0\nM\0new\0D\0gone\0\u{1}c4 40\0\u{1}c3 30\0\nR100\0old\0new\0A\0old\0\
                   \u{1}c2 20\0\nM\0old\0A\0gone\0\u{1}c1 10\0\nA\0old\0";
        let cuts = HashSet::new();
        let mut history = History::new(&cuts);
        read_log(log.as_bytes(), &mut history).expect("a text can be read");
        let dates = history.into_dates();
        let of = |first, last| FileDates { first_seen: Some(first), modified: Some(last) };
        assert_eq!(dates["new"], of(10, 50));
        assert_eq!(dates.len(), 1, "{dates:?}");
    }
}
