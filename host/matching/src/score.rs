//! How sure it is that two variants are the same, and why, in words.
// See docs/decisions/0045-product-matching.md

use serde::{Deserialize, Serialize};

use super::side::{Side, Title};
use super::words::Words;

/// Titles less alike than this, in percent, are no reason to believe anything.
pub(super) const SIMILAR: u8 = 70;
/// Less alike than this, and something is wrong.
const STRANGE: u8 = 30;
/// A title that is within the other one is no more alike than this.
const MAX_CONTAINED: f64 = 0.9;
/// Less sure than this is not worth a reviewer's time.
const LEAST: i32 = 25;
/// Titles alone never make it surer than this.
const MAX_BY_TITLE: i32 = 94;
/// Nor does an identifier that stands on several variants of one channel.
const MAX_SHARED: i32 = 80;

/// By what two were found to be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Sku,
    Gtin,
    Title,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sku => "sku",
            Self::Gtin => "gtin",
            Self::Title => "title",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Sku, Self::Gtin, Self::Title].into_iter().find(|known| known.as_str() == text)
    }
}

pub(super) struct Likeness {
    pub(super) percent: u8,
    /// Each has a number that the other has not: "No. 17" and "No. 18" differ by one letter only.
    pub(super) numbers_differ: bool,
}

/// How alike two titles are, whatever the order of their words and whether they name the brand; `None`: one says nothing.
pub(super) fn likeness(left: &Title, right: &Title, words: &Words) -> Option<Likeness> {
    let brand = |word: &u32| left.brand.contains(word) || right.brand.contains(word);
    let bare = |title: &Title| -> Vec<u32> { title.words.iter().copied().filter(|word| !brand(word)).collect() };
    let (mut l, mut r) = (bare(left), bare(right));
    if l.is_empty() || r.is_empty() {
        (l, r) = (left.words.clone(), right.words.clone());
    }
    if l.is_empty() || r.is_empty() {
        return None;
    }
    let letters = strsim::normalized_levenshtein(&words.join(&l), &words.join(&r));
    // One title may be the other with praise around it.
    let contained = match letters >= MAX_CONTAINED {
        true => 0.0,
        false => MAX_CONTAINED * share(&l, &r, words).max(share(&r, &l, words)),
    };
    let numbers = |of: &[u32], other: &[u32]| {
        let number = |word: &&u32| is_number(words.text(**word));
        (of.iter().filter(number).count(), of.iter().filter(number).filter(|word| !other.contains(word)).count())
    };
    let ((ours, only_ours), (theirs, only_theirs)) = (numbers(&l, &r), numbers(&r, &l));
    let numbers_differ = only_ours > 0 && only_theirs > 0;
    let factor = match (numbers_differ, ours == theirs && only_ours == 0) {
        (true, _) => 0.6,
        (false, false) => 0.9,
        (false, true) => 1.0,
    };
    Some(Likeness { percent: (letters.max(contained) * factor * 100.0).round() as u8, numbers_differ })
}

/// Which part of the first title stands in the second one too, in letters: short words mean little. Long words may be misspelt.
fn share(of: &[u32], other: &[u32], words: &Words) -> f64 {
    if of.len() < 3 {
        return 0.0;
    }
    let misspelt = |text: &str| {
        let near = |known: &u32| strsim::normalized_levenshtein(text, words.text(*known)) >= 0.8;
        text.chars().count() > 3 && !is_number(text) && other.iter().any(near)
    };
    let (mut all, mut found) = (0, 0);
    for word in of {
        let text = words.text(*word);
        let letters = text.chars().count();
        all += letters;
        found += if other.contains(word) || misspelt(text) { letters } else { 0 };
    }
    found as f64 / all as f64
}

fn is_number(word: &str) -> bool {
    word.contains(|c: char| c.is_numeric())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Unknown,
    Same,
    Different,
}

impl Agreement {
    fn of<T: PartialEq>(left: Option<T>, right: Option<T>) -> Self {
        match (left, right) {
            (Some(left), Some(right)) if left == right => Self::Same,
            (Some(_), Some(_)) => Self::Different,
            _ => Self::Unknown,
        }
    }

    fn points(self, same: i32, different: i32) -> i32 {
        match self {
            Self::Unknown => 0,
            Self::Same => same,
            Self::Different => different,
        }
    }
}

/// All that speaks for and against two variants being the same.
pub(super) struct Evidence {
    sku: Agreement,
    /// On how many variants of each channel the SKU stands, where it is the same.
    sharing_sku: [usize; 2],
    /// A SKU of one is known in the other's channel, of something else.
    sku_elsewhere: bool,
    gtin: Agreement,
    sharing_gtin: [usize; 2],
    title: Option<Likeness>,
    brand: Agreement,
    options: Agreement,
    mpn: Agreement,
    price: Agreement,
}

impl Evidence {
    pub(super) fn of(l: u32, r: u32, left: &Side<'_>, right: &Side<'_>, words: &Words) -> Self {
        let (ours, theirs) = (left.variant(l), right.variant(r));
        let (our_title, their_title) = (left.title(l), right.title(r));
        let named = |title: &Title| (!title.brand.is_empty()).then(|| title.brand.clone());
        let sku = Agreement::of(ours.sku, theirs.sku);
        Self {
            sku,
            sharing_sku: [left.sharing_sku(ours.sku), right.sharing_sku(theirs.sku)],
            sku_elsewhere: sku == Agreement::Different
                && (left.sharing_sku(theirs.sku) > 0 || right.sharing_sku(ours.sku) > 0),
            gtin: Agreement::of(ours.gtin, theirs.gtin),
            sharing_gtin: [left.sharing_gtin(ours.gtin), right.sharing_gtin(theirs.gtin)],
            title: likeness(our_title, their_title, words),
            brand: Agreement::of(named(our_title), named(their_title)),
            options: Agreement::of(ours.options, theirs.options),
            mpn: Agreement::of(ours.mpn, theirs.mpn),
            price: prices(l, r, left, right),
        }
    }

    pub(super) fn method(&self) -> Method {
        match (self.sku, self.gtin) {
            (Agreement::Same, _) => Method::Sku,
            (_, Agreement::Same) => Method::Gtin,
            _ => Method::Title,
        }
    }

    /// How good it is among others, and how sure, both 0 to 100; `None`: not worth mentioning.
    pub(super) fn weigh(&self) -> Option<(u8, u8)> {
        let percent = self.title.as_ref().map(|title| title.percent);
        let by_title = self.method() == Method::Title;
        let mut points = match (self.sku == Agreement::Same, self.gtin == Agreement::Same) {
            (true, true) => 96,
            (false, true) => 93,
            (true, false) => 90,
            (false, false) => 40 + i32::from(percent.filter(|percent| *percent >= SIMILAR)? - SIMILAR) * 3 / 2,
        };
        if by_title {
            points += self.brand.points(4, -20) + self.options.points(3, -30) + self.mpn.points(4, 0);
            points += self.price.points(3, -10);
            points += self.gtin.points(0, -40) - if self.sku_elsewhere { 30 } else { 0 };
        } else {
            points += match percent {
                Some(95..) => 5,
                Some(80..) => 3,
                Some(percent) if percent < STRANGE => -30,
                _ => 0,
            };
            points += self.brand.points(1, -10) + self.options.points(1, -15) + self.price.points(1, -5);
            points += self.gtin.points(0, -45) - if self.sku_elsewhere { 10 } else { 0 };
        }
        let most = match (by_title, self.is_shared()) {
            (true, _) => MAX_BY_TITLE,
            (false, true) => MAX_SHARED,
            (false, false) => 100,
        };
        let rank = u8::try_from(points.min(100)).ok().filter(|_| points >= LEAST)?;
        Some((rank, u8::try_from(points.min(most)).unwrap_or_default()))
    }

    /// What it rests on stands on several variants of one channel.
    fn is_shared(&self) -> bool {
        let unique = |agreement: Agreement, sharing: [usize; 2]| agreement == Agreement::Same && sharing == [1, 1];
        !unique(self.sku, self.sharing_sku) && !unique(self.gtin, self.sharing_gtin)
    }

    /// `ours` as the left one has it; `names` of the channels, left and right.
    pub(super) fn reasons(&self, ours: (Option<&str>, Option<&str>), names: [&str; 2]) -> Vec<String> {
        let mut told = Vec::new();
        let mut shared = |what: &str, value: Option<&str>, agreement: Agreement, sharing: [usize; 2]| {
            let value = value.unwrap_or_default().trim();
            if agreement == Agreement::Same {
                told.push(format!("same {what} {value}"));
                for (count, name) in sharing.iter().zip(names).filter(|(count, _)| **count > 1) {
                    told.push(format!("but this {what} stands on {count} variants of {name}"));
                }
            }
        };
        shared("SKU", ours.0, self.sku, self.sharing_sku);
        shared("GTIN", ours.1, self.gtin, self.sharing_gtin);
        let by_title = self.method() == Method::Title;
        match &self.title {
            Some(title) if title.numbers_differ => told.push("numbers in the titles differ".to_owned()),
            Some(Likeness { percent: 100, .. }) => told.push("same title".to_owned()),
            Some(title) if title.percent < STRANGE => told.push("very different titles".to_owned()),
            Some(title) => told.push(format!("titles {}% alike", title.percent)),
            None => {}
        }
        let mut said = |agreement: Agreement, same: &str, different: &str| match agreement {
            Agreement::Same => told.push(same.to_owned()),
            Agreement::Different => told.push(different.to_owned()),
            Agreement::Unknown => {}
        };
        said(self.brand, "same brand", "different brands");
        said(self.options, "same options", "different options");
        said(self.price, "same price", "very different prices");
        if self.mpn == Agreement::Same {
            told.push("same manufacturer's number".to_owned());
        }
        if self.gtin == Agreement::Different {
            told.push("different valid GTINs".to_owned());
        }
        if self.sku_elsewhere {
            told.push("the SKU of one belongs to something else in the other channel".to_owned());
        } else if by_title && self.sku == Agreement::Different {
            told.push("different SKUs".to_owned());
        }
        told
    }
}

/// In one currency: within a twentieth of each other, more than three times apart, or nothing that would say anything.
fn prices(l: u32, r: u32, left: &Side<'_>, right: &Side<'_>) -> Agreement {
    let price = |side: &Side<'_>, variant: u32| {
        let ready = side.variant(variant);
        side.goods[ready.product as usize].variants[ready.at as usize].price.clone()
    };
    let (Some((ours, currency)), Some((theirs, same))) = (price(left, l), price(right, r)) else {
        return Agreement::Unknown;
    };
    let (low, high) = (i128::from(ours.min(theirs)), i128::from(ours.max(theirs)));
    match currency == same && low > 0 {
        true if high * 20 <= low * 21 => Agreement::Same,
        true if high > low * 3 => Agreement::Different,
        _ => Agreement::Unknown,
    }
}
