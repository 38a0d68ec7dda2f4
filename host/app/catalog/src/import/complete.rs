//! Ids were listed whose items no page of the run showed: they are fetched by id. What came is written as soon as it is much.

use std::collections::{HashSet, VecDeque};
use std::time::Instant;

use entrepot_domain::catalog::Issue;
use entrepot_domain::catalog::limits::UNIDENTIFIED;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::RunScope;
use entrepot_sandbox::{AdapterError, CallError, Page, RawItem};

use super::active_run::ActiveRun;
use super::checkpoint::count;
use super::page::{ItemMapper, PORTION_BYTES};
use crate::Imports;
use entrepot_core::AppError;
use entrepot_core::micros_since;
use entrepot_core::retry_transient;

/// Ids asked for in one `fetch-items`, by attempt. What fails again and again is asked for one by one.
const SIZES: [usize; 5] = [100, 50, 25, 5, 1];

/// Items that could not be read before and are asked for again by one delta, and by one call.
const AGAIN: i64 = 100;
const AGAIN_AT_ONCE: usize = 5;

/// A page under way.
pub(super) struct Underway {
    pub(super) page: Page,
    /// When the marketplace was asked for it.
    pub(super) asked_at: Timestamp,
}

impl Imports {
    /// Fetches what the page listed and no page showed. Ids that turn out not to exist leave the list; one that cannot be read however
    /// little is asked for is set aside with the reason. What failed otherwise is in the inner result; what had come by then is written.
    pub(super) async fn complete(
        &self,
        active: &mut ActiveRun,
        mapper: &mut ItemMapper,
        underway: &mut Underway,
    ) -> Result<Result<(), CallError>, AppError> {
        let mut known = HashSet::new();
        underway.page.listed.retain(|id| known.insert(id.clone()));
        let shown: HashSet<&str> = underway.page.items.iter().map(|item| item.source_id.as_str()).collect();
        let fits = |id: &String| !id.starts_with(UNIDENTIFIED) && !shown.contains(id.as_str());
        let missing = underway.page.listed.iter().filter(|id| fits(id) && !active.seen.items.contains(id));
        let mut missing: VecDeque<String> = missing.cloned().collect();
        let context = underway.page.context.clone().or_else(|| active.position.context.as_deref().map(str::to_owned));
        let session = active.channel.session_of_page(&self.services, &active.run, active.position.cursor.as_deref());
        let (size, mut gone) = (size(active.position.told()), HashSet::new());
        let mut outcome = Ok(());
        while !missing.is_empty() {
            let held: usize = underway.page.items.iter().map(|item| item.body.len()).sum();
            if held >= PORTION_BYTES {
                self.write_ahead(active, mapper, underway).await?;
            }
            let ids: Vec<String> = missing.drain(..size.min(missing.len())).collect();
            let waited = Instant::now();
            let call = active.channel.fetch_items(&session, context.clone(), ids.clone());
            let Some(answer) = self.unless_withdrawn(active, call).await else {
                let why = "the run was cancelled, or the adapter is out of use".to_owned();
                outcome = Err(CallError::Adapter(AdapterError::Unavailable(why)));
                break;
            };
            active.counts.spent.fetching += micros_since(waited);
            match answer {
                Ok(items) => {
                    let found: HashSet<&str> = items.iter().map(|item| item.source_id.as_str()).collect();
                    gone.extend(ids.iter().filter(|id| !found.contains(id.as_str())).cloned());
                    underway.page.items.extend(items);
                }
                Err(error) if size == 1 && is_about_the_item(&error) => {
                    underway.page.items.extend(ids.into_iter().map(|id| unreadable(id, &error)));
                }
                Err(error) => {
                    session.page_failed();
                    outcome = Err(error);
                    break;
                }
            }
        }
        count(&mut active.counts, session.stats());
        underway.page.listed.retain(|id| !gone.contains(id));
        if outcome.is_ok() && underway.page.next.is_none() && matches!(active.row.scope(), RunScope::ChangedSince(_)) {
            self.look_again(active, underway).await?;
        }
        if outcome.is_err() && !underway.page.items.is_empty() {
            self.write_ahead(active, mapper, underway).await?;
        }
        Ok(outcome)
    }

    /// At the end of a delta: what could not be read before does not change by itself, and is asked for all the same. What still does
    /// not come stays as it is.
    async fn look_again(&self, active: &mut ActiveRun, underway: &mut Underway) -> Result<(), AppError> {
        let (scoped, channel, patience) = (&active.scoped, &active.channel, self.services.options().database_patience);
        let unread = retry_transient(patience, || scoped.unread_items(&channel.id, AGAIN)).await?;
        let shown: HashSet<&str> = underway.page.items.iter().map(|item| item.source_id.as_str()).collect();
        let fits = |id: &String| !id.starts_with(UNIDENTIFIED) && !shown.contains(id.as_str());
        let unread: Vec<String> = unread.into_iter().filter(|id| fits(id) && !active.seen.items.contains(id)).collect();
        let (session, context) =
            (channel.session(&self.services), active.position.context.as_deref().map(str::to_owned));
        let waited = Instant::now();
        for ids in unread.chunks(AGAIN_AT_ONCE) {
            match channel.fetch_items(&session, context.clone(), ids.to_vec()).await {
                Ok(items) => underway.page.items.extend(items),
                Err(error) if is_about_the_item(&error) => {}
                Err(_) => break,
            }
        }
        active.counts.spent.fetching += micros_since(waited);
        count(&mut active.counts, session.stats());
        Ok(())
    }
}

fn size(attempt: i64) -> usize {
    SIZES[usize::try_from(attempt).unwrap_or(0).min(SIZES.len() - 1)]
}

/// Would another one come?
fn is_about_the_item(error: &CallError) -> bool {
    match error {
        CallError::Adapter(error) => matches!(
            error,
            AdapterError::Unavailable(_) | AdapterError::Other(_) | AdapterError::Invalid(_) | AdapterError::NotFound
        ),
        CallError::Stopped { .. } => true,
        CallError::NotExported(_) => false,
    }
}

/// In the place of an item that does not come: a dead letter, until it does.
fn unreadable(source_id: String, error: &CallError) -> RawItem {
    let message = format!("it cannot be read: {error}. The next import tries again");
    let problems = vec![Issue::new("", "item-unreadable", message)];
    RawItem { source_id, updated_at: None, body: String::new(), deleted: false, problems }
}
