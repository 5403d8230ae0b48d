//! The description of the API in OpenAPI 3.1 (<https://spec.openapis.org/oas/v3.1.0>).

use serde_json::{Map, Value as Json, json};

use crate::page::search::PAGE;

/// A parameter: name, where it stands, example, what it is.
type Parameter = (&'static str, &'static str, &'static str, &'static str);

const IN_PATH: &str = "path";
const IN_QUERY: &str = "query";

/// The pages: path, what they are, parameters.
const PAGES: [(&str, &str, &[Parameter]); 14] = [
    ("/", "Counts, sources, and what is used most.", &[]),
    (
        "/search",
        "Rules by words and facets. An empty search finds every rule.",
        &[
            ("q", IN_QUERY, "wmiexec", "words; the last by its beginning"),
            ("page", IN_QUERY, "1", "the page, from 1"),
            ("vendor", IN_QUERY, "sigma", "a vendor"),
            ("source", IN_QUERY, "sigmahq", "a source"),
            ("technique", IN_QUERY, "T1047", "an ATT&CK id of any version"),
            ("tactic", IN_QUERY, "Execution", "a tactic's name"),
            ("event", IN_QUERY, "sysmon/1", "an event's address"),
            ("field", IN_QUERY, "CommandLine", "a field, canonical or native"),
            ("severity", IN_QUERY, "high", "a severity"),
            ("status", IN_QUERY, "test", "a status"),
            ("fidelity", IN_QUERY, "exact", "a fidelity"),
            ("shape", IN_QUERY, "single_event", "a shape"),
            ("platform", IN_QUERY, "windows", "a platform"),
            ("language", IN_QUERY, "eql", "a language"),
            ("author", IN_QUERY, "nextron", "a part of an author's name"),
            ("logsource", IN_QUERY, "process_creation", "a term of the log source"),
            ("evidence", IN_QUERY, "yes", "`yes` or `no`: whether it fires on the catalog's logs"),
            ("deprecated", IN_QUERY, "no", "`yes` or `no`"),
        ],
    ),
    ("/rules/", "The sources with their counts.", &[]),
    (
        "/rules/{source}/",
        "The rules of a source, by folder.",
        &[("source", IN_PATH, "sigmahq", "the source's name")],
    ),
    (
        "/rules/{source}/{slug}/",
        "Everything that is known of a rule.",
        &[
            ("source", IN_PATH, "sigmahq", "the source's name"),
            ("slug", IN_PATH, "proc_creation_win_whoami_execution", "the rule's slug"),
        ],
    ),
    (
        "/r/{id}",
        "Goes to the rule of an upstream id.",
        &[("id", IN_PATH, "e28a5a99-da44-436d-b7a0-2afc20a5f413", "the upstream id")],
    ),
    ("/events/", "The events that rules read, by provider.", &[]),
    (
        "/events/{provider}/",
        "The events of a provider.",
        &[("provider", IN_PATH, "sysmon", "the provider as it stands in addresses")],
    ),
    (
        "/events/{provider}/{id}/",
        "What an event holds, and which rules read it how.",
        &[
            ("provider", IN_PATH, "sysmon", "the provider as it stands in addresses"),
            ("id", IN_PATH, "1", "the event's id"),
        ],
    ),
    (
        "/attack/",
        "ATT&CK's matrix with counts.",
        &[("by", IN_QUERY, "rules", "`rules`, `vendors`, `evidence`, or a vendor's name")],
    ),
    (
        "/attack/{technique}/",
        "What the rules of a technique read, look for and leave out.",
        &[("technique", IN_PATH, "T1047", "an ATT&CK id of any version")],
    ),
    (
        "/indicators/{field}/{kind}/",
        "Who tests a field without a value.",
        &[
            ("field", IN_PATH, "CommandLine", "the canonical field, `_` for keywords"),
            ("kind", IN_PATH, "is_null", "the kind of test"),
        ],
    ),
    (
        "/indicators/{field}/{kind}/{value}/",
        "Who looks for a value, and which values overlap it.",
        &[
            ("field", IN_PATH, "Image", "the canonical field, `_` for keywords"),
            ("kind", IN_PATH, "ends_with", "the kind of test"),
            ("value", IN_PATH, "\\cmd.exe", "the effective value, folded"),
        ],
    ),
    ("/about", "What the catalog was built from.", &[]),
];

/// The document.
pub(crate) fn document() -> String {
    let mut paths = Map::new();
    for (path, summary, parameters) in PAGES {
        let is_redirect = path.starts_with("/r/");
        let found = json!({
            "description": "The page's data. Its tag changes with every change of it.",
            "headers": {"ETag": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": {"type": "object"}}},
        });
        let elsewhere = json!({
            "description": "The rule's address.",
            "headers": {"Location": {"schema": {"type": "string"}}},
        });
        let missing = json!({
            "description": "There is no such thing in this catalog.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        });
        let mut responses = Map::new();
        if is_redirect {
            responses.insert("302".to_owned(), elsewhere);
        } else {
            responses.insert("200".to_owned(), found);
            responses.insert("304".to_owned(), json!({"description": "The tag is the same."}));
        }
        if path.contains('{') {
            responses.insert("404".to_owned(), missing);
        }
        let parameters: Vec<Json> = parameters.iter().map(parameter).collect();
        let operation =
            json!({"summary": summary, "parameters": parameters, "responses": responses});
        paths.insert(path.to_owned(), json!({"get": operation}));
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "rulescope",
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!(
                "The data of every page at the page's address below /api/v1. A rule's id is \
                 `<source>/<slug>` and does not change. A page of a search has {PAGE} rules."
            ),
        },
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {"schemas": {"Error": {
            "type": "object",
            "required": ["error", "message"],
            "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
        }}},
    });
    document.to_string()
}

fn parameter((name, place, example, what): &Parameter) -> Json {
    json!({
        "name": name, "in": place, "required": *place == IN_PATH, "example": example,
        "description": what, "schema": {"type": "string"},
    })
}
