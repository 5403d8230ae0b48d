//! Aggregates and groups as text.

use super::expressions::{eval, search};
use super::{Writer, args, join};
use crate::spl::ast::{Aggregate, Argument, By, Chart, DataSource, Tally, Tstats};

impl Writer<'_> {
    pub(super) fn aggregates(&mut self, aggregates: &[Aggregate]) {
        self.part(&join(aggregates, aggregate));
    }

    pub(super) fn by(&mut self, by: Option<&By>) {
        if let Some(by) = by {
            self.part("BY");
            self.names(&by.fields);
            self.options(&by.options);
        }
    }

    pub(super) fn tstats(&mut self, of: &Tstats) {
        self.options(&of.options);
        self.aggregates(&of.aggregates);
        if let Some(DataSource { kind, name, .. }) = &of.from {
            self.part("FROM");
            match kind {
                Some(kind) => self.part(&format!("{}={}", super::text(kind), super::text(name))),
                None => self.name(name),
            }
        }
        if let Some(filter) = &of.filter {
            // In parentheses no word of it can end it.
            self.part(&format!("WHERE ({})", search(filter)));
        }
        self.by(of.by.as_ref());
    }

    pub(super) fn chart(&mut self, of: &Chart) {
        self.options(&of.options);
        self.aggregates(&of.aggregates);
        if let Some(over) = &of.over {
            self.part("OVER");
            self.name(over);
        }
        self.by(of.by.as_ref());
        self.part(&args(&of.columns));
    }

    pub(super) fn tally(&mut self, of: &Tally) {
        self.part(&of.count.as_ref().map(super::text).unwrap_or_default());
        self.options(&of.options);
        self.names(&of.fields);
        self.by(of.by.as_ref());
    }
}

fn aggregate(of: &Aggregate) -> String {
    let mut out = super::text(&of.function);
    match &of.argument {
        Some(Argument::Field(field)) => out.push_str(&format!("({})", super::text(field))),
        Some(Argument::Eval(expr)) => out.push_str(&format!("(eval({}))", eval(expr))),
        Some(Argument::Other(list)) => out.push_str(&format!("({})", args(list))),
        None => {}
    }
    Writer { out: &mut out }.alias(of.alias.as_ref());
    out
}
