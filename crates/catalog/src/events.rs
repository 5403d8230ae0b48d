//! Which events the rules read, and what is known of each.

use std::collections::BTreeMap;

use rulescope_taxonomy::events::{self, slug};
use serde::Serialize;

use crate::Error;
use crate::store::Catalog;

/// An event on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventLine {
    /// `sysmon/1`.
    pub address: String,
    /// The provider as people write it; the channel where no provider is known.
    pub provider: String,
    /// The channel; empty where nobody knows it.
    pub channel: String,
    /// Event id.
    pub event_id: u32,
    /// What happened; empty where nobody knows it.
    pub title: String,
    /// How many active rules can fire on it.
    pub rules: i64,
    /// Whether a knowledge pack or a log of the user's has an example.
    pub has_example: bool,
}

/// What packs state of an event, in short.
#[derive(Debug, Clone)]
struct Known {
    channel: Option<String>,
    title: String,
    has_example: bool,
}

type ByAddress = BTreeMap<String, Vec<Known>>;

impl Catalog {
    /// The events on which active rules can fire, by provider and id.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn events(&self) -> Result<Vec<EventLine>, Error> {
        let (by_name, by_channel) = self.known_events()?;
        let mut statement = self.connection.prepare_cached(
            "SELECT e.provider, e.event_id, max(e.title), count(DISTINCT e.rule) \
             FROM rule_event e JOIN rule ON rule.id = e.rule WHERE NOT rule.deprecated \
             GROUP BY e.provider, e.event_id ORDER BY e.provider, e.event_id",
        )?;
        let mut rows = statement.query([])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let (provider, event_id): (String, u32) = (row.get(0)?, row.get(1)?);
            let address = format!("{}/{event_id}", slug(&provider));
            let known = by_name.get(&address).or_else(|| by_channel.get(&address));
            let known = || known.into_iter().flatten();
            let table = events::event(&provider, event_id).map(|event| event.channel.to_owned());
            let mut title: String = row.get(2)?;
            if title.is_empty() {
                let stated = known().map(|known| known.title.as_str());
                title = stated.filter(|title| !title.is_empty()).take(1).collect();
            }
            out.push(EventLine {
                channel: table
                    .or_else(|| known().find_map(|k| k.channel.clone()))
                    .unwrap_or_default(),
                has_example: known().any(|known| known.has_example),
                rules: row.get(3)?,
                address,
                provider,
                event_id,
                title,
            });
        }
        Ok(out)
    }

    /// What packs state of events by address, and by channel and id; that of which most is stated
    /// first.
    fn known_events(&self) -> Result<(ByAddress, ByAddress), Error> {
        let mut statement = self.connection.prepare_cached(
            "SELECT name, channel, event_id, title, EXISTS (SELECT 1 FROM fact \
             WHERE fact.subject = subject.id AND about = 'example') FROM subject \
             WHERE kind = 'event' ORDER BY facts DESC, id",
        )?;
        let mut rows = statement.query([])?;
        let mut by_name = ByAddress::new();
        let mut by_channel = ByAddress::new();
        while let Some(row) = rows.next()? {
            let known =
                Known { channel: row.get(1)?, title: row.get(3)?, has_example: row.get(4)? };
            if let Some(channel) = &known.channel {
                let address = format!("{}/{}", slug(channel), row.get::<_, u32>(2)?);
                by_channel.entry(address).or_default().push(known.clone());
            }
            by_name.entry(row.get(0)?).or_default().push(known);
        }
        Ok((by_name, by_channel))
    }

    /// The title that packs have for an event; empty where none has.
    pub(crate) fn stated_title(&self, provider: &str, id: u32) -> Result<String, Error> {
        let mut statement = self.connection.prepare_cached(
            "SELECT title FROM subject WHERE kind = 'event' AND name = ? AND title <> '' \
             ORDER BY facts DESC, id LIMIT 1",
        )?;
        let mut rows = statement.query([format!("{}/{id}", slug(provider))])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?.unwrap_or_default())
    }
}
