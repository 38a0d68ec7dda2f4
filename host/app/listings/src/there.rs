//! Looking at what stands at the marketplace, before something is sent over it and where the catalogue says that it was changed there.
// See docs/decisions/0085-conflicts.md

use std::collections::{HashMap, HashSet};

use entrepot_channels::OpenChannel;
use entrepot_core::AppError;
use entrepot_domain::Money;
use entrepot_domain::catalog::{Product, ProductStatus, validate};
use entrepot_domain::drift::{Baseline, Difference, fields, fingerprint};
use entrepot_domain::listing::Intent;
use entrepot_sandbox::CallError;
use entrepot_store::Scoped;
use entrepot_store::listings::ConflictRow;
use entrepot_store::products::StoredProduct;
use serde_json::json;

use crate::Listings;
use crate::due::{Due, WITHDRAWN};

/// What stands there by the marketplace's id, or why that cannot be read; none: it is gone.
pub(crate) type There = HashMap<String, Result<Product, Unread>>;

/// Why what stands there is not known.
#[derive(Clone)]
pub(crate) enum Unread {
    /// More than can be read while somebody waits, and no import has read it since it was sent.
    TooLarge(String),
    Wrong(String),
}

/// How an adapter says that a product is there and too large to be read at once.
const TOO_LARGE: &str = "not-read-yet";

/// What looking at listings came to. Of those in none of these, something was written down, and they are looked at again.
#[derive(Default)]
pub(crate) struct Looked {
    /// Ids of those that go on as they were.
    pub(crate) as_they_were: HashSet<String>,
    /// Of those that stand there no longer.
    pub(crate) gone: HashSet<String>,
    /// Of those that cannot be read, and why.
    pub(crate) unreadable: HashMap<String, String>,
}

/// What was found by looking.
pub(crate) struct Seen {
    /// What is known from now on.
    pub(crate) baseline: Baseline,
    pub(crate) differences: Vec<Difference>,
}

impl Due {
    /// What is compared: the content as it is wanted.
    pub(crate) fn content(&self) -> Product {
        let status = match self.wanted.listing.intent {
            Intent::Active => ProductStatus::Active,
            Intent::Draft | Intent::Ended => ProductStatus::Draft,
        };
        let mut content = Product { status, ..self.wanted.listing.product.clone() };
        content.description_html = clean(content.description_html);
        content
    }

    pub(crate) fn baseline(&self) -> Option<Baseline> {
        serde_json::from_str(self.row.baseline.as_deref()?).ok()
    }

    /// It stands, and what is on its way can be told from what others wrote.
    pub(crate) fn can_be_looked_at(&self) -> bool {
        let is_known = self.row.last_synced_at.is_some() && self.row.baseline.is_some();
        self.row.external_id.is_some()
            && self.row.pending.is_none()
            && (!self.row.is_in_doubt() || is_known)
            && !self.wanted.is_to_end()
    }

    /// Where nothing is known of what stood there, all of it is taken for what was sent.
    fn compare(&self, there: &Product) -> Seen {
        let content = self.content();
        if self.row.last_synced_at.is_none() {
            let (baseline, mut differences) = Baseline::adopted(there, &content);
            differences.extend(self.prices_before(there));
            differences.retain(|difference| !self.is_decided(difference));
            return Seen { baseline, differences };
        }
        let Some(mut baseline) = self.baseline() else {
            return Seen { baseline: Baseline::after(&content, self.wanted.rest(), there), differences: Vec::new() };
        };
        if !self.row.is_in_doubt() {
            baseline.doubt_nothing();
        }
        let mut differences = baseline.differences(there, &content);
        differences.extend(self.prices(there));
        Seen { baseline, differences }
    }

    /// Prices that are neither as they were told nor as they are wanted.
    fn prices<'a>(&'a self, there: &'a Product) -> impl Iterator<Item = Difference> + 'a {
        self.wanted.offers().filter_map(|(listed, wanted)| {
            let known = self.listed.iter().find(|known| known.variant_id == listed.variant_id)?;
            let told = known.price()?;
            let theirs = self.price_there(there, listed.external_id.as_deref()?)?;
            // One that was sent without an answer may be what stands there.
            let is_in_doubt = self.row.is_in_doubt() && wanted.price.as_ref() != Some(&told);
            let is_in_doubt = is_in_doubt || known.sent_price().as_ref() == Some(theirs);
            if *theirs == told || Some(theirs) == wanted.price.as_ref() || is_in_doubt {
                return None;
            }
            let field = format!("variants/{}/price", listed.variant_id);
            Some(Difference { field, theirs: json!(theirs), ours: json!(wanted.price) })
        })
    }

    /// By a SKU that it was listed with; of goods without any, by the title that stood there.
    pub(crate) fn is_of(&self, there: &Product) -> bool {
        let mut skus =
            self.listed.iter().filter_map(|known| known.sku.as_deref()).filter(|sku| !sku.is_empty()).peekable();
        if skus.peek().is_some() {
            return skus.any(|sku| there.variants.iter().any(|of| of.sku.as_deref() == Some(sku)));
        }
        let known = self.baseline().and_then(|baseline| baseline.fields.get("title").map(|known| known.there.clone()));
        known.is_some_and(|known| fields(there).get("title").is_some_and(|title| fingerprint(title) == known))
    }

    fn is_decided(&self, difference: &Difference) -> bool {
        let decided = |row: &&ConflictRow| row.decision.as_deref().is_some_and(|word| word != WITHDRAWN);
        let theirs = difference.theirs.to_string();
        let same = |row: &ConflictRow| row.field == difference.field && row.theirs == theirs;
        self.conflicts.iter().filter(decided).any(same)
    }

    /// Of goods that stood there before anything was sent.
    fn prices_before<'a>(&'a self, there: &'a Product) -> impl Iterator<Item = Difference> + 'a {
        let only = there.variants.len() == 1 && self.wanted.listing.variants.len() == 1;
        self.wanted.offers().filter_map(move |(listed, wanted)| {
            let same = |sku: &Option<String>| sku.is_some() && *sku == listed.sku;
            let of = there.variants.iter().find(|of| only || same(&of.sku))?;
            let (theirs, ours) = (of.price.as_ref()?, wanted.price.as_ref()?);
            let field = format!("variants/{}/price", listed.variant_id);
            (theirs != ours).then(|| Difference { field, theirs: json!(theirs), ours: json!(ours) })
        })
    }

    fn price_there<'a>(&self, there: &'a Product, variant: &str) -> Option<&'a Money> {
        let mut all = there.variants.iter();
        let of = match there.variants.as_slice() {
            // A product without variants is its own one, under whichever id.
            [only] if self.wanted.listing.variants.len() == 1 => Some(only),
            _ => all.find(|of| of.source_id == variant),
        };
        of?.price.as_ref()
    }
}

fn clean(html: Option<String>) -> Option<String> {
    html.and_then(|html| entrepot_catalog::clean_html(&html)).filter(|html| !html.is_empty())
}

impl Listings {
    /// Which of these the catalogue has with other fields than stood there: it may be behind, so the marketplace is asked.
    pub(crate) async fn hinted(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        due: &[Due],
    ) -> Result<Vec<String>, AppError> {
        if !channel.generation.adapter.fetches() {
            return Ok(Vec::new());
        }
        let standing: Vec<&Due> = due.iter().filter(|due| due.can_be_looked_at()).collect();
        let ids: Vec<&str> = standing.iter().filter_map(|due| due.row.external_id.as_deref()).collect();
        let products = scoped.products_there(&channel.id, &ids).await?;
        let products: HashMap<String, StoredProduct> =
            products.into_iter().map(|found| (found.product.source_id.clone(), found)).collect();
        let is_hinted = |due: &&&Due| match due.row.external_id.as_ref().and_then(|id| products.get(id)) {
            // It may have been set back, or somebody asked to have it compared.
            _ if due.is_in_conflict() || due.is_asked_for() => true,
            _ if due.row.baseline.is_none() => due.row.accepted_hash.as_deref() == Some(&due.wanted.hash),
            Some(there) => !due.compare(&there.product).differences.is_empty(),
            None => false,
        };
        Ok(standing.iter().filter(is_hinted).map(|due| due.row.id.clone()).collect())
    }

    /// What stands there now; of what is too large to be read at once, as it was imported since it was sent.
    pub(crate) async fn there(&self, scoped: &Scoped, channel: &OpenChannel, due: &[&Due]) -> Result<There, AppError> {
        let ids = due.iter().filter_map(|due| due.row.external_id.clone()).collect();
        let mut there = self.read_there(channel, ids).await?;
        let is_too_large = |due: &&&Due| {
            let of = due.row.external_id.as_ref().and_then(|id| there.get(id));
            matches!(of, Some(Err(Unread::TooLarge(_))))
        };
        let large: HashMap<String, &Due> =
            due.iter().filter(is_too_large).filter_map(|due| Some((due.row.external_id.clone()?, *due))).collect();
        let ids: Vec<&str> = large.keys().map(String::as_str).collect();
        for found in scoped.products_there(&channel.id, &ids).await? {
            let id = found.product.source_id.clone();
            let sent_at = large.get(&id).and_then(|due| due.row.last_synced_at);
            if sent_at.is_none_or(|at| found.updated_at > at) {
                there.insert(id, Ok(found.product));
            }
        }
        Ok(there)
    }

    async fn read_there(&self, channel: &OpenChannel, ids: Vec<String>) -> Result<There, CallError> {
        let items = channel.fetch_items(&channel.session(&self.services), None, ids).await?;
        let mut mapper = channel.generation.adapter.mapper(&channel.view);
        let mut there = There::new();
        for item in items.iter().filter(|item| !item.deleted) {
            let mapped = match item.problems.first() {
                Some(problem) if problem.code == TOO_LARGE => Err(Unread::TooLarge(problem.message.clone())),
                Some(problem) => Err(Unread::Wrong(problem.message.clone())),
                None => mapper.map(item).await.map_err(|error| Unread::Wrong(error.to_string())),
            };
            let read = mapped.and_then(|mut product| match validate(&mut product).into_iter().next() {
                Some(problem) => Err(Unread::Wrong(problem.message)),
                None => Ok(Product { description_html: clean(product.description_html.take()), ..product }),
            });
            there.insert(item.source_id.clone(), read);
        }
        Ok(there)
    }

    /// Looks at these and does what follows: see [`Listings::settle_seen`].
    pub(crate) async fn look_there(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        due: &[&Due],
    ) -> Result<Looked, AppError> {
        let mut looked = Looked::default();
        let due: Vec<&Due> = due.iter().copied().filter(|due| due.can_be_looked_at()).collect();
        if due.is_empty() || !channel.generation.adapter.fetches() {
            looked.as_they_were = due.iter().map(|due| due.row.id.clone()).collect();
            return Ok(looked);
        }
        let there = self.there(scoped, channel, &due).await?;
        for due in due {
            let id = due.row.id.clone();
            match due.row.external_id.as_ref().and_then(|id| there.get(id)) {
                Some(Ok(there)) => match self.settle_seen(scoped, channel, owner, due, due.compare(there)).await {
                    Ok(true) => drop(looked.as_they_were.insert(id)),
                    Ok(false) => {}
                    // Of this listing alone: the others are not to wait for it.
                    Err(error @ (AppError::Listing(_) | AppError::ListingChanged(_))) => {
                        looked.unreadable.insert(id, error.to_string());
                    }
                    Err(error) => return Err(error),
                },
                // Waiting would be for an import that may never be asked for.
                Some(Err(Unread::TooLarge(_))) => drop(looked.as_they_were.insert(id)),
                Some(Err(Unread::Wrong(why))) => drop(looked.unreadable.insert(id, why.clone())),
                None => drop(looked.gone.insert(id)),
            }
        }
        Ok(looked)
    }
}
