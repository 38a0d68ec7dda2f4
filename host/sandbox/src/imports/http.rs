//! `entrepot:adapter/http`: gated by the grant, which the egress session enforces for the running operation.

use entrepot_egress::{Failure, Request, Response};
use futures_util::StreamExt;
use wasmtime::component::Linker;

use crate::bindings::exchange::{self, Method};
use crate::bindings::{http, types};
use crate::state::HostState;

pub(crate) fn link_http(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    // Types only: importing them grants nothing, but a component names them.
    http::add_to_linker::<HostState, HostState>(linker, |state| state)
}

impl types::Host for &mut HostState {}
impl exchange::Host for &mut HostState {}

impl http::Host for &mut HostState {
    async fn send(&mut self, request: exchange::Request) -> wasmtime::Result<Result<exchange::Response, types::Error>> {
        self.count_host_call()?;
        let session = self.session("http")?;
        Ok(session.send(self.operation, outgoing(request)).await.map(incoming).map_err(refused))
    }

    async fn send_all(
        &mut self,
        requests: Vec<exchange::Request>,
    ) -> wasmtime::Result<Vec<Result<exchange::Response, types::Error>>> {
        for _ in &requests {
            self.count_host_call()?;
        }
        let session = self.session("http")?;
        let (mut answers, mut held) = (Vec::with_capacity(requests.len()), 0_usize);
        let mut arriving = session.send_each(self.operation, requests.into_iter().map(outgoing).collect());
        while let Some(answer) = arriving.next().await {
            held += answer.as_ref().map_or(0, |response| response.body.len());
            answers.push(answer.map(incoming).map_err(refused));
            // The guest could not hold them either; until they are handed over they are the host's memory.
            if held > self.limits.memory {
                return Err(wasmtime::format_err!("the answers to one send-all are larger than the guest's memory"));
            }
        }
        Ok(answers)
    }
}

impl HostState {
    pub(super) fn session(&self, import: &str) -> wasmtime::Result<entrepot_egress::Session> {
        self.session.clone().ok_or_else(|| wasmtime::format_err!("{} may not use {import}", self.operation))
    }
}

pub(super) fn outgoing(request: exchange::Request) -> Request {
    let method = match request.method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    };
    Request {
        method: method.to_owned(),
        url: request.url,
        headers: request.headers,
        body: request.body,
        credential: request.credential,
    }
}

pub(super) fn incoming(response: Response) -> exchange::Response {
    let Response { status, headers, body, retry_after_ms } = response;
    exchange::Response { status, headers, body, retry_after: retry_after_ms }
}

pub(super) fn refused(failure: Failure) -> types::Error {
    match failure {
        Failure::Denied(why) => types::Error::Denied(why),
        Failure::Unavailable(why) | Failure::Unusable(why) => types::Error::Unavailable(why),
        Failure::RateLimited(wait) => types::Error::RateLimited(wait),
    }
}
