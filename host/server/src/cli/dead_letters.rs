//! `entrepot dead-letters …`

use clap::{Args, Subcommand};
use entrepot_store::dead_letters::{CLASSES, KINDS, LetterFilter};

#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// List what was given up, and why: items, webhook deliveries, runs
    List {
        /// Only of this channel
        channel: Option<String>,
        #[command(flatten)]
        which: Which,
    },
    /// Show one with what came from the marketplace
    Show {
        #[arg(value_name = "ID")]
        letter: String,
    },
    /// Try again: items are mapped from what was kept of them, deliveries are worked on, runs go on
    Replay {
        /// Only of this channel
        channel: Option<String>,
        /// Only this one; may be given several times
        #[arg(long = "id")]
        ids: Vec<String>,
        #[command(flatten)]
        which: Which,
        /// Ask no shop for anything: items that came incomplete stay as they are
        #[arg(long)]
        without_fetching: bool,
        /// All there are
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, Args)]
pub struct Which {
    /// Only of this kind
    #[arg(long, value_parser = KINDS)]
    kind: Option<String>,
    /// Only those with this reason
    #[arg(long)]
    code: Option<String>,
    /// Only those somebody else has to mend: the seller, the operator, the marketplace, the adapter's publisher, or the goods
    #[arg(long, value_parser = CLASSES)]
    class: Option<String>,
    /// Only of this adapter's channels
    #[arg(long)]
    adapter: Option<String>,
    /// Only those that this version of the adapter failed on
    #[arg(long)]
    version: Option<String>,
}

impl Which {
    /// Does it say anything?
    pub fn is_some(&self) -> bool {
        let Self { kind, code, class, adapter, version } = self;
        [kind, code, class, adapter, version].into_iter().any(Option::is_some)
    }

    pub fn filter(self, ids: Vec<String>) -> LetterFilter {
        let Self { kind, code, class, adapter, version } = self;
        LetterFilter {
            channel: None,
            kind: kind.unwrap_or_default(),
            code: code.unwrap_or_default(),
            class: class.unwrap_or_default(),
            adapter: adapter.unwrap_or_default(),
            version: version.unwrap_or_default(),
            ids,
        }
    }
}
