//! The channel that a call is made for.

use std::collections::BTreeSet;
use std::sync::Arc;

use entrepot_domain::usage::Ledger;
use entrepot_spool::Spool;

use crate::bindings::types;

/// The channel as a guest may see it.
#[derive(Clone, Debug)]
pub struct ChannelView {
    pub id: String,
    /// For the host's logs only.
    pub adapter: String,
    pub bindings: Vec<(String, String)>,
    pub currency: Option<String>,
    pub locale: Option<String>,
    /// One JSON object.
    pub settings: String,
    /// Where calls are counted for audits. Not shown to the guest.
    pub ledger: Arc<Ledger>,
    /// Of the run that calls are made for. None: there is no run, and nothing to download for.
    pub files: Option<Spool>,
    /// Addresses of pictures that the call may have fetched: those of the listings it is given.
    pub media: Arc<BTreeSet<String>>,
}

impl ChannelView {
    pub(crate) fn to_wit(&self) -> types::Channel {
        types::Channel {
            id: self.id.clone(),
            bindings: self.bindings.clone(),
            currency: self.currency.clone(),
            locale: self.locale.clone(),
            settings: self.settings.clone(),
        }
    }
}
