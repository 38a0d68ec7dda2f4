//! Changes to an input. Besides bytes they know words, for a text format is hardly ever hit by flipping bits, and other inputs,
//! for what is interesting in two of them is more so together.

use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

/// Bytes at which readers change their minds.
const EDGES: &[u8] =
    &[0, 1, b'\t', b'\n', b'\r', b' ', b'"', b'%', b'*', b'.', b'/', b':', b'?', b'@', b'\\', 0x7f, 0x80, 0xff];

/// One to eight changes to one of `others`; mostly one or two, for more leave little that anything reads to its end.
pub fn mutate(rng: &mut StdRng, others: &[Vec<u8>], words: &[&str], longest: usize) -> Vec<u8> {
    let mut input = others.choose(rng).cloned().unwrap_or_default();
    for _ in 0..[1, 1, 1, 2, 2, 4, 8].choose(rng).copied().unwrap_or(1) {
        change(rng, &mut input, others, words);
    }
    input.truncate(longest);
    input
}

fn change(rng: &mut StdRng, input: &mut Vec<u8>, others: &[Vec<u8>], words: &[&str]) {
    // Half of the time where a word begins or ends: that is where a change means something.
    let at = if rng.random() { rng.random_range(0..=input.len()) } else { word(rng, input).end };
    let here = piece(rng, input);
    match rng.random_range(0..12_u32) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << rng.random_range(0..8_u32);
            }
        }
        1 => {
            if let Some(byte) = input.get_mut(at) {
                *byte = rng.random();
            }
        }
        2 => {
            let edge = EDGES.choose(rng).copied().unwrap_or_default();
            match input.get_mut(at) {
                Some(byte) if rng.random() => *byte = edge,
                _ => input.insert(at, edge),
            }
        }
        3 => drop(input.drain(here)),
        // Twice, or elsewhere too.
        4 => {
            let copy = input[here].to_vec();
            input.splice(at..at, copy);
        }
        5 | 6 => {
            let word = words.choose(rng).copied().unwrap_or_default().bytes();
            let over = if rng.random() { here } else { at..at };
            input.splice(over, word);
        }
        7 => {
            if let Some(other) = others.choose(rng) {
                let theirs = other[piece(rng, other)].to_vec();
                let over = if rng.random() { here } else { at..at };
                input.splice(over, theirs);
            }
        }
        // A word left out, or said again behind itself.
        9 => drop(input.drain(word(rng, input))),
        10 => {
            let said = word(rng, input);
            let again = input[said.clone()].to_vec();
            input.splice(said.end..said.end, again);
        }
        // A word of the input in place of another one: swaps names and values that both are known.
        8 => {
            let (from, over) = (word(rng, input), word(rng, input));
            let copy = input[from].to_vec();
            input.splice(over, copy);
        }
        _ => {
            let over = word(rng, input);
            let digits = number(rng);
            input.splice(over, digits.into_bytes());
        }
    }
}

fn number(rng: &mut StdRng) -> String {
    let bits = rng.random_range(0..64_u32);
    let number = 1_u64 << bits;
    match rng.random_range(0..5_u32) {
        0 => number.to_string(),
        1 => (number - 1).to_string(),
        2 => format!("-{number}"),
        3 => format!("1e{}", rng.random_range(-400..400_i32)),
        _ => rng.random_range(0..300_u32).to_string(),
    }
}

/// Short ones are likelier.
fn piece(rng: &mut StdRng, input: &[u8]) -> std::ops::Range<usize> {
    let start = rng.random_range(0..=input.len());
    let most = (input.len() - start).min(1 << rng.random_range(0..10_u32));
    start..start + rng.random_range(0..=most)
}

/// The letters and digits around some place.
fn word(rng: &mut StdRng, input: &[u8]) -> std::ops::Range<usize> {
    let at = rng.random_range(0..=input.len());
    let plain = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'-');
    let before = input[..at].iter().rev().take_while(plain).count();
    let after = input[at..].iter().take_while(plain).count();
    at - before..at + after
}
