//! Goods, page by page: everything by bulk operation, what changed by query, and by bulk too where much has changed.

use entrepot_guest::prelude::*;
use entrepot_guest::{paging, time};
use serde::{Deserialize, Serialize};

use crate::budget::{self, MOST, Want};
use crate::client::Client;
use crate::context::Context;
use crate::failure::is_about_items;
use crate::{bulk, delta, fetch};

/// Clocks differ, and a product's date is set before its change can be seen.
pub(crate) const OVERLAP_MS: i64 = 2 * 60 * 1000;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "kebab-case")]
pub(crate) enum Cursor {
    #[default]
    Start,
    Bulk(bulk::Cursor),
    Delta(delta::Cursor),
}

pub fn fetch_page<T: Transport + Files>(host: &T, channel: &Channel, request: &PageRequest) -> Result<Page, Error> {
    let client = Client::new(host, channel)?;
    let cursor: Cursor = paging::decode(request.cursor.as_deref())?;
    let mut context = Context::of(&client, request.context.as_deref())?;
    let by_bulk = |context: &mut Context, cursor| {
        let (page, next) = bulk::page(&client, context, cursor, request)?;
        Ok::<_, Error>((page, next.map(Cursor::Bulk)))
    };
    let by_date = |context: &Context, cursor| {
        let (page, next) = delta::page(&client, context, cursor, request)?;
        let next = match next {
            delta::Next::Delta(cursor) => Some(Cursor::Delta(cursor)),
            delta::Next::Bulk(filter) => Some(Cursor::Bulk(bulk::Cursor::of(filter))),
            delta::Next::End => None,
        };
        Ok::<_, Error>((page, next))
    };
    let (mut page, next) = match cursor {
        Cursor::Start => match (request.scope, request.since) {
            (Scope::ChangedSince, Some(since)) => {
                let since = time::naive_utc(since.saturating_sub(OVERLAP_MS));
                by_date(&context, delta::Cursor::since(format!("{since}Z")))?
            }
            _ => by_bulk(&mut context, bulk::Cursor::of(String::new()))?,
        },
        Cursor::Bulk(cursor) => by_bulk(&mut context, cursor)?,
        Cursor::Delta(cursor) => by_date(&context, cursor)?,
    };
    page.next = next.as_ref().map(paging::encode).transpose()?;
    page.context = context.news.then(|| paging::encode(&context)).transpose()?;
    Ok(page)
}

pub fn fetch_items<T: Transport>(
    host: &T,
    channel: &Channel,
    context: Option<&str>,
    ids: &[String],
) -> Result<Vec<RawItem>, Error> {
    let mut numbers: Vec<u64> = ids.iter().filter_map(|id| id.parse().ok()).filter(|id| *id > 0).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let client = Client::new(host, channel)?;
    let context = Context::of(&client, context)?;
    let mut wants = Vec::with_capacity(numbers.len());
    for some in numbers.chunks(100) {
        wants.extend(fetch::sizes(&client, some)?);
    }
    let (large, mut wants): (Vec<_>, Vec<_>) = wants.into_iter().partition(|want| budget::too_large(*want, &context));
    // The small ones share queries best when they are together.
    wants.sort_by_key(|want| (budget::whole(*want, &context), want.id));
    let points = budget::sum(&wants, &context);
    let mut items: Vec<_> = large.into_iter().map(later).collect();
    let mut left = &wants[..];
    while !left.is_empty() {
        match fetch::some(&client, &context, left, MOST) {
            Ok((count, some)) => {
                items.extend(some);
                left = &left[count..];
            }
            // A full bucket does not bear them all: beginning anew would end here again, for ever.
            Err(Error::RateLimited(_)) if left.len() < wants.len() && points > context.bucket => {
                items.extend(left.iter().copied().map(later));
                break;
            }
            // There is no later attempt with less at a time.
            Err(error) if is_about_items(&error) => {
                let (count, some) = fetch::apart(&client, &context, left, error)?;
                items.extend(some);
                left = &left[count..];
            }
            Err(error) => return Err(budget::patient(error, points, &context)),
        }
    }
    Ok(items)
}

/// There is such a product, and it was not read. Leaving it out would say that it is gone.
fn later(want: Want) -> RawItem {
    let message = format!(
        "The product ({} variants) could not be read at once with what Shopify allows the app in a few seconds; the next import of \
         changes reads it.",
        want.variants
    );
    RawItem {
        source_id: want.id.to_string(),
        updated_at: None,
        body: "{}".to_owned(),
        deleted: false,
        problems: vec![issue("", "not-read-yet", message)],
    }
}
