//! `entrepot schedule …`

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum ScheduleCommand {
    /// List a channel's schedules
    List { channel: String },
    /// Change one; what is not named stays
    Set(ScheduleArgs),
}

#[derive(Debug, Args)]
pub struct ScheduleArgs {
    /// Name or id of the channel
    pub channel: String,
    /// What it begins
    #[arg(value_parser = ["full", "delta", "stock"])]
    pub kind: String,
    /// `every 15m`, or a cron line like `0 3 * * *`
    #[arg(long)]
    pub rule: Option<String>,
    /// Of the cron line, e.g. Europe/Berlin
    #[arg(long)]
    pub time_zone: Option<String>,
    /// Spread it over so many minutes
    #[arg(long, value_name = "MINUTES")]
    pub jitter: Option<i64>,
    /// While a run is under way that brings the same: leave it out, or begin afterwards
    #[arg(long, value_parser = ["skip", "queue"])]
    pub when_busy: Option<String>,
    /// Switch it on
    #[arg(long, conflicts_with = "off")]
    pub on: bool,
    /// Switch it off
    #[arg(long)]
    pub off: bool,
}
