//! What searches match: each with events, run by the plain evaluator, as Splunk documents it.

use rulescope_dialects::spl::{self, Lookups, Macros, Source};
use rulescope_eval::{Certainty, Datum, Event, run};
use rulescope_ir::normalize;

/// Fields of an event: name and value; several values of one name are a list.
type Fields<'a> = &'a [(&'a str, &'a str)];

fn event(seconds: i64, fields: Fields<'_>) -> Event {
    let mut event = Event::at(seconds * 1000).of("index", "a");
    for (name, value) in fields {
        let value = Datum::text(*value);
        let known = event.values.remove(*name);
        let value = match known {
            None => value,
            Some(Datum::List(mut list)) => {
                list.push(value);
                Datum::List(list)
            }
            Some(first) => Datum::List(vec![first, value]),
        };
        event.values.insert((*name).to_owned(), value);
    }
    event
}

/// Whether a search certainly matches events a second apart; its normal form must agree.
fn matches(search: &str, events: &[Fields<'_>]) -> bool {
    let times = (0..).map(|n| n * 60);
    let events: Vec<Event> = times.zip(events).map(|(t, fields)| event(t, fields)).collect();
    let query = spl::parse(&Source::at(search, 0), &Macros::new());
    assert_eq!(query.diagnostics, [], "{search}");
    let logic = spl::lower(&query, &Lookups::new());
    assert_eq!(logic.losses, [], "{search}");
    let hit =
        |pattern| run(pattern, &events, None).iter().any(|m| m.certainty == Certainty::Certain);
    let found = hit(&logic.pattern);
    assert_eq!(found, hit(&normalize(&logic.pattern)), "{search}");
    found
}

#[track_caller]
fn check(search: &str, hits: &[Fields<'_>], misses: &[Fields<'_>]) {
    for fields in hits {
        assert!(matches(search, &[fields]), "{search} misses {fields:?}");
    }
    for fields in misses {
        assert!(!matches(search, &[fields]), "{search} matches {fields:?}");
    }
}

#[test]
fn search_compares_without_case_and_where_with_case() {
    check("index=a x=Cmd", &[&[("x", "cmd")], &[("x", "CMD")]], &[&[("x", "cmd.exe")], &[]]);
    check("index=a | where x=\"Cmd\"", &[&[("x", "Cmd")]], &[&[("x", "cmd")]]);
    check("index=a | where like(x, \"C%d\")", &[&[("x", "Cmd")]], &[&[("x", "cmd")]]);
    check("index=a | regex x=\"md\"", &[&[("x", "Cmd")]], &[&[("x", "CMD")], &[]]);
    check("index=a | where match(x, \"(?i)MD$\")", &[&[("x", "Cmd")]], &[&[("x", "cmdx")]]);
}

#[test]
fn wildcards_count_in_quotes_too() {
    check("index=a x=\"*\\\\b c*\"", &[&[("x", "a\\B C.d")]], &[&[("x", "b c")]]);
    check("index=a x=*", &[&[("x", "")], &[("x", "1")]], &[&[("y", "1")]]);
    check("index=a x IN (\"a*\", b)", &[&[("x", "ab")], &[("x", "B")]], &[&[("x", "bb")]]);
}

#[test]
fn unequal_wants_the_field_and_not_does_not() {
    check("index=a x!=1", &[&[("x", "2")]], &[&[("x", "1")], &[]]);
    check("index=a NOT x=1", &[&[("x", "2")], &[]], &[&[("x", "1")]]);
    check("index=a x!=*", &[], &[&[("x", "2")], &[]]);
    check("index=a | where x!=1", &[&[("x", "2")]], &[&[("x", "1")], &[]]);
    // A comparison with null is null, and so is its negation.
    check("index=a | where NOT x=1", &[&[("x", "2")]], &[&[("x", "1")], &[]]);
    check("index=a | where isnull(x) OR x=2", &[&[("x", "2")], &[]], &[&[("x", "1")]]);
    check("index=a | regex x!=\"1\"", &[&[("x", "2")]], &[&[("x", "1")], &[]]);
}

#[test]
fn or_binds_tighter_in_search_and_looser_in_where() {
    let (only_x, both) = (&[("x", "1")][..], &[("x", "1"), ("z", "3")][..]);
    check("index=a x=1 OR y=2 z=3", &[both], &[only_x]);
    check("index=a | where x=1 OR y=2 AND z=3", &[both, only_x], &[&[("z", "3")]]);
}

#[test]
fn numbers_are_ordered_as_numbers_and_networks_hold_addresses() {
    check("index=a x>9", &[&[("x", "10")]], &[&[("x", "9")], &[("x", "z")], &[]]);
    check("index=a x=10.0.0.0/8", &[&[("x", "10.1.2.3")]], &[&[("x", "11.1.2.3")]]);
    check(
        "index=a | where NOT cidrmatch(\"10.0.0.0/8\", x)",
        &[&[("x", "11.0.0.1")]],
        &[&[("x", "10.0.0.1")], &[]],
    );
}

#[test]
fn words_stand_between_breakers() {
    check(
        "index=a \"log on\"",
        &[&[("x", "a log on b")]],
        &[&[("x", "a logon")], &[("x", "blog on")]],
    );
    check("index=a fail*", &[&[("x", "it failed")]], &[&[("x", "good")]]);
}

#[test]
fn names_are_followed_to_the_event() {
    check(
        "index=a | rename x AS y | search y=1 NOT x=*",
        &[&[("x", "1"), ("y", "2")]],
        &[&[("x", "2"), ("y", "1")]],
    );
    check(
        "index=a | rex field=x \"user=(?<who>\\w+)\" | where who=\"bob\"",
        &[&[("x", "user=bob x")]],
        &[&[("x", "user=bobby")], &[("who", "bob")], &[]],
    );
    check(
        "index=a | eval s=case(x > 5, \"high\", true(), \"low\") | search s=HIGH",
        &[&[("x", "6")]],
        &[&[("x", "5")], &[]],
    );
    check(
        "index=a | eval p=lower(coalesce(x, y, \"None\")) | where p=\"none\"",
        &[&[], &[("x", "NONE")]],
        &[&[("x", "some")], &[("y", "b")]],
    );
}

#[test]
fn groups_want_their_keys_and_filled_ones_do_not() {
    check("index=a | stats count by x, y", &[&[("x", "1"), ("y", "2")]], &[&[("x", "1")]]);
    check("| tstats fillnull_value=null count where index=a by x, y", &[&[("x", "1")], &[]], &[]);
    check(
        "| tstats fillnull_value=null count where index=a by x | where x!=\"1\"",
        &[&[("x", "2")], &[]],
        &[&[("x", "1")]],
    );
    check("index=a | fillnull value=0 x | search x=0", &[&[], &[("x", "0")]], &[&[("x", "1")]]);
}

#[test]
fn counts_are_of_groups_in_steps_of_time() {
    let of = |user: &'static str, host: &'static str| vec![("user", user), ("host", host)];
    let search = "index=a | bin _time span=5m | stats dc(host) AS n by user, _time | where n > 2";
    let hosts = |names: &[&'static str]| names.iter().map(|h| of("u", h)).collect::<Vec<_>>();
    let found = |events: &[Vec<(&str, &str)>]| {
        let fields: Vec<Fields<'_>> = events.iter().map(Vec::as_slice).collect();
        matches(search, &fields)
    };
    assert!(found(&hosts(&["a", "b", "c"])));
    assert!(!found(&hosts(&["a", "b", "b", "a"])));
    // The third host comes in the next five minutes.
    assert!(!found(&hosts(&["a", "b", "a", "a", "a", "c"])));
    assert!(!found(&[of("u", "a"), of("v", "b"), of("u", "c")]));
}

#[test]
fn rows_are_joined_and_transactions_end() {
    let open: Fields<'_> = &[("id", "1"), ("kind", "open")];
    let close: Fields<'_> = &[("id", "1"), ("kind", "close")];
    let other: Fields<'_> = &[("id", "2"), ("kind", "close")];
    let joined = "index=a kind=open | join id [search index=a kind=close | stats count by id]";
    assert!(matches(joined, &[open, close]));
    assert!(!matches(joined, &[open, other]));
    let pair = "index=a | transaction id startswith=(kind=open) endswith=(kind=close) maxspan=5m \
                | where duration < 120";
    assert!(matches(pair, &[open, close]));
    assert!(!matches(pair, &[open, other]));
    assert!(!matches(pair, &[open, other, close]));
    let within = "index=a kind=open [search index=a kind=close | table id]";
    assert!(matches(within, &[close, open]));
    assert!(!matches(within, &[other, open]));
    let without = "index=a kind=open NOT [search index=a kind=close | table id]";
    assert!(!matches(without, &[close, open]));
    assert!(matches(without, &[other, open]));
}

#[test]
fn lists_are_searched_element_by_element() {
    let fields: Fields<'_> = &[("name", "a"), ("name", "b"), ("name", "c")];
    assert!(matches("index=a name=b", &[fields]));
    assert!(matches("index=a | where mvfind(name, \"^b$\") >= 0", &[fields]));
    assert!(!matches("index=a | where isnotnull(mvfind(name, \"^d$\"))", &[fields]));
    assert!(matches("index=a | where mvcount(name) = 3", &[fields]));
    assert!(matches("index=a | where mvindex(name, -1) = \"c\"", &[fields]));
    assert!(matches("index=a | mvexpand name | where name=\"b\"", &[fields]));
}
