//! Answers that are too large, or not what they claim to be.

use serde_json::{Value, json};

use crate::forge::{Forged, account};
use crate::neighbour::{beside, growth};
use crate::row::Row;
use crate::stage::{Stage, channel, item, load, roomy, tight, told};

/// No answer may cost the host more than a small multiple of what one call may hand over.
const MOST_GROWTH: usize = 512 << 20;

pub(crate) async fn all() -> Vec<Row> {
    let stage = match Stage::set().await {
        Ok(stage) => stage,
        Err(error) => panic!("{error:#}"),
    };
    let mut rows = Vec::new();
    for (case, orders, must) in [
        ("a page with a cursor of 128 MiB", json!({ "mode": "huge-string", "times": 128 << 20 }), "adapter-stopped"),
        ("a page with 10,000,000 ids", json!({ "mode": "huge-list", "times": 10_000_000 }), "adapter-stopped"),
    ] {
        rows.push(
            measured(&stage, case, must, async {
                match stage.load(&roomy()).await {
                    Ok(guest) => stage.fetch_page(&guest, orders).await,
                    Err(error) => error.to_string(),
                }
            })
            .await,
        );
    }
    for (case, orders, must) in [
        ("a stock level of 128 MiB", json!({ "mode": "huge-string", "times": 128 << 20 }), "adapter-stopped"),
        ("10,000,000 stock levels", json!({ "mode": "huge-list", "times": 10_000_000 }), "adapter-stopped"),
        (
            "stock by way of a file, outside of a run",
            json!({ "mode": "download", "url": stage.shop.url("/granted/lines") }),
            "not part of a run",
        ),
    ] {
        rows.push(
            measured(&stage, case, must, async {
                match stage.load(&roomy()).await {
                    Ok(guest) => stage.fetch_stock(&guest, orders).await,
                    Err(error) => error.to_string(),
                }
            })
            .await,
        );
    }
    for (case, orders, must) in [
        ("a title of 128 MiB", json!({ "mode": "huge-string", "times": 128 << 20 }), "adapter-stopped"),
        ("10,000,000 tags", json!({ "mode": "huge-list", "times": 10_000_000 }), "adapter-stopped"),
        ("extras nested 100,000 deep", json!({ "mode": "deep-extras", "times": 100_000 }), "extras that are no JSON"),
        (
            "extras of 30 MiB that parse to 480 are left out",
            json!({ "mode": "wide-extras", "times": 15_000_000 }),
            "it answered: 1",
        ),
        ("extras that are no JSON", json!({ "mode": "text-extras" }), "extras that are no JSON"),
        ("extras that are a list", json!({ "mode": "array-extras" }), "extras that are no JSON object"),
        ("an infinite weight", json!({ "mode": "infinite-weight" }), "is no measure"),
        // The shape is right, so it passes here; whoever asked compares it with the id that was asked for.
        ("the product of somebody else", json!({ "mode": "other-source-id" }), "it answered: somebody-else"),
    ] {
        rows.push(measured(&stage, case, must, mapped(&stage, orders)).await);
    }
    for (case, forged, must) in [
        ("a name that is not UTF-8", pointing(2048, 2), "utf-8"),
        ("a name outside of the memory", pointing(0xffff_fff0, 1000), "out of bounds"),
        ("a result that lies outside of the memory", Forged { check: "(i32.const -8)", ..Forged::default() }, "bounds"),
        (
            "a result that no case stands for",
            Forged { extra: "(data (i32.const 1024) \"\\09\")".into(), ..Forged::default() },
            "discriminant",
        ),
        (
            "cabi_realloc outside of the memory",
            Forged { realloc: "(i32.const -64)", ..Forged::default() },
            "adapter-stopped",
        ),
    ] {
        let work = async {
            let loaded = match forged.component() {
                Ok(bytes) => load(&stage.sandbox, &bytes, &tight()).await,
                Err(error) => return format!("{error:#}"),
            };
            match loaded {
                Ok(guest) => stage.check(&guest, json!({})).await,
                Err(error) => error.to_string(),
            }
        };
        rows.push(beside(&stage, case, must, work).await);
    }
    rows
}

fn pointing(at: u32, length: u32) -> Forged {
    Forged { extra: format!("{} (data (i32.const 2048) \"\\ff\\fe\")", account(at, length)), ..Forged::default() }
}

async fn mapped(stage: &Stage, orders: Value) -> String {
    match stage.load(&roomy()).await {
        Ok(guest) => {
            let mut mapper = guest.mapper(&channel(json!({})));
            told(mapper.map(&item("1", &orders)).await.map(|product| product.source_id))
        }
        Err(error) => error.to_string(),
    }
}

/// A row that also falls when the host itself had to hold too much. The guest's own memory is given, not grown.
pub(crate) async fn measured(stage: &Stage, case: &str, must: &str, work: impl Future<Output = String>) -> Row {
    let (row, grown) = growth(beside(stage, case, must, work)).await;
    let fault = (grown > MOST_GROWTH).then(|| format!("this process grew by {} MiB", grown >> 20));
    row.and(fault)
}
