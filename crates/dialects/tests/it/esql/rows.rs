//! What queries match, on events made by hand: sections of the ES|QL reference of elastic.co are named
//! where they are lowered.

use rulescope_dialects::esql::{self, Source};
use rulescope_eval::{Event, run};
use rulescope_ir::{Scope, normalize};

/// An event: its second and its fields `name=value`.
fn event(second: i64, fields: &str) -> Event {
    let event = Event::at(second * 1000).of("index", "logs");
    fields.split_whitespace().fold(event, |event, field| {
        let (name, value) = field.split_once('=').expect("a field and its value");
        event.with(name, value)
    })
}

/// The places of the events of each match; the normal form has the same.
fn matches(commands: &str, events: &[Event]) -> Vec<Vec<usize>> {
    let query = format!("from logs | {commands}");
    let read = esql::parse(&Source::at(&query, 0));
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    let logic = esql::lower(&read, &Scope::default());
    assert!(logic.losses.is_empty(), "{:?}", logic.losses);
    let of = |pattern| -> Vec<Vec<usize>> {
        run(pattern, events, None).into_iter().map(|m| m.events.to_vec()).collect()
    };
    let out = of(&logic.pattern);
    assert_eq!(of(&normalize(&logic.pattern)), out, "{query}");
    out
}

/// The places of single events that match.
fn singles(commands: &str, events: &[Event]) -> Vec<usize> {
    matches(commands, events).into_iter().flatten().collect()
}

#[test]
fn a_null_passes_neither_a_test_nor_its_negation() {
    let events = [event(0, "a=x"), event(1, "a=y"), event(2, "b=x")];
    assert_eq!(singles("where a == \"x\"", &events), [0]);
    assert_eq!(singles("where not a == \"x\"", &events), [1]);
    assert_eq!(singles("where a != \"x\"", &events), [1]);
    assert_eq!(singles("where not (a == \"x\" and b == \"z\")", &events), [1, 2]);
    assert_eq!(singles("where a is null", &events), [2]);
    assert_eq!(singles("where a not in (\"x\", null)", &events), [0usize; 0]);
    assert_eq!(singles("where a in (\"x\", null)", &events), [0]);
}

#[test]
fn patterns_cover_the_whole_text_with_case() {
    let events = [event(0, "a=abc"), event(1, "a=ABC"), event(2, "a=xabc"), event(3, "a=a*c")];
    assert_eq!(singles("where a like \"ab*\"", &events), [0]);
    assert_eq!(singles("where a like \"\"\"a\\*c\"\"\"", &events), [3]);
    assert_eq!(singles("where a rlike \"a.c\"", &events), [0, 3]);
    assert_eq!(singles("where to_lower(a) == \"abc\"", &events), [0, 1]);
    assert_eq!(singles("where to_lower(a) == \"ABC\"", &events), [0usize; 0]);
    assert_eq!(singles("where to_upper(a) rlike \"X?ABC\"", &events), [0, 1, 2]);
}

#[test]
fn names_are_followed() {
    let events = [event(0, "a=1 b=2"), event(1, "b=1"), event(2, "c=3")];
    let first = "eval x = coalesce(a, b) | rename x as y | where y == 1";
    assert_eq!(singles(first, &events), [0, 1]);
    let other = "eval x = case(a == 1, \"one\", b == 1, \"two\", \"none\") | where x != \"one\"";
    assert_eq!(singles(other, &events), [1, 2]);
    assert_eq!(singles("eval a = b | where a == 2", &events), [0]);
    assert_eq!(singles("eval x = a == 1 | where not x", &events), [1, 2]);
}

#[test]
fn groups_are_counted() {
    let events = [
        event(0, "h=a u=x"),
        event(1, "h=a u=y"),
        event(2, "h=b u=x"),
        event(70, "u=x"),
        event(71, "u=z"),
    ];
    assert_eq!(matches("stats c = count(*) by h | where c >= 2", &events), [[0, 1], [3, 4]]);
    let distinct = "stats c = count_distinct(u) by h | where c == 2 and h is not null";
    assert_eq!(matches(distinct, &events), [[0, 1]]);
    let minutes = "stats c = count(*) by t = date_trunc(1 minute, @timestamp) | where c == 3";
    assert_eq!(matches(minutes, &events), [[0, 1, 2]]);
    let some = "stats s = sum(case(u == \"x\", 1, 0)), m = max(case(u == \"z\", 1, 0)) by h \
                | where s == 1 and m == 0";
    assert_eq!(matches(some, &events), [vec![0, 1], vec![2]]);
    let of_rows = "stats c = count(*) where u == \"x\" by h | where c == 1 and h == \"a\"";
    assert_eq!(matches(of_rows, &events), [[0, 1]]);
    assert_eq!(singles("inline stats c = count(*) by h | where c == 1", &events), [2]);
}

#[test]
fn texts_are_taken_apart() {
    let events = [event(0, "m=get-x"), event(1, "m=put-x"), event(2, "m=other")];
    let grok = "grok m \"%{WORD:verb}-(?<what>[a-z])\" | where verb == \"get\" and what == \"x\"";
    assert_eq!(singles(grok, &events), [0]);
    assert_eq!(singles("dissect m \"%{verb}-%{what}\" | where what == \"x\"", &events), [0, 1]);
    assert_eq!(singles("dissect m \"%{verb}-%{what}\" | where verb is null", &events), [2]);
}

#[test]
fn marks_are_counted() {
    let count = "eval t = replace(m, \"[0-9]\", \"#\") \
                 | eval n = length(t) - length(replace(t, \"#\", \"\")) | where n";
    let events = [event(0, "m=a1"), event(1, "m=a1b2"), event(2, "m=#"), event(3, "m=a")];
    assert_eq!(singles(&format!("{count} >= 1"), &events), [0, 1, 2]);
    assert_eq!(singles(&format!("{count} < 1"), &events), [3]);
}

#[test]
fn queries_within_are_asked_of_the_event() {
    let events = [event(0, "a=x n=1"), event(1, "a=y n=2"), event(2, "b=x")];
    assert_eq!(singles("where kql(\"a: x\")", &events), [0]);
    // A document without the field is found by the negation.
    assert_eq!(singles("where not kql(\"a: x\")", &events), [1, 2]);
    assert_eq!(singles("where kql(\"\"\"a:(x or \"y\") and not n:2\"\"\")", &events), [0]);
    // Another value of the name does not matter: the index is asked.
    assert_eq!(singles("eval a = \"x\" | where kql(\"a: y\")", &events), [1]);
}

#[test]
fn whole_numbers_are_divided_to_whole_numbers() {
    let events = [event(0, "a=abcde"), event(1, "a=abcd")];
    assert_eq!(singles("where length(a) / 2 == 2", &events), [0, 1]);
    assert_eq!(singles("where length(a) / 2.0 == 2", &events), [1]);
    assert_eq!(singles("where length(a)::double / 2 == 2.5", &events), [0]);
    assert_eq!(singles("eval n = length(a) | eval m = n / 2 | where m == 2", &events), [0, 1]);
    // A fraction is rounded where it is made a whole number, not cut.
    assert_eq!(singles("where to_integer(length(a) / 2.0) == 3", &events), [0]);
    assert_eq!(matches("stats c = count(*) | eval h = c / 4 | where h == 0", &events), [[0, 1]]);
}

/// What is lost of a query, with the directions.
fn losses(commands: &str) -> Vec<String> {
    let query = format!("from logs | {commands}");
    let logic = esql::lower(&esql::parse(&Source::at(&query, 0)), &Scope::default());
    logic.losses.iter().map(|l| format!("{} {}", l.effect.name(), l.what)).collect()
}

#[test]
fn what_a_field_may_hold_is_said_where_it_matters() {
    let several = "more a test of several values at a time is null and not one of each";
    assert_eq!(losses("where process.args == \"-c\""), [several]);
    assert_eq!(losses("where not to_lower(process.args) like \"-c*\""), [several]);
    assert_eq!(losses("stats v = values(a) by h | where v == \"x\""), [several]);
    assert_eq!(losses("where process.args is not null and process.name == \"a\""), [""; 0]);
    assert_eq!(losses("where mv_contains(process.args, \"-c\")"), [""; 0]);
    let whole = "unknown a quotient is a whole number where the fields hold whole numbers";
    assert_eq!(losses("where a / 2 > 3"), [whole]);
    let below = "unknown a quotient below 0 is rounded down, not towards 0";
    assert_eq!(losses("where (length(a) - length(b)) / 2 > 3"), [below]);
    // What is never read loses nothing.
    assert_eq!(losses("eval x = a / 2 | where b == 1"), [""; 0]);
}
