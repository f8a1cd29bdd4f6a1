//! The Linux kernel beside our clamp: the same random frames through both, byte for byte.
//!
//! Every frame that a Linux router lets out, or does not, is predicted by the model in
//! [`tests::linux`]. Where the prediction is not what our clamp does to the same frame, the difference
//! must be one of those that are documented; there is no class for the rest.
//!
//! Needs root, or `unshare -rn`, and the tools `ip`, `ethtool`, `iptables` (with its `-legacy` and `-nft`
//! variants) and `nft`. `SEED=N` repeats a run.

mod comparison;
mod delivery;
mod explain;
mod generator;
mod options;
mod ours;
mod rules;
mod tally;

use std::env;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tests::lab::Lab;
use tests::linux::selection::Selection;
use tests::linux::{Engine, IpVersion, LinuxRouter, Rule, install};

use comparison::Findings;
use generator::Generator;
use ours::Ours;
use tally::Class::{self, DiffersOnPurpose, Dropped, Identical, Insertion};

/// Route MTUs, forward and back. The way back may be narrower than the frames that go forward.
const ROUTE_MTUS_BYTES: [(u32, u32); 9] = [
    (1492, 1492),
    (1400, 1500),
    (1500, 1280),
    (9000, 9000),
    (65_535, 65_535),
    (1500, 110),
    (1500, 88),
    (1500, 80),
    (1500, 60),
];
/// The last is the largest that `ip6tables` takes.
const FIXED_MSS: [u16; 6] = [1452, 1300, 536, 48, 40, 65_495];
const FRAMES_A_POLICY: usize = 1000;

#[test]
fn legacy_iptables_rewrites_what_we_rewrite_and_otherwise_as_documented() {
    let findings = compare(Engine::IptablesLegacy);
    findings.assert_complete(
        &[&COMMON[..], &TCPMSS[..], &LEGACY[..]].concat(),
        FRAMES_AN_ENGINE,
    );
}

#[test]
fn iptables_over_nf_tables_rewrites_what_we_rewrite_and_otherwise_as_documented() {
    let findings = compare(Engine::IptablesNft);
    findings.assert_complete(
        &[&COMMON[..], &TCPMSS[..], &NF_TABLES[..]].concat(),
        FRAMES_AN_ENGINE,
    );
}

#[test]
fn nft_rewrites_what_we_rewrite_and_otherwise_as_documented() {
    let findings = compare(Engine::Nft);
    findings.assert_complete(
        &[&COMMON[..], &NF_TABLES[..], &NFT[..]].concat(),
        FRAMES_AN_ENGINE,
    );
}

const POLICIES: usize = ROUTE_MTUS_BYTES.len() + FIXED_MSS.len();
#[expect(clippy::cast_possible_truncation, reason = "a few thousand")]
const FRAMES_AN_ENGINE: u32 = (POLICIES * FRAMES_A_POLICY) as u32;
const _: () = assert!(3 * FRAMES_AN_ENGINE >= 20_000, "fewer frames than promised");

/// What every engine must have been seen to do.
const COMMON: [Class; 18] = [
    Identical("clamped"),
    Identical("fits"),
    Identical("not TCP"),
    Identical("not a SYN"),
    Identical("no MSS"),
    Identical("fragment"),
    Identical("tunnel"),
    Identical("encrypted"),
    Identical("authentication header"),
    Identical("more than 8 extension headers"),
    Identical("TCP-AO"),
    DiffersOnPurpose("IPv6 payload length 0 before hop-by-hop options: Linux rewrites"),
    DiffersOnPurpose("MSS at an odd offset: Linux's checksum is wrong"),
    DiffersOnPurpose("several MSS options: Linux only the first"),
    DiffersOnPurpose("TCP-AO: Linux rewrites"),
    DiffersOnPurpose("more than 8 extension headers: Linux rewrites"),
    DiffersOnPurpose("ceiling under 48: Linux writes it"),
    Dropped("by IP, before any rule"),
];

/// What the TCPMSS target must have been seen to do.
const TCPMSS: [Class; 9] = [
    DiffersOnPurpose("missing MSS: Linux inserts"),
    DiffersOnPurpose("link MTU above 65520: Linux caps the route"),
    Dropped("malformed"),
    Dropped("fragment whose TCP header is not whole or not looked for"),
    Dropped("route MTU not above the headers"),
    Insertion("the same bytes as Linux"),
    Insertion("neither inserts"),
    Insertion("a fragment: only Linux inserts"),
    Insertion("TCP-MD5: only Linux inserts"),
];

/// What only the legacy match lets happen.
const LEGACY: [Class; 2] = [
    DiffersOnPurpose("authentication header: Linux rewrites behind it"),
    Dropped("malformed, without SYN"),
];

/// What the nf_tables match passes on, where the legacy one drops.
const NF_TABLES: [Class; 1] = [Identical("malformed")];

/// What only nft does.
const NFT: [Class; 3] = [
    DiffersOnPurpose("SYN with RST, and a rule that doesn't look at RST: Linux rewrites"),
    DiffersOnPurpose("kind 2 longer than 4: nft rewrites"),
    DiffersOnPurpose("first kind 2 malformed: nft stops there"),
];

fn compare(engine: Engine) -> Findings {
    let seed = seed();
    eprintln!("{engine:?}: SEED={seed} repeats this run");
    let mut generator = Generator::new(ChaCha8Rng::seed_from_u64(seed));
    let lab = Lab::new();
    let mut findings = Findings::default();
    let routes = ROUTE_MTUS_BYTES.map(|mtus| (Rule::RouteMtu, mtus));
    let fixed = FIXED_MSS.map(|mss| (Rule::Fixed(mss), (9000, 9000)));
    for (rule, (mtu_forward_bytes, mtu_back_bytes)) in routes.into_iter().chain(fixed) {
        let router = LinuxRouter {
            engine,
            rule,
            selection: Selection::every_syn(engine),
            mtu_forward_bytes,
            mtu_back_bytes,
            odd_offset_fixed: false,
        };
        lab.set_route_mtus(mtu_forward_bytes, mtu_back_bytes);
        for version in [IpVersion::V4, IpVersion::V6] {
            install(&lab, engine, version, &[rule]);
        }
        let ours = Ours::like(&router);
        findings.gather(&lab, &router, &ours, &mut generator, FRAMES_A_POLICY);
    }
    delivery::nothing_more_comes_out(&lab);
    findings
}

/// `SEED` from the environment, or a new one.
fn seed() -> u64 {
    match env::var("SEED") {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("SEED must be a number from 0 to 2^64 - 1, not {text:?}")),
        Err(_) => rand::rng().random(),
    }
}
