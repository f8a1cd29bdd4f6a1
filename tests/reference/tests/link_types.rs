//! What captures begin with, each link type on hand-made bytes, and captures cut by a snap length.
//!
//! In the bytes, `|` stands where a header begins.

use clamp_core::{Layer, LinkType, Malformed, Outcome, Reason};
use reference::frames::Hex;
use reference::frames::hex;
use reference::oracle::{self, Policy};

const NOT_IP: Outcome = Outcome::LeftAlone(Reason::NotIp);
const CUT: Outcome = Outcome::LeftAlone(Reason::Cut);

/// Plain IPv4 comes to 1452, plain IPv6 to 1432.
fn link_mtu_1492() -> Policy {
    Policy::link_mtu(1492)
}

/// Holds clamp and oracle to the outcome and the bytes.
fn hold(link: LinkType, before: &[u8], wire_len: usize, after: &[u8], outcome: Outcome) {
    let clamp = link_mtu_1492().clamp().expect("a sound policy");
    let mut ours = before.to_vec();
    assert_eq!(
        clamp.captured(link, &mut ours, wire_len, &mut ()),
        outcome,
        "the clamp"
    );
    assert_eq!(Hex(ours), Hex(after.to_vec()), "the clamp");
    let oracle = oracle::captured(&link_mtu_1492(), link, before, wire_len);
    assert_eq!(oracle.outcome, outcome, "the oracle");
    assert_eq!(Hex(oracle.bytes), Hex(after.to_vec()), "the oracle");
}

fn clamped(link: LinkType, before: &str, after: &str, (from, to): (u16, u16)) {
    let (before, after) = (hex(before), hex(after));
    hold(
        link,
        &before,
        before.len(),
        &after,
        Outcome::Clamped { from, to },
    );
}

fn untouched(link: LinkType, bytes: &str, outcome: Outcome) {
    let bytes = hex(bytes);
    hold(link, &bytes, bytes.len(), &bytes, outcome);
}

/// A SYN of each version behind this header comes to the ceilings of a plain packet.
fn v4_costs_nothing_behind(link: LinkType, header: &str) {
    let before = format!(
        "{header} {}",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4"
    );
    let after = format!(
        "{header} {}",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac"
    );
    clamped(link, &before, &after, (1460, 1452));
}

fn v6_costs_nothing_behind(link: LinkType, header: &str) {
    let before = format!(
        "{header} {}",
        "60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80190000 020405a0"
    );
    let after = format!(
        "{header} {}",
        "60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80210000 02040598"
    );
    clamped(link, &before, &after, (1440, 1432));
}

#[test]
fn numbers_of_link_types() {
    let known = [
        (1, LinkType::Ethernet),
        (0, LinkType::Null),
        (108, LinkType::Null),
        (9, LinkType::Ppp),
        (12, LinkType::RawIp),
        (101, LinkType::RawIp),
        (228, LinkType::RawIpv4),
        (229, LinkType::RawIpv6),
        (104, LinkType::CiscoHdlc),
        (113, LinkType::LinuxCooked),
        (276, LinkType::LinuxCookedV2),
    ];
    for number in 0..=u16::MAX {
        let expected = known
            .iter()
            .find(|(known, _)| *known == number)
            .map(|(_, link)| *link);
        assert_eq!(LinkType::from_pcap(number), expected, "{number}");
    }
}

#[test]
fn null_families_in_either_byte_order() {
    v4_costs_nothing_behind(LinkType::Null, "02000000 |");
    v4_costs_nothing_behind(LinkType::Null, "00000002 |");
    for family in ["0a", "18", "1c", "1e"] {
        v6_costs_nothing_behind(LinkType::Null, &format!("{family}000000 |"));
        v6_costs_nothing_behind(LinkType::Null, &format!("000000{family} |"));
    }
}

#[test]
fn null_with_another_family_is_not_ip() {
    untouched(
        LinkType::Null,
        "07000000
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        NOT_IP,
    );
    untouched(
        LinkType::Null,
        "00020000
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        NOT_IP,
    );
}

#[test]
fn ppp_with_and_without_address_and_control_in_one_byte_and_two() {
    for header in ["ff03 0021 |", "ff03 21 |", "0021 |", "21 |"] {
        v4_costs_nothing_behind(LinkType::Ppp, header);
    }
    for header in ["ff03 0057 |", "ff03 57 |", "0057 |", "57 |"] {
        v6_costs_nothing_behind(LinkType::Ppp, header);
    }
}

#[test]
fn ppp_with_another_protocol_is_not_ip() {
    untouched(LinkType::Ppp, "ff03 c021 | 0101 0004", NOT_IP);
}

#[test]
fn raw_ip_of_both_versions_or_of_one() {
    v4_costs_nothing_behind(LinkType::RawIp, "");
    v6_costs_nothing_behind(LinkType::RawIp, "");
    v4_costs_nothing_behind(LinkType::RawIpv4, "");
    v6_costs_nothing_behind(LinkType::RawIpv6, "");
    let wrong = |layer, version| Outcome::Malformed(Malformed::WrongVersion { layer, version });
    untouched(
        LinkType::RawIpv4,
        "60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80190000 020405a0",
        wrong(Layer::Ipv4, 6),
    );
    untouched(
        LinkType::RawIpv6,
        "45000034 12344000 40063c59 c0000201 c6336402
         | c00001bb 00000000 00000000 8002faf0 cb360000 020405b4 01010101 01010101",
        wrong(Layer::Ipv6, 4),
    );
}

#[test]
fn cisco_hdlc_carries_ipv4_and_ipv6_only() {
    v4_costs_nothing_behind(LinkType::CiscoHdlc, "0f00 0800 |");
    v6_costs_nothing_behind(LinkType::CiscoHdlc, "0f00 86dd |");
    untouched(LinkType::CiscoHdlc, "8f00 8035 | 00000002 00000000", NOT_IP);
    untouched(
        LinkType::CiscoHdlc,
        "0f00 8100 | 0007 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        NOT_IP,
    );
}

#[test]
fn linux_cooked_carries_ip_and_vlan_tags_cost_nothing() {
    let header = "0000 0001 0006 020000000001 0000";
    v4_costs_nothing_behind(LinkType::LinuxCooked, &format!("{header} 0800 |"));
    v6_costs_nothing_behind(LinkType::LinuxCooked, &format!("{header} 86dd |"));
    v4_costs_nothing_behind(
        LinkType::LinuxCooked,
        &format!("{header} 8100 | 0007 0800 |"),
    );
}

#[test]
fn linux_cooked_version_2_carries_ip_and_vlan_tags_cost_nothing() {
    let rest = "0000 00000002 0001 00 06 020000000001 0000";
    v4_costs_nothing_behind(LinkType::LinuxCookedV2, &format!("0800 {rest} |"));
    v6_costs_nothing_behind(LinkType::LinuxCookedV2, &format!("86dd {rest} |"));
    v6_costs_nothing_behind(
        LinkType::LinuxCookedV2,
        &format!("88a8 {rest} | 0007 86dd |"),
    );
}

#[test]
fn pppoe_costs_8_in_a_cooked_capture_too() {
    clamped(
        LinkType::LinuxCooked,
        "0000 0001 0006 020000000001 0000 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "0000 0001 0006 020000000001 0000 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef520000 020405a4",
        (1460, 1444),
    );
}

#[test]
fn a_cooked_protocol_under_0600_is_left_alone() {
    untouched(
        LinkType::LinuxCooked,
        "0000 0001 0006 020000000001 0000 0004
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        NOT_IP,
    );
}

#[test]
fn a_header_that_was_never_whole_on_the_wire_is_malformed() {
    for (link, layer, needed) in [
        (LinkType::Null, Layer::Null, 4),
        (LinkType::CiscoHdlc, Layer::Hdlc, 4),
        (LinkType::LinuxCooked, Layer::Cooked, 16),
        (LinkType::LinuxCookedV2, Layer::Cooked, 20),
        (LinkType::Ethernet, Layer::Ethernet, 14),
        (LinkType::RawIpv4, Layer::Ipv4, 20),
        (LinkType::RawIpv6, Layer::Ipv6, 40),
    ] {
        for there in 0..needed {
            let bytes = vec![0x02; usize::from(there)];
            let outcome = Outcome::Malformed(Malformed::TooShort {
                layer,
                needed,
                there,
            });
            hold(link, &bytes, bytes.len(), &bytes, outcome);
        }
    }
}

#[test]
fn a_capture_cut_before_the_end_of_the_tcp_header_is_cut_and_never_half_rewritten() {
    let frame = hex(
        "020000000001 020000000002 8100
         | 0007 0800
         | 4500003b 12344000 40063c52 c0000201 c6336402
         | c00001bb 00000000 00000000 9002faf0 17e10000 020405b4 0402080a 00000001 00000000 474554",
    );
    for len in 0..frame.len() - 3 {
        hold(
            LinkType::Ethernet,
            &frame[..len],
            frame.len(),
            &frame[..len],
            CUT,
        );
    }
}

#[test]
fn a_capture_cut_behind_the_tcp_header_is_clamped() {
    let before = hex("020000000001 020000000002 0800
         | 45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 53d90000 020405b4 47455420");
    let after = hex("020000000001 020000000002 0800
         | 45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 53e10000 020405ac 47455420");
    let outcome = Outcome::Clamped {
        from: 1460,
        to: 1452,
    };
    for len in before.len() - 4..=before.len() {
        hold(
            LinkType::Ethernet,
            &before[..len],
            before.len(),
            &after[..len],
            outcome,
        );
    }
}

#[test]
fn a_wire_length_under_the_captured_one_counts_as_the_captured_one() {
    let before = hex("4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4");
    let after = hex("4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac");
    let outcome = Outcome::Clamped {
        from: 1460,
        to: 1452,
    };
    hold(LinkType::RawIp, &before, 0, &after, outcome);
}

#[test]
fn a_fragment_whose_tcp_header_was_not_all_captured_is_cut_however_short_it_was() {
    let bytes = hex("45000028 12342000 40065c65 c0000201 c6336402 | c00001bb 00000000");
    hold(LinkType::RawIpv4, &bytes, 40, &bytes, CUT);
}

#[test]
fn a_number_of_linux_s_own_is_no_length_of_llc_and_snap() {
    let bytes = "0000 0001 0006 020000000001 0000 0004 | aaaa03000000 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4";
    untouched(LinkType::LinuxCooked, bytes, NOT_IP);
}
