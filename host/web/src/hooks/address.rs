//! Who asks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::HeaderMap;

/// The address whose requests are counted together. What the header says counts only where an operator named one, and of several
/// addresses the last: the one that the proxy itself saw.
pub(crate) fn of(peer: Option<IpAddr>, headers: &HeaderMap, header: &str) -> IpAddr {
    let told = if header.is_empty() { None } else { headers.get_all(header).iter().next_back() };
    let told = told.and_then(|value| value.to_str().ok()).and_then(|value| value.rsplit(',').next());
    let told = told.and_then(|address| address.trim().parse().ok());
    network(told.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
}

/// With IPv6 everybody has 2^64 addresses.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX))),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_header_counts_where_it_is_named_and_the_last_address_of_it() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "203.0.113.9, 198.51.100.7".parse().expect("a value"));
        let peer = Some(ip("192.0.2.1"));
        assert_eq!(of(peer, &headers, ""), ip("192.0.2.1"));
        assert_eq!(of(peer, &headers, "x-forwarded-for"), ip("198.51.100.7"));
        assert_eq!(of(peer, &HeaderMap::new(), "x-forwarded-for"), ip("192.0.2.1"));
    }

    #[test]
    fn a_network_counts_as_one() {
        let of = |text: &str| of(Some(ip(text)), &HeaderMap::new(), "");
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), ip("192.0.2.1"));
    }
}
