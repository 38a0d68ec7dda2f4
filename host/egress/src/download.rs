//! Answers too large to hold: they go to a sink as they come, and a broken one goes on where it broke.

use http::header::{ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_RANGE, ETAG, IF_RANGE, RANGE};
use http::{HeaderMap, HeaderValue};

use crate::exchange::Failure;

/// Takes the body of an answer with a status of 2xx.
pub trait Sink: Send {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure>;

    /// Forgets what was written: it comes again from the beginning.
    fn restart(&mut self) -> Result<(), Failure>;
}

/// A download on its way into a sink, over several exchanges if it breaks off.
pub(crate) struct Incoming<'s> {
    sink: &'s mut dyn Sink,
    pub(crate) written: u64,
    /// Names the very bytes that were coming. None: what is left of them cannot be asked for.
    pub(crate) validator: Option<HeaderValue>,
}

impl<'s> Incoming<'s> {
    pub(crate) fn new(sink: &'s mut dyn Sink) -> Self {
        Self { sink, written: 0, validator: None }
    }

    /// Some of it is there, and the rest of those very bytes can be asked for.
    pub(crate) fn has_begun(&self) -> bool {
        self.written > 0 && self.validator.is_some()
    }

    /// Asks for what is left, where some of it is there.
    pub(crate) fn resume(&self, headers: &mut HeaderMap) {
        let Some(validator) = self.validator.as_ref().filter(|_| self.written > 0) else { return };
        if let Ok(range) = HeaderValue::from_str(&format!("bytes={}-", self.written)) {
            headers.insert(RANGE, range);
            headers.insert(IF_RANGE, validator.clone());
        }
    }

    /// An answer of that status begins.
    pub(crate) fn begin(&mut self, status: u16, headers: &HeaderMap) -> Result<(), Failure> {
        if status == 206 && self.written > 0 {
            let begins = headers.get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
            let begins = begins.and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse().ok());
            if begins != Some(self.written) {
                return Err(Failure::unavailable("the rest of the body begins elsewhere than where it broke off"));
            }
            return Ok(());
        }
        if self.written > 0 {
            self.sink.restart()?;
            self.written = 0;
        }
        self.validator = validator(headers);
        Ok(())
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.sink.write(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }
}

/// Weak validators do not promise the same bytes, and in an encoding offsets count the encoded ones.
fn validator(headers: &HeaderMap) -> Option<HeaderValue> {
    if headers.contains_key(CONTENT_ENCODING) || headers.get(ACCEPT_RANGES).is_some_and(|ranges| ranges == "none") {
        return None;
    }
    headers.get(ETAG).filter(|etag| etag.as_bytes().starts_with(b"\"")).cloned()
}
