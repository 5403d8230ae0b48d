//! What the type of a rule makes of its query
//! (<https://www.elastic.co/docs/solutions/security/detect-and-alert/about-detection-rules>, "Rule
//! types").
//!
//! | type | becomes |
//! |---|---|
//! | `query`, `saved_query` | its condition on one event |
//! | `eql`, `esql` | what its language says |
//! | `threshold` | groups of the events of one run |
//! | `new_terms` | events with values that the history lacks |
//! | `threat_match` | its condition, met with indicators that are in no log |
//! | `machine_learning` | nothing that a log could decide |

use rulescope_dialects::{Source, kuery};
use rulescope_ir::{
    Aggregate, AggregateFn, Assignment, Diagnostic, Duration, Effect, Expr, Fidelity, Field, Key,
    Literal, Logic, LookupKind, Loss, Number, Op, Pattern, Predicate, Scalar, Scope, Span, Stage,
    StageKind, Subject, Value, Window,
};
use toml::de::DeTable;

use super::filters;
use super::language::{Language, lower, unread};
use super::place::source;
use super::tree::{Item, get, items, span_of, table, tables, text_at, text_of, texts_at};

/// The logic of a rule.
pub(super) struct Read {
    pub(super) logic: Logic,
    pub(super) language: &'static str,
    pub(super) scope: Scope,
}

/// The indices of a rule that names none: the default of Kibana's setting
/// `securitySolution:defaultIndex`
/// (<https://www.elastic.co/docs/solutions/security/get-started/configure-advanced-settings>, "Update
/// default Elastic Security indices").
const DEFAULT_INDEX: [&str; 8] = [
    "apm-*-transaction*",
    "auditbeat-*",
    "endgame-*",
    "filebeat-*",
    "logs-*",
    "packetbeat-*",
    "traces-apm*",
    "winlogbeat-*",
];

/// How often a rule runs that does not say so, and how far back it looks
/// (<https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule>, "Set the
/// rule's schedule": five minutes, and one more).
const EVERY: Duration = Duration::minutes(5);
const LOOKBACK: Duration = Duration::minutes(6);

/// Reads the table `rule` of a file.
pub(super) fn read(of: &DeTable<'_>, text: &str) -> Result<Read, Diagnostic> {
    let kind = text_at(of, "type").unwrap_or_else(|| "query".to_owned());
    let scope = scope(of, &kind);
    if kind == "machine_learning" {
        return machine_learning(of, scope);
    }
    let named = text_at(of, "language").unwrap_or_else(|| match kind.as_str() {
        "eql" | "esql" => kind.clone(),
        _ => "kuery".to_owned(),
    });
    let Some(language) = Language::of(&named) else {
        let message = format!("`{named}` is no language of Elastic's rules");
        return Err(Diagnostic::error("elastic/language", message, place(of, "language")));
    };
    let item = get(of, "query").filter(|item| item.get_ref().as_str().is_some());
    let source = match item {
        Some(item) => source(item, text),
        // Filters may be all that a rule has.
        None if get(of, "filters").is_some() => Source::default(),
        None => {
            let message = "the rule has no query";
            let at = get(of, "query").map_or_else(|| place(of, "name"), span_of);
            return Err(Diagnostic::error("elastic/query", message, at));
        }
    };
    let mut logic = lower(language, &source, &scope);
    if let Some(item) = get(of, "filters") {
        filters::put(item, text, &mut logic);
    }
    exceptions(of, &mut logic);
    match kind.as_str() {
        "query" | "saved_query" | "eql" | "esql" => {}
        "threshold" => threshold(of, text, &mut logic)?,
        "new_terms" => new_terms(of, text, &mut logic)?,
        "threat_match" => threat_match(of, text, &mut logic),
        other => {
            let message = format!("`{other}` is no type of rule that is known; its query is read");
            let span = place(of, "type");
            logic.diagnostics.push(Diagnostic::warning("elastic/type", message, span));
            lose(&mut logic, span, format!("the type `{other}` is not known"), Effect::Unknown);
        }
    }
    logic.literals.sort();
    logic.literals.dedup();
    let scope = match language {
        // What it reads is said in the query.
        Language::Esql => crate::rule::whole_scope(&logic.pattern),
        _ => scope,
    };
    Ok(Read { logic, language: language.name(), scope })
}

fn place(of: &DeTable<'_>, key: &str) -> Span {
    get(of, key).map_or(Span::NONE, span_of)
}

/// The index patterns that a rule reads, or the data view.
fn scope(of: &DeTable<'_>, kind: &str) -> Scope {
    let mut out = Scope { span: place(of, "index"), ..Scope::default() };
    let index = texts_at(of, "index");
    if let Some(view) = text_at(of, "data_view_id") {
        out = out.with("data_view", &view);
    } else if !index.is_empty() {
        out.terms.insert("index".to_owned(), index);
    } else if !matches!(kind, "machine_learning" | "esql") {
        let index = DEFAULT_INDEX.map(str::to_owned).to_vec();
        out.terms.insert("index".to_owned(), index);
    }
    out
}

fn lose(logic: &mut Logic, span: Span, what: String, effect: Effect) {
    logic.losses.push(Loss { span, what, effect });
    logic.fidelity = logic.fidelity.max(Fidelity::Partial);
}

/// Puts another pattern over a logic's.
fn over(logic: &mut Logic, f: impl FnOnce(Box<Pattern>) -> Pattern) {
    let input = std::mem::replace(&mut logic.pattern, Pattern::events(Scope::default()));
    logic.pattern = f(Box::new(input));
}

/// Lists of exceptions are kept in Kibana, not in the file.
fn exceptions(of: &DeTable<'_>, logic: &mut Logic) {
    for list in tables(of, "exceptions_list") {
        let name = text_at(list, "list_id").or(text_at(list, "id")).unwrap_or_default();
        let what = format!("the exceptions of the list `{name}` are not in the file");
        lose(logic, place(of, "exceptions_list"), what, Effect::More);
    }
}

/// A stage of the rule's type, beside its query.
fn stage(label: &str, span: Span, text: &str) -> Stage {
    Stage {
        label: label.to_owned(),
        kind: StageKind::Command,
        text: span.slice(text).trim().to_owned(),
        span,
        predicates: Vec::new(),
        stages: Vec::new(),
    }
}

/// Needs a job of machine learning, whose results no log of events holds
/// (same page, "Machine learning").
fn machine_learning(of: &DeTable<'_>, scope: Scope) -> Result<Read, Diagnostic> {
    let Some(item) = get(of, "machine_learning_job_id") else {
        let message = "the rule names no job of machine learning";
        return Err(Diagnostic::error("elastic/job", message, place(of, "type")));
    };
    let jobs: Vec<String> = items(item).into_iter().filter_map(text_of).collect();
    let names = jobs.join(", ");
    let span = span_of(item);
    let mut scope = scope;
    scope.terms.insert("machine_learning_job".to_owned(), jobs);
    let mut whole = Source::default();
    whole.push_within(&names, span);
    let why = format!("what the machine-learning job `{names}` finds is in no log");
    let mut logic = unread(&whole, &scope, &why);
    if let Some(stage) = logic.stages.first_mut() {
        stage.label = "machine_learning".to_owned();
    }
    logic.fidelity = Fidelity::NotEvaluable;
    if let Some(item) = get(of, "anomaly_threshold") {
        logic.literals.push(span_of(item));
        logic.thresholds.push(span_of(item));
    }
    Ok(Read { logic, language: "machine_learning", scope })
}

/// The events of one run are grouped by the fields; a group of at least so many events, and of so
/// many different values, is an alert. An event without one of the fields is in no group
/// (<https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule>, "Create a
/// threshold rule").
fn threshold(of: &DeTable<'_>, text: &str, logic: &mut Logic) -> Result<(), Diagnostic> {
    let missing = |what: &str| {
        let message = format!("the threshold has no {what}");
        Diagnostic::error("elastic/threshold", message, place(of, "threshold"))
    };
    let setting = table(of, "threshold").ok_or_else(|| missing("settings"))?;
    let value = get(setting, "value").and_then(|i| number(i, logic));
    let keys = texts_at(setting, "field").iter().map(|f| Key::field(f)).collect();
    let mut aggregates = vec![Aggregate::count("count")];
    let mut all = vec![at_least("count", value.ok_or_else(|| missing("value"))?)];
    for (i, of) in tables(setting, "cardinality").into_iter().enumerate() {
        let field = text_at(of, "field").ok_or_else(|| missing("field of the cardinality"))?;
        let value = get(of, "value").and_then(|i| number(i, logic));
        let name = if i == 0 { "cardinality".to_owned() } else { format!("cardinality_{}", i + 1) };
        all.push(at_least(&name, value.ok_or_else(|| missing("value of the cardinality"))?));
        aggregates.push(Aggregate::of(&name, AggregateFn::CountDistinct, &field));
    }
    let span =
        all.iter().fold(table_span(setting, place(of, "threshold")), |span, expr| match expr {
            Expr::Predicate(predicate) => span.join(predicate.span),
            _ => span,
        });
    logic.stages.push(stage("threshold", span, text));
    over(logic, |input| {
        Pattern::Aggregate { input, keys, aggregates, window: Window::Whole }.filter(Expr::all(all))
    });
    let time = |key: &str| text_at(of, key).and_then(|t| duration(&t));
    let every = time("interval").unwrap_or(EVERY);
    let lookback = time("from").unwrap_or(LOOKBACK);
    over(logic, |input| Pattern::Scheduled { input, every, lookback });
    Ok(())
}

/// Where the values of a table stand, from the first to the last.
fn table_span(of: &DeTable<'_>, head: Span) -> Span {
    of.iter().fold(head, |span, (key, value)| {
        let key = Span::new(key.span().start, key.span().end);
        span.join(key).join(span_of(value))
    })
}

/// A number of the file as a literal of the logic.
fn number(item: &Item<'_>, logic: &mut Logic) -> Option<Literal> {
    let number = Number::parse(&text_of(item)?)?;
    let span = span_of(item);
    logic.literals.push(span);
    logic.thresholds.push(span);
    Some(Literal::new(Scalar::Number(number), span))
}

fn at_least(name: &str, literal: Literal) -> Expr {
    let mut out = Predicate::new(Subject::Field(Field::new(name)), Op::Ge, vec![literal]);
    out.span = out.values[0].span;
    Expr::Predicate(out)
}

/// Values that together were not there in the history before the run
/// (same page, "Create a new terms rule").
fn new_terms(of: &DeTable<'_>, text: &str, logic: &mut Logic) -> Result<(), Diagnostic> {
    let at = place(of, "new_terms");
    let missing = |what: &str| {
        Diagnostic::error("elastic/new-terms", format!("the new terms have no {what}"), at)
    };
    // The repository's files have a table with names, Kibana's exports two keys of the rule.
    let setting = table(of, "new_terms");
    let fields = match setting {
        Some(setting) => texts_at(setting, "value"),
        None => texts_at(of, "new_terms_fields"),
    };
    if fields.is_empty() {
        return Err(missing("fields"));
    }
    let start = match setting {
        Some(setting) => tables(setting, "history_window_start")
            .into_iter()
            .find_map(|t| get(t, "value").filter(|v| text_of(v).is_some())),
        None => get(of, "history_window_start"),
    };
    let history = start.and_then(|item| Some((duration(&text_of(item)?)?, span_of(item))));
    let (history, span) = history.ok_or_else(|| missing("start of the history"))?;
    logic.literals.push(span);
    logic.thresholds.push(span);
    let whole = setting.map_or(at, |setting| table_span(setting, at)).join(span);
    logic.stages.push(stage("new_terms", whole, text));
    let fields = fields.into_iter().map(Value::field).collect();
    over(logic, |input| Pattern::NewTerms { input, fields, history });
    Ok(())
}

/// The events are met with indicators of another index, which no log holds: what the query finds is
/// possible, and no more (same page, "Create an indicator match rule"). The groups of pairs are
/// alternatives, the pairs of a group hold together.
fn threat_match(of: &DeTable<'_>, text: &str, logic: &mut Logic) {
    let index = texts_at(of, "threat_index").join(", ");
    let mut groups: Vec<Vec<(String, String)>> = tables(of, "threat_mapping")
        .into_iter()
        .map(|group| {
            let part = |entry: &DeTable<'_>, key| text_at(entry, key).unwrap_or_default();
            let entries = tables(group, "entries").into_iter();
            entries.map(|entry| (part(entry, "value"), part(entry, "field"))).collect()
        })
        .collect();
    let pairs = |group: &Vec<(String, String)>| {
        let pairs = group.iter().map(|(value, field)| format!("{field} is {value}"));
        pairs.collect::<Vec<_>>().join(" and ")
    };
    let met = groups.iter().map(pairs).collect::<Vec<_>>().join(", or ");
    let what = format!("the event is met with indicators of `{index}`, which no log holds ({met})");
    let span = place(of, "threat_mapping");
    lose(logic, span, what, Effect::More);
    logic.stages.push(stage("threat_match", span, text));
    let on = match groups.as_mut_slice() {
        [only] => std::mem::take(only),
        // Any of several pairs is no comparison that a lookup has.
        _ => Vec::new(),
    };
    let on = on
        .into_iter()
        .map(|(name, field)| Assignment { name, value: Value::field(field) })
        .collect();
    over(logic, |input| Pattern::Lookup {
        input,
        table: index,
        on,
        outputs: Vec::new(),
        kind: LookupKind::Keep,
        span,
    });
    let Some(item) = get(of, "threat_query") else { return };
    let span = span_of(item);
    let indicators = kuery::condition(&kuery::parse(&source(item, text)));
    logic.diagnostics.extend(indicators.diagnostics);
    logic.literals.extend(indicators.literals);
    let what = "which indicators count is said of another index".to_owned();
    lose(logic, span, what, Effect::More);
}

/// A time of date math, as its distance from now: `now-9m`, `5m`
/// (<https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options>, "Date math").
fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let text = text.strip_prefix("now").map_or(text, |t| t.strip_prefix('-').unwrap_or(t));
    let text = text.split_once('/').map_or(text, |(time, _)| time);
    let unit = text.chars().next_back()?;
    let n: u64 = text[..text.len() - unit.len_utf8()].trim().parse().ok()?;
    let of = |millis: u64| n.checked_mul(millis).map(|millis| Duration { millis });
    match unit {
        's' => of(1000),
        'm' => of(60_000),
        'h' | 'H' => of(3_600_000),
        'd' => of(86_400_000),
        'w' => of(7 * 86_400_000),
        'M' => of(30 * 86_400_000),
        'y' => of(365 * 86_400_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_math_is_a_distance() {
        assert_eq!(duration("now-9m"), Some(Duration::minutes(9)));
        assert_eq!(duration("now-7d/d"), Some(Duration::days(7)));
        assert_eq!(duration("1h"), Some(Duration::hours(1)));
        assert_eq!(duration("now"), None);
        assert_eq!(duration("99999999999999999999d"), None);
    }
}
