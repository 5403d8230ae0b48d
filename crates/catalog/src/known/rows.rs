//! What packs state as rows.

use std::collections::BTreeMap;

use rulescope_knowledge::{
    Answer, Attack, EventFacts, EventKey, Fact, Facts, FieldFacts, Knowledge, LogSource,
    RelationFacts, Status, SubcategoryFacts, Use,
};
use rulescope_taxonomy::events::slug;

/// What packs speak of, with all that they state of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    /// `event`, `technique`, …
    pub(super) kind: &'static str,
    /// What it is looked up by: an event's address, an id of ATT&CK, a name.
    pub(super) name: String,
    /// The event, where it is one.
    pub(super) event: Option<EventKey>,
    /// The title to show, empty where packs state none.
    pub(super) title: String,
    /// The facts.
    pub(super) rows: Vec<Row>,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) about: String,
    pub(super) field: String,
    pub(super) value: String,
    pub(super) detail: String,
    /// Indices into [`Knowledge::packs`].
    pub(super) packs: Vec<usize>,
}

/// How an event is addressed: by its provider, where none is known by its channel.
pub(super) fn address(key: &EventKey) -> String {
    let name = key.provider.as_deref().or(key.channel.as_deref()).map_or("?".to_owned(), slug);
    format!("{name}/{}", key.id)
}

/// Everything that packs state, one subject after another.
pub(super) fn subjects(known: &Knowledge) -> impl Iterator<Item = Subject> {
    let links = Links::of(known);
    let events = known.events.iter().map(move |(key, facts)| event(known, &links, key, facts));
    let records = known.records.iter().map(|(key, facts)| {
        let mut rows = Rows::new(known);
        rows.event(facts);
        rows.done("record", format!("{}/{}", key.source, key.name))
    });
    let subcategories = known.subcategories.iter().map(|(name, facts)| {
        let mut rows = Rows::new(known);
        rows.subcategory(facts);
        rows.done("subcategory", name.clone())
    });
    let providers = known.providers.iter().map(|(name, facts)| {
        let mut rows = Rows::new(known);
        rows.texts("abbreviation", &facts.abbreviations);
        rows.texts("guid", &facts.guids);
        rows.texts("description", &facts.descriptions);
        rows.texts("reference", &facts.references);
        rows.done("provider", name.clone())
    });
    let channels = known.channels.iter().map(|(name, facts)| {
        let mut rows = Rows::new(known);
        rows.texts("abbreviation", &facts.abbreviations);
        rows.done("channel", name.clone())
    });
    let relations = known.relations.iter().map(|(id, facts)| {
        let mut rows = Rows::new(known);
        rows.relation(facts);
        rows.done("relation", id.clone())
    });
    let attack = attack(known, &known.attack);
    events
        .chain(records)
        .chain(subcategories)
        .chain(providers)
        .chain(channels)
        .chain(relations)
        .chain(attack)
}

fn event(known: &Knowledge, links: &Links<'_>, key: &EventKey, facts: &EventFacts) -> Subject {
    let mut rows = Rows::new(known);
    rows.event(facts);
    for (component, packs) in links.components.get(key).into_iter().flatten() {
        rows.row("component", "", (*component).to_owned(), String::new(), packs.clone());
    }
    for (id, name, packs) in links.relations.get(key).into_iter().flatten() {
        rows.row("relation", "", (*id).to_owned(), (*name).to_owned(), packs.clone());
    }
    for disagreement in known.disagreements(key) {
        for fact in disagreement.values {
            let (value, packs) = (fact.value, fact.origins);
            rows.row("disagreement", &disagreement.about, value, String::new(), packs);
        }
    }
    let title = known.weightiest(&facts.titles).map(|fact| fact.value.clone());
    let event = Some(key.clone());
    Subject { event, title: title.unwrap_or_default(), ..rows.done("event", address(key)) }
}

fn attack<'k>(known: &'k Knowledge, attack: &'k Attack) -> impl Iterator<Item = Subject> + 'k {
    let techniques = attack.techniques.iter().map(|(id, facts)| {
        let mut rows = Rows::new(known);
        rows.texts("name", &facts.names);
        rows.texts("description", &facts.descriptions);
        rows.texts("url", &facts.urls);
        rows.texts("platform", &facts.platforms);
        rows.texts("tactic", &facts.tactics);
        rows.statuses(&facts.statuses);
        rows.texts("successor", &facts.successors);
        rows.texts("detection", &facts.detections);
        rows.texts("strategy", &facts.strategies);
        rows.texts("version", &facts.versions);
        rows.titled("technique", id.clone(), &facts.names)
    });
    let tactics = attack.tactics.iter().map(|(id, facts)| {
        let mut rows = Rows::new(known);
        rows.texts("name", &facts.names);
        rows.texts("short_name", &facts.short_names);
        rows.texts("description", &facts.descriptions);
        rows.texts("url", &facts.urls);
        rows.statuses(&facts.statuses);
        rows.titled("tactic", id.clone(), &facts.names)
    });
    let components = attack.components.iter().map(|(id, facts)| {
        let mut rows = Rows::new(known);
        rows.texts("name", &facts.names);
        rows.texts("description", &facts.descriptions);
        rows.texts("url", &facts.urls);
        rows.statuses(&facts.statuses);
        rows.log_sources(&facts.log_sources);
        rows.texts("technique", &facts.techniques);
        rows.titled("component", id.clone(), &facts.names)
    });
    let strategies = attack.strategies.iter().map(|(id, facts)| {
        let mut rows = Rows::new(known);
        rows.texts("name", &facts.names);
        rows.texts("url", &facts.urls);
        rows.statuses(&facts.statuses);
        rows.texts("analytic", &facts.analytics);
        rows.texts("technique", &facts.techniques);
        rows.titled("strategy", id.clone(), &facts.names)
    });
    let analytics = attack.analytics.iter().map(|(id, facts)| {
        let mut rows = Rows::new(known);
        rows.texts("name", &facts.names);
        rows.texts("description", &facts.descriptions);
        rows.texts("url", &facts.urls);
        rows.texts("platform", &facts.platforms);
        rows.statuses(&facts.statuses);
        rows.log_sources(&facts.log_sources);
        rows.all("tunable", &facts.tunables, |t| (t.field.clone(), t.description.clone()));
        rows.titled("analytic", id.clone(), &facts.names)
    });
    techniques.chain(tactics).chain(components).chain(strategies).chain(analytics)
}

/// A relation's id, its name, and the packs that link it.
type Relation<'k> = (&'k str, &'k str, Vec<usize>);

/// What other subjects say of events, by event.
struct Links<'k> {
    /// Ids of data components with the packs that link them.
    components: BTreeMap<&'k EventKey, BTreeMap<&'k str, Vec<usize>>>,
    /// Ids and names of relations.
    relations: BTreeMap<&'k EventKey, Vec<Relation<'k>>>,
}

impl<'k> Links<'k> {
    fn of(known: &'k Knowledge) -> Links<'k> {
        let mut links = Links { components: BTreeMap::new(), relations: BTreeMap::new() };
        let components = known.attack.components.iter();
        let named = components.flat_map(|(id, facts)| {
            facts.log_sources.iter().map(move |fact| (Some(id.as_str()), fact))
        });
        let analytics = known.attack.analytics.values().flat_map(|facts| &facts.log_sources);
        let analytics = analytics.map(|fact| (fact.value.component.as_deref(), fact));
        for (component, fact) in named.chain(analytics) {
            let Some(component) = component else { continue };
            for key in &fact.value.events {
                let packs = links.components.entry(key).or_default().entry(component).or_default();
                packs.extend(&fact.origins);
                packs.sort_unstable();
                packs.dedup();
            }
        }
        for (id, facts) in &known.relations {
            let name = facts.names.first().map_or("", |fact| fact.value.as_str());
            for fact in &facts.events {
                let of_event = links.relations.entry(&fact.value.0).or_default();
                if !of_event.iter().any(|(there, ..)| there == id) {
                    of_event.push((id, name, fact.origins.clone()));
                }
            }
        }
        links
    }
}

/// The rows of a subject as they are made.
struct Rows<'k> {
    known: &'k Knowledge,
    rows: Vec<Row>,
}

impl<'k> Rows<'k> {
    fn new(known: &'k Knowledge) -> Rows<'k> {
        Rows { known, rows: Vec::new() }
    }

    fn done(self, kind: &'static str, name: String) -> Subject {
        Subject { kind, name, event: None, title: String::new(), rows: self.rows }
    }

    fn titled(self, kind: &'static str, name: String, titles: &Facts<String>) -> Subject {
        let title = self.known.weightiest(titles).map(|fact| fact.value.clone());
        Subject { title: title.unwrap_or_default(), ..self.done(kind, name) }
    }

    fn row(&mut self, about: &str, field: &str, value: String, detail: String, packs: Vec<usize>) {
        let (about, field) = (about.to_owned(), field.to_owned());
        self.rows.push(Row { about, field, value, detail, packs });
    }

    fn texts(&mut self, about: &str, facts: &Facts<String>) {
        self.of_field(about, "", facts);
    }

    fn of_field(&mut self, about: &str, field: &str, facts: &Facts<String>) {
        for fact in self.known.ranked(facts) {
            self.row(about, field, fact.value.clone(), String::new(), fact.origins.clone());
        }
    }

    /// Facts of which each is a value and a detail.
    fn all<T>(&mut self, about: &str, facts: &Facts<T>, say: impl Fn(&T) -> (String, String)) {
        for fact in self.known.ranked(facts) {
            let (value, detail) = say(&fact.value);
            self.row(about, "", value, detail, fact.origins.clone());
        }
    }

    fn statuses(&mut self, facts: &Facts<Status>) {
        self.all("status", facts, |status| (status.name().to_owned(), String::new()));
    }

    fn log_sources(&mut self, facts: &Facts<LogSource>) {
        for Fact { value: source, origins } in self.known.ranked(facts) {
            let component = source.component.clone().unwrap_or_default();
            self.row(
                "log_source",
                &source.channel,
                source.name.clone(),
                component,
                origins.clone(),
            );
        }
    }

    fn event(&mut self, facts: &EventFacts) {
        // Named one by one, so that what is added can't be forgotten.
        let EventFacts {
            titles,
            descriptions,
            levels,
            tasks,
            opcodes,
            versions,
            messages,
            fields,
            labels,
            vendor_fields,
            examples,
            subcategories,
            categories,
            priorities,
            recommendations,
            requirements,
            settings,
            uses,
            references,
        } = facts;
        for (about, facts) in [
            ("title", titles),
            ("description", descriptions),
            ("level", levels),
            ("task", tasks),
            ("opcode", opcodes),
            ("version", versions),
            ("message", messages),
            ("subcategory", subcategories),
            ("category", categories),
            ("recommendation", recommendations),
            ("requirement", requirements),
            ("setting", settings),
            ("reference", references),
        ] {
            self.texts(about, facts);
        }
        self.all("priority", priorities, |p| (p.name().to_owned(), String::new()));
        self.all("use", uses, |of| match of {
            Use::Rules { level, rules } => ("rules".to_owned(), format!("{rules} {level}")),
            Use::Subscription(name) => ("subscription".to_owned(), name.clone()),
            Use::Target => ("target".to_owned(), String::new()),
        });
        for fact in self.known.examples(examples) {
            let (text, format) = (fact.value.text.clone(), fact.value.format.name().to_owned());
            self.row("example", "", text, format, fact.origins.clone());
        }
        for fact in self.known.ranked(vendor_fields) {
            let (of, packs) = (&fact.value, fact.origins.clone());
            let field = of.field.as_deref().unwrap_or_default();
            self.row("vendor_field", field, of.name.clone(), of.vendor.clone(), packs);
        }
        for (name, field) in fields {
            self.field("field", name, field);
        }
        for (name, label) in labels {
            self.field("label", name, label);
        }
    }

    /// A field, or what is known by its label only.
    fn field(&mut self, of: &str, name: &str, field: &FieldFacts) {
        let FieldFacts { named, types, descriptions, samples, values, labels, versions } = field;
        let texts = [
            ("type", types),
            ("description", descriptions),
            ("sample", samples),
            ("label", labels),
            ("version", versions),
        ];
        let packs = named.iter().flat_map(|fact| fact.origins.clone()).collect();
        self.row(of, name, String::new(), String::new(), packs);
        for (about, facts) in texts {
            self.of_field(&format!("{of}_{about}"), name, facts);
        }
        for fact in self.known.ranked(values) {
            let (value, packs) = (&fact.value, fact.origins.clone());
            let about = format!("{of}_value");
            self.row(&about, name, value.value.clone(), value.meaning.clone(), packs);
        }
    }

    fn relation(&mut self, facts: &RelationFacts) {
        self.texts("name", &facts.names);
        self.all("component", &facts.components, |(source, component)| {
            (component.clone(), source.clone())
        });
        self.all("behaviour", &facts.behaviours, |(source, relation, target)| {
            (format!("{source} {relation} {target}"), String::new())
        });
        for fact in self.known.ranked(&facts.events) {
            let ((key, content), packs) = (&fact.value, fact.origins.clone());
            self.row("event", content, address(key), String::new(), packs);
        }
        for fact in self.known.ranked(&facts.records) {
            let ((source, kind, content), packs) = (&fact.value, fact.origins.clone());
            self.row("record", content, kind.clone(), source.clone(), packs);
        }
        self.texts("technique", &facts.techniques);
        self.texts("note", &facts.notes);
        self.texts("reference", &facts.references);
    }

    fn subcategory(&mut self, facts: &SubcategoryFacts) {
        self.texts("category", &facts.categories);
        self.texts("guid", &facts.guids);
        self.texts("description", &facts.descriptions);
        self.texts("volume", &facts.volumes);
        for fact in self.known.ranked(&facts.advice) {
            let (advice, packs) = (&fact.value, fact.origins.clone());
            let both = |success: Answer, failure: Answer| {
                format!("success {}, failure {}", success.name(), failure.name())
            };
            let stronger = both(advice.stronger_success, advice.stronger_failure);
            let value = both(advice.success, advice.failure) + "; stronger: " + &stronger;
            self.row("advice", &advice.computer, value, advice.comment.clone(), packs);
        }
        self.all("event", &facts.events, |id| (id.to_string(), String::new()));
        self.texts("command", &facts.commands);
    }
}
