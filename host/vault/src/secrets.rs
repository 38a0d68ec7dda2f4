//! A channel's secrets, opened for the time of one unit of work.

use std::collections::BTreeMap;

use entrepot_domain::Secret;
use entrepot_domain::secret::SecretSource;
use zeroize::Zeroizing;

use crate::{KeyRing, Place, VaultError};

/// Secrets in clear, by name. Wiped when dropped.
#[derive(Debug, Default)]
pub struct OpenSecrets(BTreeMap<String, Secret>);

impl OpenSecrets {
    /// Secrets that are not stored yet: a channel that is tested before it is saved.
    pub fn from_clear(values: impl IntoIterator<Item = (String, Secret)>) -> Self {
        Self(values.into_iter().collect())
    }

    /// Opens what the database holds for a channel; beside it, what does not open.
    pub fn open(
        ring: &KeyRing,
        tenant: &str,
        channel: &str,
        sealed: &[(String, Vec<u8>)],
    ) -> (Self, Vec<(String, VaultError)>) {
        let (mut open, mut damaged) = (BTreeMap::new(), Vec::new());
        for (name, value) in sealed {
            match ring.open(&Self::place(tenant, channel, name), value) {
                Ok(secret) => drop(open.insert(name.clone(), secret)),
                Err(why) => damaged.push((name.clone(), why)),
            }
        }
        (Self(open), damaged)
    }

    /// Each with its name, in order.
    pub fn iter(&self) -> impl Iterator<Item = (String, Secret)> {
        self.0.iter().map(|(name, secret)| (name.clone(), secret.clone()))
    }

    /// The values by name, to be checked or sealed together with others.
    pub fn into_clear(self) -> BTreeMap<String, Secret> {
        self.0
    }

    /// All of them as one sealed value.
    pub fn seal_together(&self, ring: &KeyRing, place: &Place<'_>) -> Result<Vec<u8>, VaultError> {
        let values: BTreeMap<&str, &str> = self.0.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        let text = Zeroizing::new(serde_json::to_string(&values).map_err(|_| VaultError::Damaged)?);
        ring.seal(place, &text)
    }

    /// What [`OpenSecrets::seal_together`] sealed at that place.
    pub fn open_together(ring: &KeyRing, place: &Place<'_>, sealed: &[u8]) -> Result<Self, VaultError> {
        let text = ring.open(place, sealed)?;
        let values: BTreeMap<String, String> = serde_json::from_str(text.expose()).map_err(|_| VaultError::Damaged)?;
        Ok(Self(values.into_iter().map(|(name, value)| (name, Secret::new(value))).collect()))
    }

    /// Where a channel's secret stands.
    pub fn place<'a>(tenant: &'a str, channel: &'a str, name: &'a str) -> Place<'a> {
        Place { tenant, table: "channel_secrets", row: channel, column: name }
    }
}

impl SecretSource for OpenSecrets {
    fn secret(&self, name: &str) -> Option<Secret> {
        self.0.get(name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_together_opens_together_and_only_there() {
        let ring = KeyRing::generate();
        let place = Place { tenant: "ten_a", table: "t", row: "r", column: "c" };
        let values =
            [("one", "hush"), ("other", "\"}\u{e9}")].map(|(name, value)| (name.to_owned(), Secret::new(value)));
        let sealed = OpenSecrets::from_clear(values).seal_together(&ring, &place).expect("seals");
        assert!(!sealed.windows(4).any(|window| window == b"hush" || window == b"othe"));
        let opened = OpenSecrets::open_together(&ring, &place, &sealed).expect("opens");
        let value = |name| opened.secret(name).map(|secret| secret.expose().to_owned());
        assert_eq!((value("one").as_deref(), value("other").as_deref()), (Some("hush"), Some("\"}\u{e9}")));
        let elsewhere = Place { row: "s", ..place };
        assert!(OpenSecrets::open_together(&ring, &elsewhere, &sealed).is_err());
        assert!(OpenSecrets::open_together(&ring, &place, &[]).is_err());
    }
}
