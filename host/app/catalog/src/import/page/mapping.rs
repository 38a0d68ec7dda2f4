//! Making products of items: each when its page is compared, or all of a page that has come while the one before it is being written.
// See docs/decisions/0071-mapping-ahead.md

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use entrepot_domain::catalog::{Issue, Product, limits, validate};
use entrepot_sandbox::{AdapterError, CallError, Mapper, RawItem};
use entrepot_store::pack;
use tokio::sync::Mutex;

use super::{PORTION_BYTES, PORTION_ITEMS, PORTION_TIME};
use crate::import::compare::UNREAD;
use crate::sanitise::sanitise;
use entrepot_core::micros_since;

/// A product, or why there is none.
pub(crate) type Outcome = Result<Box<Product>, Vec<Issue>>;

/// What was made of one item.
pub(crate) struct Mapped {
    pub(super) hash: [u8; 32],
    pub(super) outcome: Outcome,
    /// The item as it is kept, if there was time to pack it.
    pub(super) packed: Option<Vec<u8>>,
    /// Microseconds.
    pub(super) took: i64,
    pub(super) ahead: bool,
}

/// What was made of items of one page before it is written, by their ids.
#[derive(Default)]
pub(crate) struct Ready {
    items: HashMap<String, Mapped>,
    /// Microseconds in all.
    pub(crate) took: i64,
}

/// Maps what one piece of work brings.
pub(crate) struct ItemMapper {
    mapper: Arc<Mutex<Mapper>>,
    ready: Ready,
    /// Nearly all that came last was new or changed, so what comes next probably is, too.
    busy: bool,
}

/// For the page after the one that is being written.
pub(crate) struct Ahead(Arc<Mutex<Mapper>>);

impl ItemMapper {
    pub(crate) fn new(mapper: Mapper) -> Self {
        Self { mapper: Arc::new(Mutex::new(mapper)), ready: Ready::default(), busy: false }
    }

    /// What may map the next page meanwhile. `None`: it would map what need not be mapped.
    pub(crate) fn ahead(&self) -> Option<Ahead> {
        self.busy.then(|| Ahead(self.mapper.clone()))
    }

    /// Another page has come, and this was made of it.
    pub(crate) fn begin(&mut self, ready: Ready) {
        self.ready = ready;
    }

    /// So many of so many items had to be mapped.
    pub(super) fn note(&mut self, mapped: usize, of: usize) {
        self.busy = mapped > 0 && mapped * 4 >= of * 3;
    }

    /// The hash of an item of the page that has begun.
    pub(super) fn hash(&self, item: &RawItem) -> [u8; 32] {
        self.ready.items.get(&item.source_id).map_or_else(|| hash(item), |mapped| mapped.hash)
    }

    /// What becomes of an item of that page.
    pub(super) async fn outcome(&mut self, item: &RawItem, hash: [u8; 32]) -> Mapped {
        match self.ready.items.remove(&item.source_id) {
            Some(mapped) => mapped,
            None => self.map_as(item, hash).await,
        }
    }

    /// Whatever was made of one with its id.
    pub(crate) async fn map(&mut self, item: &RawItem) -> Outcome {
        map(&mut *self.mapper.lock().await, item).await
    }

    async fn map_as(&mut self, item: &RawItem, hash: [u8; 32]) -> Mapped {
        let began = Instant::now();
        let outcome = if item.problems.is_empty() { self.map(item).await } else { Err(item.problems.clone()) };
        Mapped { hash, outcome, packed: None, took: micros_since(began), ahead: false }
    }
}

impl Ahead {
    /// Mapping is pure: whatever happens before the page is written, the same would come of it. No more than a portion.
    pub(crate) async fn map(self, items: &[RawItem]) -> Ready {
        let (began_all, mut ready, mut held) = (Instant::now(), Ready::default(), 0);
        let mut times: HashMap<&str, usize> = HashMap::with_capacity(items.len());
        for item in items {
            *times.entry(&item.source_id).or_default() += 1;
        }
        // Of one that is there twice it is not known yet which counts.
        let fits = |item: &&RawItem| !item.deleted && item.problems.is_empty() && times[item.source_id.as_str()] == 1;
        for item in items.iter().filter(fits).take(PORTION_ITEMS) {
            if held >= PORTION_BYTES || began_all.elapsed() >= PORTION_TIME {
                break;
            }
            let began = Instant::now();
            // For this item alone: the page before may have some that are still to be mapped.
            let outcome = map(&mut *self.0.lock().await, item).await;
            held += item.body.len() + outcome_size(&outcome);
            let (hash, packed) = (hash(item), Some(pack(&item.body)));
            let mapped = Mapped { hash, outcome, packed, took: micros_since(began), ahead: true };
            ready.took += mapped.took;
            ready.items.insert(item.source_id.clone(), mapped);
        }
        ready
    }
}

/// Maps, validates and sanitises one item: a product, or why there is none.
pub(crate) async fn map(mapper: &mut Mapper, item: &RawItem) -> Outcome {
    let mut product = match mapper.map(item).await {
        Ok(product) => product,
        Err(CallError::Adapter(AdapterError::Invalid(issues))) if !issues.is_empty() => {
            return Err(issues);
        }
        Err(error) => return Err(vec![Issue::new("", error.code(), error.to_string())]),
    };
    if product.source_id != item.source_id {
        let message = format!("the adapter made product {:?} of item {:?}", product.source_id, item.source_id);
        return Err(vec![Issue::new("/source_id", "source-id-changed", message)]);
    }
    let errors = validate(&mut product);
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut product = sanitise(Box::new(product)).await.map_err(|issue| vec![issue])?;
    limits::leave_out_long_html(&mut product);
    Ok(product)
}

/// Of what could not be read completely nothing is known: it is never "the same as before", and a replay fetches it anew.
pub(super) fn hash(item: &RawItem) -> [u8; 32] {
    if item.problems.is_empty() { *blake3::hash(item.body.as_bytes()).as_bytes() } else { UNREAD }
}

/// About as many bytes as it holds.
pub(super) fn outcome_size(outcome: &Outcome) -> usize {
    match outcome {
        Ok(product) => limits::size(product),
        Err(issues) => limits::issues_size(issues),
    }
}
