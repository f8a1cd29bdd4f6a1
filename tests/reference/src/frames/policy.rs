//! Policies that a user might ask for.

use proptest::prelude::*;

use crate::oracle::Policy;

/// Policies that the clamp accepts; most look through tunnels, so that most SYNs are found.
pub fn policy() -> impl Strategy<Value = Policy> {
    let link_mtu_bytes = prop_oneof![
        8 => prop::sample::select(vec![1492_u32, 1500, 1508, 1400, 1280, 576]),
        2 => 88_u32..=2000,
        1 => 88_u32..=140,
        1 => prop::sample::select(vec![88_u32, 65_520, 65_575, 65_576, 65_636, 100_000, u32::MAX]),
    ];
    let fixed = || prop_oneof![3 => 48_u16..=1500, 1 => 48_u16..=u16::MAX];
    let shape = prop_oneof![
        8 => link_mtu_bytes.clone().prop_map(Policy::link_mtu),
        2 => (link_mtu_bytes, prop::option::of(fixed()), prop::option::of(fixed()))
            .prop_map(|(link_mtu_bytes, v4, v6)| Policy {
                link_mtu_bytes: Some(link_mtu_bytes),
                ..Policy::max_mss(v4, v6)
            }),
        1 => (fixed(), fixed()).prop_map(|(v4, v6)| Policy::max_mss(Some(v4), Some(v6))),
        1 => fixed().prop_map(|v4| Policy::max_mss(Some(v4), None)),
        1 => fixed().prop_map(|v6| Policy::max_mss(None, Some(v6))),
    ];
    (shape, prop_oneof![5 => Just(true), 1 => Just(false)])
        .prop_map(|(policy, tunnels)| Policy { tunnels, ..policy })
}
