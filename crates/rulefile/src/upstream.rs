//! The web address of a file, from a repository's remote, a commit and a path.
//!
//! Known are the address forms of GitHub, GitLab, Bitbucket, Azure DevOps and Gitea (Codeberg);
//! of any other host no address is made up.

use std::fmt::Write;

use crate::git::Checkout;

/// Makes the addresses of one source's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    form: Form,
    /// What stands between the repository's root and a listed path: empty, or ends with `/`.
    prefix: String,
    commit: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    /// `{base}/blob/{commit}/{path}`
    GitHub(String),
    /// `{base}/-/blob/{commit}/{path}`
    GitLab(String),
    /// `{base}/src/{commit}/{path}`
    Bitbucket(String),
    /// `{base}/src/commit/{commit}/{path}`
    Gitea(String),
    /// `{base}?path=/{path}&version=GC{commit}`
    Azure(String),
    /// A template of the configuration with `{path}` and perhaps `{commit}`.
    Template(String),
    /// A folder's address of the configuration, to which the listed path is added.
    Folder(String),
}

impl Upstream {
    /// From the configuration's `url`, if there is one, and else from the checkout's remote.
    ///
    /// The `url` is a repository's page (`https://github.com/o/r`), a folder's page or any other
    /// address that paths are added to, or a template with `{path}` (from the repository's root)
    /// and `{commit}`. `subfolder` is the source's subfolder, where there is no checkout to tell.
    pub fn new(
        url: Option<&str>,
        checkout: Option<&Checkout>,
        subfolder: Option<&str>,
    ) -> Option<Upstream> {
        let prefix = match (checkout, subfolder) {
            (Some(checkout), _) => checkout.prefix.clone(),
            (None, Some(subfolder)) => format!("{}/", subfolder.trim_matches('/')),
            (None, None) => String::new(),
        };
        let commit = checkout.and_then(|c| c.commit.clone());
        let form = match url {
            Some(url) if url.contains("{path}") => Form::Template(url.to_owned()),
            Some(url) => form_of(url).or_else(|| {
                let web = url.starts_with("https://") || url.starts_with("http://");
                let folder = without_credentials(url.trim_end_matches('/'));
                web.then(|| Form::Folder(folder.replacen("/tree/", "/blob/", 1)))
            })?,
            None => form_of(checkout?.remote.as_deref()?)?,
        };
        Some(Upstream { form, prefix, commit })
    }

    /// The address of a listed file. One that its checkout does not know
    /// ([`Checkout::dates`] is `None`) is not upstream, and the address leads nowhere.
    pub fn file_url(&self, path: &str) -> String {
        let commit = self.commit.as_deref().unwrap_or("HEAD");
        let full = encoded(&format!("{}{path}", self.prefix));
        match &self.form {
            Form::GitHub(base) => format!("{base}/blob/{commit}/{full}"),
            Form::GitLab(base) => format!("{base}/-/blob/{commit}/{full}"),
            Form::Bitbucket(base) => format!("{base}/src/{commit}/{full}"),
            Form::Gitea(base) => match &self.commit {
                Some(commit) => format!("{base}/src/commit/{commit}/{full}"),
                None => format!("{base}/src/{full}"),
            },
            Form::Azure(base) => match &self.commit {
                Some(commit) => format!("{base}?path=/{full}&version=GC{commit}"),
                None => format!("{base}?path=/{full}"),
            },
            Form::Template(url) => url.replace("{commit}", commit).replace("{path}", &full),
            Form::Folder(base) => format!("{base}/{}", encoded(path)),
        }
    }
}

/// The address form of a remote or of a repository's page; `None` for other hosts, for local
/// paths, and for pages within a repository.
fn form_of(remote: &str) -> Option<Form> {
    let (host, path) = host_and_path(remote)?;
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let base = || format!("https://{host}/{}", reencoded(&parts.join("/")));
    if let Some(azure) = azure_base(&host, &parts) {
        return Some(Form::Azure(azure));
    }
    let labels: Vec<&str> = host.split(['.', ':']).collect();
    match parts.len() {
        2 if labels.contains(&"github") => Some(Form::GitHub(base())),
        2 if host == "bitbucket.org" => Some(Form::Bitbucket(base())),
        2 if labels.iter().any(|l| matches!(*l, "codeberg" | "gitea" | "forgejo")) => {
            Some(Form::Gitea(base()))
        }
        n if n >= 2 && labels.contains(&"gitlab") && !parts.contains(&"-") => {
            Some(Form::GitLab(base()))
        }
        _ => None,
    }
}

/// `https://dev.azure.com/{org}/{project}/_git/{repository}` from its four forms.
fn azure_base(host: &str, parts: &[&str]) -> Option<String> {
    let page = |org: &str, project: &str, repository: &str| {
        let path = format!("{org}/{project}/_git/{repository}");
        format!("https://dev.azure.com/{}", reencoded(&path))
    };
    match (host, parts) {
        ("dev.azure.com", [org, project, "_git", repository]) => {
            Some(page(org, project, repository))
        }
        ("ssh.dev.azure.com" | "vs-ssh.visualstudio.com", ["v3", org, project, repository]) => {
            Some(page(org, project, repository))
        }
        (
            host,
            [project, "_git", repository] | ["DefaultCollection", project, "_git", repository],
        ) => {
            let org = host.strip_suffix(".visualstudio.com")?;
            Some(page(org, project, repository))
        }
        _ => None,
    }
}

/// Host and path of `https://…`, `ssh://…`, `git://…` and `user@host:path`, without user and
/// password, and without the port of anything but `https`.
fn host_and_path(remote: &str) -> Option<(String, &str)> {
    let (scheme, rest) = match remote.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => {
            // `host:path`; a drive letter or a `./a:b` is a local path.
            let (host, path) = remote.split_once(':')?;
            let host = host.rsplit('@').next()?;
            let local = host.len() < 2 || host.contains(['/', '\\']);
            return (!local).then(|| (host.to_ascii_lowercase(), path));
        }
    };
    let (authority, path) = rest.split_once('/')?;
    let host = authority.rsplit('@').next()?.to_ascii_lowercase();
    let bare = || host.split(':').next().unwrap_or_default().to_owned();
    match scheme.as_str() {
        "https" => Some((host.strip_suffix(":443").unwrap_or(&host).to_owned(), path)),
        "http" | "ssh" | "git" | "git+ssh" | "ssh+git" => Some((bare(), path)),
        _ => None,
    }
}

/// A URL or a message with URLs without user names and passwords; `git@` of ssh forms stays.
pub fn without_credentials(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let scheme_end = at + 3;
        out.push_str(&rest[..scheme_end]);
        let ssh = rest[..at].ends_with("ssh");
        rest = &rest[scheme_end..];
        let ends = |c: char| matches!(c, '/' | '?' | '#' | '\'' | '"' | '`') || c.is_whitespace();
        let authority = rest.find(ends).unwrap_or(rest.len());
        if let Some(user_end) = rest[..authority].rfind('@') {
            let user = &rest[..user_end];
            if ssh {
                out.push_str(user.split(':').next().unwrap_or_default());
                out.push('@');
            }
            rest = &rest[user_end + 1..];
        }
    }
    out.push_str(rest);
    out
}

/// Percent-encodes a path: all but unreserved characters and `/`.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => write!(out, "%{byte:02X}").expect("a string takes all"),
        }
    }
    out
}

/// The same for a part of a URL, in which a `%` has encoded something already.
fn reencoded(part: &str) -> String {
    encoded(part).replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout(remote: &str, prefix: &str) -> Checkout {
        Checkout {
            remote: Some(remote.to_owned()),
            commit: Some("c0ffee".to_owned()),
            prefix: prefix.to_owned(),
            ..Checkout::default()
        }
    }

    fn url(remote: &str, prefix: &str, path: &str) -> Option<String> {
        Upstream::new(None, Some(&checkout(remote, prefix)), None).map(|u| u.file_url(path))
    }

    #[test]
    fn remotes_of_known_hosts_give_addresses() {
        let github = "https://github.com/o/r/blob/c0ffee/rules/a%20b%23%25.yml";
        for remote in [
            "https://github.com/o/r.git",
            "https://user:pass@github.com/o/r/",
            "git@github.com:o/r.git",
            "ssh://git@github.com:22/o/r",
            "git://github.com/o/r.git",
        ] {
            assert_eq!(url(remote, "rules/", "a b#%.yml").as_deref(), Some(github), "{remote}");
        }
        let cases = [
            ("git@gitlab.com:g/s/r.git", "https://gitlab.com/g/s/r/-/blob/c0ffee/x.yml"),
            (
                "https://gitlab.example.org:8443/g/r.git",
                "https://gitlab.example.org:8443/g/r/-/blob/c0ffee/x.yml",
            ),
            ("git@bitbucket.org:o/r.git", "https://bitbucket.org/o/r/src/c0ffee/x.yml"),
            ("https://codeberg.org/o/r", "https://codeberg.org/o/r/src/commit/c0ffee/x.yml"),
            (
                "https://org@dev.azure.com/org/my%20p/_git/r",
                "https://dev.azure.com/org/my%20p/_git/r?path=/x.yml&version=GCc0ffee",
            ),
            (
                "git@ssh.dev.azure.com:v3/org/p/r",
                "https://dev.azure.com/org/p/_git/r?path=/x.yml&version=GCc0ffee",
            ),
            (
                "https://org.visualstudio.com/DefaultCollection/p/_git/r",
                "https://dev.azure.com/org/p/_git/r?path=/x.yml&version=GCc0ffee",
            ),
        ];
        for (remote, expected) in cases {
            assert_eq!(url(remote, "", "x.yml").as_deref(), Some(expected), "{remote}");
        }
        for remote in
            ["/srv/git/r.git", "../r", "C:\\r", "file:///srv/r", "https://example.org/r", ""]
        {
            assert_eq!(url(remote, "", "x.yml"), None, "{remote}");
        }
    }

    #[test]
    fn the_configured_address_wins() {
        let made = |url: &str, checkout: Option<&Checkout>, subfolder: Option<&str>| {
            Upstream::new(Some(url), checkout, subfolder).map(|u| u.file_url("a b.yml"))
        };
        let here = checkout("git@github.com:o/r.git", "rules/");
        assert_eq!(
            made("https://github.com/x/y", None, Some("sub")).as_deref(),
            Some("https://github.com/x/y/blob/HEAD/sub/a%20b.yml")
        );
        assert_eq!(
            made("https://github.com/x/y/tree/main/z/", Some(&here), None).as_deref(),
            Some("https://github.com/x/y/blob/main/z/a%20b.yml")
        );
        assert_eq!(
            made("https://h/view?c={commit}&p={path}", Some(&here), None).as_deref(),
            Some("https://h/view?c=c0ffee&p=rules/a%20b.yml")
        );
        assert_eq!(made("https://h/r", None, None).as_deref(), Some("https://h/r/a%20b.yml"));
        assert_eq!(made("javascript:alert(1)", None, None), None);
    }

    #[test]
    fn credentials_are_cut_out() {
        let cases = [
            ("https://u:p@h/r", "https://h/r"),
            (
                "fatal: 'https://tok@h/r' and https://x@y:1/z?a@b",
                "fatal: 'https://h/r' and https://y:1/z?a@b",
            ),
            ("ssh://git:pw@h/r", "ssh://git@h/r"),
            ("git@h:r", "git@h:r"),
            ("https://h/a@b", "https://h/a@b"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_credentials(text), expected);
        }
    }
}
