//! Categories of marketplaces, as they were told last.

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;

use crate::{Scoped, ScopedTx, StoreError};

/// What is known of a category.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct CategoryRow {
    /// JSON: names from the root down.
    pub path: Option<String>,
    /// JSON: what it asks for; none: it was not asked yet.
    pub fields: Option<String>,
    pub fields_at: Option<Timestamp>,
}

const FIND: &str =
    "SELECT path, fields, fields_at FROM categories WHERE tenant_id = $1 AND channel_id = $2 AND id = $3";
const PUT_PATH: &str = "INSERT INTO categories (tenant_id, channel_id, id, path) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (tenant_id, channel_id, id) DO UPDATE SET path = excluded.path";
const PUT_FIELDS: &str = "INSERT INTO categories (tenant_id, channel_id, id, fields, fields_at) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (tenant_id, channel_id, id) DO UPDATE SET fields = excluded.fields, fields_at = excluded.fields_at";

impl Scoped {
    /// `category`: empty for goods without one.
    pub async fn category(&self, channel: &ChannelId, category: &str) -> Result<Option<CategoryRow>, StoreError> {
        Ok(read_optional!(self, CategoryRow, FIND, self.tenant().as_str(), channel.as_str(), category)?)
    }
}

impl ScopedTx {
    pub async fn put_category_path(
        &mut self,
        channel: &ChannelId,
        category: &str,
        path: &str,
    ) -> Result<(), StoreError> {
        execute!(&mut self.tx, PUT_PATH, self.tenant.as_str(), channel.as_str(), category, path)?;
        Ok(())
    }

    pub async fn put_category_fields(
        &mut self,
        channel: &ChannelId,
        category: &str,
        fields: &str,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, PUT_FIELDS, self.tenant.as_str(), channel.as_str(), category, fields, now)?;
        Ok(())
    }
}
