//! `listings`: what is pushed stands once, however often it is pushed.

use entrepot_runtime::{Listing, Receipt};

use super::{Outcome, Subject, recorded, told};
use crate::kit::Shop;

/// Goods that can be put on sale are not refused, and nobody is asked about them.
pub(super) async fn checked(subject: &Subject<'_>) -> Outcome {
    let (shop, _) = subject.shop(None)?;
    for listing in &subject.case.listings {
        let issues = shop.check_listing(listing.clone()).await.map_err(|error| told(&error))?;
        if let Some(problem) = issues.first() {
            return Err(format!("a good listing is refused: {}: {}", problem.code, problem.message));
        }
    }
    Ok(format!("{} listings", subject.case.listings.len()))
}

/// Pushed, pushed again, and pushed as if the first answer had been lost: one listing.
pub(super) async fn once(subject: &Subject<'_>) -> Outcome {
    let (shop, replay) = subject.shop(None)?;
    for listing in &subject.case.listings {
        let receipts = push_thrice(&shop, listing).await;
        recorded(&replay)?;
        let receipts = receipts?;
        let id = &receipts[0].external_id;
        if id.is_empty() {
            return Err(format!("{} was pushed and has no id", listing.listing_id));
        }
        for (receipt, how) in receipts.iter().zip(["", "pushed again", "pushed again after its answer was lost"]) {
            if &receipt.external_id != id {
                return Err(format!("{how}, the listing {id} became {}", receipt.external_id));
            }
            if serde_json::from_str::<serde_json::Map<_, _>>(&receipt.state).is_err() {
                return Err(format!("the state of {id} is no JSON object: {:.60}", receipt.state));
            }
        }
    }
    Ok(format!("{} listings, each pushed 3 times", subject.case.listings.len()))
}

/// In the order in which recordings are made.
pub(crate) async fn push_thrice(shop: &Shop, listing: &Listing) -> Result<[Receipt; 3], String> {
    let push = async |listing: &Listing| shop.push_listing(listing.clone()).await.map_err(|error| told(&error));
    let first = push(listing).await?;
    let known = Listing { external_id: Some(first.external_id.clone()), state: first.state.clone(), ..listing.clone() };
    Ok([first, push(&known).await?, push(listing).await?])
}
