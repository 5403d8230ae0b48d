//! What each construct of the languages comes to. The cases follow the pages that the dialects cite
//! and the cases of Kibana's own grammar.

use std::fmt::Write;

use rulescope_ir::{Fate, account, print};

use super::Language;

/// Each query with its condition, losses and defects.
fn told(language: Language, queries: &[&str]) -> String {
    let mut out = String::new();
    for query in queries {
        let logic = language.lower(query);
        let _ = writeln!(out, "{query}");
        let pattern = print::pattern(&logic.pattern);
        let pattern = pattern.replace("\n  (events index=x))\n", ")").replace('\n', "\n    ");
        let _ = writeln!(out, "    {}", pattern.trim_end());
        for loss in &logic.losses {
            let _ = writeln!(out, "    {}: {}", loss.effect.name(), loss.what);
        }
        for defect in &logic.diagnostics {
            let (place, severity) = (defect.span.slice(query), defect.severity.name());
            let _ = writeln!(out, "    {severity} at `{place}`: {}", defect.message);
        }
        for (span, fate) in account(&logic) {
            assert_ne!(fate, Fate::Vanished, "{query}: {}", span.slice(query));
        }
    }
    out
}

#[test]
fn kuery() {
    let queries = [
        "  ",
        " loose ",
        "two words",
        "first and second and third",
        "one or two and three or four",
        "(one or two) and three",
        "a.b and\u{a0}c.d",
        "a:1 AND b:2 Or c:3",
        "not (a:x or b:y)",
        "not a:x and b:y",
        "a:x y z",
        "a:\"x y z\"",
        "a:(x or y or \"z\")",
        "a:((x or y) and not z)",
        "a:(x and y*)",
        "a:*",
        "not a:*",
        "*:*",
        "*",
        "a:\"*\"",
        "a:x*",
        "a:*x*y",
        "a:x?",
        "a.*:x",
        "file.hash.*:abc",
        "n > 10 and n <= 20.5",
        "n >= \"5\"",
        "@timestamp >= now-30d and a:x",
        "version < 7.10.2",
        "list:{ name:x and size > 3 }",
        "list:{ inner:{ leaf:x } }",
        "a:true or a:\"false\"",
        "a:null",
        "a:007 or a:-4 or a:4688",
        "event.code:\"4624\"",
        r#"path:C\:\\Windows\\*.exe or path:"C:\\a \"b\" \d""#,
        r"a:x \and y\(\)\{\}",
        "source.ip:(10.0.0.0/8 or \"fe80::/10\" or 127.0.0.1)",
        "process.name.caseless:x",
        "message:\"two words\" or message:word or message:two words",
        "powershell.file.script_block_text:(\"[Convert]::FromBase64String\" or \"New-Object\" or *abc*)",
        "powershell.file.script_block_text:\"()\"",
        // What Kibana refuses.
        "a:",
        "a:(x or",
        "a:x)",
        "a:x b:y",
        "a:\"x",
        r"a:C:\x\y",
        "not(a:x)",
        "a:(x y) and b:z",
        "a:(and) and b:z",
        "a and or b",
    ];
    insta::assert_snapshot!(told(Language::Kuery, &queries));
}

#[test]
fn lucene() {
    let queries = [
        "",
        "loose",
        "two words",
        "status:active",
        "title:(quick OR brown)",
        "author:\"John Smith\"",
        r"book.\*:(quick OR brown)",
        "_exists_:title",
        "title:*",
        "a:qu?ck b:bro*",
        "name:/joh?n(ath[oa]n)/",
        "name:/a~b/",
        "a:quikc~ b:brown~1",
        "\"fox quick\"~5",
        "date:[2012-01-01 TO 2012-12-31]",
        "count:[1 TO 5]",
        "count:[10 TO *]",
        "count:{1 TO 5]",
        "count:[* TO *]",
        "age:>10 AND age:<=20",
        "age:(>=10 AND <20)",
        "@timestamp:[now-1d TO now] AND a:x",
        "a:quick^2 AND b:\"fox\"^4",
        "a:quick a:brown +a:fox -a:news",
        "a:1 AND b:2 OR c:3",
        "a:1 OR b:2 AND c:3",
        "a:1 OR b:2",
        "a:1 && !b:2 || c:3",
        "NOT a:1",
        "NOT a:1 NOT b:2",
        "(a:1 OR b:2) AND (c:3 OR NOT d:4)",
        r"a:\(1\+1\)\=2 OR a:x\ y",
        "source.ip:\"10.0.0.0/8\"",
        "message:(one AND \"two three\")",
        // What is refused.
        "a:",
        "a:(x",
        "a:x)",
        "a:\"x",
        "a:/x",
        "a:[1 TO",
        "a:[1 5] OR b:x",
        "AND",
        "a:x AND",
    ];
    insta::assert_snapshot!(told(Language::Lucene, &queries));
}

#[test]
fn a_missing_field_passes_a_negated_test() {
    use rulescope_eval::{Certainty, Event, run};
    for (language, query) in
        [(Language::Kuery, "not a:x and b:*"), (Language::Lucene, "NOT a:x AND _exists_:b")]
    {
        let logic = language.lower(query);
        let event = |a: Option<&str>| {
            let event = Event::at(0).of("index", "x").with("b", "1");
            match a {
                Some(a) => event.with("a", a),
                None => event,
            }
        };
        for (a, passes) in [(None, true), (Some("y"), true), (Some("x"), false), (Some("X"), true)]
        {
            let found = run(&logic.pattern, &[event(a)], None);
            let certain = found.iter().any(|m| m.certainty == Certainty::Certain);
            assert_eq!(certain, passes, "{query} {a:?}");
        }
    }
}
