//! Reads a body under caps, decompressing as it comes in.

use std::io::{self, Write};
use std::time::Duration;

use flate2::write::MultiGzDecoder;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use tokio::time::timeout;

use crate::download::Incoming;
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

/// `head`: the answer is to HEAD, whose headers speak of a body that does not come. `into`: where the body goes instead of into
/// memory. `idle`: how long nothing may come.
pub(crate) async fn read(
    mut response: reqwest::Response,
    caps: Caps,
    head: bool,
    into: Option<&mut Incoming<'_>>,
    idle: Duration,
) -> Result<Body, Failure> {
    let gzip = is_gzip(response.headers())?;
    let declared = declared(response.headers()).filter(|_| !head);
    if declared.is_some_and(|declared| declared > caps.bytes) {
        return Err(too_large(caps));
    }
    let room = usize::try_from(declared.unwrap_or(0).min(RATIO_FROM)).unwrap_or(0);
    let out = into.map_or_else(|| Out::Memory(Vec::with_capacity(room)), Out::Sink);
    let sink = Capped { out, taken: 0, limit: 0, over: false, failed: None };
    let mut writer = if gzip { Writer::Gzip(MultiGzDecoder::new(sink)) } else { Writer::Plain(sink) };
    let mut received = 0;
    loop {
        let chunk = match timeout(idle, response.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => break,
            Ok(Err(error)) => return Err(broken_off(&error, received, declared)),
            Err(_) => return Err(stopped_coming(received)),
        };
        received += chunk.len() as u64;
        let by_ratio = if gzip { received.saturating_mul(caps.ratio).max(RATIO_FROM) } else { u64::MAX };
        writer.sink().limit = usize::try_from(caps.bytes.min(by_ratio)).unwrap_or(usize::MAX);
        if writer.write_all(&chunk).is_err() {
            return Err(if let Some(failure) = writer.sink().failed.take() {
                failure
            } else if !writer.sink().over {
                Failure::unavailable("the body is not valid gzip")
            } else if by_ratio < caps.bytes {
                Failure::unusable(format!("the body unpacks to more than {} times its size", caps.ratio))
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
        _ => Err(Failure::unusable("the answer came in an encoding that was not asked for (only gzip was)")),
    }
}

fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(caps: Caps) -> Failure {
    Failure::unusable(format!("the body is larger than {} bytes", caps.bytes))
}

fn broken_off(error: &reqwest::Error, received: u64, declared: Option<u64>) -> Failure {
    if error.is_timeout() {
        return stopped_coming(received);
    }
    ended_early(received, declared)
}

fn stopped_coming(received: u64) -> Failure {
    Failure::unavailable(format!("the body stopped coming after {received} bytes"))
}

fn ended_early(received: u64, declared: Option<u64>) -> Failure {
    Failure::unavailable(match declared {
        Some(declared) => format!("the body ended early: {received} of {declared} bytes came"),
        None => format!("the body ended early, after {received} bytes"),
    })
}

enum Writer<'w, 's> {
    Plain(Capped<'w, 's>),
    Gzip(MultiGzDecoder<Capped<'w, 's>>),
}

impl<'w, 's> Writer<'w, 's> {
    fn sink(&mut self) -> &mut Capped<'w, 's> {
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
            Self::Plain(sink) => Ok(sink.out.memory()),
            Self::Gzip(decoder) if complete => Ok(decoder.finish()?.out.memory()),
            Self::Gzip(_) => Ok(Vec::new()),
        }
    }
}

enum Out<'w, 's> {
    Memory(Vec<u8>),
    Sink(&'w mut Incoming<'s>),
}

impl Out<'_, '_> {
    /// What is held; what went to a sink is not.
    fn memory(self) -> Vec<u8> {
        match self {
            Self::Memory(bytes) => bytes,
            Self::Sink(_) => Vec::new(),
        }
    }
}

struct Capped<'w, 's> {
    out: Out<'w, 's>,
    taken: usize,
    limit: usize,
    over: bool,
    failed: Option<Failure>,
}

impl Write for Capped<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.taken = self.taken.saturating_add(bytes.len());
        if self.taken > self.limit {
            self.over = true;
            return Err(io::Error::other("over the cap"));
        }
        match &mut self.out {
            Out::Memory(out) => out.extend_from_slice(bytes),
            Out::Sink(sink) => {
                if let Err(failure) = sink.write(bytes) {
                    self.failed = Some(failure);
                    return Err(io::Error::other("the sink takes no more"));
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
