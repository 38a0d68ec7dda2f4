//! The scope that each operation of the document needs.

use std::collections::HashMap;

use axum::http::Method;
use entrepot_domain::account::Scope;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

/// How an operation says it, beside its handler: `security(("scope" = ["catalog:read"]))`; `security(())`: nothing is needed.
const SCOPE: &str = "scope";
const SCHEMES: [&str; 2] = ["bearer", "cookie"];

/// What a request has to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requirement {
    Nothing,
    Scope(Scope),
    /// The operation does not say.
    Unknown,
}

/// Of every operation of the API.
pub(crate) fn requirements(document: &OpenApi) -> HashMap<(Method, String), Requirement> {
    let paths = document.paths.paths.iter().filter(|(path, _)| path.starts_with(super::API));
    paths
        .flat_map(|(path, item)| {
            super::operations::operations(item)
                .map(|(method, operation)| ((method, path.clone()), of(operation)))
                .collect::<Vec<_>>()
        })
        .collect()
}

pub(super) fn of(operation: &Operation) -> Requirement {
    let Some(security) = &operation.security else { return Requirement::Unknown };
    let Ok(serde_json::Value::Array(alternatives)) = serde_json::to_value(security) else {
        return Requirement::Unknown;
    };
    let Some(first) = alternatives.first() else { return Requirement::Unknown };
    if first.as_object().is_some_and(serde_json::Map::is_empty) {
        return Requirement::Nothing;
    }
    let named = [SCOPE, SCHEMES[0]].iter().find_map(|name| first[*name][0].as_str());
    named.and_then(|scope| scope.parse().ok()).map_or(Requirement::Unknown, Requirement::Scope)
}

/// In the document it is said in the words of OpenAPI: by token or key, or by cookie.
pub(super) fn write_out(operation: &mut Operation) {
    if let Requirement::Scope(scope) = of(operation) {
        let alternatives = SCHEMES.map(|scheme| SecurityRequirement::new(scheme, [scope.as_str()]));
        operation.security = Some(alternatives.into());
    }
}

pub(super) fn describe_schemes(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT, or API key")
        .description(Some("an access token of POST /api/v1/auth/sign-in, or an API key (ent_…)"))
        .build();
    components.add_security_scheme(SCHEMES[0], SecurityScheme::Http(bearer));
    let cookie = ApiKeyValue::with_description(
        "__Host-entrepot",
        "what POST /api/v1/auth/sign-in sets for browsers; on plain HTTP its name is `entrepot`",
    );
    components.add_security_scheme(SCHEMES[1], SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
}
