//! How a shop and the app that asks for it are set up.

/// The order of lists. The documents promise one for searches only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Newest first by `creation_timestamp`, as the default of `sort_on` says.
    Created,
    /// Latest change first, but not strictly: what changed within some minutes stands in any order.
    UpdatedLoosely,
}

/// Every field may change while the shop is served.
#[derive(Clone, Debug)]
pub struct Options {
    pub shop_id: u64,
    pub user_id: u64,
    pub shop_name: String,
    pub currency: String,
    /// What amounts are divided by; 1 for a currency without decimals.
    pub divisor: i64,
    pub vacation: bool,
    pub order: Order,
    /// Titles and texts arrive with HTML entities.
    pub encoded: bool,
    /// `listings/batch` leaves out what is not public.
    pub batch_public_only: bool,
    /// Requests a second and a day; 0 is no limit.
    pub per_second: u64,
    pub per_day: u64,
    /// The headers about limits are missing on a 429.
    pub bare_429: bool,
    /// `x-remaining-this-secon`, as the documents print it.
    pub misspelt_header: bool,
    /// A refresh token used twice ends the connection, not only that token.
    pub reuse_ends_connection: bool,
    /// Seconds until an access token ends.
    pub token_lifetime: i64,
    /// The token endpoint takes clients that say who they are by HTTP Basic, and no others.
    pub basic_clients: bool,
    /// Seconds for which a refresh token lasts, said with each; `None`: not said.
    pub refresh_lifetime: Option<i64>,
    /// A name that stands for an address that browsers are sent back to.
    pub redirect_names: std::collections::BTreeMap<String, String>,
    /// The addresses registered for the app.
    pub redirect_uris: Vec<String>,
    /// Id and title.
    pub shipping_profiles: Vec<(u64, String)>,
    /// Their ids.
    pub return_policies: Vec<u64>,
    /// The clock, seconds; `None` is the computer's.
    pub now: Option<i64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            shop_id: 44_400_001,
            user_id: 55_500_001,
            shop_name: "SimulatedShop".into(),
            currency: "USD".into(),
            divisor: 100,
            vacation: false,
            order: Order::Created,
            encoded: true,
            batch_public_only: false,
            per_second: 0,
            per_day: 0,
            bare_429: false,
            misspelt_header: false,
            reuse_ends_connection: true,
            token_lifetime: 3600,
            basic_clients: false,
            refresh_lifetime: None,
            redirect_names: std::collections::BTreeMap::new(),
            redirect_uris: Vec::new(),
            shipping_profiles: vec![(22_200_001, "Letters".into())],
            return_policies: vec![1],
            now: None,
        }
    }
}

impl Options {
    pub(crate) fn millis(&self) -> i64 {
        self.now.map_or_else(
            || {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                since.map_or(0, |since| since.as_millis() as i64)
            },
            |now| now * 1000,
        )
    }

    pub(crate) fn seconds(&self) -> i64 {
        self.millis() / 1000
    }
}
