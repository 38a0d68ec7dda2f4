//! Events of a billing system that set plans: Stripe's, of subscriptions.

use entrepot_domain::Secret;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::plan::DEFAULT_PLAN;
use entrepot_store::Tx;
use entrepot_store::plans::{Billed, NewBilling};
use serde::Deserialize;
use thiserror::Error;

use super::Plans;
use super::signature::is_genuine;
use crate::AppError;

const SUBSCRIPTION: &str = "customer.subscription.";
const DELETED: &str = "customer.subscription.deleted";

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillingOutcome {
    Applied,
    /// It was taken before.
    Known,
    /// What came after it was taken before.
    Late,
    /// It is about something else.
    Ignored,
}

/// Why an event is not taken. The billing system sends it again.
#[derive(Debug, Error)]
pub enum BillingRefusal {
    #[error("it is not signed with the secret that is given here, or was signed more than five minutes ago")]
    Forged,
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    #[error(
        "no tenant is known by the customer {0:?}; write the tenant's id into the subscription's metadata as tenant_id"
    )]
    NoTenant(String),
    #[error(
        "the customer {0:?} pays for another tenant; one customer pays for one tenant, so correct tenant_id in the subscription's metadata"
    )]
    CustomerTaken(String),
    #[error("no plan has the name of the price's lookup key {0:?}; make it with `entrepot plan set`")]
    NoPlan(String),
    #[error(transparent)]
    App(#[from] AppError),
}

#[derive(Debug, Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    /// Seconds.
    created: i64,
    data: serde_json::Value,
}

#[derive(Debug, Deserialize)]
struct Subscription {
    id: String,
    customer: String,
    status: String,
    /// Seconds.
    created: Option<i64>,
    #[serde(default)]
    metadata: Metadata,
    items: Items,
}

impl Subscription {
    /// When it was made.
    fn began(&self) -> Option<Timestamp> {
        self.created.map(|seconds| seconds.saturating_mul(1_000))
    }
}

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    tenant_id: String,
}

#[derive(Debug, Deserialize)]
struct Items {
    data: Vec<Item>,
}

#[derive(Debug, Deserialize)]
struct Item {
    price: Price,
}

#[derive(Debug, Deserialize)]
struct Price {
    lookup_key: Option<String>,
}

impl Plans {
    /// Takes an event as it came: `signature` is the header `Stripe-Signature`. The same event is taken once, and one that is older than
    /// what was taken changes nothing.
    pub async fn receive_billing(
        &self,
        secret: &Secret,
        signature: &str,
        body: &[u8],
    ) -> Result<BillingOutcome, BillingRefusal> {
        let now = self.services.db().clock().now();
        if !is_genuine(secret, signature, body, now) {
            return Err(BillingRefusal::Forged);
        }
        let unreadable = |why: serde_json::Error| BillingRefusal::Unreadable(why.to_string());
        let event: Event = serde_json::from_slice(body).map_err(unreadable)?;
        let subscription: Option<Subscription> = if is_about_plans(&event.kind) {
            Some(serde_json::from_value(event.data["object"].clone()).map_err(unreadable)?)
        } else {
            None
        };
        let mut tx = self.services.db().begin().await.map_err(AppError::from)?;
        if !tx.note_billing_event(&event.id, &event.kind, now).await.map_err(AppError::from)? {
            return Ok(BillingOutcome::Known);
        }
        let outcome = match &subscription {
            Some(subscription) => apply(&mut tx, &event, subscription).await?,
            None => BillingOutcome::Ignored,
        };
        tx.end_billing_event(&event.id, outcome.as_str()).await.map_err(AppError::from)?;
        tx.commit().await.map_err(AppError::from)?;
        tracing::info!(event = event.id, kind = event.kind, "billing event: {}", outcome.as_str());
        Ok(outcome)
    }
}

async fn apply(tx: &mut Tx, event: &Event, of: &Subscription) -> Result<BillingOutcome, BillingRefusal> {
    let tenant = tx.billed_tenant(&of.metadata.tenant_id, &of.customer).await.map_err(AppError::from)?;
    let Some(tenant) = tenant else { return Err(BillingRefusal::NoTenant(of.customer.clone())) };
    let at = event.created.saturating_mul(1_000);
    let ended = event.kind == DELETED || has_ended(&of.status);
    if is_late(&tenant, of, at, ended) {
        return Ok(BillingOutcome::Late);
    }
    // Nothing was paid yet: what the tenant has stays.
    if of.status == "incomplete" && !ended {
        return Ok(BillingOutcome::Ignored);
    }
    let key = of.items.data.iter().find_map(|item| item.price.lookup_key.as_deref());
    let plan = if ended { DEFAULT_PLAN } else { key.unwrap_or_default() };
    if tx.plan(plan).await.map_err(AppError::from)?.is_none() {
        return Err(BillingRefusal::NoPlan(plan.to_owned()));
    }
    let subscription = (!ended).then_some(of.id.as_str());
    let began = of.began().filter(|_| !ended);
    let billing = NewBilling { plan, customer: &of.customer, subscription, began, at };
    tx.bill(&tenant.id, &billing).await.map_err(|error| match error.is_conflict() {
        true => BillingRefusal::CustomerTaken(of.customer.clone()),
        false => AppError::from(error).into(),
    })?;
    Ok(BillingOutcome::Applied)
}

/// Events come in any order, and their times are of seconds.
fn is_late(tenant: &Billed, of: &Subscription, at: Timestamp, ended: bool) -> bool {
    let Some(last) = tenant.billing_at else { return false };
    // The end of another subscription than the one that counts, as after a change of it, ends nothing.
    let another = tenant.billing_subscription.as_ref().is_some_and(|current| *current != of.id);
    // In the second in which it ended, nothing came after the end.
    let after_its_end = tenant.billing_subscription.is_none() && at == last && !ended;
    // Nor does one that was made before it take its place, such as when its last bill fails.
    let older = another && of.began().zip(tenant.billing_began).is_some_and(|(began, current)| began < current);
    at < last || (ended && another) || older || after_its_end
}

fn is_about_plans(kind: &str) -> bool {
    kind.strip_prefix(SUBSCRIPTION).is_some_and(|what| matches!(what, "created" | "updated" | "deleted"))
}

/// Of a subscription that nobody pays for any more.
fn has_ended(status: &str) -> bool {
    matches!(status, "canceled" | "unpaid" | "incomplete_expired" | "paused")
}

impl BillingOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Known => "known",
            Self::Late => "late",
            Self::Ignored => "ignored",
        }
    }
}
