//! The shop itself, the app in it, and what the app subscribed to.

use serde_json::{Value, json};

use super::super::model::{Location, Publication};
use super::super::search::Search;
use super::super::state::Subscription;
use super::super::time::iso;
use super::{Arguments, Forest, Held, Node, gid, plain, plains, scalar};

pub(super) fn field<'a>(name: &str, forest: &Forest<'a>) -> Option<Held<'a>> {
    let options = &forest.state.options;
    let url = format!("https://{}", options.domain());
    scalar(match name {
        "id" => "gid://shopify/Shop/954889".into(),
        "name" => options.name.clone().into(),
        "myshopifyDomain" => options.domain().into(),
        "url" => url.into(),
        "currencyCode" => options.currency.clone().into(),
        "ianaTimezone" => options.timezone.clone().into(),
        "weightUnit" => "KILOGRAMS".into(),
        "taxesIncluded" => false.into(),
        "plan" => {
            return Some(plain(
                "ShopPlan",
                json!({"publicDisplayName": options.plan, "shopifyPlus": options.plan.contains("Plus"), "partnerDevelopment": false}),
            ));
        }
        "primaryDomain" => {
            return Some(plain("Domain", json!({"host": options.domain(), "url": url, "sslEnabled": true})));
        }
        _ => return None,
    })
}

pub(super) fn installation<'a>(name: &str, forest: &Forest<'a>) -> Option<Held<'a>> {
    match name {
        "id" => scalar("gid://shopify/AppInstallation/1".into()),
        "accessScopes" => Some(plains(
            "AccessScope",
            forest.state.options.scopes.iter().map(|scope| json!({"handle": scope, "description": scope})),
        )),
        _ => None,
    }
}

pub(super) fn location<'a>(
    location: &Location,
    name: &str,
    arguments: &Arguments,
    forest: &Forest<'a>,
) -> Option<Held<'a>> {
    scalar(match name {
        "id" => gid("Location", location.id).into(),
        "name" => location.name.clone().into(),
        "isActive" => location.active.into(),
        "inventoryLevels" => return Some(Held::Connection(levels(location, arguments, forest))),
        _ => return None,
    })
}

pub(super) fn publication<'a>(publication: &Publication, name: &str) -> Option<Held<'a>> {
    scalar(match name {
        "id" => gid("Publication", publication.id).into(),
        "name" => publication.name.clone().into(),
        _ => return None,
    })
}

fn levels<'a>(location: &Location, arguments: &Arguments, forest: &Forest<'a>) -> Vec<Node<'a>> {
    let query = arguments.get("query").and_then(Value::as_str).unwrap_or_default();
    let search = Search::of(query, &["updated_at", "inventory_item_id"]);
    if !search.warnings.is_empty() {
        let path = ["locations", "nodes", "inventoryLevels"];
        forest.searches.borrow_mut().push(json!({"path": path, "query": query, "warnings": search.warnings}));
    }
    let variants = forest.state.products.values().flat_map(|product| &product.variants);
    let levels = variants.flat_map(|variant| variant.levels.iter().map(move |level| (variant, level)));
    let found = levels.filter(|(variant, level)| {
        level.location == location.id
            && search.finds(|field| match field {
                "updated_at" => Some(level.updated_at),
                _ => i64::try_from(variant.item).ok(),
            })
    });
    found.map(|(variant, level)| Node::Level(variant, level)).collect()
}

pub(super) fn subscription<'a>(subscription: &Subscription, name: &str) -> Option<Held<'a>> {
    scalar(match name {
        "id" => gid("WebhookSubscription", subscription.id).into(),
        "topic" => subscription.topic.clone().into(),
        "uri" | "callbackUrl" => subscription.uri.clone().into(),
        "format" => subscription.format.clone().into(),
        "filter" if subscription.filter.is_empty() => Value::Null,
        "filter" => subscription.filter.clone().into(),
        "includeFields" | "metafieldNamespaces" => json!([]),
        "createdAt" | "updatedAt" => iso(subscription.created_at).into(),
        _ => return None,
    })
}
