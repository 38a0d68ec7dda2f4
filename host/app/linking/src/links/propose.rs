//! Comparing catalogues. What is held in memory is what products can be recognised by, of two channels at a time.

use entrepot_domain::{ChannelId, TenantId};
use entrepot_matching::{Alternative, Goods, Match, Place, match_goods};
use entrepot_store::Scoped;
use entrepot_store::channels::ChannelRow;
use entrepot_store::links::proposals::{NewProposal, OtherChoice};
use tokio::sync::mpsc;

use super::AT_ONCE;
use super::review::LinkBatchReport;
use entrepot_core::AppError;

use crate::Links;

/// Products read at a time.
const PAGE: i64 = 1_000;

/// Two channels to be compared.
struct Pair {
    left: Vec<Goods>,
    right: Vec<Goods>,
    channels: [ChannelRow; 2],
}

impl Links {
    /// Compares a channel's products with those of others (of all others, if none is named) and proposes links for what is not linked
    /// yet. Nothing is linked before it is accepted and applied.
    pub async fn propose_links(
        &self,
        tenant: &TenantId,
        channel: &str,
        with: &[String],
        actor: &str,
    ) -> Result<LinkBatchReport, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let own = self.channels.channel(tenant, channel).await?;
        let others = self.others(tenant, &own, with).await?;
        let mut tx = scoped.begin().await?;
        let ids: Vec<&str> = others.iter().map(|other| other.id.as_str()).collect();
        let batch = tx.insert_link_batch(&ChannelId::from(own.id.as_str()), &ids, actor).await?;
        tx.commit().await?;
        let (mut number, mut compared) = (0, 0);
        for other in others {
            let (mine, theirs) = (ChannelId::from(own.id.as_str()), ChannelId::from(other.id.as_str()));
            let left = read(&scoped, &mine, &theirs).await?;
            let right = read(&scoped, &theirs, &mine).await?;
            compared += left.iter().flat_map(|goods| &goods.variants).filter(|article| article.open).count() as i64;
            let (send, mut found) = mpsc::channel(2);
            let pair = Pair { left, right, channels: [own.clone(), other] };
            let comparing = tokio::task::spawn_blocking(move || pair.compare(&send));
            while let Some(mut proposals) = found.recv().await {
                for proposal in &mut proposals {
                    number += 1;
                    proposal.number = number;
                }
                let mut tx = scoped.begin().await?;
                tx.insert_proposals(batch.as_str(), theirs.as_str(), &proposals).await?;
                tx.commit().await?;
            }
            if let Err(error) = comparing.await
                && error.is_panic()
            {
                std::panic::resume_unwind(error.into_panic());
            }
        }
        let mut tx = scoped.begin().await?;
        tx.open_link_batch(batch.as_str(), compared).await?;
        tx.commit().await?;
        tracing::info!(batch = batch.as_str(), channel = own.id, proposals = number, "links proposed");
        self.link_batch(tenant, batch.as_str()).await
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
