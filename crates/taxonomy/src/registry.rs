//! One spelling for paths of the registry (Sysmon's, with classes where they lie) and for integrity
//! levels, which differ by who logs them.
//!
//! Sysmon shortens the hives it logs
//! (<https://learn.microsoft.com/sysinternals/downloads/sysmon>, "Event ID 12: RegistryEvent"), the
//! kernel and Security's events name them `\REGISTRY\MACHINE` and `\REGISTRY\USER`, products and
//! people write them out. A path of the kernel names the control set in use by its number, which
//! Sysmon writes as `CurrentControlSet`. `HKCR` is a view of the classes of the machine and the user
//! (<https://learn.microsoft.com/windows/win32/sysinfo/hkey-classes-root-key>); Sysmon writes it for
//! those of the machine, and rules look for `\Software\Classes\`, so that is the spelling here.

use std::borrow::Cow;

use rulescope_ir::{Glob, Op, Piece, Predicate, Scalar};

/// How hives are written, and their one spelling.
const HIVES: [(&str, &str); 7] = [
    ("HKEY_LOCAL_MACHINE", "HKLM"),
    ("HKEY_USERS", "HKU"),
    ("HKEY_CURRENT_USER", "HKCU"),
    ("HKEY_CLASSES_ROOT", CLASSES),
    ("HKCR", CLASSES),
    ("\\REGISTRY\\MACHINE", "HKLM"),
    ("\\REGISTRY\\USER", "HKU"),
];

const CLASSES: &str = "HKLM\\SOFTWARE\\Classes";
const NUMBERED: &str = "\\SYSTEM\\ControlSet001";

/// A path with its hive in the one spelling; any other text as it is. The hive alone is a path too.
pub fn one_spelling(path: &str) -> Cow<'_, str> {
    let Some((rest, short, kernel)) = HIVES.iter().find_map(|(long, short)| {
        let rest = strip(path, long).filter(|rest| rest.is_empty() || rest.starts_with('\\'))?;
        Some((rest, *short, long.starts_with('\\')))
    }) else {
        return Cow::Borrowed(path);
    };
    if kernel
        && short == "HKLM"
        && let Some(below) = strip(rest, NUMBERED)
        && (below.is_empty() || below.starts_with('\\'))
    {
        let system = &rest[.."\\SYSTEM".len()];
        return Cow::Owned(format!("{short}{system}\\CurrentControlSet{below}"));
    }
    Cow::Owned(format!("{short}{rest}"))
}

/// Lets a test for a registry path find the one spelling too, whatever spelling its author chose. The
/// value stays as it was written; what is matched in its place are the spellings.
pub(crate) fn respell(predicate: &mut Predicate) {
    let name = predicate.field().map(|field| field.name().to_owned());
    match name.as_deref() {
        Some("TargetObject" | "NewName") => {}
        Some("IntegrityLevel") => return integrity(predicate),
        _ => return,
    }
    let op = predicate.op;
    if !matches!(
        op,
        Op::Eq | Op::StartsWith | Op::EndsWith | Op::Contains | Op::Wildcard | Op::Regex
    ) {
        return;
    }
    for literal in &mut predicate.values {
        if let Scalar::Regex(regex) = &mut literal.value {
            regex.source = regex_of(&regex.source);
            continue;
        }
        if !literal.forms.is_empty() {
            continue;
        }
        let written = match &literal.value {
            Scalar::Text(text) => Glob::text(text),
            Scalar::Glob(glob) => glob.clone(),
            _ => continue,
        };
        let other = glob_of(&written, op);
        if other != written {
            // A text that is only a part of a path may stand in it as it is written.
            let whole = matches!(op, Op::Eq | Op::StartsWith) || anchored(&written, op);
            literal.forms = if whole { vec![other] } else { vec![written, other] };
        }
    }
}

/// Whether a pattern with wildcards is compared from the path's beginning on.
fn anchored(glob: &Glob, op: Op) -> bool {
    op == Op::Wildcard && matches!(glob.pieces.first(), Some(Piece::Text(_)))
}

/// A pattern in the one spelling.
fn glob_of(glob: &Glob, op: Op) -> Glob {
    let mut out = Glob::new();
    let mut first = true;
    for piece in &glob.pieces {
        match piece {
            Piece::Text(text) => {
                let mut text =
                    if first { beginning(text, op) } else { Cow::Borrowed(text.as_str()) };
                // The set in use has another name there.
                if let Some(at) = find(&text, "\\ControlSet001") {
                    let (before, after) = (&text[..at], &text[at + "\\ControlSet001".len()..]);
                    text = Cow::Owned(format!("{before}\\CurrentControlSet{after}"));
                }
                out.push_text(&text);
            }
            other => out.push(other.clone()),
        }
        // `*\REGISTRY\MACHINE\…` begins with its hive all the same.
        first &= *piece == Piece::Any;
    }
    out
}

/// The beginning of a pattern. A hive alone that may stand anywhere ends with its mark, so that no
/// other name that ends alike is found; three letters are too few for that.
fn beginning(text: &str, op: Op) -> Cow<'_, str> {
    let short = one_spelling(text);
    let hive = short.trim_end_matches('\\');
    if op == Op::Contains && short != text && !hive.contains('\\') {
        return match hive.len() {
            3 => Cow::Borrowed(text),
            _ => Cow::Owned(format!("{hive}\\")),
        };
    }
    short
}

/// Where a text stands in another, whatever its case.
fn find(text: &str, part: &str) -> Option<usize> {
    (0..text.len()).find(|at| text.is_char_boundary(*at) && strip(&text[*at..], part).is_some())
}

/// A regular expression with the names of hives in the one spelling.
fn regex_of(source: &str) -> String {
    const NAMES: [(&str, &str); 6] = [
        ("HKEY_LOCAL_MACHINE", "HKLM"),
        ("HKEY_USERS", "HKU"),
        ("HKEY_CURRENT_USER", "HKCU"),
        ("HKEY_CLASSES_ROOT", "HKLM\\\\SOFTWARE\\\\Classes"),
        ("\\\\REGISTRY\\\\MACHINE", "HKLM"),
        ("\\\\REGISTRY\\\\USER", "HKU"),
    ];
    let mut out = source.to_owned();
    for (long, short) in NAMES {
        while let Some(at) = find(&out, long) {
            out.replace_range(at..at + long.len(), short);
        }
    }
    if let Some(rest) = out.strip_prefix("^HKCR") {
        out = format!("^HKLM\\\\SOFTWARE\\\\Classes{rest}");
    }
    out
}

/// Integrity levels and the SIDs of their labels: Sysmon logs the name, Security 4688 the SID
/// (<https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4688>, "Mandatory
/// Label").
const LEVELS: [(&str, &str); 7] = [
    ("S-1-16-0", "Untrusted"),
    ("S-1-16-4096", "Low"),
    ("S-1-16-8192", "Medium"),
    ("S-1-16-8448", "MediumPlus"),
    ("S-1-16-12288", "High"),
    ("S-1-16-16384", "System"),
    ("S-1-16-20480", "ProtectedProcess"),
];

/// An integrity level by its name, which is its one spelling; any other text as it is.
pub fn integrity_level(text: &str) -> &str {
    LEVELS.iter().find(|(sid, _)| text.eq_ignore_ascii_case(sid)).map_or(text, |(_, name)| name)
}

fn integrity(predicate: &mut Predicate) {
    for literal in &mut predicate.values {
        if let Scalar::Text(text) = &literal.value
            && literal.forms.is_empty()
            && integrity_level(text) != text
        {
            literal.forms = vec![Glob::text(integrity_level(text))];
        }
    }
}

fn strip<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hives_have_one_spelling() {
        for (written, expected) in [
            (r"HKEY_LOCAL_MACHINE\SOFTWARE\A", r"HKLM\SOFTWARE\A"),
            (r"\registry\machine\SAM", r"HKLM\SAM"),
            (r"HKCR\CLSID\x", r"HKLM\SOFTWARE\Classes\CLSID\x"),
            (r"\REGISTRY\USER\S-1-5-18\x", r"HKU\S-1-5-18\x"),
            (r"HKEY_USERS", "HKU"),
            (
                r"\REGISTRY\MACHINE\System\ControlSet001\Services",
                r"HKLM\System\CurrentControlSet\Services",
            ),
            (r"\REGISTRY\MACHINE\SYSTEM\ControlSet0010", r"HKLM\SYSTEM\ControlSet0010"),
        ] {
            assert_eq!(one_spelling(written), expected);
        }
        for kept in [
            r"HKLM\System\ControlSet001\x",
            r"HKEY_USERSX\a",
            r"C:\Office\REGISTRY\MACHINE\x",
            "HKEY_LOCAL_MACHINÉ",
            "",
        ] {
            assert!(matches!(one_spelling(kept), Cow::Borrowed(k) if k == kept));
        }
    }
}
