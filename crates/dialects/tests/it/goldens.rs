//! Every file of `rules/` as it is understood: stages, pattern, losses, defects, literals.

use std::fmt::Write;
use std::path::Path;

use rulescope_dialects::sigma::{self, Context, FilterDocument};
use rulescope_ir::account::account;
use rulescope_ir::{Diagnostic, LineIndex, Logic, Pattern, Scope, Span, print, visit};
use rulescope_yaml::{Node, Parsed};

#[test]
fn rules_are_understood_as_shown() {
    for (name, text) in texts("rules") {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, rendered(&text));
        });
    }
}

/// The texts of a folder of examples with the stems of their files, by name.
pub(crate) fn texts(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of the examples")
        .map(|entry| entry.expect("a readable entry").path())
        .collect();
    files.sort();
    assert!(files.len() >= 25, "{} files", files.len());
    let named = files.iter().map(|file| {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(file).expect("a readable example"))
    });
    named.collect()
}

fn rendered(text: &str) -> String {
    let parsed = rulescope_yaml::parse(text);
    let filters: Vec<FilterDocument> =
        roots(&parsed).filter_map(|r| Some(filter(r, text)?.0)).collect();
    let mut out = String::new();
    for (i, root) in roots(&parsed).enumerate() {
        if i > 0 {
            out.push_str("\n======== next document\n");
        }
        if let Some(logic) = logic(root, text, &filters, &parsed) {
            out.push_str(&shown(&logic, text));
        } else if let Some((filter, diagnostics)) = filter(root, text) {
            let _ = writeln!(out, "filter {:?}\n{}", filter.targets, print::expr(&filter.expr));
            list(&diagnostics, text, &mut out);
        }
    }
    for diagnostic in &parsed.diagnostics {
        let _ = writeln!(out, "{} {}", at(text, diagnostic.span), diagnostic.message);
    }
    out
}

fn roots<'p, 'a>(parsed: &'p Parsed<'a>) -> impl Iterator<Item = &'p Node<'a>> {
    parsed.documents.iter().filter_map(|d| d.root.as_ref())
}

fn scope(root: &Node<'_>, cx: &mut Context<'_>) -> Option<Scope> {
    root.get("logsource").map(|node| sigma::scope(node, cx))
}

fn filter(root: &Node<'_>, text: &str) -> Option<(FilterDocument, Vec<Diagnostic>)> {
    let node = root.get("filter")?;
    let mut cx = Context::new(text, 0);
    let scope = scope(root, &mut cx).unwrap_or_default();
    let title = root.get("title").and_then(Node::as_str).unwrap_or("filter");
    let filter = sigma::filter(node, title, scope, &mut cx);
    Some((filter, cx.diagnostics))
}

/// The logic of a detection or correlation; rules that it names are looked for in the same file.
fn logic(
    root: &Node<'_>,
    text: &str,
    filters: &[FilterDocument],
    parsed: &Parsed<'_>,
) -> Option<Logic> {
    let mut cx = Context::new(text, 0);
    if let Some(node) = root.get("detection") {
        let scope = scope(root, &mut cx);
        let detection = sigma::detection(node, &mut cx);
        let name = root.get("name").and_then(Node::as_str);
        let own: Vec<&FilterDocument> = filters
            .iter()
            .filter(|f| f.fits(&scope.clone().unwrap_or_default(), None, name))
            .collect();
        return Some(sigma::lower_with_filters(&detection, scope, &own, cx));
    }
    let correlation = sigma::correlation(root.get("correlation")?, &mut cx);
    let find = |name: &str| -> Option<Pattern> {
        let named = |r: &&Node<'_>| r.get("name").and_then(Node::as_str) == Some(name);
        let mut pattern = logic(roots(parsed).find(named)?, text, filters, parsed)?.pattern;
        visit::clear_spans(&mut pattern);
        Some(pattern)
    };
    Some(sigma::correlate(&correlation, &Named(find), cx))
}

/// Rules by their names.
struct Named<F>(F);

impl<F: Fn(&str) -> Option<Pattern>> sigma::Rules for Named<F> {
    fn pattern(&self, name: &str) -> Result<Pattern, String> {
        self.0(name).map_or_else(|| sigma::NoRules.pattern(name), Ok)
    }

    fn same(&self, a: &str, b: &str) -> bool {
        a == b
    }

    fn is_exact(&self, _: &str) -> bool {
        true
    }
}

fn at(text: &str, span: Span) -> String {
    let place = LineIndex::new(text).position(text, span.start);
    format!("{}:{}", place.line, place.column)
}

fn shown(logic: &Logic, text: &str) -> String {
    let mut out = format!("{}\n\n", logic.fidelity.name());
    for (i, stage) in logic.stages.iter().enumerate() {
        let _ = writeln!(out, "stage {i} {} {}", stage.kind.name(), stage.label);
        for p in &stage.predicates {
            let kind = p.predicate.kind().name();
            let _ = writeln!(out, "  {:?} {kind} {}", p.polarity, print::predicate(&p.predicate));
            for literal in &p.predicate.values {
                if let Some(authored) = &literal.authored {
                    let _ = writeln!(out, "    authored {authored}");
                }
            }
        }
    }
    let _ = write!(out, "\n{}", print::pattern(&logic.pattern));
    for loss in &logic.losses {
        let _ =
            writeln!(out, "loss {} {} ({})", at(text, loss.span), loss.what, loss.effect.name());
    }
    list(&logic.diagnostics, text, &mut out);
    let fates: Vec<String> =
        account(logic).iter().map(|(span, fate)| format!("{}:{fate:?}", at(text, *span))).collect();
    let _ = writeln!(out, "literals {}", fates.join(" "));
    out
}

fn list(diagnostics: &[Diagnostic], text: &str, out: &mut String) {
    for d in diagnostics {
        let place = at(text, d.span);
        let _ = writeln!(out, "{} {place} {}: {}", d.severity.name(), d.code, d.message);
    }
}
