//! OSSEM's detection model: who does what to whom, and which events show it
//! (<https://github.com/OTRF/OSSEM-DM>, `relationships` and `use-cases`). One relationship a YAML
//! file, all of them in one YAML or JSON file, and a table of them.

use rulescope_yaml::Node;

use super::{table, tree};
use crate::attack::RelationFacts;
use crate::event::EventKey;
use crate::harvest::{Broken, Harvest, Source};
use crate::walk::{LARGEST, has_extension};

const COLUMNS: [&str; 12] = [
    "Data Source",
    "Component",
    "Source",
    "Relationship",
    "Target",
    "OSSEM Id",
    "EventID",
    "Event Name",
    "Event Platform",
    "Log Source",
    "Filter in Log",
    "Channel",
];
/// What else the table says, which not every version of it has.
const POLICY: [&str; 3] = ["Audit Category", "Audit Sub-Category", "Enable Commands"];

pub(super) fn recognise(path: &str, head: &str) -> bool {
    if has_extension(path, &["csv"]) {
        return head.starts_with("Data Source,Component,Source,Relationship,Target,");
    }
    let key =
        if has_extension(path, &["json"]) { "\"relationship_id\"" } else { "relationship_id:" };
    has_extension(path, &["yml", "yaml", "json"]) && head.contains(key) && head.contains("behavior")
}

pub(super) fn expects(path: &str) -> bool {
    let folder = path.starts_with("relationships/") || path.contains("/relationships/");
    has_extension(path, &["yml", "yaml"]) && folder
}

pub(super) fn read(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    if has_extension(source.path, &["csv"]) {
        return read_table(source, harvest);
    }
    if source.text.len() as u64 > LARGEST {
        return Err(Broken::new(None, format!("more than {LARGEST} bytes; split it")));
    }
    // JSON is YAML, and the same reader keeps the lines of both.
    let roots: Vec<Node<'_>> =
        tree::documents(source)?.into_iter().filter_map(|document| document.root).collect();
    if roots.is_empty() {
        return Err(Broken::new(Some(1), "it is empty; remove it"));
    }
    for root in &roots {
        match root.as_sequence() {
            Some(relations) => {
                for relation in relations {
                    state_relation(source, harvest, relation)?;
                }
            }
            None => state_relation(source, harvest, root)?,
        }
    }
    Ok(())
}

fn state_relation(
    source: &mut Source<'_>,
    harvest: &mut Harvest,
    relation: &Node<'_>,
) -> Result<(), Broken> {
    let id = tree::text(relation, "relationship_id").ok_or_else(|| {
        Broken::new(tree::line(source, relation), "it has no `relationship_id`; add one")
    })?;
    let mut facts = RelationFacts::default();
    source.maybe(&mut facts.names, tree::text(relation, "name"));
    let part = |key: &str, inner: &str| {
        let text = relation.get(key).and_then(|node| tree::text(node, inner));
        text.unwrap_or_default().to_owned()
    };
    if relation.get("attack").is_some_and(|attack| attack.as_mapping().is_some()) {
        let component = (part("attack", "data_source"), part("attack", "data_component"));
        source.value(&mut facts.components, component);
    }
    let behaviour =
        (part("behavior", "source"), part("behavior", "relationship"), part("behavior", "target"));
    source.value(&mut facts.behaviours, behaviour);
    for event in tree::items(relation, "security_events") {
        state_event(source, harvest, event, &mut facts);
    }
    for (key, list) in [
        ("notes", &mut facts.notes),
        ("references", &mut facts.references),
        ("techniques", &mut facts.techniques),
    ] {
        for item in tree::items(relation, key) {
            source.maybe(list, item.as_str());
        }
    }
    put(source, harvest, id, facts);
    Ok(())
}

fn put(source: &mut Source<'_>, harvest: &mut Harvest, id: &str, facts: RelationFacts) {
    use crate::absorb::Absorb;
    let id = source.capped(id).to_owned();
    let lost = harvest.relations.entry(id).or_default().absorb(facts);
    harvest.lost += lost;
}

fn state_event(
    source: &mut Source<'_>,
    harvest: &mut Harvest,
    event: &Node<'_>,
    relation: &mut RelationFacts,
) {
    let filters: Vec<String> = tree::items(event, "filter_in")
        .iter()
        .flat_map(|filter| filter.as_mapping().into_iter().flat_map(|pairs| pairs.iter()))
        .filter_map(|pair| Some(format!("{}: {}", pair.key.as_str()?, pair.value.as_str()?)))
        .collect();
    let text = |key: &str| tree::text(event, key).unwrap_or_default();
    state_row(
        source,
        harvest,
        relation,
        &Row {
            id: text("event_id"),
            title: text("name"),
            platform: text("platform"),
            log_source: text("log_source"),
            channel: text("channel"),
            filter: &filters.join(", "),
            category: text("audit_category"),
            subcategory: text("audit_sub_category"),
            command: "",
        },
    );
}

/// An event of a relationship, in whatever file it stands.
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    platform: &'a str,
    log_source: &'a str,
    channel: &'a str,
    filter: &'a str,
    category: &'a str,
    subcategory: &'a str,
    command: &'a str,
}

fn state_row(
    source: &mut Source<'_>,
    harvest: &mut Harvest,
    relation: &mut RelationFacts,
    row: &Row<'_>,
) {
    let filter = source.capped(row.filter).to_owned();
    let id = row.id.parse::<u32>().ok().filter(|_| row.platform.eq_ignore_ascii_case("windows"));
    let Some(id) = id else {
        let record = (row.log_source.to_owned(), row.id.to_owned(), filter);
        return source.value(&mut relation.records, record);
    };
    let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    // A log source with a slash is a channel that stands where the provider should.
    let (provider, channel) = match row.log_source.contains('/') {
        true => (None, name(row.log_source)),
        false => (name(row.log_source), name(row.channel)),
    };
    let key = EventKey { provider, channel, id };
    source.value(&mut relation.events, (key.clone(), filter));
    let facts = harvest.events.entry(key).or_default();
    // The name of a record with a filter is that of what it shows then.
    source.title(&mut facts.titles, row.title);
    source.text(&mut facts.categories, row.category);
    if !row.subcategory.is_empty() {
        source.text(&mut facts.subcategories, row.subcategory);
        let policy = harvest.subcategories.entry(row.subcategory.to_owned()).or_default();
        source.text(&mut policy.categories, row.category);
        source.text(&mut policy.commands, row.command);
        source.value(&mut policy.events, id);
    }
}

fn read_table(source: &mut Source<'_>, harvest: &mut Harvest) -> Result<(), Broken> {
    let (rows, columns) = table::rows(source, COLUMNS)?;
    let policy = table::optional(source, POLICY);
    for row in rows {
        let [
            data_source,
            component,
            from,
            does,
            to,
            id,
            event,
            title,
            platform,
            log,
            filter,
            channel,
        ] = columns.map(|column| row.cell(column));
        let [category, subcategory, command] =
            policy.map(|column| column.map_or("", |column| row.cell(column)));
        if id.is_empty() {
            source.warn(
                Some(row.line),
                "pack/bad-row",
                "the row names no relationship; add its id",
            );
            continue;
        }
        let mut facts = RelationFacts::default();
        source.value(&mut facts.components, (data_source.to_owned(), component.to_owned()));
        source.value(&mut facts.behaviours, (from.to_owned(), does.to_owned(), to.to_owned()));
        let event = Row {
            id: event,
            title,
            platform,
            log_source: log,
            channel,
            filter: &said_as_yaml(filter),
            category,
            subcategory,
            command,
        };
        state_row(source, harvest, &mut facts, &event);
        put(source, harvest, id, facts);
    }
    Ok(())
}

/// The table has filters as Python prints them (`[{'ActionType': 'FileCreated'}]`); as the YAML
/// files say them, so that both state the same.
fn said_as_yaml(filter: &str) -> String {
    filter.chars().filter(|c| !matches!(c, '[' | ']' | '{' | '}' | '\'')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_tables_are_those_of_files() {
        assert_eq!(said_as_yaml("[{'a': 'b'}, {'c': 'd'}]"), "a: b, c: d");
        assert_eq!(said_as_yaml(""), "");
    }
}
