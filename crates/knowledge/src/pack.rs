//! Packs, and what is said of them.

use std::fmt;
use std::path::PathBuf;

use rulescope_ir::Severity;

/// What a pack is, known by the structure of its files and not by its name.
///
/// The order is that of authority: who writes the events comes before who describes them, and who
/// describes them before who counts them. [`crate::Knowledge::title`] goes by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackKind {
    /// Microsoft's documents on security auditing, markdown.
    /// <https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/>
    MicrosoftAuditing,
    /// Sysinternals' page on Sysmon, markdown.
    /// <https://learn.microsoft.com/sysinternals/downloads/sysmon>
    Sysmon,
    /// MITRE ATT&CK as STIX 2 objects. <https://github.com/mitre-attack/attack-stix-data>
    Stix,
    /// ATT&CK's ids, names and tactics as one JSON object.
    AttackTable,
    /// OSSEM's data dictionaries, YAML. <https://github.com/OTRF/OSSEM-DD>
    OssemDd,
    /// OSSEM's detection model, YAML. <https://github.com/OTRF/OSSEM-DM>
    OssemDm,
    /// Splunk's data sources, YAML. <https://github.com/splunk/security_content>, `data_sources`
    SplunkDataSources,
    /// EvtxECmd's maps. <https://github.com/EricZimmerman/evtx>
    EvtxEcmd,
    /// Hayabusa's tables. <https://github.com/Yamato-Security/hayabusa-rules>, `config`
    Hayabusa,
    /// WELA's tables. <https://github.com/Yamato-Security/WELA>, `config`
    Wela,
    /// The NSA's lists of events to collect, and subscriptions for it.
    /// <https://github.com/nsacyber/Event-Forwarding-Guidance>
    Nsa,
    /// Events that the user's own logs hold ([`crate::recorded`]).
    Recorded,
}

impl PackKind {
    /// Every kind that is read from a folder, in the order of their readers.
    pub const ALL: [PackKind; 11] = [
        PackKind::MicrosoftAuditing,
        PackKind::Sysmon,
        PackKind::Stix,
        PackKind::AttackTable,
        PackKind::OssemDd,
        PackKind::OssemDm,
        PackKind::SplunkDataSources,
        PackKind::EvtxEcmd,
        PackKind::Hayabusa,
        PackKind::Wela,
        PackKind::Nsa,
    ];

    /// The name as printed.
    pub fn name(self) -> &'static str {
        match self {
            PackKind::MicrosoftAuditing => "microsoft-auditing",
            PackKind::Sysmon => "sysmon",
            PackKind::Stix => "stix",
            PackKind::AttackTable => "attack-table",
            PackKind::OssemDd => "ossem-dd",
            PackKind::OssemDm => "ossem-dm",
            PackKind::SplunkDataSources => "splunk-data-sources",
            PackKind::EvtxEcmd => "evtxecmd",
            PackKind::Hayabusa => "hayabusa",
            PackKind::Wela => "wela",
            PackKind::Nsa => "nsa",
            PackKind::Recorded => "recorded",
        }
    }
}

/// What was read of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackReport {
    /// The name of its folder.
    pub name: String,
    /// What it is.
    pub kind: PackKind,
    /// Its folder.
    pub path: PathBuf,
    /// Files that were read in full.
    pub files: usize,
    /// Files that should have been read and could not; [`crate::Knowledge::findings`] says why.
    pub failed: usize,
    /// Files of other kinds below its folder, which are let alone.
    pub unknown: usize,
    /// Facts that it states, each counted once whoever else states it too.
    pub facts: usize,
    /// Events, records and objects of ATT&CK that it states anything of.
    pub subjects: usize,
    /// The licence that stands beside it.
    pub licence: Option<PathBuf>,
}

/// Bytes of a licence in which its holder is looked for.
const LICENCE_HEAD: u64 = 8 << 10;

impl PackReport {
    /// The line of its licence that names who holds the rights, without the marks around it.
    pub fn notice(&self) -> Option<String> {
        let head = rulescope_files::head(self.licence.as_deref()?, LICENCE_HEAD).ok()?;
        let text = String::from_utf8_lossy(&head);
        let names =
            |line: &&str| line.contains('©') || line.to_lowercase().contains("copyright (c)");
        let line = text.lines().find(names)?;
        Some(line.trim_matches(|c: char| c.is_whitespace() || "\"*#>".contains(c)).to_owned())
    }
}

/// Something of a folder, pack or file that was not read as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The pack, an index into [`crate::Knowledge::packs`]; `None` where it is in none.
    pub pack: Option<usize>,
    /// The file's path below the pack's folder with `/` on every system, or the folder as given.
    pub path: String,
    /// 1-based line, where one is at fault.
    pub line: Option<usize>,
    /// How bad it is: an error lost the file.
    pub severity: Severity,
    /// Stable code, such as `pack/broken-file`.
    pub code: &'static str,
    /// The fact, then the remedy; one line.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: {} ({})", self.severity.name(), self.message, self.code)
    }
}
