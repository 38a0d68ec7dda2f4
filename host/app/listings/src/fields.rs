//! What this process remembers: what categories ask for, and which channels have a job already.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use entrepot_channels::OpenChannel;
use entrepot_core::AppError;
use entrepot_domain::ChannelId;
use entrepot_domain::clock::{Timestamp, millis};
use entrepot_domain::listing::CategoryField;
use entrepot_store::Scoped;
use entrepot_store::listings::CategoryRow;

use crate::Listings;

/// Marketplaces change what a category asks for now and then.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// A job that was made is taken soon; where it was lost, another is made.
const JOB: Duration = Duration::from_secs(5);
/// Entries; more are forgotten.
const MOST: usize = 10_000;

#[derive(Default)]
pub(crate) struct FieldCache {
    fields: Mutex<HashMap<(String, String), (Instant, Vec<CategoryField>)>>,
    jobs: Mutex<HashMap<(String, String), Instant>>,
}

impl FieldCache {
    fn known(&self, channel: &str, category: &str) -> Option<Vec<CategoryField>> {
        let fields = self.fields.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, known) = fields.get(&(channel.to_owned(), category.to_owned()))?;
        (at.elapsed() < KEPT).then(|| known.clone())
    }

    fn keep(&self, channel: &str, category: &str, found: Vec<CategoryField>) {
        let mut fields = self.fields.lock().unwrap_or_else(PoisonError::into_inner);
        if fields.len() >= MOST {
            fields.clear();
        }
        fields.insert((channel.to_owned(), category.to_owned()), (Instant::now(), found));
    }

    /// No job was made for it a moment ago.
    pub(crate) fn is_new(&self, tenant: &str, channel: &str) -> bool {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.retain(|_, made| made.elapsed() < JOB);
        jobs.insert((tenant.to_owned(), channel.to_owned()), Instant::now()).is_none()
    }

    /// Its job is at work or over: the next one is new.
    pub(crate) fn job_is_taken(&self, tenant: &str, channel: &str) {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).remove(&(tenant.to_owned(), channel.to_owned()));
    }
}

impl Listings {
    /// What a category asks for, as it was told last; `None` where it was not asked yet. No marketplace is waited for.
    pub(crate) async fn known_fields(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        category: Option<&str>,
    ) -> Result<Option<Vec<CategoryField>>, AppError> {
        let named = category.unwrap_or_default();
        if let Some(known) = self.fields.known(channel.as_str(), named) {
            return Ok(Some(known));
        }
        Ok(stored(scoped.category(channel, named).await?).map(|(_, fields)| fields))
    }

    /// What a category asks for; the marketplace is asked once a day.
    pub(crate) async fn fields_of(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        category: Option<&str>,
    ) -> Result<Vec<CategoryField>, AppError> {
        let named = category.unwrap_or_default();
        if let Some(known) = self.fields.known(channel.id.as_str(), named) {
            return Ok(known);
        }
        let since = self.services.db().clock().now() - millis(KEPT);
        match stored(scoped.category(&channel.id, named).await?) {
            Some((at, fields)) if at > since => {
                self.fields.keep(channel.id.as_str(), named, fields.clone());
                Ok(fields)
            }
            _ => self.asked_fields(scoped, channel, category).await,
        }
    }

    /// Asks the marketplace, and remembers the answer for all hosts.
    pub(crate) async fn asked_fields(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        category: Option<&str>,
    ) -> Result<Vec<CategoryField>, AppError> {
        let (adapter, session) = (&channel.generation.adapter, channel.session(&self.services));
        let found = adapter.category_fields(&channel.view, session, category.map(str::to_owned)).await?;
        let text = serde_json::to_string(&found).unwrap_or_else(|_| "[]".to_owned());
        let mut tx = scoped.begin().await?;
        tx.put_category_fields(&channel.id, category.unwrap_or_default(), &text).await?;
        tx.commit().await?;
        self.fields.keep(channel.id.as_str(), category.unwrap_or_default(), found.clone());
        Ok(found)
    }
}

fn stored(row: Option<CategoryRow>) -> Option<(Timestamp, Vec<CategoryField>)> {
    let row = row?;
    Some((row.fields_at?, serde_json::from_str(&row.fields?).ok()?))
}
