//! What a data model says where an event says nothing.
//!
//! The data set of processes fills its required and recommended fields: what an event does not have is
//! the text `unknown` there
//! (<https://help.splunk.com/en/data-management/common-information-model>, Endpoint, "Fields for
//! Processes event datasets"). Searches count on it:
//! `NOT Processes.parent_process_name IN ("cmd.exe", "unknown")` lets no process through whose
//! parent the event does not name, and `!= "cmd.exe"` does.

use rulescope_ir::{Field, Literal, Scalar, Span};

/// Fields of the data set of processes that are never without a value.
const FILLED: [&str; 13] = [
    "dest",
    "original_file_name",
    "parent_process",
    "parent_process_exec",
    "parent_process_id",
    "parent_process_name",
    "parent_process_path",
    "process",
    "process_exec",
    "process_id",
    "process_name",
    "process_path",
    "user",
];

/// What a field is where the event does not have it; `None` where that is nothing.
pub(super) fn filled(field: &Field) -> Option<Literal> {
    let (set, name) = field.native.rsplit_once('.')?;
    let known = matches!(set, "Processes" | "Endpoint.Processes") && FILLED.contains(&name);
    known.then(|| Literal::new(Scalar::Text("unknown".to_owned()), Span::NONE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_processes_are_filled_and_others_are_not() {
        let of = |name: &str| filled(&Field::new(name.to_owned())).map(|l| l.value.display());
        assert_eq!(of("Processes.parent_process_name").as_deref(), Some("unknown"));
        assert_eq!(of("parent_process_name"), None);
        assert_eq!(of("Registry.process_id"), None);
        assert_eq!(of("Processes.parent_process_user"), None);
    }
}
