use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use entrepot_catalog::{Export, ExportFormat};
use entrepot_domain::ChannelId;
use futures_util::stream;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::context::Context;
use crate::extract::{Path, Query};
use crate::problem::Problem;

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    #[default]
    Jsonl,
    Csv,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HowToExport {
    /// jsonl: a product a line (the usual); csv: a variant a line, with a head
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// All products of a channel, ordered by source id, written as they are read
#[utoipa::path(get, path = "/channels/{channel}/export", tag = "channels", security(("scope" = ["catalog:read"])), params(("channel" = String, Path), HowToExport),
    responses((status = 200, description = "lines of JSON, or a table",
    content((String = "application/jsonl"), (String = "text/csv"))), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    Query(how): Query<HowToExport>,
) -> Result<Response, Problem> {
    let row = app.cases.channels.channel(&context.tenant, &channel).await?;
    let (format, media) = match how.format {
        Format::Jsonl => (ExportFormat::Jsonl, "application/jsonl"),
        Format::Csv => (ExportFormat::Csv, "text/csv; charset=utf-8"),
    };
    let products = app.cases.services.db().tenant(&context.tenant);
    let mut export = Export::new(products, ChannelId::from(row.id), format, false);
    // What fails at once is a problem like any other; later, the answer is cut off.
    let first = export.next().await?;
    let parts = stream::unfold((first, export), |(part, mut export)| async move {
        let part = part?;
        let next = match export.next().await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!("an export was cut off: {error}");
                return Some((Err(std::io::Error::other("cut off")), (None, export)));
            }
        };
        Some((Ok(part), (next, export)))
    });
    Ok(([(header::CONTENT_TYPE, media)], Body::from_stream(parts)).into_response())
}
