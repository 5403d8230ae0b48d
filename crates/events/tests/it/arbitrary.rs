//! No bytes make a reader panic or run for ever, whatever it takes them for.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::read::read;

/// Pieces that logs are made of, so that made-up ones get past the first byte.
const PIECES: [&str; 36] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\n",
    "\r\n",
    " ",
    "\"a\":",
    "\"EventID\":1",
    "1.5e3",
    "null",
    "\\ud83d",
    "Record 1",
    "<Event>",
    "</Event>",
    "<Event ",
    "<System>",
    "</System>",
    "<EventData>",
    "</EventData>",
    "<Data Name='a'>",
    "</Data>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "&amp;",
    "&",
    "&#0;",
    "/>",
    "EventID,a",
    "é",
];

proptest! {
    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..512), name in select(vec!["x.evtx", "x.json", "x.xml", "x.csv", "-"])) {
        read(name, bytes);
    }

    #[test]
    fn any_pieces(pieces in vec(select(PIECES.to_vec()), 0..60), name in select(vec!["x.json", "x.xml", "x.csv", "-"])) {
        let text = pieces.concat();
        let (events, errors) = read(name, text.clone());
        prop_assert!(events.len() + errors.len() <= text.len() + 1);
        for error in errors {
            prop_assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn any_chunk(bytes in vec(any::<u8>(), 0..4096), at in 0_usize..60_000) {
        let mut file = b"ElfFile\0".to_vec();
        file.resize(4096, 0);
        file.extend_from_slice(b"ElfChnk\0");
        file.resize(4096 + 65_536, 0);
        file[4096 + 48..4096 + 52].copy_from_slice(&65_536_u32.to_le_bytes());
        file[4096 + 32..4096 + 40].copy_from_slice(&u64::MAX.to_le_bytes());
        file[4096 + 512..4096 + 516].copy_from_slice(b"**\0\0");
        for (place, byte) in file[4096 + 516 + at % 4096..].iter_mut().zip(bytes) {
            *place = byte;
        }
        read("x.evtx", file);
    }
}
