//! Second factors of people: no tenant's, and sealed like secrets.

use entrepot_adapters::Rekeyed;
use entrepot_core::{AppError, second_factor_place};
use entrepot_store::people::sealed_second_factors::SealedSecondFactor;

use crate::Channels;

impl Channels {
    pub(super) async fn rekey_second_factor(&self, row: &SealedSecondFactor) -> Result<Rekeyed, AppError> {
        let (keys, place) = (self.services.keys(), second_factor_place(&row.id));
        let mut rekeyed = Rekeyed { done: 0, unfit: 0 };
        let mut tx = self.services.db().begin().await?;
        for (sealed, is_new) in [(&row.totp, false), (&row.totp_new, true)] {
            let Some(before) = sealed else { continue };
            match keys.open(&place, before) {
                Ok(secret) => {
                    let sealed = keys.seal(&place, secret.expose())?;
                    rekeyed.done += i64::from(tx.reseal_second_factor(&row.id, is_new, before, &sealed).await?);
                }
                Err(_) => rekeyed.unfit += 1,
            }
        }
        tx.commit().await?;
        Ok(rekeyed)
    }
}
