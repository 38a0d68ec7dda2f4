//! The marketplace's API. Answers are kept as they are; what they mean is decided in `map`.

use entrepot_guest::api::Api;
use entrepot_guest::prelude::*;
use entrepot_guest::{paging, time};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct About {
    name: String,
    currency: String,
}

/// `GET /api/products`: one page of products, each kept as the text it is.
#[derive(Deserialize)]
struct Products {
    total: u64,
    products: Vec<Box<RawValue>>,
}

/// What is read of a product before it is mapped.
#[derive(Deserialize)]
struct Head {
    id: u64,
    updated_at: Option<String>,
}

/// Where the next page begins.
#[derive(Default, Deserialize, Serialize)]
struct Cursor {
    page: u64,
    seen: u64,
}

pub(crate) fn account<T: Transport>(transport: &T, channel: &Channel) -> Result<Account, Error> {
    let About { name, currency } = api(transport, channel).get(&["api", "about"]).read()?;
    Ok(Account { name, url: Some(base(channel).to_owned()), currency: Some(currency), details: vec![], warnings: vec![] })
}

pub(crate) fn page<T: Transport>(transport: &T, channel: &Channel, request: &PageRequest) -> Result<Page, Error> {
    let Cursor { page, seen } = paging::decode(request.cursor.as_deref())?;
    let mut call = api(transport, channel).get(&["api", "products"]);
    call = call.query("page", &(page + 1).to_string()).query("limit", &request.limit.to_string());
    if let Some(since) = request.since {
        call = call.query("updated_since", &time::rfc3339(since));
    }
    let Products { total, products } = call.read()?;
    let seen = seen + products.len() as u64;
    let mut page_of_items = paging::empty_page();
    // A page that ends early says so itself; an empty one ends everything, whatever the total was.
    if seen < total && !products.is_empty() {
        page_of_items.next = Some(paging::encode(&Cursor { page: page + 1, seen })?);
    }
    page_of_items.items = products.into_iter().map(item).collect::<Result<_, _>>()?;
    page_of_items.total = Some(total);
    Ok(page_of_items)
}

pub(crate) fn items<T: Transport>(
    transport: &T,
    channel: &Channel,
    _context: Option<&str>,
    ids: &[String],
) -> Result<Vec<RawItem>, Error> {
    let Products { products, .. } =
        api(transport, channel).get(&["api", "products"]).query("ids", &ids.join(",")).read()?;
    products.into_iter().map(item).collect()
}

fn item(product: Box<RawValue>) -> Result<RawItem, Error> {
    let head: Head = serde_json::from_str(product.get())
        .map_err(|error| Error::Unavailable(format!("the shop answered with something else than products: {error}")))?;
    let changed = head.updated_at.as_deref().and_then(time::parse);
    Ok(RawItem::new(head.id.to_string(), product.get()).changed(changed))
}

/// The address from the settings. The host has checked it, and sends nothing anywhere else.
fn base(channel: &Channel) -> &str {
    let bound = channel.bindings.iter().find(|(name, _)| name == "shop_url");
    bound.map_or("", |(_, url)| url.trim_end_matches('/'))
}

fn api<'a, T: Transport>(transport: &'a T, channel: &Channel) -> Api<'a, T> {
    Api::new(transport, base(channel))
}
