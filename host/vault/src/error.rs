//! Why a secret is not sealed or does not open. Never repeats a secret or a key.

use thiserror::Error;

#[derive(Debug, Error)]
pub enum VaultError {
    #[error(
        "the master key is not usable: each key is ID:BASE64 with 32 bytes, several separated by commas (make one with `entrepot key new`)"
    )]
    KeyFormat,
    #[error(
        "sealed with the master key {sealed_with:?}, which is not given; add it to ENTREPOT_MASTER_KEY (known here: {known})"
    )]
    UnknownKey { sealed_with: String, known: String },
    #[error(
        "a sealed value does not open: the master key {key_id:?} is not the one it was sealed with, or the row was changed by hand"
    )]
    DoesNotOpen { key_id: String },
    #[error("a sealed value is damaged")]
    Damaged,
    #[error(
        "it is not the value that this host sealed last, as its audit log says: somebody put an earlier one back in the database"
    )]
    NotLast,
    #[error("it is not there any more: somebody deleted it in the database")]
    Gone,
}
