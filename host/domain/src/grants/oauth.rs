//! OAuth 2 as the host does it for an adapter: where tokens come from and how they are renewed.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Settings, Template};

/// The secret that holds the token which credentials send.
pub const ACCESS_TOKEN: &str = "access_token";
/// The secret that holds what the next access token is got with.
pub const REFRESH_TOKEN: &str = "refresh_token";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// Where the seller's browser is sent. `{setting}` stands for a part of the host name.
    pub authorize_url: String,
    /// Where the host gets and renews tokens, with the client's secret. A channel with a `base_url` has it there, under the same path.
    pub token_url: String,
    pub client_id: Template,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Template>,
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Proof Key for Code Exchange, S256.
    #[serde(default)]
    pub pkce: bool,
    /// Access tokens end and are renewed with a refresh token.
    #[serde(default)]
    pub refresh: bool,
    /// Where there is no refresh token, the client asks in its own name, as often as it needs to.
    #[serde(default)]
    pub client_credentials: bool,
}

impl OAuth {
    /// Can the host get another access token by itself?
    pub fn renews(&self) -> bool {
        self.refresh || self.client_credentials
    }

    /// The token endpoint of a channel with these settings.
    pub fn token_endpoint(&self, settings: &Settings) -> Result<Url, String> {
        let url = filled(&self.token_url, settings)?;
        let Some(base) = settings.get("base_url").and_then(serde_json::Value::as_str) else { return Ok(url) };
        let path = format!("{}{}", base.trim_end_matches('/'), url.path());
        Url::parse(&path).map_err(|_| "the setting base_url is not a URL".to_owned())
    }

    /// What is wrong with it, if anything; `secrets` and `settings` by name.
    pub(super) fn check(&self, secret: impl Fn(&str) -> bool, setting: impl Fn(&str) -> bool) -> Result<(), String> {
        for url in [&self.authorize_url, &self.token_url] {
            if !url.starts_with("https://") {
                return Err(format!("`{url}` must begin with https://"));
            }
            if let Some(name) = names(url).find(|name| !setting(name)) {
                return Err(format!("`{{{name}}}` is not one of the settings"));
            }
            let sample = names(url).fold(url.clone(), |url, name| url.replace(&format!("{{{name}}}"), "x"));
            if !Url::parse(&sample).is_ok_and(|url| url.username().is_empty() && url.fragment().is_none()) {
                return Err(format!("`{url}` is not a URL"));
            }
        }
        let templates = [Some(&self.client_id), self.client_secret.as_ref()];
        let mut used = templates.into_iter().flatten().flat_map(Template::names);
        if let Some(name) = used.find(|name| !secret(name)) {
            return Err(format!("`{{{name}}}` is not one of the secrets"));
        }
        let needed = [ACCESS_TOKEN, if self.refresh { REFRESH_TOKEN } else { ACCESS_TOKEN }];
        match needed.into_iter().find(|name| !secret(name)) {
            Some(name) => Err(format!("tokens are kept in the secret `{name}`, which must be one of the secrets")),
            None => Ok(()),
        }
    }

    /// One sentence for the person who approves it.
    pub fn in_words(&self) -> String {
        let renewed = if self.renews() { "gets and renews" } else { "gets" };
        let secret = match &self.client_secret {
            Some(template) => format!(", authenticated with {}", template.names().collect::<Vec<_>>().join(", ")),
            None => String::new(),
        };
        let scopes =
            if self.scopes.is_empty() { String::new() } else { format!(" Scopes: {}.", self.scopes.join(" ")) };
        format!("The host {renewed} access tokens at {}{secret}.{scopes}", self.token_url)
    }
}

fn names(url: &str) -> impl Iterator<Item = &str> {
    url.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn filled(url: &str, settings: &Settings) -> Result<Url, String> {
    let mut text = url.to_owned();
    for name in names(url) {
        let value = settings.get(name).and_then(serde_json::Value::as_str);
        let value = value.filter(|value| super::origin::is_label(value));
        let value = value.ok_or_else(|| format!("the setting {name} must be one part of a host name"))?;
        text = text.replace(&format!("{{{name}}}"), value);
    }
    Url::parse(&text).map_err(|_| format!("`{text}` is not a URL"))
}
