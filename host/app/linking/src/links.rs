//! Linking products that already exist: proposed as a batch, reviewed, applied and undone; or by hand.

mod apply;
mod by_hand;
mod propose;
mod review;
mod undo;

use std::collections::{HashMap, HashSet};

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{Id, LinkId, TenantId};
use entrepot_matching::{VariantKey, parts};
use entrepot_store::links::batches::BatchRow;
use entrepot_store::links::{MemberRow, PairRow};

use entrepot_core::AppError;

use crate::Links;

pub use apply::{Applied, ApplyLinks, LeftOut};
pub use by_hand::{LinkMemberReport, LinkPairReport, LinkReport, ProductReference};
pub use propose::ProposeLinks;
pub use review::{Decision, LinkBatchReport, WhichProposals};
pub use undo::{ChangedSince, UndoLinks, Undone};

/// Pairs that are written in one transaction: others who write have their turn in between.
const AT_ONCE: i64 = 500;

impl Links {
    async fn link_batch_row(&self, tenant: &TenantId, batch: &str) -> Result<BatchRow, AppError> {
        let row = self.services.db().tenant(tenant).link_batch(batch).await?;
        row.ok_or_else(|| AppError::NoLinkBatch(batch.to_owned()))
    }

    /// The names of channels in use, by id.
    async fn channel_names(&self, tenant: &TenantId) -> Result<HashMap<String, String>, AppError> {
        let rows = self.services.db().tenant(tenant).channels().await?;
        Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
    }
}

fn unfinished(batch: &str) -> AppError {
    AppError::Link(format!(
        "batch {batch} is not complete: finding matches is under way, or was stopped; propose again"
    ))
}

/// Two that somebody's word keeps together.
type Held = (VariantKey, VariantKey);

/// Which link each member has when the pairs in `ended` hold no longer. What falls apart gets links of its own; the largest part
/// keeps the old one.
fn regroup(
    members: &[MemberRow],
    pairs: &[PairRow],
    ended: &HashSet<&str>,
    now: Timestamp,
) -> HashMap<VariantKey, String> {
    let of: HashMap<VariantKey, &str> = members.iter().map(|row| (row.key(), row.link_id.as_str())).collect();
    let mut links: HashMap<&str, (Vec<VariantKey>, Vec<Held>)> = HashMap::new();
    for row in members {
        links.entry(&row.link_id).or_default().0.push(row.key());
    }
    for pair in pairs.iter().filter(|pair| !ended.contains(pair.id.as_str())) {
        let keys = pair.keys();
        if let Some((_, held)) = of.get(&keys.0).and_then(|link| links.get_mut(link)) {
            held.push(keys);
        }
    }
    let mut become_of = HashMap::new();
    for (link, (members, pairs)) in links {
        for (at, part) in parts(&members, &pairs).into_iter().enumerate() {
            let link = if at == 0 { link.to_owned() } else { LinkId::make(now).to_string() };
            become_of.extend(part.into_iter().map(|key| (key, link.clone())));
        }
    }
    become_of
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, link: &str) -> MemberRow {
        let (product_id, channel_id) = (format!("prd_{name}"), format!("chn_{name}"));
        MemberRow { product_id, variant_id: "v".into(), channel_id, link_id: link.into() }
    }

    fn pair(id: &str, one: &str, other: &str) -> PairRow {
        PairRow {
            id: id.into(),
            product_id: format!("prd_{one}"),
            variant_id: "v".into(),
            other_product_id: format!("prd_{other}"),
            other_variant_id: "v".into(),
            batch_id: None,
            proposal: None,
            made_by: "ann".into(),
            made_at: 0,
        }
    }

    #[test]
    fn what_falls_apart_gets_links_of_its_own_and_the_largest_part_keeps_the_old_one() {
        let members: Vec<_> = [("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"), ("e", "1"), ("x", "2"), ("y", "2")]
            .map(|(name, link)| member(name, link))
            .into();
        let pairs = [
            pair("ab", "a", "b"),
            pair("bc", "b", "c"),
            pair("cd", "c", "d"),
            pair("de", "d", "e"),
            pair("xy", "x", "y"),
        ];
        let links = regroup(&members, &pairs, &HashSet::from(["cd", "xy"]), 1_000);
        let of = |name: &str| links.get(&(format!("prd_{name}"), "v".to_owned())).map(String::as_str);
        assert_eq!((of("a"), of("b"), of("c")), (Some("1"), Some("1"), Some("1")));
        assert!(of("d").is_some_and(|link| link.starts_with("lnk_")) && of("d") == of("e"));
        assert_eq!((of("x"), of("y")), (None, None), "who is alone is in none");
    }
}
