//! A rule's condition as its author wrote it, for people who ask why it fires.

use rulescope_ir::{Pattern, Span, StageKind, normalize, visit};
use rulescope_rulefile::source::Vendor;
use rulescope_taxonomy::fields::Mappings;

use crate::held::{self, Shelf};
use crate::rename::rename;

/// A rule's condition in the author's own order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authored {
    /// The pattern; its normal form is the rule's.
    pub pattern: Pattern,
    /// The selections by name, with the places where they stand in the text.
    pub stages: Vec<(String, Span)>,
}

impl Authored {
    /// Reads a text again in which a rule of this normal form stands.
    ///
    /// The author's own form is given only where the text by itself comes to exactly that normal
    /// form. A correlation and a rule that another document filters are more than their text says:
    /// they are given in normal form, and without stages, as their parts stand in several texts.
    pub fn read(text: &str, vendor: Vendor, normal: &Pattern) -> Authored {
        // A detection of Splunk's counts on the macros of its repository, which its text does not hold.
        let rules = held::read(vendor, "", text, &Shelf::default()).rules;
        for rule in rules {
            let mut rule = rule.rule;
            rename(&mut rule, vendor.name(), &Mappings::default());
            if is_plain(&rule.logic.pattern) && normalize(&rule.logic.pattern) == *normal {
                let named = rule.logic.stages.into_iter();
                let stages = named
                    .filter(|stage| stage.kind == StageKind::Selection)
                    .map(|stage| (stage.label, stage.span))
                    .collect();
                return Authored { pattern: rule.logic.pattern, stages };
            }
        }
        Authored { pattern: normal.clone(), stages: Vec::new() }
    }
}

/// Whether each condition stands next to its events, so that it can be shown by itself.
fn is_plain(pattern: &Pattern) -> bool {
    let mut plain = true;
    visit::patterns(pattern, &mut |p| {
        if let Pattern::Filter { input, .. } = p {
            plain &= matches!(**input, Pattern::Events { .. } | Pattern::Aggregate { .. });
        }
    });
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use rulescope_rulefile::sigma;

    const RULE: &str = "title: t\nlogsource: {product: windows, category: process_creation}\n\
        detection:\n  a:\n    Image|endswith: '\\a.exe'\n  b:\n    Image|endswith: '\\b.exe'\n  \
        condition: not (not a and not b)\n";

    #[test]
    fn the_authors_form_is_kept_where_the_text_is_the_whole_rule() {
        let mut rule = sigma::read(RULE).rules.swap_remove(0).rule;
        rename(&mut rule, "sigma", &Mappings::default());
        let normal = normalize(&rule.logic.pattern);
        assert_ne!(normal, rule.logic.pattern);
        let authored = Authored::read(RULE, Vendor::Sigma, &normal);
        assert_eq!(authored.pattern, rule.logic.pattern);
        let names: Vec<&str> = authored.stages.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn a_text_that_is_not_the_whole_rule_gives_the_normal_form() {
        let other = Pattern::events(rulescope_ir::Scope::of("product", "windows"));
        let authored = Authored::read(RULE, Vendor::Sigma, &other);
        assert_eq!(authored, Authored { pattern: other, stages: Vec::new() });
    }
}
