//! OAuth 2 as the host does it for an adapter: where tokens come from and how they are renewed.

mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use super::callback::OAuthCallback;
use super::{OriginPattern, SettingType, Settings, Template};

/// The secret that holds the token which credentials send.
pub const ACCESS_TOKEN: &str = "access_token";
/// The secret that holds what the next access token is got with.
pub const REFRESH_TOKEN: &str = "refresh_token";
/// The secret that holds the token which the client has in its own name.
pub const APPLICATION_TOKEN: &str = "application_token";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// Where the seller's browser is sent. `{setting}` stands for a part of the host name.
    pub authorize_url: String,
    /// Where the host gets and renews tokens, with the client's secret.
    pub token_url: String,
    /// The setting that moves both: a channel that has it goes there, to the same paths. For simulators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_by: Option<String>,
    pub client_id: Template,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Template>,
    /// Where the client's id and secret stand when tokens are asked for.
    #[serde(default, skip_serializing_if = "ClientAuthentication::is_body")]
    pub client_authentication: ClientAuthentication,
    /// The setting whose value stands in the place of the address that browsers come back to: a name that the marketplace knows it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_name: Option<String>,
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Asked for beside them; a channel is connected without them, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_scopes: Vec<String>,
    /// What stands between scopes in the address the browser is sent to.
    #[serde(default = "space", skip_serializing_if = "is_space")]
    pub scope_separator: char,
    /// By a scope that may be granted: those it includes, which the marketplace then does not name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub implied_scopes: BTreeMap<String, Vec<String>>,
    /// Proof Key for Code Exchange, S256.
    #[serde(default)]
    pub pkce: bool,
    /// Access tokens end and are renewed with a refresh token.
    #[serde(default)]
    pub refresh: bool,
    /// Days for which a refresh token is good, where the marketplace does not say with each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_days: Option<u32>,
    /// Where there is no refresh token, the client asks in its own name, as often as it needs to.
    #[serde(default)]
    pub client_credentials: bool,
    /// A second token, which the client asks for in its own name, beside the one that the seller agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<ApplicationToken>,
    /// Parameters of the browser's way back that are sent on when the code is exchanged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pass: Vec<String>,
    /// Sent in addition when a code is exchanged for tokens.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub code_parameters: BTreeMap<String, String>,
    /// What the browser's way back has to show besides the state.
    #[serde(default, skip_serializing_if = "OAuthCallback::is_empty")]
    pub callback: OAuthCallback,
}

/// A token by client credentials (RFC 6749, 4.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationToken {
    /// None: what the marketplace gives without being asked for one.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// How the client says who it is at the token endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientAuthentication {
    /// As parameters of the form.
    #[default]
    Body,
    /// With HTTP Basic (RFC 6749, 2.3.1).
    Basic,
}

impl ClientAuthentication {
    fn is_body(&self) -> bool {
        *self == Self::Body
    }
}

/// What the host says itself when it exchanges a code.
const OWN_PARAMETERS: [&str; 6] = ["grant_type", "code", "redirect_uri", "client_id", "client_secret", "code_verifier"];

fn space() -> char {
    ' '
}

fn is_space(separator: &char) -> bool {
    *separator == ' '
}

impl OAuth {
    /// Can the host get another access token by itself?
    pub fn renews(&self) -> bool {
        self.refresh || self.client_credentials
    }

    /// The secrets that it brings.
    pub fn tokens(&self) -> &'static [&'static str] {
        const ALL: [&str; 3] = [ACCESS_TOKEN, REFRESH_TOKEN, APPLICATION_TOKEN];
        if self.application.is_some() { &ALL } else { &ALL[..2] }
    }

    /// The token endpoint of a channel with these settings.
    pub fn token_endpoint(&self, settings: &Settings) -> Result<Url, String> {
        self.at_base(filled(&self.token_url, settings)?, settings)
    }

    /// Where the seller of a channel with these settings agrees.
    pub fn authorize_endpoint(&self, settings: &Settings) -> Result<Url, String> {
        self.at_base(filled(&self.authorize_url, settings)?, settings)
    }

    /// What stands for the address that browsers come back to, of a channel with these settings.
    pub fn redirect(&self, address: &str, settings: &Settings) -> Result<String, String> {
        let Some(name) = &self.redirect_name else { return Ok(address.to_owned()) };
        let value = settings.get(name).and_then(serde_json::Value::as_str).filter(|value| !value.is_empty());
        value.map(str::to_owned).ok_or_else(|| format!("the setting {name} is not set"))
    }

    /// The same path where the setting says that moves it, if the channel has it.
    fn at_base(&self, url: Url, settings: &Settings) -> Result<Url, String> {
        let Some(name) = &self.moved_by else { return Ok(url) };
        let Some(base) = settings.get(name).and_then(serde_json::Value::as_str) else { return Ok(url) };
        let path = format!("{}{}", base.trim_end_matches('/'), url.path());
        let mut there = Url::parse(&path).map_err(|_| format!("the setting {name} is not a URL"))?;
        there.set_query(url.query());
        Ok(there)
    }

    /// The settings that are part of an endpoint.
    pub(super) fn label_settings(&self) -> impl Iterator<Item = &str> {
        names(&self.authorize_url).chain(names(&self.token_url))
    }

    /// The secrets of the client, each once: they have to be known before anybody can agree.
    pub fn client_secrets(&self) -> Vec<&str> {
        let templates = [Some(&self.client_id), self.client_secret.as_ref()].into_iter().flatten();
        let signature = self.callback.signature.iter().map(|signature| signature.secret.as_str());
        let mut names: Vec<&str> = templates.flat_map(Template::names).chain(signature).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// All that the seller is asked to grant.
    pub fn asked_scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().chain(&self.optional_scopes).map(String::as_str)
    }

    /// Those needed that are not among the granted ones, nor included in one of them.
    pub fn missing_scopes<'a>(&'a self, granted: &[String]) -> Vec<&'a str> {
        let has = |scope: &String| {
            let includes =
                |other: &String| self.implied_scopes.get(other).is_some_and(|implied| implied.contains(scope));
            granted.iter().any(|other| other == scope || includes(other))
        };
        self.scopes.iter().filter(|scope| !has(scope)).map(String::as_str).collect()
    }

    /// What is wrong with it, if anything; secrets and settings by name.
    pub(super) fn check(
        &self,
        secret: impl Fn(&str) -> bool,
        setting: impl Fn(&str) -> Option<SettingType>,
    ) -> Result<(), String> {
        for url in [&self.authorize_url, &self.token_url] {
            if !url.starts_with("https://") {
                return Err(format!("`{url}` must begin with https://"));
            }
            for name in names(url) {
                match setting(name) {
                    Some(SettingType::String | SettingType::Choice) => {}
                    Some(_) => return Err(format!("`{name}` must be a setting of type \"string\" or \"choice\"")),
                    None => return Err(format!("`{{{name}}}` is not one of the settings")),
                }
            }
            // A setting may choose among the names of one owner, as in a rule.
            let origin = url.split_at(url["https://".len()..].find(['/', '?', '#']).map_or(url.len(), |at| at + 8)).0;
            OriginPattern::try_from(origin.to_owned())?;
            let sample = names(url).fold(url.clone(), |url, name| url.replace(&format!("{{{name}}}"), "x"));
            if !Url::parse(&sample).is_ok_and(|url| url.username().is_empty() && url.fragment().is_none()) {
                return Err(format!("`{url}` is not a URL"));
            }
        }
        if let Some(name) = self.moved_by.as_deref().filter(|name| setting(name) != Some(SettingType::Url)) {
            return Err(format!("moved_by: `{name}` must be a setting of type \"url\""));
        }
        if let Some(name) = self.redirect_name.as_deref().filter(|name| setting(name) != Some(SettingType::String)) {
            return Err(format!("redirect_name: `{name}` must be a setting of type \"string\""));
        }
        if self.client_authentication == ClientAuthentication::Basic && self.client_secret.is_none() {
            return Err("client_authentication = \"basic\" needs a client_secret".to_owned());
        }
        if self.refresh_days.is_some_and(|days| days == 0 || !self.refresh) {
            return Err("refresh_days is a number from 1 on, and goes with refresh = true".to_owned());
        }
        if let Some(name) = self.client_secrets().into_iter().find(|name| !secret(name)) {
            return Err(format!("`{{{name}}}` is not one of the secrets"));
        }
        if self.scope_separator.is_alphanumeric() || self.scope_separator.is_control() {
            return Err("scope_separator must be a space or a mark, e.g. \",\"".to_owned());
        }
        let splits = |c: char| c == self.scope_separator || c.is_whitespace() || c.is_control();
        if let Some(scope) = self.asked_scopes().find(|scope| scope.is_empty() || scope.contains(splits)) {
            return Err(format!("the scope {scope:?} is empty or holds what separates scopes"));
        }
        let own = |name: &&String| name.is_empty() || OWN_PARAMETERS.contains(&name.as_str());
        if let Some(name) = self.code_parameters.keys().find(own) {
            return Err(format!("code_parameters: {name:?} is for the host to say"));
        }
        let passed = |name: &&String| name.is_empty() || own(name) || matches!(name.as_str(), "state" | "error");
        if let Some(name) = self.pass.iter().find(passed) {
            return Err(format!("pass: {name:?} is for the host to say"));
        }
        if let Some(name) = self.pass.iter().find(|name| self.code_parameters.contains_key(*name)) {
            return Err(format!("pass: {name:?} is one of the code_parameters"));
        }
        if let Some(application) = &self.application {
            if self.client_secret.is_none() {
                return Err("application needs a client_secret".to_owned());
            }
            if let Some(scope) = application.scopes.iter().find(|scope| scope.is_empty() || scope.contains(splits)) {
                return Err(format!("application: the scope {scope:?} is empty or holds what separates scopes"));
            }
            if !secret(APPLICATION_TOKEN) {
                return Err(format!(
                    "application: the token is kept in the secret `{APPLICATION_TOKEN}`, which must be one"
                ));
            }
        }
        self.callback.check(&|name: &str| setting(name).is_some())?;
        let needed = [ACCESS_TOKEN, if self.refresh { REFRESH_TOKEN } else { ACCESS_TOKEN }];
        match needed.into_iter().find(|name| !secret(name)) {
            Some(name) => Err(format!("tokens are kept in the secret `{name}`, which must be one of the secrets")),
            None => Ok(()),
        }
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
