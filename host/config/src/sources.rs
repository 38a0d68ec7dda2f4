//! Defaults, then the file, then the environment: merged as TOML, so that each option is described once.

use std::path::Path;

use toml::{Table, Value};

use crate::{Config, ConfigError, DEFAULTS, check, files};

/// Environment variable, section ("" for the top), option.
const VARIABLES: &[(&str, &str, &str)] = &[
    ("ENTREPOT_DATABASE_URL", "", "database_url"),
    ("ENTREPOT_DATA_DIR", "", "data_dir"),
    ("ENTREPOT_LISTEN", "", "listen"),
    ("ENTREPOT_PUBLIC_URL", "", "public_url"),
    ("ENTREPOT_LOG", "", "log"),
    ("ENTREPOT_REGISTRY", "", "registry"),
    ("ENTREPOT_REQUIRE_SIGNATURES", "", "require_signatures"),
    ("ENTREPOT_SERVER_HEAD_SECONDS", "server", "head_seconds"),
    ("ENTREPOT_SERVER_BODY_SECONDS", "server", "body_seconds"),
    ("ENTREPOT_SERVER_IDLE_SECONDS", "server", "idle_seconds"),
    ("ENTREPOT_SERVER_WRITE_SECONDS", "server", "write_seconds"),
    ("ENTREPOT_SERVER_CONNECTIONS", "server", "connections"),
    ("ENTREPOT_SERVER_CONNECTIONS_PER_ADDRESS", "server", "connections_per_address"),
    ("ENTREPOT_SERVER_STOP_SECONDS", "server", "stop_seconds"),
    ("ENTREPOT_WEB_REQUESTS_PER_MINUTE", "web", "requests_per_minute"),
    ("ENTREPOT_WEB_CORS_ORIGINS", "web", "cors_origins"),
    ("ENTREPOT_METRICS_LISTEN", "metrics", "listen"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "telemetry", "otlp_endpoint"),
    ("ENTREPOT_EGRESS_ALLOW_LOOPBACK", "egress", "allow_loopback"),
    ("ENTREPOT_EGRESS_CA_FILE", "egress", "ca_file"),
    ("ENTREPOT_EGRESS_SECONDS", "egress", "seconds"),
    ("ENTREPOT_EGRESS_RETRIES", "egress", "retries"),
    ("ENTREPOT_EGRESS_RETRY_MS", "egress", "retry_ms"),
    ("ENTREPOT_COMPILE_MEMORY_MIB", "compile", "memory_mib"),
    ("ENTREPOT_COMPILE_SECONDS", "compile", "seconds"),
    ("ENTREPOT_COMPILE_AT_ONCE", "compile", "at_once"),
    ("ENTREPOT_COMPILE_CACHE_MIB", "compile", "cache_mib"),
    ("ENTREPOT_CEILINGS_MEMORY_MIB", "ceilings", "memory_mib"),
    ("ENTREPOT_CEILINGS_WALL_CLOCK_SECONDS", "ceilings", "wall_clock_seconds"),
    ("ENTREPOT_CEILINGS_CPU_SECONDS", "ceilings", "cpu_seconds"),
    ("ENTREPOT_CEILINGS_OUTBOUND_CALLS", "ceilings", "outbound_calls"),
    ("ENTREPOT_CEILINGS_RESULT_MIB", "ceilings", "result_mib"),
    ("ENTREPOT_CEILINGS_LOG_KIB", "ceilings", "log_kib"),
    ("ENTREPOT_CEILINGS_FILES_MIB", "ceilings", "files_mib"),
    ("ENTREPOT_CEILINGS_REQUESTS_PER_SECOND", "ceilings", "requests_per_second"),
    ("ENTREPOT_CEILINGS_CONCURRENCY", "ceilings", "concurrency"),
    ("ENTREPOT_IMPORT_WORKERS", "import", "workers"),
    ("ENTREPOT_IMPORT_PAGE_SIZE", "import", "page_size"),
    ("ENTREPOT_IMPORT_SLICE_SECONDS", "import", "slice_seconds"),
    ("ENTREPOT_IMPORT_LEASE_SECONDS", "import", "lease_seconds"),
    ("ENTREPOT_IMPORT_ATTEMPTS", "import", "attempts"),
    ("ENTREPOT_IMPORT_BACKOFF_MS", "import", "backoff_ms"),
    ("ENTREPOT_IMPORT_MASS_DELETION_PERCENT", "import", "mass_deletion_percent"),
    ("ENTREPOT_IMPORT_PAGE_MIB", "import", "page_mib"),
    ("ENTREPOT_IMPORT_MEMORY_MIB", "import", "memory_mib"),
    ("ENTREPOT_IMPORT_MOST_ITEMS", "import", "most_items"),
    ("ENTREPOT_IMPORT_EMPTY_PAGES", "import", "empty_pages"),
    ("ENTREPOT_IMPORT_STALL_MINUTES", "import", "stall_minutes"),
    ("ENTREPOT_WEBHOOKS_REQUESTS_PER_MINUTE", "webhooks", "requests_per_minute"),
    ("ENTREPOT_WEBHOOKS_GENUINE_PER_MINUTE", "webhooks", "genuine_per_minute"),
    ("ENTREPOT_WEBHOOKS_BODY_KIB", "webhooks", "body_kib"),
    ("ENTREPOT_WEBHOOKS_ADDRESS_HEADER", "webhooks", "address_header"),
    ("ENTREPOT_WEBHOOKS_KEEP_DAYS", "webhooks", "keep_days"),
    ("ENTREPOT_AUTH_REGISTRATION", "auth", "registration"),
    ("ENTREPOT_AUTH_REQUIRE_TOTP", "auth", "require_totp"),
    ("ENTREPOT_AUTH_ATTEMPTS_PER_MINUTE", "auth", "attempts_per_minute"),
    ("ENTREPOT_AUTH_HASHING_AT_ONCE", "auth", "hashing_at_once"),
    ("ENTREPOT_MAIL_SMTP_URL", "mail", "smtp_url"),
    ("ENTREPOT_MAIL_FROM", "mail", "from"),
];

impl Config {
    /// From an optional file and a look-up of environment variables.
    pub fn from_sources(file: Option<&Path>, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        // The embedded text is ours: a test parses it.
        let mut table: Table = DEFAULTS.parse().unwrap_or_default();
        if let Some(path) = file {
            match files::read_text(path)
                .map_err(|error| error.to_string())
                .and_then(|text| text.parse::<Table>().map_err(|error| error.to_string()))
            {
                Ok(given) => merge(&mut table, given, "", &path.display().to_string(), &mut problems),
                Err(error) => problems.push(format!("{}: {error}", path.display())),
            }
        }
        for (variable, section, option) in VARIABLES {
            // An empty variable counts as not set: shells and compose files leave them so.
            let Some(text) = env(variable).filter(|text| !text.is_empty()) else { continue };
            let target = if section.is_empty() {
                Some(&mut table)
            } else {
                table.get_mut(*section).and_then(Value::as_table_mut)
            };
            let Some(slot) = target.and_then(|target| target.get_mut(*option)) else { continue };
            match like(slot, &text) {
                Some(value) => *slot = value,
                None => problems.push(format!("{variable} is {text:?}; {}", expected(slot))),
            }
        }
        check::check(&table, &env, problems)
    }
}

/// `text` as a value of the same type.
fn like(slot: &Value, text: &str) -> Option<Value> {
    match slot {
        Value::Boolean(_) => match text {
            "1" | "true" | "yes" | "on" => Some(Value::Boolean(true)),
            "0" | "false" | "no" | "off" => Some(Value::Boolean(false)),
            _ => None,
        },
        Value::Integer(_) => text.parse().ok().map(Value::Integer),
        _ => Some(Value::String(text.to_owned())),
    }
}

fn expected(slot: &Value) -> &'static str {
    match slot {
        Value::Boolean(_) => "use true or false",
        Value::Integer(_) => "use a whole number",
        _ => "use a text",
    }
}

fn merge(into: &mut Table, given: Table, at: &str, file: &str, problems: &mut Vec<String>) {
    for (name, value) in given {
        let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        match (into.get_mut(&name), value) {
            (None, _) => problems.push(format!("{file}: there is no option {path}")),
            (Some(Value::Table(section)), Value::Table(given)) => merge(section, given, &path, file, problems),
            (Some(slot), value) if slot.same_type(&value) => *slot = value,
            (Some(slot), _) => problems.push(format!("{file}: {path} is of the wrong type; {}", expected(slot))),
        }
    }
}
