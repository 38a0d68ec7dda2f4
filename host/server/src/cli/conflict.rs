use clap::{Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum ConflictCommand {
    /// Fields that were changed at the marketplace and wait for a decision
    List {
        /// Of this channel alone
        channel: Option<String>,
        /// Of this listing alone
        #[arg(long)]
        listing: Option<String>,
        /// Decided ones, too
        #[arg(long)]
        decided: bool,
        /// At most so many
        #[arg(long, default_value_t = 200)]
        limit: i64,
    },
    /// Decide whose value counts: ours is sent over it, theirs is taken over
    Decide {
        listing: String,
        /// As `conflict list` names it; "all" for every one that is open
        field: String,
        decision: DecisionWord,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum DecisionWord {
    /// What is wanted here is sent
    Ours,
    /// What stands there is set for the listing
    Theirs,
}
