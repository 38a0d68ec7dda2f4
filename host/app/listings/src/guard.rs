//! What is looked at before it is written over, and what keeps a listing from being sent then.
// See docs/decisions/0085-conflicts.md

use std::collections::HashSet;
use std::time::Duration;

use entrepot_channels::OpenChannel;
use entrepot_core::{AppError, retry_transient};
use entrepot_domain::catalog::Issue;
use entrepot_domain::clock::millis;
use entrepot_sandbox::CallError;
use entrepot_store::Scoped;
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::listings::{Block, ListingRow};

use crate::Listings;
use crate::due::Due;
use crate::outcomes::{GONE, json, note};
use crate::there::{Looked, Unread};
use crate::waits::concerns_all;

/// What could not be looked at is looked at again then.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

fn unread(what: &str, why: &str) -> String {
    format!("what stands there cannot be read, so nothing is sent over {what}: {why}")
}

impl Listings {
    /// Without the listings that the catalogue has otherwise than they stood there, and that the marketplace has so, too: what follows was
    /// written down, and they are looked at again.
    pub(crate) async fn unchanged_there(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        due: Vec<Due>,
    ) -> Result<Vec<Due>, AppError> {
        let hinted = self.hinted(scoped, channel, &due).await?;
        if hinted.is_empty() {
            return Ok(due);
        }
        let (some, mut rest): (Vec<Due>, Vec<Due>) = due.into_iter().partition(|due| hinted.contains(&due.row.id));
        match self.look_there(scoped, channel, owner, &some.iter().collect::<Vec<_>>()).await {
            Ok(looked) => {
                let Looked { as_they_were, gone, unreadable } = &looked;
                let looked = some.into_iter().map(|due| Due { looked: as_they_were.contains(&due.row.id), ..due });
                let stands = |id: &String| gone.contains(id) || unreadable.contains_key(id);
                rest.extend(looked.filter(|due| due.looked || stands(&due.row.id)));
                Ok(rest)
            }
            // Nothing of them is sent before they are looked at again.
            Err(AppError::Call(error)) => {
                self.not_looked_at(scoped, channel, owner, some, &error).await?;
                Ok(rest)
            }
            Err(error) => Err(error),
        }
    }

    /// Where somebody waits for what they asked for, they read why.
    async fn not_looked_at(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        due: Vec<Due>,
        error: &CallError,
    ) -> Result<(), AppError> {
        tracing::info!(channel = channel.id.as_str(), "what stands there cannot be looked at: {error}");
        let (asked, hinted): (Vec<Due>, Vec<Due>) = due.into_iter().partition(Due::is_asked_for);
        self.call_failed(scoped, channel, owner, &asked, error).await?;
        let at = self.services.db().clock().now() + millis(LOOK_AGAIN);
        let mut tx = scoped.begin().await?;
        for due in hinted {
            tx.look_at_listing_later(&due.row.listing_id(), at, due.row.touches).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Whose price is to change is looked at first: nobody's price is overwritten unseen. Where that cannot be looked at, the price waits, and
    /// stock does not.
    pub(crate) async fn priced(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        offer: Vec<Due>,
    ) -> Result<Vec<Due>, AppError> {
        let is_priced = |due: &Due| !due.looked && due.can_be_looked_at() && due.offers_a_price();
        let (priced, mut offer): (Vec<Due>, Vec<Due>) = offer.into_iter().partition(is_priced);
        let asked: Vec<&Due> = priced.iter().collect();
        match self.look_there(scoped, channel, owner, &asked).await {
            Ok(mut looked) => {
                let unreadable = std::mem::take(&mut looked.unreadable);
                self.hold_back(scoped, channel, owner, &asked, &looked).await?;
                for due in priced {
                    let held = unreadable.get(&due.row.id).map(|why| unread("its price", why));
                    if held.is_some() || looked.as_they_were.contains(&due.row.id) {
                        offer.push(Due { held, ..due });
                    }
                }
            }
            Err(AppError::Call(error)) if concerns_all(&error) => {
                self.call_failed(scoped, channel, owner, &priced, &error).await?;
            }
            Err(AppError::Call(error)) => {
                let held = Some(unread("its price", &error.to_string()));
                offer.extend(priced.into_iter().map(|due| Due { held: held.clone(), ..due }));
            }
            Err(error) => return Err(error),
        }
        Ok(offer)
    }

    /// Nothing is sent over what somebody changed there, nor over what cannot be read: looked at just before. `None`: the marketplace does not
    /// answer, all wait.
    pub(crate) async fn not_changed_there(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        push: Vec<Due>,
    ) -> Result<Option<Vec<Due>>, AppError> {
        let standing: Vec<&Due> = push.iter().filter(|due| !due.looked && due.can_be_looked_at()).collect();
        if standing.is_empty() {
            return Ok(Some(push));
        }
        let asked: HashSet<String> = standing.iter().map(|due| due.row.id.clone()).collect();
        let looked = match self.look_there(scoped, channel, owner, &standing).await {
            Ok(looked) => looked,
            Err(AppError::Call(error)) => {
                self.call_failed(scoped, channel, owner, &push, &error).await?;
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        self.hold_back(scoped, channel, owner, &standing, &looked).await?;
        let goes_on = |due: &Due| !asked.contains(&due.row.id) || looked.as_they_were.contains(&due.row.id);
        Ok(Some(push.into_iter().filter(goes_on).collect()))
    }

    /// Looks at what stands there just before it is written over. An adapter that sends pictures itself takes its time over each listing, so
    /// each is looked at by itself.
    pub(crate) async fn push_looked_at(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        push: Vec<Due>,
    ) -> Result<(), AppError> {
        let sends_pictures = channel.generation.adapter.imports().iter().any(|name| name.starts_with("media/"));
        let (alone, together): (Vec<Due>, Vec<Due>) =
            push.into_iter().partition(|due| sends_pictures && due.can_be_looked_at());
        // What was seen before the others were sent is seen once more.
        let anew = |(at, due): (usize, Due)| vec![Due { looked: due.looked && at == 0, ..due }];
        let groups = alone.into_iter().enumerate().map(anew).chain([together]);
        for group in groups.filter(|group| !group.is_empty()) {
            let Some(push) = self.not_changed_there(scoped, channel, owner, group).await? else { return Ok(()) };
            if !push.is_empty() && !Box::pin(self.push_these(scoped, channel, owner, push, false)).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Where a channel was led elsewhere, the ids of before may be those of other goods: nothing is written before that was looked at.
    pub(crate) async fn confirmed(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        due: Vec<Due>,
    ) -> Result<Vec<Due>, AppError> {
        let is_open = |due: &Due| due.row.unconfirmed != 0 && due.row.external_id.is_some();
        let (open, mut sure): (Vec<Due>, Vec<Due>) = due.into_iter().partition(is_open);
        if open.is_empty() || !channel.generation.adapter.fetches() {
            sure.extend(open);
            return Ok(sure);
        }
        let there = match self.there(scoped, channel, &open.iter().collect::<Vec<_>>()).await {
            Ok(there) => there,
            Err(AppError::Call(error)) => {
                self.call_failed(scoped, channel, owner, &open, &error).await?;
                return Ok(sure);
            }
            Err(error) => return Err(error),
        };
        let mut looked = Looked::default();
        for due in &open {
            let id = due.row.id.clone();
            match due.row.external_id.as_ref().and_then(|id| there.get(id)) {
                Some(Ok(product)) if due.is_of(product) => drop(looked.as_they_were.insert(id)),
                Some(Err(Unread::TooLarge(why) | Unread::Wrong(why))) => {
                    drop(looked.unreadable.insert(id, why.clone()))
                }
                _ => drop(looked.gone.insert(id)),
            }
        }
        let mut tx = scoped.begin().await?;
        for due in &open {
            let stands = looked.as_they_were.contains(&due.row.id);
            if stands && !tx.listing_is_confirmed(&due.row.listing_id(), due.row.unconfirmed).await? {
                looked.as_they_were.remove(&due.row.id);
            }
        }
        tx.commit().await?;
        self.hold_back(scoped, channel, owner, &open.iter().collect::<Vec<_>>(), &looked).await?;
        sure.extend(open.into_iter().filter(|due| looked.as_they_were.contains(&due.row.id)));
        Ok(sure)
    }

    async fn hold_back(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        due: &[&Due],
        looked: &Looked,
    ) -> Result<(), AppError> {
        if looked.gone.is_empty() && looked.unreadable.is_empty() {
            return Ok(());
        }
        retry_transient(self.services.options().database_patience, async || {
            let mut tx = scoped.begin().await?;
            tx.hold_channel_work(ChannelWork::Listings, &channel.id, owner, millis(self.services.options().lease))
                .await?;
            for due in due {
                if looked.gone.contains(&due.row.id) {
                    let told = match due.row.unconfirmed {
                        0 => "It is no longer at the marketplace: somebody deleted it there. To make it anew, push the listing by its id.",
                        _ => {
                            "The channel leads to another address since, and there it does not stand. To make it there, push the listing by its id."
                        }
                    };
                    self.gone(&mut tx, due, &[Issue::new("", GONE, told)]).await?;
                }
                if let Some(why) = looked.unreadable.get(&due.row.id) {
                    self.fail(&mut tx, due, &unread("it", why), None, false).await?;
                }
            }
            Ok::<_, AppError>(tx.commit().await?)
        })
        .await
    }

    /// A listing that cannot be read here: the others go on.
    pub(crate) async fn set_aside(&self, scoped: &Scoped, row: &ListingRow, error: &AppError) -> Result<(), AppError> {
        let why = format!("{error}; set it anew");
        let issues = [Issue::new("", "listing-unreadable", why.clone())];
        let mut tx = scoped.begin().await?;
        let block = Block { refused: None, nothing_new_stands: false, issues: &json(&issues), why: &why };
        tx.listing_is_blocked(&row.listing_id(), block, row.touches).await?;
        if row.sync_status != "blocked" {
            note(&mut tx, &row.listing_id(), "blocked", serde_json::json!({ "issues": issues })).await?;
        }
        Ok(tx.commit().await?)
    }
}
