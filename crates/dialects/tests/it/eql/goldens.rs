//! Every file of `queries/` as it is read: defects, stages, as it is emitted, and what it means.

use std::fmt::Write;

use rulescope_dialects::eql::{self, Source};
use rulescope_ir::{LineIndex, Scope, account, normalize, print, shape};

use crate::goldens::texts;

#[test]
fn queries_are_read_as_shown() {
    for (name, text) in texts("eql/queries") {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("eql_{name}"), rendered(text.trim_end()));
        });
    }
}

fn rendered(text: &str) -> String {
    let query = eql::parse(&Source::at(text, 0));
    let logic = eql::lower(&query, &Scope::of("index", "logs-*"));
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
    let _ = writeln!(out, "\n-------- emitted\n{}", eql::emit(&query.statement));
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
