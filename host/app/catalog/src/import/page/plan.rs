//! What the tenant's plan has no room for: it becomes a dead letter, and everything else goes on.
// See docs/decisions/0068-plans.md

use entrepot_core::plans::room_for_skus;
use entrepot_core::{Services, retry_transient};
use entrepot_domain::catalog::Issue;
use entrepot_store::{Scoped, StoreError};

use super::PreparedPage;

/// The code of an item for which the plan has no room.
pub(crate) const PLAN_LIMIT: &str = "plan-limit";

impl PreparedPage {
    /// Sets aside new products beyond the plan's SKUs. What is here already stays as it is, and changes.
    pub(crate) async fn keep_within_plan(&mut self, services: &Services, scoped: &Scoped) -> Result<(), StoreError> {
        if !self.writes.iter().any(|write| write.outcome.is_ok() && write.known_product.is_none()) {
            return Ok(());
        }
        let patience = services.options().database_patience;
        if let Some((plan, most, room)) = retry_transient(patience, || room_for_skus(scoped)).await? {
            self.keep_within(&plan, most, room);
        }
        Ok(())
    }

    /// In the order in which they came, as long as there is room.
    fn keep_within(&mut self, plan: &str, most: i64, mut room: i64) {
        for write in &mut self.writes {
            let Ok(product) = &write.outcome else { continue };
            if write.known_product.is_some() {
                continue;
            }
            let skus = i64::try_from(product.variants.len()).unwrap_or(i64::MAX);
            if skus <= room {
                room -= skus;
                continue;
            }
            let message = format!(
                "the plan {plan} has room for {most} SKUs, and this product would be more; nothing that is here was taken away. After a \
                 change of the plan, import again or replay it"
            );
            if write.counted {
                *write.counter()(&mut self.counts) -= 1;
                self.counts.dead_letters += 1;
            }
            write.outcome = Err(vec![Issue::new("", PLAN_LIMIT, message)]);
            (write.new_product, write.settles) = (None, false);
        }
    }

    /// All of it becomes products.
    pub(crate) fn is_mended(&self) -> bool {
        self.writes.iter().all(|write| write.outcome.is_ok())
    }
}
