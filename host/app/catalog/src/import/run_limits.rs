//! Does a run get anywhere? A shop or an adapter that leads it in a circle, or on for ever, is not followed.

use std::time::Duration;

use entrepot_queue::Outcome;

use super::active_run::{ActiveRun, End};
use super::checkpoint::Next;
use crate::Imports;
use entrepot_core::AppError;

/// Pages that only wait may do so for so long.
const IDLE_MS: i64 = 24 * 60 * 60 * 1000;
const NO_PROGRESS: &str = "no-progress";
/// Who asks to wait, and brings nothing new again and again, is not asked more often than this.
const LEAST_WAIT: Duration = Duration::from_millis(250);

impl Imports {
    /// After a page was written: whether the run ends here because it never would.
    pub(super) async fn endless(&self, active: &ActiveRun, next: &Next) -> Result<Option<Outcome>, AppError> {
        let Some(position) = &next.position else { return Ok(None) };
        let (adapter, options) = (&active.channel.view.adapter, self.services.options());
        let seen = active.seen.items.len().max(active.seen.listed.len());
        let idle = self.services.db().clock().now() - active.progressed_at;
        let nothing = active.brought == 0;
        let (code, why) = if seen > options.most_items {
            let most = options.most_items;
            (
                "too-many-items",
                format!(
                    "the run brought more than {most} items, and the adapter {adapter} has more; if the shop is that large, raise \
                 import.most_items"
                ),
            )
        } else if nothing && next.wait.is_none() && position.is_like(&active.position) {
            (NO_PROGRESS, format!("the adapter {adapter} leads from a page to the very same page; tell its publisher"))
        } else if active.fruitless >= options.empty_pages {
            (
                NO_PROGRESS,
                format!(
                    "{} pages in a row of the adapter {adapter} brought nothing new; if that can be right, raise import.empty_pages",
                    active.fruitless
                ),
            )
        } else if nothing && next.wait.is_some() && idle > IDLE_MS {
            (NO_PROGRESS, format!("the adapter {adapter} waited for a day, and nothing came; import again"))
        } else {
            return Ok(None);
        };
        let ActiveRun { scoped, run, owner, seq, counts, .. } = active;
        self.end(scoped, run, owner, *seq, *counts, End::Failed { code, why: &why }).await?;
        if code == NO_PROGRESS {
            self.quarantine(active, &why).await?;
        }
        Ok(Some(Outcome::Done))
    }
}

impl ActiveRun {
    /// How many pages in a row brought nothing, with this one. Waiting for what takes its time is none of them.
    pub(super) fn fruitless_with(&self, wait: Option<Duration>) -> i64 {
        match (self.brought, wait) {
            (0, None) => self.fruitless + 1,
            (0, Some(_)) => self.fruitless.max(1),
            _ => 0,
        }
    }

    /// The wait that a page asked for; not so short that waiting for nothing is work.
    pub(super) fn wait(&self, next: &Next) -> Option<Duration> {
        next.wait.map(|wait| if self.brought == 0 { wait.max(LEAST_WAIT) } else { wait })
    }
}
