//! What a channel does with prices and stock of all its listings.

use entrepot_core::{AppError, RequestContext};
use entrepot_domain::effective::ChannelRule;
use entrepot_domain::{Money, TenantId};
use entrepot_store::listings::ListingFilter;
use serde::Serialize;

use crate::Listings;
use crate::send::rule_of;

/// Listings looked at at a time.
const PAGE: i64 = 100;
/// Lines of a plan; it says how many more there are.
const MOST_LINES: usize = 1_000;

/// What a rule would change.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RulePlan {
    /// Listings that were looked at.
    pub listings: usize,
    /// Variants whose price or stock would be another.
    pub changed: usize,
    /// Variants that would not be listed, and why.
    pub refused: usize,
    /// The first thousand of both.
    pub lines: Vec<RulePlanLine>,
}

/// One variant under a rule.
#[derive(Clone, Debug, Serialize)]
pub struct RulePlanLine {
    pub listing: String,
    pub variant: String,
    pub sku: Option<String>,
    pub price: Option<Money>,
    pub price_then: Option<Money>,
    pub stock: Option<i64>,
    pub stock_then: Option<i64>,
    pub problem: Option<String>,
}

impl Listings {
    /// The channel's rule.
    pub async fn rule(&self, tenant: &TenantId, channel: &str) -> Result<ChannelRule, AppError> {
        let channel = self.channel_id(tenant, channel).await?;
        rule_of(&self.services.db().tenant(tenant).listing_lane(&channel).await?)
    }

    /// Sets it; all listings of the channel follow.
    pub async fn set_rule(&self, context: &RequestContext, channel: &str, rule: &ChannelRule) -> Result<(), AppError> {
        rule.check().map_err(AppError::Listing)?;
        let channel = self.channel_id(&context.tenant, channel).await?;
        let text = serde_json::to_string(rule).map_err(|error| AppError::Listing(error.to_string()))?;
        let mut tx = self.services.db().tenant(&context.tenant).begin().await?;
        tx.set_listing_rule(&channel, &text).await?;
        tx.commit().await?;
        tracing::info!(channel = channel.as_str(), actor = context.actor, "the channel's rule was changed");
        Ok(())
    }

    /// What it would change, before it is set.
    pub async fn plan_rule(&self, tenant: &TenantId, channel: &str, rule: &ChannelRule) -> Result<RulePlan, AppError> {
        let now = self.rule(tenant, channel).await?;
        self.compare_rules(tenant, channel, &now, rule).await
    }

    /// What one rule does in the place of another.
    pub async fn compare_rules(
        &self,
        tenant: &TenantId,
        channel: &str,
        now: &ChannelRule,
        rule: &ChannelRule,
    ) -> Result<RulePlan, AppError> {
        rule.check().map_err(AppError::Listing)?;
        let (scoped, channel) = (self.services.db().tenant(tenant), self.channel_id(tenant, channel).await?);
        let (mut plan, mut before) = (RulePlan::default(), String::new());
        let filter = ListingFilter { channel: channel.as_str(), ..ListingFilter::default() };
        loop {
            let rows = scoped.listings(filter, &before, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(plan) };
            before.clone_from(&last.id);
            plan.listings += rows.len();
            for of in self.load(&scoped, rows).await? {
                let (as_is, then) = (of.under(now)?, of.under(rule)?);
                let problems = &then.effective.problems;
                for (at, ((listed, old), (_, new))) in as_is.offers().zip(then.offers()).enumerate() {
                    let path = format!("/variants/{at}/price");
                    let problem = problems.iter().find(|(of, ..)| *of == path).map(|(_, _, why)| why.clone());
                    if old == new && problem.is_none() {
                        continue;
                    }
                    if problem.is_some() {
                        plan.refused += 1
                    } else {
                        plan.changed += 1
                    }
                    if plan.lines.len() < MOST_LINES {
                        plan.lines.push(RulePlanLine {
                            listing: of.row.id.clone(),
                            variant: listed.variant_id.clone(),
                            sku: listed.sku.clone(),
                            price: old.price,
                            price_then: new.price,
                            stock: old.stock,
                            stock_then: new.stock,
                            problem,
                        });
                    }
                }
            }
        }
    }
}
