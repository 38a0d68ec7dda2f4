//! Is a delivery the shop's, and what does it mean?
//!
//! Only the body is signed: whatever the headers say may be somebody else's words. So nothing is deleted because a topic says so,
//! and no price is taken from a body, which is rendered for viewing and lacks the variations: every event is a reason to look.

use entrepot_guest::prelude::*;
use entrepot_guest::webhook::{header, id_of_body, signed_body};
use entrepot_guest::{json, time};

use super::SLOT;
use entrepot_guest::lenient::{Fields, Raw};

const SIGNATURE: &str = "x-wc-webhook-signature";
const HOUR_MS: i64 = 60 * 60 * 1000;

pub fn verify<K: Keys>(keys: &K, delivery: &Delivery) -> Result<Verdict, Error> {
    if is_ping(delivery) {
        return Ok(Verdict::Reply((200, "text/plain".to_owned(), Vec::new())));
    }
    if let Err(why) = signed_body(keys, SLOT, delivery, SIGNATURE)? {
        return Ok(Verdict::Rejected(why));
    }
    // From here on it is the shop's, and is taken whatever it holds: a refusal would count as a failed delivery, and the
    // seventh in a row switches the webhook off.
    let text = json::text(delivery.body.clone()).unwrap_or_default();
    let fields = Raw::of(&text).fields();
    let topic = header(delivery, "x-wc-webhook-topic").unwrap_or("unknown").to_owned();
    let event = event(&topic, &fields);
    let occurred_at = fields.get("date_modified_gmt").word().and_then(|at| time::parse(&at));
    Ok(Verdict::Accepted(Verified {
        id: identity(keys, occurred_at.is_some(), &event, delivery),
        occurred_at,
        events: vec![event],
        topic,
    }))
}

/// Sent while a webhook is being made, without a signature: `webhook_id=7` as a form. Somebody who makes webhooks by hand is shown an
/// error if it is not answered, and may not have told the secret here yet. That there is such a channel is all that an answer tells,
/// and only to who knows its id, which nobody guesses.
fn is_ping(delivery: &Delivery) -> bool {
    let form = header(delivery, "content-type")
        .is_some_and(|kind| kind.trim().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded"));
    let number = delivery.body.strip_prefix(b"webhook_id=").unwrap_or_default();
    let digits = (1..=20).contains(&number.len()) && number.iter().all(u8::is_ascii_digit);
    form && digits && header(delivery, SIGNATURE).is_none()
}

fn event(topic: &str, fields: &Fields<'_>) -> Event {
    let Some(id) = fields.get("id").id() else {
        // Built when it is sent, as the user who owns the webhook: by then the item, or the user's rights, may be gone.
        return Event::Ignored(match fields.get("code").word() {
            Some(code) if code.ends_with("_cannot_view") => format!(
                "the shop sent a refusal in place of the item ({code}): the user whose key made the webhook may no longer see it"
            ),
            Some(code) => format!("the shop sent a refusal in place of the item ({code})"),
            None => "the body names no item".to_owned(),
        });
    };
    match topic.split_once('.') {
        Some(("product", _)) => match fields.get("type").word() {
            // Variations travel in a product's clothes, and their parents are not told of.
            Some(kind) if kind == "variation" || kind.ends_with("_variation") => match fields.get("parent_id").id() {
                Some(parent) => Event::Changed(parent.to_string()),
                None => Event::Ignored(format!("variation {id} names no product it belongs to")),
            },
            // Also when it was deleted: it may be back by the time this comes, and looking tells. What is in the trash is not
            // found by its id, so it is taken as gone. A variation that went to the trash says no more than its own id.
            _ => Event::Changed(id.to_string()),
        },
        Some(("order", _)) => Event::OrderChanged(id.to_string()),
        _ => Event::Ignored(format!("{topic} says nothing of products or orders")),
    }
}

/// By the body, see [`id_of_body`]. `X-WC-Webhook-Delivery-ID`, the webhook's id and the topic are not signed, and the first is shared by
/// all that changed in a second.
///
/// Bodies have the date of the change, but for what went to the trash (`{"id":38}`) and for refusals in the place of an item: these are
/// the same each time, and what goes to the trash a second time has to be looked at a second time. So they are told apart by the hour in
/// which they came, which no sender chooses. Each is but a reason to look; caught and sent again, it costs one look an hour.
fn identity<K: Keys>(keys: &K, dated: bool, event: &Event, delivery: &Delivery) -> String {
    let id = id_of_body(keys, delivery, event);
    if dated { id } else { format!("{id}:{}", delivery.received_at.div_euclid(HOUR_MS)) }
}
