//! Commands, and what to install when one is missing.

use std::io::ErrorKind;
use std::process::{Command, Output};

/// Where each tool that the lab calls comes from, as a Debian package.
const PACKAGES: [(&str, &str); 8] = [
    ("ip", "iproute2"),
    ("ethtool", "ethtool"),
    ("iptables", "iptables"),
    ("ip6tables", "iptables"),
    ("nft", "nftables"),
    ("curl", "curl"),
    ("iperf3", "iperf3"),
    ("dhcpd", "isc-dhcp-server"),
];

/// Runs a command line, words separated by blanks, in the calling thread's network namespace.
///
/// # Panics
/// When the tool is missing (with the package to install) or fails (with what it said): a test that
/// could not set up its lab must not pass.
pub fn run(command_line: &str) {
    let output = output(command_line);
    assert!(
        output.status.success(),
        "`{command_line}` failed ({}): {}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout),
    );
}

/// The same for a command that may fail, or whose output matters.
///
/// # Panics
/// When the tool is missing (with the package to install).
#[must_use]
pub fn output(command_line: &str) -> Output {
    let mut words = command_line.split_whitespace();
    let Some(tool) = words.next() else {
        panic!("an empty command line");
    };
    let output = Command::new(tool)
        .args(words)
        // The usual lock is root's alone, and guards nothing in a namespace that nobody else is in.
        .env("XTABLES_LOCKFILE", "/dev/null")
        .output();
    match output {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => panic!(
            "`{tool}` is not installed: the tests between Linux machines need the package {}",
            package(tool)
        ),
        Err(error) => panic!("`{command_line}` could not be started: {error}"),
    }
}

fn package(tool: &str) -> &str {
    PACKAGES
        .iter()
        .filter(|(name, _)| tool == *name || tool.starts_with(&format!("{name}-")))
        .map(|(_, package)| *package)
        .next()
        .unwrap_or(tool)
}
