//! Secrets that a marketplace is told and signs with: where the seller gives none, the host makes one up, and nobody has to know it.

use entrepot_domain::{Secret, TenantId};
use entrepot_policy::Settings;

use crate::Subscriptions;
use entrepot_channels::OpenChannel;
use entrepot_core::AppError;

impl Subscriptions {
    /// Before webhooks are made. Whether something was missing.
    pub(super) async fn make_up_secrets(&self, tenant: &TenantId, open: &OpenChannel) -> Result<bool, AppError> {
        let missing =
            open.generation.manifest.secrets.iter().filter(|(name, field)| field.generate && open.lacks(name));
        let made: Vec<(String, Secret)> = missing.map(|(name, _)| (name.clone(), Secret::new(word()))).collect();
        if made.is_empty() {
            return Ok(false);
        }
        for (name, _) in &made {
            tracing::info!(channel = open.id.as_str(), secret = name, "the host made up a secret for webhooks");
        }
        self.channels.set_channel(tenant, open.id.as_str(), Settings::new(), made).await?;
        Ok(true)
    }
}

/// Letters and digits: shops decode and encode anything else in ways of their own.
fn word() -> String {
    rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn words_are_long_and_never_the_same() {
        let (one, other) = (word(), word());
        assert!(one.len() == 64 && one != other && one.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
