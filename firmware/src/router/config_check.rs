//! Every rule that a configuration has to keep.
//!
//! All of it is inlined where a configuration is made: of one that is a constant, as in an image, the compiler then
//! checks every rule itself, and the flash holds none.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::config::{
    EthernetPort, Ipv4Interface, Ipv6Interface, MAX_FORWARDS, MAX_LANS, MAX_MTU_BYTES,
    MIN_MTU_V4_BYTES, MIN_MTU_V6_BYTES, PortForward, Settings,
};
use super::config_error::{ConfigError, Problem};

/// The first rule that `settings` breaks, if any.
#[inline(always)]
pub(crate) fn check(settings: &Settings<'_>) -> Result<(), ConfigError> {
    check_lans(settings)?;
    check_wan_port(settings)?;
    check_wan_addresses(settings)?;
    check_all_else(settings)
}

/// The same without the WAN's addresses, which an uplink brings.
#[inline(always)]
pub(crate) fn check_for_uplink(settings: &Settings<'_>) -> Result<(), ConfigError> {
    check_lans(settings)?;
    check_wan_port(settings)?;
    check_all_else(settings)
}

#[inline(always)]
fn check_all_else(settings: &Settings<'_>) -> Result<(), ConfigError> {
    check_inner(settings)?;
    check_forwards(settings)?;
    let limits = settings.limits;
    in_range(
        "limits.sessions_per_host",
        limits.sessions_per_host,
        1,
        u16::MAX,
    )?;
    in_range(
        "limits.icmp_errors_per_second",
        limits.icmp_errors_per_second,
        1,
        u16::MAX,
    )?;
    in_range(
        "limits.echo_answers_per_second",
        limits.echo_answers_per_second,
        1,
        u16::MAX,
    )
}

#[inline(always)]
fn check_lans(settings: &Settings<'_>) -> Result<(), ConfigError> {
    let lans = settings.lans;
    if lans.is_empty() {
        return Err(ConfigError::new("lans", Problem::Empty));
    }
    if lans.len() > MAX_LANS {
        return Err(ConfigError::too_many("lans"));
    }
    for (index, lan) in lans.iter().enumerate() {
        let here = |error: ConfigError| error.at(index);
        let fields = [
            "lans[].port.vlan",
            "lans[].port.mac",
            "lans[].port.mtu_bytes",
        ];
        check_port(fields, &lan.port, lan.ipv6.is_some()).map_err(here)?;
        check_ipv4(["lans[].ipv4.prefix_len", "lans[].ipv4.address"], lan.ipv4).map_err(here)?;
        if let Some(ipv6) = lan.ipv6 {
            in_range("lans[].ipv6.prefix_len", u16::from(ipv6.prefix_len), 64, 64).map_err(here)?;
            host_v6("lans[].ipv6.address", ipv6.address).map_err(here)?;
        }
        let earlier = lans.get(..index).unwrap_or_default();
        for other in earlier {
            let taken = |field| Err(ConfigError::new(field, Problem::Taken).at(index));
            if same_place(&other.port, &lan.port) {
                return taken("lans[].port.wire");
            }
            if overlap_v4(other.ipv4, lan.ipv4) {
                return taken("lans[].ipv4.address");
            }
            if let (Some(one), Some(two)) = (other.ipv6, lan.ipv6)
                && overlap_v6(one, two)
            {
                return taken("lans[].ipv6.address");
            }
        }
    }
    Ok(())
}

#[inline(always)]
fn check_wan_port(settings: &Settings<'_>) -> Result<(), ConfigError> {
    let wan = &settings.wan;
    let fields = ["wan.port.vlan", "wan.port.mac", "wan.port.mtu_bytes"];
    check_port(fields, &wan.port, wan.ipv6.is_some())?;
    let mut lans = settings.lans.iter();
    if lans.any(|lan| same_place(&lan.port, &wan.port)) {
        return Err(ConfigError::new("wan.port.wire", Problem::Taken));
    }
    Ok(())
}

#[inline(always)]
fn check_wan_addresses(settings: &Settings<'_>) -> Result<(), ConfigError> {
    let wan = &settings.wan;
    check_ipv4(["wan.ipv4.prefix_len", "wan.ipv4.address"], wan.ipv4)?;
    let gateway = wan.gateway;
    if !wan.ipv4.contains(gateway) {
        return Err(ConfigError::new("wan.gateway", Problem::OutsideV4(gateway)));
    }
    if gateway == wan.ipv4.address
        || gateway == wan.ipv4.network()
        || gateway == wan.ipv4.broadcast()
    {
        return Err(ConfigError::new("wan.gateway", Problem::NotHostV4(gateway)));
    }
    if let Some(ipv6) = wan.ipv6 {
        in_range(
            "wan.ipv6.interface.prefix_len",
            u16::from(ipv6.interface.prefix_len),
            1,
            126,
        )?;
        host_v6("wan.ipv6.interface.address", ipv6.interface.address)?;
        let gateway = ipv6.gateway;
        if !gateway.is_unicast_link_local() {
            host_v6("wan.ipv6.gateway", gateway)?;
            if !ipv6.interface.contains(gateway) {
                return Err(ConfigError::new(
                    "wan.ipv6.gateway",
                    Problem::OutsideV6(gateway),
                ));
            }
        }
        if gateway == ipv6.interface.address {
            return Err(ConfigError::new(
                "wan.ipv6.gateway",
                Problem::NotHostV6(gateway),
            ));
        }
    }
    for lan in settings.lans {
        let taken = |field| Err(ConfigError::new(field, Problem::Taken));
        if overlap_v4(lan.ipv4, wan.ipv4) {
            return taken("wan.ipv4.address");
        }
        if let (Some(lan), Some(wan)) = (lan.ipv6, wan.ipv6)
            && overlap_v6(lan, wan.interface)
        {
            return taken("wan.ipv6.interface.address");
        }
    }
    Ok(())
}

#[inline(always)]
fn check_inner(settings: &Settings<'_>) -> Result<(), ConfigError> {
    let Some(inner) = settings.inner else {
        return Ok(());
    };
    let ethernet = settings.lans.iter().map(|lan| lan.port);
    if ethernet
        .chain([settings.wan.port])
        .any(|port| port.wire == inner.wire)
    {
        return Err(ConfigError::new("inner.wire", Problem::Taken));
    }
    let min = if inner.ipv6.is_some() {
        MIN_MTU_V6_BYTES
    } else {
        MIN_MTU_V4_BYTES
    };
    in_range("inner.mtu_bytes", inner.mtu_bytes, min, MAX_MTU_BYTES)?;
    host_v4("inner.ipv4", inner.ipv4)?;
    if settings.wan.ipv4.contains(inner.ipv4) {
        return Err(ConfigError::new("inner.ipv4", Problem::Taken));
    }
    if settings
        .lans
        .iter()
        .any(|lan| inner.ipv4 == lan.ipv4.network() || inner.ipv4 == lan.ipv4.broadcast())
    {
        return Err(ConfigError::new(
            "inner.ipv4",
            Problem::NotHostV4(inner.ipv4),
        ));
    }
    if let Some(address) = inner.ipv6 {
        host_v6("inner.ipv6", address)?;
        if settings
            .wan
            .ipv6
            .is_some_and(|ipv6| ipv6.interface.contains(address))
        {
            return Err(ConfigError::new("inner.ipv6", Problem::Taken));
        }
    }
    Ok(())
}

#[inline(always)]
fn check_forwards(settings: &Settings<'_>) -> Result<(), ConfigError> {
    let forwards = settings.forwards;
    if forwards.len() > MAX_FORWARDS {
        return Err(ConfigError::too_many("forwards"));
    }
    for (index, forward) in forwards.iter().enumerate() {
        let here = |error: ConfigError| error.at(index);
        in_range("forwards[].outside_port", forward.outside_port, 1, u16::MAX).map_err(here)?;
        in_range("forwards[].inside_port", forward.inside_port, 1, u16::MAX).map_err(here)?;
        host_v4("forwards[].inside", forward.inside).map_err(here)?;
        let is_inner = settings
            .inner
            .is_some_and(|inner| inner.ipv4 == forward.inside);
        let mut lans = settings.lans.iter();
        let is_lan_host = lans.any(|lan| lan.ipv4.has_host(forward.inside));
        if !is_inner && !is_lan_host {
            let problem = Problem::OutsideV4(forward.inside);
            return Err(ConfigError::new("forwards[].inside", problem).at(index));
        }
        let earlier = forwards.get(..index).unwrap_or_default();
        if earlier.iter().any(|other| share_an_end(other, forward)) {
            return Err(ConfigError::new("forwards[].outside_port", Problem::Taken).at(index));
        }
    }
    Ok(())
}

/// A shared outside port would lead to two hosts; a shared host and port would have two outside
/// ports, which is one mapping too many.
#[inline(always)]
fn share_an_end(one: &PortForward, two: &PortForward) -> bool {
    one.protocol == two.protocol
        && (one.outside_port == two.outside_port
            || (one.inside, one.inside_port) == (two.inside, two.inside_port))
}

#[inline(always)]
fn check_port(
    [vlan, mac, mtu]: [&'static str; 3],
    port: &EthernetPort,
    carries_ipv6: bool,
) -> Result<(), ConfigError> {
    if let Some(id) = port.vlan {
        in_range(vlan, id, 1, 4094)?;
    }
    if port.mac == [0; 6] || port.mac[0] & 1 != 0 {
        return Err(ConfigError::new(mac, Problem::NotUnicastMac));
    }
    let min = if carries_ipv6 {
        MIN_MTU_V6_BYTES
    } else {
        MIN_MTU_V4_BYTES
    };
    in_range(mtu, port.mtu_bytes, min, MAX_MTU_BYTES)
}

#[inline(always)]
fn check_ipv4(
    [prefix_len, address]: [&'static str; 2],
    interface: Ipv4Interface,
) -> Result<(), ConfigError> {
    in_range(prefix_len, u16::from(interface.prefix_len), 1, 30)?;
    host_v4(address, interface.address)?;
    if interface.address == interface.network() || interface.address == interface.broadcast() {
        return Err(ConfigError::new(
            address,
            Problem::NotHostV4(interface.address),
        ));
    }
    Ok(())
}

#[inline(always)]
fn host_v4(field: &'static str, address: Ipv4Addr) -> Result<(), ConfigError> {
    if super::martian::can_be_a_host_v4(address) {
        Ok(())
    } else {
        Err(ConfigError::new(field, Problem::NotHostV4(address)))
    }
}

#[inline(always)]
fn host_v6(field: &'static str, address: Ipv6Addr) -> Result<(), ConfigError> {
    if super::martian::can_be_a_host_v6(address) && !address.is_unicast_link_local() {
        Ok(())
    } else {
        Err(ConfigError::new(field, Problem::NotHostV6(address)))
    }
}

#[inline(always)]
fn same_place(one: &EthernetPort, two: &EthernetPort) -> bool {
    (one.wire, one.vlan) == (two.wire, two.vlan)
}

#[inline(always)]
fn overlap_v4(one: Ipv4Interface, two: Ipv4Interface) -> bool {
    one.contains(two.address) || two.contains(one.address)
}

#[inline(always)]
fn overlap_v6(one: Ipv6Interface, two: Ipv6Interface) -> bool {
    one.contains(two.address) || two.contains(one.address)
}

#[inline(always)]
fn in_range(field: &'static str, value: u16, min: u16, max: u16) -> Result<(), ConfigError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    let [value, min, max] = [value, min, max].map(u32::from);
    Err(ConfigError::new(
        field,
        Problem::OutOfRange { value, min, max },
    ))
}
