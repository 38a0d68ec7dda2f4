//! Is a delivery BigCommerce's, and of this store?

use entrepot_guest::bindings::keys::Algorithm;
use entrepot_guest::hex;
use entrepot_guest::prelude::*;
use entrepot_guest::webhook::{header, standard};

use super::event::events;
use super::{SLOT, TOKEN, token_of};
use crate::settings::Settings;
use entrepot_guest::lenient::{Fields, Raw, Record};

const SIGNED: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

pub fn verify<K: Keys>(keys: &K, channel: &Channel, delivery: &Delivery) -> Result<Verdict, Error> {
    let hash = Settings::of(channel)?.store_hash()?;
    let is_signed =
        delivery.headers.iter().any(|(name, _)| SIGNED.iter().any(|signed| name.eq_ignore_ascii_case(signed)));
    let genuine = if is_signed {
        standard(keys, SLOT, delivery)?.map(Some)
    } else {
        token(keys, delivery, &hash)?.map(|()| None)
    };
    let webhook_id = match genuine {
        Ok(id) => id,
        Err(why) => return Ok(Verdict::Rejected(why)),
    };

    let Ok(text) = std::str::from_utf8(&delivery.body) else {
        return Ok(Verdict::Rejected("the body is not UTF-8".to_owned()));
    };
    let Some(body) = Fields::of(Raw::of(text)) else {
        return Ok(Verdict::Rejected("the body is no JSON object".to_owned()));
    };
    // All stores of an app are signed for with one secret: what is signed may still be another store's.
    let producer = body.get("producer").word().unwrap_or_default();
    if !producer.eq_ignore_ascii_case(&format!("stores/{hash}")) {
        return Ok(Verdict::Rejected("the event is another store's".to_owned()));
    }
    let Some(scope) = body.get("scope").word() else {
        return Ok(Verdict::Rejected("the event has no scope".to_owned()));
    };
    let scope = scope.trim_matches('/').to_owned();
    let created_at = body.get("created_at");
    Ok(Verdict::Accepted(Verified {
        id: webhook_id.unwrap_or_else(|| delivery_id(keys, &scope, &body, delivery)),
        occurred_at: created_at.whole().and_then(|seconds| seconds.checked_mul(1000)),
        events: events(&scope, body.get("data")),
        topic: scope,
    }))
}

/// The header that the webhook was made with: compared as a mac, which takes the same time for each wrong one.
fn token<K: Keys>(keys: &K, delivery: &Delivery, store_hash: &str) -> Result<Result<(), String>, Error> {
    let Some(sent) = header(delivery, TOKEN) else {
        return Ok(Err(format!("there is neither a signature nor {TOKEN}")));
    };
    let Some(sent) = hex::decode(sent.trim()).filter(|sent| !sent.is_empty()) else {
        return Ok(Err(format!("{TOKEN} is not the one the webhook was made with")));
    };
    Ok(if keys.verify_mac(SLOT, Algorithm::HmacSha256, &token_of(store_hash), &sent)? {
        Ok(())
    } else {
        Err(format!("{TOKEN} is not the one the webhook was made with"))
    })
}

/// Without a signed id: two scopes share one hash in BigCommerce's examples, and the hash of a payload of ids alone would be
/// the same for the next change, so scope and time belong to it.
fn delivery_id<K: Keys>(keys: &K, scope: &str, body: &Fields<'_>, delivery: &Delivery) -> String {
    let word = |raw: Raw<'_>| raw.owned();
    let hash =
        word(body.get("hash")).unwrap_or_else(|| hex::encode(keys.digest_sha256(std::slice::from_ref(&delivery.body))));
    match word(body.get("created_at")) {
        Some(created_at) => format!("{scope}:{hash}:{created_at}"),
        None => format!("{scope}:{hash}"),
    }
}
