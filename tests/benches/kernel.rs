//! What a SYN costs the Linux kernel in a rule that clamps its MSS, beside what it costs our clamp on the
//! same processor in the same run. `cargo bench -p tests --bench kernel` prints the table; it needs root,
//! or `unshare -rn`.
//!
//! One rule is too little to be seen in the time that a router takes for a packet. So each router has so
//! many rules in a row, each with a ceiling one lower than the last, so that each rewrites the SYN again; the
//! slope of the time over the number of rules, by least squares, is what one rule takes: its match and its
//! target. Ours is measured the same way, as so many clamps in a row.
//!
//! The columns behind that are what a SYN takes through so many rules in all: for Linux the system calls of
//! sending and receiving it, two wires and the forwarding, which are the same whatever the rules are.
//!
//! Each time is the shortest of many: what disturbs a train of SYNs only makes it longer. Trains of all
//! routers and of ours take turns, so that a slow moment hits all of them. The spread is that of the slopes
//! of each fifth of the run.

use std::array;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clamp_core::Clamp;
use etherparse::{PacketBuilder, TcpOptionElement};
use nix::sched::{CpuSet, sched_getcpu, sched_setaffinity};
use nix::unistd::Pid;
use tests::lab::{LEFT_MAC, LEFT_V4, Lab, RIGHT_V4, ROUTER_LEFT_MAC};
use tests::linux::{Engine, IpVersion, Rule, install};

/// How many rules there are in a row.
const RULES: [u16; 4] = [1, 4, 8, 16];
/// Few enough for every queue on the way.
const SYNS_A_TRAIN: u32 = 100;
const BLOCKS: usize = 5;
const BLOCK: Duration = Duration::from_secs(6);
const PATIENCE: Duration = Duration::from_secs(10);

const MSS: u16 = 1460;
const MSS_AT: usize = 14 + 20 + 20 + 2;

const ENGINES: [(Engine, &str); 3] = [
    (Engine::IptablesLegacy, "Linux, `iptables-legacy -j TCPMSS`"),
    (Engine::IptablesNft, "Linux, `iptables-nft -j TCPMSS`"),
    (Engine::Nft, "Linux, `nft tcp option maxseg size set`"),
];

/// The ceilings of so many rules in a row.
fn ceilings(rules: u16) -> impl Iterator<Item = u16> {
    (1..=rules).map(|lower| MSS - lower)
}

/// A SYN with Linux's layout of options.
fn syn() -> Vec<u8> {
    let options = [
        TcpOptionElement::MaximumSegmentSize(MSS),
        TcpOptionElement::SelectiveAcknowledgementPermitted,
        TcpOptionElement::Timestamp(1, 0),
        TcpOptionElement::Noop,
        TcpOptionElement::WindowScale(7),
    ];
    let builder = PacketBuilder::ethernet2(LEFT_MAC, ROUTER_LEFT_MAC)
        .ipv4(LEFT_V4.octets(), RIGHT_V4.octets(), 64)
        .tcp(40_000, 80, 1, 64_240)
        .syn()
        .options(&options)
        .expect("they fit");
    let mut frame = Vec::new();
    builder.write(&mut frame, &[]).expect("a vector takes all");
    frame
}

/// So many rules, or clamps, in a row, that trains of SYNs go through.
struct Row {
    rules: u16,
    kind: Kind,
}

enum Kind {
    Linux(Box<Lab>),
    Ours(Vec<Clamp>),
}

impl Row {
    fn of_linux(engine: Engine, rules: u16) -> Row {
        let lab = Lab::new();
        let in_a_row: Vec<Rule> = ceilings(rules).map(Rule::Fixed).collect();
        install(&lab, engine, IpVersion::V4, &in_a_row);
        Row {
            rules,
            kind: Kind::Linux(Box::new(lab)),
        }
    }

    fn of_ours(rules: u16) -> Row {
        let clamps = ceilings(rules).map(|ceiling| Clamp::for_max_mss(Some(ceiling), None));
        Row {
            rules,
            kind: Kind::Ours(clamps.collect::<Result<_, _>>().expect("over 48")),
        }
    }

    /// Sends a train through, and returns what one of its SYNs took.
    fn train(&self, syn: &[u8]) -> f64 {
        let took = match &self.kind {
            Kind::Linux(lab) => self.through_linux(lab, syn),
            Kind::Ours(clamps) => self.through_ours(clamps, syn),
        };
        #[expect(clippy::cast_precision_loss, reason = "some thousands of ns")]
        let ns = took.as_nanos() as f64;
        ns / f64::from(SYNS_A_TRAIN)
    }

    fn through_linux(&self, lab: &Lab, syn: &[u8]) -> Duration {
        let began = Instant::now();
        for _ in 0..SYNS_A_TRAIN {
            lab.left.send(syn);
        }
        let mut left = SYNS_A_TRAIN;
        while left > 0 {
            let frame = lab.right.receive(PATIENCE).expect("no SYN is lost");
            // The router speaks for itself now and then.
            if frame.len() == syn.len() {
                self.assert_lowered(&frame);
                left -= 1;
            }
        }
        began.elapsed()
    }

    fn through_ours(&self, clamps: &[Clamp], syn: &[u8]) -> Duration {
        let mut frames = vec![syn.to_vec(); SYNS_A_TRAIN as usize];
        let began = Instant::now();
        for frame in &mut frames {
            for clamp in black_box(clamps) {
                let _ = black_box(clamp.frame(frame));
            }
        }
        let took = began.elapsed();
        for frame in &frames {
            self.assert_lowered(frame);
        }
        took
    }

    /// The last rule has lowered it; all before have the same match and saw a larger value than theirs.
    fn assert_lowered(&self, frame: &[u8]) {
        let mss = u16::from_be_bytes([frame[MSS_AT], frame[MSS_AT + 1]]);
        assert_eq!(mss, MSS - self.rules, "behind {} rules", self.rules);
    }
}

/// Rows of one clamp, of each length, and the shortest times of a SYN through them, in ns, block by block.
struct Series {
    name: &'static str,
    rows: [Row; RULES.len()],
    blocks: [[f64; RULES.len()]; BLOCKS],
}

impl Series {
    fn new(name: &'static str, row: impl Fn(u16) -> Row) -> Series {
        Series {
            name,
            rows: RULES.map(row),
            blocks: [[f64::INFINITY; RULES.len()]; BLOCKS],
        }
    }

    fn measure(&mut self, block: usize, syn: &[u8]) {
        for (row, shortest) in self.rows.iter().zip(&mut self.blocks[block]) {
            *shortest = shortest.min(row.train(syn));
        }
    }

    /// The slope over the whole run, and the lowest and the highest of its blocks.
    fn slopes(&self) -> (f64, f64, f64) {
        let of_blocks = self.blocks.map(slope);
        (
            slope(self.shortest()),
            of_blocks.into_iter().fold(f64::INFINITY, f64::min),
            of_blocks.into_iter().fold(f64::NEG_INFINITY, f64::max),
        )
    }

    fn shortest(&self) -> [f64; RULES.len()] {
        array::from_fn(|row| {
            let of_blocks = self.blocks.iter().map(|block| block[row]);
            of_blocks.fold(f64::INFINITY, f64::min)
        })
    }
}

/// What each rule adds to the time, by least squares.
#[expect(clippy::cast_precision_loss, reason = "a handful")]
fn slope(ns: [f64; RULES.len()]) -> f64 {
    let rules = RULES.map(f64::from);
    let count = RULES.len() as f64;
    let mean_rules = rules.iter().sum::<f64>() / count;
    let mean_ns = ns.iter().sum::<f64>() / count;
    let (mut products, mut squares) = (0.0, 0.0);
    for (rules, ns) in rules.into_iter().zip(ns) {
        products += (rules - mean_rules) * (ns - mean_ns);
        squares += (rules - mean_rules).powi(2);
    }
    products / squares
}

/// Keeps this thread on one processor: the kernel forwards a frame where it was sent, so nothing of it
/// happens elsewhere at the same time.
fn stay_on_this_processor() {
    let mut here = CpuSet::new();
    let processor = sched_getcpu().expect("every kernel tells");
    here.set(processor).expect("there is one of that number");
    sched_setaffinity(Pid::from_raw(0), &here).expect("one of its own");
}

fn main() -> ExitCode {
    let syn = syn();
    let mut all: Vec<Series> = vec![Series::new("`Clamp::frame`", Row::of_ours)];
    all.extend(
        ENGINES.map(|(engine, name)| Series::new(name, |rules| Row::of_linux(engine, rules))),
    );
    stay_on_this_processor();
    for block in 0..BLOCKS {
        let began = Instant::now();
        while began.elapsed() < BLOCK {
            for series in &mut all {
                series.measure(block, &syn);
            }
        }
    }

    let through = RULES.map(|rules| format!("through {rules}"));
    println!(
        "| | ns a SYN and rule | in each fifth of the run | {} |",
        through.join(" | ")
    );
    println!("|---|---|---|{}", "---|".repeat(RULES.len()));
    let mut is_measured = true;
    for series in &all {
        let (slope, lowest, highest) = series.slopes();
        let whole_way = series.shortest().map(|ns| format!("{ns:.0}"));
        println!(
            "| {} | {slope:.0} | {lowest:.0} to {highest:.0} | {} |",
            series.name,
            whole_way.join(" | ")
        );
        is_measured &= slope > 0.0;
    }
    if is_measured {
        ExitCode::SUCCESS
    } else {
        eprintln!("a rule that takes no time: nothing was measured");
        ExitCode::FAILURE
    }
}
