use std::collections::BTreeMap;

use entrepot_core::AppError;
use entrepot_domain::TenantId;
use entrepot_store::listings::ListingRow;

use super::MOST;
use super::change::BulkAction;
use crate::Listings;

/// Listings whose adapter is asked for a plan; of more it is told that they were not.
const ASKED: usize = 200;
/// Listings that go out in one request.
const OF_A_REQUEST: usize = 25;

/// What would come of changing many listings.
#[derive(Clone, Debug, Default)]
pub struct ChangePlan {
    pub listings: usize,
    /// Of those, what the marketplace would be told of, as far as anybody can say.
    pub would: usize,
    /// Of those, listings whose adapter was not asked, for there are too many.
    pub not_asked: usize,
    /// Requests that it takes, about.
    pub requests: usize,
    /// What would be left as it is, or refused.
    pub left_out: Vec<LeftOut>,
}

/// A listing that would be left as it is, or refused.
#[derive(Clone, Debug)]
pub struct LeftOut {
    pub listing: String,
    pub title: Option<String>,
    pub channel: String,
    pub why: String,
}

impl Listings {
    /// Nothing is changed, and no marketplace is waited for.
    pub async fn plan_changing(
        &self,
        tenant: &TenantId,
        action: BulkAction,
        ids: &[String],
    ) -> Result<ChangePlan, AppError> {
        if ids.len() > MOST {
            let told = format!("{} listings are more than are changed at once; choose at most {MOST}", ids.len());
            return Err(AppError::Listing(told));
        }
        let scoped = self.services.db().tenant(tenant);
        let rows = scoped.listings_with_ids(&ids.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        if let Some(missing) = ids.iter().find(|id| rows.iter().all(|row| row.id != **id)) {
            return Err(AppError::NoListing(missing.clone()));
        }
        let mut plan = ChangePlan { listings: rows.len(), ..ChangePlan::default() };
        let mut why = BTreeMap::new();
        let mut by_channel: BTreeMap<String, Vec<&ListingRow>> = BTreeMap::new();
        for row in &rows {
            match action.left_out(row) {
                Some(told) => drop(why.insert(row.id.clone(), told.to_owned())),
                None => by_channel.entry(row.channel_id.clone()).or_default().push(row),
            }
        }
        let mut all_asked = 0;
        for (channel, rows) in by_channel {
            let refused = match action {
                // It may be taken off and forgotten whatever is wrong with it.
                BulkAction::End | BulkAction::Remove => Vec::new(),
                BulkAction::Publish | BulkAction::Push => {
                    let asked = rows.len().min(ASKED - all_asked);
                    all_asked += asked;
                    plan.not_asked += rows.len() - asked;
                    self.would_be_refused(tenant, &channel, &rows[..asked]).await?
                }
            };
            let would = rows.len() - refused.len();
            plan.would += would;
            plan.requests += if action == BulkAction::Remove { 0 } else { would.div_ceil(OF_A_REQUEST) };
            why.extend(refused);
        }
        let titles: BTreeMap<String, Option<String>> =
            self.reports(&scoped, rows.clone()).await?.into_iter().map(|report| (report.id, report.title)).collect();
        let channels: BTreeMap<&String, &String> = rows.iter().map(|row| (&row.id, &row.channel_id)).collect();
        let left = why.into_iter().map(|(listing, why)| LeftOut {
            title: titles.get(&listing).cloned().flatten(),
            channel: channels.get(&listing).map_or_else(String::new, |channel| (*channel).clone()),
            listing,
            why,
        });
        plan.left_out = left.collect();
        Ok(plan)
    }

    /// Listings of one channel that could not be sent as they are, and why.
    async fn would_be_refused(
        &self,
        tenant: &TenantId,
        channel: &str,
        rows: &[&ListingRow],
    ) -> Result<Vec<(String, String)>, AppError> {
        let all = |why: String| rows.iter().map(|row| (row.id.clone(), why.clone())).collect();
        let checker = match self.checker(tenant, channel).await {
            Ok(checker) => checker,
            Err(error) if error.is_of_the_database() => return Err(error),
            Err(error) => return Ok(all(error.to_string())),
        };
        let mut refused = Vec::new();
        for row in rows {
            match checker.check((*row).clone()).await {
                Ok(report) => {
                    let first = report.issues.into_iter().next();
                    refused.extend(first.map(|issue| (row.id.clone(), issue.message)));
                }
                Err(error) if error.is_of_the_database() => return Err(error),
                Err(error) => refused.push((row.id.clone(), error.to_string())),
            }
        }
        Ok(refused)
    }
}
