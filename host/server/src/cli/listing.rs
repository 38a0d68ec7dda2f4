//! `entrepot listing …` and `entrepot rule …`

use clap::{Args, Subcommand};

use super::key_value;

#[derive(Debug, Subcommand)]
pub enum ListingCommand {
    /// List listings, newest first
    List {
        /// Only of this channel (name or id)
        channel: Option<String>,
        /// Only those that are to be so
        #[arg(long, value_parser = ["draft", "active", "archived"])]
        status: Option<String>,
        /// Only those that are so far
        #[arg(long, value_parser = ["pending", "blocked", "sending", "waiting", "synced", "failed", "conflict"])]
        sync: Option<String>,
        /// At most so many
        #[arg(long, default_value = "50", value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
        limit: i64,
    },
    /// Show one listing
    Show { listing: String },
    /// Make a listing of a product on a channel. It is a draft, and nothing is sent, before it is pushed
    Create(CreateListingArgs),
    /// Change a listing; what stands at the marketplace follows
    Set(SetListingArgs),
    /// Say what the marketplace would refuse; nothing is sent
    Check { listing: String },
    /// Show a listing as buyers would see it; nothing is sent
    Preview { listing: String },
    /// Publish a channel's drafts, and send what differs from what stands there
    Push(PushArgs),
    /// Look for listings that stand at the marketplace already, by SKU, so that nothing stands twice; nothing is changed without --apply
    Adopt {
        /// Name or id of the channel
        channel: String,
        /// Take what was found for these listings
        #[arg(long)]
        apply: bool,
    },
    /// Take a listing off; it stays ended until it is pushed again by its id
    End { listing: String },
    /// Forget a listing that never stood at the marketplace
    Remove { listing: String },
    /// What happened to a listing, newest first
    History {
        listing: String,
        /// At most so many
        #[arg(long, default_value = "50", value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
        limit: i64,
    },
}

#[derive(Debug, Args)]
pub struct CreateListingArgs {
    /// Name or id of the channel
    pub channel: String,
    /// prd_… or CHANNEL:ID
    #[arg(long)]
    pub product: String,
    #[command(flatten)]
    pub fields: ListingFields,
}

#[derive(Debug, Args)]
pub struct SetListingArgs {
    pub listing: String,
    #[command(flatten)]
    pub fields: ListingFields,
}

#[derive(Debug, Args)]
pub struct ListingFields {
    /// title, description, price ("12.99 EUR"), compare_at (what it cost before), seo_slug, meta_title, meta_description, brand, tags (with commas),
    /// images (addresses with blanks), category, fields.KEY, variants.ID.price, variants.ID.compare_at, variants.ID.enabled; an empty VALUE takes it back to the product's. May be given several times
    #[arg(long = "set", value_name = "FIELD=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// What is wanted of it
    #[arg(long, value_parser = ["draft", "active", "archived"])]
    pub status: Option<String>,
}

#[derive(Debug, Args)]
pub struct PushArgs {
    /// Name or id of the channel
    pub channel: String,
    /// This listing alone; may be given several times
    #[arg(long = "id", value_name = "LISTING")]
    pub ids: Vec<String>,
    /// Only say how many
    #[arg(long)]
    pub dry_run: bool,
    /// Work on them here until each stands, is refused, or has to wait
    #[arg(long, conflicts_with = "dry_run")]
    pub wait: bool,
}

#[derive(Debug, Subcommand)]
pub enum RuleCommand {
    /// Show what a channel does with its listings, and what it lists by itself
    List { channel: String },
    /// Set it from a JSON file ("-" for stdin), in place of the whole rule that is in force: {"price": {"basis_points", "plus", "ending", "floor"}, "stock": {"buffer", "cap"}, "conflicts": {"default" or a field: "ask", "ours" or "theirs"}, "list": {"from", "when", "except": {"brands", "types", "tags"}, "create": "draft" or "publish", "end"}, "categories": [{"when", "category", "fields"}]}
    Set { channel: String, file: String },
    /// Say what a rule would change; without FILE, what the rule in force does to the shop's prices
    Plan { channel: String, file: Option<String> },
    /// Let the rule end as many listings as it holds back; more than COUNT are asked about again
    AllowEnds { channel: String, count: i64 },
}
