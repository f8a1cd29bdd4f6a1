//! One seed for everything random in a test: printed, and taken back from the environment.

use std::ops::ControlFlow;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestRunner};

/// The environment variable that takes a printed seed back.
const SEED: &str = "SEED";

fn seed() -> u64 {
    match std::env::var(SEED) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{SEED}={text} is no whole number of 64 bits")),
        Err(_) => rand::random(),
    }
}

fn runner(seed: u64, cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        // The seed is how a failure comes back; nothing is written beside the sources.
        failure_persistence: None,
        ..Config::default()
    })
}

/// Frames nested seven deep take their drawing and shrinking deeper than a test thread's own stack.
const STACK_BYTES: usize = 256 << 20;

fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let running = thread.spawn_scoped(scope, work).expect("one more thread");
        running
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Holds `property` for `times` the cases that `PROPTEST_CASES` asks for, 256 unless told.
///
/// # Panics
/// With the smallest input found for which the property does not hold, and the seed.
pub fn check<S: Strategy>(
    times: u32,
    inputs: impl FnOnce() -> S + Send,
    property: impl Fn(S::Value) -> TestCaseResult + Send,
) {
    let seed = seed();
    let cases = Config::default().cases.saturating_mul(times);
    eprintln!("{SEED}={seed}, {cases} cases");
    on_a_deep_stack(|| {
        if let Err(failure) = runner(seed, cases).run(&inputs(), property) {
            panic!("{SEED}={seed} brings this back: {failure}");
        }
    });
}

/// Draws values one by one, `most` at most, until `look` breaks off.
///
/// # Panics
/// When the strategy rejects its own values.
pub fn draw<S: Strategy>(
    most: usize,
    strategy: impl FnOnce() -> S + Send,
    mut look: impl FnMut(S::Value) -> ControlFlow<()> + Send,
) {
    let seed = seed();
    eprintln!("{SEED}={seed}, {most} examples at most");
    on_a_deep_stack(|| {
        let strategy = strategy();
        let mut runner = runner(seed, 1);
        for _ in 0..most {
            let tree = strategy.new_tree(&mut runner).expect("nothing is rejected");
            if look(tree.current()).is_break() {
                break;
            }
        }
    });
}
