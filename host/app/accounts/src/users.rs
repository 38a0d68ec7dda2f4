//! All accounts of the host, as operators look after them.

use entrepot_domain::account::{HostRole, TenantRole};
use entrepot_domain::email::EmailAddress;
use entrepot_domain::{Id, Secret, UserId, password};
use entrepot_store::Tx;
use entrepot_store::people::users::UserRow;
use serde_json::json;

use crate::links::Purpose;
use crate::{AccountError, Accounts};

/// An account, and what it is to be.
#[derive(Clone, Copy, Debug)]
pub struct NewUser<'a> {
    pub email: &'a str,
    pub name: Option<&'a str>,
    pub host_role: Option<HostRole>,
    /// Name or id, and what they are to it.
    pub tenant: Option<(&'a str, TenantRole)>,
    /// `None`: they choose one by a link.
    pub password: Option<&'a str>,
    pub handing: Handing,
    pub by: &'a str,
}

/// How somebody gets the link to choose a password with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handing {
    /// Into their mailbox: nobody else can take the account.
    Mail,
    /// It is shown to who has the machine's shell, and the database with it.
    Shown,
}

#[derive(Debug)]
pub struct AddedUser {
    pub user: UserId,
    pub email: String,
    /// Good once, for an hour, to choose a password; `None`: they have one, or the link is on its way by mail.
    pub link: Option<Secret>,
}

impl Accounts {
    pub async fn users(&self, after: &str, limit: i64) -> Result<Vec<UserRow>, AccountError> {
        Ok(self.db().users(after, limit).await?)
    }

    /// By id or e-mail address.
    pub async fn user(&self, user: &str) -> Result<UserRow, AccountError> {
        let found = match EmailAddress::parse(user) {
            Ok(email) => self.db().user_by_email(email.as_str()).await?,
            Err(_) => self.db().user(user).await?,
        };
        found.ok_or_else(|| AccountError::no_user(user))
    }

    /// Adds an account, or gives one that is there another role. An operator vouches for the address.
    pub async fn add_user(&self, new: NewUser<'_>) -> Result<AddedUser, AccountError> {
        let email = EmailAddress::parse(new.email)?;
        let tenant = match new.tenant {
            Some((tenant, role)) => Some((self.tenant(tenant).await?, role)),
            None => None,
        };
        let hash = match new.password {
            Some(given) => {
                let password = password::check(given, &email)?;
                let turn = self.hasher().queue()?;
                Some(self.hasher().hash(&turn, password).await?)
            }
            None => None,
        };
        let local = email.as_str().split('@').next().unwrap_or_default().to_owned();
        let name = new.name.map(crate::register::check_name).transpose()?.unwrap_or(&local);
        let now = self.now();
        let mut tx = self.db().begin().await?;
        tx.insert_user(UserId::make(now).as_str(), email.as_str(), name, None, now).await?;
        let user = tx.user_by_email(email.as_str()).await?.ok_or_else(|| AccountError::no_user(email.as_str()))?;
        if user.password.is_some() && user.verified_at.is_some() && hash.is_some() {
            return Err(AccountError::Conflict(format!(
                "{email} has an account and a password; add the role without one, or reset it: entrepot user reset {email}"
            )));
        }
        let mut link = None;
        match &hash {
            Some(hash) => {
                tx.set_password(&user.id, hash).await?;
                tx.verify_user(&user.id, now).await?;
            }
            None if user.password.is_some() && user.verified_at.is_some() => {}
            None => link = self.hand(&mut tx, &user, new.handing, "welcome").await?,
        }
        if let Some(role) = new.host_role
            && tx.give_host_role(&user.id, role.as_str(), new.by, now).await?
        {
            self.record(&mut tx, new.by, "role given", &json!({"user": user.id, "role": role})).await?;
        }
        tx.commit().await?;
        if let Some((tenant, role)) = tenant {
            let mut tx = self.db().tenant(&tenant.id.as_str().into()).begin().await?;
            tx.hold_members().await?;
            tx.put_member(&user.id, role.as_str(), new.by, Some(now)).await?;
            let details = json!({"tenant": tenant.id, "user": user.id, "role": role});
            self.record(tx.raw(), new.by, "member added", &details).await?;
            tx.commit().await?;
        }
        Ok(AddedUser { user: user.id.into(), email: email.to_string(), link })
    }

    /// They are signed out everywhere at once, and their keys open nothing. False: they were disabled already.
    pub async fn disable_user(&self, user: &str, by: &str) -> Result<bool, AccountError> {
        let (row, now) = (self.user(user).await?, self.now());
        let mut tx = self.db().begin().await?;
        let disabled = tx.disable_user(&row.id, now).await?;
        if row.is_operator == 1 && disabled && tx.count_operators().await? == 0 {
            return Err(AccountError::Conflict(
                "this is the last operator of the host: make somebody else operator first (entrepot user add EMAIL --role operator)".to_owned(),
            ));
        }
        if disabled {
            tx.end_sessions(&row.id, "", now, "disabled").await?;
            self.record(&mut tx, by, "account disabled", &json!({"user": row.id})).await?;
        }
        tx.commit().await?;
        Ok(disabled)
    }

    /// False: they were not disabled.
    pub async fn enable_user(&self, user: &str, by: &str) -> Result<bool, AccountError> {
        let row = self.user(user).await?;
        let mut tx = self.db().begin().await?;
        let enabled = tx.enable_user(&row.id).await?;
        if enabled {
            self.record(&mut tx, by, "account enabled", &json!({"user": row.id})).await?;
        }
        tx.commit().await?;
        Ok(enabled)
    }

    /// Makes the link, or has it made when the mail is sent.
    async fn hand(
        &self,
        tx: &mut Tx,
        user: &UserRow,
        handing: Handing,
        template: &str,
    ) -> Result<Option<Secret>, AccountError> {
        match handing {
            Handing::Shown => self.link(tx, Purpose::Reset, &user.id, &user.email, None).await.map(Some),
            Handing::Mail => self.notify(tx, &user.email, template).await.map(|()| None),
        }
    }

    /// A link to choose a new password with, good once, for an hour; sessions and second factor end. For whoever lost everything.
    pub async fn reset_user(&self, user: &str, handing: Handing, by: &str) -> Result<AddedUser, AccountError> {
        let (row, now) = (self.user(user).await?, self.now());
        let mut tx = self.db().begin().await?;
        tx.void_email_tokens(&row.id, Purpose::Reset.as_str(), now).await?;
        self.void_email_change(&mut tx, &row.id, now).await?;
        tx.remove_totp(&row.id).await?;
        tx.end_sessions(&row.id, "", now, "reset").await?;
        let link = self.hand(&mut tx, &row, handing, "reset").await?;
        self.record(&mut tx, by, "account reset", &json!({"user": row.id})).await?;
        self.notify(&mut tx, &row.email, "account_reset").await?;
        tx.commit().await?;
        Ok(AddedUser { user: row.id.into(), email: row.email, link })
    }

    /// Whether anybody could sign in as an operator.
    pub async fn has_operator(&self) -> Result<bool, AccountError> {
        Ok(self.db().count_operators().await? > 0)
    }
}
