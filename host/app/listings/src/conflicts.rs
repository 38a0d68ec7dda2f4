//! Fields that were changed at the marketplace: shown, and decided about by people.
// See docs/decisions/0085-conflicts.md

use entrepot_core::{AppError, RequestContext};
use entrepot_domain::TenantId;
use entrepot_domain::clock::Timestamp;
use entrepot_store::listings::{ConflictFilter, ConflictRow};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Listings;
use crate::send::rule_of;

/// A field that was changed at the marketplace.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConflictReport {
    pub listing: String,
    /// title, description, variants/ID/price, …
    pub field: String,
    /// As it stands there; of a long text the beginning.
    pub theirs: Value,
    /// As it is wanted here.
    pub ours: Value,
    pub seen_at: Timestamp,
    /// ours, theirs, withdrawn (it stands there again as it did); none: open.
    pub decision: Option<String>,
    /// Who decided; host where the channel's rule did.
    pub decided_by: Option<String>,
    pub decided_at: Option<Timestamp>,
}

impl From<ConflictRow> for ConflictReport {
    fn from(row: ConflictRow) -> Self {
        let value = |text: &str| shortened(serde_json::from_str(text).unwrap_or_default());
        Self {
            theirs: value(&row.theirs),
            ours: value(&row.ours),
            listing: row.listing_id,
            field: row.field,
            seen_at: row.seen_at,
            decision: row.decision,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
        }
    }
}

/// Characters of a value that are shown: beginnings are enough to decide, and lists stay small.
const SHOWN: usize = 2_000;

fn shortened(value: Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > SHOWN => {
            Value::String(text.chars().take(SHOWN).chain(['…']).collect())
        }
        Value::Array(all) => all.into_iter().take(SHOWN).map(shortened).collect(),
        other => other,
    }
}

/// Which conflicts. Empty: all that are open.
#[derive(Clone, Debug, Default)]
pub struct WhichConflicts {
    /// Its id or name.
    pub channel: String,
    pub listing: String,
    /// Decided ones, too.
    pub decided: bool,
}

/// In the place of a field: every one that is open.
const ALL: &str = "all";

/// Of a field that was changed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// What is wanted here is sent.
    Ours,
    /// What stands there is taken over.
    Theirs,
}

impl Decision {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        }
    }
}

impl Listings {
    /// Ordered by listing and field, from after these.
    pub async fn conflicts(
        &self,
        tenant: &TenantId,
        which: WhichConflicts,
        after: (&str, &str),
        limit: i64,
    ) -> Result<Vec<ConflictReport>, AppError> {
        let channel = match which.channel.as_str() {
            "" => String::new(),
            named => self.channel_id(tenant, named).await?.to_string(),
        };
        let filter = ConflictFilter { channel: &channel, listing: &which.listing, decided: which.decided };
        let rows = self.services.db().tenant(tenant).conflicts(filter, after, limit).await?;
        Ok(rows.into_iter().map(ConflictReport::from).collect())
    }

    /// A person decides about a field, or about `all` that is open of the listing. What follows is sent by the channel's worker. `seen_at`: of
    /// the newest value that they were shown; something else may stand there by now.
    pub async fn decide(
        &self,
        context: &RequestContext,
        listing: &str,
        field: &str,
        decision: Decision,
        seen_at: Option<Timestamp>,
    ) -> Result<(), AppError> {
        let scoped = self.services.db().tenant(&context.tenant);
        let row = self.listing_row(&scoped, listing).await?;
        let id = row.listing_id();
        let mut open = scoped.conflicts_of(&[listing]).await?;
        open.retain(|conflict| conflict.decision.is_none() && [ALL, &conflict.field].contains(&field));
        if open.is_empty() {
            let told = format!(
                "{listing} has no open conflict about {field:?}; `entrepot conflict list --listing {listing}` shows what is open"
            );
            return Err(AppError::Listing(told));
        }
        if seen_at.is_some_and(|seen_at| open.iter().any(|conflict| conflict.seen_at > seen_at)) {
            return Err(AppError::ListingChanged(listing.to_owned()));
        }
        let lane = scoped.listing_lane(&entrepot_domain::ChannelId::from(row.channel_id.as_str())).await?;
        let mut due = self.load_under(&scoped, vec![row], &rule_of(&lane)?).await?;
        let due = due.pop().ok_or_else(|| AppError::NoListing(listing.to_owned()))?;
        let mut baseline = due.baseline().unwrap_or_default();
        let mut tx = scoped.begin().await?;
        let mut counts = Vec::new();
        for conflict in open {
            let of = (conflict.field.as_str(), conflict.seen_at);
            if !tx.decide_conflict(&id, of, decision.as_str(), &context.actor).await? {
                return Err(AppError::Contested);
            }
            counts.push((conflict.field, serde_json::from_str(&conflict.theirs).unwrap_or_default(), decision));
        }
        self.follow(&scoped, &mut tx, &due, &mut baseline, &counts).await?;
        let detail = json!({ "field": field, "decision": decision.as_str() }).to_string();
        tx.note_listing(&id, "decided", &context.actor, &detail).await?;
        Ok(tx.commit().await?)
    }
}
