//! Short texts that a regular expression matches.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use rulescope_ir::Regex;

use super::template::{Seg, Template};

/// How many different texts are made of one expression at most.
const VARIANTS: usize = 6;

/// The greatest length of a text in bytes.
const LONGEST: usize = 4096;

/// Characters to take of a class, the best first. Later variants start further on.
const PREFERRED: [char; 14] =
    ['a', 'x', '1', 'A', '0', ' ', '-', '_', '.', '\\', '/', '"', ',', 'e'];

/// Texts that the expression matches, with gaps where it takes anything; none where it can't be
/// read. Letters are as written, since an expression that ignores case takes these too. Whether it
/// does match is asked later (of word boundaries nothing is known here).
pub(super) fn samples(regex: &Regex) -> Vec<Template> {
    let flag = |f: char| regex.flags.contains(f);
    let parsed = ParserBuilder::new()
        .multi_line(flag('m'))
        .dot_matches_new_line(flag('s'))
        .build()
        .parse(&regex.source);
    let Ok(hir) = parsed else { return Vec::new() };
    let mut out: Vec<Template> = Vec::new();
    for variant in 0..VARIANTS {
        let mut sampler =
            Sampler { variant, segs: Vec::new(), start: false, end: false, length: 0 };
        if sampler.hir(&hir).is_none() {
            continue;
        }
        let template = Template {
            segs: sampler.segs,
            open_start: !regex.whole && !sampler.start,
            open_end: !regex.whole && !sampler.end,
        };
        if !out.contains(&template) {
            out.push(template);
        }
    }
    out
}

struct Sampler {
    variant: usize,
    segs: Vec<Seg>,
    /// Whether nothing may come before.
    start: bool,
    /// Whether nothing may come after.
    end: bool,
    length: usize,
}

impl Sampler {
    /// Adds a text of the expression; `None` where there is none, or it is too long.
    fn hir(&mut self, hir: &Hir) -> Option<()> {
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => self.text(std::str::from_utf8(&literal.0).ok()?)?,
            HirKind::Class(class) => {
                let c = self.character(class)?;
                self.text(c.encode_utf8(&mut [0; 4]))?;
            }
            HirKind::Look(look) => self.look(*look)?,
            HirKind::Repetition(repetition) => {
                let endless = repetition.max.is_none();
                match repetition.sub.kind() {
                    HirKind::Class(class) if endless && is_wide(class) => {
                        let least = self.character(class)?.to_string();
                        let times = usize::try_from(repetition.min).ok()?;
                        self.grown(least.len().checked_mul(times)?)?;
                        self.segs.push(Seg::Gap(least.repeat(times)));
                    }
                    _ => {
                        let optional = repetition.min == 0 && repetition.max != Some(0);
                        let more = u32::from(optional && self.variant % 2 == 1);
                        for _ in 0..repetition.min + more {
                            self.hir(&repetition.sub)?;
                            // An expression of nothing can be repeated without end.
                            self.grown(1)?;
                        }
                    }
                }
            }
            HirKind::Capture(capture) => self.hir(&capture.sub)?,
            HirKind::Concat(of) => of.iter().try_for_each(|h| self.hir(h))?,
            HirKind::Alternation(of) => self.hir(of.get(self.variant % of.len().max(1))?)?,
        }
        Some(())
    }

    fn grown(&mut self, by: usize) -> Option<()> {
        self.length = self.length.checked_add(by)?;
        (self.length <= LONGEST).then_some(())
    }

    fn text(&mut self, text: &str) -> Option<()> {
        self.grown(text.len())?;
        match self.segs.last_mut() {
            Some(Seg::Text(last)) => last.push_str(text),
            _ => self.segs.push(Seg::Text(text.to_owned())),
        }
        Some(())
    }

    fn look(&mut self, look: Look) -> Option<()> {
        match look {
            Look::Start | Look::StartLF | Look::StartCRLF if self.length == 0 => self.start = true,
            Look::End | Look::EndLF | Look::EndCRLF => self.end = true,
            Look::Start => return None,
            Look::StartLF | Look::StartCRLF => self.text("\n")?,
            Look::WordAscii
            | Look::WordAsciiNegate
            | Look::WordUnicode
            | Look::WordUnicodeNegate
            | Look::WordStartAscii
            | Look::WordEndAscii
            | Look::WordStartUnicode
            | Look::WordEndUnicode
            | Look::WordStartHalfAscii
            | Look::WordEndHalfAscii
            | Look::WordStartHalfUnicode
            | Look::WordEndHalfUnicode => {}
        }
        Some(())
    }

    fn character(&self, class: &Class) -> Option<char> {
        let from = self.variant % PREFERRED.len();
        let preferred = PREFERRED[from..].iter().chain(&PREFERRED[..from]);
        preferred.copied().find(|c| holds(class, *c)).or_else(|| first(class))
    }
}

fn holds(class: &Class, c: char) -> bool {
    match class {
        Class::Unicode(class) => class.iter().any(|range| range.start() <= c && c <= range.end()),
        Class::Bytes(class) => u8::try_from(u32::from(c))
            .is_ok_and(|b| class.iter().any(|range| range.start() <= b && b <= range.end())),
    }
}

fn first(class: &Class) -> Option<char> {
    match class {
        Class::Unicode(class) => class.iter().next().map(|range| range.start()),
        Class::Bytes(class) => {
            class.iter().next().map(|range| char::from(range.start())).filter(char::is_ascii)
        }
    }
}

/// Whether nearly any text passes a repetition of the class.
fn is_wide(class: &Class) -> bool {
    [' ', 'x', '1', '-', '\\'].into_iter().all(|c| holds(class, c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regex::compiled;
    use crate::witness::template::FILLS;

    #[test]
    fn samples_match() {
        for source in [
            "^a.c$",
            "a{3}|b",
            r"(?i)\bpowershell(\.exe)?\s+-e[nc]*\s",
            r"[^a-zA-Z0-9 \\]{2}",
            r"\d+\.\d{1,3}",
            "x*",
            r"(foo|bar).*(baz)+",
            r"\\[A-F]{4}\\",
            "é[à-ü]",
            r"(?m)^b$",
        ] {
            let regex = Regex { source: source.to_owned(), flags: String::new(), whole: false };
            let compiled = compiled(&regex).expect("an expression");
            let samples = samples(&regex);
            assert!(!samples.is_empty(), "{source}");
            for sample in samples {
                let text = sample.filled(FILLS[0], 0);
                assert!(compiled.is_match(&text), "{source}: {text}");
            }
        }
    }

    #[test]
    fn a_hostile_expression_has_no_sample() {
        let regex =
            |source: &str| Regex { source: source.to_owned(), flags: String::new(), whole: false };
        assert_eq!(samples(&regex("((a{1000}){1000}){1000}")), []);
        let nothing = samples(&regex("(()*){1000}{1000}{1000}"));
        assert!(nothing.iter().all(|t| t.filled(FILLS[0], 0).is_empty()));
        assert_eq!(samples(&regex("a(?!b)")), []);
    }
}
