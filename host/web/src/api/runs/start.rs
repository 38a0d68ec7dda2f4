use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use entrepot_catalog::StartOptions;
use entrepot_domain::run::RunScope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonOrNothing, Path};
use crate::problem::Problem;

/// All of it may be left out
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StartRun {
    /// Only what changed after this moment; absent: everything
    since: Option<i64>,
    /// Stock alone, since it last came; not together with `since`
    stock: bool,
    /// Begin again, even if a run that stopped could go on
    fresh: bool,
    /// Let so many products vanish at once and no more: what `held_back.gone` of a run shows
    #[schema(minimum = 0)]
    allow_mass_deletion: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StartedRun {
    run: String,
    /// It was there already and goes on where it was
    resumed: bool,
    /// It was not over yet: `fresh` and `allow_mass_deletion` do not count for it
    joined: bool,
}

/// Import a channel; without a body, everything
#[utoipa::path(post, path = "/channels/{channel}/runs", tag = "runs", security(("scope" = ["catalog:write"])), params(("channel" = String, Path)), request_body = Option<StartRun>,
    responses((status = 202, body = StartedRun), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    JsonOrNothing(wanted): JsonOrNothing<StartRun>,
) -> Result<(StatusCode, Json<StartedRun>), Problem> {
    let wanted = wanted.unwrap_or_default();
    let scope = match (wanted.stock, wanted.since) {
        (false, None) => RunScope::Full,
        (false, Some(since)) => app.cases.imports.since_scope(&context.tenant, &channel, since).await?,
        (true, None) => app.cases.imports.stock_scope(&context.tenant, &channel).await?,
        (true, Some(_)) => {
            return Err(Problem::bad_request("stock begins where it last came, not at since; name one of them"));
        }
    };
    let options = StartOptions { fresh: wanted.fresh, allow_mass_deletion: wanted.allow_mass_deletion.map(i64::from) };
    let started = app.cases.imports.start_import(&context.tenant, &channel, scope, options).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(StartedRun { run: started.run.to_string(), resumed: started.resumed, joined: started.joined }),
    ))
}
