//! How others' clamps fare on the conformance corpus, as `tests/PROOF.md` tells it.
//!
//! Needs root, or `unshare -rn`, and the tools `ip`, `ethtool`, `iptables` (with its `-legacy` and `-nft`
//! variants) and `nft`.

use std::fs;
use std::process::Command;

use tests::lab;

#[test]
fn the_tables_of_the_proof_are_what_the_command_prints() {
    let printed = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .arg("--peers")
        .output()
        .expect("the runner starts");
    let tables = String::from_utf8(printed.stdout).expect("tables are text");
    let said = String::from_utf8_lossy(&printed.stderr);
    assert!(printed.status.success(), "{said}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/PROOF.md");
    let proof = fs::read_to_string(path).expect("the proof");
    let [kernel, iptables, nft] = ["uname -r", "iptables --version", "nft --version"]
        .map(|command| String::from_utf8_lossy(&lab::output(command).stdout).into_owned());
    assert!(
        tables.lines().count() > 16 && proof.contains(&tables),
        "tests/PROOF.md has other tables than these, of Linux {kernel}{iptables}{nft}\n{tables}"
    );
}
