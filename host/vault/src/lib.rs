#![doc = include_str!("../README.md")]
// See docs/decisions/0019-sealed-secrets-and-master-key.md

mod envelope;
mod error;
mod key_ring;
mod secrets;

pub use error::VaultError;
pub use key_ring::{DerivedKey, KeyRing};
pub use secrets::OpenSecrets;

/// Where a sealed value stands: bound into it, so that it opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub tenant: &'a str,
    pub table: &'a str,
    pub row: &'a str,
    pub column: &'a str,
}

impl Place<'_> {
    /// Length-prefixed, so that no two places read the same.
    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for part in [self.tenant, self.table, self.row, self.column] {
            out.extend_from_slice(&(part.len() as u64).to_be_bytes());
            out.extend_from_slice(part.as_bytes());
        }
        out
    }
}
