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

use rulescope_ir::{Expr, Literal, Op, Predicate, Quantifier, Scalar, Span, Subject, Value};

use crate::elasticsearch::literal::decided;

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
            Value::Literal(literal) => {
                match decided(self.op, &self.literals, self.case_sensitive, literal) {
                    Some(answer) => Expr::Const(answer == Some(want)),
                    None => self.predicate(Subject::Value(value.clone()), want, false),
                }
            }
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
            | Op::Word
            | Op::FieldEq
            | Op::Keyword => !numbers,
            // A regular expression says it by its own flags.
            Op::Regex | Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Cidr | Op::Exists | Op::Null => {
                false
            }
        }
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
