//! Made once for a channel, and anew when its secrets or its grant have changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use entrepot_domain::secret::SecretSource;
use entrepot_policy::BoundGrant;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::{Pattern, Redactor, Unsearchable, patterns};

/// More than this, in bytes or in number, is not kept for channels that are not at work.
const MAX_BYTES: usize = 64 << 20;
const MAX_ENTRIES: usize = 4096;

/// Those of all channels that were at work lately.
#[derive(Default)]
pub(crate) struct Redactors(Mutex<HashMap<String, Known>>);

struct Known {
    /// Of what is searched for.
    digest: [u8; 32],
    redactor: Arc<OnceCell<Arc<Redactor>>>,
}

impl Redactors {
    /// Making one takes as long as the secrets are large, and no other task waits for it.
    pub(crate) async fn of(
        &self,
        channel: &str,
        bound: &BoundGrant,
        secrets: &dyn SecretSource,
    ) -> Result<Arc<Redactor>, Unsearchable> {
        let patterns = patterns(bound, secrets);
        let known = self.known(channel, digest(&patterns));
        let make = async || tokio::task::spawn_blocking(|| Redactor::new(patterns)).await.map_err(|_| Unsearchable)?;
        known.get_or_try_init(async || make().await.map(Arc::new)).await.cloned()
    }

    fn known(&self, channel: &str, digest: [u8; 32]) -> Arc<OnceCell<Arc<Redactor>>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(channel).filter(|known| known.digest == digest) {
            return Arc::clone(&known.redactor);
        }
        let bytes = |known: &Known| known.redactor.get().map_or(0, |redactor| redactor.bytes());
        if all.len() >= MAX_ENTRIES || all.values().map(bytes).sum::<usize>() > MAX_BYTES {
            all.retain(|_, known| known.redactor.get().is_none_or(|redactor| Arc::strong_count(redactor) > 1));
        }
        let redactor = Arc::<OnceCell<_>>::default();
        all.insert(channel.to_owned(), Known { digest, redactor: Arc::clone(&redactor) });
        redactor
    }
}

fn digest(patterns: &[Pattern]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for pattern in patterns {
        digest.update((pattern.len() as u64).to_be_bytes());
        digest.update(pattern.as_slice());
    }
    digest.finalize().into()
}
