//! A real Linux router between two hosts, each in a network namespace of its own.
//!
//! ```text
//! left host ── veth ── Linux router ── veth ── right host
//! ```
//!
//! The hosts have no addresses and no stack to speak of: the left one is a packet socket that frames
//! are injected through, the right one a packet socket that sees what the router let out.
//! No namespace has a name: each belongs to a thread and dies with it, so nothing is left behind
//! and any number of labs run side by side.

mod command;
mod dhcp_server;
mod file_server;
mod host_sim;
mod image;
pub mod internet;
mod namespace;
mod packet_socket;
mod programs;
mod wire;

use std::net::{Ipv4Addr, Ipv6Addr};

pub use command::{output, run};
pub use dhcp_server::{Advertiser, DhcpServer};
pub use file_server::serve;
pub use host_sim::{HostSim, host_sim};
pub use image::{Machine, build_image};
pub use namespace::Namespace;
pub use packet_socket::PacketSocket;
pub use programs::{curl, fetch, fetch_text, file, iperf3, upload};
pub use wire::lay_wire;

/// The address that every injected IPv4 packet comes from.
pub const LEFT_V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
/// The address that every injected IPv4 packet goes to.
pub const RIGHT_V4: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 2);
/// The address that every injected IPv6 packet comes from.
pub const LEFT_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 2);
/// The address that every injected IPv6 packet goes to.
pub const RIGHT_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 2, 0, 0, 0, 0, 2);

/// MAC address of the left host.
pub const LEFT_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];
/// MAC address of the router's port towards the left host.
pub const ROUTER_LEFT_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x02];
/// MAC address of the router's port towards the right host.
pub const ROUTER_RIGHT_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x03];
/// MAC address of the right host.
pub const RIGHT_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x04];

/// The most a veth device takes, so that only route MTUs ever limit anything.
const DEVICE_MTU_BYTES: &str = "65535";

/// Two hosts and the Linux router between them.
pub struct Lab {
    router: Namespace,
    /// Injects frames that the router receives from the left host.
    pub left: PacketSocket,
    /// Sees the frames that the router sends to the right host.
    pub right: PacketSocket,
    // Kept for its threads: a namespace lives as long as its thread does.
    _hosts: [Namespace; 2],
}

impl Lab {
    /// Builds the three namespaces and the wires between them.
    ///
    /// # Panics
    /// With what to install or to allow, when this process may not make namespaces or a tool is missing.
    #[must_use]
    pub fn new() -> Lab {
        let left_host = Namespace::new("left host");
        let router = Namespace::new("router");
        let right_host = Namespace::new("right host");
        router.run(|| {
            // Devices take these over when they are made.
            for scope in ["all", "default"] {
                write_setting(&format!("net/ipv6/conf/{scope}/accept_dad"), "0");
                write_setting(&format!("net/ipv4/conf/{scope}/rp_filter"), "0");
            }
        });
        plug(
            &router,
            ("left", ROUTER_LEFT_MAC),
            &left_host,
            ("wire", LEFT_MAC),
        );
        plug(
            &router,
            ("right", ROUTER_RIGHT_MAC),
            &right_host,
            ("wire", RIGHT_MAC),
        );
        router.run(configure_router);
        let left = left_host.run(|| PacketSocket::open("wire"));
        let right = right_host.run(|| PacketSocket::open("wire"));
        Lab {
            router,
            left,
            right,
            _hosts: [left_host, right_host],
        }
    }

    /// Runs a command line, words separated by blanks, in the router's namespace.
    ///
    /// # Panics
    /// When it cannot be started or fails.
    pub fn on_router(&self, command_line: &str) {
        let command_line = command_line.to_owned();
        self.router.run(move || run(&command_line));
    }

    /// Gives the routes towards both hosts, IPv4 and IPv6, the MTUs named.
    ///
    /// # Panics
    /// When `ip` refuses.
    pub fn set_route_mtus(&self, towards_right_bytes: u32, towards_left_bytes: u32) {
        for (version, host, device, mtu_bytes) in [
            ("-4", RIGHT_V4.to_string(), "right", towards_right_bytes),
            ("-4", LEFT_V4.to_string(), "left", towards_left_bytes),
            ("-6", RIGHT_V6.to_string(), "right", towards_right_bytes),
            ("-6", LEFT_V6.to_string(), "left", towards_left_bytes),
        ] {
            self.on_router(&format!(
                "ip {version} route replace {host} dev {device} mtu {mtu_bytes}"
            ));
        }
    }
}

impl Default for Lab {
    fn default() -> Lab {
        Lab::new()
    }
}

/// Lays a veth pair between the router and a host, with everything turned off that would let a
/// device change or combine frames.
fn plug(
    router: &Namespace,
    (router_device, router_mac): (&'static str, [u8; 6]),
    host: &Namespace,
    (host_device, host_mac): (&'static str, [u8; 6]),
) {
    let host_thread = host.thread_id();
    router.run(move || {
        run(&format!(
            "ip link add {router_device} address {} mtu {DEVICE_MTU_BYTES} type veth \
             peer name {host_device} address {} mtu {DEVICE_MTU_BYTES} netns {host_thread}",
            colons(router_mac),
            colons(host_mac)
        ));
        bring_up(router_device);
    });
    host.run(move || {
        // A host without IPv6 sends no neighbour or listener messages of its own.
        write_setting("net/ipv6/conf/all/disable_ipv6", "1");
        bring_up(host_device);
    });
}

fn bring_up(device: &str) {
    run(&format!(
        "ethtool -K {device} tso off gso off gro off tx off rx off"
    ));
    run(&format!("ip link set {device} up"));
}

fn configure_router() {
    for (setting, value) in [
        ("net/ipv4/ip_forward", "1"),
        ("net/ipv6/conf/all/forwarding", "1"),
    ] {
        write_setting(setting, value);
    }
    for (version, address, device) in [
        ("-4", "192.0.2.1/24", "left"),
        ("-4", "198.51.100.1/24", "right"),
        ("-6", "2001:db8:1::1/64", "left"),
        ("-6", "2001:db8:2::1/64", "right"),
    ] {
        run(&format!("ip {version} address add {address} dev {device}"));
    }
    for (host, mac, device) in [
        (LEFT_V4.to_string(), LEFT_MAC, "left"),
        (RIGHT_V4.to_string(), RIGHT_MAC, "right"),
        (LEFT_V6.to_string(), LEFT_MAC, "left"),
        (RIGHT_V6.to_string(), RIGHT_MAC, "right"),
    ] {
        run(&format!(
            "ip neighbour replace {host} lladdr {} dev {device} nud permanent",
            colons(mac)
        ));
    }
}

/// Writes a file under `/proc/sys`, which shows each thread the settings of its own namespace.
fn write_setting(setting: &str, value: &str) {
    let path = format!("/proc/sys/{setting}");
    if let Err(error) = std::fs::write(&path, value) {
        panic!("cannot write {value} to {path}: {error}; is /proc/sys writable here?");
    }
}

fn colons(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}
