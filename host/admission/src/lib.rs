#![doc = include_str!("../README.md")]

mod audit;
mod error;
mod generations;
mod install;
mod quarantine;
mod report;
mod review;
mod rollback;
mod trust;
mod usage;

pub use audit::{AuditKeys, BrokenLink, Verified};
pub use entrepot_artifact::{FetchOptions, MANIFEST_SECTION};
pub use error::AdmissionError;
pub use generations::{Admission, AdmissionOptions, Generation};
pub use install::{InstallOptions, Installed};
pub use quarantine::Quarantined;
pub use report::{Counted, Headroom, RuleUse, UsageReport};
pub use review::Review;
