//! Times that have wanted parts.

use rulescope_ir::Op;

use crate::date::days_of;
use crate::datum::Datum;

/// What a part of a time must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateWish {
    /// `minute`, `hour`, `day`, `week`, `month` or `year`, in lower case.
    pub(super) part: String,
    /// How it is compared.
    pub(super) op: Op,
    /// With what.
    pub(super) number: i64,
}

/// A time in milliseconds since 1970 whose parts are as wanted, as far as there is one; the rest is
/// of 2024, which starts on a Monday.
fn at(wishes: &[DateWish], off: i64) -> i64 {
    let (mut year, mut month, mut day, mut hour, mut minute) = (2024, 1, 1, 0, 0);
    let mut week = None;
    for wish in wishes {
        let number = match wish.op {
            Op::Lt => wish.number - 1 - off,
            Op::Le => wish.number - off,
            Op::Gt => wish.number + 1 + off,
            Op::Ge => wish.number + off,
            Op::Eq
            | Op::Contains
            | Op::StartsWith
            | Op::EndsWith
            | Op::Wildcard
            | Op::Regex
            | Op::Term
            | Op::Word
            | Op::Cidr
            | Op::Exists
            | Op::Null
            | Op::FieldEq
            | Op::Keyword => wish.number,
        };
        match wish.part.as_str() {
            "minute" => minute = number.clamp(0, 59),
            "hour" => hour = number.clamp(0, 23),
            "day" => day = number.clamp(1, 31),
            "week" => week = Some(number.clamp(1, 53)),
            "month" => month = number.clamp(1, 12),
            "year" => year = number.clamp(1, 9999),
            _ => {}
        }
    }
    let days = match week {
        Some(week) => days_of(year, 1, 1) + (week - 1) * 7 + day - 1,
        None => days_of(year, month, day),
    };
    (days * 86_400 + hour * 3600 + minute * 60) * 1000
}

/// Times with the wanted parts, in milliseconds since 1970.
pub(super) fn times(wishes: &[DateWish]) -> Vec<i64> {
    if wishes.is_empty() {
        return Vec::new();
    }
    vec![at(wishes, 0), at(wishes, 1), at(&wishes[..1], 0), at(&wishes[wishes.len() - 1..], 0)]
}

/// The same as texts, as Windows writes them.
pub(super) fn texts(wishes: &[DateWish]) -> Vec<Datum> {
    times(wishes).into_iter().map(|t| Datum::text(text(t))).collect()
}

/// `YYYY-MM-DDTHH:MM:SSZ` of a time in milliseconds since 1970.
pub(super) fn text(millis: i64) -> String {
    let seconds = millis.div_euclid(1000);
    let (year, month, day) = crate::date::civil(seconds.div_euclid(86_400));
    let clock = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
