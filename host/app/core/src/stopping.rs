//! A host that is being stopped lets go of its work: first at the next page, then at once.

use std::future::Future;

use tokio_util::sync::CancellationToken;

use crate::{AppError, Services};

#[derive(Default)]
pub(crate) struct Stopping {
    /// What is begun is still brought to the end of its page.
    winding_down: CancellationToken,
    /// Nothing is waited for any more.
    letting_go: CancellationToken,
}

impl Services {
    /// Work under way ends after its page and is given back, so that another worker goes on with it at once.
    pub fn wind_down(&self) {
        self.stopping().winding_down.cancel();
    }

    /// Work under way is dropped where it is, and given back. Nothing of an unfinished page was written.
    pub fn let_go(&self) {
        self.wind_down();
        self.stopping().letting_go.cancel();
    }

    pub fn is_winding_down(&self) -> bool {
        self.stopping().winding_down.is_cancelled()
    }

    /// The work, or, if it is to be let go first, [`AppError::Stopping`].
    pub async fn unless_stopped<T>(&self, work: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
        // On the heap: all of a page's work lies in it.
        let work = Box::pin(work);
        tokio::select! {
            done = work => done,
            () = self.stopping().letting_go.cancelled() => Err(AppError::Stopping),
        }
    }
}
