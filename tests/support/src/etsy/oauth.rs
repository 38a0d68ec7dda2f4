//! OAuth 2 with PKCE: the page of consent, which always consents, and the token endpoint with refresh tokens that are used once.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::answers::{oauth_refusal, ok, refusal};
use super::store::{Credentials, State};
use crate::server::{Answer, Request};

/// What a code was given for.
#[derive(Debug)]
struct Code {
    redirect_uri: String,
    challenge: String,
    scopes: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Tokens {
    number: u64,
    access: String,
    ends: i64,
    refresh: String,
    scopes: Vec<String>,
    revoked: bool,
    codes: BTreeMap<String, Code>,
    /// Tokens that the app was given in its own name.
    pub(crate) applications: u64,
}

impl Tokens {
    pub(crate) fn credentials(&self) -> Credentials {
        Credentials {
            keystring: "simulatedkeystring000001".into(),
            shared_secret: "simsecret01".into(),
            access_token: self.access.clone(),
            refresh_token: self.refresh.clone(),
            webhook_secret: "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".into(),
        }
    }

    /// New tokens in place of the old ones.
    pub(crate) fn issue(&mut self, user: u64, ends: i64, scopes: &[&str]) {
        self.number += 1;
        self.access = format!("{user}.access-{:06}", self.number);
        self.refresh = format!("{user}.refresh-{:06}", self.number);
        self.ends = ends;
        self.scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self.revoked = false;
    }

    pub(crate) fn accepts(&self, token: &str, now: i64) -> Result<(), &'static str> {
        if self.revoked || token != self.access {
            Err("access token is invalid")
        } else if now >= self.ends {
            Err("access token is expired")
        } else {
            Ok(())
        }
    }

    pub(crate) fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
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

/// `/oauth/connect`: what a browser is sent to. The seller agrees at once.
pub(crate) fn connect(state: &mut State, request: &Request) -> Answer {
    let asked = |name: &str| request.parameter(name).filter(|value| !value.is_empty());
    let wrong = |what: &str| refusal(400, &format!("invalid {what}"));
    let is_known =
        |uri: &String| state.options.redirect_uris.contains(uri) || state.options.redirect_names.contains_key(uri);
    let redirect = asked("redirect_uri").filter(is_known);
    let Some(redirect_uri) = redirect else { return wrong("redirect_uri") };
    if asked("response_type").as_deref() != Some("code") {
        return wrong("response_type");
    }
    if asked("client_id") != Some(state.tokens.credentials().keystring) {
        return wrong("client_id");
    }
    if asked("code_challenge_method").as_deref() != Some("S256") {
        return wrong("code_challenge_method");
    }
    let (Some(challenge), Some(given)) = (asked("code_challenge"), asked("state")) else {
        return wrong("code_challenge or state");
    };
    let scopes = asked("scope").unwrap_or_default().split(' ').map(str::to_owned).collect();
    let code = format!("code-{:06}", state.tokens.codes.len() + 1);
    let address = state.options.redirect_names.get(&redirect_uri).unwrap_or(&redirect_uri);
    let mut location = url::Url::parse(address).expect("a registered address");
    location.query_pairs_mut().append_pair("code", &code).append_pair("state", &given);
    state.tokens.codes.insert(code, Code { redirect_uri, challenge, scopes });
    let mut answer = Answer::html(302, "");
    answer.set("Location", location.as_str());
    answer
}

/// `/v3/public/oauth/token`.
pub(crate) fn token(state: &mut State, request: &Request) -> Answer {
    let form = request.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if request.method != http::Method::POST || !form.starts_with("application/x-www-form-urlencoded") {
        return oauth_refusal(400, "invalid_request", "a form is expected");
    }
    let fields: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let client = state.tokens.credentials();
    if state.options.basic_clients {
        let pair = format!("{}:{}", client.keystring, client.shared_secret);
        let expected = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
        let given = request.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if given != expected || fields.contains_key("client_id") || fields.contains_key("client_secret") {
            return oauth_refusal(401, "invalid_client", "the client is not authenticated");
        }
    } else if field("client_id") != client.keystring {
        return oauth_refusal(400, "invalid_request", "client_id is unknown");
    }
    if field("grant_type") == "client_credentials" && field("scope") == "app_only" {
        state.tokens.applications += 1;
        let token = format!("app-{:06}", state.tokens.applications);
        return ok(&json!({"access_token": token, "token_type": "Bearer", "expires_in": 7_200}));
    }
    let scopes = match field("grant_type") {
        "authorization_code" => match state.tokens.codes.remove(field("code")) {
            Some(code) if code.redirect_uri != field("redirect_uri") => {
                return oauth_refusal(400, "invalid_grant", "redirect_uri does not match");
            }
            Some(code) if challenge(field("code_verifier")) != code.challenge => {
                return oauth_refusal(400, "invalid_grant", "code_verifier does not match");
            }
            Some(code) => code.scopes,
            None => return oauth_refusal(400, "invalid_grant", "code is invalid or was used"),
        },
        "refresh_token" if !state.tokens.revoked && field("refresh_token") == state.tokens.refresh => {
            state.tokens.scopes.clone()
        }
        "refresh_token" => {
            // Somebody has an old token: either this one or the new one is in the wrong hands.
            state.tokens.revoked |= state.options.reuse_ends_connection && !field("refresh_token").is_empty();
            return oauth_refusal(400, "invalid_grant", "refresh_token is revoked");
        }
        _ => return oauth_refusal(400, "unsupported_grant_type", "grant_type is unknown"),
    };
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let ends = state.options.seconds() + state.options.token_lifetime;
    state.tokens.issue(state.options.user_id, ends, &scopes);
    let mut tokens = json!({"access_token": state.tokens.access, "token_type": "Bearer", "expires_in": state.options.token_lifetime,
        "refresh_token": state.tokens.refresh});
    if let Some(lifetime) = state.options.refresh_lifetime {
        tokens["refresh_token_expires_in"] = lifetime.into();
    }
    ok(&tokens)
}

/// S256 of RFC 7636.
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::challenge;

    #[test]
    fn challenges_are_those_of_the_rfc() {
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
