//! A fact: a value with the packs that state it.

/// A value and the packs that state it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact<T> {
    /// What is stated.
    pub value: T,
    /// Indices into [`crate::Knowledge::packs`] of those that state it, ascending, none twice.
    pub origins: Vec<usize>,
}

/// The most values that a list of facts holds. The longest list of real packs (the error codes of
/// one field) has some hundred; a pack that states more is not telling anything.
pub const MOST_VALUES: usize = 2_000;

/// All that is stated about one thing, in the order of the packs. Packs that disagree stand one
/// after another, packs that agree share an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Facts<T>(Vec<Fact<T>>);

impl<T> Default for Facts<T> {
    fn default() -> Facts<T> {
        Facts(Vec::new())
    }
}

impl<T> Facts<T> {
    /// The facts in the order of the packs.
    pub fn iter(&self) -> std::slice::Iter<'_, Fact<T>> {
        self.0.iter()
    }

    /// The values alone.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|fact| &fact.value)
    }

    /// What the first pack states.
    pub fn first(&self) -> Option<&Fact<T>> {
        self.0.first()
    }

    /// Number of different values.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Brings the facts into the order of the first packs that state them.
    pub(crate) fn sort(&mut self) {
        self.0.sort_by_key(|fact| fact.origins.first().copied());
    }

    /// Makes every fact one of this pack alone.
    pub(crate) fn move_to(&mut self, pack: usize) {
        self.0.iter_mut().for_each(|fact| fact.origins = vec![pack]);
    }

    /// The facts themselves.
    pub(crate) fn into_inner(self) -> Vec<Fact<T>> {
        self.0
    }

    /// The same with every value changed; values that become equal are one.
    pub(crate) fn map<U: PartialEq>(self, mut change: impl FnMut(T) -> U) -> Facts<U> {
        let mut out = Facts::default();
        for Fact { value, origins } in self.0 {
            let mut origins = origins.into_iter();
            if let Some(first) = origins.next() {
                out.add_with(change(value), first, origins);
            }
        }
        out
    }

    /// Whether no pack states anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: PartialEq> Facts<T> {
    /// Whether a value is stated.
    pub fn has(&self, value: &T) -> bool {
        self.0.iter().any(|fact| fact.value == *value)
    }

    /// Adds what a pack states; packs have to come in their order. Gives whether there was room
    /// for it ([`MOST_VALUES`]).
    pub(crate) fn add(&mut self, value: T, origin: usize) -> bool {
        self.add_with(value, origin, [])
    }

    /// The same with the origins that agree.
    pub(crate) fn add_with(
        &mut self,
        value: T,
        origin: usize,
        more: impl IntoIterator<Item = usize>,
    ) -> bool {
        let at = self.0.iter().position(|fact| fact.value == value);
        let at = match at {
            Some(at) => at,
            None if self.0.len() >= MOST_VALUES => return false,
            None => {
                self.0.push(Fact { value, origins: Vec::with_capacity(1) });
                self.0.len() - 1
            }
        };
        let origins = &mut self.0[at].origins;
        for origin in std::iter::once(origin).chain(more) {
            if let Err(at) = origins.binary_search(&origin) {
                origins.insert(at, origin);
            }
        }
        true
    }
}

impl<'a, T> IntoIterator for &'a Facts<T> {
    type Item = &'a Fact<T>;
    type IntoIter = std::slice::Iter<'a, Fact<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_an_entry_and_keep_their_origins() {
        let mut facts = Facts::default();
        for (value, origin) in [("a", 0), ("b", 1), ("a", 2), ("a", 2)] {
            assert!(facts.add(value, origin));
        }
        let found: Vec<(&str, &[usize])> =
            facts.iter().map(|fact| (fact.value, &*fact.origins)).collect();
        assert_eq!(found, [("a", &[0, 2][..]), ("b", &[1][..])]);
    }

    #[test]
    fn a_list_is_bounded() {
        let mut facts = Facts::default();
        assert!((0..MOST_VALUES).all(|n| facts.add(n, 0)));
        assert!(!facts.add(MOST_VALUES, 0));
        assert!(facts.add(1, 1), "a known value needs no room");
        assert_eq!(facts.len(), MOST_VALUES);
    }
}
