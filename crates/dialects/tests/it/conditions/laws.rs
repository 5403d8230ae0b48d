//! What is printed is read again as it was, and nothing of any text panics or vanishes.

use proptest::prelude::*;
use rulescope_ir::{Fate, Span, account, normalize};

use super::Language;

/// Texts of the languages' signs and words.
fn texts() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "a",
        "a.b",
        ":",
        ":",
        " ",
        " ",
        "(",
        ")",
        "{",
        "}",
        "\"",
        "\\",
        "*",
        "?",
        "and",
        "or",
        "not",
        "AND",
        "OR",
        "NOT",
        " TO ",
        "[",
        "]",
        "/",
        "~",
        "^",
        "2",
        "-",
        "+",
        "!",
        "&&",
        "||",
        "<",
        ">=",
        "x y",
        "\n",
        "é",
        "\u{a0}",
        "\\u0041",
        "null",
        "10.0.0.0/8",
        "message",
        "file.hash.*",
        "_exists_",
        "@timestamp",
        "now-1d",
        " and ",
        " or ",
        "not ",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in texts()) {
        for language in Language::BOTH {
            let logic = language.lower(&text);
            let within = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
            for (span, fate) in account(&logic) {
                prop_assert!(within(span), "{text:?} {span:?}");
                prop_assert_ne!(fate, Fate::Vanished, "{:?} in {:?}", span.slice(&text), &text);
            }
            prop_assert!(logic.losses.iter().all(|l| within(l.span)), "{text:?}");
            prop_assert!(logic.diagnostics.iter().all(|d| within(d.span)), "{text:?}");
            let once = normalize(&logic.pattern);
            prop_assert_eq!(normalize(&once), once);
            let (emitted, fine) = language.emitted(&text);
            if fine {
                let again = language.emitted(&emitted);
                prop_assert_eq!(&again, &(emitted.clone(), true), "{:?} {:?}", language, &text);
                let said = |text: &str| {
                    let mut pattern = language.lower(text).pattern;
                    rulescope_ir::visit::clear_spans(&mut pattern);
                    rulescope_ir::print::pattern(&normalize(&pattern))
                };
                // What is compared in another order is kept as it was written.
                let before = said(&text);
                if !before.contains("opaque") {
                    prop_assert_eq!(said(&emitted), before, "{:?} {:?}", language, &text);
                }
            }
        }
    }
}
