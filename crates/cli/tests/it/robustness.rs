//! What goes wrong: exit codes, messages, and what is left behind.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::{examples, refused, rulescope};

#[test]
fn exit_codes_say_how_it_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| {
        let out = rulescope(folder.path(), args);
        (out.status.code().expect("a code"), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    let (code, said) = run(&["stats"]);
    assert!(code == 2 && said.contains("make one with `rulescope build`"), "{said}");
    let (code, said) = run(&["build"]);
    assert!(code == 2 && said.contains("nothing to build from"), "{said}");
    let (code, said) = run(&["build", "--source", "sigma"]);
    assert!(code == 2 && said.contains("VENDOR=PATH"), "{said}");
    let (code, said) = run(&["build", "--source", "sigmah=x"]);
    assert!(code == 2 && said.contains("sigma, splunk"), "{said}");
    let (code, said) = run(&["build", "--source", "sigma=nowhere"]);
    assert!(code == 2 && said.contains("nowhere"), "{said}");
    let rules = folder.path().join("mql");
    fs::create_dir(&rules).expect("made");
    fs::write(rules.join("a.yml"), "source: x\n").expect("written");
    let (code, said) = run(&["build", "--source", "sublime=mql"]);
    assert!(code == 1 && said.contains("no front end for sublime"), "{said}");
    assert_eq!(run(&["no-such-command"]).0, 2);
    assert_eq!(run(&["--help"]).0, 0);
    fs::write(
        folder.path().join("rulescope.toml"),
        "[[source]]\nvendor = \"sigma\"\nfolder = \"x\"\n",
    )
    .expect("written");
    let (code, said) = run(&["build"]);
    assert!(code == 2 && said.contains("rulescope.toml:3"), "{said}");
    let source = format!("sigma={}", examples().display());
    fs::remove_file(folder.path().join("rulescope.toml")).expect("removed");
    let (code, said) = run(&["build", "--source", &source, "--knowledge", "mql"]);
    assert!(code == 1 && said.contains("no file in it is of a known kind of pack"), "{said}");
}

#[test]
fn a_configuration_names_sources_and_the_catalog() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("rulescope.toml"),
        format!(
            "catalog = \"mine.db\"\n\n[[source]]\nname = \"ours\"\nvendor = \"sigma\"\npath = {:?}\nlicence = \"MIT\"\n",
            examples().display().to_string()
        ),
    )
    .expect("written");
    assert_eq!(rulescope(folder.path(), &["build", "-q"]).status.code(), Some(0));
    let out = rulescope(
        folder.path(),
        &["show", "ours/key_written_twice", "--catalog", "mine.db", "--json"],
    );
    let page: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(page["metadata"]["licence"], "MIT");
}

#[test]
fn sync_clones_builds_and_updates() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = folder.path().join("upstream");
    fs::create_dir(&upstream).expect("made");
    let git = |args: &[&str]| {
        let out = Command::new("git")
            .args([
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@example.org",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(args)
            .current_dir(&upstream)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_DATE", "2026-01-02T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-01-02T00:00:00Z")
            .output();
        out.is_ok_and(|o| o.status.success())
    };
    if !git(&["init", "-q"]) {
        println!("skipped: no git");
        return;
    }
    let rule = |image: &str| {
        format!(
            "title: R\nid: 00000001-0000-4000-8000-000000000000\nlogsource:\n  product: windows\ndetection:\n  s:\n    Image: {image}\n  condition: s\n"
        )
    };
    fs::write(upstream.join("r.yml"), rule("a.exe")).expect("written");
    assert!(git(&["add", "."]) && git(&["commit", "-q", "-m", "one"]));
    fs::write(
        folder.path().join("rulescope.toml"),
        format!(
            "[[source]]\nname = \"up\"\nvendor = \"sigma\"\ngit = {:?}\n",
            upstream.display().to_string()
        ),
    )
    .expect("written");
    let sync = || {
        let out = rulescope(folder.path(), &["sync"]);
        assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stderr).into_owned()
    };
    assert!(sync().contains("up: cloned at"));
    let page = || {
        let out = rulescope(folder.path(), &["show", "up/r", "--json"]);
        serde_json::from_slice::<serde_json::Value>(&out.stdout).expect("JSON")
    };
    assert_eq!(page()["metadata"]["first_seen"], "2026-01-02");
    assert!(page()["metadata"]["commit"].as_str().is_some_and(|c| c.len() == 40));
    assert!(sync().contains("up: unchanged"));
    fs::write(upstream.join("r.yml"), rule("b.exe")).expect("written");
    assert!(git(&["commit", "-q", "-a", "-m", "two"]));
    assert!(sync().contains("up: updated from"));
    assert_eq!(page()["indicators"][0]["values"][0]["value"], "b.exe");
}

/// A build that is killed, whenever, leaves the old catalog whole.
#[test]
fn a_killed_build_leaves_the_old_catalog() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir(&rules).expect("made");
    let text =
        fs::read_to_string(examples().join("windows/security/logon_failures.yml")).expect("read");
    fs::write(rules.join("a.yml"), &text).expect("written");
    assert_eq!(
        rulescope(folder.path(), &["build", "-q", "--source", "sigma=rules"]).status.code(),
        Some(0)
    );
    let before = rulescope(folder.path(), &["rules", "--format", "jsonl"]).stdout;
    for n in 0..1500 {
        fs::write(rules.join(format!("r{n}.yml")), &text).expect("written");
    }
    for millis in [1, 5, 20, 60, 120] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rulescope"))
            .args(["build", "-q", "--source", "sigma=rules"])
            .current_dir(folder.path())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_millis(millis));
        child.kill().expect("killed");
        let ended = child.wait().expect("ended");
        if ended.success() {
            break;
        }
        let after = rulescope(folder.path(), &["rules", "--format", "jsonl"]);
        assert_eq!(after.status.code(), Some(0));
        assert_eq!(after.stdout, before, "killed after {millis} ms");
    }
    let out = rulescope(folder.path(), &["build", "-q", "--source", "sigma=rules"]);
    assert_eq!(out.status.code(), Some(0), "what is left behind is in nobody's way");
    let rules = rulescope(folder.path(), &["rules", "--format", "jsonl"]).stdout;
    assert!(rules.split(|b| *b == b'\n').count() > 1500);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rulescope"))
        .args(["rules", "--format", "jsonl"])
        .current_dir(crate::CATALOG.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let out = child.wait_with_output().expect("ended");
    assert!(!String::from_utf8_lossy(&out.stderr).contains("panicked"));
    assert_eq!(out.status.code(), Some(0));
}

#[test]
fn a_catalog_of_something_else_is_refused() {
    let (code, said) = refused(&["stats", "--catalog", env!("CARGO_MANIFEST_PATH")]);
    assert!(code == 2 && said.contains("is no catalog"), "{said}");
}

/// A disk that takes no more bytes; the limit on a file's size stands in for it.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_catalog() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir(&rules).expect("made");
    let text =
        fs::read_to_string(examples().join("windows/security/logon_failures.yml")).expect("read");
    fs::write(rules.join("a.yml"), &text).expect("written");
    let built = rulescope(folder.path(), &["build", "-q", "--source", "sigma=rules"]);
    assert_eq!(built.status.code(), Some(0));
    let before = fs::read(folder.path().join("rulescope.db")).expect("read");
    for n in 0..300 {
        fs::write(rules.join(format!("r{n}.yml")), &text).expect("written");
    }
    let limit = before.len() / 512 + 200;
    let out = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f \"$1\"; exec \"$0\" build -q --source sigma=rules"])
        .args([env!("CARGO_BIN_EXE_rulescope"), &limit.to_string()])
        .current_dir(folder.path())
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.starts_with("error: "), "{said}");
    assert!(fs::read(folder.path().join("rulescope.db")).expect("read") == before);
    assert!(!folder.path().join("rulescope.db.building").exists(), "nothing is left behind");
}

#[test]
fn what_a_terminal_would_obey_is_shown_and_not_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules");
    fs::create_dir(&rules).expect("made");
    fs::write(
        rules.join("r.yml"),
        "title: \"Nice \\e[2J rule\"\nauthor: \"a\\e]0;x\\a\"\ndescription: \"d\\u202E\"\nlogsource:\n  \
         product: windows\ndetection:\n  \"s\\e[1m\":\n    \"Ima\\ege\": \"v\\e[31m\"\n  condition: 1 of them\n",
    )
    .expect("written");
    let run = |args: &[&str]| {
        let out = rulescope(folder.path(), args);
        [out.stdout, out.stderr].concat()
    };
    for args in [
        &["build", "-v", "--source", "sigma=rules"][..],
        &["show", "rules/r"],
        &["rules"],
        &["search", "nice"],
        &["show", "nothing\u{1b}[2J"],
    ] {
        let sent = run(args);
        assert!(
            !sent.contains(&0x1b) && !sent.contains(&0x07),
            "{}",
            String::from_utf8_lossy(&sent)
        );
    }
    assert!(String::from_utf8_lossy(&run(&["show", "rules/r"])).contains("Nice \\u{1b}[2J rule"));
}
