//! How others' clamps fare on the conformance corpus: the Linux kernel's three, rp-pppoe's, and clamps on the wire
//! formats of Rust crates, beside ours.

mod crates;
mod kernel;
mod rp_pppoe;
mod table;

use reference::conformance::{Fare, corpus, judge, ours, policy_in_words};
use reference::oracle::Policy;

use crate::linux::{Engine, IpVersion};
use table::Row;

/// Runs the corpus through every clamp, and makes the tables of `tests/PROOF.md` of it.
///
/// # Panics
/// Without the right to make network namespaces, and where one of Linux's tools, rp-pppoe or valgrind is missing, with what to do.
#[must_use]
pub fn tables() -> String {
    let mut cases = corpus();
    // A Linux router is set up anew for each policy.
    cases.sort_by_key(|case| policy_in_words(&case.policy));
    let ours = cases
        .iter()
        .map(|case| judge(case, &Fare::Bytes(ours(case).0)));
    let mut rows = vec![Row::new("this clamp", ours.collect())];
    for (name, engine) in [
        ("Linux, legacy `iptables`", Engine::IptablesLegacy),
        ("Linux, `iptables` over nf_tables", Engine::IptablesNft),
        ("Linux, `nft`", Engine::Nft),
    ] {
        rows.push(Row::new(name, kernel::verdicts(engine, &cases)));
    }
    rows.push(rp_pppoe::row(&cases).unwrap_or_else(|error| panic!("rp-pppoe: {error}")));
    for (name, clamp) in crates::CLAMPS {
        rows.push(Row::new(name, crates::verdicts(clamp, &cases)));
    }
    table::render(&cases, &rows)
}

/// The ceiling of IPv4 that a caller who has no tunnels works out where so much of the link's MTU is spent before IP;
/// `None` where there is none.
fn ceiling_v4(policy: &Policy, overhead_bytes: u32) -> Option<u16> {
    if policy.tunnels {
        return None;
    }
    let headers_bytes = overhead_bytes + IpVersion::V4.smallest_headers_bytes();
    let by_mtu = policy
        .link_mtu_bytes
        .map(|mtu| u16::try_from(mtu.saturating_sub(headers_bytes)).unwrap_or(u16::MAX));
    by_mtu.into_iter().chain(policy.max_mss_v4).min()
}
