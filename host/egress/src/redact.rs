//! Takes the channel's secrets out of what comes back.
//!
//! Servers echo what they were sent: in error pages, debug output, links to the next page, and encoded on the way. So the text is
//! searched as it is, without its escapes ([`unescape`]), and wherever it could be base64 or hex, once and twice over ([`decode`]). A
//! server that wants to tell a guest a secret can encode it some other way; that takes a server and a guest who work together, and the
//! grant names the server.
//!
//! The search takes time in proportion to the text, whatever the secrets and the text are: both may be somebody's who means ill. So it
//! looks at each byte once and never goes back; of what ends at one place it takes the longest, and what overlaps is one cut.

use std::borrow::Cow;
use std::ops::Range;

use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::{contiguous, noncontiguous};
use aho_corasick::{Anchored, MatchKind};
use entrepot_domain::Secret;
use entrepot_domain::secret::SecretSource;
use entrepot_policy::{BoundGrant, Credential, Template};
use memchr::memmem;
use thiserror::Error;
use zeroize::Zeroizing;

mod decode;
mod grams;
mod once;
mod unescape;

use grams::Grams;
pub(crate) use once::Redactors;
use unescape::View;

/// Shorter ones would blank out ordinary words.
const SHORTEST: usize = 8;
const MARK: &[u8] = b"***";
/// Base64 in base64 is looked into, no deeper; in a text that is larger than an echo is, base64 alone.
const DEEPEST: u8 = 2;
const ECHO: usize = 4 << 20;
/// A text is searched in pieces of at least this size, so that what is kept beside it stays small.
const PIECE: usize = 256 << 10;
/// How much longer than itself a secret may be written and is still found where two pieces meet.
const INFLATED: usize = 36;

pub(crate) struct Redactor {
    search: Option<Search>,
    /// In lower case, for what is written so: names of hosts and headers.
    lower: Vec<Pattern>,
}

type Pattern = Zeroizing<Vec<u8>>;

struct Search {
    grams: Grams,
    automaton: contiguous::NFA,
    /// Bytes of the patterns.
    shortest: usize,
    longest: usize,
}

/// The secrets cannot be searched for, so nothing may come back.
#[derive(Debug, Error)]
#[error("the secrets of this channel cannot be searched for in what comes back, so nothing is asked for with them")]
pub(crate) struct Unsearchable;

impl Redactor {
    fn new(mut patterns: Vec<Pattern>) -> Result<Self, Unsearchable> {
        let lower = patterns.iter().map(|pattern| Zeroizing::new(pattern.to_ascii_lowercase())).collect();
        // As they would read where the text is searched without its escapes.
        for at in 0..patterns.len() {
            let plain = View::of(&patterns[at]).unescaped().map(|view| Zeroizing::new(view.bytes.into_owned()));
            patterns.extend(plain.filter(|plain| plain.len() >= SHORTEST));
        }
        patterns.sort_unstable_by(|one, other| one.as_slice().cmp(other.as_slice()));
        patterns.dedup_by(|one, other| one.as_slice() == other.as_slice());
        let lengths = || patterns.iter().map(|pattern| pattern.len());
        let (Some(shortest), Some(longest)) = (lengths().min(), lengths().max()) else {
            return Ok(Self { search: None, lower });
        };
        let grams = Grams::of(patterns.iter().map(|pattern| pattern.as_slice()), shortest);
        let automaton = noncontiguous::Builder::new()
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(&patterns)
            .and_then(|automaton| contiguous::Builder::new().prefilter(false).build_from_noncontiguous(&automaton))
            .map_err(|_| Unsearchable)?;
        Ok(Self { search: Some(Search { grams, automaton, shortest, longest }), lower })
    }

    /// What it holds in memory.
    pub(crate) fn bytes(&self) -> usize {
        let lower: usize = self.lower.iter().map(|pattern| pattern.len()).sum();
        let search = |search: &Search| search.automaton.memory_usage() + search.grams.bytes();
        lower + self.search.as_ref().map_or(0, search)
    }

    /// In whatever letter case: names of hosts and headers have none of their own.
    pub(crate) fn finds(&self, text: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        let lower = View::of(lower.as_bytes());
        let plain = lower.unescaped();
        let within = |view: &View<'_>| self.lower.iter().any(|secret| memmem::find(&view.bytes, secret).is_some());
        within(&lower) || plain.as_ref().is_some_and(within) || !self.found(text.as_bytes()).is_empty()
    }

    /// Without secrets; `Owned` only if there was one.
    pub(crate) fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.found(text.as_bytes()) {
            found if found.is_empty() => Cow::Borrowed(text),
            found => Cow::Owned(String::from_utf8_lossy(&without(text.as_bytes(), &found)).into_owned()),
        }
    }

    pub(crate) fn clean_bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        match self.found(&bytes) {
            found if found.is_empty() => bytes,
            found => without(&bytes, &found),
        }
    }

    /// Where secrets stand, in order and apart.
    fn found(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let Some(search) = &self.search else { return found };
        let depth = if text.len() > ECHO { 1 } else { 0 };
        let overlap = (search.longest * INFLATED).min(PIECE).max(search.longest);
        let mut from = 0;
        loop {
            let until = (from + PIECE.max(4 * overlap)).min(text.len());
            let piece = &text[from..until];
            // Where it stands is asked only once it is known to be there.
            if search.look(&View::of(piece), depth, &mut |_| true) {
                search.look(&View::traced(piece), depth, &mut |span| {
                    join(&mut found, from + span.start..from + span.end);
                    false
                });
            }
            if until == text.len() {
                return found;
            }
            from = until - overlap;
        }
    }
}

impl Search {
    /// Hands over where each secret stands, until that is answered with yes. True: it was.
    fn look(&self, view: &View<'_>, depth: u8, each: &mut dyn FnMut(Range<usize>) -> bool) -> bool {
        if self.matches(view, each) {
            return true;
        }
        let plain = view.unescaped();
        if plain.as_ref().is_some_and(|plain| self.matches(plain, each)) {
            return true;
        }
        let view = plain.as_ref().unwrap_or(view);
        depth < DEEPEST && decode::any(view, self.shortest, |decoded| self.look(&decoded, depth + 1, each))
    }

    fn matches(&self, view: &View<'_>, each: &mut dyn FnMut(Range<usize>) -> bool) -> bool {
        let automaton = &self.automaton;
        if !self.grams.may_be_in(&view.bytes) {
            return false;
        }
        let Ok(mut state) = automaton.start_state(Anchored::No) else { return false };
        for (at, byte) in view.bytes.iter().enumerate() {
            state = automaton.next_state(Anchored::No, state, *byte);
            if automaton.is_special(state) && automaton.is_match(state) {
                // The first is the longest: a state has its own pattern before those that are ends of it.
                let length = automaton.pattern_len(automaton.match_pattern(state, 0));
                if each(view.span(at + 1 - length..at + 1)) {
                    return true;
                }
            }
        }
        false
    }
}

/// Each of the channel's secrets that may have been sent, in clear.
fn patterns(bound: &BoundGrant, secrets: &dyn SecretSource) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    let mut add = |text: &str| {
        if text.len() >= SHORTEST {
            patterns.push(Zeroizing::new(text.as_bytes().to_vec()));
        }
    };
    for name in bound.secret_names() {
        if let Some(secret) = secrets.secret(name) {
            add(secret.expose());
            // As forms write it.
            if secret.expose().contains(' ') {
                add(Secret::new(secret.expose().replace(' ', "+")).expose());
            }
        }
    }
    for credential in bound.credentials() {
        let filled = |template: &Template| {
            template.fill(|name| secrets.secret(name).map(|secret| secret.expose().to_owned())).ok().map(Secret::new)
        };
        if let Credential::Basic { username, password } = credential
            && let (Some(username), Some(password)) = (filled(username), filled(password))
        {
            // Either may be too short to be looked for alone.
            add(Secret::new(format!("{}:{}", username.expose(), password.expose())).expose());
        }
    }
    patterns
}

/// Keeps `found` in order and apart; what overlaps is one.
fn join(found: &mut Vec<Range<usize>>, mut range: Range<usize>) {
    let from = found.partition_point(|known| known.end <= range.start);
    let until = from + found[from..].partition_point(|known| known.start < range.end);
    if let (Some(first), Some(last)) = (found.get(from), found[..until].last().filter(|_| until > from)) {
        range = range.start.min(first.start)..range.end.max(last.end);
    }
    found.splice(from..until, [range]);
}

fn without(text: &[u8], found: &[Range<usize>]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    let mut from = 0;
    for range in found {
        kept.extend_from_slice(&text[from..range.start]);
        kept.extend_from_slice(MARK);
        from = range.end;
    }
    kept.extend_from_slice(&text[from..]);
    kept
}
