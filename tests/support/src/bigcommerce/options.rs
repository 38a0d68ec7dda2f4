//! How a store is set up, and which of BigCommerce's moods it is in.

/// The requests a plan allows in one window, for all apps of the store together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub requests: u64,
    pub window_ms: u64,
}

/// The set-up of a store; every field may change while it is served.
#[derive(Clone, Debug)]
pub struct Options {
    pub store_hash: String,
    pub access_token: String,
    pub client_id: String,
    /// What webhooks are signed with.
    pub client_secret: String,
    pub name: String,
    /// Where buyers find the store.
    pub secure_url: String,
    pub currency: String,
    pub weight_units: String,
    pub dimension_units: String,
    pub prices_include_tax: bool,
    /// None: no headers of a limit, and no limit.
    pub quota: Option<Quota>,
    /// The platform sheds load: every answer is 429 without headers.
    pub sheds_load: bool,
    /// The API account lacks the scope for stock.
    pub inventory_forbidden: bool,
    /// The API account lacks the scope for the store's information.
    pub information_forbidden: bool,
    /// The API account may read products, and not change them.
    pub products_read_only: bool,
    /// The same of stock.
    pub inventory_read_only: bool,
    /// Pictures whose address has one of these in it cannot be fetched.
    pub unreachable_pictures: Vec<String>,
    /// The store's storefronts.
    pub channels: Vec<u64>,
    /// Deliveries carry the headers of Standard Webhooks.
    pub signs: bool,
    /// Deliveries say when the event was; not all of BigCommerce's own examples do.
    pub says_when: bool,
    /// Webhooks may lead to any port; BigCommerce takes 443 alone, tests may have no other choice.
    pub any_port: bool,
    /// The store's clock, seconds; `None` is the computer's.
    pub now: Option<i64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            store_hash: "simstore1".into(),
            access_token: "simulated-access-token-0123456789".into(),
            client_id: "simulatedclientid0123456789abcde".into(),
            client_secret: "simulated-client-secret-0123456789abcdef".into(),
            name: "Simulated Store".into(),
            secure_url: "https://simulated.example".into(),
            currency: "USD".into(),
            weight_units: "Grams".into(),
            dimension_units: "Centimeters".into(),
            prices_include_tax: false,
            quota: Some(Quota { requests: 450, window_ms: 30_000 }),
            sheds_load: false,
            inventory_forbidden: false,
            information_forbidden: false,
            products_read_only: false,
            inventory_read_only: false,
            unreachable_pictures: Vec::new(),
            channels: vec![1],
            signs: true,
            says_when: true,
            any_port: false,
            now: None,
        }
    }
}

impl Options {
    pub(crate) fn seconds(&self) -> i64 {
        self.now.unwrap_or_else(|| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(0, |since| since.as_secs().cast_signed())
        })
    }
}
