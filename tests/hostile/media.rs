//! Pictures: addresses that stand in no listing, pictures that are read, files of others in forms.

use std::collections::BTreeSet;
use std::sync::Arc;

use entrepot_sandbox::ChannelView;
use entrepot_spool::Area;
use serde_json::{Value, json};

use crate::answers::measured;
use crate::neighbour::beside;
use crate::row::Row;
use crate::stage::{Stage, channel, item, told};

const QUOTA: u64 = 1 << 20;

pub(crate) async fn all() -> Vec<Row> {
    let stage = match Stage::set().await {
        Ok(stage) => stage,
        Err(error) => panic!("{error:#}"),
    };
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => panic!("{error}"),
    };
    let area = match Area::open(folder.path()) {
        Ok(area) => area,
        Err(error) => panic!("{error}"),
    };
    let picture = stage.shop.url("/outside/picture.jpg");
    let of = |url: &str| json!({ "mode": "picture", "url": url });
    let form = json!({ "mode": "form-with-files-of-others", "url": picture, "form": stage.shop.url("/granted/ok"), "method": "POST" });
    let often = json!({ "mode": "form-of-one-picture", "url": picture, "form": stage.shop.url("/granted/ok"), "method": "POST" });
    let mut rows = Vec::new();
    for (case, orders, must) in [
        ("a picture that stands in no listing", of(&stage.shop.url("/outside")), "is no picture of the listings"),
        (
            "a picture at a granted address that stands in no listing",
            of(&stage.shop.url("/granted/ok")),
            "is no picture of the listings",
        ),
        ("a picture that is read", of(&picture), "image/jpeg of 13 bytes; reading it: Error::NotFound, grouped false"),
        ("a form with files of others", form, "5 of 5 not found, then"),
        ("a form of one picture twenty thousand times", often, "stands twice in one form"),
    ] {
        let pushing = with_picture(&stage, &area, &picture, orders);
        rows.push(measured(&stage, case, must, pushing).await);
    }
    let computing = mapped(&stage, &picture);
    rows.push(beside(&stage, "a picture from map-product", "adapter-stopped", computing).await);
    rows
}

/// As in a call that was given a listing with this picture.
async fn with_picture(stage: &Stage, area: &Area, picture: &str, orders: Value) -> String {
    let media = Arc::new(BTreeSet::from([picture.to_owned()]));
    let view = ChannelView { files: Some(area.spool(QUOTA)), media, ..channel(orders) };
    stage.fetch_page_of(&stage.guest, &view).await
}

async fn mapped(stage: &Stage, picture: &str) -> String {
    let mut mapper = stage.guest.mapper(&channel(json!({})));
    let orders = json!({ "mode": "picture", "url": picture });
    told(mapper.map(&item("1", &orders)).await.map(|product| product.source_id))
}
