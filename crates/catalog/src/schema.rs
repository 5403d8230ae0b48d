//! The tables.
//!
//! | table | a row is |
//! |---|---|
//! | `source` | a repository or folder |
//! | `file` | a file of a source |
//! | `rule` | a rule: what it says of itself, its text, the normal form of its logic, and events that it matches for certain (JSON) |
//! | `stage`, `predicate` | a part of a rule's text, and a test in it |
//! | `field`, `value` | a name, and a folded effective value, each once |
//! | `indicator` | a value that a rule looks for in a field by a kind of test |
//! | `rule_technique`, `rule_event` | ATT&CK and event coverage |
//! | `only_counted` | a rule, by id or name, that a correlation counts and that does not alert by itself |
//! | `evidence` | a record of the user's logs on which a rule fires |
//! | `evidence_total` | a rule that was run over the user's logs, with how often it fired for certain and possibly |
//! | `rule_text` | the full-text index |
//! | `problem` | what could not be read, by source and path |
//! | `pack` | a knowledge pack, or the user's own logs |
//! | `subject` | what packs speak of: an event, a technique, a subcategory of audit policy, … |
//! | `fact` | what packs state of a subject, with the packs that do (JSON); [`crate::known`] lists the words |
//! | `change` | a rule that a build found new, changed or gone |
//! | `pack_problem` | what could not be read of a pack, by path and line |

use rusqlite::Connection;

use crate::Error;

/// Version of the tables and of what is written into them. Raised with every change that makes
/// stored rows differ; another version is built anew.
pub const VERSION: u32 = 6;

/// SQLite's application id of a catalog: `RSCP`.
pub const APPLICATION_ID: u32 = 0x5253_4350;

const TABLES: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE change (
  at INTEGER NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, what TEXT NOT NULL);
CREATE TABLE source (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, vendor TEXT NOT NULL, root TEXT NOT NULL,
  commit_id TEXT, url TEXT, licence TEXT, private INTEGER NOT NULL, readable INTEGER NOT NULL,
  files INTEGER NOT NULL, failed INTEGER NOT NULL, linked INTEGER NOT NULL);
CREATE TABLE file (
  id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES source, path TEXT NOT NULL,
  size INTEGER NOT NULL, modified_ns INTEGER NOT NULL, first_seen TEXT, modified TEXT, url TEXT,
  is_rule_file INTEGER NOT NULL, failed INTEGER NOT NULL, linked INTEGER NOT NULL,
  UNIQUE (source, path));
CREATE TABLE problem (
  source INTEGER NOT NULL REFERENCES source, path TEXT NOT NULL, line INTEGER, col INTEGER,
  code TEXT NOT NULL, severity TEXT NOT NULL, message TEXT NOT NULL, loses_rules INTEGER NOT NULL);
CREATE TABLE rule (
  id INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES file,
  source INTEGER NOT NULL REFERENCES source, ordinal INTEGER NOT NULL, slug TEXT NOT NULL,
  upstream_id TEXT, name TEXT, title TEXT NOT NULL, vendor TEXT NOT NULL, language TEXT NOT NULL,
  status TEXT, severity TEXT, author TEXT, date TEXT, modified TEXT, platform TEXT,
  deprecated INTEGER NOT NULL, shape TEXT NOT NULL, fidelity TEXT NOT NULL,
  windows INTEGER NOT NULL, opaque_stage INTEGER NOT NULL, counted INTEGER NOT NULL,
  description TEXT NOT NULL, metadata TEXT NOT NULL, scope TEXT NOT NULL, body TEXT NOT NULL,
  line INTEGER NOT NULL, pattern TEXT NOT NULL, normal_hash INTEGER NOT NULL,
  normal_key TEXT NOT NULL, losses TEXT NOT NULL, diagnostics TEXT NOT NULL,
  witness TEXT, no_witness TEXT,
  UNIQUE (source, slug));
CREATE TABLE stage (
  rule INTEGER NOT NULL REFERENCES rule, idx INTEGER NOT NULL, label TEXT NOT NULL,
  kind TEXT NOT NULL, text TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
  PRIMARY KEY (rule, idx)) WITHOUT ROWID;
CREATE TABLE predicate (
  rule INTEGER NOT NULL REFERENCES rule, stage INTEGER NOT NULL, idx INTEGER NOT NULL,
  field INTEGER NOT NULL REFERENCES field, native_field TEXT NOT NULL, kind TEXT NOT NULL,
  quantifier TEXT NOT NULL, negated INTEGER NOT NULL, case_sensitive INTEGER NOT NULL,
  value_list TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
  PRIMARY KEY (rule, stage, idx)) WITHOUT ROWID;
CREATE TABLE field (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE value (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE indicator (
  rule INTEGER NOT NULL REFERENCES rule, field INTEGER NOT NULL REFERENCES field,
  kind TEXT NOT NULL, value INTEGER NOT NULL REFERENCES value);
CREATE TABLE rule_technique (
  rule INTEGER NOT NULL REFERENCES rule, tactic TEXT NOT NULL, technique TEXT NOT NULL,
  was TEXT, PRIMARY KEY (rule, tactic, technique)) WITHOUT ROWID;
CREATE TABLE only_counted (
  rule INTEGER NOT NULL REFERENCES rule, name TEXT NOT NULL,
  PRIMARY KEY (rule, name)) WITHOUT ROWID;
CREATE TABLE rule_event (
  rule INTEGER NOT NULL REFERENCES rule, idx INTEGER NOT NULL, provider TEXT NOT NULL,
  event_id INTEGER NOT NULL, title TEXT NOT NULL, coverage TEXT NOT NULL,
  PRIMARY KEY (rule, idx)) WITHOUT ROWID;
CREATE TABLE evidence (
  rule INTEGER NOT NULL REFERENCES rule, idx INTEGER NOT NULL, log TEXT NOT NULL,
  record_id INTEGER, timestamp TEXT, provider TEXT NOT NULL, event_id INTEGER,
  computer TEXT NOT NULL, certainty TEXT NOT NULL, PRIMARY KEY (rule, idx)) WITHOUT ROWID;
CREATE TABLE evidence_total (
  rule INTEGER PRIMARY KEY REFERENCES rule, certain INTEGER NOT NULL, possible INTEGER NOT NULL);
CREATE TABLE pack (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, root TEXT NOT NULL,
  licence TEXT, notice TEXT, files INTEGER NOT NULL, failed INTEGER NOT NULL,
  facts INTEGER NOT NULL);
CREATE TABLE pack_problem (
  pack INTEGER REFERENCES pack, path TEXT NOT NULL, line INTEGER, code TEXT NOT NULL,
  severity TEXT NOT NULL, message TEXT NOT NULL);
CREATE TABLE subject (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, provider TEXT, channel TEXT,
  event_id INTEGER, title TEXT NOT NULL, facts INTEGER NOT NULL);
CREATE TABLE fact (
  subject INTEGER NOT NULL REFERENCES subject, about TEXT NOT NULL, field TEXT NOT NULL,
  value TEXT NOT NULL, detail TEXT NOT NULL, packs TEXT NOT NULL);
CREATE VIRTUAL TABLE rule_text USING fts5(
  title, body, more, content='', contentless_delete=1, tokenize=\"unicode61 tokenchars '_'\");
";

/// Made after the rows of a fresh catalog, when that is cheaper.
const INDEXES: &str = "
CREATE INDEX IF NOT EXISTS rule_by_file ON rule (file);
CREATE INDEX IF NOT EXISTS rule_by_upstream ON rule (upstream_id);
CREATE INDEX IF NOT EXISTS rule_by_normal ON rule (normal_hash);
CREATE UNIQUE INDEX IF NOT EXISTS value_by_text ON value (text);
CREATE INDEX IF NOT EXISTS indicator_by_value ON indicator (value, field, kind, rule);
CREATE INDEX IF NOT EXISTS indicator_by_rule ON indicator (rule);
CREATE INDEX IF NOT EXISTS predicate_by_field ON predicate (field, rule);
CREATE INDEX IF NOT EXISTS technique_by_id ON rule_technique (technique, rule);
CREATE INDEX IF NOT EXISTS event_by_id ON rule_event (provider, event_id, rule);
CREATE INDEX IF NOT EXISTS subject_by_name ON subject (kind, name);
CREATE INDEX IF NOT EXISTS subject_by_event ON subject (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS fact_by_subject ON fact (subject);
CREATE INDEX IF NOT EXISTS fact_of_technique ON fact (value) WHERE about = 'technique';
";

/// Makes the tables of an empty catalog.
pub(crate) fn create(connection: &Connection) -> Result<(), Error> {
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", VERSION)?;
    connection.execute_batch(TABLES)?;
    Ok(())
}

/// Makes the indexes that are not there.
pub(crate) fn index(connection: &Connection) -> Result<(), Error> {
    connection.execute_batch(INDEXES)?;
    Ok(())
}

/// What a file says it is: application id and version.
pub(crate) fn identity(connection: &Connection) -> Result<(u32, u32), rusqlite::Error> {
    let get = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
    Ok((get("application_id")?, get("user_version")?))
}
