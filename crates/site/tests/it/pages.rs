//! Every kind of page, and the links between them.

use rulescope_site::Site;

use crate::support::{built, crawl, get, small, some_rules};

#[test]
fn every_link_of_every_page_leads_to_a_page() {
    let small = small(&some_rules());
    let pages = crawl(&small.site);
    for start in [
        "/rules/sigma-one/whoami/",
        "/rules/elastic-one/",
        "/events/sysmon/1/",
        "/events/sysmon/",
        "/attack/T1033/",
        "/attack/?by=evidence",
        "/indicators/Image/ends_with/%5Cwhoami.exe/",
        "/search?vendor=sigma",
        "/about",
        "/try",
        "/api/v1/openapi.json",
        "/api/v1/rules/sigma-one/whoami/",
    ] {
        assert!(pages.contains_key(start), "{start} is not linked");
    }
}

#[test]
fn a_rules_page_says_all_that_is_known() {
    let small = small(&some_rules());
    let (status, page, _) = get(&small.site, "/rules/sigma-one/whoami/");
    assert_eq!(status, 200);
    for part in [
        "<h1>Whoami</h1>",
        "Looks for whoami.",
        "href=\"https://example.org/a\" rel=\"noopener noreferrer nofollow\"",
        "T1033 System Owner/User Discovery",
        "href=\"/events/sysmon/1/\"",
        "corpus 3 (sigma 2, elastic 1)",
        "href=\"/rules/sigma-two/same/\">Also whoami</a>",
        "id=\"exclusion-0\"",
        "href=\"#indicator-0\"",
        "href=\"#exclusion-0\"",
        "Admins",
        "<span class=\"node all\">all of</span>",
    ] {
        assert!(page.contains(part), "no {part} in\n{page}");
    }
    assert!(!page.contains("href=\"/rules/elastic-one/a/\""), "it excludes nothing");
}

#[test]
fn what_is_not_there_says_so() {
    let small = small(&some_rules());
    for address in [
        "/nothing",
        "/rules/none/",
        "/rules/sigma-one/none/",
        "/r/none",
        "/events/none/",
        "/events/none/1/",
        "/events/sysmon/x/",
        "/attack/T9999/",
        "/attack/%ff/",
        "/indicators/Image/nokind/x/",
        "/indicators/Nothing/eq/x/",
        "/../../etc/passwd",
        "/assets/../site.css",
        "/api/v1/rules/none/",
    ] {
        let (status, body, _) = get(&small.site, address);
        assert_eq!(status, 404, "{address}: {body}");
    }
}

#[test]
fn an_upstream_id_leads_to_its_rule() {
    let small = small(&some_rules());
    let (status, _, location) = get(&small.site, "/r/11111111-1111-4111-8111-111111111111");
    assert_eq!((status, location.as_deref()), (302, Some("/rules/sigma-one/whoami/")));
    let (status, _, location) = get(&small.site, "/rules/sigma-one/whoami");
    assert_eq!((status, location.as_deref()), (302, Some("/rules/sigma-one/whoami/")));
}

#[test]
fn a_search_is_narrowed_by_facets() {
    let small = small(&some_rules());
    let total = |query: &str| {
        let (status, body, _) = get(&small.site, &format!("/api/v1/search?{query}"));
        assert_eq!(status, 200);
        let json: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        json["total"].as_u64().expect("a number")
    };
    assert_eq!(total(""), 4);
    assert_eq!(total("q=whoami"), 3);
    assert_eq!(total("q=whoami&vendor=elastic"), 1);
    assert_eq!(total("technique=T1059"), 1);
    assert_eq!(total("event=sysmon/1&vendor=sigma"), 2);
    assert_eq!(total("field=ParentImage"), 2);
    assert_eq!(total("logsource=process_creation&severity=low"), 1);
    assert_eq!(total("tactic=Discovery&language=sigma"), 2);
    assert_eq!(total("evidence=yes"), 0);
    assert_eq!(total("page=99"), 4);
    let (_, html, _) = get(&small.site, "/search?q=whoami&vendor=sigma");
    assert!(html.contains("aria-label=\"Take away vendor sigma\""));
}

#[test]
fn a_new_build_is_shown_without_a_restart() {
    let mut files = some_rules();
    let all = files.split_off(1);
    let small = small(&files);
    assert!(!small.site.refresh(), "nothing has changed");
    assert_eq!(get(&small.site, "/rules/sigma-two/same/").0, 404);
    let more: Vec<_> = files.into_iter().chain(all).collect();
    built(small.folder.path(), &more);
    assert!(small.site.refresh(), "it was replaced");
    assert_eq!(get(&small.site, "/rules/sigma-two/same/").0, 200);
}

#[test]
fn no_catalog_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = Site::open(&folder.path().join("none.db")).expect_err("nothing is there");
    assert!(error.to_string().contains("there is no catalog"), "{error}");
}
