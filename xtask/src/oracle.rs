//! The oracles: pySigma's reading of the corpora, the `eql` package's of Elastic's queries, and an
//! independent recount of the catalog's figures, all in Python (`scripts/oracle/README.md`).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::step::{Outcome, run, works};
use crate::{project, sigma_dump};

/// The rule whose page is held against the recount as a whole, besides those drawn at random.
const RULE: &str = "mdecrevoisier/win-os-WMIexec-execution-SYSMON";

/// Runs the oracles on the Sigma corpora and on Elastic's.
pub(crate) fn step() -> Result<Outcome> {
    let Some(corpora) = project::sigma_corpora() else { return Ok(Outcome::skipped("no corpora")) };
    let scripts = project::root().join("scripts/oracle");
    let python = match environment(&scripts)? {
        Ok(python) => python,
        Err(why) => return Ok(Outcome::skipped(why)),
    };
    let work = project::target().join("oracle");
    std::fs::create_dir_all(&work).with_context(|| format!("creating {}", work.display()))?;
    run(Command::new(&python).current_dir(&scripts).args(["-B", "-m", "unittest", "-q"]))?;
    // Each is of worth without the other.
    let read = pysigma(&python, &scripts, &work, &corpora);
    if let Err(error) = &read {
        eprintln!("{error:#}");
    }
    let queries = eql(&python, &scripts);
    if let Err(error) = &queries {
        eprintln!("{error:#}");
    }
    recount(&python, &scripts, &work, &corpora)?;
    read?;
    queries?;
    Ok(Outcome::done())
}

/// A Python with the oracles' packages; the inner error says why there is none.
fn environment(scripts: &Path) -> Result<Result<PathBuf, String>> {
    let recent = "import sys; sys.exit(sys.version_info < (3, 11))";
    let Some(base) = ["python3", "python"]
        .into_iter()
        .find(|name| works(Command::new(name).args(["-c", recent])))
    else {
        return Ok(Err("no Python 3.11 or later".to_owned()));
    };
    let folder = project::target().join("oracle-venv");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if !works(Command::new(&python).args(["-m", "pip", "--version"])) {
        let made = Command::new(base).args(["-m", "venv", "--clear"]).arg(&folder).output();
        let made = made.with_context(|| format!("starting {base}"))?;
        if !made.status.success() {
            return Ok(Err(format!(
                "{base} makes no virtual environment (venv or pip is missing)"
            )));
        }
    }
    Ok(install(&python, &scripts.join("requirements.txt"))?.map(|()| python))
}

/// Installs the packages that a file lists; the inner error says why they can't be.
fn install(python: &Path, requirements: &Path) -> Result<Result<(), String>> {
    let mut install = Command::new(python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
    let installed = install.arg(requirements).output().context("starting pip")?;
    if installed.status.success() {
        return Ok(Ok(()));
    }
    let error = String::from_utf8_lossy(&installed.stderr);
    let last = error.lines().last().unwrap_or("it said nothing");
    let file = requirements.file_name().unwrap_or_default().to_string_lossy();
    Ok(Err(format!("pip could not install what {file} lists: {last}")))
}

fn pysigma(python: &Path, scripts: &Path, work: &Path, corpora: &[PathBuf]) -> Result<()> {
    let path = work.join("dump.jsonl");
    let mut out = BufWriter::new(File::create(&path).context("writing the dump")?);
    for corpus in corpora {
        sigma_dump::dump(corpus, &mut out)?;
    }
    out.flush().context("writing the dump")?;
    let dump = File::open(&path).context("reading the dump")?;
    let mut command = Command::new(python);
    command.arg("-B").arg(scripts.join("pysigma_oracle.py")).args(corpora);
    run(command.stdin(Stdio::from(dump)))
}

/// Compares EQL where Elastic's corpus is and the package can be installed; else says what is missing.
fn eql(python: &Path, scripts: &Path) -> Result<()> {
    let Some(corpus) = project::elastic_corpus() else {
        eprintln!("skipped EQL: no corpus of Elastic's");
        return Ok(());
    };
    if let Err(why) = install(python, &scripts.join("requirements-eql.txt"))? {
        eprintln!("skipped EQL: {why}");
        return Ok(());
    }
    let example = ["build", "--package", "rulescope-dialects", "--example", "eql_emit"];
    run(Command::new("cargo").current_dir(project::root()).args(example))?;
    let name = format!("eql_emit{}", std::env::consts::EXE_SUFFIX);
    let program = project::target().join("debug/examples").join(name);
    ensure!(program.is_file(), "{} was not built", program.display());
    let mut command = Command::new(python);
    run(command.arg("-B").arg(scripts.join("eql_oracle.py")).arg(&program).arg(&corpus))
}

fn recount(python: &Path, scripts: &Path, work: &Path, corpora: &[PathBuf]) -> Result<()> {
    let root = project::root();
    // The tests' profile: what they were built with is not built once more.
    let profile = ["build", "--profile", "test", "--package", "rulescope"];
    run(Command::new("cargo").current_dir(&root).args(profile))?;
    let binary =
        project::target().join("debug").join(format!("rulescope{}", std::env::consts::EXE_SUFFIX));
    ensure!(binary.is_file(), "{} was not built", binary.display());
    let catalog = work.join("rulescope.db");
    let mut build = Command::new(&binary);
    build.arg("build").arg("--catalog").arg(&catalog);
    for corpus in corpora {
        build.arg("--source").arg(format!("sigma={}", corpus.display()));
    }
    // 1: something of the corpora could not be read, which is known and counted elsewhere.
    let status = build.status().context("starting rulescope")?;
    if !matches!(status.code(), Some(0 | 1)) {
        bail!("building the catalog failed: {status}");
    }
    let mut command = Command::new(python);
    command.arg("-B").arg(scripts.join("recount.py")).arg("--sources");
    for corpus in corpora {
        command.arg(format!("sigma={}", corpus.display()));
    }
    command.arg("--binary").arg(&binary).arg("--catalog").arg(&catalog);
    run(command.args(["--sample", "200", "--seed", "1", "--rule", RULE, "--rules", "50"]))
}
