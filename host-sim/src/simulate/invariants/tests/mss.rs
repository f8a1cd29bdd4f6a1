//! The MSS of a SYN on its way through a router.

use super::super::super::packet::{ACK, FIN};
use super::super::{RST, SYN, blank_mss, changed_on_the_way, core};
use super::{
    LAN, MSS, TCP, TO_CLIENT, TO_SERVER, WAN, doctor, is_syn, kind, network, right_checksums,
    with_mss,
};

#[test]
fn an_mss_fits_both_links_of_a_router_that_clamps_and_grows_nowhere() {
    for (mss, expected) in [
        (536, None),
        (1360, None),
        (1361, Some("not clamped")),
        (1460, Some("not clamped")),
        (1461, Some("raised")),
    ] {
        let (scenario, mut world) = network(&[]);
        doctor(&mut world, WAN, TO_SERVER, is_syn, with_mss(MSS, mss));
        assert_eq!(
            kind(changed_on_the_way(&scenario, &world)),
            expected,
            "{mss}"
        );
        let (scenario, mut world) = network(&[("clamp = true", "")]);
        doctor(&mut world, WAN, TO_SERVER, is_syn, with_mss(MSS, mss));
        let expected = expected.filter(|kind| *kind == "raised");
        assert_eq!(
            kind(changed_on_the_way(&scenario, &world)),
            expected,
            "{mss}"
        );
    }
    // The way back is as narrow: what came in through 1400 goes out of 1500.
    let asymmetric = ("mtu_bytes = 1400", "towards.hop.mtu_bytes = 1400");
    for narrow in [&[][..], &[asymmetric]] {
        let (scenario, mut world) = network(narrow);
        let expected = if narrow.is_empty() {
            "raised"
        } else {
            "not clamped"
        };
        doctor(&mut world, LAN, TO_CLIENT, is_syn, with_mss(MSS, 1361));
        assert_eq!(kind(changed_on_the_way(&scenario, &world)), Some(expected));
    }
}

#[test]
fn over_ipv6_an_mss_is_twenty_bytes_less() {
    let ipv6 = ("to = 'server'", "to = 'server'\nip = 6");
    for (mss, expected) in [(1340, None), (1341, Some("not clamped"))] {
        let (scenario, mut world) = network(&[ipv6]);
        doctor(&mut world, WAN, TO_SERVER, is_syn, with_mss(MSS + 20, mss));
        assert_eq!(
            kind(changed_on_the_way(&scenario, &world)),
            expected,
            "{mss}"
        );
    }
}

#[test]
fn the_largest_mss_of_a_syn_counts_wherever_it_is() {
    for (shape, at) in [("mss-twice", MSS + 4), ("mss-at-odd-offset", MSS + 1)] {
        let stack = format!("[hosts.client]\nsyn = '{shape}'");
        let (scenario, mut world) = network(&[("[hosts.client]", &stack)]);
        doctor(&mut world, WAN, TO_SERVER, is_syn, with_mss(at, 1361));
        assert_eq!(
            kind(changed_on_the_way(&scenario, &world)),
            Some("not clamped"),
            "{shape}"
        );
    }
}

#[test]
fn an_mss_is_looked_for_among_options_of_any_length() {
    let segment = |options: &[u8], header_len: u8| {
        let mut segment = [&[0; 20], options].concat();
        segment[12] = (header_len / 4) << 4;
        segment
    };
    for (options, header_len, mss) in [
        (&[2, 4, 5, 0xb4][..], 24, 1460),
        (&[1, 1, 1, 1, 2, 4, 5, 0xb4], 28, 1460),
        (&[8, 2, 3, 3, 7, 2, 4, 5, 0xb4, 1, 1, 1], 32, 1460),
        (&[2, 4, 2, 0x18, 2, 4, 5, 0xb4], 28, 1460),
        (&[2, 4, 5, 0xb4, 2, 4, 2, 0x18], 28, 1460),
        (&[9, 0, 2, 4, 5, 0xb4, 1, 1], 28, 1460),
        (&[1, 1, 1, 1, 2, 4, 5, 0xb4], 24, 0),
        (&[1, 1, 1, 1, 2, 4, 5, 0xb4], 60, 1460),
        (&[2, 3, 5, 0xb4], 24, 0),
    ] {
        let mut bytes = segment(options, header_len);
        assert_eq!(blank_mss(&mut bytes), mss, "{options:?}");
        let has_value = bytes.windows(2).any(|two| two == [5, 0xb4]);
        assert_eq!(has_value, mss == 0, "{options:?}");
    }
    assert_eq!(blank_mss(&mut segment(&[2, 4, 5], 24)), 0);
}

#[test]
fn what_is_no_syn_may_have_any_option() {
    for (flags, expected) in [(SYN | RST, None), (ACK, None), (SYN | FIN, Some(1460))] {
        let (_, mut world) = network(&[]);
        doctor(&mut world, LAN, 1, is_syn, |_, frame| {
            frame[TCP + 13] = flags;
            right_checksums(frame);
            let (core, mss) = core(frame, false).expect("a segment");
            assert_eq!(mss, expected.unwrap_or(0));
            let is_there = core.bytes.windows(4).any(|four| four == [2, 4, 5, 0xb4]);
            assert_eq!(is_there, expected.is_none());
        });
    }
}
