//! What can be typed. Names are a contract: scripts use them.

mod accounts;
mod adapter;
mod conflict;
mod connect;
mod dead_letters;
mod key;
mod link;
mod listing;
mod plan;
mod schedule;
mod secrets;
mod stock;
mod webhooks;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use accounts::{ApiKeyArgs, ApiKeyCommand, PersonCommand, TenantCommand, UserArgs, UserCommand};
pub(crate) use adapter::id_or_version;
pub use adapter::{AdapterCommand, ApproveArgs};
pub use conflict::{ConflictCommand, DecisionWord};
pub use connect::{ConnectArgs, ReconnectArgs, RemoveArgs};
pub use dead_letters::DeadLettersCommand;
pub use key::KeyCommand;
pub use link::{DecideArgs, FilterArgs, LinkCommand, PairArgs};
pub use listing::{CreateListingArgs, ListingCommand, ListingFields, PushArgs, RuleCommand, SetListingArgs};
pub use plan::PlanCommand;
pub use schedule::{ScheduleArgs, ScheduleCommand};
pub use secrets::SecretArgs;
pub(crate) use secrets::from_stdin;
pub use stock::{AdjustArgs, CountArgs, LocationCommand, LocationKind, StockCommand, StockKind};
pub use webhooks::{DeliveryState, WebhooksCommand};

/// Connects shops and marketplaces: every adapter is a sandboxed WebAssembly component.
#[derive(Debug, Parser)]
#[command(name = "entrepot", version, propagate_version = true)]
pub struct Cli {
    /// Print one JSON document on stdout instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Name or id of the tenant it is for; the only one, if there is one
    #[arg(long, global = true, value_name = "T")]
    pub tenant: Option<String>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the host: API, webhooks and workers
    Serve {
        /// Which parts of the host to run here
        #[arg(long, value_enum, default_value = "all")]
        role: Role,
    },
    /// Bring the database up to date
    Migrate,
    /// Check configuration, database, keys and adapters, and say what to mend
    Doctor,
    /// Print the OpenAPI document of the REST API
    Openapi,
    /// Master keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Accounts: who may sign in, and as what
    #[command(subcommand)]
    User(UserCommand),
    /// Tenants: whose data it is
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Keys for programs that call the API
    #[command(subcommand)]
    ApiKey(ApiKeyCommand),
    /// What is kept of a person
    #[command(subcommand)]
    Person(PersonCommand),
    /// Adapters: what may speak to marketplaces
    #[command(subcommand)]
    Adapter(AdapterCommand),
    /// Channels: one seller's account at one marketplace each
    #[command(subcommand)]
    Channel(ChannelCommand),
    /// Import a channel's catalogue
    Import(ImportArgs),
    /// When imports begin by themselves
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// List runs, newest first
    Runs {
        /// Only of this channel (name or id)
        channel: Option<String>,
    },
    /// Show one run
    Run { run: String },
    /// Stop a run at its next page
    Cancel { run: String },
    /// The canonical catalogue
    #[command(subcommand)]
    Products(ProductsCommand),
    /// Link products of several channels that are the same goods
    #[command(subcommand)]
    Link(LinkCommand),
    /// Listings: products as they are to stand on channels
    #[command(subcommand)]
    Listing(ListingCommand),
    /// What a channel does with prices and stock of its listings
    #[command(subcommand)]
    Rule(RuleCommand),
    /// Fields of listings that were changed at the marketplace
    #[command(subcommand)]
    Conflict(ConflictCommand),
    /// Stock that is counted here, for all channels where the goods are listed
    #[command(subcommand)]
    Stock(StockCommand),
    /// Places where goods lie
    #[command(subcommand)]
    Location(LocationCommand),
    /// Plans: what tenants may have
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Used by the host itself: compile the component on stdin, within limits
    #[command(hide = true)]
    CompileComponent {
        /// Bytes of address space
        #[arg(long)]
        memory: u64,
        /// Seconds of CPU time
        #[arg(long)]
        seconds: u64,
    },
    /// What was given up: items, webhook deliveries, runs
    #[command(subcommand)]
    DeadLetters(DeadLettersCommand),
    /// What marketplaces tell by themselves
    #[command(subcommand)]
    Webhooks(WebhooksCommand),
}

impl Command {
    /// It works on one tenant's rows.
    pub(crate) fn is_of_a_tenant(&self) -> bool {
        !matches!(
            self,
            Self::Serve { .. }
                | Self::Migrate
                | Self::Doctor
                | Self::Openapi
                | Self::Key(_)
                | Self::User(_)
                | Self::Tenant(_)
                | Self::Person(_)
                | Self::Plan(_)
                | Self::Adapter(_)
                | Self::CompileComponent { .. }
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    All,
    Web,
    Worker,
}

#[derive(Debug, Subcommand)]
pub enum ChannelCommand {
    /// Connect an account; the connection is tested before it is saved
    Add(AddArgs),
    /// Connect an account by its seller's browser (OAuth 2); it is tested before it is saved
    Connect(ConnectArgs),
    /// Replace a channel's tokens by its seller's browser
    Reconnect(ReconnectArgs),
    /// Change settings or secrets of a channel
    Set {
        /// Name or id of the channel
        channel: String,
        /// A setting; may be given several times
        #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
        settings: Vec<(String, String)>,
        #[command(flatten)]
        secrets: SecretArgs,
    },
    /// List channels
    List,
    /// Ask the marketplace whether the account is usable
    Test { channel: String },
    /// Ask the account what there is to choose from for a setting, such as shipping profiles
    Choices { channel: String, setting: String },
    /// End a channel's quarantine
    Release { channel: String },
    /// Take a channel out of use and forget its secrets
    Remove(RemoveArgs),
}

#[derive(Debug, Args)]
pub struct AddArgs {
    /// Id of the adapter
    #[arg(long)]
    pub adapter: String,
    /// What the channel is to be called
    #[arg(long)]
    pub name: String,
    /// A setting; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub settings: Vec<(String, String)>,
    #[command(flatten)]
    pub secrets: SecretArgs,
    /// Save it even if the marketplace does not answer as it should
    #[arg(long)]
    pub untested: bool,
}

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Name or id of the channel
    pub channel: String,
    /// Everything (the default)
    #[arg(long, conflicts_with = "since")]
    pub full: bool,
    /// Only what changed after this moment, e.g. 2026-11-20T09:00:00Z
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Stock alone: what changed since it last came, with --full all of it
    #[arg(long, conflicts_with = "since")]
    pub stock: bool,
    /// Work on it here and wait for its end
    #[arg(long)]
    pub wait: bool,
    /// Begin again, even if a run that stopped could go on
    #[arg(long)]
    pub fresh: bool,
    /// Let so many products vanish at once and no more; without a number, as many as the last import that was held back showed
    #[arg(long, value_name = "NUMBER", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub allow_mass_deletion: Option<MassDeletion>,
}

/// How much may vanish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MassDeletion {
    /// As many as an operator was shown.
    Shown,
    UpTo(i64),
}

impl std::str::FromStr for MassDeletion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "" => Ok(Self::Shown),
            _ => match text.parse() {
                Ok(number) if number >= 0 => Ok(Self::UpTo(number)),
                _ => Err("write how many products may vanish, as in --allow-mass-deletion=15".to_owned()),
            },
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum ProductsCommand {
    /// Write a channel's products to stdout, one a line, ordered by source id
    Export {
        /// Name or id of the channel
        channel: String,
        #[arg(long, value_enum, default_value = "jsonl")]
        format: ExportFormat,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    Jsonl,
    Csv,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        // The text may hold a secret: it is not repeated.
        _ => Err("use KEY=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn names_and_flags_do_not_collide() {
        Cli::command().debug_assert();
    }
}
