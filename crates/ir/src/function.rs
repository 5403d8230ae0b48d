//! The registry of functions: one meaning each, whatever a language calls it.
//!
//! Common rules: an absent argument makes the result absent unless stated; a list argument where
//! one value is wanted is taken by its first value; texts are measured in characters.

use serde::{Deserialize, Serialize};

macro_rules! functions {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $min:literal ..= $max:expr;)+) => {
        /// A function with a documented meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Function { $($(#[doc = $doc])+ $variant,)+ }

        impl Function {
            /// Every function, in the registry's order.
            pub const ALL: &[Function] = &[$(Function::$variant),+];

            /// The name as printed.
            pub fn name(self) -> &'static str {
                match self { $(Function::$variant => $name),+ }
            }

            /// The least and the greatest number of arguments.
            pub fn arity(self) -> (usize, usize) {
                match self { $(Function::$variant => ($min, $max)),+ }
            }

            /// The documented meaning.
            pub fn meaning(self) -> &'static str {
                match self { $(Function::$variant => concat!($($doc),+)),+ }
            }
        }
    };
}

functions! {
    /// `lower(text)`: the text in lower case.
    Lower = "lower", 1..=1;
    /// `upper(text)`: the text in upper case.
    Upper = "upper", 1..=1;
    /// `trim(text, characters)`: without these characters (white space) at both ends.
    Trim = "trim", 1..=2;
    /// `length(text or list)`: its number of characters or elements.
    Length = "length", 1..=1;
    /// `concat(values…)`: their texts one after another.
    Concat = "concat", 1..=usize::MAX;
    /// `substring(text, start, length)`: from the 0-based start, negative from the end.
    Substring = "substring", 2..=3;
    /// `replace(text, regex, by)`: every match of the regular expression replaced; `$1` or `${name}`
    /// in `by` is a group.
    Replace = "replace", 3..=3;
    /// `extract(text, regex, group)`: the first match's group by number or name, all of it without
    /// one; absent where nothing matches.
    Extract = "extract", 2..=3;
    /// `split(text, separator)`: the list of parts.
    Split = "split", 2..=2;
    /// `join(list, separator)`: its elements as one text.
    Join = "join", 2..=2;
    /// `element(list, index)`: the element at the 0-based index, negative from the end.
    Element = "element", 2..=2;
    /// `member(value, path)`: the member of an object, by name or dotted path.
    Member = "member", 2..=2;
    /// `parse_json(text)`: the value that the JSON text stands for.
    ParseJson = "parse_json", 1..=1;
    /// `basename(path)`: what follows the last `\` or `/`.
    Basename = "basename", 1..=1;
    /// `coalesce(values…)`: the first that is present.
    Coalesce = "coalesce", 1..=usize::MAX;
    /// `if(condition, then, else)`: then where the condition holds, else otherwise. A condition is
    /// true, the text `true` or a number other than 0; an absent one does not hold.
    If = "if", 2..=3;
    /// `case(condition, value, …)`: the value of the first condition that holds; a last value without
    /// a condition is for all else.
    Case = "case", 2..=usize::MAX;
    /// `number(value, base)`: the number that a text stands for, `0x` in base 16; absent where it
    /// stands for none.
    Number = "number", 1..=2;
    /// `text(value)`: the value's text.
    Text = "text", 1..=1;
    /// `add(a, b)`: the sum of two numbers, or a time moved by a span.
    Add = "add", 2..=2;
    /// `subtract(a, b)`: the difference; of two times, in seconds.
    Subtract = "subtract", 2..=2;
    /// `multiply(a, b)`.
    Multiply = "multiply", 2..=2;
    /// `divide(a, b)`: absent where b is 0.
    Divide = "divide", 2..=2;
    /// `modulo(a, b)`: the remainder with the sign of a; absent where b is 0.
    Modulo = "modulo", 2..=2;
    /// `negate(a)`.
    Negate = "negate", 1..=1;
    /// `absolute(a)`.
    Absolute = "absolute", 1..=1;
    /// `round(a, digits)`: to the nearest, halves away from zero.
    Round = "round", 1..=2;
    /// `floor(a)`.
    Floor = "floor", 1..=1;
    /// `ceiling(a)`.
    Ceiling = "ceiling", 1..=1;
    /// `least(values…)`.
    Least = "least", 1..=usize::MAX;
    /// `greatest(values…)`.
    Greatest = "greatest", 1..=usize::MAX;
    /// `entropy(text)`: Shannon's entropy of its characters, in bits.
    Entropy = "entropy", 1..=1;
    /// `bin(value, size)`: the greatest multiple of size that is not above value; times in seconds.
    Bin = "bin", 2..=2;
    /// `time()`: the event's time, seconds since 1970 in UTC.
    Time = "time", 0..=0;
    /// `now()`: the end of the position that a scheduled pattern stands at, never the clock.
    Now = "now", 0..=0;
    /// `date_part(part, time)`: minute, hour, day (of the month), week (ISO 8601), month or year of a
    /// time in UTC: seconds since 1970 or a text such as `2024-05-06T07:08:09Z`.
    DatePart = "date_part", 2..=2;
    /// `distinct(list)`: the list without repetitions, in order of first appearance.
    Distinct = "distinct", 1..=1;
    /// `decode_base64(text)`: the text that it encodes, with or without padding; absent where that is
    /// no UTF-8.
    DecodeBase64 = "decode_base64", 1..=1;
    /// `count(variable)`: how many events a variable of a temporal pattern holds.
    Count = "count", 1..=1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_states_its_meaning_and_has_its_own_name() {
        let mut names: Vec<_> = Function::ALL.iter().map(|f| f.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Function::ALL.len());
        for f in Function::ALL {
            assert!(f.meaning().contains(f.name()), "{} does not say what it does", f.name());
            assert!(f.arity().0 <= f.arity().1);
        }
    }
}
