//! Queries of Elastic in ES|QL.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulescope_fuzz::esql(bytes));
