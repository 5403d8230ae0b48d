//! Every file of `queries/` as it is read: defects, stages, as it is emitted, and what it means.

use std::fmt::Write;
use std::path::Path;

use rulescope_dialects::esql::{self, Source};
use rulescope_ir::{LineIndex, Scope, account, normalize, print, shape};

#[test]
fn queries_are_read_as_shown() {
    for (name, text) in texts() {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("esql_{name}"), rendered(text.trim_end()));
        });
    }
}

/// The files of `queries/` by name.
fn texts() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/esql/queries");
    let entries = std::fs::read_dir(folder).expect("the folder of the examples");
    let mut files: Vec<_> = entries.map(|e| e.expect("a readable entry").path()).collect();
    files.sort();
    assert!(files.len() >= 12, "{} files", files.len());
    let named = files.iter().map(|file| {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(file).expect("a readable example"))
    });
    named.collect()
}

fn rendered(text: &str) -> String {
    let query = esql::parse(&Source::at(text, 0));
    let logic = esql::lower(&query, &Scope::default());
    let index = LineIndex::new(text);
    let mut out = format!("{text}\n\n-------- defects\n");
    for diagnostic in &logic.diagnostics {
        let at = index.position(text, diagnostic.span.start);
        let (severity, part) = (diagnostic.severity.name(), diagnostic.span.slice(text));
        let _ =
            writeln!(out, "{severity} {} at {}:{} `{part}`", diagnostic.code, at.line, at.column);
        let _ = writeln!(out, "  {}", diagnostic.message);
    }
    out.push_str("\n-------- stages\n");
    for stage in &logic.stages {
        let _ = writeln!(out, "{} ({}): {}", stage.label, stage.kind.name(), stage.text);
        for p in &stage.predicates {
            let _ = writeln!(out, "  {:?} {}", p.polarity, print::predicate(&p.predicate));
        }
    }
    let _ = writeln!(out, "\n-------- emitted\n{}", esql::emit(&query.statement));
    let _ = writeln!(out, "\n-------- meaning ({})", logic.fidelity.name());
    out.push_str(&print::pattern(&logic.pattern));
    for loss in &logic.losses {
        let part = loss.span.slice(text);
        let _ = writeln!(out, "loss {} `{part}`\n  {}", loss.effect.name(), loss.what);
    }
    let normal = normalize(&logic.pattern);
    let _ = writeln!(out, "\n-------- normal form ({})", shape(&normal).name());
    out.push_str(&print::pattern(&normal));
    let _ = writeln!(out, "\n-------- literals");
    for (span, fate) in account(&logic) {
        let _ = writeln!(out, "{fate:?} {}", span.slice(text));
    }
    out
}
