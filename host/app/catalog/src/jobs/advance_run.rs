use async_trait::async_trait;
use entrepot_domain::{RunId, TenantId};
use entrepot_queue::{BoxError, Job, Outcome};
use serde::{Deserialize, Serialize};

use crate::Imports;

/// "This run wants to go on."
#[derive(Debug, Serialize, Deserialize)]
pub struct AdvanceRun {
    pub tenant: String,
    pub run: String,
}

impl AdvanceRun {
    pub fn new(tenant: &TenantId, run: &RunId) -> Self {
        Self { tenant: tenant.to_string(), run: run.to_string() }
    }
}

#[async_trait]
impl Job for AdvanceRun {
    type Context = Imports;
    const KIND: &'static str = "advance_run";
    const QUEUE: &'static str = "default";

    async fn run(self, imports: Imports) -> Result<Outcome, BoxError> {
        Ok(imports.advance(&TenantId::from(self.tenant), &RunId::from(self.run)).await?)
    }
}
