//! A Sigma file's documents as rules.

use rulescope_dialects::sigma::{self, Context, Correlation, FilterDocument};
use rulescope_ir::{Body, Diagnostic, Effect, LineIndex, Loss, Metadata, Scope, Severity, Span};
use rulescope_yaml::{Document, Node, parse};

use super::merge::{merged, without_action};
use super::metadata::metadata;
use crate::rule::FileRule;

/// A rule of a Sigma file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigmaRule {
    /// The rule by itself. A correlation's logic is put in by linking; until then its rules are not
    /// found.
    pub rule: FileRule,
    /// What it correlates, for a correlation document.
    pub correlation: Option<Correlation>,
}

/// What a Sigma file holds by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SigmaFile {
    /// Rules and correlations, in the file's order.
    pub rules: Vec<SigmaRule>,
    /// Filters.
    pub filters: Vec<FilterDocument>,
    /// Defects that belong to no rule.
    pub diagnostics: Vec<Diagnostic>,
    /// How many documents look like a rule and could not be read.
    pub failed: u32,
    /// Whether anything in the file is meant as a rule, a correlation or a filter.
    pub is_rule_file: bool,
}

/// Reads a file's text.
pub fn read(text: &str) -> SigmaFile {
    read_with(text, &[])
}

/// Reads a file's text and puts these filters on the rules that they fit.
pub fn read_with(text: &str, filters: &[&FilterDocument]) -> SigmaFile {
    let parsed = parse(text);
    let mut reader = Reader {
        text,
        index: None,
        diagnostics: parsed.diagnostics,
        single: parsed.documents.len() == 1,
        filters,
        global: None,
        previous: None,
        out: SigmaFile::default(),
    };
    for document in &parsed.documents {
        reader.document(document);
    }
    let mut out = reader.out;
    // What no rule took belongs to the file.
    out.diagnostics.extend(reader.diagnostics);
    let broken = out.diagnostics.iter().any(|d| d.severity == Severity::Error);
    if out.rules.is_empty() && out.filters.is_empty() && out.failed == 0 && broken {
        let named = ["detection:", "correlation:", "filter:"];
        if text.lines().any(|line| named.iter().any(|n| line.starts_with(n))) {
            out.failed = 1;
            out.is_rule_file = true;
        }
    }
    out
}

struct Reader<'a, 'f> {
    text: &'a str,
    index: Option<LineIndex>,
    /// Defects of the YAML that no rule has taken yet.
    diagnostics: Vec<Diagnostic>,
    single: bool,
    filters: &'f [&'f FilterDocument],
    global: Option<Node<'a>>,
    previous: Option<Node<'a>>,
    out: SigmaFile,
}

impl<'a> Reader<'a, '_> {
    fn document(&mut self, document: &Document<'a>) {
        let Some(root) = &document.root else { return };
        if root.as_mapping().is_none() {
            return;
        }
        match root.get("action").and_then(|n| n.as_str()) {
            None if root.get("correlation").is_some_and(|n| n.as_mapping().is_some())
                && root.get("detection").is_none() =>
            {
                self.rule(root, document, false);
            }
            None if root.get("filter").is_some() && root.get("detection").is_none() => {
                self.filter(root, document);
            }
            None => {
                let whole = self.global.is_some();
                let own = match &self.global {
                    Some(global) => merged(root, global),
                    None => root.clone(),
                };
                self.rule(&own, document, whole);
                self.previous = Some(own);
            }
            Some("global") => {
                self.global = Some(without_action(root));
                self.previous = self.global.clone();
                self.out.is_rule_file = true;
            }
            Some("reset") => self.global = None,
            Some("repeat") => {
                let over = without_action(root);
                let own = match &self.previous {
                    Some(previous) => merged(previous, &over),
                    None => over,
                };
                self.rule(&own, document, true);
                self.previous = Some(own);
            }
            Some(other) => {
                let span = root.get("action").map_or(root.span, |n| n.span);
                self.out.is_rule_file = true;
                self.out.failed += 1;
                self.out.diagnostics.push(Diagnostic::error(
                    "sigma/action",
                    format!("`{other}` is no action; Sigma has global, repeat and reset"),
                    span,
                ));
            }
        }
    }

    /// Where the body of a rule lies: the file, where it has one document or the rule is put
    /// together from several; the document otherwise.
    fn body(&self, document: &Document<'a>, whole: bool) -> Span {
        if whole || self.single {
            return Span::new(0, self.text.len());
        }
        let own = document.span.slice(self.text);
        let skipped = own.len() - own.trim_start_matches(['\n', '\r']).len();
        Span::new(document.span.start as usize + skipped, document.span.end as usize)
    }

    fn line(&mut self, offset: u32) -> u32 {
        if offset == 0 {
            return 1;
        }
        self.index.get_or_insert_with(|| LineIndex::new(self.text)).line(offset)
    }

    /// Takes the YAML's defects that lie in the document, with spans in the body.
    fn yaml_defects(&mut self, document: &Document<'a>, cx: &Context<'_>) -> Vec<Diagnostic> {
        if self.diagnostics.is_empty() {
            return Vec::new();
        }
        let (own, rest) = std::mem::take(&mut self.diagnostics)
            .into_iter()
            .partition(|d| self.single || document.span.contains(d.span));
        self.diagnostics = rest;
        let mut own: Vec<Diagnostic> = own;
        for diagnostic in &mut own {
            diagnostic.span = cx.place(diagnostic.span);
        }
        own
    }

    fn rule(&mut self, root: &Node<'a>, document: &Document<'a>, whole: bool) {
        let Some(mapping) = root.as_mapping() else { return };
        let detection = root.get("detection");
        let correlation = root.get("correlation");
        if detection.is_none() && correlation.is_none() {
            if let (Some(node), Some(_)) = (root.get("logsource"), root.get("title")) {
                self.out.is_rule_file = true;
                self.out.failed += 1;
                self.out.diagnostics.push(
                    Diagnostic::error("sigma/detection", "the rule has no `detection`", node.span)
                        .with_help("a rule says what it looks for in a mapping of that name"),
                );
            }
            return;
        }
        self.out.is_rule_file = true;
        let body = self.body(document, whole);
        let line = self.line(body.start);
        let text = body.slice(self.text);
        let mut cx = Context::new(text, body.start as usize);
        let mut diagnostics = self.yaml_defects(document, &cx);
        let mut metadata: Metadata = metadata(mapping, &|span| cx.place(span), &mut diagnostics);
        for defect in &diagnostics {
            if guessed(defect) {
                cx.losses.push(Loss {
                    span: defect.span,
                    what: format!("the YAML had to be mended: {}", defect.message),
                    effect: Effect::Unknown,
                });
            }
        }
        cx.diagnostics = diagnostics;
        let scope = match root.get("logsource") {
            Some(node) => sigma::scope(node, &mut cx),
            None => Scope::default(),
        };
        let (logic, correlation) = match (detection, correlation) {
            (Some(node), text_or_none) => {
                if root.get("logsource").is_none() {
                    let span = cx.span(node);
                    cx.diagnostics.push(Diagnostic::error(
                        "sigma/logsource",
                        "the rule has no log source",
                        span,
                    ));
                    cx.losses.push(Loss {
                        span,
                        what: "the rule has no log source; every event is tested".to_owned(),
                        effect: Effect::More,
                    });
                }
                if let Some(node) = text_or_none {
                    let what = "the rule wants events correlated in words that no tool reads";
                    let span = cx.span(node);
                    cx.diagnostics.push(
                        Diagnostic::warning("sigma/correlation-text", what, span)
                            .with_help("write a correlation document"),
                    );
                    cx.losses.push(Loss { span, what: what.to_owned(), effect: Effect::More });
                }
                let read = sigma::detection(node, &mut cx);
                let filters: Vec<&FilterDocument> = self
                    .filters
                    .iter()
                    .filter(|f| {
                        f.fits(&scope, metadata.upstream_id.as_deref(), metadata.name.as_deref())
                    })
                    .copied()
                    .collect();
                (sigma::lower_with_filters(&read, Some(scope.clone()), &filters, cx), None)
            }
            (None, Some(node)) => {
                let read = sigma::correlation(node, &mut cx);
                // Whether the rules that it names alert by themselves as well.
                metadata.extra.insert("generate".to_owned(), vec![read.generate.to_string()]);
                // Linked later, with these defects but without those of the missing rules.
                let logic = sigma::correlate(&read, &sigma::NoRules, cx);
                (logic, Some(read))
            }
            (None, None) => return,
        };
        let rule = FileRule {
            metadata,
            body: Body { language: "sigma".to_owned(), text: text.to_owned() },
            line,
            scope,
            logic,
        };
        self.out.rules.push(SigmaRule { rule, correlation });
    }

    fn filter(&mut self, root: &Node<'a>, document: &Document<'a>) {
        let Some(node) = root.get("filter") else { return };
        self.out.is_rule_file = true;
        let mut cx = Context::new(self.text, 0);
        let title = root.get("title").and_then(|n| n.as_str()).unwrap_or("filter").to_owned();
        let scope = match root.get("logsource") {
            Some(node) => sigma::scope(node, &mut cx),
            None => {
                cx.diagnostics.push(Diagnostic::error(
                    "sigma/logsource",
                    "the filter has no log source",
                    document.span,
                ));
                Scope::default()
            }
        };
        let filter = sigma::filter(node, &title, scope, &mut cx);
        self.out.diagnostics.append(&mut cx.diagnostics);
        self.out.filters.push(filter);
    }
}

/// Whether a defect of the YAML was mended by a guess at what its author meant. A duplicate key is
/// no guess: YAML's own tools take the last, and the detection says what it lost.
fn guessed(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity >= Severity::Warning
        && diagnostic.code.starts_with("yaml/")
        && diagnostic.code != "yaml/duplicate-key"
}
