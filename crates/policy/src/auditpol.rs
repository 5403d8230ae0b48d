//! Audit policies as `auditpol /get /category:* /r` and `auditpol /backup` write them, and as group
//! policies keep them in `audit.csv`
//! (<https://learn.microsoft.com/windows-server/administration/windows-commands/auditpol>;
//! [MS-GPAC], section 2.2.1).
//!
//! Columns are found by what stands in them, subcategories by their GUIDs, so that a report in any
//! language is read. The setting is read from its number where there is one, from its words
//! otherwise. Without `/r` `auditpol` prints names and no GUIDs; that is read in English.

use std::collections::BTreeMap;

use rulescope_taxonomy::audit::{self, Audited};

use crate::error::Defect;
use crate::words::setting;

/// What an audit policy says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Policy {
    /// By the subcategory's GUID, in capitals and without braces.
    pub(crate) settings: BTreeMap<String, Audited>,
    /// GUIDs that no table knows, with their lines.
    pub(crate) unknown: Vec<(usize, String)>,
}

/// Whether a text is one of these files.
pub(crate) fn is(text: &str) -> bool {
    let begins = |line: &str| line.to_ascii_lowercase().contains("subcategory guid");
    text.lines().take(10).any(|line| begins(line) || line.split(',').any(is_guid))
        || is_printed(text)
}

/// Whether it is what `auditpol` prints without `/r`.
fn is_printed(text: &str) -> bool {
    text.lines().take(10).any(|line| line.starts_with("Category/Subcategory"))
}

/// `{0CCE922B-69AE-11D9-BED3-505054503030}`.
fn is_guid(cell: &str) -> bool {
    let inner = cell.trim().trim_matches('"').strip_prefix('{').and_then(|c| c.strip_suffix('}'));
    inner.is_some_and(|guid| {
        guid.len() == 36 && guid.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
    })
}

/// The settings. Rows of single users, and options that are no subcategory, are left out.
pub(crate) fn read(text: &str) -> Result<Policy, Defect> {
    if is_printed(text) {
        return printed(text);
    }
    // auditpol begins with an empty line.
    let skipped = text.lines().take_while(|line| line.trim().is_empty()).count();
    let body: String =
        text.lines().skip(skipped).fold(String::new(), |all, line| all + line + "\n");
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(body.as_bytes());
    let line_of = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).saturating_add(skipped);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            Defect::new(error.position().map_or(0, |p| line_of(p.line())), error.to_string())
        })?;
        rows.push((record.position().map_or(0, |p| line_of(p.line())), record));
    }
    let first = rows.first().map(|(_, row)| row.clone()).unwrap_or_default();
    let has_head = !first.iter().any(is_guid);
    let named = |name: &str| first.iter().position(|h| h.trim().eq_ignore_ascii_case(name));
    let by_content = || rows.iter().find_map(|(_, row)| row.iter().position(is_guid));
    let Some(guid) = named("Subcategory GUID").or_else(by_content) else {
        return Err(Defect::new(skipped + 1, "there is no column of GUIDs"));
    };
    let words = named("Inclusion Setting").unwrap_or(guid + 1);
    let value = named("Setting Value").unwrap_or(guid + 3);
    if has_head && first.len() <= words.min(value) {
        let message = "there is no column `Inclusion Setting` or `Setting Value`";
        return Err(Defect::new(skipped + 1, message));
    }
    let target = named("Policy Target").or(guid.checked_sub(2));
    let mut out = Policy::default();
    for (line, row) in rows.iter().skip(usize::from(has_head)) {
        let cell = |at: usize| row.get(at).unwrap_or("").trim();
        let guid = cell(guid).trim_matches(['{', '}']).to_ascii_uppercase();
        let target = target.map_or("", cell);
        if guid.is_empty() || target.starts_with("S-1-") || target.contains('\\') {
            continue;
        }
        let setting = match (cell(value).parse::<u32>(), cell(words)) {
            (Ok(bits), _) => from_bits(bits),
            (_, words) => setting(words).ok_or_else(|| {
                let message = format!(
                    "`{words}` is no setting that is known; `auditpol /backup` writes numbers, which \
                     are the same in every language"
                );
                Defect::new(*line, message)
            })?,
        };
        if audit::by_guid(&guid).is_none() {
            out.unknown.push((*line, guid.clone()));
        }
        out.settings.insert(guid, setting);
    }
    if out.settings.is_empty() {
        return Err(Defect::new(skipped + 1, "no subcategory is set"));
    }
    Ok(out)
}

/// Names, two spaces or more, and the setting; categories stand alone on their lines.
fn printed(text: &str) -> Result<Policy, Defect> {
    let mut out = Policy::default();
    for (number, line) in (1..).zip(text.lines()) {
        let Some((name, words)) = line.trim().split_once("  ") else { continue };
        let Some(setting) = setting(words.trim()) else { continue };
        match audit::by_name(name) {
            Some(known) => {
                out.settings.insert(known.guid.to_owned(), setting);
            }
            None => out.unknown.push((number, name.to_owned())),
        }
    }
    if out.settings.is_empty() {
        let message = "no subcategory is set; write it with `auditpol /get /category:* /r`";
        return Err(Defect::new(1, message));
    }
    Ok(out)
}

/// `Setting Value` has 1 for success and 2 for failure.
fn from_bits(bits: u32) -> Audited {
    Audited { success: bits & 1 != 0, failure: bits & 2 != 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_and_backups_are_read() {
        let report = "\r\nMachine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting\r\n\
            PC,System,Process Creation,{0cce922b-69ae-11d9-bed3-505054503030},Success,\r\n\
            PC,System,Logon,{0CCE9215-69AE-11D9-BED3-505054503030},Success and Failure,\r\n";
        assert!(is(report));
        let found = read(report).expect("a policy");
        let found = found.settings;
        assert_eq!(found["0CCE922B-69AE-11D9-BED3-505054503030"].name(), "Success");
        assert_eq!(found["0CCE9215-69AE-11D9-BED3-505054503030"], Audited::BOTH);
        let backup = "Computername,Policy Target,Unterkategorie,Subcategory GUID,Aufnahme,Ausschluss,Setting Value\n\
            PC,System,Anmelden,{0CCE9215-69AE-11D9-BED3-505054503030},Fehler,,2\n\
            PC,S-1-5-21-1,Anmelden,{0CCE9215-69AE-11D9-BED3-505054503030},,,1\n\
            PC,,Option:CrashOnAuditFail,,Deaktiviert,,0\n";
        let found = read(backup).expect("a policy").settings;
        assert_eq!(found.len(), 1);
        assert_eq!(found["0CCE9215-69AE-11D9-BED3-505054503030"].name(), "Failure");
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line() {
        let text = "\nSubcategory GUID,Inclusion Setting\n{A},Success\n{B},Sukces\n";
        let defect = read(text).expect_err("a defect");
        assert_eq!(defect.line, 4);
        assert!(defect.message.starts_with("`Sukces` is no setting"), "{}", defect.message);
        assert_eq!(read("Subcategory GUID\n{A}\n").expect_err("a defect").line, 1);
    }

    #[test]
    fn reports_of_other_languages_are_read() {
        let german = "\nComputername,Richtlinienziel,Unterkategorie,Unterkategorie-GUID,Aufnahmeeinstellung,Ausschlusseinstellung\n\
            PC,System,Anmelden,{0CCE9215-69AE-11D9-BED3-505054503030},Erfolg und Fehler,\n\
            PC,System,Prozesserstellung,{0CCE922B-69AE-11D9-BED3-505054503030},Keine Überwachung,\n\
            PC,System,Neu,{0CCE92FF-69AE-11D9-BED3-505054503030},Erfolg,\n";
        assert!(is(german));
        let policy = read(german).expect("a policy");
        assert_eq!(policy.settings["0CCE9215-69AE-11D9-BED3-505054503030"], Audited::BOTH);
        let creation = policy.settings["0CCE922B-69AE-11D9-BED3-505054503030"];
        assert_eq!(creation, Audited::default());
        let new = "0CCE92FF-69AE-11D9-BED3-505054503030".to_owned();
        assert_eq!(policy.unknown, [(5, new)]);
    }

    #[test]
    fn what_is_printed_without_r_is_read_in_english() {
        let text = "System audit policy\nCategory/Subcategory                      Setting\nSystem\n  \
            Security System Extension               No Auditing\n\
            Detailed Tracking\n  Process Creation                        Success\n";
        assert!(is(text));
        let policy = read(text).expect("a policy");
        assert_eq!(policy.settings.len(), 2);
        assert_eq!(policy.settings["0CCE922B-69AE-11D9-BED3-505054503030"].name(), "Success");
    }
}
