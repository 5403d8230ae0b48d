//! What is listed, what is refused, and why.

use std::fs;

use rulescope_rulefile::source::Vendor;
use rulescope_rulefile::walk::{LARGEST, Reason, read, walk};

use crate::repository::write;

#[test]
fn lists_in_order_whatever_git_ignores() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    for path in ["b/z.yml", "b/a.YAML", "a.yml", "b.txt", ".git/x.yml", ".hidden/y.yml", "b-1.yml"]
    {
        write(root, path, "title: x\n");
    }
    write(root, ".gitignore", "*.yml\n");
    let listing = walk(root, Vendor::Sigma).expect("a folder");
    let paths: Vec<&str> = listing.entries.iter().map(|e| e.path.as_str()).collect();
    assert_eq!(paths, [".hidden/y.yml", "a.yml", "b-1.yml", "b/a.YAML", "b/z.yml"]);
    assert_eq!(listing.refusals, []);
    let entry = &listing.entries[1];
    assert_eq!((entry.size, entry.modified_ns > 1_500_000_000_000_000_000), (9, true));
    assert_eq!(read(entry).as_deref(), Ok("title: x\n"));
    assert!(walk(root, Vendor::Elastic).expect("a folder").entries.is_empty());
}

#[test]
fn refuses_files_that_hold_no_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    fs::write(root.join("binary.yml"), b"a\0b").expect("written");
    fs::write(root.join("latin.yml"), b"a: 1\nb: \xE9\n").expect("written");
    fs::write(root.join("wide.yml"), b"\xFF\xFEa\0").expect("written");
    fs::write(root.join("mark.yml"), b"\xEF\xBB\xBFa: 1").expect("written");
    let large = fs::File::create(root.join("large.yml")).expect("created");
    large.set_len(LARGEST + 1).expect("extended");
    let listing = walk(root, Vendor::Sigma).expect("a folder");
    assert_eq!(listing.refusals.len(), 1);
    assert_eq!(listing.refusals[0].reason, Reason::TooLarge { size: LARGEST + 1 });
    assert!(listing.refusals[0].reason.loses_rules());
    let read: Vec<(&str, Result<String, Reason>)> = listing
        .entries
        .iter()
        .map(|e| (e.path.as_str(), read(e).map_err(|refusal| refusal.reason)))
        .collect();
    assert_eq!(
        read,
        [
            ("binary.yml", Err(Reason::Binary)),
            ("latin.yml", Err(Reason::NotUtf8 { line: 2 })),
            ("mark.yml", Ok("a: 1".to_owned())),
            ("wide.yml", Err(Reason::Utf16)),
        ]
    );
}

#[test]
fn a_file_that_grew_or_went_is_refused_when_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    write(root, "a.yml", "a: 1");
    write(root, "b.yml", "a: 1");
    let listing = walk(root, Vendor::Sigma).expect("a folder");
    let grown = fs::OpenOptions::new().write(true).open(root.join("a.yml")).expect("a file");
    grown.set_len(LARGEST + 5).expect("extended");
    fs::remove_file(root.join("b.yml")).expect("removed");
    let reasons: Vec<Reason> =
        listing.entries.iter().map(|e| read(e).expect_err("refused").reason).collect();
    assert!(matches!(reasons[0], Reason::TooLarge { .. }), "{reasons:?}");
    assert!(matches!(&reasons[1], Reason::Unreadable(why) if why.contains("no such file")));
}

#[test]
fn a_missing_folder_is_an_error() {
    let message = walk("/no/such/folder".as_ref(), Vendor::Sigma).expect_err("none").to_string();
    assert!(message.contains("can't read `/no/such/folder`"), "{message}");
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    use rulescope_rulefile::source::Vendor;
    use rulescope_rulefile::walk::{Reason, read, walk};

    use crate::repository::write;

    #[test]
    fn links_are_refused_with_what_they_are() {
        let around = tempfile::tempdir().expect("a folder");
        write(around.path(), "secret.yml", "a: 1");
        let root = &around.path().join("source");
        write(root, "rules/a.yml", "a: 1");
        for (target, link) in [
            ("..", "rules/up"),
            ("../rules", "rules/here"),
            ("../..", "rules/out"),
            ("../secret.yml", "secret.yml"),
            ("rules/a.yml", "again.yml"),
            ("rules", "same"),
            ("nothing.yml", "broken.yml"),
            ("self.yml", "self.yml"),
            ("/etc/passwd", "no_rule"),
        ] {
            symlink(target, root.join(link)).expect("a link");
        }
        let listing = walk(root, Vendor::Sigma).expect("a folder");
        assert_eq!(listing.entries.len(), 1);
        let refused: Vec<(&str, &Reason)> =
            listing.refusals.iter().map(|r| (r.path.as_str(), &r.reason)).collect();
        assert_eq!(
            refused,
            [
                ("again.yml", &Reason::LinkInside),
                ("broken.yml", &Reason::LinkBroken),
                ("rules/here", &Reason::LinkLoop),
                ("rules/out", &Reason::LinkLoop),
                ("rules/up", &Reason::LinkLoop),
                ("same", &Reason::LinkInside),
                ("secret.yml", &Reason::LinkOutside),
                ("self.yml", &Reason::LinkLoop),
            ]
        );
    }

    #[test]
    fn pipes_and_unreadable_things_do_not_stop_the_rest() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        write(root, "a.yml", "a: 1");
        write(root, "closed/b.yml", "a: 1");
        write(root, "locked.yml", "a: 1");
        let made = Command::new("mkfifo").arg(root.join("pipe.yml")).status();
        assert!(made.expect("mkfifo is there").success());
        let name = OsStr::from_bytes(b"\xFF.yml");
        let odd_name = fs::write(root.join(name), "a: 1").is_ok();
        let set = |path: &str, mode| {
            fs::set_permissions(root.join(path), fs::Permissions::from_mode(mode)).expect("set");
        };
        set("closed", 0o000);
        set("locked.yml", 0o000);
        // The superuser reads everything.
        let barred = fs::read(root.join("locked.yml")).is_err();
        let listing = walk(root, Vendor::Sigma).expect("a folder");
        let locked = listing.entries.iter().find(|e| e.path == "locked.yml").map(read);
        set("closed", 0o755);
        set("locked.yml", 0o644);
        let has = |path: &str, reason: &dyn Fn(&Reason) -> bool| {
            listing.refusals.iter().any(|r| r.path == path && reason(&r.reason))
        };
        assert!(listing.entries.iter().any(|e| e.path == "a.yml"));
        assert!(has("pipe.yml", &|r| *r == Reason::NotAFile), "{listing:?}");
        assert!(!odd_name || has("\u{FFFD}.yml", &|r| *r == Reason::NameNotUtf8), "{listing:?}");
        if barred {
            assert!(has("closed", &|r| matches!(r, Reason::Unreadable(_))), "{listing:?}");
            let reason = locked.expect("listed").expect_err("refused").reason;
            assert_eq!(reason, Reason::Unreadable("permission denied".to_owned()));
        }
    }
}
