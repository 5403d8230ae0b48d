//! Logs as they come from anywhere.

use rulescope_events::Reader;

/// A JSON log: whatever it holds is read or reported, and lookups hold on it.
pub fn json_events(bytes: &[u8]) {
    events("x.json", bytes);
}

/// A log of event XML, the same.
pub fn xml_events(bytes: &[u8]) {
    events("x.xml", bytes);
}

/// A CSV log, the same.
pub fn csv_events(bytes: &[u8]) {
    events("x.csv", bytes);
}

/// A compressed log, the same. The first byte says what the rest is: gzip after its mark, Zstandard
/// after its mark, or the text of a whole gzip member of one stored block with more behind it.
pub fn compressed_events(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let mut log = Vec::with_capacity(rest.len() + 32);
    match kind % 3 {
        0 => log.extend_from_slice(&[0x1f, 0x8b, 8]),
        1 => log.extend_from_slice(&[0x28, 0xb5, 0x2f, 0xfd]),
        _ => {
            // RFC 1952, 2.3: no name, no time; RFC 1951, 3.2.4: one last stored block.
            log.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1]);
            let (text, _) = rest.split_at(rest.len() / 2);
            let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
            log.extend_from_slice(&length.to_le_bytes());
            log.extend_from_slice(&(!length).to_le_bytes());
        }
    }
    log.extend_from_slice(rest);
    events("x.jsonl", &log);
}

/// An EVTX file, the same. What is not one is taken for the records of a chunk, so that small
/// inputs get past the headers.
pub fn evtx(bytes: &[u8]) {
    if bytes.starts_with(b"ElfFile\0") {
        return events("x.evtx", bytes);
    }
    let mut file = vec![0; 4096 + 65_536];
    file[..8].copy_from_slice(b"ElfFile\0");
    let chunk = &mut file[4096..];
    chunk[..8].copy_from_slice(b"ElfChnk\0");
    // Any number of records, up to the end of the chunk.
    chunk[32..40].fill(0xFF);
    chunk[48..52].copy_from_slice(&65_536_u32.to_le_bytes());
    for (place, byte) in chunk[512..].iter_mut().zip(bytes) {
        *place = *byte;
    }
    events("x.evtx", &file);
}

fn events(name: &str, bytes: &[u8]) {
    let mut pieces = 0;
    for item in Reader::from_read(name, std::io::Cursor::new(bytes.to_vec())) {
        pieces += 1;
        match item {
            Ok(event) => {
                assert!(event.time.is_none() || event.timestamp().is_some());
                event.values();
                for (name, _) in event.data.iter().take(64) {
                    assert!(event.get(name).is_some(), "a value is found by its own name");
                }
            }
            Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
        }
    }
    // What is compressed holds more than its own length.
    let compressed =
        bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    assert!(compressed || pieces <= bytes.len() + 2, "no piece comes from nothing");
}
