//! The scenarios that are built in: the files of `host-sim/scenarios`, each named after what goes
//! wrong in real life.

/// Every file's name and text; a macro keeps the two together.
macro_rules! scenarios {
    ($($name:literal),+ $(,)?) => {
        /// Name and text of every scenario, in alphabetical order.
        pub(crate) const SCENARIOS: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../scenarios/", $name, ".toml")))),+
        ];
    };
}

scenarios![
    "6in4-over-pppoe",
    "asymmetric-mtus",
    "baby-jumbo-through-an-old-switch",
    "backup-upload-stalls",
    "black-hole-without-any-router-of-yours",
    "checksum-offload-hides-corruption",
    "dsl-pppoe-both-families",
    "failover-to-a-narrower-line",
    "fast-open-with-data-in-the-syn",
    "forgotten-ip6tables",
    "gre-between-two-sites",
    "icmp-lost-to-a-firewall",
    "icmp-rate-limited",
    "jumbo-lan-to-dsl",
    "jumbo-server-on-a-plain-switch",
    "lossy-line-loses-the-syn-too",
    "masquerading-server-goes-deaf",
    "mss-at-an-odd-offset",
    "mss-twice",
    "mtu-lowered-in-mid-flow",
    "narrow-hop-far-away",
    "one-direction-clamped",
    "policy-routing-two-uplinks",
    "pppoe-dialled-for-real",
    "set-mss-without-ipv6-in-mind",
    "syn-without-mss",
    "the-line-from-the-old-firewall",
    "wireguard-in-pppoe",
    "wireguard-over-ipv6",
];
