use std::path::PathBuf;

use entrepot_domain::Secret;

/// How accounts behave, and where their mails go.
#[derive(Clone, Debug)]
pub struct AccountOptions {
    /// Anybody may ask for an account; otherwise only who is invited has one.
    pub open_registration: bool,
    /// Operators and reviewers are so only with a second factor.
    pub require_totp: bool,
    /// Passwords that are hashed at the same time. Each takes 19 MiB.
    pub hashing_at_once: usize,
    /// Tries of one address a minute, of whatever password, code or link.
    pub attempts_per_minute: u32,
    /// Where others reach this host: links lead there.
    pub public_url: String,
    /// `Name <address>` that mails come from.
    pub mail_from: String,
    /// `smtps://user:password@host`; `None`: mails are files in the folder.
    pub smtp_url: Option<Secret>,
    pub mail_folder: PathBuf,
}
