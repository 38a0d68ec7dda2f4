//! The shop as goods are sent to it: how it is reached, its currency, the units it measures in.

use entrepot_guest::json;
use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::prelude::*;
use serde_json::Value;

use crate::client::{Client, List, Query};
use crate::failure::{accepted, readable};
use crate::probe;
use crate::settings::Settings;
use crate::site::Site;
use crate::store::{currency_without_settings, setting};

pub(super) struct Shop<'a, T> {
    pub(super) client: Client<'a, T>,
    pub(super) currency: String,
    /// Empty: the key may not read it.
    pub(super) weight_unit: String,
    pub(super) dimension_unit: String,
}

/// An answer to a change.
#[derive(Debug)]
pub(super) struct Answer(pub(super) String);

impl Answer {
    pub(super) fn fields(&self) -> Fields<'_> {
        Raw::of(&self.0).fields()
    }
}

impl<T: Transport> Shop<'_, T> {
    pub(super) fn of<V>(
        transport: &T,
        channel: &Channel,
        work: impl FnOnce(&Shop<'_, T>) -> Result<V, Error>,
    ) -> Result<V, Error> {
        let (site, _) = probe::find(transport, &Settings::of(channel)?.base()?)?;
        let client = Client { transport, site: &site };
        let of =
            |group: &str| client.request(&format!("/wc/v3/settings/{group}"), &vec![("_fields", "id,value".into())]);
        let [general, products] = <[_; 2]>::try_from(client.lists(&[of("general"), of("products")]))
            .map_err(|_| Error::Other("the host left a request without an answer".to_owned()))?;
        let currency = match readable(general)?.and_then(|list| setting(&list, "woocommerce_currency")) {
            Some(currency) => currency,
            None => currency_without_settings(&client, channel, &mut Vec::new())?,
        };
        let units = readable(products)?;
        let unit = |id: &str| units.as_ref().and_then(|list| setting(list, id)).unwrap_or_default();
        let (weight_unit, dimension_unit) = (unit("woocommerce_weight_unit"), unit("woocommerce_dimension_unit"));
        work(&Shop { client, currency, weight_unit, dimension_unit })
    }

    pub(super) fn list(&self, route: &str, query: &Query<'_>) -> Result<List, Error> {
        self.client.list(route, query)
    }

    /// Sends a change. It is sent once: what may not be done twice is looked up first by whoever calls this.
    pub(super) fn change(
        &self,
        method: Method,
        route: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, Error> {
        let mut request = site_request(self.client.site, method, route, query);
        if let Some(body) = body {
            request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
            request.body = Some(body.to_string().into_bytes());
        }
        let response = accepted(self.client.transport.send(&request)?)?;
        json::text(response.body).map(Answer)
    }

    pub(super) fn post(&self, route: &str, body: &Value) -> Result<Answer, Error> {
        self.change(Method::Post, route, &[], Some(body))
    }
}

fn site_request(site: &Site, method: Method, route: &str, query: &[(&str, &str)]) -> Request {
    site.request(method, route, query)
}
