use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use entrepot_domain::ProductId;
use entrepot_domain::account::Scope;
use entrepot_domain::catalog::{Inventory, Issue, Media, Product, Variant};
use entrepot_domain::clock::Timestamp;
use entrepot_store::products::ProductTimes;
use entrepot_web::Problem;

use super::list::status_of;
use super::listed::{Listed, listed};
use crate::AppState;
use crate::failure::Failure;
use crate::frame::{Frame, Section, page};
use crate::kit::{Moment, Status, grouped, money, segment};
use crate::runs::ChannelNames;
use crate::visitor::Visitor;

/// Variants of a product that are shown; there may be thousands.
const VARIANTS: usize = 250;
const PICTURES: usize = 24;

struct VariantLine {
    title: String,
    /// Where its stock is explained.
    stock_of: Option<String>,
    sku: String,
    gtin: String,
    price: String,
    compare_at: Option<String>,
    stock: Vec<(String, String)>,
    enabled: bool,
}

/// Why its latest version was not imported.
struct Letter {
    href: String,
    reason: String,
}

struct Linked {
    href: String,
    channel: String,
    variant: String,
}

#[derive(Template)]
#[template(path = "products/show.html")]
struct Page {
    frame: Frame,
    id: String,
    title: String,
    status: Status,
    channel: String,
    channel_name: String,
    pictures: Vec<Media>,
    more_pictures: usize,
    /// Sanitised when it was imported.
    description: Option<String>,
    facts: Vec<(&'static str, String)>,
    url: Option<String>,
    variants: Vec<VariantLine>,
    more_variants: usize,
    warnings: Vec<Issue>,
    letter: Option<Letter>,
    links: Vec<Linked>,
    listed: Vec<Listed>,
    /// Where it can be listed, too.
    others: Vec<(String, String)>,
    may_sell: bool,
    attributes: Vec<(String, String)>,
    updated: Option<Moment>,
    raw: Option<String>,
    /// What happened to it, newest first: when, what, and where more is said of it.
    history: Vec<(Moment, &'static str, Option<String>)>,
}

pub(crate) async fn handler(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let db = app.cases.services.db();
    let (scoped, now) = (db.tenant(visitor.tenant()), db.clock().now());
    let stored = scoped.product(&ProductId::from(id.as_str())).await?;
    let stored = stored.ok_or_else(|| Problem::not_found(format!("there is no product {id:?}")))?;
    let names = ChannelNames::of(&app, &visitor).await?;
    let letter = scoped.dead_letter_of(&stored.channel_id, &stored.product.source_id).await?;
    let letter = letter.map(|(id, reason)| Letter { href: format!("/dead-letters/{}", segment(&id)), reason });
    let links = app.cases.links.links_of(visitor.tenant(), &id).await?;
    let links =
        links.iter().flat_map(|link| &link.members).filter(|member| member.product != id).map(|member| Linked {
            href: format!("/products/{}", segment(&member.product)),
            channel: names.name(&member.channel).to_owned(),
            variant: member.variant.clone(),
        });
    let (listed, others) = listed(&app, &visitor, &id, stored.channel_id.as_str(), &names).await?;
    let item = scoped.stored_item(&stored.channel_id, &stored.product.source_id).await?;
    let raw = item.and_then(|item| item.body).map(|body| indented(&body));
    let times = scoped.product_times(&stored.id).await?;
    let history = times.map_or_else(Vec::new, |times| history(times, now));
    let product = stored.product;
    Ok(page(&Page {
        frame: visitor.frame(Section::Products, product.title.clone()),
        status: status_of(product.status),
        channel_name: names.name(stored.channel_id.as_str()).to_owned(),
        channel: stored.channel_id.to_string(),
        more_pictures: product.media.len().saturating_sub(PICTURES),
        more_variants: product.variants.len().saturating_sub(VARIANTS),
        variants: product.variants.iter().take(VARIANTS).map(|variant| line(&product, variant)).collect(),
        facts: facts(&product),
        attributes: product.attributes.iter().map(|one| (one.key.clone(), one.value.clone())).collect(),
        updated: product.updated_at.map(|at| Moment { at, now }),
        links: links.collect(),
        may_sell: visitor.may(Scope::WriteListings),
        listed,
        others,
        pictures: product.media.into_iter().take(PICTURES).collect(),
        description: product.description_html,
        url: product.url,
        warnings: product.warnings,
        title: product.title,
        letter,
        raw,
        history,
        id,
    }))
}

fn history(times: ProductTimes, now: Timestamp) -> Vec<(Moment, &'static str, Option<String>)> {
    let run = times.run.as_deref().map(|run| format!("/runs/{}", segment(run)));
    let by =
        if run.is_some() { "Its latest content came by an import" } else { "Its latest content came by a webhook" };
    let mut history = vec![
        (times.created_at, "It came in first", None),
        (times.fetched_at, by, run),
        (times.updated_at, "It was last written here", None),
    ];
    // The same moment twice says nothing new.
    history.extend(
        times
            .processed_at
            .filter(|at| *at > times.updated_at)
            .map(|at| (at, "It was made of that content once more, and stayed the same", None)),
    );
    history.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    history.into_iter().map(|(at, what, href)| (Moment { at, now }, what, href)).collect()
}

/// As it came, in lines.
fn indented(body: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(body);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| body.to_owned())
}

fn line(product: &Product, variant: &Variant) -> VariantLine {
    let values: Vec<String> = product
        .options
        .iter()
        .zip(&variant.option_values)
        .map(|(option, value)| format!("{}: {value}", option.name))
        .collect();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    VariantLine {
        title: if values.is_empty() { text(&variant.title) } else { values.join(", ") },
        stock_of: variant.sku.as_deref().map(crate::stock::href),
        sku: text(&variant.sku),
        gtin: text(&variant.gtin),
        price: variant.price.as_ref().map_or_else(|| "none".to_owned(), money),
        compare_at: variant.compare_at.as_ref().map(money),
        stock: stock(&variant.inventory),
        enabled: variant.enabled,
    }
}

/// By location.
fn stock(inventory: &Inventory) -> Vec<(String, String)> {
    match inventory {
        Inventory::Tracked(levels) => {
            let place = |name: &Option<String>, id: &str| name.clone().unwrap_or_else(|| id.to_owned());
            levels
                .iter()
                .map(|level| (place(&level.location_name, &level.location_id), grouped(level.available)))
                .collect()
        }
        Inventory::Untracked(in_stock) => {
            vec![("not counted".to_owned(), if *in_stock { "in stock" } else { "out of stock" }.to_owned())]
        }
    }
}

fn facts(product: &Product) -> Vec<(&'static str, String)> {
    let collections: Vec<String> = product.collections.iter().map(|one| one.path.join(" › ")).collect();
    let all = [
        ("Brand", product.brand.clone().unwrap_or_default()),
        ("Type", product.product_type.clone().unwrap_or_default()),
        ("Collections", collections.join("; ")),
        ("Tags", product.tags.join(", ")),
        ("Id in the shop", product.source_id.clone()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}
