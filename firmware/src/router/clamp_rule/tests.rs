//! Rules against SYNs, and rules that are refused.

extern crate std;

use std::string::ToString;

use super::*;

const SYN: Syn = Syn {
    source: IpAddr::V4(core::net::Ipv4Addr::new(192, 168, 1, 2)),
    destination: IpAddr::V4(core::net::Ipv4Addr::new(198, 51, 100, 1)),
    source_port: 40_000,
    destination_port: 443,
    flags: Syn::SYN,
    mss: Some(1460),
    ingress: Ports::lan(0),
    egress: Ports::WAN,
};
const EVERY: ClampRule = ClampRule::every_syn(Ceiling::LinkMtu);

fn prefix(address: impl Into<IpAddr>, len: u8) -> Prefix {
    Prefix {
        address: address.into(),
        len,
    }
}

#[test]
fn the_first_rule_that_matches_wins_and_none_leaves_alone() {
    let to_web = ClampRule {
        destination_port: Match::In(Span { from: 443, to: 443 }),
        ..ClampRule::every_syn(Ceiling::MaxMss(1300))
    };
    let ipv4 = ClampRule {
        version: Some(IpVersion::V4),
        ..EVERY
    };
    let rules = ClampRules::new(&[to_web, ipv4]).unwrap();
    assert_eq!(rules.ceiling(&SYN), Some(Ceiling::MaxMss(1300)));
    let to_mail = Syn {
        destination_port: 25,
        ..SYN
    };
    assert_eq!(rules.ceiling(&to_mail), Some(Ceiling::LinkMtu));
    let ipv6 = Syn {
        source: core::net::Ipv6Addr::LOCALHOST.into(),
        ..to_mail
    };
    assert_eq!(rules.ceiling(&ipv6), None);
}

#[test]
fn prefixes_of_every_length_hold_what_they_share() {
    let contains = |address: [u8; 4], len| prefix(address, len).contains(SYN.source);
    assert!(contains([10, 0, 0, 1], 0), "no bit to share");
    assert!(contains([192, 168, 1, 3], 31) && !contains([192, 168, 1, 3], 32));
    assert!(contains([192, 168, 0, 0], 16) && !contains([192, 169, 0, 0], 16));
    let here = core::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    let there = core::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 3);
    assert!(prefix(here, 126).contains(there.into()));
    assert!(!prefix(here, 127).contains(there.into()));
    assert!(!prefix(here, 0).contains(SYN.source), "another IP version");
}

#[test]
fn a_syn_without_mss_lies_in_no_span() {
    let silent = Syn { mss: None, ..SYN };
    let span = Span { from: 0, to: 65535 };
    let rule = |mss| ClampRule { mss, ..EVERY };
    assert!(!rule(Match::In(span)).matches(&silent));
    assert!(rule(Match::NotIn(span)).matches(&silent));
    assert!(rule(Match::In(span)).matches(&SYN));
}

#[test]
fn flags_that_are_looked_at_are_as_the_rule_says_and_no_others_count() {
    let syn_without_ack = FlagMatch {
        mask: Syn::SYN | Syn::ACK,
        value: Syn::SYN,
    };
    assert!(syn_without_ack.admits(Syn::SYN));
    assert!(syn_without_ack.admits(Syn::SYN | Syn::RST));
    assert!(!syn_without_ack.admits(Syn::SYN | Syn::ACK));
    assert!(!syn_without_ack.admits(0));
}

#[test]
fn every_port_is_another_set_and_sets_can_be_joined_and_turned_around() {
    let all = [
        Ports::WAN,
        Ports::INNER,
        Ports::lan(0),
        Ports::lan(1),
        Ports::lan(2),
        Ports::lan(3),
    ];
    for (at, one) in all.into_iter().enumerate() {
        for (other_at, other) in all.into_iter().enumerate() {
            assert_eq!(one.meets(other), at == other_at, "{at} {other_at}");
            let both = one.or(other);
            assert!(both.meets(one) && both.meets(other));
            let rest = both.complement();
            let inside = all.into_iter().filter(|port| port.meets(rest)).count();
            assert_eq!(inside, if at == other_at { 5 } else { 4 });
        }
    }
    assert_eq!(Ports::lan(4), Ports::NONE);
}

#[test]
fn the_lowest_ceiling_of_a_rule_is_the_contracts() {
    ClampRules::new(&[ClampRule::every_syn(Ceiling::MaxMss(48))]).unwrap();
}

#[test]
fn what_can_never_be_is_refused_with_its_field_and_place() {
    let refused = |rule| ClampRules::new(&[EVERY, rule]).unwrap_err().to_string();
    let span = Span { from: 9, to: 3 };
    for (rule, words) in [
        (
            ClampRule::every_syn(Ceiling::MaxMss(47)),
            "clamp_rules[1].ceiling: 47 is not between 48 and 65535",
        ),
        (
            ClampRule {
                source: Match::In(prefix([1, 2, 3, 4], 33)),
                ..EVERY
            },
            "clamp_rules[1].source: 33 is not between 0 and 32",
        ),
        (
            ClampRule {
                version: Some(IpVersion::V6),
                destination: Match::NotIn(prefix([1, 2, 3, 4], 32)),
                ..EVERY
            },
            "clamp_rules[1].destination: 1.2.3.4 is of the other IP version",
        ),
        (
            ClampRule {
                mss: Match::In(span),
                ..EVERY
            },
            "clamp_rules[1].mss: 3 is not between 9 and 65535",
        ),
        (
            ClampRule {
                egress: Ports::NONE,
                ..EVERY
            },
            "clamp_rules[1].egress: at least one is needed",
        ),
    ] {
        assert_eq!(refused(rule), words);
    }
    let many = ClampRules::new(&[EVERY; MAX_CLAMP_RULES + 1]).unwrap_err();
    assert_eq!(many.to_string(), "clamp_rules: there are more than fit");
}
