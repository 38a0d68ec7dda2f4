//! The shop itself, the app in it, and what the app subscribed to.

use serde_json::{Value, json};

use super::super::state::Subscription;
use super::super::time::iso;
use super::{Forest, Held, gid, plain, plains, scalar};

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
