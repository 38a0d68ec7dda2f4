//! What one call costs, in the sandbox and natively: the same pages, the same items, the same mapping.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use entrepot_domain::run::RunScope;
use entrepot_plugin_woocommerce::map_product;
use entrepot_policy::Manifest;
use entrepot_sandbox::{
    Adapter, Artifact, ChannelView, CompileLimits, Compiler, PageRequest, RawItem, Sandbox, SandboxOptions,
};
use serde_json::{Value, json};

use crate::convert::model;
use crate::shop::{MANIFEST, Shop};

const FETCHES: usize = 60;
const MAPS: usize = 3_000;
const STORES: usize = 1_000;

pub(crate) async fn measure(shop: Shop, component: &str) -> Result<Value> {
    let bytes = std::fs::read(component).with_context(|| component.to_owned())?;
    let size = bytes.len();
    let program = std::env::current_exe()?.with_file_name("entrepot");
    ensure!(program.exists(), "{} is not built", program.display());
    let args = vec!["compile-component".to_owned()];
    let sandbox = Sandbox::new(SandboxOptions::new(Compiler { program, args, limits: CompileLimits::default() }))?;
    let begun = Instant::now();
    let adapter = sandbox.load(&Artifact::check(bytes)?, &Manifest::parse(MANIFEST)?.limits).await?;
    let compiled = begun.elapsed().as_secs_f64();
    let view = view(&shop);

    let (mut sandboxed, mut native) = (Vec::new(), Vec::new());
    let mut items = Vec::new();
    // The first page finds out how to sign in; what it found is in the context of those that are measured.
    let first = adapter.fetch_page(&view, shop.session(), request(None)).await?;
    for _ in 0..FETCHES {
        let begun = Instant::now();
        let page = adapter.fetch_page(&view, shop.session(), request(first.context.clone())).await?;
        sandboxed.push(begun.elapsed().as_nanos());
        items = page.items;
        let begun = Instant::now();
        shop.native_page(first.context.clone()).await?;
        native.push(begun.elapsed().as_nanos());
    }
    ensure!(!items.is_empty(), "the shop has no products");
    let fetch = line("fetch-page, 100 products", &mut sandboxed, Some(&mut native));
    let maps = maps(&adapter, &view, &shop, &items).await?;
    let opened = stores(&adapter, &view, &items).await?;
    Ok(json!({
        "component": Path::new(component).file_name().map(|name| name.to_string_lossy()),
        "bytes": size, "compile_seconds": compiled, "calls": [opened, maps, fetch],
        "scrub": crate::scrub::measure().await?,
    }))
}

/// One item after the other in the same store, as an import does it.
async fn maps(adapter: &Adapter, view: &ChannelView, shop: &Shop, items: &[RawItem]) -> Result<Value> {
    let (mut sandboxed, mut native) = (Vec::new(), Vec::new());
    let mut mapper = adapter.mapper(view);
    for item in items.iter().cycle().take(MAPS) {
        let begun = Instant::now();
        mapper.map(item).await?;
        sandboxed.push(begun.elapsed().as_nanos());
        let raw = entrepot_guest::items::RawItem {
            source_id: item.source_id.clone(),
            updated_at: item.updated_at,
            body: item.body.clone(),
            deleted: false,
            problems: Vec::new(),
        };
        let begun = Instant::now();
        let product = map_product(&shop.channel, &raw).map_err(|error| anyhow!("{error:?}"))?;
        model::product(product).map_err(|issue| anyhow!("{issue}"))?;
        native.push(begun.elapsed().as_nanos());
    }
    Ok(line("map-product", &mut sandboxed, Some(&mut native)))
}

/// A new store each time: what that takes beyond mapping is instantiation.
async fn stores(adapter: &Adapter, view: &ChannelView, items: &[RawItem]) -> Result<Value> {
    let item = items.first().context("an item")?;
    let mut opened = Vec::new();
    for _ in 0..STORES {
        let mut mapper = adapter.mapper(view);
        let begun = Instant::now();
        mapper.map(item).await?;
        let first = begun.elapsed();
        let begun = Instant::now();
        mapper.map(item).await?;
        opened.push(first.saturating_sub(begun.elapsed()).as_nanos());
    }
    Ok(line("instantiate (store and instance)", &mut opened, None))
}

fn line(call: &str, sandboxed: &mut [u128], native: Option<&mut Vec<u128>>) -> Value {
    let micros = |nanos: u128| nanos as f64 / 1e3;
    let at = |of: &mut [u128], share: usize| {
        of.sort_unstable();
        micros(of.get((of.len() * share / 100).min(of.len() - 1)).copied().unwrap_or_default())
    };
    let mut line = json!({"call": call, "p50_us": at(sandboxed, 50), "p99_us": at(sandboxed, 99)});
    if let Some(native) = native {
        line["native_p50_us"] = at(native, 50).into();
        line["native_p99_us"] = at(native, 99).into();
    }
    line
}

fn request(context: Option<String>) -> PageRequest {
    PageRequest { scope: RunScope::Full, cursor: None, context, limit: 100, attempt: 0 }
}

fn view(shop: &Shop) -> ChannelView {
    ChannelView {
        id: shop.channel.id.clone(),
        adapter: "woocommerce".to_owned(),
        bindings: shop.channel.bindings.clone(),
        currency: None,
        locale: None,
        settings: shop.channel.settings.clone(),
        ledger: Default::default(),
        files: None,
        media: Default::default(),
    }
}
