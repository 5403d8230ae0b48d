//! Detections of Splunk in a catalog: what their repository says of them counts.

use std::fs;
use std::path::Path;

use rulescope_catalog::load::from_files;
use rulescope_catalog::store::Named;
use rulescope_catalog::{BuildReport, Catalog, Packs, build};
use rulescope_ir::Kind;
use rulescope_rulefile::source::{SourceSpec, Vendor};

const DETECTION: &str = "name: Archive With A Password\nid: 7c0e6c1c-6f1b-4a52-9d0a-000000000001\n\
    status: production\ntype: TTP\ndescription: An archive is made with a password.\nsearch: '| \
    tstats count from datamodel=Endpoint.Processes where `archivers` Processes.process=\"* -p*\"\n  \
    by Processes.dest Processes.process_name | `drop_dm_object_name(Processes)` | search \
    process_name!=own.exe\n  | `archive_with_a_password_filter`'\ndata_source:\n- Sysmon EventID 1\n\
    tags:\n  mitre_attack_id:\n  - T1560.001\n";

fn written(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, text).expect("written");
}

fn built(catalog: &Path, folder: &Path) -> BuildReport {
    let spec = SourceSpec::from_flag(&format!("splunk={}", folder.display())).expect("a folder");
    build(catalog, &[spec], Path::new(""), &Packs::default(), &mut |_| {}).expect("it builds")
}

fn macro_of(names: &str) -> String {
    format!("name: archivers\ndefinition: Processes.process_name IN ({names})\n")
}

fn count(catalog: &Path, value: &str) -> i64 {
    let catalog = Catalog::open(catalog).expect("a catalog");
    // A process's name is the end of its path.
    let value = format!("\\{value}");
    catalog.indicator("Image", Kind::EndsWith, &value).expect("a count").corpus.corpus
}

#[test]
fn a_detection_is_read_with_its_macros_and_again_when_one_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("content");
    written(&source, "detections/endpoint/archive.yml", DETECTION);
    written(&source, "macros/archivers.yml", &macro_of("rar.exe, 7z.exe"));
    written(&source, "baselines/b.yml", "name: b\ntype: Baseline\nsearch: 'index=a'\n");
    let file = folder.path().join("c.db");
    let report = built(&file, &source);
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.rules, 1);
    assert_eq!((count(&file, "rar.exe"), count(&file, "tar.exe")), (1, 0));
    {
        let catalog = Catalog::open(&file).expect("a catalog");
        let Named::One(row) = catalog.find("Archive With A Password").expect("read") else {
            panic!("one rule")
        };
        let page = catalog.show(row).expect("a page");
        assert_eq!(page.fidelity.level, "exact");
        assert_eq!(page.body.language, "spl");
        assert!(page.body.text.contains("`archivers`"));
    }
    assert_eq!(built(&file, &source).written, 0, "nothing changed");
    written(&source, "macros/archivers.yml", &macro_of("tar.exe"));
    let report = built(&file, &source);
    assert_eq!(report.written, 3, "a macro may be a part of any detection");
    assert_eq!((count(&file, "rar.exe"), count(&file, "tar.exe")), (0, 1));
    fs::remove_file(source.join("macros/archivers.yml")).expect("removed");
    built(&file, &source);
    assert_eq!(count(&file, "tar.exe"), 0);
}

#[test]
fn detections_are_run_straight_from_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("content");
    written(&source, "detections/endpoint/archive.yml", DETECTION);
    written(&source, "macros/archivers.yml", &macro_of("rar.exe, 7z.exe"));
    for path in [source.clone(), source.join("detections/endpoint/archive.yml")] {
        let loaded = from_files(&[&path], Vendor::Splunk).expect("read");
        assert_eq!((loaded.rules.len(), loaded.failed.len()), (1, 0), "{}", path.display());
        let text = rulescope_ir::print::pattern(&loaded.rules[0].normal);
        assert!(text.contains("rar.exe"), "{}: {text}", path.display());
    }
}
