//! "Rows are judged from the outside in, and the first that applies wins".

use clamp_core::{Layer, Outcome, Reason};
use tests::directed::{frame_untouched, packet_untouched};
use tests::oracle::Policy;

use super::{link_mtu_1492, too_short};

#[test]
fn link_before_ip_lengths() {
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 0050 0021
         | 45000050 12344000 40063c3d c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        too_short(Layer::Pppoe, 80, 46),
    );
}

#[test]
fn ip_lengths_before_fragment() {
    packet_untouched(
        link_mtu_1492(),
        "45000050 12342001 40065c3c c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        too_short(Layer::Ipv4, 80, 44),
    );
}

#[test]
fn fragment_before_tcp_lengths() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12340001 40067c60 c0000201 c6336402
         | c00001bb 00000000 00000000 1002faf0 10000000 020405b4",
        Outcome::LeftAlone(Reason::Fragment),
    );
}

#[test]
fn tcp_lengths_before_flags_where_the_licence_for_speed_does_not_reach() {
    packet_untouched(
        link_mtu_1492(),
        "60000000 00203c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000104 00000000
         | c00001bb 00000000 00000000 7010faf0 10000000 020405b4",
        too_short(Layer::Tcp, 28, 24),
    );
}

#[test]
fn what_is_plainly_not_tcp_or_not_syn_may_be_answered_before_lengths_are_checked() {
    packet_untouched(
        link_mtu_1492(),
        "45000050 12344000 40113c32 c0000201 c6336402
         | c0000035 00080000",
        Outcome::LeftAlone(Reason::NotTcp),
    );
    packet_untouched(
        link_mtu_1492(),
        "45000050 12344000 40063c3d c0000201 c6336402
         | c00001bb 00000000 00000000 6010faf0 10000000 020405b4",
        Outcome::LeftAlone(Reason::NotSyn),
    );
}

#[test]
fn flags_before_tcp_ao() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6010faf0 d8e70000 1d040101",
        Outcome::LeftAlone(Reason::NotSyn),
    );
}

#[test]
fn tcp_ao_before_no_mss() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 d8f50000 1d040101",
        Outcome::LeftAlone(Reason::TcpAo),
    );
}

#[test]
fn no_mss_before_the_ceiling() {
    packet_untouched(
        Policy::max_mss(None, Some(1220)),
        "45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000",
        Outcome::LeftAlone(Reason::NoMss),
    );
}

#[test]
fn fits_before_a_ceiling_that_is_too_low() {
    frame_untouched(
        Policy::link_mtu(88),
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f4ce0000 02040028",
        Outcome::Fits { mss: 40 },
    );
    frame_untouched(
        Policy::link_mtu(88),
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f4cd0000 02040029",
        Outcome::LeftAlone(Reason::CeilingTooLow),
    );
}

/// Where the flags are can't be told from a header length that is wrong itself.
#[test]
fn ipv4_header_length_under_20_before_flags() {
    let packet = "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6010faf0 f4ea0000 01010101"
        .replace("4500002c", "4400002c");
    packet_untouched(link_mtu_1492(), &packet, too_short(Layer::Ipv4, 20, 16));
}
