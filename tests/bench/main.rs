//! The baselines of `cargo xtask bench`: the same shop, the same pages, the same rows, without sandbox and without queue.
//!
//! `hooks` sends deliveries to a host that serves, and `pages` asks one for its pages. `calls` measures single calls. `fetch` only reads; `native` reads, maps with the adapter's own code compiled natively, and writes what an import writes.

mod calls;
mod convert;
mod hooks;
mod http;
mod native;
mod pages;
mod scrub;
mod shop;

/// The adapter's own types, under the names that the sandbox's conversion uses.
mod bindings {
    pub(crate) use entrepot_guest::{model, types};
}

use std::time::Instant;

use anyhow::{Context, Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| {
        words.iter().position(|word| word == name).and_then(|at| words.get(at + 1)).cloned().unwrap_or_default()
    };
    if words.first().is_some_and(|word| word == "hooks") {
        let number = |name: &str| option(name).parse::<usize>().with_context(|| format!("{name} is a number"));
        let load = hooks::Load {
            host: option("--host"),
            channel: option("--channel"),
            secret: option("--secret"),
            api_key: option("--api-key"),
            per_second: number("--per-second")?,
            seconds: number("--seconds")?,
        };
        println!("{}", hooks::measure(load).await?);
        return Ok(());
    }
    if words.first().is_some_and(|word| word == "pages") {
        println!("{}", pages::measure(&option("--host"), &option("--email"), &option("--password")).await?);
        return Ok(());
    }
    let shop = shop::Shop::open(&option("--base-url"), &option("--key"), &option("--secret"))?;
    if words.first().is_some_and(|word| word == "calls") {
        println!("{}", calls::measure(shop, &option("--component")).await?);
        return Ok(());
    }
    let begun = Instant::now();
    let records = match words.first().map(String::as_str) {
        Some("fetch") => fetch(shop).await?,
        Some("native") => native::import(shop, &option("--database")).await?,
        _ => bail!(
            "entrepot-bench fetch|native|calls --base-url URL --key CK --secret CS [--database URL] [--component FILE]"
        ),
    };
    println!("{}", serde_json::json!({"records": records, "seconds": begun.elapsed().as_secs_f64()}));
    Ok(())
}

async fn fetch(shop: shop::Shop) -> Result<usize> {
    let mut pages = shop.pages();
    let mut records = 0;
    while let Some(page) = pages.recv().await {
        records += page?.items.len();
    }
    Ok(records)
}
