//! What follows from what was seen at the marketplace: whose value counts, by the channel's rule or by a person's decision.
// See docs/decisions/0085-conflicts.md

use std::collections::BTreeMap;
use std::time::Duration;

use entrepot_channels::OpenChannel;
use entrepot_core::{AppError, retry_transient};
use entrepot_domain::clock::{Timestamp, millis};
use entrepot_domain::drift::{Baseline, Difference, Policy};
use entrepot_domain::listing::Status;
use entrepot_domain::{Money, ProductId};
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::listings::{ConflictRow, Edit, ListingRow};
use entrepot_store::{Scoped, ScopedTx};
use serde_json::{Value, json};

use crate::Listings;
use crate::conflicts::Decision;
use crate::due::{Due, WITHDRAWN};
use crate::outcomes::HOST;
use crate::overrides::{checked, merged};
use crate::there::Seen;

/// What is changed there so often within a day is for a person to decide: something there does it by itself.
const SET_BACK: i64 = 3;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Listings {
    /// After looking: what the rule decides is done, what it leaves to people is a conflict. True: nothing new was found.
    pub(crate) async fn settle_seen(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        due: &Due,
        seen: Seen,
    ) -> Result<bool, AppError> {
        let known: BTreeMap<&str, &ConflictRow> = due.conflicts.iter().map(|row| (row.field.as_str(), row)).collect();
        let (mut decided, mut asked, mut new) = (Vec::new(), Vec::new(), false);
        for difference in &seen.differences {
            let before = known.get(difference.field.as_str());
            match self.decided(due, difference, before.copied()) {
                Some(decision) => decided.push((difference.field.clone(), difference.theirs.clone(), decision)),
                None if before.is_some_and(|row| is_the_same(row, difference)) => {}
                None => {
                    new |= before.is_none_or(|row| row.decision.is_some());
                    asked.push(difference);
                }
            }
        }
        let differs = |field: &str| seen.differences.iter().any(|difference| difference.field == field);
        let is_over = |row: &&ConflictRow| row.decision.is_none() && row.times <= SET_BACK && !differs(&row.field);
        let over: Vec<&str> = due.conflicts.iter().filter(is_over).map(|row| row.field.as_str()).collect();
        let nothing_new = decided.is_empty() && !new && over.is_empty();
        if nothing_new && asked.is_empty() && due.baseline().as_ref() == Some(&seen.baseline) {
            return Ok(true);
        }
        retry_transient(self.services.options().database_patience, async || {
            let (id, mut baseline) = (due.row.listing_id(), seen.baseline.clone());
            let mut tx = scoped.begin().await?;
            tx.hold_channel_work(ChannelWork::Listings, &channel.id, owner, millis(self.services.options().lease))
                .await?;
            for difference in &asked {
                let Difference { field, theirs, ours } = difference;
                tx.put_conflict(&id, field, (&theirs.to_string(), &ours.to_string()), None).await?;
            }
            for (field, theirs, decision) in &decided {
                let ours = seen.differences.iter().find(|of| of.field == *field).map(|of| of.ours.to_string());
                let values = (theirs.to_string(), ours.unwrap_or_default());
                tx.put_conflict(&id, field, (&values.0, &values.1), Some((decision.as_str(), HOST))).await?;
            }
            for row in due.conflicts.iter().filter(|row| over.contains(&row.field.as_str())) {
                tx.decide_conflict(&id, (&row.field, row.seen_at), WITHDRAWN, HOST).await?;
            }
            if nothing_new {
                tx.set_baseline(&id, &baseline.to_json()).await?;
            } else {
                self.follow(scoped, &mut tx, due, &mut baseline, &decided).await?;
                let asked: Vec<&str> = asked.iter().map(|of| of.field.as_str()).collect();
                let counts: BTreeMap<&str, &str> =
                    decided.iter().map(|(field, _, decision)| (field.as_str(), decision.as_str())).collect();
                let detail = json!({ "conflicts": asked, "decided": counts, "over": over });
                tx.note_listing(&id, "drift", HOST, &detail.to_string()).await?;
            }
            Ok::<_, AppError>(tx.commit().await?)
        })
        .await?;
        Ok(nothing_new)
    }

    /// By the channel's rule. None: a person is asked.
    fn decided(&self, due: &Due, difference: &Difference, before: Option<&ConflictRow>) -> Option<Decision> {
        match due.rule.conflicts.of(&difference.field) {
            Policy::Ask => None,
            _ if before.is_some_and(|row| row.times >= SET_BACK && row.seen_at > self.a_day_ago()) => None,
            Policy::Ours => Some(Decision::Ours),
            Policy::Theirs => taken(due, &difference.field, &difference.theirs).is_ok().then_some(Decision::Theirs),
        }
    }

    fn a_day_ago(&self) -> Timestamp {
        self.services.db().clock().now() - millis(DAY)
    }

    /// Writes down what follows from decisions: ours is sent anew, theirs becomes what was set for the listing.
    pub(crate) async fn follow(
        &self,
        scoped: &Scoped,
        tx: &mut ScopedTx,
        due: &Due,
        baseline: &mut Baseline,
        decided: &[(String, Value, Decision)],
    ) -> Result<(), AppError> {
        let id = due.row.listing_id();
        let mut set = merged(&due.row.overrides, None)?;
        let mut status = due.row.status.clone();
        let (mut sends, mut takes) = (false, false);
        for (field, theirs, decision) in decided {
            let variant = field.strip_prefix("variants/").and_then(|of| of.strip_suffix("/price"));
            baseline.note(field, theirs, *decision == Decision::Theirs);
            match (decision, variant) {
                (Decision::Ours, Some(variant)) => tx.note_price_there(&id, variant, None).await?,
                (Decision::Ours, None) => sends = true,
                (Decision::Theirs, variant) => {
                    let change = taken(due, field, theirs)?;
                    set = merged(&set.to_string(), Some(&change))?;
                    takes = true;
                    if field == "on_sale" {
                        status =
                            if theirs == &json!(true) { Status::Active } else { Status::Archived }.as_str().to_owned();
                    }
                    if let Some(variant) = variant {
                        let price: Option<Money> = serde_json::from_value(theirs.clone()).ok();
                        tx.note_price_there(&id, variant, price.as_ref()).await?;
                    }
                }
            }
        }
        tx.set_baseline(&id, &baseline.to_json()).await?;
        if takes {
            let product = scoped.product(&ProductId::from(due.row.product_id.as_str())).await?;
            let overrides = checked(set, product.as_ref())?;
            let row = &due.row;
            let edit = Edit {
                status: &status,
                overrides: &overrides,
                category: row.category_id.as_deref(),
                fields: &row.fields,
                version: row.version,
            };
            if !tx.edit_listing(&id, edit).await? {
                return Err(AppError::ListingChanged(row.id.clone()));
            }
            let changed = ListingRow { overrides, status, ..row.clone() };
            let then = due.with(changed, product.map(|of| of.product))?;
            if !sends && baseline.is_as_wanted(&then.content(), &then.wanted.rest()) {
                tx.listing_is_taken_over(&id, &then.wanted.hash).await?;
            }
        }
        if sends {
            tx.send_listing_anew(&id).await?;
        }
        Ok(tx.look_at_listing(&id).await?)
    }
}

fn is_the_same(row: &ConflictRow, difference: &Difference) -> bool {
    // As they were written down.
    let (theirs, ours) = (difference.theirs.to_string(), difference.ours.to_string());
    row.decision.is_none() && row.theirs == theirs && row.ours == ours
}

/// The change of what is set for the listing by which theirs counts. Fails where nothing like it can be set here.
fn taken(due: &Due, field: &str, theirs: &Value) -> Result<Value, AppError> {
    let cannot = |why: &str| AppError::Listing(format!("what stands there as {field} cannot be taken over: {why}"));
    let change = match field {
        "on_sale" => json!({}),
        "variants" => return Err(cannot("a listing has the variants of its product; disable or add them in its shop")),
        "title" if theirs.is_null() => return Err(cannot("a listing has a title")),
        "title" | "description" | "seo_slug" | "meta_title" | "meta_description" | "brand" => {
            json!({ field: theirs.as_str().unwrap_or_default() })
        }
        "tags" | "images" => json!({ field: theirs }),
        of => match of.strip_prefix("variants/").and_then(|of| of.strip_suffix("/price")) {
            Some(variant) if !theirs.is_null() => json!({ "variants": { variant: { "price": theirs } } }),
            Some(_) => return Err(cannot("it has no price there")),
            None => return Err(cannot("there is no such field")),
        },
    };
    checked(merged(&due.row.overrides, Some(&change))?, None).map_err(|error| cannot(&error.to_string()))?;
    Ok(change)
}
