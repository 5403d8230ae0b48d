//! Renamed rules, as text: what each way of a field to differ comes to.

use rulescope_ir::{
    Aggregate, AggregateFn, Assignment, Effect, Expr, Fidelity, Field, Key, Literal, Logic, Op,
    Pattern, Predicate, Scope, Subject, Value, Window, print,
};

use super::rename;

fn logic(pattern: Pattern) -> Logic {
    Logic {
        stages: Vec::new(),
        pattern,
        fidelity: Fidelity::Exact,
        losses: Vec::new(),
        diagnostics: Vec::new(),
        literals: Vec::new(),
        presentation: Vec::new(),
        thresholds: Vec::new(),
    }
}

fn test(field: &str, op: Op, values: &[&str]) -> Predicate {
    let values = values.iter().map(|v| Literal::text(*v)).collect();
    Predicate::new(Subject::Field(Field::new(field)), op, values)
}

/// The renamed condition of a filter over a scope, without what stands around it, and the losses.
fn renamed(vendor: &str, kind: &str, term: &str, expr: Expr) -> (String, Vec<Effect>) {
    let mut logic = logic(Pattern::events(Scope::of(kind, term)).filter(expr));
    rename(&mut logic, vendor);
    let effects = logic.losses.iter().map(|loss| loss.effect).collect();
    (text(&logic.pattern), effects)
}

fn text(pattern: &Pattern) -> String {
    print::pattern(pattern).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_name_is_the_end_of_a_path() {
    let is = test("Processes.process_name", Op::Eq, &["cmd.exe", "ps.exe"]);
    let (text, losses) =
        renamed("splunk", "datamodel", "Endpoint.Processes", Expr::Predicate(is.clone()));
    assert_eq!(
        text,
        "(filter (any Image ends_with any of \"\\\\cmd.exe\" \"\\\\ps.exe\" Image eq any of \"cmd.exe\" \
         \"ps.exe\") (events datamodel=Endpoint.Processes))"
    );
    assert!(losses.is_empty());
    let (text, _) =
        renamed("splunk", "datamodel", "Endpoint.Processes", Expr::Predicate(is.inverted()));
    assert!(text.starts_with("(filter (all Image not ends_with any of"), "{text}");
}

#[test]
fn what_has_no_test_of_the_path_is_computed() {
    let begins = test("process.name", Op::StartsWith, &["cmd"]);
    let (text, _) = renamed("elastic", "event_category", "process", Expr::Predicate(begins));
    assert_eq!(
        text,
        "(filter basename(Image) starts_with \"cmd\" (events event_category=process))"
    );
}

#[test]
fn halves_of_the_registry_are_tests_of_the_whole() {
    let value = Expr::Predicate(test("RegistryValueName", Op::Eq, &["Debugger"]));
    let key = Expr::Predicate(test("RegistryKey", Op::Eq, &["HKLM\\A"]));
    let both = Expr::All(vec![key.clone(), value]);
    let (text, losses) = renamed("kusto", "table", "DeviceRegistryEvents", both);
    assert_eq!(
        text,
        "(filter (all (any TargetObject starts_with \"HKLM\\\\A\\\\\" TargetObject eq \"HKLM\\\\A\") \
         TargetObject ends_with \"\\\\Debugger\") (events table=DeviceRegistryEvents))"
    );
    assert_eq!(losses, [Effect::More]);
    let (_, losses) = renamed("kusto", "table", "DeviceRegistryEvents", Expr::not(key));
    assert_eq!(losses, [Effect::Less]);
}

#[test]
fn the_name_of_a_key_alone_is_a_part_of_the_path() {
    let name = Expr::Predicate(test("registry_key_name", Op::Eq, &["Debugger"]));
    let (text, losses) = renamed("splunk", "datamodel", "Endpoint.Registry", name);
    assert!(text.contains("TargetObject ends_with \"\\\\Debugger\""), "{text}");
    assert_eq!(losses, [Effect::More]);
}

#[test]
fn words_are_the_events_values() {
    let logon = test("winlog.logon.type", Op::Eq, &["Network", "RemoteInteractive", "Odd"]);
    let (text, _) = renamed("elastic", "index", "winlogbeat-*", Expr::Predicate(logon));
    assert_eq!(
        text,
        "(filter (any LogonType eq any of \"3\" \"10\" $\"ecs:winlog.logon.type\" eq \"Odd\") (events \
         index=$\"winlogbeat-*\"))"
    );
}

#[test]
fn event_ids_say_whose_account_it_is() {
    let id = Expr::Predicate(test("EventID", Op::Eq, &["4624"]));
    let account = Expr::Predicate(test("Account", Op::Eq, &["D\\bob"]));
    let (text, _) =
        renamed("kusto", "table", "SecurityEvent", Expr::All(vec![id, account.clone()]));
    assert!(text.contains("TargetDomainName eq \"D\" TargetUserName eq \"bob\""), "{text}");
    let (text, _) = renamed("kusto", "table", "SecurityEvent", account);
    assert!(text.contains("SubjectUserName eq \"bob\""), "{text}");
}

#[test]
fn a_rules_own_names_stay() {
    let pattern = Pattern::Extend {
        input: Box::new(Pattern::events(Scope::of("table", "DeviceProcessEvents"))),
        assignments: vec![Assignment {
            name: "FileName".to_owned(),
            value: Value::field("ProcessCommandLine"),
        }],
    };
    let pattern = Pattern::Aggregate {
        input: Box::new(pattern.filter(Expr::Predicate(test("FileName", Op::Eq, &["x"])))),
        keys: vec![Key::field("DeviceName")],
        aggregates: vec![Aggregate::of("n", AggregateFn::CountDistinct, "FolderPath")],
        window: Window::Whole,
    };
    let mut logic = logic(pattern.filter(Expr::Predicate(test("DeviceName", Op::Eq, &["h"]))));
    rename(&mut logic, "kusto");
    let text = text(&logic.pattern);
    assert!(text.contains("FileName eq \"x\""), "{text}");
    assert!(text.contains("Image") && text.contains("Computer"), "{text}");
    // The key is called as its field is now, and so is what is read above it.
    assert!(text.starts_with("(filter Computer eq \"h\""), "{text}");
    let Pattern::Filter { input, .. } = &logic.pattern else { panic!("a filter stays one") };
    let Pattern::Aggregate { keys, .. } = &**input else { panic!("a group stays one") };
    assert_eq!(keys[0].name, "Computer");
}

#[test]
fn names_without_a_counterpart_have_their_scheme_before_them() {
    let agent = Expr::Predicate(test("agent.id", Op::Eq, &["a"]));
    let (text, losses) = renamed("elastic", "index", "winlogbeat-*", agent);
    assert!(text.contains("$\"ecs:agent.id\" eq \"a\""), "{text}");
    assert!(losses.is_empty());
}

fn is(field: &str, values: &[&str]) -> Expr {
    Expr::Predicate(test(field, Op::Eq, values))
}

#[test]
fn what_only_selects_events_becomes_the_scope() {
    let all = Expr::All(vec![
        is("event.category", &["process"]),
        Expr::All(vec![is("event.type", &["start"]), is("host.os.type", &["windows"])]),
        is("agent.id", &["a"]),
    ]);
    let (text, _) = renamed("elastic", "index", "winlogbeat-*", all);
    assert_eq!(
        text,
        "(filter $\"ecs:agent.id\" eq \"a\" (events event_category=process event_type=start \
         host_os=windows index=$\"winlogbeat-*\"))"
    );
    let (text, _) = renamed("elastic", "index", "winlogbeat-*", is("event.action", &["logged-in"]));
    assert_eq!(text, "(events event_action=logged-in index=$\"winlogbeat-*\")");
}

#[test]
fn what_says_nothing_of_windows_stays_a_test() {
    // Another product's words, a test turned round, one that passes where the field is absent.
    let trail = is("event.action", &["DeleteTrail"]);
    let (text, _) = renamed("elastic", "index", "logs-aws.cloudtrail-*", trail.clone());
    assert!(text.contains("$\"ecs:event.action\" eq \"DeleteTrail\""), "{text}");
    let alert = Expr::All(vec![is("event.kind", &["alert"]), is("process.name", &["x"])]);
    let (text, _) = renamed("elastic", "index", "logs-endpoint.alerts-*", alert.clone());
    assert!(text.contains("ecs:process.name"), "{text}");
    let (text, _) = renamed("elastic", "index", "winlogbeat-*", alert);
    assert!(text.contains("ecs:process.name") && text.contains("event_kind=alert"), "{text}");
    let start = is("event.type", &["start"]);
    let linux = Expr::All(vec![is("host.os.type", &["linux"]), start, is("process.name", &["x"])]);
    let (text, _) = renamed("elastic", "index", "logs-endpoint.events.process*", linux);
    assert!(
        text.contains("ecs:process.name\" eq \"x\"") && text.contains("host_os=linux"),
        "{text}"
    );
    assert!(text.contains("ecs:event.type"), "{text}");
}

#[test]
fn deeper_in_a_condition_it_is_the_events_ids() {
    let either = Expr::Any(vec![
        Expr::All(vec![is("event.action", &["logged-in"]), is("agent.id", &["a"])]),
        is("event.action", &["logon-failed"]),
    ]);
    let (text, _) = renamed("elastic", "index", "winlogbeat-*", either);
    let auditing = "Provider_Name eq \"Microsoft-Windows-Security-Auditing\"";
    assert_eq!(
        text,
        format!(
            "(filter (any (all (all {auditing} EventID eq 4624) $\"ecs:agent.id\" eq \"a\") (all \
             {auditing} EventID eq 4625)) (events index=$\"winlogbeat-*\"))"
        )
    );
    let not = Expr::Not(Box::new(is("event.action", &["logged-in"])));
    let (text, _) = renamed("elastic", "index", "winlogbeat-*", not);
    assert!(text.starts_with("(filter (not (all Provider_Name eq"), "{text}");
}

#[test]
fn which_way_a_connection_went_is_a_test() {
    let of = |values: &[&str]| {
        renamed("elastic", "event_category", "network", is("event.action", values)).0
    };
    let text = of(&["connection_attempted"]);
    assert!(text.starts_with("(filter Initiated eq \"true\""), "{text}");
    assert!(text.contains("event_action=connection_attempted"), "{text}");
    let text = of(&["connection_accepted"]);
    assert!(text.contains("Initiated eq \"false\"") && text.contains("%%14592"), "{text}");
    // Both ways, and an action that says nothing of it.
    for values in [
        ["connection_attempted", "connection_accepted"],
        ["connection_attempted", "disconnect_received"],
    ] {
        assert!(!of(&values).contains("Initiated"), "{}", of(&values));
    }
    let either = Expr::Any(vec![
        is("event.action", &["connection_attempted", "lookup_requested"]),
        is("agent.id", &["a"]),
    ]);
    let (text, losses) = renamed("elastic", "event_category", "network", either);
    assert!(text.contains("EventID eq 3) Initiated eq \"true\""), "{text}");
    assert!(text.contains("EventID eq 22)") && losses.is_empty(), "{text}");
}

#[test]
fn fields_of_another_product_are_others() {
    let operation = Expr::Predicate(test("Operation", Op::Eq, &["Delete"]));
    let (text, _) = renamed("splunk", "macro", "o365_management_activity", operation.clone());
    assert!(text.contains("$\"splunk:Operation\" eq"), "{text}");
    let (text, _) = renamed("splunk", "source", "XmlWinEventLog:Security", operation);
    assert!(text.contains("filter Operation eq"), "{text}");
}

#[test]
fn sigmas_names_are_renamed_as_ever() {
    let created = Expr::Predicate(test("NewProcessName", Op::EndsWith, &["\\x.exe"]));
    let (text, _) = renamed("sigma", "category", "process_creation", created);
    assert!(text.starts_with("(filter Image ends_with"), "{text}");
}

#[test]
fn what_an_add_on_always_writes_is_there_and_says_nothing_more() {
    let there = Expr::Predicate(test("signature", Op::Exists, &[]));
    let (text, losses) = renamed("splunk", "macro", "sysmon", there);
    assert_eq!(text, "(filter EventID exists (events macro=sysmon))");
    assert!(losses.is_empty());
    let is = Expr::Predicate(test("signature", Op::Eq, &["Process creation"]));
    let (text, _) = renamed("splunk", "macro", "sysmon", is);
    assert!(text.contains("splunk:signature"), "{text}");
}

#[test]
fn the_beginning_of_an_argument_lies_at_a_cut() {
    let begins = Expr::Predicate(test("process.args", Op::StartsWith, &["ver"]));
    let (text, losses) = renamed("elastic", "event_category", "process", begins);
    assert_eq!(
        text,
        "(filter (any CommandLine starts_with \"ver\" CommandLine match any of \" ver\" \"\\\"ver\") \
         (events event_category=process))"
    );
    assert_eq!(losses, [Effect::More]);
}
