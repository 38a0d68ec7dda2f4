//! A listing as it stands at Etsy just now.

use entrepot_guest::prelude::*;
use serde_json::Value;

use super::content::texts;
use super::index::Lists;
use super::inventory::Table;
use super::marks::HIDDEN;
use crate::client::{As, Client, value};
use entrepot_guest::http;

pub(super) struct There {
    pub(super) id: u64,
    /// The listing without pictures.
    pub(super) fields: Value,
    pub(super) table: Table,
}

impl There {
    /// With its inventory and its SKUs; none: it is gone, which the shop's lists say, too, or another shop's.
    pub(super) fn read<T: Transport>(client: &Client<'_, T>, lists: &Lists, id: u64) -> Result<Option<Self>, Error> {
        let query = [("listing_ids", id.to_string())];
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let request = client.request(As::Shop, "/listings/batch/inventory", &query);
        let answer = http::ask(client.transport, &request, |response| {
            let answer = value(response)?;
            let found = answer["results"].as_array().and_then(|rows| rows.iter().find(|row| row["listing_id"] == id));
            found.cloned().ok_or_else(|| Error::Unavailable(format!("Etsy answers without listing {id}")))
        });
        match answer {
            Ok(row) if row["shop_id"].as_u64().is_some_and(|shop| shop != client.settings.shop) => Ok(None),
            Ok(row) if row["state"] == "removed" => Ok(None),
            Ok(row) => Self::of(id, row).map(Some),
            Err(Error::NotFound) => Self::without_record(client, lists, id),
            Err(error) => Err(error),
        }
    }

    /// A refusal of the batch may be about the inventory alone: the listing itself says whether it is there.
    fn without_record<T: Transport>(client: &Client<'_, T>, lists: &Lists, id: u64) -> Result<Option<Self>, Error> {
        match client.value(&client.request(As::Shop, &format!("/listings/{id}"), &[])) {
            Ok(row) if row["shop_id"].as_u64().is_some_and(|shop| shop != client.settings.shop) => Ok(None),
            Ok(row) if row["state"] == "removed" => Ok(None),
            Ok(row) if row["listing_id"] == id => Self::of(id, row).map(Some),
            Ok(_) => Err(Error::Unavailable(format!("Etsy answers without listing {id}"))),
            Err(Error::NotFound) => lists.lack(client, id).map(|()| None),
            Err(error) => Err(error),
        }
    }

    fn of(id: u64, mut fields: Value) -> Result<Self, Error> {
        let inventory = fields.as_object_mut().and_then(|fields| fields.remove("inventory")).unwrap_or_default();
        // One that was never edited with the inventory tools has none.
        let table = if inventory.is_null() { Table::default() } else { Table::read(id, &inventory.to_string())? };
        if fields["state"].as_str().is_none() {
            return Err(Error::Unavailable(format!("Etsy does not say in which state listing {id} is")));
        }
        Ok(Self { id, fields, table })
    }

    /// Etsy shows no inventory of it: it has none because nobody wrote one, or Etsy fails at it for a moment.
    pub(super) fn is_without_record(&self) -> bool {
        self.table.lines.is_empty()
    }

    /// What is missing is not what the listing lacks.
    pub(super) fn no_record(&self) -> Error {
        Error::Unavailable(format!("Etsy shows listing {} without its inventory", self.id))
    }

    pub(super) fn state(&self) -> &str {
        self.fields["state"].as_str().unwrap_or_default()
    }

    /// It was taken off from here, for want of stock.
    pub(super) fn is_hidden(&self) -> bool {
        self.state() == "inactive" && texts(&self.fields["materials"]).iter().any(|material| material == HIDDEN)
    }
}
