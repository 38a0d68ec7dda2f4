//! Tenants, as operators look after them.

use entrepot_domain::names::is_unseen;
use entrepot_domain::{Id, TenantId};
use entrepot_store::people::tenants::TenantRow;
use serde_json::json;

use crate::{AccountError, Accounts};

/// Characters of a tenant's name.
const MAX_NAME_LEN: usize = 100;

/// What is to be different.
#[derive(Clone, Debug, Default)]
pub struct TenantChange {
    pub name: Option<String>,
}

fn check_name(name: &str) -> Result<&str, AccountError> {
    let name = name.trim();
    let refused = |why: &str| Err(AccountError::Refused(format!("the name of a tenant {why}")));
    if name.is_empty() || name.chars().count() > MAX_NAME_LEN {
        return refused(&format!("has 1 to {MAX_NAME_LEN} characters"));
    }
    if name.starts_with("ten_") || name.starts_with('-') {
        return refused("does not begin like an id (ten_) or an option (-)");
    }
    if name.chars().any(is_unseen) {
        return refused("holds no characters that cannot be seen");
    }
    Ok(name)
}

fn taken(name: &str) -> impl Fn(entrepot_store::StoreError) -> AccountError {
    move |error| match error.is_conflict() {
        true => AccountError::Conflict(format!("there is a tenant of the name {name:?} already; choose another")),
        false => error.into(),
    }
}

impl Accounts {
    pub async fn tenants(&self) -> Result<Vec<TenantRow>, AccountError> {
        Ok(self.db().tenant_rows().await?)
    }

    /// By name or id.
    pub async fn tenant(&self, tenant: &str) -> Result<TenantRow, AccountError> {
        self.db().tenant_row(tenant).await?.ok_or_else(|| AccountError::no_tenant(tenant))
    }

    /// The only one there is; of several, one has to be named.
    pub async fn only_tenant(&self) -> Result<TenantId, AccountError> {
        let rows = self.tenants().await?;
        match rows.as_slice() {
            [only] => Ok(only.id.as_str().into()),
            [] => Err(AccountError::NotFound("there is no tenant; make one: entrepot tenant add NAME".to_owned())),
            several => {
                let names: Vec<&str> = several.iter().map(|row| row.name.as_str()).collect();
                Err(AccountError::Refused(format!(
                    "there are several tenants: say which with --tenant; there is: {}",
                    names.join(", ")
                )))
            }
        }
    }

    pub async fn add_tenant(&self, name: &str, by: &str) -> Result<TenantRow, AccountError> {
        let (name, now) = (check_name(name)?, self.now());
        let id = TenantId::make(now);
        let mut tx = self.db().begin().await?;
        tx.insert_tenant(id.as_str(), name, now).await.map_err(taken(name))?;
        self.record(&mut tx, by, "tenant made", &json!({"tenant": id, "name": name})).await?;
        tx.commit().await?;
        self.tenant(id.as_str()).await
    }

    pub async fn change_tenant(
        &self,
        tenant: &str,
        change: &TenantChange,
        by: &str,
    ) -> Result<TenantRow, AccountError> {
        let row = self.tenant(tenant).await?;
        if let Some(name) = &change.name {
            let name = check_name(name)?;
            let mut tx = self.db().begin().await?;
            tx.rename_tenant(&row.id, name).await.map_err(taken(name))?;
            self.record(&mut tx, by, "tenant renamed", &json!({"tenant": row.id, "name": name})).await?;
            tx.commit().await?;
        }
        self.tenant(&row.id).await
    }

    /// Nobody can act for it any more. Its catalogue stays in the database; its channels have to be removed before.
    pub async fn remove_tenant(&self, tenant: &str, by: &str) -> Result<TenantRow, AccountError> {
        let row = self.tenant(tenant).await?;
        let mut tx = self.db().begin().await?;
        let channels = tx.count_channels(&row.id).await?;
        if channels > 0 {
            return Err(AccountError::Conflict(format!(
                "{:?} has {channels} channel{} in use; remove them first: entrepot --tenant {} channel remove CHANNEL",
                row.name,
                if channels == 1 { "" } else { "s" },
                entrepot_domain::names::shell_word(&row.name)
            )));
        }
        tx.remove_tenant(&row.id).await?;
        self.record(&mut tx, by, "tenant removed", &json!({"tenant": row.id, "name": row.name})).await?;
        tx.commit().await?;
        Ok(row)
    }
}
