use toml::Table;
use url::Url;

use super::{Checker, text};
use crate::WebConfig;

impl Checker {
    pub(super) fn web(&mut self, table: &Table) -> WebConfig {
        let given = text(table, "cors_origins");
        let origins = given.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        WebConfig {
            requests_per_minute: self.number(table, "web.requests_per_minute", 0, 1_000_000) as u32,
            cors_origins: origins.filter_map(|origin| self.origin(origin)).collect(),
        }
    }

    /// As browsers write it.
    fn origin(&mut self, given: &str) -> Option<String> {
        let url = Url::parse(given).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let origin = url.map(|url| url.origin().ascii_serialization());
        if origin.as_deref() != Some(given.trim_end_matches('/')) {
            self.problem(format!(
                "web.cors_origins (ENTREPOT_WEB_CORS_ORIGINS) has {given:?}; use origins such as https://app.example.com, with neither path nor \
                 wildcard, separated by commas"
            ));
            return None;
        }
        origin
    }
}
