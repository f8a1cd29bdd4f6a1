//! The demo configuration of the boards with one network chip: a trunk to a managed switch, with the
//! LAN and the WAN as VLANs of it.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::boot_arguments::{BootArguments, PppoeArguments, WanMode};
use super::carrier::{INNER_MTU_BYTES, INNER_WIRE};
use crate::dhcp;
use crate::pppoe::{self, SettingsError};
use crate::router::config::{
    Config, EthernetPort, Inner, Ipv4Interface, Ipv6Interface, Lan, Limits, Settings, Wan, WanIpv6,
};
use crate::router::config_error::ConfigError;
use crate::router::uplink::{Dhcp, Pppoe};

/// The VLAN of the LAN.
pub const LAN_VLAN: u16 = 10;
/// The VLAN of the WAN.
pub const WAN_VLAN: u16 = 20;
/// The box's IPv4 address in the LAN, of the router as of its own stack.
pub const LAN_IPV4: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);
/// The box's IPv6 address in the LAN, of the router as of its own stack.
pub const LAN_IPV6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1);
/// The box's IPv4 address on the WAN.
pub const WAN_IPV4: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 2);
/// The next hop of IPv4 packets to everybody else.
pub const WAN_GATEWAY_IPV4: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);
/// The box's IPv6 address on the WAN.
pub const WAN_IPV6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 2, 0, 0, 0, 0, 2);
/// The next hop of IPv6 packets to everybody else.
pub const WAN_GATEWAY_IPV6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 2, 0, 0, 0, 0, 1);
/// What a DSL line with PPPoE leaves of Ethernet's 1,500 bytes (RFC 2516, section 7).
pub const WAN_MTU_BYTES: u16 = 1492;
/// What Ethernet carries behind its header, in bytes.
const ETHERNET_MTU_BYTES: u16 = 1500;
/// How many leading bits name the LAN, and the WAN's link.
pub const IPV4_PREFIX_LEN: u8 = 24;
/// The same for IPv6.
pub const IPV6_PREFIX_LEN: u8 = 64;

const TRUNK_WIRE: usize = 0;

/// The demo configuration, with what `arguments` change of it. `mac` is the box's address on both
/// VLANs: some chips take frames to one address only.
///
/// # Errors
/// Only when `mac` or an argument can't be.
#[inline(always)]
pub fn trunk_config(mac: [u8; 6], arguments: &BootArguments) -> Result<Config, ConfigError> {
    config(mac, arguments, true)
}

/// The demo configuration of a box that is a router alone, without a stack of its own.
///
/// # Errors
/// Only when `mac` can't be.
#[inline(always)]
pub fn trunk_config_without_stack(mac: [u8; 6]) -> Result<Config, ConfigError> {
    config(mac, &BootArguments::default(), false)
}

#[inline(always)]
fn config(mac: [u8; 6], arguments: &BootArguments, has_stack: bool) -> Result<Config, ConfigError> {
    let wan_vlan = arguments.wan_vlan.unwrap_or(WAN_VLAN);
    let wan_mtu_bytes = wan_mtu_bytes(arguments);
    let is_delegated = arguments.lan_prefix_delegated && arguments.wan != WanMode::Static;
    let port = |vlan, mtu_bytes| EthernetPort {
        wire: TRUNK_WIRE,
        vlan: Some(vlan),
        mac,
        mtu_bytes,
    };
    let lan = Lan {
        port: port(LAN_VLAN, ETHERNET_MTU_BYTES),
        ipv4: Ipv4Interface {
            address: LAN_IPV4,
            prefix_len: IPV4_PREFIX_LEN,
        },
        ipv6: (!is_delegated).then_some(Ipv6Interface {
            address: LAN_IPV6,
            prefix_len: IPV6_PREFIX_LEN,
        }),
    };
    let wan = Wan {
        port: port(wan_vlan, wan_mtu_bytes),
        ipv4: Ipv4Interface {
            address: WAN_IPV4,
            prefix_len: IPV4_PREFIX_LEN,
        },
        gateway: WAN_GATEWAY_IPV4,
        ipv6: Some(WanIpv6 {
            interface: Ipv6Interface {
                address: WAN_IPV6,
                prefix_len: IPV6_PREFIX_LEN,
            },
            gateway: WAN_GATEWAY_IPV6,
        }),
    };
    let settings = Settings {
        lans: &[lan],
        wan,
        inner: has_stack.then_some(Inner {
            wire: INNER_WIRE,
            mtu_bytes: INNER_MTU_BYTES,
            ipv4: LAN_IPV4,
            ipv6: (!is_delegated).then_some(LAN_IPV6),
        }),
        forwards: &[],
        clamp: !arguments.clamp_off,
        clamp_through_tunnels: false,
        limits: Limits::default(),
    };
    match arguments.wan {
        WanMode::Static => Config::new(&settings),
        WanMode::Pppoe | WanMode::Dhcp => Config::for_uplink(&settings),
    }
}

fn wan_mtu_bytes(arguments: &BootArguments) -> u16 {
    arguments.wan_mtu_bytes.unwrap_or(match arguments.wan {
        WanMode::Static => WAN_MTU_BYTES,
        WanMode::Pppoe | WanMode::Dhcp => ETHERNET_MTU_BYTES,
    })
}

/// The DHCP client of the box with this address.
#[must_use]
pub fn trunk_dhcp(mac: [u8; 6], arguments: &BootArguments, seed: [u8; 16]) -> Dhcp {
    let lan = Ipv4Interface {
        address: LAN_IPV4,
        prefix_len: IPV4_PREFIX_LEN,
    };
    let settings = dhcp::Settings {
        mac,
        port_mtu_bytes: wan_mtu_bytes(arguments),
        lans: &[lan],
    };
    let dhcp = Dhcp::new(&settings, seed);
    if arguments.lan_prefix_delegated {
        // Other numbers than the lease's.
        dhcp.with_ipv6(seed.map(|byte| !byte))
    } else {
        dhcp
    }
}

/// The PPPoE client that `arguments` ask for.
///
/// # Errors
/// The first field that can't be, and why.
pub fn trunk_pppoe(
    mac: [u8; 6],
    arguments: &BootArguments,
    seed: [u8; 16],
) -> Result<Pppoe, SettingsError> {
    let PppoeArguments {
        user,
        password,
        service,
    } = &arguments.pppoe;
    let settings = pppoe::Settings {
        service_name: service,
        username: user,
        password,
        port_mtu_bytes: wan_mtu_bytes(arguments),
        ..pppoe::Settings::default()
    };
    let pppoe = Pppoe::new(&settings, seed)?;
    Ok(if arguments.lan_prefix_delegated {
        // Other numbers than the session's.
        pppoe.with_prefix_delegation(mac, seed.map(|byte| !byte))
    } else {
        pppoe
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];

    #[test]
    fn the_demo_configuration_is_valid() {
        trunk_config(MAC, &BootArguments::default()).unwrap();
    }

    #[test]
    fn the_demo_configuration_without_a_stack_is_valid_and_differs_in_nothing_else() {
        let alone = trunk_config_without_stack(MAC).unwrap();
        let whole = trunk_config(MAC, &BootArguments::default()).unwrap();
        assert_eq!((alone.inner(), whole.inner().is_some()), (None, true));
        assert_eq!((alone.lans, alone.wan), (whole.lans, whole.wan));
    }

    #[test]
    fn the_demo_configuration_with_pppoe_is_valid() {
        let arguments = BootArguments {
            wan: WanMode::Pppoe,
            wan_mtu_bytes: Some(1508),
            ..BootArguments::default()
        };
        trunk_config(MAC, &arguments).unwrap();
        trunk_pppoe(MAC, &arguments, [7; 16]).unwrap();
    }

    #[test]
    fn the_demo_configuration_with_dhcp_is_valid() {
        let arguments = BootArguments {
            wan: WanMode::Dhcp,
            ..BootArguments::default()
        };
        trunk_config(MAC, &arguments).unwrap();
    }

    #[test]
    fn only_a_delegated_prefix_leaves_the_lan_without_a_fixed_one() {
        for (wan, lan_prefix_delegated, is_fixed) in [
            (WanMode::Static, false, true),
            (WanMode::Static, true, true),
            (WanMode::Pppoe, false, true),
            (WanMode::Pppoe, true, false),
            (WanMode::Dhcp, true, false),
        ] {
            let arguments = BootArguments {
                wan,
                lan_prefix_delegated,
                ..BootArguments::default()
            };
            let config = trunk_config(MAC, &arguments).unwrap();
            let fixed = is_fixed.then_some(LAN_IPV6);
            let lan = config.lans[0].ipv6.map(|interface| interface.address);
            assert_eq!(lan, fixed, "{wan:?} {lan_prefix_delegated}");
            assert_eq!(config.inner().unwrap().ipv6, fixed);
        }
    }

    #[test]
    fn syns_are_clamped_unless_the_arguments_say_otherwise() {
        for clamp_off in [false, true] {
            let arguments = BootArguments {
                clamp_off,
                ..BootArguments::default()
            };
            let config = trunk_config(MAC, &arguments).unwrap();
            assert_eq!(config.clamp, !clamp_off);
        }
    }

    #[test]
    fn what_the_ports_wire_carries_goes_for_the_session_too() {
        let arguments = BootArguments {
            wan: WanMode::Pppoe,
            wan_mtu_bytes: Some(100),
            ..BootArguments::default()
        };
        let refused = trunk_pppoe(MAC, &arguments, [7; 16]).unwrap_err();
        assert_eq!(refused.field, "port_mtu_bytes");
    }

    #[test]
    fn an_impossible_mtu_is_refused_by_name() {
        let arguments = BootArguments {
            wan_mtu_bytes: Some(9000),
            ..BootArguments::default()
        };
        let error = trunk_config(MAC, &arguments).unwrap_err();
        assert_eq!(error.field, "wan.port.mtu_bytes");
    }
}
