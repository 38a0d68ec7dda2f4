//! One spelling for what people and shops spell in several ways.

use std::collections::HashMap;
use std::rc::Rc;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A title that has more is told apart by its first ones.
const MAX_WORDS: usize = 40;

/// A SKU as it is compared: without space around it, in Unicode's compatibility form, without case. `None`: there is none.
pub fn normal_sku(sku: &str) -> Option<String> {
    let folded: String = sku.trim().nfkc().flat_map(char::to_lowercase).nfkc().collect();
    let folded = folded.trim();
    (!folded.is_empty()).then(|| folded.to_owned())
}

/// A GTIN as fourteen digits, read as a number; `None`: it is none, or its check digit is wrong.
pub fn gtin14(gtin: &str) -> Option<u64> {
    let digits: String = gtin.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let known = matches!(digits.len(), 8 | 12 | 13 | 14) && digits.bytes().all(|byte| byte.is_ascii_digit());
    // From the right, the check digit first, digits count once and three times in turn.
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip([1, 3].into_iter().cycle())
        .map(|(byte, weight)| u32::from(byte.wrapping_sub(b'0')) * weight)
        .sum();
    let number = digits.parse().ok().filter(|number| *number != 0);
    number.filter(|_| known && sum.is_multiple_of(10))
}

/// The words of a text, without case, accents and punctuation; each once, in alphabetical order.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let mut words: Vec<String> =
        plain.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect();
    words.truncate(MAX_WORDS);
    words.sort_unstable();
    words.dedup();
    words
}

/// Texts as numbers: equal numbers are equal texts.
#[derive(Default)]
pub(super) struct Words {
    numbers: HashMap<Rc<str>, u32>,
    texts: Vec<Rc<str>>,
    /// In how many titles each of them is.
    titles: Vec<u32>,
}

impl Words {
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if let Some(known) = self.numbers.get(text) {
            return *known;
        }
        let (number, text) = (self.texts.len() as u32, Rc::<str>::from(text));
        self.texts.push(text.clone());
        self.titles.push(0);
        self.numbers.insert(text, number);
        number
    }

    pub(super) fn text(&self, number: u32) -> &str {
        &self.texts[number as usize]
    }

    pub(super) fn count(&mut self, number: u32) {
        self.titles[number as usize] += 1;
    }

    /// In how many titles of both channels it is.
    pub(super) fn titles(&self, number: u32) -> u32 {
        self.titles[number as usize]
    }

    pub(super) fn join(&self, numbers: &[u32]) -> String {
        numbers.iter().map(|number| self.text(*number)).collect::<Vec<_>>().join(" ")
    }
}
