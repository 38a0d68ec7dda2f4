use async_trait::async_trait;
use entrepot_core::{ActiveOperation, AppError, Operation, Progress, RequestContext, StartedOperation};
use entrepot_domain::TenantId;
use entrepot_store::channels::ChannelRow;
use entrepot_store::products::StoredProduct;
use entrepot_store::{Scoped, ScopedTx};
use serde::{Deserialize, Serialize};

use super::MOST;
use crate::Listings;
use crate::change::ListingChange;
use crate::prepare::{Around, Prepared, insert, prepare};

/// Listings made in one transaction.
const AT_ONCE: usize = 25;
/// Products looked up at once for a plan.
const PLANNED: usize = 250;

/// Makes a draft of each product on a channel. Nothing is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DraftListings {
    pub channel: String,
    pub products: Vec<String>,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DraftedListings {
    pub drafted: u64,
    pub left_out: u64,
    pub lines: Vec<DraftLine>,
}

/// One product of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DraftLine {
    pub product: String,
    pub title: String,
    /// The draft that was made.
    pub listing: Option<String>,
    /// Why none was.
    pub why: Option<String>,
}

/// What would come of it.
#[derive(Clone, Debug, Default)]
pub struct DraftPlan {
    pub products: usize,
    pub would: usize,
    pub left_out: Vec<DraftLine>,
}

impl Listings {
    /// Nothing is changed.
    pub async fn plan_drafting(
        &self,
        tenant: &TenantId,
        channel: &str,
        products: &[String],
    ) -> Result<DraftPlan, AppError> {
        at_most(products)?;
        let scoped = self.services.db().tenant(tenant);
        let channel = self.selling_channel(tenant, channel).await?;
        let mut plan = DraftPlan { products: products.len(), ..DraftPlan::default() };
        for some in products.chunks(PLANNED) {
            for (line, prepared) in self.prepare_all(&scoped, &channel, some).await? {
                match prepared {
                    Some(_) => plan.would += 1,
                    None => plan.left_out.push(line),
                }
            }
        }
        Ok(plan)
    }

    /// The same that is under way is joined.
    pub async fn start_drafting(
        &self,
        context: &RequestContext,
        channel: &str,
        products: Vec<String>,
    ) -> Result<StartedOperation, AppError> {
        at_most(&products)?;
        let channel = self.selling_channel(&context.tenant, channel).await?.id;
        let mut products = products;
        products.sort_unstable();
        products.dedup();
        self.operations.start(&context.tenant, &context.actor, &DraftListings { channel, products }).await
    }

    async fn prepare_all(
        &self,
        scoped: &Scoped,
        channel: &ChannelRow,
        ids: &[String],
    ) -> Result<Vec<(DraftLine, Option<Prepared>)>, AppError> {
        let named: Vec<&str> = ids.iter().map(String::as_str).collect();
        let found: Vec<StoredProduct> = scoped.products_with_ids(&named).await?;
        let around = Around::of(scoped, channel, &named).await?;
        let now = self.services.db().clock().now();
        let mut all = Vec::new();
        for id in ids {
            let mut line = DraftLine { product: id.clone(), title: String::new(), listing: None, why: None };
            let Some(product) = found.iter().find(|found| found.id.as_str() == id) else {
                line.why = Some("There is no such product any more.".to_owned());
                all.push((line, None));
                continue;
            };
            line.title.clone_from(&product.product.title);
            let prepared = match prepare(channel, product, ListingChange::default(), &around, now) {
                Ok(prepared) => Some(prepared),
                Err(AppError::Listing(why)) => {
                    line.why = Some(why);
                    None
                }
                Err(error) => return Err(error),
            };
            all.push((line, prepared));
        }
        Ok(all)
    }
}

fn at_most(products: &[String]) -> Result<(), AppError> {
    match products.len() {
        0 => Err(AppError::Listing("no product was chosen; tick at least one".into())),
        many if many > MOST => {
            Err(AppError::Listing(format!("{many} products are more than are taken at once; choose at most {MOST}")))
        }
        _ => Ok(()),
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Checkpoint {
    at: usize,
    so_far: DraftedListings,
}

#[async_trait]
impl Operation for DraftListings {
    type Context = Listings;
    type Outcome = DraftedListings;
    const KIND: &'static str = "draft_listings";

    async fn run(&self, listings: &Listings, active: &ActiveOperation) -> Result<Option<DraftedListings>, AppError> {
        let mut at = active.checkpoint::<Checkpoint>()?.unwrap_or_default();
        let total = self.products.len();
        let channel = listings.channels.channel(active.tenant(), &self.channel).await?;
        while at.at < total {
            let some = &self.products[at.at..total.min(at.at + AT_ONCE)];
            let (mut tx, lines) = match made_together(listings, active, &channel, some).await {
                // Somebody made one of them at the same moment: by now it is seen, and left out.
                Err(AppError::Contested) => made_together(listings, active, &channel, some).await?,
                made => made?,
            };
            for line in lines {
                match line.listing {
                    Some(_) => at.so_far.drafted += 1,
                    None => at.so_far.left_out += 1,
                }
                at.so_far.lines.push(line);
            }
            at.at += some.len();
            let number = |of: usize| i64::try_from(of).unwrap_or(i64::MAX);
            active.keep(&mut tx, &at, Progress { done: number(at.at), total: Some(number(total)) }).await?;
            tx.commit().await?;
            if active.is_turn_over() && at.at < total {
                return Ok(None);
            }
        }
        Ok(Some(at.so_far))
    }
}

/// In a transaction that is still to be committed.
async fn made_together(
    listings: &Listings,
    active: &ActiveOperation,
    channel: &ChannelRow,
    some: &[String],
) -> Result<(ScopedTx, Vec<DraftLine>), AppError> {
    let prepared = listings.prepare_all(active.scoped(), channel, some).await?;
    let (mut tx, mut lines) = (active.scoped().begin().await?, Vec::with_capacity(some.len()));
    for (line, prepared) in prepared {
        lines.push(made(&mut tx, line, prepared, active.actor()).await?);
    }
    Ok((tx, lines))
}

async fn made(
    tx: &mut ScopedTx,
    mut line: DraftLine,
    prepared: Option<Prepared>,
    actor: &str,
) -> Result<DraftLine, AppError> {
    let Some(prepared) = prepared else { return Ok(line) };
    match insert(tx, &prepared, actor).await {
        Ok(()) => line.listing = Some(prepared.id.to_string()),
        Err(AppError::Listing(why)) => line.why = Some(why),
        Err(error) => return Err(error),
    }
    Ok(line)
}
