//! Hunts: several queries a file, each a rule of its own. Its body is the query as the file has it;
//! what the file says of all of them is metadata.

use rulescope_dialects::Source;
use rulescope_ir::{Body, Diagnostic, LineIndex, Scope, Span};
use toml::de::DeTable;

use super::document::ElasticFile;
use super::language::{Language, lower};
use super::metadata;
use super::place::source_within;
use super::tree::{get, items, span_of, texts_at};
use crate::rule::FileRule;

/// So many queries are read of one file; Elastic's have at most 7.
const MAX_QUERIES: usize = 64;

/// Reads the table `hunt` of a file. Where it names several languages, a query's first words say
/// which it is in.
pub(super) fn read(of: &DeTable<'_>, text: &str, out: &mut ElasticFile) {
    let metadata = metadata::hunt(of);
    let named: Vec<Language> =
        texts_at(of, "language").iter().filter_map(|name| Language::of(name)).collect();
    let Some(queries) = get(of, "query") else {
        out.failed = 1;
        let span = Span::NONE;
        out.diagnostics.push(Diagnostic::error("elastic/query", "the hunt has no query", span));
        return;
    };
    let queries = items(queries);
    let several = queries.len() > 1;
    let scope = scope(of);
    let lines = LineIndex::new(text);
    if queries.len() > MAX_QUERIES {
        let message = format!("the hunt has more than {MAX_QUERIES} queries; split it");
        out.failed += 1;
        out.diagnostics.push(Diagnostic::error(
            "elastic/query",
            message,
            span_of(queries[MAX_QUERIES]),
        ));
    }
    for (i, item) in queries.into_iter().take(MAX_QUERIES).enumerate() {
        let Some(query) = item.get_ref().as_str().filter(|q| !q.trim().is_empty()) else {
            out.failed += 1;
            let message = "a query of the hunt is no text";
            out.diagnostics.push(Diagnostic::error("elastic/query", message, span_of(item)));
            continue;
        };
        let from = after_label(query);
        let language = language_of(&query[from..], &named);
        let scope = match language {
            // What they read is said in the query, or is no log.
            Language::Esql | Language::Sql => &Scope::default(),
            Language::Kuery | Language::Lucene | Language::Eql => &scope,
        };
        let whole = source_within(item, text);
        let mut source = Source::default();
        source.excerpt(&whole, from, whole.text().len());
        let logic = lower(language, &source, scope);
        let mut metadata = metadata.clone();
        if several {
            metadata.title = format!("{} ({})", metadata.title, i + 1);
        }
        metadata.extra.insert("type".to_owned(), vec!["hunt".to_owned()]);
        out.rules.push(FileRule {
            metadata,
            body: Body {
                language: language.name().to_owned(),
                text: span_of(item).slice(text).to_owned(),
            },
            line: lines.line(span_of(item).start),
            scope: crate::rule::whole_scope(&logic.pattern),
            logic,
        });
    }
}

/// The indices of the integrations that a hunt is for: data sets are called by their integration's
/// name first (<https://www.elastic.co/docs/reference/fleet/data-streams>, "Data stream naming
/// scheme").
fn scope(of: &DeTable<'_>) -> Scope {
    let index: Vec<String> =
        texts_at(of, "integration").iter().map(|name| format!("logs-{name}*")).collect();
    let mut out = Scope::default();
    if !index.is_empty() {
        out.terms.insert("index".to_owned(), index);
    }
    out
}

/// Where a query begins: after a first line that is no more than a language's name, as a fence of
/// Markdown has one, with which some were copied. It says how the text is coloured (`sql` of ES|QL
/// too), not what it is.
fn after_label(query: &str) -> usize {
    let begin = query.len() - query.trim_start().len();
    let Some((first, rest)) = query[begin..].split_once('\n') else { return 0 };
    if Language::of(first.trim_end()).is_none() || rest.trim().is_empty() {
        return 0;
    }
    begin + first.len() + 1
}

/// The language of a query: the hunt's only one, else the one that its first words are of.
fn language_of(query: &str, named: &[Language]) -> Language {
    if let [only] = named {
        return *only;
    }
    let code =
        query.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("//"));
    let code = code.unwrap_or_default();
    let mut words = code.split_whitespace();
    let first = words.next().unwrap_or_default().to_ascii_lowercase();
    let second = words.next().unwrap_or_default().to_ascii_lowercase();
    match first.as_str() {
        "from" | "row" | "ts" | "show" => Language::Esql,
        "select" | "with" => Language::Sql,
        "sequence" | "sample" => Language::Eql,
        _ if second == "where" || second == "with" => Language::Eql,
        _ => named.first().copied().unwrap_or(Language::Kuery),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_words_tell_the_language() {
        let both = [Language::Esql, Language::Sql];
        assert_eq!(language_of("from logs-* | limit 1", &both), Language::Esql);
        assert_eq!(language_of("\n// all\nSELECT * FROM t", &both), Language::Sql);
        assert_eq!(language_of("process where true", &[]), Language::Eql);
        assert_eq!(language_of("a:b", &[]), Language::Kuery);
        let labelled = "sql\nfrom logs-*";
        assert_eq!(language_of(&labelled[after_label(labelled)..], &both), Language::Esql);
        for whole in ["from logs-*", "sql", "sql\n", "sql from\nx"] {
            assert_eq!(after_label(whole), 0, "{whole}");
        }
        assert_eq!(language_of("select:x", &[Language::Kuery]), Language::Kuery);
    }
}
