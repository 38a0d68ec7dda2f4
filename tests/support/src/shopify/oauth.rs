//! The token endpoint: codes and refresh tokens against pairs of tokens that rotate.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::store::Store;
use crate::server::{Answer, Request};

const LIFE: i64 = 3_600;
const REFRESH_LIFE: i64 = 7_776_000;

/// A pair as the token endpoint gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
    /// Seconds.
    pub expires_in: i64,
}

/// Who may get in.
#[derive(Debug)]
pub(super) struct Installed {
    /// Of an app made in the shop's admin: never expires.
    pub(super) permanent: String,
    /// Expiring access tokens, and until when.
    tokens: BTreeMap<String, i64>,
    /// The refresh token in force, and until when.
    refresh: Option<(String, i64)>,
    /// The one before, good until the new pair is first used.
    previous: Option<(String, Tokens)>,
    codes: Vec<String>,
    issued: u64,
}

impl Default for Installed {
    fn default() -> Self {
        Self {
            permanent: "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".to_owned(),
            tokens: BTreeMap::new(),
            refresh: None,
            previous: None,
            codes: Vec::new(),
            issued: 0,
        }
    }
}

impl Installed {
    /// One refreshable pair per app and shop: a new one retires the others' refresh tokens.
    pub(super) fn issue(&mut self, now: i64) -> Tokens {
        self.issued += 1;
        let tokens = Tokens {
            access_token: format!("shpat_{:032x}", 0xacce_5500_0000 + self.issued),
            refresh_token: format!("shprt_{:032x}", 0x5ef2_e500_0000 + self.issued),
            expires_in: LIFE,
        };
        self.tokens.insert(tokens.access_token.clone(), now + LIFE);
        self.refresh = Some((tokens.refresh_token.clone(), now + REFRESH_LIFE));
        tokens
    }

    fn renew(&mut self, sent: &str, now: i64) -> Option<Tokens> {
        // The answer was lost and is asked for again: the same pair.
        if let Some((previous, tokens)) = &self.previous
            && previous == sent
        {
            return Some(tokens.clone());
        }
        let (current, until) = self.refresh.clone()?;
        if current != sent || until < now {
            return None;
        }
        let tokens = self.issue(now);
        self.previous = Some((current, tokens.clone()));
        Some(tokens)
    }

    pub(super) fn code(&mut self) -> String {
        self.issued += 1;
        let code = format!("{:032x}", 0xc0de_0000 + self.issued);
        self.codes.push(code.clone());
        code
    }

    /// Whether the token gets in now.
    pub(super) fn lets_in(&mut self, token: &str, now: i64) -> bool {
        if !self.permanent.is_empty() && token == self.permanent {
            return true;
        }
        let good = self.tokens.get(token).is_some_and(|until| *until > now);
        if good && self.previous.as_ref().is_some_and(|(_, pair)| pair.access_token == token) {
            self.previous = None;
        }
        good
    }

    pub(super) fn expire(&mut self) {
        self.tokens.clear();
    }

    pub(super) fn revoke(&mut self) {
        self.permanent.clear();
        self.tokens.clear();
        (self.refresh, self.previous) = (None, None);
    }
}

/// `POST /admin/oauth/access_token`, as a form or as JSON.
pub(super) fn token(store: &Store, request: &Request) -> Answer {
    let form: BTreeMap<String, String> = match serde_json::from_slice::<Value>(&request.body) {
        Ok(Value::Object(fields)) => {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            fields.iter().map(|(name, value)| (name.clone(), text(value))).collect()
        }
        _ => url::form_urlencoded::parse(&request.body).into_owned().collect(),
    };
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let mut state = store.state();
    let refused = |error: &str| Answer::new(400, "application/json", json!({"error": error}).to_string());
    if field("client_id") != state.options.client_id || field("client_secret") != state.options.client_secret {
        return refused("invalid_client");
    }
    let (now, scope) = (state.options.seconds(), state.options.scopes.join(","));
    let pair = |tokens: Tokens| {
        json!({
            "access_token": tokens.access_token, "expires_in": tokens.expires_in, "refresh_token": tokens.refresh_token,
            "refresh_token_expires_in": REFRESH_LIFE, "scope": scope,
        })
    };
    let body = match field("grant_type") {
        "refresh_token" => match state.installed.renew(field("refresh_token"), now) {
            Some(tokens) => pair(tokens),
            None => return refused("invalid_grant"),
        },
        "" | "authorization_code" => {
            let Some(at) = state.installed.codes.iter().position(|code| code == field("code")) else {
                return refused("invalid_request");
            };
            state.installed.codes.remove(at);
            if field("expiring") == "1" {
                pair(state.installed.issue(now))
            } else {
                json!({"access_token": state.installed.permanent, "scope": scope})
            }
        }
        "client_credentials" => {
            let tokens = state.installed.issue(now);
            json!({"access_token": tokens.access_token, "scope": scope, "expires_in": 86_399})
        }
        _ => return refused("unsupported_grant_type"),
    };
    Answer::new(200, "application/json", body.to_string())
}

/// `GET /admin/oauth/authorize`: the merchant consents at once.
pub(super) fn authorize(store: &Store, request: &Request) -> Answer {
    let mut state = store.state();
    let parameter = |name: &str| request.parameter(name).unwrap_or_default();
    if parameter("client_id") != state.options.client_id || parameter("redirect_uri").is_empty() {
        return Answer::html(400, "<h1>Oauth error</h1>");
    }
    let code = state.installed.code();
    let (shop, timestamp) = (state.options.domain(), state.options.seconds().to_string());
    // In the order of their names, as they are signed.
    let pairs = [("code", code.as_str()), ("shop", &shop), ("state", &parameter("state")), ("timestamp", &timestamp)];
    let message: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mac = super::deliveries::mac(&state.options.client_secret, message.join("&").as_bytes());
    let mac: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    let Ok(mut to) = url::Url::parse(&parameter("redirect_uri")) else {
        return Answer::html(400, "<h1>Oauth error</h1>");
    };
    to.query_pairs_mut().extend_pairs(pairs).append_pair("hmac", &mac);
    let mut answer = Answer::html(302, "");
    answer.set("Location", to.to_string());
    answer
}
