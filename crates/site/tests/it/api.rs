//! The API: what its description says is there.

use serde_json::Value as Json;

use crate::support::{get, small, some_rules};

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
