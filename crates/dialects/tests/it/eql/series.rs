//! What sequences and samples match, by "EQL syntax reference" of Elasticsearch: sections "Sequences"
//! to "Samples" and "How sequence queries handle matches".

use rulescope_dialects::eql::{self, Source};
use rulescope_eval::{Datum, Event, run};
use rulescope_ir::Scope;

/// An event: its second, its category, and its fields `name=value`.
fn event(second: i64, category: &str, fields: &str) -> Event {
    let event = Event::at(second * 1000).of("event_category", category);
    fields.split_whitespace().fold(event, |event, field| {
        let (name, value) = field.split_once('=').expect("a field and its value");
        event.with(name, value)
    })
}

/// The places of the events of each match, in order of time.
fn matches(query: &str, events: &[Event]) -> Vec<Vec<usize>> {
    let read = eql::parse(&Source::at(query, 0));
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    let logic = eql::lower(&read, &Scope::default());
    assert!(logic.losses.is_empty(), "{:?}", logic.losses);
    run(&logic.pattern, events, None).into_iter().map(|m| m.events.to_vec()).collect()
}

#[test]
fn events_follow_one_another() {
    let query = "sequence [file where extension == \"exe\"] [process where true]";
    let events = [
        event(0, "process", ""),
        event(1, "file", "extension=exe"),
        event(2, "file", "extension=EXE"),
        event(3, "process", ""),
        event(4, "process", ""),
    ];
    assert_eq!(matches(query, &events), [[1, 3]]);
}

#[test]
fn keys_are_shared() {
    let events = [
        event(0, "file", "user=a path=x"),
        event(1, "process", "user=b path=x exe=x"),
        event(2, "process", "user=a path=y exe=x"),
        event(3, "process", "exe=x"),
    ];
    let by = "sequence by user [file where true] [process where true]";
    assert_eq!(matches(by, &events), [[0, 2]]);
    let of_steps = "sequence [file where true] by path [process where true] by exe";
    assert_eq!(matches(of_steps, &events), [[0, 1]]);
    let both = "sequence by user [file where true] by path [process where true] by exe";
    assert_eq!(matches(both, &events), [[0, 2]]);
}

#[test]
fn a_key_without_a_value_joins_only_where_it_is_optional() {
    let events = [event(0, "file", "a=1"), event(1, "process", "a=1"), event(2, "process", "a=1")];
    let plain = "sequence by a, b [file where true] [process where true]";
    assert!(matches(plain, &events).is_empty());
    let optional = "sequence by a, ?b [file where true] [process where true]";
    assert_eq!(matches(optional, &events), [[0, 1]]);
}

#[test]
fn a_span_holds_its_end() {
    let query = "sequence with maxspan=15m [file where true] [process where true]";
    let at = |second| [event(0, "file", ""), event(second, "process", "")];
    assert_eq!(matches(query, &at(900)), [[0, 1]]);
    assert!(matches(query, &at(901)).is_empty());
}

#[test]
fn an_event_runs_several_times() {
    let query =
        "sequence [process where true] [library where true] with runs=3 [registry where true]";
    let mut events = vec![
        event(0, "process", ""),
        event(1, "library", ""),
        event(2, "library", ""),
        event(3, "registry", ""),
    ];
    assert!(matches(query, &events).is_empty());
    events[3] = event(3, "library", "");
    events.push(event(4, "registry", ""));
    assert_eq!(matches(query, &events), [[0, 1, 2, 3, 4]]);
}

#[test]
fn an_event_may_have_to_be_missing() {
    let query = "sequence by user with maxspan=5s [logon where true] ![logoff where true]";
    let events = [
        event(0, "logon", "user=a"),
        event(3, "logoff", "user=a"),
        event(4, "logon", "user=b"),
        event(10, "logoff", "user=b"),
        event(20, "logon", "user=c"),
        event(21, "logoff", "user=a"),
    ];
    assert_eq!(matches(query, &events), [[2], [4]]);
    let between = "sequence with maxspan=9s [a where true] ![b where true] [c where true]";
    let of = |second| [event(0, "a", ""), event(second, "b", ""), event(4, "c", "")];
    assert!(matches(between, &of(2)).is_empty());
    assert_eq!(matches(between, &of(5)), [[0, 2]]);
    let first = "sequence with maxspan=3s ![b where true] [c where true]";
    assert_eq!(matches(first, &of(0)), [[2]]);
    assert!(matches(first, &of(1)).is_empty());
}

#[test]
fn until_ends_what_is_not_finished() {
    let query = "sequence by id [a where true] [b where true] until [c where true]";
    let events = [
        event(0, "a", "id=1"),
        event(1, "b", "id=1"),
        event(10, "a", "id=2"),
        event(11, "b", "id=2"),
        event(12, "c", "id=2"),
        event(20, "a", "id=3"),
        event(21, "c", "id=3"),
        event(22, "b", "id=3"),
    ];
    assert_eq!(matches(query, &events), [[0, 1], [2, 3]]);
}

#[test]
fn the_most_recent_pending_event_counts() {
    let query = "sequence by user [process where name == \"a\"] [process where name == \"b\"]";
    let events = [
        event(0, "process", "user=u name=a"),
        event(1, "process", "user=u name=a"),
        event(2, "process", "user=v name=b"),
        event(3, "process", "user=u name=b"),
        event(4, "process", "user=u name=b"),
    ];
    assert_eq!(matches(query, &events), [[1, 3]]);
}

#[test]
fn a_sample_has_no_order() {
    let query = "sample by host [file where true] [process where true]";
    let events = [
        event(0, "process", "host=a"),
        event(1, "file", "host=a"),
        event(2, "file", "host=b"),
        event(3, "process", "host=c"),
    ];
    assert_eq!(matches(query, &events), [[0, 1]]);
}

#[test]
fn head_and_tail_change_no_match() {
    let events = [event(0, "a", "x=1"), event(1, "a", "x=2"), event(2, "a", "x=3")];
    assert_eq!(matches("a where x > 1 | tail 1", &events), [[1], [2]]);
}

/// Negation and absent fields: see `lower/test.rs`.
#[test]
fn an_absent_field_passes_what_is_negated() {
    let there = |second| event(second, "a", "x=cmd.exe n=5");
    let events = [there(0), event(1, "a", "y=1")];
    let both: [&[usize]; 2] = [&[0], &[1]];
    for (condition, expected) in [
        ("x == \"cmd.exe\"", &both[..1]),
        ("x == \"CMD.exe\"", &[]),
        ("x : \"CMD.*\"", &both[..1]),
        ("x == \"cmd.*\"", &[]),
        ("x like \"CMD.*\"", &[]),
        ("x like~ \"C?D.*\"", &both[..1]),
        ("x in (\"CMD.EXE\")", &[]),
        ("x in~ (\"CMD.EXE\")", &both[..1]),
        ("x regex \"cmd\"", &[]),
        ("x regex~ \"CMD[.].*\"", &both[..1]),
        ("x != \"cmd.exe\"", &both[1..]),
        ("not x : \"cmd*\"", &both[1..]),
        ("x not in (\"a\")", &both[..]),
        ("n > 4", &both[..1]),
        ("not n > 5", &both[..1]),
        ("not n > 4", &[]),
        ("x == null", &both[1..]),
        ("not ?x != null", &both[1..]),
        ("length(x) == 7", &both[..1]),
        ("not length(x) == 6", &both[..1]),
        ("startsWith~(x, \"CMD\")", &both[..1]),
        ("not endsWith(x, \".exe\")", &both[1..]),
        ("not (x : \"cmd*\" or y == \"2\")", &both[1..]),
        ("not (x : \"cmd*\" and n == 5)", &both[1..]),
        ("14 / n == 2", &both[..1]),
        ("14.0 / n == 2", &[]),
        ("n * 2 - 1 == 9", &both[..1]),
        ("substring(x, 0, -4) == \"cmd\"", &both[..1]),
        ("substring(x, -4) == \".exe\"", &both[..1]),
        ("indexOf(x, \".\") >= 0", &both[..1]),
        ("true", &both[..]),
    ] {
        let query = format!("a where {condition}");
        assert_eq!(matches(&query, &events), expected, "{condition}");
    }
}

#[test]
fn one_of_several_values_passes() {
    let list = Datum::List(vec![Datum::text("b"), Datum::text("c")]);
    let events = [Event::at(0).of("event_category", "a").with("x", list)];
    assert_eq!(matches("a where x == \"b\" and x == \"c\"", &events).len(), 1);
    assert!(matches("a where x != \"b\"", &events).is_empty());
    assert_eq!(matches("a where _arraysearch(x, $v, $v == \"c\")", &events).len(), 1);
}
