//! Commands that read from elsewhere: lookups, data models, other searches.
//!
//! Each follows "Syntax" of its page in
//! <https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands>.

use rulescope_ir::Span;

use super::search::Stops;
use super::{MAX_MAPS, Parser, Read, read};
use crate::source::Source;
use crate::spl::ast::{
    Arg, Branches, Command, DataSource, Foreach, Join, Lookup, LookupPair, Map, OptValue,
    OutputMode, Quote, Text,
};
use crate::spl::lexer::{Mode, TokenKind};

impl Parser<'_> {
    /// `lookup update=true t a AS b OUTPUTNEW c AS d`.
    pub(super) fn lookup_command(&mut self) -> Read<Command> {
        let mut options = Vec::new();
        self.options(&mut options)?;
        let table = self.name()?;
        self.options(&mut options)?;
        let inputs = self.pairs()?;
        let mode = if self.keyword("output").is_some() {
            Some(OutputMode::Output)
        } else {
            self.keyword("outputnew").map(|_| OutputMode::OutputNew)
        };
        let outputs = mode.map(|mode| Ok((mode, self.pairs()?))).transpose()?;
        Ok(Command::Lookup(Lookup { options, table, inputs, outputs }))
    }

    /// `a AS b, c`.
    fn pairs(&mut self) -> Read<Vec<LookupPair>> {
        let mut out = Vec::new();
        self.skip_commas();
        while let Some(table) = self.name_unless(&["output", "outputnew"]) {
            out.push(LookupPair { table, event: self.alias()? });
            self.skip_commas();
        }
        Ok(out)
    }

    /// `inputlookup append=t t where a=b`.
    pub(super) fn inputlookup_command(&mut self) -> Read<Command> {
        let mut options = Vec::new();
        self.options(&mut options)?;
        let table = self.name()?;
        self.options(&mut options)?;
        let mut filter = None;
        if self.keyword("where").is_some() {
            filter = Some(self.search_expr(&Stops::NONE)?);
        }
        Ok(Command::InputLookup { options, table, filter })
    }

    /// `outputlookup append=t t`.
    pub(super) fn outputlookup_command(&mut self) -> Read<Command> {
        let mut options = Vec::new();
        self.options(&mut options)?;
        let table = self.name()?;
        self.options(&mut options)?;
        Ok(Command::OutputLookup { options, table })
    }

    /// `join type=left a, b [search …]`.
    pub(super) fn join_command(&mut self) -> Read<Command> {
        let (fields, mut options) = self.names_and_options(&["where"])?;
        let mut filter = None;
        if self.keyword("where").is_some() {
            filter = Some(self.search_expr(&Stops { words: &[], bracket: true })?);
        }
        let subsearch = self.bracketed()?;
        self.options(&mut options)?;
        Ok(Command::Join(Join { options, fields, filter, subsearch }))
    }

    /// `append [search …]`, `union a, [search …]`, `multisearch [search …] [search …]`.
    pub(super) fn branches_command(&mut self) -> Read<Command> {
        let mut out = Branches::default();
        loop {
            let (mut datasets, mut options) = self.names_and_options(&[])?;
            out.datasets.append(&mut datasets);
            out.options.append(&mut options);
            if self.cursor.peek(Mode::Word).kind != TokenKind::BracketOpen {
                return Ok(Command::Branches(out));
            }
            out.branches.push(self.bracketed()?);
        }
    }

    /// `from datamodel:"A.B"`, `from datamodel A.B`, `from inputlookup:t`, `from s`.
    pub(super) fn dataset_command(&mut self) -> Read<Command> {
        let token = self.cursor.next(Mode::Word);
        if !token.is_text() {
            return Err(self.unexpected(&token));
        }
        let mut kind = None;
        let mut name = token.text();
        if token.kind == TokenKind::Word
            && let Some((before, after)) = token.raw.split_once(':')
        {
            let (start, end) = (token.start, token.end);
            kind =
                Some(Text { span: Span::new(start, start + before.len()), ..Text::word(before) });
            name = if after.is_empty() {
                self.name()?
            } else {
                Text { span: Span::new(end - after.len(), end), ..Text::word(after) }
            };
        } else if ["datamodel", "inputlookup", "lookup", "savedsearch", "sid"]
            .iter()
            .any(|k| token.is_word(k))
            && let Some(next) = self.name_unless(&[])
        {
            kind = Some(name);
            name = next;
        }
        let rest = self.args()?;
        Ok(Command::From(DataSource { kind, name, rest }))
    }

    /// `datamodel Web Web search`; without a name every data model.
    pub(super) fn datamodel_command(&mut self) -> Read<Command> {
        let name = if self.cursor.is_done() { Text::word("") } else { self.name()? };
        let rest = self.args()?;
        Ok(Command::From(DataSource { kind: None, name, rest }))
    }

    /// `foreach a* [eval '<<FIELD>>'=…]`.
    pub(super) fn foreach_command(&mut self) -> Read<Command> {
        let (fields, mut options) = self.names_and_options(&[])?;
        let pipeline = self.bracketed()?;
        self.options(&mut options)?;
        Ok(Command::Foreach(Foreach { options, fields, pipeline }))
    }

    /// `map search="search …"`, `map [search …]`, `map saved`. The text in quotes is a search of
    /// its own, with its own macros.
    pub(super) fn map_command(&mut self) -> Read<Command> {
        let mut out = Map { args: Vec::new(), search: None, query: None, subsearch: None };
        for arg in self.args()? {
            match arg {
                Arg::Subsearch(pipeline) if out.subsearch.is_none() => {
                    out.subsearch = Some(pipeline);
                }
                Arg::Opt(option) if option.name.is_word("search") && out.search.is_none() => {
                    match option.value {
                        OptValue::Text(text) => out.search = Some(text),
                        OptValue::Group(_) | OptValue::Macro(_) => out.args.push(Arg::Opt(option)),
                    }
                }
                Arg::Opt(_)
                | Arg::Text(_)
                | Arg::Call { .. }
                | Arg::Group(_)
                | Arg::Macro(_)
                | Arg::Subsearch(_) => out.args.push(arg),
            }
        }
        if let Some(text) = &out.search
            && self.maps < MAX_MAPS
        {
            let source = self.unescaped(text);
            let mut query = read(&source, self.macros, self.maps + 1);
            self.nested.append(&mut query.diagnostics);
            out.query = Some(Box::new(query));
        }
        Ok(Command::Map(out))
    }

    /// A text without its escapes, with the places of the text that is read.
    fn unescaped(&self, text: &Text) -> Source {
        let mut out = Source::default();
        let quote = usize::from(text.quote != Quote::None);
        let start = text.span.start as usize + quote;
        let end = start + text.raw.len();
        let bytes = text.raw.as_bytes();
        let mut copied = 0;
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b'\\' && matches!(bytes.get(at + 1), Some(b'"' | b'\\')) {
                out.excerpt(self.source, start + copied, start + at);
                copied = at + 1;
                at += 1;
            }
            at += 1;
        }
        out.excerpt(self.source, start + copied, end);
        out
    }
}
