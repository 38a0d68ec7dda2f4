//! Batches of link proposals.

use entrepot_catalog::StartOptions;
use entrepot_domain::TenantId;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_linking::{Decision, WhichProposals};
use entrepot_store::links::proposals::{ProposalFilter, ProposalRow};

use crate::App;

/// Everything that is in the batch.
pub async fn proposals(app: &App, tenant: &TenantId, batch: &str) -> Vec<ProposalRow> {
    let all = app.host.app.links.link_proposals(tenant, batch, &ProposalFilter::default(), 0, 1_000_000).await;
    all.expect("proposals")
}

pub fn at_least(confidence: u8) -> WhichProposals {
    WhichProposals::All(ProposalFilter { at_least: Some(confidence), ..ProposalFilter::default() })
}

pub async fn accept(app: &App, tenant: &TenantId, batch: &str, which: &WhichProposals) -> u64 {
    app.host.app.links.decide_links(tenant, batch, Decision::Accept, which, "ann").await.expect("decided")
}

/// A full import of the channel of that name, carried to its end.
pub async fn import(app: &App, channel: &str) {
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let started =
        cases.imports.start_import(tenant, channel, RunScope::Full, StartOptions::default()).await.expect("starts");
    let run = app.carry(&started.run).await;
    assert_eq!((run.state, run.dead_letters), (RunState::Completed, 0), "{channel}: {run:?}");
}
