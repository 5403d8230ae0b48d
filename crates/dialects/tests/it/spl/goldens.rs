//! Every file of `searches/` as it is read: defects, stages, syntax tree, as it is emitted, and what it
//! means.

use std::fmt::Write;

use rulescope_dialects::spl::{self, Lookups, Macro, Macros, Source};
use rulescope_ir::{LineIndex, Logic, Stage, account, normalize, print, shape};

use super::shape::pretty;
use crate::goldens::texts;

/// The macros that the searches call.
fn macros() -> Macros {
    let mut macros = Macros::new();
    for (name, args, definition) in [
        ("audit_log", &[][..], "channel=Security OR sourcetype=\"audit:log\""),
        ("system_log", &[], "channel=System"),
        ("in_seconds", &["field"], "convert `unit` num($field$) | rename $field$ AS seconds"),
        ("unit", &[], "timeformat=\"%s\""),
        ("two_args", &["a", "b"], "$a$ + $b$"),
        ("loops", &[], "search x=1 `loops_again`"),
        ("loops_again", &[], "y=1 `loops`"),
        ("log_clearing_filter", &[], "search *"),
    ] {
        let args = args.iter().map(|a| (*a).to_owned()).collect();
        macros.insert(name, Macro { args, definition: Some(definition.to_owned()) });
    }
    macros
}

#[test]
fn searches_are_read_as_shown() {
    for (name, text) in texts("spl/searches") {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("spl_{name}"), rendered(text.trim_end()));
        });
    }
}

fn rendered(text: &str) -> String {
    let query = spl::parse(&Source::at(text, 0), &macros());
    let index = LineIndex::new(text);
    let mut out = format!("{text}\n\n-------- defects\n");
    for diagnostic in &query.diagnostics {
        let at = index.position(text, diagnostic.span.start).column;
        let part = diagnostic.span.slice(text);
        let severity = diagnostic.severity.name();
        let _ = writeln!(out, "{severity} {} at {at} `{part}`", diagnostic.code);
        let _ = writeln!(out, "  {}", diagnostic.message);
    }
    out.push_str("\n-------- stages\n");
    spl::lower(&query, &Lookups::new())
        .stages
        .iter()
        .for_each(|stage| write_stage(stage, text, 0, &mut out));
    out.push_str("\n-------- tree\n");
    query.pipeline.steps.iter().for_each(|step| out.push_str(&pretty(&step.command)));
    let _ = writeln!(out, "\n-------- emitted\n{}", spl::emit(&query.pipeline));
    write_logic(&spl::lower(&query, &Lookups::new()), text, &mut out);
    out
}

fn write_logic(logic: &Logic, text: &str, out: &mut String) {
    let _ = writeln!(out, "\n-------- meaning ({})", logic.fidelity.name());
    out.push_str(&print::pattern(&logic.pattern));
    for loss in &logic.losses {
        let part = loss.span.slice(text);
        let _ = writeln!(out, "loss {} `{part}`\n  {}", loss.effect.name(), loss.what);
    }
    let told =
        logic.diagnostics.iter().filter(|d| d.code == "spl/unknown-field" || d.code == "spl/regex");
    told.for_each(|d| writeln!(out, "{} {}", d.code, d.message).expect("a string"));
    let normal = normalize(&logic.pattern);
    let _ = writeln!(out, "\n-------- normal form ({})", shape(&normal).name());
    out.push_str(&print::pattern(&normal));
    let _ = writeln!(out, "\n-------- literals");
    for (span, fate) in account(logic) {
        let _ = writeln!(out, "{fate:?} {}", span.slice(text));
    }
}

fn write_stage(stage: &Stage, text: &str, indent: usize, out: &mut String) {
    let pad = "  ".repeat(indent);
    let _ = writeln!(out, "{pad}{} ({}): {}", stage.label, stage.kind.name(), stage.text);
    let authored = stage.span.slice(text);
    if authored != stage.text {
        let _ = writeln!(out, "{pad}  written: {authored}");
    }
    for p in &stage.predicates {
        let _ = writeln!(out, "{pad}  {:?} {}", p.polarity, print::predicate(&p.predicate));
    }
    stage.stages.iter().for_each(|inner| write_stage(inner, text, indent + 1, out));
}
