//! `entrepot user …`, `entrepot tenant …`, `entrepot api-key …` and `entrepot person …`

use clap::{Args, Subcommand};
use entrepot_domain::account::{HostRole, Scope, TenantRole};

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add an account, or give one that is there another role: of the host with --role, of a tenant with --tenant and --as
    Add(UserArgs),
    /// List accounts
    List,
    /// Sign somebody out everywhere, and let them in no more
    Disable {
        /// E-mail address or id
        user: String,
    },
    /// Let somebody in again
    Enable {
        /// E-mail address or id
        user: String,
    },
    /// Print a link to choose a new password with; sessions and second factor end
    Reset {
        /// E-mail address or id
        user: String,
    },
}

#[derive(Debug, Args)]
pub struct UserArgs {
    /// E-mail address
    pub email: String,
    /// What they are to the host: operator, reviewer
    #[arg(long)]
    pub role: Option<HostRole>,
    /// What they are to the tenant: owner, seller, viewer
    #[arg(long = "as", value_name = "ROLE")]
    pub tenant_role: Option<TenantRole>,
    /// What others know them by
    #[arg(long)]
    pub name: Option<String>,
    /// Read a password from standard input; on a terminal it is asked for. Without one, a link to choose it with is printed
    #[arg(long)]
    pub password_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a tenant
    Add { name: String },
    /// List tenants
    List,
    /// Change a tenant
    Set {
        /// Name or id
        tenant: String,
        /// What it is to be called
        #[arg(long)]
        name: String,
    },
    /// Take a tenant out of use; its channels have to be removed before
    Remove {
        /// Name or id
        tenant: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum ApiKeyCommand {
    /// Make a key; it is shown once
    Create(ApiKeyArgs),
    /// List keys, newest first
    List,
    /// Revoke a key: it opens nothing from now on
    Revoke {
        /// Id or prefix
        key: String,
    },
}

#[derive(Debug, Args)]
pub struct ApiKeyArgs {
    /// What it is for
    #[arg(long)]
    pub name: String,
    /// What it may do, such as catalog:read; may be given several times
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    pub scopes: Vec<Scope>,
    /// Days for which it counts; without them, until it is revoked
    #[arg(long, value_name = "D")]
    pub expires_in_days: Option<i64>,
}

#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Print everything that is kept of somebody, as JSON
    Export {
        /// E-mail address or id
        subject: String,
    },
    /// Delete an account, and everything that names its person
    Erase {
        /// E-mail address or id
        subject: String,
    },
}
