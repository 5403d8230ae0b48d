//! Log sources, events, fields and ATT&CK as data.
//!
//! What a rule's names mean outside its own text: [`attack`] reads its tags, [`logsources`] turns
//! its log source (of Sigma, Splunk, Elastic, Kusto or UDM) into Windows events or the name of
//! another source, [`events`] says which fields each of them answers, [`fields`] gives a vendor's
//! field its canonical name and says how the values differ, [`rename()`] says a rule's tests by
//! these, and [`audit`] tells which audit policy writes an event.
//!
//! All of it comes from the tables in `data/`, which are part of the program: they are text that a
//! person can read and change, each names its source, and they are parsed once at first use. A
//! defect of a table panics with its place, and a test reads every table; nothing that a user
//! passes can panic. No file is read at run time and no rule is parsed here. Hives of the registry
//! are left as each vendor spells them.
//!
//! ```
//! use rulescope_taxonomy::{attack, events, fields, logsources};
//!
//! let source = logsources::resolve(Some("windows"), Some("process_creation"), None);
//! let need = fields::canonical("sigma", "ParentCommandline");
//! let full: Vec<String> =
//!     source.events.iter().filter(|e| e.has_field(&need)).map(|e| e.address()).collect();
//! assert_eq!(full, ["sysmon/1"]);
//! assert_eq!(events::event("sysmon", 1).map(|e| e.title), Some("Process creation"));
//!
//! let name = fields::lookup("kusto", &["DeviceFileEvents"], "FileName").expect("known");
//! assert_eq!((&*name.canonical, name.how), ("TargetFilename", fields::How::Basename));
//!
//! let tags = attack::coverage(["attack.execution", "attack.t1047"]);
//! assert_eq!(tags.rows[0].tactic.name, "Execution");
//! assert_eq!(tags.rows[0].technique.name, "Windows Management Instrumentation");
//! ```

pub mod attack;
pub mod audit;
pub mod events;
pub mod fields;
pub mod logsources;
pub mod registry;
pub mod registry_data;
mod rename;
mod table;

pub use rename::{rename, rename_by};
