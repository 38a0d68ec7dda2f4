//! From what the shop sends to the raw item that is kept: one self-contained JSON object, without what changes by itself.

mod write;

use entrepot_guest::prelude::*;
use entrepot_guest::text::excerpt;
use entrepot_guest::time;

use crate::pages::fingerprint;
use crate::store::Store;
use entrepot_guest::lenient::{Fields, Raw};

pub(crate) use write::{write_object, write_string};

/// What is asked for. Older shops ignore the list; leaving out `related_ids` and `price_html` halves a page's time elsewhere.
pub(crate) const PRODUCT_FIELDS: &str = "id,name,slug,permalink,date_created_gmt,date_modified_gmt,type,status,featured,\
catalog_visibility,description,short_description,sku,global_unique_id,price,regular_price,sale_price,date_on_sale_from_gmt,\
date_on_sale_to_gmt,on_sale,virtual,downloadable,external_url,button_text,tax_status,tax_class,manage_stock,\
stock_quantity,stock_status,backorders,low_stock_amount,sold_individually,weight,dimensions,shipping_class,upsell_ids,\
cross_sell_ids,parent_id,purchase_note,categories,brands,tags,images,attributes,default_attributes,variations,\
grouped_products,menu_order,meta_data";

pub(crate) const VARIATION_FIELDS: &str = "id,parent_id,name,permalink,date_created_gmt,date_modified_gmt,status,description,sku,\
global_unique_id,price,regular_price,sale_price,date_on_sale_from_gmt,date_on_sale_to_gmt,on_sale,virtual,\
downloadable,tax_status,tax_class,manage_stock,stock_quantity,stock_status,backorders,low_stock_amount,weight,dimensions,\
shipping_class,image,gallery_image_ids,attributes,menu_order,meta_data";

/// The elements of a list answer; anything but a list is no answer.
pub(crate) fn elements(list: &str) -> Result<Vec<Raw<'_>>, Error> {
    Raw::checked(list).list().ok_or_else(|| {
        Error::Unavailable(format!(
            "the shop answered with something else than a list: {}",
            excerpt(list.as_bytes(), 80)
        ))
    })
}

/// What stands for the id of an element that has none that can be read.
pub(crate) fn unidentified(element: Raw<'_>) -> String {
    format!("unidentified:{:016x}", fingerprint(element.json().bytes()))
}

/// The problem of such an element.
pub(crate) fn id_missing() -> Issue {
    issue("/id", "id-missing", "The shop lists a product without a usable id; it cannot be imported.")
}

/// Old versions answer whole variations where others name them.
fn variation_id(item: Raw<'_>) -> Option<u64> {
    item.id().or_else(|| item.fields().get("id").id())
}

/// A product as it was listed.
#[derive(Debug)]
pub(crate) struct Listed<'a> {
    pub(crate) id: Option<u64>,
    fields: Fields<'a>,
    raw: Raw<'a>,
}

impl<'a> Listed<'a> {
    pub(crate) fn of(raw: Raw<'a>) -> Self {
        let fields = raw.fields();
        Self { id: fields.get("id").id(), fields, raw }
    }

    /// By which it is known again: its id, or where that cannot be read all that it says.
    pub(crate) fn mark(&self) -> u64 {
        self.id.unwrap_or_else(|| fingerprint(self.raw.json().bytes()))
    }

    pub(crate) fn is_object(&self) -> bool {
        self.raw.is_object()
    }

    /// A part that was asked for and did not come as what it is. That it is empty is an empty list, or one that PHP writes as an object.
    pub(crate) fn lacks(&self) -> Option<&'static str> {
        // What of an element its product would lose.
        let is_one = |name: &str, one: Raw<'_>| {
            let fields = one.fields();
            match name {
                "images" => fields.get("src").word().is_some() && fields.get("id").word().is_some(),
                "categories" => fields.get("id").id().is_some(),
                "tags" | "brands" => fields.get("name").word().is_some(),
                "attributes" => {
                    let options = fields.get("options");
                    // A plugin answers one text.
                    options.text().is_some() || options.is_php_list_of(|option| option.text().is_some())
                }
                _ => one.is_object(),
            }
        };
        let whole = |name: &str| self.fields.get(name).is_php_list_of(|one| is_one(name, one));
        let always = || ["images", "categories", "tags", "attributes"].into_iter().find(|name| !whole(name));
        // Plugins and old versions leave these out; what they do not leave out is a list.
        let some = || {
            ["brands", "meta_data", "default_attributes"]
                .into_iter()
                .find(|name| self.fields.get(name).is_given() && !whole(name))
        };
        // Some shops do not list them; then the type says whether there are any.
        let variations = self.fields.get("variations");
        let names_variations = || match variations.is_null() {
            true => self.fields.get("type").word().is_none().then_some("type"),
            false => (!variations.is_php_list_of(|one| variation_id(one).is_some())).then_some("variations"),
        };
        if self.is_object() { always().or_else(some).or_else(names_variations) } else { None }
    }

    pub(crate) fn status(&self) -> Option<String> {
        self.fields.get("status").word().map(|status| status.into_owned())
    }

    /// The ids of its variations; `None` where the shop does not list them, so that they have to be asked for.
    pub(crate) fn variations(&self) -> Option<Vec<u64>> {
        let raw = self.fields.get("variations");
        let listed = raw.json().starts_with(['[', '{']);
        if listed {
            return Some(raw.values().into_iter().filter_map(variation_id).collect());
        }
        let variable = self.fields.get("type").text().is_some_and(|kind| kind.starts_with("variable"));
        (!variable).then(Vec::new)
    }

    /// The item that is kept. `variations` are objects' texts, in order.
    pub(crate) fn item(&self, variations: &[String], store: &Store, problems: Vec<Issue>) -> RawItem {
        let mut body =
            String::with_capacity(self.raw.json().len() + variations.iter().map(String::len).sum::<usize>() + 256);
        body.push_str("{\"product\":");
        if self.is_object() {
            write_object(&self.fields, &mut body)
        } else {
            body.push_str(self.raw.json())
        }
        body.push_str(",\"variations\":[");
        for (at, variation) in variations.iter().enumerate() {
            if at > 0 {
                body.push(',');
            }
            body.push_str(variation);
        }
        body.push_str("],\"store\":{\"currency\":");
        write_string(&store.currency, &mut body);
        body.push_str(",\"weight_unit\":");
        write_string(&store.weight_unit, &mut body);
        body.push_str(",\"dimension_unit\":");
        write_string(&store.dimension_unit, &mut body);
        body.push_str("},\"paths\":{");
        self.write_paths(store, &mut body);
        body.push('}');
        // Another body than when they can be read, so that it counts as changed then.
        if self.categories().into_iter().any(|id| store.categories.lack(id)) {
            body.push_str(",\"unread\":[\"categories\"]");
        }
        body.push('}');
        RawItem {
            source_id: match self.id {
                Some(id) => id.to_string(),
                None => unidentified(self.raw),
            },
            updated_at: self.fields.get("date_modified_gmt").text().and_then(|text| time::parse(&text)),
            body,
            deleted: false,
            problems,
        }
    }

    fn categories(&self) -> Vec<u64> {
        let categories = self.fields.get("categories").read::<Fields<'_>>();
        categories.iter().filter_map(|category| category.get("id").id()).collect()
    }

    fn write_paths(&self, store: &Store, body: &mut String) {
        let mut first = true;
        let mut ids = self.categories();
        // They come in another order each time.
        ids.sort_unstable();
        for id in ids {
            let path = store.path(id);
            if path.is_empty() {
                continue;
            }
            body.push_str(if first { "\"" } else { ",\"" });
            body.push_str(&id.to_string());
            body.push_str("\":[");
            for (at, title) in path.iter().enumerate() {
                if at > 0 {
                    body.push(',');
                }
                write_string(title, body);
            }
            body.push(']');
            first = false;
        }
    }
}
