//! Commands that give fields values and names.
//!
//! Commands are cited by name from
//! <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands>.

use rulescope_ir::{Effect, Expr, Function, Literal, Scalar, Span, Value};

use super::super::ast::{self, Conversion, FieldsMode, Opt, Renaming, Rex, Spath, Text, option};
use super::aggregate::text_value;
use super::context::Context;
use super::row::{Bound, null};
use super::search::name_of;
use super::value::{Place, bounded, regex_literal, value};
use super::{Flow, tested};

/// `eval name = expression`, on every level where all that it reads is.
pub(super) fn assign(name: &str, expr: &ast::Expr, flow: &mut Flow, cx: &mut Context<'_>) {
    let levels = super::aggregate::levels(expr, &flow.row);
    let lowest = *levels.start();
    let values: Vec<Value> =
        levels.map(|level| value(expr, Place { row: &flow.row, level }, cx)).collect();
    flow.row.bind(name, Bound::from(lowest, values));
}

/// `rename`; a wildcard stands for the same in both names.
pub(super) fn rename(of: &Renaming, flow: &mut Flow, cx: &mut Context<'_>) {
    let (from, to) = (name_of(&of.from), name_of(&of.to));
    match (from.split_once('*'), to.split_once('*')) {
        (Some(before), Some(after)) => flow.row.rename_all(before, after, cx),
        _ => flow.row.rename(&from, &to, cx),
    }
}

/// `fields` and `table`.
pub(super) fn fields_of(mode: FieldsMode, fields: &[Text], flow: &mut Flow, cx: &mut Context<'_>) {
    let names: Vec<String> = fields.iter().map(name_of).collect();
    match mode {
        FieldsMode::Keep => {
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            // Time stays unless it is removed by name ("fields", "Usage").
            names.push("_time");
            flow.row.keep(&names, cx);
        }
        FieldsMode::Remove => {
            for name in &names {
                if let Some(around) = name.split_once('*') {
                    let of = flow.row.names();
                    for known in of.iter().filter(|n| super::row::matched(n, around).is_some()) {
                        flow.row.hide(known);
                    }
                } else {
                    flow.row.hide(name);
                }
            }
        }
    }
}

/// `rex`: the groups of the first match. A field keeps the value that it has where nothing matches;
/// of an event's own field of the name nothing is known.
pub(super) fn extract(of: &Rex, flow: &mut Flow, cx: &mut Context<'_>) {
    let field = option(&of.options, "field").and_then(Opt::text).unwrap_or("_raw").to_owned();
    let field = field.trim_matches('"').to_owned();
    let pattern = super::super::text::evaluated(&of.pattern);
    let span = of.pattern.span;
    let levels = flow.row.levels([field.as_str()]);
    if option(&of.options, "mode")
        .and_then(Opt::text)
        .is_some_and(|m| m.eq_ignore_ascii_case("sed"))
    {
        let lowest = *levels.start();
        let mut values = Vec::new();
        for level in levels {
            let own = flow.row.value(&field, level, span, cx);
            values.push(substituted(&pattern, own, span, cx));
        }
        flow.row.bind(&field, Bound::from(lowest, values));
        return;
    }
    let many = option(&of.options, "max_match").and_then(Opt::text).is_some_and(|n| n != "1");
    let names: Vec<String> = groups(&pattern);
    let source = pattern.replace("(?P<", "(?<");
    for name in names {
        let lowest = *levels.start();
        let mut values = Vec::new();
        for level in levels.clone() {
            let own = flow.row.value(&field, level, span, cx);
            if many {
                values.push(Value::Opaque { text: cx.text(span).to_owned(), span: cx.place(span) });
                continue;
            }
            let pattern = Value::Literal(regex_literal(&source, span, cx));
            let args = vec![own, pattern, text_value(&name)];
            let mut found = Value::call(Function::Extract, args);
            if flow.row.has(&name) && name != field && level >= flow.row.lowest(&name) {
                let was = flow.row.value(&name, level, span, cx);
                found = Value::call(Function::Coalesce, vec![found, was]);
            }
            values.push(bounded(found, span, cx));
        }
        flow.row.bind(&name, Bound::from(lowest, values));
    }
}

/// The names of the groups of a regular expression.
fn groups(pattern: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in pattern.match_indices("(?") {
        let rest = &pattern[at + 2..];
        let rest = rest.strip_prefix('P').unwrap_or(rest);
        if let Some(name) = rest.strip_prefix('<').and_then(|r| r.split_once('>')).map(|(n, _)| n)
            && !name.is_empty()
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !out.iter().any(|n| n == name)
        {
            out.push(name.to_owned());
        }
    }
    out
}

/// `rex mode=sed "s/…/…/g"`: every match replaced.
fn substituted(text: &str, own: Value, span: Span, cx: &mut Context<'_>) -> Value {
    let parts = text.strip_prefix('s').and_then(|rest| {
        let sign = rest.chars().next()?;
        let parts: Vec<&str> = rest[sign.len_utf8()..].split(sign).collect();
        <[&str; 3]>::try_from(parts).ok()
    });
    match parts {
        Some([pattern, by, "g"]) if !by.contains('\\') => {
            let pattern = Value::Literal(regex_literal(pattern, span, cx));
            Value::call(Function::Replace, vec![own, pattern, text_value(by)])
        }
        _ => Value::Opaque { text: text.to_owned(), span: cx.place(span) },
    }
}

/// `regex field="…"`: it may match anywhere and knows case; with `!=` rows without the field stay out.
pub(super) fn regex(
    field: Option<&Text>,
    negated: bool,
    pattern: &Text,
    command: Span,
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    let name = field.map_or("_raw".to_owned(), name_of);
    let level = *flow.row.levels([name.as_str()]).start();
    let subject = flow.row.value(&name, level, command, cx);
    let source = super::super::text::evaluated(pattern).replace("(?P<", "(?<");
    let literal = regex_literal(&source, pattern.span, cx);
    let span = cx.place(pattern.span);
    let expr = if name == "_raw" && flow.row.open && !flow.row.has(&name) {
        let mut predicate = rulescope_ir::Predicate::new(
            rulescope_ir::Subject::Event,
            rulescope_ir::Op::Regex,
            vec![literal],
        );
        predicate.span = span;
        cx.loss(
            "the text of the event is tested; a log holds its values one by one",
            Effect::Less,
            command,
        );
        if negated { Expr::not(Expr::Predicate(predicate)) } else { Expr::Predicate(predicate) }
    } else {
        let literals = vec![literal];
        let op = rulescope_ir::Op::Regex;
        super::test::Test { op, literals, case_sensitive: true, negated, span }.on(&subject)
    };
    super::search::decided(&expr, span, cx);
    tested(&expr, command, cx);
    flow.filter(expr, level);
}

/// `spath`: what is read of an event's own text is there as a field already.
pub(super) fn spath(of: &Spath, span: Span, flow: &mut Flow, cx: &mut Context<'_>) {
    let text = |name: &str| option(&of.options, name).and_then(Opt::text).map(str::to_owned);
    let path = text("path").or_else(|| of.path.as_ref().map(name_of));
    let Some(path) = path else {
        if let Some(input) = text("input").filter(|i| i != "_raw") {
            let own = flow.row.value(&input, flow.row.level, span, cx);
            flow.row.parsed(own);
        }
        return;
    };
    let output = text("output").unwrap_or_else(|| path.clone());
    let value = match text("input").filter(|i| i != "_raw") {
        None => flow.row.value(&path, flow.row.level, span, cx),
        Some(input) => {
            let own = flow.row.value(&input, flow.row.level, span, cx);
            let opaque = || Value::Opaque { text: cx.text(span).to_owned(), span: cx.place(span) };
            super::function::member(own, &path, Span::NONE).unwrap_or_else(opaque)
        }
    };
    let value = bounded(value, span, cx);
    flow.row.set(&output, value);
}

/// `convert`: a value in another form. Times as text are for people.
pub(super) fn convert(of: &Conversion, flow: &mut Flow, cx: &mut Context<'_>) {
    let name = name_of(&of.field);
    if name.contains('*') {
        return;
    }
    let target = of.alias.as_ref().map_or(name.clone(), name_of);
    let function = of.function.raw.to_ascii_lowercase();
    let numeric = matches!(function.as_str(), "num" | "auto" | "rmcomma" | "none");
    if !flow.row.has(&name) && !flow.row.open {
        return;
    }
    let own = flow.row.value(&name, flow.row.level, of.field.span, cx);
    let value = if numeric {
        own
    } else {
        let span = of.function.span.join(of.field.span);
        Value::Opaque { text: cx.text(span).to_owned(), span: cx.place(span) }
    };
    flow.row.set(&target, value);
}

/// `fillnull`: a text where a field is not there, `0` where none is given.
pub(super) fn fill(
    name: &str,
    options: &[Opt],
    fields: &[Text],
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    options.iter().for_each(|o| cx.presents(o.span));
    let names: Vec<String> =
        if fields.is_empty() { flow.row.names() } else { fields.iter().map(name_of).collect() };
    let text =
        option(options, "value").and_then(Opt::text).unwrap_or("0").trim_matches('"').to_owned();
    for field in names {
        let span = fields.first().map_or(Span::NONE, |f| f.span);
        let levels = flow.row.levels([field.as_str()]);
        let lowest = *levels.start();
        let mut values = Vec::new();
        for level in levels {
            let own = flow.row.value(&field, level, span, cx);
            values.push(if name == "filldown" {
                Value::Opaque { text: format!("filldown {field}"), span: cx.place(span) }
            } else if own == null() {
                text_value(&text)
            } else {
                let mut args = match own {
                    Value::Call { function: Function::Coalesce, args } => args,
                    other => vec![other],
                };
                args.push(text_value(&text));
                Value::call(Function::Coalesce, args)
            });
        }
        flow.row.bind(&field, Bound::from(lowest, values));
    }
}

/// `replace`: whole values by others; without case, and `*` is a wildcard.
pub(super) fn replace(
    pairs: &[(Text, Text)],
    fields: &[Text],
    flow: &mut Flow,
    cx: &mut Context<'_>,
) {
    for field in fields {
        let name = name_of(field);
        let own = flow.row.value(&name, flow.row.level, field.span, cx);
        let mut args = Vec::new();
        for (from, to) in pairs {
            let text = super::super::text::searched(from);
            let span = cx.place(from.span);
            let glob = super::search::glob(&text);
            let literal = Literal::new(Scalar::Glob(glob), span);
            let op = rulescope_ir::Op::Wildcard;
            let literals = vec![literal];
            let test =
                super::test::Test { op, literals, case_sensitive: false, negated: false, span };
            args.push(Value::Truth(Box::new(test.on(&own))));
            let by = super::super::text::searched(to);
            args.push(if by.contains('*') {
                Value::Opaque { text: to.raw.clone(), span: cx.place(to.span) }
            } else {
                Value::Literal(Literal::new(Scalar::Text(by), cx.place(to.span)))
            });
        }
        args.push(Value::Truth(Box::new(Expr::Const(true))));
        args.push(own);
        let value = bounded(Value::call(Function::Case, args), field.span, cx);
        flow.row.set(&name, value);
    }
}
