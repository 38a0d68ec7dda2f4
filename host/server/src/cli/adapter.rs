//! `entrepot adapter …`

use clap::{Args, Subcommand};

use super::key_value;

#[derive(Debug, Subcommand)]
pub enum AdapterCommand {
    /// Install an adapter from a file, registry:NAME[@VERSION] or oci://HOST/REPOSITORY:TAG
    Install {
        #[arg(value_name = "REF")]
        reference: String,
        /// Grant it what it asks for, at once
        #[arg(long)]
        approve: bool,
        /// Take a version older than the one installed
        #[arg(long)]
        allow_older: bool,
        /// Take a version that its publisher withdrew
        #[arg(long)]
        allow_yanked: bool,
    },
    /// List installed adapters
    List,
    /// Show what an adapter is, asks for, imports and exports, what is granted, and what approving it would change
    Inspect {
        /// Its id; of another version than the one installed last, ID@VERSION
        adapter: String,
    },
    /// Show what approving the version installed last would change
    Diff { adapter: String },
    /// Grant an adapter what it asks for, or less
    Approve(ApproveArgs),
    /// Put the version that is tried on some channels in use for all
    Promote { adapter: String },
    /// End what is tried on some channels, or go back to the grant and version before the one in use
    Rollback {
        /// Id of the adapter
        adapter: String,
        /// Go back even to a grant that allows more than the one in force
        #[arg(long)]
        accept_wider: bool,
    },
    /// Take an adapter out of use
    Revoke { adapter: String },
    /// Take an installed version away, with what was granted to it; refused while it is in use
    Remove {
        #[arg(value_name = "ID@VERSION", value_parser = id_and_version)]
        adapter: (String, String),
    },
    /// Trust a publisher's key, or a rotation statement of a trusted one; without one, list them
    Trust {
        #[arg(value_name = "KEY")]
        key: Option<String>,
    },
    /// Trust a key no longer
    Untrust {
        #[arg(value_name = "KEY-ID", required_unless_present = "all", conflicts_with = "all")]
        key_id: Option<String>,
        /// Give up the whole list of trusted keys, also one that was damaged
        #[arg(long)]
        all: bool,
    },
    /// Show what an adapter may do, what it did, and what was done with it; or check the whole audit log
    Audit {
        adapter: Option<String>,
        /// Look back so many days
        #[arg(long, value_name = "DAYS", default_value = "30", value_parser = clap::value_parser!(u32).range(1..=400))]
        days: u32,
        /// Follow the chain and name the first broken link
        #[arg(long)]
        verify: bool,
        /// With --verify: the hash that the log ended with before, to find out whether its end was cut off
        #[arg(long, value_name = "HASH", requires = "verify")]
        expect: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// Its id; with another version than the one installed last, ID@VERSION
    pub adapter: String,
    /// Do not grant this rule; may be given several times
    #[arg(long = "without-rule", value_name = "NAME")]
    pub without_rules: Vec<String>,
    /// Give this operation no network; may be given several times
    #[arg(long = "without-operation", value_name = "NAME", value_parser = operation)]
    pub without_operations: Vec<entrepot_policy::Operation>,
    /// Do not let it use this credential; may be given several times
    #[arg(long = "without-credential", value_name = "NAME")]
    pub without_credentials: Vec<String>,
    /// Do not let it use the key in this slot; may be given several times
    #[arg(long = "without-key", value_name = "SLOT")]
    pub without_keys: Vec<String>,
    /// A lower limit, e.g. memory=64MiB, cpu=5s, outbound_calls=100; may be given several times
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = key_value)]
    pub limits: Vec<(String, String)>,
    /// At most so many requests per second
    #[arg(long, value_name = "NUMBER")]
    pub requests_per_second: Option<f64>,
    /// The grant ends after so many days
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub expires_in_days: Option<u32>,
    /// Let through what no rule covers, without credential, and report it
    #[arg(long)]
    pub report_only: bool,
    /// Try it on this percentage of the channels first; `promote` or `rollback` ends that
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=99))]
    pub canary: Option<u8>,
    /// Later versions by the same signer that ask for nothing more come into use by themselves
    #[arg(long)]
    pub accept_narrower: bool,
}

/// An id, with a version or without.
pub(crate) fn id_or_version(text: &str) -> (&str, Option<&str>) {
    text.split_once('@').map_or((text, None), |(adapter, version)| (adapter, Some(version)))
}

fn id_and_version(text: &str) -> Result<(String, String), String> {
    match text.split_once('@') {
        Some((adapter, version)) if !adapter.is_empty() && !version.is_empty() => {
            Ok((adapter.to_owned(), version.to_owned()))
        }
        _ => Err("name the adapter and the version, as in woocommerce@1.4.0".to_owned()),
    }
}

fn operation(text: &str) -> Result<entrepot_policy::Operation, String> {
    use entrepot_policy::Operation;
    let known = || Operation::ALL.map(Operation::as_str).join(", ");
    Operation::ALL.into_iter().find(|known| known.as_str() == text).ok_or_else(|| format!("use one of {}", known()))
}
