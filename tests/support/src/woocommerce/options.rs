//! How a shop is set up: things a merchant, a host or a version decides.

/// What `/wp-json/…` does where permalinks are plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permalinks {
    Pretty,
    /// Plain: `/wp-json/…` redirects to the front page, only `?rest_route=` reaches the API.
    PlainRedirect,
    /// Plain: `/wp-json/…` is the theme's 404 page.
    PlainNotFound,
}

/// The set-up of a shop; every field may change while it is served.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder WordPress is in: `""` or `"/shop"`.
    pub folder: String,
    /// The address the shop believes in, when it is not the one it is served at.
    pub home: Option<String>,
    pub name: String,
    /// WooCommerce's version.
    pub version: String,
    pub permalinks: Permalinks,
    /// Whether `/wc/v3/variations` exists: since WooCommerce 10.3.
    pub all_variations: bool,
    /// TLS ends at a proxy and PHP was not told: Basic and query keys are ignored.
    pub tls_hidden: bool,
    /// The host drops the `Authorization` header before PHP sees it.
    pub drop_authorization_header: bool,
    /// Settings, currencies and the system status answer 403.
    pub settings_forbidden: bool,
    /// Rows of one second come in another order on every request, as before the tie-break of 10.5.
    pub unstable_ties: bool,
    /// The user whose key made the webhooks may no longer see products: bodies are refusals, signed.
    pub webhook_owner_lost_access: bool,
    pub currency: String,
    pub weight_unit: String,
    pub dimension_unit: String,
    pub prices_include_tax: bool,
    /// Seconds east of UTC. The zone has no summer time.
    pub gmt_offset: i64,
    pub timezone: String,
    /// The shop's clock, seconds; `None` is the computer's.
    pub now: Option<i64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            folder: String::new(),
            home: None,
            name: "Simulated Shop".into(),
            version: "11.0.1".into(),
            permalinks: Permalinks::Pretty,
            all_variations: true,
            tls_hidden: false,
            drop_authorization_header: false,
            settings_forbidden: false,
            unstable_ties: false,
            webhook_owner_lost_access: false,
            currency: "USD".into(),
            weight_unit: "lbs".into(),
            dimension_unit: "in".into(),
            prices_include_tax: false,
            gmt_offset: -6 * 3_600,
            timezone: "America/Chicago".into(),
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

    /// The address of the site's front page, without a final slash.
    pub(crate) fn home(&self, origin: &str) -> String {
        match &self.home {
            Some(home) => home.trim_end_matches('/').to_owned(),
            None => format!("{origin}{}", self.folder),
        }
    }

    pub(crate) fn symbol(&self) -> &'static str {
        match self.currency.as_str() {
            "EUR" => "&euro;",
            "GBP" => "&pound;",
            "JPY" => "&yen;",
            "USD" | "CAD" | "AUD" => "&#36;",
            _ => "&curren;",
        }
    }
}
