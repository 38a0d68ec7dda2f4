//! `entrepot webhooks …`

use clap::{Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum WebhooksCommand {
    /// Ask the marketplace to deliver here, and mend what it switched off
    Subscribe { channel: String },
    /// Show what the marketplace delivers, and where to
    Subscriptions { channel: String },
    /// Ask the marketplace to stop delivering here
    Unsubscribe { channel: String },
    /// List what was delivered, newest first
    List {
        /// Name or id of the channel
        channel: String,
        /// Only those in this state
        #[arg(long, value_enum)]
        state: Option<DeliveryState>,
        /// At most so many
        #[arg(long, default_value = "50", value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// List what was refused, by reason, the latest first; nothing of what was sent is kept
    Refused { channel: String },
    /// Show one delivery with its headers and its body
    Show {
        #[arg(value_name = "ID")]
        delivery: String,
    },
    /// Work on kept deliveries once more; without an option, on those that are dead
    Replay {
        /// Name or id of the channel
        channel: String,
        /// Only this one; may be given several times
        #[arg(long = "id", conflicts_with_all = ["failed", "all"])]
        ids: Vec<String>,
        /// Those that are dead
        #[arg(long, conflicts_with = "all")]
        failed: bool,
        /// All that are kept
        #[arg(long)]
        all: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DeliveryState {
    Pending,
    Done,
    Dead,
}

impl DeliveryState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}
