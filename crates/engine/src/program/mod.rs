//! All rules as one program, which finds what passes on an event without asking each rule.
//!
//! Every distinct test of all rules stands in it once ([`atom`]), and every condition on single
//! events is a tree of such tests ([`condition`]). For each kind of event there is a plan ([`plan`]):
//! of the conditions that read it, the literals without which each of them fails ([`need`]). An event
//! is searched for these in one pass a field, and only conditions whose literals it has are
//! answered. The answers are those of the reference evaluator: a test that is none on one text is
//! asked there.

mod atom;
mod condition;
mod literal;
mod look;
mod need;
mod plan;
mod shape;

use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex};

use rulescope_eval::Truth;
use rulescope_events::Event;
use rulescope_ir::{Expr, Scope, fold};
use rustc_hash::{FxHashMap, FxHasher};

use crate::hit::Matched;
use crate::record::Record;
use crate::route::{Kind, Operation, Router};
use crate::rule::Rule;
use atom::Atoms;
use condition::Node;
use look::{Look, Notes};
use need::{Given, Need, Wanted};
use plan::Plan;
use shape::Shape;

/// A condition on single events: of a rule over one event its condition, of one over several the
/// condition of one of its log sources.
#[derive(Debug)]
struct Condition<'r> {
    rule: usize,
    node: Node<'r>,
}

/// What rules ask of single events.
#[derive(Debug)]
pub(crate) struct Program<'r> {
    atoms: Atoms<'r>,
    conditions: Vec<Condition<'r>>,
    wanted: Wanted,
    router: Router,
    plans: Mutex<FxHashMap<Asked, Arc<Plan>>>,
}

/// What decides which plan is an event's.
type Asked = (Arc<Kind>, bool);

impl<'r> Program<'r> {
    /// Compiles rules.
    pub(crate) fn new(rules: &'r [Rule]) -> Program<'r> {
        let mut atoms = Atoms::default();
        let mut conditions = Vec::new();
        let mut scopes: Vec<(&Scope, usize)> = Vec::new();
        for (number, rule) in rules.iter().enumerate() {
            for (scope, expr) in rule.leaves() {
                let always = Node::Const(Truth::True);
                let node = expr.map_or(always, |expr: &'r Expr| Node::of(expr, &mut atoms));
                scopes.push((scope, conditions.len()));
                conditions.push(Condition { rule: number, node });
            }
        }
        for name in CONSTANT {
            atoms.slots.slot(name);
        }
        let wanted = Wanted::of(&atoms);
        let router = Router::new(scopes);
        Program { atoms, conditions, wanted, router, plans: Mutex::default() }
    }

    /// The plan of a kind of event; `named` where the fields that name the kind say just that.
    fn plan(&self, kind: &Arc<Kind>, named: bool) -> Arc<Plan> {
        let lock = || self.plans.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let asked = (Arc::clone(kind), named);
        if let Some(known) = lock().get(&asked) {
            return Arc::clone(known);
        }
        let mut given = Given::default();
        if named {
            let texts = [kind.event_id.to_string(), kind.provider.clone()];
            for (name, text) in CONSTANT.iter().zip(texts) {
                if let Some(slot) = self.atoms.slots.known(name) {
                    let folded = fold(&text);
                    given.texts.push((slot, text, folded));
                }
            }
        }
        let needs = self.router.read_by(kind).into_iter().filter_map(|number| {
            let condition = &self.conditions[number];
            let need = Need::of(&condition.node, &self.atoms, &given, &self.wanted);
            Some((u32::try_from(number).ok()?, need))
        });
        let plan = Arc::new(Plan::of(needs.collect()));
        lock().insert(asked, Arc::clone(&plan));
        plan
    }

    /// The rules that read a kind of event, in order.
    pub(crate) fn rules(&self, kind: &Kind) -> Vec<usize> {
        let mut rules: Vec<usize> =
            self.router.read_by(kind).iter().map(|number| self.conditions[*number].rule).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}

/// Fields that say what kind of event a record is.
const CONSTANT: [&str; 2] = ["EventID", "Provider_Name"];

/// Shapes of a kind that are remembered; an exporter that makes names up has no more of it.
const SHAPES: usize = 128;

/// Kinds that are remembered, by the same token.
const KINDS: usize = 8192;

/// A kind of event with what was found of it.
#[derive(Debug)]
struct Known {
    /// As the record has it: provider, channel, event id, operation, and whether the fields say it.
    provider: Box<str>,
    channel: Box<str>,
    event_id: u32,
    operation: Option<Operation>,
    named: bool,
    kind: Arc<Kind>,
    plan: Arc<Plan>,
    shapes: Vec<Shape>,
}

/// Runs a program; one for each thread.
#[derive(Debug)]
pub(crate) struct Matcher<'p, 'r> {
    program: &'p Program<'r>,
    by_hash: FxHashMap<u64, Vec<usize>>,
    known: Vec<Known>,
    notes: Notes,
    candidates: Vec<u64>,
}

/// What an event came to besides the rules that it passes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Came {
    /// Whether any rule reads its kind.
    pub(crate) is_read: bool,
    /// Whether its kind has not been seen with these names before.
    pub(crate) is_new: bool,
}

/// A condition that an event passes, or may pass.
pub(crate) struct Passed<'a, 'e, 'n> {
    program: &'a Program<'a>,
    condition: &'a Condition<'a>,
    /// The answer.
    pub(crate) truth: Truth,
    look: &'a mut Look<'e, 'n>,
}

impl<'e> Passed<'_, 'e, '_> {
    /// The number of its rule.
    pub(crate) fn rule(&self) -> usize {
        self.condition.rule
    }

    /// The event.
    pub(crate) fn record(&self) -> &'e Record<'e> {
        self.look.record()
    }

    /// What was found in the event, in no order.
    pub(crate) fn matched(&mut self) -> Vec<Matched> {
        let mut out = Vec::new();
        self.condition.node.tell(&self.program.atoms.list, self.look, &mut out);
        out
    }
}

impl<'p, 'r> Matcher<'p, 'r> {
    pub(crate) fn new(program: &'p Program<'r>) -> Matcher<'p, 'r> {
        let (slots, atoms) = (program.atoms.slots.names.len(), program.atoms.list.len());
        Matcher {
            program,
            by_hash: FxHashMap::default(),
            known: Vec::new(),
            notes: Notes::new(slots, atoms),
            candidates: Vec::new(),
        }
    }

    /// Gives every condition that an event does not fail, in the order of rules. `came` is told of the
    /// event before.
    pub(crate) fn run(
        &mut self,
        event: &Event,
        came: impl FnOnce(&Record<'_>, Came),
        out: &mut dyn FnMut(Passed<'_, '_, '_>),
    ) {
        let at = self.kind(event);
        let program = self.program;
        let known = &mut self.known[at];
        let record = Record::of_kind(event, Arc::clone(&known.kind));
        let shape = known.shapes.iter().position(|shape| shape.is_of(event));
        came(&record, Came { is_read: known.plan.is_read, is_new: shape.is_none() });
        let shape = shape.unwrap_or_else(|| {
            if known.shapes.len() >= SHAPES {
                known.shapes.clear();
            }
            known.shapes.push(Shape::of(event, program.atoms.slots.names.len()));
            known.shapes.len() - 1
        });
        if known.plan.units.is_empty() {
            return;
        }
        let plan = Arc::clone(&known.plan);
        let mut look = Look::new(
            &record,
            &program.atoms.slots.names,
            &mut known.shapes[shape],
            &mut self.notes,
        );
        plan.candidates(&mut look, &mut self.candidates);
        for (word, bits) in self.candidates.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                let member = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let condition = &program.conditions[plan.units[member] as usize];
                let truth = condition.node.answer(&program.atoms.list, &mut look);
                if truth != Truth::False {
                    out(Passed { program, condition, truth, look: &mut look });
                }
            }
        }
    }

    /// The number of an event's kind.
    fn kind(&mut self, event: &Event) -> usize {
        let (provider, channel) = (event.provider(), event.channel());
        let event_id = event.event_id.unwrap_or(0);
        let operation = Operation::of(event, provider, event_id);
        let named = is_named(event, provider, event_id);
        let mut hasher = FxHasher::default();
        (provider, channel, event_id, operation, named).hash(&mut hasher);
        let hash = hasher.finish();
        let numbers = self.by_hash.get(&hash).map_or(&[][..], Vec::as_slice);
        let found = numbers.iter().copied().find(|number| {
            let known = &self.known[*number];
            known.event_id == event_id
                && known.operation == operation
                && known.named == named
                && *known.provider == *provider
                && *known.channel == *channel
        });
        if let Some(found) = found {
            return found;
        }
        if self.known.len() >= KINDS {
            self.known.clear();
            self.by_hash.clear();
        }
        let kind = Arc::new(Kind::of(event));
        let plan = self.program.plan(&kind, named);
        let number = self.known.len();
        self.known.push(Known {
            provider: provider.into(),
            channel: channel.into(),
            event_id,
            operation,
            named,
            kind,
            plan,
            shapes: Vec::new(),
        });
        self.by_hash.entry(hash).or_default().push(number);
        number
    }
}

/// Whether the fields `EventID` and `Provider_Name` of an event are the id and the provider of its
/// kind.
fn is_named(event: &Event, provider: &str, event_id: u32) -> bool {
    let mut digits = [0_u8; 10];
    let digits = decimal(event_id, &mut digits);
    let id = event.header("EventID").is_some_and(|value| match value {
        rulescope_events::Value::Text(text) => text.as_bytes() == digits,
        rulescope_events::Value::Number(rulescope_events::Number::Int(n)) => {
            *n == i64::from(event_id)
        }
        _ => false,
    });
    id && !provider.is_empty()
}

/// The decimal digits of a number.
fn decimal(mut n: u32, digits: &mut [u8; 10]) -> &[u8] {
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            return &digits[at..];
        }
    }
}
