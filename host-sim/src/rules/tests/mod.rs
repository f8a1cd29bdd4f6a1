//! Lines that people paste: understood as the same rule, or refused at the word.

mod explained;
mod refused;
mod refused_options;

use std::net::Ipv4Addr;

use clamp_core::{LinkType, Outcome};
use firmware::router::clamp_rule::{
    Ceiling, ClampRule, FlagMatch, IpVersion, MAX_CLAMP_RULES, Match, Ports, Prefix, Span,
};

use super::{Interfaces, Rule, Rules, Way, typed};

const TO_PMTU: ClampRule = ClampRule::every_syn(Ceiling::LinkMtu);
const TO_1400: ClampRule = ClampRule::every_syn(Ceiling::MaxMss(1400));
const SYN_OR_RST: FlagMatch = FlagMatch {
    mask: 0x02,
    value: 0x02,
};

fn selection(text: &str) -> ClampRule {
    match Rule::parse(text) {
        Ok(rule) => rule.selection,
        Err(refused) => panic!("{refused}"),
    }
}

fn ipv4(rule: ClampRule) -> ClampRule {
    let version = Some(IpVersion::V4);
    ClampRule { version, ..rule }
}

#[test]
fn lines_of_all_dialects_that_say_the_same_are_the_same_rule() {
    for text in [
        "iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
        "sudo iptables -I FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
        "/sbin/iptables-legacy -I FORWARD 1 -p 6 -m tcp --tcp-flags syn,rst syn -j TCPMSS --clamp-mss-to-pmtu",
        "iptables --wait 5 --table mangle --append POSTROUTING --protocol TCP --tcp-flags SYN,RST SYN --jump TCPMSS --clamp-mss-to-pmtu",
        "iptables -tmangle -AFORWARD -ptcp --tcp-flags=SYN,RST SYN -jTCPMSS --clamp-mss-to-pmtu",
        "iptables -A FORWARD -p tcp --tcp-flags SYN,RST SYN \\\n  -m comment --comment 'for the DSL line' \\\n -j TCPMSS --clamp-mss-to-pmtu # here",
        "firewall-cmd --permanent --direct --add-passthrough ipv4 -t mangle -I FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
        "firewall-cmd --direct --add-rule ipv4 mangle FORWARD 0 -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
        "nft add rule ip filter forward tcp flags syn / syn,rst tcp option maxseg size set rt mtu",
        "nft add rule filter forward tcp flags & (syn|rst) == syn counter tcp option maxseg size set rt mtu",
        "sudo nft 'insert rule ip mangle forward position 3 tcp flags & (syn | rst) == syn counter packets 1 bytes 52 tcp option maxseg size set rt mtu comment \"x\"'",
        "meta nfproto ipv4 tcp flags & (rst|syn) == syn tcp option maxseg size set rt mtu accept",
    ] {
        assert_eq!(selection(text), ipv4(TO_PMTU), "{text}");
    }
    for text in [
        "-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400",
        "nft add rule inet filter forward tcp flags syn/syn,rst tcp option maxseg size set 1400",
        "tcp flags & (syn|rst) == syn tcp option maxseg size set 1400",
    ] {
        assert_eq!(selection(text), TO_1400, "{text}");
    }
    for text in [
        "tcp flags syn tcp option maxseg size set 1400",
        "tcp flags & syn != 0 tcp option maxseg size set 1400",
        "firewall-cmd --permanent --policy=lan-wan --add-rich-rule='rule tcp-mss-clamp value=\"1400\"'",
        "firewall-cmd --zone public --add-rich-rule 'rule priority=\"-5\" tcp-mss-clamp value=1400'",
        "rule tcp-mss-clamp value=\"1400\"",
    ] {
        let flags = SYN_OR_RST;
        assert_eq!(selection(text), ClampRule { flags, ..TO_1400 }, "{text}");
    }
}

#[test]
fn what_says_nothing_about_a_packet_changes_no_rule() {
    let syn = FlagMatch {
        mask: 0x17,
        value: 0x02,
    };
    let of = |version| ClampRule {
        version: Some(version),
        flags: syn,
        ..TO_1400
    };
    for (text, version) in [
        (
            "iptables -4 -v -n -w 5 -I FORWARD 1 -p tcp --syn -j TCPMSS --set-mss 1400",
            IpVersion::V4,
        ),
        (
            "iptables --ipv4 --verbose --numeric --wait=5 -A OUTPUT -p tcp --syn -j TCPMSS --set-mss 1400",
            IpVersion::V4,
        ),
        (
            "ip6tables -6 -w -A FORWARD -p tcp --syn -j TCPMSS --set-mss 1400",
            IpVersion::V6,
        ),
        (
            "firewall-cmd --direct --add-passthrough ipv6 -A FORWARD --ipv6 -p tcp --syn -j TCPMSS --set-mss 1400",
            IpVersion::V6,
        ),
    ] {
        assert_eq!(selection(text), of(version), "{text}");
    }
    for text in [
        "add rule inet f c tcp flags syn tcp option maxseg size set 1400",
        "insert rule inet f c handle 4 tcp flags syn tcp option maxseg size set 1400 return",
        "nft add rule inet f c index 4 tcp flags syn tcp option maxseg size set 1400 continue",
        "sudo nft add rule inet f c tcp flags syn tcp option maxseg size set 1400 accept",
        "meta l4proto tcp tcp flags & syn == syn tcp option maxseg size set 1400",
        "tcp flags syn # SYN-ACKs, too\n counter tcp option maxseg size set 1400",
    ] {
        let flags = SYN_OR_RST;
        assert_eq!(selection(text), ClampRule { flags, ..TO_1400 }, "{text}");
    }
    for (text, version) in [
        (
            "ip protocol tcp tcp flags syn tcp option maxseg size set 1400",
            IpVersion::V4,
        ),
        (
            "ip6 nexthdr 6 tcp flags syn tcp option maxseg size set 1400",
            IpVersion::V6,
        ),
    ] {
        let (flags, version) = (SYN_OR_RST, Some(version));
        let asked = ClampRule {
            version,
            flags,
            ..TO_1400
        };
        assert_eq!(selection(text), asked, "{text}");
    }
}

#[test]
fn an_mss_may_be_as_large_as_a_packet_of_its_ip_version_allows() {
    for (command, most) in [("iptables", 65515), ("ip6tables", 65495)] {
        let text = format!("{command} -A FORWARD -p tcp --syn -j TCPMSS --set-mss {most}");
        assert_eq!(selection(&text).ceiling, Ceiling::MaxMss(most));
    }
}

#[test]
fn what_a_rule_asks_is_all_in_its_selection() {
    let prefix = |address: [u8; 4], len| Prefix {
        address: Ipv4Addr::from(address).into(),
        len,
    };
    let asked = ClampRule {
        source: Match::In(prefix([192, 168, 0, 0], 16)),
        destination: Match::NotIn(prefix([198, 51, 100, 7], 32)),
        source_port: Match::In(Span {
            from: 1024,
            to: 65535,
        }),
        destination_port: Match::NotIn(Span { from: 25, to: 25 }),
        mss: Match::In(Span {
            from: 1401,
            to: 65535,
        }),
        ..ipv4(TO_1400)
    };
    assert_eq!(
        selection(
            "iptables -A FORWARD -s 192.168.0.0/255.255.0.0 ! -d 198.51.100.7 -p tcp --tcp-flags SYN,RST SYN \
             --sport 1024: ! --dport 25 -m tcpmss --mss 1401: -j TCPMSS --set-mss 1400"
        ),
        asked
    );
    assert_eq!(
        selection(
            "nft add rule inet f c ip saddr 192.168.0.0/16 ip daddr != 198.51.100.7 tcp flags syn / syn,rst \
             tcp sport 1024-65535 tcp dport != 25 tcp option maxseg size > 1400 tcp option maxseg size set 1400"
        ),
        asked
    );
    let ipv6 = Prefix {
        address: "2001:db8::".parse().unwrap(),
        len: 32,
    };
    let rich = "rule family=ipv6 source address=2001:db8::/32 destination NOT address=2001:db8::/32 \
                tcp-mss-clamp value=1400";
    let routeros = "/ipv6 firewall mangle add chain=forward protocol=tcp tcp-flags=syn action=change-mss \
                    src-address=2001:db8::/32 dst-address=!2001:db8::/32 new-mss=1400";
    let v4_only = selection("rule family=ipv4 tcp-mss-clamp value=1400");
    assert_eq!(v4_only.version, Some(IpVersion::V4));
    let nft = "ip6 saddr 2001:db8::/32 ip6 daddr != 2001:db8::/32 tcp flags syn tcp option maxseg size set 1400";
    for text in [rich, routeros, nft] {
        let asked = ClampRule {
            version: Some(IpVersion::V6),
            source: Match::In(ipv6),
            destination: Match::NotIn(ipv6),
            flags: SYN_OR_RST,
            ..TO_1400
        };
        assert_eq!(selection(text), asked, "{text}");
    }
    let ports = "ip firewall mangle add chain=forward protocol=tcp tcp-flags=syn action=change-mss \
                 src-port=1024-65535 dst-port=!25 new-mss=clamp-to-pmtu";
    let asked = ClampRule {
        source_port: asked.source_port,
        destination_port: asked.destination_port,
        flags: SYN_OR_RST,
        ..ipv4(TO_PMTU)
    };
    assert_eq!(selection(ports), asked);
}

#[test]
fn interfaces_are_asked_for_by_name_by_its_beginning_or_by_all_other_names() {
    let rule =
        Rule::parse("-A FORWARD -i eth+ ! -o ppp0 -p tcp --syn -j TCPMSS --set-mss 1400").unwrap();
    let (ingress, egress) = (rule.ingress.clone().unwrap(), rule.egress.clone().unwrap());
    assert!(ingress.is_prefix && !ingress.is_negated && ingress.name == "eth");
    assert!(!egress.is_prefix && egress.is_negated && egress.name == "ppp0");
    assert_eq!(
        rule.selection.flags,
        FlagMatch {
            mask: 0x17,
            value: 0x02
        }
    );
    let longest =
        Rule::parse("-A FORWARD -o an-interface-16 -p tcp --syn -j TCPMSS --set-mss 1400");
    assert_eq!(longest.unwrap().egress.unwrap().name, "an-interface-16");
    let routeros = "/ip firewall mangle add chain=forward protocol=tcp tcp-flags=syn action=change-mss \
                    in-interface=lan out-interface=!wan new-mss=1400";
    for text in [
        "iifname \"lan\" oifname != \"wan\" tcp flags syn tcp option maxseg size set 1400",
        "meta iifname lan meta oifname != wan tcp flags syn tcp option maxseg size set 1400",
        "meta iif lan oif != wan tcp flags syn tcp option maxseg size set 1400",
        routeros,
    ] {
        let rule = Rule::parse(text).unwrap();
        let (ingress, egress) = (rule.ingress.unwrap(), rule.egress.unwrap());
        assert_eq!(
            (&*ingress.name, ingress.is_negated),
            ("lan", false),
            "{text}"
        );
        assert_eq!((&*egress.name, egress.is_negated), ("wan", true), "{text}");
    }
}

#[test]
fn interfaces_become_ports_or_are_refused() {
    let rule = |interfaces: &str| {
        let words = format!("-A FORWARD {interfaces} -p tcp --syn -j TCPMSS --set-mss 1400");
        Rule::parse(&words).unwrap()
    };
    let here = Interfaces::between("eth0", "ppp0");
    let ports = |words: &str| {
        let rule = rule(words)
            .between(&here)
            .map_err(|error| error.why().to_owned())?;
        Ok::<_, String>((rule.ingress, rule.egress))
    };
    let (left, right) = (Ports::lan(0), Ports::WAN);
    assert_eq!(ports(""), Ok((Ports::ALL, Ports::ALL)));
    assert_eq!(ports("-i eth0 -o ppp0"), Ok((left, right)));
    assert_eq!(ports("-o ppp+"), Ok((Ports::ALL, right)));
    assert_eq!(ports("-i +"), Ok((left.or(right), Ports::ALL)));
    let (_, not_right) = ports("! -o ppp0").unwrap();
    assert!(not_right.meets(left) && !not_right.meets(right));
    assert_eq!(
        ports("-o ppp1"),
        Err("no such interface here: there are eth0 and ppp0".into())
    );
    let refused = rule("-o ppp0").between(&Interfaces::unknown()).unwrap_err();
    assert_eq!(refused.word(), "ppp0");
    assert!(refused.why().contains("a capture doesn't say"), "{refused}");

    let input = Rule::parse("-A INPUT -p tcp --syn -j TCPMSS --set-mss 1400").unwrap();
    assert_eq!(input.between(&here).unwrap_err().word(), "INPUT");
    assert!(input.between(&Interfaces::unknown()).is_ok());
}

#[test]
fn the_mtu_must_be_known_and_the_rules_few() {
    let to_pmtu = Rule::parse("tcp flags syn tcp option maxseg size set rt mtu").unwrap();
    let unknown = Interfaces::unknown();
    let refused = Rules::new(std::slice::from_ref(&to_pmtu), &unknown, None).unwrap_err();
    assert_eq!(refused.word(), "rt mtu");
    assert!(refused.why().contains("--link-mtu"), "{refused}");
    let many = vec![to_pmtu; MAX_CLAMP_RULES + 1];
    let refused = typed(&many, &unknown).unwrap_err();
    assert!(refused.why().contains("room for 16"), "{refused}");
}

/// A bare SYN over IPv6 that takes 1,440 bytes of payload.
const SYN_OVER_IPV6: [u8; 64] = [
    0x60, 0, 0, 0, 0, 24, 6, 64, //
    0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, //
    0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, //
    0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x60, 2, 0xfa, 0xf0, 0, 0, 0, 0, //
    2, 4, 0x05, 0xa0,
];

#[test]
fn a_fixed_ceiling_holds_for_the_ip_version_of_the_syn() {
    let rule = Rule::parse("tcp flags syn tcp option maxseg size set 1300").unwrap();
    let rules = Rules::new(&[rule], &Interfaces::unknown(), None).unwrap();
    let mut packet = SYN_OVER_IPV6;
    let len = packet.len();
    let clamp = rules.clamp_for(LinkType::RawIp, &mut packet, len, Way::UNKNOWN);
    let outcome = clamp.unwrap().packet(&mut packet);
    assert_eq!(
        outcome,
        Outcome::Clamped {
            from: 1440,
            to: 1300
        }
    );
}
