//! Declared data sources that contradict the search.
//!
//! A detection says of which logs it is made (`data_source`). Where its search can't match any event
//! of one of them, the declaration is wrong. What is looked at: the event codes that the search
//! wants, the data model that it reads, and the action of a registry event. Which Sysmon and Security
//! events feed a node of a data model is in the Common Information Model's documentation
//! (<https://help.splunk.com/en/data-management/common-information-model/6.0/data-models/endpoint>) and in the add-ons'.

use std::collections::BTreeSet;

use rulescope_ir::{
    Diagnostic, Effect, Logic, Op, Pattern, Quantifier, Scalar, Scope, Span, visit,
};

/// Windows events that can be in a node of a data model, by the end of the name of a data source.
const NODES: [(&str, &[&str]); 3] = [
    ("Endpoint.Processes", &["Sysmon EventID 1", "Windows Event Log Security 4688"]),
    (
        "Endpoint.Registry",
        &[
            "Sysmon EventID 12",
            "Sysmon EventID 13",
            "Sysmon EventID 14",
            "Windows Event Log Security 4657",
        ],
    ),
    (
        "Endpoint.Filesystem",
        &[
            "Sysmon EventID 2",
            "Sysmon EventID 11",
            "Sysmon EventID 15",
            "Sysmon EventID 23",
            "Sysmon EventID 26",
            "Windows Event Log Security 4663",
        ],
    ),
];

/// Registry actions of the data model and the Sysmon event that records each
/// (<https://learn.microsoft.com/en-us/sysinternals/downloads/sysmon>, "Events").
const REGISTRY_ACTIONS: [(&str, &[u32]); 3] =
    [("deleted", &[12]), ("created", &[12]), ("modified", &[13])];

/// What is wrong with the declared data sources of a search.
pub(super) fn contradictions(declared: &[String], logic: &Logic, span: Span) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let warn = |out: &mut Vec<Diagnostic>, source: &str, why: String| {
        let message = format!("`{source}` is declared, and the search can't match it: {why}");
        let help = "correct `data_source`, or the search";
        out.push(Diagnostic::warning("splunk/data-source", message, span).with_help(help));
    };
    // What was left out could be what the source is for.
    if logic.losses.iter().any(|l| l.effect != Effect::More) {
        return out;
    }
    let scopes = scopes(&logic.pattern);
    let codes = wanted(&logic.pattern, &["EventCode", "EventID", "signature_id"]);
    let actions = wanted(&logic.pattern, &["Registry.action"]);
    // One entry may name several: `Sysmon EventID 1 AND Sysmon EventID 11`.
    for source in declared.iter().flat_map(|d| d.split(" AND ")).map(str::trim) {
        let Some(id) = event_id(source) else { continue };
        if let Some(codes) = &codes
            && !codes.contains(&id.to_string())
        {
            let list: Vec<&str> = codes.iter().map(String::as_str).collect();
            warn(&mut out, source, format!("it wants event {}", list.join(", ")));
            continue;
        }
        let mut models = scopes.iter().flat_map(|s| s.terms.get("datamodel").into_iter().flatten());
        let mut nodes = Vec::new();
        let all_known = models.all(|model| {
            let node = NODES.iter().find(|(name, _)| name == model);
            nodes.extend(node);
            node.is_some()
        });
        if all_known
            && !nodes.is_empty()
            && nodes.iter().all(|(_, of)| !of.contains(&source))
            && scopes.iter().all(|s| s.terms.contains_key("datamodel"))
        {
            let names: Vec<&str> = nodes.iter().map(|(name, _)| *name).collect();
            warn(&mut out, source, format!("it reads {}", names.join(", ")));
            continue;
        }
        if let Some(actions) = &actions
            && matches!(source, "Sysmon EventID 12" | "Sysmon EventID 13")
        {
            let ids: Option<Vec<&[u32]>> = actions
                .iter()
                .map(|a| REGISTRY_ACTIONS.iter().find(|(name, _)| name == a).map(|(_, ids)| *ids))
                .collect();
            if ids.is_some_and(|ids| !ids.iter().any(|of| of.contains(&id))) {
                let list: Vec<&str> = actions.iter().map(String::as_str).collect();
                warn(&mut out, source, format!("it wants the action {}", list.join(", ")));
            }
        }
    }
    out
}

/// The id that a Windows data source's name ends in.
fn event_id(source: &str) -> Option<u32> {
    let windows = source.starts_with("Sysmon EventID") || source.starts_with("Windows Event Log");
    windows.then(|| source.rsplit(' ').next()?.parse().ok()).flatten()
}

fn scopes(pattern: &Pattern) -> Vec<&Scope> {
    let mut out = Vec::new();
    visit::patterns(pattern, &mut |p| {
        if let Pattern::Events { scope } = p {
            out.push(scope);
        }
    });
    out
}

/// The values of which a field must be one, by all filters that stand on events; `None` where
/// anything else may be.
fn wanted(pattern: &Pattern, fields: &[&str]) -> Option<BTreeSet<String>> {
    let mut out: Option<BTreeSet<String>> = None;
    let mut sides = 0;
    let mut bound = 0;
    visit::patterns(pattern, &mut |p| match p {
        Pattern::Events { .. } => sides += 1,
        Pattern::Filter { expr, input } if matches!(**input, Pattern::Events { .. }) => {
            if let Some(values) = of_expr(expr, fields) {
                bound += 1;
                out.get_or_insert_with(BTreeSet::new).extend(values);
            }
        }
        _ => {}
    });
    // Each side of a union or join must say it.
    out.filter(|_| bound == sides)
}

fn of_expr(expr: &rulescope_ir::Expr, fields: &[&str]) -> Option<BTreeSet<String>> {
    use rulescope_ir::Expr;
    match expr {
        Expr::All(of) => of.iter().find_map(|e| of_expr(e, fields)),
        Expr::Any(of) => {
            let mut out = BTreeSet::new();
            for e in of {
                out.extend(of_expr(e, fields)?);
            }
            Some(out)
        }
        Expr::Predicate(p) => {
            let named = p.field().is_some_and(|f| fields.contains(&f.native.as_str()));
            let plain = named && p.op == Op::Eq && !p.negated && !p.missing;
            let any = p.quantifier == Quantifier::Any || p.values.len() == 1;
            let values: Option<BTreeSet<String>> = p
                .values
                .iter()
                .map(|l| match &l.value {
                    Scalar::Text(text) => Some(text.to_ascii_lowercase()),
                    Scalar::Number(n) => Some(n.as_str().to_owned()),
                    _ => None,
                })
                .collect();
            values.filter(|_| plain && any)
        }
        _ => None,
    }
}
