//! Guests that use up time, memory, stack, or the host's patience.

use serde_json::json;

use crate::neighbour::{beside, beside_in};
use crate::row::Row;
use crate::stage::{Stage, channel, item, load, sandbox, tight, told};

pub(crate) async fn all() -> Vec<Row> {
    let stage = match Stage::set().await {
        Ok(stage) => stage,
        Err(error) => panic!("{error:#}"),
    };
    let mut rows = Vec::new();
    for (case, mode, must) in [
        ("infinite loop", "loop", "it computed for longer than 300ms"),
        ("memory without end", "allocate", "it asked for more memory than it may have"),
        ("recursion without end", "recurse", "wasm trap"),
        ("panic", "panic", "exhaust.rs"),
        ("100,000 host calls", "host-calls", "more than 20000 calls into the host"),
        ("1 GiB of log, in check", "log-flood", "it answered: well behaved"),
        ("keys that are not granted", "keys", "it answered: 3 of 3 denied, 32 bytes of digest"),
    ] {
        // Copying a gibibyte takes a busy machine longer than the other cases may compute.
        let patient = if mode == "log-flood" { stage.load(&crate::stage::roomy()).await.ok() } else { None };
        let work = stage.check(patient.as_ref().unwrap_or(&stage.guest), json!({ "mode": mode }));
        rows.push(beside(&stage, case, must, work).await);
        if !matches!(mode, "log-flood" | "keys") {
            rows.push(
                beside(&stage, &format!("{case}, in the middle of a batch"), must, mapped_on(&stage, mode)).await,
            );
        }
    }
    let endless = stage.fetch_stock(&stage.guest, json!({ "mode": "loop" }));
    rows.push(beside(&stage, "infinite loop in fetch-stock", "it computed for longer than 300ms", endless).await);
    for (case, mode) in
        [("1 GiB of log, in map-product", "log-flood"), ("10,000 log lines without a byte", "log-empty")]
    {
        rows.push(beside(&stage, case, "lines dropped", logged(&stage, mode)).await);
    }
    rows.push(one_thread(&stage));
    rows.push(crowd().await);
    rows.push(many_parts().await);
    rows
}

/// A trap in the middle of a batch: the item is lost, the next ones are mapped.
async fn mapped_on(stage: &Stage, mode: &str) -> String {
    let mut mapper = stage.guest.mapper(&channel(json!({})));
    let before = mapper.map(&item("1", &json!({}))).await;
    let broken = mapper.map(&item("2", &json!({ "mode": mode }))).await;
    let after = mapper.map(&item("3", &json!({}))).await;
    match (before, after) {
        (Ok(before), Ok(after)) if before.source_id == "1" && after.source_id == "3" => {
            told(broken.map(|product| product.title))
        }
        (before, after) => format!("the items around it did not get through: {before:?}, {after:?}"),
    }
}

async fn logged(stage: &Stage, mode: &str) -> String {
    let adapter = match stage.load(&crate::stage::roomy()).await {
        Ok(adapter) => adapter,
        Err(error) => return error.to_string(),
    };
    let mut mapper = adapter.mapper(&channel(json!({})));
    let outcome = mapper.map(&item("1", &json!({ "mode": mode }))).await;
    match mapper.log_dropped() {
        0 => format!("all of it was logged; {}", told(outcome.map(|product| product.title))),
        dropped => format!("{dropped} lines dropped; {}", told(outcome.map(|product| product.title))),
    }
}

/// On one thread a guest that computes shares it: it must give the others their turns.
fn one_thread(stage: &Stage) -> Row {
    let case = "infinite loop, one thread for all";
    let must = "it computed for longer than";
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            Ok(runtime.block_on(beside(stage, case, must, stage.check(&stage.guest, json!({ "mode": "loop" })))))
        });
        match thread.join() {
            Ok(Ok(row)) => row,
            Ok(Err(error)) => Row::new(case, std::io::Error::to_string(&error), must, Ok(0)),
            Err(_) => Row::new(case, "the thread panicked".to_owned(), must, Ok(0)),
        }
    })
}

/// More calls at once than the pool was made for, all of them hanging.
async fn crowd() -> Row {
    const CALLS: usize = 12;
    let work = async {
        let stage = Stage::set().await?;
        let sandbox = sandbox(4)?;
        let guest = load(&sandbox, &stage.bytes, &tight()).await?;
        let hanging = async {
            let calls = (0..CALLS).map(|_| stage.check(&guest, json!({ "mode": "loop" })));
            let outcomes = futures(calls.collect()).await;
            let stopped = outcomes.iter().filter(|outcome| outcome.contains("it computed for longer")).count();
            format!("{stopped} of {CALLS} calls stopped by their own limit; {}", outcomes[CALLS - 1])
        };
        let must = format!("{CALLS} of {CALLS} calls stopped");
        anyhow::Ok(beside_in(&guest, "three times more looping calls than the pool holds", &must, hanging).await)
    };
    work.await.unwrap_or_else(|error| Row::new("a crowd", error.to_string(), "no error", Ok(0)))
}

/// Instances of many parts must not use up the pool that small ones need.
async fn many_parts() -> Row {
    let case = "components of many memories, as many calls as the pool holds";
    let work = async {
        let stage = Stage::set().await?;
        let sandbox = sandbox(4)?;
        let small = load(&sandbox, &stage.bytes, &tight()).await?;
        let bytes = crate::forge::Forged { check: "(loop (br 0)) unreachable", ..Default::default() }.component()?;
        let large = crate::forge::with_modules(bytes, 5, "(module (memory 1))")?;
        let large = load(&sandbox, &large, &tight()).await?;
        let hanging = async {
            let calls = (0..4).map(|_| stage.check(&large, json!({})));
            futures(calls.collect()).await.join(" / ")
        };
        anyhow::Ok(beside_in(&small, case, "it computed for longer than", hanging).await)
    };
    work.await.unwrap_or_else(|error| Row::new(case, error.to_string(), "no error", Ok(0)))
}

/// All at once, each in its own turn of the same task.
async fn futures<F: Future<Output = String>>(calls: Vec<F>) -> Vec<String> {
    let mut calls: Vec<_> = calls.into_iter().map(Box::pin).collect();
    let mut outcomes = vec![None; calls.len()];
    std::future::poll_fn(|context| {
        for (call, outcome) in calls.iter_mut().zip(&mut outcomes) {
            if outcome.is_none()
                && let std::task::Poll::Ready(done) = call.as_mut().poll(context)
            {
                *outcome = Some(done);
            }
        }
        if outcomes.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    outcomes.into_iter().map(Option::unwrap_or_default).collect()
}
