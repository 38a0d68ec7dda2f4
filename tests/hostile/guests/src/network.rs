//! Requests that are not granted, too many, or too slow.

use entrepot_guest::bindings::keys::Algorithm;
use entrepot_guest::prelude::*;

use crate::orders::Orders;

const ITEMS: usize = 120;

/// One request, spelled by the orders; the answer's status and body come back as the account.
pub(crate) fn check(orders: &Orders) -> Result<Account, Error> {
    let name = match orders.mode() {
        "request" => {
            let answer = Host.send(&request(orders.text("url"), orders))?;
            format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body))
        }
        "keys" => keys(),
        "download" => format!("{} bytes", Host.download(&request(orders.text("url"), orders))?.size),
        _ => "well behaved".to_owned(),
    };
    Ok(Account { name, url: None, currency: None, details: Vec::new(), warnings: Vec::new() })
}

/// Everything that can be asked about a key, none of which is granted.
fn keys() -> String {
    let sha256 = Algorithm::HmacSha256;
    let mac = Host.mac("webhook", sha256, b"x").map(|_| ());
    let compared = Host.verify_mac("webhook", sha256, b"x", b"y").map(|_| ());
    let key = "https://keys.example/key.pem";
    let signature = entrepot_guest::bindings::keys::verify_signature(key, "ES256", b"x", b"y").map(|_| ());
    let denied = [mac, compared, signature].iter().filter(|got| matches!(got, Err(Error::Denied(_)))).count();
    format!("{denied} of 3 denied, {} bytes of digest", Host.digest_sha256(&[b"x".to_vec()]).len())
}

pub(crate) fn fetch_page(orders: &Orders) -> Result<Page, Error> {
    match orders.mode() {
        "slow" => loop {
            Host.send(&request(orders.text("url"), orders))?;
        },
        "send-all" => {
            let request = request(orders.text("url"), orders);
            let answers = Host.send_all(&vec![request; orders.number("times")]);
            let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
            Err(Error::Other(format!("{} answered, {} not", good.len(), bad.len())))
        }
        // Vec<String> of the canonical layout: each entry costs the guest eight bytes and the host more.
        "huge-list" => Ok(Page { listed: vec![String::new(); orders.number("times")], ..empty() }),
        "huge-string" => Ok(Page { next: Some("x".repeat(orders.number("times"))), ..empty() }),
        "items" => Ok(Page { items: (0..ITEMS).map(|id| item(id, orders.text("item"))).collect(), ..empty() }),
        _ => Ok(Page { listed: vec!["1".to_owned()], ..empty() }),
    }
}

pub(crate) fn fetch_stock(orders: &Orders) -> Result<StockPage, Error> {
    let level = |item_id: String| StockLevel { item_id, location_id: String::new(), available: 0 };
    let mut page = entrepot_guest::paging::empty_stock_page();
    match orders.mode() {
        "slow" => loop {
            Host.send(&request(orders.text("url"), orders))?;
        },
        "huge-list" => page.levels = vec![level(String::new()); orders.number("times")],
        "huge-string" => page.levels = vec![level("x".repeat(orders.number("times")))],
        "download" => drop(Host.download(&request(orders.text("url"), orders))?),
        _ => page.levels = vec![level("1".to_owned())],
    }
    Ok(page)
}

/// `map-product` has no way out, and this looks for one.
pub(crate) fn from_a_pure_operation(orders: &Orders) -> Result<(), Error> {
    if orders.mode() == "http" {
        Host.send(&request(orders.text("url"), orders))?;
    }
    if orders.mode() == "picture" {
        Host.fetch_media(orders.text("url"))?;
    }
    Ok(())
}

pub(crate) fn request(url: &str, orders: &Orders) -> Request {
    let method = if orders.text("method") == "POST" { Method::Post } else { Method::Get };
    let credential = Some(orders.text("credential")).filter(|name| !name.is_empty()).map(str::to_owned);
    Request { method, url: url.to_owned(), headers: orders.headers(), body: None, credential }
}

fn item(id: usize, body: &str) -> RawItem {
    RawItem { source_id: id.to_string(), updated_at: None, body: body.to_owned(), deleted: false, problems: Vec::new() }
}

fn empty() -> Page {
    Page { items: Vec::new(), listed: Vec::new(), next: None, context: None, total: None, wait: None }
}
