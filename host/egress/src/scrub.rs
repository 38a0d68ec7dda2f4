//! Takes the channel's secrets out of what comes back.
//!
//! Servers echo what they were sent: in error pages, debug output, links to the next page. The search knows the
//! spellings that are usual for that. A server that wants to tell a guest a secret can encode it some other way; that
//! takes a server and a guest who work together, and the grant names the server.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use entrepot_domain::grants::{BoundGrant, Credential};
use entrepot_domain::secret::SecretSource;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Shorter ones would blank out ordinary words.
const SHORTEST: usize = 8;
const MARK: &str = "***";
/// What forms and most URL libraries leave as it is.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*');

pub(crate) struct Scrubber(Option<AhoCorasick>);

impl Scrubber {
    pub(crate) fn new(bound: &BoundGrant, secrets: &dyn SecretSource) -> Self {
        let mut patterns = Vec::new();
        for name in bound.secret_names() {
            if let Some(secret) = secrets.secret(name) {
                spellings(secret.expose(), &mut patterns);
            }
        }
        for credential in bound.credentials() {
            let filled = |template: &entrepot_domain::grants::Template| {
                template.fill(|name| secrets.secret(name).map(|secret| secret.expose().to_owned())).ok()
            };
            if let Credential::Basic { username, password } = credential
                && let (Some(username), Some(password)) = (filled(username), filled(password))
            {
                let pair = format!("{username}:{password}");
                patterns.push(STANDARD_NO_PAD.encode(&pair));
                patterns.push(URL_SAFE_NO_PAD.encode(&pair));
            }
        }
        patterns.retain(|pattern| pattern.len() >= SHORTEST);
        patterns.sort_unstable();
        patterns.dedup();
        if patterns.is_empty() {
            return Self(None);
        }
        // Longest first, so that no half of an encoded secret is left standing.
        Self(AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&patterns).ok())
    }

    pub(crate) fn finds(&self, bytes: &[u8]) -> bool {
        self.0.as_ref().is_some_and(|search| search.is_match(bytes))
    }

    /// Without secrets; `Owned` only if there was one.
    pub(crate) fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.0 {
            Some(search) if search.is_match(text) => {
                Cow::Owned(search.replace_all(text, &vec![MARK; search.patterns_len()]))
            }
            _ => Cow::Borrowed(text),
        }
    }

    pub(crate) fn clean_bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        match &self.0 {
            Some(search) if search.is_match(&bytes) => {
                search.replace_all_bytes(&bytes, &vec![MARK.as_bytes(); search.patterns_len()])
            }
            _ => bytes,
        }
    }
}

fn spellings(secret: &str, patterns: &mut Vec<String>) {
    if secret.len() < SHORTEST {
        return;
    }
    let encoded = crate::oauth1::encode(secret);
    let form = utf8_percent_encode(secret, FORM).to_string().replace("%20", "+");
    patterns.push(lower_hex(&encoded));
    patterns.push(encoded);
    patterns.push(lower_hex(&form));
    patterns.push(form);
    // JSON as PHP writes it, JSON as others do, HTML.
    let json = secret.replace('\\', "\\\\").replace('"', "\\\"");
    patterns.push(json.replace('/', "\\/"));
    patterns.push(json);
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    patterns.push(html.replace('\'', "&#039;"));
    patterns.push(html);
    patterns.push(STANDARD_NO_PAD.encode(secret));
    patterns.push(URL_SAFE_NO_PAD.encode(secret));
    patterns.push(secret.to_owned());
}

/// `%2F` as `%2f`.
fn lower_hex(encoded: &str) -> String {
    let mut left = 0;
    encoded
        .chars()
        .map(|c| {
            let inside = left > 0;
            left = if c == '%' { 2 } else { left.max(1) - 1 };
            if inside { c.to_ascii_lowercase() } else { c }
        })
        .collect()
}
