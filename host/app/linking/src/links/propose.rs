//! Comparing catalogues. What is held in memory is what products can be recognised by, of two channels at a time.

use async_trait::async_trait;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_matching::{Alternative, Goods, Match, Place, match_goods};
use entrepot_store::Scoped;
use entrepot_store::channels::ChannelRow;
use entrepot_store::links::proposals::{NewProposal, OtherChoice};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::AT_ONCE;
use super::review::LinkBatchReport;
use entrepot_core::{ActiveOperation, AppError, Operation, Progress, StartedOperation};

use crate::Links;

/// Products read at a time.
const PAGE: i64 = 1_000;

/// Two channels to be compared.
struct Pair {
    left: Vec<Goods>,
    right: Vec<Goods>,
    channels: [ChannelRow; 2],
}

/// Compares a channel's products with those of others and proposes links for what is not linked yet. Nothing is linked before it is
/// accepted and applied.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProposeLinks {
    pub channel: String,
    pub with: Vec<String>,
}

/// How far comparing is.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Checkpoint {
    batch: String,
    /// So many of the other channels were compared.
    others: usize,
    /// Proposals of those.
    proposals: i64,
    compared: i64,
}

impl Links {
    /// Proposes links between a channel and others (all others, if none is named), and waits for the end.
    pub async fn propose_links(
        &self,
        tenant: &TenantId,
        channel: &str,
        with: &[String],
        actor: &str,
    ) -> Result<LinkBatchReport, AppError> {
        let started = self.start_proposing(tenant, channel, with, actor).await?;
        self.operations.carry::<ProposeLinks>(self, tenant, &started.id).await
    }

    pub async fn start_proposing(
        &self,
        tenant: &TenantId,
        channel: &str,
        with: &[String],
        actor: &str,
    ) -> Result<StartedOperation, AppError> {
        let own = self.channels.channel(tenant, channel).await?;
        let others = self.others(tenant, &own, with).await?;
        let with = others.into_iter().map(|other| other.id).collect();
        self.operations.start(tenant, actor, &ProposeLinks { channel: own.id, with }).await
    }

    /// Finds what two channels have both, and writes it down. `at` stays: who is killed in the middle begins with these two again.
    async fn compare(
        &self,
        active: &ActiveOperation,
        own: &ChannelRow,
        other: ChannelRow,
        at: &mut Checkpoint,
        progress: Progress,
    ) -> Result<(), AppError> {
        let scoped = active.scoped();
        let (mine, theirs) = (ChannelId::from(own.id.as_str()), ChannelId::from(other.id.as_str()));
        let mut tx = scoped.begin().await?;
        tx.forget_proposals(&at.batch, at.proposals).await?;
        active.keep(&mut tx, &at, progress).await?;
        tx.commit().await?;
        let left = read(scoped, &mine, &theirs).await?;
        let right = read(scoped, &theirs, &mine).await?;
        let compared = left.iter().flat_map(|goods| &goods.variants).filter(|article| article.open).count() as i64;
        let (send, mut found) = mpsc::channel(2);
        let pair = Pair { left, right, channels: [own.clone(), other] };
        let comparing = tokio::task::spawn_blocking(move || pair.compare(&send));
        let mut number = at.proposals;
        while let Some(mut proposals) = found.recv().await {
            for proposal in &mut proposals {
                number += 1;
                proposal.number = number;
            }
            let mut tx = scoped.begin().await?;
            tx.insert_proposals(&at.batch, theirs.as_str(), &proposals).await?;
            active.keep(&mut tx, &at, progress).await?;
            tx.commit().await?;
        }
        if let Err(error) = comparing.await
            && error.is_panic()
        {
            std::panic::resume_unwind(error.into_panic());
        }
        (at.others, at.proposals, at.compared) = (at.others + 1, number, at.compared + compared);
        Ok(())
    }

    async fn others(&self, tenant: &TenantId, own: &ChannelRow, with: &[String]) -> Result<Vec<ChannelRow>, AppError> {
        let mut others: Vec<ChannelRow> = Vec::new();
        if with.is_empty() {
            others = self.services.db().tenant(tenant).channels().await?;
            others.retain(|other| other.id != own.id);
        }
        for name in with {
            let other = self.channels.channel(tenant, name).await?;
            if other.id == own.id {
                return Err(AppError::Link(format!(
                    "{name} is the channel itself; name another one to compare it with"
                )));
            }
            if !others.iter().any(|known| known.id == other.id) {
                others.push(other);
            }
        }
        match others.is_empty() {
            true => Err(AppError::Link(format!("there is no channel beside {} to compare it with", own.name))),
            false => Ok(others),
        }
    }
}

#[async_trait]
impl Operation for ProposeLinks {
    type Context = Links;
    type Outcome = LinkBatchReport;
    const KIND: &'static str = "propose_links";

    async fn run(&self, links: &Links, active: &ActiveOperation) -> Result<Option<LinkBatchReport>, AppError> {
        let (tenant, scoped) = (active.tenant(), active.scoped());
        let own = links.channels.channel(tenant, &self.channel).await?;
        let steps = |done: usize| Progress { done: done as i64, total: Some(self.with.len() as i64) };
        let mut at = match active.checkpoint::<Checkpoint>()? {
            Some(at) => at,
            None => {
                let ids: Vec<&str> = self.with.iter().map(String::as_str).collect();
                let mut tx = scoped.begin().await?;
                let batch = tx.insert_link_batch(&ChannelId::from(own.id.as_str()), &ids, active.actor()).await?;
                let at = Checkpoint { batch: batch.to_string(), others: 0, proposals: 0, compared: 0 };
                active.keep(&mut tx, &at, steps(0)).await?;
                tx.commit().await?;
                at
            }
        };
        while let Some(other) = self.with.get(at.others) {
            let other = links.channels.channel(tenant, other).await?;
            let progress = steps(at.others);
            links.compare(active, &own, other, &mut at, progress).await?;
            active.keep_alone(&at, steps(at.others)).await?;
            if active.is_turn_over() {
                return Ok(None);
            }
        }
        let mut tx = scoped.begin().await?;
        tx.open_link_batch(&at.batch, at.compared).await?;
        active.keep(&mut tx, &at, steps(at.others)).await?;
        tx.commit().await?;
        tracing::info!(batch = at.batch, channel = own.id, proposals = at.proposals, "links proposed");
        Ok(Some(links.link_batch(tenant, &at.batch).await?))
    }
}

async fn read(scoped: &Scoped, channel: &ChannelId, other: &ChannelId) -> Result<Vec<Goods>, AppError> {
    let (mut goods, mut after) = (Vec::new(), String::new());
    while let Some((page, last)) = scoped.goods_of(channel, other, &after, PAGE).await? {
        goods.extend(page);
        after = last;
    }
    goods.shrink_to_fit();
    Ok(goods)
}

impl Pair {
    fn compare(&self, send: &mpsc::Sender<Vec<NewProposal>>) {
        let mut waiting = Vec::new();
        let names = [self.channels[0].name.as_str(), self.channels[1].name.as_str()];
        match_goods(&self.left, &self.right, names, |found| {
            waiting.extend(self.proposal(found));
            if waiting.len() as i64 >= AT_ONCE {
                // Who asked is gone: nobody is told.
                let _ = send.blocking_send(std::mem::take(&mut waiting));
            }
        });
        if !waiting.is_empty() {
            let _ = send.blocking_send(waiting);
        }
    }

    fn proposal(&self, found: Match) -> Option<NewProposal> {
        let (ours, theirs) = (&self.left[found.left.product], &self.right[found.right.product]);
        let variant = |goods: &Goods, place: Place| goods.variants[place.variant].variant.to_string();
        Some(NewProposal {
            number: 0,
            product_id: ours.product.to_string(),
            variant_id: variant(ours, found.left),
            other_product_id: theirs.product.to_string(),
            other_variant_id: variant(theirs, found.right),
            confidence: found.confidence,
            method: found.method.as_str(),
            reasons: found.reasons,
            ours: ours.facts(found.left.variant)?,
            theirs: theirs.facts(found.right.variant)?,
            alternatives: found.alternatives.iter().filter_map(|other| self.alternative(other)).collect(),
        })
    }

    fn alternative(&self, other: &Alternative) -> Option<OtherChoice> {
        let (goods, channel) =
            if other.of_right { (&self.right, &self.channels[1]) } else { (&self.left, &self.channels[0]) };
        let goods = &goods[other.place.product];
        Some(OtherChoice {
            channel: channel.id.clone(),
            product: goods.product.to_string(),
            variant: goods.variants[other.place.variant].variant.to_string(),
            name: goods.facts(other.place.variant)?.name(),
            confidence: other.confidence,
        })
    }
}
