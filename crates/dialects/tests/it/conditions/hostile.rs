//! Texts made to hurt: read in time that grows with their length, and without a deep stack.

use std::time::{Duration, Instant};

use super::Language;

/// In release each takes less than 100 ms; an unoptimised build on a busy machine gets more.
const LIMIT: Duration = Duration::from_secs(4);

#[test]
fn a_megabyte_of_anything_is_read() {
    let parts = [
        "(",
        ")",
        "{",
        "a:(",
        "a:{",
        "not ",
        "NOT ",
        "a:b or ",
        "a:b OR ",
        "a:(b or ",
        "\"",
        "\\",
        "*",
        "a*",
        " ",
        "a ",
        "a and ",
        "a AND ",
        "-",
        "+",
        "!",
        "[",
        "a:[1 TO ",
        "/",
        "a:/",
        "^",
        "~",
        ":",
        "a:",
        "<",
        "a:>",
        "a.*:b or ",
        "message:a or ",
        "x\u{a0}",
        "é",
        "\\u00",
        "or ",
        "and and ",
    ];
    for part in parts {
        let text = part.repeat((1 << 20) / part.len());
        for language in Language::BOTH {
            let start = Instant::now();
            let logic = language.lower(&text);
            assert!(logic.diagnostics.len() <= 101, "{part:?}");
            let time = start.elapsed();
            assert!(time < LIMIT, "{language:?} {part:?}: {time:?}");
        }
    }
}
