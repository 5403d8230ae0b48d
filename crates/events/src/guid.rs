//! GUIDs as Windows writes them.
//!
//! Windows shows a GUID in braces and upper case: `{5770385F-C22A-43E0-BF4C-06F5698FFBD9}`. The
//! EVTX library, and JSON made with it, leave the braces out, and a rule that tests
//! `'{…}'` then misses. The XML of a record does not say which of its values are typed as GUIDs;
//! what tells them apart is that a typed one is always in upper case, while those that programs
//! write as text (PowerShell's `ScriptBlockId`) are in lower case and without braces, and stay so.

/// Whether a text is a GUID without its braces, with no letter in lower case.
pub(crate) fn is_bare(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => matches!(b, b'0'..=b'9' | b'A'..=b'F'),
        })
}

/// The text, in braces where it is a GUID that lacks them.
pub(crate) fn braced(text: String) -> String {
    if is_bare(&text) { format!("{{{text}}}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_windows_typed_as_a_guid_gets_braces() {
        let guid = "5770385F-C22A-43E0-BF4C-06F5698FFBD9";
        assert_eq!(braced(guid.to_owned()), format!("{{{guid}}}"));
        for text in ["64c9ab6d-c92b-4e54-bcd1-000000000000", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}", "5770385F", ""] {
            assert_eq!(braced(text.to_owned()), text);
        }
    }
}
