//! The clamp alone: what `Clamp::frame` takes of the processor and of the stack.

use core::hint::black_box;

use clamp_core::{Clamp, Outcome};

use crate::meter::Meter;
use crate::worst;

/// What a DSL line carries.
const DSL: Clamp = match Clamp::for_link_mtu(1492) {
    Ok(clamp) => clamp,
    Err(_) => panic!("a link MTU under 88"),
};
/// Lowers every MSS that a frame may have, wherever it is.
const NARROWEST: Clamp = match Clamp::for_max_mss(Some(48), Some(48)) {
    Ok(clamp) => clamp.through_tunnels(),
    Err(_) => panic!("a ceiling under 48"),
};
/// Enough for every frame that is made of these.
const ROOM_BYTES: usize = 128;

const ETHERNET: &[u8] = b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02";
const VLAN_7: &[u8] = b"\x81\0\0\x07";
const PPPOE: &[u8] = b"\x88\x64\x11\0\0\x01\0\x3e\0\x21";
const IPV4: &[u8] = b"\x08\0";
const IPV6: &[u8] = b"\x86\xdd\x60\0\0\0\0\x28\x06\x40\
    \x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02";
const IPV4_HEADER: &[u8] = b"\x45\0\0\x3c\x12\x34\x40\0\x40\x06\0\0\xc0\0\x02\x01\xc6\x33\x64\x01";
const UDP: &[u8] = b"\x45\0\0\x3c\x12\x34\x40\0\x40\x11\0\0\xc0\0\x02\x01\xc6\x33\x64\x01";
/// With the fields that say of which link and protocol it is (RFC 826); what follows is padded as on a wire.
const ARP: &[u8] = b"\x08\x06\0\x01\x08\0\x06\x04\0\x01";
const SYN: &[u8] = b"\x9c\x40\0\x50\0\0\0\x01\0\0\0\0\xa0\x02\xfa\xf0\x46\xf8\0\0";
const DATA: &[u8] = b"\x9c\x40\0\x50\0\0\0\x01\0\0\0\0\xa0\x10\xfa\xf0\x46\xf8\0\0";
/// As Linux writes them.
const OPTIONS: &[u8] = b"\x02\x04\x05\xb4\x04\x02\x08\x0a\0\0\0\x01\0\0\0\0\x01\x03\x03\x07";
const OPTIONS_THAT_FIT: &[u8] =
    b"\x02\x04\x05\x78\x04\x02\x08\x0a\0\0\0\x01\0\0\0\0\x01\x03\x03\x07";
/// As Windows writes them, and some that it doesn't need.
const OPTIONS_IN_ANOTHER_ORDER: &[u8] =
    b"\x02\x04\x05\xb4\x01\x03\x03\x08\x01\x01\x04\x02\x01\x01\x01\x01\x01\x01\x01\x01";
const OPTIONS_WITHOUT_MSS: &[u8] =
    b"\x04\x02\x08\x0a\0\0\0\x01\0\0\0\0\x01\x03\x03\x07\x01\x01\x01\x01";

/// Frames by the headers that they are made of.
const CASES: [(&str, &[&[u8]]); 14] = [
    (
        "IPv4 data segment",
        &[ETHERNET, IPV4, IPV4_HEADER, DATA, OPTIONS],
    ),
    (
        "VLAN + data segment",
        &[ETHERNET, VLAN_7, IPV4, IPV4_HEADER, DATA, OPTIONS],
    ),
    (
        "PPPoE + data segment",
        &[ETHERNET, PPPOE, IPV4_HEADER, DATA, OPTIONS],
    ),
    ("IPv6 data segment", &[ETHERNET, IPV6, DATA, OPTIONS]),
    ("UDP", &[ETHERNET, IPV4, UDP, DATA, OPTIONS]),
    ("ARP", &[ETHERNET, ARP, IPV4_HEADER, DATA]),
    ("SYN clamped", &[ETHERNET, IPV4, IPV4_HEADER, SYN, OPTIONS]),
    (
        "SYN that fits",
        &[ETHERNET, IPV4, IPV4_HEADER, SYN, OPTIONS_THAT_FIT],
    ),
    (
        "SYN of another layout clamped",
        &[ETHERNET, IPV4, IPV4_HEADER, SYN, OPTIONS_IN_ANOTHER_ORDER],
    ),
    (
        "SYN without MSS",
        &[ETHERNET, IPV4, IPV4_HEADER, SYN, OPTIONS_WITHOUT_MSS],
    ),
    ("IPv6 SYN clamped", &[ETHERNET, IPV6, SYN, OPTIONS]),
    (
        "VLAN + SYN clamped",
        &[ETHERNET, VLAN_7, IPV4, IPV4_HEADER, SYN, OPTIONS],
    ),
    (
        "PPPoE + SYN clamped",
        &[ETHERNET, PPPOE, IPV4_HEADER, SYN, OPTIONS],
    ),
    (
        "VLAN + PPPoE + SYN clamped",
        &[ETHERNET, VLAN_7, PPPOE, IPV4_HEADER, SYN, OPTIONS],
    ),
];

/// Prints what each frame takes, the return included and the caller's part left out.
pub(crate) fn measure(meter: &Meter) {
    for (name, headers) in CASES {
        let mut room = [0; ROOM_BYTES];
        let mut len = 0;
        for header in headers {
            room[len..len + header.len()].copy_from_slice(header);
            len += header.len();
        }
        measure_frame(meter, name, &DSL, &mut room[..len]);
    }
    measure_frame(
        meter,
        "the worst that we know",
        &NARROWEST,
        &mut worst::frame(),
    );
}

fn measure_frame(meter: &Meter, name: &str, clamp: &Clamp, frame: &mut [u8]) {
    let len = frame.len();
    let empty = meter.cost(|| deep_down(empty_call, clamp, frame));
    let cost = meter.cost(|| deep_down(measured_call, clamp, frame));
    // The empty call's own return, and what it needs to make its outcome.
    let instructions = cost.instructions + EMPTY_INSTRUCTIONS - empty.instructions;
    let stack_bytes = cost.stack_bytes - empty.stack_bytes;
    semihosting::println!(
        "Clamp::frame, {name}|{len}|{instructions}|{instructions}|{instructions}|{instructions}|{stack_bytes}"
    );
}

/// A constant in two halves of a register, its place, and the return.
const EMPTY_INSTRUCTIONS: u32 = 3;

/// Calls below a piece of stack that is large enough for the meter's paint to be under it.
#[inline(never)]
fn deep_down(call: fn(&Clamp, &mut [u8]) -> Outcome, clamp: &Clamp, frame: &mut [u8]) {
    let above = black_box([0_u8; 256]);
    let _outcome = black_box(call(black_box(clamp), black_box(frame)));
    black_box(above);
}

#[inline(never)]
fn measured_call(clamp: &Clamp, frame: &mut [u8]) -> Outcome {
    clamp.frame(frame)
}

#[inline(never)]
fn empty_call(_: &Clamp, _: &mut [u8]) -> Outcome {
    Outcome::LeftAlone(clamp_core::Reason::NotSyn)
}
