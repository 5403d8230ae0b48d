//! One spelling for paths of the registry: Sysmon's, with classes where they lie.
//!
//! Sysmon shortens the hives it logs
//! (<https://learn.microsoft.com/sysinternals/downloads/sysmon>, "Event ID 12: RegistryEvent"), the
//! kernel and Security's events name them `\REGISTRY\MACHINE` and `\REGISTRY\USER`, products and
//! people write them out. A path of the kernel names the control set in use by its number, which
//! Sysmon writes as `CurrentControlSet`. `HKCR` is a view of the classes of the machine and the user
//! (<https://learn.microsoft.com/windows/win32/sysinfo/hkey-classes-root-key>); Sysmon writes it for
//! those of the machine, and rules look for `\Software\Classes\`, so that is the spelling here.

use std::borrow::Cow;

use rulescope_ir::{Op, Piece, Predicate, Scalar};

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

/// Brings what a test for a registry path compares with to the same spelling, where it is compared
/// from the path's beginning on, or names a hive.
pub(crate) fn shorten(predicate: &mut Predicate) {
    let anchored = matches!(predicate.op, Op::Eq | Op::StartsWith | Op::Wildcard | Op::Contains);
    let of_path = predicate.field().is_some_and(|field| field.name() == "TargetObject");
    if !anchored || !of_path {
        return;
    }
    let inner = predicate.op == Op::Contains;
    for literal in &mut predicate.values {
        match &mut literal.value {
            // The kernel's names are those of folders too, below which other paths stand.
            Scalar::Text(text) if inner && text.starts_with('\\') => {}
            Scalar::Text(text) => *text = one_spelling(text).into_owned(),
            Scalar::Glob(glob) => {
                // The hive's name alone may go on behind the wildcard.
                if let Some(Piece::Text(text)) = glob.pieces.first_mut()
                    && let short = one_spelling(text)
                    && short.contains('\\')
                {
                    *text = short.into_owned();
                }
            }
            _ => {}
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
