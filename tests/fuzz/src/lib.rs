#![doc = include_str!("../README.md")]

pub mod driver;
pub mod inputs;
pub mod minimise;
pub mod mutate;
mod outcome;
mod targets;

pub use driver::{Budget, Campaign, Failure, Report};
pub use outcome::{Outcome, kind};
pub use targets::{TARGETS, find};

/// Something that reads foreign bytes, and what must hold whatever they are. A property that does not hold is a panic.
#[derive(Clone, Copy)]
pub struct Target {
    /// Also the name of its folders of seeds and regressions.
    pub name: &'static str,
    pub run: fn(&[u8]) -> Outcome,
    /// What is made of a seed as it lies in its folder; more than one input, perhaps.
    pub prepare: fn(Vec<u8>) -> Vec<Vec<u8>>,
    /// Bytes. Mutation does not grow an input beyond this.
    pub longest: usize,
    /// Pieces that mean something to the target and are unlikely to be hit by chance.
    pub words: &'static [&'static str],
}
