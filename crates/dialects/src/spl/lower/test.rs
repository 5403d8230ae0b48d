//! Tests of values, as near to the event's fields as their meaning allows.
//!
//! A test of a computed value is taken apart where that is exact: of `if` and `case` into one test a
//! branch, of `coalesce` into one a value, of `lower` into a test without case. What is left of a
//! test on a literal alone is decided.

use crate::join::{all, any, either};
use rulescope_ir::{
    Expr, Function, Glob, Literal, Number, Op, Predicate, Quantifier, Scalar, Span, Subject, Value,
    fold,
};

/// A test that an absent subject never passes, inverted or not.
#[derive(Debug, Clone)]
pub(super) struct Test {
    pub(super) op: Op,
    /// Any of these; none for [`Op::Exists`].
    pub(super) literals: Vec<Literal>,
    pub(super) case_sensitive: bool,
    /// Whether what is there must not pass.
    pub(super) negated: bool,
    /// Where it stands in the body.
    pub(super) span: Span,
}

impl Test {
    /// Whether it is there.
    pub(super) fn exists(span: Span) -> Test {
        Test { op: Op::Exists, literals: Vec::new(), case_sensitive: false, negated: false, span }
    }

    fn predicate(&self, subject: Subject, missing: bool) -> Expr {
        Expr::Predicate(Predicate {
            subject,
            op: self.op,
            negated: self.negated,
            values: self.literals.clone(),
            quantifier: Quantifier::Any,
            case_sensitive: self.case_sensitive && self.knows_case(),
            missing,
            span: self.span,
        })
    }

    /// Whether case could make a difference.
    fn knows_case(&self) -> bool {
        let numbers = self.literals.iter().all(|l| matches!(l.value, Scalar::Number(_)));
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

    /// The condition that a value passes.
    pub(super) fn on(&self, value: &Value) -> Expr {
        if let Some(answer) = super::held::answer(self, value) {
            return answer;
        }
        match value {
            Value::Field(field) => {
                // A test of whether it is there is meant of the event.
                let filled = super::model::filled(field).filter(|_| self.op != Op::Exists);
                let missing = filled.and_then(|literal| self.decided(&literal));
                self.predicate(Subject::Field(field.clone()), missing.unwrap_or(false))
            }
            Value::Literal(literal) => match self.decided(literal) {
                Some(answer) => Expr::Const(answer),
                None => self.predicate(Subject::Value(value.clone()), false),
            },
            Value::Call { function, args } => self.on_call(*function, args, value),
            Value::List(_) | Value::Truth(_) | Value::Opaque { .. } => {
                self.predicate(Subject::Value(value.clone()), false)
            }
        }
    }

    fn on_call(&self, function: Function, args: &[Value], value: &Value) -> Expr {
        let branches = matches!(function, Function::If | Function::Case | Function::Coalesce);
        if branches && !is_small(value) {
            return self.predicate(Subject::Value(value.clone()), false);
        }
        match (function, args) {
            (Function::If, [Value::Truth(condition), then, rest @ ..]) => {
                let holds = (**condition).clone();
                let otherwise = rest.first().map_or(Expr::Const(false), |v| self.on(v));
                either(&[(holds, self.on(then))], otherwise)
            }
            (Function::Case, args) => {
                let mut branches = Vec::new();
                for pair in args.chunks(2) {
                    let [Value::Truth(condition), then] = pair else {
                        return self.predicate(Subject::Value(value.clone()), false);
                    };
                    branches.push(((**condition).clone(), self.on(then)));
                }
                either(&branches, Expr::Const(false))
            }
            (Function::Coalesce, [only]) => self.on(only),
            (Function::Coalesce, [first, rest @ ..]) => {
                let rest = Value::call(Function::Coalesce, rest.to_vec());
                match (first, self.on(&rest)) {
                    (Value::Field(field), Expr::Const(missing)) => {
                        self.on_filled(Subject::Field(field.clone()), missing)
                    }
                    (first, on_rest) => {
                        let absent = Expr::not(Test::exists(self.span).on(first));
                        any(vec![self.on(first), all(vec![absent, on_rest])])
                    }
                }
            }
            (Function::Lower | Function::Upper, [inner]) => self.on_folded(function, inner, value),
            (Function::Text, [inner]) if self.op == Op::Exists => self.on(inner),
            (Function::Time | Function::Now, []) if self.op == Op::Exists => {
                Expr::Const(!self.negated)
            }
            (Function::Extract, [text, Value::Literal(regex), ..]) if self.op == Op::Exists => {
                let test = Test {
                    op: Op::Regex,
                    literals: vec![regex.clone()],
                    case_sensitive: true,
                    negated: self.negated,
                    span: self.span,
                };
                test.on(text)
            }
            _ => self.predicate(Subject::Value(value.clone()), false),
        }
    }

    /// A subject whose absence stands for a value that was decided.
    fn on_filled(&self, subject: Subject, missing: bool) -> Expr {
        if self.op == Op::Exists && missing != self.negated {
            return Expr::Const(!self.negated);
        }
        self.predicate(subject, missing)
    }

    /// A test of a text in lower or upper case.
    fn on_folded(&self, function: Function, inner: &Value, value: &Value) -> Expr {
        let by_text = match self.op {
            Op::Eq | Op::Contains | Op::StartsWith | Op::EndsWith | Op::Wildcard => true,
            Op::Exists => return self.on(inner),
            Op::Regex
            | Op::Term
            | Op::Word
            | Op::Lt
            | Op::Le
            | Op::Gt
            | Op::Ge
            | Op::Cidr
            | Op::Null
            | Op::FieldEq
            | Op::Keyword => false,
        };
        let known = self
            .literals
            .iter()
            .all(|l| matches!(l.value, Scalar::Text(_) | Scalar::Glob(_) | Scalar::Number(_)));
        if !by_text || !known {
            return self.predicate(Subject::Value(value.clone()), false);
        }
        let mut test = self.clone();
        if self.case_sensitive {
            // A text with a letter of the other case equals nothing in this one.
            test.literals.retain(|l| {
                let text = l.value.display();
                let folded = match function {
                    Function::Lower => text.to_lowercase(),
                    _ => text.to_uppercase(),
                };
                folded == text
            });
        }
        test.case_sensitive = false;
        if test.literals.len() < self.literals.len() {
            return self.predicate(Subject::Value(value.clone()), false);
        }
        test.on(inner)
    }

    /// The answer on a literal; `None` where only an evaluator can say.
    fn decided(&self, subject: &Literal) -> Option<bool> {
        let text = match &subject.value {
            Scalar::Null => return Some(false),
            Scalar::Text(text) => text.clone(),
            Scalar::Number(n) => n.as_str().to_owned(),
            Scalar::Bool(b) => b.to_string(),
            Scalar::Glob(_)
            | Scalar::Regex(_)
            | Scalar::Network(_)
            | Scalar::Field(_)
            | Scalar::Value(_)
            | Scalar::Placeholder(_) => return None,
        };
        if self.op == Op::Exists {
            return Some(!self.negated);
        }
        let mut passes = false;
        for literal in &self.literals {
            passes |= self.passes(&text, literal)?;
        }
        Some(passes ^ self.negated)
    }

    fn passes(&self, text: &str, literal: &Literal) -> Option<bool> {
        let glob = match &literal.value {
            Scalar::Text(_) | Scalar::Number(_) | Scalar::Bool(_) => {
                Glob::text(literal.value.display())
            }
            Scalar::Glob(glob) => glob.clone(),
            Scalar::Null
            | Scalar::Regex(_)
            | Scalar::Network(_)
            | Scalar::Field(_)
            | Scalar::Value(_)
            | Scalar::Placeholder(_) => return None,
        };
        match self.op {
            Op::Eq | Op::Contains | Op::StartsWith | Op::EndsWith | Op::Wildcard => {
                let (before, after) = self.op.open_ends();
                let glob = glob.opened(before, after);
                Some(if self.case_sensitive {
                    glob.covers(text)
                } else {
                    glob.folded().covers(&fold(text))
                })
            }
            Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                let (a, b) =
                    (Number::parse(text)?.as_f64(), Number::parse(&glob.display())?.as_f64());
                Some(match self.op {
                    Op::Lt => a < b,
                    Op::Le => a <= b,
                    Op::Gt => a > b,
                    _ => a >= b,
                })
            }
            Op::Exists
            | Op::Regex
            | Op::Term
            | Op::Word
            | Op::Cidr
            | Op::Null
            | Op::FieldEq
            | Op::Keyword => None,
        }
    }
}

/// Values of more parts than this are tested as they are: taken apart, every branch stands twice.
const MAX_PARTS: usize = 48;

fn is_small(value: &Value) -> bool {
    let mut size = 0;
    super::value::measure(value, 0, &mut size) && size <= MAX_PARTS
}
