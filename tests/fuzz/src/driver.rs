//! Runs a target on its inputs and on what mutation makes of them.
//!
//! The same seed gives the same inputs in the same order, whatever the machine; only how far a run by the clock gets is the
//! machine's affair.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::mutate::mutate;
use crate::{Outcome, Target};

/// An input that takes longer than this has found something, too. Far more than any takes, for machines are shared.
const PATIENCE: Duration = Duration::from_secs(10);
/// Inputs kept for mutation.
const MOST_KEPT: usize = 4096;

/// When to end.
#[derive(Clone, Copy, Debug)]
pub enum Budget {
    /// So many mutated inputs.
    Runs(u64),
    Time(Duration),
}

#[derive(Clone, Debug)]
pub struct Report {
    pub runs: u64,
    /// Ways that inputs went; see [`Outcome`].
    pub outcomes: usize,
    pub elapsed: Duration,
}

/// An input for which something did not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    pub input: Vec<u8>,
    pub why: String,
    pub seed: u64,
    /// Mutated inputs before it; none when it is a seed or a regression.
    pub runs: Option<u64>,
}

impl Failure {
    /// Writes the input into a file of its own, and gives its path.
    pub fn save(&self, target: &Target, folder: &Path) -> io::Result<PathBuf> {
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("{}-{}", target.name, &entrepot_artifact::sha256_hex(&self.input)[..12]));
        fs::write(&path, &self.input).map(|()| path)
    }
}

/// One target under one seed.
pub struct Campaign<'a> {
    target: &'a Target,
    seed: u64,
    rng: StdRng,
    kept: Vec<Vec<u8>>,
    seen: HashSet<Outcome>,
}

impl<'a> Campaign<'a> {
    pub fn new(target: &'a Target, seed: u64) -> Self {
        Self { target, seed, rng: StdRng::seed_from_u64(seed), kept: Vec::new(), seen: HashSet::new() }
    }

    /// The inputs as they are, then what becomes of them. `before` is shown each input before it is run: after a crash that
    /// nothing catches, the last one it saw is the culprit.
    pub fn run(mut self, inputs: Vec<Vec<u8>>, budget: Budget, before: impl Fn(&[u8])) -> Result<Report, Box<Failure>> {
        let begun = Instant::now();
        for input in inputs {
            before(&input);
            self.one(input, None)?;
        }
        let mut runs = 0;
        while match budget {
            Budget::Runs(most) => runs < most,
            // The clock is dearer than some targets.
            Budget::Time(most) => runs % 64 != 0 || begun.elapsed() < most,
        } {
            let input = mutate(&mut self.rng, &self.kept, self.target.words, self.target.longest);
            before(&input);
            self.one(input, Some(runs))?;
            runs += 1;
        }
        Ok(Report { runs, outcomes: self.seen.len(), elapsed: begun.elapsed() })
    }

    fn one(&mut self, input: Vec<u8>, runs: Option<u64>) -> Result<(), Box<Failure>> {
        match attempt(self.target, &input) {
            Err(why) => Err(Box::new(Failure { input, why, seed: self.seed, runs })),
            Ok(outcome) => {
                let new = self.seen.insert(outcome);
                if self.kept.len() < MOST_KEPT && (new || runs.is_none()) {
                    self.kept.push(input);
                } else if new {
                    let at = self.rng.random_range(0..self.kept.len());
                    self.kept[at] = input;
                }
                Ok(())
            }
        }
    }
}

/// One run: where the input led, or what did not hold.
pub fn attempt(target: &Target, input: &[u8]) -> Result<Outcome, String> {
    let begun = Instant::now();
    // Targets keep nothing between runs, so there is nothing that a panic could leave half done.
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(input))).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
    })?;
    let took = begun.elapsed();
    if took > PATIENCE { Err(format!("it took {} s", took.as_secs())) } else { Ok(outcome) }
}
