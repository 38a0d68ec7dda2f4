//! Downloads: what may not be had, what is too large, and files of others.

use entrepot_spool::Area;
use serde_json::{Value, json};

use crate::answers::measured;
use crate::neighbour::beside;
use crate::row::Row;
use crate::shop::BIG;
use crate::stage::{Stage, roomy};

/// Of all files of the run.
const QUOTA: u64 = BIG as u64 + 1_000;

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
    let of = |path: &str, times: u32| json!({ "mode": "download", "url": stage.shop.url(path), "times": times });
    let mut rows = Vec::new();
    for (case, orders, must) in [
        ("a download from a path that is not granted", of("/outside", 1), "denied"),
        ("a download that redirects to the metadata service", of("/granted/to-metadata", 1), "denied"),
        ("a download that is granted", of("/granted/lines", 1), "1000 lines of 9000 bytes"),
        ("more downloads than a run may have", of("/granted/lines", 300), "a run may have 256 files"),
        ("downloads larger than the disk of the run", of("/granted/big", 2), "limits.files"),
        ("one line of 32 MiB", of("/granted/big", 1), "a line of more than 16 MiB"),
        ("files of others", json!({ "mode": "files-of-others" }), "0 found, upload denied"),
    ] {
        rows.push(measured(&stage, case, must, downloading(&stage, &area, orders)).await);
        if stage.shop.take().iter().any(|line| line.contains("/outside")) {
            panic!("{case} reached /outside");
        }
    }
    let outside_of_a_run = stage.check(&stage.guest, of("/granted/lines", 1));
    rows.push(beside(&stage, "a download outside of a run", "check is not part of a run", outside_of_a_run).await);
    let left = std::fs::read_dir(folder.path()).map_or(0, Iterator::count);
    assert_eq!(left, 2, "the area's folder and its lock; what runs had is gone");
    rows
}

/// In a run of its own, with memory for what is read.
async fn downloading(stage: &Stage, area: &Area, orders: Value) -> String {
    match stage.load(&roomy()).await {
        Ok(guest) => stage.fetch_page_with(&guest, orders, Some(area.spool(QUOTA))).await,
        Err(error) => error.to_string(),
    }
}
