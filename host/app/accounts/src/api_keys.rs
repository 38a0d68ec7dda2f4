//! Keys for programs.

use entrepot_domain::account::Scope;
use entrepot_domain::{ApiKeyId, Id, Secret, TenantId};
use entrepot_store::people::api_keys::{ApiKeyRow, NewApiKey};
use serde_json::json;

use crate::tokens::ApiKeyText;
use crate::{AccountError, Accounts, Principal};

const DAY_MS: i64 = 24 * 60 * 60_000;
const MAX_DAYS: i64 = 3_650;
/// Characters.
const MAX_NAME_LEN: usize = 100;

#[derive(Clone, Copy)]
pub struct NewKey<'a> {
    pub name: &'a str,
    pub scopes: &'a [Scope],
    /// `None`: it counts until it is revoked.
    pub expires_in_days: Option<i64>,
    /// Who asks for it: it can do no more than they can. `None`: a command does.
    pub maker: Option<&'a Principal>,
    /// For the record.
    pub by: &'a str,
}

/// A key, whole: it is shown once.
#[derive(Debug)]
pub struct ShownKey {
    pub key: Secret,
    pub row: ApiKeyRow,
}

fn no_key(key: &str) -> AccountError {
    AccountError::NotFound(format!(
        "there is no API key {key:?} in this tenant; `entrepot api-key list` shows what there is"
    ))
}

impl Accounts {
    pub async fn api_keys(&self, tenant: &TenantId, before: &str, limit: i64) -> Result<Vec<ApiKeyRow>, AccountError> {
        Ok(self.db().tenant(tenant).api_keys(before, limit).await?)
    }

    pub async fn make_api_key(&self, tenant: &TenantId, new: NewKey<'_>) -> Result<ShownKey, AccountError> {
        let name = new.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME_LEN || name.chars().any(entrepot_domain::names::is_unseen)
        {
            return Err(AccountError::Refused(format!(
                "a key has a name of 1 to {MAX_NAME_LEN} characters that can be seen"
            )));
        }
        check_scopes(new.scopes, new.maker)?;
        let expires_at = match new.expires_in_days {
            Some(days) if (1..=MAX_DAYS).contains(&days) => Some(self.now() + days * DAY_MS),
            Some(days) => {
                return Err(AccountError::Refused(format!(
                    "a key counts for 1 to {MAX_DAYS} days, and not for {days}"
                )));
            }
            None => None,
        };
        let (key, id) = (ApiKeyText::generate(), ApiKeyId::make(self.now()));
        let mut scopes: Vec<String> = new.scopes.iter().map(ToString::to_string).collect();
        scopes.sort_unstable();
        scopes.dedup();
        let made_by = new.maker.and_then(Principal::person);
        let mut tx = self.db().tenant(tenant).begin().await?;
        tx.insert_api_key(&NewApiKey {
            id: id.as_str(),
            name,
            prefix: &key.prefix,
            secret_hash: &key.secret_hash(),
            scopes: &scopes,
            made_by: made_by.map(|person| person.user.as_str()),
            made_by_name: made_by.map_or(new.by, |person| person.name.as_str()),
            expires_at,
        })
        .await?;
        let details = json!({"tenant": tenant, "key": id, "prefix": key.prefix, "scopes": scopes});
        self.record(tx.raw(), new.by, "key made", &details).await?;
        tx.commit().await?;
        let row = self.db().tenant(tenant).api_key(id.as_str()).await?.ok_or_else(|| no_key(id.as_str()))?;
        Ok(ShownKey { key: key.whole(), row })
    }

    /// By id or prefix. It opens nothing from now on.
    pub async fn revoke_api_key(&self, tenant: &TenantId, key: &str, by: &str) -> Result<ApiKeyRow, AccountError> {
        let scoped = self.db().tenant(tenant);
        let row = scoped.api_key(key).await?.ok_or_else(|| no_key(key))?;
        let mut tx = scoped.begin().await?;
        if tx.revoke_api_key(&row.id).await? {
            self.record(tx.raw(), by, "key revoked", &json!({"tenant": tenant, "key": row.id, "prefix": row.prefix}))
                .await?;
        }
        tx.commit().await?;
        scoped.api_key(&row.id).await?.ok_or_else(|| no_key(key))
    }
}

fn check_scopes(scopes: &[Scope], maker: Option<&Principal>) -> Result<(), AccountError> {
    if scopes.is_empty() {
        let all: Vec<&str> =
            Scope::ALL.iter().filter(|scope| scope.is_for_keys()).map(|scope| scope.as_str()).collect();
        return Err(AccountError::Refused(format!("a key needs a scope; there is: {}", all.join(", "))));
    }
    if let Some(scope) = scopes.iter().find(|scope| !scope.is_for_keys()) {
        return Err(AccountError::Refused(format!("the scope {scope} is for people alone, and not for keys")));
    }
    match maker.and_then(|maker| scopes.iter().find(|scope| !maker.may(**scope))) {
        Some(scope) => {
            Err(AccountError::Forbidden(format!("you may not give a key the scope {scope}, for you do not have it")))
        }
        None => Ok(()),
    }
}
