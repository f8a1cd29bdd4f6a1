//! TCP options: what hosts send, and soup.

use proptest::prelude::*;

use super::Hex;

/// The most bytes of options a TCP header holds.
const MOST_OPTIONS: usize = 40;

/// An MSS value: one seen in the wild, one at a boundary, or any.
fn mss() -> impl Strategy<Value = u16> {
    prop_oneof![
        6 => prop::sample::select(vec![1460_u16, 1440, 1452, 1432, 1412, 8960, 65495, 65535]),
        1 => prop::sample::select(vec![0_u16, 1, 47, 48, 255, 256, 536, 1220, 1299, 1300]),
        2 => 1300_u16..1500,
        2 => any::<u16>(),
    ]
}

fn mss_option() -> impl Strategy<Value = Vec<u8>> {
    mss().prop_map(|mss| {
        let [high, low] = mss.to_be_bytes();
        vec![2, 4, high, low]
    })
}

/// An option of this kind whose length field tells the truth.
fn option_of(kind: u8, lengths: std::ops::RangeInclusive<u8>) -> impl Strategy<Value = Vec<u8>> {
    lengths.prop_flat_map(move |len| {
        prop::collection::vec(any::<u8>(), usize::from(len) - 2).prop_map(move |value| {
            let mut option = vec![kind, len];
            option.extend(value);
            option
        })
    })
}

/// What hosts send beside the MSS.
fn usual_option() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => Just(vec![1]),
        1 => Just(vec![4, 2]),
        1 => (0_u8..15).prop_map(|shift| vec![3, 3, shift]),
        1 => option_of(8, 10..=10),
        1 => option_of(34, 2..=10),
        1 => option_of(30, 4..=12),
    ]
}

/// What nobody should send.
fn unusual_option() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => Just(vec![0]),
        2 => option_of(2, 2..=8),
        2 => (2_u8..=255, 0_u8..=3).prop_map(|(kind, len)| vec![kind, len]),
        1 => (any::<u8>(), 4_u8..=255).prop_map(|(kind, len)| vec![kind, len]),
        1 => any::<u8>().prop_map(|kind| vec![kind]),
        1 => option_of(29, 2..=3),
        1 => option_of(19, 18..=18),
        1 => option_of(19, 2..=19),
        1 => super::some_bytes(6).prop_map(|bytes| bytes.0),
    ]
}

/// The options of a header: any sequence of good and bad ones, a whole number of words, 40 bytes at most.
pub fn option_soup() -> BoxedStrategy<Hex> {
    let usual = (
        prop::collection::vec(usual_option(), 0..3),
        mss_option(),
        prop::collection::vec(usual_option(), 0..4),
    )
        .prop_map(|(before, mss, after)| [before.concat(), mss, after.concat()].concat());
    let soup = prop::collection::vec(
        prop_oneof![4 => mss_option(), 6 => usual_option(), 4 => unusual_option()],
        0..8,
    )
    .prop_map(|options| options.concat());
    let authenticated = (usual_option(), option_of(29, 4..=16), mss_option())
        .prop_map(|(before, authentication, mss)| [before, authentication, mss].concat());
    let several = prop::collection::vec(mss_option(), 2..6).prop_map(|options| options.concat());
    (
        prop_oneof![
            16 => usual,
            6 => soup,
            1 => authenticated,
            2 => several,
            1 => Just(Vec::new()),
        ],
        0_u8..=1,
    )
        .prop_map(|(mut options, filler)| {
            options.truncate(MOST_OPTIONS);
            while options.len() % 4 != 0 {
                options.push(filler);
            }
            Hex(options)
        })
        .boxed()
}
