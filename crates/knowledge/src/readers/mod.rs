//! One reader a kind of pack, each with the same three functions: `recognise` says by a file's
//! path and beginning whether it is of the kind, `expects` whether a file of a pack should have
//! been, and `read` states its facts. What several readers need is in modules of its own: YAML,
//! CSV, markdown and example events.

mod attack_table;
mod evtxecmd;
mod example;
mod hayabusa;
mod markdown;
mod microsoft;
mod nsa;
mod ossem_dd;
mod ossem_dm;
mod splunk;
mod stix;
mod sysmon;
mod table;
mod tree;
mod wela;

pub(crate) use example::fields;
pub(crate) use stix::StixLinks;

use crate::harvest::{Broken, Harvest, Source};
use crate::pack::PackKind;

/// The kind of pack that a file is a part of.
pub(crate) fn recognise(path: &str, head: &str) -> Option<PackKind> {
    PackKind::ALL.into_iter().find(|kind| match kind {
        PackKind::MicrosoftAuditing => microsoft::recognise(path, head),
        PackKind::Sysmon => sysmon::recognise(path, head),
        PackKind::Stix => stix::recognise(path, head),
        PackKind::AttackTable => attack_table::recognise(path, head),
        PackKind::OssemDd => ossem_dd::recognise(path, head),
        PackKind::OssemDm => ossem_dm::recognise(path, head),
        PackKind::SplunkDataSources => splunk::recognise(path, head),
        PackKind::EvtxEcmd => evtxecmd::recognise(path, head),
        PackKind::Hayabusa => hayabusa::recognise(path, head),
        PackKind::Wela => wela::recognise(path, head),
        PackKind::Nsa => nsa::recognise(path, head),
        PackKind::Recorded => false,
    })
}

/// Whether a file that does not say what it is should be a part of a pack of this kind. The path
/// begins with the name of the pack's folder.
pub(crate) fn expects(kind: PackKind, path: &str) -> bool {
    match kind {
        PackKind::MicrosoftAuditing => microsoft::expects(path),
        PackKind::Sysmon => sysmon::expects(path),
        PackKind::Stix => stix::expects(path),
        PackKind::AttackTable => attack_table::expects(path),
        PackKind::OssemDd => ossem_dd::expects(path),
        PackKind::OssemDm => ossem_dm::expects(path),
        PackKind::SplunkDataSources => splunk::expects(path),
        PackKind::EvtxEcmd => evtxecmd::expects(path),
        PackKind::Hayabusa => hayabusa::expects(path),
        PackKind::Wela => wela::expects(path),
        PackKind::Nsa => nsa::expects(path),
        PackKind::Recorded => false,
    }
}

/// Reads a file of a pack.
pub(crate) fn read(
    kind: PackKind,
    source: &mut Source<'_>,
    harvest: &mut Harvest,
) -> Result<(), Broken> {
    match kind {
        PackKind::MicrosoftAuditing => microsoft::read(source, harvest),
        PackKind::Sysmon => sysmon::read(source, harvest),
        PackKind::Stix => stix::read(source, harvest),
        PackKind::AttackTable => attack_table::read(source, harvest),
        PackKind::OssemDd => ossem_dd::read(source, harvest),
        PackKind::OssemDm => ossem_dm::read(source, harvest),
        PackKind::SplunkDataSources => splunk::read(source, harvest),
        PackKind::EvtxEcmd => evtxecmd::read(source, harvest),
        PackKind::Hayabusa => hayabusa::read(source, harvest),
        PackKind::Wela => wela::read(source, harvest),
        PackKind::Nsa => nsa::read(source, harvest),
        PackKind::Recorded => Ok(()),
    }
}

/// Resolves what files of one pack say of each other.
pub(crate) fn link(harvest: &mut Harvest, pack: usize) {
    stix::link(harvest, pack);
}
