//! A new password for whoever forgot theirs, or has none yet.

use entrepot_domain::email::EmailAddress;
use entrepot_domain::password;
use serde_json::Map;

use crate::links::Purpose;
use crate::tokens::hashed;
use crate::{AccountError, Accounts};

impl Accounts {
    /// The same work whether there is such an account or not.
    pub async fn begin_reset(&self, email: &str) -> Result<(), AccountError> {
        let email = EmailAddress::parse(email)?;
        let mut tx = self.db().begin().await?;
        self.enqueue_mail(&mut tx, email.as_str(), "reset", &Map::new()).await?;
        Ok(tx.commit().await?)
    }

    /// Ends every session, and proves the address. A second factor stays.
    pub async fn finish_reset(&self, token: &str, given: &str) -> Result<(), AccountError> {
        let row = self.of_link(Purpose::Reset, token).await?;
        let email = EmailAddress::parse(&row.email)?;
        let password = password::check(given, &email)?;
        let turn = self.hasher().queue()?;
        let hash = self.hasher().hash(&turn, password).await?;
        let now = self.now();
        let mut tx = self.db().begin().await?;
        self.use_link(&mut tx, token, now).await?;
        // None of those that were asked for before counts any more.
        tx.void_email_tokens(&row.user_id, Purpose::Reset.as_str(), now).await?;
        self.void_email_change(&mut tx, &row.user_id, now).await?;
        let user = tx.user(&row.user_id).await?.filter(|user| user.email == row.email).ok_or(AccountError::Link)?;
        tx.set_password(&user.id, &hash).await?;
        tx.verify_user(&user.id, now).await?;
        tx.end_sessions(&user.id, "", now, "reset").await?;
        tx.clear_sign_in_failures(&hashed(&user.email)).await?;
        self.record(&mut tx, &user.id, "password reset", &serde_json::json!({"user": user.id})).await?;
        self.notify(&mut tx, &user.email, "password_changed").await?;
        Ok(tx.commit().await?)
    }
}
