//! How an account and the app that asks for it are set up.

use std::collections::BTreeMap;

/// A business policy, which belongs to one marketplace.
#[derive(Clone, Debug)]
pub struct Policy {
    pub id: String,
    pub name: String,
    pub marketplace: String,
}

/// What a category asks for.
#[derive(Clone, Debug, Default)]
pub struct Aspect {
    pub name: String,
    /// eBay refuses goods that do not say it.
    pub required: bool,
    /// `RECOMMENDED` or `OPTIONAL`: says nothing of what is refused.
    pub usage: &'static str,
    pub may_vary: bool,
    pub many: bool,
    /// Nothing but these values is taken.
    pub closed: bool,
    pub values: Vec<String>,
}

/// Every field may change while the account is served.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the account sells.
    pub marketplace: String,
    /// Its currency.
    pub currency: String,
    pub username: String,
    pub registered: bool,
    /// The account never switched business policies on.
    pub without_policies: bool,
    pub fulfillment: Vec<Policy>,
    pub payment: Vec<Policy>,
    pub returns: Vec<Policy>,
    /// Keys.
    pub locations: Vec<String>,
    /// Changes of one listing in a day.
    pub revisions: u64,
    /// Requests of the app in a day; 0 is no limit.
    pub per_day: u64,
    /// Items that lists leave out of a page, whatever it counts.
    pub hidden: Vec<String>,
    /// `total` says so many more than there are.
    pub miscounts: i64,
    /// Lists name no next page.
    pub without_next: bool,
    /// Categories that ask for an EAN and do not say so.
    pub silently_need_ean: Vec<String>,
    /// What an item has to say, by category.
    pub aspects: BTreeMap<String, Vec<Aspect>>,
    /// What goods may be in, by category: number, word and name. Without a line, anything.
    pub conditions: BTreeMap<String, Vec<(u64, &'static str, &'static str)>>,
    /// The offers of these SKUs are not shown for as long as they are here, as when another program makes one at the same moment.
    pub unshown_offers: Vec<String>,
    /// Without out-of-stock control a listing of which nothing is left ends.
    pub ends_sold_out: bool,
    /// RuNames, and the addresses they stand for.
    pub ru_names: BTreeMap<String, String>,
    /// Seconds until an access token ends.
    pub token_lifetime: i64,
    /// The clock, seconds; `None` is the computer's.
    pub now: Option<i64>,
}

impl Default for Options {
    fn default() -> Self {
        let policy = |id: &str, name: &str, marketplace: &str| Policy {
            id: id.into(),
            name: name.into(),
            marketplace: marketplace.into(),
        };
        Self {
            marketplace: "EBAY_US".into(),
            currency: "USD".into(),
            username: "simulated-seller".into(),
            registered: true,
            without_policies: false,
            fulfillment: vec![policy("6000000010", "Parcel", "EBAY_US"), policy("6000000011", "Paket", "EBAY_DE")],
            payment: vec![policy("6000000020", "Managed", "EBAY_US"), policy("6000000021", "Zahlung", "EBAY_DE")],
            returns: vec![policy("6000000030", "Thirty days", "EBAY_US"), policy("6000000031", "Dreissig", "EBAY_DE")],
            locations: vec!["warehouse-1".into()],
            revisions: 250,
            per_day: 0,
            hidden: Vec::new(),
            miscounts: 0,
            without_next: false,
            silently_need_ean: Vec::new(),
            aspects: BTreeMap::new(),
            conditions: BTreeMap::new(),
            unshown_offers: Vec::new(),
            ends_sold_out: false,
            ru_names: BTreeMap::from([(
                "Simulated-Simulate-Simula-abcdefgh".into(),
                "https://host.example/oauth/callback".into(),
            )]),
            token_lifetime: 7_200,
            now: None,
        }
    }
}

impl Options {
    pub(crate) fn seconds(&self) -> i64 {
        let machine =
            || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.as_secs());
        self.now.unwrap_or_else(|| i64::try_from(machine()).unwrap_or(i64::MAX))
    }
}
