//! Patterns of the shapes that real rules have, lowered by hand: what the IR must be able to hold.
//!
//! Each states its meaning. The IR's tests look at its texts and its normal form; the evaluator's
//! tests run it on events.

use rulescope_ir::{
    Aggregate, AggregateFn, Assignment, Duration, Expr, Field, Frame, Function, JoinKey, JoinKind,
    Key, Literal, Occurrence, Op, Pattern, Predicate, Quantifier, Scalar, Scope, Span, Step,
    Subject, Value, Variable, Window, WindowFn, WindowFunction,
};

/// A pattern with a name for its files.
pub(crate) struct Golden {
    pub(crate) name: &'static str,
    pub(crate) pattern: Pattern,
}

/// All of them.
pub(crate) fn all() -> Vec<Golden> {
    let golden = |name, pattern| Golden { name, pattern };
    vec![
        golden("splunk_tstats_threshold", splunk_tstats_threshold()),
        golden("splunk_stats_at_the_end", splunk_stats_at_the_end()),
        golden("splunk_eventstats", splunk_eventstats()),
        golden("splunk_transaction", splunk_transaction()),
        golden("eql_sequence", eql_sequence()),
        golden("esql_aggregate_of_aggregate", esql_aggregate_of_aggregate()),
        golden("kusto_union_summarize_bin", kusto_union_summarize_bin()),
        golden("kusto_mv_apply", kusto_mv_apply()),
        golden("kusto_ago", kusto_ago()),
        golden("yaral_count_and_event", yaral_count_and_event()),
        golden("mql_any_in_any", mql_any_in_any()),
    ]
}

fn test(subject: Subject, op: Op, values: Vec<Literal>) -> Expr {
    Expr::Predicate(Predicate::new(subject, op, values))
}

fn field(name: &str, op: Op, values: Vec<Literal>) -> Expr {
    test(Subject::Field(Field::new(name)), op, values)
}

fn text(name: &str, op: Op, values: &[&str]) -> Expr {
    field(name, op, values.iter().map(|v| Literal::text(*v)).collect())
}

fn number(name: &str, op: Op, n: i128) -> Expr {
    field(name, op, vec![Literal::number(n)])
}

fn computed(value: Value) -> Literal {
    Literal::new(Scalar::Value(Box::new(value)), Span::NONE)
}

fn integer(n: i128) -> Value {
    Value::Literal(Literal::number(n))
}

fn aggregate(
    input: Pattern,
    keys: Vec<Key>,
    aggregates: Vec<Aggregate>,
    window: Window,
) -> Pattern {
    Pattern::Aggregate { input: Box::new(input), keys, aggregates, window }
}

fn step(pattern: Pattern, by: &str) -> Step {
    Step { pattern, by: vec![Value::field(by)], runs: 1, missing: false }
}

/// `tstats count … where process_name in (…) by dest, process`, then `stats dc(process) as kinds by
/// dest`, then `where kinds >= 3`.
///
/// A host on which three or more different command lines of `net.exe` or `net1.exe` ran, in the
/// whole time searched. A process without a host or a command line does not count.
pub(crate) fn splunk_tstats_threshold() -> Pattern {
    let net = Pattern::events(Scope::of("datamodel", "Endpoint.Processes")).filter(text(
        "process_name",
        Op::Eq,
        &["net.exe", "net1.exe"],
    ));
    let counted = aggregate(
        net,
        vec![Key::field("dest"), Key::field("process")],
        vec![Aggregate::count("count")],
        Window::Whole,
    );
    let kinds = aggregate(
        counted,
        vec![Key::field("dest")],
        vec![Aggregate::of("kinds", AggregateFn::CountDistinct, "process")],
        Window::Whole,
    );
    kinds.filter(number("kinds", Op::Ge, 3))
}

/// `tstats count min(_time) … where process_name="vssadmin.exe" process="*delete*" by dest, user`.
///
/// The form in which most Splunk searches end. Nothing reads the count: every such process with a
/// host and a user is a match by itself, and the normal form is a filter over events.
pub(crate) fn splunk_stats_at_the_end() -> Pattern {
    let process =
        Pattern::events(Scope::of("datamodel", "Endpoint.Processes")).filter(Expr::All(vec![
            text("process_name", Op::Eq, &["vssadmin.exe"]),
            text("process", Op::Contains, &["delete"]),
        ]));
    let first = Aggregate {
        name: "firstTime".to_owned(),
        function: AggregateFn::Min,
        argument: Some(Value::call(Function::Time, Vec::new())),
        filter: None,
    };
    aggregate(
        process,
        vec![Key::field("dest"), Key::field("user")],
        vec![Aggregate::count("count"), first],
        Window::Whole,
    )
}

/// `EventCode=4625 | bin _time span=5m | stats dc(TargetUserName) as users by _time, IpAddress |
/// eventstats avg(users) as usual by IpAddress | where users >= 3 and users > 2 * usual`.
///
/// Five minutes (from multiples of five minutes) in which an address failed to log on as three or
/// more users, more than twice as many as it does on the average of its own five minutes.
pub(crate) fn splunk_eventstats() -> Pattern {
    let failed = Pattern::events(Scope::of("macro", "wineventlog_security")).filter(number(
        "EventCode",
        Op::Eq,
        4625,
    ));
    let users = aggregate(
        failed,
        vec![Key::field("IpAddress")],
        vec![Aggregate::of("users", AggregateFn::CountDistinct, "TargetUserName")],
        Window::Tumbling { size: Duration::minutes(5) },
    );
    let usual = Pattern::Windowed {
        input: Box::new(users),
        keys: vec![Key::field("IpAddress")],
        functions: vec![WindowFunction {
            name: "usual".to_owned(),
            function: WindowFn::Aggregate(AggregateFn::Average),
            argument: Some(Value::field("users")),
            frame: Frame::Partition,
        }],
        order: Vec::new(),
    };
    let twice = Value::call(Function::Multiply, vec![integer(2), Value::field("usual")]);
    usual.filter(Expr::All(vec![
        number("users", Op::Ge, 3),
        field("users", Op::Gt, vec![computed(twice)]),
    ]))
}

/// `EventCode in (4720, 4726) | transaction TargetUserName startswith=(EventCode=4720)
/// endswith=(EventCode=4726) maxspan=1h`.
///
/// An account that is created and deleted within an hour, the hour included. A creation without a
/// deletion in time is no match.
pub(crate) fn splunk_transaction() -> Pattern {
    let input = Pattern::events(Scope::of("macro", "wineventlog_security")).filter(field(
        "EventCode",
        Op::Eq,
        vec![Literal::number(4720), Literal::number(4726)],
    ));
    Pattern::Transaction {
        input: Box::new(input),
        keys: vec![Key::field("TargetUserName")],
        start: Some(Box::new(number("EventCode", Op::Eq, 4720))),
        end: Some(Box::new(number("EventCode", Op::Eq, 4726))),
        max_span: Some(Duration::hours(1)),
        max_pause: None,
        keep_unfinished: false,
    }
}

/// `sequence with maxspan=10m [logon failed] by source.ip with runs=3 ![second factor] by client.ip
/// [logon succeeded] by source.ip until [address blocked] by client.ip`.
///
/// Three failed logons from an address, then a successful one from it, all within ten minutes (ten
/// minutes after the first included), without a second factor from the address between the last
/// failure and the success, and without the address being blocked in between.
pub(crate) fn eql_sequence() -> Pattern {
    let of = |category: &str, expr: Expr| {
        Pattern::events(Scope::of("event_category", category)).filter(expr)
    };
    let failed = of("authentication", text("event.outcome", Op::Eq, &["failure"]));
    let second = of("authentication", text("event.action", Op::Eq, &["second_factor"]));
    let success = of(
        "authentication",
        Expr::All(vec![
            text("event.outcome", Op::Eq, &["success"]),
            Expr::not(text("event.action", Op::Eq, &["second_factor"])),
        ]),
    );
    let blocked = of("configuration", text("event.action", Op::Eq, &["blocked"]));
    Pattern::Sequence {
        steps: vec![
            Step { runs: 3, ..step(failed, "source.ip") },
            Step { missing: true, ..step(second, "client.ip") },
            step(success, "source.ip"),
        ],
        max_span: Some(Duration::minutes(10)),
        until: Some(Box::new(step(blocked, "client.ip"))),
        ordered: true,
    }
}

/// `FROM logs-* | WHERE event.outcome == "failure" | STATS attempts = COUNT(*) BY user.name,
/// source.ip | WHERE attempts >= 2 | STATS sources = COUNT_DISTINCT(source.ip) BY user.name | WHERE
/// sources >= 2`.
///
/// A user at whose account two or more addresses failed twice or more each.
pub(crate) fn esql_aggregate_of_aggregate() -> Pattern {
    let failed = Pattern::events(Scope::of("index", "logs-*")).filter(text(
        "event.outcome",
        Op::Eq,
        &["failure"],
    ));
    let attempts = aggregate(
        failed,
        vec![Key::field("user.name"), Key::field("source.ip")],
        vec![Aggregate::count("attempts")],
        Window::Whole,
    )
    .filter(number("attempts", Op::Ge, 2));
    aggregate(
        attempts,
        vec![Key::field("user.name")],
        vec![Aggregate::of("sources", AggregateFn::CountDistinct, "source.ip")],
        Window::Whole,
    )
    .filter(number("sources", Op::Ge, 2))
}

/// `union SigninLogs, (NonInteractiveLogs | extend IPAddress = ClientIP) | where ResultType ==
/// 50126 | summarize Tries = count() by IPAddress, Start = bin(TimeGenerated, 10m) | where Tries >= 3`.
///
/// Ten minutes (from multiples of ten minutes) in which an address failed three times or more, in
/// both tables together. The second table has another name for the address.
pub(crate) fn kusto_union_summarize_bin() -> Pattern {
    let other = Pattern::Extend {
        input: Box::new(Pattern::events(Scope::of("table", "NonInteractiveLogs"))),
        assignments: vec![Assignment {
            name: "IPAddress".to_owned(),
            value: Value::field("ClientIP"),
        }],
    };
    let both =
        Pattern::Union { sides: vec![Pattern::events(Scope::of("table", "SigninLogs")), other] };
    let time = Value::call(Function::Time, Vec::new());
    let start = Value::call(Function::Bin, vec![time, integer(600)]);
    aggregate(
        both.filter(number("ResultType", Op::Eq, 50126)),
        vec![
            Key::field("IPAddress"),
            Key { name: "Start".to_owned(), value: start, keep_missing: false },
        ],
        vec![Aggregate::count("Tries")],
        Window::Whole,
    )
    .filter(number("Tries", Op::Ge, 3))
}

/// `AuditLogs | mv-apply Change = Changes on (where Change.Name =~ "Owner" and Change.New has
/// "admin" | project Change)`.
///
/// A change of one and the same property: its name is `Owner` and its new value has the term
/// `admin`. Two properties that pass one test each are no match.
pub(crate) fn kusto_mv_apply() -> Pattern {
    let expanded = Pattern::Expand {
        input: Box::new(Pattern::events(Scope::of("table", "AuditLogs"))),
        list: Value::field("Changes"),
        name: "Change".to_owned(),
    };
    expanded.filter(Expr::All(vec![
        text("Change.Name", Op::Eq, &["owner"]),
        text("Change.New", Op::Term, &["admin"]),
    ]))
}

/// `let Known = Signins | where TimeGenerated between (ago(3d) .. ago(1d)); Signins | where
/// TimeGenerated >= ago(1d) | join kind=leftanti Known on AppId`, run every day over three days.
///
/// A sign-in to an application that nobody signed in to in the two days before the day of the run.
/// `ago` counts back from the end of each run, so that a day's start is `now() - 1d`, itself included.
pub(crate) fn kusto_ago() -> Pattern {
    let signins = || Pattern::events(Scope::of("table", "Signins"));
    let since = |op: Op| {
        let now = Value::call(Function::Now, Vec::new());
        let day_ago = Value::call(Function::Subtract, vec![now, integer(86_400)]);
        let time = Subject::Value(Value::call(Function::Time, Vec::new()));
        test(time, op, vec![computed(day_ago)])
    };
    Pattern::Scheduled {
        input: Box::new(Pattern::Join {
            left: Box::new(signins().filter(since(Op::Ge))),
            right: Box::new(signins().filter(since(Op::Lt))),
            kind: JoinKind::LeftAnti,
            on: vec![(Value::field("AppId"), Value::field("AppId"))],
            within: None,
        }),
        every: Duration::days(1),
        lookback: Duration::days(3),
    }
}

/// `events: $fail … $success …, both of $user; match: $user over 10m; outcome: $hosts =
/// count_distinct($fail.host); condition: #fail > 4 and $success and $hosts > 1`.
///
/// Within ten minutes, both ends included, a user has more than four failed logons, on more than one
/// host, and a successful one, in whatever order.
pub(crate) fn yaral_count_and_event() -> Pattern {
    let login = |action: &str| {
        Pattern::events(Scope::of("event_type", "USER_LOGIN")).filter(text(
            "action",
            Op::Eq,
            &[action],
        ))
    };
    let variable = |name: &str, pattern| Variable { name: name.to_owned(), pattern };
    let user = [("fail", "target.user"), ("success", "principal.user")];
    let at_least =
        |variable: &str, count| Occurrence::AtLeast { variable: variable.to_owned(), count };
    Pattern::Temporal {
        variables: vec![variable("fail", login("BLOCK")), variable("success", login("ALLOW"))],
        join: vec![JoinKey {
            name: "user".to_owned(),
            values: user.map(|(v, f)| (v.to_owned(), Value::field(f))).into(),
        }],
        within: Duration::minutes(10),
        ordered: false,
        condition: Occurrence::All(vec![
            at_least("fail", 5),
            at_least("success", 1),
            Occurrence::Truth(number("hosts", Op::Gt, 1)),
        ]),
        aggregates: vec![Aggregate::of("hosts", AggregateFn::CountDistinct, "fail.host")],
    }
}

/// `type.inbound and any(attachments, any(file.explode(.), .name == "run.exe" and .depth > ..depth))`.
///
/// An inbound message with an attachment that holds, deeper than the attachment itself, a file
/// `run.exe`.
pub(crate) fn mql_any_in_any() -> Pattern {
    let deeper = Literal::new(Scalar::Field(Field::new("outer.depth")), Span::NONE);
    let inner = Expr::Each {
        quantifier: Quantifier::Any,
        list: Value::field("outer.exploded"),
        variable: "inner".to_owned(),
        expr: Box::new(Expr::All(vec![
            text("inner.name", Op::Eq, &["run.exe"]),
            field("inner.depth", Op::Gt, vec![deeper]),
        ])),
    };
    let outer = Expr::Each {
        quantifier: Quantifier::Any,
        list: Value::field("attachments"),
        variable: "outer".to_owned(),
        expr: Box::new(inner),
    };
    Pattern::events(Scope::of("event_type", "message"))
        .filter(Expr::All(vec![field("type.inbound", Op::Eq, vec![yes()]), outer]))
}

fn yes() -> Literal {
    Literal::new(Scalar::Bool(true), Span::NONE)
}
