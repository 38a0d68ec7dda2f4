//! From merged tables to a configuration that can be used, or the list of what is wrong.

use std::path::PathBuf;
use std::time::Duration;

use entrepot_domain::Secret;
use toml::{Table, Value};
use url::Url;

use crate::{CompileConfig, Config, ConfigError, EgressConfig, ImportConfig, WebhooksConfig};

pub(crate) fn check(
    table: &Table,
    env: &impl Fn(&str) -> Option<String>,
    problems: Vec<String>,
) -> Result<Config, ConfigError> {
    let mut check = Checker { problems };
    let empty = Table::new();
    let section = |name: &str| table.get(name).and_then(Value::as_table).unwrap_or(&empty);
    let (egress, compile, import) = (section("egress"), section("compile"), section("import"));

    let database_url = text(table, "database_url");
    if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| database_url.starts_with(scheme)) {
        check.problem("database_url (ENTREPOT_DATABASE_URL) must begin with sqlite: or postgres://".into());
    }
    let listen = text(table, "listen").parse().ok();
    if listen.is_none() {
        check.problem(format!(
            "listen (ENTREPOT_LISTEN) is {:?}; use an address and a port such as 127.0.0.1:8080",
            text(table, "listen")
        ));
    }
    let public_url = check.public_url(&text(table, "public_url"), listen);
    let metrics_listen = check.metrics_listen(&text(section("metrics"), "listen"));
    let otlp_endpoint = check.collector(&text(section("telemetry"), "otlp_endpoint"));
    let master_key = check.master_key(env);
    let extra_roots_pem = check.roots(&text(egress, "ca_file"));
    let egress = EgressConfig {
        allow_loopback: egress.get("allow_loopback").and_then(Value::as_bool).unwrap_or(false),
        extra_roots_pem,
        time: Duration::from_secs(check.number(egress, "egress.seconds", 1, 3_600)),
    };
    let compile = CompileConfig {
        memory: check.number(compile, "compile.memory_mib", 64, 1 << 20) << 20,
        time: Duration::from_secs(check.number(compile, "compile.seconds", 1, 3_600)),
        at_once: check.number(compile, "compile.at_once", 1, 256) as usize,
        cache: check.number(compile, "compile.cache_mib", 0, 1 << 20) << 20,
    };
    let import = ImportConfig {
        workers: check.number(import, "import.workers", 1, 256) as usize,
        page_size: check.number(import, "import.page_size", 1, 1_000) as u32,
        slice: Duration::from_secs(check.number(import, "import.slice_seconds", 1, 600)),
        lease: Duration::from_secs(check.number(import, "import.lease_seconds", 2, 600)),
        attempts: check.number(import, "import.attempts", 1, 100) as i64,
        backoff: Duration::from_millis(check.number(import, "import.backoff_ms", 1, 600_000)),
        mass_deletion_percent: check.number(import, "import.mass_deletion_percent", 0, 100) as u32,
    };
    let webhooks = section("webhooks");
    let webhooks = WebhooksConfig {
        requests_per_minute: check.number(webhooks, "webhooks.requests_per_minute", 1, 1_000_000) as u32,
        body: check.number(webhooks, "webhooks.body_kib", 1, 32 << 10) as usize * 1024,
        address_header: check.header(&text(webhooks, "address_header")),
        keep: Duration::from_secs(check.number(webhooks, "webhooks.keep_days", 1, 3_650) * 24 * 60 * 60),
    };
    let config = listen.map(|listen| Config {
        database_url,
        data_dir: PathBuf::from(text(table, "data_dir")),
        listen,
        public_url,
        log: text(table, "log"),
        registry: Some(text(table, "registry")).filter(|text| !text.is_empty()),
        require_signatures: table.get("require_signatures").and_then(Value::as_bool).unwrap_or(false),
        master_key,
        metrics_listen,
        otlp_endpoint,
        egress,
        compile,
        import,
        webhooks,
    });
    match config {
        Some(config) if check.problems.is_empty() => Ok(config),
        _ => Err(ConfigError(check.problems)),
    }
}

fn text(table: &Table, name: &str) -> String {
    table.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

struct Checker {
    problems: Vec<String>,
}

impl Checker {
    fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// `name` with its section in front.
    fn number(&mut self, table: &Table, name: &str, least: u64, most: u64) -> u64 {
        let option = name.rsplit('.').next().unwrap_or(name);
        let given = table.get(option).and_then(Value::as_integer).unwrap_or(-1);
        match u64::try_from(given) {
            Ok(number) if (least..=most).contains(&number) => number,
            _ => {
                self.problem(format!("{name} is {given}; use a number from {least} to {most}"));
                least
            }
        }
    }

    fn public_url(&mut self, given: &str, listen: Option<std::net::SocketAddr>) -> String {
        if given.is_empty() {
            return listen.map_or_else(String::new, |listen| format!("http://{listen}"));
        }
        match Url::parse(given) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => {
                given.trim_end_matches('/').to_owned()
            }
            _ => {
                self.problem(format!(
                    "public_url (ENTREPOT_PUBLIC_URL) is {given:?}; use an address such as https://entrepot.example.com"
                ));
                String::new()
            }
        }
    }

    fn metrics_listen(&mut self, given: &str) -> Option<std::net::SocketAddr> {
        let address = given.parse().ok();
        if !given.is_empty() && address.is_none() {
            self.problem(format!(
                "metrics.listen (ENTREPOT_METRICS_LISTEN) is {given:?}; use an address and a port such as 127.0.0.1:9464"
            ));
        }
        address
    }

    fn collector(&mut self, given: &str) -> Option<Url> {
        if given.is_empty() {
            return None;
        }
        let url = Url::parse(given).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
        if url.is_none() {
            self.problem(
                "telemetry.otlp_endpoint (OTEL_EXPORTER_OTLP_ENDPOINT) is no address such as http://127.0.0.1:4318"
                    .into(),
            );
        }
        url
    }

    fn header(&mut self, given: &str) -> String {
        if !given.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            self.problem(format!(
                "webhooks.address_header (ENTREPOT_WEBHOOKS_ADDRESS_HEADER) is {given:?}; use the name of a header such as x-forwarded-for"
            ));
        }
        given.to_ascii_lowercase()
    }

    fn master_key(&mut self, env: &impl Fn(&str) -> Option<String>) -> Option<Secret> {
        let given = |name: &str| env(name).filter(|text| !text.is_empty());
        match (given("ENTREPOT_MASTER_KEY"), given("ENTREPOT_MASTER_KEY_FILE")) {
            (Some(_), Some(_)) => {
                self.problem("ENTREPOT_MASTER_KEY and ENTREPOT_MASTER_KEY_FILE are both set; keep one".into());
                None
            }
            (Some(key), None) => Some(Secret::new(key)),
            (None, Some(path)) => match std::fs::read_to_string(&path) {
                Ok(key) => Some(Secret::new(key.trim())),
                Err(error) => {
                    self.problem(format!("ENTREPOT_MASTER_KEY_FILE: {path} cannot be read: {error}"));
                    None
                }
            },
            (None, None) => None,
        }
    }

    fn roots(&mut self, path: &str) -> Vec<Vec<u8>> {
        if path.is_empty() {
            return Vec::new();
        }
        match std::fs::read(path) {
            Ok(pem) => vec![pem],
            Err(error) => {
                self.problem(format!("egress.ca_file (ENTREPOT_EGRESS_CA_FILE): {path} cannot be read: {error}"));
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Config;

    #[test]
    fn the_defaults_are_a_whole_configuration() {
        let config = Config::from_sources(None, |_| None).expect("defaults");
        assert!(config.is_embedded());
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let env = |name: &str| match name {
            "ENTREPOT_DATABASE_URL" => Some("mysql://x".to_owned()),
            "ENTREPOT_LISTEN" | "ENTREPOT_METRICS_LISTEN" | "OTEL_EXPORTER_OTLP_ENDPOINT" => {
                Some("everywhere".to_owned())
            }
            "ENTREPOT_IMPORT_WORKERS" => Some("many".to_owned()),
            "ENTREPOT_IMPORT_PAGE_SIZE" | "ENTREPOT_COMPILE_SECONDS" => Some("0".to_owned()),
            "ENTREPOT_EGRESS_CA_FILE" | "ENTREPOT_MASTER_KEY_FILE" => Some("/nowhere/file".to_owned()),
            _ => None,
        };
        let error = Config::from_sources(None, env).expect_err("wrong in many ways");
        assert_eq!(error.0.len(), 9, "{error}");
        assert!(error.to_string().contains("compile.seconds is 0; use a number from 1"), "{error}");
    }

    #[test]
    fn keys_are_not_shown() {
        let env = |name: &str| (name == "ENTREPOT_MASTER_KEY").then(|| "k1:c2VjcmV0".to_owned());
        let config = Config::from_sources(None, env).expect("fine");
        assert!(!format!("{config:?}").contains("c2Vj"));
    }
}
