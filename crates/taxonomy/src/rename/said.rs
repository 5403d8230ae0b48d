//! What one value of a test of a part says of the whole.
//!
//! Everything said here is exact but where [`Said::more`] says otherwise; a law of the tests holds
//! it against the evaluator.

use rulescope_ir::{Field, Glob, Literal, Op, Piece, Scalar};

use super::predicate::Test;
use super::renamed;
use super::value::domain_field;
use crate::fields::{How, words};

/// A test of one field without its negation.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    pub(super) field: Field,
    pub(super) op: Op,
    pub(super) literal: Literal,
}

/// What one value of a test says of the canonical field: one of these, all of whose tests pass.
pub(super) struct Said {
    pub(super) any: Vec<Vec<Atom>>,
    /// Whether it is more than the vendor's test.
    pub(super) more: bool,
}

impl Test<'_> {
    /// What a value says of the canonical field; `None` where only a computed value can be tested.
    pub(super) fn said(&self, literal: &Literal) -> Option<Said> {
        if !literal.forms.is_empty() {
            return None;
        }
        let op = self.predicate.op;
        if matches!(&literal.value, Scalar::Glob(glob) if glob.pieces == [Piece::Any])
            && matches!(op, Op::Eq | Op::Wildcard)
            && !matches!(self.mapping.how, How::Extension | How::Domain)
        {
            // Anything at all, as long as it is there.
            return Some(Said { any: vec![vec![self.atom(op, literal.clone())]], more: false });
        }
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
            How::Same | How::Directory | How::Scope | How::Filled => None,
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
            let mut any = vec![one(Op::StartsWith, &format!("{v}\\")), one(Op::Eq, &v)];
            if is_part(&v) {
                // The name of a key alone, or of a value: rules use the field for these as well.
                any.push(one(Op::EndsWith, &format!("\\{v}")));
                any.push(one(Op::Contains, &format!("\\{v}\\")));
            }
            return Some(Said { any, more: true });
        }
        let any = match (op, &literal.value) {
            (Op::StartsWith | Op::Contains | Op::Term | Op::Word, Scalar::Text(_)) => vec![same()],
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
            (Op::StartsWith | Op::EndsWith, Scalar::Text(v)) => self.token_end(op, v, literal),
            (Op::Term, Scalar::Text(v)) => one(Op::Term, v, false),
            (Op::Eq | Op::Wildcard, Scalar::Glob(glob)) => {
                let both = glob.starts_open() && glob.ends_open();
                if let Some(text) = glob.trimmed().as_text() {
                    return match (both, glob.starts_open()) {
                        (true, _) => one(Op::Contains, text, false),
                        (false, true) => self.token_end(Op::EndsWith, text, literal),
                        (false, false) => self.token_end(Op::StartsWith, text, literal),
                    };
                }
                let mut opened = said_as(literal, "");
                opened.value = Scalar::Glob(glob.opened(true, true));
                Some(Said { any: vec![vec![self.atom(Op::Wildcard, opened)]], more: true })
            }
            _ => None,
        }
    }

    /// The beginning or end of an element: it lies at that of the text, or at a blank or quote.
    fn token_end(&self, op: Op, text: &str, literal: &Literal) -> Option<Said> {
        if text.is_empty() {
            return None;
        }
        let mut any = vec![vec![self.atom(op, said_as(literal, text))]];
        for cut in [" ", "\""] {
            let within = match op {
                Op::StartsWith => format!("{cut}{text}"),
                _ => format!("{text}{cut}"),
            };
            any.push(vec![self.atom(Op::Contains, said_as(literal, &within))]);
        }
        Some(Said { any, more: true })
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
        // Numbers are compared by their text.
        (Op::Eq, Scalar::Number(n)) => Some(n.as_str().to_owned()),
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
