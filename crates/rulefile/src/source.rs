//! What a source is: a vendor's rules, in a folder or behind a git URL, under a name.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rulescope_taxonomy::fields::Mappings;

use crate::Error;

/// Whose rule format a source is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vendor {
    /// Sigma rules (YAML).
    Sigma,
    /// Splunk security content (YAML around SPL).
    Splunk,
    /// Elastic detection rules (TOML around EQL, ES|QL, kuery, Lucene).
    Elastic,
    /// Microsoft Kusto rules (YAML, or markdown with fenced queries).
    Kusto,
    /// Google Chronicle rules (YARA-L).
    Chronicle,
    /// Panther rules (Python and YAML).
    Panther,
    /// Sublime rules (YAML around MQL).
    Sublime,
}

impl Vendor {
    /// All vendors, in the order in which they are listed.
    pub const ALL: [Vendor; 7] = [
        Vendor::Sigma,
        Vendor::Splunk,
        Vendor::Elastic,
        Vendor::Kusto,
        Vendor::Chronicle,
        Vendor::Panther,
        Vendor::Sublime,
    ];

    /// The name as written in configuration, commands and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Vendor::Sigma => "sigma",
            Vendor::Splunk => "splunk",
            Vendor::Elastic => "elastic",
            Vendor::Kusto => "kusto",
            Vendor::Chronicle => "chronicle",
            Vendor::Panther => "panther",
            Vendor::Sublime => "sublime",
        }
    }

    /// Extensions of files that may hold this vendor's rules, lower case, without a dot.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Vendor::Sigma | Vendor::Sublime => &["yml", "yaml"],
            // Rows of lookup tables stand as CSV.
            Vendor::Splunk => &["yml", "yaml", "csv"],
            Vendor::Elastic => &["toml"],
            Vendor::Kusto => &["yaml", "yml", "md", "kql"],
            Vendor::Chronicle => &["yaral"],
            Vendor::Panther => &["yml", "yaml", "py"],
        }
    }

    /// All names, for messages.
    pub(crate) fn list() -> String {
        Vendor::ALL.map(Vendor::name).join(", ")
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Vendor {
    type Err = Error;

    fn from_str(name: &str) -> Result<Vendor, Error> {
        let found = Vendor::ALL.into_iter().find(|v| v.name().eq_ignore_ascii_case(name.trim()));
        found.ok_or_else(|| Error::UnknownVendor { name: name.to_owned() })
    }
}

/// Where a source's files come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder on this machine.
    Folder(PathBuf),
    /// A git repository that [`sync`](crate::sync) clones.
    Git {
        /// Its URL, as given.
        url: String,
        /// The branch to follow; the remote's own default where none is given.
        branch: Option<String>,
    },
}

/// A source as the user named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSpec {
    /// The name, first part of its rules' ids: letters, digits, `.`, `_`, `-`.
    pub name: String,
    /// The rule format.
    pub vendor: Vendor,
    /// Where the files are.
    pub location: Location,
    /// A folder within the location that holds the rules, relative, without `..`.
    pub subfolder: Option<PathBuf>,
    /// A licence that the user stated; it wins over a found one.
    pub licence: Option<String>,
    /// A web address for links to the files (see [`upstream`](crate::upstream)).
    pub url: Option<String>,
    /// Whether the user marked the rules as not for publication.
    pub private: bool,
    /// The user's own mappings of the vendor's fields.
    pub fields: Mappings,
}

impl SourceSpec {
    /// A source of a location, named as its folder is.
    ///
    /// # Errors
    /// [`Error::BadSourceName`] where the location has no name to take (`/`).
    pub fn new(vendor: Vendor, location: Location) -> Result<SourceSpec, Error> {
        let name = location.own_name()?;
        Ok(SourceSpec {
            name,
            vendor,
            location,
            subfolder: None,
            licence: None,
            url: None,
            private: false,
            fields: Mappings::default(),
        })
    }

    /// Reads `VENDOR=PATH` of the command line.
    ///
    /// # Errors
    /// [`Error::BadSourceFlag`] and [`Error::UnknownVendor`], which name what was given.
    pub fn from_flag(flag: &str) -> Result<SourceSpec, Error> {
        let (vendor, path) = flag
            .split_once('=')
            .filter(|(_, path)| !path.is_empty())
            .ok_or_else(|| Error::BadSourceFlag { flag: flag.to_owned() })?;
        SourceSpec::new(vendor.parse()?, Location::Folder(PathBuf::from(path)))
    }

    /// The checkout's or folder's place on this machine; `cache` holds the synced ones.
    pub fn base(&self, cache: &Path) -> PathBuf {
        match &self.location {
            Location::Folder(path) => path.clone(),
            Location::Git { .. } => cache.join(&self.name),
        }
    }

    /// The folder that holds the rules: [`base`](SourceSpec::base) and the subfolder.
    pub fn folder(&self, cache: &Path) -> PathBuf {
        match &self.subfolder {
            Some(subfolder) => self.base(cache).join(subfolder),
            None => self.base(cache),
        }
    }
}

impl fmt::Display for SourceSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Location::Folder(path) => write!(f, "{}={}", self.vendor, path.display()),
            Location::Git { url, .. } => {
                write!(f, "{}={}", self.vendor, crate::upstream::without_credentials(url))
            }
        }
    }
}

impl Location {
    fn own_name(&self) -> Result<String, Error> {
        let last = match self {
            Location::Folder(path) => {
                // `.` and `..` have a name only on the disk.
                let named = path.file_name().map(ToOwned::to_owned);
                let named =
                    named.or_else(|| path.canonicalize().ok()?.file_name().map(ToOwned::to_owned));
                named.map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
            }
            Location::Git { url, .. } => {
                let path = url.trim_end_matches('/');
                let last = path.rsplit(['/', ':', '\\']).next().unwrap_or_default();
                last.strip_suffix(".git").unwrap_or(last).to_owned()
            }
        };
        let mut name = String::with_capacity(last.len());
        for c in last.chars() {
            match c {
                c if is_name_char(c) => name.push(c),
                _ if name.ends_with('-') => {}
                _ => name.push('-'),
            }
        }
        let name = name.trim_end_matches('-').trim_start_matches(['-', '.']);
        check_name(name).map_err(|_| Error::BadSourceName { name: last })?;
        Ok(name.to_owned())
    }
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// Whether a name can stand in a rule's id and name a folder.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let fine = !name.is_empty() && !name.starts_with(['.', '-']) && name.chars().all(is_name_char);
    if fine { Ok(()) } else { Err(Error::BadSourceName { name: name.to_owned() }) }
}

/// Checks that no two sources have one name; letters' case does not tell names apart, because
/// not every disk keeps it.
///
/// # Errors
/// [`Error::DuplicateSource`], which says how to name them.
pub fn check_names(sources: &[SourceSpec]) -> Result<(), Error> {
    let mut seen: BTreeMap<String, &SourceSpec> = BTreeMap::new();
    for source in sources {
        if let Some(first) = seen.insert(source.name.to_lowercase(), source) {
            return Err(Error::DuplicateSource {
                name: source.name.clone(),
                first: first.to_string(),
                second: source.to_string(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(flag: &str) -> String {
        SourceSpec::from_flag(flag).expect("well formed").name
    }

    #[test]
    fn a_source_is_named_as_its_folder() {
        assert_eq!(named("sigma=../shared/my rules (x)/"), "my-rules-x");
        assert_eq!(named("Sigma=.hidden"), "hidden");
        assert!(!named("sigma=.").is_empty());
        let git = |url: &str| {
            let location = Location::Git { url: url.to_owned(), branch: None };
            SourceSpec::new(Vendor::Sigma, location).expect("well formed").name
        };
        assert_eq!(git("https://github.com/SigmaHQ/sigma.git"), "sigma");
        assert_eq!(git("git@host:rules.git/"), "rules");
    }

    #[test]
    fn wrong_flags_say_what_is_right() {
        let message = |flag: &str| SourceSpec::from_flag(flag).expect_err(flag).to_string();
        assert!(message("../rules").contains("VENDOR=PATH"));
        assert!(message("sigma=").contains("VENDOR=PATH"));
        assert!(message("snort=x").contains("sigma, splunk, elastic, kusto"));
        assert!(message("sigma=/").contains("can't name a source"));
    }

    #[test]
    fn two_sources_of_one_name_are_an_error_with_a_remedy() {
        let specs = ["sigma=a/rules", "splunk=b/Rules"].map(|f| SourceSpec::from_flag(f).expect(f));
        let message = check_names(&specs).expect_err("one name").to_string();
        assert!(message.contains("sigma=a/rules and splunk=b/Rules"), "{message}");
        assert!(message.contains("name = "), "{message}");
        assert!(check_names(&specs[..1]).is_ok());
    }
}
