//! Asking for an account, and proving its address.

use entrepot_domain::email::EmailAddress;
use entrepot_domain::{Id, UserId, password};
use serde_json::Map;

use crate::links::Purpose;
use crate::tokens::hashed;
use crate::{AccountError, Accounts};

/// Characters of a person's name.
const MAX_NAME_LEN: usize = 100;

/// What a person may be called.
pub(crate) fn check_name(name: &str) -> Result<&str, AccountError> {
    let name = name.trim();
    let refused = |why: &str| Err(AccountError::Refused(format!("the name {why}")));
    if name.is_empty() {
        return refused("is empty; give one that others know you by");
    }
    if name.chars().count() > MAX_NAME_LEN {
        return refused(&format!("has more than {MAX_NAME_LEN} characters"));
    }
    if name.chars().any(entrepot_domain::names::is_unseen) {
        return refused("holds characters that cannot be seen; type it anew");
    }
    Ok(name)
}

impl Accounts {
    /// The same work whether there is an account of that address or not; its reader learns which by mail.
    pub async fn register(&self, email: &str, name: &str, given: &str) -> Result<(), AccountError> {
        if !self.options().open_registration {
            return Err(AccountError::Closed);
        }
        let email = EmailAddress::parse(email)?;
        let name = check_name(name)?;
        let password = password::check(given, &email)?;
        let turn = self.hasher().queue()?;
        let hash = self.hasher().hash(&turn, password).await?;
        let now = self.now();
        let mut tx = self.db().begin().await?;
        tx.register_user(UserId::make(now).as_str(), email.as_str(), name, &hash, now).await?;
        self.enqueue_mail(&mut tx, email.as_str(), "register", &Map::new()).await?;
        Ok(tx.commit().await?)
    }

    /// With the password that was chosen: a link alone would open an account that somebody else asked for in one's name.
    pub async fn verify(&self, token: &str, given: &str) -> Result<(), AccountError> {
        let row = self.of_link(Purpose::Verify, token).await?;
        let turn = self.hasher().queue()?;
        self.count_try(&hashed(&row.email)).await?;
        let user =
            self.db().user(&row.user_id).await?.filter(|user| user.email == row.email).ok_or(AccountError::Link)?;
        if !self.hasher().verify(&turn, password::normalised(given), user.password.clone()).await? {
            return Err(AccountError::Refused(
                "the password is not the one that was chosen with the account; if you did not ask for one, leave the mail alone, or register \
                 with a password of your own"
                    .to_owned(),
            ));
        }
        let now = self.now();
        let mut tx = self.db().begin().await?;
        self.use_link(&mut tx, token, now).await?;
        tx.verify_user(&user.id, now).await?;
        tx.clear_sign_in_failures(&hashed(&row.email)).await?;
        Ok(tx.commit().await?)
    }
}
