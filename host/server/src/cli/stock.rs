use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum LocationCommand {
    /// Add a place where goods lie
    Add {
        /// Letters, digits, ".", "-" and "_"; it stays
        code: String,
        name: String,
        #[arg(long, value_enum, default_value = "warehouse")]
        kind: LocationKind,
    },
    /// Places where goods lie
    List,
    /// Change a location; listings of what lies there follow
    Set {
        code: String,
        #[arg(long)]
        name: Option<String>,
        #[arg(long, value_enum)]
        kind: Option<LocationKind>,
        /// What lies there is for sale
        #[arg(long, conflicts_with = "off")]
        on: bool,
        /// What lies there is not for sale
        #[arg(long)]
        off: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LocationKind {
    Warehouse,
    Store,
    ThirdParty,
}

#[derive(Debug, Subcommand)]
pub enum StockCommand {
    /// Goods that are counted here
    List {
        /// At most so many
        #[arg(long, default_value_t = 200)]
        limit: i64,
    },
    /// How many can be sold, and why so many
    Show { sku: String },
    /// Set how many lie at a location. The first time, the goods are counted here from now on, and no longer by their shop
    Set(CountArgs),
    /// Move so many in or out, whoever else counts
    Adjust(AdjustArgs),
    /// Every movement of goods, newest first
    Ledger {
        sku: String,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: i64,
    },
    /// Have goods counted in another way
    Kind { sku: String, kind: StockKind },
    /// Have goods counted as bundles of others
    Bundle {
        sku: String,
        /// What one bundle takes: SKU=NUMBER, once for each part
        #[arg(long = "part", value_name = "SKU=NUMBER", required = true)]
        parts: Vec<String>,
    },
    /// Hold levels against the ledger
    Reconcile {
        /// Bring the ledger to the levels, by entries that say so
        #[arg(long)]
        mend: bool,
    },
}

#[derive(Debug, Args)]
pub struct CountArgs {
    pub sku: String,
    /// Code of the location
    #[arg(long)]
    pub location: String,
    /// Pieces that lie there
    #[arg(long, required_unless_present = "buffer")]
    pub on_hand: Option<i64>,
    /// Pieces of those that are kept back
    #[arg(long)]
    pub buffer: Option<i64>,
    /// For the ledger
    #[arg(long)]
    pub reason: String,
    /// Of your choice: the same count is made once
    #[arg(long)]
    pub key: Option<String>,
    /// Goods that no product has yet are meant
    #[arg(long)]
    pub new: bool,
}

#[derive(Debug, Args)]
pub struct AdjustArgs {
    pub sku: String,
    /// Code of the location
    #[arg(long)]
    pub location: String,
    /// So many more, or with a minus fewer
    #[arg(long, allow_negative_numbers = true)]
    pub by: i64,
    /// For the ledger
    #[arg(long)]
    pub reason: String,
    /// Of your choice: the same adjustment is made once
    #[arg(long)]
    pub key: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum StockKind {
    /// By what lies where
    Simple,
    /// Not: there is always one more
    Untracked,
    /// By the shop that they come from
    Shop,
}
