//! Reads `rulescope.toml`.
//!
//! ```toml
//! catalog = "rulescope.db"           # default
//! knowledge = ["knowledge"]
//! events = ["logs"]
//!
//! [[source]]
//! vendor = "sigma"
//! path = "rules/own"                 # or: git = "https://…", branch = "main"
//! name = "own"                       # default: the folder's name
//! subfolder = "windows"
//! licence = "proprietary"            # default: found in the source
//! url = "https://git.example.org/own"
//! private = true
//!
//! [[field]]                          # what a name of your rules is on Windows' events
//! vendor = "sigma"
//! native = "proc"
//! canonical = "Image"                # none for `how = "none"`
//! context = "process_creation"       # default: "*"; terms of a log source or data model, commas between
//! how = "same"                       # default; basename, user, … as in the tables of fields
//! ```
//!
//! Paths are relative to the file. An unknown key is an error, because a misspelt one would
//! otherwise be a setting that silently does nothing.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use rulescope_ir::LineIndex;
use rulescope_taxonomy::fields::{Mappings, Part, Written};
use serde::Deserialize;
use toml::Spanned;

use crate::Error;
use crate::source::{Location, SourceSpec, Vendor, check_name, check_names};
use crate::sync::check_url;

/// The configuration of a workspace of rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// The catalog file, where one is named.
    pub catalog: Option<PathBuf>,
    /// The sources, in the file's order; their names differ.
    pub sources: Vec<SourceSpec>,
    /// Folders of knowledge (ATT&CK, event descriptions).
    pub knowledge: Vec<PathBuf>,
    /// Folders and files of logs.
    pub events: Vec<PathBuf>,
    /// The user's own mappings of fields, which the sources of each vendor have too.
    pub fields: BTreeMap<Vendor, Mappings>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    catalog: Option<PathBuf>,
    #[serde(default)]
    source: Vec<Spanned<RawSource>>,
    #[serde(default)]
    knowledge: Vec<PathBuf>,
    #[serde(default)]
    events: Vec<PathBuf>,
    #[serde(default)]
    field: Vec<RawField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    vendor: Spanned<String>,
    native: Spanned<String>,
    canonical: Option<Spanned<String>>,
    context: Option<Spanned<String>>,
    how: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    name: Option<Spanned<String>>,
    vendor: Spanned<String>,
    path: Option<PathBuf>,
    git: Option<Spanned<String>>,
    branch: Option<Spanned<String>>,
    subfolder: Option<Spanned<PathBuf>>,
    licence: Option<String>,
    url: Option<String>,
    #[serde(default)]
    private: bool,
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// [`Error::Io`] where it can't be read, [`Error::Config`] with line and column where it is
    /// wrong, [`Error::DuplicateSource`] for two sources of one name.
    pub fn load(path: &Path) -> Result<Config, Error> {
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        Config::parse(&text, path)
    }

    /// Reads a configuration's text; `path` is the file it stands in, for messages and for the
    /// folder that its paths are relative to.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Config, Error> {
        let at = |span: Range<usize>, message: String| {
            let start = u32::try_from(span.start).unwrap_or(u32::MAX);
            let place = LineIndex::new(text).position(text, start);
            Error::Config { path: path.to_owned(), line: place.line, column: place.column, message }
        };
        let raw: RawConfig = toml::from_str(text)
            .map_err(|e| at(e.span().unwrap_or(0..0), e.message().trim().replace('\n', ", ")))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let fields = read_fields(raw.field).map_err(|(span, message)| at(span, message))?;
        let mut sources = raw
            .source
            .into_iter()
            .map(|source| {
                let span = source.span();
                read_source(source.into_inner(), span, folder)
                    .map_err(|(span, message)| at(span, message))
            })
            .collect::<Result<Vec<_>, _>>()?;
        check_names(&sources)?;
        for source in &mut sources {
            source.fields = fields.get(&source.vendor).cloned().unwrap_or_default();
        }
        let placed = |paths: Vec<PathBuf>| paths.into_iter().map(|p| folder.join(p)).collect();
        Ok(Config {
            catalog: raw.catalog.map(|p| folder.join(p)),
            sources,
            knowledge: placed(raw.knowledge),
            events: placed(raw.events),
            fields,
        })
    }

    /// Where the sources named by git URL are kept: `.rulescope/sources` beside the configuration.
    pub fn cache(path: &Path) -> PathBuf {
        path.parent().unwrap_or(Path::new("")).join(".rulescope").join("sources")
    }
}

type Wrong = (Range<usize>, String);

fn read_vendor(name: Spanned<String>) -> Result<Vendor, Wrong> {
    let at = name.span();
    name.into_inner().parse().map_err(|e: Error| (at, e.to_string()))
}

fn read_fields(raw: Vec<RawField>) -> Result<BTreeMap<Vendor, Mappings>, Wrong> {
    let mut out: BTreeMap<Vendor, Mappings> = BTreeMap::new();
    for RawField { vendor, native, canonical, context, how } in raw {
        let vendor = read_vendor(vendor)?;
        let place = |part| match part {
            Part::Native => native.span(),
            Part::Canonical => canonical.as_ref().map_or(native.span(), Spanned::span),
            Part::Context => context.as_ref().map_or(native.span(), Spanned::span),
            Part::How => how.as_ref().map_or(native.span(), Spanned::span),
        };
        let text = |of: &Option<Spanned<String>>, default: &str| {
            of.as_ref().map_or(default.to_owned(), |t| t.get_ref().clone())
        };
        let (contexts, how) = (text(&context, "*"), text(&how, "same"));
        for context in contexts.split(',').map(str::trim) {
            let written = Written {
                native: native.get_ref(),
                canonical: canonical.as_ref().map(|name| name.get_ref().as_str()),
                context,
                how: &how,
            };
            let added = out.entry(vendor).or_default().add(vendor.name(), written);
            added.map_err(|(part, message)| (place(part), message))?;
        }
    }
    Ok(out)
}

fn read_source(raw: RawSource, span: Range<usize>, folder: &Path) -> Result<SourceSpec, Wrong> {
    let vendor = read_vendor(raw.vendor)?;
    if let (Some(branch), None) = (&raw.branch, &raw.git) {
        let message = "`branch` goes with `git`; remove it, or give the source's git URL";
        return Err((branch.span(), message.to_owned()));
    }
    let location = match (raw.path, raw.git) {
        (Some(path), None) => Location::Folder(folder.join(path)),
        (None, Some(git)) => {
            let at = git.span();
            let url = git.into_inner();
            check_url(&url).map_err(|e| (at, e.to_string()))?;
            let branch = raw.branch.map(|branch| {
                let (at, branch) = (branch.span(), branch.into_inner());
                let fine = !branch.is_empty() && !branch.starts_with('-');
                fine.then(|| branch.clone())
                    .ok_or_else(|| (at, format!("`{branch}` can't name a branch; correct it")))
            });
            Location::Git { url: placed_url(url, folder), branch: branch.transpose()? }
        }
        (Some(_), Some(_)) => {
            return Err((span, "a source has a `path` or a `git` URL, not both".to_owned()));
        }
        (None, None) => {
            return Err((
                span,
                "the source has no place; give it a `path` or a `git` URL".to_owned(),
            ));
        }
    };
    let mut spec = match &raw.name {
        Some(name) => {
            check_name(name.get_ref()).map_err(|e| (name.span(), e.to_string()))?;
            SourceSpec {
                name: name.get_ref().clone(),
                vendor,
                location,
                subfolder: None,
                licence: None,
                url: None,
                private: false,
                fields: Mappings::default(),
            }
        }
        None => SourceSpec::new(vendor, location).map_err(|e| (span, e.to_string()))?,
    };
    if let Some(subfolder) = raw.subfolder {
        let inside = subfolder.get_ref().components().all(|c| matches!(c, Component::Normal(_)));
        if !inside {
            let message = "`subfolder` leaves the source; give a relative path without `..`";
            return Err((subfolder.span(), message.to_owned()));
        }
        spec.subfolder = Some(subfolder.into_inner());
    }
    spec.licence = raw.licence;
    spec.url = raw.url;
    spec.private = raw.private;
    Ok(spec)
}

/// A repository named by a relative path is relative to the configuration, as every path is.
fn placed_url(url: String, folder: &Path) -> String {
    let relative = url.starts_with("./") || url.starts_with("../");
    if relative { folder.join(&url).to_string_lossy().into_owned() } else { url }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, Error> {
        Config::parse(text, Path::new("conf/rulescope.toml"))
    }

    fn message(text: &str) -> String {
        parse(text).expect_err(text).to_string()
    }

    #[test]
    fn reads_everything() {
        let config = parse(
            "catalog = \"c.db\"\nknowledge = [\"k\"]\nevents = [\"e\"]\n\n[[source]]\nvendor = \
             \"sigma\"\npath = \"rules\"\nsubfolder = \"a/b\"\nprivate = true\nlicence = \"x\"\n\
             url = \"https://x\"\n[[source]]\nname = \"s\"\nvendor = \"Splunk\"\ngit = \
             \"https://github.com/splunk/security_content\"\nbranch = \"develop\"\n",
        )
        .expect("well formed");
        assert_eq!(config.catalog.as_deref(), Some(Path::new("conf/c.db")));
        assert_eq!(config.knowledge, [Path::new("conf/k")]);
        let [sigma, splunk] = &config.sources[..] else { panic!("two sources") };
        assert_eq!(sigma.name, "rules");
        assert_eq!(sigma.folder(Path::new("x")), Path::new("conf/rules/a/b"));
        assert!(sigma.private);
        assert_eq!(splunk.vendor, Vendor::Splunk);
        let cache = Config::cache(Path::new("conf/rulescope.toml"));
        assert_eq!(splunk.folder(&cache), Path::new("conf/.rulescope/sources/s"));
        assert_eq!(
            splunk.location,
            Location::Git {
                url: "https://github.com/splunk/security_content".to_owned(),
                branch: Some("develop".to_owned())
            }
        );
    }

    #[test]
    fn mappings_of_fields_go_to_the_sources_of_their_vendor() {
        let config = parse(
            "[[source]]\nvendor = \"sigma\"\npath = \"a\"\n[[source]]\nvendor = \"splunk\"\npath = \
             \"b\"\n[[field]]\nvendor = \"sigma\"\nnative = \"proc\"\ncanonical = \"Image\"\n\
             [[field]]\nvendor = \"sigma\"\nnative = \"acct\"\ncontext = \"security, system\"\nhow = \
             \"none\"\n",
        )
        .expect("well formed");
        let [sigma, splunk] = &config.sources[..] else { panic!("two sources") };
        assert_eq!(
            sigma.fields.fingerprint(),
            "*\tproc\tImage\tsame\nsecurity\tacct\t-\tnone\nsystem\tacct\t-\tnone\n"
        );
        assert!(splunk.fields.is_empty());
        assert_eq!(config.fields.get(&Vendor::Sigma), Some(&sigma.fields));
    }

    #[test]
    fn a_mapping_that_is_wrong_is_an_error_with_its_place() {
        let field = |rest: &str| {
            message(&format!("[[field]]\nvendor = \"sigma\"\nnative = \"proc\"\n{rest}"))
        };
        let spelt = field("canonical = \"image\"\n");
        assert!(spelt.starts_with("conf/rulescope.toml:4:13: `image` is spelt `Image`"), "{spelt}");
        let how = field("canonical = \"Image\"\nhow = \"last part\"\n");
        assert!(how.contains(":5:7: `last part`") && how.contains("basename"), "{how}");
        let none = field("");
        assert!(none.contains(":3:10: the mapping has no `canonical`"), "{none}");
        let context = field("canonical = \"Image\"\ncontext = \"a,,b\"\n");
        assert!(context.contains(":5:11: ``"), "{context}");
        let key = field("canonical = \"Image\"\nkind = \"x\"\n");
        assert!(key.contains(":5:1: ") && key.contains("context"), "{key}");
        let vendor = message("[[field]]\nvendor = \"snort\"\nnative = \"x\"\n");
        assert!(vendor.contains(":2:10: `snort` is no vendor"), "{vendor}");
        let one = "[[field]]\nvendor = \"sigma\"\nnative = \"proc\"\ncanonical = \"Image\"\n";
        let twice = message(&one.repeat(2));
        assert!(twice.contains(":7:10: `proc` is mapped twice"), "{twice}");
    }

    #[test]
    fn an_empty_file_is_a_configuration() {
        assert_eq!(parse("").expect("well formed"), Config::default());
    }

    #[test]
    fn errors_name_key_and_line() {
        let unknown = message("\n[[source]]\nvendor = \"sigma\"\npaht = \"x\"\n");
        assert!(unknown.starts_with("conf/rulescope.toml:4:1: "), "{unknown}");
        assert!(unknown.contains("paht") && unknown.contains("subfolder"), "{unknown}");
        let vendor = message("[[source]]\nvendor = \"snort\"\npath = \"x\"\n");
        assert!(vendor.starts_with("conf/rulescope.toml:2:10: `snort` is no vendor"), "{vendor}");
        let nowhere = message("[[source]]\nvendor = \"sigma\"\n");
        assert!(nowhere.contains("`path` or a `git`") && nowhere.contains(":1:"), "{nowhere}");
        let both = message("[[source]]\nvendor = \"sigma\"\npath = \"x\"\ngit = \"https://x/y\"\n");
        assert!(both.contains("not both"), "{both}");
        let branch = message("[[source]]\nvendor = \"sigma\"\npath = \"x\"\nbranch = \"y\"\n");
        assert!(branch.contains(":4:10: `branch`"), "{branch}");
        let out = message("[[source]]\nvendor = \"sigma\"\npath = \"x\"\nsubfolder = \"../y\"\n");
        assert!(out.contains(":4:13: `subfolder`"), "{out}");
        let ext = message("[[source]]\nvendor = \"sigma\"\ngit = \"ext::sh -c x\"\n");
        assert!(ext.contains(":3:7: ") && ext.contains("refused"), "{ext}");
        let name = message("[[source]]\nvendor = \"sigma\"\npath = \"x\"\nname = \"a/b\"\n");
        assert!(name.contains(":4:8: `a/b`"), "{name}");
        let twice = "[[source]]\nvendor = \"sigma\"\npath = \"x/r\"\n".repeat(2);
        assert!(message(&twice).contains("two sources are named `r`"));
        assert!(message("catalog = 3").contains(":1:11: "));
    }
}
