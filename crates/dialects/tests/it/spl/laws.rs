//! Laws: what is emitted is read back, and any text is read with its places right.

use proptest::prelude::*;
use rulescope_dialects::spl::{self, Lookups, Macro, Macros, Query, Source};
use rulescope_ir::{Fate, Severity, Span, Stage, account, normalize};

use super::arbitrary;
use super::shape::unplaced;

fn macros() -> Macros {
    let mut macros = Macros::new();
    for (name, args, definition) in [
        ("m", vec![], "a=1 | `n` [ x"),
        ("n", vec![], "eval y=\"`m`\" `m`"),
        ("f", vec!["p".to_owned(), "q".to_owned()], "$p$ OR $q$ `f($q$,$p$)`"),
    ] {
        macros.insert(name, Macro { args, definition: Some(definition.to_owned()) });
    }
    macros
}

/// Every place that is told of lies in the text, at characters.
fn well_placed(query: &Query, text: &str) -> Result<(), TestCaseError> {
    for diagnostic in &query.diagnostics {
        let (start, end) = (diagnostic.span.start as usize, diagnostic.span.end as usize);
        prop_assert!(text.get(start..end).is_some(), "{diagnostic:?}");
    }
    let stages = spl::stages(query);
    let mut all: Vec<&Stage> = stages.iter().collect();
    while let Some(stage) = all.pop() {
        let (start, end) = (stage.span.start as usize, stage.span.end as usize);
        prop_assert!(text.get(start..end).is_some(), "{stage:?}");
        all.extend(&stage.stages);
    }
    Ok(())
}

/// What a search is lowered to stands in the text, accounts for every literal, and has a normal form.
fn well_lowered(query: &Query, text: &str) -> Result<(), TestCaseError> {
    let logic = spl::lower(query, &Lookups::new());
    let within = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
    for loss in &logic.losses {
        prop_assert!(within(loss.span), "{loss:?}");
    }
    for diagnostic in &logic.diagnostics {
        prop_assert!(within(diagnostic.span), "{diagnostic:?}");
    }
    for (span, fate) in account(&logic) {
        prop_assert!(within(span), "{span:?}");
        prop_assert_ne!(fate, Fate::Vanished, "{} of {}", span.slice(text), text);
    }
    let once = normalize(&logic.pattern);
    prop_assert_eq!(&normalize(&once), &once, "{}", text);
    Ok(())
}

/// A quote that is not closed goes past the subsearch that it stands in.
#[test]
fn a_literal_that_goes_past_its_subsearch_is_accounted_for() {
    for text in [
        "|inputlookup s where h[search\"\n",
        "a OR [search \"b\n",
        "a|appendpipe[[]|search n\"\n",
        "a|foreach *_in [eval t c|search m=\"w\n",
    ] {
        let query = spl::parse(&Source::at(text, 0), &Macros::new());
        well_lowered(&query, text).expect(text);
    }
}

/// Splunk refuses a list of values without a field; printed without its comma, one would become the
/// list of the word before.
#[test]
fn a_list_without_a_field_is_kept_as_text() {
    for text in ["a=b, \"c\", IN (d, e)", "(a) in (b)", "IN (a)"] {
        let query = spl::parse(&Source::at(text, 0), &Macros::new());
        let codes: Vec<&str> = query.diagnostics.iter().map(|d| d.code.as_ref()).collect();
        assert_eq!(codes, ["spl/syntax"], "{text}");
    }
}

/// The word before a group stays a word.
#[test]
fn a_word_that_could_begin_a_list_is_printed_in_quotes() {
    let query = spl::parse(&Source::at("a IN b OR c", 0), &Macros::new());
    assert_eq!(spl::emit(&query.pipeline), "a \"IN\" (b OR c)");
}

proptest! {
    #[test]
    fn an_emitted_search_is_lowered(pipeline in arbitrary::pipeline()) {
        let text = spl::emit(&pipeline);
        let query = spl::parse(&Source::at(&text, 0), &Macros::new());
        well_lowered(&query, &text)?;
    }

    #[test]
    fn any_text_is_lowered(text in arbitrary::soup()) {
        let query = spl::parse(&Source::at(&text, 0), &macros());
        well_lowered(&query, &text)?;
    }

    #[test]
    fn an_emitted_search_is_read_back(pipeline in arbitrary::pipeline()) {
        let text = spl::emit(&pipeline);
        let query = spl::parse(&Source::at(&text, 0), &Macros::new());
        let worst = query.diagnostics.iter().map(|d| d.severity).max();
        let missing = query.diagnostics.iter().all(|d| d.code == "spl/missing-macro"
            || d.severity == Severity::Note);
        prop_assert!(missing, "{text}\n{worst:?} {:?}", query.diagnostics);
        prop_assert_eq!(unplaced(&query.pipeline), unplaced(&pipeline), "{}", text);
    }

    #[test]
    fn any_text_is_read(text in arbitrary::soup()) {
        let query = spl::parse(&Source::at(&text, 0), &macros());
        well_placed(&query, &text)?;
        let plain = spl::parse(&Source::at(&text, 0), &Macros::new());
        well_placed(&plain, &text)?;
    }

    #[test]
    fn any_characters_are_read(text in "\\PC{0,60}") {
        let query = spl::parse(&Source::at(&text, 0), &macros());
        well_placed(&query, &text)?;
    }

    #[test]
    fn a_search_within_a_text_stands_where_it_is(text in arbitrary::soup(), base in 0..50usize) {
        let here = spl::parse(&Source::at(&text, 0), &macros());
        let there = spl::parse(&Source::at(&text, base), &macros());
        prop_assert_eq!(unplaced(&here.pipeline), unplaced(&there.pipeline));
        for (a, b) in here.diagnostics.iter().zip(&there.diagnostics) {
            prop_assert_eq!(a.span.shifted(base), b.span);
        }
    }
}

#[test]
fn a_macro_within_the_search_of_a_map_is_that_search_own() {
    let mut macros = Macros::new();
    let text = "map search=\"search `n` b\"".to_owned();
    macros.insert("m", Macro { args: vec![], definition: Some(text) });
    macros.insert("n", Macro { args: vec![], definition: Some("c d".to_owned()) });
    let query = spl::parse(&Source::at("a | `m` | head 1", 0), &macros);
    assert_eq!(query.diagnostics, []);
    let stages = spl::stages(&query);
    assert_eq!(stages[1].stages[0].stages[0].text, "search c d b");
    assert_eq!(stages[1].stages[0].stages[0].span, stages[1].span);
}

#[test]
fn a_single_quote_around_a_double_one_ends() {
    let text = "'a=\"' | b";
    let query = spl::parse(&Source::at(text, 0), &Macros::new());
    let codes: Vec<&str> = query.diagnostics.iter().map(|d| d.code.as_ref()).collect();
    assert_eq!(codes, ["spl/unclosed-quote", "spl/syntax"]);
}
