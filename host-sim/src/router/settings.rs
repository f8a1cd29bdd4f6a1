//! From the words of the command line to a configuration of the router.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use firmware::router::clamp_rule::Ports;
use firmware::router::config::{
    Config, EthernetPort, Ipv4Interface, Ipv6Interface, Lan, Limits, Settings, Wan, WanIpv6,
};
use firmware::router::config_error::ConfigError;

use super::arguments::{AddressInNetwork, RouterArguments};
use crate::interface::InterfaceName;
use crate::rules::{Interfaces, typed};

/// Where the router's two ports are: the wire's number and the port's MAC address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plugged {
    pub(super) wire: usize,
    pub(super) mac: [u8; 6],
}

/// The configuration that `arguments` ask for.
pub(super) fn config(
    arguments: &RouterArguments,
    lan: Plugged,
    wan: Plugged,
) -> Result<Config, String> {
    let port = |plugged: Plugged, vlan, mtu_bytes| EthernetPort {
        wire: plugged.wire,
        vlan,
        mac: plugged.mac,
        mtu_bytes,
    };
    let lan_addresses = of_both_families("--lan-address", &arguments.lan_address)?;
    let wan_port = port(wan, arguments.wan_vlan, arguments.wan_mtu);
    let has_uplink = arguments.wan_dhcp || arguments.pppoe_user.is_some();
    let wan = if has_uplink {
        Wan::unnumbered(wan_port)
    } else {
        numbered(wan_port, arguments)?
    };
    let forwards: Vec<_> = arguments.forward.iter().map(|forward| forward.0).collect();
    let settings = Settings {
        lans: &[Lan {
            port: port(lan, arguments.lan_vlan, arguments.lan_mtu),
            ipv4: lan_addresses.0,
            ipv6: lan_addresses.1,
        }],
        wan,
        inner: None,
        forwards: &forwards,
        clamp: !arguments.no_clamp,
        clamp_through_tunnels: arguments.tunnels,
        limits: Limits::default(),
    };
    let words = |error: ConfigError| error.to_string();
    let config = if has_uplink {
        Config::for_uplink(&settings)
    } else {
        Config::new(&settings)
    };
    let config = config.map_err(words)?;
    if arguments.rule.is_empty() {
        return Ok(config);
    }
    let rules = typed(&arguments.rule, &interfaces(arguments))
        .map_err(|refused| format!("--rule: {refused}"))?;
    // The router of this process borrows them for as long as it runs.
    let rules = Box::leak(Box::new(rules));
    config.with_clamp_rules(rules).map_err(words)
}

/// The WAN with the addresses that were said.
fn numbered(port: EthernetPort, arguments: &RouterArguments) -> Result<Wan, String> {
    let (ipv4, wan_ipv6) = of_both_families("--wan-address", &arguments.wan_address)?;
    let (gateway, gateway_v6) = gateways(&arguments.gateway)?;
    let ipv6 = match (wan_ipv6, gateway_v6) {
        (None, None) => None,
        (Some(interface), Some(gateway)) => Some(WanIpv6 { interface, gateway }),
        (Some(_), None) => return Err("an IPv6 --wan-address needs an IPv6 --gateway".into()),
        (None, Some(_)) => return Err("an IPv6 --gateway needs an IPv6 --wan-address".into()),
    };
    Ok(Wan {
        port,
        ipv4,
        gateway,
        ipv6,
    })
}

/// By which names a rule may call the router's ports.
fn interfaces(arguments: &RouterArguments) -> Interfaces {
    let name = |interface: &str, vlan: Option<u16>| match vlan {
        Some(vlan) => format!("{interface}.{vlan}"),
        None => interface.to_owned(),
    };
    let [lan, wan] = [&arguments.lan, &arguments.wan].map(InterfaceName::device);
    let mut interfaces = Interfaces::unknown()
        .and(&name(lan, arguments.lan_vlan), Ports::lan(0))
        .and(&name(wan, arguments.wan_vlan), Ports::WAN);
    // Where each has an interface of its own, its name alone says which one is meant.
    if lan != wan {
        interfaces = interfaces.and(lan, Ports::lan(0)).and(wan, Ports::WAN);
    }
    interfaces
}

pub(super) fn of_both_families(
    flag: &str,
    addresses: &[AddressInNetwork],
) -> Result<(Ipv4Interface, Option<Ipv6Interface>), String> {
    let mut ipv4 = None;
    let mut ipv6 = None;
    for &AddressInNetwork {
        address,
        prefix_len,
    } in addresses
    {
        let said_before = match address {
            IpAddr::V4(address) => ipv4
                .replace(Ipv4Interface {
                    address,
                    prefix_len,
                })
                .is_some(),
            IpAddr::V6(address) => ipv6
                .replace(Ipv6Interface {
                    address,
                    prefix_len,
                })
                .is_some(),
        };
        if said_before {
            return Err(format!("{flag} twice for one IP version"));
        }
    }
    let ipv4 = ipv4.ok_or_else(|| format!("{flag} needs an IPv4 address"))?;
    Ok((ipv4, ipv6))
}

fn gateways(gateways: &[IpAddr]) -> Result<(Ipv4Addr, Option<Ipv6Addr>), String> {
    let mut ipv4 = None;
    let mut ipv6 = None;
    for gateway in gateways {
        let said_before = match *gateway {
            IpAddr::V4(address) => ipv4.replace(address).is_some(),
            IpAddr::V6(address) => ipv6.replace(address).is_some(),
        };
        if said_before {
            return Err("--gateway twice for one IP version".into());
        }
    }
    let ipv4 = ipv4.ok_or("--gateway needs an IPv4 address")?;
    Ok((ipv4, ipv6))
}
