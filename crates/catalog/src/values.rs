//! The values that rules look for, held in memory: a search looks for a text in all of them.

use std::collections::HashMap;

use rulescope_ir::fold;

use crate::Error;
use crate::indicator::{OVERLAPS, Overlap};
use crate::search::{VALUES, ValueHit};
use crate::store::Catalog;

/// All indicators of a catalog by value.
#[derive(Debug, Default)]
pub struct Values {
    /// Folded texts, each with its rows.
    held: Vec<Held>,
    /// Numbers of [`Values::held`] by field.
    by_field: HashMap<String, Vec<u32>>,
    fields: Vec<String>,
    kinds: Vec<String>,
}

#[derive(Debug)]
struct Held {
    text: Box<str>,
    /// Its length in characters.
    length: u32,
    /// By field and kind, with all rules that look for it, and the number of active ones.
    uses: Box<[Use]>,
}

#[derive(Debug)]
struct Use {
    field: u32,
    kind: u8,
    active: u32,
    rules: Box<[i64]>,
}

impl Catalog {
    /// Loads the values that rules look for.
    ///
    /// # Errors
    /// Where the catalog can't be read.
    pub fn all_values(&self) -> Result<Values, Error> {
        let mut out = Values::default();
        let mut fields: HashMap<String, u32> = HashMap::new();
        let mut kinds: HashMap<String, u32> = HashMap::new();
        let sql = "SELECT value.id, value.text, field.name, i.kind, i.rule, rule.deprecated \
                   FROM value CROSS JOIN indicator i ON i.value = value.id \
                   JOIN field ON field.id = i.field JOIN rule ON rule.id = i.rule \
                   ORDER BY value.id, i.field, i.kind, i.rule";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut last: Option<i64> = None;
        let mut text = String::new();
        let mut uses: Vec<(u32, u8, Vec<i64>, u32)> = Vec::new();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            if last != Some(id) {
                out.push(&text, &mut uses);
                text = row.get(1)?;
                last = Some(id);
            }
            let field = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
            let field = number(&mut fields, &mut out.fields, field);
            let kind = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
            // There are a dozen and a half of kinds.
            let kind = u8::try_from(number(&mut kinds, &mut out.kinds, kind)).unwrap_or(u8::MAX);
            let (rule, deprecated): (i64, bool) = (row.get(4)?, row.get(5)?);
            let is_new = uses.last().is_none_or(|u| (u.0, u.1) != (field, kind));
            if is_new {
                uses.push((field, kind, Vec::new(), 0));
            }
            if let Some(of) = uses.last_mut()
                && of.2.last() != Some(&rule)
            {
                of.2.push(rule);
                of.3 += u32::from(!deprecated);
            }
        }
        out.push(&text, &mut uses);
        for (i, held) in (0..).zip(&out.held) {
            let mut before = None;
            for of in held.uses.iter().filter(|of| before.replace(of.field) != Some(of.field)) {
                let name = out.fields.get(of.field as usize).cloned().unwrap_or_default();
                out.by_field.entry(name).or_default().push(i);
            }
        }
        Ok(out)
    }
}

fn number(known: &mut HashMap<String, u32>, names: &mut Vec<String>, name: &str) -> u32 {
    if let Some(number) = known.get(name) {
        return *number;
    }
    let number = u32::try_from(names.len()).unwrap_or(u32::MAX);
    names.push(name.to_owned());
    known.insert(name.to_owned(), number);
    number
}

impl Values {
    fn push(&mut self, text: &str, uses: &mut Vec<(u32, u8, Vec<i64>, u32)>) {
        if uses.is_empty() {
            return;
        }
        let of = |(field, kind, rules, active): (u32, u8, Vec<i64>, u32)| Use {
            field,
            kind,
            active,
            rules: rules.into(),
        };
        self.held.push(Held {
            text: text.into(),
            length: u32::try_from(text.chars().count()).unwrap_or(u32::MAX),
            uses: uses.drain(..).map(of).collect(),
        });
    }

    fn field(&self, of: &Use) -> &str {
        self.fields.get(of.field as usize).map_or("", String::as_str)
    }

    fn kind(&self, of: &Use) -> &str {
        self.kinds.get(usize::from(of.kind)).map_or("", String::as_str)
    }

    /// Indicators whose value holds a text, most used first, as in [`Catalog::search`]; and all rules
    /// that have one of them.
    pub fn holding(&self, query: &str) -> (Vec<ValueHit>, Vec<i64>) {
        let folded = fold(query);
        let mut hits: Vec<(&Held, &Use)> = Vec::new();
        let mut rules: Vec<i64> = Vec::new();
        for held in self.held.iter().filter(|held| held.text.contains(&folded)) {
            for of in &held.uses {
                rules.extend(of.rules.iter());
                if of.active > 0 {
                    hits.push((held, of));
                }
            }
        }
        rules.sort_unstable();
        rules.dedup();
        hits.sort_unstable_by(|(a, of_a), (b, of_b)| {
            let by_use = of_b.active.cmp(&of_a.active).then(a.length.cmp(&b.length));
            let by_text = by_use.then_with(|| a.text.cmp(&b.text));
            let by_field = by_text.then_with(|| self.field(of_a).cmp(self.field(of_b)));
            by_field.then_with(|| self.kind(of_a).cmp(self.kind(of_b)))
        });
        let hit = |(held, of): (&Held, &Use)| ValueHit {
            field: self.field(of).to_owned(),
            kind: self.kind(of).to_owned(),
            value: held.text.to_string(),
            corpus: i64::from(of.active),
        };
        (hits.into_iter().take(VALUES).map(hit).collect(), rules)
    }

    /// Other indicators of a field whose values overlap one (folded), as in [`Catalog::indicator`].
    pub fn overlaps(&self, field: &str, kind: &str, value: &str) -> Vec<Overlap> {
        let mut found: Vec<(&Held, &Use, &'static str)> = Vec::new();
        let of_field = self.by_field.get(field).map(Vec::as_slice).unwrap_or_default();
        for held in of_field.iter().filter_map(|i| self.held.get(*i as usize)) {
            if value.is_empty() || held.text.is_empty() {
                continue;
            }
            let relation = match (held.text.contains(value), value.contains(&*held.text)) {
                (true, true) => "equal",
                (true, false) => "containing",
                (false, true) => "contained",
                (false, false) => continue,
            };
            let uses = held.uses.iter().filter(|of| {
                let is_it = &*held.text == value && self.kind(of) == kind;
                of.active > 0 && self.field(of) == field && self.kind(of) != "regex_match" && !is_it
            });
            found.extend(uses.map(|of| (held, of, relation)));
        }
        found.sort_unstable_by(|(a, of_a, _), (b, of_b, _)| {
            let by_use = of_b.active.cmp(&of_a.active).then(a.length.cmp(&b.length));
            let by_text = by_use.then_with(|| a.text.cmp(&b.text));
            by_text.then_with(|| self.kind(of_a).cmp(self.kind(of_b)))
        });
        let overlap = |(held, of, relation): (&Held, &Use, &str)| Overlap {
            kind: self.kind(of).to_owned(),
            value: held.text.to_string(),
            relation: relation.to_owned(),
            corpus: i64::from(of.active),
        };
        found.into_iter().take(OVERLAPS).map(overlap).collect()
    }
}
