//! Hosts that are no marketplace, whoever asks for them: this machine, its network, and names that stand for any address.

use std::net::IpAddr;

use serde_json::Value;
use thiserror::Error;

use super::origin::{Kind, Label, below};
use super::{Manifest, OriginPattern};

/// Names below these are resolved to the address that is written in them, to this machine, or to one in somebody's home.
const WILDCARD_DNS: [&str; 19] = [
    "nip.io",
    "sslip.io",
    "xip.io",
    "xip.name",
    "ip6.name",
    "ipq.co",
    "traefik.me",
    "localtest.me",
    "lvh.me",
    "vcap.me",
    "lacolhost.com",
    "fuf.me",
    "backname.io",
    "local.gd",
    "localho.st",
    "yoogle.com",
    "plex.direct",
    "rbndr.us",
    "myfritz.net",
];
/// Names below these are known in one network only, although they end like others.
const LOCAL: [&str; 8] = [
    "home.arpa",
    "fritz.box",
    "easy.box",
    "o2.box",
    "routerlogin.com",
    "routerlogin.net",
    "tplinkwifi.net",
    "router.asus.com",
];

/// Why a host is none. A name is in lower case.
pub fn no_marketplace(host: &str) -> Option<&'static str> {
    let host = host.trim_end_matches('.');
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    if plain.parse::<IpAddr>().is_ok() {
        return Some("it is an address, and marketplaces have names");
    }
    if below(host, &LOCAL) || !host.contains('.') || !is_public(host) {
        return Some("it is a name of this machine or of its network only");
    }
    below(host, &WILDCARD_DNS)
        .then_some("it is a name that leads to whatever address is written in it, or to this machine")
}

/// Whether anybody can look it up: it ends as the public suffix list knows names to end. `svc`, `consul`, `internal`, `local` and the
/// like are not on it, and a list of what networks call themselves would never be whole.
fn is_public(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    // For documents (RFC 2606): nobody has it.
    last == "example" || psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

/// Something in a manifest that leads to no marketplace.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "adapter.toml, {key}: {address} is no marketplace: {why}; for development ENTREPOT_EGRESS_ALLOW_LOOPBACK=1 lets it in"
)]
pub struct Nowhere {
    /// Dotted, e.g. `egress[0].origin`.
    pub key: String,
    pub address: String,
    pub why: &'static str,
}

impl Manifest {
    /// The first origin, endpoint, or value of a setting that decides where requests go, that is none. What sellers say is looked at
    /// when it is used.
    pub fn nowhere(&self) -> Option<Nowhere> {
        let rules = self.egress.iter().enumerate();
        let mut places: Vec<(String, String, Option<String>)> = rules
            .map(|(index, rule)| (format!("egress[{index}].origin"), rule.origin.to_string(), rule.origin.host()))
            .collect();
        if let Some((key, address, _)) = places.iter().find(|(_, address, _)| address.starts_with("http://")) {
            let (key, address) = (key.clone(), address.clone());
            return Some(Nowhere { key, address, why: "it is plain http, which is refused; write https" });
        }
        for (key, url) in self
            .oauth
            .iter()
            .flat_map(|oauth| [("oauth.authorize_url", &oauth.authorize_url), ("oauth.token_url", &oauth.token_url)])
        {
            places.push((key.to_owned(), url.clone(), host_of(url)));
        }
        for (name, setting) in self.settings.iter().filter(|(name, _)| self.decides(name)) {
            if let Some(url) = setting.default.as_ref().and_then(Value::as_str).filter(|url| url.contains("://")) {
                places.push((format!("settings.{name}.default"), url.to_owned(), host_of(url)));
            }
        }
        places.into_iter().find_map(|(key, address, host)| {
            let why = no_marketplace(&host?)?;
            Some(Nowhere { key, address, why })
        })
    }
}

impl OriginPattern {
    /// With `x` in its gaps. None: a setting says it.
    fn host(&self) -> Option<String> {
        let Kind::Fixed { labels, .. } = &self.kind else { return None };
        let label = |label: &Label| if let Label::Text(text) = label { text.clone() } else { "x".to_owned() };
        Some(labels.iter().map(label).collect::<Vec<_>>().join("."))
    }
}

/// As it is written: names of settings in braces are parts of it.
fn host_of(url: &str) -> Option<String> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = if host.ends_with(']') { host } else { host.rsplit_once(':').map_or(host, |(host, _)| host) };
    Some(host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marketplaces_have_names_that_everybody_can_look_up() {
        for host in [
            "localhost",
            "shop.localhost",
            "127.0.0.1",
            "127.1.2.3",
            "10.0.0.1",
            "169.254.169.254",
            "8.8.8.8",
            "[::1]",
            "[fe80::1]",
            "[::ffff:127.0.0.1]",
            "printer.local",
            "metadata.google.internal",
            "router.lan",
            "x.home.arpa",
            "intranet",
            "127.0.0.1.nip.io",
            "x.10-0-0-1.sslip.io",
            "nip.io",
            "lvh.me",
            "x.localtest.me",
            "kubernetes.default.svc",
            "shop.default.svc.cluster.local",
            "consul.service.consul",
            "metadata.internal",
            "fritz.box",
            "x.fritz.box",
            "nas.fritz.nas",
            "10.0.0.1.xip.name",
            "10-0-0-1.abcdef.plex.direct",
            "x.traefik.me",
            "shop.test",
        ] {
            assert!(no_marketplace(host).is_some(), "{host}");
        }
        for host in [
            "api.etsy.com",
            "x.myshopify.com",
            "shop.example",
            "local.example.com",
            "notnip.io",
            "internal.io",
            "shop.co.uk",
            "shop.xn--p1ai",
            "notfritz.box",
        ] {
            assert_eq!(no_marketplace(host), None, "{host}");
        }
        assert_eq!(host_of("https://{shop}.lvh.me:8443/oauth?x"), Some("{shop}.lvh.me".into()));
        assert_eq!(host_of("https://[::1]/"), Some("[::1]".into()));
    }
}
