use async_trait::async_trait;
use entrepot_core::{ActiveOperation, AppError, Operation, Progress, RequestContext, StartedOperation};
use entrepot_domain::ChannelId;
use entrepot_domain::listing::Status;
use entrepot_store::ScopedTx;
use entrepot_store::listings::{Edit, ListingRow};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::MOST;
use crate::Listings;
use crate::job::SyncListings;

/// Listings changed in one transaction.
const AT_ONCE: usize = 50;

const STANDS: &str = "It stands at the marketplace, or may. End it; its history stays.";

/// What is done to each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BulkAction {
    /// Put on sale, and sent where it differs from what stands there.
    Publish,
    /// Sent again if it is to be on sale, refused or not.
    Push,
    /// Taken off.
    End,
    /// Forgotten, where they never stood anywhere.
    Remove,
}

impl BulkAction {
    /// The word that is posted.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Push => "push",
            Self::End => "end",
            Self::Remove => "remove",
        }
    }

    /// From that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Publish, Self::Push, Self::End, Self::Remove].into_iter().find(|known| known.as_str() == word)
    }

    /// Why it is not done to a listing, as far as that stands here.
    pub(super) fn left_out(self, row: &ListingRow) -> Option<&'static str> {
        match (self, Status::parse(&row.status)) {
            (Self::Publish, Some(Status::Active)) => {
                Some("It is published already. Send it again to have it compared.")
            }
            (Self::Push, Some(Status::Draft)) => Some("It is a draft. Publish it."),
            (Self::Push, Some(Status::Archived)) => Some("It is ended. Publish it to put it on sale again."),
            (Self::End, Some(Status::Archived)) => Some("It is ended already."),
            (Self::Remove, _) if row.stands() || row.pending.is_some() || row.is_in_doubt() => Some(STANDS),
            _ => None,
        }
    }
}

/// Has listings published, sent again, or ended. What becomes of each at the marketplace is told by the listing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeListings {
    pub action: BulkAction,
    pub listings: Vec<String>,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChangedListings {
    /// What was done.
    pub action: Option<BulkAction>,
    /// Listings that the marketplace is told of, or that were removed.
    pub changed: u64,
    /// Listings that were left as they are.
    pub left_out: u64,
    pub lines: Vec<ChangedLine>,
}

/// One listing of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangedLine {
    pub listing: String,
    /// Why it was left as it is.
    pub why: Option<String>,
    /// It stood at the marketplace before.
    #[serde(default)]
    pub stood: bool,
}

impl Listings {
    /// The same that is under way is joined.
    pub async fn start_changing(
        &self,
        context: &RequestContext,
        action: BulkAction,
        listings: Vec<String>,
    ) -> Result<StartedOperation, AppError> {
        let mut listings = listings;
        listings.sort_unstable();
        listings.dedup();
        if listings.is_empty() {
            return Err(AppError::Listing("no listing was chosen; tick at least one".into()));
        }
        if listings.len() > MOST {
            let told = format!("{} listings are more than are changed at once; choose at most {MOST}", listings.len());
            return Err(AppError::Listing(told));
        }
        self.operations.start(&context.tenant, &context.actor, &ChangeListings { action, listings }).await
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Checkpoint {
    at: usize,
    so_far: ChangedListings,
}

#[async_trait]
impl Operation for ChangeListings {
    type Context = Listings;
    type Outcome = ChangedListings;
    const KIND: &'static str = "change_listings";

    async fn run(&self, listings: &Listings, active: &ActiveOperation) -> Result<Option<ChangedListings>, AppError> {
        let mut at = active.checkpoint::<Checkpoint>()?.unwrap_or_default();
        at.so_far.action = Some(self.action);
        let total = self.listings.len();
        while at.at < total {
            let some = &self.listings[at.at..total.min(at.at + AT_ONCE)];
            let ids: Vec<&str> = some.iter().map(String::as_str).collect();
            let rows = active.scoped().listings_with_ids(&ids).await?;
            let mut tx = active.scoped().begin().await?;
            let mut channels = std::collections::BTreeSet::new();
            for id in some {
                let row = rows.iter().find(|row| row.id == *id);
                let why = match row {
                    None => Some("It is not there any more.".to_owned()),
                    Some(row) => self.change(&mut tx, row, active.actor()).await?,
                };
                match (&why, row) {
                    (None, Some(row)) => {
                        at.so_far.changed += 1;
                        channels.insert(row.channel_id.clone());
                    }
                    _ => at.so_far.left_out += 1,
                }
                // What stood there before it was published is not taken off with what was.
                let stood = row.is_some_and(|row| row.external_id.is_some());
                at.so_far.lines.push(ChangedLine { listing: id.clone(), why, stood });
            }
            for channel in channels {
                // Somebody says once that it is worth another try.
                if at.at == 0 && self.action != BulkAction::Remove {
                    tx.resume_listing_lane(&ChannelId::from(channel.as_str())).await?;
                }
                let job = SyncListings { tenant: active.tenant().to_string(), channel };
                listings.services.queue().enqueue(tx.raw(), job).await?;
            }
            at.at += some.len();
            let number = |of: usize| i64::try_from(of).unwrap_or(i64::MAX);
            active.keep(&mut tx, &at, Progress { done: number(at.at), total: Some(number(total)) }).await?;
            tx.commit().await?;
            if active.is_turn_over() && at.at < total {
                return Ok(None);
            }
        }
        Ok(Some(at.so_far))
    }
}

impl ChangeListings {
    /// Why it was left as it is; none: it was done.
    async fn change(&self, tx: &mut ScopedTx, row: &ListingRow, actor: &str) -> Result<Option<String>, AppError> {
        if let Some(why) = self.action.left_out(row) {
            return Ok(Some(why.to_owned()));
        }
        let id = row.listing_id();
        let status = match self.action {
            BulkAction::Remove => return Ok((!tx.delete_listing(&id).await?).then(|| STANDS.to_owned())),
            BulkAction::End => Status::Archived,
            BulkAction::Publish | BulkAction::Push => Status::Active,
        };
        if row.status != status.as_str() {
            let edit = Edit {
                status: status.as_str(),
                overrides: &row.overrides,
                category: row.category_id.as_deref(),
                fields: &row.fields,
                version: row.version,
            };
            if !tx.edit_listing(&id, edit).await? {
                return Ok(Some("Somebody changed it at this moment. Look at it, and do it again.".to_owned()));
            }
            tx.note_listing(&id, "edited", actor, &json!({ "status": status }).to_string()).await?;
        }
        tx.look_at_listing(&id).await?;
        Ok(None)
    }
}
