//! `listings`: what is pushed stands once, however often it is pushed; offers have an outcome each; what is ended stays ended.

use entrepot_domain::catalog::Inventory;
use entrepot_domain::listing::ListedVariant;
use entrepot_sandbox::{Listing, Offer, OfferOutcome, PushOutcome, Receipt};

use super::{Outcome, Subject, recorded, told};
use crate::case::Case;
use crate::kit::Shop;

/// Goods that can be put on sale are not refused, and nobody is asked about them.
pub(super) async fn checked(subject: &Subject<'_>) -> Outcome {
    let (shop, _) = subject.shop(None)?;
    for listing in &subject.case.listings {
        let checked = shop.check_listing(listing.clone()).await.map_err(|error| told(&error))?;
        if let Some(problem) = checked.issues.first() {
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
        // What is there is not sent again: it would be there twice.
        for media in &listing.product.media {
            let times = replay.times("GET", &media.url);
            if times > 1 {
                return Err(format!(
                    "the picture {} was fetched {times} times, and was there after the first",
                    media.url
                ));
            }
        }
        let id = &receipts[0].external_id;
        if id.is_empty() {
            return Err(format!("{} was pushed and has no id", listing.listing_id));
        }
        for (receipt, how) in receipts.iter().zip(["", "pushed again", "pushed again after its answer was lost"]) {
            if &receipt.external_id != id {
                return Err(format!("{how}, the listing {id} became {}", receipt.external_id));
            }
            let named =
                |variant: &&ListedVariant| !receipt.variants.iter().any(|known| known.variant_id == variant.variant_id);
            if let Some(missing) = listing.variants.iter().find(named) {
                return Err(format!("{id} stands, and its receipt does not name the variant {}", missing.variant_id));
            }
        }
    }
    Ok(format!("{} listings, each pushed 3 times", subject.case.listings.len()))
}

/// Price and stock of every variant, set and set again.
pub(super) async fn offers(subject: &Subject<'_>) -> Outcome {
    let (shop, replay) = subject.shop(None)?;
    let mut count = 0;
    for listing in &subject.case.listings {
        let offered = async {
            let receipt = push(&shop, listing).await?;
            offer_twice(&shop, listing, &receipt).await
        };
        let offered = offered.await;
        recorded(&replay)?;
        count += offered?;
    }
    Ok(format!("{count} offers, each pushed twice"))
}

/// Ended, and ended again: the second time there is nothing left to do, and that is no error.
pub(super) async fn ended(subject: &Subject<'_>) -> Outcome {
    let (shop, replay) = subject.shop(None)?;
    for listing in &subject.case.listings {
        let ended = async {
            let receipt = push(&shop, listing).await?;
            end_twice(&shop, listing, &receipt).await
        };
        let ended = ended.await;
        recorded(&replay)?;
        ended?;
    }
    Ok(format!("{} listings, each ended twice", subject.case.listings.len()))
}

/// Does with a case's listings what recordings have of them, as far as that goes: for who looks at what is used.
pub async fn sell_and_end(shop: &Shop, case: &Case) {
    for listing in &case.listings {
        if let Ok([receipt, ..]) = push_thrice(shop, listing).await {
            drop(offer_twice(shop, listing, &receipt).await);
            drop(end_twice(shop, listing, &receipt).await);
        }
    }
}

/// The number of offers. In the order in which recordings are made, after [`push_thrice`].
pub(crate) async fn offer_twice(shop: &Shop, listing: &Listing, receipt: &Receipt) -> Result<usize, String> {
    let offers: Vec<Offer> = listing
        .product
        .variants
        .iter()
        .map(|variant| Offer {
            listing_id: listing.listing_id.clone(),
            external_id: receipt.external_id.clone(),
            of_variant: of_variant(listing, receipt, &variant.source_id),
            price: variant.price.clone(),
            compare_at: variant.compare_at.clone(),
            available: match &variant.inventory {
                Inventory::Tracked(levels) => Some(levels.iter().map(|level| level.available).sum()),
                Inventory::Untracked(_) => None,
            },
            location_id: None,
            expected: None,
            key: format!("{}-{}", listing.listing_id, variant.source_id),
            state: receipt.state.clone(),
        })
        .collect();
    for how in ["", "set again, "] {
        let outcomes = shop.push_offers(offers.clone()).await.map_err(|error| told(&error))?;
        for (offer, outcome) in offers.iter().zip(outcomes) {
            let shown = &offer.of_variant.variant_id;
            match outcome {
                OfferOutcome::Done | OfferOutcome::Pending(_) => {}
                other => return Err(format!("{how}price and stock of variant {shown} are not taken: {other:?}")),
            }
        }
    }
    Ok(offers.len())
}

/// In the order in which recordings are made, after [`offer_twice`].
pub(crate) async fn end_twice(shop: &Shop, listing: &Listing, receipt: &Receipt) -> Result<(), String> {
    let known = known(listing, receipt);
    for how in ["", "ended again: "] {
        let shown = &receipt.external_id;
        let ended = shop.end_listings(vec![known.clone()]).await;
        match ended.map_err(|error| format!("{how}the listing {shown}: {}", told(&error)))?.pop() {
            Some(PushOutcome::Done(_) | PushOutcome::Pending(_)) => {}
            Some(PushOutcome::Failed(error)) => {
                return Err(format!("{how}the listing {shown}: {}", told(&error.into())));
            }
            other => return Err(format!("{how}the listing {shown} is not ended: {other:?}")),
        }
    }
    Ok(())
}

async fn push(shop: &Shop, listing: &Listing) -> Result<Receipt, String> {
    match shop.push_listings(vec![listing.clone()]).await.map_err(|error| told(&error))?.pop() {
        Some(PushOutcome::Done(receipt)) => Ok(receipt),
        Some(PushOutcome::Failed(error)) => Err(told(&error.into())),
        other => Err(format!("{} was pushed and does not stand: {other:?}", listing.listing_id)),
    }
}

/// The variant as the receipt has it.
fn of_variant(listing: &Listing, receipt: &Receipt, variant: &str) -> ListedVariant {
    let named = |known: &&ListedVariant| known.variant_id == variant;
    let known = receipt.variants.iter().find(named).or_else(|| listing.variants.iter().find(named));
    known.cloned().unwrap_or_else(|| ListedVariant {
        variant_id: variant.to_owned(),
        external_id: None,
        item_id: None,
        sku: None,
    })
}

/// As the host knows it from then on.
fn known(listing: &Listing, receipt: &Receipt) -> Listing {
    let (external_id, state) = (Some(receipt.external_id.clone()), receipt.state.clone());
    let variants = listing.variants.iter().map(|variant| of_variant(listing, receipt, &variant.variant_id)).collect();
    Listing { external_id, state, variants, ..listing.clone() }
}

/// In the order in which recordings are made.
pub(crate) async fn push_thrice(shop: &Shop, listing: &Listing) -> Result<[Receipt; 3], String> {
    let push = async |listing: &Listing| push(shop, listing).await;
    let first = push(listing).await?;
    // Whoever knows its number by now does not ask without it any more.
    let lost = push(listing).await?;
    let known = known(listing, &first);
    Ok([first, push(&known).await?, lost])
}
