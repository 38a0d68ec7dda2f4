//! Taking a listing off.

use entrepot_core::{AppError, RequestContext};
use entrepot_domain::listing::Status;

use crate::Listings;
use crate::change::ListingChange;

impl Listings {
    /// No longer on sale. It stays ended until somebody publishes it again.
    pub async fn end(&self, context: &RequestContext, id: &str) -> Result<(), AppError> {
        self.change(context, id, ListingChange { status: Some(Status::Archived), ..ListingChange::default() }).await
    }
}
