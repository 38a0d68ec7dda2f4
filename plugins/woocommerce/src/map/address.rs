//! Addresses of pages and files.

use entrepot_guest::address::absolute;

use super::notes::{Notes, Place, short};

/// An address that others can fetch, or a word about why it is none.
pub(super) fn address(text: &str, base: &str, place: Place, field: &str, notes: &mut Notes) -> Option<String> {
    match absolute(text, base) {
        Ok(address) => Some(address),
        Err(why) => {
            let message = format!("The address {:?} was left out: {why}.", short(text));
            notes.warn(place, field, "address-invalid", message);
            None
        }
    }
}
