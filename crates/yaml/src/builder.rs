//! Events become a tree. One pass, no line numbers, text borrowed wherever the parser borrows it.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{
    ErrorKind, Event, Options, Parser, ScalarStyle, StrInput, StructureStyle, Tag,
};
use rulescope_ir::Span;

use crate::finding::{Finding, MOST_FINDINGS, What};
use crate::keys::flag_duplicates;
use crate::merge;
use crate::tree::{Document, Entry, Kind, Mapping, Node, Scalar, ScalarTag, Style};

/// Nodes that the aliases of one document may copy; a bomb of nested aliases grows exponentially.
pub(crate) const ALIAS_BUDGET: usize = 10_000;

/// What one run over a text gave.
pub(crate) struct Outcome<'a> {
    pub(crate) documents: Vec<Document<'a>>,
    pub(crate) findings: Vec<Finding>,
    /// The error that ended the run before the text's end.
    pub(crate) failure: Option<Failure<'a>>,
}

/// A syntax error and what was known when it struck. Offsets are the file's.
pub(crate) struct Failure<'a> {
    pub(crate) kind: ErrorKind,
    pub(crate) problem: String,
    /// Where the parser saw it.
    pub(crate) offset: usize,
    /// Where the text of the broken document starts.
    pub(crate) document_start: usize,
    /// Where the outermost flow collection started that was open.
    pub(crate) open_flow: Option<usize>,
    /// The document as far as it was read.
    pub(crate) partial: Option<Node<'a>>,
}

/// Reads `text`, which stands at byte `base` of its file.
pub(crate) fn build(text: &str, base: usize) -> Outcome<'_> {
    let mut options = Options::default();
    // As libyaml and PyYAML do, not as the 1.2 test suite does.
    options.block_scalar_eof_without_line_feed = true;
    options.bom_inside_document_as_content = true;
    // `*.exe` is a frequent slip in detection rules, and no reason to lose the document.
    options.emit_unresolved_aliases = true;
    options.emit_comments = false;
    let parser = Parser::new_from_str_with_options(text, options);
    Builder {
        text,
        base,
        frames: Vec::with_capacity(8),
        root: None,
        anchors: HashMap::new(),
        anchored: 0,
        aliased: 0,
        documents: Vec::new(),
        findings: Vec::new(),
        omitted: 0,
        document_start: 0,
        in_document: false,
    }
    .run(parser)
}

struct Builder<'a> {
    text: &'a str,
    base: usize,
    frames: Vec<Frame<'a>>,
    root: Option<Node<'a>>,
    /// Copies of the anchored nodes that are small enough to be aliased, with their node counts;
    /// `None` for those still open or too large.
    anchors: HashMap<usize, Anchored<'a>>,
    anchored: usize,
    aliased: usize,
    documents: Vec<Document<'a>>,
    findings: Vec<Finding>,
    omitted: usize,
    document_start: usize,
    in_document: bool,
}

enum Anchored<'a> {
    Open,
    TooLarge,
    Node(Node<'a>, usize),
}

/// A collection that is still open.
struct Frame<'a> {
    start: u32,
    flow: bool,
    anchor: usize,
    tag: Option<Box<str>>,
    /// Nodes in it so far, itself included.
    count: usize,
    content: Content<'a>,
}

enum Content<'a> {
    Sequence(Vec<Node<'a>>),
    Mapping { entries: Vec<Entry<'a>>, key: Option<Node<'a>>, merges: bool },
}

impl<'a> Builder<'a> {
    fn run(mut self, mut parser: Parser<'a, StrInput<'a>>) -> Outcome<'a> {
        let failure = loop {
            match parser.next_event() {
                None => break None,
                Some(Ok((event, span))) => self.on_event(event, &span),
                Some(Err(error)) => {
                    let offset = error.marker().byte_offset().unwrap_or(self.text.len());
                    break Some(Failure {
                        kind: error.kind().clone(),
                        problem: error.kind().to_string(),
                        offset: self.base + offset.min(self.text.len()),
                        document_start: self.base + self.document_start,
                        open_flow: self.frames.iter().find(|f| f.flow).map(|f| f.start as usize),
                        partial: self.close_all(),
                    });
                }
            }
        };
        if self.omitted > 0 {
            let span = self.findings.last().map_or(Span::NONE, |f| f.span);
            self.findings.push(Finding::new(span, What::MoreOmitted { omitted: self.omitted }));
        }
        Outcome { documents: self.documents, findings: self.findings, failure }
    }

    fn on_event(&mut self, event: Event<'a>, at: &granit_parser::Span) {
        let range = at.byte_range().unwrap_or(0..0);
        let span = Span::new(self.base + range.start, self.base + range.end);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(|tag| self.tag(&tag, at, is_scalar_tag));
                let node = self.scalar(text, style, tag, span);
                if anchor != 0 {
                    self.keep_anchor(anchor, &node, 1);
                }
                self.push(node, 1);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let tag = tag.map(|tag| self.tag(&tag, at, is_collection_tag));
                self.open(style, anchor, tag, span, Content::Sequence(Vec::new()));
            }
            Event::MappingStart(style, anchor, tag) => {
                let content = Content::Mapping { entries: Vec::new(), key: None, merges: false };
                let tag = tag.map(|tag| self.tag(&tag, at, is_collection_tag));
                self.open(style, anchor, tag, span, content);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(id) => self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                self.find(span, What::UnknownAlias { name: name.into_owned() });
                let text = Cow::Borrowed(&self.text[range]);
                let scalar = Scalar { text, style: Style::Plain, tag: None };
                self.push(Node { span, tag: None, kind: Kind::Scalar(scalar) }, 1);
            }
            Event::DocumentStart(explicit, _) => {
                if explicit {
                    self.end_last_document(range.start);
                    self.document_start = after_marker(self.text, range.end);
                }
                self.in_document = true;
            }
            Event::DocumentEnd => self.end_document(range),
            Event::StreamEnd => self.end_last_document(self.text.len()),
            _ => {}
        }
    }

    fn find(&mut self, span: Span, what: What) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(Finding::new(span, what));
        } else {
            self.omitted += 1;
        }
    }

    /// A tag in full; reported where it means nothing to us.
    fn tag(&mut self, tag: &Tag, at: &granit_parser::Span, known: fn(&str) -> bool) -> Box<str> {
        let (handle, suffix) = tag.parts();
        let full = format!("{handle}{suffix}");
        if !known(&full) {
            let range = at.tag_span().unwrap_or(*at).byte_range().unwrap_or(0..0);
            let span = Span::new(self.base + range.start, self.base + range.end);
            self.find(span, What::UnknownTag { tag: tag.original() });
        }
        full.into_boxed_str()
    }

    fn scalar(
        &self,
        text: Cow<'a, str>,
        style: ScalarStyle,
        tag: Option<Box<str>>,
        span: Span,
    ) -> Node<'a> {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        // The parser gives an absent value as `~`, and stands it before its key's colon.
        let absent = style == Style::Plain && span.is_empty();
        let text = if absent { Cow::Borrowed("") } else { text };
        let span = match style {
            Style::Literal | Style::Folded => self.trimmed(span),
            Style::Plain if absent => self.behind_colon(span),
            Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => span,
        };
        let known = tag.as_deref().map(scalar_tag);
        Node { span, tag, kind: Kind::Scalar(Scalar { text, style, tag: known }) }
    }

    fn behind_colon(&self, span: Span) -> Span {
        let at = span.start as usize;
        let colon = self.text.as_bytes().get(at - self.base) == Some(&b':');
        if colon { Span::new(at + 1, at + 1) } else { span }
    }

    /// Block scalars reach up to the next token; what is shown ends with their last line.
    fn trimmed(&self, span: Span) -> Span {
        let (start, end) = (span.start as usize - self.base, span.end as usize - self.base);
        let shown = self.text[start..end].trim_end().len();
        Span::new(self.base + start, self.base + start + shown)
    }

    fn open(
        &mut self,
        style: StructureStyle,
        anchor: usize,
        tag: Option<Box<str>>,
        span: Span,
        content: Content<'a>,
    ) {
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored::Open);
        }
        let flow = style == StructureStyle::Flow;
        self.frames.push(Frame { start: span.start, flow, anchor, tag, count: 1, content });
    }

    fn close(&mut self, end: Span) {
        let Some(frame) = self.frames.pop() else { return };
        let start = frame.start;
        let (kind, last) = match frame.content {
            Content::Sequence(items) => {
                let last = items.last().map(|n| n.span.end);
                (Kind::Sequence(items), last)
            }
            Content::Mapping { mut entries, key, merges } => {
                if let Some(key) = key {
                    // Only when an error cut the mapping off between key and value.
                    let at = Span { start: key.span.end, end: key.span.end };
                    entries.push(Entry { key, value: null_at(at), duplicate: false });
                }
                let last = entries.last().map(|e| e.value.span.end.max(e.key.span.end));
                let mut repeated = Vec::new();
                flag_duplicates(&mut entries, |later, first| repeated.push((later, first)));
                for (later, first) in repeated {
                    let (later, first) = (&entries[later].key, &entries[first].key);
                    if merges && later.as_str() == Some("<<") {
                        continue;
                    }
                    let key = later.as_str().unwrap_or_default().to_owned();
                    let what = What::DuplicateKey { key, first: first.span };
                    self.find(later.span, what);
                }
                if merges {
                    let mut bad = Vec::new();
                    entries = merge::merged(entries, |span| bad.push(span));
                    for span in bad {
                        self.find(span, What::BadMerge);
                    }
                }
                (Kind::Mapping(Mapping { entries }), last)
            }
        };
        // A flow collection that an error cut off has no bracket to end with.
        let end = if frame.flow { end.end } else { start }.max(last.unwrap_or(start));
        let span = Span { start, end: end.max(start) };
        let node = Node { span, tag: frame.tag, kind };
        if frame.anchor != 0 {
            self.keep_anchor(frame.anchor, &node, frame.count);
        }
        self.push(node, frame.count);
    }

    /// Puts a finished node of `count` nodes where it belongs.
    fn push(&mut self, node: Node<'a>, count: usize) {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.count += count;
        match &mut frame.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping { entries, key, merges } => match key.take() {
                Some(key) => entries.push(Entry { key, value: node, duplicate: false }),
                None => {
                    let span = node.span;
                    let scalar = node.as_scalar().is_some();
                    *merges |= merge::is_merge_key(&node);
                    *key = Some(node);
                    if !scalar {
                        self.find(span, What::KeyNotScalar);
                    }
                }
            },
        }
    }

    /// Remembers an anchored node. A node too large to be aliased within the budget is not copied,
    /// and neither is anything once the copies themselves have grown large.
    fn keep_anchor(&mut self, id: usize, node: &Node<'a>, count: usize) {
        let kept = if count > ALIAS_BUDGET || self.anchored + count > 10 * ALIAS_BUDGET {
            Anchored::TooLarge
        } else {
            self.anchored += count;
            Anchored::Node(node.clone(), count)
        };
        self.anchors.insert(id, kept);
    }

    fn alias(&mut self, id: usize, span: Span) {
        let (node, count) = match self.anchors.get(&id) {
            Some(Anchored::Node(node, count)) if self.aliased + count <= ALIAS_BUDGET => {
                (node.clone(), *count)
            }
            Some(Anchored::Node(..) | Anchored::TooLarge) => {
                self.find(span, What::AliasBomb { limit: ALIAS_BUDGET });
                (null_at(span), 1)
            }
            Some(Anchored::Open) | None => {
                self.find(span, What::RecursiveAlias);
                (null_at(span), 1)
            }
        };
        self.aliased += count;
        self.push(node, count);
    }

    fn end_document(&mut self, at: std::ops::Range<usize>) {
        let root = self.root.take().filter(|n| !is_absent(n));
        // `...` ends the document's text; otherwise the next `---` or the end of the stream does.
        let explicit = !at.is_empty();
        let start = self.base + self.document_start;
        let mut span = Span::new(start, self.base + at.start);
        if !explicit {
            span.end = u32::MAX;
        }
        self.documents.push(Document { root, span, complete: true });
        self.document_start = if explicit { at.end } else { at.start };
        self.in_document = false;
        self.anchors.clear();
        self.anchored = 0;
        self.aliased = 0;
    }

    fn end_last_document(&mut self, at: usize) {
        if let Some(last) = self.documents.last_mut()
            && last.span.end == u32::MAX
        {
            last.span = Span::new(last.span.start as usize, self.base + at);
        }
    }

    /// Closes what an error left open.
    fn close_all(&mut self) -> Option<Node<'a>> {
        let at = self.document_start;
        self.end_last_document(at);
        while !self.frames.is_empty() {
            let end = Span::new(0, self.base + at);
            self.close(end);
        }
        self.root.take().filter(|n| self.in_document && !is_absent(n))
    }
}

/// The document's text starts on the line after a bare `---`, or behind it on the same line.
fn after_marker(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let line = rest.find('\n').map_or(rest.len(), |n| n + 1);
    if rest[..line].trim().is_empty() { at + line } else { at }
}

pub(crate) fn null_at(span: Span) -> Node<'static> {
    let scalar = Scalar { text: Cow::Borrowed(""), style: Style::Plain, tag: None };
    Node { span, tag: None, kind: Kind::Scalar(scalar) }
}

/// Whether a root is what the parser makes up for an empty document.
fn is_absent(node: &Node<'_>) -> bool {
    node.tag.is_none()
        && node.as_scalar().is_some_and(|s| s.text.is_empty() && s.style == Style::Plain)
}

fn is_scalar_tag(full: &str) -> bool {
    full == "!" || full == "tag:yaml.org,2002:binary" || scalar_tag(full) != ScalarTag::Other
}

fn is_collection_tag(full: &str) -> bool {
    matches!(full, "!" | "tag:yaml.org,2002:seq" | "tag:yaml.org,2002:map")
}

fn scalar_tag(full: &str) -> ScalarTag {
    match full.strip_prefix("tag:yaml.org,2002:") {
        Some("null") => ScalarTag::Null,
        Some("bool") => ScalarTag::Bool,
        Some("int") => ScalarTag::Int,
        Some("float") => ScalarTag::Float,
        Some("str") => ScalarTag::Str,
        Some("timestamp") => ScalarTag::Timestamp,
        Some(_) | None => ScalarTag::Other,
    }
}
