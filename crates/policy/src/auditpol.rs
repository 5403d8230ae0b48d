//! Audit policies as `auditpol /get /category:* /r` and `auditpol /backup` write them, and as group
//! policies keep them in `audit.csv`
//! (<https://learn.microsoft.com/windows-server/administration/windows-commands/auditpol>;
//! [MS-GPAC], section 2.2.1).
//!
//! Subcategories are known by their GUIDs, so that a policy in any language is read. The setting is
//! read from its number where there is one, from its English words otherwise.

use std::collections::BTreeMap;

use rulescope_taxonomy::audit::Audited;

use crate::error::Defect;

/// Whether a text is one of these files.
pub(crate) fn is(text: &str) -> bool {
    text.lines().take(10).any(|line| line.to_ascii_lowercase().contains("subcategory guid"))
}

/// The settings by the subcategory's GUID, in capitals and without braces. Rows of single users, and
/// options that are no subcategory, are left out.
pub(crate) fn read(text: &str) -> Result<BTreeMap<String, Audited>, Defect> {
    // auditpol begins with an empty line.
    let skipped = text.lines().take_while(|line| line.trim().is_empty()).count();
    let body: String =
        text.lines().skip(skipped).fold(String::new(), |all, line| all + line + "\n");
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(body.as_bytes());
    let line_of = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).saturating_add(skipped);
    let headers = reader.headers().map_err(|e| Defect::new(skipped + 1, e.to_string()))?.clone();
    let column = |name: &str| headers.iter().position(|h| h.trim().eq_ignore_ascii_case(name));
    let Some(guid) = column("Subcategory GUID") else {
        return Err(Defect::new(skipped + 1, "there is no column `Subcategory GUID`"));
    };
    let (value, words) = (column("Setting Value"), column("Inclusion Setting"));
    let target = column("Policy Target");
    if value.is_none() && words.is_none() {
        let message = "there is no column `Inclusion Setting` or `Setting Value`";
        return Err(Defect::new(skipped + 1, message));
    }
    let mut out = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            Defect::new(error.position().map_or(0, |p| line_of(p.line())), error.to_string())
        })?;
        let line = record.position().map_or(0, |p| line_of(p.line()));
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or("").trim();
        let guid = cell(Some(guid)).trim_matches(['{', '}']).to_ascii_uppercase();
        let of_all = matches!(cell(target), "" | "System");
        if guid.is_empty() || !of_all {
            continue;
        }
        let setting = match (cell(value).parse::<u32>(), cell(words)) {
            (Ok(bits), _) => from_bits(bits),
            (_, words) => setting(words).ok_or_else(|| {
                let message = format!(
                    "`{words}` is no setting that is known; `auditpol /backup` writes numbers, which \
                     are the same in every language"
                );
                Defect::new(line, message)
            })?,
        };
        out.insert(guid, setting);
    }
    if out.is_empty() {
        return Err(Defect::new(skipped + 1, "no subcategory is set"));
    }
    Ok(out)
}

/// `Setting Value` has 1 for success and 2 for failure.
fn from_bits(bits: u32) -> Audited {
    Audited { success: bits & 1 != 0, failure: bits & 2 != 0 }
}

fn setting(words: &str) -> Option<Audited> {
    Some(match words.to_ascii_lowercase().as_str() {
        "success and failure" => Audited::BOTH,
        "success" => Audited { success: true, failure: false },
        "failure" => Audited { success: false, failure: true },
        "no auditing" | "not configured" | "" => Audited::default(),
        _ => return None,
    })
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
        assert_eq!(found["0CCE922B-69AE-11D9-BED3-505054503030"].name(), "Success");
        assert_eq!(found["0CCE9215-69AE-11D9-BED3-505054503030"], Audited::BOTH);
        let backup = "Computername,Policy Target,Unterkategorie,Subcategory GUID,Aufnahme,Ausschluss,Setting Value\n\
            PC,System,Anmelden,{0CCE9215-69AE-11D9-BED3-505054503030},Fehler,,2\n\
            PC,S-1-5-21-1,Anmelden,{0CCE9215-69AE-11D9-BED3-505054503030},,,1\n\
            PC,,Option:CrashOnAuditFail,,Deaktiviert,,0\n";
        let found = read(backup).expect("a policy");
        assert_eq!(found.len(), 1);
        assert_eq!(found["0CCE9215-69AE-11D9-BED3-505054503030"].name(), "Failure");
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line() {
        let text = "\nSubcategory GUID,Inclusion Setting\n{A},Success\n{B},Erfolg\n";
        let defect = read(text).expect_err("a defect");
        assert_eq!(defect.line, 4);
        assert!(defect.message.starts_with("`Erfolg` is no setting"), "{}", defect.message);
        assert_eq!(read("Subcategory GUID\n{A}\n").expect_err("a defect").line, 1);
    }
}
