//! What is said to whoever is not signed in, or may not.

use std::time::Duration;

use axum::http::StatusCode;
use entrepot_accounts::AccountError;
use entrepot_domain::account::Scope;

use super::Problem;

impl Problem {
    /// Nothing was shown.
    pub fn unauthenticated() -> Self {
        Self::unauthorized(
            "sign in first (POST /api/v1/auth/sign-in), or send an API key as `Authorization: Bearer ent_…`; `entrepot api-key create` makes one",
        )
    }

    /// Something was shown, and proves nobody.
    pub(crate) fn not_accepted() -> Self {
        Self::unauthorized(
            "what was shown is no token, key or session of this host, or not any more: it has run out, was revoked, or its account is disabled; \
             sign in again",
        )
    }

    pub(crate) fn no_bearer() -> Self {
        Self::unauthorized("the header Authorization is not `Bearer` and a token or an API key")
    }

    fn unauthorized(detail: impl ToString) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "urn:entrepot:unauthenticated", "Not signed in", detail)
    }

    fn forbidden(detail: impl ToString) -> Self {
        Self::new(StatusCode::FORBIDDEN, "urn:entrepot:forbidden", "Not allowed", detail)
    }

    pub(crate) fn missing_scope(scope: Scope) -> Self {
        Self::forbidden(format!(
            "this needs the scope {scope}, which this API key does not have, or its maker not any more"
        ))
    }

    pub fn missing_role(scope: Scope) -> Self {
        Self::forbidden(format!("this needs the scope {scope}, which these roles have: {}", scope.roles().join(", ")))
    }

    pub(crate) fn second_factor_required(scope: Scope) -> Self {
        Self::forbidden(format!(
            "this needs the scope {scope}, and on this host operators and reviewers have theirs with a second factor only: set one up (POST \
             /api/v1/me/totp), or sign in with its code"
        ))
    }

    pub fn no_tenant() -> Self {
        Self::forbidden(
            "this session is for no tenant; choose one of yours with POST /api/v1/auth/tenant (GET /api/v1/me lists them)",
        )
    }

    pub(crate) fn for_people() -> Self {
        Self::forbidden("this is for people who are signed in, and not for API keys")
    }

    pub(crate) fn of_no_origin() -> Self {
        let detail = "this shows the cookie of a browser and does not say where it is from (Sec-Fetch-Site or Origin), as browsers do; programs \
                      show an access token or an API key instead (Authorization: Bearer)";
        Self::new(StatusCode::FORBIDDEN, "urn:entrepot:foreign-origin", "Of no origin", detail)
    }

    pub(crate) fn too_often(seconds: u64) -> Self {
        let detail = format!("too many tries from this address; try again in {seconds} seconds");
        Self::again(detail, seconds)
    }

    fn again(detail: impl ToString, seconds: u64) -> Self {
        let problem =
            Self::new(StatusCode::TOO_MANY_REQUESTS, "urn:entrepot:too-many-requests", "Too many requests", detail);
        Self { retry_after: Some(Duration::from_secs(seconds)), ..problem }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        if error.is_transient() {
            tracing::error!("request failed: {error}");
            return Self::of_database(error.of_the_database());
        }
        match error {
            AccountError::Credentials | AccountError::SecondFactorWrong | AccountError::Refresh => {
                Self::unauthorized(error)
            }
            AccountError::SecondFactorNeeded => {
                Self::new(StatusCode::UNAUTHORIZED, "urn:entrepot:second-factor", "Second factor needed", error)
            }
            AccountError::Locked { seconds } => Self::again(error, seconds),
            AccountError::Busy => Self::out_of_order(error),
            AccountError::Closed | AccountError::Forbidden(_) => Self::forbidden(error),
            AccountError::Link | AccountError::Email(_) | AccountError::Password(_) | AccountError::Refused(_) => {
                Self::refused(error)
            }
            AccountError::Conflict(_) => Self::conflict(error),
            AccountError::NotFound(_) => Self::not_found(error),
            AccountError::Plan(error) => error.into(),
            AccountError::Store(error) => error.into(),
            AccountError::Admission(error) => error.into(),
            AccountError::Mail(_) | AccountError::Vault(_) | AccountError::Internal(_) => {
                tracing::error!("request failed: {error}");
                Self::internal()
            }
        }
    }
}
