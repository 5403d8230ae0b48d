//! Parts of a time in UTC.

use crate::datum::Datum;

const DAY: i64 = 86_400;

/// `minute`, `hour`, `day` (of the month), `week` (ISO 8601), `month` or `year` of a time: seconds
/// since 1970, or a text such as `2024-05-06T07:08:09Z`. Absent for any other part or text.
pub(crate) fn part(part: &str, time: &Datum) -> Option<Datum> {
    let seconds = match time.number() {
        Some(n) => n.as_f64().floor() as i64,
        None => parse(&time.display())?,
    };
    let days = seconds.div_euclid(DAY);
    let (year, month, day) = civil(days);
    let n = match part.to_ascii_lowercase().as_str() {
        "minute" => seconds.rem_euclid(3600) / 60,
        "hour" => seconds.rem_euclid(DAY) / 3600,
        "day" => day,
        "week" => iso_week(days),
        "month" => month,
        "year" => year,
        _ => return None,
    };
    Some(Datum::int(n.into()))
}

/// Year, month and day of a day since 1970, by the proleptic Gregorian calendar (the method of
/// <https://howardhinnant.github.io/date_algorithms.html>, with years that start in March).
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
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
pub(crate) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let march_month = (month + 9) % 12;
    let of_year = (153 * march_month + 2) / 5 + day - 1;
    year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The ISO 8601 week: the one that holds the week's Thursday.
fn iso_week(days: i64) -> i64 {
    let weekday = (days + 3).rem_euclid(7);
    let thursday = days - weekday + 3;
    let (year, _, _) = civil(thursday);
    (thursday - days_of(year, 1, 1)) / 7 + 1
}

/// Seconds since 1970 of `YYYY-MM-DD`, with `T` or a blank and `HH:MM[:SS]` after it, in UTC.
fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    if text.get(4..5)? != "-" || text.get(7..8)? != "-" {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let clock = number(11, 13).unwrap_or(0) * 3600
        + number(14, 16).unwrap_or(0) * 60
        + number(17, 19).unwrap_or(0);
    Some(days_of(year, month, day) * DAY + clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_known_dates() {
        let of = |name: &str, time: &str| part(name, &Datum::text(time)).map(|d| d.display());
        assert_eq!(of("year", "2024-02-29T23:59:00Z").as_deref(), Some("2024"));
        assert_eq!(of("day", "2024-02-29 23:59:00").as_deref(), Some("29"));
        assert_eq!(of("hour", "2024-02-29T23:59:00Z").as_deref(), Some("23"));
        assert_eq!(of("minute", "1969-12-31T23:59:00Z").as_deref(), Some("59"));
        assert_eq!(of("week", "2021-01-03").as_deref(), Some("53"));
        assert_eq!(of("week", "2024-12-30").as_deref(), Some("1"));
        assert_eq!(of("year", "yesterday"), None);
        assert_eq!(part("month", &Datum::int(0)), Some(Datum::int(1)));
    }
}
