use entrepot_adapters::AdmissionError;
use entrepot_core::AppError;
use entrepot_domain::email::EmailError;
use entrepot_domain::password::PasswordError;
use entrepot_store::StoreError;
use entrepot_vault::VaultError;
use thiserror::Error;

/// Why something of an account was not done. No message repeats a password, a token or a key.
#[derive(Debug, Error)]
pub enum AccountError {
    /// The same whether there is such an account, and whichever of the two is wrong.
    #[error("the e-mail address or the password is wrong")]
    Credentials,
    #[error("this account has a second factor: give the code of your authenticator, or a recovery code, as `code`")]
    SecondFactorNeeded,
    #[error("the code is wrong, or it was used already; wait for the next one")]
    SecondFactorWrong,
    #[error("too many sign-ins of this account failed; try again in {seconds} seconds, or reset the password")]
    Locked { seconds: u64 },
    #[error("too many sign in at this moment; try again in a few seconds")]
    Busy,
    #[error("registration is closed on this host: ask an owner of your tenant, or an operator, to invite you")]
    Closed,
    #[error("this link was used already, has run out, or is none of this host; ask for a new one")]
    Link,
    #[error("the refresh token is none, has run out, or was used already; sign in again")]
    Refresh,
    #[error(transparent)]
    Email(#[from] EmailError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Understood, and not done.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Conflict(String),
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Forbidden(String),
    #[error("mails cannot be sent: {0}")]
    Mail(String),
    /// More than the tenant's plan has room for, or why that is not known.
    #[error(transparent)]
    Plan(#[from] AppError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    #[error("{0}")]
    Internal(String),
}

impl AccountError {
    pub(crate) fn no_user(user: &str) -> Self {
        Self::NotFound(format!("there is no account {user:?}; give an id (usr_…) or an e-mail address"))
    }

    pub(crate) fn no_tenant(tenant: &str) -> Self {
        Self::NotFound(format!("there is no tenant {tenant:?}; give a name or an id (ten_…)"))
    }

    /// Worth another try later.
    pub fn is_transient(&self) -> bool {
        self.of_the_database().is_some_and(StoreError::is_transient)
    }

    /// What the database said, through whichever part it was asked.
    pub fn of_the_database(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) | Self::Admission(AdmissionError::Store(error)) => Some(error),
            Self::Plan(error) => error.of_the_database(),
            _ => None,
        }
    }
}
