//! Pictures that stand in no listing, and pictures that are read.

use entrepot_guest::media::{picture_part, text_part};
use entrepot_guest::prelude::*;

use crate::network::request;
use crate::orders::Orders;

/// Fetches one and tries to read what is in it.
pub(crate) fn picture(orders: &Orders) -> Result<Page, Error> {
    let picture = Host.fetch_media(orders.text("url"))?;
    let read = match Host.read_lines(&picture.id, 0, u32::MAX) {
        Ok(chunk) => format!("{} lines read", chunk.lines.len()),
        Err(error) => format!("reading it: {error:?}"),
    };
    let grouped = matches!(Host.group_lines(&picture.id, "id", "of"), Err(Error::NotFound));
    Err(Error::Other(format!("{} of {} bytes; {read}, grouped {}", picture.content_type, picture.size, !grouped)))
}

/// Sends files by names that are not its own, and a picture a second time.
pub(crate) fn others(orders: &Orders) -> Result<Page, Error> {
    let form = request(orders.text("form"), orders);
    let names = ["", "1", "00000000-1", "../1", "/etc/passwd"];
    let named = |name: &&str| {
        let part = entrepot_guest::bindings::media::Part {
            name: "image".to_owned(),
            filename: None,
            content: entrepot_guest::bindings::media::Content::Picture((*name).to_owned()),
        };
        matches!(Host.upload_form(&form, &[part]), Err(Error::NotFound))
    };
    let refused = names.iter().filter(|name| named(name)).count();
    let picture = Host.fetch_media(orders.text("url"))?;
    let sent = Host.upload_form(&form, &[picture_part("image", &picture), text_part("rank", "1")]);
    let again = Host.upload_form(&form, &[picture_part("image", &picture)]);
    let outcome = |answer: Result<Response, Error>| match answer {
        Ok(response) => response.status.to_string(),
        Err(error) => format!("{error:?}"),
    };
    Err(Error::Other(format!("{refused} of {} not found, then {} and {}", names.len(), outcome(sent), outcome(again))))
}

/// Names one picture very often in one form: the host would hold it as often.
pub(crate) fn often(orders: &Orders) -> Result<Page, Error> {
    let form = request(orders.text("form"), orders);
    let picture = Host.fetch_media(orders.text("url"))?;
    let parts = |count: usize| (0..count).map(|_| picture_part("image", &picture)).collect::<Vec<_>>();
    let twice = Host.upload_form(&form, &parts(2));
    let many = Host.upload_form(&form, &parts(20_000));
    Err(Error::Other(format!("{twice:?}; {many:?}")))
}
