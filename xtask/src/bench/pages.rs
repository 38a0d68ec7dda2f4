//! Pages of a large catalogue, asked for one after the other.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::hooks::{end, serve};
use crate::host::{Host, Simulator};
use crate::postgres::Postgres;
use crate::process::{Profile, output, program, root, run};

const FOLDER: &str = "target/bench/pages";
const EMAIL: &str = "bench@example.com";
const PASSWORD: &str = "nobody-else-looks-here";

#[derive(Deserialize)]
struct Line {
    what: String,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

pub(super) fn show(products: u64, server: Option<&Postgres>) -> Result<()> {
    println!("\n{:<46} {:>8} {:>8} {:>8}", format!("pages, {products} products"), "p50 ms", "p99 ms", "max ms");
    let simulator = Simulator::start(Profile::Release, "woocommerce", products, Some(0.0), None)?;
    for engine in ["SQLite", "PostgreSQL"] {
        let folder = format!("{FOLDER}/{}", engine.to_lowercase());
        let data = root().join(&folder);
        if data.exists() {
            fs::remove_dir_all(&data).with_context(|| folder.clone())?;
        }
        fs::create_dir_all(&data)?;
        let host = match (engine, server) {
            ("SQLite", _) => Host::new(Profile::Release, &folder, &format!("sqlite://{folder}/entrepot.db")),
            (_, Some(server)) => Host::new(Profile::Release, &folder, &server.create("pages")?).with_new_key()?,
            (_, None) => continue,
        };
        host.connect("pages", &simulator.shop)?;
        run(host.command().args(["import", "pages", "--full", "--wait", "--json"]).stdout(Stdio::null()))?;
        for line in measured(host)? {
            let what = format!("{engine}, {}", line.what);
            println!("{what:<46} {:>8.1} {:>8.1} {:>8.1}", line.p50_ms, line.p99_ms, line.max_ms);
        }
    }
    Ok(())
}

fn measured(mut host: Host) -> Result<Vec<Line>> {
    let mut add = host.command();
    add.args(["user", "add", EMAIL, "--tenant", "default", "--as", "owner", "--password-stdin"]);
    let mut child = add.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().context("entrepot user add")?;
    if let Some(mut stdin) = child.stdin.take() {
        writeln!(stdin, "{PASSWORD}")?;
    }
    ensure!(child.wait()?.success(), "entrepot user add failed");
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let address = format!("127.0.0.1:{port}");
    host.env.push(("ENTREPOT_LISTEN".into(), address.clone()));
    host.env.push(("ENTREPOT_LOG".into(), "warn".into()));
    let mut serving = serve(&host, &address)?;
    let mut bench = Command::new(program("entrepot-bench", Profile::Release));
    bench.current_dir(root()).args(["pages", "--host", &address, "--email", EMAIL, "--password", PASSWORD]);
    let printed = output(&mut bench);
    end(&mut serving);
    serde_json::from_str(&printed?).context("entrepot-bench pages")
}
