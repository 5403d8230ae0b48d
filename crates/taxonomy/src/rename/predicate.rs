//! Tests: what a test of a vendor's field says of the canonical one.
//!
//! A test of a part is said of the whole where that is exact and of use: `process.name` equal to
//! `cmd.exe` is `Image` ending in `\cmd.exe`, or equal to it. What can't be said so tests a computed
//! value. A test that is inverted, and what it answers for an absent field, stay as they are: each
//! part takes them over, and "one of" becomes "all of".

use rulescope_ir::{Effect, Expr, Field, Literal, Op, Predicate, Quantifier, Subject};

use super::value::computed;
use super::{Losses, Meaning, Names, lift, renamed, value};
use crate::fields::{How, Mapping, unmapped};

/// Rewrites a test. `negative` says whether it stands under an odd number of negations, its own
/// aside.
pub(super) fn rewrite(
    mut predicate: Predicate,
    names: &Names<'_>,
    negative: bool,
    losses: &mut Losses,
) -> Expr {
    values(&mut predicate, names);
    let Subject::Field(field) = &predicate.subject else {
        subject_value(&mut predicate, names);
        return Expr::Predicate(predicate);
    };
    let field = field.clone();
    if let Some(expr) = lift::by_events(&predicate, names) {
        return expr;
    }
    match names.meaning(&field.native) {
        Meaning::Unmapped(_) if predicate.op == Op::Exists && names.is_filled(&field.native) => {
            // Every event has an id.
            predicate.subject = Subject::Field(renamed(&field, "EventID"));
            Expr::Predicate(predicate)
        }
        Meaning::Own(name) | Meaning::Unmapped(name) => {
            predicate.subject = Subject::Field(renamed(&field, &name));
            Expr::Predicate(predicate)
        }
        Meaning::Mapped(mapping) if mapping.how == How::Same => {
            predicate.subject = Subject::Field(renamed(&field, &mapping.canonical));
            Expr::Predicate(predicate)
        }
        Meaning::Mapped(mapping) => {
            let test = Test { predicate: &predicate, field: &field, mapping: &mapping, names };
            let (expr, more) = test.rewritten();
            if more {
                let inverted = negative != predicate.negated;
                let effect = if inverted { Effect::Less } else { Effect::More };
                losses.add(predicate.span, &field.native, &mapping, effect);
            }
            expr
        }
    }
}

/// Rewrites a test for people: it stays one test.
pub(super) fn shown(predicate: &mut Predicate, names: &Names<'_>) {
    values(predicate, names);
    if let Subject::Field(field) = &mut predicate.subject {
        if let Some(computed) = value::of_field(field, names) {
            predicate.subject = Subject::Value(computed);
        }
    } else {
        subject_value(predicate, names);
    }
}

/// The same as a condition.
pub(super) fn shown_expr(mut predicate: Predicate, names: &Names<'_>, _negative: bool) -> Expr {
    shown(&mut predicate, names);
    Expr::Predicate(predicate)
}

fn values(predicate: &mut Predicate, names: &Names<'_>) {
    predicate.values.iter_mut().for_each(|literal| value::scalar(&mut literal.value, names));
}

fn subject_value(predicate: &mut Predicate, names: &Names<'_>) {
    match &mut predicate.subject {
        Subject::Value(of) => value::rewrite(of, names),
        Subject::Field(_) | Subject::Event => {}
    }
}

/// A test of a field whose canonical one holds more.
pub(super) struct Test<'a> {
    pub(super) predicate: &'a Predicate,
    pub(super) field: &'a Field,
    pub(super) mapping: &'a Mapping,
    names: &'a Names<'a>,
}

impl Test<'_> {
    /// The condition, and whether it is approximated.
    fn rewritten(&self) -> (Expr, bool) {
        let predicate = self.predicate;
        if predicate.values.is_empty() {
            return (self.same_test(Vec::new()), false);
        }
        let mut more = false;
        if predicate.quantifier == Quantifier::All && predicate.values.len() > 1 {
            let each = predicate.values.iter().map(|literal| {
                let (expr, approximated) = self.any_of(std::slice::from_ref(literal));
                more |= approximated;
                expr
            });
            let each = each.collect();
            return (self.all(each), more);
        }
        self.any_of(&predicate.values)
    }

    /// One of the values passes. Tests of one field by one operator are one test with several
    /// values, as people would write it.
    fn any_of(&self, values: &[Literal]) -> (Expr, bool) {
        let mut lists: Vec<(Field, Op, Vec<Literal>)> = Vec::new();
        let mut together: Vec<Expr> = Vec::new();
        let mut rest: Vec<Literal> = Vec::new();
        let mut more = false;
        for literal in values {
            let Some(said) = self.said(literal) else {
                rest.push(literal.clone());
                continue;
            };
            more |= said.more;
            for all in said.any {
                if let [atom] = all.as_slice() {
                    let list =
                        lists.iter_mut().find(|(f, op, _)| *f == atom.field && *op == atom.op);
                    match list {
                        Some((_, _, literals)) => literals.push(atom.literal.clone()),
                        None => {
                            lists.push((atom.field.clone(), atom.op, vec![atom.literal.clone()]));
                        }
                    }
                } else {
                    let tests = all.into_iter().map(|a| self.test(a.field, a.op, vec![a.literal]));
                    let tests = tests.collect();
                    together.push(self.all(tests));
                }
            }
        }
        let mut any: Vec<Expr> =
            lists.into_iter().map(|(field, op, literals)| self.test(field, op, literals)).collect();
        any.extend(together);
        if !rest.is_empty() {
            any.push(self.same_test(rest));
        }
        (self.any(any), more)
    }

    /// A test of a canonical field that answers inverted and for an absent field as this one does.
    fn test(&self, field: Field, op: Op, values: Vec<Literal>) -> Expr {
        Expr::Predicate(Predicate {
            subject: Subject::Field(field),
            op,
            values,
            quantifier: Quantifier::Any,
            ..self.predicate.clone()
        })
    }

    /// This very test with these values, of the value computed from the canonical field; of the
    /// vendor's own field where there is none.
    fn same_test(&self, values: Vec<Literal>) -> Expr {
        // Whether a part is there is whether the whole is, but for parts that it may lack.
        let may_lack = matches!(self.mapping.how, How::Extension | How::Domain);
        let subject = if values.is_empty() && !may_lack {
            Subject::Field(renamed(self.field, &self.mapping.canonical))
        } else {
            match computed(self.field, self.mapping) {
                Some(value) => Subject::Value(value),
                None => {
                    let name = unmapped(self.names.naming.vendor, &self.field.native);
                    Subject::Field(renamed(self.field, &name))
                }
            }
        };
        Expr::Predicate(Predicate { subject, values, ..self.predicate.clone() })
    }

    /// All pass; where the test is inverted, one fails.
    fn all(&self, exprs: Vec<Expr>) -> Expr {
        if self.predicate.negated { Expr::any(exprs) } else { Expr::all(exprs) }
    }

    /// One passes; where the test is inverted, all fail.
    fn any(&self, exprs: Vec<Expr>) -> Expr {
        if self.predicate.negated { Expr::all(exprs) } else { Expr::any(exprs) }
    }
}
