//! A marketplace's JSON API: an address, what goes along with each request, and answers as values.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::exchange::{Method, Request, Response};
use crate::bindings::types::Error;
use crate::http::{ask, classify, named, percent_encode};
use crate::json;
use crate::transport::Transport;

/// ```
/// use entrepot_guest::{api::Api, prelude::*, testing};
///
/// #[derive(serde::Deserialize)]
/// struct Order {
///     state: String,
/// }
/// let host = testing::TestHost::new(|request| {
///     assert_eq!(request.url, "https://shop.example/api/orders/a%2Fb?with=lines");
///     Ok(testing::json(200, r#"{"state":"open"}"#))
/// });
/// let api = Api::new(&host, "https://shop.example/api/").header("x-version", "3");
/// let order: Order = api.get(&["orders", "a/b"]).query("with", "lines").read()?;
/// assert_eq!(order.state, "open");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Api<'a, T> {
    transport: &'a T,
    base: String,
    headers: Vec<(String, String)>,
    credential: Option<String>,
}

/// One request, as it grows.
#[derive(Clone, Debug)]
pub struct Call<'a, T> {
    transport: &'a T,
    request: Request,
}

impl<'a, T: Transport> Api<'a, T> {
    pub fn new(transport: &'a T, base: &str) -> Self {
        let headers = vec![("accept".to_owned(), "application/json".to_owned())];
        Self { transport, base: base.trim_end_matches('/').to_owned(), headers, credential: None }
    }

    /// Goes along with each request.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Which of the rule's credentials the host should add.
    #[must_use]
    pub fn credential(mut self, name: &str) -> Self {
        self.credential = Some(name.to_owned());
        self
    }

    /// `path` is given part by part: what is an id in one place stays in its place, whatever it holds.
    pub fn call(&self, method: Method, path: &[&str]) -> Call<'a, T> {
        let mut url = self.base.clone();
        for part in path {
            url.push('/');
            match *part {
                // Written out, they would lead to another folder.
                "." => url.push_str("%2E"),
                ".." => url.push_str("%2E%2E"),
                part => percent_encode(part, ",", &mut url),
            }
        }
        let (headers, credential) = (self.headers.clone(), self.credential.clone());
        Call { transport: self.transport, request: Request { method, url, headers, body: None, credential } }
    }

    pub fn get(&self, path: &[&str]) -> Call<'a, T> {
        self.call(Method::Get, path)
    }

    pub fn post(&self, path: &[&str], body: &impl Serialize) -> Result<Call<'a, T>, Error> {
        self.call(Method::Post, path).json(body)
    }

    pub fn put(&self, path: &[&str], body: &impl Serialize) -> Result<Call<'a, T>, Error> {
        self.call(Method::Put, path).json(body)
    }

    pub fn patch(&self, path: &[&str], body: &impl Serialize) -> Result<Call<'a, T>, Error> {
        self.call(Method::Patch, path).json(body)
    }

    pub fn delete(&self, path: &[&str]) -> Call<'a, T> {
        self.call(Method::Delete, path)
    }
}

impl<T: Transport> Call<'_, T> {
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        let url = &mut self.request.url;
        url.push(if url.contains('?') { '&' } else { '?' });
        percent_encode(name, "", url);
        url.push('=');
        percent_encode(value, ",", url);
        self
    }

    fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Error::Other(format!("the request cannot be written: {error}")))?;
        self.request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        self.request.body = Some(body);
        Ok(self)
    }

    /// For [`Transport::send_all`].
    pub fn request(self) -> Request {
        self.request
    }

    /// Any 2xx answer; what another status means is the error.
    pub fn send(self) -> Result<Response, Error> {
        classify(self.transport.send(&self.request)?).map_err(|error| named(error, &self.request))
    }

    pub fn read<V: DeserializeOwned>(self) -> Result<V, Error> {
        ask(self.transport, &self.request, |response| json::parse(classify(response)?.body))
    }

    /// The answer's JSON text, to be read leniently or kept as it is.
    pub fn text(self) -> Result<String, Error> {
        ask(self.transport, &self.request, |response| json::text(classify(response)?.body))
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::testing::{TestHost, json as answer};

    #[test]
    fn ids_stay_in_their_place_and_bodies_are_json() {
        let host = TestHost::new(|_| Ok(answer(200, "{}")));
        let api = Api::new(&host, "https://a.example/v1/").credential("token");
        let sent = |call: Call<'_, TestHost<'_>>| call.request();
        assert_eq!(sent(api.get(&["products", "a/b?c#d"])).url, "https://a.example/v1/products/a%2Fb%3Fc%23d");
        let post = api.post(&["products"], &serde_json::json!({"title": "Mug"})).map(sent);
        assert!(post.is_ok_and(|post| {
            post.body.as_deref() == Some(br#"{"title":"Mug"}"#)
                && post.credential.as_deref() == Some("token")
                && post.headers.iter().any(|(name, value)| name == "content-type" && value == "application/json")
        }));
        assert_eq!(
            sent(api.delete(&["products", "7"]).query("force", "true")).url,
            "https://a.example/v1/products/7?force=true"
        );
        let refusing = TestHost::new(|_| Ok(answer(404, "")));
        assert_eq!(Api::new(&refusing, "https://a").get(&["x"]).read::<u64>(), Err(Error::NotFound));
    }
}
