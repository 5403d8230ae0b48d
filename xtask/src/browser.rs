//! The site in a browser: a catalog of the examples is served, and Playwright walks through it with
//! the system's chromium (`crates/site/browser`).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project;
use crate::step::{Outcome, run, works};

/// Names under which chromium is installed.
const BROWSERS: [&str; 4] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/snap/bin/chromium",
];

/// Runs the tests in a browser.
pub(crate) fn step() -> Result<Outcome> {
    for tool in ["node", "npm"] {
        if !works(Command::new(tool).arg("--version")) {
            return Ok(Outcome::skipped(format!("no {tool}")));
        }
    }
    let Some(chromium) = chromium() else { return Ok(Outcome::skipped("no chromium")) };
    let folder = project::root().join("crates/site/browser");
    let mut install = Command::new("npm");
    install.current_dir(&folder).args(["ci", "--no-audit", "--no-fund"]);
    // The browser is the system's.
    install.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    if run(&mut install).is_err() {
        return Ok(Outcome::skipped("npm could not install what package-lock.json lists"));
    }
    let binary = binary()?;
    let work = project::target().join("browser");
    std::fs::create_dir_all(&work).with_context(|| format!("creating {}", work.display()))?;
    let catalog = work.join("examples.db");
    build(&binary, &catalog)?;
    let mut test = Command::new("npm");
    test.current_dir(&folder).args(["test", "--silent"]);
    test.env("RULESCOPE_BIN", &binary).env("RULESCOPE_CATALOG", &catalog).env("CHROMIUM", chromium);
    run(&mut test)?;
    Ok(Outcome::done())
}

/// The program in the tests' profile: what they were built with is not built once more.
pub(crate) fn binary() -> Result<PathBuf> {
    let build = ["build", "--profile", "test", "--package", "rulescope"];
    run(Command::new("cargo").current_dir(project::root()).args(build))?;
    Ok(project::target().join("debug").join(format!("rulescope{}", std::env::consts::EXE_SUFFIX)))
}

/// Builds a catalog of the examples, some of which are defective on purpose.
fn build(binary: &Path, catalog: &Path) -> Result<()> {
    let examples = format!("sigma={}", project::root().join("examples/sigma").display());
    let mut build = Command::new(binary);
    build.args(["build", "-q", "--source", &examples, "--catalog"]).arg(catalog);
    let status = build.status().context("starting rulescope")?;
    if !matches!(status.code(), Some(0 | 1)) {
        bail!("the examples were not built: {status}");
    }
    Ok(())
}

/// The system's chromium; on Debian it is installed where it is missing and that may be done.
fn chromium() -> Option<PathBuf> {
    let found = || {
        let asked = std::env::var_os("CHROMIUM").map(PathBuf::from);
        asked.into_iter().chain(BROWSERS.map(PathBuf::from)).find(|path| path.is_file())
    };
    if found().is_none() && works(Command::new("apt-get").arg("--version")) {
        let _ = run(Command::new("apt-get").args(["update", "-qq"]));
        let install = ["install", "-y", "-qq", "--no-install-recommends", "chromium"];
        let _ = run(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(install));
    }
    found()
}
