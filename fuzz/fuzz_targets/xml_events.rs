//! Logs of event XML.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulescope_fuzz::xml_events(bytes));
