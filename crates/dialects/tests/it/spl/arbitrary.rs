//! Generators: searches of every command, as the parser gives them, without places.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use rulescope_dialects::spl::ast::{
    Aggregate, Argument, ArithmeticOp, Assignment, Bin, Boundary, Branches, By, Chart, Command,
    Comparison, Conversion, DataSource, Dedup, Expr, ExprKind, FieldsMode, Foreach, Join, Literal,
    LogicOp, Lookup, LookupPair, Multivalue, Opt, OptValue, OutputMode, Pipeline, Quote, Renaming,
    Rex, SearchExpr, Segment, Slice, SortKey, Spath, StatsKind, Step, Tally, Text, Transaction,
    Tstats,
};
use rulescope_dialects::spl::ast::{Arg, MacroCall};
use rulescope_ir::Span;

const NONE: Span = Span::NONE;

fn single(raw: &str) -> Text {
    Text { raw: raw.to_owned(), quote: Quote::Single, span: NONE }
}

/// A text in double quotes, with whatever its escapes allow.
fn quoted() -> impl Strategy<Value = Text> {
    let piece = select(
        &["a", " ", "*", "\\\\", "\\\"", "\\d", "|", "[", "(", ")", "]", "`", ",", "=", "'", "é"][..],
    );
    vec(piece, 0..5).prop_map(|pieces| Text::quoted(pieces.concat()))
}

/// The name of a field.
fn name() -> impl Strategy<Value = Text> {
    let words = ["src", "Processes.dest", "a{}.b", "x/y-z", "_time", "a*", "it's", "<<FIELD>>_n"];
    prop_oneof![
        6 => select(words.to_vec()).prop_map(Text::word),
        1 => select(&["a b", "x.y z{}"][..]).prop_map(Text::quoted),
        1 => select(&["a b", "x.y"][..]).prop_map(single),
    ]
}

/// A value after a comparison sign.
fn value() -> impl Strategy<Value = Text> {
    let words = [
        "cmd.exe",
        "*\\\\x*",
        "4624",
        "::1",
        "*?id=1*",
        "=x",
        ">x",
        "%%14674",
        "-1h@h",
        "*\"a b\"*",
        "$t$",
        "don't",
        "\\\"q\\\"",
        "C:\\Windows\\",
        "!x",
    ];
    prop_oneof![3 => select(words.to_vec()).prop_map(Text::word), 2 => quoted()]
}

fn macro_call() -> impl Strategy<Value = MacroCall> {
    select(&["m", "m(a,\"b c\")", "rule_filter"][..])
        .prop_map(|text| MacroCall { text: text.to_owned(), span: NONE })
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        8 => value().prop_map(Literal::Text),
        1 => macro_call().prop_map(Literal::Macro),
    ]
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::{Eq, Ge, Gt, Le, Lt, Ne, Same};
    select(&[Eq, Same, Ne, Lt, Le, Gt, Ge][..])
}

/// A search expression; subsearches hold `inner`.
pub(crate) fn search(inner: BoxedStrategy<Pipeline>) -> impl Strategy<Value = SearchExpr> {
    let segments = [Segment::Term, Segment::Case, Segment::Prefix];
    let keywords = ["error", "*evil*", "4624", "*a::b", "x/y", "AN", "notable", "by", "::b"];
    let word = prop_oneof![3 => select(keywords.to_vec()).prop_map(Text::word), 1 => quoted()];
    let leaf = prop_oneof![
        6 => (name(), comparison(), literal()).prop_map(|(field, op, value)| {
            SearchExpr::Compare { field, op, value, span: NONE }
        }),
        2 => (name(), vec(literal(), 1..4)).prop_map(|(field, values)| {
            SearchExpr::In { field, values, span: NONE }
        }),
        2 => word.prop_map(SearchExpr::Keyword),
        1 => (select(segments.to_vec()), select(&["a.b=1", "x y"][..])).prop_map(|(kind, word)| {
            SearchExpr::Segment { kind, text: Text::word(word), span: NONE }
        }),
        1 => select(&["web1", "a*"][..]).prop_map(|value| SearchExpr::Compare {
            field: Text::word("host"),
            op: Comparison::Indexed,
            value: Literal::Text(Text::word(value)),
            span: NONE,
        }),
        1 => macro_call().prop_map(SearchExpr::Macro),
        1 => inner.prop_map(SearchExpr::Subsearch),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(SearchExpr::And),
            vec(inner.clone(), 2..4).prop_map(SearchExpr::Or),
            inner.prop_map(|e| SearchExpr::Not(Box::new(e))),
        ]
    })
}

fn expr_of(kind: ExprKind) -> Expr {
    Expr { kind, span: NONE }
}

/// An expression.
pub(crate) fn expr() -> impl Strategy<Value = Expr> {
    let fields = ["x", "true", "a_1", "<<FIELD>>", "b{}", "5min"];
    let leaf = prop_oneof![
        2 => select(&["0", "4688", "0.5", "1e-3"][..])
            .prop_map(|n| ExprKind::Number(n.to_owned())),
        2 => quoted().prop_map(ExprKind::Text),
        3 => select(fields.to_vec()).prop_map(|f| ExprKind::Field(Text::word(f))),
        1 => select(&["a b", "x.y{}"][..]).prop_map(|f| ExprKind::Field(single(f))),
        1 => macro_call().prop_map(ExprKind::Macro),
    ]
    .prop_map(expr_of);
    leaf.prop_recursive(4, 24, 3, |inner| {
        use ArithmeticOp::{Add, Concat, Divide, Modulo, Multiply, Subtract};
        let calls = select(&["if", "like", "in", "case", "null", "cidrmatch", "xor"][..]);
        let boxed = inner.clone().prop_map(Box::new);
        let sums = vec((select(&[Add, Subtract, Concat][..]), inner.clone()), 1..3);
        let products = vec((select(&[Multiply, Divide, Modulo][..]), inner.clone()), 1..3);
        let logic = select(&[LogicOp::And, LogicOp::Or, LogicOp::Xor][..]);
        let compared = prop_oneof![5 => comparison(), 1 => Just(Comparison::Like)];
        prop_oneof![
            (calls, vec(inner.clone(), 0..4))
                .prop_map(|(f, args)| ExprKind::Call { function: Text::word(f), args }),
            (logic, vec(inner.clone(), 2..4)).prop_map(|(op, of)| ExprKind::Logic { op, of }),
            boxed.clone().prop_map(ExprKind::Not),
            boxed.clone().prop_map(ExprKind::Negative),
            (compared, boxed.clone(), boxed.clone())
                .prop_map(|(op, left, right)| ExprKind::Compare { op, left, right }),
            (boxed.clone(), vec(inner, 1..4))
                .prop_map(|(subject, values)| ExprKind::In { subject, values }),
            (boxed.clone(), prop_oneof![sums, products])
                .prop_map(|(first, rest)| ExprKind::Arithmetic { first, rest }),
        ]
        .prop_map(expr_of)
    })
}

fn opts() -> impl Strategy<Value = Vec<Opt>> {
    let value = prop_oneof![
        4 => value().prop_map(OptValue::Text),
        1 => macro_call().prop_map(OptValue::Macro),
        1 => vec(name().prop_map(Arg::Text), 1..3).prop_map(OptValue::Group),
    ];
    let one = (select(&["span", "Max", "keep_x"][..]), value).prop_map(|(name, value)| Opt {
        name: Text::word(name),
        value,
        span: NONE,
    });
    vec(one, 0..3)
}

fn aggregate() -> impl Strategy<Value = Aggregate> {
    let argument = prop_oneof![
        4 => name().prop_map(Argument::Field),
        2 => expr().prop_map(Argument::Eval),
        1 => vec(name().prop_map(Arg::Text), 2..3).prop_map(Argument::Other),
    ];
    (select(&["count", "dc", "perc95", "values"][..]), of(argument), of(name())).prop_map(
        |(function, argument, alias)| Aggregate {
            function: Text::word(function),
            argument,
            alias,
            span: NONE,
        },
    )
}

fn by() -> impl Strategy<Value = Option<By>> {
    of((names(1), opts()).prop_map(|(fields, options)| By { fields, options, span: NONE }))
}

fn names(least: usize) -> impl Strategy<Value = Vec<Text>> {
    vec(name(), least..4)
}

fn pairs() -> impl Strategy<Value = Vec<LookupPair>> {
    vec((name(), of(name())).prop_map(|(table, event)| LookupPair { table, event }), 0..3)
}

fn count() -> impl Strategy<Value = Option<Text>> {
    of(select(&["0", "10"][..]).prop_map(Text::word))
}

fn sort_keys() -> impl Strategy<Value = Vec<SortKey>> {
    let order = of(select(&["num", "ip"][..]).prop_map(Text::word));
    let key = (any::<bool>(), order, name()).prop_map(|(descending, order, field)| SortKey {
        descending,
        order,
        field,
    });
    vec(key, 1..3)
}

fn data_source() -> impl Strategy<Value = DataSource> {
    (of(Just(Text::word("datamodel"))), select(&["Web.Web", "Endpoint"][..]))
        .prop_map(|(kind, name)| DataSource { kind, name: Text::word(name), rest: Vec::new() })
}

/// A command without subsearches and the name that it goes by.
fn plain() -> impl Strategy<Value = (&'static str, Command)> {
    prop_oneof![
        expr().prop_map(|e| ("where", Command::Where(e))),
        vec((name(), expr()), 1..3).prop_map(|of| {
            let set = |(field, value)| Assignment { field, value, span: NONE };
            ("eval", Command::Eval(of.into_iter().map(set).collect()))
        }),
        statistics(),
        fields(),
        rows(),
        (opts(), name(), pairs(), of((any::<bool>(), pairs()))).prop_map(
            |(options, table, inputs, outputs)| {
                let mode = |new| if new { OutputMode::OutputNew } else { OutputMode::Output };
                let outputs = outputs.map(|(new, pairs)| (mode(new), pairs));
                ("lookup", Command::Lookup(Lookup { options, table, inputs, outputs }))
            }
        ),
        (opts(), name()).prop_map(|(options, table)| (
            "outputlookup",
            Command::OutputLookup { options, table }
        )),
        data_source().prop_map(|source| ("from", Command::From(source))),
        vec(prop_oneof![name().prop_map(Arg::Text), macro_call().prop_map(Arg::Macro)], 0..3)
            .prop_map(|args| ("addtotals", Command::Plain(args))),
    ]
}

fn statistics() -> BoxedStrategy<(&'static str, Command)> {
    let kinds = [
        ("stats", StatsKind::Stats),
        ("eventstats", StatsKind::EventStats),
        ("streamstats", StatsKind::StreamStats),
    ];
    prop_oneof![
        (select(kinds.to_vec()), opts(), vec(aggregate(), 0..3), by()).prop_map(
            |((name, kind), options, aggregates, by)| {
                (name, Command::Stats { kind, options, aggregates, by })
            }
        ),
        (opts(), vec(aggregate(), 0..3), of(name()), by()).prop_map(
            |(options, aggregates, over, by)| {
                let columns = Vec::new();
                ("chart", Command::Chart(Chart { options, aggregates, over, by, columns }))
            }
        ),
        (any::<bool>(), count(), opts(), names(1), by()).prop_map(
            |(rare, count, options, fields, by)| {
                let name = if rare { "rare" } else { "top" };
                (name, Command::Tally(Tally { rare, count, options, fields, by }))
            }
        ),
    ]
    .boxed()
}

fn fields() -> BoxedStrategy<(&'static str, Command)> {
    let modes = [FieldsMode::Keep, FieldsMode::Remove];
    prop_oneof![
        vec((name(), name()), 1..3).prop_map(|of| {
            let rename = |(from, to)| Renaming { from, to };
            ("rename", Command::Rename(of.into_iter().map(rename).collect()))
        }),
        (select(modes.to_vec()), names(0))
            .prop_map(|(mode, fields)| ("fields", Command::Fields { mode, fields })),
        names(0).prop_map(|of| ("table", Command::Table(of))),
        (opts(), quoted())
            .prop_map(|(options, pattern)| ("rex", Command::Rex(Rex { options, pattern }))),
        (of(name()), any::<bool>(), quoted()).prop_map(|(field, negated, pattern)| {
            let negated = negated && field.is_some();
            ("regex", Command::Regex { field, negated, pattern })
        }),
        (opts(), of(name()))
            .prop_map(|(options, path)| ("spath", Command::Spath(Spath { options, path }))),
        (opts(), vec((select(&["ctime", "num"][..]), name(), of(name())), 1..3)).prop_map(
            |(options, of)| {
                let conversion = |(function, field, alias)| Conversion {
                    function: Text::word(function),
                    field,
                    alias,
                };
                let conversions = of.into_iter().map(conversion).collect();
                ("convert", Command::Convert { options, conversions })
            }
        ),
        (opts(), names(0))
            .prop_map(|(options, fields)| ("fillnull", Command::Fill { options, fields })),
        (opts(), name()).prop_map(|(options, field)| {
            ("makemv", Command::Multivalue(Multivalue { options, field }))
        }),
        (opts(), name(), of(name())).prop_map(|(options, field, alias)| {
            ("bin", Command::Bin(Bin { options, field, alias }))
        }),
        (vec((quoted(), quoted()), 1..3), names(0))
            .prop_map(|(pairs, fields)| ("replace", Command::Replace { pairs, fields })),
    ]
    .boxed()
}

fn rows() -> BoxedStrategy<(&'static str, Command)> {
    let boundary = || {
        let leaf = search(Just(Pipeline::default()).boxed())
            .prop_filter("no subsearch", |e| !format!("{e:?}").contains("Subsearch"));
        of(prop_oneof![
            leaf.prop_map(Boundary::Search),
            expr().prop_map(Boundary::Eval),
            quoted().prop_map(Boundary::Text),
        ])
    };
    prop_oneof![
        (count(), names(1), opts(), of(sort_keys())).prop_map(|(count, fields, options, order)| {
            let order = order.unwrap_or_default();
            ("dedup", Command::Dedup(Dedup { count, fields, options, order }))
        }),
        (count(), sort_keys(), any::<bool>()).prop_map(|(count, keys, reversed)| {
            ("sort", Command::Sort { count, keys, reversed })
        }),
        (count(), opts(), of(expr())).prop_map(|(count, options, until)| {
            ("head", Command::Slice(Slice { count, options, until }))
        }),
        (names(0), opts(), boundary(), boundary()).prop_map(|(fields, options, starts, ends)| {
            let of = Transaction { fields, options, starts, ends };
            ("transaction", Command::Transaction(of))
        }),
    ]
    .boxed()
}

/// A command whose parts may hold `inner`.
fn command(inner: BoxedStrategy<Pipeline>) -> impl Strategy<Value = (&'static str, Command)> {
    let condition = || search(inner.clone());
    let tstats = (opts(), vec(aggregate(), 0..3), of(data_source()), of(condition()), by());
    prop_oneof![
        6 => plain(),
        2 => condition().prop_map(|e| ("search", Command::Search(e))),
        2 => tstats.prop_map(|(options, aggregates, from, filter, by)| {
            ("tstats", Command::Tstats(Tstats { options, aggregates, from, filter, by }))
        }),
        1 => (opts(), name(), of(condition())).prop_map(|(options, table, filter)| {
            ("inputlookup", Command::InputLookup { options, table, filter })
        }),
        1 => (opts(), names(0), inner.clone()).prop_map(|(options, fields, subsearch)| {
            ("join", Command::Join(Join { options, fields, filter: None, subsearch }))
        }),
        1 => (opts(), names(0), vec(inner.clone(), 0..3)).prop_map(
            |(options, datasets, branches)| {
                ("union", Command::Branches(Branches { options, datasets, branches }))
            }
        ),
        1 => (opts(), names(1), inner.clone()).prop_map(|(options, fields, pipeline)| {
            ("foreach", Command::Foreach(Foreach { options, fields, pipeline }))
        }),
    ]
}

fn step(of: (&'static str, Command)) -> Step {
    Step { name: of.0.to_owned(), implied: false, command: of.1, span: NONE }
}

fn steps(inner: BoxedStrategy<Pipeline>) -> impl Strategy<Value = Vec<Step>> {
    let call = macro_call().prop_map(|call| Step {
        name: call.text.clone(),
        implied: false,
        command: Command::Macro(call),
        span: NONE,
    });
    vec(prop_oneof![8 => command(inner).prop_map(step), 1 => call], 1..4)
}

/// A whole search.
pub(crate) fn pipeline() -> impl Strategy<Value = Pipeline> {
    let flat =
        vec(plain().prop_map(step), 1..3).prop_map(|steps| Pipeline { steps, span: NONE }).boxed();
    let inner = flat.prop_recursive(1, 4, 2, |inner| {
        steps(inner.boxed()).prop_map(|steps| Pipeline { steps, span: NONE })
    });
    let inner = inner.boxed();
    (of(search(inner.clone())), steps(inner)).prop_map(|(first, mut steps)| {
        if let Some(expr) = first {
            let command = Command::Search(expr);
            steps.insert(0, Step { implied: true, ..step(("search", command)) });
        }
        Pipeline { steps, span: NONE }
    })
}

/// Pieces that texts of searches are made of, in any order.
pub(crate) fn soup() -> impl Strategy<Value = String> {
    let piece = select(
        &[
            "|",
            "[",
            "]",
            "(",
            ")",
            "\"",
            "`",
            "```",
            "\\",
            "'",
            ",",
            "=",
            "!=",
            "<",
            "::",
            ".",
            " ",
            "\n",
            "search",
            "where",
            "eval",
            "stats",
            "tstats",
            "by",
            "as",
            "AND",
            "OR",
            "NOT",
            "IN",
            "count",
            "x",
            "1",
            "`m`",
            "`f(a,b)`",
            "$x$",
            "<<FIELD>>",
            "TERM(",
            "é",
            "map search=\"",
            "transaction startswith=(",
            "foreach",
            "lookup",
            "OUTPUT",
            "rex",
            "-",
        ][..],
    );
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}
