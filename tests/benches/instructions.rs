//! Instructions a call of the clamp on this computer, counted by callgrind: the same on a busy
//! machine as on an idle one. `cargo bench -p tests --bench instructions` prints the table, and fails
//! above `tests/budgets.tsv`.

use std::env;
use std::hint::black_box;
use std::process::ExitCode;

use clamp_core::{Clamp, Outcome};
use tests::budget::Budgets;
use tests::callgrind::{MEASURE, instructions_a_call};

/// Calls of the measured function in one run.
const CALLS: u64 = 10;

const ETHERNET_IPV4: &[u8] = b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0";
const IPV4_SYN: &[u8] = b"\x45\0\0\x3c\x12\x34\x40\0\x40\x06\0\0\xc0\0\x02\x01\xc6\x33\x64\x01\
    \x9c\x40\0\x50\0\0\0\x01\0\0\0\0\xa0\x02\xfa\xf0\x46\xf8\0\0\
    \x02\x04\x05\xb4\x04\x02\x08\x0a\0\0\0\x01\0\0\0\0\x01\x03\x03\x07";
const IPV6_HEADER: &[u8] = b"\x60\0\0\0\0\x28\x06\x40\
    \x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02";

/// What a DSL line carries.
const DSL: Clamp = match Clamp::for_link_mtu(1492) {
    Ok(clamp) => clamp,
    Err(_) => panic!("a link MTU under 88"),
};
/// As Windows writes them.
const WINDOWS_OPTIONS: &[u8] = b"\x02\x04\x05\xb4\x01\x03\x03\x08\x01\x01\x04\x02";

struct Case {
    name: &'static str,
    policy: Clamp,
    frame: Vec<u8>,
    is_expected: fn(Outcome) -> bool,
}

fn cases() -> Vec<Case> {
    let (ipv4_header, tcp_syn) = IPV4_SYN.split_at(20);
    let frame = |ethertype: [u8; 2], rest: &[&[u8]]| {
        [&ETHERNET_IPV4[..12], &ethertype, &rest.concat()].concat()
    };
    let with = |mut frame: Vec<u8>, at: usize, value: &[u8]| {
        frame[at..at + value.len()].copy_from_slice(value);
        frame
    };
    let syn = frame([0x08, 0x00], &[IPV4_SYN]);
    let plain = syn.clone();
    let tcp_data = with(tcp_syn.to_vec(), 13, &[0x10]);
    let pppoe = b"\x11\0\0\x01\0\x3e\0\x21";
    let left_alone = |outcome| matches!(outcome, Outcome::LeftAlone(_));
    let clamped = |outcome| matches!(outcome, Outcome::Clamped { from: 1460, .. });
    let mut cases = vec![
        Case {
            name: "IPv4 data segment",
            policy: DSL,
            frame: [with(syn.clone(), 47, &[0x10]), vec![0; 1400]].concat(),
            is_expected: left_alone,
        },
        Case {
            name: "VLAN + data segment",
            policy: DSL,
            frame: frame(
                [0x81, 0x00],
                &[b"\0\x07\x08\0".as_slice(), ipv4_header, &tcp_data],
            ),
            is_expected: left_alone,
        },
        Case {
            name: "PPPoE + data segment",
            policy: DSL,
            frame: frame([0x88, 0x64], &[pppoe, ipv4_header, &tcp_data]),
            is_expected: left_alone,
        },
        Case {
            name: "IPv6 data segment",
            policy: DSL,
            frame: frame([0x86, 0xdd], &[IPV6_HEADER, &tcp_data]),
            is_expected: left_alone,
        },
        Case {
            name: "UDP",
            policy: DSL,
            frame: with(syn.clone(), 23, &[17]),
            is_expected: left_alone,
        },
        Case {
            name: "ARP",
            policy: DSL,
            // A request for an IPv4 address on Ethernet, padded (RFC 826).
            frame: frame([0x08, 0x06], &[&[0, 1, 8, 0, 6, 4, 0, 1], &[0; 38]]),
            is_expected: left_alone,
        },
        Case {
            name: "SYN clamped (Linux's option layout)",
            policy: DSL,
            frame: syn.clone(),
            is_expected: clamped,
        },
        Case {
            name: "SYN that fits",
            policy: DSL,
            frame: with(syn, 56, &[0x05, 0x78]),
            is_expected: |outcome| matches!(outcome, Outcome::Fits { mss: 1400 }),
        },
        Case {
            name: "IPv6 SYN clamped",
            policy: DSL,
            frame: frame([0x86, 0xdd], &[IPV6_HEADER, tcp_syn]),
            is_expected: clamped,
        },
        Case {
            name: "PPPoE + SYN clamped",
            policy: DSL,
            frame: frame([0x88, 0x64], &[pppoe, ipv4_header, tcp_syn]),
            is_expected: clamped,
        },
        Case {
            name: "VLAN + PPPoE + SYN clamped",
            policy: DSL,
            frame: frame([0x81, 0x00], &[b"\0\x07\x88\x64", pppoe, IPV4_SYN]),
            is_expected: clamped,
        },
        Case {
            name: "VLAN + SYN clamped",
            policy: DSL,
            frame: frame([0x81, 0x00], &[b"\0\x07\x08\0".as_slice(), IPV4_SYN]),
            is_expected: clamped,
        },
        Case {
            name: "SYN clamped (Windows' option layout)",
            policy: DSL,
            frame: with(
                with(with(plain.clone(), 17, &[52]), 46, &[0x80]),
                54,
                WINDOWS_OPTIONS,
            ),
            is_expected: clamped,
        },
        Case {
            name: "SYN without MSS",
            policy: DSL,
            frame: with(plain, 54, &[1; 4]),
            is_expected: left_alone,
        },
    ];
    cases.push(Case {
        name: "the worst that we know",
        policy: Clamp::for_max_mss(Some(48), Some(48))
            .expect("a policy")
            .through_tunnels(),
        frame: worst(),
        is_expected: |outcome| matches!(outcome, Outcome::Clamped { to: 48, .. }),
    });
    cases
}

/// All that a frame may make the clamp look at: five times Ethernet with three VLAN tags, PPPoE and IPv6
/// with eight extension headers, one in the other by GRE with all that it can have; then ten MSS
/// options, each of which is lowered in a walk of its own.
fn worst() -> Vec<u8> {
    const GRE: u8 = 47;
    const TCP: u8 = 6;
    const DESTINATION_OPTIONS: u8 = 60;
    let mut packet =
        [b"\x9c\x40\0\x50\0\0\0\x01\0\0\0\0\xf0\x02\xfa\xf0\x46\xf8\0\0".as_slice()].concat();
    for mss in 0..10 {
        packet.extend([2, 4, 5, 180 + mss]);
    }
    let mut protocol = TCP;
    for layer in 0..5 {
        if layer > 0 {
            let gre = b"\xb0\0\x65\x58\0\0\0\0\0\0\0\0\0\0\0\0";
            packet.splice(0..0, gre.iter().copied());
            protocol = GRE;
        }
        for header in 0..8 {
            let next_header = if header == 0 {
                protocol
            } else {
                DESTINATION_OPTIONS
            };
            packet.splice(0..0, [next_header, 0, 1, 4, 0, 0, 0, 0]);
        }
        let [high, low] = u16::try_from(packet.len())
            .expect("a small packet")
            .to_be_bytes();
        let mut header = IPV6_HEADER.to_vec();
        header[4..7].copy_from_slice(&[high, low, DESTINATION_OPTIONS]);
        packet.splice(0..0, header);
        let [high, low] = u16::try_from(packet.len() + 2)
            .expect("a small packet")
            .to_be_bytes();
        packet.splice(0..0, [0x11, 0, 0, 1, high, low, 0, 0x57]);
        let tags = b"\x81\0\0\x07\x88\xa8\0\x07\x91\0\0\x07\x88\x64";
        packet.splice(0..0, tags.iter().copied());
        packet.splice(0..0, ETHERNET_IPV4[..12].iter().copied());
    }
    packet
}

/// What is counted, the call and the return included.
#[inline(never)]
fn measured_call(clamp: &Clamp, frame: &mut [u8]) -> Outcome {
    clamp.frame(frame)
}

fn measure(case: &Case) {
    let clamp = black_box(case.policy);
    for _ in 0..CALLS {
        let mut frame = black_box(case.frame.clone());
        let outcome = measured_call(&clamp, &mut frame);
        assert!((case.is_expected)(outcome), "{}: {outcome:?}", case.name);
        black_box(frame);
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let [_, flag, name] = arguments.as_slice()
        && flag == MEASURE
    {
        cases()
            .iter()
            .filter(|case| case.name == *name)
            .for_each(measure);
        return ExitCode::SUCCESS;
    }
    let mut budgets = Budgets::default();
    println!("{:40}{:>12}", "Clamp::frame", "instructions");
    for case in cases() {
        match instructions_a_call(&[case.name], CALLS) {
            Ok(instructions) => {
                println!("{:40}{instructions:>12}", case.name);
                budgets.hold(&format!("x86-64 instructions, {}", case.name), instructions);
            }
            Err(why) => {
                eprintln!("{}: {why}", case.name);
                return ExitCode::FAILURE;
            }
        }
    }
    budgets.verdict()
}
