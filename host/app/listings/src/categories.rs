//! Categories of a marketplace: looked for, and what one asks for. Both ask the marketplace, so they are operations.

use std::collections::BTreeSet;

use async_trait::async_trait;
use entrepot_channels::OpenChannel;
use entrepot_core::{ActiveOperation, AppError, Operation, RequestContext, StartedOperation};
use entrepot_domain::ChannelId;
use entrepot_domain::listing::Category;
use serde::{Deserialize, Serialize};

use crate::Listings;
use crate::send::rule_of;

/// Categories that are told; who looks for one says more.
const MOST: usize = 100;
/// Levels that are opened while something is looked for.
const OPENED: usize = 30;
/// Characters of what is looked for.
const MOST_CHARS: usize = 200;

/// Looks for a category of a listing's marketplace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindCategories {
    pub listing: String,
    /// Part of a name; empty: what the marketplace suggests for the goods, and the first level.
    pub words: String,
    /// Those below this one; empty: of all.
    pub parent: String,
}

/// What was found, surest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FoundCategories {
    pub listing: String,
    pub categories: Vec<FoundCategory>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundCategory {
    pub id: String,
    pub path: Vec<String>,
    /// Goods can be listed in it.
    pub leaf: bool,
    /// The marketplace suggests it for these goods.
    pub suggested: bool,
}

/// Asks a listing's marketplace what its category needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskFields {
    pub listing: String,
    /// Empty: none.
    pub category: String,
}

/// What a category asks for is told by the listing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AskedFields {
    pub listing: String,
    pub fields: u64,
    pub required: u64,
}

impl Listings {
    pub async fn start_finding_categories(
        &self,
        context: &RequestContext,
        listing: &str,
        words: &str,
        parent: &str,
    ) -> Result<StartedOperation, AppError> {
        let row = self.listing_row(&self.services.db().tenant(&context.tenant), listing).await?;
        let words: String = words.trim().chars().take(MOST_CHARS).collect();
        let find = FindCategories { listing: row.id, words, parent: parent.to_owned() };
        self.operations.start(&context.tenant, &context.actor, &find).await
    }

    pub async fn start_asking_fields(
        &self,
        context: &RequestContext,
        listing: &str,
    ) -> Result<StartedOperation, AppError> {
        let scoped = self.services.db().tenant(&context.tenant);
        let row = self.listing_row(&scoped, listing).await?;
        let id = row.id.clone();
        let rule = rule_of(&scoped.listing_lane(&ChannelId::from(row.channel_id.as_str())).await?)?;
        let loaded = self.load(&scoped, vec![row]).await?.pop();
        let wanted = loaded.map(|loaded| loaded.under(&rule)).transpose()?;
        let category = wanted.and_then(|wanted| wanted.listing.category).unwrap_or_default();
        let ask = AskFields { listing: id, category };
        self.operations.start(&context.tenant, &context.actor, &ask).await
    }
}

#[async_trait]
impl Operation for AskFields {
    type Context = Listings;
    type Outcome = AskedFields;
    const KIND: &'static str = "ask_category_fields";

    async fn run(&self, listings: &Listings, active: &ActiveOperation) -> Result<Option<AskedFields>, AppError> {
        let row = listings.listing_row(active.scoped(), &self.listing).await?;
        let channel = listings.channels.open_channel(active.tenant(), &row.channel_id).await?;
        let category = Some(self.category.as_str()).filter(|category| !category.is_empty());
        let asked = listings.asked_fields(active.scoped(), &channel, category).await;
        // Calls that failed count, too.
        listings.channels.account(active.scoped(), &channel).await;
        let fields = asked?;
        let required = fields.iter().filter(|field| field.required).count() as u64;
        Ok(Some(AskedFields { listing: row.id, fields: fields.len() as u64, required }))
    }
}

impl FindCategories {
    async fn found(&self, asks: &Asks<'_>, title: &str, path: Vec<String>) -> Result<Found, AppError> {
        let mut found = Found::default();
        if !self.parent.is_empty() {
            found.add(asks.below(Some(&self.parent)).await?, false);
        } else if self.words.is_empty() {
            found.add(asks.suggested(title, path).await?, true);
            found.add(asks.below(None).await?, false);
        } else {
            found.add(asks.suggested(&self.words, vec![self.words.clone()]).await?, true);
            found.add(asks.named(&self.words).await?, false);
        }
        Ok(found)
    }
}

#[async_trait]
impl Operation for FindCategories {
    type Context = Listings;
    type Outcome = FoundCategories;
    const KIND: &'static str = "find_categories";

    async fn run(&self, listings: &Listings, active: &ActiveOperation) -> Result<Option<FoundCategories>, AppError> {
        let look = listings.look(active.tenant(), &self.listing).await?;
        let channel = listings.channels.open_channel(active.tenant(), &look.report.channel).await?;
        let collections = look.source.as_ref().map(|product| product.collections.as_slice()).unwrap_or_default();
        let path = collections.iter().map(|one| &one.path).max_by_key(|path| path.len()).cloned().unwrap_or_default();
        let title = look.report.title.unwrap_or_default();
        let looked = self.found(&Asks { listings, channel: &channel }, &title, path).await;
        listings.channels.account(active.scoped(), &channel).await;
        let found = looked?;
        let mut tx = active.scoped().begin().await?;
        for one in &found.all {
            let path = serde_json::to_string(&one.path).unwrap_or_else(|_| "[]".to_owned());
            tx.put_category_path(&channel.id, &one.id, &path).await?;
        }
        tx.commit().await?;
        Ok(Some(FoundCategories { listing: self.listing.clone(), categories: found.all }))
    }
}

#[derive(Default)]
struct Found {
    seen: BTreeSet<String>,
    all: Vec<FoundCategory>,
}

impl Found {
    fn add(&mut self, more: Vec<Category>, suggested: bool) {
        for Category { id, path, leaf } in more {
            if self.all.len() < MOST && self.seen.insert(id.clone()) {
                self.all.push(FoundCategory { id, path, leaf, suggested });
            }
        }
    }
}

struct Asks<'a> {
    listings: &'a Listings,
    channel: &'a OpenChannel,
}

impl Asks<'_> {
    async fn suggested(&self, title: &str, path: Vec<String>) -> Result<Vec<Category>, AppError> {
        let session = self.channel.session(&self.listings.services);
        let adapter = &self.channel.generation.adapter;
        Ok(adapter.suggest_categories(&self.channel.view, session, title.to_owned(), path).await?)
    }

    async fn below(&self, parent: Option<&str>) -> Result<Vec<Category>, AppError> {
        let session = self.channel.session(&self.listings.services);
        let adapter = &self.channel.generation.adapter;
        Ok(adapter.categories(&self.channel.view, session, parent.map(str::to_owned)).await?)
    }

    /// Those with the words in their name, level by level, as far as it goes.
    async fn named(&self, words: &str) -> Result<Vec<Category>, AppError> {
        let words = words.to_lowercase();
        let (mut found, mut level, mut opened) = (Vec::new(), self.below(None).await?, 1);
        while !level.is_empty() && found.len() < MOST {
            let mut next = Vec::new();
            for one in level {
                let may_open = opened < OPENED && found.len() < MOST;
                if may_open {
                    opened += 1;
                    next.extend(self.below(Some(&one.id)).await?);
                }
                if one.path.last().is_some_and(|name| name.to_lowercase().contains(&words)) {
                    found.push(one);
                }
            }
            level = next;
        }
        Ok(found)
    }
}
