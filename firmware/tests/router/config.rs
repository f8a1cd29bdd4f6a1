//! A configuration that can't be is refused, and the message names the field.

use crate::world::WEB;
use crate::world::{lan, settings};
use firmware::router::config::{Config, Inner, Lan, PortForward, Settings};

fn message(settings: &Settings<'_>) -> String {
    Config::new(settings).unwrap_err().to_string()
}

/// The message for the usual settings, once `spoil` has changed them.
fn refusal(spoil: impl FnOnce(&mut Settings<'_>)) -> String {
    let lans = [lan()];
    let mut settings = settings(&lans, &[]);
    spoil(&mut settings);
    message(&settings)
}

fn lans_refusal(lans: &[Lan]) -> String {
    message(&settings(lans, &[]))
}

fn forwards_refusal(forwards: &[PortForward]) -> String {
    message(&settings(&[lan()], forwards))
}

#[test]
fn every_refusal_names_its_field() {
    let inner = Inner {
        wire: 2,
        mtu_bytes: 1500,
        ipv4: "192.168.1.2".parse().unwrap(),
        ipv6: None,
    };
    let twice = [lan(), lan()];
    let mut low = [lan()];
    low[0].port.mtu_bytes = 1279;
    let mut wide = [lan()];
    if let Some(ipv6) = &mut wide[0].ipv6 {
        ipv6.prefix_len = 56;
    }
    let mut network = [lan()];
    network[0].ipv4.address = "192.168.1.0".parse().unwrap();
    let (mut to_router, mut outside) = (WEB, WEB);
    to_router.inside = "192.168.1.1".parse().unwrap();
    outside.inside = "10.0.0.1".parse().unwrap();
    for (message, expected) in [
        (lans_refusal(&[]), "lans: at least one is needed"),
        (
            lans_refusal(&low),
            "lans[0].port.mtu_bytes: 1279 is not between 1280 and 1536",
        ),
        (
            lans_refusal(&wide),
            "lans[0].ipv6.prefix_len: 56 is not between 64 and 64",
        ),
        (
            lans_refusal(&network),
            "lans[0].ipv4.address: 192.168.1.0 can't be a host's address here",
        ),
        (
            lans_refusal(&twice),
            "lans[1].port.wire: the same as, or overlapping, another one",
        ),
        (
            refusal(|s| s.wan.port.wire = 0),
            "wan.port.wire: the same as, or overlapping, another one",
        ),
        (
            refusal(|s| s.wan.port.vlan = Some(4095)),
            "wan.port.vlan: 4095 is not between 1 and 4094",
        ),
        (
            refusal(|s| s.wan.port.mac = [1; 6]),
            "wan.port.mac: not the address of one station",
        ),
        (
            refusal(|s| s.wan.port.mtu_bytes = 1537),
            "wan.port.mtu_bytes: 1537 is not between 1280 and 1536",
        ),
        (
            refusal(|s| s.wan.ipv4.prefix_len = 31),
            "wan.ipv4.prefix_len: 31 is not between 1 and 30",
        ),
        (
            refusal(|s| s.wan.ipv4.address = "192.168.1.9".parse().unwrap()),
            "wan.gateway: 203.0.113.1 is outside the network",
        ),
        (
            refusal(|s| s.wan.gateway = "203.0.113.9".parse().unwrap()),
            "wan.gateway: 203.0.113.9 can't be a host's address here",
        ),
        (
            refusal(|s| {
                s.inner = Some(Inner { wire: 1, ..inner });
            }),
            "inner.wire: the same as, or overlapping, another one",
        ),
        (
            refusal(|s| {
                s.inner = Some(Inner {
                    ipv4: "203.0.113.5".parse().unwrap(),
                    ..inner
                });
            }),
            "inner.ipv4: the same as, or overlapping, another one",
        ),
        (
            forwards_refusal(&[WEB, WEB]),
            "forwards[1].outside_port: the same as, or overlapping, another one",
        ),
        (
            forwards_refusal(&[to_router]),
            "forwards[0].inside: 192.168.1.1 is outside the network",
        ),
        (
            forwards_refusal(&[outside]),
            "forwards[0].inside: 10.0.0.1 is outside the network",
        ),
        (
            forwards_refusal(&[WEB; 33]),
            "forwards: there are more than fit",
        ),
        (
            refusal(|s| s.limits.sessions_per_host = 0),
            "limits.sessions_per_host: 0 is not between 1 and 65535",
        ),
    ] {
        assert_eq!(message, expected);
    }
}
