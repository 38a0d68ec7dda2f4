//! What is read of all tenants at once, by who looks after the whole database.

use entrepot_domain::TenantId;

use crate::{Db, StoreError, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SecretOf {
    pub tenant_id: String,
    pub channel_id: String,
    pub name: String,
    pub sealed: Vec<u8>,
}

const SECRETS: &str =
    "SELECT tenant_id, channel_id, name, sealed FROM channel_secrets ORDER BY tenant_id, channel_id, name";
const TENANTS: &str = "SELECT id FROM tenants ORDER BY id";

impl Db {
    pub async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let rows = read_all!(self, (String,), TENANTS)?;
        Ok(rows.into_iter().map(|(id,)| TenantId::from(id)).collect())
    }
}

impl Tx {
    pub async fn all_secrets(&mut self) -> Result<Vec<SecretOf>, StoreError> {
        Ok(tx_all!(self, SecretOf, SECRETS)?)
    }
}
