//! Conditions of the IR.

use rulescope_ir::normalize::boolean;
use rulescope_ir::{
    Expr, Field, Function, Glob, Literal, Op, Piece, Predicate, Quantifier, Regex, Scalar, Span,
    Subject, Value, print,
};

use crate::bytes::Bytes;

const NAMES: [&str; 4] = ["a", "B", "d.x", "v"];
const TEXTS: [&str; 7] = ["", "a", "A", "ab", "5", "é", "a*b"];
const OPS: [Op; 16] = [
    Op::Eq,
    Op::Contains,
    Op::StartsWith,
    Op::EndsWith,
    Op::Wildcard,
    Op::Regex,
    Op::Term,
    Op::Lt,
    Op::Le,
    Op::Gt,
    Op::Ge,
    Op::Cidr,
    Op::Exists,
    Op::Null,
    Op::FieldEq,
    Op::Keyword,
];

/// The Boolean normal form of a normal form is itself, and a condition and its double negation have
/// the same one.
pub fn normalize(bytes: &[u8]) {
    let mut bytes = Bytes::new(bytes);
    let condition = expr(&mut bytes, 4);
    let once = boolean(&condition);
    assert_eq!(boolean(&once), once, "{}", print::expr(&condition));
    let twice = Expr::Not(Box::new(Expr::Not(Box::new(condition))));
    assert_eq!(boolean(&twice), once, "{}", print::expr(&twice));
}

fn expr(bytes: &mut Bytes<'_>, depth: usize) -> Expr {
    let many = |bytes: &mut Bytes<'_>| -> Vec<Expr> {
        (0..bytes.below(4)).map(|_| expr(bytes, depth - 1)).collect()
    };
    if bytes.is_empty() {
        return Expr::Const(false);
    }
    match bytes.below(if depth == 0 { 8 } else { 16 }) {
        0 => Expr::Const(bytes.flip()),
        1 => Expr::Opaque { text: bytes.pick(&NAMES).to_owned(), span: Span::NONE },
        2..8 => Expr::Predicate(predicate(bytes)),
        8 | 9 => Expr::All(many(bytes)),
        10 | 11 => Expr::Any(many(bytes)),
        12 => {
            let count = u32::try_from(bytes.below(5)).unwrap_or(0);
            Expr::AtLeast { count, of: many(bytes) }
        }
        13 => Expr::Each {
            quantifier: quantifier(bytes),
            list: value(bytes),
            variable: bytes.pick(&NAMES).to_owned(),
            expr: Box::new(expr(bytes, depth - 1)),
        },
        _ => Expr::Not(Box::new(expr(bytes, depth - 1))),
    }
}

fn predicate(bytes: &mut Bytes<'_>) -> Predicate {
    let subject = match bytes.below(6) {
        0 => Subject::Event,
        1 => Subject::Value(value(bytes)),
        _ => Subject::Field(Field::new(bytes.pick(&NAMES))),
    };
    let op = bytes.pick(&OPS);
    let count = if matches!(op, Op::Exists | Op::Null) { 0 } else { bytes.below(4) };
    let values = (0..count).map(|_| literal(bytes, op)).collect();
    Predicate {
        negated: bytes.flip(),
        quantifier: quantifier(bytes),
        case_sensitive: bytes.flip(),
        missing: bytes.flip(),
        ..Predicate::new(subject, op, values)
    }
}

fn literal(bytes: &mut Bytes<'_>, op: Op) -> Literal {
    let text = |bytes: &mut Bytes<'_>| bytes.pick(&TEXTS).to_owned();
    let scalar = match (op, bytes.below(8)) {
        (Op::Regex, _) => Scalar::Regex(Regex {
            source: text(bytes),
            flags: bytes.pick(&["", "i"]).to_owned(),
            whole: bytes.flip(),
        }),
        (Op::Cidr, _) => Scalar::Network(bytes.pick(&["10.0.0.0/8", "::/0", "x"]).to_owned()),
        (_, 0) => Literal::number(5).value,
        (_, 1) => Scalar::Bool(bytes.flip()),
        (_, 2) => Scalar::Null,
        (_, 3) => Scalar::Field(Field::new(bytes.pick(&NAMES))),
        (_, 4) => Scalar::Placeholder(text(bytes)),
        (_, 5) => Scalar::Glob(glob(bytes)),
        (_, _) => Scalar::Text(text(bytes)),
    };
    let mut literal = Literal::new(scalar, Span::NONE);
    literal.forms = (0..bytes.below(4).saturating_sub(1)).map(|_| glob(bytes)).collect();
    literal
}

fn glob(bytes: &mut Bytes<'_>) -> Glob {
    let mut glob = Glob::new();
    for _ in 0..bytes.below(5) {
        match bytes.below(5) {
            0 => glob.push(Piece::Any),
            1 => glob.push(Piece::One),
            2 => glob.push(Piece::OneOf(vec!['-', 'A'])),
            _ => glob.push_text(bytes.pick(&TEXTS)),
        }
    }
    glob
}

fn quantifier(bytes: &mut Bytes<'_>) -> Quantifier {
    if bytes.flip() { Quantifier::All } else { Quantifier::Any }
}

fn value(bytes: &mut Bytes<'_>) -> Value {
    match bytes.below(5) {
        0 => Value::Literal(literal(bytes, Op::Eq)),
        1 => Value::call(Function::Lower, vec![Value::field(bytes.pick(&NAMES))]),
        _ => Value::field(bytes.pick(&NAMES)),
    }
}
