//! One spelling for the data of a registry value: Sysmon's, which rules of Sigma are written for.
//!
//! Sysmon 13 writes numbers with their type, `DWORD (0x00000001)` and `QWORD (0x00000000-0x00000001)`,
//! and `Binary Data` for what is no text
//! (<https://github.com/SwiftOnSecurity/sysmon-config>, the values of its rules on `Details`, and the
//! recorded events of public attack samples). Security 4657 writes type and value apart
//! (<https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4657>, "New Value
//! Type"); the numbers of the types are those of the messages in `msobjs.dll`. Splunk's and Elastic's
//! rules give the bare value: Splunk's add-on for Sysmon and Elastic's agent take the type off.

use rulescope_ir::{Glob, Op, Predicate, Scalar};

/// The data of a value as Sysmon writes it, of the type and value of Security 4657.
pub fn as_logged_by_sysmon(kind: &str, value: &str) -> String {
    let number = || {
        let value = value.trim();
        match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None => value.parse().ok(),
        }
    };
    match (kind.trim(), number()) {
        ("%%1876" | "REG_DWORD", Some(n)) => match u32::try_from(n) {
            Ok(n) => dword(n),
            Err(_) => value.to_owned(),
        },
        ("%%1883" | "REG_QWORD", Some(n)) => {
            format!("QWORD (0x{:08x}-0x{:08x})", n >> 32, n & 0xffff_ffff)
        }
        ("%%1875" | "REG_BINARY", _) => "Binary Data".to_owned(),
        _ => value.to_owned(),
    }
}

fn dword(n: u32) -> String {
    format!("DWORD (0x{n:08x})")
}

/// Lets a test of a vendor's field find the data in its one spelling too. The value stays as it was
/// written; what is matched in its place are the spellings.
pub(crate) fn respell(predicate: &mut Predicate) {
    let bare = predicate.field().is_some_and(|f| f.name() == "Details" && f.native != "Details");
    if !bare {
        return;
    }
    let op = predicate.op;
    for literal in predicate.values.iter_mut().filter(|l| l.forms.is_empty()) {
        let text = match &literal.value {
            Scalar::Text(text) => text.clone(),
            Scalar::Number(n) => n.as_str().to_owned(),
            _ => continue,
        };
        let hex = text.get(..2).filter(|head| head.eq_ignore_ascii_case("0x")).is_some();
        let other = match op {
            Op::Eq if hex => u32::from_str_radix(&text[2..], 16).ok().map(dword),
            Op::Eq => text.parse().ok().map(dword),
            Op::StartsWith if hex => Some(format!("DWORD ({text}")),
            Op::EndsWith if hex || text.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Some(format!("{text})"))
            }
            _ => None,
        };
        if let Some(other) = other {
            literal.forms = vec![Glob::text(text), Glob::text(other)];
        }
    }
}

#[cfg(test)]
mod tests {
    use rulescope_ir::{Field, Literal, Subject};

    use super::*;

    #[test]
    fn numbers_have_their_type() {
        for (kind, value, logged) in [
            ("%%1876", "1", "DWORD (0x00000001)"),
            ("%%1876", "0x10", "DWORD (0x00000010)"),
            ("%%1876", "-", "-"),
            ("%%1883", "4294967298", "QWORD (0x00000001-0x00000002)"),
            ("%%1875", "00 01", "Binary Data"),
            ("%%1873", "1", "1"),
        ] {
            assert_eq!(as_logged_by_sysmon(kind, value), logged);
        }
    }

    #[test]
    fn bare_values_find_typed_ones_and_sigmas_stay_as_they_are() {
        let forms = |native: &str, op, value: &str| -> Vec<String> {
            let mut field = Field::new(native.to_owned());
            field.canonical = Some("Details".to_owned());
            let values = vec![Literal::text(value)];
            let mut predicate = Predicate::new(Subject::Field(field), op, values);
            respell(&mut predicate);
            predicate.values[0].forms.iter().map(Glob::display).collect()
        };
        let typed = ["0x00000001", "DWORD (0x00000001)"];
        assert_eq!(forms("Registry.registry_value_data", Op::Eq, "0x00000001"), typed);
        assert_eq!(forms("registry.data.strings", Op::Eq, "1"), ["1", "DWORD (0x00000001)"]);
        let end = ["0x00000002", "0x00000002)"];
        assert_eq!(forms("registry.data.strings", Op::EndsWith, "0x00000002"), end);
        assert_eq!(forms("registry.data.strings", Op::Eq, "C:\\a.exe"), [""; 0]);
        assert_eq!(forms("registry.data.strings", Op::EndsWith, ".exe"), [""; 0]);
        assert_eq!(forms("Details", Op::Eq, "1"), [""; 0]);
    }
}
