//! What is forgotten in time.

use entrepot_store::people::mails::MailCounts;

use crate::{AccountError, Accounts};

const DAY_MS: i64 = 24 * 60 * 60_000;
/// How long ended sessions and mails are kept, to be looked at.
const KEPT_MS: i64 = 30 * DAY_MS;

impl Accounts {
    /// Sessions, tokens, failures and mails that nobody needs any more.
    pub async fn forget_old_rows(&self) -> Result<(), AccountError> {
        let (db, now) = (self.db(), self.now());
        db.forget_sign_in_failures(now - DAY_MS).await?;
        db.forget_email_tokens(now - DAY_MS).await?;
        db.forget_refresh_tokens(now - DAY_MS).await?;
        db.forget_sessions(now - KEPT_MS).await?;
        db.forget_mails(now - KEPT_MS).await?;
        Ok(())
    }

    pub async fn mail_counts(&self) -> Result<MailCounts, AccountError> {
        Ok(self.db().mail_counts().await?)
    }
}
