//! Reads EQL queries, each ended by a NUL byte, and writes each as it is emitted, ended likewise: for
//! `scripts/oracle/eql_oracle.py`. A query with a defect gives nothing.

use std::io::{Read, Result, Write, stdin, stdout};

use rulescope_dialects::eql::{self, Source};

fn main() -> Result<()> {
    let mut text = String::new();
    stdin().read_to_string(&mut text)?;
    let mut out = String::new();
    for query in text.split_terminator('\0') {
        let query = eql::parse(&Source::at(query, 0));
        if query.diagnostics.is_empty() {
            out.push_str(&eql::emit(&query.statement));
        }
        out.push('\0');
    }
    stdout().write_all(out.as_bytes())
}
