//! Listings that wait for a person.

use anyhow::Result;
use entrepot_domain::names::shell_word;

use super::super::Checks;
use crate::host::Host;

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
    Ok(())
}
