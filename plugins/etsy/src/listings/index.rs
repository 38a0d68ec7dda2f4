//! All listings of the shop, by what they can be found by: the mark of what was made from here, their SKUs, their words.
//!
//! Etsy has no search by SKU in a shop, so its lists are read: a hundred listings in a request.

use std::cell::RefCell;

use entrepot_guest::listing::Listing;
use entrepot_guest::prelude::*;
use entrepot_guest::text::decode_entities;
use serde_json::Value;

use super::content;
use super::marks::{is_mark, mark};
use crate::client::Client;
use crate::lists;

pub(super) struct Known {
    id: u64,
    title: String,
    description: String,
    materials: Vec<String>,
    skus: Vec<String>,
}

#[derive(Default)]
pub(super) struct Index(Vec<Known>);

/// What a listing that has no id is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It was made for it.
    Own(u64),
    /// Another one has its SKU.
    Taken(u64, String),
    /// Another one says the same, and has no SKU that tells it apart.
    Alike(u64),
    Nothing,
}

/// Read once in a call, when somebody looks.
#[derive(Default)]
pub(super) struct Lists(RefCell<Option<Index>>);

impl Lists {
    pub(super) fn with<T: Transport, V>(
        &self,
        client: &Client<'_, T>,
        look: impl FnOnce(&mut Index) -> V,
    ) -> Result<V, Error> {
        let mut index = self.0.borrow_mut();
        let known = match index.take() {
            Some(known) => known,
            None => Index::read(client)?,
        };
        Ok(look(index.insert(known)))
    }

    /// Etsy does not find it by its id. For a moment that is so of listings that are there: the lists have the last word.
    pub(super) fn lack<T: Transport>(&self, client: &Client<'_, T>, id: u64) -> Result<(), Error> {
        match self.with(client, |index| index.has(id))? {
            true => Err(lists::contradicted(id)),
            false => Ok(()),
        }
    }
}

impl Index {
    pub(super) fn read<T: Transport>(client: &Client<'_, T>) -> Result<Self, Error> {
        let mut all: Vec<Known> = Vec::new();
        lists::each(client, |row| {
            if let Some(known) = Known::of(row.json()) {
                // One that changed its list meanwhile is one all the same.
                all.retain(|other| other.id != known.id);
                all.push(known);
            }
        })?;
        Ok(Self(all))
    }

    fn has(&self, id: u64) -> bool {
        self.0.iter().any(|known| known.id == id)
    }

    pub(super) fn with_sku<'a>(&'a self, sku: &'a str) -> impl Iterator<Item = u64> + 'a {
        self.0
            .iter()
            .filter(move |known| !sku.is_empty() && known.skus.iter().any(|own| own == sku))
            .map(|known| known.id)
    }

    /// By its mark alone, which is a material or the SKU of goods without one: a seller's own listing may say the same and have the same SKU.
    /// A copy that the seller made of it has its mark, too, and came later.
    pub(super) fn own(&self, listing: &Listing) -> Option<u64> {
        let mark = mark(listing);
        let marked = |known: &&Known| known.materials.contains(&mark) || known.skus.contains(&listing.listing_id);
        self.0.iter().filter(marked).map(|known| known.id).min()
    }

    pub(super) fn find(&self, listing: &Listing) -> Found {
        if let Some(id) = self.own(listing) {
            return Found::Own(id);
        }
        if let Some((id, sku)) = skus(listing).find_map(|sku| Some((self.with_sku(sku).next()?, sku))) {
            return Found::Taken(id, sku.to_owned());
        }
        let (title, description) = (listing.product.title.trim(), content::description(&listing.product));
        let is_unmarked = |known: &Known| known.skus.is_empty() && !known.materials.iter().any(|one| is_mark(one));
        let mut alike = self.0.iter().filter(|known| known.title == title && known.description == description);
        alike.find(|known| is_unmarked(known)).map_or(Found::Nothing, |known| Found::Alike(known.id))
    }

    /// One that was made since.
    pub(super) fn add(&mut self, id: u64, listing: &Listing) {
        self.0.push(Known {
            id,
            title: listing.product.title.trim().to_owned(),
            description: content::description(&listing.product),
            materials: vec![mark(listing)],
            skus: skus(listing).map(str::to_owned).collect(),
        });
    }
}

fn skus(listing: &Listing) -> impl Iterator<Item = &str> {
    listing.product.variants.iter().filter_map(|variant| variant.sku.as_deref()).filter(|sku| !sku.is_empty())
}

impl Known {
    fn of(json: &str) -> Option<Self> {
        let row: Value = serde_json::from_str(json).ok()?;
        let text = |name: &str| decode_entities(row[name].as_str().unwrap_or_default().trim()).replace("\r\n", "\n");
        let mut skus = content::texts(&row["skus"]);
        skus.retain(|sku| !sku.is_empty());
        Some(Self {
            id: row["listing_id"].as_u64()?,
            title: text("title"),
            description: text("description"),
            materials: content::texts(&row["materials"]),
            skus,
        })
    }
}
