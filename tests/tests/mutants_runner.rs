//! The runner of the mutants, where it has nothing to run.

use std::process::Command;

#[test]
fn a_share_that_there_is_not_is_refused_before_anything_is_built() {
    for (share, problem) in [
        ("many", "a share is two numbers: 0/2 is the first of two"),
        ("2/2", "of 2 shares the last is 1/2"),
        ("0/0", "there is nothing in 0 shares"),
    ] {
        let refused = Command::new(env!("CARGO_BIN_EXE_mutants"))
            .args(["--share", share])
            // Neither cargo nor git can be started.
            .env("PATH", "")
            .output()
            .expect("the runner starts");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains(problem), "{share}: {said}");
    }
}
