//! KQL and Lucene queries.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulescope_fuzz::conditions(bytes));
