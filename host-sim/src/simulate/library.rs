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
    "dsl-pppoe-both-families",
    "icmp-lost-to-a-firewall",
    "masquerading-server-goes-deaf",
    "mtu-lowered-in-mid-flow",
    "one-direction-clamped",
];
