//! `cargo xtask bench`: what an import costs, and what the same work costs without a sandbox.

mod bulk;
mod calls;
mod hooks;
mod pace;
mod pages;

use std::fs;
use std::io::Read;
use std::process::{Command, ExitCode, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use nix::sys::resource::{UsageWho, getrusage};
use serde::Deserialize;

use crate::adapters;
use crate::host::{Host, Report, Shop, Simulator, Spent};
use crate::postgres::Postgres;
use crate::process::{Profile, build_programs, program, root};

#[derive(Args)]
pub(crate) struct Options {
    /// Sizes of the shop
    #[arg(long, value_delimiter = ',', default_value = "10000,50000")]
    products: Vec<u64>,
    /// Share of products that have variations, 0 to 1
    #[arg(long, default_value_t = 0.0)]
    variable_share: f64,
    /// Products of the Shopify shop that is read as one bulk file; 0: none is
    #[arg(long, default_value_t = 100_000)]
    bulk: u64,
    /// Webhooks a second; 0: none are sent
    #[arg(long, default_value_t = 1_000)]
    webhooks: u64,
    /// For how many seconds
    #[arg(long, default_value_t = 60)]
    webhook_seconds: u64,
    /// Products of the catalogue whose pages are asked for; 0: none are
    #[arg(long, default_value_t = 100_000)]
    pages: u64,
    /// Measure on PostgreSQL too
    #[arg(long)]
    postgres: bool,
}

/// What a program took.
struct Measure {
    printed: String,
    wall: f64,
    cpu: f64,
    peak: u64,
    ok: bool,
}

/// A line of the table.
struct Line {
    what: String,
    records: u64,
    measure: Measure,
    /// Of an import.
    spent: Option<Spent>,
}

#[derive(Deserialize)]
struct Baseline {
    records: u64,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    build_programs(Profile::Release)?;
    adapters::build(Profile::Release)?;
    let server = if options.postgres { Some(Postgres::start()?) } else { None };
    println!(
        "{:<34} {:>9} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8}   seconds waiting for pages, comparing, mapping, writing",
        "", "records", "records/s", "wall s", "CPU s", "peak MB", "x wall", "x CPU"
    );
    for &products in &options.products {
        let simulator =
            Simulator::start(Profile::Release, "woocommerce", products, Some(options.variable_share), None)?;
        let folder = format!("target/bench/{products}");
        let data = root().join(&folder);
        if data.exists() {
            fs::remove_dir_all(&data).with_context(|| folder.clone())?;
        }
        fs::create_dir_all(&data)?;
        let sqlite = |name: &str| format!("sqlite://{folder}/{name}.db");
        let size = |engine: &str| format!("{products} {engine}");

        let fetched = baseline(&simulator.shop, "fetch", None)?;
        if let Some(line) = fetched {
            show(&Line { what: size("only fetched"), ..line }, None);
        }
        let host = Host::new(Profile::Release, &folder, &sqlite("entrepot"));
        measured(&host, &simulator.shop, &size("SQLite"), &sqlite("native"))?;
        if let Some(server) = &server {
            let (own, native) =
                (server.create(&format!("bench_{products}"))?, server.create(&format!("native_{products}"))?);
            let host = Host::new(Profile::Release, &folder, &own).with_new_key()?;
            measured(&host, &simulator.shop, &size("PostgreSQL"), &native)?;
        }
    }
    if options.bulk > 0 {
        bulk::show(options.bulk)?;
    }
    if options.webhooks > 0 {
        hooks::show(options.webhooks, options.webhook_seconds, server.as_ref())?;
    }
    if options.pages > 0 {
        pages::show(options.pages, server.as_ref())?;
    }
    pace::show()?;
    calls::show()?;
    Ok(ExitCode::SUCCESS)
}

/// The baseline and two imports on one database.
fn measured(host: &Host, shop: &Shop, title: &str, native_database: &str) -> Result<()> {
    host.connect("bench", shop)?;
    let native = baseline(shop, "native", Some(native_database))?;
    let reference = native.as_ref().map(|line| (line.measure.wall, line.measure.cpu));
    if let Some(line) = native {
        show(&Line { what: format!("{title}, native"), ..line }, reference);
    }
    for what in ["first import", "second, unchanged"] {
        let mut import = host.command();
        import.args(["import", "bench", "--full", "--wait", "--json"]);
        let measure = measure(&mut import)?;
        let report = Report::parse(&measure.printed)?;
        let failure = report.failure.unwrap_or_default();
        ensure!(measure.ok, "{title}: the import is {}: {failure}", report.state);
        let records = u64::try_from(report.fetched).unwrap_or(0);
        let spent = Some(report.spent_us);
        show(&Line { what: format!("{title}, {what}"), records, measure, spent }, reference);
    }
    Ok(())
}

/// The same shop read, or read, mapped and written, by a plain program. None: there is no such program.
fn baseline(shop: &Shop, how: &str, database: Option<&str>) -> Result<Option<Line>> {
    let bench = program("entrepot-bench", Profile::Release);
    if !bench.exists() {
        eprintln!("no baseline `{how}`: {} is not built by this workspace", bench.display());
        return Ok(None);
    }
    let mut command = Command::new(bench);
    command.current_dir(root()).args([how, "--base-url", &shop.base_url]);
    command.args(["--key", shop.secret("consumer_key"), "--secret", shop.secret("consumer_secret")]);
    if let Some(url) = database {
        command.args(["--database", url]);
    }
    let measure = measure(&mut command)?;
    ensure!(measure.ok, "entrepot-bench {how} failed; see above");
    let line = measure.printed.lines().last().unwrap_or_default();
    let Baseline { records } =
        serde_json::from_str(line).with_context(|| format!("entrepot-bench {how} printed {line:?}"))?;
    Ok(Some(Line { what: how.into(), records, measure, spent: None }))
}

/// `native`: wall and CPU seconds of the baseline.
fn show(line: &Line, native: Option<(f64, f64)>) {
    let Measure { wall, cpu, peak, .. } = line.measure;
    let ratio = |own: f64, of: Option<f64>| match of {
        Some(of) if of > 0.0 => format!("{:.2}", own / of),
        _ => "-".into(),
    };
    let (by_wall, by_cpu) = (ratio(wall, native.map(|(wall, _)| wall)), ratio(cpu, native.map(|(_, cpu)| cpu)));
    let rate = line.records as f64 / wall.max(0.001);
    let spent = line.spent.map_or_else(String::new, |Spent { fetching, comparing, mapping, writing }| {
        let seconds = |micros: i64| format!("{:>6.2}", micros as f64 / 1e6);
        [fetching, comparing, mapping, writing].map(seconds).join(" ")
    });
    println!(
        "{:<34} {:>9} {rate:>9.0} {wall:>8.1} {cpu:>8.1} {:>8} {by_wall:>8} {by_cpu:>8}   {spent}",
        line.what,
        line.records,
        peak / 1024
    );
}

/// Runs a program and watches it.
fn measure(command: &mut Command) -> Result<Measure> {
    let before = children_cpu()?;
    let begun = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("the program cannot be started")?;
    let mut out = child.stdout.take().context("its stdout is ours")?;
    let reader = thread::spawn(move || {
        let mut printed = String::new();
        out.read_to_string(&mut printed).map(|_| printed)
    });
    let (mut peak, id) = (0, child.id());
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // The high-water mark: what is read last is right to within one look.
        peak = peak.max(high_water(id).unwrap_or(0));
        sleep(Duration::from_millis(20));
    };
    let wall = begun.elapsed().as_secs_f64();
    let printed = reader.join().map_err(|_| anyhow::anyhow!("the reader of its stdout panicked"))??;
    // Of children that have ended; nobody else's ends in between, the simulator goes on.
    Ok(Measure { printed, wall, cpu: children_cpu()? - before, peak, ok: status.success() })
}

/// KiB.
fn high_water(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

fn children_cpu() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}
