//! "What a segment gets": the rows about fragments.

use clamp_core::{Outcome, Reason};
use tests::directed::{packet_clamped, packet_untouched};

use super::link_mtu_1492;

const FRAGMENT: Outcome = Outcome::LeftAlone(Reason::Fragment);

#[test]
fn first_fragment_that_holds_the_whole_tcp_header_is_clamped() {
    // The checksum is that of the whole segment, of which this is the front: it goes up by 8.
    packet_clamped(
        link_mtu_1492(),
        "45000034 12342000 40065c59 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4 11223344 55667788",
        "45000034 12342000 40065c59 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10080000 020405ac 11223344 55667788",
        (1460, 1452),
    );
    packet_clamped(
        link_mtu_1492(),
        "60000000 00282c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000001 00000007
         | c00001bb 00000000 00000000 6002faf0 10000000 020405a0 11223344 55667788",
        "60000000 00282c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000001 00000007
         | c00001bb 00000000 00000000 6002faf0 10080000 02040598 11223344 55667788",
        (1440, 1432),
    );
}

#[test]
fn atomic_fragment_is_clamped() {
    packet_clamped(
        link_mtu_1492(),
        "60000000 00202c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000000 00000007
         | c00001bb 00000000 00000000 6002faf0 80190000 020405a0",
        "60000000 00202c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000000 00000007
         | c00001bb 00000000 00000000 6002faf0 80210000 02040598",
        (1440, 1432),
    );
}

#[test]
fn a_first_fragment_without_the_whole_tcp_header_is_left_alone() {
    packet_untouched(
        link_mtu_1492(),
        "4500001c 12342000 40065c71 c0000201 c6336402
         | c00001bb 00000000",
        FRAGMENT,
    );
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12342000 40065c61 c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 10000000 020405b4",
        FRAGMENT,
    );
    packet_untouched(
        link_mtu_1492(),
        "60000000 00202c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000001 00000007
         | c00001bb 00000000 00000000 7002faf0 10000000 020405b4",
        FRAGMENT,
    );
}

#[test]
fn a_later_fragment_is_left_alone() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12342001 40065c60 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        FRAGMENT,
    );
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12341fff 40065c62 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        FRAGMENT,
    );
    packet_untouched(
        link_mtu_1492(),
        "60000000 00202c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000008 00000007
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        FRAGMENT,
    );
}

#[test]
fn do_not_fragment_is_no_fragment() {
    packet_clamped(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        (1460, 1452),
    );
    packet_clamped(
        link_mtu_1492(),
        "4500002c 12340000 40067c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "4500002c 12340000 40067c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        (1460, 1452),
    );
}
