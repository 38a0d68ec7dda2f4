//! A host that is being stopped lets go of its work: first at the next page, then at once.

use std::future::Future;

use tokio_util::sync::CancellationToken;

use crate::AppError;

#[derive(Default)]
pub(crate) struct Stopping {
    /// What is begun is still brought to the end of its page.
    winding_down: CancellationToken,
    /// Nothing is waited for any more.
    letting_go: CancellationToken,
}

impl Stopping {
    pub(crate) fn wind_down(&self) {
        self.winding_down.cancel();
    }

    pub(crate) fn let_go(&self) {
        self.wind_down();
        self.letting_go.cancel();
    }

    pub(crate) fn is_winding_down(&self) -> bool {
        self.winding_down.is_cancelled()
    }

    pub(crate) async fn unless<T>(&self, work: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
        // On the heap: all of a page's work lies in it.
        let work = Box::pin(work);
        tokio::select! {
            done = work => done,
            () = self.letting_go.cancelled() => Err(AppError::Stopping),
        }
    }
}
