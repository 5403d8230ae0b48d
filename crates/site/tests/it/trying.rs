//! Events on rules, and rules that are pasted.

use rulescope_site::{Posted, Request};

use crate::support::{Small, small, some_rules};

fn posted(small: &Small, path: &str, posted: Posted) -> String {
    let request = Request { path: path.to_owned(), posted: Some(posted), ..Request::default() };
    let answer = small.site.answer(&request);
    assert_eq!(answer.status, 200);
    String::from_utf8(answer.body.to_vec()).expect("UTF-8")
}

fn event(small: &Small, text: &str) -> String {
    let bytes = text.as_bytes().to_vec();
    posted(
        small,
        "/rules/sigma-one/whoami/",
        Posted::Events { name: "event.json".to_owned(), bytes },
    )
}

#[test]
fn an_event_lights_the_condition_up() {
    let small = small(&some_rules());
    let hit = event(&small, "{\"Image\": \"C:\\\\x\\\\whoami.exe\", \"CommandLine\": \"<b>\"}");
    assert!(hit.contains("The event matches."), "{hit}");
    assert!(hit.contains("class=\"node truth true\""));
    assert!(hit.contains("saw <code>&quot;C:\\\\x\\\\whoami.exe&quot;</code>"));
    let miss = event(
        &small,
        "{\"Image\": \"C:\\\\x\\\\whoami.exe\", \"ParentImage\": \"C:\\\\good.exe\"}",
    );
    assert!(miss.contains("The event does not match."), "{miss}");
    assert!(miss.contains("class=\"node truth false\""));
    let other = event(
        &small,
        "{\"EventID\": 3, \"Channel\": \"Microsoft-Windows-Sysmon/Operational\", \
        \"Provider\": \"Microsoft-Windows-Sysmon\", \"Image\": \"C:\\\\whoami.exe\"}",
    );
    assert!(other.contains("The event does not match."), "{other}");
    let broken = event(&small, "{\"Image\": ");
    assert!(broken.contains("No event was read.") && broken.contains("class=\"tag warn\""));
}

#[test]
fn a_log_says_which_records_match() {
    let small = small(&some_rules());
    let lines = "{\"EventRecordID\": 7, \"EventID\": 1, \"Provider\": \"Microsoft-Windows-Sysmon\", \
        \"Channel\": \"Microsoft-Windows-Sysmon/Operational\", \"Image\": \"C:\\\\whoami.exe\"}\n\
        {\"EventRecordID\": 8, \"EventID\": 1, \"Provider\": \"Microsoft-Windows-Sysmon\", \
        \"Channel\": \"Microsoft-Windows-Sysmon/Operational\", \"Image\": \"C:\\\\other.exe\"}\n";
    let bytes = lines.as_bytes().to_vec();
    let name = "log-a.jsonl".to_owned();
    let page = posted(&small, "/rules/sigma-one/whoami/", Posted::Events { name, bytes });
    assert!(page.contains("1 of 2 records match: 7."), "{page}");
}

#[test]
fn a_pasted_rule_has_a_page_with_the_catalogs_counts() {
    let small = small(&some_rules());
    let text = "title: Mine\nlogsource: {product: windows, category: process_creation}\n\
        detection:\n  s:\n    Image|endswith: '\\whoami.exe'\n  f:\n    \
        ParentImage|endswith: '\\good.exe'\n  condition: s and not f\n";
    let rule = Posted::Rule { vendor: "sigma".to_owned(), text: text.to_owned() };
    let page = posted(&small, "/try", rule);
    assert!(page.contains("<h1>Mine</h1>"), "{page}");
    assert!(page.contains("corpus 3 (sigma 2, elastic 1)"), "{page}");
    assert!(page.contains("href=\"/rules/sigma-one/whoami/\""), "it is equivalent");
    let nothing = Posted::Rule { vendor: "sigma".to_owned(), text: "x".to_owned() };
    assert!(posted(&small, "/try", nothing).contains("class=\"tag warn\""));
    let unread = Posted::Rule { vendor: "kusto".to_owned(), text: "x".to_owned() };
    assert!(posted(&small, "/try", unread).contains("Choose a vendor"));
}
