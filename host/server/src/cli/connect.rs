//! `entrepot channel connect`, `reconnect` and `remove`

use clap::Args;

use super::{SecretArgs, key_value};

#[derive(Debug, Args)]
pub struct ConnectArgs {
    /// Of the channel that will be
    pub name: String,
    /// Id of the adapter
    #[arg(long)]
    pub adapter: String,
    /// A setting; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub settings: Vec<(String, String)>,
    #[command(flatten)]
    pub secrets: SecretArgs,
    /// Print the address for the browser, and do not wait for what comes of it
    #[arg(long)]
    pub no_wait: bool,
}

#[derive(Debug, Args)]
pub struct ReconnectArgs {
    /// Name or id of the channel
    pub channel: String,
    /// Print the address for the browser, and do not wait for what comes of it
    #[arg(long)]
    pub no_wait: bool,
}

#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// Name or id of the channel
    pub channel: String,
    /// Even while goods are on sale there: they stay so, with nobody to keep them true
    #[arg(long)]
    pub leave_listings: bool,
}
