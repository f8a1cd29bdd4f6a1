//! Random rules, the same words for the kernel and for us: loaded into iptables, ip6tables and nft, and
//! read by `host_sim::rules`. The same random frames must come out with the same bytes, but for the
//! differences that are documented.

mod random;

use host_sim::rules::{Interfaces, Rule, Rules};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tests::lab::Lab;
use tests::linux::{Engine, LinuxRouter};

use crate::comparison::Findings;
use crate::generator::Generator;
use crate::ours::Ours;
use crate::tally::Class::{self, DiffersOnPurpose, Dropped, Identical};
use crate::{delivery, seed};
use random::RandomRule;

const RULES_AN_ENGINE: u16 = 300;
const FRAMES_A_RULE: usize = 64;
/// How many rules share the MTUs of the routes.
const RULES_A_ROUTE: u16 = 10;
/// Forward and back; all leave room for the frames and for an MSS of 48.
const ROUTE_MTUS_BYTES: [(u32, u32); 4] = [(1492, 1492), (1400, 1500), (9000, 9000), (1500, 1300)];

/// What every engine must have been seen to do.
const COMMON: [Class; 9] = [
    Identical("clamped"),
    Identical("fits"),
    Identical("no rule matches"),
    Identical("not TCP"),
    Identical("not a SYN"),
    Identical("no MSS"),
    Identical("fragment"),
    DiffersOnPurpose("MSS at an odd offset: Linux's checksum is wrong"),
    Dropped("by IP, before any rule"),
];

const TCPMSS: [Class; 3] = [
    DiffersOnPurpose("SYN with RST, and a rule that doesn't look at RST: Linux rewrites"),
    DiffersOnPurpose("missing MSS: Linux inserts"),
    DiffersOnPurpose(
        "several MSS options: the rule's --mss looks at the first, ours at the largest",
    ),
];

const NFT: [Class; 2] = [
    DiffersOnPurpose("SYN with RST, and a rule that doesn't look at RST: Linux rewrites"),
    DiffersOnPurpose("a rule that doesn't ask for SYN: nft rewrites other segments, too"),
];

#[test]
fn rules_of_legacy_iptables_take_the_same_syns_here() {
    compare(Engine::IptablesLegacy, &TCPMSS);
}

#[test]
fn rules_of_iptables_over_nf_tables_take_the_same_syns_here() {
    compare(Engine::IptablesNft, &TCPMSS);
}

#[test]
fn rules_of_nft_take_the_same_syns_here() {
    compare(Engine::Nft, &NFT);
}

fn compare(engine: Engine, own: &[Class]) {
    let seed = seed();
    eprintln!("rules of {engine:?}: SEED={seed} repeats this run");
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut generator = Generator::new(ChaCha8Rng::seed_from_u64(seed.wrapping_add(1)));
    let lab = Lab::new();
    prepare(&lab, engine);
    let mut findings = Findings::default();
    let mut mtus_bytes = (0, 0);
    for number in 0..RULES_AN_ENGINE {
        if number % RULES_A_ROUTE == 0 {
            let turn = usize::from(number / RULES_A_ROUTE);
            mtus_bytes = ROUTE_MTUS_BYTES[turn % ROUTE_MTUS_BYTES.len()];
            lab.set_route_mtus(mtus_bytes.0, mtus_bytes.1);
        }
        let random = RandomRule::new(&mut rng, engine);
        load(&lab, engine, &random);
        let router = LinuxRouter {
            engine,
            rule: random.ceiling,
            selection: random.selection,
            mtu_forward_bytes: mtus_bytes.0,
            mtu_back_bytes: mtus_bytes.1,
            odd_offset_fixed: false,
        };
        let before = findings.unexplained.len();
        let ours = Ours::ruled(read(&random, &router));
        findings.gather(&lab, &router, &ours, &mut generator, FRAMES_A_RULE);
        assert_eq!(
            findings.unexplained.len(),
            before,
            "{}\n{}",
            random.text,
            findings.unexplained.join("\n")
        );
    }
    delivery::nothing_more_comes_out(&lab);
    let frames = u32::from(RULES_AN_ENGINE) * u32::try_from(FRAMES_A_RULE).unwrap_or_default();
    findings.assert_complete(&[&COMMON[..], own].concat(), frames);
}

/// The rule in our hands, between the interfaces that the lab's router has.
fn read(random: &RandomRule, router: &LinuxRouter) -> Rules {
    let text = &random.text;
    let rule = Rule::parse(text).unwrap_or_else(|refused| panic!("the kernel takes it: {refused}"));
    let link_mtu_bytes = router.mtu_forward_bytes.min(router.mtu_back_bytes);
    let interfaces = Interfaces::between("left", "right");
    match Rules::new(&[rule], &interfaces, Some(link_mtu_bytes)) {
        Ok(rules) => rules,
        Err(refused) => panic!("the kernel takes it: {refused}"),
    }
}

/// A chain for nft's rules; iptables has its own.
fn prepare(lab: &Lab, engine: Engine) {
    if engine == Engine::Nft {
        lab.on_router(
            "nft table inet clamping { chain forwarding { type filter hook forward priority 0 ; } ; }",
        );
    }
}

/// Leaves the router with this one rule.
fn load(lab: &Lab, engine: Engine, random: &RandomRule) {
    match engine {
        Engine::Nft => lab.on_router("nft flush chain inet clamping forwarding"),
        Engine::IptablesLegacy | Engine::IptablesNft => {
            let variant = random::variant(engine);
            for tool in ["iptables", "ip6tables"] {
                lab.on_router(&format!("{tool}-{variant} -t mangle -F"));
                lab.on_router(&format!("{tool}-{variant} -F"));
            }
        }
    }
    lab.on_router(&random.text);
}
