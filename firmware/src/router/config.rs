//! What the owner decides: ports, addresses, forwards, limits.

use core::net::{Ipv4Addr, Ipv6Addr};

use heapless::Vec;

use super::clamp::Ruled;
use super::clamp_rule::ClampRules;
use super::config_error::{ConfigError, Problem};

/// How many LANs a router may have.
pub const MAX_LANS: usize = 4;
/// How many static port forwards a router may have.
pub const MAX_FORWARDS: usize = 32;
/// The largest MTU of a port, in bytes: what one slot for a waiting packet holds.
pub const MAX_MTU_BYTES: u16 = 1536;
/// The smallest MTU of a port that carries IPv4 only, in bytes (RFC 791, section 3.1: every host
/// takes packets of this size).
pub const MIN_MTU_V4_BYTES: u16 = 576;
/// The smallest MTU of a port that carries IPv6, in bytes (RFC 8200, section 5).
pub const MIN_MTU_V6_BYTES: u16 = 1280;

/// One logical Ethernet port: a wire, or one VLAN of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EthernetPort {
    /// The wire's number, as in `Router::receive` and `Wires::send`.
    pub wire: usize,
    /// The VLAN identifier of frames on this port, 1 to 4094; `None` for untagged ones.
    pub vlan: Option<u16>,
    /// The router's own address on this port.
    pub mac: [u8; 6],
    /// The largest IP packet, in bytes: [`MIN_MTU_V4_BYTES`] ([`MIN_MTU_V6_BYTES`] where IPv6 is
    /// carried) to [`MAX_MTU_BYTES`].
    pub mtu_bytes: u16,
}

/// The router's IPv4 address on a port and the network around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4Interface {
    /// The router's address.
    pub address: Ipv4Addr,
    /// How many leading bits name the network: 1 to 30.
    pub prefix_len: u8,
}

impl Ipv4Interface {
    #[inline(always)]
    fn mask(self) -> u32 {
        u32::MAX
            .checked_shl(32_u32.saturating_sub(u32::from(self.prefix_len)))
            .unwrap_or(0)
    }

    /// Whether `address` lies in the network.
    #[must_use]
    pub fn contains(self, address: Ipv4Addr) -> bool {
        let differing = address.to_bits() ^ self.address.to_bits();
        let host_bits = 32_u32.saturating_sub(u32::from(self.prefix_len));
        differing
            .checked_shr(host_bits)
            .is_none_or(|bits| bits == 0)
    }

    /// Whether `address` may be a host's in the network, which is not the router: neither the network's own address
    /// nor that for broadcasts.
    #[inline(always)]
    pub(crate) fn has_host(self, address: Ipv4Addr) -> bool {
        let host_mask = !self.mask();
        let host = address.to_bits() & host_mask;
        let differing = address.to_bits() ^ self.address.to_bits();
        differing != 0 && differing & !host_mask == 0 && host != 0 && host != host_mask
    }

    /// The broadcast address of the network.
    #[must_use]
    pub fn broadcast(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.address.to_bits() | !self.mask())
    }

    /// The address of the network itself, which no host has.
    #[must_use]
    pub fn network(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.address.to_bits() & self.mask())
    }
}

/// The router's IPv6 address on a port and the prefix around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6Interface {
    /// The router's address; its link-local one is derived from the port's MAC besides.
    pub address: Ipv6Addr,
    /// How many leading bits are the prefix: 1 to 126; exactly 64 on a LAN, whose hosts form their
    /// own addresses (RFC 4862).
    pub prefix_len: u8,
}

impl Ipv6Interface {
    /// Whether `address` lies under the prefix.
    #[must_use]
    pub fn contains(self, address: Ipv6Addr) -> bool {
        let differing = address.to_bits() ^ self.address.to_bits();
        differing.leading_zeros() >= u32::from(self.prefix_len)
    }
}

/// A network of the owner's hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lan {
    /// Where it is plugged in.
    pub port: EthernetPort,
    /// The router's address in it: the hosts' gateway.
    pub ipv4: Ipv4Interface,
    /// The prefix that is advertised to the hosts, if IPv6 is routed.
    pub ipv6: Option<Ipv6Interface>,
}

/// The WAN's IPv6 side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WanIpv6 {
    /// The router's address and the prefix that is on the link.
    pub interface: Ipv6Interface,
    /// The next hop of everything else: link-local, or under the prefix.
    pub gateway: Ipv6Addr,
}

/// The way to everybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wan {
    /// Where it is plugged in.
    pub port: EthernetPort,
    /// The one IPv4 address behind which the LANs are hidden.
    pub ipv4: Ipv4Interface,
    /// The next hop of IPv4 packets that are for no network of the router's own.
    pub gateway: Ipv4Addr,
    /// IPv6, if it is routed.
    pub ipv6: Option<WanIpv6>,
}

impl Wan {
    /// A WAN whose addresses come from its uplink: for [`Config::for_uplink`].
    #[must_use]
    pub const fn unnumbered(port: EthernetPort) -> Self {
        Self {
            port,
            ipv4: Ipv4Interface {
                address: Ipv4Addr::UNSPECIFIED,
                prefix_len: 32,
            },
            gateway: Ipv4Addr::UNSPECIFIED,
            ipv6: None,
        }
    }
}

/// The box's own stack, behind a wire that carries bare IP packets.
///
/// Its addresses may be of their own, or those of a LAN's router: then what is sent to the router
/// and isn't for the router itself is handed up. The router alone answers ARP, NDP and echo requests
/// for it. Packets to the Internet are masqueraded like a LAN host's; nothing comes in but what a
/// [`PortForward`] lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inner {
    /// The wire's number.
    pub wire: usize,
    /// The largest packet that the stack takes, in bytes.
    pub mtu_bytes: u16,
    /// The stack's IPv4 address.
    pub ipv4: Ipv4Addr,
    /// The stack's IPv6 address.
    pub ipv6: Option<Ipv6Addr>,
}

/// A protocol with ports that can be forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ForwardedProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// One port of the WAN's address that leads to a host inside (IPv4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortForward {
    /// TCP or UDP.
    pub protocol: ForwardedProtocol,
    /// The port on the WAN's address.
    pub outside_port: u16,
    /// The host: in a LAN, or the box's own stack.
    pub inside: Ipv4Addr,
    /// The port on that host.
    pub inside_port: u16,
}

/// How much of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many sessions one LAN host may have at a time.
    pub sessions_per_host: u16,
    /// How many ICMP errors leave a port each second, with a burst of as many.
    pub icmp_errors_per_second: u16,
    /// How many echo requests are answered on a port each second, with a burst of as many.
    pub echo_answers_per_second: u16,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions_per_host: 256,
            icmp_errors_per_second: 100,
            echo_answers_per_second: 100,
        }
    }
}

/// All that is asked for, before it is validated. Fields that differ from the default are set by
/// struct update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings<'a> {
    /// The LANs: 1 to [`MAX_LANS`]. Between them packets are routed freely.
    pub lans: &'a [Lan],
    /// The WAN.
    pub wan: Wan,
    /// The box's own stack, if it has one.
    pub inner: Option<Inner>,
    /// At most [`MAX_FORWARDS`].
    pub forwards: &'a [PortForward],
    /// Whether SYNs are clamped at all. A router that doesn't shows what the clamp is for.
    pub clamp: bool,
    /// Whether the clamp looks into tunnels that pass through.
    pub clamp_through_tunnels: bool,
    /// How much of everything.
    pub limits: Limits,
}

/// A valid configuration: made by [`Config::new`] and unchangeable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub(crate) lans: Vec<Lan, MAX_LANS>,
    pub(crate) wan: Wan,
    /// One at most. As an `Option` it would not be all zeros where there is none.
    inner: Vec<Inner, 1>,
    pub(crate) forwards: Vec<PortForward, MAX_FORWARDS>,
    pub(crate) clamp: bool,
    pub(crate) clamp_through_tunnels: bool,
    pub(crate) clamp_rules: Option<Ruled>,
    pub(crate) limits: Limits,
}

impl Config {
    /// No LAN, and a WAN without an MTU, which no packet gets through: of a router that isn't started yet.
    pub(crate) const NONE: Self = Self {
        lans: Vec::new(),
        wan: Wan {
            port: EthernetPort {
                wire: 0,
                vlan: None,
                mac: [0; 6],
                mtu_bytes: 0,
            },
            ipv4: Ipv4Interface {
                address: Ipv4Addr::UNSPECIFIED,
                prefix_len: 0,
            },
            gateway: Ipv4Addr::UNSPECIFIED,
            ipv6: None,
        },
        inner: Vec::new(),
        forwards: Vec::new(),
        clamp: false,
        clamp_through_tunnels: false,
        clamp_rules: None,
        limits: Limits {
            sessions_per_host: 0,
            icmp_errors_per_second: 0,
            echo_answers_per_second: 0,
        },
    };

    /// The box's own stack.
    pub(crate) fn inner(&self) -> Option<&Inner> {
        self.inner.first()
    }

    /// Validates `settings`.
    ///
    /// # Errors
    /// The first field, from top to bottom, that can't be, and why.
    #[inline(always)]
    pub fn new(settings: &Settings<'_>) -> Result<Self, ConfigError> {
        super::config_check::check(settings)?;
        Self::checked(settings)
    }

    /// Validates `settings` for a router whose WAN's addresses come from an uplink: of `settings.wan`, which
    /// [`Wan::unnumbered`] makes, only the port counts. Its MTU is what the wire carries, so that a PPPoE session's
    /// headers count.
    ///
    /// # Errors
    /// As [`Config::new`].
    pub fn for_uplink(settings: &Settings<'_>) -> Result<Self, ConfigError> {
        let settings = Settings {
            wan: Wan::unnumbered(settings.wan.port),
            ..*settings
        };
        super::config_check::check_for_uplink(&settings)?;
        Self::checked(&settings)
    }

    #[inline(always)]
    fn checked(settings: &Settings<'_>) -> Result<Self, ConfigError> {
        let too_many = |field| ConfigError::too_many(field);
        Ok(Self {
            lans: Vec::from_slice(settings.lans).map_err(|_| too_many("lans"))?,
            wan: settings.wan,
            inner: settings.inner.into_iter().collect(),
            forwards: Vec::from_slice(settings.forwards).map_err(|_| too_many("forwards"))?,
            clamp: settings.clamp,
            clamp_through_tunnels: settings.clamp_through_tunnels,
            clamp_rules: None,
            limits: settings.limits,
        })
    }

    /// The same, with rules that say which SYNs are clamped, and to what, instead of all of them to what
    /// the ports and the path carry. They are borrowed for good, as from a `StaticCell`, so that a
    /// router without any needs no room for them.
    ///
    /// # Errors
    /// Where nothing is to be clamped, or inside tunnels too, whose SYNs no rule is asked about.
    pub fn with_clamp_rules(mut self, rules: &'static ClampRules) -> Result<Self, ConfigError> {
        if !self.clamp {
            return Err(ConfigError::new(
                "clamp_rules",
                Problem::Excludes("no clamp"),
            ));
        }
        if self.clamp_through_tunnels {
            let excluded = Problem::Excludes("clamp_through_tunnels");
            return Err(ConfigError::new("clamp_rules", excluded));
        }
        self.clamp_rules = Some(Ruled::by(rules));
        Ok(self)
    }
}
