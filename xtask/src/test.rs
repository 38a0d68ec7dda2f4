//! `cargo xtask test`: adapters, a PostgreSQL of its own, and every test of the workspace.

use std::env;
use std::process::{Command, ExitCode};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;

use crate::postgres::Postgres;
use crate::process::{cargo, has_cargo, run as run_command, status};
use crate::{adapters, contract};

#[derive(Args)]
pub(crate) struct Options {
    /// Only tests whose name contains one of these
    filters: Vec<String>,
    /// Check format and lints first
    #[arg(long)]
    lint: bool,
    /// Long tests whole: a week of shops instead of two days
    #[arg(long)]
    soak: bool,
    /// Not the tests, but a host held against its OpenAPI document, signed in as each role (needs Python)
    #[arg(long)]
    contract: bool,
}

impl Options {
    /// One test.
    pub(crate) fn only(filter: &str) -> Self {
        Self { filters: vec![filter.to_owned()], lint: false, soak: false, contract: false }
    }
}

/// Most tests wait more than they compute.
const TESTS_PER_PROCESSOR: usize = 3;

const POSTGRES_URL: &str = "ENTREPOT_TEST_POSTGRES_URL";

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    if options.contract {
        return contract::run();
    }
    let mut parts = Parts::default();
    // What fails here fails the whole, and the tests are still worth knowing.
    let clean = !options.lint || parts.time("format and lints", lint)?;
    // Some tests start the programs themselves. Together with the tests, so that both have the same features (see
    // `build_programs`).
    parts.time("build", || run_command(cargo().args(["build", "--workspace", "--bins", "--tests"])))?;
    let folder = parts.time("adapters", adapters::build_for_tests)?;
    // A server that someone offers is used as it is; else ours, which is gone when `_server` is.
    let (url, _server) = match env::var(POSTGRES_URL) {
        Ok(url) if !url.is_empty() => (url, None),
        _ => {
            let server = Postgres::start()?;
            (server.url("postgres"), Some(server))
        }
    };
    let with_env = |mut command: Command| {
        command.env(POSTGRES_URL, &url).env("ENTREPOT_TEST_ADAPTERS", &folder);
        if options.soak {
            command.env("ENTREPOT_TEST_SOAK", "1");
        }
        command
    };

    let nextest = has_cargo("nextest");
    let mut tests = with_env(cargo());
    if nextest {
        let threads = available_parallelism().map_or(1, usize::from) * TESTS_PER_PROCESSOR;
        tests.args(["nextest", "run", "--test-threads", &threads.to_string()]);
    } else {
        tests.arg("test");
    }
    tests.args(["--workspace", "--no-fail-fast"]);
    let mut run_tests = || Ok(status(with_filters(&mut tests, &options.filters, nextest))?.success());
    let mut passed = parts.time("tests", &mut run_tests)?;
    // nextest runs no examples in documentation; plain `cargo test` has run them already.
    if nextest {
        let mut examples = with_env(cargo());
        examples.args(["test", "--workspace", "--doc", "--no-fail-fast"]);
        passed &= parts.time("examples in documentation", || {
            Ok(status(with_filters(&mut examples, &options.filters, false))?.success())
        })?;
    }
    parts.print();
    if !clean {
        eprintln!("xtask: format or lints are not as they should be; see the beginning");
    }
    Ok(if passed && clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How long each part took, so that growth is seen.
#[derive(Default)]
struct Parts(Vec<(&'static str, Duration)>);

impl Parts {
    fn time<T>(&mut self, name: &'static str, part: impl FnOnce() -> Result<T>) -> Result<T> {
        let began = Instant::now();
        let outcome = part();
        self.0.push((name, began.elapsed()));
        outcome
    }

    fn print(&self) {
        let all: Duration = self.0.iter().map(|(_, took)| *took).sum();
        for (name, took) in self.0.iter().chain([&("all", all)]) {
            eprintln!("{:>5}:{:02} {name}", took.as_secs() / 60, took.as_secs() % 60);
        }
    }
}

fn with_filters<'a>(command: &'a mut Command, filters: &[String], nextest: bool) -> &'a mut Command {
    if !filters.is_empty() && !nextest {
        command.arg("--");
    }
    command.args(filters)
}

/// False: something is to be mended.
fn lint() -> Result<bool> {
    let checks: [&[&str]; 2] =
        [&["fmt", "--all", "--check"], &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]];
    let mut clean = true;
    for check in checks {
        // Distributions package them apart from the compiler; a machine without them still runs the tests.
        if has_cargo(check[0]) {
            clean &= status(cargo().args(check))?.success();
        } else {
            eprintln!("NOT CHECKED: cargo {} is not installed here (rustup component add rustfmt clippy)", check[0]);
        }
    }
    Ok(clean)
}
