//! How large things may be.

/// Bytes of an artifact. More is refused before anything is looked at.
pub const MAX_ARTIFACT_LEN: usize = 32 << 20;
/// Bytes of a manifest. A longer one is none.
pub const MAX_MANIFEST_LEN: usize = 256 << 10;
