//! Logs in gzip and Zstandard, whole and cut.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::read::read;

const LINES: usize = 2_000;

fn lines(count: usize) -> String {
    // Not too alike, so that a cut file still holds some of them.
    let noise = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (0..count as u64).map(|n| format!("{{\"EventID\":{n},\"x\":\"{:x}\"}}\n", noise(n))).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

#[test]
fn whole_and_in_parts() {
    let text = lines(LINES);
    let (first, second) = text.split_at(text.len() / 2);
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 3).expect("memory takes it");
    for bytes in [
        gzip(&text),
        [gzip(first), gzip(second)].concat(),
        // Tapes and disks fill a block up.
        [gzip(&text), vec![0; 70_000]].concat(),
        [gzip(first), vec![0; 3], gzip(second), vec![0]].concat(),
        zstd(&text),
        [zstd(first), zstd(second)].concat(),
        zstd::encode_all(gzip(&text).as_slice(), 3).expect("memory takes it"),
    ] {
        let (events, errors) = read("x.jsonl.gz", bytes);
        assert_eq!((events.len(), errors.len()), (LINES, 0), "{errors:?}");
    }
}

#[test]
fn what_came_before_a_cut_is_kept() {
    let text = lines(LINES);
    // Zstandard gives its text in blocks of 128 KiB.
    let zstd = zstd::encode_all(lines(20_000).as_bytes(), 3).expect("memory takes it");
    for (bytes, least) in [(gzip(&text), 500), (zstd, 5_000)] {
        for part in [3, 2] {
            let cut = bytes[..bytes.len() * (part - 1) / part].to_vec();
            let (events, errors) = read("x.jsonl.gz", cut);
            assert!(events.len() >= least, "{} events", events.len());
            assert_eq!(errors.len(), 1, "{errors:?}");
        }
        let (events, errors) = read("x.jsonl.gz", bytes[..12].to_vec());
        assert_eq!((events.len(), errors.len()), (0, 1), "{errors:?}");
    }
}

#[test]
fn a_bomb_does_not_grow() {
    // 256 MiB of one string in 256 KiB.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"{\"a\":\"").expect("memory takes it");
    for _ in 0..256 {
        encoder.write_all(&[b'x'; 1024 * 1024]).expect("memory takes it");
    }
    encoder.write_all(b"\"}\n{\"EventID\":1}\n").expect("memory takes it");
    let (events, errors) = read("x.gz", encoder.finish().expect("memory takes it"));
    assert_eq!(events.len(), 1);
    assert_eq!(errors, ["x.gz: line 1: a record of more than 16777216 bytes was skipped"]);
}

#[test]
fn what_is_no_gzip_after_a_member_is_told() {
    let (events, errors) = read("x.jsonl.gz", [gzip(&lines(5)), b"rest".to_vec()].concat());
    assert_eq!((events.len(), errors.len()), (5, 1), "{errors:?}");
}
