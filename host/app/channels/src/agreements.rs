//! What a seller agreed to ends by itself with some marketplaces: said two weeks before, while there is time to connect the shop anew.

use std::collections::HashMap;
use std::time::Duration;

use entrepot_domain::TenantId;
use entrepot_domain::clock::{Timestamp, millis};
use entrepot_domain::names::shell_word;
use entrepot_egress::Tokens;
use entrepot_policy::OAuth;
use entrepot_store::channels::ChannelRow;
use entrepot_store::overview::AGREEMENT_WARNING_MS;

use entrepot_core::AppError;

use crate::Channels;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Channels {
    /// When the refresh token of these ends: as the marketplace says, or, of a new one, as the manifest does.
    pub(crate) fn refresh_end(&self, oauth: &OAuth, tokens: &Tokens) -> Option<Timestamp> {
        let usual = oauth.refresh_days.filter(|_| tokens.refresh.is_some()).map(|days| DAY * days);
        let lasts = tokens.refresh_expires_in.or(usual).filter(|_| oauth.refresh)?;
        Some(self.services.db().clock().now().saturating_add(millis(lasts)))
    }

    /// By channel, those that end soon.
    pub(crate) async fn ending_agreements(&self, tenant: &TenantId) -> Result<HashMap<String, Timestamp>, AppError> {
        let db = self.services.db();
        Ok(db.tenant(tenant).agreements_ending(db.clock().now().saturating_add(AGREEMENT_WARNING_MS)).await?)
    }
}

/// A channel that has no other problem has this one.
pub(crate) fn warn(row: &mut ChannelRow, ending: &HashMap<String, Timestamp>, now: Timestamp) {
    let Some(at) = ending.get(&row.id).filter(|_| row.problem.is_none()) else { return };
    let days = at.saturating_sub(now) / millis(DAY);
    let when = match days {
        _ if *at <= now => "has ended".to_owned(),
        0 => "ends within a day".to_owned(),
        1 => "ends in 1 day".to_owned(),
        days => format!("ends in {days} days"),
    };
    row.problem = Some(format!(
        "what its seller agreed to {when}; have the shop connected anew before that: entrepot channel reconnect {}",
        shell_word(&row.name)
    ));
}
