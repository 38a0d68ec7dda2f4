//! A value that must not be seen: not in logs, errors, pages, or by a guest.

use std::fmt;

use zeroize::Zeroizing;

/// In bytes. Keys and tokens have some hundreds; what is larger is something else, and every answer is searched for all of it.
pub const MAX_SECRET_LEN: usize = 4096;
// Its name before; callers that still use it are renamed one by one.
pub use self::MAX_SECRET_LEN as LONGEST_SECRET;

/// A secret in clear. Debug prints nothing of it, it has no Display and no Serialize, and its memory is wiped on drop.
///
/// Only `vault` makes these from storage, and only `egress` reads them, at the moment it sends.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The memory of what is given in becomes the secret's own.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The value itself. Callers outside `vault` and `egress` are a finding in review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where the credentials of a rule find their secrets. `None`: the channel has no secret of that name.
pub trait SecretSource: Send + Sync {
    /// The value of that name, in clear.
    fn secret(&self, name: &str) -> Option<Secret>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("cs_123")), "Secret(…)");
    }
}
