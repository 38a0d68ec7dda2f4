//! Listings that wait for a person.

use anyhow::Result;
use entrepot_domain::names::shell_word;

use super::super::Checks;
use crate::host::Host;
use crate::output::count;

/// Rules that would end so many listings that a person is asked first.
pub(super) async fn examine(host: &Host, checks: &mut Checks) -> Result<()> {
    for (_, name, held) in host.db.tenant(&host.tenant).held_ends().await? {
        let channel = shell_word(&name);
        checks.fault(
            "listing",
            format!(
                "{name}: its rule would end {held} listings, and they are held back; see what changed in their products, then allow it: \
                 entrepot rule allow-ends {channel} {held}"
            ),
        );
    }
    stuck(host, checks).await
}

/// Listings that are refused, fail, or wait for a decision.
async fn stuck(host: &Host, checks: &mut Checks) -> Result<()> {
    for (id, name) in host.app.listings.channels_that_sell(&host.tenant).await? {
        for (status, number) in host.app.listings.counts(&host.tenant, &id).await? {
            let what = match status.as_str() {
                "blocked" => "refused",
                "failed" => "not sent, and tried again",
                "conflict" => "waiting for your decision",
                _ => continue,
            };
            let channel = shell_word(&name);
            let of = count(number, "listing is", "listings are");
            checks.note("listing", format!("{name}: {of} {what}: entrepot listing list {channel} --sync {status}"));
        }
    }
    Ok(())
}
