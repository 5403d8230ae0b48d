//! A test as it is run: every distinct one of all rules once.

use rulescope_eval::{Env, Truth, eval_predicate, passes};
use rulescope_ir::{Op, Predicate, Span, Subject};
use rustc_hash::FxHashMap;

use super::literal::Forms;
use super::look::{Look, Seen};

/// A distinct test.
#[derive(Debug)]
pub(super) struct Atom<'r> {
    pub(super) predicate: &'r Predicate,
    test: Test,
    /// How long it takes beside the others, roughly.
    pub(super) cost: u32,
}

#[derive(Debug)]
enum Test {
    /// Whether the field is there.
    There(usize),
    /// Whether a text passes: by all literals, and by each of several alone.
    Text { slot: usize, fold: bool, forms: Forms, each: Box<[Forms]> },
    /// What the reference evaluator says.
    Reference,
}

/// The distinct tests and the names that they read, while rules are compiled.
#[derive(Debug, Default)]
pub(super) struct Atoms<'r> {
    pub(super) list: Vec<Atom<'r>>,
    by_test: FxHashMap<Predicate, u32>,
    pub(super) slots: Slots,
}

/// The names of fields, numbered.
#[derive(Debug, Default)]
pub(super) struct Slots {
    pub(super) names: Vec<String>,
    by_name: FxHashMap<String, usize>,
}

impl Slots {
    /// The number of a name.
    pub(super) fn slot(&mut self, name: &str) -> usize {
        if let Some(known) = self.by_name.get(name) {
            return *known;
        }
        let slot = self.names.len();
        self.names.push(name.to_owned());
        self.by_name.insert(name.to_owned(), slot);
        slot
    }

    /// The number of a name that has one.
    pub(super) fn known(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }
}

impl<'r> Atoms<'r> {
    /// The number of a test.
    pub(super) fn atom(&mut self, predicate: &'r Predicate) -> u32 {
        let mut key = predicate.clone();
        key.span = Span::NONE;
        for literal in &mut key.values {
            literal.span = Span::NONE;
            literal.authored = None;
        }
        if let Some(known) = self.by_test.get(&key) {
            return *known;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let atom = Atom::of(predicate, &mut self.slots);
        self.list.push(atom);
        self.by_test.insert(key, number);
        number
    }
}

impl<'r> Atom<'r> {
    fn of(predicate: &'r Predicate, slots: &mut Slots) -> Atom<'r> {
        let reference = Atom { predicate, test: Test::Reference, cost: 200 };
        let Subject::Field(field) = &predicate.subject else { return reference };
        let slot = slots.slot(field.name());
        match predicate.op {
            Op::Exists | Op::Null => Atom { predicate, test: Test::There(slot), cost: 1 },
            _ => {
                let case = predicate.case_sensitive;
                let Predicate { op, values, quantifier, .. } = predicate;
                let each =
                    |literal| Forms::of(*op, std::slice::from_ref(literal), *quantifier, case);
                let Some(forms) = Forms::of(*op, values, *quantifier, case) else {
                    return reference;
                };
                let each = match values.as_slice() {
                    [_] => Box::default(),
                    // Compiled expressions are large; the evaluator keeps those that it is asked for.
                    _ if *op == Op::Regex => Box::default(),
                    several => several.iter().filter_map(each).collect(),
                };
                let cost = 1 + forms.cost();
                let fold = !case && predicate.op != Op::Regex;
                Atom { predicate, test: Test::Text { slot, fold, forms, each }, cost }
            }
        }
    }

    /// The answer on an event.
    pub(super) fn answer(&self, look: &mut Look<'_, '_>) -> Truth {
        let predicate = self.predicate;
        let reference =
            |look: &mut Look<'_, '_>| eval_predicate(predicate, look.record(), &Env::default());
        match &self.test {
            Test::There(slot) => match look.seen(*slot) {
                Seen::Absent => predicate.missing.into(),
                Seen::Other => reference(look),
                Seen::Data(_) | Seen::Header(_) | Seen::Made(..) => {
                    Truth::from(predicate.op == Op::Exists).inverted(predicate.negated)
                }
            },
            Test::Text { slot, fold, forms, .. } => match look.seen(*slot) {
                Seen::Absent => predicate.missing.into(),
                Seen::Other => reference(look),
                Seen::Data(_) | Seen::Header(_) | Seen::Made(..) => {
                    Truth::from(pass(forms, *slot, *fold, look)).inverted(predicate.negated)
                }
            },
            Test::Reference => reference(look),
        }
    }

    /// Whether a test that passes does so by this one of its values.
    pub(super) fn passes(&self, value: usize, look: &mut Look<'_, '_>) -> bool {
        if self.predicate.values.len() == 1 {
            return true;
        }
        if let Test::Text { slot, fold, each, .. } = &self.test
            && matches!(look.seen(*slot), Seen::Data(_) | Seen::Header(_) | Seen::Made(..))
            && let Some(forms) = each.get(value)
        {
            return pass(forms, *slot, *fold, look) != self.predicate.negated;
        }
        passes(self.predicate, value, look.record(), &Env::default()) == Truth::True
    }

    /// The answer where the field has this text; `None` where the text alone does not decide.
    pub(super) fn answer_on(&self, text: &str, folded: &str) -> Option<Truth> {
        match &self.test {
            Test::There(_) => {
                Some(Truth::from(self.predicate.op == Op::Exists).inverted(self.predicate.negated))
            }
            Test::Text { fold, forms, .. } => {
                let pass = forms.pass(text, if *fold { folded } else { text });
                Some(Truth::from(pass).inverted(self.predicate.negated))
            }
            Test::Reference => None,
        }
    }
}

/// Whether the text of a field that is there passes.
fn pass(forms: &Forms, slot: usize, fold: bool, look: &mut Look<'_, '_>) -> bool {
    if fold {
        look.fold(slot);
    }
    let logged = look.text(slot);
    forms.pass(logged, if fold { look.folded(slot) } else { logged })
}
