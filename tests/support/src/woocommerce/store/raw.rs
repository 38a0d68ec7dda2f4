//! The text of an item: reading it, and answering another in its place.

use super::Store;
use crate::woocommerce::render::View;
use crate::woocommerce::rendered::Form;
use crate::woocommerce::state::Override;

impl Store {
    /// Answers this text in place of the product or variation, JSON or not.
    pub fn set_raw(&self, id: u64, text: &str) {
        let mut state = self.write();
        state.revision += 1;
        state.overrides.insert(id, Override::Whole(text.into()));
    }

    /// Answers this JSON for one key of the item: `set_field(7, "price", "\"12,50\"")`.
    pub fn set_field(&self, id: u64, name: &str, json: &str) {
        self.edit(id, name, Some(json));
    }

    /// Leaves one key of the item out.
    pub fn drop_field(&self, id: u64, name: &str) {
        self.edit(id, name, None);
    }

    fn edit(&self, id: u64, name: &str, json: Option<&str>) {
        let mut state = self.write();
        state.revision += 1;
        let edit = (name.to_owned(), json.map(str::to_owned));
        match state.overrides.get_mut(&id) {
            Some(Override::Edits(edits)) => edits.push(edit),
            _ => {
                state.overrides.insert(id, Override::Edits(vec![edit]));
            }
        }
    }

    /// Answers the row again as it is.
    pub fn clear_raw(&self, id: u64) {
        let mut state = self.write();
        state.revision += 1;
        state.overrides.remove(&id);
    }

    /// The product (or variation, in a product's clothes) as the API writes it for a shop at `home`.
    #[must_use]
    pub fn product_json(&self, id: u64, home: &str) -> String {
        self.written(home, |view, out| view.product(out, id))
    }

    /// The variation as the API writes it below its parent.
    #[must_use]
    pub fn variation_json(&self, id: u64, home: &str) -> String {
        self.written(home, |view, out| view.variation(out, id, true))
    }

    /// Writes every row once, for a shop served at `home`, so that the first client is served as fast as the second.
    pub fn warm(&self, home: &str) {
        let state = self.read();
        let home = home.replace('/', "\\/");
        let view = View { state: &state, home: &home, fields: None, edit: false, single: false, now: state.now() };
        let mut out = Vec::new();
        let products = state.products.keys().map(|id| (Form::Product, *id));
        let variations = state.variations.keys().flat_map(|id| [(Form::Nested, *id), (Form::Global, *id)]);
        for (form, id) in products.chain(variations) {
            if self.0.rendered.is_full() {
                break;
            }
            out.clear();
            self.0.rendered.write(&view, &mut out, form, id);
        }
    }

    fn written(&self, home: &str, write: impl FnOnce(&View<'_>, &mut Vec<u8>)) -> String {
        let state = self.read();
        let home = home.replace('/', "\\/");
        let view = View { state: &state, home: &home, fields: None, edit: false, single: true, now: state.now() };
        let mut out = Vec::new();
        write(&view, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }
}
