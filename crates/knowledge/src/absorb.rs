//! Puts facts together, and counts them.

use std::collections::BTreeMap;

use crate::attack::{
    AnalyticFacts, Attack, DataComponentFacts, RelationFacts, StrategyFacts, TacticFacts,
    TechniqueFacts,
};
use crate::event::{EventFacts, FieldFacts};
use crate::fact::Facts;
use crate::policy::{ChannelFacts, ProviderFacts, SubcategoryFacts};

/// Something that holds facts, and nothing but facts.
pub(crate) trait Absorb {
    /// Takes over another's facts, which come from the same pack or a later one. Gives how many
    /// there was no room for.
    fn absorb(&mut self, other: Self) -> usize;

    /// Adds to each pack's count the facts that it states; `counts` has a place for every pack.
    fn tally(&self, counts: &mut [usize]);

    /// Brings lists into the order of the packs again, after events that turned out to be one
    /// were put together.
    fn order(&mut self);
}

impl<T: PartialEq> Absorb for Facts<T> {
    fn absorb(&mut self, other: Facts<T>) -> usize {
        if self.is_empty() {
            *self = other;
            return 0;
        }
        let mut lost = 0;
        for fact in other.into_inner() {
            let mut origins = fact.origins.into_iter();
            let Some(first) = origins.next() else { continue };
            let kept = self.add_with(fact.value, first, origins);
            lost += usize::from(!kept);
        }
        lost
    }

    fn tally(&self, counts: &mut [usize]) {
        for origin in self.iter().flat_map(|fact| &fact.origins) {
            if let Some(count) = counts.get_mut(*origin) {
                *count += 1;
            }
        }
    }

    fn order(&mut self) {
        self.sort();
    }
}

impl<K: Ord, V: Absorb + Default> Absorb for BTreeMap<K, V> {
    fn absorb(&mut self, other: BTreeMap<K, V>) -> usize {
        other.into_iter().map(|(key, value)| self.entry(key).or_default().absorb(value)).sum()
    }

    fn tally(&self, counts: &mut [usize]) {
        self.values().for_each(|value| value.tally(counts));
    }

    fn order(&mut self) {
        self.values_mut().for_each(Absorb::order);
    }
}

/// A struct of which every field holds facts.
macro_rules! absorb {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl Absorb for $name {
            fn absorb(&mut self, other: $name) -> usize {
                // Named one by one, so that a field that is added can't be forgotten.
                let $name { $($field),+ } = other;
                0 $(+ self.$field.absorb($field))+
            }

            fn tally(&self, counts: &mut [usize]) {
                $(self.$field.tally(counts);)+
            }

            fn order(&mut self) {
                $(self.$field.order();)+
            }
        }
    };
}

absorb!(EventFacts {
    titles,
    descriptions,
    levels,
    tasks,
    opcodes,
    versions,
    messages,
    fields,
    labels,
    vendor_fields,
    examples,
    subcategories,
    categories,
    priorities,
    recommendations,
    requirements,
    settings,
    uses,
    references,
});
absorb!(FieldFacts { named, types, descriptions, samples, values, labels, versions });
absorb!(TechniqueFacts {
    names,
    descriptions,
    urls,
    platforms,
    tactics,
    statuses,
    successors,
    detections,
    strategies,
    versions,
});
absorb!(TacticFacts { names, short_names, descriptions, urls, statuses });
absorb!(DataComponentFacts { names, descriptions, urls, statuses, log_sources, techniques });
absorb!(StrategyFacts { names, urls, statuses, analytics, techniques });
absorb!(AnalyticFacts { names, descriptions, urls, platforms, statuses, log_sources, tunables });
absorb!(RelationFacts {
    names,
    components,
    behaviours,
    events,
    records,
    techniques,
    notes,
    references
});
absorb!(Attack { techniques, tactics, components, strategies, analytics });
absorb!(SubcategoryFacts { categories, guids, descriptions, volumes, advice, events, commands });
absorb!(ProviderFacts { abbreviations, guids, descriptions, references });
absorb!(ChannelFacts { abbreviations });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_of_two_packs_are_put_together_and_counted() {
        let event = |title: &str, field: &str, pack| {
            let mut event = EventFacts::default();
            event.titles.add(title.to_owned(), pack);
            event.fields.entry(field.to_owned()).or_default().types.add("SID".to_owned(), pack);
            event
        };
        let mut one = event("Logon", "Sid", 0);
        assert_eq!(one.absorb(event("Logon", "Other", 1)), 0);
        assert_eq!(one.titles.first().map(|fact| &*fact.origins), Some(&[0, 1][..]));
        assert_eq!(one.fields.len(), 2);
        let mut counts = [0; 2];
        one.tally(&mut counts);
        assert_eq!(counts, [2, 2]);
    }
}
