//! Downloads that are not granted, too many or too large, and files of others.

use entrepot_guest::bindings::files;
use entrepot_guest::prelude::*;

use crate::network::request;
use crate::orders::Orders;

/// As many downloads as ordered, then everything the last one holds.
pub(crate) fn download(orders: &Orders) -> Result<Page, Error> {
    let request = request(orders.text("url"), orders);
    let mut last = None;
    for _ in 0..orders.number("times") {
        last = Some(Host.download(&request)?);
    }
    let file = last.ok_or(Error::NotFound)?;
    let chunk = Host.read_lines(&file.id, 0, u32::MAX)?;
    Err(Error::Other(format!("{} lines of {} bytes", chunk.lines.len(), file.size)))
}

/// Files by names that are not theirs, file servers, and the way out.
pub(crate) fn others() -> Result<Page, Error> {
    let names = ["", "1", "00000000-1", "../1", "/etc/passwd", "1\0"];
    let read = |name: &&str| matches!(Host.read_lines(name, 0, 10), Err(Error::NotFound));
    let grouped = |name: &&str| matches!(Host.group_lines(name, "id", "of"), Err(Error::NotFound));
    let opened = |name: &&str| matches!(files::open(name), Err(Error::Denied(_)));
    let found = names.iter().filter(|name| !(read(name) && grouped(name) && opened(name))).count();
    let upload = files::upload("https://example.com/a", "text/plain", b"x");
    Err(Error::Other(format!("{found} found, upload {}", if upload.is_err() { "denied" } else { "done" })))
}
