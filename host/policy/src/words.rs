//! Rules in plain words, for the person who approves them.

use super::origin::{Kind, Label};
use super::{Credential, EgressRule, OriginPattern, Permissions};

impl Permissions<'_> {
    /// One sentence for its name, per rule, per credential, per setting that decides where rules lead, per key, for OAuth, for keys that shops post, and for each thing that sellers are asked for.
    pub fn in_words(&self) -> Vec<String> {
        let rules = self.rules.iter().map(EgressRule::in_words);
        let settings = self.settings.iter().map(|(name, setting)| setting.in_words(name));
        let keys = self.keys.iter().map(|(slot, key)| key.in_words(slot));
        let asked = self.asked.iter().map(|(name, field)| field.in_words(name));
        let name = std::iter::once(format!("It calls itself {:?}.", self.name));
        let credentials = self
            .credentials
            .iter()
            .map(|(name, credential)| format!("The credential {name} is {}.", credential.in_words()));
        let connecting = self.oauth.map(super::OAuth::in_words).into_iter();
        let connecting = connecting.chain(self.connect.map(super::Connect::in_words));
        let rest = credentials.chain(settings).chain(keys).chain(connecting).chain(asked);
        name.chain(rules).chain(rest).collect()
    }
}

impl EgressRule {
    /// One sentence per thing that is given away.
    pub fn in_words(&self) -> String {
        let operations = list(&self.operations.iter().map(ToString::to_string).collect::<Vec<_>>(), "and");
        let methods = list(&self.methods.iter().map(ToString::to_string).collect::<Vec<_>>(), "and");
        let paths = if self.paths.iter().any(|path| path.as_str() == "/**") {
            "any path".to_owned()
        } else {
            list(&self.paths.iter().map(ToString::to_string).collect::<Vec<_>>(), "and")
        };
        let credential = if self.credentials.is_empty() {
            "without a credential".to_owned()
        } else {
            format!("authenticated by the host with {}", list(&self.credentials, "or"))
        };
        let redirects = match self.redirects {
            0 => "Redirects are not followed.".to_owned(),
            1 => "One redirect is followed, to granted places only.".to_owned(),
            n => format!("Up to {n} redirects are followed, to granted places only."),
        };
        format!(
            "During {operations} it may send {methods} to {}: {paths}, {credential}. {redirects}{}",
            self.origin.in_words(),
            self.besides_in_words()
        )
    }

    fn besides_in_words(&self) -> String {
        let mut words = String::new();
        match &self.query {
            Some(query) if query.is_empty() => words.push_str(" It may set no query parameters."),
            Some(query) => {
                let query: Vec<_> = query.iter().map(ToString::to_string).collect();
                words.push_str(&format!(" Of query parameters it may set only {}.", list(&query, "and")));
            }
            None => {}
        }
        if !self.headers.is_empty() {
            let headers: Vec<_> = self.headers.iter().map(ToString::to_string).collect();
            words.push_str(&format!(" It may set the headers {}.", list(&headers, "and")));
        }
        words
    }
}

impl Credential {
    /// Where which secrets go, e.g. `the header X-Token: {token}`; names of secrets stand in braces.
    pub fn in_words(&self) -> String {
        let named = |(name, value): (&String, &super::Template)| format!("{name}={}", value.as_str());
        match self {
            Self::Basic { username, password } => {
                format!("Basic authentication as {} with the password {}", username.as_str(), password.as_str())
            }
            Self::Query { parameters } => {
                format!("{} in the query", list(&parameters.iter().map(named).collect::<Vec<_>>(), "and"))
            }
            Self::OAuth1 { consumer_key, consumer_secret, signature_method, sign_as } => {
                let (key, secret) = (consumer_key.as_str(), consumer_secret.as_str());
                let scheme =
                    sign_as.map_or_else(String::new, |scheme| format!(", signed as if for {}", scheme.as_str()));
                let method = signature_method.as_str();
                format!("an OAuth 1.0a signature ({method}) of {key} by {secret}, which is not sent itself{scheme}")
            }
            Self::Header { name, value } => format!("the header {name}: {}", value.as_str()),
            Self::Headers { headers } => {
                let headers: Vec<_> =
                    headers.iter().map(|(name, value)| format!("{name}: {}", value.as_str())).collect();
                format!("the headers {}", list(&headers, "and"))
            }
        }
    }
}

impl OriginPattern {
    fn in_words(&self) -> String {
        match &self.kind {
            Kind::Setting(name) => format!("the address in the setting {name}"),
            Kind::Fixed { labels, .. } if labels.contains(&Label::Any) => {
                format!("{self} (one name for each *)")
            }
            Kind::Fixed { .. } => {
                let settings: Vec<String> = self.label_settings().map(str::to_owned).collect();
                if settings.is_empty() {
                    self.to_string()
                } else {
                    format!("{self} with {} from the settings", list(&settings, "and"))
                }
            }
        }
    }
}

fn list(items: &[String], word: &str) -> String {
    match items {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} {word} {last}", most.join(", ")),
    }
}
