//! One source into the catalog.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};

use rayon::prelude::*;
use rulescope_ir::{Diagnostic, LineIndex, Severity};
use rulescope_rulefile::git::{Checkout, iso_date};
use rulescope_rulefile::source::{SourceSpec, Vendor};
use rulescope_rulefile::upstream::Upstream;
use rulescope_rulefile::walk::{self, Entry, Refusal};
use rulescope_rulefile::{git, licence};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Error;
use crate::build::{BuildReport, Event, Problem};
use crate::held::{self, Held, HeldRule, Linked, Shelf};
use crate::prepare::{Prepared, prepare};
use crate::write::{Writer, forget_rules};

/// A source's folder as it is remembered.
pub(crate) fn root(folder: &Path) -> String {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).to_string_lossy().into_owned()
}

/// Where a catalog keeps the user's mappings by which a source was read.
pub(crate) fn mappings_key(source: &str) -> String {
    format!("fields of {source}")
}

/// What the old catalog knows of a file.
struct Known {
    id: i64,
    size: i64,
    modified_ns: i64,
    linked: Linked,
}

/// A file that was read.
struct ReadFile {
    text: String,
    /// What it holds, where that was needed before its turn to be written.
    file: Option<Held>,
}

/// A file with its rules prepared: its place in the listing, what is left of it, its text.
struct PreparedFile {
    index: usize,
    file: Held,
    text: String,
    rows: Result<Vec<Prepared>, Error>,
}

/// One source on its way into the catalog.
pub(crate) struct Ingest<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) spec: &'a SourceSpec,
    pub(crate) cache: &'a Path,
    pub(crate) report: &'a mut dyn FnMut(Event),
    pub(crate) out: &'a mut BuildReport,
    /// Slugs of a catalog that is not added to.
    pub(crate) former: BTreeMap<(String, usize), String>,
}

/// Files prepared at once: enough for every core, few enough to keep in memory.
const BATCH: usize = 256;

impl Ingest<'_> {
    pub(crate) fn run(mut self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let spec = self.spec;
        let folder = spec.folder(self.cache);
        let listing = match walk::walk(&folder, spec.vendor) {
            Ok(listing) => listing,
            Err(error) => {
                self.out.unread_sources += 1;
                let kept = "SELECT count(*) FROM rule JOIN source ON source.id = rule.source \
                            WHERE source.name = ?";
                let kept: i64 = self.connection.query_row(kept, [&spec.name], |r| r.get(0))?;
                let still = if kept > 0 { "; its rules stay as they were" } else { "" };
                let message = format!("the source `{}` was not read: {error}{still}", spec.name);
                (self.report)(Event::Warning(message));
                return Ok(());
            }
        };
        let lookup = git::lookup(&folder);
        let checkout = lookup.checkout;
        let notes = checkout.iter().flat_map(|c| c.notes.iter().cloned()).chain(lookup.note);
        for note in notes {
            (self.report)(Event::Warning(format!("{}: {note}", spec.name)));
        }
        let source = self.source_row(&folder, checkout.as_ref(), listing.entries.len())?;
        self.out.files += listing.entries.len();
        if !held::is_read(spec.vendor) {
            self.out.unread_sources += 1;
            let message = format!(
                "the source `{}` was not read: this version has no front end for {} yet",
                spec.name,
                spec.vendor.name()
            );
            (self.report)(Event::Warning(message));
            return Ok(());
        }
        let known = self.known(source)?;
        let entries = &listing.entries;
        let renamed = self.mappings_changed()?;
        let is_same = |e: &Entry| {
            !renamed
                && known.get(&e.path).is_some_and(|k| {
                    k.size == i64::try_from(e.size).unwrap_or(-1)
                        && k.modified_ns == e.modified_ns
                        && e.modified_ns != 0
                })
        };
        let changed: BTreeSet<usize> =
            (0..entries.len()).filter(|i| !is_same(&entries[*i])).collect();
        (self.report)(Event::Source {
            name: spec.name.clone(),
            files: entries.len(),
            changed: changed.len(),
        });
        let listed: BTreeSet<&str> = entries.iter().map(|e| e.path.as_str()).collect();
        self.refresh(source, entries, &known, &listed, checkout.as_ref())?;
        self.refusals(source, &listing.refusals)?;

        let removed = known.keys().any(|path| !listed.contains(path.as_str()));
        let mut read = self.read(source, entries, &changed)?;
        let was_linked = known.values().any(|k| k.linked != Linked::No);
        let mut write = changed;
        let shelved = |read: &BTreeMap<usize, ReadFile>| {
            read.keys().any(|i| Shelf::holds(spec.vendor, &entries[*i].path))
        };
        let sigma = spec.vendor == Vendor::Sigma && read.values().any(|r| may_link(&r.text));
        let mut shelf = Shelf::default();
        if was_linked || sigma || shelved(&read) {
            let rest: BTreeSet<usize> =
                (0..entries.len()).filter(|i| !read.contains_key(i)).collect();
            if !write.is_empty() || removed {
                let new_shelf = removed || shelved(&read);
                read.append(&mut self.read(source, entries, &rest)?);
                let texts = read.iter().map(|(i, r)| (entries[*i].path.as_str(), r.text.as_str()));
                shelf = Shelf::new(spec.vendor, texts);
                if spec.vendor == Vendor::Sigma {
                    self.link(entries, &known, &mut read, &mut write);
                } else if new_shelf {
                    write.extend(read.keys());
                }
            }
        }
        self.write(writer, source, entries, &known, read, &write, &shelf, checkout.as_ref())?;
        self.tally(source)
    }

    /// Whether the user's mappings are others than those by which the source was read, and keeps
    /// them: with them every rule of the source may read otherwise.
    fn mappings_changed(&self) -> Result<bool, Error> {
        let key = mappings_key(&self.spec.name);
        let before: Option<String> = self
            .connection
            .query_row("SELECT value FROM meta WHERE key = ?", [&key], |row| row.get(0))
            .optional()?;
        let now = self.spec.fields.fingerprint();
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", params![key, now])?;
        Ok(before.unwrap_or_default() != now)
    }

    fn source_row(
        &mut self,
        folder: &Path,
        checkout: Option<&Checkout>,
        files: usize,
    ) -> Result<i64, Error> {
        let spec = self.spec;
        let found = licence::find(folder, checkout.map(|c| c.root.as_path()));
        let licence = spec.licence.clone().or_else(|| {
            found.map(|l| match l.name {
                Some(name) => name.to_owned(),
                None => l.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            })
        });
        let url = spec.url.clone().or_else(|| checkout.and_then(|c| c.remote.clone()));
        self.connection.execute(
            "INSERT INTO source (name, vendor, root, commit_id, url, licence, private, readable, \
             files, failed, linked) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,0,0) \
             ON CONFLICT (name) DO UPDATE SET commit_id = ?4, url = ?5, licence = ?6, \
             private = ?7, readable = ?8, files = ?9",
            params![
                spec.name,
                spec.vendor.name(),
                root(folder),
                checkout.and_then(|c| c.commit.as_deref()),
                url,
                licence,
                spec.private,
                held::is_read(spec.vendor),
                files
            ],
        )?;
        let id = "SELECT id FROM source WHERE name = ?";
        Ok(self.connection.query_row(id, [&spec.name], |row| row.get(0))?)
    }

    fn known(&self, source: i64) -> Result<BTreeMap<String, Known>, Error> {
        let mut statement = self
            .connection
            .prepare("SELECT path, id, size, modified_ns, linked FROM file WHERE source = ?")?;
        let rows = statement.query_map([source], |row| {
            let known = Known {
                id: row.get(1)?,
                size: row.get(2)?,
                modified_ns: row.get(3)?,
                linked: Linked::from_column(row.get(4)?),
            };
            Ok((row.get(0)?, known))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Forgets files that are gone, and brings dates and addresses of the others up to date.
    fn refresh(
        &mut self,
        source: i64,
        entries: &[Entry],
        known: &BTreeMap<String, Known>,
        listed: &BTreeSet<&str>,
        checkout: Option<&Checkout>,
    ) -> Result<(), Error> {
        for (path, file) in known.iter().filter(|(path, _)| !listed.contains(path.as_str())) {
            forget_rules(self.connection, file.id)?;
            self.connection.execute("DELETE FROM file WHERE id = ?", [file.id])?;
            self.forget_problems(source, path)?;
            self.out.removed += 1;
        }
        let upstream = self.upstream(checkout);
        let mut update = self.connection.prepare_cached(
            "UPDATE file SET first_seen = ?2, modified = ?3, url = ?4 WHERE id = ?1",
        )?;
        for entry in entries {
            if let Some(file) = known.get(&entry.path) {
                let (first_seen, modified, url) = origin(&upstream, checkout, &entry.path);
                update.execute(params![file.id, first_seen, modified, url])?;
            }
        }
        Ok(())
    }

    fn upstream(&self, checkout: Option<&Checkout>) -> Option<Upstream> {
        let subfolder = self.spec.subfolder.as_deref().map(|p| p.to_string_lossy());
        Upstream::new(self.spec.url.as_deref(), checkout, subfolder.as_deref())
    }

    fn forget_problems(&self, source: i64, path: &str) -> Result<(), Error> {
        self.connection
            .prepare_cached("DELETE FROM problem WHERE source = ? AND path = ?")?
            .execute(params![source, path])?;
        Ok(())
    }

    fn refusals(&mut self, source: i64, refusals: &[Refusal]) -> Result<(), Error> {
        let sql = "DELETE FROM problem WHERE source = ? AND code = 'file/refused'";
        self.connection.execute(sql, [source])?;
        for refusal in refusals {
            self.refused(source, refusal)?;
        }
        Ok(())
    }

    fn refused(&mut self, source: i64, refusal: &Refusal) -> Result<(), Error> {
        let loses_rules = refusal.reason.loses_rules();
        let problem = Problem {
            source: self.spec.name.clone(),
            path: refusal.path.clone(),
            place: None,
            code: "file/refused".to_owned(),
            severity: if loses_rules { Severity::Error } else { Severity::Note },
            message: refusal.reason.to_string(),
            loses_rules,
        };
        self.problem(source, problem)
    }

    fn problem(&mut self, source: i64, problem: Problem) -> Result<(), Error> {
        self.connection.prepare_cached("INSERT INTO problem VALUES (?,?,?,?,?,?,?,?)")?.execute(
            params![
                source,
                problem.path,
                problem.place.map(|p| p.0),
                problem.place.map(|p| p.1),
                problem.code,
                problem.severity.name(),
                problem.message,
                problem.loses_rules
            ],
        )?;
        (self.report)(Event::Problem(problem));
        Ok(())
    }

    /// Reads files in parallel.
    fn read(
        &mut self,
        source: i64,
        entries: &[Entry],
        which: &BTreeSet<usize>,
    ) -> Result<BTreeMap<usize, ReadFile>, Error> {
        let which: Vec<usize> = which.iter().copied().collect();
        let files: Vec<(usize, Result<ReadFile, Refusal>)> = which
            .into_par_iter()
            .map(|i| (i, walk::read(&entries[i]).map(|text| ReadFile { text, file: None })))
            .collect();
        let mut out = BTreeMap::new();
        for (i, read) in files {
            match read {
                Ok(read) => {
                    out.insert(i, read);
                }
                Err(refusal) => self.refused(source, &refusal)?,
            }
        }
        Ok(out)
    }

    /// Links the source's rules and adds to `write` what that touches.
    fn link(
        &self,
        entries: &[Entry],
        known: &BTreeMap<String, Known>,
        read: &mut BTreeMap<usize, ReadFile>,
        write: &mut BTreeSet<usize>,
    ) {
        let indices: Vec<usize> = read.keys().copied().collect();
        let texts: Vec<(&str, &str)> =
            read.iter().map(|(i, r)| (entries[*i].path.as_str(), r.text.as_str())).collect();
        let files = held::read_linked(self.spec.vendor, &texts, &Shelf::default());
        // A filter may be put on any rule, and one that is gone was: all are written again.
        let filters = files.iter().any(|file| file.linked == Linked::Filters)
            || known.values().any(|k| k.linked == Linked::Filters);
        for (i, file) in indices.into_iter().zip(files) {
            let was = known.get(&entries[i].path).is_some_and(|k| k.linked != Linked::No);
            if filters || was || file.linked != Linked::No {
                write.insert(i);
            }
            if let Some(r) = read.get_mut(&i) {
                r.file = Some(file);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what a source is written from, once")]
    fn write(
        &mut self,
        writer: &mut Writer<'_>,
        source: i64,
        entries: &[Entry],
        known: &BTreeMap<String, Known>,
        mut read: BTreeMap<usize, ReadFile>,
        write: &BTreeSet<usize>,
        shelf: &Shelf,
        checkout: Option<&Checkout>,
    ) -> Result<(), Error> {
        let upstream = self.upstream(checkout);
        let which: Vec<usize> = write.iter().copied().collect();
        // Slugs of all files that are written anew are free before the first is given again.
        let mut former = std::mem::take(&mut self.former);
        for i in &which {
            if let Some(file) = known.get(&entries[*i].path) {
                let mut slugs = self
                    .connection
                    .prepare_cached("SELECT ordinal, slug FROM rule WHERE file = ?")?;
                let mut rows = slugs.query([file.id])?;
                while let Some(row) = rows.next()? {
                    former.insert((entries[*i].path.clone(), row.get(0)?), row.get(1)?);
                }
                forget_rules(self.connection, file.id)?;
                self.connection.execute("DELETE FROM file WHERE id = ?", [file.id])?;
            }
        }
        writer.source(source, former)?;
        let spec = self.spec;
        let mut batches = move |send: SyncSender<Vec<PreparedFile>>| {
            for batch in which.chunks(BATCH) {
                let files: Vec<(usize, ReadFile)> =
                    batch.iter().filter_map(|i| Some((*i, read.remove(i)?))).collect();
                // Nobody takes it where the writing failed.
                if send.send(prepared(files, entries, spec, shelf)).is_err() {
                    return;
                }
            }
        };
        // One batch is written while the next is prepared.
        std::thread::scope(|threads| {
            let (send, receive) = sync_channel(1);
            threads.spawn(move || batches(send));
            receive.into_iter().try_for_each(|batch| {
                let count = batch.len();
                for file in batch {
                    self.write_file(writer, source, file, entries, &upstream, checkout)?;
                }
                self.out.written += count;
                (self.report)(Event::Written(count));
                Ok(())
            })
        })
    }

    /// The rows of a file and its rules.
    fn write_file(
        &mut self,
        writer: &mut Writer<'_>,
        source: i64,
        prepared: PreparedFile,
        entries: &[Entry],
        upstream: &Option<Upstream>,
        checkout: Option<&Checkout>,
    ) -> Result<(), Error> {
        let PreparedFile { index, file, text, rows } = prepared;
        let vendor = self.spec.vendor.name();
        let entry = &entries[index];
        let rows = rows?;
        let (first_seen, modified, url) = origin(upstream, checkout, &entry.path);
        let id = self
            .connection
            .prepare_cached(
                "INSERT INTO file (source, path, size, modified_ns, first_seen, modified, \
                 url, is_rule_file, failed, linked) VALUES (?,?,?,?,?,?,?,?,?,?)",
            )?
            .insert(params![
                source,
                entry.path,
                i64::try_from(entry.size).unwrap_or(-1),
                entry.modified_ns,
                first_seen,
                modified,
                url,
                file.is_rule_file,
                file.failed,
                file.linked as i64
            ])?;
        self.forget_problems(source, &entry.path)?;
        self.file_defects(source, &entry.path, &text, &file)?;
        for (ordinal, row) in rows.iter().enumerate() {
            writer.rule(source, id, &entry.path, vendor, ordinal, row)?;
            self.rule_defects(&entry.path, row);
        }
        Ok(())
    }

    /// Defects that belong to no rule.
    fn file_defects(
        &mut self,
        source: i64,
        path: &str,
        text: &str,
        file: &Held,
    ) -> Result<(), Error> {
        // What is no rule file may be any YAML; its defects are nobody's.
        if !file.is_rule_file || file.diagnostics.is_empty() {
            return Ok(());
        }
        let index = LineIndex::new(text);
        for diagnostic in &file.diagnostics {
            match diagnostic.severity {
                Severity::Error => self.out.defects.0 += 1,
                Severity::Warning => self.out.defects.1 += 1,
                Severity::Note => {}
            }
            let place = index.position(text, diagnostic.span.start);
            let problem =
                self.as_problem(path, diagnostic, (place.line, place.column), file.failed > 0);
            self.problem(source, problem)?;
        }
        Ok(())
    }

    /// Defects of a rule that was read; they stay with the rule.
    fn rule_defects(&mut self, path: &str, row: &Prepared) {
        let defects = &row.rule.logic.diagnostics;
        if defects.iter().all(|d| d.severity < Severity::Warning) {
            return;
        }
        let text = &row.rule.body.text;
        let index = LineIndex::new(text);
        for diagnostic in defects {
            match diagnostic.severity {
                Severity::Error => self.out.defects.0 += 1,
                Severity::Warning => self.out.defects.1 += 1,
                Severity::Note => continue,
            }
            let place = index.position(text, diagnostic.span.start);
            let line = place.line + row.rule.line - 1;
            let problem = self.as_problem(path, diagnostic, (line, place.column), false);
            (self.report)(Event::Problem(problem));
        }
    }

    fn as_problem(
        &self,
        path: &str,
        diagnostic: &Diagnostic,
        place: (u32, u32),
        loses_rules: bool,
    ) -> Problem {
        Problem {
            source: self.spec.name.clone(),
            path: path.to_owned(),
            place: Some(place),
            code: diagnostic.code.to_string(),
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            loses_rules: loses_rules && diagnostic.severity == Severity::Error,
        }
    }

    /// Counts the source's files that could not be read.
    fn tally(&mut self, source: i64) -> Result<(), Error> {
        self.connection.execute(
            "UPDATE source SET failed = \
             (SELECT count(*) FROM file WHERE file.source = source.id AND failed > 0) + \
             (SELECT count(DISTINCT path) FROM problem WHERE problem.source = source.id \
              AND code = 'file/refused' AND loses_rules) WHERE id = ?",
            [source],
        )?;
        let sql = "SELECT failed FROM source WHERE id = ?";
        let failed: i64 = self.connection.query_row(sql, [source], |row| row.get(0))?;
        self.out.failed += usize::try_from(failed).unwrap_or(0);
        Ok(())
    }
}

/// Files with their rules prepared, in parallel.
fn prepared(
    files: Vec<(usize, ReadFile)>,
    entries: &[Entry],
    spec: &SourceSpec,
    shelf: &Shelf,
) -> Vec<PreparedFile> {
    let one = |(index, file): (usize, ReadFile)| {
        let path = &entries[index].path;
        let ReadFile { text, file } = file;
        let mut file = file.unwrap_or_else(|| held::read(spec.vendor, path, &text, shelf));
        let rules = std::mem::take(&mut file.rules);
        let rows = rules
            .into_iter()
            .map(|HeldRule { rule, correlation }| {
                prepare(rule, spec.vendor.name(), &spec.fields, path, correlation.as_ref())
            })
            .collect();
        PreparedFile { index, file, text, rows }
    };
    files.into_par_iter().map(one).collect()
}

/// Whether a file may speak of rules of other files: whether a line begins with the key that such a
/// document has at its top. Documents that are written in another way than one key a line from the
/// first column on are taken to, where the word is there at all.
fn may_link(text: &str) -> bool {
    let keys = ["correlation", "filter"];
    let plain = |line: &str| line.starts_with(|c: char| c.is_alphanumeric() || "_-#.%".contains(c));
    let named = |line: &str| keys.iter().any(|key| line.starts_with(key));
    let usual = text.lines().find(|line| !line.is_empty()).is_none_or(plain);
    if usual { text.lines().any(named) } else { keys.iter().any(|key| text.contains(key)) }
}

/// First-seen date, date of change and address of a file.
fn origin(
    upstream: &Option<Upstream>,
    checkout: Option<&Checkout>,
    path: &str,
) -> (Option<String>, Option<String>, Option<String>) {
    let known = checkout.map(|c| c.dates(path));
    let dates = known.flatten().unwrap_or_default();
    // A file that the history does not know is not there upstream.
    let upstream = upstream.as_ref().filter(|_| known != Some(None));
    (
        dates.first_seen.map(iso_date),
        dates.modified.map(iso_date),
        upstream.map(|u| u.file_url(path)),
    )
}
