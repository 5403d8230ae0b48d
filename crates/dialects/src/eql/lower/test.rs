//! Tests of values, and what they say of a value that is not there.
//!
//! Elasticsearch turns a test of a field into a query of the index, and `not` of it into `must_not`:
//! an event without the field fails the test and passes its negation. `<` and its like are turned
//! into one another instead, and a test of anything computed runs as a script that lets no null
//! pass: there an event without the field passes neither way (`functionEqualsFalse`, `notFilter` and
//! `twoFunctionsEqualsBooleanLiterals-caseInsensitive` of
//! `x-pack/plugin/eql/src/test/resources/queryfolder_tests.txt`, and `NotQuery` in
//! `ExpressionTranslators` of <https://github.com/elastic/elasticsearch>). A field that is optional
//! and unknown to the whole index is null in every test ("EQL syntax reference", "Optional fields");
//! which fields an index knows is no part of a rule, so every field is taken to be known.
//!
//! A query of a field of several values asks whether one of them passes.

use rulescope_ir::{
    Expr, Glob, Literal, Op, Predicate, Quantifier, Scalar, Span, Subject, Value, fold,
};

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
    /// That a value passes, or that it does not.
    pub(super) fn on(&self, value: &Value, want: bool) -> Expr {
        match value {
            Value::Field(field) => self.predicate(Subject::Field(field.clone()), want, !want),
            Value::Literal(literal) => match self.decided(literal) {
                Some(answer) => Expr::Const(answer == Some(want)),
                None => self.predicate(Subject::Value(value.clone()), want, false),
            },
            Value::List(_) | Value::Call { .. } | Value::Truth(_) | Value::Opaque { .. } => {
                self.predicate(Subject::Value(value.clone()), want, false)
            }
        }
    }

    /// The same of a range, which no absent value passes either way.
    pub(super) fn range(&self, value: &Value) -> Expr {
        match value {
            Value::Field(field) => self.predicate(Subject::Field(field.clone()), true, false),
            other => self.on(other, true),
        }
    }

    /// The same where the other side is another field: a script.
    pub(super) fn script(&self, value: &Value, want: bool) -> Expr {
        match value {
            Value::Field(field) => self.predicate(Subject::Field(field.clone()), want, false),
            other => self.on(other, want),
        }
    }

    fn predicate(&self, subject: Subject, want: bool, missing: bool) -> Expr {
        Expr::Predicate(Predicate {
            subject,
            op: self.op,
            negated: !want,
            values: self.literals.clone(),
            quantifier: Quantifier::Any,
            case_sensitive: self.case_sensitive && self.knows_case(),
            missing,
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
            | Op::FieldEq
            | Op::Keyword => !numbers,
            // A regular expression says it by its own flags.
            Op::Regex | Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Cidr | Op::Exists | Op::Null => {
                false
            }
        }
    }

    /// The answer on a literal, `Some(None)` for null; `None` where only an evaluator can say.
    fn decided(&self, subject: &Literal) -> Option<Option<bool>> {
        let text = plain(&subject.value)?;
        let Some(text) = text else { return Some(None) };
        let mut passes = false;
        for literal in &self.literals {
            let glob = match &literal.value {
                Scalar::Glob(glob) => glob.clone(),
                other => Glob::text(plain(other)??),
            };
            if !matches!(
                self.op,
                Op::Eq | Op::Contains | Op::StartsWith | Op::EndsWith | Op::Wildcard
            ) {
                return None;
            }
            let (before, after) = self.op.open_ends();
            let glob = glob.opened(before, after);
            passes |= if self.case_sensitive {
                glob.covers(&text)
            } else {
                glob.folded().covers(&fold(&text))
            };
        }
        Some(Some(passes))
    }
}

/// The text of a plain literal, `Some(None)` for null.
fn plain(scalar: &Scalar) -> Option<Option<String>> {
    match scalar {
        Scalar::Null => Some(None),
        Scalar::Text(text) => Some(Some(text.clone())),
        Scalar::Number(n) => Some(Some(n.as_str().to_owned())),
        Scalar::Bool(b) => Some(Some(b.to_string())),
        Scalar::Glob(_)
        | Scalar::Regex(_)
        | Scalar::Network(_)
        | Scalar::Field(_)
        | Scalar::Value(_)
        | Scalar::Placeholder(_) => None,
    }
}

/// Whether a value is there, or that it is not; this is never null ("EQL syntax reference", "Check if
/// a field exists").
pub(super) fn there(value: &Value, want: bool, span: Span) -> Expr {
    let subject = match value {
        Value::Field(field) => Subject::Field(field.clone()),
        Value::Literal(literal) => return Expr::Const((literal.value != Scalar::Null) == want),
        other => Subject::Value(other.clone()),
    };
    let op = if want { Op::Exists } else { Op::Null };
    let mut predicate = Predicate::new(subject, op, Vec::new());
    predicate.span = span;
    Expr::Predicate(predicate)
}

/// All of them. What a false one makes idle stays: its literals are part of the rule.
pub(super) fn all_of(exprs: Vec<Expr>) -> Expr {
    join(exprs, true)
}

/// Any of them. What a true one makes idle stays.
pub(super) fn any_of(exprs: Vec<Expr>) -> Expr {
    join(exprs, false)
}

fn join(exprs: Vec<Expr>, all: bool) -> Expr {
    let mut out = Vec::with_capacity(exprs.len());
    let mut decided = false;
    for expr in exprs {
        match expr {
            Expr::Const(b) => decided |= b != all,
            Expr::All(of) if all => out.extend(of),
            Expr::Any(of) if !all => out.extend(of),
            other => out.push(other),
        }
    }
    if decided {
        out.push(Expr::Const(!all));
    }
    match out.len() {
        0 => Expr::Const(all),
        1 => out.remove(0),
        _ if all => Expr::All(out),
        _ => Expr::Any(out),
    }
}
