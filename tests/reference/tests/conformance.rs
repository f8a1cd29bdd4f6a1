//! Each case of the conformance corpus, through the clamp and through the oracle.

use libtest_mimic::{Arguments, Failed, Trial};
use reference::conformance::{Case, corpus, oracles, ours};
use reference::frames::Hex;

fn main() {
    let trials = corpus()
        .into_iter()
        .map(|case| Trial::test(case.name.clone(), move || hold(&case)))
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn hold(case: &Case) -> Result<(), Failed> {
    for (who, (bytes, outcome)) in [("the clamp", ours(case)), ("the oracle", oracles(case))] {
        if bytes != case.output || outcome != case.outcome {
            let (bytes, expected) = (Hex(bytes), Hex(case.output.clone()));
            return Err(Failed::from(format!(
                "{who}\n  does: {outcome}\n        {bytes:?}\n  must: {}\n        {expected:?}",
                case.outcome
            )));
        }
    }
    Ok(())
}
