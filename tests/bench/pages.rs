//! How long pages of a large catalogue take, one after the other, as one person asks for them.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::io::BufReader;
use tokio::net::TcpStream;

use crate::http;

const TIMES: usize = 300;
/// How far into the list products are taken that are searched for.
const PAGES_IN: usize = 20;

struct Browser {
    host: String,
    cookie: String,
    connection: BufReader<TcpStream>,
}

impl Browser {
    async fn sign_in(host: &str, email: &str, password: &str) -> Result<Self> {
        let mut connection = http::connect(host).await?;
        let body = format!("email={}&password={password}", email.replace('@', "%40"));
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = http::exchange(&mut connection, request.as_bytes()).await?;
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.with_context(|| format!("not signed in: {}", answer.status))?.to_owned();
        Ok(Self { host: host.to_owned(), cookie, connection })
    }

    async fn get(&mut self, path: &str) -> Result<String> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n", self.host, self.cookie);
        let answer = http::exchange(&mut self.connection, request.as_bytes()).await?;
        ensure!(answer.status == 200, "{path}: {}", answer.status);
        Ok(String::from_utf8(answer.body)?)
    }
}

/// SKU and a word of each product on the page.
fn products(html: &str) -> Vec<(String, String)> {
    let rows = html.split("<tr>").skip(2);
    let cell = |row: &str, mark: &str| {
        let text = row.split(mark).nth(1)?.split('<').next()?.rsplit('>').next()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    rows.filter_map(|row| {
        let title = cell(row, "dir=\"auto\">")?;
        let word = title.split(' ').find(|word| word.len() > 3 && word.bytes().all(|b| b.is_ascii_alphanumeric()))?;
        Some((cell(row, "<td>")?, word.to_owned()))
    })
    .collect()
}

/// The address that the page's link to the next one has.
fn next(html: &str) -> Option<String> {
    let link = html.split("rel=\"next\"").next().filter(|before| before.len() < html.len())?;
    Some(link.rsplit("href=\"").next()?.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

pub(crate) async fn measure(host: &str, email: &str, password: &str) -> Result<Value> {
    let mut browser = Browser::sign_in(host, email, password).await?;
    let mut html = browser.get("/products").await?;
    for _ in 0..PAGES_IN {
        let Some(path) = next(&html) else { break };
        html = browser.get(&path).await?;
    }
    let found = products(&html);
    ensure!(!found.is_empty(), "no products are shown");
    let of = |number: usize| &found[number % found.len()];
    let search = |text: &str| format!("/products?q={}", text.replace(' ', "+"));
    let mut lines = Vec::new();
    for (what, path) in [
        ("the first page of products", &(|_: usize| "/products".to_owned()) as &dyn Fn(usize) -> String),
        ("a product", &|_| html_link(&html)),
        ("searching a SKU", &|number| search(&of(number).0)),
        ("searching a word", &|number| search(&of(number).1)),
        ("searching two words", &|number| search(&format!("{} {}", of(number).1, of(number + 1).1))),
        ("searching what is not there", &|number| search(&format!("nothing-is-called-{number}"))),
        ("the start page", &|_| "/".to_owned()),
    ] {
        let mut took = Vec::with_capacity(TIMES);
        for number in 0..TIMES {
            let path = path(number);
            let begun = Instant::now();
            browser.get(&path).await?;
            took.push(begun.elapsed());
        }
        took.sort_unstable();
        let at = |share: f64| milliseconds(took[((took.len() - 1) as f64 * share) as usize]);
        lines.push(json!({"what": what, "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1.0)}));
    }
    Ok(lines.into())
}

/// The first product that the page shows.
fn html_link(html: &str) -> String {
    let link = html.split("href=\"/products/").nth(1).and_then(|rest| rest.split('"').next());
    format!("/products/{}", link.unwrap_or_default())
}

fn milliseconds(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000.0
}
