//! The routes of `wc/v3`: those that read the catalogue; webhooks are beside.

use http::Method;

use crate::server::{Answer, Request};
use crate::woocommerce::errors::{self, JSON};
use crate::woocommerce::keys::Caller;
use crate::woocommerce::list::Page;
use crate::woocommerce::model::{GlobalAttribute, Term};
use crate::woocommerce::parameters::{self, NONE, PRODUCTS, Parameter, TERMS, VARIATIONS, Values};
use crate::woocommerce::render::{self, View};
use crate::woocommerce::rendered::Form;
use crate::woocommerce::select::Of;
use crate::woocommerce::store::Store;
use crate::woocommerce::{json, terms};

/// A request whose caller is known.
pub(super) struct Asked<'a> {
    pub(super) store: &'a Store,
    pub(super) request: &'a Request,
    pub(super) home: &'a str,
    pub(super) caller: Caller,
    pub(super) view: View<'a>,
}

impl Asked<'_> {
    pub(super) fn answer(&self, route: &str) -> Answer {
        let state = self.view.state;
        let parts: Vec<&str> = route.split('/').collect();
        if let ["wc", "v3", "webhooks", rest @ ..] = parts.as_slice() {
            return self.webhooks(route, rest);
        }
        if !matches!(self.request.method, Method::GET | Method::HEAD) {
            return errors::no_route();
        }
        let parts = match parts.as_slice() {
            [""] => return self.open(|view, out| render::index(view, out, self.home)),
            ["wc", "v3"] => return self.open(|view, out| render::namespace(view, out, self.home)),
            ["wc", "v3", rest @ ..] => rest,
            _ => return errors::no_route(),
        };
        let known = &state.terms;
        match parts {
            ["products"] => self.rows(route, PRODUCTS, Of::Products),
            ["products", "categories"] => self.terms(route, known.categories.values()),
            ["products", "tags"] => self.terms(route, known.tags.values()),
            ["products", "brands"] => self.terms(route, known.brands.values()),
            ["products", "shipping_classes"] => self.terms(route, known.shipping_classes.values()),
            ["products", "attributes"] => self.attributes(route),
            ["products", "attributes", id, "terms"] => match id.parse().ok().and_then(|id| known.attributes.get(&id)) {
                Some(attribute) => self.terms(route, attribute.terms.iter()),
                None => errors::refusal(404, "woocommerce_rest_taxonomy_invalid", "Resource does not exist."),
            },
            ["products", id] => match id.parse() {
                Ok(id) => self.product(route, id),
                Err(_) => errors::no_route(),
            },
            ["products", id, "variations"] => match id.parse() {
                Ok(id) => self.rows(route, VARIATIONS, Of::Variations(Some(id))),
                Err(_) => errors::no_route(),
            },
            ["products", parent, "variations", id] => match (parent.parse(), id.parse()) {
                (Ok(parent), Ok(id)) => self.variation(route, parent, id),
                _ => errors::no_route(),
            },
            ["variations"] if state.options.all_variations => self.rows(route, VARIATIONS, Of::Variations(None)),
            ["settings", group] => self.about_shop(route, |view, out| render::settings(view, out, group)),
            ["data", "currencies", "current"] => self.about_shop(route, |view, out| {
                render::currency(view, out);
                true
            }),
            ["system_status"] => self.about_shop(route, |view, out| {
                render::status(view, out, self.home);
                true
            }),
            _ => errors::no_route(),
        }
    }

    /// What anyone may read.
    fn open(&self, write: impl FnOnce(&View<'_>, &mut Vec<u8>)) -> Answer {
        let mut out = Vec::new();
        write(&self.view, &mut out);
        let mut answer = Answer::new(200, JSON, out);
        answer.set("Allow", "GET");
        answer
    }

    /// Parameters first, permission second: a bad parameter without a key is 400.
    pub(super) fn checked(&self, route: &str, schema: &[Parameter], list: bool) -> Result<Values, Answer> {
        let (values, findings) =
            parameters::read(schema, &self.request.pairs()).map_err(|invalid| errors::invalid(&invalid))?;
        self.store.note(route, findings);
        let message = if list { "Sorry, you cannot list resources." } else { "Sorry, you cannot view this resource." };
        match self.caller {
            Caller::Manager => Ok(values),
            Caller::Anonymous => Err(errors::refusal(401, "woocommerce_rest_cannot_view", message)),
            Caller::Nobody => Err(errors::refusal(403, "woocommerce_rest_cannot_view", message)),
        }
    }

    fn rows(&self, route: &str, schema: &[Parameter], of: Of) -> Answer {
        let values = match self.checked(route, schema, true) {
            Ok(values) => values,
            Err(refusal) => return refusal,
        };
        let ids = self.store.ids(self.view.state, of, &values);
        self.list(route, &values, &ids, "GET, POST", |view, out, id| match of {
            Of::Products => self.store.0.rendered.write(view, out, Form::Product, *id),
            Of::Variations(Some(_)) => self.store.0.rendered.write(view, out, Form::Nested, *id),
            Of::Variations(None) => self.store.0.rendered.write(view, out, Form::Global, *id),
        })
    }

    pub(super) fn list<T>(
        &self,
        route: &str,
        values: &Values,
        items: &[T],
        allow: &str,
        write: impl Fn(&View<'_>, &mut Vec<u8>, &T),
    ) -> Answer {
        let view = View { single: false, ..self.view };
        let page = Page::of(values);
        let part = page.cut(items);
        let mut out = Vec::with_capacity(if view.fields.is_some() { 4_096 } else { part.len() * 4_096 });
        json::list(&mut out, part, |out, item| write(&view, out, item));
        let mut answer = Answer::new(200, JSON, out);
        page.headers(&mut answer, self.request, &format!("{}/wp-json/{route}", self.home), items.len());
        answer.set("Allow", allow);
        answer
    }

    fn product(&self, route: &str, id: u64) -> Answer {
        let state = self.view.state;
        // Nothing to protect: even without a key, what is not there is 404.
        if !state.products.contains_key(&id) && !state.variations.contains_key(&id) {
            return errors::invalid_id("product");
        }
        self.single(route, |view, out| view.product(out, id))
    }

    fn variation(&self, route: &str, parent: u64, id: u64) -> Answer {
        let found = self.view.state.variations.get(&id).is_some_and(|variation| variation.parent == parent);
        if !found {
            return errors::invalid_id("product_variation");
        }
        self.single(route, |view, out| view.variation(out, id, true))
    }

    fn single(&self, route: &str, write: impl FnOnce(&View<'_>, &mut Vec<u8>)) -> Answer {
        if let Err(refusal) = self.checked(route, NONE, false) {
            return refusal;
        }
        let mut out = Vec::with_capacity(4_096);
        write(&self.view, &mut out);
        let mut answer = Answer::new(200, JSON, out);
        answer.set("Allow", "GET, POST, PUT, PATCH, DELETE");
        answer
    }

    fn terms<'t>(&self, route: &str, terms: impl Iterator<Item = &'t Term>) -> Answer {
        let values = match self.checked(route, TERMS, true) {
            Ok(values) => values,
            Err(refusal) => return refusal,
        };
        let chosen = terms::chosen(terms, &values);
        let path = route.trim_start_matches("wc/v3/");
        self.list(route, &values, &chosen, "GET, POST", |view, out, term| render::term(view, out, path, term))
    }

    /// Not paged: whatever is asked for, all of them.
    fn attributes(&self, route: &str) -> Answer {
        if let Err(refusal) = self.checked(route, NONE, true) {
            return refusal;
        }
        let mut all: Vec<&GlobalAttribute> = self.view.state.terms.attributes.values().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        let view = View { single: false, ..self.view };
        let mut out = Vec::new();
        json::list(&mut out, &all, |out, one| render::attribute(&view, out, one));
        let mut answer = Answer::new(200, JSON, out);
        answer.set("X-WP-Total", all.len().to_string());
        answer.set("X-WP-TotalPages", "1");
        answer.set("Allow", "GET, POST");
        answer
    }

    /// Needs a manager, and a shop that lets keys read its settings.
    fn about_shop(&self, route: &str, write: impl FnOnce(&View<'_>, &mut Vec<u8>) -> bool) -> Answer {
        if let Err(refusal) = self.checked(route, NONE, true) {
            return refusal;
        }
        if self.view.state.options.settings_forbidden {
            return errors::refusal(403, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.");
        }
        let mut out = Vec::new();
        if !write(&self.view, &mut out) {
            return errors::refusal(404, "rest_setting_setting_group_invalid", "Invalid setting group.");
        }
        let mut answer = Answer::new(200, JSON, out);
        answer.set("Allow", "GET");
        answer
    }
}
