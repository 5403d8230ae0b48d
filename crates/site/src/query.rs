//! The pairs of a form, as they stand in an address or in a request's body
//! (<https://url.spec.whatwg.org/#application/x-www-form-urlencoded>).

use crate::route::decode;

/// Names and values, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads pairs; a part that is no UTF-8 is left out.
    pub fn parse(text: &str) -> Pairs {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(&name.replace('+', " "))?, decode(&value.replace('+', " "))?))
        });
        Pairs(pairs.collect())
    }

    /// The first value of a name that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded() {
        let pairs = Pairs::parse("q=a+b%26&empty=&vendor=sigma&bad=%ff");
        assert_eq!(pairs.get("q"), Some("a b&"));
        assert_eq!(pairs.get("vendor"), Some("sigma"));
        assert_eq!((pairs.get("empty"), pairs.get("bad")), (None, None));
    }
}
