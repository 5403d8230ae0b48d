//! The page of the WMIexec rule: what the public catalog shows of it, with all corpora's counts.

use std::path::Path;

use rulescope_catalog::{Packs, build};
use rulescope_rulefile::source::SourceSpec;
use rulescope_site::Site;

use crate::support::{corpora, get};

#[test]
fn the_reference_page_is_all_there() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let sources = [
        ("sigma", "sigmahq"),
        ("sigma", "mdecrevoisier"),
        ("splunk", "splunk"),
        ("elastic", "elastic"),
    ];
    let specs: Vec<SourceSpec> = sources
        .iter()
        .map(|(vendor, name)| {
            let flag = format!("{vendor}={}", corpora.join(name).display());
            SourceSpec::from_flag(&flag).expect("a source")
        })
        .collect();
    let file = folder.path().join("all.db");
    build(&file, &specs, Path::new(""), &Packs::default(), &mut |_| ()).expect("it builds");
    let site = Site::open(&file).expect("a catalog");
    let (status, page, _) = get(&site, "/rules/mdecrevoisier/win-os-WMIexec-execution-SYSMON/");
    assert_eq!(status, 200);
    for part in [
        "Detection rules</a> › <a href=\"/search?vendor=sigma\">Sigma</a>",
        "<h1>Impacket WMIexec process execution</h1>",
        "experimental</a>",
        "high</a>",
        "product <a href=\"/search?logsource=windows\">windows</a>",
        "category <a href=\"/search?logsource=process_creation\">process_creation</a>",
        "mdecrevoisier</a>",
        "attempts to execute WMIexec in order to escalate privileges.",
        "href=\"/attack/T1047/\">T1047 Windows Management Instrumentation</a>",
        "href=\"/search?tactic=Execution\">Execution</a>",
        "href=\"/events/sysmon/1/\">Event ID 1</a></td><td>Process creation</td>",
        "href=\"https://www.darkoperator.com/blog/2017/10/14/basics-of-tracking-wmi-activity\"",
        "Stage 0: <b>condition</b>",
        "Stage 1: <b>selection_baseline</b>",
        "Stage 2: <b>selection_parent</b>",
        "Stage 3: <b>selection_process</b>",
        "selection_baseline and (selection_parent or selection_process)",
        "<code>/C</code></a> <span class=\"corpus\">corpus 15 (sigma 13, splunk 2)",
        "<code>/Q</code></a> <span class=\"corpus\">corpus 8 (sigma 7, splunk 1)",
        "<code>\\\\127.0.0.1\\</code></a>",
        // The public catalog has Sigma's alone: it knows no file names of other vendors as paths.
        "<code>\\cmd.exe</code></a> <span class=\"corpus\">corpus 230 (sigma 130, elastic 60, splunk 40)",
        "corpus 4 (sigma 3, splunk 1)",
    ] {
        assert!(page.contains(part), "no {part} in\n{page}");
    }
    for address in ["/events/sysmon/1/", "/attack/T1047/", "/attack/", "/search?q=wmiexec"] {
        let (status, page, _) = get(&site, address);
        assert_eq!(status, 200, "{address}");
        assert!(page.len() < 600_000, "{address} has {} bytes", page.len());
    }
}
