//! The shop as a tree of objects whose fields can be asked for one by one.

mod product;
mod shop;
pub(super) mod taxonomy;
mod variant;

use serde_json::{Map, Value, json};

use super::bulk::Operation;
use super::model::{Collection, Level, Location, Medium, MediumKind, Metafield, Product, Publication, Variant};
use super::search::{Search, Words};
use super::state::{State, Subscription};
use super::writes::identified;

/// An object of the schema.
#[derive(Clone, Debug)]
pub(super) enum Node<'a> {
    Query,
    Shop,
    Installation,
    Product(&'a Product),
    Variant(&'a Product, &'a Variant),
    Item(&'a Product, &'a Variant),
    Level(&'a Variant, &'a Level),
    Medium(&'a Medium),
    Metafield(&'a Metafield),
    Collection(&'a Collection),
    Location(&'a Location),
    Operation(&'a Operation),
    Subscription(&'a Subscription),
    Publication(&'a Publication),
    Taxonomy,
    /// Small things: the name of the type, and all its fields.
    Plain(&'static str, Map<String, Value>),
}

/// What a field holds.
pub(super) enum Held<'a> {
    Scalar(Value),
    Object(Node<'a>),
    Objects(Vec<Option<Node<'a>>>),
    Connection(Vec<Node<'a>>),
}

/// A field without an answer.
#[derive(Debug)]
pub(super) enum Missing {
    /// The real shop knows it, or the schema would have refused it.
    Unsimulated(String),
    /// The app lacks a scope.
    Denied(String),
    Wrong(String),
}

/// A field's arguments, with variables filled in.
pub(super) type Arguments = Map<String, Value>;

/// Where fields get what is not in their object.
pub(super) struct Forest<'a> {
    pub(super) state: &'a State,
    pub(super) origin: &'a str,
    /// `extensions.search`.
    pub(super) searches: std::cell::RefCell<Vec<Value>>,
}

/// Stands in a payload for the object with this gid.
pub(super) const NODE: &str = "@node";

pub(super) fn gid(kind: &str, id: u64) -> String {
    format!("gid://shopify/{kind}/{id}")
}

pub(super) fn number(gid: &str, kind: &str) -> Option<u64> {
    gid.strip_prefix("gid://shopify/")?.strip_prefix(kind)?.strip_prefix('/')?.parse().ok()
}

pub(super) fn plain<'a>(kind: &'static str, fields: Value) -> Held<'a> {
    match fields {
        Value::Object(fields) => Held::Object(Node::Plain(kind, fields)),
        _ => Held::Scalar(Value::Null),
    }
}

pub(super) fn plains<'a>(kind: &'static str, list: impl IntoIterator<Item = Value>) -> Held<'a> {
    let node = |value: Value| value.as_object().cloned().map(|fields| Node::Plain(kind, fields));
    Held::Objects(list.into_iter().map(node).collect())
}

impl<'a> Node<'a> {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Query => "QueryRoot",
            Self::Shop => "Shop",
            Self::Installation => "AppInstallation",
            Self::Product(_) => "Product",
            Self::Variant(..) => "ProductVariant",
            Self::Item(..) => "InventoryItem",
            Self::Level(..) => "InventoryLevel",
            Self::Medium(medium) => match medium.kind {
                MediumKind::Image => "MediaImage",
                MediumKind::Video => "Video",
                MediumKind::ExternalVideo => "ExternalVideo",
                MediumKind::Model => "Model3d",
            },
            Self::Metafield(_) => "Metafield",
            Self::Collection(_) => "Collection",
            Self::Location(_) => "Location",
            Self::Operation(_) => "BulkOperation",
            Self::Subscription(_) => "WebhookSubscription",
            Self::Publication(_) => "Publication",
            Self::Taxonomy => "Taxonomy",
            Self::Plain(kind, _) => kind,
        }
    }

    /// The scopes of which one is needed to see it.
    pub(super) fn scopes(&self) -> &'static [&'static str] {
        match self {
            Self::Product(_) | Self::Variant(..) | Self::Collection(_) => &["read_products"],
            Self::Item(..) => &["read_inventory", "read_products"],
            Self::Level(..) => &["read_inventory"],
            Self::Location(_) => &["read_locations", "read_inventory"],
            Self::Publication(_) => &["read_publications"],
            _ => &[],
        }
    }

    pub(super) fn field(&self, name: &str, arguments: &Arguments, forest: &Forest<'a>) -> Result<Held<'a>, Missing> {
        if name == "__typename" {
            return Ok(Held::Scalar(self.kind().into()));
        }
        let held = match self {
            Self::Query => root(name, arguments, forest),
            Self::Shop => Ok(shop::field(name, forest)),
            Self::Installation => Ok(shop::installation(name, forest)),
            Self::Product(product) => Ok(product::field(product, name, arguments, forest)),
            Self::Variant(product, variant) => Ok(variant::field(product, variant, name)),
            Self::Item(product, variant) => Ok(variant::item(product, variant, name, arguments, forest)),
            Self::Level(variant, level) => Ok(variant::level(variant, level, name, arguments, forest)),
            Self::Medium(medium) => Ok(product::medium(medium, name)),
            Self::Metafield(metafield) => Ok(product::metafield(metafield, name)),
            Self::Collection(collection) => Ok(product::collection(collection, name, forest)),
            Self::Location(location) => Ok(shop::location(location, name, arguments, forest)),
            Self::Operation(operation) => Ok(operation.field(name, forest)),
            Self::Subscription(subscription) => Ok(shop::subscription(subscription, name)),
            Self::Publication(publication) => Ok(shop::publication(publication, name)),
            Self::Taxonomy => Ok(taxonomy::field(name, arguments)),
            Self::Plain(_, fields) => Ok(match fields.get(name) {
                Some(Value::Object(inner)) if inner.contains_key(NODE) => {
                    let there = inner[NODE].as_str().and_then(|gid| node(gid, forest));
                    Some(there.map_or(Held::Scalar(Value::Null), Held::Object))
                }
                Some(Value::Object(inner)) => Some(Held::Object(Node::Plain("Object", inner.clone()))),
                Some(Value::Array(list)) if list.iter().any(Value::is_object) => Some(plains("Object", list.clone())),
                Some(value) => Some(Held::Scalar(value.clone())),
                None => None,
            }),
        };
        held?.ok_or_else(|| self.missing(name))
    }

    fn missing(&self, field: &str) -> Missing {
        Missing::Unsimulated(format!("{}.{field}", self.kind()))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what the fields of all objects give")]
pub(super) fn scalar<'a>(value: Value) -> Option<Held<'a>> {
    Some(Held::Scalar(value))
}

fn root<'a>(name: &str, arguments: &Arguments, forest: &Forest<'a>) -> Result<Option<Held<'a>>, Missing> {
    let state = forest.state;
    let text = |argument: &str| arguments.get(argument).and_then(Value::as_str);
    let one = |node: Option<Node<'a>>| Ok(Some(node.map_or(Held::Scalar(Value::Null), Held::Object)));
    match name {
        "shop" => one(Some(Node::Shop)),
        "currentAppInstallation" => one(Some(Node::Installation)),
        "products" => Ok(Some(Held::Connection(products(arguments, forest).into_iter().map(Node::Product).collect()))),
        "productsCount" => {
            let count = products(arguments, forest).len();
            let limit = match arguments.get("limit") {
                Some(Value::Null) => usize::MAX,
                Some(limit) => limit.as_u64().map_or(10_000, |limit| limit as usize),
                None => 10_000,
            };
            let precision = if count > limit { "AT_LEAST" } else { "EXACT" };
            Ok(Some(plain("Count", json!({"count": count.min(limit), "precision": precision}))))
        }
        "product" => one(text("id").and_then(|id| node(id, forest)).filter(|node| matches!(node, Node::Product(_)))),
        "inventoryItem" => {
            one(text("id").and_then(|id| node(id, forest)).filter(|node| matches!(node, Node::Item(..))))
        }
        "node" => one(text("id").and_then(|id| node(id, forest))),
        "nodes" => {
            let ids = arguments.get("ids").and_then(Value::as_array).cloned().unwrap_or_default();
            if ids.len() > 250 {
                return Err(Missing::Wrong(
                    "The input array size is greater than the maximum allowed of 250".to_owned(),
                ));
            }
            Ok(Some(Held::Objects(ids.iter().map(|id| node(id.as_str()?, forest)).collect())))
        }
        "collections" => Ok(Some(Held::Connection(state.collections.values().map(Node::Collection).collect()))),
        "locations" => Ok(Some(Held::Connection(state.locations.iter().map(Node::Location).collect()))),
        "location" => {
            let id = text("id").and_then(|id| number(id, "Location"));
            let mut found = state.locations.iter().filter(|location| id.is_none_or(|id| location.id == id));
            one(found.next().map(Node::Location))
        }
        "publications" => Ok(Some(Held::Connection(state.publications.iter().map(Node::Publication).collect()))),
        "productByIdentifier" => one(identified(state, arguments.get("identifier")).map(Node::Product)),
        "productVariants" => Ok(Some(Held::Connection(with_words(arguments, forest)))),
        "productOperation" => {
            Ok(Some(match text("id").and_then(|id| state.works.iter().find(|work| work.gid() == id)) {
                Some(work) => plain("ProductSetOperation", work.shown()),
                None => Held::Scalar(Value::Null),
            }))
        }
        "metafieldDefinition" => Ok(Some(match state.definition(arguments.get("identifier")) {
            Some(definition) => plain("MetafieldDefinition", definition.shown()),
            None => Held::Scalar(Value::Null),
        })),
        "taxonomy" => one(Some(Node::Taxonomy)),
        "bulkOperation" => one(text("id")
            .and_then(|id| number(id, "BulkOperation"))
            .and_then(|id| state.operations.iter().find(|operation| operation.id == id))
            .map(Node::Operation)),
        "webhookSubscriptions" => {
            Ok(Some(Held::Connection(state.subscriptions.iter().map(Node::Subscription).collect())))
        }
        _ => Ok(None),
    }
}

fn with_words<'a>(arguments: &Arguments, forest: &Forest<'a>) -> Vec<Node<'a>> {
    let query = arguments.get("query").and_then(Value::as_str).unwrap_or_default();
    let words = Words::of(query, &["sku"]);
    if !words.warnings.is_empty() {
        let found = json!({"path": ["productVariants"], "query": query, "warnings": words.warnings});
        forest.searches.borrow_mut().push(found);
    }
    let products = forest.state.products.values();
    let variants = products.flat_map(|product| product.variants.iter().map(move |variant| (product, variant)));
    let found = variants.filter(|(_, variant)| words.finds(variant.sku.as_deref().unwrap_or_default()));
    found.map(|(product, variant)| Node::Variant(product, variant)).collect()
}

fn node<'a>(gid: &str, forest: &Forest<'a>) -> Option<Node<'a>> {
    let state = forest.state;
    let variants =
        || state.products.values().flat_map(|product| product.variants.iter().map(move |variant| (product, variant)));
    if let Some(id) = number(gid, "Product") {
        return state.products.get(&id).map(Node::Product);
    }
    if let Some(id) = number(gid, "ProductVariant") {
        return variants()
            .find(|(_, variant)| variant.id == id)
            .map(|(product, variant)| Node::Variant(product, variant));
    }
    if let Some(id) = number(gid, "InventoryItem") {
        return variants()
            .find(|(_, variant)| variant.item == id)
            .map(|(product, variant)| Node::Item(product, variant));
    }
    let id = number(gid, "Location")?;
    state.locations.iter().find(|location| location.id == id).map(Node::Location)
}

fn products<'a>(arguments: &Arguments, forest: &Forest<'a>) -> Vec<&'a Product> {
    let query = arguments.get("query").and_then(Value::as_str).unwrap_or_default();
    let search = Search::of(query, &["updated_at", "created_at", "id"]);
    if !search.warnings.is_empty() {
        let found = json!({"path": ["products"], "query": query, "warnings": search.warnings});
        forest.searches.borrow_mut().push(found);
    }
    let mut products: Vec<_> = forest
        .state
        .products
        .values()
        .filter(|product| {
            search.finds(|field| match field {
                "updated_at" => Some(product.updated_at),
                "created_at" => Some(product.created_at),
                _ => i64::try_from(product.id).ok(),
            })
        })
        .collect();
    if arguments.get("sortKey").and_then(Value::as_str) == Some("UPDATED_AT") {
        products.sort_by_key(|product| (product.updated_at, product.id));
    }
    if arguments.get("reverse") == Some(&Value::Bool(true)) {
        products.reverse();
    }
    products
}
