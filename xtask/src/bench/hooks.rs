//! Webhooks as a flash sale brings them, to a host that serves; with `kill` it is killed in the middle and started again.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::host::{Host, Simulator};
use crate::postgres::Postgres;
use crate::process::{Profile, output, program, root, run};

const FOLDER: &str = "target/bench/hooks";
const SECRET: &str = "bench-webhook-secret-0123456789";

#[derive(Deserialize)]
struct Answered {
    sent: u64,
    accepted: u64,
    refused: u64,
    unanswered: u64,
    lost: u64,
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    drained_seconds: f64,
}

pub(super) fn show(per_second: u64, seconds: u64, server: Option<&Postgres>) -> Result<()> {
    println!(
        "\n{:<34} {:>9} {:>9} {:>9} {:>8} {:>8} {:>8} {:>6} {:>10}   worked off s after the last",
        "webhooks", "sent", "accepted", "a second", "p50 ms", "p99 ms", "max ms", "lost", "unanswered"
    );
    for (engine, kill) in
        [("SQLite", false), ("SQLite, killed", true), ("PostgreSQL", false), ("PostgreSQL, killed", true)]
    {
        let name = engine.to_lowercase().replace([',', ' '], "");
        let folder = format!("{FOLDER}/{name}");
        let data = root().join(&folder);
        if data.exists() {
            fs::remove_dir_all(&data).with_context(|| folder.clone())?;
        }
        fs::create_dir_all(&data)?;
        let host = match (engine.starts_with("SQLite"), server) {
            (true, _) => Host::new(Profile::Release, &folder, &format!("sqlite://{folder}/entrepot.db")),
            (false, Some(server)) => {
                Host::new(Profile::Release, &folder, &server.create(&format!("hooks_{name}"))?).with_new_key()?
            }
            (false, None) => continue,
        };
        let Answered { sent, accepted, refused, unanswered, lost, per_second, p50_ms, p99_ms, max_ms, drained_seconds } =
            measured(host, kill, per_second, seconds)?;
        ensure!(refused == 0, "{engine}: {refused} deliveries were refused");
        println!(
            "{:<34} {sent:>9} {accepted:>9} {per_second:>9.0} {p50_ms:>8.1} {p99_ms:>8.1} {max_ms:>8.1} {lost:>6} {unanswered:>10}   {drained_seconds:.1}",
            format!("{engine}, {seconds} s")
        );
    }
    Ok(())
}

fn measured(mut host: Host, kill: bool, per_second: u64, seconds: u64) -> Result<Answered> {
    let simulator = Simulator::start(Profile::Release, "woocommerce", 100, Some(0.0), None)?;
    host.connect("hooks", &simulator.shop)?;
    let mut set = host.command();
    run(set.args(["channel", "set", "hooks", "--secret", &format!("webhook_secret={SECRET}")]).stdout(Stdio::null()))?;
    let shown = output(host.command().args(["channel", "list", "--json"]))?;
    let channels: serde_json::Value = serde_json::from_str(&shown).context("`entrepot channel list --json`")?;
    let channel = channels[0]["id"].as_str().context("the channel's id")?.to_owned();
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let address = format!("127.0.0.1:{port}");
    host.env.push(("ENTREPOT_LISTEN".into(), address.clone()));
    host.env.push(("ENTREPOT_WEBHOOKS_GENUINE_PER_MINUTE".into(), "1000000".into()));
    host.env.push(("ENTREPOT_LOG".into(), "warn".into()));
    host.env.push(("ENTREPOT_WEB_REQUESTS_PER_MINUTE".into(), "1000000".into()));
    let made =
        output(host.command().args(["api-key", "create", "--name", "bench", "--scope", "catalog:read", "--json"]))?;
    let made: serde_json::Value = serde_json::from_str(&made).context("`entrepot api-key create --json`")?;
    let api_key = made["key"].as_str().context("the key")?.to_owned();
    let mut serving = serve(&host, &address)?;
    let mut bench = Command::new(program("entrepot-bench", Profile::Release));
    bench.current_dir(root()).args(["hooks", "--host", &address, "--channel", &channel, "--secret", SECRET]);
    bench.args(["--api-key", &api_key]);
    bench.args(["--per-second", &per_second.to_string(), "--seconds", &seconds.to_string()]);
    let load = thread::spawn(move || output(&mut bench));
    if kill {
        thread::sleep(Duration::from_secs(seconds / 2));
        end(&mut serving);
        serving = serve(&host, &address)?;
    }
    let printed = load.join().ok().context("the load was not sent")?;
    end(&mut serving);
    serde_json::from_str(&printed?).context("entrepot-bench hooks")
}

pub(super) fn serve(host: &Host, address: &str) -> Result<Child> {
    let child = host.command().arg("serve").spawn().context("entrepot serve")?;
    let patience = Instant::now();
    while TcpStream::connect(address).is_err() {
        ensure!(patience.elapsed() < Duration::from_secs(60), "entrepot does not serve on {address}");
        thread::sleep(Duration::from_millis(20));
    }
    Ok(child)
}

/// As the kernel does it when memory is short.
pub(super) fn end(serving: &mut Child) {
    let _ = serving.kill();
    let _ = serving.wait();
}
