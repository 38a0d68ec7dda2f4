//! Making links of what was accepted. A page of proposals, their states and the counts are one checkpoint.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use entrepot_domain::{Id, LinkId, TenantId};
use entrepot_matching::{Facts, Groups, Refusal, VariantKey};
use entrepot_store::links::NewPair;
use entrepot_store::links::batches::BatchRow;
use entrepot_store::links::goods::KnownGoods;
use entrepot_store::links::proposals::{ProposalFilter, ProposalRow};
use serde::{Deserialize, Serialize};

use super::{AT_ONCE, unfinished};
use entrepot_core::{ActiveOperation, AppError, Operation, Progress, StartedOperation};

use crate::Links;

/// So many of those left out are told of; the batch knows them all.
const EXAMPLES: usize = 20;

/// Links what is accepted and was not linked yet. Whatever changed since it was proposed is left out, with the reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApplyLinks {
    pub batch: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    pub applied: u64,
    pub left_out: u64,
    /// The first ones left out.
    pub examples: Vec<LeftOut>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub number: i64,
    pub why: String,
}

/// What proposals are held against.
struct Now {
    /// Of channels in use, by id.
    names: HashMap<String, String>,
    goods: HashMap<String, KnownGoods>,
}

/// How far applying is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Checkpoint {
    /// The number of the last proposal that was looked at.
    after: i64,
    /// How many there were to look at.
    accepted: i64,
    done: Applied,
}

impl Checkpoint {
    fn progress(&self) -> Progress {
        let done = i64::try_from(self.done.applied + self.done.left_out).unwrap_or(i64::MAX);
        Progress { done, total: Some(self.accepted.max(done)) }
    }
}

impl Links {
    /// Applies a batch and waits for the end.
    pub async fn apply_links(&self, tenant: &TenantId, batch: &str, actor: &str) -> Result<Applied, AppError> {
        let started = self.start_applying(tenant, batch, actor).await?;
        self.operations.carry::<ApplyLinks>(self, tenant, &started.id).await
    }

    pub async fn start_applying(
        &self,
        tenant: &TenantId,
        batch: &str,
        actor: &str,
    ) -> Result<StartedOperation, AppError> {
        // Refuse at once what cannot work.
        let batch = self.appliable(tenant, batch).await?.id;
        self.operations.start(tenant, actor, &ApplyLinks { batch }).await
    }

    async fn appliable(&self, tenant: &TenantId, batch: &str) -> Result<BatchRow, AppError> {
        let row = self.link_batch_row(tenant, batch).await?;
        match row.state.as_str() {
            "proposing" => Err(unfinished(batch)),
            "undone" => Err(undone(batch)),
            _ => Ok(row),
        }
    }

    /// Up to so many proposals from after the checkpoint, which moves on. False: there are none.
    async fn apply_page(
        &self,
        active: &ActiveOperation,
        row: &BatchRow,
        at: &mut Checkpoint,
    ) -> Result<bool, AppError> {
        let scoped = active.scoped();
        let accepted = ProposalFilter { state: Some("accepted".into()), ..ProposalFilter::default() };
        let page = scoped.link_proposals(&row.id, &accepted, at.after, AT_ONCE).await?;
        let Some(last) = page.last() else { return Ok(false) };
        let mut products: Vec<&str> =
            page.iter().flat_map(|one| [one.product_id.as_str(), one.other_product_id.as_str()]).collect();
        products.sort_unstable();
        products.dedup();
        let now = Now { names: self.channel_names(active.tenant()).await?, goods: scoped.goods(&products).await? };
        let mut tx = scoped.begin().await?;
        tx.lock_links().await?;
        if !tx.begin_applying(&row.id, active.actor()).await? {
            return Err(undone(&row.id));
        }
        // Somebody may have decided anew on some of them.
        let left = tx.accepted_links(&row.id, at.after, AT_ONCE).await?;
        let left: HashSet<i64> = left.into_iter().map(|one| one.number).collect();
        let members = tx.link_members(&products).await?;
        let mut groups = Groups::new(members.into_iter().map(|row| (row.key(), row.channel_id, row.link_id)));
        let (mut applied, mut keys) = (Vec::new(), Vec::new());
        for proposal in page.iter().filter(|one| left.contains(&one.number)) {
            match now.join(proposal, &row.channel_id, &mut groups, self.services.db().clock().now()) {
                Ok(pair) => {
                    applied.push(proposal.number);
                    keys.push(pair);
                }
                Err(why) => {
                    tx.leave_out_link(&row.id, proposal.number, &why).await?;
                    at.done.left_out += 1;
                    if at.done.examples.len() < EXAMPLES {
                        at.done.examples.push(LeftOut { number: proposal.number, why });
                    }
                }
            }
        }
        let pairs: Vec<NewPair<'_>> = keys
            .iter()
            .zip(&applied)
            .map(|((one, other), number)| NewPair { one, other, of: Some((&row.id, *number)) })
            .collect();
        tx.write_links(&groups, &pairs, active.actor()).await?;
        tx.mark_links(&row.id, &applied, "applied").await?;
        at.done.applied += applied.len() as u64;
        at.after = last.number;
        active.keep(&mut tx, &at, at.progress()).await?;
        tx.commit().await?;
        Ok(true)
    }
}

#[async_trait]
impl Operation for ApplyLinks {
    type Context = Links;
    type Outcome = Applied;
    const KIND: &'static str = "apply_links";

    async fn run(&self, links: &Links, active: &ActiveOperation) -> Result<Option<Applied>, AppError> {
        let row = links.appliable(active.tenant(), &self.batch).await?;
        let mut at = match active.checkpoint::<Checkpoint>()? {
            Some(at) => at,
            None => Checkpoint {
                accepted: links.link_batch(active.tenant(), &row.id).await?.count("accepted"),
                ..Checkpoint::default()
            },
        };
        loop {
            let begun = at.after;
            if links.apply_page(active, &row, &mut at).await? {
                if active.is_turn_over() {
                    return Ok(None);
                }
            } else if begun == 0 {
                break;
            } else {
                // Some may have been accepted meanwhile that it was past already.
                at.after = 0;
            }
        }
        tracing::info!(batch = row.id, applied = at.done.applied, left_out = at.done.left_out, "links applied");
        Ok(Some(at.done))
    }
}

fn undone(batch: &str) -> AppError {
    AppError::Link(format!("batch {batch} was undone; propose anew"))
}

impl Now {
    /// Links the two in `groups`, or says why not.
    fn join(
        &self,
        proposal: &ProposalRow,
        channel: &str,
        groups: &mut Groups,
        now: i64,
    ) -> Result<(VariantKey, VariantKey), String> {
        let other_channel = proposal.other_channel_id.as_str();
        for id in [channel, other_channel] {
            if !self.names.contains_key(id) {
                return Err(format!("channel {id} was removed since"));
            }
        }
        let one = (proposal.product_id.clone(), proposal.variant_id.clone());
        let other = (proposal.other_product_id.clone(), proposal.other_variant_id.clone());
        for (key, seen) in [(&one, &proposal.ours.0), (&other, &proposal.theirs.0)] {
            self.unchanged(key, seen)?;
        }
        let joined = groups.join((&one, channel), (&other, other_channel), || LinkId::make(now).to_string());
        joined.map_err(|refusal| refused(&refusal, &self.names))?;
        Ok((one, other))
    }

    fn unchanged(&self, (product, variant): &VariantKey, seen: &Facts) -> Result<(), String> {
        let name = seen.name();
        let known = self.goods.get(product).ok_or_else(|| format!("{name:?} is gone since it was proposed"))?;
        let at = known.goods.variants.iter().position(|article| *article.variant == **variant);
        let now = at.and_then(|at| known.goods.facts(at));
        let now = now.ok_or_else(|| format!("{name:?} has lost this variant since it was proposed"))?;
        seen.changed(&now).map_or(Ok(()), |what| Err(format!("{name:?} changed since it was proposed: {what}")))
    }
}

/// Why two could not be linked, in words.
pub(super) fn refused(refusal: &Refusal, names: &HashMap<String, String>) -> String {
    match refusal {
        Refusal::Together => "the two are linked already".to_owned(),
        Refusal::SameChannel => "both are of one channel; links go between channels".to_owned(),
        Refusal::LongId => "the marketplace's id of one of them is too long to be linked; import it again".to_owned(),
        Refusal::Occupied { channel, by } => {
            let name = names.get(channel).unwrap_or(channel);
            let (product, variant) = by;
            format!("something of {name} is linked to it already: variant {variant} of {product}; unlink that first")
        }
    }
}
