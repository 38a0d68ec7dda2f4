//! The guest next door, which does its work and must not notice anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use entrepot_sandbox::Adapter;
use serde_json::json;

use crate::row::{Cost, Row};
use crate::stage::{Stage, channel, in_time, item};

/// At least so many items are mapped beside every case, however soon it ends.
const ITEMS: u32 = 5;
/// A mapping takes microseconds; whoever waits this long is kept waiting by somebody.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs the case with the neighbour at work, and makes a row of both.
pub(crate) async fn beside(stage: &Stage, case: &str, must: &str, work: impl Future<Output = String>) -> Row {
    beside_in(&stage.guest, case, must, work).await
}

/// The same with a guest of another sandbox.
pub(crate) async fn beside_in(guest: &Adapter, case: &str, must: &str, work: impl Future<Output = String>) -> Row {
    let alone = live(guest.clone(), Arc::new(AtomicBool::new(true))).await;
    let over = Arc::new(AtomicBool::new(false));
    let neighbour = tokio::spawn(live(guest.clone(), over.clone()));
    let begun = Instant::now();
    let (outcome, grown) = growth(in_time(work)).await;
    let took = Some(begun.elapsed());
    over.store(true, Ordering::Relaxed);
    let served = neighbour.await.unwrap_or_else(|error| Err(error.to_string()));
    let neighbour = served.as_ref().ok().zip(alone.ok()).map(|(beside, alone)| (beside.usual, alone.usual));
    let cost = Cost { took, grown: Some(grown), neighbour };
    Row::new(case, outcome, must, served.map(|served| served.items)).at(cost)
}

/// What the neighbour got done.
struct Served {
    items: u32,
    /// The median time of one mapping.
    usual: Duration,
}

async fn live(guest: Adapter, over: Arc<AtomicBool>) -> Result<Served, String> {
    let (mut done, mut times) = (0, Vec::new());
    while done < ITEMS || !over.load(Ordering::Relaxed) {
        // A new store now and then: being let in matters as much as being left alone.
        let mut mapper = guest.mapper(&channel(json!({})));
        for _ in 0..3 {
            let id = format!("item-{done}");
            let begun = Instant::now();
            let mapped = tokio::time::timeout(PATIENCE, mapper.map(&item(&id, &json!({})))).await;
            let product = mapped.map_err(|_| "it was kept waiting".to_owned())?.map_err(|error| error.to_string())?;
            if product.source_id != id || product.title != "Well behaved" || product.variants.len() != 1 {
                return Err(format!("it mapped {id} to {product:?}"));
            }
            times.push(begun.elapsed());
            done += 1;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    times.sort_unstable();
    let usual = times.get(times.len() / 2).copied().unwrap_or_default();
    Ok(Served { items: done, usual })
}

/// The most memory this process held while the work went on, beyond what it held before, in bytes. Linux only; elsewhere 0.
pub(crate) async fn growth<T>(work: impl Future<Output = T>) -> (T, usize) {
    let before = resident();
    let (most, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let watch = std::thread::spawn({
        let (most, over) = (most.clone(), over.clone());
        move || {
            while !over.load(Ordering::Relaxed) {
                most.fetch_max(resident(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    });
    let outcome = work.await;
    over.store(true, Ordering::Relaxed);
    // The thread only reads; that it ended is all there is to know.
    let _ = watch.join();
    (outcome, most.load(Ordering::Relaxed).saturating_sub(before))
}

fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<usize>().ok()).unwrap_or_default() << 10
}
