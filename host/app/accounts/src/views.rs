//! Filters of lists that somebody gave a name. They see their own, in the tenant they are in.

use entrepot_domain::TenantId;
use entrepot_domain::names::is_unseen;
use entrepot_store::saved_views::SavedView;

use crate::{AccountError, Accounts, Principal};

/// Views of one list.
const MOST: usize = 20;
/// Characters.
const LONGEST_NAME: usize = 40;
const LONGEST_QUERY: usize = 1_000;

impl Accounts {
    /// In the order they were made. A key has none.
    pub async fn saved_views(
        &self,
        principal: &Principal,
        tenant: &TenantId,
        list: &str,
    ) -> Result<Vec<SavedView>, AccountError> {
        let Some(person) = principal.person() else { return Ok(Vec::new()) };
        Ok(self.db().tenant(tenant).saved_views(person.user.as_str(), list).await?)
    }

    /// One of the same name is replaced.
    pub async fn save_view(
        &self,
        principal: &Principal,
        tenant: &TenantId,
        list: &str,
        view: &SavedView,
    ) -> Result<(), AccountError> {
        let person = principal.person().ok_or_else(|| AccountError::Refused("a key has no views".to_owned()))?;
        let view = SavedView { name: view.name.trim().to_owned(), query: view.query.clone() };
        match view.name.chars().count() {
            0 => return Err(AccountError::Refused("give the view a name, such as \"Drafts of Berlin\"".to_owned())),
            length if length > LONGEST_NAME => {
                let told = format!("the name of a view has at most {LONGEST_NAME} characters; this has {length}");
                return Err(AccountError::Refused(told));
            }
            _ => {}
        }
        if let Some(hidden) = view.name.chars().find(|c| is_unseen(*c)) {
            let told = format!("the name of a view holds {}, which nobody sees; leave it out", hidden.escape_unicode());
            return Err(AccountError::Refused(told));
        }
        if view.query.len() > LONGEST_QUERY {
            return Err(AccountError::Refused(format!("a filter has at most {LONGEST_QUERY} characters")));
        }
        let scoped = self.db().tenant(tenant);
        let known = scoped.saved_views(person.user.as_str(), list).await?;
        if known.len() >= MOST && known.iter().all(|known| known.name != view.name) {
            return Err(AccountError::Refused(format!("there are {MOST} views already; remove one first")));
        }
        let mut tx = scoped.begin().await?;
        tx.save_view(person.user.as_str(), list, &view).await?;
        Ok(tx.commit().await?)
    }

    pub async fn forget_view(
        &self,
        principal: &Principal,
        tenant: &TenantId,
        list: &str,
        name: &str,
    ) -> Result<(), AccountError> {
        let Some(person) = principal.person() else { return Ok(()) };
        let mut tx = self.db().tenant(tenant).begin().await?;
        tx.forget_view(person.user.as_str(), list, name).await?;
        Ok(tx.commit().await?)
    }
}
