//! Asking the adapter for a page, in a task of its own so that it overlaps with writing the one before.

use std::collections::HashSet;
use std::sync::Arc;

use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::RunScope;
use entrepot_egress::Stats;
use entrepot_runtime::{CallError, Page, PageRequest};
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::Sync;
use crate::channels::OpenChannel;

/// Ids asked for in one `fetch-items`.
const ITEMS_AT_ONCE: usize = 100;

/// Where a page begins.
#[derive(Clone, Debug)]
pub(crate) struct Position {
    pub(crate) cursor: Option<String>,
    pub(crate) context: Option<Arc<str>>,
    pub(crate) attempt: i64,
}

pub(crate) struct Fetched {
    pub(crate) outcome: Result<Page, CallError>,
    pub(crate) stats: Stats,
}

/// A page on its way. Dropped, it is not waited for any more.
pub(crate) struct Fetching {
    task: JoinHandle<(Result<Page, CallError>, Stats)>,
    operation: &'static str,
    pub(crate) asked_at: Timestamp,
}

impl Fetching {
    pub(crate) fn start(sync: &Sync, channel: &Arc<OpenChannel>, scope: RunScope, position: Position) -> Self {
        let (sync, channel, asked_at) = (sync.clone(), channel.clone(), sync.db().clock().now());
        let stock = matches!(scope, RunScope::Stock(_));
        let operation = if stock { "fetch-stock" } else { "fetch-page" };
        let span = tracing::error_span!("page.fetch", attempt = position.attempt);
        let fetch = async move {
            let session = channel.session(&sync);
            let request = PageRequest {
                scope,
                cursor: position.cursor,
                context: position.context.as_deref().map(str::to_owned),
                limit: sync.parts().options.page_size,
                attempt: u32::try_from(position.attempt).unwrap_or(u32::MAX),
            };
            let adapter = &channel.generation.adapter;
            let outcome = if stock {
                adapter.fetch_stock(&channel.view, session.clone(), request).await
            } else {
                adapter.fetch_page(&channel.view, session.clone(), request).await
            };
            (outcome, session.stats())
        };
        Self { task: tokio::spawn(fetch.instrument(span)), operation, asked_at }
    }

    pub(crate) async fn wait(mut self) -> Fetched {
        let operation = self.operation;
        let (outcome, stats) = (&mut self.task).await.unwrap_or_else(|_| {
            (Err(CallError::Stopped { operation, why: "the call failed inside the host".into() }), Stats::default())
        });
        Fetched { outcome, stats }
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Ids were listed whose items no page of this run showed: fetches them by id and adds them to the page. Ids that turn out not
/// to exist leave the list.
pub(crate) async fn complete(
    sync: &Sync,
    channel: &OpenChannel,
    context: Option<&str>,
    seen: &HashSet<String>,
    page: &mut Page,
) -> (Result<(), CallError>, Stats) {
    let session = channel.session(sync);
    let missing: Vec<String> = page.listed.iter().filter(|id| !seen.contains(*id)).cloned().collect();
    for ids in missing.chunks(ITEMS_AT_ONCE) {
        let call = channel.generation.adapter.fetch_items(
            &channel.view,
            session.clone(),
            context.map(str::to_owned),
            ids.to_vec(),
        );
        match call.await {
            Ok(items) => {
                let found: HashSet<&str> = items.iter().map(|item| item.source_id.as_str()).collect();
                let gone: HashSet<&String> = ids.iter().filter(|id| !found.contains(id.as_str())).collect();
                page.listed.retain(|id| !gone.contains(id));
                page.items.extend(items);
            }
            Err(error) => return (Err(error), session.stats()),
        }
    }
    (Ok(()), session.stats())
}
