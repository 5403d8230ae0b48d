//! `cargo xtask fuzz`: the fuzz targets, where a nightly toolchain with cargo-fuzz is there. Their
//! functions run over made-up inputs in the ordinary tests too.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::step::{Outcome, run, works};
use crate::{project, sigma_dump};

/// The targets in `fuzz/fuzz_targets`.
const TARGETS: [&str; 15] = [
    "yaml",
    "sigma_condition",
    "sigma_modifiers",
    "rulefile",
    "spl",
    "conditions",
    "elastic",
    "eql",
    "esql",
    "normalize",
    "json_events",
    "xml_events",
    "csv_events",
    "compressed_events",
    "evtx",
];

/// The project's own rules.
const RULES: [&str; 2] = ["crates/dialects/tests/it/rules", "examples/sigma"];

/// The project's own searches of Splunk.
const SEARCHES: &str = "crates/dialects/tests/it/spl/searches";

/// The project's own queries in EQL.
const QUERIES: &str = "crates/dialects/tests/it/eql/queries";

/// The project's own queries in ES|QL.
const PIPED: &str = "crates/dialects/tests/it/esql/queries";

/// What to run, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// Seconds a target.
    pub(crate) seconds: u64,
    /// The targets; none for all.
    pub(crate) targets: Vec<String>,
}

impl Options {
    /// Reads `[--seconds N] [TARGET…]`.
    pub(crate) fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options { seconds: 60, targets: Vec::new() };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--seconds" => {
                    let n = args.next().context("`--seconds` needs a number")?;
                    options.seconds = n.parse().with_context(|| format!("`{n}` is no number"))?;
                }
                target if TARGETS.contains(&target) => options.targets.push(target.to_owned()),
                other => bail!("`{other}` is no fuzz target; there are {}", TARGETS.join(", ")),
            }
        }
        ensure!(options.seconds > 0, "fuzzing needs at least a second");
        Ok(options)
    }
}

/// Runs the targets one after another; a finding is a failure.
pub(crate) fn step(options: &Options) -> Result<Outcome> {
    if !works(Command::new("cargo").args(["+nightly", "fuzz", "--version"])) {
        return Ok(Outcome::skipped("no nightly toolchain with cargo-fuzz"));
    }
    let named = options.targets.iter().map(String::as_str);
    let targets: Vec<&str> =
        if options.targets.is_empty() { TARGETS.to_vec() } else { named.collect() };
    for target in &targets {
        seed(target)?;
        let mut command = Command::new("cargo");
        command.current_dir(project::root());
        command.args(["+nightly", "fuzz", "run", "--features", "libfuzzer", target, "--"]);
        command.arg(format!("-max_total_time={}", options.seconds));
        // Rule files are larger than libFuzzer's first guess, and a slow input is a finding too.
        command.args(["-max_len=4096", "-timeout=10", "-print_final_stats=1"]);
        run(&mut command)?;
    }
    Ok(Outcome::Done(format!("{} targets, {} s each", targets.len(), options.seconds)))
}

/// Gives a target that reads text the project's own rules, or their conditions, to start from.
fn seed(target: &str) -> Result<()> {
    let root = project::root();
    let folder = root.join("fuzz/corpus").join(target);
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let mut seeds = Vec::new();
    for rules in RULES {
        for file in sigma_dump::rule_files(&root.join(rules))? {
            seeds.push(fs::read_to_string(&file)?);
        }
    }
    match target {
        "yaml" | "rulefile" => {}
        "spl" => seeds = texts(SEARCHES, ".spl")?,
        "eql" => seeds = texts(QUERIES, ".eql")?,
        "esql" => seeds = texts(PIPED, ".esql")?,
        "sigma_condition" => seeds = seeds.iter().flat_map(|rule| conditions(rule)).collect(),
        // These read bytes as choices; no text is worth more than another.
        _ => seeds.clear(),
    }
    for (i, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed-{i:03}")), seed)?;
    }
    Ok(())
}

/// The project's own texts of a language, by name.
fn texts(folder: &str, ending: &str) -> Result<Vec<String>> {
    let folder = project::root().join(folder);
    let wanted = |name: &str| name.ends_with(ending);
    let mut files = crate::files::below(&folder, &|_| true, &wanted)?;
    files.sort();
    files.iter().map(|f| fs::read_to_string(f).context("reading a query")).collect()
}

/// The conditions of a rule that stand on one line.
fn conditions(rule: &str) -> Vec<String> {
    let lines = rule.lines();
    lines.filter_map(|line| Some(line.trim().strip_prefix("condition: ")?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let parse = |args: &[&str]| {
            Options::parse(&args.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>())
        };
        let read = parse(&["--seconds", "5", "yaml"]).expect("well-formed");
        assert_eq!(read, Options { seconds: 5, targets: vec!["yaml".to_owned()] });
        assert!(parse(&["--seconds"]).is_err());
        assert!(parse(&["json"]).is_err());
    }

    /// Numbers that look like chance and are the same on every machine (xorshift64*).
    struct Dice(u64);

    impl Dice {
        fn next(&mut self) -> usize {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize
        }
    }

    /// Runs a target over texts with small damage and over bytes, all made from one seed.
    fn over_made_up_inputs(target: fn(&[u8]), texts: &[String]) {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        for _ in 0..3000 {
            let length = dice.next() % 120;
            let bytes: Vec<u8> = (0..length).map(|_| dice.next() as u8).collect();
            target(&bytes);
        }
        const CUTS: &[u8] = b":-|*\\'\"\t\n ()[]{}%&!#>,?x7";
        for text in texts {
            target(text.as_bytes());
            for _ in 0..200 {
                let mut bytes = text.clone().into_bytes();
                for _ in 0..=dice.next() % 3 {
                    let at = dice.next() % bytes.len().max(1);
                    match dice.next() % 3 {
                        0 => bytes.truncate(at),
                        1 if at < bytes.len() => bytes[at] = CUTS[dice.next() % CUTS.len()],
                        _ => bytes.insert(at.min(bytes.len()), CUTS[dice.next() % CUTS.len()]),
                    }
                }
                target(&bytes);
            }
        }
    }

    #[test]
    fn targets_hold_over_made_up_inputs() {
        let files = RULES.iter().flat_map(|folder| {
            sigma_dump::rule_files(&project::root().join(folder)).expect("the folder is there")
        });
        let rules: Vec<String> =
            files.map(|f| fs::read_to_string(f).expect("a readable rule")).collect();
        let conditions: Vec<String> = rules.iter().flat_map(|rule| conditions(rule)).collect();
        assert!(rules.len() > 40 && conditions.len() > 40);
        over_made_up_inputs(rulescope_fuzz::yaml, &rules);
        over_made_up_inputs(rulescope_fuzz::rulefile, &rules);
        over_made_up_inputs(rulescope_fuzz::sigma_condition, &conditions);
        let of = |folder, ending| texts(folder, ending).expect("the project's own texts");
        over_made_up_inputs(rulescope_fuzz::spl, &of(SEARCHES, ".spl"));
        over_made_up_inputs(rulescope_fuzz::eql, &of(QUERIES, ".eql"));
        over_made_up_inputs(rulescope_fuzz::esql, &of(PIPED, ".esql"));
        let queries = [
            r#"a:(b or "c d" and not e*) and not x:{ y:1 } or n >= 2 and p:C\:\\*.exe"#,
            r#"a:[1 TO 5} AND NOT b:/x[0-9]{2}/ || +c:"d e"~2 -f:g^3 (h OR i?j) _exists_:k"#,
        ];
        over_made_up_inputs(rulescope_fuzz::conditions, &queries.map(str::to_owned));
        let file = "[rule]\nname = \"n\"\nindex = ['x']\nquery = '''\na:b and c:(d or e)\n'''\ntype = \
                    \"threshold\"\n[rule.threshold]\nfield = [\"f\"]\nvalue = 3\n[[rule.filters]]\n\
                    query.match_phrase.a = \"b\"\n";
        let hunt = "[hunt]\nname = 'n'\nlanguage = ['KQL']\nquery = ['a:b', \"c:\\\"d\\\"\"]\n";
        over_made_up_inputs(rulescope_fuzz::elastic, &[file.to_owned(), hunt.to_owned()]);
        over_made_up_inputs(rulescope_fuzz::sigma_modifiers, &[]);
        over_made_up_inputs(rulescope_fuzz::normalize, &[]);
        let json = r#"[{"Event":{"System":{"EventID":1},"EventData":{"a":["b",null]}}},{"x":2}]"#;
        over_made_up_inputs(rulescope_fuzz::json_events, &[json.to_owned()]);
        let xml = "<Event><System><EventID>1</EventID></System><EventData><Data Name='a'>&lt;\
                   </Data></EventData></Event>";
        over_made_up_inputs(rulescope_fuzz::xml_events, &[xml.to_owned()]);
        let csv = "EventID,Channel,Image\r\n1,\"a\"\"b\",\n2;x\ty\n";
        over_made_up_inputs(rulescope_fuzz::csv_events, &[csv.to_owned()]);
        let stored = format!("\u{2}{json}\0\0");
        over_made_up_inputs(rulescope_fuzz::compressed_events, &[stored]);
        over_made_up_inputs(rulescope_fuzz::evtx, &["**\0\0".to_owned()]);
    }

    #[test]
    fn every_target_is_listed() {
        let folder = project::root().join("fuzz/fuzz_targets");
        let mut found: Vec<String> = std::fs::read_dir(folder)
            .expect("the targets are there")
            .map(|e| e.expect("a readable entry").path())
            .filter_map(|p| Some(p.file_stem()?.to_string_lossy().into_owned()))
            .collect();
        found.sort();
        let mut listed = TARGETS.map(str::to_owned).to_vec();
        listed.sort();
        assert_eq!(found, listed);
    }
}
