//! Links that prove that somebody reads a mailbox. Each is good for one thing, once.

use entrepot_domain::Secret;
use entrepot_domain::clock::Timestamp;
use entrepot_store::Tx;
use entrepot_store::people::email_tokens::{EmailTokenRow, NewEmailToken};

use crate::tokens::{hashed, random_token};
use crate::{AccountError, Accounts};

const HOUR_MS: i64 = 60 * 60_000;

/// What a link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A new account.
    Verify,
    /// A new password.
    Reset,
    /// A tenant.
    Invite,
    /// Another address.
    Change,
}

impl Purpose {
    pub const ALL: [Self; 4] = [Self::Verify, Self::Reset, Self::Invite, Self::Change];

    /// As it stands in the link's path.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::Invite => "invite",
            Self::Change => "change",
        }
    }

    const fn lifetime_ms(self) -> i64 {
        match self {
            Self::Reset => HOUR_MS,
            Self::Verify | Self::Change => 24 * HOUR_MS,
            Self::Invite => 7 * 24 * HOUR_MS,
        }
    }
}

impl Accounts {
    /// Makes one. It is shown or sent, and only its hash is kept.
    pub(crate) async fn link(
        &self,
        tx: &mut Tx,
        purpose: Purpose,
        user: &str,
        email: &str,
        tenant: Option<&str>,
    ) -> Result<Secret, AccountError> {
        let (token, now) = (random_token(), self.now());
        let new = NewEmailToken {
            hash: &hashed(token.expose()),
            user,
            purpose: purpose.as_str(),
            email,
            tenant,
            now,
            expires_at: now + purpose.lifetime_ms(),
        };
        tx.insert_email_token(&new).await?;
        let (base, purpose) = (&self.options().public_url, purpose.as_str());
        Ok(Secret::new(format!("{base}/account/{purpose}?token={}", token.expose())))
    }

    /// What a token is of, if it counts.
    pub(crate) async fn of_link(&self, purpose: Purpose, token: &str) -> Result<EmailTokenRow, AccountError> {
        let row = self.db().email_token(&hashed(token), purpose.as_str(), self.now()).await?;
        row.ok_or(AccountError::Link)
    }

    /// Whoever began a change of address would take the account over with it: what was begun ends, and what was not sent is not.
    pub(crate) async fn void_email_change(&self, tx: &mut Tx, user: &str, now: Timestamp) -> Result<(), AccountError> {
        tx.void_email_tokens(user, Purpose::Change.as_str(), now).await?;
        Ok(tx.void_mails("change", user, now).await?)
    }

    /// Uses it up.
    pub(crate) async fn use_link(&self, tx: &mut Tx, token: &str, now: Timestamp) -> Result<(), AccountError> {
        if tx.use_email_token(&hashed(token), now).await? { Ok(()) } else { Err(AccountError::Link) }
    }
}
