//! Tests: what a test of a vendor's field says of the canonical one.
//!
//! A test of a part is said of the whole where that is exact and of use: `process.name` equal to
//! `cmd.exe` is `Image` ending in `\cmd.exe`, or equal to it. What can't be said so tests a computed
//! value. A test that is inverted, and what it answers for an absent field, stay as they are: each
//! part takes them over, and "one of" becomes "all of".

use rulescope_ir::{
    Effect, Expr, Field, Glob, Literal, Op, Piece, Predicate, Quantifier, Scalar, Subject,
};

use super::value::{computed, domain_field};
use super::{Losses, Meaning, Names, renamed, value};
use crate::fields::{How, Mapping, unmapped, words};

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
    match names.meaning(&field.native) {
        Meaning::Own => Expr::Predicate(predicate),
        Meaning::Unmapped(name) => {
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

/// A test of one field without its negation.
#[derive(Debug, Clone)]
struct Atom {
    field: Field,
    op: Op,
    literal: Literal,
}

/// What one value of a test says of the canonical field: one of these, all of whose tests pass.
struct Said {
    any: Vec<Vec<Atom>>,
    /// Whether it is more than the vendor's test.
    more: bool,
}

struct Test<'a> {
    predicate: &'a Predicate,
    field: &'a Field,
    mapping: &'a Mapping,
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
                    let name = unmapped(self.names.vendor, &self.field.native);
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

    /// What a value says of the canonical field; `None` where only a computed value can be tested.
    fn said(&self, literal: &Literal) -> Option<Said> {
        if !literal.forms.is_empty() {
            return None;
        }
        let op = self.predicate.op;
        match self.mapping.how {
            How::Basename => self.last_part(op, literal, true),
            How::RegistryValue => self.last_part(op, literal, false),
            How::User => {
                self.last_part(op, literal, true).or_else(|| self.whole_account(op, literal))
            }
            // Of a value without the part the vendor's field is absent, the canonical one is not.
            How::Extension | How::Domain if self.predicate.missing != self.predicate.negated => {
                None
            }
            How::Extension => {
                let v = plain(op, literal).filter(|v| is_part(v) && !v.contains('.'))?;
                Some(self.exact(Op::EndsWith, literal, &format!(".{v}")))
            }
            How::Domain => {
                let v = plain(op, literal).filter(|v| is_part(v))?;
                Some(self.exact(Op::StartsWith, literal, &format!("{v}\\")))
            }
            How::Account => self.account(op, literal),
            How::RegistryKey => self.key(op, literal),
            How::Token => self.token(op, literal),
            How::Words(name) => self.words(name, op, literal),
            How::Same | How::Directory | How::Scope => None,
        }
    }

    fn atom(&self, op: Op, literal: Literal) -> Atom {
        Atom { field: renamed(self.field, &self.mapping.canonical), op, literal }
    }

    /// One test of the canonical field with another value.
    fn exact(&self, op: Op, literal: &Literal, text: &str) -> Said {
        Said { any: vec![vec![self.atom(op, said_as(literal, text))]], more: false }
    }

    /// The last part of a path; `alone` says whether it may be all of it.
    fn last_part(&self, op: Op, literal: &Literal, alone: bool) -> Option<Said> {
        if let Some(v) = plain(op, literal) {
            if !is_part(&v) {
                return None;
            }
            let mut said = self.exact(Op::EndsWith, literal, &format!("\\{v}"));
            if alone {
                said.any.push(vec![self.atom(Op::Eq, literal.clone())]);
            }
            return Some(said);
        }
        let ending = match (op, &literal.value) {
            (Op::EndsWith, Scalar::Text(v)) => v.clone(),
            (Op::Eq | Op::Wildcard, Scalar::Glob(glob)) if glob.starts_open() => {
                Glob { pieces: glob.pieces[1..].to_vec() }.as_text()?.to_owned()
            }
            _ => return None,
        };
        is_part(&ending).then(|| self.exact(Op::EndsWith, literal, &ending))
    }

    /// A value with a domain is compared with the whole.
    fn whole_account(&self, op: Op, literal: &Literal) -> Option<Said> {
        let has_domain = match &literal.value {
            Scalar::Text(v) => v.contains('\\'),
            Scalar::Glob(glob) => glob
                .pieces
                .iter()
                .any(|piece| matches!(piece, Piece::Text(text) if text.contains('\\'))),
            _ => false,
        };
        has_domain.then(|| Said { any: vec![vec![self.atom(op, literal.clone())]], more: false })
    }

    /// Domain and name, which the event has apart.
    fn account(&self, op: Op, literal: &Literal) -> Option<Said> {
        let text = match (op, &literal.value) {
            (Op::EndsWith, Scalar::Text(v)) => v.clone(),
            _ => plain(op, literal)?,
        };
        match (op, text.split_once('\\')) {
            (Op::EndsWith, None) if is_part(&text) => {
                Some(self.exact(Op::EndsWith, literal, &text))
            }
            (Op::Eq | Op::Wildcard, Some((domain, name))) if !name.contains('\\') => {
                let field = renamed(self.field, &domain_field(&self.mapping.canonical));
                let domain = Atom { field, op: Op::Eq, literal: said_as(literal, domain) };
                let name = self.atom(Op::Eq, said_as(literal, name));
                Some(Said { any: vec![vec![domain, name]], more: false })
            }
            _ => None,
        }
    }

    /// A key: what the path begins with. The value's name after it may pass in its place, and a key
    /// below it, so that more passes.
    fn key(&self, op: Op, literal: &Literal) -> Option<Said> {
        let one = |op, text: &str| vec![self.atom(op, said_as(literal, text))];
        let same = || vec![self.atom(op, literal.clone())];
        if let Some(v) = plain(op, literal) {
            let any = vec![one(Op::StartsWith, &format!("{v}\\")), one(Op::Eq, &v)];
            return Some(Said { any, more: true });
        }
        let any = match (op, &literal.value) {
            (Op::StartsWith | Op::Contains | Op::Term, Scalar::Text(_)) => vec![same()],
            (Op::EndsWith, Scalar::Text(v)) => {
                vec![one(Op::Contains, &format!("{v}\\")), same()]
            }
            (Op::Eq | Op::Wildcard, Scalar::Glob(glob)) => {
                let mut below = glob.clone();
                if glob.ends_open() {
                    return Some(Said { any: vec![same()], more: true });
                }
                below.push_text("\\");
                below.push(Piece::Any);
                let mut literal_below = said_as(literal, "");
                literal_below.value = Scalar::Glob(below);
                vec![vec![self.atom(op, literal_below)], same()]
            }
            _ => return None,
        };
        Some(Said { any, more: true })
    }

    /// An element of a list in the text of all: a whole one is looked for between cuts.
    fn token(&self, op: Op, literal: &Literal) -> Option<Said> {
        let one = |op, text: &str, more| {
            (!text.is_empty())
                .then(|| Said { any: vec![vec![self.atom(op, said_as(literal, text))]], more })
        };
        if let Some(v) = plain(op, literal) {
            return one(Op::Term, &v, true);
        }
        match (op, &literal.value) {
            (Op::Contains, Scalar::Text(v)) => one(Op::Contains, v, false),
            (Op::StartsWith | Op::EndsWith, Scalar::Text(v)) => one(Op::Contains, v, true),
            (Op::Term, Scalar::Text(v)) => one(Op::Term, v, false),
            (Op::Eq | Op::Wildcard, Scalar::Glob(glob)) => {
                let both = glob.starts_open() && glob.ends_open();
                if let Some(text) = glob.trimmed().as_text() {
                    return one(Op::Contains, text, !both);
                }
                let mut opened = said_as(literal, "");
                opened.value = Scalar::Glob(glob.opened(true, true));
                Some(Said { any: vec![vec![self.atom(Op::Wildcard, opened)]], more: true })
            }
            _ => None,
        }
    }

    /// Another word for the same.
    fn words(&self, name: &str, op: Op, literal: &Literal) -> Option<Said> {
        let word = match (&literal.value, op) {
            (Scalar::Bool(_) | Scalar::Number(_), Op::Eq) => literal.display(),
            _ => plain(op, literal)?,
        };
        let values = words(name, &word)?;
        let any = values.iter().map(|v| vec![self.atom(Op::Eq, said_as(literal, v))]).collect();
        Some(Said { any, more: false })
    }
}

/// The text that a value has to equal.
fn plain(op: Op, literal: &Literal) -> Option<String> {
    match (op, &literal.value) {
        (Op::Eq | Op::Wildcard, Scalar::Text(v)) => Some(v.clone()),
        (Op::Eq | Op::Wildcard, Scalar::Glob(glob)) => glob.as_text().map(str::to_owned),
        _ => None,
    }
}

/// Whether a text can be one part of a path.
fn is_part(text: &str) -> bool {
    !text.is_empty() && !text.contains(['\\', '/'])
}

/// A value said in other words; people see the author's.
fn said_as(literal: &Literal, text: &str) -> Literal {
    Literal {
        value: Scalar::Text(text.to_owned()),
        forms: Vec::new(),
        authored: Some(literal.authored.clone().unwrap_or_else(|| literal.display())),
        span: literal.span,
    }
}
