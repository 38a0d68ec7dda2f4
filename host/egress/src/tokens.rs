//! OAuth 2 tokens, got and renewed at the endpoint that the manifest names. No guest has a part in it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entrepot_domain::secret::{MAX_SECRET_LEN, Secret, SecretSource};
use entrepot_policy::{ApplicationToken, ClientAuthentication, OAuth, REFRESH_TOKEN, Template};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Deserialize;
use thiserror::Error;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use crate::body::Caps;
use crate::client::Egress;
use crate::exchange::Failure;
use crate::retry_after::retry_after;
use crate::send::{check_target, send};
use crate::wire::Outgoing;

/// What came from a token endpoint.
#[derive(Debug)]
pub struct Tokens {
    pub access: Secret,
    /// Rotated: the one before is spent.
    pub refresh: Option<Secret>,
    pub expires_in: Option<Duration>,
    /// How long the refresh token lasts, where it was said.
    pub refresh_expires_in: Option<Duration>,
    /// What was granted, where it was said.
    pub scopes: Option<Vec<String>>,
}

/// What a seller's browser brought back, and what proves that it was us who sent it there.
#[derive(Debug)]
pub struct CodeGrant<'a> {
    pub code: &'a Secret,
    /// As it stood in the address the browser was sent to.
    pub redirect_uri: &'a str,
    /// Of PKCE.
    pub verifier: Option<&'a Secret>,
    /// What else came with it and is sent on.
    pub passed: &'a [(String, String)],
}

/// The texts hold no secret: of an answer only its status and its error code are repeated.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TokenFailure {
    /// The same will be refused again: the seller has to connect the shop anew.
    #[error("{0}")]
    Refused(String),
    /// Worth another try, with the same refresh token.
    #[error("{why}")]
    Later { why: String, wait: Option<Duration> },
}

/// An answer is a few hundred bytes.
const MAX_ANSWER_LEN: u64 = 64 << 10;
const TIME: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<Seconds>,
    #[serde(alias = "refresh_expires_in", alias = "x_refresh_token_expires_in")]
    refresh_token_expires_in: Option<Seconds>,
    scope: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(f64),
    Text(String),
}

impl Seconds {
    fn span(self) -> Option<Duration> {
        let seconds = match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => text.parse().ok(),
        };
        seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }
}

/// What a token endpoint is asked, and by whom.
struct TokenRequest {
    form: Secret,
    /// Of HTTP Basic.
    authorization: Option<Secret>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl Egress {
    /// A new access token: with the refresh token, or, where there is none and the manifest says so, with the client's own name.
    pub async fn renew(
        &self,
        oauth: &OAuth,
        endpoint: &Url,
        secrets: &dyn SecretSource,
    ) -> Result<Tokens, TokenFailure> {
        self.ask(endpoint, &renewal(oauth, secrets)?).await
    }

    /// A token in the client's own name, with the scopes of `application`.
    pub async fn application_token(
        &self,
        oauth: &OAuth,
        application: &ApplicationToken,
        endpoint: &Url,
        secrets: &dyn SecretSource,
    ) -> Result<Tokens, TokenFailure> {
        self.ask(endpoint, &in_its_own_name(oauth, application, secrets)?).await
    }

    /// The first tokens, for a code. It works once, so whoever asks a second time asks in vain or loses what the first time brought.
    pub async fn exchange(
        &self,
        oauth: &OAuth,
        endpoint: &Url,
        secrets: &dyn SecretSource,
        grant: &CodeGrant<'_>,
    ) -> Result<Tokens, TokenFailure> {
        self.ask(endpoint, &first(oauth, secrets, grant)?).await
    }

    async fn ask(&self, endpoint: &Url, request: &TokenRequest) -> Result<Tokens, TokenFailure> {
        let options = self.options();
        check_target(endpoint, options.allow_loopback).map_err(|failure| refused(&failure))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(authorization) = &request.authorization {
            let unsendable =
                |_| TokenFailure::Refused("the client's id or secret has characters no header has".to_owned());
            let mut value = HeaderValue::from_str(authorization.expose()).map_err(unsendable)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let body = Some(request.form.expose().as_bytes().to_vec());
        let outgoing = Outgoing { method: http::Method::POST, url: endpoint.clone(), headers, body };
        let caps = Caps { bytes: MAX_ANSWER_LEN, ratio: options.max_ratio };
        let answer = send(self.shared(), outgoing, caps, TIME, None).await.map_err(|failure| refused(&failure))?;
        let wait = retry_after(&answer.headers, &options.clock);
        read(answer.status, &answer.body.bytes, wait)
    }
}

/// Whether there is what a renewal takes: a token that was pasted alone is all there will be.
pub fn can_renew(oauth: &OAuth, secrets: &dyn SecretSource) -> bool {
    oauth.renews() && renewal(oauth, secrets).is_ok()
}

fn renewal(oauth: &OAuth, secrets: &dyn SecretSource) -> Result<TokenRequest, TokenFailure> {
    let mut form = Serializer::new(String::new());
    match secrets.secret(REFRESH_TOKEN).filter(|_| oauth.refresh) {
        Some(token) => {
            form.append_pair("grant_type", "refresh_token").append_pair(REFRESH_TOKEN, token.expose());
        }
        None if oauth.client_credentials => {
            form.append_pair("grant_type", "client_credentials");
        }
        None => return Err(TokenFailure::Refused("there is no refresh token".to_owned())),
    }
    by_the_client(form, oauth, secrets)
}

fn in_its_own_name(
    oauth: &OAuth,
    application: &ApplicationToken,
    secrets: &dyn SecretSource,
) -> Result<TokenRequest, TokenFailure> {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    if !application.scopes.is_empty() {
        form.append_pair("scope", &application.scopes.join(" "));
    }
    by_the_client(form, oauth, secrets)
}

fn first(oauth: &OAuth, secrets: &dyn SecretSource, grant: &CodeGrant<'_>) -> Result<TokenRequest, TokenFailure> {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code").append_pair("code", grant.code.expose());
    form.append_pair("redirect_uri", grant.redirect_uri);
    if let Some(verifier) = grant.verifier {
        form.append_pair("code_verifier", verifier.expose());
    }
    form.extend_pairs(&oauth.code_parameters).extend_pairs(grant.passed);
    by_the_client(form, oauth, secrets)
}

fn by_the_client(
    mut form: Serializer<'_, String>,
    oauth: &OAuth,
    secrets: &dyn SecretSource,
) -> Result<TokenRequest, TokenFailure> {
    let id = filled(&oauth.client_id, secrets)?;
    let secret = oauth.client_secret.as_ref().map(|secret| filled(secret, secrets)).transpose()?;
    if let (ClientAuthentication::Basic, Some(secret)) = (oauth.client_authentication, &secret) {
        let form = Secret::new(form.finish());
        return Ok(TokenRequest { form, authorization: Some(basic(&id, secret)) });
    }
    form.append_pair("client_id", id.expose());
    if let Some(secret) = secret {
        form.append_pair("client_secret", secret.expose());
    }
    Ok(TokenRequest { form: Secret::new(form.finish()), authorization: None })
}

/// Both are encoded as in a form first, so that a colon in the id ends nothing (RFC 6749, 2.3.1).
fn basic(id: &Secret, secret: &Secret) -> Secret {
    let encoded = |of: &Secret| byte_serialize(of.expose().as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encoded(id), encoded(secret)));
    Secret::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

pub(crate) fn filled(template: &Template, secrets: &dyn SecretSource) -> Result<Secret, TokenFailure> {
    let value = |name: &str| secrets.secret(name).map(|secret| secret.expose().to_owned());
    let missing = |name| TokenFailure::Refused(format!("the secret `{name}` is not set"));
    template.fill(value).map(Secret::new).map_err(missing)
}

fn read(status: u16, body: &[u8], wait: Option<Duration>) -> Result<Tokens, TokenFailure> {
    if (200..300).contains(&status) {
        let answer: Answer = serde_json::from_slice(body).map_err(|_| TokenFailure::Later {
            why: "the token endpoint answered with something that is no token".to_owned(),
            wait: None,
        })?;
        let tokens = [Some(&answer.access_token), answer.refresh_token.as_ref()];
        if let Some(token) = tokens.into_iter().flatten().find(|token| token.len() > MAX_SECRET_LEN) {
            let why = format!(
                "the token endpoint answered with a token of {} bytes; {MAX_SECRET_LEN} are the most that is taken",
                token.len()
            );
            return Err(TokenFailure::Later { why, wait: None });
        }
        // A refresh token may be left out, or empty where there is none.
        let is_sendable = |token: &str| token.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        let refresh = answer.refresh_token.as_deref().unwrap_or_default();
        if answer.access_token.trim().is_empty() || ![&answer.access_token, refresh].into_iter().all(is_sendable) {
            let why =
                "the token endpoint answered with a token that is empty or has characters no token has".to_owned();
            return Err(TokenFailure::Later { why, wait: None });
        }
        return Ok(Tokens {
            access: Secret::new(answer.access_token),
            refresh: answer.refresh_token.filter(|token| !token.is_empty()).map(Secret::new),
            expires_in: answer.expires_in.and_then(Seconds::span),
            refresh_expires_in: answer.refresh_token_expires_in.and_then(Seconds::span),
            // RFC 6749 says spaces; commas are common.
            scopes: answer
                .scope
                .map(|scopes| scopes.split([' ', ',']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()),
        });
    }
    let code = serde_json::from_slice::<Refusal>(body).ok().map(|refusal| refusal.error);
    let code =
        code.filter(|code| code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
    let why = match &code {
        Some(code) => format!("the token endpoint answered HTTP {status} ({code})"),
        None => format!("the token endpoint answered HTTP {status}"),
    };
    match status {
        401 => Err(TokenFailure::Refused(why)),
        // A web page is a gateway's or a firewall's, and no word of who gives the tokens.
        400 | 403 if !body.trim_ascii_start().starts_with(b"<") => Err(TokenFailure::Refused(why)),
        _ => Err(TokenFailure::Later { why, wait }),
    }
}

fn refused(failure: &Failure) -> TokenFailure {
    match failure {
        Failure::Denied(why) => TokenFailure::Refused(why.clone()),
        other => TokenFailure::Later { why: format!("the token endpoint: {other}"), wait: None },
    }
}

#[cfg(test)]
mod tests;
