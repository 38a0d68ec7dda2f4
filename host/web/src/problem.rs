//! Errors as RFC 9457 problem+json.

mod accounts;

use std::time::Duration;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use entrepot_adapters::AdmissionError;
use entrepot_core::AppError;
use entrepot_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

/// Characters.
const LONGEST_DETAIL: usize = 2_000;
/// What is away for a moment may be back then.
const AGAIN: Duration = Duration::from_secs(5);
const MOMENT: Duration = Duration::from_secs(1);

/// What went wrong and what to do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Stable name of the kind of problem.
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// When to try again.
    #[serde(skip)]
    retry_after: Option<Duration>,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl ToString) -> Self {
        let mut detail = detail.to_string();
        // What was given is repeated in it.
        if let Some((end, _)) = detail.char_indices().nth(LONGEST_DETAIL) {
            detail.truncate(end);
            detail.push('…');
        }
        Self { kind, title, status: status.as_u16(), detail, retry_after: None }
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What is wrong and what to do. It begins with a small letter.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    pub fn not_found(detail: impl ToString) -> Self {
        Self::new(StatusCode::NOT_FOUND, "urn:entrepot:not-found", "Not found", detail)
    }

    pub(crate) fn misdirected(detail: impl ToString) -> Self {
        Self::new(StatusCode::MISDIRECTED_REQUEST, "urn:entrepot:misdirected", "Misdirected request", detail)
    }

    pub fn bad_request(detail: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "urn:entrepot:bad-request", "Bad request", detail)
    }

    /// The same for every delivery that is not taken, whatever the reason.
    pub(crate) fn unverified() -> Self {
        let detail = "nothing is known here that this delivery could be verified with";
        Self::new(StatusCode::UNAUTHORIZED, "urn:entrepot:unverified", "Not verified", detail)
    }

    pub fn no_cursor() -> Self {
        Self::bad_request("cursor is not the `next` of a page of this very list; leave it out for the first page")
    }

    pub(crate) fn nul(place: &str) -> Self {
        Self::bad_request(format!("{place} holds a NUL character, which no text here can have; leave it out"))
    }

    pub(crate) fn no_such_method() -> Self {
        let detail = "this method is not offered here; the header Allow says which are";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "urn:entrepot:no-such-method", "No such method", detail)
    }

    pub(crate) fn foreign_origin() -> Self {
        let detail = "a browser sent this for a page of another origin, and such pages change nothing here; if it is a page of this host, \
                      shown through a proxy, set public_url (ENTREPOT_PUBLIC_URL) to the address in the browser";
        Self::new(StatusCode::FORBIDDEN, "urn:entrepot:foreign-origin", "Of another origin", detail)
    }

    pub(crate) fn other_media(wanted: &str) -> Self {
        let detail = format!("the body has to be {wanted}, and the header Content-Type to say so");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "urn:entrepot:media-type", "Of another kind", detail)
    }

    pub(crate) fn too_slow(time: Duration) -> Self {
        let detail = format!("the body did not come within {} seconds", time.as_secs());
        Self::new(StatusCode::REQUEST_TIMEOUT, "urn:entrepot:too-slow", "Too slow", detail)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        Self::larger(format!("the body has more than the {limit} bytes that are taken here"))
    }

    pub fn larger(detail: impl ToString) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "urn:entrepot:too-large", "Too large", detail)
    }

    /// What a delivery that ends with this counts as.
    pub(crate) fn outcome(&self) -> &'static str {
        if self.status == StatusCode::PAYLOAD_TOO_LARGE.as_u16() { "too_large" } else { "failed" }
    }

    /// Nothing failed here: it was asked wrongly.
    pub(crate) fn is_of_who_asks(&self) -> bool {
        (400..500).contains(&self.status)
    }

    pub(crate) fn too_many_requests(wait: u32) -> Self {
        let detail = format!("too many deliveries; try again in {wait} seconds");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "urn:entrepot:too-many-requests", "Too many requests", detail)
    }

    pub(crate) fn too_many_of_the_api(wait: u64, per_minute: u32) -> Self {
        let detail = format!("more than {per_minute} requests in a minute; try again in {wait} seconds");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "urn:entrepot:too-many-requests", "Too many requests", detail)
    }

    pub(crate) fn other_request() -> Self {
        let detail = "this Idempotency-Key was sent with another request within the last day: use a new key for each thing that is to be done";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "urn:entrepot:idempotency-key", "Key of another request", detail)
    }

    pub(crate) fn same_under_way() -> Self {
        let detail =
            "the request with this Idempotency-Key is still under way; send it again in a moment to get its answer";
        let problem = Self::new(StatusCode::CONFLICT, "urn:entrepot:under-way", "Under way", detail);
        Self { retry_after: Some(MOMENT), ..problem }
    }

    pub(crate) fn unavailable() -> Self {
        let detail = "the host is not able to do it at the moment; try again";
        Self::out_of_order(detail)
    }

    fn out_of_order(detail: impl ToString) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "urn:entrepot:unavailable", "Unavailable", detail);
        Self { retry_after: Some(AGAIN), ..problem }
    }

    pub fn without_database() -> Self {
        Self::out_of_order(
            "the database cannot be reached at the moment; try again. If it stays so, `entrepot doctor` on the host says why",
        )
    }

    /// What a transient failure of the database is, in words for whoever asked.
    fn of_database(error: Option<&StoreError>) -> Self {
        match error {
            Some(error) if error.is_of_the_disk() => Self::out_of_order(
                "the disk that the database writes to is full or fails, and nothing was changed; `entrepot doctor` on the host says which. Try \
                 again when there is room",
            ),
            _ => Self::without_database(),
        }
    }

    fn conflict(detail: impl ToString) -> Self {
        Self::new(StatusCode::CONFLICT, "urn:entrepot:conflict", "Conflict", detail)
    }

    pub(crate) fn refused(detail: impl ToString) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "urn:entrepot:refused", "Refused", detail)
    }

    fn over_the_plan(detail: impl ToString) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "urn:entrepot:plan-limit", "More than the plan allows", detail)
    }

    fn marketplace(detail: impl ToString) -> Self {
        Self::new(
            StatusCode::BAD_GATEWAY,
            "urn:entrepot:marketplace",
            "The marketplace did not answer as it should",
            detail,
        )
    }

    pub fn internal() -> Self {
        let detail = "something failed inside the host; its log says what";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "urn:entrepot:internal", "Internal error", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let wait = self.retry_after.map(|wait| [(header::RETRY_AFTER, wait.as_secs().to_string())]);
        let who = [(header::WWW_AUTHENTICATE, "Bearer realm=\"entrepot\"")];
        let who = (status == StatusCode::UNAUTHORIZED).then_some(AppendHeaders(who));
        (status, [(header::CONTENT_TYPE, "application/problem+json")], wait.map(AppendHeaders), who, Json(self))
            .into_response()
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        if error.is_transient() {
            tracing::error!("request failed: {error}");
            return Self::of_database(error.of_the_database());
        }
        match error {
            AppError::NoChannel(_) | AppError::NoRun(_) | AppError::NoDelivery(_) | AppError::NoConnection(_) => {
                Self::not_found(error)
            }
            AppError::NoProduct(_) | AppError::NoListing(_) | AppError::NoLinkBatch(_) | AppError::NoOperation(_) => {
                Self::not_found(error)
            }
            AppError::NoPlan(_) | AppError::NoTenant(_) | AppError::NoStockItem(_) | AppError::NoLocation(_) => {
                Self::not_found(error)
            }
            AppError::Plan(_) => Self::refused(error),
            AppError::PlanLimit { .. } => Self::over_the_plan(error),
            AppError::Secret { .. }
            | AppError::Changed { .. }
            | AppError::ListingChanged(_)
            | AppError::OnSale { .. } => Self::conflict(error),
            AppError::Listing(_) | AppError::Stock(_) => Self::refused(error),
            AppError::NameTaken(_) | AppError::Crowded | AppError::Contested | AppError::Link(_) => {
                Self::conflict(error)
            }
            AppError::Settings(_) | AppError::NothingGiven | AppError::Bind(_) | AppError::Name(_) => {
                Self::refused(error)
            }
            AppError::Call(error) => Self::marketplace(error),
            AppError::NotYet { .. } => Self::bad_request(error),
            AppError::Reconnect(_)
            | AppError::NothingHeldBack(_)
            | AppError::Schedule(_)
            | AppError::NoStock(_)
            | AppError::NoOAuth(_)
            | AppError::NotConnected(_) => Self::refused(error),
            AppError::NoToken { .. } | AppError::NewCurrency(_) | AppError::OtherFacts(_) => Self::marketplace(error),
            AppError::Stopping => Self::unavailable(),
            AppError::Admission(error) => error.into(),
            AppError::Store(error) => error.into(),
            AppError::Operation { .. } => Self::refused(error),
            AppError::Vault(_) | AppError::Queue(_) | AppError::Unreadable(_) => {
                tracing::error!("request failed: {error}");
                Self::internal()
            }
        }
    }
}

impl From<AdmissionError> for Problem {
    fn from(error: AdmissionError) -> Self {
        match error {
            AdmissionError::Unknown(_) | AdmissionError::NoVersion { .. } => Self::not_found(error),
            AdmissionError::OtherBytes { .. }
            | AdmissionError::OtherPublisher { .. }
            | AdmissionError::Older { .. }
            | AdmissionError::NotApproved(_)
            | AdmissionError::NothingToRollBack(_)
            | AdmissionError::RolledBackBefore { .. }
            | AdmissionError::WiderBefore { .. }
            | AdmissionError::NothingBeside(_)
            | AdmissionError::NoCanary(_)
            | AdmissionError::NothingToTry(_)
            | AdmissionError::Quarantined(_)
            | AdmissionError::Changed { .. }
            | AdmissionError::Damaged(_)
            | AdmissionError::InUse { .. }
            | AdmissionError::Expired { .. } => Self::conflict(error),
            AdmissionError::Store(error) => error.into(),
            error if error.is_of_the_host() => {
                tracing::error!("request failed: {error}");
                Self::internal()
            }
            _ => Self::refused(error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!("request failed: {error}");
        if error.is_transient() {
            return Self::of_database(Some(&error));
        }
        Self::internal()
    }
}
