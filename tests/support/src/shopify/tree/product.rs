//! A product and what hangs on it.

use serde_json::{Value, json};

use super::super::model::{Collection, Medium, MediumKind, Metafield, Product};
use super::super::time::iso;
use super::{Arguments, Forest, Held, Node, gid, number, plain, plains, scalar};

pub(super) fn field<'a>(
    product: &'a Product,
    name: &str,
    arguments: &Arguments,
    forest: &Forest<'a>,
) -> Option<Held<'a>> {
    let moment = |moment: Option<i64>| moment.map_or(Value::Null, |seconds| iso(seconds).into());
    let count = |count: usize| plain("Count", json!({"count": count, "precision": "EXACT"}));
    scalar(match name {
        "id" => gid("Product", product.id).into(),
        "legacyResourceId" => product.id.to_string().into(),
        "title" => product.title.clone().into(),
        "handle" => product.handle.clone().into(),
        "status" => product.status.clone().into(),
        "vendor" => product.vendor.clone().into(),
        "productType" => product.product_type.clone().into(),
        "tags" => {
            let mut tags = product.tags.clone();
            tags.sort();
            json!(tags)
        }
        "descriptionHtml" => product.description_html.clone().into(),
        "createdAt" => iso(product.created_at).into(),
        "updatedAt" => iso(product.updated_at).into(),
        "publishedAt" => moment(product.published_at),
        "isGiftCard" => product.gift_card.into(),
        "hasOnlyDefaultVariant" => product.single().into(),
        "templateSuffix" => Value::Null,
        "totalInventory" => product.total().into(),
        "tracksInventory" => product.variants.iter().any(|variant| variant.tracked).into(),
        "publishedOnPublication" => {
            let id = arguments.get("publicationId").and_then(Value::as_str).and_then(|id| number(id, "Publication"));
            id.is_some_and(|id| product.publications.contains(&id)).into()
        }
        "onlineStoreUrl" => match product.published_at {
            Some(_) => format!("https://{}/products/{}", forest.state.options.domain(), product.handle).into(),
            None => Value::Null,
        },
        "category" => match &product.category {
            Some((id, name)) => {
                return Some(plain("TaxonomyCategory", json!({"id": id, "fullName": name, "name": name})));
            }
            None => Value::Null,
        },
        "seo" => {
            return Some(plain("SEO", json!({"title": product.seo_title, "description": product.seo_description})));
        }
        "options" => return Some(plains("ProductOption", options(product))),
        "variantsCount" => return Some(count(product.variants.len())),
        "mediaCount" => return Some(count(product.media.len())),
        "featuredMedia" => match product.media.first() {
            Some(medium) => return Some(Held::Object(Node::Medium(medium))),
            None => Value::Null,
        },
        "media" => return Some(Held::Connection(product.media.iter().map(Node::Medium).collect())),
        "metafields" => return Some(Held::Connection(product.metafields.iter().map(Node::Metafield).collect())),
        "variants" => {
            return Some(Held::Connection(
                product.variants.iter().map(|variant| Node::Variant(product, variant)).collect(),
            ));
        }
        "collections" => {
            let mut ids = product.collections.clone();
            ids.sort_unstable();
            let found = ids.iter().filter_map(|id| forest.state.collections.get(id));
            return Some(Held::Connection(found.map(Node::Collection).collect()));
        }
        _ => return None,
    })
}

fn options(product: &Product) -> Vec<Value> {
    let option = |at: usize, name: &str, values: &[String]| {
        let values: Vec<_> = values.iter().map(|value| json!({"name": value})).collect();
        json!({"id": gid("ProductOption", product.id * 10 + at as u64), "name": name, "position": at + 1, "optionValues": values})
    };
    if product.single() {
        return vec![option(0, "Title", &["Default Title".to_owned()])];
    }
    product.options.iter().enumerate().map(|(at, (name, values))| option(at, name, values)).collect()
}

pub(super) fn medium<'a>(medium: &Medium, name: &str) -> Option<Held<'a>> {
    let kind = Node::Medium(medium).kind();
    scalar(match (name, medium.kind, &medium.url) {
        ("id", ..) => gid(kind, medium.id).into(),
        ("alt", ..) => medium.alt.clone().into(),
        ("status", _, Some(_)) => "READY".into(),
        ("status", _, None) => "PROCESSING".into(),
        ("image", MediumKind::Image, Some(url)) => return Some(plain("Image", json!({"url": url}))),
        ("image", MediumKind::Image, None) => Value::Null,
        ("sources", _, None) => json!([]),
        ("sources", MediumKind::Video, Some(url)) => {
            return Some(plains("VideoSource", [json!({"url": url, "mimeType": "video/mp4", "format": "mp4"})]));
        }
        ("sources", MediumKind::Model, Some(url)) => {
            return Some(plains(
                "Model3dSource",
                [json!({"url": url, "mimeType": "model/gltf-binary", "format": "glb"})],
            ));
        }
        ("originUrl" | "embedUrl", MediumKind::ExternalVideo, url) => url.clone().into(),
        _ => return None,
    })
}

pub(super) fn metafield<'a>(metafield: &Metafield, name: &str) -> Option<Held<'a>> {
    scalar(match name {
        "id" => gid("Metafield", metafield.id).into(),
        "namespace" => metafield.namespace.clone().into(),
        "key" => metafield.key.clone().into(),
        "type" => metafield.kind.clone().into(),
        "value" => metafield.value.clone().into(),
        _ => return None,
    })
}

pub(super) fn collection<'a>(collection: &Collection, name: &str, forest: &Forest<'a>) -> Option<Held<'a>> {
    scalar(match name {
        "id" => gid("Collection", collection.id).into(),
        "title" => collection.title.clone().into(),
        "handle" => collection.handle.clone().into(),
        "products" => {
            let products =
                forest.state.products.values().filter(|product| product.collections.contains(&collection.id));
            return Some(Held::Connection(products.map(Node::Product).collect()));
        }
        _ => return None,
    })
}
