//! `cargo adapter test`: recordings replayed, or made; conformance.

use std::process::exit;

use anyhow::{Context, Result, bail};
use clap::Args;
use entrepot_testkit::{Case, Check, Kit, Login, conformance, record};
use serde::Serialize;
use serde_json::Value;

use super::subject::Subject;

#[derive(Args)]
pub(crate) struct Test {
    #[command(flatten)]
    subject: Subject,
    /// Only tests whose name contains one of these.
    filters: Vec<String>,
    /// Check what every adapter has to do right.
    #[arg(long)]
    conformance: bool,
    /// Keep what comes as what is expected.
    #[arg(long, conflicts_with = "conformance")]
    bless: bool,
    /// Ask the marketplace itself, and keep what it answers.
    #[arg(long, conflicts_with = "conformance")]
    record: bool,
    /// With --record: a setting of the real account; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
    settings: Vec<(String, String)>,
    /// With --record: a secret of the real account; may be given several times.
    #[arg(long = "secret", value_name = "KEY=VALUE", value_parser = pair)]
    secrets: Vec<(String, String)>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    // The text may hold a secret: it is not repeated.
    let (key, value) = text.split_once('=').ok_or("use KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

#[derive(Serialize)]
struct Ran {
    test: String,
    passed: bool,
    wrong: Vec<String>,
}

#[derive(Serialize)]
struct Report {
    passed: bool,
    tests: Vec<Ran>,
    conformance: Vec<Check>,
}

impl Test {
    pub(super) fn run(self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let report = runtime.block_on(self.all())?;
        if self.json {
            println!("{}", serde_json::to_string(&report)?);
        }
        if !report.passed {
            exit(1);
        }
        Ok(())
    }

    async fn all(&self) -> Result<Report> {
        let (kit, folder) = self.subject.load().await?;
        let mut cases = Case::all(&folder)?;
        cases.retain(|case| self.filters.is_empty() || self.filters.iter().any(|part| case.name.contains(part)));
        if cases.is_empty() {
            bail!("no test in {} has {} in its name", folder.display(), self.filters.join(" or "));
        }
        if self.record {
            self.record(&kit, &cases).await?;
            return Ok(Report { passed: true, tests: Vec::new(), conformance: Vec::new() });
        }
        let mut tests = Vec::new();
        for case in &cases {
            let wrong = case.run(&kit, self.bless).await.with_context(|| case.name.clone())?;
            self.say(wrong.is_empty(), &case.name, &wrong.join("\n    "));
            tests.push(Ran { test: case.name.clone(), passed: wrong.is_empty(), wrong });
        }
        let checks = if self.conformance { conformance(&kit, &cases).await? } else { Vec::new() };
        for check in &checks {
            self.say(check.passed, &format!("{} ({})", check.name, check.case), &check.message);
        }
        let passed = tests.iter().all(|test| test.passed) && checks.iter().all(|check| check.passed);
        if !self.json {
            let failed =
                tests.iter().filter(|test| !test.passed).count() + checks.iter().filter(|check| !check.passed).count();
            println!("{} tests, {} checks, {failed} failed", tests.len(), checks.len());
        }
        Ok(Report { passed, tests, conformance: checks })
    }

    fn say(&self, passed: bool, name: &str, message: &str) {
        if !self.json {
            let mark = if passed { "ok  " } else { "FAIL" };
            println!("{}", format!("{mark}  {name}: {message}").trim_end_matches([':', ' ']));
        }
    }

    async fn record(&self, kit: &Kit, cases: &[Case]) -> Result<()> {
        let real = Login {
            settings: self.settings.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect(),
            secrets: self.secrets.iter().cloned().collect(),
        };
        let [case] = cases else {
            let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
            bail!("name the one test to record: {}", names.join(", "));
        };
        let exchanges = record(kit, case, &real).await?;
        let file = case.save(&exchanges)?;
        let (requests, file) = (exchanges.len(), file.display());
        println!(
            "{file}: {requests} requests. Read it before you publish it: it holds what the shop answered, customers' names included"
        );
        println!("then keep what comes of it: cargo adapter test --bless {}", case.name);
        Ok(())
    }
}
