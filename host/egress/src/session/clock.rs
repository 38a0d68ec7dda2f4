//! The clock of whoever is asked: signatures have a date, and are refused at another time than the asked one's own.

use entrepot_policy::Credential;
use http::HeaderValue;
use tokio::time::Instant;
use url::Url;

use super::Inner;
use crate::headers::CLOCKS;
use crate::wire::RawResponse;

impl Inner {
    /// Milliseconds by which to sign ahead of our clock.
    pub(super) fn clock_of(&self, url: &Url) -> i64 {
        self.shared.clocks.ahead_at(&self.channel, &url.origin().ascii_serialization()).unwrap_or(0)
    }

    pub(super) fn learn_clock(&self, url: &Url, answer: &RawResponse, started: Instant) {
        let received = self.shared.options.clock.now();
        let sent = received - i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        let origin = url.origin().ascii_serialization();
        self.shared.clocks.note((&self.channel, &origin), &answer.headers, sent, received);
    }

    /// A signature was refused, which may be for its time: the next one has the other clock's, as the date of an answer may be that of
    /// something on the way. The guest is told of both clocks, for its words.
    pub(super) fn doubt_clock(&self, credential: Option<&Credential>, url: &Url, used: i64, answer: &mut RawResponse) {
        // A server does not speak for us.
        answer.headers.remove(CLOCKS);
        if answer.status != 401 || !matches!(credential, Some(Credential::OAuth1 { .. })) {
            return;
        }
        let origin = url.origin().ascii_serialization();
        let words = self.shared.clocks.refused((&self.channel, &origin), used, self.shared.options.clock.now());
        if let Some(words) = words.and_then(|words| HeaderValue::from_str(&words).ok()) {
            answer.headers.insert(CLOCKS, words);
        }
    }
}
