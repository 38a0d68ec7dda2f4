//! Which pairs are worth a look: those that share a SKU, a GTIN, or rare words of their titles. Never all with all.

use std::collections::HashMap;
use std::hash::Hash;

use super::score::{SIMILAR, likeness};
use super::side::Side;
use super::words::Words;

/// What stands on more variants of a channel than this names nothing ("n/a", "none").
const MAX_SHARING: usize = 20;
/// A word of more titles than this says too little to look by.
const MAX_TITLES: u32 = 100;
/// So many products of similar titles are looked at for each product.
const MAX_SIMILAR: usize = 8;
/// By so many of its rarest words a title is looked up.
const RAREST: usize = 6;

/// Pairs of variants, left and right, each once.
pub(super) fn candidates(left: &Side<'_>, right: &Side<'_>, words: &Words) -> Vec<(u32, u32)> {
    let mut pairs = shared(&left.skus, &right.skus);
    pairs.extend(shared(&left.gtins, &right.gtins));
    by_title(left, right, words, &mut pairs);
    pairs.retain(|(l, r)| left.variant(*l).open && right.variant(*r).open);
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn shared<K: Eq + Hash>(left: &HashMap<K, Vec<u32>>, right: &HashMap<K, Vec<u32>>) -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    for (key, ours) in left {
        let Some(theirs) = right.get(key) else { continue };
        if ours.len() <= MAX_SHARING && theirs.len() <= MAX_SHARING {
            pairs.extend(ours.iter().flat_map(|l| theirs.iter().map(move |r| (*l, *r))));
        }
    }
    pairs
}

fn by_title(left: &Side<'_>, right: &Side<'_>, words: &Words, pairs: &mut Vec<(u32, u32)>) {
    let mut index: HashMap<u32, Vec<u32>> = HashMap::new();
    for product in 0..right.titles.len() as u32 {
        for word in rare_words(right, product, words) {
            index.entry(word).or_default().push(product);
        }
    }
    let (mut of_left, mut of_right) = (Best::new(left), Best::new(right));
    let mut found = Vec::new();
    for ours in 0..left.titles.len() as u32 {
        found.clear();
        for word in rare_words(left, ours, words) {
            found.extend(index.get(&word).into_iter().flatten().copied());
        }
        found.sort_unstable();
        found.dedup();
        for theirs in &found {
            let (l, r) = (&left.titles[ours as usize], &right.titles[*theirs as usize]);
            // Comparing letters is dear: first, do they have words in common?
            let common = l.words.iter().filter(|word| r.words.contains(word)).count();
            if common * 5 < l.words.len().min(r.words.len()) * 2 {
                continue;
            }
            if let Some(percent) = likeness(l, r, words).map(|likeness| likeness.percent).filter(|p| *p >= SIMILAR) {
                of_left.offer(ours, *theirs, percent, right);
                of_right.offer(*theirs, ours, percent, left);
            }
        }
    }
    let by_right = of_right.0.iter().enumerate().flat_map(|(r, best)| best.iter().map(move |(_, l)| (*l, r as u32)));
    let mut similar: Vec<(u32, u32)> = by_right.collect();
    similar.extend(of_left.0.iter().enumerate().flat_map(|(l, best)| best.iter().map(move |(_, r)| (l as u32, *r))));
    similar.sort_unstable();
    similar.dedup();
    for (ours, theirs) in similar {
        same_choice(left, right, ours, theirs, pairs);
    }
}

/// The most similar titles of each product's, best first: families of goods with almost the same title do not multiply.
struct Best(Vec<Vec<(u8, u32)>>);

impl Best {
    fn new(side: &Side<'_>) -> Self {
        Self(vec![Vec::new(); side.titles.len()])
    }

    fn offer(&mut self, product: u32, other: u32, percent: u8, others: &Side<'_>) {
        let id = |other: u32| &*others.goods[other as usize].product;
        let best = &mut self.0[product as usize];
        let at = best.partition_point(|(known, which)| (*known, id(other)) >= (percent, id(*which)));
        best.insert(at, (percent, other));
        best.truncate(MAX_SIMILAR);
    }
}

/// What both sides look a title up by. The same for either side, so that either finds the other.
fn rare_words(side: &Side<'_>, product: u32, words: &Words) -> Vec<u32> {
    let title = &side.titles[product as usize];
    let mut rare: Vec<u32> = title.words.iter().copied().filter(|word| words.titles(*word) <= MAX_TITLES).collect();
    rare.sort_by_key(|word| (words.titles(*word), words.text(*word)));
    rare.truncate(RAREST);
    if words.titles(title.whole) <= MAX_TITLES && !title.words.is_empty() {
        rare.push(title.whole);
    }
    rare
}

/// Of two products with similar titles, the variants with the same options chosen; their only ones, where there is no choice.
fn same_choice(left: &Side<'_>, right: &Side<'_>, ours: u32, theirs: u32, pairs: &mut Vec<(u32, u32)>) {
    let (ours, theirs) = (left.variants_of(ours), right.variants_of(theirs));
    if ours.len() == 1 && theirs.len() == 1 {
        pairs.push((ours.start, theirs.start));
        return;
    }
    let mut by_options: HashMap<u32, Vec<u32>> = HashMap::new();
    for r in theirs {
        if let Some(options) = right.variant(r).options {
            by_options.entry(options).or_default().push(r);
        }
    }
    for l in ours {
        let same = left.variant(l).options.and_then(|options| by_options.get(&options));
        pairs.extend(same.into_iter().flatten().map(|r| (l, *r)));
    }
}
