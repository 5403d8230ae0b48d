//! What a text means once its escapes are read; it differs between commands.

use super::ast::{Quote, Text};

/// A value or keyword of `search`: a backslash before a backslash, a double quote or a pipe stands
/// for that character, and before any other for itself
/// (<https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/search>,
/// "Backslashes" and "Quotes"). Wildcards can't be escaped and are left as they are. Double quotes
/// within a word (`*"a b"*`) hold it together and are not part of the value.
pub fn searched(text: &Text) -> String {
    let mut out = String::with_capacity(text.raw.len());
    let mut chars = text.raw.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('\\' | '"' | '|')) => out.extend(chars.next()),
            ('"', _) if text.quote == Quote::None => {}
            _ => out.push(c),
        }
    }
    out
}

/// A text of `eval` and `where`: `\\`, `\"`, `\n`, `\r` and `\t` stand for one character, any other
/// backslash for itself, so that `"\d"` is a regular expression
/// (<https://help.splunk.com/en/splunk-enterprise/search/search-manual/10.0/expressions-and-predicates>,
/// "Types of expressions", "String literal").
pub fn evaluated(text: &Text) -> String {
    let mut out = String::with_capacity(text.raw.len());
    let mut chars = text.raw.chars().peekable();
    while let Some(c) = chars.next() {
        let stands_for = match (c, chars.peek()) {
            ('\\', Some('\\')) => Some('\\'),
            ('\\', Some('"')) => Some('"'),
            ('\\', Some('n')) => Some('\n'),
            ('\\', Some('r')) => Some('\r'),
            ('\\', Some('t')) => Some('\t'),
            _ => None,
        };
        if stands_for.is_some() {
            chars.next();
        }
        out.push(stands_for.unwrap_or(c));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_search_keep_other_backslashes() {
        assert_eq!(
            searched(&Text::quoted(r#"C:\\Temp\*.exe \"a\" \| \n"#)),
            r#"C:\Temp\*.exe "a" | \n"#
        );
        assert_eq!(searched(&Text::word(r#"*\\cmd.exe*"a b"\""#)), r#"*\cmd.exe*a b""#);
    }

    #[test]
    fn escapes_of_eval_know_line_breaks() {
        assert_eq!(evaluated(&Text::quoted(r#"C:\\a\temp \d\\d \""#)), "C:\\a\temp \\d\\d \"");
    }
}
