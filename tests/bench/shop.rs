//! Reading a shop with the adapter's own code, compiled natively, over the host's own client.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use entrepot_domain::Secret;
use entrepot_egress::{Egress, EgressOptions, Failure, Session, SessionLimits, SessionSpec};
use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::catalog;
use entrepot_policy::{BoundGrant, Grant, Manifest};
use entrepot_vault::OpenSecrets;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

pub(crate) const MANIFEST: &str = include_str!("../../plugins/woocommerce/adapter.toml");

pub(crate) struct Shop {
    session: Session,
    pub(crate) channel: Channel,
}

impl Shop {
    pub(crate) fn open(address: &str, key: &str, secret: &str) -> Result<Self> {
        let manifest = Manifest::parse(MANIFEST)?;
        let given = [("store_url".to_owned(), address.into())].into_iter().collect();
        let settings = manifest.check_settings(&given).map_err(|problems| anyhow!("{}", problems[0]))?;
        let bound = BoundGrant::bind(&Grant::as_requested(&manifest, "bench"), &manifest, &settings)?;
        let secrets = [("consumer_key", key), ("consumer_secret", secret)];
        let secrets = OpenSecrets::from_clear(secrets.map(|(name, value)| (name.to_owned(), Secret::new(value))));
        let mut spec = SessionSpec::new("chn_bench", Arc::new(bound), Arc::new(secrets));
        spec.limits = SessionLimits { outbound_calls: u32::MAX, max_body_bytes: None };
        let egress = Egress::new(EgressOptions { allow_loopback: true, ..EgressOptions::default() })?;
        let channel = Channel {
            id: "chn_bench".into(),
            bindings: Vec::new(),
            currency: None,
            locale: None,
            settings: serde_json::Value::Object(settings).to_string(),
        };
        Ok(Self { session: egress.session(spec), channel })
    }

    pub(crate) fn session(&self) -> Session {
        self.session.clone()
    }

    /// One page by the adapter's own code, compiled natively; it blocks, so it has a thread of its own.
    pub(crate) async fn native_page(&self, context: Option<String>) -> Result<Page> {
        let wire = Wire { session: self.session.clone(), handle: Handle::current() };
        let channel = self.channel.clone();
        let request = PageRequest { context, ..beginning() };
        let page = tokio::task::spawn_blocking(move || catalog::fetch_page(&wire, &channel, &request)).await?;
        page.map_err(|error| anyhow!("{error:?}"))
    }

    /// All pages of a full import, each fetched while the one before is worked on.
    pub(crate) fn pages(self) -> mpsc::Receiver<Result<Page>> {
        let (sender, receiver) = mpsc::channel(1);
        let handle = Handle::current();
        tokio::task::spawn_blocking(move || {
            let wire = Wire { session: self.session, handle };
            let mut request = beginning();
            loop {
                let page = catalog::fetch_page(&wire, &self.channel, &request).map_err(|error| anyhow!("{error:?}"));
                let next = page.as_ref().ok().map(|page| (page.next.clone(), page.context.clone()));
                if sender.blocking_send(page).is_err() {
                    return;
                }
                match next {
                    Some((Some(cursor), context)) => {
                        request.cursor = Some(cursor);
                        request.context = context.or(request.context);
                    }
                    _ => return,
                }
            }
        });
        receiver
    }
}

fn beginning() -> PageRequest {
    PageRequest { scope: Scope::Everything, since: None, cursor: None, context: None, limit: 100, attempt: 0 }
}

struct Wire {
    session: Session,
    handle: Handle,
}

impl Transport for Wire {
    fn send(&self, request: &Request) -> Result<Response, Error> {
        self.handle.block_on(self.session.send("fetch-page", outgoing(request))).map(incoming).map_err(refused)
    }

    fn send_all(&self, requests: &[Request]) -> Vec<Result<Response, Error>> {
        let all = self.session.send_all("fetch-page", requests.iter().map(outgoing).collect());
        self.handle.block_on(all).into_iter().map(|answer| answer.map(incoming).map_err(refused)).collect()
    }
}

fn outgoing(request: &Request) -> entrepot_egress::Request {
    let mut out = entrepot_egress::Request::get(request.url.as_str());
    out.headers.clone_from(&request.headers);
    out.credential.clone_from(&request.credential);
    out
}

fn incoming(response: entrepot_egress::Response) -> Response {
    let entrepot_egress::Response { status, headers, body, retry_after_ms } = response;
    Response { status, headers, body, retry_after: retry_after_ms }
}

fn refused(failure: Failure) -> Error {
    match failure {
        Failure::Denied(why) => Error::Denied(why),
        Failure::Unavailable(why) | Failure::Unusable(why) => Error::Unavailable(why),
        Failure::RateLimited(wait) => Error::RateLimited(wait),
    }
}
