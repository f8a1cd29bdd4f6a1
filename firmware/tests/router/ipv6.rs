//! IPv6: neighbours, advertisements, the firewall.

use crate::packets::{ICMPV6, ip};
use crate::world::{GATEWAY_MAC, GATEWAY_V6, mac_of};

/// A neighbour solicitation, as a whole frame.
pub(crate) fn solicitation(source: &str, target: &str) -> Vec<u8> {
    let target: core::net::Ipv6Addr = target.parse().unwrap();
    let mac = if source == GATEWAY_V6 {
        GATEWAY_MAC
    } else {
        mac_of(source)
    };
    let mut message = vec![135, 0, 0, 0, 0, 0, 0, 0];
    message.extend(target.octets());
    message.extend([1, 1]);
    message.extend(mac);
    let [.., b, c, d] = target.octets();
    let word = |high, low| u16::from_be_bytes([high, low]);
    let group = core::net::Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, word(0xff, b), word(c, d));
    let mut packet = ip(source.parse().unwrap(), group.into(), ICMPV6, message);
    packet[7] = 255;
    crate::world::frame([0x33, 0x33, 0xff, b, c, d], mac, &packet)
}
