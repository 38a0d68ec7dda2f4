//! The raw item's shape. Every field is kept as it stands and read as what it is needed for.

use serde::Deserialize;

use entrepot_guest::lenient::Raw;

#[derive(Deserialize)]
pub(super) struct Body<'a> {
    #[serde(borrow)]
    pub(super) product: Goods<'a>,
    #[serde(borrow, default)]
    pub(super) variations: Vec<Goods<'a>>,
    #[serde(borrow, default)]
    pub(super) store: StoreInfo<'a>,
    /// Category id to its titles from the root.
    #[serde(borrow, default)]
    pub(super) paths: Raw<'a>,
    /// Lists that could not be read when the product was.
    #[serde(borrow, default)]
    pub(super) unread: Raw<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct StoreInfo<'a> {
    #[serde(borrow)]
    pub(super) currency: Raw<'a>,
    #[serde(borrow)]
    pub(super) weight_unit: Raw<'a>,
    #[serde(borrow)]
    pub(super) dimension_unit: Raw<'a>,
}

macro_rules! goods {
    ($($field:ident),+ $(,)?) => {
        /// A product or a variation.
        #[derive(Default, Deserialize)]
        #[serde(default)]
        pub(super) struct Goods<'a> {
            $(#[serde(borrow)] pub(super) $field: Raw<'a>,)+
        }
    };
}

goods! {
    id, name, slug, permalink, date_created_gmt, date_modified_gmt, r#type, status, featured, catalog_visibility, description,
    short_description, sku, global_unique_id, price, regular_price, sale_price, date_on_sale_from_gmt, date_on_sale_to_gmt,
    on_sale, r#virtual, downloadable, external_url, button_text, tax_status, tax_class, manage_stock,
    stock_quantity, stock_status, backorders, low_stock_amount, sold_individually, weight, dimensions, shipping_class,
    upsell_ids, cross_sell_ids, purchase_note, categories, brands, tags, images, image, gallery_image_ids, attributes,
    default_attributes, grouped_products, menu_order, meta_data, variations,
}

/// Categories, tags, brands.
#[derive(Deserialize)]
pub(super) struct Term<'a> {
    #[serde(borrow, default)]
    pub(super) id: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) name: Raw<'a>,
}

#[derive(Deserialize)]
pub(super) struct Image<'a> {
    #[serde(borrow, default)]
    pub(super) id: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) src: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) alt: Raw<'a>,
}

/// A product's attribute has `options`, a variation's one `option`.
#[derive(Deserialize)]
pub(super) struct Attribute<'a> {
    #[serde(borrow, default)]
    pub(super) id: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) name: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) slug: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) position: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) variation: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) options: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) option: Raw<'a>,
}

#[derive(Deserialize)]
pub(super) struct Meta<'a> {
    #[serde(borrow, default)]
    pub(super) key: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) value: Raw<'a>,
}
