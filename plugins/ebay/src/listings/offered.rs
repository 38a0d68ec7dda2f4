//! Offers: made twenty-five in a call, and replaced one by one where they differ. One that is there already is adopted: eBay refuses a second
//! one for the same SKU and marketplace, and names the first.

use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::bulk::{self, Refused};
use super::items::settle;
use super::merge::{put, same};
use super::work::{Work, each};
use super::{body, publish};
use crate::client::{Client, value};

/// There is such an offer: where the error names it.
const EXISTS: [i64; 2] = [25002, 25729];

pub(super) fn write<T: Transport>(client: &Client<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    let adopted = make(client, works)?;
    each(works, |work| (0..work.parts.len()).try_for_each(|of| replace(client, work, of, &adopted)))
}

/// The offers that turned out to be there already, by id.
fn make<T: Transport>(client: &Client<'_, T>, works: &mut [Work<'_>]) -> Result<Vec<String>, Error> {
    let market = client.settings.market.id;
    let (mut places, mut rows) = (Vec::new(), Vec::new());
    for (at, work) in works.iter().enumerate().filter(|(_, work)| work.is_open()) {
        for (of, part) in work.parts.iter().enumerate().filter(|(_, part)| part.offer_id.is_none()) {
            let mut row = body::offer(work, part);
            put(&mut row, "sku", Some(part.sku.as_str()));
            put(&mut row, "marketplaceId", Some(market));
            put(&mut row, "format", Some("FIXED_PRICE"));
            // The goods are as the seller describes them, not as eBay's catalogue does.
            put(&mut row, "includeCatalogProductDetails", Some(false));
            places.push((at, of));
            rows.push(Value::Object(row));
        }
    }
    let answered = bulk::send(client, "bulk_create_offer", "sku", &rows);
    let (mut ended, mut adopted) = (None, Vec::new());
    for ((at, of), row) in places.into_iter().zip(answered) {
        let work = &mut works[at];
        match row {
            Ok(answer) => match answer["offerId"].as_str() {
                Some(id) => {
                    work.warnings.extend(bulk::warnings(&answer));
                    work.parts[of].offer_id = Some(id.to_owned());
                }
                None => {
                    let why = "eBay does not say which offer it has made".to_owned();
                    drop(settle(work, Error::Unavailable(why)));
                }
            },
            Err(refused) => match existing(&refused) {
                Some(id) => {
                    adopted.push(id.clone());
                    work.parts[of].offer_id = Some(id);
                }
                None => ended = ended.or(settle(work, refused.error)),
            },
        }
    }
    ended.map_or(Ok(adopted), Err)
}

/// The offer that is named as being there.
fn existing(refused: &Refused) -> Option<String> {
    let refusal = refused.refusal.as_ref()?;
    let error = EXISTS.iter().find_map(|id| refusal.names(*id))?;
    error.parameter("offerId").map(str::to_owned)
}

fn replace<T: Transport>(
    client: &Client<'_, T>,
    work: &mut Work<'_>,
    of: usize,
    adopted: &[String],
) -> Result<(), Error> {
    let part = &work.parts[of];
    let Some(id) = part.offer_id.clone() else { return Ok(()) };
    if part.offer.is_none() && adopted.contains(&id) {
        // It is read before it is replaced, and may be on sale.
        let text = client.ask(client.inventory(&["offer"]).query("sku", &part.sku).query("limit", "100"))?;
        let offers = crate::client::rows(&text, "offers")?;
        let own = offers.into_iter().find(|offer| offer.fields().get("offerId").word().as_deref() == Some(id.as_str()));
        let own = own.ok_or_else(|| Error::Unavailable(format!("eBay names the offer {id} and does not show it")))?;
        work.parts[of].offer = Some(value(own));
    }
    let part = &work.parts[of];
    if part.offer.is_none() {
        // Made a moment ago, as it is to be.
        work.parts[of].offer = Some(json!({ "offerId": id, "status": "UNPUBLISHED" }));
        return Ok(());
    }
    work.is_published |= part.is_published();
    let (wanted, there) = (body::offer(work, part), body::offer_there(part));
    if same(&Value::Object(wanted.clone()), &Value::Object(there)) {
        return Ok(());
    }
    let answer = publish::put_offer(client, &id, wanted)?;
    work.warnings.extend(bulk::warnings(&value(Raw::of(&answer))));
    Ok(())
}
