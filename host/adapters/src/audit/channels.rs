//! Entries about channels: the MAC of the row, and what belongs to a channel beside it, which would be in order by itself if somebody put
//! back what it was before.

use std::collections::BTreeMap;

use entrepot_store::Tx;
use entrepot_store::audit::AuditRow;
use serde_json::json;

use super::Action;
use super::entry::details;
use crate::{Admission, AdmissionError};

/// Of a channel, as its last entry says it; none: it is not said, for instance by a host of before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Digests of sealed secrets by name, but for tokens, which are renewed all the time.
    pub secrets: Option<BTreeMap<String, String>>,
    /// The address its marketplace is to deliver to; empty: none.
    pub callback: Option<String>,
}

impl Beside {
    pub(super) fn said(entry: &AuditRow, channel: &str) -> Self {
        let details = details(entry);
        if details["channel"] != channel {
            return Self::default();
        }
        let secrets = serde_json::from_value(details["secrets"].clone()).unwrap_or_default();
        Self { secrets, callback: details["callback"].as_str().map(str::to_owned) }
    }
}

impl Admission {
    /// In the transaction of what it tells of, and before anything else in it. `mac`: what the channel's row has from now on; none: it was
    /// removed. What is not said of `beside` stays as it was.
    pub async fn record_channel(
        &self,
        tx: &mut Tx,
        (adapter, channel, name): (&str, &str, &str),
        mac: Option<&str>,
        beside: Beside,
    ) -> Result<(), AdmissionError> {
        tx.audit_head().await?;
        let last = tx.audit_of_channel(channel).await?.and_then(|entry| self.proven(entry).ok());
        let told = last.map(|entry| Beside::said(&entry, channel)).unwrap_or_default();
        let (secrets, callback) = (beside.secrets.or(told.secrets), beside.callback.or(told.callback));
        let details = match mac {
            Some(mac) => {
                json!({"channel": channel, "name": name, "mac": mac, "secrets": secrets, "callback": callback})
            }
            None => json!({"channel": channel, "name": name, "mac": null}),
        };
        self.record_about(tx, "host", Action::Channel, (Some(adapter), Some(channel)), &details).await
    }

    /// What the log says last. Whether that entry is the last is found out when the channel's row is looked at.
    pub async fn beside_channel(&self, channel: &str) -> Result<Beside, AdmissionError> {
        let last = self.db().audit_of_channel(channel).await?.and_then(|entry| self.proven(entry).ok());
        Ok(last.map(|entry| Beside::said(&entry, channel)).unwrap_or_default())
    }
}
