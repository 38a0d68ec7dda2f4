//! A change of what a listing says, or of its state.

use entrepot_guest::prelude::*;

use super::answered::{refused, unsaid};
use super::content::Fields;
use crate::client::{Body, Client};

/// The listing as it is then, in the state that was asked for.
pub(super) fn patch<T: Transport>(client: &Client<'_, T>, id: u64, fields: Fields) -> Result<serde_json::Value, Error> {
    let state = fields.iter().find(|(name, _)| *name == "state").map(|(_, state)| state.clone());
    let answer = client.change(Method::Patch, &client.of_shop(&format!("/listings/{id}")), Body::Form(fields));
    let answer = match answer {
        // It was there a moment ago: whether it is gone is found out by the next look.
        Err(Error::NotFound) => return Err(Error::Unavailable(format!("Etsy does not find listing {id}"))),
        answer => answer.map_err(|error| refused(error, "", "listing-refused"))?,
    };
    let as_asked = state.is_none_or(|state| answer["state"] == state.as_str());
    match answer["listing_id"] == id && answer["state"].is_string() && as_asked {
        true => Ok(answer),
        false => Err(unsaid(&format!("it has changed listing {id}"))),
    }
}
