//! A condition over one event as a tree of numbered tests.

use rulescope_eval::{Env, Truth, eval_expr};
use rulescope_ir::Expr;
use rulescope_ir::polarity::expr_standings;

use super::atom::{Atom, Atoms};
use super::look::Look;
use crate::hit::{Matched, found, tell};

/// A condition.
#[derive(Debug)]
pub(super) enum Node<'r> {
    All(Box<[Node<'r>]>),
    Any(Box<[Node<'r>]>),
    AtLeast(u32, Box<[Node<'r>]>),
    Not(Box<Node<'r>>),
    Atom(u32),
    Const(Truth),
    /// What the reference evaluator says.
    Reference(&'r Expr),
}

impl<'r> Node<'r> {
    /// Compiles a condition.
    pub(super) fn of(expr: &'r Expr, atoms: &mut Atoms<'r>) -> Node<'r> {
        let list = |of: &'r [Expr], atoms: &mut Atoms<'r>| -> Vec<(u32, Node<'r>)> {
            let compiled = of.iter().map(|e| Node::of(e, atoms)).collect::<Vec<_>>();
            let cost = |node: Node<'r>| (node.cost(&atoms.list), node);
            let mut out: Vec<(u32, Node<'r>)> = compiled.into_iter().map(cost).collect();
            // What is quickly answered often makes the rest needless.
            out.sort_by_key(|(cost, _)| *cost);
            out
        };
        let bare = |list: Vec<(u32, Node<'r>)>| list.into_iter().map(|(_, node)| node).collect();
        match expr {
            Expr::All(of) => Node::All(bare(list(of, atoms))),
            Expr::Any(of) => Node::Any(bare(list(of, atoms))),
            Expr::AtLeast { count, of } => Node::AtLeast(*count, bare(list(of, atoms))),
            Expr::Not(inner) => Node::Not(Box::new(Node::of(inner, atoms))),
            Expr::Predicate(predicate) => Node::Atom(atoms.atom(predicate)),
            Expr::Const(b) => Node::Const((*b).into()),
            Expr::Opaque { .. } => Node::Const(Truth::Unknown),
            Expr::Each { .. } => Node::Reference(expr),
        }
    }

    /// The tests for a value that bear the answer: what stands in a part that fails is no reason,
    /// though the event may have the value.
    pub(super) fn tell(&self, atoms: &[Atom<'_>], look: &mut Look<'_, '_>, out: &mut Vec<Matched>) {
        match self {
            Node::All(of) | Node::Any(of) | Node::AtLeast(_, of) => {
                for node in of {
                    if node.answer(atoms, look) != Truth::False {
                        node.tell(atoms, look, out);
                    }
                }
            }
            Node::Atom(number) => {
                let atom = &atoms[*number as usize];
                if !atom.predicate.negated && self.answer(atoms, look) == Truth::True {
                    tell(atom.predicate, out, |value| atom.passes(value, look));
                }
            }
            Node::Reference(expr) => {
                let standings = expr_standings(expr);
                let positive = standings.iter().filter(|s| !s.negative).map(|s| s.predicate);
                found(positive, look.record(), out);
            }
            Node::Not(_) | Node::Const(_) => {}
        }
    }

    fn cost(&self, atoms: &[Atom<'_>]) -> u32 {
        match self {
            Node::All(of) | Node::Any(of) | Node::AtLeast(_, of) => {
                of.iter().map(|node| node.cost(atoms)).fold(1, u32::saturating_add)
            }
            Node::Not(inner) => inner.cost(atoms),
            Node::Atom(atom) => atoms[*atom as usize].cost,
            Node::Const(_) => 0,
            Node::Reference(_) => 1000,
        }
    }

    /// The answer on an event.
    pub(super) fn answer(&self, atoms: &[Atom<'_>], look: &mut Look<'_, '_>) -> Truth {
        match self {
            Node::All(of) => {
                let mut out = Truth::True;
                for node in of {
                    out = out.min(node.answer(atoms, look));
                    if out == Truth::False {
                        break;
                    }
                }
                out
            }
            Node::Any(of) => {
                let mut out = Truth::False;
                for node in of {
                    out = out.max(node.answer(atoms, look));
                    if out == Truth::True {
                        break;
                    }
                }
                out
            }
            Node::AtLeast(count, of) => {
                Truth::at_least((*count).into(), of.iter().map(|node| node.answer(atoms, look)))
            }
            Node::Not(inner) => !inner.answer(atoms, look),
            Node::Atom(atom) => {
                if let Some(known) = look.known(*atom) {
                    return known;
                }
                let truth = atoms[*atom as usize].answer(look);
                look.know(*atom, truth);
                truth
            }
            Node::Const(truth) => *truth,
            Node::Reference(expr) => eval_expr(expr, look.record(), &Env::default()),
        }
    }
}
