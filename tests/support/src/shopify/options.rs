//! How a shop is set up: things a merchant, a plan or a version decides.

use super::bulk::Order;

/// The set-up of a shop; every field may change while it is served.
#[derive(Clone, Debug)]
pub struct Options {
    /// `acme` of `acme.myshopify.com`.
    pub shop: String,
    pub name: String,
    pub currency: String,
    pub plan: String,
    pub timezone: String,
    /// Seconds east of UTC, for the dates of webhooks.
    pub offset: i64,
    /// What the app was granted.
    pub scopes: Vec<String>,
    /// Versions that are supported, oldest first. Others fall forward to the first.
    pub versions: Vec<String>,
    /// Points the bucket holds, and how many come back in a second.
    pub bucket: f64,
    pub restore_rate: f64,
    /// Whether queries cost anything.
    pub costs: bool,
    /// How many bulk queries may run at once.
    pub bulk_at_once: usize,
    /// How often a bulk operation is asked for before it has ended.
    pub bulk_polls: u32,
    /// How often a product that is set while nobody waits is asked for before it stands.
    pub set_polls: u32,
    /// The order of the lines of a file, where grouping was not asked for.
    pub bulk_order: Order,
    /// The app's, for webhooks and OAuth.
    pub client_id: String,
    pub client_secret: String,
    /// A change of stock raises `products/update` too; real shops do it both ways.
    pub stock_touches_product: bool,
    /// The shop's clock, seconds; `None` is the computer's.
    pub now: Option<i64>,
}

impl Default for Options {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Self {
            shop: "simulated".into(),
            name: "Simulated Shop".into(),
            currency: "USD".into(),
            plan: "Basic".into(),
            timezone: "America/New_York".into(),
            offset: -5 * 3_600,
            scopes: words(&["read_products", "read_inventory", "read_locations"]),
            versions: words(&["2026-01", "2026-04", "2026-07", "2026-10"]),
            bucket: 2_000.0,
            restore_rate: 100.0,
            costs: true,
            bulk_at_once: 5,
            bulk_polls: 1,
            set_polls: 1,
            bulk_order: Order::Shuffled(1),
            client_id: "simulated-client-id".into(),
            client_secret: "simulated-client-secret".into(),
            stock_touches_product: false,
            now: None,
        }
    }
}

impl Options {
    pub(super) fn seconds(&self) -> i64 {
        self.now.unwrap_or_else(|| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(0, |since| since.as_secs().cast_signed())
        })
    }

    pub(super) fn domain(&self) -> String {
        format!("{}.myshopify.com", self.shop)
    }

    /// Whether the app was granted just this one.
    pub(super) fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }

    /// A scope to write includes the one to read.
    pub(super) fn may(&self, read: &str) -> bool {
        let write = read.replacen("read_", "write_", 1);
        self.scopes.iter().any(|scope| *scope == read || *scope == write)
    }
}
