//! Audit policy: what has to be switched on so that an event is written.
//!
//! For Security events the subcategories of Windows' advanced audit policy ([`subcategories_of`]),
//! with what Windows sets by default and what Microsoft recommends; for Sysmon's the element of its
//! configuration ([`sysmon_element`]), for all others whether their channel is on ([`shipped`]).
//! Object access also needs an audit entry on the object itself ([`needs_object_entry`]), and the
//! command line in 4688 a setting of its own ([`field_setting`]).
//!
//! ```
//! use rulescope_taxonomy::audit;
//!
//! let creation = audit::subcategory(4688).expect("known");
//! assert_eq!(creation.name, "Process Creation");
//! assert_eq!(creation.category, "Detailed Tracking");
//! assert_eq!(creation.guid, "0CCE922B-69AE-11D9-BED3-505054503030");
//! assert!(creation.default.server.is_blank());
//! assert_eq!(creation.baseline.server.to_string(), "yes,no");
//! assert_eq!(audit::sysmon_element("RegistryEvent"), Some(&[12, 13, 14][..]));
//! ```

mod audited;
mod channel;
mod field;
mod role;
mod setting;
mod subcategory;
mod sysmon;

pub use audited::Audited;
pub use channel::{Shipped, settings, shipped};
pub use field::{FieldSetting, field_setting, field_settings};
pub use role::{DOMAIN_CONTROLLER, OF_CONTROLLERS, role};
pub use setting::{Advice, Roles, Setting};
pub use subcategory::{
    Subcategory, audited, baseline, by_guid, by_name, defaults, needs_object_entry, subcategories,
    subcategories_of, subcategory,
};
pub use sysmon::{sysmon_element, sysmon_element_of};
