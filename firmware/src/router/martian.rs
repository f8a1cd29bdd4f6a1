//! Addresses that can't be whoever sent a packet.

use core::net::{Ipv4Addr, Ipv6Addr};

/// Whether a host may have `address` (RFC 1812, section 5.3.7; RFC 6890): not 0/8, loopback,
/// multicast, 240/4 or broadcast.
pub(crate) fn can_be_a_host_v4(address: Ipv4Addr) -> bool {
    let [first, ..] = address.octets();
    first != 0 && first != 127 && first < 224
}

/// Whether a host may have `address` (RFC 4291): not unspecified, loopback, multicast or an IPv4
/// address in disguise.
pub(crate) fn can_be_a_host_v6(address: Ipv6Addr) -> bool {
    let disguised = address.to_bits() >> 32;
    !address.is_multicast() && disguised != 0 && disguised != 0xffff
}

#[cfg(test)]
mod tests {
    use super::{can_be_a_host_v4, can_be_a_host_v6};

    #[test]
    fn martians_of_ipv4() {
        for martian in [
            "0.0.0.0",
            "0.1.2.3",
            "127.0.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!can_be_a_host_v4(martian.parse().unwrap()), "{martian}");
        }
        for host in [
            "1.0.0.1",
            "10.0.0.1",
            "126.255.255.255",
            "128.0.0.1",
            "223.255.255.254",
        ] {
            assert!(can_be_a_host_v4(host.parse().unwrap()), "{host}");
        }
    }

    #[test]
    fn martians_of_ipv6() {
        for martian in ["::", "::1", "::ffff:192.0.2.1", "::192.0.2.1", "ff02::1"] {
            assert!(!can_be_a_host_v6(martian.parse().unwrap()), "{martian}");
        }
        for host in ["2001:db8::1", "fe80::1", "fd00::1"] {
            assert!(can_be_a_host_v6(host.parse().unwrap()), "{host}");
        }
    }
}
