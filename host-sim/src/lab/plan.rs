//! Who is where in the lab. What the boards' images have built in comes from there.
//!
//! ```text
//! client ── LAN ── switch ── WAN ── hop ── server
//!                    ║ trunk: VLANs 10 and 20
//!                  router
//! ```

use std::net::Ipv4Addr;

pub(crate) use firmware::board::{
    IPV4_PREFIX_LEN, IPV6_PREFIX_LEN, LAN_IPV4, LAN_IPV6, LAN_VLAN, WAN_GATEWAY_IPV4,
    WAN_GATEWAY_IPV6, WAN_IPV4, WAN_IPV6, WAN_MTU_BYTES, WAN_VLAN,
};

/// The MAC address of the router in this process, on both ports.
pub(crate) const ROUTER_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];
/// What the LAN carries, in bytes of IP packet.
pub(crate) const LAN_MTU_BYTES: u16 = 1500;

/// The client's MAC address.
pub(crate) const CLIENT_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x11];
/// The client, in the LAN.
pub(crate) const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 2);

/// The hop's MAC address towards the router.
pub(crate) const HOP_NEAR_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x21];
/// The hop's MAC address towards the server.
pub(crate) const HOP_FAR_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x22];
/// The hop towards the server: the server's gateway.
pub(crate) const HOP_FAR: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);

/// The server's MAC address.
pub(crate) const SERVER_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x31];
/// The server.
pub(crate) const SERVER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 2);
