//! `entrepot-simulator MARKETPLACE`: a simulated shop for demonstrations, benchmarks and recordings.

mod arguments;
mod shops;

use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;

use self::arguments::Arguments;
use self::shops::Shop;

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::of(std::env::args().skip(1))?;
    let shop = shops::open(&arguments)?;
    announce(&shop, arguments.tls.as_deref())?;
    // Whoever started this keeps the pipe open for as long as the shop is wanted.
    let mut rest = [0; 256];
    let mut input = std::io::stdin().lock();
    while input.read(&mut rest)? > 0 {}
    Ok(())
}

fn announce(shop: &Shop, certificate: Option<&Path>) -> anyhow::Result<()> {
    if let (Some(path), Some(pem)) = (certificate, shop.server.authority_pem()) {
        std::fs::write(path, pem).with_context(|| format!("writing {}", path.display()))?;
    }
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{}", shop.announcement()).and_then(|()| out.flush()) {
        // Nobody wants to know where it is.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        outcome => Ok(outcome?),
    }
}
