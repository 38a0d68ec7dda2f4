//! Asking the adapter for a page, in a task of its own so that it overlaps with writing the one before.

use std::sync::Arc;

use entrepot_domain::RunId;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::RunScope;
use entrepot_egress::Stats;
use entrepot_sandbox::{AdapterError, CallError, Page, PageRequest};
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::page::{Ahead, Ready};
use super::page_memory::Room;
use crate::Imports;
use entrepot_channels::OpenChannel;

/// Where a page begins.
#[derive(Clone, Debug)]
pub(crate) struct Position {
    pub(crate) cursor: Option<String>,
    pub(crate) context: Option<Arc<str>>,
    /// Failed tries so far, and how many of them because the marketplace asked to slow down.
    pub(crate) attempt: i64,
    pub(crate) throttled: i64,
}

/// So many refusals to answer for now count as one page that was too much: mostly the shop is busy with others.
const THROTTLED_PER_ATTEMPT: i64 = 3;

impl Position {
    /// How often the adapter is told that the page failed. It asks for less at a time then.
    pub(super) fn told(&self) -> i64 {
        self.failed() + self.throttled / THROTTLED_PER_ATTEMPT
    }

    /// Tries that failed for another reason than that the marketplace asked to slow down.
    pub(super) fn failed(&self) -> i64 {
        self.attempt - self.throttled
    }

    /// Would the adapter be asked the very same?
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.cursor == other.cursor && self.context == other.context
    }
}

pub(crate) struct Fetched {
    pub(crate) outcome: Result<Page, CallError>,
    pub(crate) stats: Stats,
    /// What was made of its items already.
    pub(crate) ready: Ready,
    /// The page's, for as long as it is worked on.
    pub(crate) room: Option<Room>,
}

/// A page on its way. Dropped, it is not waited for any more.
pub(crate) struct Fetching {
    task: JoinHandle<Fetched>,
    operation: &'static str,
    pub(crate) asked_at: Timestamp,
}

impl Fetching {
    /// `room`: if it has one already. `ahead`: what maps its items, if they are to be mapped before they are asked for.
    pub(crate) fn start(
        imports: &Imports,
        channel: &Arc<OpenChannel>,
        run: &RunId,
        scope: RunScope,
        position: Position,
        room: Option<Room>,
        ahead: Option<Ahead>,
    ) -> Self {
        let (imports, channel) = (imports.clone(), channel.clone());
        let session = channel.session_of_page(&imports.services, run, position.cursor.as_deref());
        // Some of it may be what an earlier try of the page was answered.
        let asked_at = session.asked_since().unwrap_or_else(|| imports.services.db().clock().now());
        let stock = matches!(scope, RunScope::Stock(_));
        let operation = if stock { "fetch-stock" } else { "fetch-page" };
        let told = position.told();
        let span = tracing::error_span!("page.fetch", attempt = told);
        let fetch = async move {
            let room = match room {
                Some(room) => room,
                None => imports.state.rooms.enter().await,
            };
            let request = PageRequest {
                scope,
                cursor: position.cursor,
                context: position.context.as_deref().map(str::to_owned),
                limit: imports.services.options().page_size,
                attempt: u32::try_from(told).unwrap_or(u32::MAX),
            };
            let adapter = &channel.generation.adapter;
            let outcome = if stock {
                adapter.fetch_stock(&channel.view, session.clone(), request).await
            } else {
                adapter.fetch_page(&channel.view, session.clone(), request).await
            };
            if outcome.is_err() {
                session.page_failed();
            }
            let mut stats = session.stats();
            // Some marketplaces say so in an answer with a good status. Without a request it was the host that waits.
            let told = matches!(outcome, Err(CallError::Adapter(AdapterError::RateLimited(_))));
            if told && stats.requests > 0 {
                stats.rate_limited = stats.rate_limited.max(1);
            }
            Fetched { outcome, stats, ready: Ready::default(), room: Some(room) }
        };
        let fetch = fetch.instrument(span);
        let work = async move {
            let mut fetched = fetch.await;
            if let (Ok(page), Some(ahead)) = (&fetched.outcome, ahead) {
                fetched.ready = ahead.map(&page.items).await;
            }
            fetched
        };
        Self { task: tokio::spawn(work.in_current_span()), operation, asked_at }
    }

    /// A file is as old as the run at the most: what came since may be newer than what stands in it.
    pub(crate) fn dated(mut self, channel: &OpenChannel, began: Timestamp) -> Self {
        if channel.reads_files() {
            self.asked_at = self.asked_at.min(began);
        }
        self
    }

    pub(crate) async fn wait(mut self) -> Fetched {
        let operation = self.operation;
        (&mut self.task).await.unwrap_or_else(|_| {
            let outcome =
                Err(CallError::Stopped { operation, why: "the call failed inside the host".into(), panic: None });
            Fetched { outcome, stats: Stats::default(), ready: Ready::default(), room: None }
        })
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.task.abort();
    }
}
