//! Where a rule leads: an origin that is fixed, has one-label gaps, or comes whole from a setting.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use super::credential::is_key;

/// `{store_url}`, `https://api.etsy.com`, `https://{shop}.myshopify.com`, `https://*.example.com:8443`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OriginPattern {
    text: String,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Scheme, host, port and path prefix of a url setting.
    Setting(String),
    Fixed {
        https: bool,
        labels: Vec<Label>,
        port: u16,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Text(String),
    /// `*`: exactly one label.
    Any,
    /// `{shop}`: one label, from a string setting.
    Setting(String),
}

impl OriginPattern {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The url setting the whole origin comes from.
    pub fn url_setting(&self) -> Option<&str> {
        match &self.kind {
            Kind::Setting(name) => Some(name),
            Kind::Fixed { .. } => None,
        }
    }

    /// The string settings that each fill one label.
    pub fn label_settings(&self) -> impl Iterator<Item = &str> {
        let labels = match &self.kind {
            Kind::Fixed { labels, .. } => labels.as_slice(),
            Kind::Setting(_) => &[],
        };
        labels.iter().filter_map(|label| match label {
            Label::Setting(name) => Some(name.as_str()),
            Label::Text(_) | Label::Any => None,
        })
    }
}

impl TryFrom<String> for OriginPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let kind = parse(&text).map_err(|why| format!("origin `{text}`: {why}"))?;
        Ok(Self { text, kind })
    }
}

fn parse(text: &str) -> Result<Kind, &'static str> {
    if let Some(name) = braced(text) {
        return Ok(Kind::Setting(name.to_owned()));
    }
    let (https, authority) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(authority), _) => (true, authority),
        (_, Some(authority)) => (false, authority),
        _ => return Err("must be `{setting}` or begin with `https://` or `http://`"),
    };
    if authority.contains(['/', '?', '#', '@', '\\']) {
        return Err("is scheme, host and port only; paths belong into `paths`");
    }
    // The colons of an IPv6 address are inside its brackets.
    let (host, port) = match authority.rsplit_once(':').filter(|_| !authority.ends_with(']')) {
        Some((host, port)) => (host, web_port(port)?),
        None => (authority, if https { 443 } else { 80 }),
    };
    let mut labels = Vec::new();
    for part in host.split('.') {
        labels.push(match part {
            "*" => Label::Any,
            part if part.contains('*') => return Err("`*` stands for a whole label of the host"),
            part => match braced(part) {
                Some(name) => Label::Setting(name.to_owned()),
                None if part.contains(['{', '}']) => return Err("`{setting}` stands for a whole label of the host"),
                None => Label::Text(part.to_owned()),
            },
        });
    }
    let fixed_from = labels.iter().rposition(|label| !matches!(label, Label::Text(_))).map_or(0, |at| at + 1);
    if labels[..fixed_from].iter().any(|label| matches!(label, Label::Text(_))) {
        return Err("gaps (`*`, `{setting}`) come before the fixed labels");
    }
    // `https://*.com` would be no limit at all.
    if fixed_from > 0 && labels.len() - fixed_from < 2 {
        return Err("at least two fixed labels must follow a gap, as in `https://*.example.com`");
    }
    let sample: Vec<&str> =
        labels.iter().map(|l| if let Label::Text(text) = l { text.as_str() } else { "x" }).collect();
    let sample = sample.join(".");
    check_host(&sample)?;
    if fixed_from > 0 && below(&sample, &CLOUDS) {
        return Err("the gap stands below a cloud's name, where whoever pays has names");
    }
    if fixed_from > 0 && reaches_any_owner(&labels, fixed_from, &sample) {
        return Err("the gap stands right below a public suffix (publicsuffix.org), where each name has another owner");
    }
    Ok(Kind::Fixed { https, labels, port })
}

/// Here whoever pays has names, stores files and runs functions, and the public suffix list knows them by halves.
const CLOUDS: [&str; 12] = [
    "aliyuncs.com",
    "amazonaws.com",
    "amazonaws.com.cn",
    "azure.com",
    "backblazeb2.com",
    "cloudflarestorage.com",
    "googleapis.com",
    "googleusercontent.com",
    "myqcloud.com",
    "on.aws",
    "wasabisys.com",
    "windows.net",
];

/// Whether gaps reach the part of the name that anybody can register: `*.co.uk`, `{shop}.co.uk`. Below the suffixes that companies put
/// on the list themselves, such as myshopify.com, a seller's setting may choose; `*` may not.
fn reaches_any_owner(labels: &[Label], fixed_from: usize, sample: &str) -> bool {
    let count = |name: &[u8]| name.split(|byte| *byte == b'.').count();
    let registered = psl::domain(sample.as_bytes()).map_or(labels.len(), |domain| count(domain.as_bytes()));
    let from = labels.len().saturating_sub(registered);
    let is_private = psl::suffix(sample.as_bytes()).is_some_and(|suffix| suffix.typ() == Some(psl::Type::Private));
    let mut open = labels[from.min(fixed_from)..fixed_from].iter();
    open.any(|label| !is_private || *label == Label::Any)
}

/// Whether a host is one of the names or ends with one.
pub(super) fn below(host: &str, names: &[&str]) -> bool {
    names.iter().any(|name| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// A host is written the way it is sent: lower case, ASCII, no empty labels, an address only in its usual form.
pub(super) fn check_host(host: &str) -> Result<(), &'static str> {
    if host.is_empty() || (!host.starts_with('[') && host.split('.').any(str::is_empty)) {
        return Err("the host has an empty label or a trailing dot");
    }
    // The parser takes quotes, braces, commas and more. No name that can be resolved has them, and a text that shows such a host,
    // like the line of a grant that a denial proposes, would say something else.
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if !host.starts_with('[') && host.is_ascii() && !host.bytes().all(plain) {
        return Err("the host may hold letters, digits, hyphens and underscores only");
    }
    let parsed = Url::parse(&format!("https://{host}/")).map_err(|_| "that is not a host name")?;
    if parsed.host_str() != Some(host) {
        return Err("the host must be written in its plain form: lower case, ASCII (xn--…), addresses as a.b.c.d");
    }
    // Catches xn-- labels that decode to something which encodes differently.
    if parsed.domain().is_some_and(|name| url::quirks::domain_to_ascii(&url::quirks::domain_to_unicode(name)) != name) {
        return Err("the host name does not survive being shown and read back");
    }
    Ok(())
}

/// What browsers speak no HTTP to either (Fetch, "bad ports"), and what databases and remote desktops listen on.
const NOT_OF_THE_WEB: [u16; 91] = [
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
    111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 3306, 3389,
    3659, 4045, 4190, 5060, 5061, 5432, 5900, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211,
];

/// A port at which a shop or a marketplace can be.
pub(super) fn web_port(port: &str) -> Result<u16, &'static str> {
    let port = parse_port(port).ok_or("the port is a number from 1 to 65535")?;
    if NOT_OF_THE_WEB.contains(&port) { Err("something else than a web server listens at this port") } else { Ok(port) }
}

/// Digits only, no sign, no leading zero, not 0.
pub(super) fn parse_port(port: &str) -> Option<u16> {
    let plain = port.bytes().all(|b| b.is_ascii_digit()) && !port.starts_with('0');
    if plain { port.parse().ok() } else { None }
}

/// One label of a host, as a setting may fill it.
pub(super) fn is_label(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (1..=63).contains(&text.len()) && plain && !text.starts_with('-') && !text.ends_with('-')
}

fn braced(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.strip_suffix('}').filter(|name| is_key(name))
}

impl From<OriginPattern> for String {
    fn from(origin: OriginPattern) -> Self {
        origin.text
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
