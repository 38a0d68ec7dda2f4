//! Listings that a channel's rule makes, ends and takes up again by itself.
// See docs/decisions/0089-listed-by-rule.md

use std::collections::HashSet;
use std::time::Duration;

use entrepot_channels::OpenChannel;
use entrepot_core::{AppError, RequestContext};
use entrepot_domain::clock::millis;
use entrepot_domain::effective::{ChannelRule, Create, ListRule};
use entrepot_domain::listing::Status;
use entrepot_domain::names::shell_word;
use entrepot_domain::run::may_vanish;
use entrepot_domain::{ListingId, TenantId};
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::channels::ChannelRow;
use entrepot_store::listings::{Candidate, Edit, ListingRow};
use entrepot_store::{Scoped, ScopedTx};
use serde_json::json;

use crate::Listings;
use crate::change::ListingChange;
use crate::prepare::{Around, Prepared, insert, prepare};
use crate::send::rule_of;
use crate::waits::concerns_all;

/// Products looked at in one transaction.
const AT_ONCE: i64 = 50;
/// Who did it, in a listing's history.
const ACTOR: &str = "rule";
/// What ended within this time counts together: many small steps end no more than a large one.
const SPAN_MS: i64 = 24 * 60 * 60 * 1000;
/// A marketplace that could not be asked is asked again after this.
const AGAIN: Duration = Duration::from_secs(60);

/// What a rule makes of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ruled {
    /// It has no listing, and is to have one.
    Create,
    /// The rule ended it, and it matches again.
    Again,
    End,
    Nothing,
}

pub(crate) fn ruled(rule: &ListRule, of: &Candidate) -> Ruled {
    let by_rule = of.by_rule.as_deref().unwrap_or_default();
    let is_archived = of.status.as_deref() == Some(Status::Archived.as_str());
    match (rule.lists(&of.channel_id, of.filtered()), &of.listing) {
        (true, None) => Ruled::Create,
        (true, Some(_)) if by_rule == "ended" && is_archived => Ruled::Again,
        (false, Some(_)) if rule.end && by_rule == "made" && !is_archived => Ruled::End,
        _ => Ruled::Nothing,
    }
}

impl Listings {
    /// Looks at some of the products that changed, under the channel's lease. What is to end waits until all were looked at: only then is
    /// known whether it is too much to be believed.
    pub(crate) async fn apply_list_rule(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
    ) -> Result<(), AppError> {
        let open = scoped.listing_candidates(&channel.id, false, AT_ONCE).await?;
        // Read after them: a rule that is set meanwhile has its products looked at again.
        let rule = rule_of(&scoped.listing_lane(&channel.id).await?)?;
        let Some(list) = &rule.list else { return Ok(()) };
        if open.is_empty() {
            return match self.end_by_rule(scoped, channel, owner).await {
                Err(AppError::ListingChanged(_)) => Ok(()),
                ended => ended,
            };
        }
        let row = self.channels.channel(scoped.tenant(), channel.id.as_str()).await?;
        let mut there = HashSet::new();
        if list.create == Create::Publish {
            there = match self.standing_already(scoped, channel, list, &open).await {
                Err(AppError::Call(error)) => {
                    let wait = match concerns_all(&error) {
                        true => self.wait_after(scoped, channel, &error).await?,
                        false => AGAIN,
                    };
                    tracing::warn!("products are not listed by the rule: {error}");
                    let why = format!("the rule could not look whether products stand there already: {error}");
                    return self.put_lane_off(scoped, &channel.id, owner, wait, &why).await;
                }
                found => found?,
            };
        }
        match self.apply_to(scoped, &row, owner, list, (&open, &there)).await {
            // Somebody lists one of them at the same moment: it is looked at once more.
            Err(AppError::Contested | AppError::ListingChanged(_)) => Ok(()),
            applied => applied,
        }
    }

    async fn apply_to(
        &self,
        scoped: &Scoped,
        channel: &ChannelRow,
        owner: &str,
        list: &ListRule,
        (open, there): (&[Candidate], &HashSet<String>),
    ) -> Result<(), AppError> {
        let to_make: Vec<&str> =
            { open.iter() }.filter(|of| ruled(list, of) == Ruled::Create).map(|of| of.product_id.as_str()).collect();
        let products = scoped.products_with_ids(&to_make).await?;
        let around = Around::of(scoped, channel, &to_make).await?;
        let again = rows(scoped, open.iter().filter(|of| ruled(list, of) == Ruled::Again)).await?;
        let (now, id) = (self.services.db().clock().now(), entrepot_domain::ChannelId::from(channel.id.as_str()));
        let mut tx = scoped.begin().await?;
        tx.hold_channel_work(ChannelWork::Listings, &id, owner, millis(self.services.options().lease)).await?;
        for of in open {
            match ruled(list, of) {
                Ruled::Create => {
                    let product = products.iter().find(|product| product.id.as_str() == of.product_id);
                    let publish = list.create == Create::Publish && !there.contains(&of.product_id);
                    let change = ListingChange::default();
                    match product.map(|product| prepare(channel, product, change, &around, now)).transpose() {
                        Ok(Some(prepared)) => {
                            let stands = there.contains(&of.product_id).then_some(channel.name.as_str());
                            make(&mut tx, prepared, publish, stands).await?;
                        }
                        // Gone meanwhile, or our own listing that came in again.
                        Ok(None) | Err(AppError::Listing(_)) => {}
                        Err(error) => return Err(error),
                    }
                }
                Ruled::Again => {
                    if let Some(row) = again.iter().find(|row| Some(&row.id) == of.listing.as_ref()) {
                        let stands = row.external_id.is_some();
                        let publish = list.create == Create::Publish || stands;
                        set_status(&mut tx, row, if publish { Status::Active } else { Status::Draft }).await?;
                        tx.note_by_rule(&row.listing_id(), "made").await?;
                    }
                }
                Ruled::End => {
                    tx.candidate_is_to_end(&id, of).await?;
                    continue;
                }
                Ruled::Nothing => {}
            }
            tx.drop_candidate(&id, of).await?;
        }
        // Whether what is held back is still too much is seen when all were looked at.
        tx.hold_ends(&id, 0).await?;
        Ok(tx.commit().await?)
    }

    /// Products among these of which the marketplace has something with one of their SKUs: a person adopts that, so that nothing stands
    /// there twice.
    async fn standing_already(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        list: &ListRule,
        open: &[Candidate],
    ) -> Result<HashSet<String>, AppError> {
        let new: Vec<&str> =
            { open.iter() }.filter(|of| ruled(list, of) == Ruled::Create).map(|of| of.product_id.as_str()).collect();
        let products = scoped.products_with_ids(&new).await?;
        let skus = |product: &entrepot_domain::catalog::Product| -> Vec<String> {
            product.variants.iter().filter_map(|variant| variant.sku.clone()).filter(|sku| !sku.is_empty()).collect()
        };
        let mut all: Vec<String> = products.iter().flat_map(|stored| skus(&stored.product)).collect();
        all.sort_unstable();
        all.dedup();
        if all.is_empty() {
            return Ok(HashSet::new());
        }
        let (adapter, session) = (&channel.generation.adapter, channel.session(&self.services));
        let found = adapter.find_listings(&channel.view, session, all).await?;
        let found: HashSet<String> = found.into_iter().map(|(sku, _)| sku).collect();
        let stands = |product| skus(product).iter().any(|sku| found.contains(sku));
        Ok(products.iter().filter(|stored| stands(&stored.product)).map(|stored| stored.id.to_string()).collect())
    }

    /// All were looked at: what the rule is to end ends, if it is not more than a mistake would be.
    async fn end_by_rule(&self, scoped: &Scoped, channel: &OpenChannel, owner: &str) -> Result<(), AppError> {
        let mut tx = scoped.begin().await?;
        tx.drop_gone_candidates(&channel.id).await?;
        tx.commit().await?;
        let since = self.services.db().clock().now() - SPAN_MS;
        let count = scoped.count_by_rule(&channel.id, since).await?;
        let whole = |number: i64| usize::try_from(number).unwrap_or(0);
        let percent = self.services.options().mass_deletion_percent;
        let most = may_vanish(whole(count.made + count.ended), percent).max(1);
        let ending = scoped.listing_candidates(&channel.id, true, AT_ONCE).await?;
        let lane = scoped.listing_lane(&channel.id).await?;
        let Some(list) = rule_of(&lane)?.list else { return Ok(()) };
        let mut tx = scoped.begin().await?;
        tx.hold_channel_work(ChannelWork::Listings, &channel.id, owner, millis(self.services.options().lease)).await?;
        if whole(count.ending + count.ended) > most && count.ending > lane.ends_allowed {
            let (ends, made) = (count.ending, count.made);
            tracing::warn!(ends, made, "the channel's rule would end many listings: a person has to allow it");
            tx.hold_ends(&channel.id, ends).await?;
            return Ok(tx.commit().await?);
        }
        let rows = rows(scoped, ending.iter()).await?;
        for of in &ending {
            let row = rows.iter().find(|row| Some(&row.id) == of.listing.as_ref());
            // It may match again, or a person may have ended it.
            if let Some(row) = row.filter(|_| ruled(&list, of) == Ruled::End) {
                set_status(&mut tx, row, Status::Archived).await?;
                tx.note_by_rule(&row.listing_id(), "ended").await?;
            }
            tx.drop_candidate(&channel.id, of).await?;
        }
        let more = count.ending > AT_ONCE;
        tx.set_ends_allowed(&channel.id, if more { (lane.ends_allowed - AT_ONCE).max(0) } else { 0 }).await?;
        Ok(tx.commit().await?)
    }

    /// Listings that the channel's rule holds back from being ended may end, if they are no more than `most`.
    pub async fn allow_rule_ends(&self, context: &RequestContext, channel: &str, most: i64) -> Result<(), AppError> {
        let held = self.held_rule_ends(&context.tenant, channel).await?;
        if held == 0 {
            return Err(AppError::Listing("the channel's rule holds no listing back from being ended".to_owned()));
        }
        if most < held {
            let told = format!("the rule holds {held} listings back, all or none: allowing {most} ends none of them");
            return Err(AppError::Listing(told));
        }
        self.expect_rule_ends(context, channel, most).await
    }

    /// The next listings that the channel's rule ends may be so many: whoever set it was shown that.
    pub async fn expect_rule_ends(&self, context: &RequestContext, channel: &str, most: i64) -> Result<(), AppError> {
        let channel = self.channel_id(&context.tenant, channel).await?;
        let mut tx = self.services.db().tenant(&context.tenant).begin().await?;
        tx.set_ends_allowed(&channel, most).await?;
        tx.open_candidates_again(&channel).await?;
        tx.commit().await?;
        tracing::info!(channel = channel.as_str(), actor = context.actor, most, "the rule may end listings");
        Ok(())
    }

    /// How many listings the channel's rule would end, and waits to be allowed to.
    pub async fn held_rule_ends(&self, tenant: &TenantId, channel: &str) -> Result<i64, AppError> {
        let channel = self.channel_id(tenant, channel).await?;
        Ok(self.services.db().tenant(tenant).listing_lane(&channel).await?.ends_held)
    }

    /// The channels of `list.from` by their ids.
    pub(crate) async fn with_channel_ids(&self, scoped: &Scoped, rule: &ChannelRule) -> Result<ChannelRule, AppError> {
        let mut rule = rule.clone();
        for named in rule.list.iter_mut().flat_map(|list| &mut list.from) {
            let row = scoped.channel(named).await?;
            *named = row.map(|row| row.id).ok_or_else(|| AppError::NoChannel(named.clone()))?;
        }
        Ok(rule)
    }
}

async fn rows(scoped: &Scoped, of: impl Iterator<Item = &Candidate>) -> Result<Vec<ListingRow>, AppError> {
    let ids: Vec<&str> = of.filter_map(|of| of.listing.as_deref()).collect();
    Ok(scoped.listings_with_ids(&ids).await?)
}

/// `stands`: the name of the channel, where something with one of its SKUs is there already.
async fn make(tx: &mut ScopedTx, mut prepared: Prepared, publish: bool, stands: Option<&str>) -> Result<(), AppError> {
    // What is linked with something there would be written over it: a person looks first.
    prepared.status = if publish && prepared.external.is_none() { Status::Active } else { Status::Draft };
    match insert(tx, &prepared, ACTOR).await {
        Err(AppError::Listing(_)) => Ok(()),
        inserted => {
            inserted?;
            if let Some(channel) = stands {
                let told = format!(
                    "The marketplace has goods with one of its SKUs already, so it is a draft. To take them for this listing: \
                     entrepot listing adopt {} --apply",
                    shell_word(channel)
                );
                tx.listing_waits_because(&prepared.id, &told).await?;
            }
            // What stood there before is not the rule's to end.
            let is_new = prepared.external.is_none();
            if is_new { Ok(tx.note_by_rule(&prepared.id, "made").await?) } else { Ok(()) }
        }
    }
}

async fn set_status(tx: &mut ScopedTx, row: &ListingRow, status: Status) -> Result<(), AppError> {
    let edit = Edit {
        status: status.as_str(),
        overrides: &row.overrides,
        category: row.category_id.as_deref(),
        fields: &row.fields,
        version: row.version,
    };
    let id: ListingId = row.listing_id();
    if !tx.edit_listing(&id, edit).await? {
        return Err(AppError::ListingChanged(row.id.clone()));
    }
    Ok(tx.note_listing(&id, "edited", ACTOR, &json!({ "status": status }).to_string()).await?)
}
