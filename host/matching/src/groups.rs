//! What hangs together: variants of several channels that are the same goods, at most one of each channel.
// See docs/decisions/0044-links-from-pairs.md

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::facts::{Article, Goods};
use super::side::options_key;
use super::words::{gtin14, normal_sku};
use entrepot_domain::catalog::limits::MAX_ID_LEN;

/// Product and the marketplace's id of the variant.
pub type VariantKey = (String, String);

/// Why two cannot be linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They belong together already.
    Together,
    SameChannel,
    /// A variant's id from before ids had a limit: no index takes two of them.
    LongId,
    /// Both, or what they are linked to, are of this channel, and a channel has one in a link.
    Occupied {
        channel: String,
        by: VariantKey,
    },
}

/// The links of some variants, as they are and as they become.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    links: HashMap<String, BTreeMap<String, VariantKey>>,
    of: HashMap<VariantKey, String>,
    changed: BTreeSet<VariantKey>,
}

impl Groups {
    /// All members of these links are given, as variant, channel and link.
    pub fn new(members: impl IntoIterator<Item = (VariantKey, String, String)>) -> Self {
        let mut groups = Self::default();
        for (key, channel, link) in members {
            groups.of.insert(key.clone(), link.clone());
            groups.links.entry(link).or_default().insert(channel, key);
        }
        groups
    }

    pub fn link_of(&self, variant: &VariantKey) -> Option<&str> {
        self.of.get(variant).map(String::as_str)
    }

    /// Says that two are the same, and with them all that either is linked to. `new_link` names a link that is new.
    pub fn join(
        &mut self,
        (one, channel): (&VariantKey, &str),
        (other, other_channel): (&VariantKey, &str),
        new_link: impl FnOnce() -> String,
    ) -> Result<(), Refusal> {
        if channel == other_channel {
            return Err(Refusal::SameChannel);
        }
        if [one, other].into_iter().any(|(_, variant)| variant.len() > MAX_ID_LEN) {
            return Err(Refusal::LongId);
        }
        let (ours, theirs) = (self.of.get(one).cloned(), self.of.get(other).cloned());
        if ours.is_some() && ours == theirs {
            return Err(Refusal::Together);
        }
        let members = |link: &Option<String>, alone: (&VariantKey, &str)| match link {
            Some(link) => self.links.get(link).cloned().unwrap_or_default(),
            None => BTreeMap::from([(alone.1.to_owned(), alone.0.clone())]),
        };
        let (left, right) = (members(&ours, (one, channel)), members(&theirs, (other, other_channel)));
        if let Some((channel, by)) = left.iter().find(|(channel, _)| right.contains_key(*channel)) {
            // Of the two, the one that is not the variant itself says more.
            let by = if by == one { right.get(channel).unwrap_or(by) } else { by };
            return Err(Refusal::Occupied { channel: channel.clone(), by: by.clone() });
        }
        // The older link keeps its name: ids sort by the time they were made.
        let link = ours.clone().into_iter().chain(theirs.clone()).min().unwrap_or_else(new_link);
        for (channel, key) in left.into_iter().chain(right) {
            if self.of.insert(key.clone(), link.clone()).as_ref() != Some(&link) {
                self.changed.insert(key.clone());
            }
            self.links.entry(link.clone()).or_default().insert(channel, key);
        }
        for old in ours.into_iter().chain(theirs).filter(|old| *old != link) {
            self.links.remove(&old);
        }
        Ok(())
    }

    /// Variants whose link is another than it was: variant, channel and link.
    pub fn changed(&self) -> impl Iterator<Item = (&VariantKey, &str, &str)> {
        self.changed.iter().filter_map(|key| {
            let link = self.of.get(key)?;
            let (channel, _) = self.links.get(link)?.iter().find(|(_, member)| *member == key)?;
            Some((key, channel.as_str(), link.as_str()))
        })
    }
}

/// What still hangs together by these pairs, the largest first; who is alone is left out.
pub fn parts(members: &[VariantKey], pairs: &[(VariantKey, VariantKey)]) -> Vec<Vec<VariantKey>> {
    let mut left: BTreeSet<&VariantKey> = members.iter().collect();
    let mut parts = Vec::new();
    while let Some(first) = left.pop_first() {
        let (mut part, mut next) = (vec![first.clone()], vec![first]);
        while let Some(here) = next.pop() {
            for (one, other) in pairs {
                let neighbour = if one == here {
                    other
                } else if other == here {
                    one
                } else {
                    continue;
                };
                if let Some(found) = left.take(neighbour) {
                    part.push(found.clone());
                    next.push(found);
                }
            }
        }
        if part.len() > 1 {
            part.sort_unstable();
            parts.push(part);
        }
    }
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts
}

/// What a variant is recognised by.
type Way<'a> = &'a dyn Fn(&Article) -> Option<String>;

/// Which variants of two products belong together, when it is known that the products do: their only ones, or those with the same
/// SKU, GTIN or options.
pub fn same_variants(one: &Goods, other: &Goods) -> Vec<(usize, usize)> {
    if one.variants.len() == 1 && other.variants.len() == 1 {
        return vec![(0, 0)];
    }
    let sku = |article: &Article| article.sku.as_deref().and_then(normal_sku);
    let gtin = |article: &Article| article.gtin.as_deref().and_then(gtin14).map(|gtin| gtin.to_string());
    let options = |article: &Article| options_key(article.options.iter().map(|value| &**value));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let ways: [Way<'_>; 3] = [&sku, &gtin, &options];
    for way in ways {
        for (l, ours) in one.variants.iter().enumerate() {
            let Some(wanted) = way(ours) else { continue };
            let mut fitting =
                other.variants.iter().enumerate().filter(|(_, theirs)| way(theirs).as_ref() == Some(&wanted));
            // What stands on two says nothing.
            if let (Some((r, _)), None) = (fitting.next(), fitting.next())
                && !pairs.iter().any(|(a, b)| *a == l || *b == r)
            {
                pairs.push((l, r));
            }
        }
    }
    pairs
}
