//! Reads folders of knowledge packs and tells what they hold and how long it took:
//! `cargo run --release -p rulescope-knowledge --example ingest -- FOLDERS…`

use std::time::Instant;

#[expect(clippy::print_stdout, reason = "an example that tells")]
fn main() {
    let start = Instant::now();
    let folders: Vec<std::path::PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    let knowledge = rulescope_knowledge::read(&folders);
    let seconds = start.elapsed().as_secs_f64();
    for pack in &knowledge.packs {
        println!(
            "{:20} {:26} {:5} files {:4} failed {:5} unknown {:6} subjects {:7} facts",
            pack.kind.name(),
            pack.name,
            pack.files,
            pack.failed,
            pack.unknown,
            pack.subjects,
            pack.facts
        );
    }
    for finding in &knowledge.findings {
        println!("{finding}");
    }
    println!(
        "{} events, {} other records, {} techniques, {} relations in {seconds:.2} s",
        knowledge.events.len(),
        knowledge.records.len(),
        knowledge.attack.techniques.len(),
        knowledge.relations.len()
    );
}
