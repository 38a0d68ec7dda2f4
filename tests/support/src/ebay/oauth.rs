//! OAuth 2: the page of consent, which always consents, and the token endpoint. The client says who it is by HTTP Basic, browsers come back to
//! an address that has a name, and a refresh token stays the same.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::answers::{oauth_refusal, ok};
use super::store::{Credentials, State};
use crate::server::{Answer, Request};

const SCOPE: &str = "https://api.ebay.com/oauth/api_scope";
/// Seconds for which a refresh token is good.
const REFRESH_LIFETIME: i64 = 47_304_000;

#[derive(Debug)]
struct Code {
    ru_name: String,
    scopes: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Tokens {
    number: u64,
    access: String,
    ends: i64,
    refresh: String,
    /// Those of the app, each good until its own end.
    own: Vec<(String, i64)>,
    /// The last parts of their addresses.
    scopes: Vec<String>,
    revoked: bool,
    codes: BTreeMap<String, Code>,
    pub(crate) applications: u64,
    pub(crate) renewals: u64,
}

/// Values hold what has to be encoded in a form.
fn token(kind: u8, number: u64) -> String {
    format!("v^1.1#i^1#p^{kind}#r^0#f^0#{number:06}")
}

impl Tokens {
    pub(crate) fn begin(&mut self) {
        self.issue(i64::MAX);
        self.refresh = "v^1.1#i^1#p^3#r^1#f^0#refresh".to_owned();
        self.own = vec![(token(1, 0), i64::MAX)];
        self.scopes =
            ["sell.inventory", "sell.account.readonly", "commerce.identity.readonly"].map(str::to_owned).to_vec();
    }

    fn issue(&mut self, ends: i64) {
        self.number += 1;
        (self.access, self.ends) = (token(3, self.number), ends);
    }

    pub(crate) fn credentials(&self) -> Credentials {
        Credentials {
            client_id: "Simulate-Simulato-PRD-0123456789".into(),
            client_secret: "PRD-0123456789ab-simulated-secret".into(),
            access_token: self.access.clone(),
            refresh_token: self.refresh.clone(),
            application_token: self.own.last().map(|(token, _)| token.clone()).unwrap_or_default(),
        }
    }

    /// Whether it is the app's own; none: it is no token.
    pub(crate) fn accepts(&self, token: &str, now: i64) -> Option<bool> {
        if self.own.iter().any(|(own, ends)| own == token && now < *ends) {
            return Some(true);
        }
        (!self.revoked && token == self.access && now < self.ends).then_some(false)
    }

    pub(crate) fn has(&self, scopes: &[&str]) -> bool {
        self.scopes.iter().any(|own| scopes.contains(&own.as_str()))
    }

    pub(crate) fn revoke(&mut self) {
        self.revoked = true;
    }

    pub(crate) fn expire(&mut self) {
        self.ends = 0;
    }

    pub(crate) fn limit(&mut self, scopes: &[&str]) {
        self.scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    }
}

fn last_parts(scopes: &str) -> Vec<String> {
    scopes
        .split(' ')
        .filter_map(|scope| scope.strip_prefix(SCOPE))
        .map(|rest| rest.trim_start_matches('/').to_owned())
        .collect()
}

/// `/oauth2/authorize`: what a browser is sent to. The seller agrees at once.
pub(crate) fn authorize(state: &mut State, request: &Request) -> Answer {
    let asked = |name: &str| request.parameter(name).filter(|value| !value.is_empty());
    let wrong = |what: &str| oauth_refusal(400, "invalid_request", &format!("{what} is not right"));
    let Some((ru_name, address)) = asked("redirect_uri").and_then(|name| {
        let address = state.options.ru_names.get(&name)?.clone();
        Some((name, address))
    }) else {
        return wrong("redirect_uri: it is the RuName and no address; it");
    };
    if asked("response_type").as_deref() != Some("code")
        || asked("client_id") != Some(state.tokens.credentials().client_id)
    {
        return wrong("response_type or client_id");
    }
    let Some(given) = asked("state") else { return wrong("state") };
    let code = format!("v^1.1#i^1#I^3#t^{}", state.tokens.codes.len() + 1);
    let scopes = last_parts(&asked("scope").unwrap_or_default());
    let mut location = url::Url::parse(&address).expect("a registered address");
    location.query_pairs_mut().append_pair("code", &code).append_pair("state", &given).append_pair("expires_in", "299");
    state.tokens.codes.insert(code, Code { ru_name, scopes });
    let mut answer = Answer::html(302, "");
    answer.set("Location", location.as_str());
    answer
}

/// `/identity/v1/oauth2/token`.
pub(crate) fn tokens(state: &mut State, request: &Request) -> Answer {
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if request.method != http::Method::POST || !header("content-type").starts_with("application/x-www-form-urlencoded")
    {
        return oauth_refusal(400, "invalid_request", "a form is expected");
    }
    let client = state.tokens.credentials();
    let pair = STANDARD.encode(format!("{}:{}", client.client_id, client.client_secret));
    if header("authorization") != format!("Basic {pair}") {
        return oauth_refusal(401, "invalid_client", "client authentication failed");
    }
    let fields: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let ends = state.options.seconds() + state.options.token_lifetime;
    let lifetime = state.options.token_lifetime;
    match field("grant_type") {
        "client_credentials" => {
            let tokens = &mut state.tokens;
            tokens.applications += 1;
            let own = token(1, tokens.applications);
            tokens.own.push((own.clone(), ends));
            ok(&json!({"access_token": own, "expires_in": lifetime, "token_type": "Application Access Token"}))
        }
        "authorization_code" => match state.tokens.codes.remove(field("code")) {
            Some(code) if code.ru_name == field("redirect_uri") => {
                let tokens = &mut state.tokens;
                tokens.issue(ends);
                (tokens.scopes, tokens.revoked) = (code.scopes, false);
                ok(&json!({
                    "access_token": tokens.access, "expires_in": lifetime, "token_type": "User Access Token",
                    "refresh_token": tokens.refresh, "refresh_token_expires_in": REFRESH_LIFETIME,
                }))
            }
            _ => oauth_refusal(
                400,
                "invalid_grant",
                "the provided authorization grant code is invalid or was issued to another client",
            ),
        },
        // The answer has no refresh token: the one there is stays.
        "refresh_token" if !state.tokens.revoked && field("refresh_token") == state.tokens.refresh => {
            state.tokens.renewals += 1;
            state.tokens.issue(ends);
            ok(&json!({"access_token": state.tokens.access, "expires_in": lifetime, "token_type": "User Access Token"}))
        }
        "refresh_token" => oauth_refusal(
            400,
            "invalid_grant",
            "the provided authorization refresh token is invalid or was issued to another client",
        ),
        _ => oauth_refusal(400, "unsupported_grant_type", "grant_type is unknown"),
    }
}
