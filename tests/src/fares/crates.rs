//! Clamps on other crates' wire formats, asked what they can be asked.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

use reference::conformance::{Call, Case, Fare, Verdict, judge};

use super::ceiling_v4;

const ETHERNET_HEADER_LEN: usize = 14;
const IPV4: [u8; 2] = [0x08, 0x00];

/// Lowers the MSS of the SYN in an Ethernet frame to a ceiling.
type Clamp = fn(&mut [u8], u16);

pub(super) const CLAMPS: [(&str, Clamp); 4] = [
    ("smoltcp, in place", peers::smoltcp_in_place),
    ("smoltcp, `Repr`", peers::smoltcp_repr),
    ("etherparse", peers::etherparse),
    ("pnet", peers::pnet),
];

/// What each case comes to.
pub(super) fn verdicts(clamp: Clamp, cases: &[Case]) -> Vec<Verdict> {
    // A panic is an answer here, and none to be told as a fault of this program.
    let told = take_hook();
    set_hook(Box::new(|_| {}));
    let verdicts = cases.iter().map(|case| judge(case, &ask(clamp, case)));
    let verdicts = verdicts.collect();
    set_hook(told);
    verdicts
}

/// They know plain Ethernet and IPv4, one ceiling, and no insertion; nothing else is asked.
fn ask(clamp: Clamp, case: &Case) -> Fare {
    let Some(ceiling) = ceiling_v4(&case.policy, 0) else {
        return Fare::NotAsked;
    };
    let mut frame = match case.call {
        Call::Packet if case.input.first().is_none_or(|first| first >> 4 != 6) => {
            [&[0; 12][..], &IPV4].concat()
        }
        Call::Frame if case.input.get(12..ETHERNET_HEADER_LEN) == Some(&IPV4) => Vec::new(),
        Call::Packet | Call::Frame | Call::InsertInFrame { .. } => return Fare::NotAsked,
    };
    let input_at = frame.len();
    frame.extend(&case.input);
    match catch_unwind(AssertUnwindSafe(|| clamp(&mut frame, ceiling))) {
        Ok(()) => Fare::Bytes(frame.split_off(input_at)),
        Err(_) => Fare::Panicked,
    }
}
