//! Who a request comes from, and how often an address may try what is tried by those who guess.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;

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

pub(crate) struct Clients {
    /// Header in which a proxy says who asks; empty: there is none.
    address_header: String,
    tries: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Clients {
    pub(crate) fn new(address_header: &str, tries_per_minute: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(tries_per_minute).unwrap_or(NonZeroU32::MIN));
        Self {
            address_header: address_header.to_owned(),
            tries: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
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

    /// Counts a try.
    fn count_try(&self, address: IpAddr) -> Result<(), Problem> {
        if self.tries.len() >= MAX_ADDRESSES {
            self.tries.retain_recent();
            if self.tries.len() >= MAX_ADDRESSES {
                // So many at once are one: what they try is bounded where passwords are hashed.
                return Err(Problem::too_often(60));
            }
        }
        self.tries.check_key(&address).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Problem::too_often(wait.as_secs().saturating_add(1))
        })
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
