//! The golden patterns on events: what they match and what they do not, window edges included.

use rulescope_eval::{Certainty, Datum, Event, run};
use rulescope_ir::{Pattern, normalize};

use crate::golden;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The events of every match; all are certain, and the normal form matches the same events.
fn matches(pattern: &Pattern, events: &[Event]) -> Vec<Vec<usize>> {
    let found = run(pattern, events, None);
    assert!(found.iter().all(|m| m.certainty == Certainty::Certain));
    let normal = run(&normalize(pattern), events, None);
    let flat = |found: &[rulescope_eval::Match]| {
        let mut all: Vec<usize> = found.iter().flat_map(|m| m.events.to_vec()).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    assert_eq!(flat(&found), flat(&normal));
    found.into_iter().map(|m| m.events.to_vec()).collect()
}

fn none(pattern: &Pattern, events: &[Event]) {
    assert_eq!(matches(pattern, events), Vec::<Vec<usize>>::new());
}

#[test]
fn no_event_is_no_match() {
    for golden in golden::all() {
        assert_eq!(run(&golden.pattern, &Vec::<Event>::new(), None), [], "{}", golden.name);
    }
}

#[test]
fn splunk_tstats_threshold() {
    let p = golden::splunk_tstats_threshold();
    let net = |host: &str, process: &str| {
        let event = Event::at(0).of("datamodel", "Endpoint.Processes");
        event.with("process_name", "NET.exe").with("dest", host).with("process", process)
    };
    let three = [net("h", "net user"), net("h", "net group"), net("h", "net user"), net("h", "x")];
    assert_eq!(matches(&p, &three), [[0, 1, 2, 3]]);
    none(&p, &three[..3]);
    none(&p, &[net("h", "a"), net("h", "b"), net("other", "c")]);
    let out_of_scope = Event { scopes: Default::default(), ..net("h", "c") };
    none(&p, &[net("h", "a"), net("h", "b"), out_of_scope]);
}

#[test]
fn splunk_stats_at_the_end() {
    let p = golden::splunk_stats_at_the_end();
    let delete = |user: Option<&str>| {
        let event = Event::at(0)
            .of("datamodel", "Endpoint.Processes")
            .with("process_name", "vssadmin.exe")
            .with("process", "vssadmin DELETE shadows")
            .with("dest", "h");
        if let Some(user) = user { event.with("user", user) } else { event }
    };
    let events = [delete(Some("a")), delete(None), delete(Some("a")), delete(Some("b"))];
    assert_eq!(matches(&p, &events), [vec![0, 2], vec![3]]);
    let found = run(&p, &events, None);
    assert_eq!(found[0].fields["count"], Datum::int(2));
    assert_eq!(run(&normalize(&p), &events, None).len(), 3);
}

#[test]
fn splunk_eventstats() {
    let p = golden::splunk_eventstats();
    let failed = |time: i64, user: &str| {
        Event::at(time)
            .of("macro", "wineventlog_security")
            .with("EventCode", 4625)
            .with("IpAddress", "10.0.0.1")
            .with("TargetUserName", user)
    };
    let quiet = |window: i64| failed(window * 5 * MINUTE, "a");
    // Windows with 1, 1, 1 and 4 users: the usual is 7/4, and 4 is more than twice that.
    let mut events: Vec<Event> = (0..3).map(quiet).collect();
    events.extend(["a", "b", "c", "d"].map(|user| failed(15 * MINUTE, user)));
    assert_eq!(matches(&p, &events), [[3, 4, 5, 6]]);
    // One user less makes 3 and a usual of 3/2: not more than twice.
    none(&p, &events[..6]);
    // The last of the four at the next window's start makes windows of 1, 1, 1, 3 and 1.
    events[6] = failed(20 * MINUTE, "d");
    assert_eq!(matches(&p, &events), [[3, 4, 5]]);
    events[6] = failed(20 * MINUTE - 1, "d");
    assert_eq!(matches(&p, &events), [[3, 4, 5, 6]]);
}

#[test]
fn splunk_transaction() {
    let p = golden::splunk_transaction();
    let of = |time: i64, code: i32, user: &str| {
        Event::at(time)
            .of("macro", "wineventlog_security")
            .with("EventCode", code)
            .with("TargetUserName", user)
    };
    let in_time = [of(0, 4720, "a"), of(MINUTE, 4720, "b"), of(HOUR, 4726, "a")];
    assert_eq!(matches(&p, &in_time), [[0, 2]]);
    let found = run(&p, &in_time, None);
    assert_eq!(found[0].fields["duration"], Datum::int(3600));
    assert_eq!(found[0].fields["eventcount"], Datum::int(2));
    assert_eq!(found[0].fields["EventCode"], Datum::List(vec![Datum::int(4720), Datum::int(4726)]));
    none(&p, &[of(0, 4720, "a"), of(HOUR + 1, 4726, "a")]);
    none(&p, &[of(0, 4720, "a"), of(1, 4726, "b")]);
    none(&p, &[of(0, 4726, "a"), of(1, 4720, "a")]);
    // A second creation starts anew.
    assert_eq!(matches(&p, &[of(0, 4720, "a"), of(1, 4720, "a"), of(2, 4726, "a")]), [[1, 2]]);
}

#[test]
fn eql_sequence() {
    let p = golden::eql_sequence();
    let logon = |time: i64, outcome: &str, ip: &str| {
        Event::at(time)
            .of("event_category", "authentication")
            .with("event.outcome", outcome)
            .with("source.ip", ip)
    };
    let failed = |time: i64| logon(time, "failure", "1");
    let second = |time: i64, ip: &str| {
        let event = Event::at(time).of("event_category", "authentication");
        event.with("event.action", "second_factor").with("client.ip", ip)
    };
    let blocked = |time: i64| {
        let event = Event::at(time).of("event_category", "configuration");
        event.with("event.action", "blocked").with("client.ip", "1")
    };
    let three = || vec![failed(0), failed(1), failed(2)];
    let with = |more: Vec<Event>| three().into_iter().chain(more).collect::<Vec<_>>();

    let at_the_edge = with(vec![logon(10 * MINUTE, "success", "1")]);
    assert_eq!(matches(&p, &at_the_edge), [[0, 1, 2, 3]]);
    none(&p, &with(vec![logon(10 * MINUTE + 1, "success", "1")]));
    none(&p, &with(vec![logon(3, "success", "2")]));
    none(&p, &with(vec![logon(3, "success", "1")])[1..]);
    // The missing step stands between the third failure and the success.
    none(&p, &with(vec![second(3, "1"), logon(4, "success", "1")]));
    assert_eq!(matches(&p, &with(vec![second(3, "2"), logon(4, "success", "1")])).len(), 1);
    assert_eq!(matches(&p, &with(vec![logon(4, "success", "1"), second(5, "1")])).len(), 1);
    let mut before = vec![failed(0), failed(1), second(1, "1"), failed(2)];
    before.push(logon(4, "success", "1"));
    assert_eq!(matches(&p, &before), [[0, 1, 3, 4]]);
    // Until: in between ends it, afterwards does not.
    none(&p, &with(vec![blocked(3), logon(4, "success", "1")]));
    assert_eq!(matches(&p, &with(vec![logon(4, "success", "1"), blocked(5)])).len(), 1);
    // Of four failures the last three are pending.
    assert_eq!(matches(&p, &with(vec![failed(3), logon(4, "success", "1")])), [[1, 2, 3, 4]]);
    // The same record in two files is one event.
    let mut copied = with(vec![logon(4, "success", "1")]);
    copied.remove(2);
    let first = Event { identity: "r1".to_owned(), ..failed(0) };
    copied[0] = first.clone();
    copied.push(first);
    none(&p, &copied);
}

#[test]
fn esql_aggregate_of_aggregate() {
    let p = golden::esql_aggregate_of_aggregate();
    let failed = |user: &str, ip: &str| {
        let event = Event::at(0).of("index", "logs-*").with("event.outcome", "failure");
        event.with("user.name", user).with("source.ip", ip)
    };
    let twice = [failed("a", "1"), failed("a", "1"), failed("a", "2"), failed("a", "2")];
    assert_eq!(matches(&p, &twice), [[0, 1, 2, 3]]);
    none(&p, &twice[..3]);
    none(&p, &[failed("a", "1"), failed("a", "1"), failed("b", "2"), failed("b", "2")]);
}

#[test]
fn kusto_union_summarize_bin() {
    let p = golden::kusto_union_summarize_bin();
    let signin = |time: i64| {
        let event = Event::at(time).of("table", "SigninLogs").with("ResultType", "50126");
        event.with("IPAddress", "1")
    };
    let other = |time: i64, ip: &str| {
        let event = Event::at(time).of("table", "NonInteractiveLogs").with("ResultType", 50126);
        event.with("ClientIP", ip).with("IPAddress", "other")
    };
    let minutes = 10 * MINUTE;
    let both = [signin(minutes), other(minutes, "1"), other(2 * minutes - 1, "1")];
    assert_eq!(matches(&p, &both), [[0, 1, 2]]);
    assert_eq!(run(&p, &both, None)[0].fields["Start"], Datum::int(600));
    none(&p, &[signin(minutes), other(minutes, "1"), other(2 * minutes, "1")]);
    none(&p, &[signin(minutes - 1), other(minutes, "1"), other(minutes, "1")]);
    none(&p, &[signin(minutes), other(minutes, "1"), other(minutes, "2")]);
}

fn json(event: Event, name: &str, text: &str) -> Event {
    let parsed = serde_json::from_str(text).expect("the test's JSON");
    event.with(name, Datum::from_json(&parsed))
}

#[test]
fn kusto_mv_apply() {
    let p = golden::kusto_mv_apply();
    let log = |changes: &str| json(Event::at(0).of("table", "AuditLogs"), "Changes", changes);
    let hit = log(r#"[{"Name":"x"},{"Name":"OWNER","New":"super-admin@corp"}]"#);
    let apart = log(r#"[{"Name":"Owner","New":"guest"},{"Name":"x","New":"admin"}]"#);
    let no_term = log(r#"[{"Name":"Owner","New":"administrator"}]"#);
    let single = log(r#"{"Name":"Owner","New":"admin"}"#);
    let events = [hit, apart, no_term, single, log("[]"), Event::at(0).of("table", "AuditLogs")];
    assert_eq!(matches(&p, &events), [[0], [3]]);
}

#[test]
fn kusto_ago() {
    let p = golden::kusto_ago();
    let signin = |time: i64, app: &str| Event::at(time).of("table", "Signins").with("AppId", app);
    // Days 10 and 13: at the run at the end of day 13 day 10 is forgotten.
    assert_eq!(matches(&p, &[signin(10 * DAY, "a"), signin(13 * DAY, "a")]), [[0], [1]]);
    // Days 10 and 12: known. The last millisecond of a day is that day.
    assert_eq!(matches(&p, &[signin(11 * DAY - 1, "a"), signin(12 * DAY, "a")]), [[0]]);
    // Two on one day are both new, another application is another.
    let day = [signin(10 * DAY, "a"), signin(10 * DAY + HOUR, "a"), signin(11 * DAY, "b")];
    assert_eq!(matches(&p, &day), [[0], [1], [2]]);
    let p = golden::kusto_ago();
    let Pattern::Scheduled { input, .. } = p else { panic!("it is scheduled") };
    let found = run(&input, &day, None);
    assert!(found.iter().all(|m| m.certainty == Certainty::Possible), "now() is unknown");
}

#[test]
fn yaral_count_and_event() {
    let p = golden::yaral_count_and_event();
    let fail = |time: i64, host: &str| {
        let event = Event::at(time).of("event_type", "USER_LOGIN").with("action", "BLOCK");
        event.with("target.user", "u").with("host", host)
    };
    let success = |time: i64, user: &str| {
        let event = Event::at(time).of("event_type", "USER_LOGIN").with("action", "ALLOW");
        event.with("principal.user", user).with("host", "c")
    };
    let hosts = ["a", "a", "a", "a", "b"];
    let five = || hosts.iter().enumerate().map(|(i, h)| fail(i as i64, h)).collect::<Vec<_>>();
    let with = |event: Event| five().into_iter().chain([event]).collect::<Vec<_>>();

    let edge = with(success(10 * MINUTE, "u"));
    assert_eq!(matches(&p, &edge), [[0, 1, 2, 3, 4, 5]]);
    let found = run(&p, &edge, None);
    assert_eq!(found[0].fields["user"], Datum::text("u"));
    assert_eq!(found[0].fields["hosts"], Datum::int(2));
    none(&p, &with(success(10 * MINUTE + 1, "u")));
    none(&p, &with(success(5, "v")));
    none(&p, &with(success(5, "u"))[1..]);
    // In whatever order: the fifth failure completes it.
    let first = [vec![success(0, "u")], five()].concat();
    assert_eq!(matches(&p, &first), [[0, 1, 2, 3, 4, 5]]);
    // One host alone is not enough; the success's own host does not count.
    let mut one_host = five();
    one_host[4] = fail(4, "a");
    one_host.push(success(5, "u"));
    none(&p, &one_host);
}

#[test]
fn mql_any_in_any() {
    let p = golden::mql_any_in_any();
    let message = |attachments: &str| {
        let event = Event::at(0).of("event_type", "message");
        let event = event.with("type.inbound", Datum::Bool(true));
        json(event, "attachments", attachments)
    };
    let hit = message(r#"[{"depth":0},{"depth":1,"exploded":[{"name":"RUN.exe","depth":2}]}]"#);
    let level = message(r#"[{"depth":2,"exploded":[{"name":"run.exe","depth":2}]}]"#);
    let apart = message(
        r#"[{"depth":1,"exploded":[{"name":"run.exe","depth":1},{"name":"x","depth":2}]}]"#,
    );
    let events = [hit.clone(), level, apart, hit.with("type.inbound", Datum::Bool(false))];
    assert_eq!(matches(&p, &events), [[0]]);
}
