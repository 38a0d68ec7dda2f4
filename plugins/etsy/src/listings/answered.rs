//! What a refusal of a write means: of this listing, of the account, or of the moment.

use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;

/// A refusal of what was sent is one of the listing, at `path`; a conflict with what goes on there may be over the next time.
pub(super) fn refused(error: Error, path: &str, code: &str) -> Error {
    match error {
        Error::Other(why) if why.contains("HTTP 409") => Error::Unavailable(why),
        Error::Other(why) if ["HTTP 400", "HTTP 413", "HTTP 422"].iter().any(|status| why.contains(status)) => {
            invalid(path, code, format!("Etsy refuses it: {why}"))
        }
        Error::Unauthorized(why) if why.contains("HTTP 403") => Error::Unauthorized(format!(
            "The connection may not write to the shop, or the listing is of another one. To sell, connect the shop again and agree to \
             everything that is asked for (listings_w, listings_d); imports go on without it. {why}"
        )),
        other => other,
    }
}

pub(super) fn gone() -> Issue {
    let message = "The listing is no longer on Etsy: somebody deleted it. To make it anew, push the listing by its id.";
    issue("", "listing-gone", message)
}

/// An answer that does not say that it was done.
pub(super) fn unsaid(what: &str) -> Error {
    Error::Unavailable(format!("Etsy does not say that {what}"))
}
