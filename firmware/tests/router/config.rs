//! A configuration that can't be is refused, and the message names the field.

use crate::world::WEB;
use crate::world::{lan, settings};
use firmware::router::config::{Config, ForwardedProtocol, Inner, Lan, PortForward, Settings, Wan};

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

const INNER: Inner = Inner {
    wire: 2,
    mtu_bytes: 1500,
    ipv4: std::net::Ipv4Addr::new(10, 9, 9, 9),
    ipv6: None,
};

/// LANs that share nothing: `192.168.N.1/24` and `2001:db8:N::1/64` on VLAN N.
fn lans(count: u16) -> Vec<Lan> {
    let number = |n: u16| {
        let mut lan = lan();
        lan.port.vlan = Some(n);
        lan.ipv4.address = format!("192.168.{n}.1").parse().unwrap();
        let ipv6 = lan.ipv6.as_mut().expect("a LAN with IPv6");
        ipv6.address = format!("2001:db8:{n}::1").parse().unwrap();
        lan
    };
    (1..=count).map(number).collect()
}

/// The message for two LANs, once `spoil` has changed the second.
fn second_lan_refusal(spoil: impl FnOnce(&mut Lan)) -> String {
    let mut lans = lans(2);
    spoil(&mut lans[1]);
    lans_refusal(&lans)
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

#[test]
fn as_many_lans_and_forwards_as_there_is_room_for_are_taken() {
    Config::new(&settings(&lans(4), &[])).unwrap();
    assert_eq!(lans_refusal(&lans(5)), "lans: there are more than fit");
    let forwards: Vec<_> = (0..32)
        .map(|n| PortForward {
            outside_port: 80 + n,
            inside_port: 8080 + n,
            ..WEB
        })
        .collect();
    Config::new(&settings(&[lan()], &forwards)).unwrap();
}

#[test]
fn networks_that_overlap_are_refused_whichever_is_the_wider() {
    let taken = "lans[1].ipv4.address: the same as, or overlapping, another one";
    let wide = |lan: &mut Lan| lan.ipv4.prefix_len = 16;
    assert_eq!(second_lan_refusal(wide), taken);
    let mut first_wide = lans(2);
    first_wide[0].ipv4.prefix_len = 16;
    assert_eq!(lans_refusal(&first_wide), taken);
    let same_v6 = |lan: &mut Lan| lan.ipv6 = lans(1)[0].ipv6;
    let taken = "lans[1].ipv6.address: the same as, or overlapping, another one";
    assert_eq!(second_lan_refusal(same_v6), taken);
    let wan_v6 = |prefix_len, address: &str| {
        refusal(|s| {
            let ipv6 = s.wan.ipv6.as_mut().expect("a WAN with IPv6");
            ipv6.interface.prefix_len = prefix_len;
            ipv6.interface.address = address.parse().unwrap();
        })
    };
    let taken = "wan.ipv6.interface.address: the same as, or overlapping, another one";
    assert_eq!(wan_v6(32, "2001:db8:9::9"), taken, "around the LAN");
    assert_eq!(wan_v6(96, "2001:db8:1::9"), taken, "inside the LAN");
}

#[test]
fn an_address_that_no_host_can_have_is_refused_everywhere() {
    let lan_v4 =
        |address: &str| second_lan_refusal(|lan| lan.ipv4.address = address.parse().unwrap());
    for martian in ["127.0.0.9", "224.0.0.9", "192.168.2.255"] {
        let expected = format!("lans[1].ipv4.address: {martian} can't be a host's address here");
        assert_eq!(lan_v4(martian), expected);
    }
    for martian in ["ff02::9", "fe80::9"] {
        let message = second_lan_refusal(|lan| {
            lan.ipv6.as_mut().expect("a LAN with IPv6").address = martian.parse().unwrap();
        });
        let expected = format!("lans[1].ipv6.address: {martian} can't be a host's address here");
        assert_eq!(message, expected);
    }
    for reserved in ["203.0.113.0", "203.0.113.255"] {
        let message = refusal(|s| s.wan.gateway = reserved.parse().unwrap());
        let expected = format!("wan.gateway: {reserved} can't be a host's address here");
        assert_eq!(message, expected);
    }
    for reserved in ["192.168.1.0", "192.168.1.255"] {
        let ipv4 = reserved.parse().unwrap();
        let message = refusal(|s| s.inner = Some(Inner { ipv4, ..INNER }));
        let expected = format!("inner.ipv4: {reserved} can't be a host's address here");
        assert_eq!(message, expected);
    }
}

#[test]
fn forwards_may_share_what_leaves_both_of_them_a_mapping() {
    let taken = "forwards[1].outside_port: the same as, or overlapping, another one";
    let bobs_mail = PortForward {
        outside_port: 25,
        inside_port: 2525,
        ..WEB
    };
    let same_host_and_port = PortForward {
        outside_port: 81,
        ..WEB
    };
    let same_outside_port = PortForward {
        inside_port: 8081,
        ..WEB
    };
    let other_protocol = PortForward {
        protocol: ForwardedProtocol::Udp,
        ..WEB
    };
    for fine in [bobs_mail, other_protocol] {
        Config::new(&settings(&[lan()], &[WEB, fine])).unwrap();
    }
    for shared in [same_host_and_port, same_outside_port] {
        assert_eq!(forwards_refusal(&[WEB, shared]), taken);
    }
}

#[test]
fn a_forward_may_lead_to_the_boxs_own_stack() {
    let lans = [lan()];
    let leading_to = |inside: &str| {
        let inside = inside.parse().unwrap();
        let forwards = [PortForward { inside, ..WEB }];
        let settings = Settings {
            inner: Some(INNER),
            ..settings(&lans, &forwards)
        };
        Config::new(&settings).map_err(|error| error.to_string())
    };
    leading_to("10.9.9.9").unwrap();
    let outside = "forwards[0].inside: 10.9.9.8 is outside the network";
    assert_eq!(leading_to("10.9.9.8").unwrap_err(), outside);
}

#[test]
fn for_an_uplink_all_but_the_wans_addresses_is_checked_and_those_do_not_count() {
    let lans = [lan()];
    let numbered = settings(&lans, &[]);
    let unnumbered = Settings {
        wan: Wan::unnumbered(numbered.wan.port),
        ..numbered
    };
    let config = Config::for_uplink(&numbered).unwrap();
    assert_eq!(config, Config::for_uplink(&unnumbered).unwrap());
    let refused = |spoil: fn(&mut Settings<'_>)| {
        let mut settings = numbered;
        spoil(&mut settings);
        Config::for_uplink(&settings).unwrap_err().field
    };
    assert_eq!(refused(|s| s.lans = &[]), "lans");
    assert_eq!(refused(|s| s.wan.port.mac = [1; 6]), "wan.port.mac");
    assert_eq!(
        refused(|s| s.limits.sessions_per_host = 0),
        "limits.sessions_per_host"
    );
}
