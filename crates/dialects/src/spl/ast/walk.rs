//! Subsearches of a command, wherever they stand in it.

use super::{Arg, Boundary, Command, Literal, OptValue, Pipeline, SearchExpr};

impl Command {
    /// The subsearches of a command, in the order of the text. What a `map` has in quotes is a
    /// search with a text of its own and not among them.
    pub fn subsearches(&self) -> Vec<&Pipeline> {
        let mut out = Vec::new();
        match self {
            Command::Search(expr) => search(expr, &mut out),
            Command::Tstats(tstats) => tstats.filter.iter().for_each(|e| search(e, &mut out)),
            Command::InputLookup { filter, .. } => filter.iter().for_each(|e| search(e, &mut out)),
            Command::Join(join) => {
                join.filter.iter().for_each(|e| search(e, &mut out));
                out.push(&join.subsearch);
            }
            Command::Branches(branches) => out.extend(&branches.branches),
            Command::Transaction(transaction) => {
                for boundary in transaction.starts.iter().chain(&transaction.ends) {
                    match boundary {
                        Boundary::Search(expr) => search(expr, &mut out),
                        Boundary::Eval(_) | Boundary::Text(_) => {}
                    }
                }
            }
            Command::From(source) => args(&source.rest, &mut out),
            Command::Foreach(foreach) => out.push(&foreach.pipeline),
            Command::Map(map) => {
                args(&map.args, &mut out);
                out.extend(&map.subsearch);
            }
            Command::Chart(chart) => args(&chart.columns, &mut out),
            Command::Plain(list) => args(list, &mut out),
            Command::Where(_)
            | Command::Eval(_)
            | Command::Stats { .. }
            | Command::Tally(_)
            | Command::Rename(_)
            | Command::Fields { .. }
            | Command::Table(_)
            | Command::Rex(_)
            | Command::Regex { .. }
            | Command::Spath(_)
            | Command::Lookup(_)
            | Command::OutputLookup { .. }
            | Command::Bin(_)
            | Command::Dedup(_)
            | Command::Convert { .. }
            | Command::Fill { .. }
            | Command::Multivalue(_)
            | Command::Sort { .. }
            | Command::Slice(_)
            | Command::Replace { .. }
            | Command::Macro(_)
            | Command::Opaque { .. } => {}
        }
        out
    }
}

fn search<'a>(expr: &'a SearchExpr, out: &mut Vec<&'a Pipeline>) {
    match expr {
        SearchExpr::And(of) | SearchExpr::Or(of) => of.iter().for_each(|e| search(e, out)),
        SearchExpr::Not(of) => search(of, out),
        SearchExpr::Compare { value, .. } => literal(value, out),
        SearchExpr::In { values, .. } => values.iter().for_each(|v| literal(v, out)),
        SearchExpr::Subsearch(pipeline) => out.push(pipeline),
        SearchExpr::Keyword(_)
        | SearchExpr::Segment { .. }
        | SearchExpr::Macro(_)
        | SearchExpr::Opaque { .. } => {}
    }
}

fn literal<'a>(literal: &'a Literal, out: &mut Vec<&'a Pipeline>) {
    match literal {
        Literal::Subsearch(pipeline) => out.push(pipeline),
        Literal::Text(_) | Literal::Macro(_) => {}
    }
}

fn args<'a>(list: &'a [Arg], out: &mut Vec<&'a Pipeline>) {
    for arg in list {
        match arg {
            Arg::Subsearch(pipeline) => out.push(pipeline),
            Arg::Call { args: inner, .. } | Arg::Group(inner) => args(inner, out),
            Arg::Opt(option) => match &option.value {
                OptValue::Group(inner) => args(inner, out),
                OptValue::Text(_) | OptValue::Macro(_) => {}
            },
            Arg::Text(_) | Arg::Macro(_) => {}
        }
    }
}
