//! Whether an event is logged.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rulescope_ir::Expr;
use rulescope_taxonomy::audit::{self, Advice, Audited, FieldSetting, Roles, Shipped, Subcategory};
use rulescope_taxonomy::events::{event, slug};

use crate::error::{Defect, Error};
use crate::list::List;
use crate::sysmon::Config;
use crate::{auditpol, list, sysmon};

/// No policy has more bytes.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Failures alone.
const FAILURES: Audited = Audited { success: false, failure: true };

/// A kind of machine, as Microsoft's recommendations tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Machine {
    /// Windows 10 and 11.
    #[default]
    Client,
    /// A member server.
    Server,
    /// A domain controller.
    DomainController,
}

/// What stands for an audit policy that no file gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assumed {
    /// What Windows audits by itself.
    Default(Machine),
    /// Microsoft's baseline.
    Baseline(Machine),
    /// What Microsoft recommends for stronger needs.
    Stronger(Machine),
    /// Everything that there is, Sysmon too.
    Everything,
}

impl Default for Assumed {
    fn default() -> Assumed {
        Assumed::Default(Machine::Client)
    }
}

impl Assumed {
    /// In words.
    fn name(self) -> String {
        let of = |machine| match machine {
            Machine::Client => "on clients",
            Machine::Server => "on servers",
            Machine::DomainController => "on domain controllers",
        };
        match self {
            Assumed::Default(machine) => format!("what Windows audits by itself {}", of(machine)),
            Assumed::Baseline(machine) => format!("Microsoft's baseline {}", of(machine)),
            Assumed::Stronger(machine) => {
                format!("what Microsoft recommends for stronger needs {}", of(machine))
            }
            Assumed::Everything => "everything".to_owned(),
        }
    }

    /// The machine; none where everything is assumed.
    fn machine(self) -> Option<Machine> {
        match self {
            Assumed::Default(machine) | Assumed::Baseline(machine) | Assumed::Stronger(machine) => {
                Some(machine)
            }
            Assumed::Everything => None,
        }
    }

    /// Whether the machine has a role.
    fn has(self, role: &str) -> bool {
        match self.machine() {
            Some(Machine::DomainController) => audit::OF_CONTROLLERS.contains(&role),
            Some(Machine::Client | Machine::Server) => false,
            None => true,
        }
    }

    /// What it says of a subcategory. Advice for some roles and scenarios is none; what a
    /// recommendation does not speak of is left as Windows has it.
    fn audits(self, subcategory: &Subcategory) -> Audited {
        let (roles, machine) = match self {
            Assumed::Default(machine) => (subcategory.default, machine),
            Assumed::Baseline(machine) => (subcategory.baseline, machine),
            Assumed::Stronger(machine) => (subcategory.stronger, machine),
            Assumed::Everything => return Audited::BOTH,
        };
        let of = |roles: Roles| match machine {
            Machine::Client => roles.client,
            Machine::Server | Machine::DomainController => roles.server,
        };
        let (advised, default) = (of(roles), of(subcategory.default));
        let holds = |advice: Advice, default: Advice| {
            let advice = if advice == Advice::Blank { default } else { advice };
            match advice {
                Advice::Yes => true,
                Advice::DomainControllers => machine == Machine::DomainController,
                Advice::Blank | Advice::No | Advice::If => false,
            }
        };
        Audited {
            success: holds(advised.success, default.success),
            failure: holds(advised.failure, default.failure),
        }
    }
}

/// What would have to be switched on for an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Switch {
    /// An audit subcategory, for what it has to audit.
    Audit {
        /// The subcategory's name.
        subcategory: String,
        /// `Success`, `Failure`.
        audited: &'static str,
    },
    /// A tag of Sysmon's configuration.
    Sysmon {
        /// The tag.
        tag: String,
    },
    /// A setting that some events of a channel, or some fields of an event, depend on: `PowerShell
    /// module logging`.
    Setting {
        /// Its name.
        name: &'static str,
    },
    /// A role or a product that a machine has or has not: it is no setting of the machine.
    Role {
        /// Its name: `domain controller`, `SQL Server`.
        name: &'static str,
    },
    /// A channel.
    Channel {
        /// Its name.
        channel: String,
    },
}

impl Switch {
    /// In words.
    pub fn name(&self) -> String {
        match self {
            Switch::Audit { subcategory, audited } => format!("audit {subcategory} ({audited})"),
            Switch::Sysmon { tag } => format!("Sysmon {tag}"),
            Switch::Setting { name } => (*name).to_owned(),
            Switch::Role { name } => format!("role {name}"),
            Switch::Channel { channel } => format!("channel {channel}"),
        }
    }
}

/// What an event wants besides its switch, in words: an audit entry on the object whose access it is
/// about. Which objects have one no policy says.
pub fn need(provider: &str, id: u32) -> Option<&'static str> {
    let wants = &*slug(provider) == "security-auditing" && audit::needs_object_entry(id);
    wants.then_some("an audit entry on the object")
}

/// Whether an event is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It is, thanks to this switch; `None` where nothing has to be switched on.
    Yes(Option<Switch>),
    /// Where a condition holds on it: a filter of Sysmon's, over the event's own names.
    Where(Expr, Switch),
    /// Only some of it is.
    Partly(Switch),
    /// It is not.
    No(Switch),
    /// No source says what writes it, so that it can't be said.
    Unknown,
}

/// What is logged.
#[derive(Debug, Clone, Default)]
pub struct Logged {
    audit: Option<BTreeMap<String, Audited>>,
    sysmon: Option<Config>,
    list: Option<List>,
    assumed: Assumed,
    /// Settings that are switched on besides, by the names that the tables have for them.
    settings: BTreeSet<&'static str>,
    /// What it rests on, a line each.
    pub origins: Vec<String>,
}

impl Logged {
    /// What these files say, and what is assumed where they say nothing.
    ///
    /// # Errors
    /// Where a file can't be read, is no policy, or is the second of its kind.
    pub fn read(paths: &[PathBuf], assumed: Assumed) -> Result<Logged, Error> {
        Logged::read_with(paths, assumed, &[])
    }

    /// The same with settings switched on besides, in the names of [`crate::setting::setting`].
    ///
    /// # Errors
    /// As [`Logged::read`].
    pub fn read_with(
        paths: &[PathBuf],
        assumed: Assumed,
        settings: &[&'static str],
    ) -> Result<Logged, Error> {
        let settings = settings.iter().copied().collect();
        let mut out = Logged { assumed, settings, ..Logged::default() };
        for path in paths {
            out.add(path)?;
        }
        let switched = out.settings.iter().map(|name| format!("{name}: on"));
        out.origins.extend(switched);
        if out.list.is_some() {
            out.origins.push("all else: not logged, as it is not on the list".to_owned());
            return Ok(out);
        }
        if out.audit.is_none() {
            out.origins.push(format!("Security: {}", assumed.name()));
        }
        if out.sysmon.is_none() {
            let sysmon = if assumed == Assumed::Everything { "everything" } else { "not there" };
            out.origins.push(format!("Sysmon: {sysmon}"));
        }
        let other = match assumed {
            Assumed::Everything => "on",
            _ => "as Windows has them, those of roles and products left out",
        };
        out.origins.push(format!("other channels: {other}"));
        Ok(out)
    }

    fn add(&mut self, path: &Path) -> Result<(), Error> {
        let text = text(path)?;
        let at =
            |d: Defect| Error::Line { path: path.to_owned(), line: d.line, message: d.message };
        let twice = |kind| Err(Error::Twice { path: path.to_owned(), kind });
        let shown = path.display();
        if sysmon::is(&text) {
            let config = sysmon::read(&text).map_err(at)?;
            if self.sysmon.replace(config).is_some() {
                return twice("Sysmon configuration");
            }
            self.origins.push(format!("Sysmon: {shown}"));
        } else if auditpol::is(&text) {
            let policy = auditpol::read(&text).map_err(at)?;
            if self.audit.replace(policy.settings).is_some() {
                return twice("audit policy");
            }
            self.origins.push(format!("Security: {shown}"));
            self.origins.extend(policy.unknown.iter().map(|(line, name)| {
                format!(
                    "Security: {shown}:{line}: the tables know no subcategory `{name}`; left out"
                )
            }));
        } else {
            let listed = list::read(&text).map_err(at)?;
            self.settings.extend(&listed.settings);
            // A list of settings alone leaves the events as they are.
            self.origins.extend(listed.unknown.iter().map(|(line, source)| {
                format!("events: {shown}:{line}: the tables know no `{source}`; taken as it stands")
            }));
            if listed.names_events() {
                if self.list.replace(listed).is_some() {
                    return twice("list of events");
                }
                self.origins.push(format!("events: {shown}"));
            }
        }
        Ok(())
    }

    /// Whether an event of a provider (in any of its names) is logged.
    pub fn how(&self, provider: &str, id: u32) -> How {
        let known = event(provider, id);
        let channel = known.map_or(provider, |e| e.channel);
        if self.list.as_ref().is_some_and(|list| list.has(provider, channel, id)) {
            return How::Yes(None);
        }
        match &*slug(provider) {
            // An event that no table has bears the name of its channel.
            "security-auditing" | "security" => self.audited(id),
            "sysmon" => self.of_sysmon(id),
            _ => self.of_channel(provider, channel, id),
        }
    }

    /// The setting that fields of an event depend on, and whether it is on. Where it is off, the
    /// fields are there and empty.
    pub fn fields(&self, provider: &str, id: u32) -> Option<(&'static FieldSetting, bool)> {
        if &*slug(provider) != "security-auditing" {
            return None;
        }
        let setting = audit::field_setting(id)?;
        let assumed = self.list.is_none()
            && match self.assumed {
                Assumed::Default(_) => setting.default,
                Assumed::Baseline(_) => setting.baseline,
                Assumed::Stronger(_) => setting.stronger,
                Assumed::Everything => true,
            };
        Some((setting, assumed || self.settings.contains(setting.name)))
    }

    fn audited(&self, id: u32) -> How {
        let as_what = audit::audited(id).unwrap_or(Audited::BOTH);
        let (mut wanted, mut failures) = (None, None);
        // A file may be of any machine; what is assumed is of one kind.
        let elsewhere = self.audit.is_none()
            && self.list.is_none()
            && !self.assumed.has(audit::DOMAIN_CONTROLLER);
        let (here, only_there): (Vec<_>, Vec<_>) = audit::subcategories_of(id)
            .partition(|subcategory| !(elsewhere && subcategory.controllers_only));
        for subcategory in here {
            let switch = |audited: Audited| Switch::Audit {
                subcategory: subcategory.name.to_owned(),
                audited: audited.name(),
            };
            let set = self.setting(subcategory).and(as_what);
            // Where only failures are audited of what mostly succeeds, rules fire on a part; which
            // part a rule asks for is not looked at.
            if as_what == Audited::BOTH && set == FAILURES {
                failures.get_or_insert_with(|| switch(Audited { success: true, failure: false }));
            } else if set != Audited::default() {
                return How::Yes(Some(switch(set)));
            }
            wanted.get_or_insert_with(|| switch(as_what));
        }
        if let Some(success) = failures {
            return How::Partly(success);
        }
        match wanted {
            Some(switch) => How::No(switch),
            // No source says which policy writes it; where there is such an event, it is a part of
            // everything.
            None if self.assumed == Assumed::Everything
                && self.list.is_none()
                && event("security-auditing", id).is_some() =>
            {
                How::Yes(None)
            }
            None if !only_there.is_empty() => {
                How::No(Switch::Role { name: audit::DOMAIN_CONTROLLER })
            }
            None => How::Unknown,
        }
    }

    fn setting(&self, subcategory: &Subcategory) -> Audited {
        match (&self.audit, &self.list) {
            (Some(audit), _) => audit.get(subcategory.guid).copied().unwrap_or_default(),
            (None, Some(_)) => Audited::default(),
            (None, None) => self.assumed.audits(subcategory),
        }
    }

    fn of_sysmon(&self, id: u32) -> How {
        let tag = audit::sysmon_element_of(id);
        let switch = Switch::Sysmon { tag: tag.unwrap_or("itself").to_owned() };
        match &self.sysmon {
            None if self.assumed == Assumed::Everything && self.list.is_none() => {
                How::Yes(Some(switch))
            }
            None => How::No(switch),
            // Sysmon's own state and configuration are always logged.
            Some(config) => match tag.map(|tag| config.condition(tag)) {
                None | Some(Expr::Const(true)) => How::Yes(Some(switch)),
                Some(Expr::Const(false)) => How::No(switch),
                Some(condition) => How::Where(condition, switch),
            },
        }
    }

    fn of_channel(&self, provider: &str, channel: &str, id: u32) -> How {
        // The event log service's own events (1102) are in the Security log whatever is audited.
        let default = if channel.eq_ignore_ascii_case("Security") {
            Some((Shipped::On, None))
        } else {
            audit::shipped(channel, id)
        };
        let switch = |what: Option<&'static str>| match what {
            Some(name) if name != "the channel" => Switch::Setting { name },
            _ => Switch::Channel { channel: channel.to_owned() },
        };
        if let Some(name) = default.and_then(|d| d.1)
            && self.settings.contains(name)
        {
            return How::Yes(Some(switch(Some(name))));
        }
        if self.list.is_some() {
            return How::No(switch(default.and_then(|d| d.1)));
        }
        if self.assumed == Assumed::Everything {
            return How::Yes(Some(switch(default.and_then(|d| d.1))));
        }
        let role = audit::role(provider, id);
        if let Some(name) = role.filter(|role| !self.assumed.has(role)) {
            return How::No(Switch::Role { name });
        }
        match default {
            Some((Shipped::Role, Some(name))) if !self.assumed.has(name) => {
                How::No(Switch::Role { name })
            }
            Some((Shipped::Role, Some(_))) => How::Yes(None),
            Some((Shipped::On, _)) => How::Yes(None),
            Some((Shipped::Part, what)) => How::Partly(switch(what)),
            Some((Shipped::Off | Shipped::Role, what)) => How::No(switch(what)),
            None => How::No(switch(None)),
        }
    }
}

/// A file as text: UTF-8, or UTF-16 as PowerShell writes what auditpol prints.
fn text(path: &Path) -> Result<String, Error> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).and_then(|f| f.take(LIMIT + 1).read_to_end(&mut bytes)).map_err(io)?;
    if bytes.len() as u64 > LIMIT {
        return Err(Error::TooLarge { path: path.to_owned(), limit: LIMIT });
    }
    let wide = |unit: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|p| unit([p[0], p[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    Ok(match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xFE, 0xFF, rest @ ..] => wide(u16::from_be_bytes, rest),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        // Names in the console's code page are not looked at.
        all => String::from_utf8_lossy(all).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audited(assumed: Assumed, id: u32) -> bool {
        let logged = Logged::read(&[], assumed).expect("no file");
        matches!(logged.how("security-auditing", id), How::Yes(Some(_)))
    }

    #[test]
    fn controllers_audit_more_by_themselves() {
        // Kerberos, NTLM, directory access, computer accounts.
        for id in [4768, 4769, 4776, 4662, 4741] {
            assert!(audited(Assumed::Default(Machine::DomainController), id), "{id}");
            // A recommendation that is silent of it does not switch it off.
            assert!(audited(Assumed::Baseline(Machine::DomainController), id), "{id}");
            assert!(!audited(Assumed::Default(Machine::Server), id), "{id}");
            assert!(!audited(Assumed::Default(Machine::Client), id), "{id}");
        }
        // Changes of security groups are audited on all.
        assert!(audited(Assumed::Default(Machine::Client), 4732));
        assert!(!audited(Assumed::Default(Machine::DomainController), 5136));
    }

    #[test]
    fn what_no_source_places_is_not_known() {
        let logged = Logged::read(&[], Assumed::default()).expect("no file");
        // Backup of certificates wants Certification Services; the tables have no event of it.
        let backup = Switch::Audit {
            subcategory: "Certification Services".to_owned(),
            audited: "Success and Failure",
        };
        assert_eq!(logged.how("Security", 4876), How::No(backup));
        assert_eq!(logged.how("security-auditing", 5170), How::Unknown);
        assert_eq!(logged.how("Security", 1149), How::Unknown);
        assert_eq!(logged.how("eventlog", 1102), How::Yes(None));
        let all = Logged::read(&[], Assumed::Everything).expect("no file");
        assert_eq!(all.how("security-auditing", 5170), How::Yes(None));
        assert_eq!(all.how("Security", 1149), How::Unknown, "there is no such event");
    }

    #[test]
    fn what_a_role_writes_is_not_on_every_machine() {
        let how = |machine, provider, id| {
            let logged = Logged::read(&[], Assumed::Default(machine)).expect("no file");
            logged.how(provider, id)
        };
        let controller = How::No(Switch::Role { name: "domain controller" });
        let kerberos = "Kerberos-Key-Distribution-Center";
        assert_eq!(how(Machine::Client, kerberos, 16), controller);
        assert_eq!(how(Machine::DomainController, kerberos, 16), How::Yes(None));
        assert_eq!(how(Machine::Client, "security-auditing", 5136), controller);
        let changes = how(Machine::DomainController, "security-auditing", 5136);
        assert!(matches!(changes, How::No(Switch::Audit { .. })), "{changes:?}");
        // A policy without a rule, and a monitor that watches nothing, write nothing.
        let restriction = How::No(Switch::Setting { name: "Software Restriction Policies" });
        assert_eq!(how(Machine::Client, "SoftwareRestrictionPolicies", 865), restriction);
        let exits = How::No(Switch::Setting { name: "silent process exit monitoring" });
        assert_eq!(how(Machine::Client, "ProcessExitMonitor", 3000), exits);
        let product = How::No(Switch::Role { name: "SQL Server" });
        assert_eq!(how(Machine::DomainController, "MSSQLSERVER", 15457), product);
    }

    #[test]
    fn failures_alone_are_a_part_of_what_can_be_either() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("audit.csv");
        let text = "Subcategory GUID,Inclusion Setting\n\
                    {0CCE923F-69AE-11D9-BED3-505054503030},Failure\n\
                    {0CCE9215-69AE-11D9-BED3-505054503030},Failure\n";
        std::fs::write(&file, text).expect("written");
        let logged = Logged::read(&[file], Assumed::default()).expect("a policy");
        let success =
            Switch::Audit { subcategory: "Credential Validation".to_owned(), audited: "Success" };
        assert_eq!(logged.how("security-auditing", 4776), How::Partly(success));
        // A failed logon is always a failure.
        assert!(matches!(logged.how("security-auditing", 4625), How::Yes(Some(_))));
    }
}
