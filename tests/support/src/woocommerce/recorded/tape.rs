//! Reading the recording.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// One line of the recording.
#[derive(Deserialize)]
struct Line {
    method: String,
    path: String,
    query: HashMap<String, String>,
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// One recorded answer.
pub(super) struct Exchange {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
}

/// One item of a list, with what lists are filtered by.
pub(super) struct Item {
    pub(super) id: i64,
    pub(super) parent: i64,
    pub(super) text: Box<str>,
}

#[derive(Deserialize)]
struct Head {
    id: i64,
    #[serde(default)]
    parent_id: i64,
}

#[derive(Default)]
pub(super) struct Tape {
    /// By path without the final slash, page and page size; both `None` where the request had neither.
    pub(super) exchanges: HashMap<(String, Option<i64>, Option<i64>), Exchange>,
    /// The items of each list, by path, in the order of their ids.
    pub(super) lists: HashMap<String, Vec<Item>>,
    pub(super) products: Vec<Item>,
    pub(super) variations: Vec<Item>,
    pub(super) truth: Vec<Value>,
}

/// Where the recording is, or a loud word that it is not.
pub(super) fn folder() -> Option<PathBuf> {
    let specs = match std::env::var_os("ENTREPOT_SPECS") {
        Some(specs) => PathBuf::from(specs),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"),
    };
    let folder = specs.join("woocommerce/recorded-store");
    if folder.join("exchanges.jsonl.gz").is_file() {
        return Some(folder);
    }
    eprintln!("\nNO RECORDED SHOP in {}: set ENTREPOT_SPECS. What needs it is not tested.\n", folder.display());
    None
}

fn lines(path: &Path) -> io::Result<impl Iterator<Item = io::Result<String>>> {
    Ok(BufReader::new(GzDecoder::new(File::open(path)?)).lines())
}

impl Tape {
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let mut tape = Self::default();
        for line in lines(&folder.join("exchanges.jsonl.gz"))? {
            tape.add(serde_json::from_str(&line?)?)?;
        }
        for items in tape.lists.values_mut() {
            items.sort_by_key(|item| item.id);
            items.dedup_by_key(|item| item.id);
        }
        tape.products = tape.lists.remove("/wp-json/wc/v3/products").unwrap_or_default();
        tape.variations = tape.lists.remove("/wp-json/wc/v3/variations").unwrap_or_default();
        for line in lines(&folder.join("truth.jsonl.gz"))? {
            tape.truth.push(serde_json::from_str(&line?)?);
        }
        Ok(tape)
    }

    fn add(&mut self, line: Line) -> io::Result<()> {
        if line.method != "GET" {
            return Ok(());
        }
        let path = line.path.trim_end_matches('/').to_owned();
        let number = |name: &str| line.query.get(name).and_then(|value| value.parse().ok());
        let paged = line.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("x-wp-total"));
        if line.status == 200 && paged {
            let items: Vec<&RawValue> = serde_json::from_str(&line.body)?;
            let list = self.lists.entry(path.clone()).or_default();
            for item in items {
                let head: Head = serde_json::from_str(item.get())?;
                list.push(Item { id: head.id, parent: head.parent_id, text: item.get().into() });
            }
        }
        let exchange = Exchange { status: line.status, headers: line.headers, body: line.body.into() };
        self.exchanges.insert((path, number("page"), number("per_page")), exchange);
        Ok(())
    }

    /// The items of a list; `None` when it was not recorded.
    pub(super) fn list(&self, path: &str) -> Option<&[Item]> {
        match path {
            "/wp-json/wc/v3/products" => Some(&self.products),
            "/wp-json/wc/v3/variations" => Some(&self.variations),
            _ => self.lists.get(path).map(Vec::as_slice),
        }
    }
}

/// The keys of the first item.
pub(super) fn keys(items: &[Item]) -> Vec<String> {
    let keys = items.first().and_then(|item| crate::woocommerce::render::keys(&item.text)).unwrap_or_default();
    keys.into_iter().map(|(name, _)| name).collect()
}
