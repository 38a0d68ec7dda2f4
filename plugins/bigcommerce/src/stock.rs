//! Stock alone. The date of change misses moves at further locations, so that of all products is read, by their ids as in `catalog`.

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::prelude::*;
use entrepot_guest::{log, paging};
use serde::{Deserialize, Serialize};

use crate::catalog::{SIZES, ascending};
use crate::client::{Client, Query};
use crate::context::Context;
use crate::inventory;
use crate::item::Listed;
use crate::map::stock_alone;
use crate::reader::SET_ASIDE;

/// How the stock of a product is counted; its id comes with it.
const COUNTED: &str = "inventory_tracking,base_variant_id";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Cursor {
    /// The highest id so far.
    after: u64,
    /// Levels so far, and products whose stock could not be read as a whole.
    given: u64,
    unread: u64,
    /// Of these, those in a row that were asked for one by one.
    failing: u64,
}

/// Where so many in a row cannot be read one by one, it is the store that fails and not one product.
const MOST_FAILING: u64 = 8;

pub fn fetch_stock<T: Transport>(transport: &T, channel: &Channel, request: &PageRequest) -> Result<StockPage, Error> {
    let client = Client::of(transport, channel)?;
    let Cursor { after, given, unread, failing } = paging::decode(request.cursor.as_deref())?;
    let list = client.list("/v3/catalog/products", &page_query(request, after))?;
    let elements = list.elements()?;
    let listed: Vec<_> = elements.data.iter().copied().map(Listed::of).collect();
    let set_aside = request.attempt >= SET_ASIDE;
    if !set_aside && !listed.iter().all(Listed::is_object) {
        return Err(Error::Unavailable("BigCommerce answered with a list of something else than products".to_owned()));
    }
    ascending(&listed, after)?;
    let mut page = paging::empty_stock_page();
    let (levels, missed) = levels(&client, &listed, set_aside)?;
    let (given, unread) = (given + levels.len() as u64, unread + missed);
    let failing = if set_aside && missed > 0 && levels.is_empty() { failing + missed } else { 0 };
    if failing > MOST_FAILING {
        return Err(Error::Unavailable(format!(
            "BigCommerce does not show the stock of {MOST_FAILING} products in a row"
        )));
    }
    page.levels = levels;
    // The host says that they are missing, and asks for them with the next run.
    page.total = (unread > 0).then_some(given + unread);
    let answered = listed.len() as u64;
    // The total counts what is left from the cursor on.
    if answered > 0 && elements.total != Some(answered) {
        let Some(after) = listed.iter().filter_map(|product| product.id).next_back() else {
            return Err(Error::Unavailable("none of the products of a page has a usable id".to_owned()));
        };
        page.next = Some(paging::encode(&Cursor { after, given, unread, failing })?);
        page.wait = client.rest();
    }
    Ok(page)
}

fn page_query(request: &PageRequest, after: u64) -> Query<'static> {
    let most = SIZES[(request.attempt as usize).min(SIZES.len() - 1)];
    let size = if request.limit == 0 { most } else { most.min(request.limit) };
    let mut query: Query<'_> = vec![
        ("sort", "id".into()),
        ("direction", "asc".into()),
        ("limit", size.to_string()),
        ("include_fields", COUNTED.into()),
    ];
    if after > 0 {
        query.push(("id:greater", after.to_string()));
    }
    query
}

fn levels<T: Transport>(
    client: &Client<'_, T>,
    listed: &[Listed<'_>],
    set_aside: bool,
) -> Result<(Vec<StockLevel>, u64), Error> {
    let tracked = || listed.iter().filter(|product| product.is_tracked());
    let ids: Vec<u64> = tracked().filter_map(|product| product.id).collect();
    let (mut stock, forbidden, unread) = inventory::find(client, &mut Context::default(), &ids, set_aside)?;
    if forbidden {
        return Err(Error::Unsupported(
            "The API account may not read stock per location: give it the scope Store inventory, read-only, or switch the schedule \
             of stock off."
                .to_owned(),
        ));
    }
    for id in &unread {
        log::warn("BigCommerce does not show this product's stock as a whole", &[("product", &id.to_string())]);
    }
    // What is no product, or does not say how its stock is counted, may have any.
    let untold = listed.iter().filter(|product| product.tells_no_stock()).count();
    if untold > 0 {
        log::warn(
            "BigCommerce lists products without saying how their stock is counted",
            &[("products", &untold.to_string())],
        );
    }
    let (mut levels, mut missed) = (Vec::new(), (unread.len() + untold) as u64);
    for product in tracked() {
        let Some((id, items)) = product.id.and_then(|id| Some((id, stock.remove(&id)?))) else { continue };
        let items: Vec<Fields<'_>> = items.iter().map(|(_, item)| Raw::of(item.as_str()).fields()).collect();
        match stock_alone(&product.tracking(), &id.to_string(), product.base_variant(), &items) {
            Some(of_product) => levels.extend(of_product),
            None => {
                log::warn("BigCommerce tells no number for this product's stock", &[("product", &id.to_string())]);
                missed += 1;
            }
        }
    }
    Ok((levels, missed))
}
