//! Tests of values, and what they say of a value that is not there.
//!
//! A comparison with null is null, and so is its negation; `where` keeps rows for which the condition
//! is true ("WHERE", <https://www.elastic.co/docs/reference/query-languages/esql/commands/where>, and
//! "ES|QL operators"): a missing field passes neither a test nor its negation. A field is taken to
//! have one value; Elasticsearch answers null where it has several ("ES|QL multivalued fields").

use rulescope_ir::{
    Expr, Function, Literal, Op, Predicate, Quantifier, Scalar, Span, Subject, Value,
};

use super::branches::branches;
use super::marks::counted;
use crate::elasticsearch::literal::decided;
use crate::elasticsearch::{Kind, kind};
use crate::join::{all, any, either};

/// A test of any of its literals.
#[derive(Debug, Clone)]
pub(super) struct Test {
    pub(super) op: Op,
    pub(super) literals: Vec<Literal>,
    pub(super) case_sensitive: bool,
    /// Where it stands in the body.
    pub(super) span: Span,
}

impl Test {
    /// That a value passes, or that it is there and does not.
    pub(super) fn on(&self, value: &Value, want: bool) -> Expr {
        match value {
            Value::Field(field) => {
                let mut test = self.clone();
                test.case_sensitive &= kind(field.name()) != Kind::Caseless;
                test.predicate(Subject::Field(field.clone()), want)
            }
            Value::Literal(literal) => {
                match decided(self.op, &self.literals, self.case_sensitive, literal) {
                    Some(answer) => Expr::Const(answer == Some(want)),
                    None => self.whole(value, want),
                }
            }
            Value::Truth(expr) => match self.literals.as_slice() {
                [Literal { value: Scalar::Bool(b), .. }] if self.op == Op::Eq => {
                    if *b == want {
                        (**expr).clone()
                    } else {
                        Expr::not((**expr).clone())
                    }
                }
                _ => self.whole(value, want),
            },
            Value::Call { function, args } => self.on_call(*function, args, value, want),
            Value::List(_) | Value::Opaque { .. } => self.whole(value, want),
        }
    }

    fn on_call(&self, function: Function, args: &[Value], value: &Value, want: bool) -> Expr {
        match (function, args) {
            (Function::Case, args) if is_small(value) => match branches(args) {
                Some((pairs, rest)) => {
                    let pairs: Vec<(Expr, Expr)> =
                        pairs.into_iter().map(|(c, v)| (c, self.on(v, want))).collect();
                    // Without a value for the rest it is null, which passes nothing.
                    either(&pairs, rest.map_or(Expr::Const(false), |v| self.on(v, want)))
                }
                None => self.whole(value, want),
            },
            (Function::Coalesce, [first, rest @ ..]) if is_small(value) => {
                let first_passes = self.on(first, want);
                if rest.is_empty() {
                    return first_passes;
                }
                let rest = Value::call(Function::Coalesce, rest.to_vec());
                let absent = there(first, false, self.span);
                any(vec![first_passes, all(vec![absent, self.on(&rest, want)])])
            }
            (Function::Lower | Function::Upper, [inner]) => {
                match self.folded(function == Function::Lower) {
                    Some(test) => test.on(inner, want),
                    None => self.whole(value, want),
                }
            }
            (Function::Subtract, [_, _]) if let Some((text, regex)) = counted(self, args, want) => {
                let test = Test {
                    op: Op::Regex,
                    literals: vec![regex],
                    case_sensitive: true,
                    span: self.span,
                };
                test.on(&text, want)
            }
            _ => self.whole(value, want),
        }
    }

    fn whole(&self, value: &Value, want: bool) -> Expr {
        self.predicate(Subject::Value(value.clone()), want)
    }

    fn predicate(&self, subject: Subject, want: bool) -> Expr {
        Expr::Predicate(Predicate {
            subject,
            op: self.op,
            negated: !want,
            values: self.literals.clone(),
            quantifier: Quantifier::Any,
            case_sensitive: self.case_sensitive && self.knows_case(),
            missing: false,
            span: self.span,
        })
    }

    fn knows_case(&self) -> bool {
        let numbers =
            self.literals.iter().all(|l| matches!(l.value, Scalar::Number(_) | Scalar::Bool(_)));
        match self.op {
            Op::Eq
            | Op::Contains
            | Op::StartsWith
            | Op::EndsWith
            | Op::Wildcard
            | Op::Term
            | Op::Word
            | Op::FieldEq
            | Op::Keyword => !numbers,
            // A regular expression says it by its own flags.
            Op::Regex | Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Cidr | Op::Exists | Op::Null => {
                false
            }
        }
    }

    /// The test of a text whose lower or upper case passes this one; `None` where there is none, as
    /// a literal in the other case equals nothing.
    fn folded(&self, lower: bool) -> Option<Test> {
        let mut test = self.clone();
        for literal in &mut test.literals {
            match (&mut literal.value, self.op) {
                (
                    Scalar::Text(_) | Scalar::Glob(_),
                    Op::Eq | Op::Contains | Op::StartsWith | Op::EndsWith | Op::Wildcard,
                ) => {
                    let text = literal.value.display();
                    let folded = if lower { text.to_lowercase() } else { text.to_uppercase() };
                    if self.case_sensitive && folded != text {
                        return None;
                    }
                }
                (Scalar::Regex(regex), Op::Regex) => {
                    if !in_one_case(&regex.source, lower) {
                        return None;
                    }
                    if !regex.flags.contains('i') {
                        regex.flags.insert(0, 'i');
                    }
                }
                _ => return None,
            }
        }
        test.case_sensitive = false;
        Some(test)
    }
}

/// Whether an expression has letters of one case alone, besides those of its escapes.
fn in_one_case(source: &str, lower: bool) -> bool {
    let mut escaped = false;
    source.chars().all(|c| {
        let was = escaped;
        escaped = c == '\\' && !was;
        was || if lower { !c.is_uppercase() } else { !c.is_lowercase() }
    })
}

/// Whether a value is there, or that it is not; this is never null ("ES|QL operators", "`IS NULL`").
pub(super) fn there(value: &Value, want: bool, span: Span) -> Expr {
    let subject = match value {
        Value::Field(field) => Subject::Field(field.clone()),
        Value::Literal(literal) => return Expr::Const((literal.value != Scalar::Null) == want),
        Value::Truth(_) => return Expr::Const(want),
        Value::Call { function, args } => match (function, args.as_slice()) {
            (Function::Time | Function::Now, []) => return Expr::Const(want),
            (Function::Lower | Function::Upper | Function::Text, [inner]) => {
                return there(inner, want, span);
            }
            (Function::Coalesce, list) if is_small(value) => {
                let each = list.iter().map(|v| there(v, want, span)).collect();
                return if want { any(each) } else { all(each) };
            }
            (Function::Case, args) if let Some((pairs, rest)) = branches(args) => {
                let literal = |v: &Value| matches!(v, Value::Literal(l) if l.value != Scalar::Null);
                if rest.is_none() && pairs.iter().all(|(_, v)| literal(v)) {
                    let found = any(pairs.into_iter().map(|(c, _)| c).collect());
                    return if want { found } else { Expr::not(found) };
                }
                if !is_small(value) {
                    Subject::Value(value.clone())
                } else {
                    let pairs: Vec<(Expr, Expr)> =
                        pairs.into_iter().map(|(c, v)| (c, there(v, want, span))).collect();
                    let rest = rest.map_or(Expr::Const(!want), |v| there(v, want, span));
                    return either(&pairs, rest);
                }
            }
            (Function::Extract, [text, Value::Literal(regex), ..]) => {
                let test = Test {
                    op: Op::Regex,
                    literals: vec![regex.clone()],
                    case_sensitive: true,
                    span,
                };
                let found = test.on(text, true);
                return if want { found } else { Expr::not(found) };
            }
            _ => Subject::Value(value.clone()),
        },
        Value::List(_) | Value::Opaque { .. } => Subject::Value(value.clone()),
    };
    let op = if want { Op::Exists } else { Op::Null };
    let mut predicate = Predicate::new(subject, op, Vec::new());
    predicate.span = span;
    Expr::Predicate(predicate)
}

/// Values of more parts than this are tested as they are: taken apart, every branch stands twice.
const MAX_PARTS: usize = 128;

fn is_small(value: &Value) -> bool {
    within_parts(value, MAX_PARTS).is_some()
}

/// What is left of a number of parts after those of a value; `None` where it has more. No more parts
/// are visited than the number says.
fn within_parts(value: &Value, left: usize) -> Option<usize> {
    let left = left.checked_sub(1)?;
    match value {
        Value::Field(_) | Value::Opaque { .. } => Some(left),
        Value::Literal(literal) => literal_parts(literal, left),
        Value::List(of) | Value::Call { args: of, .. } => {
            of.iter().try_fold(left, |left, v| within_parts(v, left))
        }
        Value::Truth(expr) => expr_parts(expr, left),
    }
}

fn literal_parts(literal: &Literal, left: usize) -> Option<usize> {
    match &literal.value {
        Scalar::Value(value) => within_parts(value, left),
        Scalar::Text(_)
        | Scalar::Glob(_)
        | Scalar::Number(_)
        | Scalar::Bool(_)
        | Scalar::Null
        | Scalar::Regex(_)
        | Scalar::Network(_)
        | Scalar::Field(_)
        | Scalar::Placeholder(_) => Some(left),
    }
}

fn expr_parts(expr: &Expr, left: usize) -> Option<usize> {
    match expr {
        Expr::All(of) | Expr::Any(of) | Expr::AtLeast { of, .. } => {
            of.iter().try_fold(left, |left, e| expr_parts(e, left))
        }
        Expr::Not(inner) => expr_parts(inner, left),
        Expr::Each { list, expr, .. } => expr_parts(expr, within_parts(list, left)?),
        Expr::Predicate(predicate) => {
            let left = left.checked_sub(1 + predicate.values.len())?;
            let left = match &predicate.subject {
                Subject::Value(value) => within_parts(value, left)?,
                Subject::Field(_) | Subject::Event => left,
            };
            predicate.values.iter().try_fold(left, |left, l| literal_parts(l, left))
        }
        Expr::Const(_) | Expr::Opaque { .. } => Some(left),
    }
}
