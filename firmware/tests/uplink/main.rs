//! The router behind each of its uplinks, under a fake clock: the access concentrator and the DHCP server are those that
//! the clients' own tests have, the hosts are a few lines.
#![allow(
    dead_code,
    reason = "packets and peer are taken from tests that use more of them"
)]

mod delegated;
#[path = "../dhcp/server.rs"]
mod dhcp_server;
mod house;
mod leased;
mod on_link;
#[path = "../router/packets.rs"]
mod packets;
#[path = "../pppoe/peer/mod.rs"]
mod peer;
#[path = "../router/random.rs"]
mod random;
mod session;
#[path = "../pppoe/world.rs"]
mod world;

/// An ARP packet.
pub(crate) fn arp(operation: u8, mac: [u8; 6], sender: [u8; 4], target: [u8; 4]) -> Vec<u8> {
    let mut bytes = vec![0, 1, 8, 0, 6, 4, 0, operation];
    bytes.extend(mac);
    bytes.extend(sender);
    bytes.extend([0; 6]);
    bytes.extend(target);
    bytes
}
