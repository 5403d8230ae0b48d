//! Reads logs and tells how many events they hold, what could not be read, and how long it took:
//! `cargo run --release -p rulescope-events --example count -- LOGS…`

use std::time::Instant;

use rulescope_events::Logs;

#[expect(clippy::print_stdout, reason = "an example that tells")]
fn main() {
    let start = Instant::now();
    let (mut logs, mut events, mut errors) = (0_u64, 0_u64, 0_u64);
    for log in Logs::new(std::env::args_os().skip(1)) {
        let reader = match log {
            Ok(log) => log.open(),
            Err(error) => {
                println!("{error}");
                errors += 1;
                continue;
            }
        };
        logs += 1;
        for event in reader {
            match event {
                Ok(_) => events += 1,
                Err(error) => {
                    println!("{error}");
                    errors += 1;
                }
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{logs} logs, {events} events, {errors} errors, {seconds:.2} s");
}
