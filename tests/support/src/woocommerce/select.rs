//! Which rows a list has, and in what order.

use std::cmp::Ordering;

use super::model::{Product, Variation};
use super::parameters::Values;
use super::price;
use super::state::State;

/// What a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Of {
    Products,
    /// Of one parent, or of all.
    Variations(Option<u64>),
}

/// A row of either kind, as far as lists look at it.
#[derive(Clone, Copy)]
struct Row<'a> {
    id: u64,
    parent: u64,
    created: i64,
    modified: i64,
    status: &'a str,
    kind: &'a str,
    title: &'a str,
    slug: &'a str,
    sku: &'a str,
    menu_order: i64,
    price: &'a str,
    on_sale: bool,
    stock: &'a str,
    is_virtual: bool,
    product: Option<&'a Product>,
}

fn product<'a>(state: &'a State, product: &'a Product, now: i64) -> Row<'a> {
    let range = state.prices(product, now);
    Row {
        id: product.id,
        parent: 0,
        created: product.created,
        modified: product.modified,
        status: product.status,
        kind: product.kind,
        title: &product.name,
        slug: &product.slug,
        sku: &product.sku,
        menu_order: product.menu_order,
        price: range.low,
        on_sale: range.on_sale,
        stock: State::stock_status(product),
        is_virtual: product.is_virtual,
        product: Some(product),
    }
}

fn variation<'a>(state: &'a State, variation: &'a Variation, now: i64) -> Row<'a> {
    let (price, on_sale) = price::of_variation(variation, now);
    Row {
        id: variation.id,
        parent: variation.parent,
        created: variation.created,
        modified: variation.modified,
        status: variation.status,
        kind: "variation",
        title: "",
        slug: "",
        sku: &variation.sku,
        menu_order: variation.menu_order,
        price,
        on_sale,
        stock: state.variation_stock(variation).1,
        is_virtual: variation.is_virtual,
        product: None,
    }
}

/// The ids of a list, all pages of it. `shuffle` orders what the rest leaves equal; `None` is by id.
pub(crate) fn ids(state: &State, of: Of, values: &Values, shuffle: Option<u64>) -> Vec<u64> {
    let now = state.now();
    let mut rows: Vec<Row<'_>> = match of {
        Of::Products => {
            let products = state.products.values().map(|row| product(state, row, now));
            // By SKU, and only by SKU, the list has variations too.
            let by_sku = values.text("sku").is_some() || values.text("search_sku").is_some();
            let others = state.variations.values().filter(|_| by_sku).map(|row| variation(state, row, now));
            products.chain(others).filter(|row| wanted(state, values, row)).collect()
        }
        Of::Variations(None) => {
            let rows = state.variations.values().map(|row| variation(state, row, now));
            rows.filter(|row| wanted(state, values, row)).collect()
        }
        Of::Variations(Some(parent)) => {
            let rows = state.children_of(parent).map(|row| variation(state, row, now));
            rows.filter(|row| wanted(state, values, row)).collect()
        }
    };
    let orderby = values.text("orderby").unwrap_or("date");
    if orderby == "include" || orderby == "post__in" {
        let place = |id: u64| values.ints("include").iter().position(|wanted| wanted.unsigned_abs() == id);
        rows.sort_by_key(|row| place(row.id));
    } else {
        let descending = values.text("order").unwrap_or("desc") == "desc";
        let tie = |row: &Row<'_>| shuffle.map_or(row.id, |seed| mixed(row.id ^ seed));
        rows.sort_by(|a, b| {
            let order = compare(orderby, a, b).then_with(|| tie(a).cmp(&tie(b)));
            if descending { order.reverse() } else { order }
        });
    }
    rows.into_iter().map(|row| row.id).collect()
}

fn compare(orderby: &str, a: &Row<'_>, b: &Row<'_>) -> Ordering {
    match orderby {
        "date" => a.created.cmp(&b.created),
        "modified" => a.modified.cmp(&b.modified),
        "title" => a.title.cmp(b.title),
        "slug" => a.slug.cmp(b.slug),
        "menu_order" => a.menu_order.cmp(&b.menu_order),
        "price" => price::number(a.price).total_cmp(&price::number(b.price)),
        "id" => a.id.cmp(&b.id),
        "random" => mixed(a.id).cmp(&mixed(b.id)),
        // Nothing was ever sold or rated here.
        _ => Ordering::Equal,
    }
}

fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
}

fn wanted(state: &State, values: &Values, row: &Row<'_>) -> bool {
    status(values, row)
        && dates(state, values, row)
        && listed(values, "include", row.id, true)
        && !listed(values, "exclude", row.id, false)
        && listed(values, "parent", row.parent, true)
        && !listed(values, "parent_exclude", row.parent, false)
        && texts(values, row)
        && kinds(values, row)
        && values.bool("on_sale").is_none_or(|wanted| wanted == row.on_sale)
        && values.bool("virtual").is_none_or(|wanted| wanted == row.is_virtual)
        && values.text("stock_status").is_none_or(|wanted| wanted == row.stock)
        && row.product.is_none_or(|product| product_only(values, product))
}

/// Whether `id` is in the list; `empty` is what an empty list says.
fn listed(values: &Values, name: &str, id: u64, empty: bool) -> bool {
    let ids = values.ints(name);
    if ids.is_empty() { empty } else { ids.iter().any(|listed| listed.unsigned_abs() == id) }
}

/// `any` is everything but the trash.
fn status(values: &Values, row: &Row<'_>) -> bool {
    if values.texts("exclude_status").iter().any(|excluded| excluded == row.status) {
        return false;
    }
    let meets = |wanted: &str| match wanted {
        "any" => row.status != "trash" && row.status != "auto-draft",
        exact => exact == row.status,
    };
    match values.texts("include_status") {
        [] => meets(values.text("status").unwrap_or("any")),
        wanted => wanted.iter().any(|wanted| meets(wanted)),
    }
}

/// All four bounds are exclusive.
fn dates(state: &State, values: &Values, row: &Row<'_>) -> bool {
    let offset = state.options.gmt_offset;
    let gmt = values.bool("dates_are_gmt") == Some(true);
    let column = |seconds: i64| if gmt { seconds } else { seconds + offset };
    let bound = |name: &str| values.date(name).map(|date| date.bound(offset));
    bound("after").is_none_or(|bound| column(row.created) > bound)
        && bound("before").is_none_or(|bound| column(row.created) < bound)
        && bound("modified_after").is_none_or(|bound| column(row.modified) > bound)
        && bound("modified_before").is_none_or(|bound| column(row.modified) < bound)
}

fn texts(values: &Values, row: &Row<'_>) -> bool {
    let contains = |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase());
    values.text("slug").is_none_or(|slug| slug == row.slug)
        && values.text("sku").is_none_or(|skus| skus.split(',').any(|sku| sku.trim() == row.sku))
        && values.text("search_sku").is_none_or(|part| contains(row.sku, part))
        && values.text("search").is_none_or(|part| {
            contains(row.title, part) || row.product.is_some_and(|product| contains(&product.description, part))
        })
}

fn kinds(values: &Values, row: &Row<'_>) -> bool {
    if row.product.is_none() {
        return true;
    }
    let include = values.texts("include_types");
    values.text("type").is_none_or(|wanted| wanted == row.kind)
        && (include.is_empty() || include.iter().any(|wanted| wanted == row.kind))
        && !values.texts("exclude_types").iter().any(|excluded| excluded == row.kind)
}

fn product_only(values: &Values, product: &Product) -> bool {
    let of = |name: &str, ids: &[u64]| {
        values.text(name).is_none_or(|wanted| {
            wanted.split(',').filter_map(|id| id.trim().parse().ok()).any(|id: u64| ids.contains(&id))
        })
    };
    values.bool("featured").is_none_or(|wanted| wanted == product.featured)
        && values.bool("downloadable").is_none_or(|wanted| wanted != product.downloads.is_empty())
        && of("category", &product.categories)
        && of("tag", &product.tags)
}
