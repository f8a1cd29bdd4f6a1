//! How others' clamps fare on the conformance corpus: the Linux kernel's three, and clamps on the wire formats
//! of Rust crates, beside ours.

mod crates;
mod kernel;
mod table;

use reference::conformance::{Fare, corpus, judge, ours, policy_in_words};

use crate::linux::Engine;
use table::Row;

/// Runs the corpus through every clamp, and makes the tables of `tests/PROOF.md` of it.
///
/// # Panics
/// Without the right to make network namespaces, and where one of Linux's tools is missing, with what to do.
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
    for (name, clamp) in crates::CLAMPS {
        rows.push(Row::new(name, crates::verdicts(clamp, &cases)));
    }
    table::render(&cases, &rows)
}
