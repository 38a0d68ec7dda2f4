//! The raw item's shape. Every field is kept as it stands and read as what it is needed for.

use entrepot_guest::lenient::{Raw, Record};
use serde::de::IgnoredAny;

pub(super) struct Body<'a> {
    pub(super) product: Goods<'a>,
    pub(super) variations: Vec<Goods<'a>>,
    pub(super) store: StoreInfo<'a>,
    /// Category id to its titles from the root.
    pub(super) paths: Raw<'a>,
    /// Lists that could not be read when the product was.
    pub(super) unread: Raw<'a>,
}

impl<'a> Body<'a> {
    /// `Err` says what is wrong with the text.
    pub(super) fn of(text: &'a str) -> Result<Self, String> {
        let Some(parts) = Parts::of(Raw::of(text)) else {
            let error = serde_json::from_str::<IgnoredAny>(text).err();
            return Err(error.map_or_else(|| "it is no object of its own parts".to_owned(), |error| error.to_string()));
        };
        let of = |what: &str| format!("{what} is not what it should be");
        let variations = if parts.variations.is_given() { parts.variations.list() } else { Some(Vec::new()) };
        let variations = variations.and_then(|all| all.into_iter().map(Goods::of).collect());
        let store = if parts.store.is_given() { StoreInfo::of(parts.store) } else { Some(StoreInfo::default()) };
        Ok(Self {
            product: Goods::of(parts.product).ok_or_else(|| of("`product`"))?,
            variations: variations.ok_or_else(|| of("`variations`"))?,
            store: store.ok_or_else(|| of("`store`"))?,
            paths: parts.paths,
            unread: parts.unread,
        })
    }
}

entrepot_guest::record! {
    struct Parts { product, variations, store, paths, unread }
}

entrepot_guest::record! {
    pub(super) struct StoreInfo { currency, weight_unit, dimension_unit }
}

entrepot_guest::record! {
    /// A product or a variation.
    pub(super) struct Goods {
        id, name, slug, permalink, date_created_gmt, date_modified_gmt, r#type = "type", status, featured, catalog_visibility,
        description, short_description, sku, global_unique_id, price, regular_price, sale_price, date_on_sale_from_gmt,
        date_on_sale_to_gmt, on_sale, r#virtual = "virtual", downloadable, external_url, button_text, tax_status, tax_class,
        manage_stock, stock_quantity, stock_status, backorders, low_stock_amount, sold_individually, weight, dimensions,
        shipping_class, upsell_ids, cross_sell_ids, purchase_note, categories, brands, tags, images, image, gallery_image_ids,
        attributes, default_attributes, grouped_products, menu_order, meta_data, variations,
    }
}

entrepot_guest::record! {
    /// Categories, tags, brands.
    pub(super) struct Term { id, name }
}

entrepot_guest::record! {
    pub(super) struct Image { id, src, alt }
}

entrepot_guest::record! {
    /// A product's attribute has `options`, a variation's one `option`.
    pub(super) struct Attribute { id, name, slug, position, variation, options, option }
}

entrepot_guest::record! {
    pub(super) struct Meta { key, value }
}
