//! Reads a body under caps, decompressing as it comes in.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};

use crate::exchange::Failure;

#[derive(Clone, Copy)]
pub(crate) struct Caps {
    /// Decompressed.
    pub(crate) bytes: u64,
    pub(crate) ratio: u64,
}

#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    /// As it came over the wire.
    pub(crate) received: u64,
    pub(crate) decoded: bool,
}

/// Up to here a high ratio is nothing to worry about: long runs of spaces exist.
const RATIO_FROM: u64 = 1 << 20;

/// `head`: the answer is to HEAD, whose headers speak of a body that does not come.
pub(crate) async fn read(mut response: reqwest::Response, caps: Caps, head: bool) -> Result<Body, Failure> {
    let gzip = is_gzip(response.headers())?;
    let declared = declared(response.headers()).filter(|_| !head);
    if declared.is_some_and(|declared| declared > caps.bytes) {
        return Err(too_large(caps));
    }
    let room = usize::try_from(declared.unwrap_or(0).min(RATIO_FROM)).unwrap_or(0);
    let sink = Capped { out: Vec::with_capacity(room), limit: 0, over: false };
    let mut writer = if gzip { Writer::Gzip(MultiGzDecoder::new(sink)) } else { Writer::Plain(sink) };
    let mut received = 0;
    loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(error) => return Err(broken_off(&error, received, declared)),
        };
        received += chunk.len() as u64;
        let by_ratio = if gzip { received.saturating_mul(caps.ratio).max(RATIO_FROM) } else { u64::MAX };
        writer.sink().limit = usize::try_from(caps.bytes.min(by_ratio)).unwrap_or(usize::MAX);
        if writer.write_all(&chunk).is_err() {
            return Err(if !writer.sink().over {
                Failure::unavailable("the body is not valid gzip")
            } else if by_ratio < caps.bytes {
                Failure::unavailable(format!("the body unpacks to more than {} times its size", caps.ratio))
            } else {
                too_large(caps)
            });
        }
    }
    let decoded = gzip && received > 0;
    let bytes = writer
        .finish(decoded)
        .map_err(|_| Failure::unavailable("the body ended early: its gzip stream is incomplete"))?;
    Ok(Body { bytes, received, decoded })
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Failure> {
    let mut found = headers.get_all(CONTENT_ENCODING).iter();
    let encoding = found.next().map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_ascii_lowercase());
    match (encoding.as_deref(), found.next()) {
        (None | Some("" | "identity"), None) => Ok(false),
        (Some("gzip" | "x-gzip"), None) => Ok(true),
        _ => Err(Failure::unavailable("the answer came in an encoding that was not asked for (only gzip was)")),
    }
}

fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(caps: Caps) -> Failure {
    Failure::unavailable(format!("the body is larger than {} bytes", caps.bytes))
}

fn broken_off(error: &reqwest::Error, received: u64, declared: Option<u64>) -> Failure {
    if error.is_timeout() {
        return Failure::unavailable(format!("the body stopped coming after {received} bytes"));
    }
    ended_early(received, declared)
}

fn ended_early(received: u64, declared: Option<u64>) -> Failure {
    Failure::unavailable(match declared {
        Some(declared) => format!("the body ended early: {received} of {declared} bytes came"),
        None => format!("the body ended early, after {received} bytes"),
    })
}

enum Writer {
    Plain(Capped),
    Gzip(MultiGzDecoder<Capped>),
}

impl Writer {
    fn sink(&mut self) -> &mut Capped {
        match self {
            Self::Plain(sink) => sink,
            Self::Gzip(decoder) => decoder.get_mut(),
        }
    }

    fn write_all(&mut self, chunk: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(sink) => sink.write_all(chunk),
            Self::Gzip(decoder) => decoder.write_all(chunk),
        }
    }

    /// `complete`: whether there must be the end of a gzip stream. An answer to HEAD names an encoding and has no body.
    fn finish(self, complete: bool) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain(sink) => Ok(sink.out),
            Self::Gzip(decoder) if complete => Ok(decoder.finish()?.out),
            Self::Gzip(_) => Ok(Vec::new()),
        }
    }
}

struct Capped {
    out: Vec<u8>,
    limit: usize,
    over: bool,
}

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.out.len().saturating_add(bytes.len()) > self.limit {
            self.over = true;
            return Err(io::Error::other("over the cap"));
        }
        self.out.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
