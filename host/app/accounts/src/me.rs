//! One's own account.

use entrepot_domain::email::EmailAddress;
use entrepot_domain::{SessionId, UserId, password};
use entrepot_store::people::memberships::MembershipRow;
use entrepot_store::people::users::UserRow;
use serde_json::{Map, json};

use crate::links::Purpose;
use crate::register::check_name;
use crate::{AccountError, Accounts};

/// An account as its owner sees it.
pub struct Profile {
    pub user: UserRow,
    pub tenants: Vec<MembershipRow>,
    pub recovery_codes_left: i64,
}

impl Accounts {
    pub(crate) async fn own(&self, user: &UserId) -> Result<UserRow, AccountError> {
        self.db().user(user.as_str()).await?.ok_or_else(|| AccountError::no_user(user.as_str()))
    }

    pub async fn profile(&self, user: &UserId) -> Result<Profile, AccountError> {
        let row = self.own(user).await?;
        let tenants = self.db().memberships(&row.id).await?;
        let recovery_codes_left = self.db().recovery_codes_left(&row.id).await?;
        Ok(Profile { user: row, tenants, recovery_codes_left })
    }

    pub async fn rename(&self, user: &UserId, name: &str) -> Result<(), AccountError> {
        let name = check_name(name)?;
        let mut tx = self.db().begin().await?;
        tx.set_user_name(user.as_str(), name).await?;
        Ok(tx.commit().await?)
    }

    /// Every other session ends.
    pub async fn change_password(
        &self,
        user: &UserId,
        session: &SessionId,
        old: &str,
        new: &str,
    ) -> Result<(), AccountError> {
        let row = self.own(user).await?;
        let checked = password::check(new, &EmailAddress::parse(&row.email)?)?;
        let turn = self.prove_password(&row, old).await?;
        let hash = self.hasher().hash(&turn, checked).await?;
        let now = self.now();
        let mut tx = self.db().begin().await?;
        tx.set_password(&row.id, &hash).await?;
        tx.void_email_tokens(&row.id, Purpose::Reset.as_str(), now).await?;
        self.void_email_change(&mut tx, &row.id, now).await?;
        tx.end_sessions(&row.id, session.as_str(), now, "password").await?;
        self.record(&mut tx, &row.id, "password changed", &json!({"user": row.id})).await?;
        self.notify(&mut tx, &row.email, "password_changed").await?;
        Ok(tx.commit().await?)
    }

    /// The new address counts once its mailbox was read. The answer is the same where another account has it.
    pub async fn begin_email_change(&self, user: &UserId, password: &str, email: &str) -> Result<(), AccountError> {
        let row = self.own(user).await?;
        let email = EmailAddress::parse(email)?;
        self.prove_password(&row, password).await?;
        let mut data = Map::new();
        data.insert("user".to_owned(), row.id.clone().into());
        let mut tx = self.db().begin().await?;
        self.enqueue_mail(&mut tx, email.as_str(), "change", &data).await?;
        Ok(tx.commit().await?)
    }

    pub async fn finish_email_change(&self, token: &str) -> Result<(), AccountError> {
        let row = self.of_link(Purpose::Change, token).await?;
        let now = self.now();
        let mut tx = self.db().begin().await?;
        self.use_link(&mut tx, token, now).await?;
        let user = tx.user(&row.user_id).await?.ok_or(AccountError::Link)?;
        if tx.user_by_email(&row.email).await?.is_some_and(|other| other.id != user.id) {
            return Err(AccountError::Link);
        }
        tx.set_email(&user.id, &row.email, now).await?;
        tx.void_email_tokens(&user.id, Purpose::Reset.as_str(), now).await?;
        self.void_email_change(&mut tx, &user.id, now).await?;
        self.record(&mut tx, &user.id, "e-mail changed", &json!({"user": user.id})).await?;
        // To the old one: whoever reads it may know nothing of it.
        self.notify(&mut tx, &user.email, "email_changed").await?;
        Ok(tx.commit().await?)
    }

    /// Gone, with everything that names the person: see [`Accounts::erase_person`].
    pub async fn delete_account(&self, user: &UserId, password: &str) -> Result<(), AccountError> {
        let row = self.own(user).await?;
        self.prove_password(&row, password).await?;
        self.erase(&row, &row.id).await
    }
}
