//! One to one: the best pair first, and whoever is taken is taken.

use super::candidates::candidates;
use super::facts::Goods;
use super::score::{Evidence, Method};
use super::side::Side;
use super::words::Words;

/// A rival that is worse by no more than this makes a match doubtful.
const CLOSE: u8 = 5;
/// Which is then believed no more than this.
const MAX_DOUBTFUL: u8 = 60;
const ALTERNATIVES: usize = 3;

/// Which product of a channel, and which of its variants, by their places in what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub product: usize,
    pub variant: usize,
}

/// Two variants that seem to be the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    pub left: Place,
    pub right: Place,
    /// 0 to 100.
    pub confidence: u8,
    pub method: Method,
    /// In words, the strongest first.
    pub reasons: Vec<String>,
    /// What one of the two could be instead, best first; a few.
    pub alternatives: Vec<Alternative>,
}

/// Another that one of a match's two could be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// It is of the right channel, instead of the match's right one; or of the left.
    pub of_right: bool,
    pub place: Place,
    pub confidence: u8,
}

struct Candidate {
    left: u32,
    right: u32,
    rank: u8,
    confidence: u8,
}

/// Matches the variants of two channels, each with at most one of the other's; the surest first. `names` are the channels', for
/// the reasons.
pub fn match_goods(left: &[Goods], right: &[Goods], names: [&str; 2], mut each: impl FnMut(Match)) {
    let mut words = Words::default();
    let (left, right) = (Side::new(left, &mut words), Side::new(right, &mut words));
    let mut all: Vec<Candidate> = candidates(&left, &right, &words)
        .into_iter()
        .filter_map(|(l, r)| {
            let (rank, confidence) = Evidence::of(l, r, &left, &right, &words).weigh()?;
            Some(Candidate { left: l, right: r, rank, confidence })
        })
        .collect();
    // Which channel is called the left one changes nothing.
    let key = |c: &Candidate| {
        let (l, r) = (left.key(c.left), right.key(c.right));
        if l <= r { (l, r) } else { (r, l) }
    };
    all.sort_by(|a, b| (b.rank, b.confidence).cmp(&(a.rank, a.confidence)).then_with(|| key(a).cmp(&key(b))));
    let rivals = Rivals::new(&all, left.variants.len(), right.variants.len());
    // Doubt lowers some. What is said of each is put into words one at a time: all of them together are large.
    let confidence = |at: usize| match rivals.close(at, &all) {
        0 => all[at].confidence,
        _ => all[at].confidence.min(MAX_DOUBTFUL),
    };
    let mut winners: Vec<(u8, usize)> = rivals.winners.iter().map(|at| (confidence(*at), *at)).collect();
    winners.sort_by_key(|(confidence, _)| std::cmp::Reverse(*confidence));
    for (confidence, at) in winners {
        each(describe(at, confidence, &all, &rivals, (&left, &right), names, &words));
    }
}

/// Who has whom, and who else there would have been.
struct Rivals {
    winners: Vec<usize>,
    /// By variant: its candidates, best first.
    of_left: Vec<Vec<u32>>,
    of_right: Vec<Vec<u32>>,
    /// By variant: the rank of the candidate that got it; 0: none did.
    left_rank: Vec<u8>,
    right_rank: Vec<u8>,
}

impl Rivals {
    fn new(all: &[Candidate], left: usize, right: usize) -> Self {
        let mut rivals = Self {
            winners: Vec::new(),
            of_left: vec![Vec::new(); left],
            of_right: vec![Vec::new(); right],
            left_rank: vec![0; left],
            right_rank: vec![0; right],
        };
        for (at, candidate) in all.iter().enumerate() {
            let (l, r) = (candidate.left as usize, candidate.right as usize);
            rivals.of_left[l].push(at as u32);
            rivals.of_right[r].push(at as u32);
            if rivals.left_rank[l] == 0 && rivals.right_rank[r] == 0 {
                (rivals.left_rank[l], rivals.right_rank[r]) = (candidate.rank, candidate.rank);
                rivals.winners.push(at);
            }
        }
        rivals
    }

    /// Other candidates for either side of this one, best first.
    fn of(&self, at: usize, all: &[Candidate]) -> Vec<u32> {
        let winner = &all[at];
        let both = [&self.of_left[winner.left as usize], &self.of_right[winner.right as usize]];
        let mut others: Vec<u32> = both.into_iter().flatten().copied().filter(|other| *other as usize != at).collect();
        others.sort_unstable();
        others
    }

    /// How many others would do about as well.
    fn close(&self, at: usize, all: &[Candidate]) -> usize {
        self.of(at, all).iter().filter(|other| self.is_close(&all[**other as usize], &all[at])).count()
    }

    /// Would it do about as well? Not if its other end has found something clearly better.
    fn is_close(&self, rival: &Candidate, winner: &Candidate) -> bool {
        let elsewhere = match rival.left == winner.left {
            true => self.right_rank[rival.right as usize],
            false => self.left_rank[rival.left as usize],
        };
        rival.rank.saturating_add(CLOSE) >= winner.rank && elsewhere <= rival.rank.saturating_add(CLOSE)
    }
}

fn describe(
    at: usize,
    confidence: u8,
    all: &[Candidate],
    rivals: &Rivals,
    (left, right): (&Side<'_>, &Side<'_>),
    names: [&str; 2],
    words: &Words,
) -> Match {
    let winner = &all[at];
    let evidence = Evidence::of(winner.left, winner.right, left, right, words);
    let place = |side: &Side<'_>, variant: u32| {
        let ready = side.variant(variant);
        Place { product: ready.product as usize, variant: ready.at as usize }
    };
    let (ours, theirs) = (place(left, winner.left), place(right, winner.right));
    let article = &left.goods[ours.product].variants[ours.variant];
    let mut reasons = evidence.reasons((article.sku.as_deref(), article.gtin.as_deref()), names);
    let others = rivals.of(at, all);
    let close = rivals.close(at, all);
    if close > 0 {
        reasons.push(format!("but {close} other{} would fit about as well", if close == 1 { "" } else { "s" }));
    }
    let alternatives = others
        .iter()
        .take(ALTERNATIVES)
        .map(|other| {
            let other = &all[*other as usize];
            let of_right = other.left == winner.left;
            let place = if of_right { place(right, other.right) } else { place(left, other.left) };
            Alternative { of_right, place, confidence: other.confidence }
        })
        .collect();
    Match { left: ours, right: theirs, confidence, method: evidence.method(), reasons, alternatives }
}
