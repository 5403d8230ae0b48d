//! Times as logs write them, in nanoseconds since 1970 UTC.

const DAY: i64 = 86_400;
const NANOS: i128 = 1_000_000_000;

/// Year, month and day of a day since 1970 by the proleptic Gregorian calendar (the method of
/// <https://howardhinnant.github.io/date_algorithms.html>, with years that start in March).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The day since 1970 of a date.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The time as RFC 3339 in UTC, with as many decimals of 0, 3, 6, 9 as it needs.
pub fn rfc3339(nanos: i64) -> String {
    let seconds = nanos.div_euclid(NANOS as i64);
    let fraction = nanos.rem_euclid(NANOS as i64);
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let clock = seconds.rem_euclid(DAY);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    let mut out = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if fraction % 1_000_000 == 0 {
        if fraction != 0 {
            out.push_str(&format!(".{:03}", fraction / 1_000_000));
        }
    } else if fraction % 1_000 == 0 {
        out.push_str(&format!(".{:06}", fraction / 1_000));
    } else {
        out.push_str(&format!(".{fraction:09}"));
    }
    out.push('Z');
    out
}

/// The time of a decimal number of seconds since 1970, or of milliseconds, microseconds or
/// nanoseconds where seconds would be past the year 5138 (exporters write all of them).
fn of_epoch(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let whole: i64 = whole.parse().ok()?;
    let scale = match whole {
        n if n < 100_000_000_000 => 1_000_000_000,
        n if n < 100_000_000_000_000 => 1_000_000,
        n if n < 100_000_000_000_000_000 => 1_000,
        _ => 1,
    };
    let mut nanos = whole.checked_mul(scale)?;
    let mut unit = scale;
    for digit in decimals.bytes() {
        unit /= 10;
        nanos = nanos.checked_add(i64::from(digit.checked_sub(b'0')?) * unit)?;
    }
    Some(nanos)
}

/// Reads a time. Forms: `2019-05-12T12:52:43.7026648Z`, a blank for the `T`, `,` for the decimal
/// point, an offset, no zone (taken as UTC: Windows, Sysmon and every known exporter mean that);
/// `/Date(1557665563702)/` of .NET; seconds, milliseconds, microseconds or nanoseconds since 1970.
/// Anything else, the locale's own forms included, is `None`.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("/Date(") {
        let digits: String =
            inner.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
        return digits.parse::<i64>().ok()?.checked_mul(1_000_000);
    }
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return of_epoch(text);
    }
    let mut cursor = Cursor(text.as_bytes());
    let year = cursor.digits(4)?;
    let separator = cursor.one_of(b"-/")?;
    let month = cursor.digits(2)?;
    cursor.one_of(&[separator])?;
    let day = cursor.digits(2)?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let mut seconds = days_of(year, month, day) * DAY;
    let mut fraction = 0;
    if cursor.one_of(b"Tt ").is_some() {
        let hour = cursor.digits(2)?;
        cursor.one_of(b":")?;
        let minute = cursor.digits(2)?;
        let second = if cursor.one_of(b":").is_some() { cursor.digits(2)? } else { 0 };
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        seconds += hour * 3600 + minute * 60 + second;
        if cursor.one_of(b".,").is_some() {
            fraction = cursor.fraction()?;
        }
        seconds -= cursor.offset()?;
    }
    if !cursor.0.is_empty() {
        return None;
    }
    i64::try_from(i128::from(seconds) * NANOS + i128::from(fraction)).ok()
}

/// What is left of a text.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        bytes.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    fn digit(&mut self) -> Option<i64> {
        self.one_of(b"0123456789").map(|b| i64::from(b - b'0'))
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        (0..count).try_fold(0, |n, _| Some(n * 10 + self.digit()?))
    }

    /// Nanoseconds of the digits after the point.
    fn fraction(&mut self) -> Option<i64> {
        let mut nanos = self.digit()? * 100_000_000;
        let mut unit = 10_000_000;
        while let Some(digit) = self.digit() {
            nanos += digit * unit;
            unit /= 10;
        }
        Some(nanos)
    }

    /// Seconds that the zone is ahead of UTC.
    fn offset(&mut self) -> Option<i64> {
        if self.one_of(b" ").is_some() && self.0.starts_with(b"UTC") {
            self.0 = &self.0[3..];
            return Some(0);
        }
        let sign = match self.one_of(b"Zz+-") {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Some(0),
        };
        let hours = self.digits(2)?;
        self.one_of(b":");
        let minutes = if self.0.is_empty() { 0 } else { self.digits(2)? };
        Some(sign * (hours * 3600 + minutes * 60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_forms_that_logs_have() {
        let expected = Some(1_557_665_563_702_664_800);
        assert_eq!(parse("2019-05-12T12:52:43.7026648Z"), expected);
        assert_eq!(parse("2019-05-12 12:52:43.7026648"), expected);
        assert_eq!(parse("2019-05-12T14:52:43,7026648+02:00"), expected);
        assert_eq!(parse("2019-05-12 08:22:43.7026648 -0430"), expected);
        assert_eq!(parse("2019-05-12 12:52:43.7026648 UTC"), expected);
        assert_eq!(parse("/Date(1557665563702)/"), Some(1_557_665_563_702_000_000));
        assert_eq!(parse("1557665563.5"), Some(1_557_665_563_500_000_000));
        assert_eq!(parse("1557665563702"), Some(1_557_665_563_702_000_000));
        assert_eq!(parse("1970-01-01"), Some(0));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "-",
            "5/12/2019 12:52:43 PM",
            "2019-13-01",
            "2019-05-12T25:00:00Z",
            "1.2.3",
            "2019-05-12T12:52:43Zx",
            "9999-12-31T00:00:00Z",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn times_are_written_as_they_were_read() {
        for text in [
            "2019-05-12T12:52:43.702664800Z",
            "2019-05-12T12:52:43.702Z",
            "2019-05-12T12:52:43Z",
            "1969-12-31T23:59:59.999999Z",
            "2000-02-29T00:00:00Z",
        ] {
            assert_eq!(rfc3339(parse(text).expect("a time")), text);
        }
    }
}
