//! Resources as the OpenAPI document describes them.

use serde_json::{Value, json};

use super::model::{Listing, NodeProperty};
use super::store::State;

const PROFILE: u64 = 1_400_000_000_001;
const OTHER_PROFILE: u64 = 1_400_000_000_002;

/// Ids of the shop's processing profiles.
pub(crate) fn profiles(_: &State) -> [u64; 2] {
    [PROFILE, OTHER_PROFILE]
}

/// What an endpoint shows of a listing.
#[derive(Clone, Copy)]
pub(crate) struct With {
    pub(crate) media: bool,
    /// The token is its owner's.
    pub(crate) owner: bool,
    /// The listing's own processing profile is shown by some endpoints only.
    pub(crate) shop_scoped: bool,
}

fn money(state: &State, amount: i64) -> Value {
    json!({"amount": amount, "divisor": state.options.divisor, "currency_code": state.options.currency})
}

/// Texts arrive with entities, if the shop is set up so.
fn text(state: &State, text: &str) -> String {
    if !state.options.encoded {
        return text.to_owned();
    }
    text.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;")
}

pub(crate) fn listing(state: &State, listing: &Listing, with: With) -> Value {
    let own = &state.options;
    let slug: String = listing
        .title
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|p| !p.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    let physical = listing.kind == "physical";
    let skus: Vec<_> = listing.products().iter().map(|product| product.sku.as_str()).filter(|_| with.owner).collect();
    let mut value = json!({
        "listing_id": listing.id, "user_id": own.user_id, "shop_id": own.shop_id, "title": text(state, &listing.title),
        "description": text(state, &listing.description), "rich_description": listing.rich_description, "state": listing.state,
        "creation_timestamp": listing.created, "created_timestamp": listing.created,
        "ending_timestamp": listing.created + 121 * 86_400, "original_creation_timestamp": listing.original,
        "last_modified_timestamp": listing.modified, "updated_timestamp": listing.modified, "state_timestamp": listing.modified,
        "quantity": listing.quantity(), "shop_section_id": listing.section, "featured_rank": -1,
        "url": format!("https://www.etsy.com/listing/{}/{slug}", listing.id), "num_favorers": state.views % 7,
    });
    let more = json!({
        "non_taxable": false, "is_taxable": true, "is_customizable": false, "is_personalizable": false,
        "listing_type": listing.kind, "tags": listing.tags, "materials": listing.materials,
        "shipping_profile_id": listing.shipping_profile.filter(|_| physical), "return_policy_id": listing.return_policy.filter(|_| physical),
        "processing_min": physical.then_some(1), "processing_max": physical.then_some(3), "who_made": listing.who_made,
        "when_made": listing.when_made, "is_supply": listing.is_supply, "item_weight": listing.weight,
        "item_weight_unit": listing.weight.map(|_| "g"), "item_length": null, "item_width": null, "item_height": null,
        "item_dimensions_unit": null, "is_private": listing.private, "style": listing.style, "file_data": null,
        "has_variations": listing.products().iter().any(|product| !product.properties.is_empty()),
        "should_auto_renew": true, "language": "en", "price": money(state, listing.amount()), "converted_price": null,
        "taxonomy_id": listing.taxonomy, "suggested_title": null, "skus": skus, "views": state.views,
        "readiness_state_id": (with.shop_scoped && physical && listing.state == "active").then_some(listing.readiness.unwrap_or(PROFILE)),
    });
    if let (Value::Object(all), Value::Object(more)) = (&mut value, more) {
        all.extend(more);
    }
    if with.media {
        value["images"] =
            listing.images.iter().enumerate().map(|(at, image)| picture(state, listing, at, image)).collect();
        value["videos"] = listing
            .videos
            .iter()
            .map(|video| {
                json!({"video_id": video.id, "height": 1080, "width": 1080, "thumbnail_url": format!("{}.jpg", video.url),
                    "video_url": video.url, "video_state": video.state})
            })
            .collect();
    }
    value
}

/// Colours and sizes are filled in some time after the upload.
pub(crate) fn picture(state: &State, listing: &Listing, at: usize, image: &super::model::Image) -> Value {
    let known = state.views % 2 == 1;
    json!({"listing_id": listing.id, "listing_image_id": image.id, "hex_code": known.then_some("8A7F80"), "red": known.then_some(138),
        "green": known.then_some(127), "blue": known.then_some(128), "hue": known.then_some(355), "saturation": known.then_some(7),
        "brightness": known.then_some(54), "is_black_and_white": known.then_some(false), "creation_tsz": listing.created,
        "created_timestamp": listing.created, "rank": at + 1, "url_75x75": image.url, "url_170x135": image.url,
        "url_570xN": image.url, "url_fullxfull": image.url, "full_height": known.then_some(2000),
        "full_width": known.then_some(2000), "alt_text": image.alt.as_deref().map(|alt| text(state, alt))})
}

pub(crate) fn inventory(state: &State, listing: &Listing, owner: bool) -> Value {
    let Some(products) = &listing.products else { return Value::Null };
    let physical = listing.kind == "physical";
    let products: Vec<_> = products
        .iter()
        .map(|product| {
            let property = |one: &super::model::Property| {
                json!({"property_id": one.id, "property_name": text(state, &one.name), "scale_id": null, "scale_name": null,
                    "value_ids": [one.value_id], "values": [text(state, &one.value)]})
            };
            let offering = &product.offering;
            json!({"product_id": product.id, "sku": if owner { text(state, &product.sku) } else { String::new() }, "is_deleted": false,
                "offerings": [{"offering_id": offering.id, "quantity": offering.quantity, "is_enabled": offering.enabled,
                    "is_deleted": false, "price": money(state, offering.amount), "readiness_state_id": physical.then_some(offering.readiness.unwrap_or(PROFILE))}],
                "property_values": product.properties.iter().map(property).collect::<Vec<_>>()})
        })
        .collect();
    json!({"products": products, "price_on_property": listing.price_on, "quantity_on_property": listing.quantity_on,
        "sku_on_property": listing.sku_on, "readiness_state_on_property": []})
}

pub(crate) fn profile(state: &State, id: u64) -> Value {
    json!({"shop_id": state.options.shop_id, "readiness_state_id": id, "readiness_state": "ready_to_ship",
        "min_processing_days": 1, "max_processing_days": 3, "processing_days_display_label": "1 - 3 days"})
}

pub(crate) fn sections(state: &State) -> Vec<Value> {
    let section = |(at, (id, title)): (usize, (&u64, &String))| {
        let inside = |listing: &&Listing| listing.section == Some(*id) && listing.state == "active";
        json!({"shop_section_id": id, "title": text(state, title), "rank": at + 1, "user_id": state.options.user_id,
            "active_listing_count": state.listings.values().filter(inside).count()})
    };
    state.sections.iter().enumerate().map(section).collect()
}

/// The tree below a node.
pub(crate) fn nodes(state: &State, parent: Option<u64>, path: &[u64]) -> Vec<Value> {
    let below = state.taxonomy.iter().filter(|(_, (_, own))| *own == parent);
    below
        .map(|(id, (name, _))| {
            let path: Vec<u64> = path.iter().copied().chain([*id]).collect();
            json!({"id": id, "level": path.len() - 1, "name": name, "parent_id": parent, "full_path_taxonomy_ids": path,
                "children": nodes(state, Some(*id), &path)})
        })
        .collect()
}

pub(crate) fn shop(state: &State) -> Value {
    let own = &state.options;
    let active = state.listings.values().filter(|listing| listing.state == "active").count();
    json!({"shop_id": own.shop_id, "user_id": own.user_id, "shop_name": own.shop_name, "create_date": 1_600_000_000,
        "created_timestamp": 1_600_000_000, "title": null, "announcement": null, "currency_code": own.currency,
        "is_vacation": own.vacation, "listing_active_count": active, "digital_listing_count": 0, "login_name": own.shop_name,
        "url": format!("https://www.etsy.com/shop/{}", own.shop_name), "num_favorers": 3, "languages": ["en"],
        "review_count": 5, "review_average": 4.8})
}

pub(crate) fn shipping_profile(state: &State, id: u64, title: &str) -> Value {
    json!({"shipping_profile_id": id, "title": title, "user_id": state.options.user_id, "origin_country_iso": "DE",
        "is_deleted": false, "shipping_profile_destinations": [], "shipping_profile_upgrades": [], "origin_postal_code": null,
        "profile_type": "manual", "domestic_handling_fee": 0.0, "international_handling_fee": 0.0})
}

pub(crate) fn return_policy(state: &State, id: u64) -> Value {
    json!({"return_policy_id": id, "shop_id": state.options.shop_id, "accepts_returns": true, "accepts_exchanges": false,
        "return_deadline": 30})
}

pub(crate) fn node_property(property: &NodeProperty) -> Value {
    let value = |(id, name): &(u64, String)| json!({"value_id": id, "name": name, "scale_id": null, "equal_to": []});
    json!({"property_id": property.id, "name": property.name, "display_name": property.name, "scales": [],
        "is_required": property.required, "supports_attributes": property.attribute, "supports_variations": !property.attribute,
        "is_multivalued": property.many, "max_values_allowed": property.many.then_some(5),
        "possible_values": property.values.iter().map(value).collect::<Vec<_>>(), "selected_values": []})
}
