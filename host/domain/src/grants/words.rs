//! Rules in plain words, for the person who approves them.

use super::origin::{Kind, Label};
use super::{EgressRule, OriginPattern, Permissions};

impl Permissions<'_> {
    /// One sentence per rule, per key, and for OAuth.
    pub fn in_words(&self) -> Vec<String> {
        let rules = self.rules.iter().map(EgressRule::in_words);
        let keys = self.keys.iter().map(|(slot, key)| key.in_words(slot));
        rules.chain(keys).chain(self.oauth.map(super::OAuth::in_words)).collect()
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
            "During {operations} it may send {methods} to {}: {paths}, {credential}. {redirects}",
            self.origin.in_words()
        )
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
