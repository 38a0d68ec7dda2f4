//! Requests to one store, and its answers.

use std::cell::Cell;

use entrepot_guest::prelude::*;
use entrepot_guest::text::excerpt;
use entrepot_guest::{http, json};

use crate::failure::accepted;
use crate::settings::Settings;
use entrepot_guest::lenient::{Fields, Raw, Record};

/// How many requests are handed to the host at once.
pub(crate) const AT_ONCE: usize = 10;

/// With fewer requests than these left in the window, the next page waits until it is over: the quota is shared with all
/// other apps of the store.
const RESERVE: u64 = 15;

/// More pages than any list has, even at a few elements each: a server that pages for ever is not followed.
const MOST_PAGES: u32 = 3_100;

pub(crate) type Query<'a> = Vec<(&'a str, String)>;

pub(crate) struct Client<'a, T> {
    transport: &'a T,
    root: String,
    /// What is left of the window and when it ends, as the answers said.
    left: Cell<Option<(u64, u64)>>,
}

impl<'a, T: Transport> Client<'a, T> {
    pub(crate) fn of(transport: &'a T, channel: &Channel) -> Result<Self, Error> {
        Ok(Self { transport, root: Settings::of(channel)?.root()?, left: Cell::new(None) })
    }

    /// `path` begins with the version: `/v3/catalog/products`.
    pub(crate) fn request(&self, path: &str, query: &Query<'_>) -> Request {
        let get = http::Get::new(format!("{}{path}", self.root)).header("accept", "application/json");
        query.iter().fold(get, |get, (name, value)| get.query(name, value)).request()
    }

    /// A request that changes something, with a JSON body.
    pub(crate) fn change(&self, method: Method, path: &str, body: Option<String>) -> Request {
        let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let body = body.map(String::into_bytes);
        Request { method, url: format!("{}{path}", self.root), headers, body, credential: None }
    }

    /// One object.
    pub(crate) fn get<V>(&self, path: &str, mut read: impl FnMut(Response) -> Result<V, Error>) -> Result<V, Error> {
        http::ask(self.transport, &self.request(path, &Vec::new()), |response| {
            self.note(&response);
            read(response)
        })
    }

    /// Whatever status it has.
    pub(crate) fn send(&self, request: &Request) -> Result<Response, Error> {
        let response = self.transport.send(request)?;
        self.note(&response);
        Ok(response)
    }

    pub(crate) fn list(&self, path: &str, query: &Query<'_>) -> Result<List, Error> {
        http::ask(self.transport, &self.request(path, query), |response| self.read(response))
    }

    /// All pages of a numbered list; `each` gets the elements of one. A short page is no end while the store's total says more, and
    /// neither is a last one; where nothing more comes then, the list is not whole, and what it lacks is not gone.
    pub(crate) fn all(
        &self,
        path: &str,
        query: &Query<'_>,
        first: Option<List>,
        mut each: impl FnMut(&[Raw<'_>]),
    ) -> Result<(), Error> {
        let (mut seen, mut first) = (0, first);
        for page in 1..=MOST_PAGES {
            let list = match first.take() {
                Some(list) => list,
                None => {
                    let mut query = query.clone();
                    query.push(("page", page.to_string()));
                    self.list(path, &query)?
                }
            };
            let elements = list.elements()?;
            seen += elements.data.len() as u64;
            each(&elements.data);
            if let Some(total) = elements.total.filter(|total| elements.data.is_empty() && seen < *total) {
                return Err(Error::Unavailable(format!(
                    "BigCommerce shows {seen} of {total} elements of the list {path}"
                )));
            }
            if elements.data.is_empty() || (elements.last && elements.total.is_none_or(|total| seen >= total)) {
                return Ok(());
            }
        }
        Err(Error::Unavailable(format!("the list {path} does not end")))
    }

    /// At most [`AT_ONCE`] in flight; one result for each request, in order.
    pub(crate) fn lists(&self, requests: &[Request]) -> Vec<Result<List, Error>> {
        let ask = |some| http::ask_all(self.transport, some, |response| self.read(response));
        requests.chunks(AT_ONCE).flat_map(ask).collect()
    }

    fn read(&self, response: Response) -> Result<List, Error> {
        self.note(&response);
        let list = List::of(response)?;
        list.elements()?;
        Ok(list)
    }

    /// How long to leave the store alone, in milliseconds.
    pub(crate) fn rest(&self) -> Option<u64> {
        self.left.get().filter(|(left, reset)| *left < RESERVE && *reset > 0).map(|(_, reset)| reset.min(60_000))
    }

    fn note(&self, response: &Response) {
        let number = |name| http::header(response, name).and_then(|value| value.trim().parse::<u64>().ok());
        if let (Some(left), Some(reset)) = (number("x-rate-limit-requests-left"), number("x-rate-limit-time-reset-ms"))
        {
            self.left.set(Some((left, reset)));
        }
    }
}

/// A list's answer.
#[derive(Debug)]
pub(crate) struct List(String);

/// What is in it.
#[derive(Debug)]
pub(crate) struct Elements<'a> {
    pub(crate) data: Vec<Raw<'a>>,
    pub(crate) total: Option<u64>,
    /// Whether a numbered page is the last.
    pub(crate) last: bool,
}

impl List {
    /// An empty list has a body, too: an answer without one (204) is none, and does not make everything gone.
    pub(crate) fn of(response: Response) -> Result<Self, Error> {
        Ok(Self(json::text(accepted(response)?.body)?))
    }

    pub(crate) fn elements(&self) -> Result<Elements<'_>, Error> {
        let no_list = || {
            let words = excerpt(self.0.as_bytes(), 80);
            Error::Unavailable(format!("BigCommerce answered with something else than a list: {words}"))
        };
        let fields = Fields::of(Raw::checked(&self.0)).ok_or_else(no_list)?;
        let data = fields.get("data").list().ok_or_else(no_list)?;
        let pagination = fields.get("meta").fields().get("pagination").fields();
        let number = |name: &str| pagination.get(name).text().and_then(|text| text.parse::<u64>().ok());
        let last = match (number("current_page"), number("total_pages")) {
            (Some(current), Some(pages)) => current >= pages,
            // Without numbers only an empty page proves the end.
            _ => data.is_empty(),
        };
        Ok(Elements { total: number("total"), last: last || data.is_empty(), data })
    }
}
