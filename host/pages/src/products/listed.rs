//! On which channels a product stands, and putting it on another one.

use axum::extract::{Path, State};
use axum::response::Response;
use entrepot_listings::NewListing;
use serde::Deserialize;

use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::see;
use crate::kit::{Moment, Status, segment};
use crate::listings::Stand;
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

/// Where it stands, or is to.
pub(super) struct Listed {
    pub(super) href: String,
    pub(super) channel: String,
    pub(super) status: Status,
    pub(super) why: Option<String>,
    pub(super) synced: Option<Moment>,
    pub(super) url: Option<String>,
}

/// The listings of a product, and the channels that it can be listed on beside them.
pub(super) async fn listed(
    app: &AppState,
    visitor: &Visitor,
    product: &str,
    of_channel: &str,
    names: &ChannelNames,
) -> Result<(Vec<Listed>, Vec<(String, String)>), Failure> {
    let db = app.cases.services.db();
    let now = db.clock().now();
    let reports = app.cases.listings.of_product(visitor.tenant(), product).await?;
    let mut others = app.cases.listings.channels_that_sell(visitor.tenant()).await?;
    others.retain(|(id, _)| id != of_channel && reports.iter().all(|report| report.channel != *id));
    let listed = reports.into_iter().filter(|report| names.name(&report.channel) != report.channel).map(|report| {
        let stand = Stand::from(&report);
        Listed {
            href: format!("/listings/{}", segment(&report.id)),
            channel: names.name(&report.channel).to_owned(),
            status: stand.status(),
            why: stand.why(),
            synced: report.last_synced_at.map(|at| Moment { at, now }),
            url: report.external_url.as_deref().and_then(entrepot_domain::catalog::web_address),
        }
    });
    Ok((listed.collect(), others))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    on: String,
}

/// A draft: nothing is sent.
pub(crate) async fn list(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(product): Path<String>,
    PostedForm(wanted): PostedForm<Wanted>,
) -> Result<Response, Failure> {
    // Sent twice, it leads to the one that was made.
    let known = app.cases.listings.of_product(visitor.tenant(), &product).await?;
    if let Some(report) = known.into_iter().find(|report| report.channel == wanted.on) {
        return Ok(see(format!("/listings/{}", segment(&report.id))));
    }
    let new = NewListing { channel: wanted.on, product, ..NewListing::default() };
    let id = app.cases.listings.create(&visitor.context, new).await?;
    Ok(see(format!("/listings/{}", segment(id.as_str()))))
}
