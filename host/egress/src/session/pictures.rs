//! Pictures of goods, from wherever they stand. No rule names their hosts, so everything else about them is bounded: no credential, public
//! addresses only, each redirect from the first check on, a picture by its content, a size and a time.
// See docs/decisions/0087-pictures.md

use std::time::Duration;

use entrepot_domain::usage::UseKind;
use entrepot_policy::parse_url;
use http::header::{ACCEPT, LOCATION};
use http::{HeaderMap, HeaderValue, Method};
use tokio::sync::SemaphorePermit;
use tokio::time::{sleep, timeout_at};
use url::Url;

use super::follow::resolve;
use super::{Inner, Session};
use crate::download::{Incoming, Sink};
use crate::exchange::{Failure, Request, Response};
use crate::form::{Form, Part};
use crate::intercept;
use crate::picture::{PictureFailure, Taking};
use crate::send::{check_target, send};
use crate::wire::{Outgoing, RawResponse};

/// What every marketplace takes; a host that has the picture in another form, too, is not to choose that.
const ACCEPTED: &str = "image/jpeg,image/png,image/gif";
/// For one picture with its redirects and tries: whoever sends it slower is not waited for.
const TIME: Duration = Duration::from_secs(60);
const REDIRECTS: u8 = 5;
/// In audits, in the place of a rule.
const RULE: &str = "pictures of listings";

impl Session {
    /// The picture goes to `sink`. What it is by its content.
    pub async fn fetch_picture(
        &self,
        operation: &str,
        url: &str,
        sink: &mut dyn Sink,
    ) -> Result<&'static str, PictureFailure> {
        let mut taking = Taking::new(sink);
        let most = self.0.shared.options.total_timeout.min(TIME);
        let ends = tokio::time::Instant::now() + most;
        let mut tries = 0;
        loop {
            let Ok(outcome) = timeout_at(ends, self.0.picture(operation, url, &mut taking)).await else {
                // Whoever sends it this slowly is not asked again at once.
                let why = format!("the picture did not come within {} s", most.as_secs());
                return Err(PictureFailure::Failed(Failure::unavailable(why)));
            };
            let outcome = outcome.and_then(|()| taking.finish().map_err(PictureFailure::Failed));
            match outcome {
                // The sink's own words are kept: those of the exchange are about the exchange.
                Err(_) if taking.unfit.is_some() => {
                    let (code, why) = taking.unfit.take().unwrap_or_default();
                    return Err(PictureFailure::Unfit(code, why));
                }
                Err(PictureFailure::Failed(Failure::Unavailable(_)))
                    if tries < self.0.shared.options.retry.tries.min(2) =>
                {
                    sleep(self.0.shared.options.retry.wait(tries)).await;
                    taking.restart()?;
                    tries += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Waits until a form can be held: take it before what goes into the form is read.
    pub async fn turn_for_form(&self) -> Result<FormTurn<'_>, Failure> {
        let turn = self.0.shared.forms.acquire().await;
        turn.map(FormTurn).map_err(|_| Failure::unavailable("the host is shutting down"))
    }

    /// A form in the place of the request's body, which has none. Rules, credentials and limits are those of every request.
    pub async fn send_form(
        &self,
        operation: &str,
        request: Request,
        parts: Vec<Part>,
        _turn: FormTurn<'_>,
    ) -> Result<Response, Failure> {
        let says = |(name, _): &(String, String)| name.eq_ignore_ascii_case("content-type");
        if request.body.is_some() || request.headers.iter().any(says) {
            return Err(Failure::denied("a request with a form has no body and no content-type of its own"));
        }
        let Form { content_type, body } = Form::of(&parts)?;
        drop(parts);
        let mut headers = request.headers;
        headers.push(("content-type".to_owned(), content_type));
        self.send(operation, Request { headers, body: Some(body), ..request }).await
    }
}

/// Room for a form in memory, as long as it is there.
pub struct FormTurn<'s>(#[expect(dead_code, reason = "dropping it gives the room back")] SemaphorePermit<'s>);

impl Inner {
    async fn picture(&self, operation: &str, url: &str, taking: &mut Taking<'_>) -> Result<(), PictureFailure> {
        let unreachable = |why: String| PictureFailure::Unfit("picture-unreachable", why);
        let refused = |failure: Failure| match failure {
            Failure::Denied(why) => unreachable(why),
            other => PictureFailure::Failed(other),
        };
        let mut url = parse_url(url).map_err(|error| unreachable(error.to_string()))?;
        for _ in 0..=REDIRECTS {
            self.may_still(operation)?;
            self.still_ours().await?;
            check_target(&url, self.shared.options.allow_loopback).map_err(refused)?;
            self.spend()?;
            let answer = self.fetched(operation, &url, taking).await.map_err(refused)?;
            match answer.status {
                200..=299 => return Ok(()),
                301 | 302 | 303 | 307 | 308 => {
                    let location = answer.headers.get(LOCATION).map_or(&b""[..], HeaderValue::as_bytes);
                    url = resolve(&url, location, None).map_err(refused)?;
                }
                status @ (408 | 425 | 429 | 500..) => {
                    return Err(Failure::unavailable(format!("HTTP {status} instead of the picture")).into());
                }
                status => {
                    return Err(PictureFailure::Unfit(
                        "picture-missing",
                        format!("HTTP {status} instead of the picture"),
                    ));
                }
            }
        }
        Err(unreachable(format!("its host sends requests on more than {REDIRECTS} times")))
    }

    /// A grant that was taken back meanwhile fetches nothing.
    fn may_still(&self, operation: &str) -> Result<(), PictureFailure> {
        let bound = self.bound();
        match bound.expired(self.shared.options.clock.now()) {
            true => Err(Failure::denied(format!(
                "the grant of {} has expired, so {operation} fetches no picture",
                bound.adapter_id
            ))
            .into()),
            false => Ok(()),
        }
    }

    async fn fetched(&self, operation: &str, url: &Url, taking: &mut Taking<'_>) -> Result<RawResponse, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
        self.counters.requests.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.ledger.count(UseKind::Request, operation.to_owned(), RULE, url.host_str().unwrap_or_default());
        let intercept = self.shared.options.intercept.as_deref();
        let Some(intercept) = intercept else {
            let outgoing = Outgoing { method: Method::GET, url: url.clone(), headers, body: None };
            let mut into = Incoming::new(taking);
            return send(&self.shared, outgoing, self.caps(), self.shared.options.total_timeout, Some(&mut into)).await;
        };
        // Who records needs the body as well.
        let asked = intercept::intercepted(operation, "GET", url.as_str(), &headers, None, None);
        let answer = match intercept.answer(&asked).await {
            Some(answer) => intercept::received(answer?, self.caps().bytes)?,
            None => {
                let outgoing = Outgoing { method: Method::GET, url: url.clone(), headers, body: None };
                let answer = send(&self.shared, outgoing, self.caps(), self.shared.options.total_timeout, None).await?;
                intercept.answered(&asked, &as_it_came(&answer));
                answer
            }
        };
        if (200..300).contains(&answer.status) {
            taking.write(&answer.body.bytes)?;
        }
        Ok(answer)
    }
}

/// No secret went out, so none comes back.
fn as_it_came(answer: &RawResponse) -> Response {
    let headers = crate::headers::to_guest(&answer.headers);
    Response { status: answer.status, headers, body: answer.body.bytes.clone(), retry_after_ms: None }
}
