//! From what Etsy sends to the raw item that is kept: one self-contained JSON object, without what changes by itself.

use entrepot_guest::json;
use entrepot_guest::prelude::*;

use crate::inventory::Inventory;
use crate::pages::{Mark, STATES};
use crate::shop::{self, Shop};
use entrepot_guest::lenient::{Fields, Raw, in_one_order};

/// What is kept of a listing. Views, favourites, rank, renewal dates and the timestamps change without the goods changing;
/// `readiness_state_id` is answered by some endpoints only, and every offering has its own.
const LISTING: [&str; 37] = [
    "listing_id",
    "shop_id",
    "title",
    "description",
    "rich_description",
    "state",
    "original_creation_timestamp",
    "quantity",
    "shop_section_id",
    "url",
    "non_taxable",
    "is_taxable",
    "is_customizable",
    "is_personalizable",
    "listing_type",
    "tags",
    "materials",
    "shipping_profile_id",
    "return_policy_id",
    "processing_min",
    "processing_max",
    "who_made",
    "when_made",
    "is_supply",
    "item_weight",
    "item_weight_unit",
    "item_length",
    "item_width",
    "item_height",
    "item_dimensions_unit",
    "is_private",
    "style",
    "file_data",
    "has_variations",
    "should_auto_renew",
    "language",
    "price",
];
const TAXONOMY: &str = "taxonomy_id";

/// Colours and sizes of an image are filled in some time after it was uploaded.
const IMAGE: [&str; 4] = ["listing_image_id", "rank", "url_fullxfull", "alt_text"];
const VIDEO: [&str; 4] = ["video_id", "thumbnail_url", "video_url", "video_state"];

/// A listing as it was shown.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) id: Option<u64>,
    /// Its last change, in seconds: also one of its state alone.
    pub(crate) changed: i64,
    pub(crate) fields: Fields<'a>,
    raw: Raw<'a>,
}

impl<'a> Row<'a> {
    pub(crate) fn of(raw: Raw<'a>) -> Self {
        let fields = raw.fields();
        let seconds = |name| fields.get(name).word().and_then(|text| text.parse::<i64>().ok());
        let stamps = ["last_modified_timestamp", "updated_timestamp", "state_timestamp"].map(seconds);
        Self {
            id: fields.get("listing_id").id(),
            // Without any the row counts as changed always, rather than never.
            changed: stamps.into_iter().flatten().max().unwrap_or(i64::MAX),
            fields,
            raw,
        }
    }

    pub(crate) fn is_object(&self) -> bool {
        self.raw.is_object()
    }

    /// The listing's id, or what stands for one that cannot be read.
    pub(crate) fn source_id(&self) -> String {
        self.id.map_or_else(|| format!("unidentified:{:016x}", fingerprint(self.raw.json())), |id| id.to_string())
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.id.unwrap_or_else(|| fingerprint(self.raw.json())), self.changed)
    }

    /// Whether it is one of this shop's and in one of the states that lists show: `removed` is as good as gone.
    pub(crate) fn belongs_to(&self, shop: u64) -> bool {
        let state = self.fields.get("state").word();
        self.fields.get("shop_id").id().is_none_or(|id| id == shop)
            && state.is_none_or(|state| STATES.contains(&state.as_ref()))
    }

    fn updated_at(&self) -> Option<i64> {
        self.changed.checked_mul(1000).filter(|_| self.changed != i64::MAX)
    }

    /// The item of a row that has no id: kept as a dead letter.
    pub(crate) fn unidentified(&self) -> RawItem {
        let message = match self.fields.get("unreadable").owned() {
            Some(place) => format!("{place}, and does not even tell which one it is."),
            None => "Etsy lists something without a listing ID; it cannot be imported.".to_owned(),
        };
        RawItem {
            source_id: self.source_id(),
            updated_at: self.updated_at(),
            body: format!("{{\"listing\":{}}}", self.raw.json()),
            deleted: false,
            problems: vec![issue("/listing/listing_id", "id-missing", message)],
        }
    }

    /// The lists that could not be read and that name something of this listing: it counts as changed when they can be.
    fn unread(&self, inventory: &Inventory, shop: &Shop) -> Vec<&'static str> {
        let named = |field: &str| self.fields.get(field).id();
        let lacks = [
            (shop::SECTIONS, named("shop_section_id").is_some_and(|id| shop.lacks(shop::SECTIONS, id))),
            (shop::TAXONOMY, named(TAXONOMY).is_some_and(|id| shop.lacks(shop::TAXONOMY, id))),
            (shop::PROFILES, inventory.profiles().into_iter().any(|id| shop.lacks(shop::PROFILES, id))),
        ];
        lacks.into_iter().filter_map(|(list, lacks)| lacks.then_some(list)).collect()
    }

    /// A part that Etsy gives as something else, or does not give although it was asked for: taken for an empty one, it would take off
    /// what buyers see.
    fn lacks(&self, media: &Fields<'_>) -> Option<&'static str> {
        let is_image = |one: Raw<'_>| {
            let image = one.fields();
            image.get("listing_image_id").id().is_some() && image.get("url_fullxfull").word().is_some()
        };
        let (images, videos) = (media.get("images"), media.get("videos"));
        if !images.is_php_list_of(is_image) {
            return Some("images");
        }
        if !videos.is_php_list_of(Raw::is_object) {
            return Some("videos");
        }
        let taxable = self.fields.get("is_taxable");
        let unsaid = (taxable.is_given() && taxable.flag().is_none()).then_some("is_taxable");
        // `style` alone is optional in the schema.
        let is_set = |name: &str| {
            let list = self.fields.get(name);
            (name == "style" && list.is_null()) || list.is_php_list_of(|word| word.text().is_some())
        };
        // Of none they are null.
        let names = |name: &str| {
            let named = self.fields.get(name);
            named.is_given() && (named.is_null() || named.whole().is_some())
        };
        let unnamed = ["shop_section_id", TAXONOMY].into_iter().find(|name| !names(name));
        SETS.into_iter().find(|name| !is_set(name)).or(unsaid).or(unnamed)
    }

    /// The item that is kept; images and videos are `media`'s, which may be another answer about the same listing.
    pub(crate) fn item(&self, id: u64, media: &Fields<'_>, inventory: &Inventory, shop: &Shop) -> RawItem {
        let mut body = String::with_capacity(self.raw.json().len() + 1024);
        body.push_str("{\"listing\":");
        let keep = |name: &str| LISTING.contains(&name) || name == TAXONOMY;
        write_some(&self.fields, keep, &mut body);
        write_list("images", media.get("images"), &IMAGE, &mut body);
        write_list("videos", media.get("videos"), &VIDEO, &mut body);
        body.push_str(",\"inventory\":");
        body.push_str(inventory.json());
        let section = self.fields.get("shop_section_id").id().and_then(|id| shop.sections.get(&id));
        body.push_str(",\"section\":");
        match section {
            Some(title) => write_string(title, &mut body),
            None => body.push_str("null"),
        }
        body.push_str(",\"taxonomy\":");
        let path = self.fields.get(TAXONOMY).id().map(|id| shop.path(id)).unwrap_or_default();
        body.push_str(&json_text(&path));
        body.push_str(",\"profiles\":");
        let profiles: std::collections::BTreeMap<_, _> =
            inventory.profiles().into_iter().filter_map(|id| Some((id, shop.profiles.get(&id)?))).collect();
        body.push_str(&json_text(&profiles));
        let unread = self.unread(inventory, shop);
        if !unread.is_empty() {
            body.push_str(&format!(",\"unread\":{}", json_text(&unread)));
        }
        body.push('}');
        RawItem {
            source_id: id.to_string(),
            updated_at: self.updated_at(),
            body,
            deleted: false,
            problems: inventory.problem().into_iter().chain(self.lacks(media).map(incomplete)).collect(),
        }
    }
}

fn incomplete(part: &'static str) -> Issue {
    let message =
        format!("Etsy answered without this listing's {part}, which were asked for; the next import asks again.");
    let path = if matches!(part, "images" | "videos") { format!("/{part}") } else { format!("/listing/{part}") };
    issue(path, "listing-incomplete", message)
}

/// Words that stand in any order.
const SETS: [&str; 3] = ["tags", "materials", "style"];

fn write_some(fields: &Fields<'_>, keep: impl Fn(&str) -> bool, into: &mut String) {
    into.push('{');
    let mut first = true;
    for (key, value) in fields.0.iter().filter(|(key, _)| keep(key)) {
        if !std::mem::take(&mut first) {
            into.push(',');
        }
        write_string(key, into);
        into.push(':');
        into.push_str(&in_one_order(*value, SETS.contains(&key.as_ref()), &[]));
    }
    into.push('}');
}

fn write_list(name: &str, list: Raw<'_>, keep: &[&str], into: &mut String) {
    into.push_str(",\"");
    into.push_str(name);
    into.push_str("\":[");
    let mut records = list.records();
    // Each has its place in `rank`.
    records.sort_by_cached_key(|record| {
        let number = |name: &str| record.get(name).whole().unwrap_or(i64::MAX);
        (number("rank"), number("listing_image_id"), number("video_id"))
    });
    for (at, record) in records.iter().enumerate() {
        if at > 0 {
            into.push(',');
        }
        write_some(record, |key| keep.contains(&key), into);
    }
    into.push(']');
}

fn json_text(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    json::repaired(&text).unwrap_or(text)
}

pub(crate) fn write_string(text: &str, into: &mut String) {
    into.push_str(&json_text(&text));
}

/// FNV-1a.
pub(crate) fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
