//! Compressed logs.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulescope_fuzz::compressed_events(bytes));
