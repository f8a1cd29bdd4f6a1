//! Each case of the conformance corpus, through the clamp and through the oracle.

use libtest_mimic::{Arguments, Failed, Trial};
use reference::conformance::{CORPUS, Case, corpus, oracles, ours, parse};
use reference::frames::Hex;

/// An interpreter has time for so many cases, one from each of as many parts of the corpus, unless it is built with
/// `WHOLE_CORPUS` set.
const PARTS: usize = if BIG_ENDIAN { 12 } else { 24 };
const PART_LEN: usize = CORPUS.len() / PARTS;
/// How far into a part its case is looked for: other cases for the other byte order.
const INTO_A_PART: usize = if BIG_ENDIAN { PART_LEN / 4 } else { 0 };
const BIG_ENDIAN: bool = cfg!(target_endian = "big");

fn main() {
    let trials = cases()
        .into_iter()
        .map(|case| Trial::test(case.name.clone(), move || hold(&case)))
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn cases() -> Vec<Case> {
    if cfg!(not(miri)) || option_env!("WHOLE_CORPUS").is_some() {
        return corpus();
    }
    // To read cases is what takes the time, and even to look for where they begin.
    let parts = (0..PARTS).map(|part| &CORPUS[part * PART_LEN + INTO_A_PART..]);
    let cases = parts.filter_map(|from_there| {
        let mut blocks = from_there.split("\n\n").skip(1);
        blocks.find(|block| block.starts_with("case "))
    });
    cases
        .flat_map(|case| parse(case).expect("a case of the corpus"))
        .collect()
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
