//! `cargo xtask demo`: simulated shops, imported before your eyes.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

use crate::adapters;
use crate::demo_people;
use crate::host::{Host, Report, Simulator};
use crate::process::{Profile, build_programs, free_port, output, program, root};

#[derive(Args)]
pub(crate) struct Options {
    /// End after the import instead of serving
    #[arg(long)]
    once: bool,
    /// Which marketplace's shop is simulated, or all of them
    #[arg(long, default_value = "woocommerce", value_parser = ["bigcommerce", "ebay", "etsy", "shopify", "woocommerce", "all"])]
    marketplace: String,
    /// How many products the shop has
    #[arg(long, default_value_t = 2_000)]
    products: u64,
    /// Import into this database, e.g. postgres://user@host/database; what is in it stays
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Those whose adapters are there.
const MARKETPLACES: [&str; 5] = ["bigcommerce", "ebay", "etsy", "shopify", "woocommerce"];
/// Somebody is waiting: the release build of the host takes twice as long.
const PROFILE: Profile = Profile::Dev;
const DATA_DIR: &str = "target/demo";
const DATABASE: &str = "sqlite://target/demo/entrepot.db";

#[derive(Deserialize)]
struct DeadLetter {
    subject: String,
    code: String,
    reason: String,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let marketplaces: Vec<&str> = MARKETPLACES.into_iter().filter(|name| options.shows(name)).collect();
    build_programs(PROFILE)?;
    adapters::build_some(&marketplaces, PROFILE)?;
    let mut host = host(options)?;
    let (mut simulators, mut completed) = (Vec::new(), true);
    let authorities = root().join(DATA_DIR).join("authorities.pem");
    fs::write(&authorities, "")?;
    host.env.push(("ENTREPOT_EGRESS_CA_FILE".into(), authorities.display().to_string()));
    for marketplace in &marketplaces {
        // Tokens are never sent without TLS; only WooCommerce has a way to sign in without.
        let authority = authorities.with_file_name(format!("{marketplace}.pem"));
        let simulator = Simulator::start(PROFILE, marketplace, options.products, None, Some(&authority))?;
        let mut bundle = OpenOptions::new().append(true).open(&authorities)?;
        bundle.write_all(&fs::read(&authority)?)?;
        let shop = &simulator.shop;
        eprintln!(
            "a simulated shop of {marketplace} with {} products and {} variations: {}",
            shop.products, shop.variations, shop.base_url
        );
        host.connect(marketplace, shop)?;
        let imported = import(&host, marketplace)?;
        report(&host, marketplace, &imported)?;
        completed &= imported.state == "completed";
        simulators.push(simulator);
    }
    let channel = marketplaces.last().copied().unwrap_or_default();
    if options.once {
        next(&host, channel, None)?;
        return Ok(if completed { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let listen = format!("127.0.0.1:{}", free_port(8080)?);
    next(&host, channel, Some(&listen))?;
    // Ctrl-C reaches all of us: the host ends, and then the shops, whose standard input we hold.
    let mut serving = host.command();
    let ended =
        serving.arg("serve").env("ENTREPOT_LISTEN", &listen).status().context("entrepot serve cannot be started")?;
    Ok(if ended.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// As a host makes it: what it finds with wider rights, it warns of.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// A fresh host, or, on a database that was given, one without an earlier demonstration.
fn host(options: &Options) -> Result<Host> {
    let data = root().join(DATA_DIR);
    let Some(url) = &options.database else {
        if data.exists() {
            fs::remove_dir_all(&data)
                .with_context(|| format!("{DATA_DIR} cannot be removed; is a demonstration still running?"))?;
        }
        private_folder(&data)?;
        return Ok(Host::new(PROFILE, DATA_DIR, DATABASE));
    };
    private_folder(&data)?;
    let mut host = Host::new(PROFILE, DATA_DIR, url);
    if !url.starts_with("sqlite:") {
        // The same key every time: the database may hold secrets that were sealed with it.
        let key = data.join("shared.key");
        if !key.exists() {
            fs::write(&key, output(host.command().args(["key", "new"]))?)?;
        }
        host.env.push(("ENTREPOT_MASTER_KEY_FILE".into(), key.display().to_string()));
    }
    let channels: Vec<serde_json::Value> =
        serde_json::from_str(&output(host.command().args(["channel", "list", "--json"]))?)?;
    for channel in MARKETPLACES.iter().filter(|name| channels.iter().any(|channel| channel["name"] == **name)) {
        output(host.command().args(["channel", "remove", channel]))?;
    }
    Ok(host)
}

impl Options {
    fn shows(&self, marketplace: &str) -> bool {
        self.marketplace == marketplace || self.marketplace == "all"
    }
}

fn import(host: &Host, channel: &str) -> Result<Report> {
    eprintln!("$ entrepot import {channel} --full --wait");
    // The progress bar is on stderr, which is the terminal's; the report is the last line of stdout.
    let mut import = host.command();
    import.args(["import", channel, "--full", "--wait", "--json"]).stderr(Stdio::inherit());
    let ended = import.output().context("entrepot import cannot be started")?;
    let report = Report::parse(&String::from_utf8_lossy(&ended.stdout))?;
    if report.state == "failed" {
        bail!("the import failed: {}", report.failure.unwrap_or_default());
    }
    Ok(report)
}

fn report(host: &Host, channel: &str, report: &Report) -> Result<()> {
    let declared = report.declared.map_or_else(|| "unknown".into(), |declared| declared.to_string());
    println!();
    println!("run {} {}", report.run, report.state);
    println!("  declared   {declared:>8}   what the shop says it has");
    println!("  fetched    {:>8}   {:.0} products/s, {:.1} s", report.fetched, report.rate(), report.seconds);
    println!("  created    {:>8}", report.created);
    println!("  updated    {:>8}", report.updated);
    println!("  unchanged  {:>8}", report.unchanged);
    println!("  deleted    {:>8}", report.deleted);
    println!("  dead       {:>8}   kept with the reason and the raw item, to be mapped again", report.dead_letters);
    println!(
        "  requests   {:>8}   {} slowed down by the shop, {} retried",
        report.requests, report.rate_limited, report.retries
    );
    if let Some(why) = &report.failure {
        println!("  {why}");
    }
    let letters = output(host.command().args(["dead-letters", "list", channel, "--json"]))?;
    let letters: Vec<DeadLetter> = serde_json::from_str(&letters).context("`entrepot dead-letters list --json`")?;
    let mut by_code: BTreeMap<&str, Vec<&DeadLetter>> = BTreeMap::new();
    for letter in &letters {
        by_code.entry(&letter.code).or_default().push(letter);
    }
    if !by_code.is_empty() {
        println!("\nwhat could not be imported, and why");
    }
    for (code, letters) in by_code {
        if let Some(first) = letters.first() {
            println!("  {:>4} {code}   e.g. item {}: {}", letters.len(), first.subject, first.reason);
        }
    }
    Ok(())
}

fn next(host: &Host, channel: &str, listen: Option<&str>) -> Result<()> {
    let entrepot = program("entrepot", PROFILE);
    let entrepot = entrepot.strip_prefix(root()).unwrap_or(&entrepot).display();
    let variable = |name: &str| host.env.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
    println!("\nthe database is {}", variable("ENTREPOT_DATABASE_URL"));
    println!("\nto look around, in {}:", root().display());
    for (name, value) in &host.env {
        println!("  export {name}={value}");
    }
    println!("  {entrepot} products export {channel} | head -n 1");
    println!("  {entrepot} dead-letters list {channel}");
    println!("  {entrepot} adapter inspect {channel}");
    println!("  {entrepot} runs {channel}");
    if let Some(listen) = listen {
        println!("  {entrepot} import {channel} --full --wait     # again: nothing has changed, nothing is written");
        let key = api_key(host)?;
        println!("  curl -H 'Authorization: Bearer {key}' http://{listen}/api/v1/products");
        println!("  {entrepot} user add you@example.com --role operator     # prints a link to choose a password with");
        println!("  ls {DATA_DIR}/mails                                     # what the host would send by mail");
        demo_people::invite(host, listen)?;
        println!("\nserving on http://{listen} until Ctrl-C");
    }
    println!();
    Ok(())
}

/// One to look around with; it is shown once, here.
fn api_key(host: &Host) -> Result<String> {
    let words =
        ["api-key", "create", "--name", "demo", "--scope", "catalog:read", "--scope", "channels:read", "--json"];
    let made: serde_json::Value = serde_json::from_str(&output(host.command().args(words))?)?;
    Ok(made["key"].as_str().unwrap_or_default().to_owned())
}
