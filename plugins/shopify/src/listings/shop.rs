//! What has to be known of a shop before goods are put on sale in it: whether the app may, where they are published, and where they lie.

use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use crate::client::{Client, user_errors};
use crate::pages::odd;
use crate::settings::Places;
use crate::{documents, gid};

/// Without these nothing can be sold. A scope to write includes the one to read.
const SCOPES: [&str; 5] =
    ["write_products", "write_inventory", "read_locations", "read_publications", "write_publications"];

/// The metafield by which a product is known again whose answer was lost. The shop keeps its values unique, and the app's own namespace
/// keeps other apps away from it.
pub(crate) const MARK: &str = "entrepot_listing";

/// What the shop's own channel is called everywhere.
const ONLINE_STORE: &str = "Online Store";

pub(super) struct Shop<'a, T> {
    pub(super) client: Client<'a, T>,
    pub(super) currency: String,
    /// Their gids.
    pub(super) publication: String,
    pub(super) location: String,
}

/// The scopes to sell that were not granted.
pub(crate) fn missing<'a>(granted: &[&str]) -> Vec<&'a str> {
    let has =
        |scope: &str| granted.contains(&scope) || granted.contains(&scope.replacen("read_", "write_", 1).as_str());
    SCOPES.into_iter().filter(|scope| !has(scope)).collect()
}

impl<'a, T: Transport> Shop<'a, T> {
    pub(super) fn of(transport: &'a T, channel: &Channel) -> Result<Self, Error> {
        let client = Client::new(transport, channel)?;
        let data = client.ask(documents::SELLING, json!({}))?.data;
        let granted = data.pointer("/currentAppInstallation/accessScopes").and_then(Value::as_array);
        let granted: Vec<&str> =
            granted.into_iter().flatten().filter_map(|scope| scope.get("handle")?.as_str()).collect();
        let missing = missing(&granted);
        if !missing.is_empty() {
            return Err(Error::Unauthorized(format!(
                "To sell in this shop the app needs more access scopes: {}. Add them to the app and connect the shop again; imports go on \
                 without them.",
                missing.join(", ")
            )));
        }
        let currency = data.pointer("/shop/currencyCode").and_then(Value::as_str);
        let currency = currency.ok_or_else(|| odd("no currency of the shop"))?.to_owned();
        let wanted = Places::of(channel)?;
        let data = client.ask(documents::SELLING_PLACES, json!({}))?.data;
        let publication = publication(&data, wanted.publication.as_deref())?;
        let location = location(&data, wanted.location.as_deref())?;
        Ok(Self { client, currency, publication, location })
    }

    /// The shop knows products by the ids of listings from now on, if it did not before.
    pub(super) fn marks(&self) -> Result<(), Error> {
        let data = self.client.ask(documents::LISTING_MARK, json!({ "key": MARK }))?.data;
        if data.get("metafieldDefinition").is_some_and(Value::is_object) {
            return Ok(());
        }
        let variables = json!({ "key": MARK, "name": "Entrepot listing" });
        let payload = self.client.change(documents::LISTING_MARK_CREATE, variables, "metafieldDefinitionCreate")?;
        let taken = payload.pointer("/userErrors/0/code").and_then(Value::as_str) == Some("TAKEN");
        match user_errors(&payload) {
            // Somebody was faster.
            Some(_) if taken => Ok(()),
            Some(said) => Err(Error::Other(format!("Shopify refuses to let listings be marked: {said}"))),
            None => Ok(()),
        }
    }
}

fn nodes<'v>(data: &'v Value, list: &str) -> impl Iterator<Item = &'v Value> {
    data.get(list).and_then(|list| list.get("nodes")).and_then(Value::as_array).into_iter().flatten()
}

fn text<'v>(of: &'v Value, field: &str) -> &'v str {
    of.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// By its name or its number.
fn is_meant(node: &Value, said: &str) -> bool {
    text(node, "name").eq_ignore_ascii_case(said) || gid::of(node) == Some(said) || text(node, "id") == said
}

fn names(data: &Value, list: &str) -> String {
    nodes(data, list).map(|node| text(node, "name")).collect::<Vec<_>>().join(", ")
}

fn publication(data: &Value, said: Option<&str>) -> Result<String, Error> {
    let mut found = nodes(data, "publications").filter(|node| is_meant(node, said.unwrap_or(ONLINE_STORE)));
    found.next().map(|node| text(node, "id").to_owned()).ok_or_else(|| {
        let message = format!(
            "The shop has no publication {:?}: set the channel's setting publication to one of {}.",
            said.unwrap_or(ONLINE_STORE),
            names(data, "publications")
        );
        invalid("/publication", "publication-unknown", message)
    })
}

/// The one that is set, else the shop's primary one, else its first that is in use.
fn location(data: &Value, said: Option<&str>) -> Result<String, Error> {
    let active = |node: &&Value| node.get("isActive") != Some(&Value::Bool(false));
    let primary = data.get("location").filter(|location| location.is_object()).filter(active);
    let found = match said {
        Some(said) => nodes(data, "locations").filter(active).find(|node| is_meant(node, said)),
        None => primary.or_else(|| nodes(data, "locations").find(active)),
    };
    found.map(|node| text(node, "id").to_owned()).ok_or_else(|| {
        let message = match said {
            Some(said) => format!(
                "The shop has no location {said:?} in use: set the channel's setting location to one of {}.",
                names(data, "locations")
            ),
            None => "The shop has no location in use, so stock cannot lie anywhere: add one in Shopify.".to_owned(),
        };
        invalid("/location", "location-unknown", message)
    })
}
