//! Sysmon configurations: which events their filters let through
//! (<https://learn.microsoft.com/sysinternals/downloads/sysmon>, "Event filtering entries").
//!
//! - A filter includes what matches it, or lets through all that does not (`onmatch`); of both for
//!   one event the exclusion wins. An `include` without rules lets nothing through.
//! - Tests of one field are alternatives, those of different fields must all hold, unless a
//!   `RuleGroup` or a `Rule` says otherwise. All tests are without case.
//! - An event that no filter names is logged as Sysmon's defaults have it: all but what is disabled
//!   by default.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Token};
use rulescope_ir::{Expr, Field, Literal, Number, Op, Predicate, Scalar, Span, Subject};

use crate::error::Defect;

/// What a configuration does with an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    include: Option<Vec<Expr>>,
    exclude: Vec<Expr>,
    /// How many tests there are.
    pub tests: usize,
}

/// The filters by their tags, in small letters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    filters: BTreeMap<String, Filters>,
}

/// Events that are logged where no filter names them: their tags in small letters. Sysmon installed
/// without a configuration logs these (M. Russinovich, "Tracking hackers on your network with
/// Sysmon", RSA Conference, "Basic configuration options"); network connections and image loads are
/// "disabled by default" in the documentation, and all later events need a filter.
const DEFAULTS: [&str; 6] = [
    "processcreate",
    "filecreatetime",
    "processterminate",
    "driverload",
    "createremotethread",
    "rawaccessread",
];

impl Config {
    /// The condition on which an event of a tag is logged.
    pub fn condition(&self, tag: &str) -> Expr {
        let tag = tag.to_ascii_lowercase();
        match self.filters.get(&tag) {
            None => Expr::Const(DEFAULTS.contains(&tag.as_str())),
            Some(filters) => {
                let not = |e: &Expr| Expr::Not(Box::new(e.clone()));
                let mut all: Vec<Expr> = filters.exclude.iter().map(not).collect();
                match filters.include.as_deref() {
                    None => {}
                    Some([]) => return Expr::Const(false),
                    Some(include) => all.insert(0, Expr::Any(include.to_vec())),
                }
                if all.is_empty() { Expr::Const(true) } else { Expr::All(all) }
            }
        }
    }

    /// The filters of a tag.
    pub fn filters(&self, tag: &str) -> Option<&Filters> {
        self.filters.get(&tag.to_ascii_lowercase())
    }
}

/// Whether a text is a Sysmon configuration.
pub(crate) fn is(text: &str) -> bool {
    let lower = text.get(..text.len().min(65_536)).unwrap_or(text).to_ascii_lowercase();
    text.trim_start().starts_with('<') && lower.contains("<sysmon")
}

/// How tests are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// Tests of one field are alternatives, the fields must all hold.
    ByField,
    And,
    Or,
}

struct Parser<'t> {
    text: &'t str,
    reader: Reader<&'t [u8]>,
    config: Config,
}

/// Reads a configuration.
pub(crate) fn read(text: &str) -> Result<Config, Defect> {
    let reader = Reader::from_str(text);
    let mut parser = Parser { text, reader, config: Config::default() };
    let mut filtering = false;
    loop {
        match parser.token()? {
            Token::Start(start) if name(&start).eq_ignore_ascii_case("EventFiltering") => {
                filtering = true;
                parser.filters(Relation::ByField)?;
            }
            Token::Empty(start) if name(&start).eq_ignore_ascii_case("EventFiltering") => {
                filtering = true;
            }
            Token::Eof if filtering => return Ok(parser.config),
            Token::Eof => {
                let message = "there is no <EventFiltering>; Sysmon's defaults need no file";
                return Err(Defect::new(1, message));
            }
            _ => {}
        }
    }
}

fn name(start: &BytesStart<'_>) -> String {
    start.local_name().into_inner().to_owned()
}

impl<'t> Parser<'t> {
    fn line(&self) -> usize {
        let at = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        1 + self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|b| **b == b'\n').count()
    }

    fn token(&mut self) -> Result<Token<'t>, Defect> {
        self.reader.read_event().map_err(|error| Defect::new(self.line(), error.to_string()))
    }

    fn attribute(&self, start: &BytesStart<'_>, wanted: &str) -> Result<Option<String>, Defect> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| Defect::new(self.line(), e.to_string()))?;
            if attribute.key.local_name().into_inner().eq_ignore_ascii_case(wanted) {
                let value = quick_xml::escape::unescape(&attribute.value);
                let value = value.map_err(|e| Defect::new(self.line(), e.to_string()))?;
                return Ok(Some(value.into_owned()));
            }
        }
        Ok(None)
    }

    fn relation(&self, start: &BytesStart<'_>, or_else: Relation) -> Result<Relation, Defect> {
        Ok(match self.attribute(start, "groupRelation")?.as_deref() {
            Some(r) if r.eq_ignore_ascii_case("and") => Relation::And,
            Some(r) if r.eq_ignore_ascii_case("or") => Relation::Or,
            Some("") | None => or_else,
            Some(other) => {
                let message = format!("`{other}` is no groupRelation; Sysmon has `and` and `or`");
                return Err(Defect::new(self.line(), message));
            }
        })
    }

    /// The filters up to the end of `EventFiltering` or of a group.
    fn filters(&mut self, relation: Relation) -> Result<(), Defect> {
        loop {
            match self.token()? {
                Token::Start(start) if name(&start).eq_ignore_ascii_case("RuleGroup") => {
                    let relation = self.relation(&start, relation)?;
                    self.filters(relation)?;
                }
                Token::Empty(start) if name(&start).eq_ignore_ascii_case("RuleGroup") => {}
                Token::Start(start) => self.filter(&start, true, relation)?,
                Token::Empty(start) => self.filter(&start, false, relation)?,
                Token::End(_) => return Ok(()),
                Token::Eof => return Err(Defect::new(self.line(), "the file ends in a filter")),
                _ => {}
            }
        }
    }

    fn filter(
        &mut self,
        start: &BytesStart<'_>,
        full: bool,
        relation: Relation,
    ) -> Result<(), Defect> {
        let tag = name(start);
        let line = self.line();
        let include = match self.attribute(start, "onmatch")?.as_deref() {
            Some(on) if on.eq_ignore_ascii_case("include") => true,
            Some(on) if on.eq_ignore_ascii_case("exclude") => false,
            other => {
                let message = match other {
                    Some(other) => {
                        format!("`{other}` is no onmatch; Sysmon has include and exclude")
                    }
                    None => format!("<{tag}> says neither onmatch=\"include\" nor \"exclude\""),
                };
                return Err(Defect::new(line, message));
            }
        };
        let mut count = 0;
        let tests = if full { self.tests(&mut count)? } else { Vec::new() };
        let filters = self.config.filters.entry(tag.to_ascii_lowercase()).or_default();
        filters.tests += count;
        let matches = (!tests.is_empty()).then(|| together(tests, relation));
        if include {
            filters.include.get_or_insert_default().extend(matches);
        } else {
            filters.exclude.extend(matches);
        }
        Ok(())
    }

    /// The tests of a filter or a `Rule`, each with its field; a `Rule` has none.
    fn tests(&mut self, count: &mut usize) -> Result<Vec<(String, Expr)>, Defect> {
        let mut out = Vec::new();
        loop {
            match self.token()? {
                Token::Start(start) if name(&start).eq_ignore_ascii_case("Rule") => {
                    // The documentation gives a rule its relation; without one it is `and`.
                    let relation = self.relation(&start, Relation::And)?;
                    let inner = self.tests(count)?;
                    if !inner.is_empty() {
                        out.push((String::new(), together(inner, relation)));
                    }
                }
                Token::Start(start) => {
                    let field = name(&start);
                    let line = self.line();
                    let condition = self.attribute(&start, "condition")?;
                    let text = self.text_of(&field)?;
                    *count += 1;
                    let test = test(&field, condition.as_deref().unwrap_or("is"), &text)
                        .map_err(|message| Defect::new(line, message))?;
                    out.push((field, test));
                }
                Token::End(_) => return Ok(out),
                Token::Eof => return Err(Defect::new(self.line(), "the file ends in a filter")),
                _ => {}
            }
        }
    }

    fn text_of(&mut self, field: &str) -> Result<String, Defect> {
        let mut out = String::new();
        loop {
            match self.token()? {
                Token::Text(text) => out += &text.into_inner(),
                Token::CData(text) => out += &text.into_inner(),
                Token::GeneralRef(reference) => {
                    let escape = format!("&{};", reference.into_inner());
                    let known = quick_xml::escape::unescape(&escape);
                    out += &known.map_err(|e| Defect::new(self.line(), e.to_string()))?;
                }
                Token::End(_) => return Ok(out),
                Token::Eof => {
                    return Err(Defect::new(self.line(), format!("the file ends in <{field}>")));
                }
                Token::Start(_) | Token::Empty(_) => {
                    let message = format!("<{field}> holds another element");
                    return Err(Defect::new(self.line(), message));
                }
                _ => {}
            }
        }
    }
}

fn together(tests: Vec<(String, Expr)>, relation: Relation) -> Expr {
    let parts: Vec<Expr> = match relation {
        Relation::And => return Expr::All(tests.into_iter().map(|(_, e)| e).collect()),
        Relation::Or => return Expr::Any(tests.into_iter().map(|(_, e)| e).collect()),
        Relation::ByField => {
            let mut fields: Vec<(String, Vec<Expr>)> = Vec::new();
            let mut rules = Vec::new();
            for (field, test) in tests {
                // A `Rule` is a condition of its own beside the tests.
                if field.is_empty() {
                    rules.push(test);
                } else if let Some((_, known)) = fields.iter_mut().find(|(f, _)| *f == field) {
                    known.push(test);
                } else {
                    fields.push((field, vec![test]));
                }
            }
            let fields: Vec<Expr> = fields.into_iter().map(|(_, of)| Expr::Any(of)).collect();
            if !fields.is_empty() {
                rules.push(Expr::All(fields));
            }
            rules
        }
    };
    Expr::Any(parts)
}

/// A test of a field ("The conditions are as follows").
fn test(field: &str, condition: &str, text: &str) -> Result<Expr, String> {
    let one = |op: Op, value: Scalar| {
        let subject = Subject::Field(Field::new(field));
        Expr::Predicate(Predicate::new(subject, op, vec![Literal::new(value, Span::NONE)]))
    };
    let of = |op: Op, text: &str| one(op, Scalar::Text(text.to_owned()));
    let parts = || text.split(';').map(str::trim).filter(|p| !p.is_empty());
    let any = |op: Op| Expr::Any(parts().map(|p| of(op, p)).collect());
    let not = |e: Expr| Expr::Not(Box::new(e));
    let number = |op: Op| match Number::parse(text) {
        Some(n) => Ok(one(op, Scalar::Number(n))),
        None => Err(format!("`{text}` is no number to compare {field} with")),
    };
    Ok(match condition.trim().to_ascii_lowercase().as_str() {
        "is" | "" => of(Op::Eq, text),
        "is not" => not(of(Op::Eq, text)),
        "is any" => any(Op::Eq),
        "contains" => of(Op::Contains, text),
        "contains any" => any(Op::Contains),
        "contains all" => Expr::All(parts().map(|p| of(Op::Contains, p)).collect()),
        "excludes" => not(of(Op::Contains, text)),
        // "Does not contain one or more of the values".
        "excludes any" => not(Expr::All(parts().map(|p| of(Op::Contains, p)).collect())),
        "excludes all" => not(any(Op::Contains)),
        "begin with" => of(Op::StartsWith, text),
        "not begin with" => not(of(Op::StartsWith, text)),
        "end with" => of(Op::EndsWith, text),
        "not end with" => not(of(Op::EndsWith, text)),
        "less than" => number(Op::Lt)?,
        "more than" => number(Op::Gt)?,
        // "Match an image path (full path or only image name)".
        "image" if text.contains('\\') => of(Op::Eq, text),
        "image" => Expr::Any(vec![of(Op::Eq, text), of(Op::EndsWith, &format!("\\{text}"))]),
        other => return Err(format!("`{other}` is no condition of Sysmon's")),
    })
}

#[cfg(test)]
mod tests {
    use rulescope_eval::{Env, Event, Truth, eval_expr};

    use super::*;

    fn passes(config: &str, tag: &str, fields: &[(&str, &str)]) -> bool {
        let text = format!(
            "<Sysmon schemaversion=\"4.90\"><EventFiltering>{config}</EventFiltering></Sysmon>"
        );
        assert!(is(&text));
        let config = read(&text).expect("a configuration");
        let event = fields.iter().fold(Event::at(0), |e, (name, value)| e.with(name, *value));
        eval_expr(&config.condition(tag), &event, &Env::default()) == Truth::True
    }

    #[test]
    fn an_include_lets_through_what_matches_and_an_exclude_what_does_not() {
        let config = "<NetworkConnect onmatch='include'><DestinationPort>443</DestinationPort>\
            <DestinationPort>80</DestinationPort></NetworkConnect>\
            <NetworkConnect onmatch='exclude'><Image condition='end with'>iexplore.exe</Image></NetworkConnect>";
        let at = |port, image| {
            passes(config, "NetworkConnect", &[("DestinationPort", port), ("Image", image)])
        };
        assert!(at("80", "C:\\a.exe") && at("443", "C:\\a.exe"));
        assert!(!at("22", "C:\\a.exe") && !at("80", "C:\\IEXPLORE.EXE"));
    }

    #[test]
    fn fields_are_and_values_or_unless_a_group_says_otherwise() {
        let tests = "<ProcessCreate onmatch='include'><Image condition='contains'>timeout.exe</Image>\
            <Image condition='contains'>ping.exe</Image><CommandLine condition='contains'>100</CommandLine></ProcessCreate>";
        let of = |config: &str, image, line| {
            passes(config, "ProcessCreate", &[("Image", image), ("CommandLine", line)])
        };
        assert!(of(tests, "ping.exe", "100") && !of(tests, "ping.exe", "1"));
        let or = format!("<RuleGroup groupRelation='or'>{tests}</RuleGroup>");
        assert!(of(&or, "ping.exe", "1") && of(&or, "x", "100") && !of(&or, "x", "1"));
        let and = format!("<RuleGroup groupRelation='and'>{tests}</RuleGroup>");
        assert!(!of(&and, "ping.exe", "100"));
        let rule = "<RuleGroup groupRelation='or'><ProcessCreate onmatch='include'><Rule groupRelation='and'>\
            <Image condition='image'>a.exe</Image><CommandLine condition='contains all'>x;y</CommandLine></Rule>\
            <Image condition='is any'>b.exe;c.exe</Image></ProcessCreate></RuleGroup>";
        assert!(
            of(rule, "C:\\d\\A.exe", "y x")
                && !of(rule, "C:\\d\\a.exe", "y")
                && of(rule, "c.exe", "")
        );
        assert!(!of(rule, "C:\\d\\xa.exe", "x y"));
    }

    #[test]
    fn what_no_filter_names_is_as_sysmon_has_it() {
        assert!(passes("", "ProcessCreate", &[]) && !passes("", "ImageLoad", &[]));
        assert!(!passes("<ProcessCreate onmatch='include'/>", "processcreate", &[]));
        assert!(passes("<ImageLoad onmatch='exclude'></ImageLoad>", "ImageLoad", &[]));
        assert!(passes(
            "<FileCreate onmatch='include'><TargetFilename>a&amp;b</TargetFilename></FileCreate>",
            "FileCreate",
            &[("TargetFilename", "A&B")]
        ));
    }

    #[test]
    fn defects_have_their_line() {
        let read = |text: &str| read(text).expect_err("a defect");
        let defect = read(
            "<Sysmon>\n<EventFiltering>\n<ImageLoad onmatch='x'/>\n</EventFiltering></Sysmon>",
        );
        assert_eq!(defect.line, 3);
        let defect = read(
            "<Sysmon><EventFiltering>\n<ImageLoad onmatch='include'>\n<Image condition='like'>a</Image></ImageLoad></EventFiltering></Sysmon>",
        );
        assert_eq!((defect.line, &*defect.message), (3, "`like` is no condition of Sysmon's"));
        assert_eq!(read("<Sysmon>\n</Sysmon>").line, 1);
        assert!(
            read("<Sysmon><EventFiltering><ImageLoad onmatch='include'>").message.contains("ends")
        );
    }
}
