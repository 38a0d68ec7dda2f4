use axum::Json;
use axum::extract::State;
use entrepot_catalog::Replay;
use entrepot_domain::ChannelId;
use entrepot_store::dead_letters::{CLASSES, KINDS, Letter, LetterFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::context::Context;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::query::{self, Listing, Paging};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Which {
    /// Only of this channel, by id or name
    pub(super) channel: Option<String>,
    /// Only of this adapter's channels
    pub(super) adapter: String,
    /// Only of this kind: item, delivery, run
    pub(super) kind: String,
    /// Only of this class: credentials, grant, marketplace, adapter, data
    pub(super) class: String,
    /// Only with this reason
    pub(super) code: String,
    /// Only those that this version of the adapter failed on
    pub(super) version: String,
}

impl Which {
    /// Does it say anything?
    pub(crate) fn is_some(&self) -> bool {
        let Self { channel, adapter, kind, class, code, version } = self;
        channel.is_some() || [adapter, kind, class, code, version].into_iter().any(|text| !text.is_empty())
    }

    pub(crate) fn replay(self, ids: Vec<String>, without_fetching: bool) -> Result<Replay, Problem> {
        let Self { channel, adapter, kind, class, code, version } = self;
        for (name, given, known) in [("kind", &kind, &KINDS[..]), ("class", &class, &CLASSES[..])] {
            if !given.is_empty() && !known.contains(&given.as_str()) {
                return Err(Problem::bad_request(format!("{name} is one of {}", known.join(", "))));
            }
        }
        let filter = LetterFilter { channel: None, adapter, kind, class, code, version, ids };
        Ok(Replay { channel, filter, without_fetching })
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterView {
    /// item, delivery, run
    kind: String,
    id: String,
    channel: String,
    adapter: String,
    /// Of the adapter that failed, where it is known
    version: Option<String>,
    /// The item's id, the delivery's topic, the run's scope
    subject: String,
    /// The run, or the webhook delivery, that met an item last
    met_by: Option<String>,
    /// Who has to do something: credentials (the seller), grant (the operator), marketplace, adapter (its publisher), data (the goods)
    class: String,
    /// Stable reason
    code: String,
    /// What is wrong and what to do
    reason: String,
    attempts: i64,
    first_at: i64,
    last_at: i64,
}

impl From<Letter> for DeadLetterView {
    fn from(letter: Letter) -> Self {
        Self {
            kind: letter.kind,
            id: letter.id,
            channel: letter.channel_id,
            adapter: letter.adapter_id,
            version: letter.version,
            subject: letter.subject,
            met_by: letter.met_by,
            class: letter.class,
            code: letter.code,
            reason: letter.reason,
            attempts: letter.attempts,
            first_at: letter.first_at,
            last_at: letter.last_at,
        }
    }
}

/// What was given up, and why: items, webhook deliveries, runs; what failed last comes first
#[utoipa::path(get, path = "/dead-letters", tag = "dead letters", security(("scope" = ["catalog:read"])), params(Which, Paging),
    responses((status = 200, body = Listing<DeadLetterView>), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Query(which): Query<Which>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<DeadLetterView>>, Problem> {
    let filter = app.cases.dead_letters.resolve_filter(&context.tenant, &which.replay(Vec::new(), false)?).await?;
    let channel = filter.channel.as_ref().map_or("", ChannelId::as_str);
    let before = match paging.within(channel)? {
        "" => None,
        cursor => Some(cursor.parse().map_err(|()| Problem::no_cursor())?),
    };
    let letters = app
        .cases
        .services
        .db()
        .tenant(&context.tenant)
        .newest_letters(&filter, before.as_ref(), paging.limit())
        .await?;
    let next = letters.last().map(|last| query::of(channel, last.place())).unwrap_or_default();
    let views = letters.into_iter().map(DeadLetterView::from).collect();
    Ok(Json(Listing::new(views, paging.limit(), |_| next)))
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterDetail {
    #[serde(flatten)]
    letter: DeadLetterView,
    /// As it came: `{issues, raw}` of an item, `{headers, body, events}` of a delivery, `{cursor, since, pages}` of a run
    content: serde_json::Value,
}

/// One of them, with what came from the marketplace
#[utoipa::path(get, path = "/dead-letters/{id}", tag = "dead letters", security(("scope" = ["catalog:read"])), params(("id" = String, Path)),
    responses((status = 200, body = DeadLetterDetail), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<AppState>,
    Context(context): Context,
    Path(id): Path<String>,
) -> Result<Json<DeadLetterDetail>, Problem> {
    let scoped = app.cases.services.db().tenant(&context.tenant);
    let filter = LetterFilter { ids: vec![id.clone()], ..LetterFilter::default() };
    let letter = scoped.letters(&filter, "", 1).await?.pop();
    let letter = letter.ok_or_else(|| Problem::not_found(format!("there is no dead letter {id:?}")))?;
    let content = scoped.letter_content(&letter).await?.unwrap_or_default();
    Ok(Json(DeadLetterDetail { letter: letter.into(), content }))
}
