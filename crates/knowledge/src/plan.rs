//! Finds the packs of a folder by what its files are.
//!
//! A folder may be one pack, hold several, or hold one among other things. Files say of themselves
//! what they are ([`readers::recognise`]); a folder whose files are of one kind is a pack of that
//! kind. One with several kinds, or with several folders that have a licence each, is a folder of
//! packs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::pack::PackKind;
use crate::readers;
use crate::walk::{self, Entry, Listing};

/// A pack that is to be read.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The name of its folder.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: PackKind,
    /// Its folder.
    pub(crate) root: PathBuf,
    /// Its files, with paths below its folder, sorted.
    pub(crate) files: Vec<Entry>,
    /// Files below its folder that are of no known kind.
    pub(crate) unknown: usize,
    /// The licence beside it.
    pub(crate) licence: Option<PathBuf>,
}

/// Packs of one folder that are read.
pub(crate) const MOST_PACKS: usize = 200;

/// The packs of a listed folder, sorted by path.
///
/// Past [`MOST_PACKS`] the rest is left out.
pub(crate) fn plan(root: &Path, listing: Listing) -> Vec<Plan> {
    let kinds: Vec<Option<PackKind>> = listing
        .entries
        .par_iter()
        .map(|entry| walk::head(entry).and_then(|head| readers::recognise(&entry.path, &head)))
        .collect();
    let files: Vec<(Entry, Option<PackKind>)> = listing.entries.into_iter().zip(kinds).collect();
    let mut found = Vec::new();
    split(String::new(), &files.iter().collect::<Vec<_>>(), &mut found);
    found
        .into_iter()
        .take(MOST_PACKS)
        .map(|(prefix, kind, whole)| gather(root, &prefix, kind, whole, &files))
        .collect()
}

type File = (Entry, Option<PackKind>);

/// Whether a file is a licence.
fn is_licence(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    ["LICENSE", "LICENCE", "COPYING"].iter().any(|known| upper.starts_with(known))
}

/// Packs below a folder (`""` or ending in `/`): prefix, kind, and whether all below it is of it.
fn split(prefix: String, files: &[&File], found: &mut Vec<(String, PackKind, bool)>) {
    let kinds: BTreeSet<PackKind> = files.iter().filter_map(|(_, kind)| *kind).collect();
    let Some(first) = kinds.first() else { return };
    let mut direct: BTreeSet<PackKind> = BTreeSet::new();
    let mut folders: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    for file in files {
        match file.0.path[prefix.len()..].split_once('/') {
            Some((folder, _)) => folders.entry(folder).or_default().push(file),
            None => direct.extend(file.1),
        }
    }
    let licensed = |(folder, inner): (&&str, &Vec<&File>)| {
        let own = prefix.len() + folder.len() + 1;
        let has_licence = inner.iter().any(|file| is_licence(&file.0.path[own..]));
        has_licence && inner.iter().any(|file| file.1.is_some())
    };
    let several_licences = folders.iter().filter(|one| licensed(*one)).count() > 1;
    if kinds.len() == 1 && (!direct.is_empty() || !several_licences) {
        found.push((prefix, *first, true));
        return;
    }
    found.extend(direct.into_iter().map(|kind| (prefix.clone(), kind, false)));
    for (folder, inner) in folders {
        split(format!("{prefix}{folder}/"), &inner, found);
    }
}

/// A pack's files: those of its kind, and those that look as if they should have been.
fn gather(root: &Path, prefix: &str, kind: PackKind, whole: bool, files: &[File]) -> Plan {
    let folder =
        if prefix.is_empty() { root.to_owned() } else { root.join(prefix.trim_end_matches('/')) };
    let name = folder.canonicalize().unwrap_or_else(|_| folder.clone());
    let name =
        name.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut own = Vec::new();
    let mut unknown = 0;
    let mut licences: Vec<&Entry> = Vec::new();
    for (entry, found) in files {
        let Some(path) = entry.path.strip_prefix(prefix) else { continue };
        let licence = is_licence(entry.name());
        if licence {
            licences.push(entry);
        }
        if !whole && path.contains('/') {
            continue;
        }
        if *found == Some(kind)
            || (found.is_none() && readers::expects(kind, &format!("{name}/{path}")))
        {
            own.push(Entry { path: path.to_owned(), ..entry.clone() });
        } else if found.is_none() && !licence {
            unknown += 1;
        }
    }
    let nearest =
        licences.iter().min_by_key(|entry| (entry.path.matches('/').count(), &entry.path));
    let licence = nearest.map(|entry| entry.file.clone()).or_else(|| licence_above(&folder));
    Plan { name, kind, root: folder, files: own, unknown, licence }
}

/// A licence in one of the two folders around a pack: that of the repository it is a part of.
fn licence_above(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().skip(1).take(2).find_map(|above| {
        let names = std::fs::read_dir(above).ok()?;
        let mut found: Vec<PathBuf> = names
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.file_name().is_some_and(|name| is_licence(&name.to_string_lossy())))
            .filter(|path| path.is_file())
            .collect();
        found.sort();
        found.into_iter().next()
    })
}
