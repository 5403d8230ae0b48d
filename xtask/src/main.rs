//! The project's own tasks, run as `cargo xtask TASK`.

mod bench;
mod browser;
mod ci;
mod files;
mod fuzz;
mod load;
mod oracle;
mod project;
mod sigma_dump;
mod step;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask TASK

  ci                  everything that has to hold, as CI runs it
  tidy                the house rules as code
  browser             walk through the site in a browser
  load [--catalog FILE] [--seconds N] [--rate N]
                      requests of every kind of page at a rate, and how long they take
  oracle              compare with pySigma, the eql package and an independent recount
  fuzz [--seconds N] [TARGET…]
                      run the fuzz targets (60 seconds each)
  bench               CPU time and peak memory of a build of the corpora
  bench-scan [EVENTS] the same of a scan, beside rsigma where it is installed
  sigma-dump PATH…    our reading of Sigma rules as JSON lines";

fn main() -> ExitCode {
    match task() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn task() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((task, rest)) = args.split_first() else { bail!("{HELP}") };
    match task.as_str() {
        "ci" => ci::run_everything(),
        "tidy" => step::alone(tidy::step()),
        "browser" => step::alone(browser::step()),
        "load" => step::alone(load::step(rest)),
        "oracle" => step::alone(oracle::step()),
        "fuzz" => step::alone(fuzz::step(&fuzz::Options::parse(rest)?)),
        "bench" => step::alone(bench::step()),
        "bench-scan" => step::alone(bench::scan(rest)),
        "sigma-dump" => sigma_dump::run(rest),
        // Not in the help: what `bench` measures against.
        "bench-events" => bench::make(rest),
        "parse-yaml" => bench::parse_yaml(rest),
        "parse-evtx" => bench::parse_evtx(rest),
        "help" | "--help" | "-h" => {
            eprintln!("{HELP}");
            Ok(())
        }
        other => bail!("`{other}` is no task\n\n{HELP}"),
    }
}
