//! The API: what its description says is there.

use serde_json::Value as Json;

use crate::support::{built, get, small, some_rules};

#[test]
fn every_page_that_is_described_answers_with_json() {
    let small = small(&some_rules());
    let (status, body, _) = get(&small.site, "/api/v1/openapi.json");
    assert_eq!(status, 200);
    let document: Json = serde_json::from_str(&body).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths.len() > 12);
    let here = [
        ("{source}", "sigma-one"),
        ("{slug}", "whoami"),
        ("{provider}", "sysmon"),
        ("/sysmon/{id}", "/sysmon/1"),
        ("/r/{id}", "/r/11111111-1111-4111-8111-111111111111"),
        ("{technique}", "T1033"),
        ("{field}/{kind}/{value}", "Image/ends_with/%5Cwhoami.exe"),
    ];
    for (path, of) in paths {
        let parameters = of["get"]["parameters"].as_array().expect("parameters");
        for parameter in parameters {
            let name = parameter["name"].as_str().expect("a name");
            let is_path = path.contains(&format!("{{{name}}}"));
            assert_eq!(parameter["in"] == "path", is_path, "{path} {name}");
            assert!(parameter["example"].is_string(), "{path} {name}");
        }
        let address = here.iter().fold(path.clone(), |p, (name, value)| p.replace(name, value));
        if address.contains('{') {
            continue;
        }
        let (status, body, location) = get(&small.site, &format!("/api/v1{address}"));
        assert!(location.is_some() || status == 200, "{address}: {status}");
        if location.is_none() {
            let json: Json = serde_json::from_str(&body).expect("JSON");
            assert!(json.is_object(), "{address}");
        }
    }
}

#[test]
fn a_rule_has_its_page_as_json() {
    let small = small(&some_rules());
    let (_, body, _) = get(&small.site, "/api/v1/rules/sigma-one/whoami/");
    let page: Json = serde_json::from_str(&body).expect("JSON");
    assert_eq!(page["id"], "sigma-one/whoami");
    assert_eq!(page["indicators"][0]["values"][0]["corpus"], 3);
    assert_eq!(page["neighbors"]["equivalent"][0]["id"], "sigma-two/same");
    assert_eq!(page["needs"]["fields"], serde_json::json!(["Image", "ParentImage"]));
    let mark = &page["marks"][0];
    let at = |name: &str| mark[name].as_u64().expect("a number") as usize;
    let text = page["body"]["text"].as_str().expect("a text");
    assert_eq!(&text[at("start")..at("end")], "Image|endswith: '\\whoami.exe'");
    let (status, body, _) = get(&small.site, "/api/v1/rules/x/y/");
    let error: Json = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, error["error"].as_str()), (404, Some("Not found")));
}

#[test]
fn feeds_tell_what_the_last_builds_changed() {
    let rules = some_rules();
    let small = small(&rules);
    let feed = |site: &rulescope_site::Site| -> Json {
        let (status, body, _) = get(site, "/feed.json");
        assert_eq!(status, 200);
        serde_json::from_str(&body).expect("JSON")
    };
    assert_eq!(feed(&small.site)["items"], serde_json::json!([]), "nothing was there before");
    let (path, text) = &rules[0];
    let title = text.lines().find(|l| l.starts_with("title:")).expect("a title");
    let text = text.replace(title, "title: <b>&\"New\"");
    let old = std::fs::metadata(small.folder.path().join(path)).expect("there").modified();
    built(small.folder.path(), &[&[(*path, text)], &rules[1..]].concat());
    let new = std::fs::metadata(small.folder.path().join(path)).expect("there").modified();
    assert_ne!(old.ok(), new.ok());
    let site = rulescope_site::Site::open(&small.folder.path().join("rules.db")).expect("opens");
    let items = feed(&site)["items"].clone();
    assert_eq!(items.as_array().map(Vec::len), Some(1), "{items}");
    assert_eq!(items[0]["title"], "changed: <b>&\"New\"");
    let address = items[0]["url"].as_str().expect("an address");
    assert_eq!(get(&site, address).0, 200);
    let (_, atom, _) = get(&site, "/feed.atom");
    assert!(atom.contains("<title>changed: &#60;b&#62;&#38;&#34;New&#34;</title>"), "{atom}");
    assert!(atom.contains(&format!("href=\"{address}\"")), "{atom}");
}
