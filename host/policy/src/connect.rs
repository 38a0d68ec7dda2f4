//! Connecting without a form of keys and without OAuth: the shop makes keys when its owner agrees, and posts them to the host.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{SettingType, Settings};

/// How a seller's shop hands its keys over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    pub kind: ConnectKind,
    /// Where the seller's browser is sent: `{setting}`, of type `url`, and a path in the shop.
    pub url: String,
    /// What the browser takes along. `{callback_url}`: where the shop posts its keys, once; `{return_url}`: where the browser comes back
    /// to; `{connection}`: the connection's id.
    pub parameters: BTreeMap<String, String>,
    /// By secret: where it stands in what the shop posts, as a JSON pointer (RFC 6901).
    pub secrets: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectKind {
    /// The shop posts JSON to an address that is made for one connection.
    KeysByPost,
}

/// The addresses of one connection.
#[derive(Clone, Copy, Debug)]
pub struct ConnectAddresses<'a> {
    pub callback_url: &'a str,
    pub return_url: &'a str,
    pub connection: &'a str,
}

const CALLBACK: &str = "{callback_url}";
const RETURN: &str = "{return_url}";
const CONNECTION: &str = "{connection}";

impl Connect {
    /// The setting that says where the shop is, and the path in it.
    fn place(&self) -> Option<(&str, &str)> {
        let (setting, path) = self.url.strip_prefix('{')?.split_once('}')?;
        (path.starts_with('/') && !path.contains(['{', '}', '?', '#'])).then_some((setting, path))
    }

    /// The setting that the browser follows.
    pub(super) fn setting(&self) -> Option<&str> {
        self.place().map(|(setting, _)| setting)
    }

    /// Where the seller of a channel with these settings agrees.
    pub fn address(&self, settings: &Settings, addresses: &ConnectAddresses<'_>) -> Result<Url, String> {
        let (setting, path) = self.place().ok_or_else(|| format!("`{}` is no address in a shop", self.url))?;
        let shop = settings.get(setting).and_then(serde_json::Value::as_str);
        let shop = shop.ok_or_else(|| format!("the setting {setting} is not set"))?;
        let text = format!("{}{path}", shop.trim_end_matches('/'));
        let mut url = Url::parse(&text).map_err(|_| format!("the setting {setting} is not a URL"))?;
        {
            let mut query = url.query_pairs_mut();
            for (name, value) in &self.parameters {
                let filled = value
                    .replace(CALLBACK, addresses.callback_url)
                    .replace(RETURN, addresses.return_url)
                    .replace(CONNECTION, addresses.connection);
                query.append_pair(name, &filled);
            }
        }
        // A space as in every part of a URL, and not as in forms alone.
        let query = url.query().unwrap_or_default().replace('+', "%20");
        url.set_query(Some(&query));
        Ok(url)
    }

    /// What is wrong with it, if anything; secrets and settings by name.
    pub(super) fn check(
        &self,
        secret: impl Fn(&str) -> bool,
        setting: impl Fn(&str) -> Option<SettingType>,
    ) -> Result<(), String> {
        match self.setting().map(&setting) {
            Some(Some(SettingType::Url)) => {}
            Some(_) => {
                return Err(format!("`{}` must begin with a setting of type \"url\"", self.url));
            }
            None => {
                return Err(format!("`{}` must be {{setting}} and a path, e.g. \"{{store_url}}/authorize\"", self.url));
            }
        }
        if !self.parameters.values().any(|value| value == CALLBACK) {
            return Err(
                "parameters: one has to be \"{callback_url}\", or the shop does not know where to post".to_owned()
            );
        }
        for (name, value) in &self.parameters {
            let rest = value.replace(CALLBACK, "").replace(RETURN, "").replace(CONNECTION, "");
            if name.is_empty() || rest.contains(['{', '}']) {
                return Err(format!(
                    "parameters: {name:?} = {value:?}; in braces stand callback_url, return_url and connection"
                ));
            }
        }
        if self.secrets.is_empty() {
            return Err("secrets must not be empty: nothing would come of it".to_owned());
        }
        for (name, pointer) in &self.secrets {
            if !secret(name) {
                return Err(format!("secrets: `{name}` is not one of the secrets"));
            }
            if !pointer.starts_with('/') {
                return Err(format!("secrets: `{name}` = {pointer:?} must be a JSON pointer, e.g. \"/key\""));
            }
        }
        Ok(())
    }

    /// Sentences for the person who approves it.
    pub fn in_words(&self) -> String {
        let secrets: Vec<_> = self.secrets.iter().map(|(name, pointer)| format!("{name} from {pointer}")).collect();
        let sent: Vec<_> = self.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!(
            "Sellers may agree at {} instead of giving keys; their browser takes along {}. The shop then posts keys to an address that is \
             made for this one connection, and the host takes {}.",
            self.url,
            sent.join(" "),
            secrets.join(", ")
        )
    }
}
