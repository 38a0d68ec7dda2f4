//! Looking for the few bytes that matter, many at a time.

/// The place of the first byte from `at` on that ends a stretch of plain text inside a JSON string: a quote, a backslash, or a control
/// character, which JSON takes none of. The length, where there is none.
pub(super) fn special(bytes: &[u8], at: usize) -> usize {
    find(bytes, at, block::special, |byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
}

/// The first quote or backslash from `at` on. For text that was checked before.
pub(super) fn quote(bytes: &[u8], at: usize) -> usize {
    find(bytes, at, block::quote, |byte| matches!(byte, b'"' | b'\\'))
}

/// The first quote or bracket from `at` on.
pub(super) fn bracket(bytes: &[u8], at: usize) -> usize {
    find(bytes, at, block::bracket, |byte| matches!(byte, b'"' | b'[' | b']' | b'{' | b'}'))
}

/// The first backslash from `at` on.
pub(crate) fn backslash(bytes: &[u8], at: usize) -> usize {
    find(bytes, at, block::backslash, |byte| byte == b'\\')
}

fn find(bytes: &[u8], mut at: usize, in_block: impl Fn(&Block) -> usize, is: impl Fn(u8) -> bool) -> usize {
    while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let found = in_block(block);
        if found < BLOCK {
            return at + found;
        }
        at += BLOCK;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|byte| is(*byte)).map_or(bytes.len(), |found| at + found)
}

use block::{BLOCK, Block};

/// Sixteen at a time, by the processor's own instructions. Adapters are built for these.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod block {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128, v128_or};

    pub(super) const BLOCK: usize = 16;
    pub(super) type Block = [u8; BLOCK];

    fn load(block: &Block) -> v128 {
        let both = u128::from_le_bytes(*block);
        u64x2(both as u64, (both >> 64) as u64)
    }

    /// `BLOCK` or more: none.
    fn first(hits: v128) -> usize {
        u32::from(u8x16_bitmask(hits)).trailing_zeros() as usize
    }

    pub(super) fn special(block: &Block) -> usize {
        let block = load(block);
        let marks = v128_or(u8x16_eq(block, u8x16_splat(b'"')), u8x16_eq(block, u8x16_splat(b'\\')));
        first(v128_or(marks, u8x16_lt(block, u8x16_splat(0x20))))
    }

    pub(super) fn quote(block: &Block) -> usize {
        let block = load(block);
        first(v128_or(u8x16_eq(block, u8x16_splat(b'"')), u8x16_eq(block, u8x16_splat(b'\\'))))
    }

    /// `[` and `{`, `]` and `}` differ in one bit.
    pub(super) fn bracket(block: &Block) -> usize {
        let block = load(block);
        let folded = v128_or(block, u8x16_splat(0x20));
        let brackets = v128_or(u8x16_eq(folded, u8x16_splat(b'{')), u8x16_eq(folded, u8x16_splat(b'}')));
        first(v128_or(brackets, u8x16_eq(block, u8x16_splat(b'"'))))
    }

    pub(super) fn backslash(block: &Block) -> usize {
        first(u8x16_eq(load(block), u8x16_splat(b'\\')))
    }
}

/// Eight at a time, in one number.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod block {
    pub(super) const BLOCK: usize = 8;
    pub(super) type Block = [u8; BLOCK];

    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;

    /// The top bit of each byte that is `byte`; above the first of them also of others, which no one looks at.
    fn equal(word: u64, byte: u8) -> u64 {
        let differs = word ^ (ONES * u64::from(byte));
        differs.wrapping_sub(ONES) & !differs & TOPS
    }

    /// `BLOCK`: none.
    fn first(hits: u64) -> usize {
        hits.trailing_zeros() as usize / 8
    }

    pub(super) fn special(block: &Block) -> usize {
        let word = u64::from_le_bytes(*block);
        let control = word.wrapping_sub(ONES * 0x20) & !word & TOPS;
        first(equal(word, b'"') | equal(word, b'\\') | control)
    }

    pub(super) fn quote(block: &Block) -> usize {
        let word = u64::from_le_bytes(*block);
        first(equal(word, b'"') | equal(word, b'\\'))
    }

    /// `[` and `{`, `]` and `}` differ in one bit.
    pub(super) fn bracket(block: &Block) -> usize {
        let word = u64::from_le_bytes(*block);
        let folded = word | (ONES * 0x20);
        first(equal(word, b'"') | equal(folded, b'{') | equal(folded, b'}'))
    }

    pub(super) fn backslash(block: &Block) -> usize {
        first(equal(u64::from_le_bytes(*block), b'\\'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each byte at each place, with each of its neighbours in value beside it.
    #[test]
    fn finds_the_first_and_no_other() {
        type Search = (fn(&[u8], usize) -> usize, fn(u8) -> bool);
        let searches: [Search; 4] = [
            (special, |byte| byte < 0x20 || matches!(byte, b'"' | b'\\')),
            (quote, |byte| matches!(byte, b'"' | b'\\')),
            (bracket, |byte| matches!(byte, b'"' | b'[' | b']' | b'{' | b'}')),
            (backslash, |byte| byte == b'\\'),
        ];
        for (search, is) in searches {
            for byte in 0..=255u8 {
                for place in 0..40 {
                    let mut bytes = [b'a'; 40];
                    bytes[place] = byte;
                    if place > 0 {
                        bytes[place - 1] = byte.wrapping_add(1);
                    }
                    for from in [0, 3, place] {
                        let want = bytes.iter().skip(from).position(|byte| is(*byte)).map_or(40, |found| from + found);
                        assert_eq!(search(&bytes, from), want, "{byte} at {place} from {from}");
                    }
                }
            }
            assert_eq!((search(b"", 0), search(b"ab", 7)), (0, 2));
        }
    }
}
