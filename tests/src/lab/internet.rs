//! Four Linux machines in a row: a client, a router of which only the two interfaces are there, the
//! provider's hop, and a server.
//!
//! ```text
//! client ── lan [ router ] wan ── near [ hop ] far ── server
//! ```
//!
//! The interfaces keep the offloads that veth has by default: unfilled checksums and frames of up to
//! 64 KiB, as on a real machine. The hop is a Linux router whose link towards the router may carry
//! less than Ethernet does, and that may keep silent about it.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::thread::sleep;
use std::time::Duration;

use super::wire::lay_wire;
use super::{Namespace, output, run, write_setting};

/// The client's address; for IPv6 it takes one from the router's advertisements.
pub const CLIENT_V4: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 2);
/// The router's address on the WAN.
pub const WAN_V4: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 2);
/// The server's addresses.
pub const SERVER_V4: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 2);
/// The same for IPv6.
pub const SERVER_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 3, 0, 0, 0, 0, 2);

/// The words that tell `host-sim router` what the others expect of it.
pub const ROUTER_WORDS: &str = "router --lan lan --wan wan --lan-address 192.168.1.1/24 \
     --wan-address 198.51.100.2/24 --gateway 198.51.100.1 --lan-address 2001:db8:1::1/64 \
     --wan-address 2001:db8:2::2/64 --gateway 2001:db8:2::1";

/// The router's interface towards the client.
pub const LAN_INTERFACE: &str = "lan";
/// The router's interface towards the hop.
pub const WAN_INTERFACE: &str = "wan";

/// The client's interface towards the router.
pub const CLIENT_INTERFACE: &str = "wire";
/// The hop's interface towards the router.
pub const HOP_INTERFACE: &str = "near";

/// How often the client is asked whether it has an address.
const ADDRESS_ATTEMPTS: u32 = 200;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(100);

/// What the hop says about packets too big for its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooBig {
    /// ICMP, as it should.
    Said,
    /// Nothing: a black hole.
    KeptSilent,
}

/// The four machines.
pub struct Internet {
    /// Behind the router.
    pub client: Namespace,
    /// Where the router's two interfaces are.
    pub router: Namespace,
    /// Beyond the hop.
    pub server: Namespace,
    /// The provider's router.
    pub hop: Namespace,
}

impl Internet {
    /// Waits until the client has an IPv6 address and a gateway from the router's advertisements.
    ///
    /// # Panics
    /// When none came in time.
    pub fn await_ipv6(&self) {
        let has_address = || {
            let said = self
                .client
                .run(|| output("ip -6 address show dev wire scope global"));
            !said.stdout.is_empty()
        };
        let came = (0..ADDRESS_ATTEMPTS).any(|_| {
            sleep(BETWEEN_ATTEMPTS);
            has_address()
        });
        assert!(came, "no IPv6 address was advertised to the client");
    }

    /// Builds them; the link between router and hop carries `link_mtu_bytes` towards the router.
    ///
    /// # Panics
    /// With what to install or to allow, when this process may not make namespaces or a tool is missing.
    #[must_use]
    pub fn new(link_mtu_bytes: u16, too_big: TooBig) -> Internet {
        let veth = |router: &Namespace, client: &Namespace, hop: &Namespace| {
            lay_wire(router, LAN_INTERFACE, client, CLIENT_INTERFACE);
            lay_wire(router, WAN_INTERFACE, hop, HOP_INTERFACE);
        };
        Internet::wired(link_mtu_bytes, too_big, veth).0
    }

    /// The same with other wires between router, client and hop, which `wires` lays and brings up; returns
    /// what it returns as well.
    ///
    /// # Panics
    /// The same.
    #[must_use]
    pub fn wired<T>(
        link_mtu_bytes: u16,
        too_big: TooBig,
        wires: impl FnOnce(&Namespace, &Namespace, &Namespace) -> T,
    ) -> (Internet, T) {
        let client = Namespace::new("client");
        let router = Namespace::new("router");
        let hop = Namespace::new("hop");
        let server = Namespace::new("server");
        for namespace in [&client, &router, &hop, &server] {
            namespace.run(|| {
                for scope in ["all", "default"] {
                    write_setting(&format!("net/ipv6/conf/{scope}/accept_dad"), "0");
                }
            });
        }
        let laid = wires(&router, &client, &hop);
        lay_wire(&hop, "far", &server, "wire");
        client.run(|| {
            address_with_gateway("192.168.1.2/24", "192.168.1.1");
        });
        server.run(|| {
            address_with_gateway("203.0.113.2/24", "203.0.113.1");
            address_with_gateway("2001:db8:3::2/64", "2001:db8:3::1");
        });
        hop.run(move || configure_hop(link_mtu_bytes, too_big));
        let internet = Internet {
            client,
            router,
            server,
            hop,
        };
        (internet, laid)
    }
}

impl Internet {
    /// Makes the router a Linux one, with masquerade and TCPMSS, its way out as narrow as named.
    ///
    /// Linux does not advertise prefixes by itself: the client gets an address by hand.
    ///
    /// # Panics
    /// When a tool is missing or refuses.
    pub fn route_by_linux(&self, wan_mtu_bytes: u16) {
        self.client.run(|| {
            run("ip address add 2001:db8:1::2/64 dev wire");
            run("ip -6 route add default via 2001:db8:1::1");
        });
        self.router.run(move || {
            write_setting("net/ipv4/ip_forward", "1");
            write_setting("net/ipv6/conf/all/forwarding", "1");
            for (address, device) in [
                ("192.168.1.1/24", LAN_INTERFACE),
                ("198.51.100.2/24", WAN_INTERFACE),
                ("2001:db8:1::1/64", LAN_INTERFACE),
                ("2001:db8:2::2/64", WAN_INTERFACE),
            ] {
                run(&format!("ip address add {address} dev {device}"));
            }
            let mtu = format!("mtu {wan_mtu_bytes}");
            run(&format!("ip route add default via 198.51.100.1 {mtu}"));
            run(&format!("ip -6 route add default via 2001:db8:2::1 {mtu}"));
            run("iptables --wait -t nat -A POSTROUTING -o wan -j MASQUERADE");
            for tool in ["iptables", "ip6tables"] {
                run(&format!(
                    "{tool} --wait -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS \
                     --clamp-mss-to-pmtu"
                ));
            }
        });
    }
}

fn configure_hop(link_mtu_bytes: u16, too_big: TooBig) {
    write_setting("net/ipv4/ip_forward", "1");
    write_setting("net/ipv6/conf/all/forwarding", "1");
    for (address, device) in [
        ("198.51.100.1/24", "near"),
        ("203.0.113.1/24", "far"),
        ("2001:db8:2::1/64", "near"),
        ("2001:db8:3::1/64", "far"),
    ] {
        run(&format!("ip address add {address} dev {device}"));
    }
    // The route's MTU, not the device's: a veth drops what exceeds the latter below IP, which is
    // no router's doing.
    let mtu = format!("mtu {link_mtu_bytes}");
    run(&format!("ip route change 198.51.100.0/24 dev near {mtu}"));
    run(&format!(
        "ip -6 route add 2001:db8:1::/64 via 2001:db8:2::2 dev near {mtu}"
    ));
    if too_big == TooBig::KeptSilent {
        run("iptables --wait -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP");
        run("ip6tables --wait -A OUTPUT -p icmpv6 --icmpv6-type packet-too-big -j DROP");
    }
}

fn address_with_gateway(address: &str, gateway: &str) {
    run("ip link set lo up");
    run(&format!("ip address add {address} dev wire"));
    run(&format!("ip route add default via {gateway}"));
}
