//! Searches as text, so that `parse(emit(pipeline))` gives the pipeline.
//!
//! The text is in one form: commands behind pipes, options before what they belong to, an operator
//! within another in parentheses. What was not understood is given as it was.

mod commands;
mod expressions;
mod statistics;

use super::ast::{Arg, MacroCall, Opt, OptValue, Pipeline, Quote, Step, Text};
use super::names::is_generating;

/// A pipeline as text.
pub fn emit(pipeline: &Pipeline) -> String {
    let mut out = String::new();
    for (i, step) in pipeline.steps.iter().enumerate() {
        if i > 0 {
            out.push_str(" | ");
        } else if !step.implied {
            out.push_str("| ");
        }
        write_step(step, &mut out);
    }
    out
}

fn write_step(step: &Step, out: &mut String) {
    let mut writer = Writer { out };
    writer.command(step);
}

/// Writes parts with one space between them.
struct Writer<'a> {
    out: &'a mut String,
}

impl Writer<'_> {
    /// Adds a part after a space, unless nothing or something open comes before it.
    fn part(&mut self, part: &str) {
        if !part.is_empty() {
            if !(self.out.is_empty() || self.out.ends_with([' ', '(', '['])) {
                self.out.push(' ');
            }
            self.out.push_str(part);
        }
    }

    /// Adds a text after a space.
    fn name(&mut self, name: &Text) {
        self.part(&text(name));
    }

    /// Adds texts between commas.
    fn names(&mut self, names: &[Text]) {
        self.part(&join(names, text));
    }

    fn options(&mut self, options: &[Opt]) {
        for option in options {
            self.part(&opt(option));
        }
    }

    fn alias(&mut self, alias: Option<&Text>) {
        if let Some(alias) = alias {
            self.part("AS");
            self.name(alias);
        }
    }
}

fn text(text: &Text) -> String {
    match text.quote {
        Quote::None => text.raw.clone(),
        Quote::Single => format!("'{}'", text.raw),
        Quote::Double => format!("\"{}\"", text.raw),
    }
}

fn macro_call(call: &MacroCall) -> String {
    format!("`{}`", call.text)
}

fn opt(option: &Opt) -> String {
    let value = match &option.value {
        OptValue::Text(value) => value_after_sign(&text(value)),
        OptValue::Group(list) => format!("({})", args(list)),
        OptValue::Macro(call) => macro_call(call),
    };
    format!("{}={value}", text(&option.name))
}

/// A value apart from the sign before it, where the two would read as another sign.
fn value_after_sign(value: &str) -> String {
    let space = if value.starts_with(['=', '>']) { " " } else { "" };
    format!("{space}{value}")
}

fn args(list: &[Arg]) -> String {
    list.iter().map(arg).collect::<Vec<_>>().join(" ")
}

fn arg(of: &Arg) -> String {
    match of {
        Arg::Opt(option) => opt(option),
        Arg::Text(of) => text(of),
        Arg::Call { name, args: inner } => format!("{}({})", text(name), args(inner)),
        Arg::Group(inner) => format!("({})", args(inner)),
        Arg::Macro(call) => macro_call(call),
        Arg::Subsearch(pipeline) => subsearch(pipeline),
    }
}

/// A pipeline in brackets. A command that takes rows stands there without a pipe before it.
fn subsearch(pipeline: &Pipeline) -> String {
    let inner = emit(pipeline);
    let plain = pipeline.steps.first().is_some_and(|s| !is_generating(&s.name));
    let inner = inner.strip_prefix("| ").filter(|_| plain).unwrap_or(&inner);
    format!("[{inner}]")
}

fn join<T>(list: &[T], each: impl Fn(&T) -> String) -> String {
    list.iter().map(each).collect::<Vec<_>>().join(", ")
}
