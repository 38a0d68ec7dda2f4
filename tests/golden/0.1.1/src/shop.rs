//! Talking to the shop: lines in, stock out.

use crate::entrepot::adapter::exchange::{Method, Request};
use crate::entrepot::adapter::http;
use crate::entrepot::adapter::items::{PageRequest, Scope};
use crate::entrepot::adapter::types::{Channel, Error};
use crate::exports::entrepot::adapter::stock::{Level, StockPage};

/// What the first page finds out, and every later call must be given again.
const CONTEXT: &str = "{\"found\":\"once\"}";

pub(crate) fn get(channel: &Channel, path: &str) -> Result<String, Error> {
    let bound = channel.bindings.iter().find(|(name, _)| name == "base_url");
    let address =
        bound.map(|(_, value)| value).ok_or_else(|| Error::Other("there is no binding base_url".to_owned()))?;
    let answer = http::send(&Request {
        method: Method::Get,
        url: format!("{address}{path}"),
        headers: Vec::new(),
        body: None,
        credential: Some("signed".to_owned()),
    })?;
    match answer.status {
        200 => String::from_utf8(answer.body).map_err(|_| Error::Unavailable("the shop sent no text".to_owned())),
        401 => Err(Error::Unauthorized("the key is refused".to_owned())),
        429 => Err(Error::RateLimited(answer.retry_after)),
        status => Err(Error::Unavailable(format!("the shop answered {status}"))),
    }
}

pub(crate) fn stock(channel: &Channel, request: &PageRequest) -> Result<StockPage, Error> {
    if (request.cursor.is_some() && request.context.as_deref() != Some(CONTEXT)) || request.limit == 0 {
        return Err(Error::Unsupported(format!("cursor {:?} came with context {:?}", request.cursor, request.context)));
    }
    let number = request.cursor.as_deref().unwrap_or("1");
    let since = match (request.scope, request.since) {
        (Scope::Everything, None) => String::new(),
        (Scope::ChangedSince, Some(since)) => format!("?since={since}"),
        (_, since) => return Err(Error::Unsupported(format!("since is {since:?}"))),
    };
    let answer = get(channel, &format!("/stock/{number}{since}"))?;
    let context = request.cursor.is_none().then(|| CONTEXT.to_owned());
    let mut page = StockPage { levels: Vec::new(), next: None, context, total: None, wait: None };
    for line in answer.lines() {
        match line.split_once(' ') {
            Some(("level", text)) => page.levels.push(level(text).ok_or_else(|| odd(line))?),
            Some(("total", count)) => page.total = Some(count.parse().map_err(|_| odd(line))?),
            Some(("next", number)) => page.next = Some(number.to_owned()),
            _ => return Err(odd(line)),
        }
    }
    Ok(page)
}

fn level(text: &str) -> Option<Level> {
    let [item_id, location_id, available] = text.split('|').collect::<Vec<_>>()[..] else { return None };
    Some(Level { item_id: item_id.to_owned(), location_id: location_id.to_owned(), available: available.parse().ok()? })
}

pub(crate) fn odd(answer: &str) -> Error {
    Error::Unavailable(format!("the shop said {answer:?}"))
}
