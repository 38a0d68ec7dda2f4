//! `entrepot dead-letters …`

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// List what could not be imported, and why
    List { channel: String },
    /// Map dead letters again, from what was kept of them
    Replay {
        channel: String,
        /// Only this one; may be given several times
        #[arg(long = "id")]
        ids: Vec<String>,
        /// Only those with this reason
        #[arg(long)]
        code: Option<String>,
    },
}
