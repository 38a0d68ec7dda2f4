//! What a channel does with all its listings, and what another rule would change.

use std::collections::HashSet;

use entrepot_core::{AppError, RequestContext};
use entrepot_domain::effective::ChannelRule;
use entrepot_domain::listing::Status;
use entrepot_domain::{ChannelId, Money, TenantId};
use entrepot_store::Scoped;
use entrepot_store::listings::ListingFilter;
use serde::Serialize;

use crate::Listings;
use crate::by_rule::{Ruled, ruled};
use crate::send::rule_of;

/// Listings looked at at a time.
const PAGE: i64 = 100;
/// Products looked at at a time.
const PRODUCTS: i64 = 500;
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
    /// Products that would be listed by themselves.
    pub creates: usize,
    /// Of those that the rule ended, listings that would come back.
    pub returns: usize,
    /// Listings that the rule made and would end.
    pub ends: usize,
    /// Listings that would go into another category; ended ones do not count.
    pub moves: usize,
    /// Likewise, that would have no category any more: most marketplaces refuse that.
    pub unplaced: usize,
    /// Products that the rule lists by themselves, whether or not they have a listing already. None: it lists none.
    pub matches: Option<usize>,
    /// The first thousand of these three.
    pub listed: Vec<ListPlanLine>,
}

/// What would become of one product's listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListPlanLine {
    pub product: String,
    pub title: String,
    /// create, return, end.
    pub what: &'static str,
    pub listing: Option<String>,
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
        let rule = self.with_channel_ids(&self.services.db().tenant(&context.tenant), rule).await?;
        let text = serde_json::to_string(&rule).map_err(|error| AppError::Listing(error.to_string()))?;
        let mut tx = self.services.db().tenant(&context.tenant).begin().await?;
        tx.set_listing_rule(&channel, &text, rule.list.is_some()).await?;
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
        let rule = &self.with_channel_ids(&scoped, rule).await?;
        let (mut plan, mut before) = (RulePlan::default(), String::new());
        self.plan_list(&scoped, &channel, rule, &mut plan).await?;
        let filter = ListingFilter { channel: channel.as_str(), ..ListingFilter::default() };
        loop {
            let rows = scoped.listings(filter, &before, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(plan) };
            before.clone_from(&last.id);
            plan.listings += rows.len();
            for of in self.load(&scoped, rows).await? {
                let (as_is, then) = (of.under(now)?, of.under(rule)?);
                let (from, to) = (&as_is.listing.category, &then.listing.category);
                let is_moved = from != to && of.row.status != Status::Archived.as_str();
                match to {
                    None => plan.unplaced += usize::from(is_moved),
                    Some(_) => plan.moves += usize::from(is_moved),
                }
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

    /// Which products the rule would list, and which listings of its own it would end.
    async fn plan_list(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        rule: &ChannelRule,
        plan: &mut RulePlan,
    ) -> Result<(), AppError> {
        let Some(list) = &rule.list else { return Ok(()) };
        let mut after = String::new();
        let mut matches = 0;
        loop {
            plan.matches = Some(matches);
            let page = scoped.products_for_rule(channel, &after, PRODUCTS).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after.clone_from(&last.product_id);
            matches += page.iter().filter(|of| list.lists(&of.channel_id, of.filtered())).count();
            let new = page.iter().filter(|of| ruled(list, of) == Ruled::Create).map(|of| of.product_id.as_str());
            // What one of our listings put elsewhere is not listed again.
            let own: HashSet<String> =
                scoped.own_listings(&new.collect::<Vec<_>>()).await?.into_iter().map(|own| own.id).collect();
            for of in page.into_iter().filter(|of| !own.contains(&of.product_id)) {
                let (number, what) = match ruled(list, &of) {
                    Ruled::Create => (&mut plan.creates, "create"),
                    Ruled::Again => (&mut plan.returns, "return"),
                    Ruled::End => (&mut plan.ends, "end"),
                    Ruled::Nothing => continue,
                };
                *number += 1;
                if plan.listed.len() < MOST_LINES {
                    plan.listed.push(ListPlanLine {
                        product: of.product_id,
                        title: of.title,
                        what,
                        listing: of.listing,
                    });
                }
            }
        }
    }
}
