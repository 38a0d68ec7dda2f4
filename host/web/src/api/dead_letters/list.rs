use axum::Json;
use axum::extract::{Query, State};
use entrepot_domain::ChannelId;
use entrepot_domain::catalog::Issue;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::problem::Problem;
use crate::query::{Listing, Paging};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only of this channel, by id or name
    channel: Option<String>,
    /// Only with this reason
    #[serde(default)]
    code: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterView {
    id: String,
    channel: String,
    source_id: String,
    /// The run, or the webhook delivery, that met it last
    run: String,
    /// Stable reason
    code: String,
    /// What is wrong and what to do
    reason: String,
    #[schema(value_type = Vec<Object>)]
    issues: Vec<Issue>,
    attempts: i64,
    first_at: i64,
    last_at: i64,
    /// The item as the marketplace sent it
    raw: String,
}

/// What could not be imported, and why
#[utoipa::path(get, path = "/dead-letters", tag = "dead letters", params(Filter, Paging),
    responses((status = 200, body = Listing<DeadLetterView>), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<DeadLetterView>>, Problem> {
    let channel = match &filter.channel {
        Some(channel) => Some(ChannelId::from(app.sync.channel(&app.tenant, channel).await?.id)),
        None => None,
    };
    let scoped = app.sync.db().tenant(&app.tenant);
    let letters = scoped.dead_letters(channel.as_ref(), &filter.code, &paging.cursor, paging.limit()).await?;
    let views = letters
        .into_iter()
        .map(|l| DeadLetterView {
            id: l.id,
            channel: l.channel_id,
            source_id: l.source_id,
            run: l.run_id,
            code: l.code,
            reason: l.reason,
            issues: l.issues,
            attempts: l.attempts,
            first_at: l.first_at,
            last_at: l.last_at,
            raw: l.raw,
        })
        .collect();
    Ok(Json(Listing::new(views, paging.limit(), |last: &DeadLetterView| last.id.clone())))
}
