//! A real shop, recorded: its own bytes, served again.

mod replay;
mod tape;

use std::sync::Arc;

use serde_json::Value;

use self::tape::Tape;
use super::keys::{Key, Keys, Permission};
use super::options::Options;
use crate::server::{Answer, Listen, Request, Server, Site};

/// The recording of a whole catalogue, behind keys of its own.
#[derive(Clone)]
pub struct Recorded(Arc<Inner>);

struct Inner {
    tape: Tape,
    keys: Keys,
    key: Key,
    options: Options,
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorded").field("products", &self.product_count()).finish_non_exhaustive()
    }
}

impl Recorded {
    /// Reads the recording: below `$ENTREPOT_SPECS`, or beside the workspace. `None`, said aloud, when it is not there.
    #[must_use]
    pub fn open() -> Option<Self> {
        let folder = tape::folder()?;
        let tape = Tape::read(&folder)
            .map_err(|error| eprintln!("\nNO RECORDED SHOP: {}: {error}\n", folder.display()))
            .ok()?;
        let key = Key::numbered(0x7265_636f);
        let keys = Keys::default();
        keys.add(&key, Permission::ReadWrite);
        Some(Self(Arc::new(Inner { tape, keys, key, options: Options::default() })))
    }

    /// The key it answers to.
    #[must_use]
    pub fn key(&self) -> Key {
        self.0.key.clone()
    }

    /// The same shop without TLS: only OAuth 1.0a gets in.
    #[must_use]
    pub fn serve(&self) -> Server {
        self.serve_on(&Listen::default())
    }

    #[must_use]
    pub fn serve_tls(&self) -> Server {
        self.serve_on(&Listen { tls: true, ..Listen::default() })
    }

    #[must_use]
    pub fn serve_on(&self, listen: &Listen) -> Server {
        Server::start(Arc::new(self.clone()), listen)
    }

    #[must_use]
    pub fn product_count(&self) -> usize {
        self.0.tape.products.len()
    }

    #[must_use]
    pub fn variation_count(&self) -> usize {
        self.0.tape.variations.len()
    }

    /// Every product of the recording as the API wrote it, in the order of their ids.
    #[must_use]
    pub fn products(&self) -> Vec<Value> {
        self.0.tape.products.iter().filter_map(|item| serde_json::from_str(&item.text).ok()).collect()
    }

    /// Every variation, as the list of all variations wrote it.
    #[must_use]
    pub fn variations(&self) -> Vec<Value> {
        self.0.tape.variations.iter().filter_map(|item| serde_json::from_str(&item.text).ok()).collect()
    }

    /// The variations of one product, as the list below it wrote them.
    #[must_use]
    pub fn variations_of(&self, parent: u64) -> Vec<Value> {
        let items = self.0.tape.list(&format!("/wp-json/wc/v3/products/{parent}/variations")).unwrap_or_default();
        items.iter().filter_map(|item| serde_json::from_str(&item.text).ok()).collect()
    }

    /// The keys of a product, in the API's order.
    #[must_use]
    pub fn product_keys(&self) -> Vec<String> {
        tape::keys(&self.0.tape.products)
    }

    /// The keys of a variation, in the API's order.
    #[must_use]
    pub fn variation_keys(&self) -> Vec<String> {
        tape::keys(&self.0.tape.variations)
    }

    /// The catalogue as the shop's own objects hold it, read beside the API: products, variations, and what is in the
    /// trash and in no list.
    #[must_use]
    pub fn truth(&self) -> Vec<Value> {
        self.0.tape.truth.clone()
    }
}

impl Site for Recorded {
    fn answer(&self, request: &Request) -> Answer {
        replay::answer(&self.0.tape, &self.0.keys, &self.0.options, request)
    }
}
