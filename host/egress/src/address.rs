//! Which addresses may be connected to. Pure.
//!
//! Written as an allow-list would be if addresses had names: everything that the IANA special-purpose registries do not
//! call globally reachable is refused, and addresses that carry an IPv4 address inside are judged by it as well.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Loopback,
    Private,
    LinkLocal,
    Shared,
    Multicast,
    Broadcast,
    Unspecified,
    Documentation,
    Benchmarking,
    Reserved,
    Metadata,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "a loopback address",
            Self::Private => "a private address",
            Self::LinkLocal => "a link-local address",
            Self::Shared => "a carrier's shared address",
            Self::Multicast => "a multicast address",
            Self::Broadcast => "the broadcast address",
            Self::Unspecified => "an unspecified address",
            Self::Documentation => "an address for documentation",
            Self::Benchmarking => "an address for benchmarks",
            Self::Reserved => "a reserved address",
            Self::Metadata => "a cloud's metadata address",
        })
    }
}

impl Kind {
    /// Which setting helps, where one does.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Self::Loopback => ". ENTREPOT_EGRESS_ALLOW_LOOPBACK=1 opens it, for development",
            Self::Metadata => "",
            // For tests there is loopback.
            _ => ". No setting opens it: the shop has to have a public address",
        }
    }
}

/// `Ok` if a connection may be made.
pub fn check(address: IpAddr, allow_loopback: bool) -> Result<(), Kind> {
    match classify(address) {
        None => Ok(()),
        Some(Kind::Loopback) if allow_loopback => Ok(()),
        Some(kind) => Err(kind),
    }
}

/// Plain loopback, not one that is wrapped in another kind of address.
pub fn is_loopback(address: IpAddr) -> bool {
    address.is_loopback()
}

/// `None`: globally reachable.
pub fn classify(address: IpAddr) -> Option<Kind> {
    match address {
        IpAddr::V4(address) => classify_v4(address),
        IpAddr::V6(address) => classify_v6(address),
    }
}

fn classify_v4(address: Ipv4Addr) -> Option<Kind> {
    match address.octets() {
        // Amazon, Google, Azure, Oracle | Alibaba | Azure's wire server, which looks public.
        [169, 254, 169, 254 | 253 | 123] | [169, 254, 170, 2 | 23] | [100, 100, 100, 200] | [168, 63, 129, 16] => {
            Some(Kind::Metadata)
        }
        [0, 0, 0, 0] => Some(Kind::Unspecified),
        [0, ..] => Some(Kind::Reserved),
        [127, ..] => Some(Kind::Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some(Kind::Private),
        [169, 254, ..] => Some(Kind::LinkLocal),
        [100, 64..=127, ..] => Some(Kind::Shared),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Some(Kind::Documentation),
        // Protocol assignments | AS112 | 6to4 relays.
        [192, 0, 0, _] | [192, 31, 196, _] | [192, 52, 193, _] | [192, 88, 99, _] | [192, 175, 48, _] => {
            Some(Kind::Reserved)
        }
        [198, 18..=19, ..] => Some(Kind::Benchmarking),
        [224..=239, ..] => Some(Kind::Multicast),
        [255, 255, 255, 255] => Some(Kind::Broadcast),
        [240..=255, ..] => Some(Kind::Reserved),
        _ => None,
    }
}

fn classify_v6(address: Ipv6Addr) -> Option<Kind> {
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(Kind::Unspecified),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Kind::Loopback),
        // IPv4-mapped, IPv4-translated, NAT64 and its local prefix, IPv4-compatible. No marketplace publishes these, so a
        // public address inside is refused too; a loopback one does not count as loopback, or the switch would let it in.
        [0, 0, 0, 0, 0, 0xffff, a, b]
        | [0, 0, 0, 0, 0xffff, 0, a, b]
        | [0x64, 0xff9b, 0, 0, 0, 0, a, b]
        | [0, 0, 0, 0, 0, 0, a, b] => Some(embedded(inner(a, b))),
        [0x64, 0xff9b, 1, _, _, _, a, b] => Some(embedded(inner(a, b))),
        // 6to4 | Teredo, which keeps the client's address inverted.
        [0x2002, a, b, ..] => Some(embedded(inner(a, b))),
        [0x2001, 0, _, _, _, _, a, b] => Some(embedded(inner(!a, !b))),
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254 | 0x23] => Some(Kind::Metadata),
        [0xfd20, 0x0ce, 0, 0, 0, 0, 0, 0x254] => Some(Kind::Metadata),
        [0xfe80..=0xfebf, ..] => Some(Kind::LinkLocal),
        // Site-local, deprecated and still routed inside some networks.
        [0xfec0..=0xfeff, ..] | [0xfc00..=0xfdff, ..] => Some(Kind::Private),
        [0xff00..=0xffff, ..] => Some(Kind::Multicast),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => Some(Kind::Documentation),
        [0x2001, 2, 0, ..] => Some(Kind::Benchmarking),
        // The rest of the protocol assignments, 2001::/23.
        [0x2001, 0..=0x01ff, ..] => Some(Kind::Reserved),
        // Everything global lies in 2000::/3.
        [0x2000..=0x3fff, ..] => None,
        _ => Some(Kind::Reserved),
    }
}

fn embedded(address: Ipv4Addr) -> Kind {
    match classify_v4(address) {
        None | Some(Kind::Loopback) => Kind::Reserved,
        Some(kind) => kind,
    }
}
