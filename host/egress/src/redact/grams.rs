//! Tells quickly that a text holds none of the patterns: almost always.

use std::collections::HashSet;

const WIDTH: usize = 8;
/// Looking at fewer places would not be quicker any more.
const WIDEST: usize = 64;

/// Of whatever stands in a text, eight bytes are among those kept here, at one of the places that are looked at.
pub(super) struct Grams {
    stride: usize,
    /// One bit for each gram's hash, so that most places cost no more than that.
    bits: Vec<u64>,
    shift: u32,
    exact: HashSet<u64>,
}

impl Grams {
    /// `shortest`: of the patterns, at least `WIDTH`.
    pub(super) fn of<'p>(patterns: impl Iterator<Item = &'p [u8]>, shortest: usize) -> Self {
        let stride = (shortest + 1).saturating_sub(WIDTH).clamp(1, WIDEST);
        let grams = patterns.flat_map(|pattern| (0..stride).filter_map(|at| gram(pattern, at)));
        let exact: HashSet<u64> = grams.collect();
        let size = (exact.len() * 32).next_power_of_two().max(1 << 10);
        let mut grams = Self { stride, bits: vec![0; size / 64], shift: 64 - size.trailing_zeros(), exact };
        for gram in &grams.exact {
            let at = grams.hash(*gram);
            grams.bits[at / 64] |= 1 << (at % 64);
        }
        grams
    }

    pub(super) fn bytes(&self) -> usize {
        self.bits.len() * 8 + self.exact.capacity() * 9
    }

    pub(super) fn may_be_in(&self, text: &[u8]) -> bool {
        let mut at = 0;
        while let Some(gram) = gram(text, at) {
            let hash = self.hash(gram);
            if self.bits[hash / 64] & 1 << (hash % 64) != 0 && self.exact.contains(&gram) {
                return true;
            }
            at += self.stride;
        }
        false
    }

    fn hash(&self, gram: u64) -> usize {
        (gram.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize
    }
}

fn gram(text: &[u8], at: usize) -> Option<u64> {
    text.get(at..at + WIDTH)?.try_into().ok().map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_met_wherever_it_stands() {
        for length in [8, 9, 20, 200] {
            let patterns = [(0..length).map(|n| b'a' + n % 23).collect::<Vec<u8>>(), vec![b'z'; 300]];
            let grams = Grams::of(patterns.iter().map(Vec::as_slice), usize::from(length));
            for before in 0..300 {
                let text = [vec![b'.'; before], patterns[0].clone(), vec![b'.'; 7]].concat();
                assert!(grams.may_be_in(&text), "{length} after {before}");
            }
            assert!(!grams.may_be_in(&[b'.'; 1000]));
            assert!(!grams.may_be_in(b"short"));
        }
    }
}
