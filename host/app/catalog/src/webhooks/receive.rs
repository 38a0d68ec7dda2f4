//! Taking a delivery in: verified in the sandbox, stored with its job, and only then acknowledged.
// See docs/decisions/0038-webhook-intake.md

use entrepot_domain::clock::millis;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_sandbox::{CallError, Delivery, Verdict, Verified};
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::batcher::VerifiedDelivery;
use super::received::Received;
use super::refusals::Refusal;
use super::verification_limits::Pause;
use crate::Deliveries;
use entrepot_channels::OpenChannel;
use entrepot_core::{AppError, trace};

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What proxies and browsers put their own credentials into. No adapter sees it, and none is kept.
const CREDENTIALS: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];
/// Names of headers that marketplaces could be told to send a secret in: the adapter has to see it, nobody else.
const SECRETIVE: [&str; 6] = ["token", "secret", "password", "api-key", "apikey", "auth"];
const LARGEST_REPLY: usize = 64 * 1024;
const LONGEST_ID: usize = 400;
const LONGEST_TOPIC: usize = 200;

impl Deliveries {
    /// Before the body is read: whose channel it is, if a delivery to it could be verified at all.
    pub async fn may_deliver(&self, channel: &ChannelId) -> Result<Option<TenantId>, AppError> {
        let Some(tenant) = self.tenant_of(channel).await? else { return Ok(None) };
        Ok(self.receiver(&tenant, channel).await?.map(|_| tenant))
    }

    pub async fn receive(
        &self,
        tenant: &TenantId,
        channel: &ChannelId,
        incoming: Incoming,
    ) -> Result<Received, AppError> {
        // Only channels that exist get here: what a stranger writes into the path is in no field.
        let Some(open) = self.receiver(tenant, channel).await? else { return Ok(Received::Refused) };
        let span = tracing::error_span!(
            "webhook",
            otel.kind = "server",
            channel = open.id.as_str(),
            adapter = open.view.adapter,
            version = open.generation.manifest.version,
            delivery = Empty,
            outcome = Empty,
        );
        let received = self.verify(tenant, &open, incoming).instrument(span.clone()).await;
        span.record(
            "outcome",
            match &received {
                Ok(Received::Stored) => "stored",
                Ok(Received::Known) => "known",
                Ok(Received::Reply { .. }) => "replied",
                Ok(Received::Refused) => "refused",
                Ok(Received::Later(_)) => "later",
                Ok(Received::TooLarge) => "too_large",
                Err(_) => "failed",
            },
        );
        received
    }

    async fn verify(&self, tenant: &TenantId, open: &OpenChannel, incoming: Incoming) -> Result<Received, AppError> {
        let Incoming { method, path, query, mut headers, body } = incoming;
        headers.retain(|(name, _)| !CREDENTIALS.contains(&name.to_ascii_lowercase().as_str()));
        let received_at = self.services.db().clock().now();
        let delivery = Delivery { method, path, query, headers, body, received_at };
        let verdict = {
            let turn = match self.state.receivers.turns.enter(&open.id).await {
                Ok(turn) => turn,
                Err(wait) => {
                    let why = "no delivery is verified at the moment: the adapter was stopped again and again, or too many wait; they are to be \
                        delivered again";
                    self.note_refused(tenant, &open.id, Refusal::Later, why);
                    return Ok(Received::Later(wait));
                }
            };
            let verdict = open
                .generation
                .adapter
                .verify_webhook(&open.view, open.session(&self.services), delivery.clone())
                .await;
            if let Some(pause) = turn.ended(matches!(verdict, Err(CallError::Stopped { .. }))) {
                tracing::warn!(
                    seconds = pause.wait.as_secs(),
                    "the adapter was stopped on delivery after delivery: none is verified for a while"
                );
                self.keep_pause(tenant, &open.id, pause).await;
            }
            verdict
        };
        match verdict {
            Ok(Verdict::Accepted(verified)) => self.keep_delivery(tenant, open, delivery, verified).await,
            Ok(Verdict::Reply(status, content_type, body)) => {
                let reply = reply(status, content_type, body);
                if reply == Received::Refused {
                    let why = "the adapter answers with what is none that can be sent; the log says more";
                    self.note_refused(tenant, &open.id, Refusal::NotVerified, why);
                }
                Ok(reply)
            }
            Ok(Verdict::Rejected(why)) => {
                self.note_refused(tenant, &open.id, Refusal::Rejected, &why);
                Ok(Received::Refused)
            }
            Err(error) => {
                self.note_refused(tenant, &open.id, Refusal::NotVerified, &error.to_string());
                Ok(Received::Refused)
            }
        }
    }

    /// Other hosts, and this one after a restart, leave the channel alone for as long. If it cannot be kept, this process remembers.
    async fn keep_pause(&self, tenant: &TenantId, channel: &ChannelId, pause: Pause) {
        let kept = async {
            let mut tx = self.services.db().tenant(tenant).begin().await?;
            tx.pause_hooks(channel, self.services.db().clock().now() + millis(pause.wait), pause.number.into()).await?;
            tx.commit().await
        };
        if let Err(error) = kept.await {
            tracing::debug!("the pause is known to this process alone: {error}");
        }
    }

    async fn keep_delivery(
        &self,
        tenant: &TenantId,
        channel: &OpenChannel,
        delivery: Delivery,
        verified: Verified,
    ) -> Result<Received, AppError> {
        let kept: Vec<(String, String)> =
            delivery.headers.iter().filter(|(name, _)| !is_secretive(name)).cloned().collect();
        let events = serde_json::to_string(&verified.events).unwrap_or_else(|_| "[]".to_owned());
        let (id, topic) = (short_id(verified.id), verified.topic.chars().take(LONGEST_TOPIC).collect::<String>());
        self.take_in(VerifiedDelivery {
            tenant: tenant.clone(),
            channel: channel.id.clone(),
            delivery_id: id,
            topic,
            headers: kept,
            body: delivery.body,
            events,
            occurred_at: verified.occurred_at,
            received_at: delivery.received_at,
            generation: channel.generation.number,
            traceparent: trace::current(),
            span: Span::current(),
        })
        .await
    }
}

fn is_secretive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRETIVE.iter().any(|word| name.contains(word))
}

/// The adapter makes it of what came; an index does not take just any length.
fn short_id(id: String) -> String {
    if id.len() <= LONGEST_ID { id } else { blake3::hash(id.as_bytes()).to_hex().to_string() }
}

/// Pings and challenges need no more than a status and a few words; a page for browsers, or a way to elsewhere, is none of them.
fn reply(status: u16, content_type: String, body: Vec<u8>) -> Received {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let plain = matches!(kind.as_str(), "text/plain" | "application/json");
    let usual = (200..300).contains(&status) || (400..500).contains(&status);
    if plain && usual && body.len() <= LARGEST_REPLY {
        Received::Reply { status, content_type: kind, body }
    } else {
        tracing::warn!(status, kind, bytes = body.len(), "an adapter's reply to a delivery is none that can be sent");
        Received::Refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_and_short_replies_are_sent() {
        let fits = |status, kind: &str, size| reply(status, kind.to_owned(), vec![b'x'; size]) != Received::Refused;
        assert!(fits(200, "text/plain", 5) && fits(202, "Application/JSON; charset=utf-8", LARGEST_REPLY));
        assert!(!fits(200, "text/html", 5) && !fits(302, "text/plain", 5) && !fits(500, "text/plain", 5));
        assert!(!fits(200, "text/plain", LARGEST_REPLY + 1));
    }

    #[test]
    fn what_could_hold_a_secret_is_not_kept() {
        for name in ["X-Auth-Token", "x-entrepot-secret", "X-API-Key"] {
            assert!(is_secretive(name), "{name}");
        }
        assert!(!is_secretive("X-WC-Webhook-Signature") && !is_secretive("x-shopify-hmac-sha256"));
    }

    #[test]
    fn long_ids_stay_distinct() {
        let (a, b) = ("x".repeat(1000), "x".repeat(1001));
        assert!(short_id(a.clone()).len() <= LONGEST_ID && short_id(a) != short_id(b));
        assert_eq!(short_id("7".into()), "7");
    }
}
