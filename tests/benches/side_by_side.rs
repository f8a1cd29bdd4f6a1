//! What a Rust user would write today to clamp a plain IPv4 SYN with somebody else's wire formats, beside
//! this clamp: instructions a frame, counted by callgrind on the same frames in one run, bytes of code, and
//! what each makes of the inputs that clamps get wrong. `cargo bench -p tests --bench side_by_side` prints
//! the tables.
//!
//! The peers look for IPv4 and TCP only, without VLAN, PPPoE, IPv6 or tunnels, so they have less to do.

use std::env;
use std::hint::black_box;
use std::process::ExitCode;

use clamp_core::Clamp;
use tests::callgrind::{MEASURE, instructions_a_call};
use tests::linked::{PEERS, Sizes};

/// Calls of the measured function in one run.
const CALLS: u64 = 10;
const CEILING: u16 = 1452;

const SYN: &[u8] = b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0\
    \x45\0\0\x3c\x12\x34\x40\0\x40\x06\x9b\x57\xc0\0\x02\x01\xc6\x33\x64\x01\
    \x9c\x40\0\x50\0\0\0\x01\0\0\0\0\xa0\x02\xfa\xf0\0\0\0\0\
    \x02\x04\x05\xb4\x04\x02\x08\x0a\0\0\0\x01\0\0\0\0\x01\x03\x03\x07";
const IP_AT: usize = 14;
const TCP_AT: usize = 34;
const FLAGS_AT: usize = 47;
const CHECKSUM_AT: usize = 50;
const OPTIONS_AT: usize = 54;

const DSL: Clamp = match Clamp::for_max_mss(Some(CEILING), None) {
    Ok(clamp) => clamp,
    Err(_) => panic!("a ceiling under 48"),
};

/// Lowers the MSS of the SYN in an Ethernet frame, if it is one.
type Clamper = fn(&mut [u8]);

const CLAMPERS: [(&str, Clamper); 5] = [
    ("clamp-core", |frame| {
        let _outcome = DSL.frame(frame);
    }),
    ("smoltcp, in place", |frame| {
        peers::smoltcp_in_place(frame, CEILING);
    }),
    ("smoltcp, Repr", |frame| {
        peers::smoltcp_repr(frame, CEILING);
    }),
    ("etherparse", |frame| {
        peers::etherparse(frame, CEILING);
    }),
    ("pnet", |frame| {
        peers::pnet(frame, CEILING);
    }),
];

/// The entries of [`PEERS`] that are linked alone, to see how much code each is.
const ENTRIES: [&str; 5] = [
    "clamp_core",
    "smoltcp_in_place",
    "smoltcp_repr",
    "etherparse",
    "pnet",
];
const SMALL_TARGET: &str = "thumbv7em-none-eabihf";

/// A frame with these options and a right checksum.
fn syn(options: &[u8; 20]) -> Vec<u8> {
    let mut frame = SYN.to_vec();
    frame[OPTIONS_AT..].copy_from_slice(options);
    fill_checksum(&mut frame);
    frame
}

fn tcp_sum(frame: &[u8]) -> u16 {
    let pseudo = [&frame[IP_AT + 12..TCP_AT], &[0, 6, 0, 40]].concat();
    let end = TCP_AT + 40;
    let words = pseudo.chunks(2).chain(frame[TCP_AT..end].chunks(2));
    let mut sum: u32 = words
        .map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::try_from(sum).expect("folded")
}

fn fill_checksum(frame: &mut [u8]) {
    frame[CHECKSUM_AT..CHECKSUM_AT + 2].fill(0);
    let checksum = !tcp_sum(frame);
    frame[CHECKSUM_AT..CHECKSUM_AT + 2].copy_from_slice(&checksum.to_be_bytes());
}

/// A frame, and whether what became of it is right.
struct Trap {
    name: &'static str,
    frame: Vec<u8>,
    is_right: fn(before: &[u8], after: &[u8]) -> bool,
}

fn traps() -> Vec<Trap> {
    let usual: [u8; 20] = SYN[OPTIONS_AT..].try_into().expect("20 bytes of options");
    let plain = syn(&usual);
    let mut corrupted = plain.clone();
    corrupted[CHECKSUM_AT] ^= 0x40;
    let mut padded = plain.clone();
    padded.extend([0xee; 6]);
    let mut data = plain.clone();
    data[FLAGS_AT] = 0x10;
    let mut past_the_end = plain.clone();
    past_the_end[TCP_AT + 12] = 0xf0;
    let at_an_odd_offset = [1, 2, 4, 5, 180, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let two = [
        2, 4, 5, 180, 2, 4, 5, 190, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    let behind_the_end = [0, 0, 0, 0, 2, 4, 5, 180, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let signed = [
        2, 4, 5, 180, 29, 16, 1, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
    ];
    let unknown = [
        2, 4, 5, 180, 253, 4, 1, 2, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ];
    let untouched = |before: &[u8], after: &[u8]| before == after;
    vec![
        Trap {
            name: "a plain SYN",
            frame: plain,
            is_right: |before, after| is_lowered(before, after, &[2]),
        },
        Trap {
            name: "a data segment",
            frame: data,
            is_right: untouched,
        },
        Trap {
            name: "MSS at an odd offset",
            frame: syn(&at_an_odd_offset),
            is_right: |before, after| is_lowered(before, after, &[3]),
        },
        Trap {
            name: "two MSS options",
            frame: syn(&two),
            is_right: |before, after| is_lowered(before, after, &[2, 6]),
        },
        Trap {
            name: "MSS behind an end of list",
            frame: syn(&behind_the_end),
            is_right: |before, after| is_lowered(before, after, &[6]),
        },
        Trap {
            name: "a wrong checksum stays wrong",
            frame: corrupted,
            is_right: |before, after| tcp_sum(before) == tcp_sum(after) && before != after,
        },
        Trap {
            name: "an option that nobody knows is kept",
            frame: syn(&unknown),
            is_right: |before, after| is_lowered(before, after, &[2]),
        },
        Trap {
            name: "TCP-AO is left alone",
            frame: syn(&signed),
            is_right: untouched,
        },
        Trap {
            name: "Ethernet padding is kept",
            frame: padded,
            is_right: |before, after| is_lowered(before, after, &[2]),
        },
        Trap {
            name: "a header past the packet",
            frame: past_the_end,
            is_right: untouched,
        },
    ]
}

/// Whether the values at these bytes of the options are the ceiling now, the checksum is right, and
/// nothing else is changed.
fn is_lowered(before: &[u8], after: &[u8], values_at: &[usize]) -> bool {
    let mut expected = before.to_vec();
    for at in values_at {
        let at = OPTIONS_AT + at;
        expected[at..at + 2].copy_from_slice(&CEILING.to_be_bytes());
    }
    fill_checksum(&mut expected);
    expected == after
}

#[inline(never)]
fn measured_call(clamper: Clamper, frame: &mut [u8]) {
    clamper(frame);
}

fn measure(clamper: &str, frame: &str) {
    let clamper = CLAMPERS.iter().find(|(name, _)| *name == clamper);
    let frame = traps().into_iter().find(|trap| trap.name == frame);
    let (Some((_, clamper)), Some(trap)) = (clamper, frame) else {
        panic!("no such clamp or frame");
    };
    for _ in 0..CALLS {
        let mut frame = black_box(trap.frame.clone());
        measured_call(*black_box(clamper), &mut frame);
        black_box(frame);
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let [_, flag, clamper, frame] = arguments.as_slice()
        && flag == MEASURE
    {
        measure(clamper, frame);
        return ExitCode::SUCCESS;
    }
    let names: Vec<&str> = CLAMPERS.iter().map(|(name, _)| *name).collect();
    println!("| | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(names.len()));
    for frame in ["a plain SYN", "a data segment"] {
        print!("| {frame}, instructions |");
        for name in &names {
            match instructions_a_call(&[*name, frame], CALLS) {
                Ok(instructions) => print!(" {instructions} |"),
                Err(why) => {
                    eprintln!("{name}: {why}");
                    return ExitCode::FAILURE;
                }
            }
        }
        println!();
    }
    print!("| bytes of code on a Cortex-M7 |");
    for entry in ENTRIES {
        match PEERS.sizes(entry, SMALL_TARGET, "s") {
            Ok(Sizes { text, .. }) => print!(" {text} |"),
            Err(why) => {
                eprintln!("{entry}: {why}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!();
    let mut all_of_ours_are_right = true;
    for trap in traps() {
        print!("| {} |", trap.name);
        for (name, clamper) in CLAMPERS {
            let mut after = trap.frame.clone();
            clamper(&mut after);
            let is_right = (trap.is_right)(&trap.frame, &after);
            all_of_ours_are_right &= is_right || name != names[0];
            print!(" {} |", if is_right { "right" } else { "**wrong**" });
        }
        println!();
    }
    if all_of_ours_are_right {
        ExitCode::SUCCESS
    } else {
        eprintln!("clamp-core is wrong");
        ExitCode::FAILURE
    }
}
