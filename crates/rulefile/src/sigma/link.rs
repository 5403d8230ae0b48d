//! Correlations and filters: documents that speak of rules of other files of their source.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rulescope_dialects::sigma::{self, Context, Correlation, FilterDocument};
use rulescope_ir::{Logic, Pattern, visit};

use super::documents::{SigmaFile, SigmaRule, read_with};

/// A file of a source as it takes part in linking: its text and what it holds by itself.
#[derive(Debug)]
pub struct Links<'a> {
    /// The text, for files whose rules get a filter put on.
    pub text: &'a str,
    /// What it holds; rules that are linked are replaced.
    pub file: &'a mut SigmaFile,
}

/// Puts filters on the rules that they fit and gives correlations the patterns of the rules that
/// they name. A correlation may name another one; a circle of them finds nothing and says so.
pub fn link(files: &mut [Links<'_>]) {
    let filters: Vec<FilterDocument> =
        files.iter().flat_map(|f| f.file.filters.iter().cloned()).collect();
    if !filters.is_empty() {
        let filters: Vec<&FilterDocument> = filters.iter().collect();
        for Links { text, file } in files.iter_mut() {
            let fits = |r: &SigmaRule| {
                let m = &r.rule.metadata;
                filters
                    .iter()
                    .any(|f| f.fits(&r.rule.scope, m.upstream_id.as_deref(), m.name.as_deref()))
            };
            if file.rules.iter().any(fits) {
                **file = read_with(text, &filters);
            }
        }
    }
    if !files.iter().any(|f| f.file.rules.iter().any(|r| r.correlation.is_some())) {
        return;
    }
    let mut places: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (i, links) in files.iter().enumerate() {
        for (j, SigmaRule { rule, .. }) in links.file.rules.iter().enumerate() {
            for name in [&rule.metadata.upstream_id, &rule.metadata.name].into_iter().flatten() {
                places.entry(name.clone()).or_insert((i, j));
            }
        }
    }
    let linked: Vec<((usize, usize), Logic)> = {
        let finder = Finder { files, places: &places, open: RefCell::new(BTreeSet::new()) };
        let mut linked = Vec::new();
        for (i, links) in files.iter().enumerate() {
            for (j, rule) in links.file.rules.iter().enumerate() {
                if let Some(correlation) = &rule.correlation {
                    finder.open.borrow_mut().insert((i, j));
                    linked.push(((i, j), finder.logic(rule, correlation)));
                    finder.open.borrow_mut().clear();
                }
            }
        }
        linked
    };
    for ((i, j), logic) in linked {
        files[i].file.rules[j].rule.logic = logic;
    }
}

struct Finder<'s, 'a> {
    files: &'s [Links<'a>],
    places: &'s BTreeMap<String, (usize, usize)>,
    /// The correlations that are being put together: one that names them goes in a circle.
    open: RefCell<BTreeSet<(usize, usize)>>,
}

impl Finder<'_, '_> {
    fn logic(&self, rule: &SigmaRule, correlation: &Correlation) -> Logic {
        let before = &rule.rule.logic;
        let mut cx = Context::new(&rule.rule.body.text, 0);
        let own = |code: &str| !matches!(code, "sigma/correlation-rule" | "sigma/correlation");
        cx.diagnostics = before.diagnostics.iter().filter(|d| own(&d.code)).cloned().collect();
        // Losses of the document itself; those of rules not found stand at the correlation as a whole.
        cx.losses = before.losses.iter().filter(|l| l.span != correlation.span).cloned().collect();
        cx.literals = before.literals.clone();
        sigma::correlate(correlation, &|name| self.find(name), cx)
    }

    /// The pattern of a rule, without spans: they count in its own text.
    fn find(&self, name: &str) -> Option<Pattern> {
        let mut pattern = self.placed(name)?;
        visit::clear_spans(&mut pattern);
        Some(pattern)
    }

    fn placed(&self, name: &str) -> Option<Pattern> {
        let place = *self.places.get(name)?;
        let rule = &self.files[place.0].file.rules[place.1];
        let Some(correlation) = &rule.correlation else {
            return Some(rule.rule.logic.pattern.clone());
        };
        if !self.open.borrow_mut().insert(place) {
            return None;
        }
        let pattern = self.logic(rule, correlation).pattern;
        self.open.borrow_mut().remove(&place);
        Some(pattern)
    }
}
