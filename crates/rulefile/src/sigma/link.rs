//! Correlations and filters: documents that speak of rules of other files of their source.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use rulescope_dialects::sigma::{self, Context, Correlation, FilterDocument, Rules};
use rulescope_ir::{Diagnostic, Fidelity, Logic, Pattern, Span, visit};

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
    let on = |filter: &FilterDocument, r: &SigmaRule| {
        let m = &r.rule.metadata;
        r.correlation.is_none()
            && filter.fits(&r.rule.scope, m.upstream_id.as_deref(), m.name.as_deref())
    };
    let unused: Vec<bool> = filters
        .iter()
        .map(|filter| !files.iter().any(|f| f.file.rules.iter().any(|r| on(filter, r))))
        .collect();
    let mut unused = unused.into_iter();
    for links in files.iter_mut() {
        for filter in &links.file.filters {
            if unused.next() == Some(true) {
                let message = format!("the filter `{}` fits no rule of this source", filter.title);
                let found = Diagnostic::warning("sigma/filter-unused", message, Span::NONE);
                links.file.diagnostics.push(found);
            }
        }
    }
    if !filters.is_empty() {
        let filters: Vec<&FilterDocument> = filters.iter().collect();
        for Links { text, file } in files.iter_mut() {
            let fits = |r: &SigmaRule| filters.iter().any(|f| on(f, r));
            if file.rules.iter().any(fits) {
                let diagnostics = std::mem::take(&mut file.diagnostics);
                **file = read_with(text, &filters);
                file.diagnostics = diagnostics;
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
                places.entry(rule_key(name)).or_insert((i, j));
            }
        }
    }
    let linked: Vec<((usize, usize), Logic)> = {
        let finder = Finder {
            files,
            places: &places,
            open: RefCell::new(BTreeSet::new()),
            made: RefCell::new(BTreeMap::new()),
            too_deep: Cell::new(false),
        };
        let mut linked = Vec::new();
        for (i, links) in files.iter().enumerate() {
            for (j, rule) in links.file.rules.iter().enumerate() {
                if let Some(correlation) = &rule.correlation {
                    finder.too_deep.set(false);
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

/// Correlations that name correlations, at the deepest.
const DEEPEST: usize = 16;
/// Patterns and conditions that a correlation may come to in all.
const LARGEST: usize = 5_000;

struct Finder<'s, 'a> {
    files: &'s [Links<'a>],
    places: &'s BTreeMap<String, (usize, usize)>,
    /// The correlations that are being put together: one that names them goes in a circle.
    open: RefCell<BTreeSet<(usize, usize)>>,
    /// Correlations that were put together, and whether nothing of them was lost.
    made: RefCell<BTreeMap<(usize, usize), (Pattern, bool)>>,
    /// Whether the bound on depth was met while a correlation was put together.
    too_deep: Cell<bool>,
}

impl Finder<'_, '_> {
    fn logic(&self, rule: &SigmaRule, correlation: &Correlation) -> Logic {
        let before = &rule.rule.logic;
        let mut cx = Context::new(&rule.rule.body.text, 0);
        // Defects of the document itself; those of linking stand at the correlation as a whole.
        let own = |span: Span| span != correlation.span;
        cx.diagnostics = before.diagnostics.iter().filter(|d| own(d.span)).cloned().collect();
        cx.losses = before.losses.iter().filter(|l| own(l.span)).cloned().collect();
        cx.literals = before.literals.clone();
        sigma::correlate(correlation, self, cx)
    }

    fn placed(&self, name: &str) -> Result<Pattern, String> {
        let place = *self
            .places
            .get(&rule_key(name))
            .ok_or_else(|| format!("the rule `{name}` was not found in this source"))?;
        let rule = &self.files[place.0].file.rules[place.1];
        let Some(correlation) = &rule.correlation else {
            return Ok(rule.rule.logic.pattern.clone());
        };
        if let Some((made, _)) = self.made.borrow().get(&place) {
            return Ok(made.clone());
        }
        if self.open.borrow().len() >= DEEPEST {
            self.too_deep.set(true);
            return Err(format!("`{name}` is a correlation more than {DEEPEST} correlations deep"));
        }
        if !self.open.borrow_mut().insert(place) {
            return Err(format!("`{name}` is correlated with itself"));
        }
        let Logic { pattern, fidelity, .. } = self.logic(rule, correlation);
        self.open.borrow_mut().remove(&place);
        // What was cut for its depth here need not be cut where it stands less deep.
        if self.too_deep.get() {
            return Err(format!("`{name}` is correlations more than {DEEPEST} deep"));
        }
        if size(&pattern) > LARGEST {
            return Err(format!("`{name}` stands for too many rules"));
        }
        let is_exact = fidelity == Fidelity::Exact;
        self.made.borrow_mut().insert(place, (pattern.clone(), is_exact));
        Ok(pattern)
    }
}

impl Rules for Finder<'_, '_> {
    /// The pattern of a rule, without spans: they count in its own text.
    fn pattern(&self, name: &str) -> Result<Pattern, String> {
        let mut pattern = self.placed(name)?;
        visit::clear_spans(&mut pattern);
        Ok(pattern)
    }

    fn same(&self, a: &str, b: &str) -> bool {
        let place = |name: &str| self.places.get(&rule_key(name));
        a == b || place(a).is_some_and(|p| Some(p) == place(b))
    }

    fn is_exact(&self, name: &str) -> bool {
        self.places.get(&rule_key(name)).is_some_and(|place| {
            let rule = &self.files[place.0].file.rules[place.1];
            match (&rule.correlation, self.made.borrow().get(place)) {
                (None, _) => rule.rule.logic.fidelity == Fidelity::Exact,
                (Some(_), made) => made.is_some_and(|(_, is_exact)| *is_exact),
            }
        })
    }
}

fn size(pattern: &Pattern) -> usize {
    let mut count = 0;
    visit::patterns(pattern, &mut |_| count += 1);
    visit::exprs(pattern, &mut |_| count += 1);
    count
}

/// How a rule is looked up by an id or name: ids in any case, names as they are.
pub fn rule_key(name: &str) -> String {
    let is_id = name.len() == 36 && name.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    if is_id { name.to_ascii_lowercase() } else { name.to_owned() }
}
