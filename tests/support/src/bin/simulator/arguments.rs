//! The command line.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use entrepot_test_support::server::Listen;

use super::shops::MARKETPLACES;

const OPTIONS: &str =
    "[--products N] [--variable-share SHARE] [--seed N] [--port N] [--tls CERTIFICATE.pem] [--bears N]";
const ABOUT: &str = "  --variable-share SHARE  which part of the products has variants to choose from, 0 to 1
  --bears N               answers so many requests a second; the others get 429
  --recorded              woocommerce only: what a real shop answered
Prints one line of JSON: where the shop is, and the settings and secrets of a channel that reads it. Then serves until
standard input is closed. The certificate of the authority to trust is written to the file given with --tls.";

#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) marketplace: String,
    pub(crate) products: Option<usize>,
    pub(crate) variable_share: Option<f64>,
    pub(crate) seed: Option<u64>,
    pub(crate) recorded: bool,
    pub(crate) tls: Option<PathBuf>,
    pub(crate) bears: Option<f64>,
    port: u16,
}

fn usage() -> String {
    let names: Vec<_> = MARKETPLACES.iter().map(|(name, _)| *name).collect();
    format!("usage: entrepot-simulator {} {OPTIONS}\n{ABOUT}", names.join("|"))
}

/// Of one marketplace.
fn usage_of(marketplace: &str) -> String {
    let recorded = if marketplace == "woocommerce" { " [--recorded]" } else { "" };
    let about: Vec<&str> =
        ABOUT.lines().filter(|line| !recorded.is_empty() || !line.trim_start().starts_with("--recorded")).collect();
    format!("usage: entrepot-simulator {marketplace} {OPTIONS}{recorded}\n{}", about.join("\n"))
}

impl Arguments {
    pub(crate) fn of(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut arguments = Self::default();
        match words.next() {
            Some(word) if matches!(word.as_str(), "--help" | "-h") => {
                println!("{}", usage());
                std::process::exit(0);
            }
            Some(word) if MARKETPLACES.iter().any(|(name, _)| *name == word) => arguments.marketplace = word,
            _ => bail!("{}", usage()),
        }
        while let Some(word) = words.next() {
            if matches!(word.as_str(), "--help" | "-h") {
                println!("{}", usage_of(&arguments.marketplace));
                std::process::exit(0);
            }
            if word == "--recorded" {
                arguments.recorded = true;
                continue;
            }
            let value = words.next().with_context(|| format!("{word} needs a value\n{}", usage()))?;
            match word.as_str() {
                "--products" => arguments.products = Some(value.parse().context("--products")?),
                "--variable-share" => arguments.variable_share = Some(value.parse().context("--variable-share")?),
                "--seed" => arguments.seed = Some(value.parse().context("--seed")?),
                "--bears" => arguments.bears = Some(value.parse().context("--bears")?),
                "--port" => arguments.port = value.parse().context("--port")?,
                "--tls" => arguments.tls = Some(value.into()),
                _ => bail!("{word} is unknown\n{}", usage()),
            }
        }
        if arguments.recorded && arguments.marketplace != "woocommerce" {
            bail!("only woocommerce has a recording of a real shop");
        }
        Ok(arguments)
    }

    pub(crate) fn listen(&self) -> Listen {
        Listen { port: self.port, tls: self.tls.is_some(), log_lines: 1, ..Listen::default() }
    }
}
