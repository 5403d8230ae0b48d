//! Functions of numbers: exact where all are integers, floating-point otherwise.

use std::cmp::Ordering;

use rulescope_ir::{Function, Number};

use crate::datum::Datum;

/// The integer that a value is or stands for.
pub(crate) fn integer(value: &Datum) -> Option<i128> {
    value.number()?.as_str().parse().ok()
}

/// The number that a value stands for, in a base from 2 to 36; `0x` is read in base 16.
pub(crate) fn parse(value: &Datum, base: Option<&Datum>) -> Option<Datum> {
    let base = match base {
        None => 10,
        Some(base) => u32::try_from(integer(base)?).ok().filter(|b| (2..=36).contains(b))?,
    };
    let text = value.display();
    let text = text.trim();
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match (base, hex) {
        (10, None) => value.number().map(Datum::Number),
        (10 | 16, Some(digits)) => i128::from_str_radix(digits, 16).ok().map(Datum::int),
        (base, _) => i128::from_str_radix(text, base).ok().map(Datum::int),
    }
}

/// The value of an arithmetic function; `None` where an argument is no number.
pub(crate) fn call(f: Function, args: &[&Datum]) -> Option<Datum> {
    if matches!(f, Function::Least | Function::Greatest) {
        let order = |a: &&&Datum, b: &&&Datum| a.compare(b);
        let found = if f == Function::Least {
            args.iter().min_by(order)
        } else {
            args.iter().max_by(order)
        };
        return found.map(|d| (*d).clone());
    }
    let numbers: Vec<Number> = args.iter().map(|d| d.number()).collect::<Option<_>>()?;
    let exact: Option<Vec<i128>> = numbers.iter().map(|n| n.as_str().parse().ok()).collect();
    if let Some(result) = exact.and_then(|n| integers(f, &n)) {
        return Some(Datum::int(result));
    }
    let floats: Vec<f64> = numbers.iter().map(Number::as_f64).collect();
    floating(f, &floats).and_then(|n| Datum::float(n).present())
}

/// The exact result, where there is one.
fn integers(f: Function, n: &[i128]) -> Option<i128> {
    match (f, n) {
        (Function::Add, [a, b]) => a.checked_add(*b),
        (Function::Subtract, [a, b]) => a.checked_sub(*b),
        (Function::Multiply, [a, b]) => a.checked_mul(*b),
        (Function::Divide, [a, b]) if a.checked_rem(*b) == Some(0) => a.checked_div(*b),
        (Function::Modulo, [a, b]) => a.checked_rem(*b),
        (Function::Negate, [a]) => a.checked_neg(),
        (Function::Absolute, [a]) => a.checked_abs(),
        (Function::Floor | Function::Ceiling | Function::Round, [a]) => Some(*a),
        (Function::Bin, [a, size]) if *size > 0 => a.checked_sub(a.rem_euclid(*size)),
        _ => None,
    }
}

fn floating(f: Function, n: &[f64]) -> Option<f64> {
    match (f, n) {
        (Function::Add, [a, b]) => Some(a + b),
        (Function::Subtract, [a, b]) => Some(a - b),
        (Function::Multiply, [a, b]) => Some(a * b),
        (Function::Divide, [_, b]) | (Function::Modulo, [_, b]) if *b == 0.0 => None,
        (Function::Divide, [a, b]) => Some(a / b),
        (Function::Modulo, [a, b]) => Some(a % b),
        (Function::Negate, [a]) => Some(-a),
        (Function::Absolute, [a]) => Some(a.abs()),
        (Function::Floor, [a]) => Some(a.floor()),
        (Function::Ceiling, [a]) => Some(a.ceil()),
        (Function::Round, [a]) => Some(a.round()),
        (Function::Round, [a, digits]) => {
            let scale = 10f64.powf(digits.trunc());
            Some((a * scale).round() / scale)
        }
        (Function::Bin, [a, size]) if *size > 0.0 => Some((a / size).floor() * size),
        _ => None,
    }
}

/// The sum; exact where all are integers.
pub(crate) fn sum(numbers: &[Number]) -> Datum {
    let exact = numbers
        .iter()
        .try_fold(0i128, |sum, n| n.as_str().parse::<i128>().ok().and_then(|n| sum.checked_add(n)));
    match exact {
        Some(sum) => Datum::int(sum),
        None => Datum::float(numbers.iter().map(Number::as_f64).sum()),
    }
}

/// The value at a share (0–1) of sorted numbers, by linear interpolation between the closest ranks.
pub(crate) fn quantile(numbers: &[Number], share: f64) -> Datum {
    let mut sorted: Vec<f64> = numbers.iter().map(Number::as_f64).collect();
    sorted.sort_by(f64::total_cmp);
    let rank = share.clamp(0.0, 1.0) * (sorted.len() as f64 - 1.0);
    let (low, high) = (rank.floor() as usize, rank.ceil() as usize);
    match (sorted.get(low), sorted.get(high)) {
        (Some(a), Some(b)) => Datum::float(a + (b - a) * (rank - rank.floor())),
        _ => Datum::Null,
    }
}

/// The sample standard deviation; null of fewer than two.
pub(crate) fn deviation(numbers: &[Number]) -> Datum {
    if numbers.len().cmp(&2) == Ordering::Less {
        return Datum::Null;
    }
    let floats: Vec<f64> = numbers.iter().map(Number::as_f64).collect();
    let mean = floats.iter().sum::<f64>() / floats.len() as f64;
    let squares: f64 = floats.iter().map(|x| (x - mean).powi(2)).sum();
    Datum::float((squares / (floats.len() as f64 - 1.0)).sqrt())
}
