//! Queries of Elastic in EQL.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulescope_fuzz::eql(bytes));
