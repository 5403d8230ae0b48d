//! The YAML tree of any text.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulescope_fuzz::yaml(bytes));
