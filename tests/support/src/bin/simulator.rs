//! `entrepot-simulator woocommerce`: a simulated shop for demonstrations and benchmarks.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use entrepot_test_support::server::{Listen, Server};
use entrepot_test_support::woocommerce::{Key, Recorded, Seed, Store, serve_on};

const USAGE: &str = "usage: entrepot-simulator woocommerce [--products N] [--variable-share SHARE] [--seed N]
                                      [--port N] [--tls CERTIFICATE.pem] [--recorded]
Prints one line of JSON, then serves until standard input is closed. The certificate of the authority to trust is
written to the file given with --tls.";

#[derive(Default)]
struct Arguments {
    seed: Seed,
    port: u16,
    tls: Option<PathBuf>,
    recorded: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = parsed(std::env::args().skip(1))?;
    let listen = Listen { port: arguments.port, tls: arguments.tls.is_some(), log_lines: 1, ..Listen::default() };
    let (server, key, products, variations) = if arguments.recorded {
        let recorded = Recorded::open().context("no recording to serve")?;
        let (products, variations) = (recorded.product_count(), recorded.variation_count());
        (recorded.serve_on(&listen), recorded.key(), products, variations)
    } else {
        let store = Store::generate(arguments.seed);
        let (products, variations) = (store.product_ids().len(), store.variation_ids().len());
        let server = serve_on(&store, &listen);
        store.warm(&server.base_url);
        (server, store.key(), products, variations)
    };
    announce(&server, &key, products, variations, arguments.tls)?;
    // Whoever started this keeps the pipe open for as long as the shop is wanted.
    let mut rest = [0; 256];
    let mut input = std::io::stdin().lock();
    while input.read(&mut rest)? > 0 {}
    Ok(())
}

fn announce(
    server: &Server,
    key: &Key,
    products: usize,
    variations: usize,
    certificate: Option<PathBuf>,
) -> anyhow::Result<()> {
    if let (Some(path), Some(pem)) = (certificate, server.authority_pem()) {
        std::fs::write(&path, pem).with_context(|| format!("writing {}", path.display()))?;
    }
    let line = serde_json::json!({
        "base_url": server.base_url,
        "consumer_key": key.consumer_key,
        "consumer_secret": key.consumer_secret,
        "products": products,
        "variations": variations,
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn parsed(mut words: impl Iterator<Item = String>) -> anyhow::Result<Arguments> {
    match words.next().as_deref() {
        Some("woocommerce") => {}
        Some("--help" | "-h") => {
            println!("{USAGE}");
            std::process::exit(0);
        }
        _ => bail!("{USAGE}"),
    }
    let mut arguments = Arguments::default();
    while let Some(word) = words.next() {
        if word == "--recorded" {
            arguments.recorded = true;
            continue;
        }
        let value = words.next().with_context(|| format!("{word} needs a value\n{USAGE}"))?;
        match word.as_str() {
            "--products" => arguments.seed.products = value.parse().context("--products")?,
            "--variable-share" => arguments.seed.variable_share = value.parse().context("--variable-share")?,
            "--seed" => arguments.seed.seed = value.parse().context("--seed")?,
            "--port" => arguments.port = value.parse().context("--port")?,
            "--tls" => arguments.tls = Some(value.into()),
            _ => bail!("{word} is unknown\n{USAGE}"),
        }
    }
    Ok(arguments)
}
