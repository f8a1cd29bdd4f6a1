//! Each case of the conformance corpus, through the clamp and through the oracle.

use libtest_mimic::{Arguments, Failed, Trial};
use reference::conformance::{CORPUS, Case, corpus, oracles, ours, parse};
use reference::frames::Hex;

/// An interpreter has time for one case in this many, unless it is built with another number in `CORPUS_STEP`.
const STEP_IN_AN_INTERPRETER: &str = match option_env!("CORPUS_STEP") {
    Some(step) => step,
    None => "12",
};

fn main() {
    let trials = cases()
        .into_iter()
        .map(|case| Trial::test(case.name.clone(), move || hold(&case)))
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn cases() -> Vec<Case> {
    if cfg!(not(miri)) {
        return corpus();
    }
    // The others are left out before they are read, which is what takes the time.
    let step = STEP_IN_AN_INTERPRETER
        .parse()
        .expect("CORPUS_STEP: a number");
    let cases = CORPUS.split("\n\n").step_by(step);
    let cases = cases.map(|case| parse(case).expect("a case of the corpus"));
    cases.flatten().collect()
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
