//! How others' clamps fare on the conformance corpus, as `tests/PROOF.md` tells it.
//!
//! Needs root, or `unshare -rn`, and the tools `ip`, `ethtool`, `iptables` (with its `-legacy` and `-nft`
//! variants), `nft`, `valgrind` and `cc`, and `bash host-sim/guests/fetch.sh`.

use std::fs;
use std::process::Command;

use tests::{lab, rp_pppoe};

/// What the rows of the kernel's clamps begin with.
const LINUX: &str = "| Linux, ";
/// And that of rp-pppoe's.
const RP_PPPOE: &str = "| rp-pppoe";

#[test]
fn the_tables_of_the_proof_are_what_the_command_prints() {
    let printed = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .arg("--peers")
        .output()
        .expect("the runner starts");
    let tables = String::from_utf8(printed.stdout).expect("tables are text");
    let said = String::from_utf8_lossy(&printed.stderr);
    assert!(printed.status.success(), "{said}");
    assert!(tables.lines().count() > 16, "{tables}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/PROOF.md");
    let proof = fs::read_to_string(path).expect("the proof");

    // Another release of the kernel or of a tool may have mended what the tables blame it for.
    let others = [
        (LINUX, linux_here()),
        (RP_PPPOE, rp_pppoe::name().expect("rp-pppoe's client")),
    ];
    let mut rows_of_others = Vec::new();
    for (rows, version) in &others {
        if !proof.contains(version) {
            eprintln!(
                "NOT COMPARED: tests/PROOF.md has other rows {rows:?} than those of {version}"
            );
            rows_of_others.push(rows);
        }
    }
    for row in tables.lines() {
        let is_held = !rows_of_others.iter().any(|rows| row.starts_with(**rows));
        assert!(
            !is_held || proof.contains(row),
            "tests/PROOF.md has other tables than these, of {others:?}\n{tables}"
        );
    }
}

/// As the proof names them: "Linux 6.18, iptables 1.8.9, nft 1.0.6".
fn linux_here() -> String {
    let [kernel, iptables, nft] = [
        ("uname -r", ""),
        ("iptables --version", "iptables v"),
        ("nft --version", "nftables v"),
    ]
    .map(|(command, name)| {
        let said = String::from_utf8_lossy(&lab::output(command).stdout).into_owned();
        let version = said.trim().trim_start_matches(name);
        version.split(' ').next().unwrap_or_default().to_owned()
    });
    let release: Vec<&str> = kernel.splitn(3, '.').take(2).collect();
    format!(
        "Linux {}, iptables {iptables}, nft {nft}",
        release.join(".")
    )
}
