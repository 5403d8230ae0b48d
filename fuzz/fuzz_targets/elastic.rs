//! Elastic's rule files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulescope_fuzz::elastic(bytes));
