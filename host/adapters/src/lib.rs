#![doc = include_str!("../README.md")]

mod accounts;
mod admission;
mod adopt;
mod audit;
mod error;
mod generation;
mod generations;
mod grant_head;
mod heads;
mod install;
mod listed;
mod mac;
mod quarantine;
mod rekey;
mod rekeyed;
mod remove;
mod report;
mod review;
mod revoke;
mod rollback;
mod rows;
mod trust;
mod usage;

pub use admission::{Admission, AdmissionOptions};
pub use audit::{Beside, BrokenLink, Verified};
pub use entrepot_artifact::{FetchOptions, MANIFEST_SECTION};
pub use error::{AdmissionError, Quarantined};
pub use generation::Generation;
pub use install::{InstallOptions, Installed};
pub use listed::{InForce, Listed};
pub use mac::{MacKeys, Unfit, canonical};
pub use rekeyed::Rekeyed;
pub use remove::Removed;
pub use report::{Counted, Headroom, RuleUse, UsageReport};
pub use review::{Approved, Review};
