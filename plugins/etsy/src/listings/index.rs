//! All listings of the shop, by what they can be found by: their SKUs, the mark of a draft, their words.
//!
//! Etsy has no search by SKU in a shop, so its lists are read: a hundred listings in a request.

use entrepot_guest::listing::Listing;
use entrepot_guest::prelude::*;
use entrepot_guest::text::decode_entities;
use serde_json::Value;

use super::content;
use super::state::mark;
use crate::client::Client;
use crate::item::Row;
use crate::pages::{Cursor, STATES, Taken};

const PAGE: u64 = 100;
/// No shop has more pages.
const MOST_PAGES: usize = 2_000;

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
pub(super) enum Found {
    /// It was made for it, or is as it would be made.
    Own(u64),
    /// Another one has its SKU.
    Taken(u64, String),
    Nothing,
}

impl Index {
    pub(super) fn read<T: Transport>(client: &Client<'_, T>) -> Result<Self, Error> {
        let mut all: Vec<Known> = Vec::new();
        for (list, state) in STATES.into_iter().enumerate() {
            let mut cursor = Some(Cursor::of_list(list));
            for _ in 0..MOST_PAGES {
                let Some(at) = cursor.take() else { break };
                let answer = client.get(&client.listings(state, PAGE, at.offset, ""))?;
                let (count, rows) = answer.list()?;
                let marks: Vec<_> = rows.iter().map(|row| Row::of(*row).mark()).collect();
                cursor = match at.take(&marks, count, PAGE)? {
                    Taken::From(from, next) => {
                        for known in rows[from..].iter().filter_map(|row| Known::of(row.json())) {
                            // One that changed its list meanwhile is one all the same.
                            all.retain(|other| other.id != known.id);
                            all.push(known);
                        }
                        next
                    }
                    Taken::Lost(back) => Some(back),
                };
            }
        }
        Ok(Self(all))
    }

    pub(super) fn with_sku<'a>(&'a self, sku: &'a str) -> impl Iterator<Item = u64> + 'a {
        self.0
            .iter()
            .filter(move |known| !sku.is_empty() && known.skus.iter().any(|own| own == sku))
            .map(|known| known.id)
    }

    /// By its mark, which is a material of a draft or the SKU of goods without one; or by its words and SKUs, all of them: what stands there
    /// just as it would be made is taken for it.
    pub(super) fn own(&self, listing: &Listing) -> Option<u64> {
        let mark = mark(listing);
        let marked = |known: &&Known| known.materials.contains(&mark) || known.skus.contains(&listing.listing_id);
        if let Some(known) = self.0.iter().find(marked) {
            return Some(known.id);
        }
        let mut skus: Vec<&str> = skus(listing).collect();
        skus.sort_unstable();
        skus.dedup();
        // Words alone may be those of other goods.
        if skus.is_empty() {
            return None;
        }
        let (title, description) = (listing.product.title.trim(), content::description(&listing.product));
        let same = |known: &&Known| {
            let mut own: Vec<&str> = known.skus.iter().map(String::as_str).collect();
            own.sort_unstable();
            own.dedup();
            known.title == title && known.description == description && own == skus
        };
        let mut found = self.0.iter().filter(same);
        // Of two that are alike nobody can say which one it is.
        match (found.next(), found.next()) {
            (Some(only), None) => Some(only.id),
            _ => None,
        }
    }

    pub(super) fn find(&self, listing: &Listing) -> Found {
        if let Some(id) = self.own(listing) {
            return Found::Own(id);
        }
        let taken = skus(listing).find_map(|sku| Some((self.with_sku(sku).next()?, sku.to_owned())));
        taken.map_or(Found::Nothing, |(id, sku)| Found::Taken(id, sku))
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
