//! A record as rules see it: by canonical names, in the spellings that rules use.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use rulescope_eval::{Datum, View};
use rulescope_events::{Event, Value};
use rulescope_ir::{Number, Scope, fold};
use rulescope_taxonomy::events as known;
use rulescope_taxonomy::fields::natives;
use rulescope_taxonomy::registry::{integrity_level, one_spelling};
use rulescope_taxonomy::registry_data::as_logged_by_sysmon;
use rustc_hash::FxHashMap;

use crate::route::{Kind, Source};

/// A record of a log.
#[derive(Debug)]
pub struct Record<'e> {
    event: &'e Event,
    kind: Arc<Kind>,
    known: Option<&'static known::Event>,
    /// Whether it has fields of the Elastic Common Schema, by which an agent may have replaced the
    /// event's own.
    ecs: bool,
    /// Values by name that were asked for.
    asked: RefCell<FxHashMap<Box<str>, Option<Datum>>>,
}

/// Where the value of a name stands, as far as the names of a record alone say it.
#[derive(Debug)]
pub(crate) enum Stands<'r> {
    /// Nowhere.
    Nowhere,
    /// It is this value as it was logged.
    Plain(Cow<'r, Value>),
    /// What the values say decides.
    Computed,
}

/// Names whose values are not taken as they were logged.
const COMPUTED: [&str; 7] = [
    "IntegrityLevel",
    "TargetObject",
    "Details",
    "User",
    "NewName",
    "ProcessId",
    "ParentProcessId",
];

/// Hashes that Sysmon writes into one field and rules read by name.
const HASHES: [&str; 5] = ["md5", "sha1", "sha256", "sha512", "imphash"];

impl<'e> Record<'e> {
    /// A record of a log.
    pub fn new(event: &'e Event) -> Record<'e> {
        Record::of_kind(event, Arc::new(Kind::of(event)))
    }

    /// A record of a kind that is known.
    pub(crate) fn of_kind(event: &'e Event, kind: Arc<Kind>) -> Record<'e> {
        let known = known::event(&kind.provider, kind.event_id);
        let ecs = event.data.iter().any(|(name, _)| {
            let head = name.split('.').next().unwrap_or(name);
            matches!(head, "event" | "winlog" | "ecs")
        });
        Record { event, kind, known, ecs, asked: RefCell::default() }
    }

    /// The record as it was read.
    pub fn event(&self) -> &Event {
        self.event
    }

    /// What kind of event it is.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The canonical names that it answers, as far as they are known.
    pub fn answered(&self) -> impl Iterator<Item = &str> {
        self.known
            .into_iter()
            .flat_map(|k| k.answers())
            .filter(|(native, _)| native.is_none_or(|n| self.event.get(n).is_some()))
            .map(|(_, canonical)| *canonical)
    }

    /// The value of a name as it was logged: where the kind of event has another name for it, by
    /// that one (`Image` of Security 4688 is its `NewProcessName`).
    ///
    /// Of several such names the first that says something counts: Security 4688 names the account of
    /// the new process as its target, and where that is the creator's it writes `-` there
    /// (<https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4688>,
    /// "Target Subject").
    fn logged(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.own(name).or_else(|| self.of_ecs(name))
    }

    /// The value of a name where an agent keeps it in a field of the Elastic Common Schema.
    fn of_ecs(&self, name: &str) -> Option<Cow<'_, Value>> {
        let natives = if self.ecs { natives("elastic", name) } else { &[] };
        natives.iter().find_map(|native| self.event.get(native))
    }

    /// Where the value of a name stands, as [`View::field`] finds it. The answer is that of every
    /// record of the kind with the same names, where no value has others below or the name does not
    /// walk ([`Record::may_walk`]).
    pub(crate) fn stands(&self, name: &str) -> Stands<'_> {
        if HASHES.iter().any(|hash| name.eq_ignore_ascii_case(hash)) {
            return Stands::Computed;
        }
        if let Some(known) = self.known {
            let natives = known.native_fields(name).filter(|n| self.event.get(n).is_some());
            if natives.count() > 1 {
                return Stands::Computed;
            }
        }
        match self.logged(name) {
            None => Stands::Nowhere,
            Some(_) if COMPUTED.contains(&name) => Stands::Computed,
            Some(value) => Stands::Plain(value),
        }
    }

    /// Whether a name may be found as a path through values, so that what they hold decides.
    pub(crate) fn may_walk(&self, name: &str) -> bool {
        let natives = self.known.into_iter().flat_map(|known| known.native_fields(name));
        self.ecs
            || name == "Message"
            || name.contains('.')
            || natives.into_iter().any(|n| n.contains('.'))
    }

    /// The value of a name among the event's own.
    fn own(&self, name: &str) -> Option<Cow<'_, Value>> {
        let Some(known) = self.known else { return self.event.get(name) };
        let natives = known.native_fields(name);
        let mut values = natives.filter_map(|native| self.event.get(native)).peekable();
        while let Some(value) = values.next() {
            // The last one counts whatever it says.
            if values.peek().is_none() || says_something(&value) {
                return Some(value);
            }
        }
        self.event.get(name)
    }

    /// The path of a key or value of the registry in its one spelling. Security 4657 has the value's
    /// name apart
    /// (<https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4657>, "Object
    /// Value Name").
    fn target_object(&self, value: Datum) -> Datum {
        let apart =
            (self.kind.event_id == 4657).then(|| self.event.get("ObjectValueName")).flatten();
        let name = apart.filter(|name| says_something(name));
        with_text(value, |path| {
            let mut path = one_spelling(path).into_owned();
            if let Some(name) = name.as_deref().and_then(Value::text) {
                path.push('\\');
                path += &name;
            }
            path
        })
    }

    /// What a value of the registry was set to, in Sysmon's spelling: Security 4657 has the type apart.
    fn details(&self, value: Datum) -> Datum {
        let kind = self.event.get("NewValueType");
        match kind.as_deref().and_then(Value::text) {
            Some(kind) => with_text(value, |text| as_logged_by_sysmon(&kind, text)),
            None => value,
        }
    }

    /// An account with its domain before it, as Sysmon writes it. Security's events have the domain
    /// apart
    /// (<https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4688>,
    /// "Account Domain").
    fn account(&self, value: Datum) -> Datum {
        for who in ["Target", "Subject"] {
            let named = self.event.get(&format!("{who}UserName"));
            if named.is_none_or(|name| datum(&name) != value) {
                continue;
            }
            let domain = self.event.get(&format!("{who}DomainName"));
            let domain =
                domain.filter(|d| says_something(d)).and_then(|d| d.text().map(|d| d.into_owned()));
            return match domain {
                Some(domain) => with_text(value, |name| format!("{domain}\\{name}")),
                None => value,
            };
        }
        value
    }

    /// One of the hashes that Sysmon writes into one field (`SHA1=…,MD5=…`; event 15 calls it
    /// `Hash`).
    fn hash(&self, kind: &str) -> Option<Datum> {
        let hashes = self.event.get("Hashes").or_else(|| self.event.get("Hash"))?;
        let text = hashes.text()?;
        text.split(',').find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case(kind).then(|| Datum::text(value.trim()))
        })
    }
}

impl View for Record<'_> {
    fn time(&self) -> i64 {
        self.event.millis().unwrap_or(0)
    }

    /// Exporters differ in how they write a computer's or a channel's name.
    fn identity(&self) -> String {
        match self.event.identity() {
            Some((computer, channel, id)) => {
                // Ids begin anew where a log is made anew; exporters differ in how much of a second
                // they keep.
                let seconds = self.time().div_euclid(1000);
                // In order of the ids as text too.
                format!("{}\u{1}{}\u{1}{id:020}\u{1}{seconds}", fold(computer), fold(channel))
            }
            None => String::new(),
        }
    }

    /// The rest of its time, where it stands in its log, and what it says where that is not known:
    /// never which log it stands in.
    fn rank(&self) -> String {
        let nanos = self.event.time.unwrap_or(0).rem_euclid(1_000_000);
        let id = self.event.record_id.unwrap_or(0);
        let (computer, channel) = (self.event.computer(), self.event.channel());
        let mut rank =
            format!("{nanos:06}\u{1}{}\u{1}{}\u{1}{id:020}", fold(computer), fold(channel));
        if self.event.record_id.is_none() {
            let Kind { provider, event_id, .. } = &*self.kind;
            rank += &format!("\u{1}{provider}\u{1}{event_id}\u{1}{}", self.event.data_text());
        }
        rank
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.event.data.iter().map(|(n, _)| n.to_string()).collect();
        names.extend(self.event.header.iter().map(|(n, _)| (*n).to_owned()));
        names.sort_unstable();
        names.dedup();
        names
    }

    fn field(&self, name: &str) -> Option<Datum> {
        if let Some(known) = self.asked.borrow().get(name) {
            return known.clone();
        }
        let value = self.found(name);
        self.asked.borrow_mut().insert(name.into(), value.clone());
        value
    }

    fn in_scope(&self, kind: &str, term: &str) -> bool {
        Source::of(&Scope::of(kind, term)).means(&self.kind)
    }

    fn values(&self) -> Vec<Datum> {
        self.event.values().into_iter().map(datum).collect()
    }

    fn within(&self, scope: &Scope) -> bool {
        Source::of(scope).means(&self.kind)
    }
}

impl Record<'_> {
    /// The value of a name in the spelling that rules use.
    fn found(&self, name: &str) -> Option<Datum> {
        if let Some(hash) = HASHES.iter().find(|h| name.eq_ignore_ascii_case(h))
            && !self.event.data.iter().any(|(there, _)| there.eq_ignore_ascii_case(hash))
        {
            return self.hash(hash).or_else(|| Some(datum(&*self.of_ecs(hash)?)));
        }
        let value = datum(&*self.logged(name)?);
        Some(match name {
            "IntegrityLevel" => with_text(value, |level| integrity_level(level).to_owned()),
            "TargetObject" => self.target_object(value),
            "Details" if self.kind.event_id == 4657 => self.details(value),
            "User" => self.account(value),
            "NewName" => with_text(value, |path| one_spelling(path).into_owned()),
            // Security's events write what Sysmon logs in decimal as 0x1a4.
            "ProcessId" | "ParentProcessId"
                if self.event.get(name).is_none_or(|v| datum(&v) != value) =>
            {
                with_text(value, |id| decimal(id).unwrap_or_else(|| id.to_owned()))
            }
            _ => value,
        })
    }
}

/// Whether a value is more than Windows' marks for "none".
fn says_something(value: &Value) -> bool {
    value.text().is_some_and(|text| !matches!(text.trim(), "" | "-" | "0x0" | "S-1-0-0"))
}

/// A text as another; any other value as it is.
fn with_text(value: Datum, f: impl FnOnce(&str) -> String) -> Datum {
    match value {
        Datum::Text(text) => Datum::text(f(&text)),
        other => other,
    }
}

/// A hexadecimal number in decimal digits.
fn decimal(text: &str) -> Option<String> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok().map(|n| n.to_string())
}

/// A logged value as the evaluator reads it.
pub(crate) fn datum(value: &Value) -> Datum {
    match value {
        Value::Null => Datum::Null,
        Value::Bool(b) => Datum::Bool(*b),
        Value::Number(n) => Number::parse(&n.to_string()).map_or(Datum::Null, Datum::Number),
        Value::Text(text) => Datum::text(text.as_str()),
        Value::List(items) => Datum::List(items.iter().map(datum).collect()),
        Value::Object(members) => {
            Datum::Object(members.iter().map(|(n, v)| (n.to_string(), datum(v))).collect())
        }
    }
}
