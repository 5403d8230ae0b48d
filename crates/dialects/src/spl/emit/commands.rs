//! Commands as text.

use super::expressions::{assignment, eval, search};
use super::{Writer, arg, args, join, macro_call, subsearch, text, value_after_sign};
use crate::spl::ast::{
    Arg, Boundary, Command, Conversion, DataSource, FieldsMode, LookupPair, Map, OutputMode,
    SortKey, Step, Text,
};

impl Writer<'_> {
    pub(super) fn command(&mut self, step: &Step) {
        let named = !matches!(step.command, Command::Opaque { .. } | Command::Macro(_));
        if named && !step.implied {
            self.out.push_str(&step.name);
        }
        match &step.command {
            Command::Search(expr) => self.part(&search(expr)),
            Command::Where(expr) => self.part(&eval(expr)),
            Command::Eval(assignments) => self.part(&join(assignments, assignment)),
            Command::Stats { options, aggregates, by, .. } => {
                self.options(options);
                self.aggregates(aggregates);
                self.by(by.as_ref());
            }
            Command::Tstats(of) => self.tstats(of),
            Command::Chart(of) => self.chart(of),
            Command::Tally(of) => self.tally(of),
            Command::Rename(of) => {
                self.part(&join(of, |r| format!("{} AS {}", text(&r.from), text(&r.to))));
            }
            Command::Fields { mode, fields } => {
                let sign = |f: &Text| f.raw.starts_with(['-', '+']);
                match mode {
                    FieldsMode::Remove => self.part("-"),
                    FieldsMode::Keep if fields.first().is_some_and(sign) => self.part("+"),
                    FieldsMode::Keep => {}
                }
                self.names(fields);
            }
            Command::Table(fields) => self.names(fields),
            Command::Rex(of) => {
                self.options(&of.options);
                self.name(&of.pattern);
            }
            Command::Regex { field, negated, pattern } => match field {
                Some(field) => {
                    let sign = if *negated { "!=" } else { "=" };
                    let pattern = value_after_sign(&text(pattern));
                    self.part(&format!("{}{sign}{pattern}", text(field)));
                }
                None => self.name(pattern),
            },
            Command::Spath(of) => {
                self.options(&of.options);
                self.names(of.path.as_slice());
            }
            Command::Lookup(of) => {
                self.options(&of.options);
                self.name(&of.table);
                self.part(&join(&of.inputs, pair));
                if let Some((mode, pairs)) = &of.outputs {
                    self.part(match mode {
                        OutputMode::Output => "OUTPUT",
                        OutputMode::OutputNew => "OUTPUTNEW",
                    });
                    self.part(&join(pairs, pair));
                }
            }
            Command::InputLookup { options, table, filter } => {
                self.options(options);
                self.name(table);
                if let Some(filter) = filter {
                    self.part(&format!("WHERE ({})", search(filter)));
                }
            }
            Command::OutputLookup { options, table } => {
                self.options(options);
                self.name(table);
            }
            Command::Join(of) => {
                self.options(&of.options);
                self.names(&of.fields);
                if let Some(filter) = &of.filter {
                    self.part(&format!("WHERE ({})", search(filter)));
                }
                self.part(&subsearch(&of.subsearch));
            }
            Command::Branches(of) => {
                self.options(&of.options);
                self.names(&of.datasets);
                for branch in &of.branches {
                    self.part(&subsearch(branch));
                }
            }
            Command::Bin(of) => {
                self.options(&of.options);
                self.name(&of.field);
                self.alias(of.alias.as_ref());
            }
            Command::Dedup(of) => {
                self.names(of.count.as_slice());
                self.names(&of.fields);
                self.options(&of.options);
                if !of.order.is_empty() {
                    self.part("sortby");
                    self.part(&join(&of.order, sort_key));
                }
            }
            Command::Transaction(of) => {
                self.names(&of.fields);
                self.options(&of.options);
                for (name, end) in [("startswith", &of.starts), ("endswith", &of.ends)] {
                    if let Some(end) = end {
                        self.part(&format!("{name}={}", boundary(end)));
                    }
                }
            }
            Command::Convert { options, conversions } => {
                self.options(options);
                self.part(&join(conversions, conversion));
            }
            Command::Fill { options, fields } => {
                self.options(options);
                self.names(fields);
            }
            Command::Multivalue(of) => {
                self.options(&of.options);
                self.name(&of.field);
            }
            Command::Sort { count, keys, reversed } => {
                self.names(count.as_slice());
                self.part(&join(keys, sort_key));
                if *reversed {
                    self.part("desc");
                }
            }
            Command::Slice(of) => {
                self.names(of.count.as_slice());
                self.options(&of.options);
                if let Some(until) = &of.until {
                    self.part(&format!("({})", eval(until)));
                }
            }
            Command::Replace { pairs, fields } => {
                self.part(&join(pairs, |(a, b)| format!("{} WITH {}", text(a), text(b))));
                if !fields.is_empty() {
                    self.part("IN");
                    self.names(fields);
                }
            }
            Command::From(of) => self.from(of),
            Command::Foreach(of) => {
                self.options(&of.options);
                self.names(&of.fields);
                self.part(&subsearch(&of.pipeline));
            }
            Command::Map(of) => self.map(of),
            Command::Plain(list) => self.part(&args(list)),
            Command::Macro(call) => self.part(&macro_call(call)),
            Command::Opaque { text, .. } => self.part(text),
        }
    }

    fn from(&mut self, of: &DataSource) {
        match &of.kind {
            Some(kind) => self.part(&format!("{}:{}", text(kind), text(&of.name))),
            None => self.name(&of.name),
        }
        self.part(&args(&of.rest));
    }

    fn map(&mut self, of: &Map) {
        for of in &of.args {
            self.part(&arg(of));
        }
        if let Some(search) = &of.search {
            self.part(&format!("search={}", value_after_sign(&text(search))));
        }
        if let Some(pipeline) = &of.subsearch {
            self.part(&arg(&Arg::Subsearch(pipeline.clone())));
        }
    }
}

fn pair(of: &LookupPair) -> String {
    let mut out = text(&of.table);
    Writer { out: &mut out }.alias(of.event.as_ref());
    out
}

fn conversion(of: &Conversion) -> String {
    let mut out = format!("{}({})", text(&of.function), text(&of.field));
    Writer { out: &mut out }.alias(of.alias.as_ref());
    out
}

/// A key with its sign, so that no field reads as a number of rows or as an order.
fn sort_key(of: &SortKey) -> String {
    let sign = if of.descending { '-' } else { '+' };
    match &of.order {
        Some(order) => format!("{sign}{}({})", text(order), text(&of.field)),
        None => format!("{sign}{}", text(&of.field)),
    }
}

fn boundary(of: &Boundary) -> String {
    match of {
        Boundary::Search(expr) => format!("({})", search(expr)),
        Boundary::Eval(expr) => format!("eval({})", eval(expr)),
        Boundary::Text(of) => value_after_sign(&text(of)),
    }
}
