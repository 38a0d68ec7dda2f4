//! Who a request comes from, and how often an address may try what is tried by those who guess.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use entrepot_accounts::Client;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::AppState;
use crate::hooks::address;
use crate::problem::Problem;

/// Addresses that are remembered. Those that have not tried for a while are forgotten first.
const MAX_ADDRESSES: usize = 50_000;
/// How often those are looked for, at the most.
const SWEEP: Duration = Duration::from_secs(10);

pub(crate) struct Clients {
    /// Header in which a proxy says who asks; empty: there is none.
    address_header: String,
    tries: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    /// When those who have not tried for a while were forgotten last.
    swept: Mutex<Option<Instant>>,
}

impl Clients {
    pub(crate) fn new(address_header: &str, tries_per_minute: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(tries_per_minute).unwrap_or(NonZeroU32::MIN));
        Self {
            address_header: address_header.to_owned(),
            tries: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            swept: Mutex::new(None),
        }
    }

    fn address(&self, parts: &Parts) -> IpAddr {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        address::of(peer, &parts.headers, &self.address_header)
    }

    /// Counts a try, and says who tries.
    pub(crate) fn count_try_of(&self, parts: &Parts) -> Result<Client, Problem> {
        let address = self.address(parts);
        self.count_try(address)?;
        Ok(client(parts, address))
    }

    /// Counts a try. Where there are too many addresses to remember, all are let through until there is room: what they try is bounded
    /// where passwords are hashed, and by account, and a flood of others keeps nobody out.
    fn count_try(&self, address: IpAddr) -> Result<(), Problem> {
        if self.tries.len() >= MAX_ADDRESSES && !self.make_room() {
            return Ok(());
        }
        self.tries.check_key(&address).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Problem::too_often(wait.as_secs().saturating_add(1))
        })
    }

    /// Looks through all of them, and therefore not with every try.
    fn make_room(&self) -> bool {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        if swept.is_some_and(|at| at.elapsed() < SWEEP) {
            return false;
        }
        self.tries.retain_recent();
        *swept = Some(Instant::now());
        self.tries.len() < MAX_ADDRESSES
    }
}

/// Of handlers that take tries: an address that has had too many is not let in.
pub(crate) struct Trying(pub(crate) Client);

fn client(parts: &Parts, address: IpAddr) -> Client {
    let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Client { address: address.to_string(), agent: agent.unwrap_or_default().to_owned() }
}

impl FromRequestParts<AppState> for Trying {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        app.clients.count_try_of(parts).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn an_address_has_its_tries_and_others_have_theirs() {
        let clients = Clients::new("", 30);
        let (one, other) = (IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)));
        assert_eq!((0..100).filter(|_| clients.count_try(one).is_ok()).count(), 30);
        assert!(clients.count_try(other).is_ok());
    }

    #[test]
    fn addresses_without_end_need_no_memory_without_end() {
        let clients = Clients::new("", 1);
        for number in 0..120_000_u32 {
            let _ = clients.count_try(IpAddr::V4(Ipv4Addr::from(number)));
        }
        assert!(clients.tries.len() <= MAX_ADDRESSES);
    }
}
