//! One exchange with one address: everything about it has been decided.

use std::error::Error;
use std::io;
use std::time::Duration;

use http::header::{ACCEPT_ENCODING, HeaderValue, RANGE};
use rustls::CertificateError;
use tokio::time::timeout;
use url::{Host, Url};

use crate::address;
use crate::body::{self, Caps};
use crate::download::Incoming;
use crate::exchange::Failure;
use crate::headers;
use crate::resolve::AddressRefused;
use crate::shared::Shared;
use crate::wire::{Outgoing, RawResponse};

/// Bytes a second of a body that are waited for.
const SLOWEST_UPLOAD: u64 = 128 << 10;

/// The checks that need no look-up: the scheme, and addresses that stand in the URL, which no resolver will see.
pub(crate) fn check_target(url: &Url, allow_loopback: bool) -> Result<(), Failure> {
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        _ => None,
    };
    if let Some(address) = literal {
        address::check(address, allow_loopback)
            .map_err(|kind| Failure::denied(format!("{address} is {kind}: not connected{}", kind.advice())))?;
    }
    if url.scheme() != "https" && !(allow_loopback && is_loopback(url)) {
        let host = url.host_str().unwrap_or_default();
        // On this machine there is another way, too.
        let advice = if is_loopback(url) { address::Kind::Loopback.advice() } else { "" };
        return Err(Failure::denied(format!(
            "plain http to {host} is refused: the address must begin with https://{advice}"
        )));
    }
    Ok(())
}

/// By its text alone: a name that merely resolves to loopback gets no exemption.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address::is_loopback(address.into()),
        Some(Host::Ipv6(address)) => address::is_loopback(address.into()),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// `time`: for headers and body together. `into`: where the body goes if the status is 2xx.
pub(crate) async fn send(
    shared: &Shared,
    outgoing: Outgoing,
    caps: Caps,
    time: Duration,
    into: Option<&mut Incoming<'_>>,
) -> Result<RawResponse, Failure> {
    let options = &shared.options;
    let host = outgoing.url.host_str().unwrap_or_default().to_owned();
    let port = outgoing.url.port_or_known_default().unwrap_or_default();
    let head = outgoing.method == http::Method::HEAD;
    let mut request = reqwest::Request::new(outgoing.method, outgoing.url);
    *request.headers_mut() = outgoing.headers;
    // A range is one of the bytes as they are.
    let encoding = if request.headers().contains_key(RANGE) { "identity" } else { "gzip" };
    request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static(encoding));
    // The answer begins when the body is there, which takes its time on a slow line.
    let body_time = Duration::from_secs(outgoing.body.as_ref().map_or(0, |body| body.len() as u64 / SLOWEST_UPLOAD));
    *request.body_mut() = outgoing.body.map(Into::into);

    let first_byte = (options.first_byte_timeout + body_time).min(time);
    let started = tokio::time::Instant::now();
    let response = timeout(first_byte, shared.client.execute(request))
        .await
        .map_err(|_| Failure::unavailable(format!("{host} did not answer within {}", in_words(first_byte))))?
        .map_err(|error| failed(&host, port, error))?;
    if headers::size(response.headers()) > options.max_header_bytes {
        return Err(Failure::unusable(format!(
            "the answer of {host} has more than {} bytes of headers",
            options.max_header_bytes
        )));
    }
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let left = time.saturating_sub(started.elapsed());
    let mut into = into.filter(|_| (200..300).contains(&status));
    let (caps, left) = match &mut into {
        // What the sink has room for counts, and a large body may take long as long as it comes.
        Some(into) => {
            into.begin(status, &headers)?;
            (Caps { bytes: u64::MAX, ..caps }, Duration::MAX)
        }
        None => (caps, left),
    };
    let body = body::read(response, caps, head, into, options.first_byte_timeout);
    let body = timeout(left, body).await.map_err(|_| {
        Failure::unavailable(format!("the body from {host} was not complete within {}", in_words(time)))
    })??;
    Ok(RawResponse { status, headers, body })
}

fn in_words(time: Duration) -> String {
    if time < Duration::from_secs(2) { format!("{} ms", time.as_millis()) } else { format!("{} s", time.as_secs()) }
}

/// The texts of the HTTP client hold the URL, and that may hold a credential: only the innermost cause is passed on.
fn failed(host: &str, port: u16, error: reqwest::Error) -> Failure {
    let connecting = error.is_connect();
    let error = error.without_url();
    let mut cause: &(dyn Error + 'static) = &error;
    loop {
        if let Some(refused) = cause.downcast_ref::<AddressRefused>() {
            return Failure::denied(refused);
        }
        // An I/O error's source is that of what it holds.
        let held = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        match held.map(|held| held as &(dyn Error + 'static)).or_else(|| cause.source()) {
            Some(source) => cause = source,
            None => break,
        }
    }
    if let Some(rustls::Error::InvalidCertificate(why)) = cause.downcast_ref::<rustls::Error>() {
        Failure::unusable(format!("no connection to {host}: {cause}{}", certificate_advice(why)))
    } else if connecting {
        let no_tls = matches!(cause.downcast_ref::<rustls::Error>(), Some(rustls::Error::InvalidMessage(_)));
        let io_error = cause.downcast_ref::<io::Error>();
        let refused = io_error.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
        Failure::unavailable(if no_tls {
            format!("no connection to {host}:{port}: no TLS is spoken there. Is it http, or is TLS at another port?")
        } else if refused {
            format!(
                "no connection to {host}:{port}: nothing answers at this port. Is the address right, and does the shop run?"
            )
        } else {
            format!("no connection to {host}:{port}: {cause}")
        })
    } else {
        Failure::unavailable(format!("{host} broke off before it had answered: {cause}"))
    }
}

/// What helps, where somebody trusts whom this host does not: a certificate of its own, or of an authority of one's own.
fn certificate_advice(why: &CertificateError) -> &'static str {
    match why {
        CertificateError::UnknownIssuer | CertificateError::Other(_) => {
            ". If it is of an authority of your own, or signs itself, name a file with the authority's certificate in ENTREPOT_EGRESS_CA_FILE"
        }
        _ => ". The shop has to have a certificate that is valid for its name today",
    }
}
