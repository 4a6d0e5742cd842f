//! Which addresses are the open web's.
//!
//! The IANA special-purpose registries (RFC 6890 and what was added since), read strictly: whatever is not global
//! unicast is refused. An IPv6 address that carries an IPv4 address inside is judged by what it carries.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is, in words, unless it is one of the open web.
pub(super) fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => special_v4(v4),
        IpAddr::V6(v6) => special_v6(v6),
    }
}

/// Whether an address lies in one of these networks, also when it is written as IPv4 within IPv6.
pub(super) fn within(address: IpAddr, networks: &[IpNet]) -> bool {
    networks.iter().any(|network| network.contains(&address) || network.contains(&address.to_canonical()))
}

const SPECIAL_V4: [(Ipv4Net, &str); 15] = [
    (v4(0, 0, 0, 0, 8), "an address of no machine"),
    (v4(10, 0, 0, 0, 8), "an address of a private network"),
    (v4(100, 64, 0, 0, 10), "an address of a carrier's inner network"),
    (v4(127, 0, 0, 0, 8), "an address of this machine itself"),
    (v4(169, 254, 0, 0, 16), "a link-local address, where clouds keep their secrets"),
    (v4(172, 16, 0, 0, 12), "an address of a private network"),
    (v4(192, 0, 0, 0, 24), "an address of network equipment"),
    (v4(192, 0, 2, 0, 24), "an address for documentation"),
    (v4(192, 88, 99, 0, 24), "an address of a relay"),
    (v4(192, 168, 0, 0, 16), "an address of a private network"),
    (v4(198, 18, 0, 0, 15), "an address of a test bench"),
    (v4(198, 51, 100, 0, 24), "an address for documentation"),
    (v4(203, 0, 113, 0, 24), "an address for documentation"),
    (v4(224, 0, 0, 0, 4), "an address of many machines at once"),
    (v4(240, 0, 0, 0, 4), "an address that nobody may use"),
];

const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0], 3);

/// Within the global range, and yet not of the open web.
const SPECIAL_V6: [(Ipv6Net, &str); 4] = [
    (v6([0x2001, 0, 0], 23), "an address of a protocol, such as a tunnel"),
    (v6([0x2001, 0xdb8, 0], 32), "an address for documentation"),
    (v6([0x3fff, 0, 0], 20), "an address for documentation"),
    (v6([0x2001, 2, 0], 48), "an address of a test bench"),
];

/// Outside the global range: named, so that the refusal says what was found.
const NAMED_V6: [(Ipv6Net, &str); 6] = [
    (v6([0xfc00, 0, 0], 7), "an address of a private network"),
    (v6([0xfe80, 0, 0], 10), "a link-local address"),
    (v6([0xfec0, 0, 0], 10), "an address of a private network"),
    (v6([0xff00, 0, 0], 8), "an address of many machines at once"),
    (v6([0x64, 0xff9b, 1], 48), "an address of a local translator"),
    (v6([0x100, 0, 0], 64), "an address that swallows everything"),
];

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(start: [u16; 3], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(start[0], start[1], start[2], 0, 0, 0, 0, 0), prefix)
}

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    SPECIAL_V4.iter().find(|(network, _)| network.contains(&address)).map(|(_, what)| *what)
}

fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(inner) = carried(address) {
        return special_v4(inner);
    }
    if address.is_loopback() {
        return Some("an address of this machine itself");
    }
    let named = |table: &[(Ipv6Net, &'static str)]| {
        table.iter().find(|(network, _)| network.contains(&address)).map(|(_, what)| *what)
    };
    if GLOBAL_V6.contains(&address) {
        named(&SPECIAL_V6)
    } else {
        named(&NAMED_V6).or(Some("not an address of the open web"))
    }
}

/// The IPv4 address inside: mapped (::ffff:0:0/96), translated (64:ff9b::/96, RFC 6052), 6to4 (2002::/16, RFC 3056).
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let from = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => from(high, low),
        [0x2002, high, low, ..] => from(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_open_web_is_open() {
        for open in [
            "1.1.1.1",
            "93.184.215.14",
            "192.0.1.1",
            "100.128.0.1",
            "172.32.0.1",
            "198.20.0.1",
            "223.255.255.255",
        ] {
            assert_eq!(special(open.parse().unwrap()), None, "{open}");
        }
        for open in
            ["2606:4700::1111", "2a00:1450:4001::1", "64:ff9b::1.1.1.1", "2002:101:101::1", "::ffff:8.8.8.8"]
        {
            assert_eq!(special(open.parse().unwrap()), None, "{open}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for shut in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.31.255.255",
            "192.0.0.170",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.1.2.3",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::1.1.1.1",
            "64:ff9b:1:2::3",
            "100::1",
            "2001::1",
            "2001:0:4136:e378::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "5f00::1",
            "4000::1",
            "1::1",
        ] {
            assert!(special(shut.parse().unwrap()).is_some(), "{shut}");
        }
    }

    #[test]
    fn an_allowed_network_is_found_in_either_spelling() {
        let networks = ["127.0.0.2/32".parse().unwrap()];
        assert!(within("127.0.0.2".parse().unwrap(), &networks));
        assert!(within("::ffff:127.0.0.2".parse().unwrap(), &networks));
        assert!(!within("127.0.0.1".parse().unwrap(), &networks));
    }

    proptest! {
        #[test]
        fn every_host_of_a_shut_network_is_shut(which in 0..SPECIAL_V4.len(), host: u32) {
            let (network, _) = SPECIAL_V4[which];
            let address = Ipv4Addr::from(u32::from(network.network()) | (host & u32::from(network.hostmask())));
            prop_assert!(special(address.into()).is_some());
        }

        #[test]
        fn every_host_of_a_shut_v6_network_is_shut(which in 0..SPECIAL_V6.len() + NAMED_V6.len(), host: u128) {
            let (network, _) = *SPECIAL_V6.iter().chain(&NAMED_V6).nth(which).unwrap();
            let address = Ipv6Addr::from(u128::from(network.network()) | (host & u128::from(network.hostmask())));
            prop_assert!(special(address.into()).is_some());
        }

        #[test]
        fn a_carried_address_is_judged_as_itself(bits: u32, rest: u64) {
            let v4 = Ipv4Addr::from(bits);
            let bits = u128::from(bits);
            for carrier in [0xffff << 32 | bits, 0x64_ff9b << 96 | bits, 0x2002 << 112 | bits << 80 | u128::from(rest)] {
                prop_assert_eq!(special(Ipv6Addr::from(carrier).into()), special(v4.into()));
            }
        }

        #[test]
        fn nothing_outside_global_unicast_is_open(bits: u128) {
            let address = Ipv6Addr::from(bits);
            if special(address.into()).is_none() {
                prop_assert!(GLOBAL_V6.contains(&address) || carried(address).is_some());
            }
        }

        /// The standard library's own tests for a few kinds, as a second opinion.
        #[test]
        fn the_standard_library_agrees(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            let shut = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
                || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
            prop_assert!(!shut || special(v4.into()).is_some());
        }
    }
}
