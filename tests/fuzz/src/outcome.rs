//! What a target made of an input, as far as it tells inputs apart.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Inputs with the same outcome went the same way. An input with a new one is worth mutating further: that is all the guidance
/// there is without a compiler that counts branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome(u64);

impl Outcome {
    pub fn of(way: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        way.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The reason of a message without what it quotes and counts: the plain words before the first quote and after the last. What is
/// between may be the input, with quotes of its own.
pub fn kind(message: &str) -> String {
    let quote = |c| matches!(c, '`' | '"');
    let before = message.find(quote).map_or(message, |at| &message[..at]);
    // What could have stood there instead is a list, and differs with the place.
    let message = message.split(", expected one of ").next().unwrap_or(message);
    let after = message.rfind(quote).map_or("", |at| &message[at + 1..]);
    let words = [before, after].into_iter().flat_map(str::split_whitespace);
    words.filter(|word| word.bytes().all(|b| b.is_ascii_lowercase())).collect::<Vec<_>>().join(" ")
}
