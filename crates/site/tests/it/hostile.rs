//! Rules with markup in every field: nothing of it becomes markup of a page.

use crate::support::{crawl, get, small};
use rulescope_site::{Posted, Request};

/// What breaks out of a text, an attribute, a script or an address where it is not escaped.
const HOSTILE: &str =
    "</textarea></pre><script>alert(1)</script>\\\"' onmouseover='alert(2)' x=\\\"";

fn rules() -> Vec<(&'static str, String)> {
    let h = HOSTILE;
    let single = h.replace("\\\"", "\"").replace('\'', "''");
    vec![
        (
            "sigma-x/a.yml",
            format!(
                "title: '{single}'\nid: '{single}'\nstatus: '{single}'\ndescription: '{single}'\n\
                 references:\n  - 'javascript:alert(3)'\n  - 'https://x.example/{single}'\n\
                 author: '{single}'\nlicense: '{single}'\ntags:\n  - attack.t1033\n  - '{single}'\n\
                 logsource:\n  product: windows\n  category: process_creation\n  service: '{single}'\n\
                 detection:\n  '{single}':\n    'Image{single}|contains': '{single}'\n  \
                 keywords:\n    - '{single}'\n  condition: all of them and nonsense(\n\
                 falsepositives:\n  - '{single}'\nlevel: '{single}'\n"
            ),
        ),
        (
            "sigma-x/b.yml",
            format!(
                "title: 'b{single}'\nlogsource:\n  product: windows\n  category: process_creation\n\
                 detection:\n  s:\n    Image|contains: '{single}'\n  f:\n    \
                 CommandLine|re: '{single}('\n  condition: s and not f\n"
            ),
        ),
        (
            "splunk-x/detections/a.yml",
            format!(
                "name: \"{h}\"\nid: \"{h}\"\nstatus: production\ndescription: \"{h}\"\n\
                 search: 'EventCode=4688 a=\"{single}\" `{single}` | eval x=nofn(<b>) | {single}'\n\
                 references:\n- \"data:text/html,{h}\"\ntags:\n  mitre_attack_id:\n  - T1059\n"
            ),
        ),
        (
            "elastic-x/rules/a.toml",
            format!(
                "[metadata]\nmaturity = \"production\"\n\n[rule]\nauthor = [\"{h}\"]\n\
                 description = \"{h}\"\nname = \"{h}\"\nlanguage = \"eql\"\ntype = \"eql\"\n\
                 rule_id = \"{h}\"\nseverity = \"{h}\"\nreferences = [\"vbscript:{h}\"]\n\
                 query = '''\nprocess where process.name : \"{h}\" and <script> \n'''\n"
            ),
        ),
    ]
}

/// The elements that templates write.
const ELEMENTS: [&str; 54] = [
    "a", "aside", "b", "body", "br", "button", "code", "dd", "details", "div", "dl", "dt",
    "footer", "form", "h1", "h2", "h3", "head", "header", "html", "i", "input", "kbd", "label",
    "li", "link", "main", "meta", "nav", "noscript", "ol", "option", "p", "pre", "rect", "script",
    "section", "select", "small", "span", "summary", "svg", "table", "tbody", "td", "textarea",
    "th", "thead", "title", "tr", "ul", "figure", "caption", "!doctype",
];

/// Reads the tags of a page and fails on one that no template writes.
fn check(address: &str, html: &str) {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let opens = !rest.starts_with('/');
        let name: String = rest
            .trim_start_matches('/')
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '!')
            .collect();
        assert!(ELEMENTS.contains(&name.to_lowercase().as_str()), "{address}: <{name}");
        let mut inside = rest;
        loop {
            let stop = inside.find(['"', '>']).expect("a tag ends");
            if inside.as_bytes()[stop] == b'>' {
                rest = &inside[stop + 1..];
                break;
            }
            let attribute =
                inside[..stop].rsplit(' ').next().expect("a name").trim_end_matches('=');
            assert!(!attribute.to_lowercase().starts_with("on"), "{address}: {attribute}");
            assert_ne!(attribute, "style", "{address}: an inline style");
            let after = &inside[stop + 1..];
            let end = after.find('"').expect("an attribute ends");
            let value = &after[..end];
            if matches!(attribute, "href" | "src" | "action") {
                let good = ["/", "#", "http://", "https://", "data:,"];
                assert!(good.iter().any(|start| value.starts_with(start)), "{address}: {value}");
                assert!(!value.starts_with("//"), "{address}: {value}");
            }
            inside = &after[end + 1..];
        }
        let has_text = opens && name == "script" && !rest.starts_with("</script>");
        assert!(!has_text, "{address}: a script with a text");
    }
}

#[test]
fn nothing_of_a_rule_becomes_markup() {
    let small = small(&rules());
    let pages = crawl(&small.site);
    assert!(pages.len() > 40, "{} pages", pages.len());
    let mut told = 0;
    for (address, html) in &pages {
        if !address.starts_with("/api/") && html.starts_with("<!doctype") {
            check(address, html);
            told += usize::from(html.contains("alert(1)"));
        }
    }
    assert!(told > 8, "only {told} pages hold the text at all");
}

#[test]
fn nothing_of_a_request_becomes_markup() {
    let small = small(&rules());
    let hostile = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%27%0d%0aX:1";
    for address in [
        format!("/search?q={hostile}&vendor={hostile}&event={hostile}&technique={hostile}"),
        format!("/{hostile}"),
        format!("/events/{hostile}/1/"),
        format!("/attack/?by={hostile}"),
        format!("/rules/{hostile}/{hostile}"),
        format!("/indicators/Image/match/{hostile}/"),
    ] {
        let (_, html, location) = get(&small.site, &address);
        assert!(location.is_none_or(|to| !to.contains(['\r', '\n', '"', '<'])), "{address}");
        if html.starts_with("<!doctype") {
            check(&address, &html);
        }
    }
    let texts = rules();
    for (vendor, (_, text)) in ["sigma", "sigma", "splunk", "elastic"].iter().zip(&texts) {
        for text in [text.as_str(), HOSTILE, ""] {
            let posted = Posted::Rule { vendor: (*vendor).to_owned(), text: text.to_owned() };
            let request =
                Request { path: "/try".to_owned(), posted: Some(posted), ..Request::default() };
            let answer = small.site.answer(&request);
            assert_eq!(answer.status, 200);
            check("/try", std::str::from_utf8(&answer.body).expect("UTF-8"));
        }
    }
    let event = format!("{{\"Image\": \"{HOSTILE}\", \"EventID\": 1}}");
    for bytes in [event.as_str(), HOSTILE, "{", "", "[[[[", "<Event><System/></Event>"] {
        let posted =
            Posted::Events { name: "event.json".to_owned(), bytes: bytes.as_bytes().to_vec() };
        let request = Request {
            path: "/rules/sigma-x/b/".to_owned(),
            posted: Some(posted),
            ..Request::default()
        };
        let answer = small.site.answer(&request);
        assert_eq!(answer.status, 200);
        check("an event", std::str::from_utf8(&answer.body).expect("UTF-8"));
    }
}
