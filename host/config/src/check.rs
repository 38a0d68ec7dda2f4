//! From merged tables to a configuration that can be used, or the list of what is wrong.

mod accounts;
mod web;

use std::path::{Path, PathBuf};
use std::time::Duration;

use entrepot_domain::Secret;
use entrepot_policy::{ByteSize, Ceilings, Limits, RateLimit, TimeSpan};
use toml::{Table, Value};
use url::Url;

use crate::{CompileConfig, Config, ConfigError, EgressConfig, ImportConfig, ServerConfig, WebhooksConfig, files};

const MIB: usize = 1 << 20;

/// The database in the data folder. In its address some characters of a path would mean something else.
fn embedded(data_dir: &str) -> String {
    let path = data_dir.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{}/entrepot.db", path.trim_end_matches('/'))
}

pub(crate) fn check(
    table: &Table,
    env: &impl Fn(&str) -> Option<String>,
    problems: Vec<String>,
) -> Result<Config, ConfigError> {
    let mut check = Checker { problems };
    let empty = Table::new();
    let section = |name: &str| table.get(name).and_then(Value::as_table).unwrap_or(&empty);
    let (egress, compile, import) = (section("egress"), section("compile"), section("import"));

    let data_dir = text(table, "data_dir");
    let database_url = Some(text(table, "database_url")).filter(|url| !url.is_empty());
    let database_url = database_url.unwrap_or_else(|| embedded(&data_dir));
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
    let master_key = check.secret(env, "ENTREPOT_MASTER_KEY");
    let billing_secret = check.secret(env, "ENTREPOT_BILLING_SECRET");
    let extra_roots_pem = check.roots(&text(egress, "ca_file"));
    let server = check.server(section("server"));
    let web = check.web(section("web"));
    let egress = EgressConfig {
        allow_loopback: egress.get("allow_loopback").and_then(Value::as_bool).unwrap_or(false),
        extra_roots_pem,
        time: Duration::from_secs(check.number(egress, "egress.seconds", 1, 3_600)),
        retries: check.number(egress, "egress.retries", 0, 20) as u32,
        retry_wait: Duration::from_millis(check.number(egress, "egress.retry_ms", 1, 60_000)),
    };
    let compile = CompileConfig {
        memory: check.number(compile, "compile.memory_mib", 64, 1 << 20) << 20,
        time: Duration::from_secs(check.number(compile, "compile.seconds", 1, 3_600)),
        at_once: check.number(compile, "compile.at_once", 1, 256) as usize,
        cache: check.number(compile, "compile.cache_mib", 0, 1 << 20) << 20,
    };
    let ceilings = check.ceilings(section("ceilings"));
    let import = ImportConfig {
        workers: check.number(import, "import.workers", 1, 256) as usize,
        page_size: check.number(import, "import.page_size", 1, 1_000) as u32,
        slice: Duration::from_secs(check.number(import, "import.slice_seconds", 1, 600)),
        lease: Duration::from_secs(check.number(import, "import.lease_seconds", 2, 600)),
        attempts: check.number(import, "import.attempts", 1, 100) as i64,
        backoff: Duration::from_millis(check.number(import, "import.backoff_ms", 1, 600_000)),
        mass_deletion_percent: check.number(import, "import.mass_deletion_percent", 0, 100) as u32,
        page: check.number(import, "import.page_mib", 1, 1024) as usize * MIB,
        memory: check.number(import, "import.memory_mib", 1, 1 << 20) as usize * MIB,
        most_items: check.number(import, "import.most_items", 1, 1_000_000_000) as usize,
        empty_pages: check.number(import, "import.empty_pages", 1, 1_000_000_000) as i64,
        stall: Duration::from_secs(check.number(import, "import.stall_minutes", 0, 1_440) * 60),
    };
    if import.memory < import.page {
        check.problem("import.memory_mib is less than import.page_mib: not one page would have room".into());
    }
    let webhooks = section("webhooks");
    let webhooks = WebhooksConfig {
        requests_per_minute: check.number(webhooks, "webhooks.requests_per_minute", 1, 1_000_000) as u32,
        genuine_per_minute: check.number(webhooks, "webhooks.genuine_per_minute", 1, 10_000_000) as u32,
        body: check.number(webhooks, "webhooks.body_kib", 1, 32 << 10) as usize * 1024,
        address_header: check.header(&text(webhooks, "address_header")),
        keep: Duration::from_secs(check.number(webhooks, "webhooks.keep_days", 1, 3_650) * 24 * 60 * 60),
    };
    let (auth, mail) = (check.auth(section("auth")), check.mail(section("mail")));
    let config = listen.map(|listen| Config {
        database_url,
        data_dir: PathBuf::from(data_dir),
        listen,
        public_url,
        log: text(table, "log"),
        registry: Some(text(table, "registry")).filter(|text| !text.is_empty()),
        require_signatures: table.get("require_signatures").and_then(Value::as_bool).unwrap_or(false),
        master_key,
        billing_secret,
        metrics_listen,
        otlp_endpoint,
        server,
        web,
        egress,
        compile,
        ceilings,
        import,
        webhooks,
        auth,
        mail,
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

    fn server(&mut self, table: &Table) -> ServerConfig {
        let connections = self.number(table, "server.connections", 1, 1 << 20) as usize;
        let seconds =
            |check: &mut Self, name: &str, least| Duration::from_secs(check.number(table, name, least, 3_600));
        ServerConfig {
            head: seconds(self, "server.head_seconds", 1),
            body: seconds(self, "server.body_seconds", 1),
            idle: seconds(self, "server.idle_seconds", 1),
            write: seconds(self, "server.write_seconds", 1),
            stop: seconds(self, "server.stop_seconds", 0),
            connections,
            connections_per_address: self.number(table, "server.connections_per_address", 1, 1 << 20) as usize,
        }
    }

    fn ceilings(&mut self, table: &Table) -> Ceilings {
        let mut number = |option: &str, most: u64| self.number(table, &format!("ceilings.{option}"), 1, most);
        let (mebibyte, second) = (1 << 20, 1_000);
        Ceilings {
            limits: Limits {
                memory: Some(ByteSize(number("memory_mib", 512) * mebibyte)),
                wall_clock: Some(TimeSpan(number("wall_clock_seconds", 86_400) * second)),
                cpu: Some(TimeSpan(number("cpu_seconds", 86_400) * second)),
                outbound_calls: Some(number("outbound_calls", 1_000_000) as u32),
                result: Some(ByteSize(number("result_mib", 1 << 10) * mebibyte)),
                log: Some(ByteSize(number("log_kib", 1 << 20) << 10)),
                files: Some(ByteSize(number("files_mib", 1 << 24) * mebibyte)),
            },
            rate_limit: RateLimit {
                requests_per_second: number("requests_per_second", 10_000) as f64,
                concurrency: number("concurrency", 256) as u32,
            },
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

    /// In the variable of that name, or in the file that another one names. Never in the configuration file.
    fn secret(&mut self, env: &impl Fn(&str) -> Option<String>, name: &str) -> Option<Secret> {
        let given = |name: &str| env(name).filter(|text| !text.is_empty());
        match (given(name), given(&format!("{name}_FILE"))) {
            (Some(_), Some(_)) => {
                self.problem(format!("{name} and {name}_FILE are both set; keep one"));
                None
            }
            (Some(secret), None) => Some(Secret::new(secret)),
            (None, Some(path)) => match files::read_text(Path::new(&path)) {
                Ok(secret) => Some(Secret::new(secret.trim())),
                Err(error) => {
                    self.problem(format!("{name}_FILE: {path} cannot be read: {error}"));
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
        match files::read(Path::new(path)) {
            Ok(pem) => vec![pem],
            Err(error) => {
                self.problem(format!("egress.ca_file (ENTREPOT_EGRESS_CA_FILE): {path} cannot be read: {error}"));
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests;
