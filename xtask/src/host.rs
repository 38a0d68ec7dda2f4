//! A host and a simulated shop, as the demonstration and the benchmarks use them.

use std::collections::BTreeMap;
use std::env;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::process::{Profile, output, program, root, run};

/// The program `entrepot` with an environment; nothing of the caller's settings comes through but the log filter.
#[derive(Clone)]
pub(crate) struct Host {
    program: PathBuf,
    pub(crate) env: Vec<(String, String)>,
}

impl Host {
    pub(crate) fn new(profile: Profile, data_dir: &str, database_url: &str) -> Self {
        let env = [
            ("ENTREPOT_DATA_DIR", data_dir),
            ("ENTREPOT_DATABASE_URL", database_url),
            ("ENTREPOT_EGRESS_ALLOW_LOOPBACK", "1"),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { program: program("entrepot", profile), env }
    }

    /// Databases that are no file of the host need a key that is given.
    pub(crate) fn with_new_key(mut self) -> Result<Self> {
        let key = output(self.command().args(["key", "new"]))?;
        self.env.push(("ENTREPOT_MASTER_KEY".into(), key.trim().to_owned()));
        Ok(self)
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(root());
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("ENTREPOT_") && name != "ENTREPOT_LOG") {
                command.env_remove(name);
            }
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Installs the marketplace's adapter, lets it in, and connects the shop.
    pub(crate) fn connect(&self, channel: &str, shop: &Shop) -> Result<()> {
        // stdout is for what the caller measures and reports.
        let command = || {
            let mut command = self.command();
            command.stdout(io::stderr());
            command
        };
        let adapter = shop.marketplace.as_str();
        let component = format!("target/adapters/{adapter}.wasm");
        run(command().args(["adapter", "install", "--approve", &component]))?;
        let mut add = command();
        add.args(["channel", "add", "--adapter", adapter, "--name", channel]);
        for (name, value) in &shop.settings {
            add.args(["--set", &format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))]);
        }
        for (name, value) in &shop.secrets {
            add.args(["--secret", &format!("{name}={value}")]);
        }
        run(&mut add)
    }
}

/// What the simulator says of itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Shop {
    #[serde(skip)]
    pub(crate) marketplace: String,
    pub(crate) base_url: String,
    /// Of a channel that reads it.
    pub(crate) settings: BTreeMap<String, Value>,
    pub(crate) secrets: BTreeMap<String, String>,
    pub(crate) products: u64,
    pub(crate) variations: u64,
}

impl Shop {
    pub(crate) fn secret(&self, name: &str) -> &str {
        self.secrets.get(name).map_or("", String::as_str)
    }
}

/// A simulated shop. It serves for as long as its standard input is held open.
pub(crate) struct Simulator {
    pub(crate) shop: Shop,
    child: Child,
}

impl Simulator {
    /// `authority`: it speaks TLS, and the certificate to trust is written there.
    pub(crate) fn start(
        profile: Profile,
        marketplace: &str,
        products: u64,
        variable_share: Option<f64>,
        authority: Option<&Path>,
    ) -> Result<Self> {
        Self::start_with(profile, marketplace, products, variable_share, authority, &[])
    }

    /// With options of its own.
    pub(crate) fn start_with(
        profile: Profile,
        marketplace: &str,
        products: u64,
        variable_share: Option<f64>,
        authority: Option<&Path>,
        options: &[&str],
    ) -> Result<Self> {
        let mut command = Command::new(program("entrepot-simulator", profile));
        command.args([marketplace, "--products", &products.to_string()]);
        command.args(options);
        if let Some(share) = variable_share {
            command.args(["--variable-share", &share.to_string()]);
        }
        if let Some(file) = authority {
            command.arg("--tls").arg(file);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("entrepot-simulator cannot be started")?;
        let mut line = String::new();
        let out = child.stdout.take().context("the simulator's stdout is ours")?;
        BufReader::new(out).read_line(&mut line)?;
        ensure!(!line.is_empty(), "entrepot-simulator ended at once; see above");
        let shop: Shop = serde_json::from_str(&line).with_context(|| format!("entrepot-simulator said {line:?}"))?;
        Ok(Self { shop: Shop { marketplace: marketplace.to_owned(), ..shop }, child })
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if let Some(stdin) = self.child.stdin.take() {
            drop(stdin);
            // It ends by itself; nothing depends on how.
            let _ = self.child.wait();
        }
    }
}

/// Where the time of a run went.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) struct Spent {
    pub(crate) fetching: i64,
    pub(crate) comparing: i64,
    pub(crate) mapping: i64,
    pub(crate) writing: i64,
}

/// The end of a run, as `entrepot import --wait` reports it.
#[derive(Debug, Deserialize)]
pub(crate) struct Report {
    pub(crate) run: String,
    pub(crate) state: String,
    pub(crate) declared: Option<i64>,
    pub(crate) fetched: i64,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) unchanged: i64,
    pub(crate) deleted: i64,
    pub(crate) dead_letters: i64,
    pub(crate) requests: i64,
    pub(crate) rate_limited: i64,
    pub(crate) retries: i64,
    /// Microseconds.
    #[serde(default)]
    pub(crate) spent_us: Spent,
    pub(crate) seconds: f64,
    #[serde(default)]
    pub(crate) failure: Option<String>,
}

impl Report {
    /// From what the command printed: the last line.
    pub(crate) fn parse(printed: &str) -> Result<Self> {
        let line = printed.lines().rev().find(|line| !line.trim().is_empty());
        let line = line.context("the import printed no report; see above")?;
        serde_json::from_str(line).with_context(|| format!("the import's last line is no report: {line:?}"))
    }

    pub(crate) fn rate(&self) -> f64 {
        if self.seconds > 0.0 { self.fetched as f64 / self.seconds } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_the_report() {
        let line = r#"{"run":"run_1","channel":"chn_1","state":"completed","declared":2,"fetched":2,"created":2,"updated":0,
            "unchanged":0,"deleted":0,"dead_letters":0,"requests":4,"rate_limited":0,"retries":0,"seconds":0.5}"#;
        let report = Report::parse(&format!("going on\n{}\n", line.replace('\n', ""))).unwrap();
        assert_eq!((report.created, report.rate()), (2, 4.0));
        assert!(Report::parse("").is_err());
    }
}
