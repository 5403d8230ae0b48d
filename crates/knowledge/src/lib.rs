//! Knowledge packs: facts about Windows events and ATT&CK, each with its origin.
//!
//! In come folders that the user has: checkouts of EvtxECmd's maps, Microsoft's documents on
//! security auditing, OSSEM, ATT&CK and others ([`PackKind`] lists them). Out comes [`Knowledge`]:
//! what each pack states of each event, field, subcategory and technique, put together by
//! provider, channel and event id. Packs that agree share a [`Fact`], packs that disagree stand
//! beside each other, and each fact says which packs state it.
//!
//! It knows no rule and no database, reads nothing but the folders that it is given, and decides
//! nothing about who is right. A file that is broken is a [`Finding`] with its line, and the rest
//! goes on. Texts of packs belong to the packs: they go into what the user builds and nowhere
//! else.
//!
//! ```
//! let folder = std::env::temp_dir().join(format!("pack-{}", std::process::id()));
//! std::fs::create_dir_all(&folder)?;
//! let map = "Author: me\nDescription: Disk is full\nEventId: 7\nChannel: Disks\n\
//!            Provider: Vendor-Disks\nMaps:\n";
//! std::fs::write(folder.join("Disks_Vendor-Disks_7.map"), map)?;
//!
//! let knowledge = rulescope_knowledge::read(&[folder.clone()]);
//! let (key, _) = knowledge.event("Vendor-Disks", 7).expect("the map is read");
//! assert_eq!(key.channel.as_deref(), Some("Disks"));
//! assert_eq!(knowledge.title(key), Some("Disk is full"));
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), std::io::Error>(())
//! ```

mod absorb;
mod attack;
mod disagreement;
mod event;
mod fact;
mod harvest;
mod knowledge;
mod pack;
mod place;
mod plan;
mod policy;
mod read;
mod readers;
mod record;
mod stamp;
mod walk;

pub use attack::{
    AnalyticFacts, Attack, DataComponentFacts, LogSource, RelationFacts, Status, StrategyFacts,
    TacticFacts, TechniqueFacts, Tunable,
};
pub use disagreement::Disagreement;
pub use event::{
    EventFacts, EventKey, Example, ExampleFormat, FieldFacts, KnownValue, Priority, SourceKey, Use,
    VendorField,
};
pub use fact::{Fact, Facts, MOST_VALUES};
pub use harvest::MOST_TEXT;
pub use knowledge::Knowledge;
pub use pack::{Finding, PackKind, PackReport};
pub use policy::{Advice, Answer, ChannelFacts, ProviderFacts, SubcategoryFacts};
pub use read::read;
pub use record::{Recorded, recorded};
pub use stamp::stamp;
pub use walk::{LARGEST, LARGEST_JSON};
