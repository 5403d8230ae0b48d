//! Selections to conditions: items with their modifiers become predicates.

use rulescope_ir::Span;
use rulescope_ir::{
    Effect, Expr, Field, Function, Glob, Literal, Op, Polarity, Predicate, Quantifier, Scalar,
    StagePredicate, Subject, Value, normalize::narrow,
};

use super::ast::{Block, Comparison, Item, ItemValue, Plain};
use super::context::Context;
use super::modifiers::{Reading, apply};

/// A selection in the IR.
pub(super) struct Lowered {
    /// Its condition.
    pub(super) expr: Expr,
    /// Its predicates in the order of the text.
    pub(super) predicates: Vec<StagePredicate>,
}

impl Lowered {
    /// Lowers a selection that stands with this polarity in the rule's condition.
    pub(super) fn new(block: &Block, polarity: Polarity, cx: &mut Context<'_>) -> Lowered {
        let mut lowering = Lowering { cx, polarity, predicates: Vec::new() };
        let expr = lowering.block(block);
        Lowered { expr, predicates: lowering.predicates }
    }
}

struct Lowering<'c, 't> {
    cx: &'c mut Context<'t>,
    polarity: Polarity,
    predicates: Vec<StagePredicate>,
}

impl Lowering<'_, '_> {
    fn block(&mut self, block: &Block) -> Expr {
        match block {
            Block::Items(items) => Expr::all(items.iter().map(|i| self.item(i)).collect()),
            Block::AnyOf(blocks) => Expr::any(blocks.iter().map(|b| self.block(b)).collect()),
            Block::Opaque { text, span } => Expr::Opaque { text: text.clone(), span: *span },
        }
    }

    fn item(&mut self, item: &Item) -> Expr {
        let applied = apply(item);
        let mut parts: Vec<Expr> = Vec::new();
        let mut predicates: Vec<Predicate> = Vec::new();
        for (i, (reading, span)) in applied.readings.into_iter().enumerate() {
            let value = item.values.get(i);
            match test(item, reading, value, span) {
                Err(why) => {
                    // An unknown modifier was told of where it stands.
                    if item.modifiers.iter().all(Result::is_ok) {
                        self.cx.error("sigma/value", why.clone(), span);
                    }
                    self.cx.loss(why, Effect::Unknown, span);
                    parts.push(Expr::Opaque { text: span.slice(self.cx.text).to_owned(), span });
                }
                Ok(predicate) => {
                    // Tests of one kind are one predicate with several values.
                    let same = predicates.iter_mut().find(|p| {
                        p.op == predicate.op
                            && p.case_sensitive == predicate.case_sensitive
                            && p.negated == predicate.negated
                            && p.subject == predicate.subject
                            && !predicate.values.is_empty()
                    });
                    match same {
                        Some(same) => same.values.extend(predicate.values),
                        None => predicates.push(predicate),
                    }
                }
            }
        }
        for predicate in &mut predicates {
            predicate.quantifier =
                if predicate.values.len() > 1 { applied.quantifier } else { Quantifier::Any };
            if applied.negated {
                *predicate = predicate.clone().inverted();
            }
            self.note_placeholders(predicate);
            let own = if predicate.negated { self.polarity.inverted() } else { self.polarity };
            self.predicates.push(StagePredicate { predicate: predicate.clone(), polarity: own });
        }
        if applied.negated {
            parts = parts.into_iter().map(Expr::not).collect();
        }
        parts.extend(predicates.into_iter().map(Expr::Predicate));
        let all = (applied.quantifier == Quantifier::All) ^ applied.negated;
        if all { Expr::all(parts) } else { Expr::any(parts) }
    }

    /// A placeholder's values are the user's; without them a test that wants one passes less.
    fn note_placeholders(&mut self, predicate: &Predicate) {
        let polarity = if predicate.negated { self.polarity.inverted() } else { self.polarity };
        for literal in &predicate.values {
            if let Scalar::Placeholder(text) = &literal.value {
                let effect = match polarity {
                    Polarity::Positive => Effect::Less,
                    Polarity::Negative => Effect::More,
                    Polarity::Both | Polarity::Unused => Effect::Unknown,
                };
                self.cx.loss(
                    format!("`{text}` stands for values that the user supplies"),
                    effect,
                    literal.span,
                );
            }
        }
    }
}

/// The predicate of one value.
fn test(
    item: &Item,
    reading: Reading,
    value: Option<&ItemValue>,
    span: Span,
) -> Result<Predicate, String> {
    let subject = match &item.field {
        Some(name) => Subject::Field(Field::new(name.as_str())),
        None => Subject::Event,
    };
    let is_keyword = item.field.is_none();
    let one = |op: Op, scalar: Scalar| {
        let mut predicate = Predicate::new(subject.clone(), op, vec![literal(scalar, value, span)]);
        predicate.span = item.span;
        predicate
    };
    Ok(match reading {
        Reading::Opaque(why) => return Err(why),
        Reading::Text { glob, open, forms, cased, placeholders } => {
            let mut predicate = if placeholders {
                let text = value.map(authored).unwrap_or_default();
                one(if is_keyword { Op::Keyword } else { opened(open) }, Scalar::Placeholder(text))
            } else if is_keyword {
                keyword(&glob, open, &one)
            } else {
                match narrow(&glob) {
                    Some((Op::Exists, _)) => {
                        placed(Predicate::new(subject, Op::Exists, Vec::new()), span)
                    }
                    Some((op, text)) => one(op, Scalar::Text(text)),
                    None => one(Op::Wildcard, Scalar::Glob(glob)),
                }
            };
            // An operator that leaves an end open does so for the forms too.
            let whole = predicate.op == Op::Wildcard;
            if let Some(literal) = predicate.values.first_mut() {
                literal.forms =
                    if whole { forms } else { forms.iter().map(Glob::trimmed).collect() };
            }
            predicate.case_sensitive = cased;
            predicate
        }
        Reading::Regex(regex) => {
            if let Err(error) = regex_syntax::Parser::new().parse(&regex.source) {
                let text = error.to_string();
                let why = text.lines().rev().find_map(|l| l.strip_prefix("error: "));
                return Err(format!("the expression can't be read: {}", why.unwrap_or(&text)));
            }
            let cased = !regex.flags.contains('i');
            let mut predicate = one(Op::Regex, Scalar::Regex(regex));
            predicate.case_sensitive = cased;
            predicate
        }
        Reading::Number(n) if is_keyword => one(Op::Keyword, Scalar::Number(n)),
        Reading::Number(n) => one(Op::Eq, Scalar::Number(n)),
        Reading::Bool(b) if is_keyword => one(Op::Keyword, Scalar::Text(b.to_string())),
        Reading::Bool(b) => one(Op::Eq, Scalar::Bool(b)),
        Reading::Null if is_keyword => return Err("a keyword can't be null".to_owned()),
        Reading::Null => placed(Predicate::new(subject, Op::Null, Vec::new()), span),
        Reading::Network(net) => one(Op::Cidr, Scalar::Network(net)),
        Reading::Field { name, open } => {
            let field = Scalar::Field(Field::new(name));
            match opened(open) {
                Op::Eq => one(Op::FieldEq, field),
                op => one(op, field),
            }
        }
        Reading::Exists(_) if is_keyword => return Err("`exists` needs a field".to_owned()),
        Reading::Exists(there) => {
            // A field that is null counts as absent, so that `exists: false` is `null`.
            let op = if there { Op::Exists } else { Op::Null };
            placed(Predicate::new(subject, op, Vec::new()), span)
        }
        Reading::Compare(comparison, n) => compared(&one, comparison, n),
        Reading::TimePart { part, comparison, number } => {
            let Some(field) = &item.field else { return Err(format!("`{part}` needs a field")) };
            let part = Value::Literal(Literal::text(part));
            let call = Value::call(Function::DatePart, vec![part, Value::field(field.as_str())]);
            let mut predicate = compared(&one, comparison, number);
            predicate.subject = Subject::Value(call);
            predicate
        }
    })
}

fn compared(
    one: &impl Fn(Op, Scalar) -> Predicate,
    comparison: Comparison,
    number: rulescope_ir::Number,
) -> Predicate {
    let number = Scalar::Number(number);
    match comparison {
        Comparison::Lt => one(Op::Lt, number),
        Comparison::Le => one(Op::Le, number),
        Comparison::Gt => one(Op::Gt, number),
        Comparison::Ge => one(Op::Ge, number),
        Comparison::Eq => one(Op::Eq, number),
        Comparison::Ne => one(Op::Eq, number).inverted(),
    }
}

/// A test without a value stands where its value stands.
fn placed(mut predicate: Predicate, span: Span) -> Predicate {
    predicate.span = span;
    predicate
}

/// A keyword stands anywhere in a value, so that `*` at its ends says nothing; `startswith` and
/// `endswith` hold it to a value's ends (sigma-rules-specification.md, "Lists").
fn keyword(glob: &Glob, open: (bool, bool), one: &impl Fn(Op, Scalar) -> Predicate) -> Predicate {
    if open.0 != open.1
        && let Some((op, text)) = narrow(glob)
        && op != Op::Exists
    {
        return one(op, Scalar::Text(text));
    }
    let inner = glob.trimmed();
    match inner.as_text() {
        Some(text) => one(Op::Keyword, Scalar::Text(text.to_owned())),
        None => one(Op::Keyword, Scalar::Glob(inner)),
    }
}

fn opened(open: (bool, bool)) -> Op {
    match open {
        (false, false) => Op::Eq,
        (true, true) => Op::Contains,
        (false, true) => Op::StartsWith,
        (true, false) => Op::EndsWith,
    }
}

fn authored(value: &ItemValue) -> String {
    match (&value.plain, &value.authored) {
        (_, Some(text)) | (Plain::Text(text), None) => text.clone(),
        (Plain::Number(n), None) => n.as_str().to_owned(),
        (Plain::Bool(b), None) => b.to_string(),
        (Plain::Null, None) => "null".to_owned(),
    }
}

fn literal(scalar: Scalar, value: Option<&ItemValue>, span: Span) -> Literal {
    let mut literal = Literal::new(scalar, span);
    let plain = matches!(literal.value, Scalar::Text(_));
    let as_written = |value: &ItemValue| {
        let text = authored(value);
        // The operator says what `*` at an end says.
        if plain { without_stars(&text).to_owned() } else { text }
    };
    let plain_text = match &literal.value {
        Scalar::Regex(regex) => regex.source.clone(),
        _ => literal.display(),
    };
    if let Some(text) = value.map(as_written)
        && text != plain_text
    {
        literal.authored = Some(text);
    }
    literal
}

/// A text without the wildcards at its ends.
fn without_stars(text: &str) -> &str {
    let text = text.trim_start_matches('*');
    let inner = text.trim_end_matches('*');
    // A star after an odd number of backslashes is itself.
    let escapes = inner.len() - inner.trim_end_matches('\\').len();
    if escapes % 2 == 1 && inner.len() < text.len() { &text[..=inner.len()] } else { inner }
}
