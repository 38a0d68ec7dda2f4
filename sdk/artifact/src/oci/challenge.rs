//! Getting what a registry asks for: its challenge, and a token from its token service.

use reqwest::header::WWW_AUTHENTICATE;
use serde::Deserialize;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::OciReference;
use super::auth::Auth;
use super::wire::Wire;
use crate::{FetchError, FetchOptions};

/// Bytes of a token service's answer.
const MAX_TOKEN_LEN: usize = 64 << 10;

/// What a registry asks for.
struct Challenge {
    realm: Url,
    service: Option<String>,
}

impl OciReference {
    /// `actions`: `pull` or `pull,push`.
    pub(super) async fn authorize(
        &self,
        wire: &Wire,
        options: &FetchOptions,
        actions: &str,
    ) -> Result<Auth, FetchError> {
        let asked = wire.get("/v2/", "application/json", &Auth::Nobody).await?;
        let challenges = asked.headers().get_all(WWW_AUTHENTICATE);
        let challenges: Vec<&str> = challenges.iter().filter_map(|value| value.to_str().ok()).collect();
        if challenges.is_empty() {
            return Ok(Auth::Nobody);
        }
        let Some(challenge) = challenges.iter().find_map(|text| bearer(text)) else {
            // With name and password, or in a way that nobody knows.
            return Ok(options.credentials.clone().map_or(Auth::Nobody, Auth::User));
        };
        let as_whom = match &options.credentials {
            Some(_) if !is_same_site(wire.registry(), &challenge.realm) => {
                return Err(wire.elsewhere(
                    &challenge.realm,
                    "it is not the registry's own, and would be sent your user name and password",
                ));
            }
            Some(credentials) => Auth::User(credentials.clone()),
            None => Auth::Nobody,
        };
        let mut url = challenge.realm;
        url.query_pairs_mut().append_pair("scope", &format!("repository:{}:{actions}", self.0.repository()));
        if let Some(service) = &challenge.service {
            url.query_pairs_mut().append_pair("service", service);
        }
        let answer = wire.get_elsewhere(url, &as_whom).await?;
        if answer.status().is_client_error() {
            return Err(FetchError::Unauthorized { what: self.to_string() });
        }
        let body = Zeroizing::new(wire.body(answer, MAX_TOKEN_LEN).await?);
        match serde_json::from_slice::<Given>(&body).ok().and_then(|given| given.token.or(given.access_token)) {
            Some(token) => Ok(Auth::Token(Zeroizing::new(token))),
            None => {
                let problem = "its token service gave no token".to_owned();
                Err(FetchError::Protocol { what: self.to_string(), problem })
            }
        }
    }
}

#[derive(Deserialize)]
struct Given {
    token: Option<String>,
    access_token: Option<String>,
}

fn bearer(text: &str) -> Option<Challenge> {
    let challenges = http_auth::parse_challenges(text).ok()?;
    let challenge = challenges.into_iter().find(|challenge| challenge.scheme.eq_ignore_ascii_case("bearer"))?;
    let parameter = |name: &str| {
        let found = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_unescaped())
    };
    let realm = Url::parse(&parameter("realm")?).ok().filter(|realm| realm.has_host())?;
    Some(Challenge { realm, service: parameter("service") })
}

/// One host, or names that one owner has registered: `registry-1.docker.io` and `auth.docker.io`.
fn is_same_site(one: &Url, other: &Url) -> bool {
    let registered = |url: &Url| match url.host() {
        Some(Host::Domain(name)) => psl::domain_str(name).map(str::to_owned),
        _ => None,
    };
    one.host() == other.host() || registered(one).is_some_and(|owner| registered(other) == Some(owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_service_is_the_registrys_own_or_it_is_not() {
        for (one, other, same) in [
            ("https://registry-1.docker.io/", "https://auth.docker.io/token", true),
            ("https://registry.gitlab.com/", "https://gitlab.com/jwt/auth", true),
            ("https://ghcr.io/", "https://ghcr.io/token", true),
            ("http://127.0.0.1:5000/", "http://127.0.0.1:5001/token", true),
            ("https://ghcr.io/", "https://evil.io/token", false),
            ("https://a.github.io/", "https://b.github.io/token", false),
            ("https://a.co.uk/", "https://b.co.uk/token", false),
            ("https://10.0.0.1/", "https://10.0.0.2/token", false),
        ] {
            assert_eq!(is_same_site(&one.parse().unwrap(), &other.parse().unwrap()), same, "{one} {other}");
        }
    }

    #[test]
    fn challenges_are_read() {
        let found = bearer("Bearer realm=\"https://auth.example/token?x=1\",service=\"s\"").unwrap();
        assert_eq!((found.realm.as_str(), found.service.as_deref()), ("https://auth.example/token?x=1", Some("s")));
        for text in ["Basic realm=\"x\"", "Bearer realm=\"silly\"", "Bearer", "", "Bearer realm=\"data:x\""] {
            assert!(bearer(text).is_none(), "{text}");
        }
    }
}
