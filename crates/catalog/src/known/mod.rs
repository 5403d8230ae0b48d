//! What knowledge packs state, in the catalog: rows of facts, and what pages say of them.
//!
//! A fact is a row: of which subject, about what, of which field, the value, more about the value,
//! and the packs that state it. Facts of one kind stand in the order in which they should be
//! shown: what the pack whose word counts most says comes first.
//!
//! | kind of subject | about |
//! |---|---|
//! | `event`, `record` | `title`, `description`, `level`, `task`, `opcode`, `version`, `message`, `example` (detail: its format), `subcategory`, `category`, `priority`, `recommendation`, `requirement`, `setting`, `use`, `reference`, `vendor_field` (value: the product's name for it, detail: the product), `component` (ATT&CK's data component), `relation` (detail: its name), `disagreement` (field: what about) |
//! | the same, of a field | `field` (it is there), `field_type`, `field_description`, `field_sample`, `field_value` (detail: its meaning), `field_label`, `field_version`; `label…` for what is known by a label of the rendered message only |
//! | `technique` | `name`, `description`, `url`, `platform`, `tactic`, `status`, `successor`, `detection`, `strategy`, `version` |
//! | `tactic` | `name`, `short_name`, `description`, `url`, `status` |
//! | `component` | `name`, `description`, `url`, `status`, `log_source` (field: its channel), `technique` |
//! | `strategy` | `name`, `url`, `status`, `analytic`, `technique` |
//! | `analytic` | `name`, `description`, `url`, `platform`, `status`, `log_source` (field: its channel, detail: the data component), `tunable` (detail: what it is for) |
//! | `relation` | `name`, `behaviour`, `event` (an address; field: what of its content), `record`, `technique`, `note`, `reference` |
//! | `subcategory` | `category`, `guid`, `description`, `volume`, `advice` (field: the computer, value: success and failure, detail: why), `event`, `command` |
//! | `provider`, `channel` | `abbreviation`, `guid`, `description`, `reference` |

mod event;
mod read;
mod rows;
mod store;
mod technique;

pub use event::{
    Component, Disagreement, EventKnowledge, FieldKnowledge, StatedExample, StatedValue,
    Subcategory,
};
pub use read::{Origin, Stated};
pub use store::{KnowledgeReport, Packs};
pub use technique::{Analytic, LogSource, Strategy, TechniqueKnowledge};

pub(crate) use event::KnownEvent;
pub(crate) use store::refresh;
