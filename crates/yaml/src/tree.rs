//! The tree: documents, nodes, scalars, mappings. Every node knows where it stands.

use std::borrow::Cow;

use rulescope_ir::{Diagnostic, Span};

use crate::resolve::{Resolved, resolve};

/// What [`parse`](crate::parse) gives: all documents that could be read, and all defects.
#[derive(Debug, Clone, Default)]
pub struct Parsed<'a> {
    /// The documents in the file's order. A file of comments only has none; `---` alone is one
    /// document without a root.
    pub documents: Vec<Document<'a>>,
    /// The defects, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// One document of a YAML stream.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    /// The top node; `None` for an empty document and for one nothing could be read of.
    pub root: Option<Node<'a>>,
    /// The document's own text: from after its `---` line (from the start of the stream where it
    /// has none) to the next `---` or `...`, or the end. Comments are part of it.
    pub span: Span,
    /// Whether the root holds the whole document. `false` after a syntax error that could only be
    /// read around by leaving something out (`yaml/syntax` says what).
    pub complete: bool,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'a> {
    /// Where it stands. Quoted scalars include their quotes, literal and folded ones begin after
    /// their header, block collections end with their last child, and an absent value is an empty
    /// span where the value would be. A node that an alias stands for has the anchor's span.
    pub span: Span,
    /// The explicit tag in full (`tag:yaml.org,2002:str`, `!local`), if there is one.
    pub tag: Option<Box<str>>,
    /// What it is.
    pub kind: Kind<'a>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind<'a> {
    /// A single value.
    Scalar(Scalar<'a>),
    /// A list.
    Sequence(Vec<Node<'a>>),
    /// Keys and values.
    Mapping(Mapping<'a>),
}

/// A single value, as text, with what is needed to say what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar<'a> {
    /// The text after YAML's own escapes, line folding and chomping; empty for an absent value.
    pub text: Cow<'a, str>,
    /// How it was written.
    pub style: Style,
    /// Its explicit tag, as far as it changes what the text means.
    pub tag: Option<ScalarTag>,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// Without quotes; only these are read as numbers, booleans, dates and null.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// An explicit tag of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScalarTag {
    /// `!!null`
    Null,
    /// `!!bool`
    Bool,
    /// `!!int`
    Int,
    /// `!!float`
    Float,
    /// `!!str`
    Str,
    /// `!!timestamp`
    Timestamp,
    /// Any other; the value is taken as text.
    Other,
}

/// Keys and values in the order in which they were written, duplicates included.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mapping<'a> {
    /// All entries. Entries that a merge key (`<<`) brings in come first, as in PyYAML, and only
    /// those that no own entry overrides.
    pub entries: Vec<Entry<'a>>,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// The key; any node, in practice a scalar.
    pub key: Node<'a>,
    /// The value.
    pub value: Node<'a>,
    /// Whether an earlier entry of this mapping has the same key. This one is the one that counts
    /// ([`Mapping::get`] gives the last), as in PyYAML and so in Sigma's own tool.
    pub duplicate: bool,
}

impl<'a> Scalar<'a> {
    /// What the scalar means by YAML 1.1 as PyYAML's `SafeLoader` reads it.
    pub fn resolve(&self) -> Resolved<'_> {
        resolve(&self.text, self.style, self.tag)
    }

    /// Whether it is null: `~`, `null` or nothing, without quotes.
    pub fn is_null(&self) -> bool {
        matches!(self.resolve(), Resolved::Null)
    }

    fn into_owned(self, restore: &impl Fn(Cow<'_, str>) -> String) -> Scalar<'static> {
        Scalar { text: Cow::Owned(restore(self.text)), style: self.style, tag: self.tag }
    }
}

impl<'a> Node<'a> {
    /// A scalar's text as authored (`4688` gives `"4688"`), whatever it resolves to.
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar().map(|s| &*s.text)
    }

    /// The node as a scalar.
    pub fn as_scalar(&self) -> Option<&Scalar<'a>> {
        match &self.kind {
            Kind::Scalar(s) => Some(s),
            Kind::Sequence(_) | Kind::Mapping(_) => None,
        }
    }

    /// The node as a list.
    pub fn as_sequence(&self) -> Option<&[Node<'a>]> {
        match &self.kind {
            Kind::Sequence(items) => Some(items),
            Kind::Scalar(_) | Kind::Mapping(_) => None,
        }
    }

    /// The node as a mapping.
    pub fn as_mapping(&self) -> Option<&Mapping<'a>> {
        match &self.kind {
            Kind::Mapping(m) => Some(m),
            Kind::Scalar(_) | Kind::Sequence(_) => None,
        }
    }

    /// Whether the node is a null scalar.
    pub fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(Scalar::is_null)
    }

    /// What the node is, for messages: `text`, `list`, `mapping`.
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::Scalar(_) => "text",
            Kind::Sequence(_) => "list",
            Kind::Mapping(_) => "mapping",
        }
    }

    /// The value of a mapping's key, `None` where the node is no mapping or has no such key.
    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.as_mapping()?.get(key)
    }

    /// The same tree with text of its own: spans put through `place`, texts through `restore`.
    pub(crate) fn relocated(
        self,
        place: &impl Fn(Span) -> Span,
        restore: &impl Fn(Cow<'_, str>) -> String,
    ) -> Node<'static> {
        let kind = match self.kind {
            Kind::Scalar(s) => Kind::Scalar(s.into_owned(restore)),
            Kind::Sequence(items) => {
                Kind::Sequence(items.into_iter().map(|n| n.relocated(place, restore)).collect())
            }
            Kind::Mapping(m) => Kind::Mapping(Mapping {
                entries: m
                    .entries
                    .into_iter()
                    .map(|e| Entry {
                        key: e.key.relocated(place, restore),
                        value: e.value.relocated(place, restore),
                        duplicate: e.duplicate,
                    })
                    .collect(),
            }),
        };
        Node { span: place(self.span), tag: self.tag, kind }
    }
}

impl<'a> Mapping<'a> {
    /// The value of a key; the last one where the key is there twice.
    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.entry(key).map(|e| &e.value)
    }

    /// The entry of a key; the last one where the key is there twice.
    pub fn entry(&self, key: &str) -> Option<&Entry<'a>> {
        self.entries.iter().rev().find(|e| e.key.as_str() == Some(key))
    }

    /// All entries in order, duplicates included.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry<'a>> {
        self.entries.iter()
    }

    /// Number of entries, duplicates included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<'m, 'a> IntoIterator for &'m Mapping<'a> {
    type Item = &'m Entry<'a>;
    type IntoIter = std::slice::Iter<'m, Entry<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}
