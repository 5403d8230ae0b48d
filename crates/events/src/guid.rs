//! GUIDs in one spelling: in braces and upper case, `{5770385F-C22A-43E0-BF4C-06F5698FFBD9}`.
//!
//! Windows puts a value that is typed as a GUID in braces; so does the XML of an EVTX record here,
//! and a rule that tests `'{…}'` relies on it. JSON converters leave the braces out. What tells a
//! typed GUID in their output is that it is in upper case; GUIDs that programs log as text
//! (PowerShell's `ScriptBlockId`) are in lower case and have no braces in Windows either, so they
//! stay as they are. The case of letters differs between versions of Windows and between
//! converters; the event viewer's upper case is taken.

/// Whether a text is a GUID without braces.
fn is_guid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// The text, in the one spelling where all of it is a GUID.
pub(crate) fn braced(mut text: String) -> String {
    match text.as_bytes() {
        [b'{', inner @ .., b'}'] if is_guid(inner) => {
            text.make_ascii_uppercase();
            text
        }
        bare if is_guid(bare) && !bare.iter().any(u8::is_ascii_lowercase) => format!("{{{text}}}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_windows_typed_as_a_guid_has_one_spelling() {
        let guid = "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}";
        for text in [guid, &guid[1..37], "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"] {
            assert_eq!(braced(text.to_owned()), guid);
        }
    }

    #[test]
    fn what_is_text_stays() {
        for text in [
            "64c9ab6d-c92b-4e54-bcd1-000000000000",
            "{5770385F}",
            "{64c9ab6d c92b-4e54-bcd1-000000000000}",
            "",
        ] {
            assert_eq!(braced(text.to_owned()), text);
        }
    }
}
