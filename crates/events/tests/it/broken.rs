//! Logs that are damaged: read as far as they go, the damage told.

use std::fs;

use crate::read::{corpus, logs, read, text};

const HEADER: usize = 4096;
const CHUNK: usize = 65_536;

/// An EVTX file of the corpora with at least five chunks in use.
fn evtx() -> Option<Vec<u8>> {
    let folder = corpus("events/EVTX-ATTACK-SAMPLES")?;
    let found = logs(&folder, "evtx").into_iter().find_map(|path| {
        let bytes = fs::read(path).expect("a file of the corpora can be read");
        (bytes.len() == HEADER + 17 * CHUNK && bytes[42] >= 5).then_some(bytes)
    });
    Some(found.expect("the samples hold such a file"))
}

/// The identities of a log's records, in order, and its errors.
fn ids(bytes: Vec<u8>) -> (Vec<Option<u64>>, Vec<String>) {
    let (events, errors) = read("x.evtx", bytes);
    (events.iter().map(|event| event.record_id).collect(), errors)
}

#[test]
fn a_cut_evtx_gives_its_first_records() {
    let Some(whole) = evtx() else { return };
    let (all, errors) = ids(whole.clone());
    assert_eq!(errors, [""; 0]);
    let mut last = 0;
    for cut in (0..whole.len()).step_by(17_389) {
        let (some, errors) = ids(whole[..cut].to_vec());
        assert_eq!(some, all[..some.len()], "cut at {cut}");
        assert!(some.len() >= last, "cut at {cut}");
        last = some.len();
        let clean = cut >= HEADER && (cut - HEADER).is_multiple_of(CHUNK);
        let zeros = cut > HEADER + CHUNK * usize::from(whole[42]);
        assert!(errors.len() == 1 || clean || zeros, "cut at {cut}: {errors:?}");
    }
    assert_eq!(last, all.len());
}

#[test]
fn chunks_that_are_zeroed_or_corrupt_cost_no_other() {
    let Some(whole) = evtx() else { return };
    let (all, _) = ids(whole.clone());
    let counts: Vec<usize> = (0..5)
        .map(|chunk| {
            let mut one = whole[..HEADER].to_vec();
            one.extend_from_slice(&whole[HEADER + chunk * CHUNK..][..CHUNK]);
            ids(one).0.len()
        })
        .collect();
    let chunk = |n: usize| HEADER + n * CHUNK..HEADER + (n + 1) * CHUNK;
    let mut zeroed = whole.clone();
    zeroed[chunk(1)].fill(0);
    let mut corrupt = whole.clone();
    corrupt[chunk(1).start] = b'X';
    let (some, errors) = ids(zeroed);
    assert_eq!(some.len(), all.len() - counts[1]);
    assert_eq!(errors, ["x.evtx: chunk 1: the chunk holds only zeros"]);
    let (some, errors) = ids(corrupt);
    assert_eq!(some.len(), all.len() - counts[1]);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("x.evtx: chunk 1: "), "{errors:?}");
    // The last chunk in use, where only the header tells that it was.
    let mut last = whole.clone();
    let in_use = usize::from(whole[42]);
    last[chunk(in_use - 1)].fill(0);
    assert_eq!(ids(last).1, [format!("x.evtx: chunk {}: the chunk holds only zeros", in_use - 1)]);
    let mut headless = whole.clone();
    headless[..HEADER].fill(0);
    let (some, errors) = ids(headless);
    assert_eq!((some.len(), errors.len()), (all.len(), 1), "{errors:?}");
    // Chunks alone, as they are carved out of images.
    let (some, errors) = ids(whole[HEADER..].to_vec());
    assert_eq!((some.len(), errors.len()), (all.len(), 1), "{errors:?}");
    let (carved, _) = read("carved.bin", whole[HEADER..].to_vec());
    assert_eq!(carved.len(), all.len());
}

#[test]
fn damaged_records_are_told_and_passed_over() {
    let Some(whole) = evtx() else { return };
    let (all, _) = ids(whole.clone());
    let mut damaged = whole.clone();
    // The third record of the first chunk loses its signature.
    let mut at = HEADER + 512;
    for _ in 0..2 {
        let size: [u8; 4] = damaged[at + 4..at + 8].try_into().expect("four bytes");
        at += u32::from_le_bytes(size) as usize;
    }
    damaged[at] = 0;
    let (some, errors) = ids(damaged);
    assert_eq!((some.len(), errors.len()), (all.len() - 1, 1), "{errors:?}");
    let expected = format!("x.evtx: chunk 0, byte {at}: ");
    assert!(errors[0].starts_with(&expected), "{errors:?}");
    // Noise anywhere is survived.
    for seed in 0..40_usize {
        let mut noisy = whole[..HEADER + 2 * CHUNK].to_vec();
        for n in 0..64 {
            let at = (seed * 7919 + n * 104_729) % noisy.len();
            noisy[at] ^= 0x5A;
        }
        ids(noisy);
    }
}

#[test]
fn a_line_of_100_mb_is_passed_over() {
    let mut log = b"{\"EventID\":1}\n{\"EventID\":2,\"a\":\"".to_vec();
    log.resize(log.len() + 100_000_000, b'x');
    log.extend_from_slice(b"\"}\n{\"EventID\":3}\n");
    log.resize(log.len() + 20_000_000, b'y');
    log.extend_from_slice(b"\n{\"EventID\":4}\n");
    let (events, errors) = read("x.json", log);
    let seen: Vec<Option<u32>> = events.iter().map(|event| event.event_id).collect();
    assert_eq!(seen, [Some(1), Some(3), Some(4)]);
    let expected = [
        "x.json: line 2: a record of more than 16777216 bytes was skipped",
        "x.json: line 4: neither a JSON object nor an array",
    ];
    assert_eq!(errors, expected);
    let mut csv = b"EventID,a\n1,b\n2,".to_vec();
    csv.resize(csv.len() + 20_000_000, b'x');
    csv.extend_from_slice(b"\n3,c\n");
    let (events, errors) = read("x.csv", csv);
    assert_eq!((events.len(), errors.len()), (2, 1), "{errors:?}");
    let mut xml = b"<Events><Event><System><EventID>1</EventID>".to_vec();
    xml.resize(xml.len() + 20_000_000, b'x');
    xml.extend_from_slice(b"</System></Event><Event><System><EventID>2</EventID></System></Event>");
    let (events, errors) = read("x.xml", xml);
    assert_eq!((events.len(), errors.len()), (1, 1), "{errors:?}");
}

#[test]
fn broken_records_of_texts_cost_no_other() {
    let (events, errors) = read(
        "x.jsonl",
        "{\"EventID\":1}\n{\"EventID\":}\n{\"EventID\":3,\n{\"EventID\":4,\"a\":\"\\ud800 \x07\"}\n[7]\n{\"EventID\":5}",
    );
    let seen: Vec<Option<u32>> = events.iter().map(|event| event.event_id).collect();
    assert_eq!(seen, [Some(1), Some(4), Some(5)]);
    assert_eq!(text(&events[1], "a").as_deref(), Some("\u{FFFD} \u{7}"));
    let expected = [
        "x.jsonl: line 2: JSON: expected value (column 12 of its line 1)",
        "x.jsonl: line 3: the line ends in the middle of a document",
        "x.jsonl: line 5: not an object",
    ];
    assert_eq!(errors, expected);
    let event = "<Event><System><EventID>1</EventID></System></Event>";
    let (events, errors) = read(
        "x.xml",
        format!("{event}\n<Event><System></Event>\n<Event>\n{event}<Event/>\n{event}\n<Event><Sys"),
    );
    assert_eq!(events.len(), 3);
    assert_eq!(errors.len(), 4, "{errors:#?}");
    assert_eq!(errors[3], "x.xml: line 6: ends in the middle of an event");
    let (_, errors) = read("x.xml", "<Event><System></Sys\x1B[2J\ntem></Event>");
    let quoted = "x.xml: line 1: event XML: ill-formed document: expected `</System>`, but \
                  `</Sys\u{FFFD}[2J\u{FFFD}tem>` was found";
    assert_eq!(errors, [quoted]);
    let deep = "<a>".repeat(200) + &"</a>".repeat(200);
    let (events, errors) = read("x.xml", format!("<Event>{deep}</Event>{event}"));
    assert_eq!((events.len(), errors.len()), (1, 1));
    let (events, errors) = read("x.csv", "EventID,a,b\n1,\"x\n2,y,z\n");
    assert_eq!(
        (events.len(), errors),
        (0, vec!["x.csv: line 2: ends in the middle of a quoted cell".to_owned()])
    );
}

#[test]
fn made_up_names_and_open_quotes_take_no_time() {
    let members: Vec<String> = (0..100_000).map(|n| format!("\"n{n}\":1")).collect();
    let json = format!("{{{}}}", members.join(","));
    let data: String = (0..100_000).map(|n| format!("<Data Name='n{n}'/>")).collect();
    let xml = format!(
        "<Event><System><EventID>1</EventID></System><EventData>{data}</EventData></Event>"
    );
    let csv = format!("EventID,a,b\n1,\"{}", "x\n".repeat(1_000_000));
    let start = std::time::Instant::now();
    let (events, errors) = read("x.json", json);
    assert_eq!((events.len(), errors.len()), (1, 0));
    assert_eq!(text(&events[0], "n99999").as_deref(), Some("1"));
    let (events, errors) = read("x.xml", xml);
    assert_eq!((events.len(), errors.len()), (1, 0));
    let (events, _) = read("x.csv", csv);
    assert_eq!(events.iter().filter(|event| event.event_id.is_some()).count(), 0);
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
