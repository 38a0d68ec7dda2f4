//! `entrepot link …`

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum LinkCommand {
    /// Compare a channel's products with those of others, and propose links for what is not linked yet
    Propose {
        /// Name or id of the channel
        channel: String,
        /// Compare with this channel only; may be given several times
        #[arg(long = "with", value_name = "CHANNEL")]
        with: Vec<String>,
    },
    /// List batches of proposed links, newest first
    Batches,
    /// Show a batch and its proposals
    Show {
        batch: String,
        #[command(flatten)]
        filter: FilterArgs,
        /// Only those in this state
        #[arg(long, value_parser = ["proposed", "accepted", "rejected", "applied", "left_out", "undone"])]
        state: Option<String>,
        /// At most so many
        #[arg(long, default_value = "50", value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
        limit: i64,
    },
    /// Accept proposals; nothing is linked before the batch is applied
    Accept(DecideArgs),
    /// Reject proposals
    Reject(DecideArgs),
    /// Make the links that were accepted
    Apply { batch: String },
    /// Take back the links that a batch made
    Undo { batch: String },
    /// Link two products by hand: prd_… or CHANNEL:ID
    Pair(PairArgs),
    /// Unlink two products
    Unpair(PairArgs),
    /// Show what a product is linked to: prd_… or CHANNEL:ID
    Of { product: String },
}

#[derive(Debug, Args)]
pub struct FilterArgs {
    /// Those at least so sure
    #[arg(long, value_name = "0-100", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub min_confidence: Option<u8>,
    /// Those less sure than this
    #[arg(long, value_name = "0-100", value_parser = clap::value_parser!(u8).range(0..=101))]
    pub below: Option<u8>,
    /// Those found by this
    #[arg(long, value_parser = ["sku", "gtin", "title"])]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub struct DecideArgs {
    pub batch: String,
    /// This one, by its number, whatever was decided before; may be given several times
    #[arg(long = "id", value_name = "NUMBER", conflicts_with_all = ["min_confidence", "below", "reason"])]
    pub ids: Vec<i64>,
    #[command(flatten)]
    pub filter: FilterArgs,
}

#[derive(Debug, Args)]
pub struct PairArgs {
    pub product: String,
    pub other: String,
    /// The variant of the first, by the marketplace's id
    #[arg(long, value_name = "ID")]
    pub variant: Option<String>,
    /// The variant of the second
    #[arg(long, value_name = "ID")]
    pub other_variant: Option<String>,
}
