//! Everything at once: Shopify writes a file, the host fetches it, and it is read page by page.

mod file;
mod job;
mod read;
mod shelves;

use entrepot_guest::prelude::*;
use entrepot_guest::{log, paging};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::context::Context;
use crate::documents::{BULK_COLLECTIONS, BULK_PRODUCTS};
use crate::failure::words;
use job::{Job, State};
use read::Reading;

/// How long to wait before the state is asked again, for each time it was asked: the webhook is not guaranteed, so the poll goes on
/// slowly for as long as it takes.
const WAITS_MS: [u64; 6] = [2_000, 3_000, 5_000, 10_000, 20_000, 60_000];

/// Another operation of the app's holds the slot.
const BUSY_MS: u64 = 30_000;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// In Shopify's search syntax; "" is everything.
    filter: String,
    products: Job,
    collections: Job,
    #[serde(default)]
    polls: usize,
    /// Set once both have completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reading: Option<Reading>,
}

impl Cursor {
    pub(crate) fn of(filter: String) -> Self {
        Self { filter, products: Job::default(), collections: Job::default(), polls: 0, reading: None }
    }

    /// Starts the next operation that is not, and says whether there was a slot for it. One at a time: what was started is in the
    /// cursor before anything else can fail, so that no restart starts it twice.
    fn start<T: Transport>(&mut self, client: &Client<'_, T>) -> Result<Option<bool>, Error> {
        for (job, document) in [(&mut self.products, BULK_PRODUCTS), (&mut self.collections, BULK_COLLECTIONS)] {
            if !job.is_started() {
                return job.start(client, document, &self.filter).map(Some);
            }
        }
        Ok(None)
    }
}

/// One page, and where the next one begins.
pub(crate) fn page<T: Transport + Files>(
    client: &Client<'_, T>,
    context: &mut Context,
    mut cursor: Cursor,
    request: &PageRequest,
) -> Result<(Page, Option<Cursor>), Error> {
    let mut page = paging::empty_page();
    if let Some(reading) = &mut cursor.reading {
        let more = match read::some(client, context, reading, &cursor.products, request)? {
            read::Got::Items { items, more } => {
                page.items = items;
                more
            }
            // The file is gone for good: another operation writes a new one.
            read::Got::Lost(why) => {
                cursor.products.again(why)?;
                cursor.reading = None;
                page.wait = Some(WAITS_MS[0]);
                return Ok((page, Some(cursor)));
            }
        };
        if request.scope == Scope::Everything {
            page.total = reading.declared();
        }
        return Ok((page, more.then_some(cursor)));
    }
    if let Some(started) = cursor.start(client)? {
        page.wait = (!started).then_some(BUSY_MS);
        return Ok((page, Some(cursor)));
    }
    let products = cursor.products.step(client)?;
    let collections = match cursor.collections.step(client) {
        Err(Error::Unavailable(why)) if request.attempt >= read::MOST_TRIES => Err(why),
        state => Ok(state?),
    };
    if request.scope == Scope::Everything {
        page.total = products.roots().filter(|roots| *roots > 0);
    }
    let (State::Completed(products), Err(_) | Ok(State::Completed(_))) = (&products, &collections) else {
        page.wait = Some(WAITS_MS[cursor.polls.min(WAITS_MS.len() - 1)]);
        cursor.polls += 1;
        return Ok((page, Some(cursor)));
    };
    if products.url.is_none() {
        // No file means nothing was found. That is not an error.
        if request.scope == Scope::Everything {
            page.total = Some(0);
        }
        return Ok((page, None));
    }
    let shelves = match collections {
        Ok(State::Completed(collections)) => match shelves::read(client, &collections) {
            // Asked for often enough: this file will not become another, and another operation writes a new one, a few times.
            Err(Error::Unavailable(why)) if request.attempt >= read::MOST_TRIES => {
                match cursor.collections.again(why) {
                    Ok(()) => {
                        page.wait = Some(WAITS_MS[0]);
                        return Ok((page, Some(cursor)));
                    }
                    Err(error) => Err(words(error)),
                }
            }
            read => Ok(read?),
        },
        Ok(State::Running { .. }) => Err("they are not written yet".to_owned()),
        Err(why) => Err(why),
    };
    match shelves {
        Ok(shelves) => context.shelves = Some(shelves),
        Err(why) => {
            log::warn("the collections cannot be read; products come without them", &[("why", &why)]);
            context.without_shelves = true;
            context.facts.insert("collections".to_owned(), "unread".to_owned());
        }
    }
    context.news = true;
    cursor.reading = Some(Reading::default());
    Ok((page, Some(cursor)))
}
